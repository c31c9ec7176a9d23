"""Export focus: the ledger as FOCUS 1.2, 1.3 or 1.4, in Parquet or CSV.

Owns which rows go out, and where they may not go.
"""

from __future__ import annotations

import errno
import glob
import os
from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import takewhile
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError, printable
from finmod.exports.focus import write_focus
from finmod.focus.columns import Version
from finmod.ledger.comparison import comparison_ledger
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.manifest import CURRENT
from finmod.ledger.reduce import whole
from finmod.ledger.tables import CHARGES, LOADS
from finmod.ledger.usage import CURRENT_USAGE
from finmod.marts.catalogue import view_sql
from finmod.marts.names import without_dimensions
from finmod.settings.project import Project
from finmod.taxonomy.reading import has_taxonomy, read_taxonomy
from finmod.terms.periods import parse_period
from finmod.workspace.steps import Step, silent, watching

_WRITABLE = "Name a file in a folder that you may write to."
_ELSEWHERE = "Name a file elsewhere, such as in a folder beside the bills."
_TOO_LONG = "its name is too long"
_REASONS = {
    errno.EACCES: "you may not write to its folder",
    errno.EPERM: "you may not write to its folder",
    errno.EROFS: "its folder can only be read",
    errno.ENAMETOOLONG: _TOO_LONG,
    errno.ENOENT: "its folder takes no new files",
}


def export_focus(  # noqa: PLR0913 -- the words of the command
    project: Project,
    version: Version,
    target: Path,
    *,
    period: str | None = None,
    source: str | None = None,
    step: Step = silent,
) -> int:
    """Write the ledger's charges as one FOCUS file; return their number.

    Args:
        project: Whose ledger.
        version: 1.2, 1.3 or 1.4.
        target: ``.parquet``, ``.csv`` or ``.csv.gz``; an existing file is replaced when the new one is whole.
        period: ``YYYY-MM``; None for all.
        source: Name of the source; None for all.
        step: Progress.

    Raises:
        UserError: An unknown ending, nothing to export, a folder that cannot be written, or a place of the bills or
            the ledger; or the taxonomy, by which columns of bills are called, has problems.
    """
    month = parse_period(period) if period is not None else None
    _refuse_target(project, target)
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill") as engine:
        snapshot = ledger.head(engine)
        try:
            rows = view_sql("charges", ledger, snapshot)
            if has_taxonomy(project.root):
                rows = without_dimensions(rows, read_taxonomy(project.root), ledger.columns(CHARGES, snapshot))
            engine.run(f"CREATE VIEW charges AS {rows}")
            _refuse_no_bill(engine, project, snapshot, source)
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
        try:
            with watching(engine, step) as told:
                told(f"write {target.name}", 0, 1)
                written = write_focus(engine, version, target, period=month, source=source)
        except (EngineError, OSError) as error:
            if str(project.store) in str(error):
                raise UserError(damaged(str(error))) from error
            reason = _reason(error)
            remedy = "Give it a shorter name." if reason == _TOO_LONG else _WRITABLE
            raise UserError(_refused(target, reason, remedy=remedy)) from error
    return written


def _refuse_no_bill(engine: Engine, project: Project, snapshot: Snapshot, source: str | None) -> None:
    """Refuse what the project has, and has no charges of: usage, and a source that is kept for comparison.

    Raises:
        UserError: FM1611.
    """
    ledger, beside = Ledger(project.store), comparison_ledger(project.store)
    bills = _sources(engine, ledger, snapshot, CURRENT)
    if source in bills or (source is None and bills):
        return
    usage = _sources(engine, ledger, snapshot, CURRENT_USAGE)
    if source in usage or (source is None and usage):
        found = f"{source or 'the ledger'} holds usage and no charges"
        remedy = "Load a bill first: finmod load. Usage goes out with: finmod query SQL --output csv."
    elif source in _sources(engine, beside, beside.head(engine), CURRENT):
        found = f"{source} is kept for comparison alone, and its charges are no part of the bill"
        remedy = "Export the source that has the bill: finmod status shows it. To see how they differ: finmod compare."
    else:
        return
    raise UserError(Problem(code="FM1611", found=found, remedy=remedy))


def _sources(engine: Engine, ledger: Ledger, snapshot: Snapshot, is_meant: str) -> set[str]:
    loads = whole(LOADS, ledger.files(LOADS, snapshot))
    return {
        name for (name,) in engine.rows(f"SELECT DISTINCT x_Source FROM (SELECT * FROM {loads} QUALIFY {is_meant})")
    }


def _refuse_target(project: Project, target: Path) -> None:
    """Refuse a file that cannot be written, or whose place belongs to the bills or to the ledger.

    Raises:
        UserError: With what stands against it.
    """
    folder = target.parent
    # The file itself is replaced, not what it may link to; both could be a bill.
    places = {Path(os.path.realpath(target)), Path(os.path.realpath(folder), target.name)}
    if os.path.isdir(target):  # noqa: PTH112 -- Path.is_dir raises for names too long
        raise UserError(_refused(target, "it is a folder", remedy="Name a file in it."))
    if not target.suffix:
        raise UserError(_no_ending(target))
    if not os.path.isdir(folder):  # noqa: PTH112 -- as above
        raise UserError(_refused(target, f"there is no folder {folder}", remedy=f"Make it first: mkdir -p {folder}."))
    if any(place.is_relative_to(os.path.realpath(project.store)) for place in places):
        raise UserError(_refused(target, "the ledger is kept in that folder", remedy=_ELSEWHERE))
    lists: list[tuple[str, Path | None]] = [("the list of invoices", file) for file in project.invoices]
    lists.append(("the list of exchange rates", project.fx))
    used = [f"it is {name}" for name, file in lists if file and Path(os.path.realpath(file)) in places]
    used += [
        f"the source '{name}' reads its bills there"
        for name, source in project.sources.items()
        if any(covers(project.root, path, place) for path in source.paths for place in places)
    ]
    if used:
        raise UserError(_refused(target, used[0], remedy=_ELSEWHERE))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(_refused(target, _REASONS[errno.EACCES]))


def covers(root: Path, pattern: str, place: Path) -> bool:
    """Return whether a path of a source names a file, which need not be there: itself, its folder, or a glob.

    Args:
        root: Folder that a relative pattern starts from.
        pattern: As finmod.yaml has it.
        place: Absolute path of the file, its folder's links followed.

    >>> covers(Path("/p"), "bills", Path("/p/bills/deep/a.csv"))
    True
    >>> [covers(Path("/p"), glob, Path("/p/bills/a.csv")) for glob in ("bills/**/*.csv", "*.csv")]
    [True, False]
    """
    parts = Path(os.path.normpath(root / pattern)).parts
    fixed = list(takewhile(lambda part: not glob.has_magic(part), parts))
    base = Path(os.path.realpath(Path(*fixed)))
    if len(fixed) == len(parts):
        return place.is_relative_to(base)
    return place.is_relative_to(base) and _matches(place.relative_to(base).parts, parts[len(fixed) :])


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_matches(parts[place:], pattern[1:]) for place in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])


def _reason(error: EngineError | OSError) -> str:
    """Return why a file cannot be written, in words that name neither a number nor our unfinished file."""
    words = str(error)
    known = (number for number in _REASONS if getattr(error, "errno", None) == number or os.strerror(number) in words)
    return _REASONS.get(next(known, 0), "the system refuses it")


def _refused(target: Path, reason: str, *, remedy: str = _WRITABLE) -> Problem:
    return Problem(
        code="FM1612", found=f"the file cannot be written: {reason}", where=printable(str(target)), remedy=remedy
    )


def _no_ending(target: Path) -> Problem:
    return Problem(
        code="FM1610",
        found="the file name has no ending",
        expected=".parquet, .csv or .csv.gz",
        where=printable(str(target)),
        remedy=f"Name the file by the form that it shall have, such as {target.name.rstrip('.') or 'focus'}.parquet.",
    )
