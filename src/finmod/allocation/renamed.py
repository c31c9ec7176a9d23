"""Charges that other rules call otherwise: whose they were, whose they are, and the rule that says so.

Owns the pass that names charge keys by two sets of rules at once, so that both see the same days, and what is left of
two allocations' differences when what it finds is taken out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from finmod.allocation.definition import Allocation, Values
from finmod.allocation.moves import Change, Move
from finmod.allocation.pools import POOL, with_pools
from finmod.engines.duckdb import Engine, identifier
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.taxonomy.definition import Condition, Dimension, Rule, Taxonomy
from finmod.taxonomy.keyed import BASE, make_base
from finmod.taxonomy.naming import NAMES, Naming, name_keys
from finmod.taxonomy.outcomes import Outcome
from finmod.terms.money import difference

_BEFORE = "before "
"""Stands before the names of the dimensions of the rules before; no dimension of a user's has a blank in its name."""


@dataclass(frozen=True)
class RulesOf:
    """What names and shares charges.

    Attributes:
        taxonomy: Names.
        allocation: Shares.
    """

    taxonomy: Taxonomy
    allocation: Allocation


@dataclass(frozen=True)
class Renaming:
    """What is looked at.

    Attributes:
        ledger: Has the charges.
        snapshot: Its state.
        months: First days of the billing periods.
        measure: FOCUS id of a cost.
        dimensions: Names of the dimensions that tell targets apart; one that a side lacks is NULL throughout.
    """

    ledger: Ledger
    snapshot: Snapshot
    months: Sequence[date]
    measure: str
    dimensions: Sequence[str]


def renamed(engine: Engine, look: Renaming, before: RulesOf, after: RulesOf) -> list[Move]:
    """Return what charges bring with them that are called otherwise, or are in another pool, by the rule that says so.

    Of what a pool brings or loses is told to which pool it goes or from which it comes, not who pays: both ends are the
    targets that the charges name. The table ``names`` is made anew.
    """
    old, new = (with_pools(each.taxonomy, each.allocation) for each in (before, after))
    if _unplaced(old.dimensions) == _unplaced(new.dimensions):
        return []  # nothing is called otherwise: most changes are to shares
    both = Taxonomy({**new.dimensions, **_set_apart(old)})
    segments = make_base(engine, look.ledger, look.snapshot, both, look.months)
    naming = name_keys(engine, both, segments, BASE)
    names = [POOL, *look.dimensions]
    asked = [_BEFORE + name if name in old.dimensions else "" for name in names]
    asked += [name if name in new.dimensions else "" for name in names]
    values = [_value(naming, name) for name in asked]
    outcomes = [_outcome(naming, name) for name in asked]
    width = len(names)
    listed = ", ".join(f"{sql} AS v{at}" for at, sql in enumerate(values))
    numbers = ", ".join(f"{sql} AS n{at}" for at, sql in enumerate(outcomes))
    differ = " OR ".join(f"v{at} IS DISTINCT FROM v{at + width}" for at in range(width))
    every = ", ".join(f"v{at}" for at in range(2 * width))
    kept = ", ".join(f"any_value(n{at})" for at in range(2 * width))
    measure = identifier(look.measure)
    rows = engine.rows(
        f"SELECT x_BillingPeriod, BillingCurrency, {every}, {kept}, sum({measure}) AS moved FROM ("
        f"SELECT x_BillingPeriod, BillingCurrency, {measure}, {listed}, {numbers} FROM {NAMES}) WHERE {differ} "
        f"GROUP BY x_BillingPeriod, BillingCurrency, {every}, {_ruled(width)} HAVING coalesce(moved, 0) <> 0 "
        "ORDER BY ALL"
    )
    return [_move(naming, row, width) for row in rows]


def _unplaced(rules: object) -> object:
    """Return what rules say, wherever they stand."""
    if is_dataclass(rules):
        return tuple(_unplaced(getattr(rules, each.name)) for each in fields(rules) if each.name != "place")
    if isinstance(rules, Mapping):
        return tuple((name, _unplaced(each)) for name, each in rules.items())
    return tuple(map(_unplaced, rules)) if isinstance(rules, tuple) else rules


def _ruled(width: int) -> str:
    """Return what tells rules apart: two of them may say the same of charges that were called the same."""
    return ", ".join(f"n{at}" for at in range(width, 2 * width))


def _value(naming: Naming, name: str) -> str:
    return naming.value_sql(name) if name else "NULL::VARCHAR"


def _outcome(naming: Naming, name: str) -> str:
    return f"o_{naming.place(name)}" if name else "NULL::INTEGER"


def _set_apart(taxonomy: Taxonomy) -> dict[str, Dimension]:
    """Return the dimensions under other names, asking each other as before."""

    def condition(each: Condition) -> Condition:
        return replace(each, subject=_BEFORE + each.subject) if each.subject in taxonomy.dimensions else each

    def rule(each: Rule) -> Rule:
        asked = each.dimension and _BEFORE + each.dimension
        return replace(each, dimension=asked, when=tuple(map(condition, each.when)))

    return {
        _BEFORE + name: replace(
            each,
            name=_BEFORE + name,
            rules=tuple(map(rule, each.rules)),
            rolls_up=each.rolls_up and _BEFORE + each.rolls_up,
        )
        for name, each in taxonomy.dimensions.items()
    }


def _move(naming: Naming, row: tuple[Any, ...], width: int) -> Move:
    month, currency, *rest, amount = row
    values, numbers = rest[: 2 * width], rest[2 * width :]
    old, new = values[:width], values[width:]
    first = next(at for at in range(width) if old[at] != new[at])
    said = numbers[width + first] or numbers[first]  # what no rule calls any more was called so by one that is gone
    place, text = _rule(naming.outcomes[said] if said else None)
    one, other = (old, new) if amount > 0 else (new, old)  # who gets less of a credit pays more
    pools = one[0], other[0]
    return Move(month, currency, pools, tuple(one[1:]), tuple(other[1:]), amount.copy_abs(), place, text)


def _rule(outcome: Outcome | None) -> tuple[str | None, str | None]:
    if outcome is None:
        return None, None
    return outcome.place, outcome.rule.text if outcome.rule else f"rolls up from {outcome.below}"


class Left:
    """What targets have more or less that is not told yet, where it is known what some charges bring with them.

    Levels cut what charges name: a charge that names a product and no team is with teams in the result. Its cost is
    told as of those that have more or less of it.
    """

    def __init__(self, differing: Iterable[Change], cut: Sequence[bool]) -> None:
        """Start with every change.

        Args:
            differing: The changes.
            cut: Of each dimension whether a level fills in its unknown values.
        """
        self._cut = cut
        self._left: dict[tuple[date, str, str | None], dict[Values, Decimal]] = defaultdict(dict)
        # Of direct cost: the targets that are the same but for what levels fill in.
        self._alike: dict[tuple[date, str, Values], list[Values]] = defaultdict(list)
        for each in differing:
            self._add((each.month, each.currency, each.pool), each.target, each.amount)

    def changes(self) -> list[Change]:
        """Return what is left."""
        return [
            Change(*place, target, amount)
            for place, some in self._left.items()
            for target, amount in some.items()
            if amount
        ]

    def without(self, named: Sequence[Move]) -> list[Move]:
        """Take out what charges bring with them that are called otherwise.

        Args:
            named: It, both ends as charges name them. Of what enters a pool, or leaves one, who pays is not known: it
                is matched with what the pool gives.

        Returns:
            What goes from one target to another as it is in the result.
        """
        ends = [
            (at, gives)
            for at, move in enumerate(named)
            for gives in (True, False)
            if move.pools[0] != move.pools[1] or move.pool is None
            if move.pools[0 if gives else 1] is None
        ]
        # Ends that levels cut come last: they are found in what the others leave.
        ends.sort(key=lambda end: self._is_open(_end(named[end[0]], gives=end[1])))
        parts = {(at, gives): self._stands(named[at], gives=gives) for at, gives in ends}
        found = []
        for at, move in enumerate(named):
            givers, takers = parts.get((at, True)), parts.get((at, False))
            if givers and takers:
                for giver, taker, amount in _paired(givers, takers):
                    found += [move._replace(giver=giver, taker=taker, amount=amount)] if giver != taker else []
                continue
            for target, amount in givers or ():
                self._add((move.month, move.currency, move.pool), target, amount.copy_negate())
            for target, amount in takers or ():
                self._add((move.month, move.currency, move.pool), target, amount)
        return found

    def is_cut(self, move: Move) -> bool:
        """Return whether both ends are the same but for what levels fill in."""
        ends = move.giver, move.taker
        return any(self._cut) and None not in ends and self._known(ends[0] or ()) == self._known(ends[1] or ())

    def _known(self, target: Values) -> Values:
        return tuple(value for value, cut in zip(target, self._cut, strict=True) if not cut)

    def _is_open(self, target: Values) -> bool:
        """Return whether a level fills in some of it."""
        return any(cut and value is None for value, cut in zip(target, self._cut, strict=True))

    def _stands(self, move: Move, *, gives: bool) -> list[tuple[Values, Decimal]]:
        """Take an end of a move out of direct cost; return the targets that it is in the result, with amounts."""
        end = _end(move, gives=gives)
        some = self._left[move.month, move.currency, None]
        parts: list[tuple[Values, Decimal]] = []
        rest = move.amount
        for target in self._parts(move, end, gives=gives) if self._is_open(end) else ():
            part = min(rest, some[target].copy_abs())
            rest = difference(rest, part)
            parts += [(target, part)] if part else []
        parts += [(end, rest)] if rest else []
        for target, amount in parts:
            self._add((move.month, move.currency, None), target, amount if gives else amount.copy_negate())
        return parts

    def _parts(self, move: Move, end: Values, *, gives: bool) -> list[Values]:
        """Return the targets which an end can be in the result, those with the largest change first."""
        some = self._left[move.month, move.currency, None]
        found = [
            target
            for target in self._alike.get((move.month, move.currency, self._known(end)), ())
            if some[target] and (some[target] < 0) is gives
            if all(mine in {None, its} for mine, its in zip(end, target, strict=True))
        ]
        return sorted(found, key=lambda target: (-some[target].copy_abs(), [value or "" for value in target]))

    def _add(self, place: tuple[date, str, str | None], target: Values, amount: Decimal) -> None:
        month, currency, pool = place
        some = self._left[place]
        if pool is None and target not in some:
            self._alike[month, currency, self._known(target)].append(target)
        some[target] = difference(some.get(target, Decimal(0)), amount.copy_negate())


def _end(move: Move, *, gives: bool) -> Values:
    return (move.giver if gives else move.taker) or ()


def _paired(
    givers: Sequence[tuple[Values, Decimal]], takers: Sequence[tuple[Values, Decimal]]
) -> Iterator[tuple[Values, Values, Decimal]]:
    """Yield who gives what to whom; both sum to the same."""
    waiting = list(takers)
    for giver, gives in givers:
        left = gives
        while left:
            taker, takes = waiting[0]
            part = min(left, takes)
            yield giver, taker, part
            left, takes = difference(left, part), difference(takes, part)
            waiting[:1] = [(taker, takes)] if takes else []
