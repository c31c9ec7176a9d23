"""Load usage: a source's reports or answers into the ledger, only what is new, all of it or nothing.

Owns which reports and months a load of usage touches and the order of its steps. It keeps the promises of ``load.py``:
files known by their bytes, months replaced whole, nothing dropped unasked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.ledger.ledger import Ledger, PreparedPeriod, Snapshot
from finmod.ledger.manifest import current_files
from finmod.ledger.tables import CHARGES, USAGE
from finmod.ledger.usage import UsageFile, UsageInput, current_usage, prepare_usage, with_empty_charges
from finmod.normalize.formats import require_format
from finmod.normalize.usage_checks import UsagePeriods, usage_periods
from finmod.normalize.usage_rows import UsageConversion
from finmod.sources.domains import MANY_ROWS
from finmod.sources.files import SourceFile, fingerprint, refuse_same_content
from finmod.sources.kinds import header_line
from finmod.sources.kubernetes import report_of
from finmod.sources.stage import Staged, column_names
from finmod.terms.findings import Finding
from finmod.workspace.job import Job
from finmod.workspace.losses import drop_remedy, file_gone
from finmod.workspace.reading import likely_format, select
from finmod.workspace.steps import Step
from finmod.workspace.usage_formats import USAGE_READERS, UsageReader


@dataclass(frozen=True)
class UsageLoad:
    """What a load of usage did.

    Attributes:
        periods: Each month that was loaded, with its findings; empty where the ledger has every file already.
        unchanged: Number of files that were not read again.
        before: Months that the source had before.
        version: Ledger version afterwards.
        left_out: Files that belong to another source, with the reason.
    """

    periods: tuple[tuple[PreparedPeriod, tuple[Finding, ...]], ...]
    unchanged: int
    before: frozenset[date]
    version: int
    left_out: tuple[tuple[Path, str], ...] = ()


@dataclass
class _Read:
    conversions: list[UsageConversion] = field(default_factory=list)
    periods: dict[str, UsagePeriods] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)


def load_usage(engine: Engine, ledger: Ledger, job: Job, folder: Path, step: Step) -> UsageLoad:
    """Load what is new in one source of usage.

    Args:
        engine: Where to work.
        ledger: Where it goes.
        job: The source.
        folder: Its staging folder.
        step: Progress.

    Raises:
        UserError: A file cannot be read, or rows would be dropped; the ledger is as it was.
    """
    reader, selection = USAGE_READERS[job.settings.format], select(job)
    step("fingerprint", 0, len(selection.files))
    files = [fingerprint(path, job.root) for path in selection.files]
    refuse_same_content(files)
    head = ledger.head(engine)
    _refuse_bills(engine, ledger, head, job)
    known = current_usage(engine, ledger, head, job.name, reader.tables)
    read_as = _digest(job, reader)
    stands = {(entry.sha256, entry.read_as) for entry in known}
    changed = [file for file in files if job.again or (file.sha256, read_as) not in stands]
    before = frozenset(entry.period for entry in known)
    if not changed:
        return UsageLoad((), len(files), before, head.version, selection.left_out)
    read = _read_files(engine, job, changed, folder, step, {entry.file for entry in known if entry.rows})
    touched = {period for found in read.periods.values() for period in found.periods}
    # What lies there no more leaves the ledger where every file is read again; a load by path may name a part.
    left = {entry.file for entry in known} - {file.name for file in files} if job.again and job.declared else set()
    here = {file.sha256 for file in files}
    touched |= {entry.period for entry in known if entry.file in {file.name for file in changed}}
    touched |= {entry.period for entry in known if entry.file in left and entry.rows and entry.sha256 not in here}
    beside = {entry.sha256 for entry in known if entry.period in touched}
    others = [file for file in files if file not in changed and file.sha256 in beside]
    if not touched:
        return UsageLoad((), len(files), before, head.version, selection.left_out)
    more = _read_files(engine, job, others, folder, step)
    read = _Read([*read.conversions, *more.conversions], {**read.periods, **more.periods}, read.empty)
    _look_together(engine, reader, read)
    works = [_work(job, read, period, known, read_as, files) for period in sorted(touched)]
    works[0] = replace(works[0], findings=(*works[0].findings, *_without_rows(job, works[0].period, read.empty)))
    prepared = _prepare_all(engine, works, folder, step)
    _refuse_loss(job, prepared, known, files)
    if not ledger.files(CHARGES, head):
        first, found = prepared[0]
        prepared[0] = (with_empty_charges(engine, first, folder), found)
    load_id = f"{job.now:%Y%m%dT%H%M%S%f}-{job.name}"
    version = ledger.commit(engine, [ready for ready, _ in prepared], load_id, job.now, seen=head).version
    unchanged = len(files) - len(read.conversions)
    return UsageLoad(tuple(prepared), unchanged, before, version, selection.left_out)


def refuse_usage(engine: Engine, ledger: Ledger, snapshot: Snapshot, source: str) -> None:
    """Refuse a bill under the name of a source of usage.

    Raises:
        UserError: FM1287.
    """
    for tables in USAGE.values():
        if current_usage(engine, ledger, snapshot, source, tables):
            raise UserError(_mixed(source, tables.form.title, "a bill"))


def _refuse_bills(engine: Engine, ledger: Ledger, snapshot: Snapshot, job: Job) -> None:
    """Refuse usage under the name of a source of bills, or of usage of another kind."""
    comes = USAGE[job.settings.format].form.title
    if any(entry.charges for entry in current_files(engine, ledger, snapshot, job.name)):
        raise UserError(_mixed(job.name, "charges", comes))
    for name, tables in USAGE.items():
        if name != job.settings.format and current_usage(engine, ledger, snapshot, job.name, tables):
            raise UserError(_mixed(job.name, tables.form.title, comes))


def _mixed(source: str, has: str, comes: str) -> Problem:
    return Problem(
        code="FM1287",
        found=f"the ledger has {has} under the name {source}, and this is {comes}",
        expected="a source of its own for each",
        where=f"source {source}",
        remedy="Name it otherwise: --source NAME, or another key below sources: in finmod.yaml.",
    )


def _digest(job: Job, reader: UsageReader) -> str:
    """Return what, besides their bytes, decides how reports are read."""
    parts = [job.settings.format, reader.revision, sorted(job.reading.constants.items())]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _read_files(  # noqa: PLR0913, PLR0917 -- a source's files, and where and how they are read
    engine: Engine, job: Job, files: Sequence[SourceFile], folder: Path, step: Step, filled: Collection[str] = ()
) -> _Read:
    """Read files; a report that is a header alone is empty where others have rows, now or in the ledger (``filled``).

    One that had rows before is refused: they would go.
    """
    reader, read, problems, empty = USAGE_READERS[job.settings.format], _Read(), list[Problem](), list[Problem]()
    for place, file in enumerate(files):
        step(f"read {file.name}", place, len(files))
        try:
            staged = _staged(engine, reader, file, folder)
            conversion = reader.conversion(job.name, staged, job.reading)
            read.periods[file.name] = usage_periods(engine, conversion, reader.look)
            read.conversions.append(conversion)
        except UserError as error:
            if file.name not in filled and _is_header_alone(engine, file, error):
                read.empty.append(file.name)
                empty += error.problems
            else:
                problems += error.problems
    if empty and not (read.conversions or filled):
        problems += empty
    if problems:
        raise UserError(*problems)
    return read


def _is_header_alone(engine: Engine, file: SourceFile, error: UserError) -> bool:
    """Return whether a file was refused as a usage report without rows."""
    if {problem.code for problem in error.problems} != {"FM1107"}:
        return False
    try:
        return report_of(column_names(engine, file)) is not None
    except UserError:
        return False


def _without_rows(job: Job, period: date, empty: Sequence[str]) -> list[Finding]:
    return [
        Finding(
            code="FM1243",
            severity="info",
            message="The report has a header and no rows: it says nothing.",
            source=job.name,
            billing_period=f"{period:%Y-%m}",
            where=name,
        )
        for name in empty
    ]


def _staged(engine: Engine, reader: UsageReader, file: SourceFile, folder: Path) -> Staged:
    """Return a file made ready; where it cannot be, and is of another format by its columns, that one is named."""
    try:
        staged = reader.stage(engine, file, folder)
        return staged.with_domains(engine) if staged.rows >= MANY_ROWS else staged
    except UserError:
        try:
            names = column_names(engine, file, json=True)
        except UserError:
            names = []
        likely = likely_format(file, names)
        if likely is not None:
            require_format(reader.tables.form.format, names, file.name, line=header_line(file), likely=likely)
        raise


def _look_together(engine: Engine, reader: UsageReader, read: _Read) -> None:
    """Look at files side by side; what is found goes with the file that it is about."""
    for name, finding in reader.together(engine, read.conversions):
        before = read.periods[name]
        read.periods[name] = replace(before, findings=(*before.findings, finding))


def _work(  # noqa: PLR0913, PLR0917 -- a source's month, what was read, what stood there, what is there
    job: Job, read: _Read, period: date, known: Sequence[UsageFile], read_as: str, files: Sequence[SourceFile]
) -> UsageInput:
    inside = tuple(item for item in read.conversions if period in read.periods[item.staged.file.name].periods)
    alone = frozenset(name for name, found in read.periods.items() if set(found.periods) == {period})
    there = {file.name for file in files}
    gone = [
        _usage_gone(file_gone(job.name, period, name, still=name in there)) for name in _left(inside, known, period)
    ]
    odd = [
        replace(finding, source=job.name, billing_period=f"{period:%Y-%m}")
        for item in inside
        for finding in read.periods[item.staged.file.name].findings
    ]
    tables = USAGE[job.settings.format]
    return UsageInput(tables, job.name, period, inside, alone, read_as, (*gone, *odd), files[0])


def _usage_gone(finding: Finding) -> Finding:
    return replace(finding, message=finding.message.replace("charges", "rows"))


def _left(inside: Sequence[UsageConversion], known: Sequence[UsageFile], period: date) -> list[str]:
    """Return the names of files that brought rows of a month before and bring none now, renamed ones apart."""
    names = {item.staged.file.name for item in inside}
    contents = {item.staged.file.sha256 for item in inside}
    before = (entry for entry in known if entry.period == period and entry.rows)
    return sorted(entry.file for entry in before if entry.file not in names and entry.sha256 not in contents)


def _prepare_all(
    engine: Engine, works: Sequence[UsageInput], folder: Path, step: Step
) -> list[tuple[PreparedPeriod, tuple[Finding, ...]]]:
    """Return every month ready for its commit, or tell the problems of all of them."""
    prepared, problems = [], dict[Problem, None]()
    for place, work in enumerate(works):
        name = f"{work.source} {work.period:%Y-%m}"
        try:
            prepared.append(prepare_usage(engine, work, folder, partial(_told, step, name, place, len(works))))
        except UserError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise UserError(*problems)
    return prepared


def _told(step: Step, name: str, place: int, places: int, what: str) -> None:
    step(f"{name}: {what}", place, places)


def _refuse_loss(
    job: Job,
    prepared: Sequence[tuple[PreparedPeriod, tuple[Finding, ...]]],
    known: Sequence[UsageFile],
    files: Sequence[SourceFile],
) -> None:
    """Refuse to drop rows that no file of this load stands for, by the rules of ``losses.refuse_loss``."""
    if "FM1130" in job.reading.accept:
        return
    there = {file.name for file in files}
    problems = []
    for ready, _ in prepared:
        rows = ready.files[USAGE[job.settings.format].usage.name][1]
        brought = [entry for entry in known if entry.period == ready.period and entry.rows]
        left = _missing(brought, ready, there)
        if rows and job.declared:
            before = sum(entry.rows for entry in brought)
            left = {name: count for name, count in left.items() if rows * 2 < before}
        elif not rows:
            left = {entry.file: entry.rows for entry in brought}
        problems += [_would_drop(job, ready.period, name) for name in left]
    if problems:
        raise UserError(*problems)


def _missing(before: Sequence[UsageFile], ready: PreparedPeriod, there: set[str]) -> Mapping[str, int]:
    now = {row.sha256 for row in ready.manifest} | {row.file for row in ready.manifest}
    return {
        entry.file: entry.rows for entry in before if entry.file not in there and not {entry.file, entry.sha256} & now
    }


def _would_drop(job: Job, period: date, file: str) -> Problem:
    return Problem(
        code="FM1130",
        found=f"the ledger has usage of the file in {job.name} {period:%Y-%m}, and this load would drop it",
        expected="every file of a month, for as long as its usage shall stay",
        where=file,
        remedy=drop_remedy(job, "rows"),
    )
