"""Plan: what the rules of the working tree move, in money, beside the allocation that was applied last.

Owns what is compared with what, so that what new charges and new values of drivers move is told apart from what rules
move: the rules that were applied are run again on the charges and drivers of today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from finmod.allocation.differences import months, moved_costs, of_months, results, totals
from finmod.allocation.levels.cut import lower_levels
from finmod.allocation.run import ENGINE_MEMORY
from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError
from finmod.focus.columns import COSTS
from finmod.ledger.applied import ALLOCATED_OF, Run, files_of, runs, same_charges
from finmod.ledger.applied_rows import restated_months
from finmod.ledger.closes import Closes, closes
from finmod.ledger.delta import damaged
from finmod.ledger.drivers import driver_files, driver_state
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import whole
from finmod.ledger.rule_files import SHOWN, kept
from finmod.ledger.tables import ALLOCATED, TRUE_UPS
from finmod.settings.project import Project
from finmod.taxonomy.keyed import booked_months, months_of
from finmod.terms.findings import Finding
from finmod.workspace.driver_values import drivers_version
from finmod.workspace.moves import (
    Cause,
    CauseKind,
    Compared,
    Side,
    common_dimensions,
    keep_side,
    labels_of,
    moved_by_data,
    moved_by_rules,
    sides,
)
from finmod.workspace.names import chosen_months
from finmod.workspace.rules import Rules, read_rules, run_rules
from finmod.workspace.steps import Step, silent


@dataclass(frozen=True, kw_only=True)
class Plan(Compared):
    """What applying the working tree would change.

    Attributes:
        applied: What stands; None where nothing was applied yet.
        rule_hash: Hash of the rules of the working tree.
        ledger_version: State of the ledger.
        drivers_version: Version of the drivers' values; None where there are none.
        untold: Why charges, drivers and rules cannot be told apart; None where they can.
        levels: Names of the levels below the targets that are cut otherwise, come or go: no target's cost moves by it.
        to: Dimensions that costs are allocated to.
        others: Costs besides the one that is told of which something moves.
        reopened: Months that are open again, of which true-ups stand: they become rows of the months themselves.
    """

    applied: Run | None
    rule_hash: str
    ledger_version: int
    drivers_version: int | None
    untold: str | None = None
    levels: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    reopened: tuple[date, ...] = ()

    @property
    def changes(self) -> bool:
        """Return whether applying it would move or book anything, cut anything otherwise, or be the first."""
        moves = self.moves or bool(self.others)
        return self.applied is None or moves or bool(self.levels or self.reopened) or self.cuts_otherwise

    @property
    def cuts_otherwise(self) -> bool:
        """Return whether costs are allocated to other dimensions than those that were applied."""
        return self.applied is not None and tuple(self.applied.dimensions) != self.to


@dataclass(frozen=True)
class Span:
    """Which months are looked at.

    Attributes:
        period: First day of the last one; None for the last with charges.
        months: How many, that one being one of them; None for all up to it.
    """

    period: date | None = None
    months: int | None = None


WHOLE = Span()


class Planning:
    """A ledger in one engine, and the allocations that are made on it."""

    def __init__(self, engine: Engine, ledger: Ledger, span: Span = WHOLE) -> None:
        """Look at the newest state.

        Raises:
            UserError: The ledger is empty, or has no such month.
        """
        self.engine, self.ledger = engine, ledger
        self.head: Snapshot = ledger.head(engine)
        if self.head.version < 0:
            raise UserError(
                Problem(code="FM1502", found="the ledger is empty", remedy="Load a bill first: finmod load.")
            )
        self.months = self._months(span)
        self.drivers = drivers_version(engine, ledger)
        self._kept: dict[str, Rules] = {}

    def _months(self, span: Span) -> Sequence[date] | None:
        if span == WHOLE:
            return None
        there = sorted({*months_of(self.ledger, self.head), *booked_months(self.engine, self.ledger, self.head)})
        count = len(there) if span.months is None else span.months
        return chosen_months(there, span.period, count - 1)

    def run(
        self, name: str, rules: Rules, drivers: int | None, *, levels: Path | None = None
    ) -> tuple[Side, tuple[Finding, ...]]:
        """Run rules on the ledger, and keep what comes out beside others; levels are cut where a folder is given."""
        found = run_rules(
            self.engine, self.ledger, self.head, rules, drivers=drivers, months=self.months, levels=levels
        )
        side = keep_side(self.engine, name, "SELECT * FROM allocated", rules.columns, rules.of)
        return side, found

    def stored(self, name: str, run: Run | None) -> Side:
        """Keep what was applied beside others; nothing where nothing was."""
        rows = whole(ALLOCATED, files_of(self.ledger, ALLOCATED, run))
        chosen = f"SELECT * FROM {rows}{of_months(self.months)}"
        return keep_side(self.engine, name, chosen, run.dimensions if run else {})

    def kept(self, run: Run, like: Rules | None = None) -> Rules:
        """Return the rules of an applied version, read once; see ``kept_rules``."""
        if run.rule_hash not in self._kept:
            self._kept[run.rule_hash] = kept_rules(self.ledger, run, like or next(iter(self._kept.values()), None))
        return self._kept[run.rule_hash]

    def has_same_charges(self, run: Run) -> bool:
        """Return whether an applied version allocated the charges and the usage of today."""
        return run.ledger_version == self.head.version or same_charges(
            self.ledger.at(self.engine, run.ledger_version), self.head
        )


def _changed_months(engine: Engine, ledger: Ledger, one: Snapshot, other: Snapshot) -> set[date]:
    """Return the billing periods of which two states of the ledger have other files of charges, usage or true-ups."""
    found: set[date] = set()
    for table in ALLOCATED_OF:
        files = set(ledger.files(table, one)) ^ set(ledger.files(table, other))
        if table is not TRUE_UPS:
            found |= {date.fromisoformat(file.parent.name.partition("=")[2]) for file in files}
        elif files:  # these lie by the month that they are of, and belong to that in which they are booked
            found |= {*booked_months(engine, ledger, one), *booked_months(engine, ledger, other)}
    return found


def plan(project: Project, *, measure: str = "EffectiveCost", span: Span = WHOLE, step: Step = silent) -> Plan:
    """Return what applying the rules of a project would change.

    Args:
        project: Whose rules and ledger.
        measure: FOCUS id of the cost that is told.
        span: Which months are looked at.
        step: Progress.

    Raises:
        UserError: The rules have problems, or the ledger is empty or damaged.
    """
    step("rules", 0, 3)
    rules = read_rules(project.root)
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill", memory_limit=ENGINE_MEMORY) as engine:
        try:
            return _planned(Planning(engine, ledger, span), rules, measure, step)
        except EngineError as error:
            raise UserError(damaged(str(error))) from error


def _planned(work: Planning, rules: Rules, measure: str, step: Step) -> Plan:
    known = runs(work.engine, work.ledger)
    applied = known[-1] if known else None
    step("allocation", 1, 3)
    closed = closes(work.engine, work.ledger, work.head)
    restated, _ = restated_since(work, rules, closed, applied)
    new, findings = work.run("side_new", rules, work.drivers)
    step("what moves", 2, 3)
    old = work.stored("side_applied", applied)
    untold = None
    causes: tuple[Cause, ...] = ()
    if applied is not None:
        causes, untold = _causes(work, applied, rules, (old, new), measure)
    both = sides(old, new, measure, work.months)
    moved = sorted({move.month for cause in causes for move in cause.moves})
    return Plan(
        measure=measure,
        dimensions=common_dimensions(old, new) if applied else rules.allocation.to,
        labels=labels_of(rules.taxonomy, rules.allocation.to),
        months=tuple(months(work.engine, both)),
        booked={month: to for month in moved if month not in restated and (to := closed.booked(month))},
        causes=tuple(cause for cause in causes if cause.moves),
        totals=tuple(totals(work.engine, both)),
        results=tuple(results(work.engine, both)),
        findings=findings,
        is_first=applied is None,
        applied=applied,
        rule_hash=rules.files.hash,
        ledger_version=work.head.version,
        drivers_version=work.drivers,
        untold=untold,
        levels=_changed_levels(work, applied, rules),
        to=rules.allocation.to,
        others=() if applied is None else moved_costs(work.engine, both, [cost for cost in COSTS if cost != measure]),
        reopened=_reopened(work, applied, closed),
    )


def _changed_levels(work: Planning, applied: Run | None, rules: Rules) -> tuple[str, ...]:
    """Return the levels below the targets that are cut otherwise than those that were applied.

    That is by other rules, or by the same ones and a driver of which values were loaded since.
    """
    if applied is None:
        return ()
    levels = lower_levels(rules.allocation)
    new = {each.name: each.meaning for each in levels}
    old = new
    if applied.rule_hash != rules.files.hash:
        try:
            old = {each.name: each.meaning for each in lower_levels(work.kept(applied, rules).allocation)}
        except UserError:  # told where what moves is told
            return ()
    series = {each.name: sorted({share.driver for share in each.shares if share.driver}) for each in levels}
    loaded = {name: _is_loaded_since(work, applied, drivers) for name, drivers in series.items()}
    return tuple(
        name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name) or loaded.get(name, False)
    )


def _is_loaded_since(work: Planning, applied: Run, drivers: Sequence[str]) -> bool:
    """Return whether values of drivers were loaded since a version: they lie in other files then."""
    versions = (applied.drivers_version, work.drivers)
    if versions[0] == versions[1]:
        return False
    then, now = (
        driver_files(work.ledger, driver_state(work.engine, work.ledger, version), drivers) if version else []
        for version in versions
    )
    return set(then) != set(now)


def _reopened(work: Planning, applied: Run | None, closed: Closes) -> tuple[date, ...]:
    """Return the open months of which true-ups stand: they were reopened after something was moved in them."""
    if not closed.every:
        return ()
    rows = whole(ALLOCATED, files_of(work.ledger, ALLOCATED, applied))
    found = work.engine.rows(f"SELECT DISTINCT x_AllocationOf FROM {rows} WHERE x_AllocationOf IS NOT NULL ORDER BY 1")
    chosen = None if work.months is None else {*work.months}
    return tuple(month for (month,) in found if not closed.of(month) and (chosen is None or month in chosen))


def restated_since(
    work: Planning, rules: Rules, closed: Closes, before: Run | None
) -> tuple[Sequence[date], Sequence[date]]:
    """Return the months that are closed since, whose charges changed after they were applied; and those not known.

    A closed month keeps what was applied, and what other rules move there is booked later: charges that went from one
    target to another before the close are no matter of rules. The rules that were applied tell them apart.
    """
    if before is None or work.has_same_charges(before):
        return (), ()
    engine, ledger = work.engine, work.ledger
    then = ledger.at(engine, before.ledger_version)
    changed = _changed_months(engine, ledger, then, work.head)
    since = [
        month
        for month in before.months
        for close in [closed.of(month)]
        if close is not None and close.version > before.ledger_version and month in changed
    ]
    if not since:
        return (), ()
    try:
        old = rules if before.rule_hash == rules.files.hash else work.kept(before, rules)
        run_rules(engine, ledger, work.head, old, drivers=before.drivers_version, months=since)
    except UserError:  # told with what moves there
        return (), since
    return restated_months(engine, ledger, before, since), ()


def _causes(
    work: Planning, applied: Run, rules: Rules, ends: tuple[Side, Side], measure: str
) -> tuple[tuple[Cause, ...], str | None]:
    """Return what moves, cause by cause, and why they cannot be told apart where they cannot."""
    stands, new = ends
    is_same = applied.rule_hash == rules.files.hash
    data = _data(work, applied)
    if is_same and len(data) < 2:  # noqa: PLR2004 -- one cause needs no run of its own
        # With nothing new at all, whatever moves is a matter of the program's own version.
        kind = data[0][0] if data else "everything"
        return (moved_by_data(work.engine, kind, sides(stands, new, measure, work.months)),), None
    try:
        old = rules if is_same else work.kept(applied, rules)
    except UserError as error:
        both = sides(stands, new, measure, work.months)
        return (moved_by_data(work.engine, "everything", both),), error.problems[0].found
    found = []
    last = stands
    for kind, drivers in data:
        if is_same and kind == data[-1][0]:
            side = new
        else:
            side, _ = work.run(f"side_{kind}", old, drivers)
        found.append(moved_by_data(work.engine, kind, sides(last, side, measure, work.months)))
        last = side
    if is_same:
        return tuple(found), None
    last = replace(last, rules=old.of)
    both = sides(last, new, measure, work.months)
    return (*found, moved_by_rules(work.engine, work.ledger, work.head, both, (last, new))), None


def _data(work: Planning, applied: Run) -> list[tuple[CauseKind, int | None]]:
    """Return what is new beside the rules, in the order in which it is told, and the drivers to run it with."""
    found: list[tuple[CauseKind, int | None]] = []
    if not work.has_same_charges(applied):
        found.append(("charges", applied.drivers_version))
    if applied.drivers_version != work.drivers:
        found.append(("drivers", work.drivers))
    return found


def kept_rules(ledger: Ledger, run: Run, like: Rules | None = None) -> Rules:
    """Return the rules of an applied version, as they were kept.

    Args:
        ledger: Has the store.
        run: The version.
        like: As in ``read_rules``.

    Raises:
        UserError: They are gone, or this version of finmod does not take them.
    """
    root = kept(ledger.store, run.rule_hash)
    if root is None:
        raise UserError(_gone(run))
    return read_rules(root, like)


def _gone(run: Run) -> Problem:
    return Problem(
        code="FM2211",
        found=f"the rules of version {run.version} are gone from the store: rules/{run.rule_hash[:SHOWN]}...",
        expected="the folder that finmod apply wrote",
        remedy="Bring the store folder back from a copy, or compare with rules that are there.",
    )
