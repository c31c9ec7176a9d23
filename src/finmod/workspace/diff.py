"""Diff: what moves between any two allocations: versions, closes, the working tree, revisions of git.

Owns what a name means, and what is compared where: what was applied by its rows, rules that were not by running both on
the ledger of today.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from finmod.allocation.differences import Sides, months, results, totals
from finmod.allocation.run import ENGINE_MEMORY
from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError, near, printable
from finmod.ledger.applied import Run, at_close, runs, same_charges
from finmod.ledger.closes import Closes, closes
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger
from finmod.settings.project import Project
from finmod.taxonomy.reading import read_taxonomy
from finmod.terms.findings import Finding
from finmod.terms.periods import parse_period
from finmod.workspace.moves import (
    Cause,
    Compared,
    Side,
    common_dimensions,
    labels_of,
    moved_by_data,
    moved_by_rules,
    sides,
)
from finmod.workspace.plan import WHOLE, Planning, Span
from finmod.workspace.revisions import export_rules, is_revision
from finmod.workspace.rules import Rules, read_rules
from finmod.workspace.steps import Step, silent

_MONTH = re.compile(r"(?:close:)?([0-9]{4}-(?:0[1-9]|1[0-2]))")
_WORDS = ("working", "applied")


@dataclass(frozen=True, kw_only=True)
class Diff(Compared):
    """Two allocations by name.

    Attributes:
        names: What the two are called.
        ledger_version: State of the ledger on which both rules were run; None where what was applied is compared.
    """

    names: tuple[str, str]
    ledger_version: int | None


@dataclass(frozen=True)
class _End:
    """One of the two.

    Attributes:
        name: What it is called.
        run: The applied version; None of rules that are no such.
        rules: The rules; None where they are not asked for yet.
    """

    name: str
    run: Run | None = None
    rules: Rules | None = None


def diff(  # noqa: PLR0913 -- two names and how they are compared
    project: Project,
    first: str,
    second: str,
    *,
    measure: str = "EffectiveCost",
    span: Span = WHOLE,
    step: Step = silent,
) -> Diff:
    """Return what moves from one allocation to another.

    Args:
        project: Whose ledger.
        first: ``applied``, ``working``, a version, a closed month, or a revision of git.
        second: Likewise.
        measure: FOCUS id of the cost that is told.
        span: Which months are looked at.
        step: Progress.

    Raises:
        UserError: A name means nothing, rules have problems, or the ledger is empty or damaged.
    """
    ledger = Ledger(project.store)
    with ExitStack() as stack:
        engine = stack.enter_context(Engine(temp_folder=project.store / "spill", memory_limit=ENGINE_MEMORY))
        try:
            work = Planning(engine, ledger, span)
            step("rules", 0, 3)
            known = runs(engine, ledger)
            closed = closes(engine, ledger, work.head)
            ends = [_end(project, name, known, closed, stack) for name in (first, second)]
            return _compared(project, work, ends, measure, step)
        except EngineError as error:
            raise UserError(damaged(str(error))) from error


def _end(project: Project, name: str, known: Sequence[Run], closed: Closes, stack: ExitStack) -> _End:
    """Return what a name means."""
    if name == "working":
        return _End("the working tree", rules=read_rules(project.root))
    if name == "applied" or (name.isascii() and name.isdigit()):
        wanted = (known[-1].version if known else 0) if name == "applied" else int(name)
        run = next((each for each in known if each.version == wanted), None)
        if run is None:
            raise UserError(_no_version(name, known))
        return _End(f"version {run.version}", run)
    month = _MONTH.fullmatch(name)
    if month is not None:
        return _of_close(month[1], known, closed)
    if is_revision(project.root, name):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="finmod-")))
        return _End(name, rules=_at(name, export_rules(project.root, name, folder)))
    raise UserError(_unknown(name, known))


def _at(name: str, root: Path) -> Rules:
    """Return the rules of a revision; its problems say of which it is."""
    try:
        return read_rules(root)
    except UserError as error:
        raise UserError(
            *(
                replace(item, where=f"{item.where} at {printable(name, 60)}" if item.where else name)
                for item in error.problems
            )
        ) from error


def _of_close(month: str, known: Sequence[Run], closed: Closes) -> _End:
    close = next((each for each in closed.standing.values() if each.covers(parse_period(month))), None)
    if close is None:
        raise UserError(
            Problem(
                code="FM2218",
                found=f"{month} is not closed",
                expected="a closed month: the allocation that stood when it was closed",
                remedy="See the closes with: finmod history.",
            )
        )
    run = at_close(known, close)
    if run is None:
        raise UserError(
            Problem(
                code="FM2219",
                found=f"no allocation had been applied when {month} was closed",
                expected="a version that stood by then",
                remedy="See the versions with: finmod history.",
            )
        )
    return _End(f"version {run.version} (as {month} was closed)", run)


def _labels(project: Project, ends: Sequence[Side], *, stored: bool) -> dict[str, dict[str, str]]:
    """Return what values are called: by the rules that are run; what was applied by those of the working tree."""
    found = next((side.rules.taxonomy for side in reversed(ends) if side.rules), None)
    if stored or found is None:
        with suppress(UserError):
            found = read_taxonomy(project.root)
    return labels_of(found, found.dimensions) if found else {}


def _compared(project: Project, work: Planning, ends: Sequence[_End], measure: str, step: Step) -> Diff:
    step("allocation", 1, 3)
    stored = all(end.run for end in ends)
    made = [_side(work, f"side_{place}", end, stored=stored) for place, end in enumerate(ends)]
    before, after = (side for side, _ in made)
    both = sides(before, after, measure, work.months)
    step("what moves", 2, 3)
    cause, findings = _cause(work, ends, (before, after), both), made[1][1]
    closed = closes(work.engine, work.ledger, work.head)
    return Diff(
        measure=measure,
        dimensions=common_dimensions(before, after),
        labels=_labels(project, (before, after), stored=stored),
        months=tuple(months(work.engine, both)),
        booked={} if stored else {move.month: to for move in cause.moves if (to := closed.booked(move.month))},
        causes=(cause,),
        totals=tuple(totals(work.engine, both)),
        results=tuple(results(work.engine, both)),
        findings=findings,
        names=(ends[0].name, ends[1].name),
        ledger_version=None if stored else work.head.version,
    )


def _side(work: Planning, name: str, end: _End, *, stored: bool) -> tuple[Side, tuple[Finding, ...]]:
    """Return one of the two as it is compared: by its rows, or by its rules run on the ledger of today."""
    if stored:
        side = work.stored(name, end.run)
        return side, end.run.findings if end.run else ()
    rules = end.rules or (work.kept(end.run) if end.run else None)
    assert rules is not None  # noqa: S101 -- an end has the one or the other
    return work.run(name, rules, work.drivers)


def _cause(work: Planning, ends: Sequence[_End], made: tuple[Side, Side], both: Sides) -> Cause:
    """Return what moves, by the rules where both allocate the same charges by the same drivers' values."""
    first, second = (end.run for end in ends)
    if first is None or second is None:
        return moved_by_rules(work.engine, work.ledger, work.head, both, made)
    snapshot = work.ledger.at(work.engine, first.ledger_version)
    is_same = same_charges(snapshot, work.ledger.at(work.engine, second.ledger_version))
    if not is_same or first.drivers_version != second.drivers_version:
        return moved_by_data(work.engine, "everything", both)
    try:
        for side, run in zip(made, (first, second), strict=True):
            side.rules = work.kept(run).of
    except UserError:  # the rows are there all the same
        return moved_by_data(work.engine, "everything", both)
    return moved_by_rules(work.engine, work.ledger, snapshot, both, made)


def _no_version(name: str, known: Sequence[Run]) -> Problem:
    if not known:
        return Problem(
            code="FM2217",
            found="nothing was applied yet",
            expected="a version",
            remedy="Make the rules of the working tree the books' with: finmod apply.",
        )
    return Problem(
        code="FM2217",
        found=f"there is no version {printable(name, 40)}",
        expected=f"a version from {known[0].version} to {known[-1].version}",
        remedy="See the versions with: finmod history.",
    )


def _unknown(name: str, known: Sequence[Run]) -> Problem:
    close = near(name, _WORDS)
    versions = f", a version from {known[0].version} to {known[-1].version}" if known else ""
    return Problem(
        code="FM2217",
        found=f"'{printable(name, 80)}' is no version and no revision of git",
        expected=f"working, applied{versions}, a closed month such as 2026-09, or a revision such as HEAD~1",
        remedy=f"Did you mean '{close}'?" if close else "Correct it.",
    )
