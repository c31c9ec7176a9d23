"""Load: a source's files into the ledger, only what is new, all of it or nothing.

Owns which files and billing periods a load touches and the order of its steps. Reading, converting and
committing are done in ``sources``, ``normalize`` and ``ledger``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from finmod.engines.disk import told_when_full
from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.ledger.aside import aside
from finmod.ledger.comparison import comparison_ledger
from finmod.ledger.ledger import Ledger, PreparedPeriod, Snapshot
from finmod.ledger.locks import books, hold
from finmod.ledger.manifest import FilePeriod, current_files
from finmod.ledger.prepare import PeriodInput, own_columns, prepare
from finmod.ledger.same_bill import same_bill
from finmod.ledger.tables import CHARGES, USAGE
from finmod.normalize.convert import Conversion
from finmod.settings.project import Project
from finmod.settings.source import SourceSettings
from finmod.sources.files import SourceFile, display_name, fingerprint, refuse_same_content
from finmod.sources.format import Selection
from finmod.terms.findings import Finding
from finmod.terms.money import known_sum
from finmod.workspace.close import Booked, Restated, book_closed
from finmod.workspace.job import Inventory, Job, Read
from finmod.workspace.load_usage import UsageLoad, load_usage, refuse_usage
from finmod.workspace.losses import file_gone, files_left, refuse_loss
from finmod.workspace.reading import digest, read_files, select
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
        usage_rows: Number of rows of usage; None for a bill.
        booked: First day of the open month that took the differences, where the period is closed: ``charges`` are then
            true-ups, and ``billed_cost`` is what they moved. None for an open period.
    """

    source: str
    period: date
    files: int
    charges: dict[str, int]
    billed_cost: dict[str, Decimal | None]
    replaced: bool
    findings: tuple[Finding, ...] = ()
    usage_rows: int | None = None
    booked: date | None = None


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
        compare_with: Name of the source that the charges are kept beside, counted nowhere; None for a bill.
    """

    source: str
    format: str
    periods: tuple[LoadedPeriod, ...] = ()
    unchanged: int = 0
    left_out: tuple[tuple[Path, str], ...] = ()
    version: int = -1
    compare_with: str | None = None


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
    other = settings.compare_with
    ledger = comparison_ledger(project.store) if other else Ledger(project.store)
    said = project.sources.get(name)
    declared = said is not None and _files(said) == _files(settings)
    job = Job(name, settings, project.root, now, declared=declared, again=again)
    with (
        told_when_full(),
        hold(ledger.locks, f"source-{name}", f"source '{name}'"),
        books(ledger.locks),
        aside(ledger.staging, name, now) as folder,
        Engine(temp_folder=folder / "spill") as engine,
        watching(engine, step) as told,
    ):
        # DuckDB makes a join of every long IN list, and mappings have many: to plan their joins takes a fifth of the
        # time of a small load, and on a large one they are no faster.
        engine.run("SET disabled_optimizers = 'in_clause'")
        if settings.format in USAGE:
            return _usage(load_usage(engine, ledger, job, folder, told), job)
        if other:
            _refuse_comparison(engine, project, name, other)
        return replace(_load(engine, ledger, job, folder, told), compare_with=other)


def _files(settings: SourceSettings) -> tuple[object, ...]:
    return settings.format, settings.paths, settings.actual, settings.amortized


def _refuse_comparison(engine: Engine, project: Project, name: str, other: str) -> None:
    """Refuse to keep a source for comparison that is a bill itself, or beside one that there is not."""
    ledger = Ledger(project.store)
    head = ledger.head(engine)
    if current_files(engine, ledger, head, name):
        found = f"the source {name} has charges among the bills, and they would go on counting there"
        expected = "a source of its own for the comparison"
        remedy = "Name it otherwise: --source NAME, or another key under sources: in finmod.yaml."
        raise UserError(Problem(code="FM1441", found=found, expected=expected, remedy=remedy))
    if name == other or (other not in project.sources and not current_files(engine, ledger, head, other)):
        beside = comparison_ledger(project.store)
        why = "the ledger does not have"
        remedy = "Load that one first, or correct --compare-with: finmod status shows the sources."
        if current_files(engine, beside, beside.head(engine), other):
            why = "is kept for comparison alone"
            remedy = "Name the source that has the bill: finmod status shows it. finmod compare takes any two of them."
        found = f"{name} is to be kept beside {'itself' if name == other else f'{other}, which {why}'}"
        expected = "another source that has the same bill"
        raise UserError(Problem(code="FM1441", found=found, expected=expected, remedy=remedy))


def _usage(done: UsageLoad, job: Job) -> LoadReport:
    periods = tuple(
        LoadedPeriod(
            ready.source, ready.period, len(ready.manifest), {}, {}, ready.period in done.before, found,
            ready.files[USAGE[ready.format].usage.name][1],
        )
        for ready, found in done.periods
    )  # fmt: skip
    return LoadReport(job.name, job.settings.format, periods, done.unchanged, done.left_out, done.version)


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


def _load(engine: Engine, ledger: Ledger, job: Job, folder: Path, step: Step) -> LoadReport:
    format_name, selection = job.settings.format, select(job)
    job = replace(job, roles=selection.roles, promised=selection.promised)
    if not selection.files:
        raise UserError(_nothing_left(job, selection.left_out))
    step("fingerprint", 0, len(selection.files))
    files = [fingerprint(path, job.root) for path in selection.files]
    for role in dict.fromkeys(job.roles.get(file.path, "") for file in files):
        refuse_same_content([file for file in files if job.roles.get(file.path, "") == role])
    head = ledger.head(engine)
    refuse_usage(engine, ledger, head, job.name)
    known = current_files(engine, ledger, head, job.name)
    read_as = digest(job)
    here = {file.sha256 for file in files}
    overwritten = {entry.file for entry in known if entry.charges and entry.sha256 not in here}
    changed = [
        file
        for file in files
        if job.again or file.name in overwritten or not any(_same(entry, file, read_as) for entry in known)
    ]
    superseded = _superseded(job, selection, files, known)
    # A load by path may name a part of a source.
    gone = {entry.file for entry in known} - {file.name for file in files} if job.again and job.declared else set()
    inventory = Inventory(
        tuple(files), tuple(changed), tuple(known), superseded, selection.findings, frozenset(gone) - superseded
    )
    if not changed and not inventory.left_behind:
        return LoadReport(job.name, format_name, (), len(files), selection.left_out, head.version)
    read = read_files(engine, job, inventory, folder, step)
    works = _works(job, read, inventory, read_as, _spelling(ledger.columns(CHARGES, head), read.conversions))
    prepared = _prepare_all(engine, job, works, folder, step)
    _refuse_same_bill(engine, ledger, job, head, [ready for ready, _ in prepared])
    refuse_loss(job, read, inventory, {ready.period: ready.files[CHARGES.name][1] for ready, _ in prepared})
    load_id = f"{job.now:%Y%m%dT%H%M%S%f}-{job.name}"
    booked = book_closed(engine, ledger, Restated(tuple(prepared), load_id, job.now, head), folder, step)
    version = ledger.commit(engine, [each.ready for each in booked], load_id, job.now, seen=head).version
    before = {entry.period for entry in known}
    loaded = tuple(_loaded(each, replaced=each.ready.period in before) for each in booked)
    return LoadReport(job.name, format_name, loaded, len(files) - len(read.conversions), selection.left_out, version)


def _refuse_same_bill(
    engine: Engine, ledger: Ledger, job: Job, head: Snapshot, prepared: Sequence[PreparedPeriod]
) -> None:
    """Refuse a bill that stands under another source already, unless it is looked at beside that, or wanted."""
    if job.settings.compare_with or "FM1440" in job.reading.accept:
        return
    problems = same_bill(engine, ledger, head, job.name, prepared)
    if problems:
        raise UserError(*problems)


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


def _same(entry: FilePeriod, file: SourceFile, read_as: str) -> bool:
    return entry.sha256 == file.sha256 and entry.read_as == read_as and not entry.undone


def _works(job: Job, read: Read, inventory: Inventory, read_as: str, spelling: Mapping[str, str]) -> list[PeriodInput]:
    works: list[PeriodInput] = []
    there = {file.name for file in inventory.every}
    for period in sorted(read.touched):
        inside = tuple(item for item in read.conversions if period in read.periods[item.staged.file.name].periods)
        left = files_left(inventory, inside, period)
        of_period = (None, f"{period:%Y-%m}")
        shapes = [
            finding
            for item in inside
            for finding in read.periods[item.staged.file.name].findings
            if finding.billing_period in of_period
        ]
        # Where every file left the period it is replaced by nothing, and their manifests say so.
        inside = inside or tuple(item for item in read.conversions if item.staged.file.name in left)
        inside = inside or tuple(read.conversions[:1])
        alone = frozenset(name for name, found in read.periods.items() if found.periods == {period})
        gone = [file_gone(job.name, period, name, still=name in there) for name in left]
        if period == max(read.touched):
            shapes += [replace(finding, source=job.name) for finding in inventory.findings]
        works.append(PeriodInput(job.name, period, inside, alone, read_as, (*gone, *shapes), spelling))
    return works


def _loaded(booked: Booked, *, replaced: bool) -> LoadedPeriod:
    ready, billed, charges = booked.ready, dict[str, Decimal | None](), dict[str, int]()
    files = len({row.file for row in ready.manifest})
    if booked.moved is not None:
        charges = {currency: change.rows for currency, change in booked.moved.items()}
        billed = {currency: change.costs["BilledCost"] for currency, change in booked.moved.items()}
        return LoadedPeriod(
            ready.source, ready.period, files, charges, billed, replaced, booked.findings, booked=ready.booked
        )
    for row in ready.manifest:
        if row.currency is not None:
            charges[row.currency] = charges.get(row.currency, 0) + row.charges
            amount = None if row.billed_cost is None else Decimal(row.billed_cost)
            billed[row.currency] = known_sum((billed.get(row.currency), amount))
    return LoadedPeriod(ready.source, ready.period, files, charges, billed, replaced, booked.findings)


__all__ = ["LoadReport", "LoadedPeriod", "Step", "load_source", "load_sources"]
