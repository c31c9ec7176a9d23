"""A project folder under test: small bills in, the real command line run on it in this process."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from finmod.cli.main import main

CHARGE = {
    "BilledCost": "1.5",
    "BillingCurrency": "USD",
    "BillingAccountId": "a1",
    "BillingPeriodStart": "2026-09-01T00:00:00Z",
    "BillingPeriodEnd": "2026-10-01T00:00:00Z",
    "ChargePeriodStart": "2026-09-01T00:00:00Z",
    "ChargePeriodEnd": "2026-09-02T00:00:00Z",
    "ChargeCategory": "Usage",
    "ServiceName": "Storage",
}
"""What a charge of a test bill says where the test does not say otherwise."""

DROP = ("--accept", "FM1130")
"""The wish to drop charges whose file a load does not bring."""

HEADER = ",".join(CHARGE)
ROW = ",".join(CHARGE.values())


def bill(*charges: Mapping[str, str]) -> str:
    """Return a FOCUS bill as CSV: one row per charge, what it does not say comes from ``CHARGE``."""
    names = list(dict.fromkeys(name for charge in (CHARGE, *charges) for name in charge))
    rows = [names, *([{**CHARGE, **charge}.get(name, "") for name in names] for charge in charges)]
    return "".join(f"{','.join(map(_quoted, row))}\n" for row in rows)


def _quoted(cell: str) -> str:
    # The csv module of Python 3.11 and 3.12 leaves a carriage return without quotes.
    text = str(cell)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\r\n') else text


def month(number: int, cost: str = "1.5", **more: str) -> dict[str, str]:
    """Return a charge of a month of 2026."""
    start = f"2026-{number:02}-01T00:00:00Z"
    return {
        "BilledCost": cost,
        "BillingPeriodStart": start,
        "BillingPeriodEnd": f"2026-{number + 1:02}-01T00:00:00Z",
        "ChargePeriodStart": start,
        "ChargePeriodEnd": f"2026-{number:02}-02T00:00:00Z",
        **more,
    }


@dataclass(frozen=True)
class Said:
    """How a command ended.

    Attributes:
        code: Exit code.
        out: Standard output.
        err: Standard error.
    """

    code: int
    out: str
    err: str


def finmod(*arguments: str | Path) -> Said:
    """Run the command line in this process, with the streams of a pipe."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "argv", ["finmod", *map(str, arguments)]):
        try:
            main()
            code: Any = 0
        except SystemExit as end:
            code = end.code
    return Said(int(code or 0), *(_text(stream) for stream in (out, err)))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


class Books:
    """A project folder with its ledger."""

    def __init__(self, root: Path) -> None:
        """Make the project where there is none."""
        self.root = root
        if not (root / "finmod.yaml").exists():
            root.mkdir(parents=True, exist_ok=True)
            (root / "finmod.yaml").write_text("name: northwind\ncurrency: USD\n", encoding="utf-8")

    def run(self, command: str, *arguments: str | Path) -> Said:
        """Run a command on the project."""
        return finmod("--project", self.root, command, *arguments)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file into the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self, *arguments: str | Path) -> Said:
        """Load files as FOCUS from the source ``saas``; the load must succeed."""
        said = self.run("load", "--format", "focus", "--source", "saas", *arguments)
        assert said.code == 0, said.err
        return said

    def refused(self, *arguments: str | Path) -> str:
        """Load files as FOCUS from the source ``saas``: it must be refused and leave no trace; return the message."""
        before = self.trace()
        said = self.run("load", "--format", "focus", "--source", "saas", *arguments)
        assert said.code == 1, (said.code, said.out, said.err)
        assert "Traceback" not in said.err
        assert said.out == ""
        assert self.trace() == before
        assert self.staged() == []
        return said.err

    def query(self, sql: str, *arguments: str | Path) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        said = self.run("query", sql, "--output", "json", *arguments)
        assert said.code == 0, said.err
        rows: list[dict[str, Any]] = json.loads(said.out)
        return rows

    def totals(self) -> dict[str, str]:
        """Return source and billing period -> number of charges and BilledCost, as charges and cube both have it."""
        sql = (
            "SELECT x_Source || ' ' || strftime(x_BillingPeriod, '%Y-%m') AS k, count(*) || ' ' || sum(BilledCost) AS v"
            " FROM charges GROUP BY 1 ORDER BY 1"
        )
        cube = sql.replace("count(*)", "sum(x_Charges)").replace("FROM charges", "FROM charges_daily")
        totals = {row["k"]: row["v"] for row in self.query(sql)}
        assert {row["k"]: row["v"] for row in self.query(cube)} == totals
        return totals

    def trace(self) -> dict[str, tuple[int, int]]:
        """Return every file of the ledger's tables with size and time of its last change."""
        tables = self.root / ".finmod" / "tables"
        files = sorted(path for path in tables.rglob("*") if path.is_file())
        return {str(path.relative_to(tables)): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}

    def staged(self) -> list[str]:
        """Return what stands in the staging folder."""
        staging = self.root / ".finmod" / "staging"
        return sorted(str(path.relative_to(staging)) for path in staging.rglob("*")) if staging.exists() else []

    def copy(self, target: Path) -> Books:
        """Return a copy of the project in another folder."""
        shutil.copytree(self.root, target)
        return Books(target)


class Unchanged(Books):
    """A project that no test changes: what a command said once, it says again without being run.

    For commands that only read; what writes a file is run on a copy.
    """

    def __init__(self, root: Path) -> None:
        """Know nothing yet."""
        super().__init__(root)
        self._said: dict[tuple[str, ...], Said] = {}

    def run(self, command: str, *arguments: str | Path) -> Said:
        """Run a command on the project, or say again what it said."""
        words = (command, *map(str, arguments))
        if words not in self._said:
            self._said[words] = super().run(*words)
        return self._said[words]


def rows(count: int) -> Sequence[dict[str, str]]:
    """Return as many charges, of 1, 2, 3 ... USD."""
    return [{"BilledCost": str(number)} for number in range(1, count + 1)]
