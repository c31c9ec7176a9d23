"""Load: a source's files into the ledger, only what is new, all of it or nothing.

Owns which files and billing periods a load touches and the order of its steps. Reading, converting and
committing are done in ``sources``, ``normalize`` and ``ledger``.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from finmod.engines.disk import full_disk, told_when_full
from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.ledger.ledger import Ledger, PreparedPeriod
from finmod.ledger.locks import hold, unwritable
from finmod.ledger.manifest import FilePeriod, current_files
from finmod.ledger.prepare import PeriodInput, own_columns, prepare
from finmod.ledger.tables import CHARGES
from finmod.normalize.booking import refuse_unbookable
from finmod.normalize.convert import Conversion
from finmod.normalize.formats import READERS, detected, require_format
from finmod.settings.project import Project, SourceSettings
from finmod.sources.files import SourceFile, discover, display_name, fingerprint, refuse_same_content
from finmod.sources.format import Selection
from finmod.sources.kinds import header_line
from finmod.sources.stage import column_names, stage
from finmod.terms.findings import Finding
from finmod.terms.money import known_sum
from finmod.workspace.job import Inventory, Job, Read
from finmod.workspace.losses import file_gone, files_left, refuse_loss
from finmod.workspace.steps import Step, watching


@dataclass(frozen=True)
class LoadedPeriod:
    """One billing period that a load brought.

    Attributes:
        source: Name of the source.
        period: First day of the month.
        files: Number of files.
        charges: Currency -> number of charges; empty where none is left.
        billed_cost: Currency -> sum of BilledCost, None where every one is unknown; empty where no charge is left.
        replaced: Whether the period was there before.
        findings: What was odd about it.
    """

    source: str
    period: date
    files: int
    charges: dict[str, int]
    billed_cost: dict[str, Decimal | None]
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


def load_source(  # noqa: PLR0913 -- a source, its settings, and how to load it
    project: Project, name: str, settings: SourceSettings, now: datetime, step: Step, *, again: bool = False
) -> LoadReport:
    """Load what is new in one source.

    Args:
        project: Whose ledger.
        name: Name of the source.
        settings: Its entry in finmod.yaml, or what the command line said.
        now: Time of the load, UTC.
        step: Progress.
        again: Read files that the ledger has already too.

    Returns:
        What was done. Loading the same files again does nothing and says so, unless that is wanted.

    Raises:
        UserError: A file cannot be read or booked; the ledger is as it was.
    """
    ledger = Ledger(project.store)
    said = project.sources.get(name)
    declared = said is not None and (said.format, said.paths) == (settings.format, settings.paths)
    job = Job(name, settings, project.root, now, declared=declared, again=again)
    with told_when_full(), hold(ledger.locks, f"source-{name}", f"source '{name}'"):
        ledger.clear_staging(name)
        with (
            _staging(ledger, job) as folder,
            Engine(temp_folder=folder / "spill") as engine,
            watching(engine, step) as told,
        ):
            return _load(engine, ledger, job, folder, told)


def load_sources(
    project: Project, sources: Mapping[str, SourceSettings], now: datetime, step: Step, *, again: bool = False
) -> tuple[list[LoadReport], list[Problem]]:
    """Load several sources, each by itself: one that is refused leaves its own charges as they were, not the others'.

    Returns:
        What was done, and the problems of the sources that were refused.
    """
    reports, problems = [], dict[Problem, None]()
    for name, settings in sources.items():
        try:
            reports.append(load_source(project, name, settings, now, step, again=again))
        except UserError as error:
            named = len(sources) > 1
            problems |= dict.fromkeys(_of_source(problem, name) if named else problem for problem in error.problems)
    return reports, list(problems)


def _of_source(problem: Problem, name: str) -> Problem:
    """Return a problem whose place names the source: where several are loaded, a path may not tell whose it is."""
    if re.search(rf"\b{re.escape(name)}\b", f"{problem.where} {problem.found}"):
        return problem
    return replace(problem, where=f"{problem.where} (source {name})" if problem.where else f"source {name}")


@contextmanager
def _staging(ledger: Ledger, job: Job) -> Iterator[Path]:
    folder = ledger.staging / f"{job.name}@{job.now:%Y%m%dT%H%M%S%f}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise full_disk(error) or UserError(unwritable(folder.parent, error)) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _load(engine: Engine, ledger: Ledger, job: Job, folder: Path, step: Step) -> LoadReport:
    where = f"finmod.yaml, source {job.name}" if job.declared else None
    paths = discover(job.root, job.settings.paths, where=where)
    format_name = job.settings.format
    selection = READERS[format_name].format.select_files(paths)
    if not selection.files:
        raise UserError(_nothing_left(job, selection.left_out))
    step("fingerprint", 0, len(selection.files))
    files = [fingerprint(path, job.root) for path in selection.files]
    refuse_same_content(files)
    head = ledger.head(engine)
    known = current_files(engine, ledger, head, job.name)
    read_as = _digest(job)
    changed = [file for file in files if job.again or not any(_same(entry, file, read_as) for entry in known)]
    superseded = _superseded(job, selection, files, known)
    inventory = Inventory(tuple(files), tuple(changed), tuple(known), superseded, selection.findings)
    if not changed and not inventory.left_behind:
        return LoadReport(job.name, format_name, (), len(files), selection.left_out, head.version)
    read = _read(engine, job, inventory, folder, step)
    works = _works(job, read, inventory, read_as, _spelling(ledger.columns(CHARGES, head), read.conversions))
    prepared = _prepare_all(engine, job, works, folder, step)
    refuse_loss(job, read, inventory, {ready.period: ready.files[CHARGES.name][1] for ready, _ in prepared})
    load_id = f"{job.now:%Y%m%dT%H%M%S%f}-{job.name}"
    version = ledger.commit(engine, [ready for ready, _ in prepared], load_id, job.now).version
    before = {entry.period for entry in known}
    loaded = tuple(_loaded(ready, found, replaced=ready.period in before) for ready, found in prepared)
    return LoadReport(job.name, format_name, loaded, len(files) - len(read.conversions), selection.left_out, version)


def _superseded(
    job: Job, selection: Selection, files: Sequence[SourceFile], known: Sequence[FilePeriod]
) -> frozenset[str]:
    """Return the names of files that a later version of the same report replaces, lying there or gone."""
    names = {display_name(path, job.root) for path, _ in selection.left_out}
    folders = tuple(f"{display_name(folder, job.root)}/" for folder in selection.whole)
    current = {file.name for file in files}
    gone = {entry.file for entry in known if entry.file.startswith(folders) and entry.file not in current}
    return frozenset(names | gone)


def _prepare_all(
    engine: Engine, job: Job, works: Sequence[PeriodInput], folder: Path, step: Step
) -> list[tuple[PreparedPeriod, tuple[Finding, ...]]]:
    """Return every period ready for its commit, or tell the problems of all of them."""
    prepared, problems = [], dict[Problem, None]()
    for place, work in enumerate(works):
        told = partial(_told, step, f"{job.name} {work.period:%Y-%m}", place, len(works))
        try:
            prepared.append(prepare(engine, work, folder, told))
        except UserError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise UserError(*problems)
    return prepared


def _nothing_left(job: Job, left_out: Sequence[tuple[Path, str]]) -> Problem:
    path, reason = left_out[0]
    return Problem(
        code="FM1254",
        found=f"every file is left out, such as {path.name}: {reason}",
        expected="at least one file of a bill",
        where=", ".join(job.settings.paths),
        remedy="Give the folder of the bill itself.",
    )


def _told(step: Step, name: str, place: int, places: int, what: str) -> None:
    step(f"{name}: {what}", place, places)


def _spelling(columns: Sequence[str], conversions: Sequence[Conversion]) -> dict[str, str]:
    """Return column name in lower case -> as the ledger spells it, or else the first file."""
    spelling = {name.casefold(): name for name in columns}
    for conversion in conversions:
        for name in own_columns(conversion):
            spelling.setdefault(name.casefold(), name)
    return spelling


def detect_format(root: Path, patterns: Sequence[str]) -> str:
    """Return the format that the first file of some paths looks like.

    Raises:
        UserError: There is no file, or it is of no format that finmod knows.
    """
    with Engine() as engine:
        file = fingerprint(discover(root, patterns)[0], root)
        return detected(column_names(engine, file), file.name, line=header_line(file))


# The other refusals that can be accepted decide whether a bill is loaded, not how.
_CHANGES_READING = frozenset({"FM1116"})


def _digest(job: Job) -> str:
    """Return what, besides their bytes, decides how files become charges."""
    format_name, reading = job.settings.format, job.reading
    revision = READERS[format_name].mapping([]).revision
    parts = [format_name, revision, sorted(reading.constants.items()), sorted(reading.unreadable_as_null),
             reading.date_order, sorted(reading.accept & _CHANGES_READING)]  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _same(entry: FilePeriod, file: SourceFile, read_as: str) -> bool:
    return entry.sha256 == file.sha256 and entry.read_as == read_as


def _read(engine: Engine, job: Job, inventory: Inventory, folder: Path, step: Step) -> Read:
    """Stage the changed files, then the unchanged ones that share a billing period with them."""
    read, changed, problems = Read(), inventory.changed, list[Problem]()
    for place, file in enumerate(changed):
        step(f"read {file.name}", place, len(changed))
        try:
            read.add(engine, _conversion(engine, job, file, folder))
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(*problems)
    names = {file.name for file in changed}
    read.touched |= {period for found in read.periods.values() for period in found.periods}
    read.touched |= {entry.period for entry in inventory.known if entry.file in names} | inventory.left_behind
    beside = {entry.sha256 for entry in inventory.known if entry.period in read.touched}
    for file in inventory.every:
        if file not in changed and file.sha256 in beside:
            step(f"read {file.name}", len(changed), len(changed))
            read.add(engine, _conversion(engine, job, file, folder))
    if not read.conversions:
        # What superseded files brought goes, and nothing comes for it: one file says how its emptiness is written.
        read.add(engine, _conversion(engine, job, inventory.every[0], folder))
    for name, found in refuse_unbookable(read.periods, job.reading.accept).items():
        accepted = tuple(replace(finding, source=job.name) for finding in found)
        read.periods[name] = replace(read.periods[name], findings=(*read.periods[name].findings, *accepted))
    return read


def _conversion(engine: Engine, job: Job, file: SourceFile, folder: Path) -> Conversion:
    format_name, names = job.settings.format, column_names(engine, file)
    require_format(format_name, names, file.name, line=header_line(file))
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


def _works(job: Job, read: Read, inventory: Inventory, read_as: str, spelling: Mapping[str, str]) -> list[PeriodInput]:
    works: list[PeriodInput] = []
    there = {file.name for file in inventory.every}
    for period in sorted(read.touched):
        inside = tuple(item for item in read.conversions if period in read.periods[item.staged.file.name].periods)
        left = files_left(inventory, inside, period)
        shapes = [finding for item in inside for finding in read.periods[item.staged.file.name].findings]
        # Where every file left the period it is replaced by nothing, and their manifests say so.
        inside = inside or tuple(item for item in read.conversions if item.staged.file.name in left)
        inside = inside or tuple(read.conversions[:1])
        alone = frozenset(name for name, found in read.periods.items() if found.periods == {period})
        gone = [file_gone(job.name, period, name, still=name in there) for name in left]
        if period == max(read.touched):
            shapes += [replace(finding, source=job.name) for finding in inventory.findings]
        works.append(PeriodInput(job.name, period, inside, alone, read_as, (*gone, *shapes), spelling))
    return works


def _loaded(ready: PreparedPeriod, findings: tuple[Finding, ...], *, replaced: bool) -> LoadedPeriod:
    billed: dict[str, Decimal | None] = {}
    charges: dict[str, int] = {}
    for row in ready.manifest:
        if row.currency is not None:
            charges[row.currency] = charges.get(row.currency, 0) + row.charges
            amount = None if row.billed_cost is None else Decimal(row.billed_cost)
            billed[row.currency] = known_sum((billed.get(row.currency), amount))
    files = len({row.file for row in ready.manifest})
    return LoadedPeriod(ready.source, ready.period, files, charges, billed, replaced, findings)


__all__ = ["LoadReport", "LoadedPeriod", "Step", "load_source", "load_sources"]
