"""What journeys share: where the real bills are, a project, and sums made without finmod."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path
from typing import Any

from finmod.settings.project import Project, load_project
from finmod.settings.source import source_settings
from finmod.terms.findings import codes
from finmod.workspace.check import check
from finmod.workspace.load import LoadReport, load_source
from finmod.workspace.query import query

DATA = Path(__file__).parents[3] / "shared" / "data"
ABSENT = "WARNING: real bills were NOT TESTED: there is no folder ../shared/data beside the project."

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PLACES = Decimal("1e-12")
_NULLS = {"", "NULL", "null", "(null)"}


def new_project(folder: Path) -> Project:
    """Return an empty project in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "finmod.yaml").write_text("name: journeys\ncurrency: USD\n", encoding="utf-8")
    return load_project(folder)


def load(project: Project, source: str, format_name: str, *files: Path, **wishes: Any) -> LoadReport:  # noqa: ANN401 -- as source_settings
    """Load files as one source."""
    settings = source_settings(format_name, [str(file) for file in files], **wishes)
    return load_source(project, source, settings, NOW, lambda _what, _done, _parts: None)


def rows(project: Project, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    return query(project, sql).rows


def cells(file: Path, column: str) -> Iterator[Decimal | None]:
    """Yield one column of a CSV file by Python alone: every digit of the text, None where it is empty."""
    data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        yield None if row[column] in _NULLS else Decimal(row[column])


def total(values: Sequence[Decimal | None], *, rounded: bool) -> Decimal:
    """Return the sum of what is known, each value rounded to 12 places first or not."""
    with localcontext() as context:
        context.prec = 60
        known = [value for value in values if value is not None]
        return sum((v.quantize(PLACES, ROUND_HALF_UP) if rounded else v for v in known), Decimal(0))


def assert_ledger_is_sound(project: Project, *, errors: Collection[str] = ()) -> None:
    """Assert that every proof holds, that only the named codes are errors, and that all are in the catalogue."""
    report = check(project)
    assert [proof for proof in report.proofs if not proof.holds] == []
    assert {finding.code for finding in report.findings} <= set(codes())
    assert {finding.code for finding in report.findings if finding.severity == "error"} == set(errors)
