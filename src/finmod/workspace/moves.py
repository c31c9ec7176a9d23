"""What two allocations move between them: their rows kept side by side in one engine, and the rules that moved them.

Owns the order of comparing. What is compared with what is decided in ``plan.py``, ``apply.py`` and ``diff.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from finmod.allocation.definition import Allocation, Pool, Values
from finmod.allocation.differences import Result, Sides, Total, changes, totals
from finmod.allocation.moves import Change, Flow, Line, Move, flows, lines, matched
from finmod.allocation.renamed import Renaming, RulesOf, renamed
from finmod.engines.duckdb import Engine, identifier
from finmod.focus.columns import COSTS
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.taxonomy.definition import Taxonomy, default_label
from finmod.terms.findings import Finding
from finmod.terms.money import difference

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
    # Where levels cut what charges name further, that is no target as it stands.
    cut = _levels(after.allocation) or _levels(before.allocation)
    named = [] if cut else renamed(engine, look, before, after)
    direct = [move for move in named if move.pools == (None, None)]
    entering = [move for move in named if move.pools[0] != move.pools[1]]
    rules = _pool_rules(before.allocation, after.allocation, {pool for move in entering for pool in move.pools if pool})
    rest = (
        replace(move, rule=rule[0], text=rule[1])
        for move in matched(_left(differing, direct, entering))
        for rule in [rules.get(move.pool) or cut or (None, None)]
    )
    return Cause("rules", (*direct, *rest), tuple(totals(engine, both)))


def _left(differing: Sequence[Change], direct: Sequence[Move], entering: Sequence[Move]) -> list[Change]:
    """Return the changes that are left where it is known what some charges bring with them.

    Args:
        differing: The changes.
        direct: What goes from one target to another with the charges that name it.
        entering: What enters a pool, or leaves one, with its charges: it is matched with what the pool gives.
    """
    left: dict[tuple[date, str, str | None, Values | None], Decimal] = defaultdict(Decimal)

    def add(move: Move, pool: str | None, target: Values | None, amount: Decimal) -> None:
        key = (move.month, move.currency, pool, target)
        left[key] = difference(left[key], amount.copy_negate())

    for each in differing:
        left[each.month, each.currency, each.pool, each.target] = each.amount
    for move in direct:
        add(move, None, move.giver, move.amount)
        add(move, None, move.taker, move.amount.copy_negate())
    for move in entering:
        if move.pools[0] is None:
            add(move, None, move.giver, move.amount)
            add(move, move.pools[1], move.giver, move.amount.copy_negate())
        elif move.pools[1] is None:
            add(move, None, move.taker, move.amount.copy_negate())
            add(move, move.pools[0], move.taker, move.amount)
    return [Change(month, currency, pool, target or (), amount)
            for (month, currency, pool, target), amount in left.items() if amount]  # fmt: skip


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
    if _plain(old.shares) != _plain(new.shares):
        return place, text
    if is_entered:
        return pool.place, f"{text}, of other charges than before"
    return place, f"{text}, as before: what it is shared by changed"


def _plain(value: Any) -> Any:  # noqa: ANN401 -- records of any depth
    """Return shares without their places."""
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key != "place"}
    return _plain(asdict(value)) if hasattr(value, "place") else value


def _levels(allocation: Allocation) -> _Rule | None:
    """Return the first level that cuts targets themselves, place and text; None where none does."""
    level = next((each for each in allocation.levels if set(each.dimensions) & set(allocation.to)), None)
    return (level.place, f"level {level.name}") if level else None


def labels_of(taxonomy: Taxonomy, dimensions: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return dimension -> value -> how reports call it, of values that are called something."""
    return {
        name: {value.name: value.label for value in (taxonomy.dimensions[name].values or {}).values() if value.label}
        for name in dimensions
    }
