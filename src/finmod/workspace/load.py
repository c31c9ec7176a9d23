"""Load: a source's files into the ledger, only what is new, all of it or nothing.

Owns which files and billing periods a load touches and the order of its steps. Reading, converting and
committing are done in ``sources``, ``normalize`` and ``ledger``.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.ledger import Ledger, PreparedPeriod, Snapshot
from finmod.ledger.locks import hold
from finmod.ledger.manifest import FilePeriod, current_files
from finmod.ledger.prepare import PeriodInput, prepare
from finmod.normalize.booking import FilePeriods, file_periods, refuse_unbookable
from finmod.normalize.convert import Conversion
from finmod.normalize.formats import READERS, detected, require_format
from finmod.normalize.values import Reading
from finmod.settings.project import Project, SourceSettings
from finmod.sources.files import SourceFile, discover, fingerprint, refuse_same_content
from finmod.sources.stage import column_names, stage
from finmod.terms.findings import Finding

Step = Callable[[str, int, int], None]
"""Called with what is being done, how many parts are done, and how many there are."""


@dataclass(frozen=True)
class LoadedPeriod:
    """One billing period that a load brought.

    Attributes:
        source: Name of the source.
        period: First day of the month.
        files: Number of files.
        charges: Number of charges.
        billed_cost: Currency -> sum of BilledCost.
        replaced: Whether the period was there before.
        findings: What was odd about it.
    """

    source: str
    period: date
    files: int
    charges: int
    billed_cost: dict[str, Decimal]
    replaced: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class LoadReport:
    """What a load of one source did.

    Attributes:
        source: Name of the source.
        format: Its format.
        periods: What was loaded; empty where every file is in the ledger already.
        unchanged: Number of files that were in the ledger already and were not read again.
        left_out: Superseded files with the reason.
        version: Ledger version afterwards.
    """

    source: str
    format: str
    periods: tuple[LoadedPeriod, ...] = ()
    unchanged: int = 0
    left_out: tuple[tuple[Path, str], ...] = ()
    version: int = -1


@dataclass(frozen=True)
class Job:
    """One source to be loaded.

    Attributes:
        name: Name of the source.
        settings: Format, paths and wishes.
        root: Folder that relative paths start from and that file names are relative to.
        now: Time of the load, UTC.
    """

    name: str
    settings: SourceSettings
    root: Path
    now: datetime

    @property
    def reading(self) -> Reading:
        """Return how the user wants the files read."""
        return Reading(
            dict(self.settings.constants),
            frozenset(self.settings.unreadable_as_null),
            self.settings.date_order,
            frozenset(self.settings.accept),
        )


def load_source(project: Project, name: str, settings: SourceSettings, now: datetime, step: Step) -> LoadReport:
    """Load what is new in one source.

    Args:
        project: Whose ledger.
        name: Name of the source.
        settings: Its entry in finmod.yaml, or what the command line said.
        now: Time of the load, UTC.
        step: Progress.

    Returns:
        What was done. Loading the same files again does nothing and says so.

    Raises:
        UserError: A file cannot be read or booked; the ledger is as it was.
    """
    ledger = Ledger(project.store)
    job = Job(name, settings, project.root, now)
    with hold(ledger.locks, f"source-{name}", f"source '{name}'"):
        ledger.clear_staging(name)
        with _staging(ledger, job) as folder, Engine(temp_folder=folder / "spill") as engine:
            return _load(engine, ledger, job, folder, step)


@contextmanager
def _staging(ledger: Ledger, job: Job) -> Iterator[Path]:
    folder = ledger.staging / f"{job.name}@{job.now:%Y%m%dT%H%M%S%f}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _load(engine: Engine, ledger: Ledger, job: Job, folder: Path, step: Step) -> LoadReport:
    paths = discover(job.root, job.settings.paths)
    format_name = job.settings.format
    selection = READERS[format_name].format.select_files(paths)
    step("fingerprint", 0, len(selection.files))
    files = [fingerprint(path, job.root) for path in selection.files]
    refuse_same_content(files)
    head = ledger.head(engine)
    known = current_files(engine, ledger, head, job.name)
    read_as = _digest(format_name, files, job)
    changed = [file for file in files if not any(_same(entry, file, read_as) for entry in known)]
    if not changed:
        return LoadReport(job.name, format_name, (), len(files), selection.left_out, head.version)
    conversions, periods = _stage(engine, job, format_name, (files, changed, known), folder, step)
    works = _works(job, conversions, periods, read_as, (files, changed, known))
    prepared = []
    for place, work in enumerate(works):
        name = f"{job.name} {work.period:%Y-%m}"
        prepared.append(
            prepare(engine, work, folder, lambda what, n=name, p=place: step(f"{n}: {what}", p, len(works)))
        )
    loaded, version = [], head.version
    for ready, found in prepared:
        load_id = f"{job.now:%Y%m%dT%H%M%S%f}-{job.name}"
        version = ledger.commit(engine, ready, load_id, job.now).version
        loaded.append(_loaded(ready, found, replaced=any(entry.period == ready.period for entry in known)))
    unchanged = len(files) - len(conversions)
    return LoadReport(job.name, format_name, tuple(loaded), unchanged, selection.left_out, version)


def detect_format(root: Path, patterns: Sequence[str]) -> str:
    """Return the format that the first file of some paths looks like.

    Raises:
        UserError: There is no file, or it is of no format that finmod knows.
    """
    with Engine() as engine:
        file = fingerprint(discover(root, patterns)[0], root)
        return detected(column_names(engine, file), file.name)


def _digest(format_name: str, files: Sequence[SourceFile], job: Job) -> str:
    """Return what, besides their bytes, decides how files become charges."""
    reading = job.reading
    revision = READERS[format_name].mapping([]).revision
    parts = [format_name, revision, sorted(reading.constants.items()), sorted(reading.unreadable_as_null),
             reading.date_order, sorted(reading.accept)]  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _same(entry: FilePeriod, file: SourceFile, read_as: str) -> bool:
    return entry.sha256 == file.sha256 and entry.read_as == read_as


_Files = tuple[Sequence[SourceFile], Sequence[SourceFile], Sequence[FilePeriod]]


def _stage(
    engine: Engine, job: Job, format_name: str, files: _Files, folder: Path, step: Step
) -> tuple[list[Conversion], dict[str, FilePeriods]]:
    """Stage the changed files, then the unchanged ones that share a billing period with them."""
    every, changed, known = files
    conversions: list[Conversion] = []
    periods: dict[str, FilePeriods] = {}
    problems = []
    for place, file in enumerate(changed):
        step(f"read {file.name}", place, len(changed))
        try:
            conversion = _conversion(engine, job, format_name, file, folder)
            periods[file.name] = file_periods(engine, conversion)
            conversions.append(conversion)
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(*problems)
    touched = _touched(periods, changed, known)
    beside = {entry.sha256 for entry in known if entry.period in touched}
    for file in every:
        if file not in changed and file.sha256 in beside:
            step(f"read {file.name}", len(changed), len(changed))
            conversion = _conversion(engine, job, format_name, file, folder)
            periods[file.name] = file_periods(engine, conversion)
            conversions.append(conversion)
    refuse_unbookable(engine, conversions)
    return conversions, periods


def _touched(periods: dict[str, FilePeriods], changed: Sequence[SourceFile], known: Sequence[FilePeriod]) -> set[date]:
    """Return the billing periods to replace: those of the changed files, and those that they left."""
    names = {file.name for file in changed}
    now = {period for found in periods.values() for period in found.periods}
    return now | {entry.period for entry in known if entry.file in names}


def _conversion(engine: Engine, job: Job, format_name: str, file: SourceFile, folder: Path) -> Conversion:
    names = column_names(engine, file)
    require_format(format_name, names, file.name)
    reader = READERS[format_name]
    mapping, canonical = reader.mapping(names), reader.format.canonical
    needed = mapping.source_columns()
    keeps_all = format_name == "focus"
    staged = stage(
        engine,
        file,
        folder,
        wanted=lambda name: keeps_all or canonical(name) in needed,
        pad_short_rows="FM1116" in job.reading.accept,
    )
    return Conversion(job.name, staged, mapping, canonical, job.reading)


def _works(
    job: Job, conversions: Sequence[Conversion], periods: dict[str, FilePeriods], read_as: str, files: _Files
) -> list[PeriodInput]:
    every, changed, known = files
    works = []
    for period in sorted(_touched(periods, changed, known)):
        inside = tuple(item for item in conversions if period in periods[item.staged.file.name].periods)
        if not inside:
            continue
        alone = frozenset(name for name, found in periods.items() if found.periods == {period})
        gone = {entry.file for entry in known if entry.period == period} - {file.name for file in every}
        findings = tuple(_gone(job.name, period, name) for name in sorted(gone))
        shapes = tuple(finding for item in inside for finding in periods[item.staged.file.name].findings)
        works.append(PeriodInput(job.name, period, inside, alone, read_as, (*findings, *shapes)))
    return works


def _gone(source: str, period: date, file: str) -> Finding:
    return Finding(
        code="FM1201",
        severity="warning",
        message=f"{file} brought charges of {period:%Y-%m} before and is no longer there; its charges left the period.",
        source=source,
        billing_period=f"{period:%Y-%m}",
        where=file,
    )


def _loaded(ready: PreparedPeriod, findings: tuple[Finding, ...], *, replaced: bool) -> LoadedPeriod:
    billed: dict[str, Decimal] = {}
    for row in ready.manifest:
        billed[row.currency] = billed.get(row.currency, Decimal(0)) + Decimal(row.billed_cost)
    files = len({row.file for row in ready.manifest})
    charges = sum(row.charges for row in ready.manifest)
    return LoadedPeriod(ready.source, ready.period, files, charges, billed, replaced, findings)


__all__ = ["LoadReport", "LoadedPeriod", "Snapshot", "Step", "load_source"]
