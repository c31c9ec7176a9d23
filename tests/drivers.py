"""A project folder with drivers: small files in, rows out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from finmod.engines.duckdb import Engine
from finmod.ledger.drivers import driver_rows
from finmod.ledger.ledger import Ledger
from finmod.settings.project import Project, load_project
from finmod.workspace.drivers import DriversLoad, load_drivers

NOW = datetime(2026, 10, 1, tzinfo=UTC)


class DriverProject:
    """A project that has drivers.yaml and the files that it names."""

    def __init__(self, root: Path) -> None:
        """Make the project."""
        self.root = root
        root.mkdir(exist_ok=True)
        (root / "finmod.yaml").write_text("name: northwind\ncurrency: USD\n", encoding="utf-8")

    @property
    def project(self) -> Project:
        """Return the project as its files are now."""
        return load_project(self.root)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file into the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self, *names: str, now: datetime = NOW, again: bool = False) -> DriversLoad:
        """Load drivers; none may be refused."""
        done, problems = load_drivers(self.project, names, now, again=again)
        assert problems == []
        return done

    def refused(self, *names: str) -> list[str]:
        """Load drivers; return what is said of those that are refused, in one line each."""
        _, problems = load_drivers(self.project, names, NOW)
        return [" ".join(str(problem).replace(", docs/errors.md)", ")").split()) for problem in problems]

    def rows(self, *names: str, version: int | None = None) -> list[tuple[Any, ...]]:
        """Return start, target, value, filled and place of rows, in order; values as short as they can be written."""
        with Engine() as engine:
            sql = driver_rows(engine, Ledger(self.project.store), names or None, version=version)
            found = engine.rows(
                f"SELECT x_Start, x_Dimensions, x_Value, x_Filled, x_Place FROM {sql} ORDER BY x_Driver, 1, 2"
            )
        return [
            (_short(start), tuple(json.loads(target).values()), _plain(value), filled, place)
            for start, target, value, filled, place in found
        ]

    def values(self, *names: str) -> list[tuple[Any, ...]]:
        """Return start, target and value of rows, in order."""
        return [row[:3] for row in self.rows(*names)]


def _short(start: datetime) -> str:
    text = f"{start:%Y-%m-%d %H:%M}"
    return text.removesuffix(" 00:00")


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def two_drivers(folder: Path) -> DriverProject:
    """Return a project with the drivers a and b, which do not tell by anything; only b has October."""
    made = DriverProject(folder)
    made.write(
        "drivers.yaml", "a: {unit: x, grain: day, from: {csv: a.csv}}\nb: {unit: x, grain: day, from: {csv: b.csv}}\n"
    )
    made.write("a.csv", "date,value\n2026-09-01,1\n")
    made.write("b.csv", "date,value\n2026-09-01,2\n2026-10-01,3\n")
    return made
