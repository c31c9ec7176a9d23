"""What two allocations move between them: their rows kept side by side in one engine, and the rules that moved them.

Owns the order of comparing. What is compared with what is decided in ``plan.py``, ``apply.py`` and ``diff.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from finmod.allocation.definition import Allocation, Pool, Share, Values
from finmod.allocation.differences import Result, Sides, Total, changes, totals
from finmod.allocation.moves import Flow, Line, Move, flows, lines, matched
from finmod.allocation.renamed import Left, Renaming, RulesOf, renamed
from finmod.engines.duckdb import Engine, identifier
from finmod.focus.columns import COSTS
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.taxonomy.definition import Taxonomy, default_label
from finmod.terms.findings import Finding

CauseKind = Literal["charges", "drivers", "rules", "everything"]


@dataclass(frozen=True)
class Cause:
    """What one thing moves.

    Attributes:
        kind: New or restated charges, new values of drivers, or rules; everything where they cannot be told apart.
        moves: What moves.
        totals: The whole before and after, per currency.
    """

    kind: CauseKind
    moves: tuple[Move, ...] = ()
    totals: tuple[Total, ...] = ()

    def flows(self, depth: int = 1) -> list[Flow]:
        """Return what goes from whom to whom in all, by as many dimensions as are told apart."""
        return flows(self.moves, depth)

    def lines(self, *, detail: bool = False) -> list[Line]:
        """Return what each rule moves from whom to whom, see ``allocation.moves.lines``."""
        return lines(self.moves, detail=detail)

    def headline(self) -> tuple[int, Flow] | None:
        """Return the largest flow and by how many dimensions its ends are told apart; None where nobody pays otherwise.

        It goes from one value of the main dimension to another where any does.
        """
        width = max((len(end) for move in self.moves for end in (move.giver, move.taker) if end), default=0)
        for depth in range(1, width + 1):
            found = [flow for flow in self.flows(depth) if not flow.is_dust]
            if found:
                return depth, max(found, key=lambda flow: flow.amount)
        return None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Two allocations beside each other.

    Attributes:
        measure: FOCUS id of the cost that is told.
        dimensions: Dimensions that tell targets apart, the main one first.
        labels: Dimension -> value -> how reports call it.
        months: First days of the months that were compared.
        booked: Closed month -> the open month that takes what is moved in it.
        causes: What moves, cause by cause.
        totals: The whole of both, per currency.
        results: What each value of the main dimension has in both.
        findings: What was odd about the allocation that is new.
        is_first: Whether there is nothing that it is compared with.
    """

    measure: str
    dimensions: tuple[str, ...]
    labels: Mapping[str, Mapping[str, str]]
    months: tuple[date, ...] = ()
    booked: Mapping[date, date]
    causes: tuple[Cause, ...] = ()
    totals: tuple[Total, ...] = ()
    results: tuple[Result, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_first: bool = False

    @property
    def moves(self) -> bool:
        """Return whether anything moves, be it from pool to pool alone."""
        return any(cause.moves for cause in self.causes)

    def label(self, target: Values) -> str:
        """Return how reports call a target; what has no value at all is unallocated."""
        words = [
            self.labels.get(dimension, {}).get(value) or default_label(value)
            for dimension, value in zip(self.dimensions, target, strict=False)
            if value is not None
        ]
        if target[:1] == (None,):
            words = ["Unallocated", *words]
        return " / ".join(words)


@dataclass
class Side:
    """An allocation that is compared.

    Attributes:
        table: Table of its rows in the engine, by month, currency, pool and target.
        dimensions: Its dimensions -> their columns.
        rules: What made it; None where the rules are not at hand.
    """

    table: str
    dimensions: Mapping[str, str]
    rules: RulesOf | None = None


def keep_side(
    engine: Engine, name: str, rows: str, dimensions: Mapping[str, str], rules: RulesOf | None = None
) -> Side:
    """Keep the rows of an allocation while another one is run.

    Args:
        engine: Where.
        name: What the table is called.
        rows: SQL for the rows of ``allocated``.
        dimensions: Its dimensions -> their columns.
        rules: What made it; None where the rules are not at hand.
    """
    texts = ", ".join(
        map(identifier, ("x_BillingPeriod", "x_AllocationOf", "BillingCurrency", "x_Pool", *dimensions.values()))
    )
    sums = ", ".join(f"sum({cost}) AS {cost}" for cost in COSTS)
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {identifier(name)} AS SELECT {texts}, {sums} FROM ({rows}) GROUP BY {texts}"
    )
    return Side(name, dimensions, rules)


def common_dimensions(before: Side, after: Side) -> tuple[str, ...]:
    """Return the dimensions by which two allocations are compared: those of both, or all where they share none."""
    both = tuple(name for name in after.dimensions if name in before.dimensions)
    return both or tuple({**after.dimensions, **before.dimensions})


def sides(before: Side, after: Side, measure: str, months: Sequence[date] | None) -> Sides:
    """Return two allocations as they are compared; a dimension that one of them lacks is NULL there."""
    names = common_dimensions(before, after)

    def rows(side: Side) -> str:
        lacking = "".join(
            f", NULL::VARCHAR AS {identifier(other.dimensions[name])}"
            for other in (before, after)
            for name in names
            if name in other.dimensions and name not in side.dimensions
        )
        return f"SELECT *{lacking} FROM {identifier(side.table)}"

    columns = [after.dimensions.get(name) or before.dimensions[name] for name in names]
    return Sides(rows(before), rows(after), columns, measure, months)


def moved_by_data(engine: Engine, kind: CauseKind, both: Sides) -> Cause:
    """Return what charges or drivers move under the same rules."""
    return Cause(kind, tuple(matched(changes(engine, both))), tuple(totals(engine, both)))


def moved_by_rules(engine: Engine, ledger: Ledger, snapshot: Snapshot, both: Sides, ends: tuple[Side, Side]) -> Cause:
    """Return what rules move, each with its place: charges by what names them, pools by how they are shared.

    Args:
        engine: Has the tables of both sides.
        ledger: Has the charges that both allocate.
        snapshot: Its state.
        both: The sides.
        ends: The same, with their rules.
    """
    differing = changes(engine, both)
    before, after = (side.rules for side in ends)
    if not differing or before is None or after is None:
        return Cause("rules", tuple(matched(differing)), tuple(totals(engine, both)))
    months = sorted({change.month for change in differing})
    look = Renaming(ledger, snapshot, months, both.measure, common_dimensions(*ends))
    level = _level_rule(before.allocation, after.allocation)
    named = renamed(engine, look, before, after)
    left = Left(differing if named else (), [name in level.fills for name in look.dimensions])
    direct = left.without(named)
    entered = {pool for move in named if move.pools[0] != move.pools[1] for pool in move.pools if pool}
    rules = _pool_rules(before.allocation, after.allocation, entered)
    rest = matched(left.changes() if named else differing)
    said = (
        (move, level.rule if level.moves(move, within=left.is_cut(move)) else rules.get(move.pool, (None, None)))
        for move in rest
    )
    moves = (*direct, *(Move(*move[:6], place, text) for move, (place, text) in said))
    return Cause("rules", moves, tuple(totals(engine, both)))


_Rule = tuple[str | None, str | None]


def _pool_rules(before: Allocation, after: Allocation, entered: Collection[str]) -> dict[str | None, _Rule]:
    """Return pool -> place and text of the rule that moves its cost.

    Args:
        before: The rules before.
        after: Those of now.
        entered: Pools to which charges came, or that charges left.
    """
    old, new = ({pool.name: pool for pool in each.pools} for each in (before, after))
    return {name: _rule_of(old.get(name), new.get(name), is_entered=name in entered) for name in {**old, **new}}


def _rule_of(old: Pool | None, new: Pool | None, *, is_entered: bool) -> _Rule:
    pool = new or old
    assert pool is not None  # noqa: S101 -- one of them has it
    place = pool.shares[0].place if pool.shares else pool.place
    text = pool.shares[0].text if pool.shares else pool.name
    if old is None:
        return pool.place, f"new pool, shared by {text}"
    if new is None:
        return pool.place, f"pool that is gone, shared by {text}"
    if _meaning(old) != _meaning(new):
        return place, text
    if is_entered:
        return pool.place, f"{text}, of other charges than before"
    return place, f"{text}, as before: what it is shared by changed"


def _meaning(pool: Pool) -> list[Share]:
    """Return its shares, wherever they stand."""
    return [share.meaning for share in pool.shares]


@dataclass(frozen=True)
class _LevelRule:
    """The level that fills in what charges do not name.

    Attributes:
        rule: Its place and text; nothing where there is none.
        fills: Dimensions whose unknown values levels fill in.
        quiet: Pools whose own rules are as before: what moves in them within what levels cut is moved by the level;
            none where the level is as before too.
    """

    rule: _Rule = (None, None)
    fills: frozenset[str] = frozenset()
    quiet: frozenset[str] = frozenset()

    def moves(self, move: Move, *, within: bool) -> bool:
        """Return whether it is the level that moves something, be it within what levels cut or not."""
        return move.pool is None or (within and move.pool in self.quiet)


def _level_rule(before: Allocation, after: Allocation) -> _LevelRule:
    """Return the first level within the targets that cuts otherwise, else the first one; place and text."""
    old, new = (
        {level.name: level for level in each.levels if set(level.dimensions) <= set(each.to)}
        for each in (before, after)
    )
    every = {**old, **new}
    if not every:
        return _LevelRule()
    fills = frozenset(name for level in (*old.values(), *new.values()) for name in level.dimensions)
    name = next((name for name in every if name not in old or name not in new or
                 old[name].meaning != new[name].meaning), None)  # fmt: skip
    if name is None:
        first = next(iter(new.values()))
        return _LevelRule((first.place, f"level {first.name}, as before: what it is shared by changed"), fills)
    pools = [{pool.name: _meaning(pool) for pool in each.pools} for each in (before, after)]
    quiet = frozenset(pool for pool, shares in pools[1].items() if pools[0].get(pool) == shares)
    words = f"new level {name}" if name not in old else f"level {name}{'' if name in new else ' that is gone'}"
    return _LevelRule((every[name].place, words), fills, quiet)


def labels_of(taxonomy: Taxonomy, dimensions: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return dimension -> value -> how reports call it, of values that are called something."""
    return {
        name: {value.name: value.label for value in (taxonomy.dimensions[name].values or {}).values() if value.label}
        for name in dimensions
    }
