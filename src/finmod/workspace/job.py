"""One source on its way into the ledger: what is wanted, what is there, what was read.

Owns the records that the steps of a load hand to each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.ledger.manifest import FilePeriod
from finmod.normalize.booking import FilePeriods, file_periods
from finmod.normalize.convert import Conversion
from finmod.normalize.values import Reading
from finmod.settings.source import SourceSettings
from finmod.sources.files import SourceFile
from finmod.terms.findings import Finding


@dataclass(frozen=True)
class Job:
    """One source to be loaded.

    Attributes:
        name: Name of the source.
        settings: Format, paths and wishes.
        root: Folder that relative paths start from and that file names are relative to.
        now: Time of the load, UTC.
        declared: Whether finmod.yaml says what the source is: then its files are all of it, otherwise perhaps a part.
        again: Whether files that the ledger has already are read too.
        roles: File -> ``actual`` or ``amortized``, of bills that come in halves.
        promised: File -> rows that the supplier's manifest says it has, where it does.
    """

    name: str
    settings: SourceSettings
    root: Path
    now: datetime
    declared: bool
    again: bool = False
    roles: Mapping[Path, str] = field(default_factory=dict)
    promised: Mapping[Path, int] = field(default_factory=dict)

    @property
    def reading(self) -> Reading:
        """Return how the user wants the files read."""
        return Reading(
            dict(self.settings.constants),
            frozenset(self.settings.unreadable_as_null),
            self.settings.date_order,
            frozenset(self.settings.accept),
        )


@dataclass(frozen=True)
class Inventory:
    """The files of a source beside what the ledger has of them.

    Attributes:
        every: All files that count.
        changed: Those whose bytes, or the way they are read, the ledger does not know, or all.
        known: What the ledger has.
        superseded: Names of files that a later version of the same report replaces, lying there or gone.
        findings: What the choice of files brought to light.
        gone: Names of files that are there no more, and whose charges shall not stay.
    """

    every: tuple[SourceFile, ...]
    changed: tuple[SourceFile, ...]
    known: tuple[FilePeriod, ...]
    superseded: frozenset[str]
    findings: tuple[Finding, ...] = ()
    gone: frozenset[str] = frozenset()

    @property
    def left_behind(self) -> frozenset[date]:
        """Return the billing periods that hold charges of superseded or gone files that no file here stands for."""
        here = {file.sha256 for file in self.every}
        known = (entry for entry in self.known if entry.charges)
        left = self.superseded | self.gone
        return frozenset(entry.period for entry in known if entry.file in left and entry.sha256 not in here)


@dataclass
class Read:
    """Files made ready for conversion.

    Attributes:
        conversions: Each file and how to read it.
        periods: File name -> its billing periods.
        touched: Billing periods to replace: those of the changed files, those that they left, and those of superseded
            files.
    """

    conversions: list[Conversion] = field(default_factory=list)
    periods: dict[str, FilePeriods] = field(default_factory=dict)
    touched: set[date] = field(default_factory=set)

    def add(self, engine: Engine, conversion: Conversion) -> None:
        """Take a file in."""
        self.periods[conversion.staged.file.name] = file_periods(engine, conversion)
        self.conversions.append(conversion)
