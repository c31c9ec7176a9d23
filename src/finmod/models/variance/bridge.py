"""The variance bridge: the change of each cell as a sum of effects, to the last digit.

A cell that is compared has, in each month,

    cost = days x quantity a day of its group x its share of that x list price x contracted / list
           x (covered share x rate of what is covered + uncovered share x rate of what is not) x exchange rate

and the effect of each factor is its Shapley value, see ``shapley.py``: no order of factors is preferred. A factor that
one month does not tell is taken from the other, so that it has no effect: the rate of what is covered where nothing
was, the price of a SKU that a resource moved to. Where a list price is known in one month alone, contracted price
stands for both; where no price is known, what a unit costs does. Of what commitments cover nothing stands for a price:
what a unit costs changes under ``other`` then.

Discounts that are rows of their own are a share of the use that they stand beside: what they follow of its effects is
theirs too, and a change of the share is ``negotiated_discount``, or ``commitment_coverage`` of credits that cover use.

Effects are made in doubles, then rounded to units of 1e-12 once; the largest of a cell takes what is left, so that they
sum to its exact change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from finmod.models.variance.cells import COVERING, NEGOTIATED, PRICED, Cells, Flags, Floats, Ints, Side, Units
from finmod.models.variance.effects import EFFECTS, PLACE
from finmod.models.variance.matching import group_sums, kinds
from finmod.models.variance.rounding import whole
from finmod.models.variance.shapley import product_effects

UNIT: Final = 10**12
_FACTORS: Final = (
    "days", "volume", "mix", "list_price", "negotiated_discount", "commitment_coverage", "commitment_discount", "fx",
)  # fmt: skip
"""The effect that each factor of covered cost has; uncovered cost has another rate in place of the discount."""
# Decimals that became doubles differ in their last digits.
_NOTHING: Final = 1e-9
_DOUBLE: Final = 1e-12
_ALONE: Final = ("ended", "new")
_SHARE: Final = {COVERING: "commitment_coverage", NEGOTIATED: "negotiated_discount"}
"""Kind of a discount that is a row of its own -> the effect of its share; what covers use goes first, since what is
negotiated is of the rest."""


@dataclass(frozen=True)
class Bridge:
    """What changed cells.

    Attributes:
        kinds: ``PRICED`` of cells that were compared factor by factor, else the place of the effect that has all.
        effects: One row per cell, one column per effect of ``EFFECTS``, units of 1e-12 of the reporting currency,
            positive where cost rose. A row sums to the cell's change.
    """

    kinds: Ints
    effects: Units


_ROUNDING: Final = (1_000, 1e-9)
"""Units, and part of what moved in a cell, that rounding may leave at most; as seen, it leaves two units."""

Decompose = Callable[[Sequence[Floats], Sequence[Floats]], Floats]
"""How the change of products is cut into one effect per factor: factors before, factors after -> effects."""


def bridge(cells: Cells, decompose: Decompose = product_effects) -> Bridge:
    """Return the effects of every cell, in the order of the cells.

    Args:
        cells: What is compared.
        decompose: How a product is cut; other ways than the Shapley value are for comparison alone.
    """
    kind = kinds(cells)
    effects = np.zeros((cells.count, len(EFFECTS)))
    chosen = np.flatnonzero(kind == PRICED)
    uncovered = _compare(cells, chosen, effects, decompose)
    change = _change(cells)
    _alone(cells, kind, effects, _floats(change))
    _discounts(cells, effects, _follow(cells, kind, uncovered))
    # Of discounts too, which have their effects from what they are a share of.
    effects[cells.lacks] = 0.0
    effects[cells.lacks, PLACE["other"]] = _floats(change[cells.lacks])
    return Bridge(kind, exact(effects, change))


def _alone(cells: Cells, kind: Ints, effects: Floats, change: Floats) -> None:
    """Fill in the effect of cells that have one alone; beside days that are not told, what is new or ended has two."""
    rows = np.flatnonzero(kind >= 0)
    days = _days_of_none(cells, kind)[rows]
    effects[rows, kind[rows]] = change[rows] * (1 - days)
    effects[rows, PLACE["days"]] += change[rows] * days


def _days_of_none(cells: Cells, kind: Ints) -> Floats:
    """Return which part of what is new or ended is of more days than the other month tells; 0 of whole months."""
    is_partial = np.minimum(cells.before.told, cells.after.told) < 1
    with np.errstate(divide="ignore", invalid="ignore"):
        before, after = (
            np.where(cells.grows, other.days / own.days, np.where(cells.accrues, other.told / own.told, 1.0))
            for own, other in ((cells.before, cells.after), (cells.after, cells.before))
        )
    is_gone, is_new = (np.isin(kind, [PLACE[f"{word}_resources"], PLACE[f"{word}_services"]]) for word in _ALONE)
    share = np.where(is_gone, before, np.where(is_new, after, 1.0))
    return np.where(is_partial & (cells.kind == PRICED) & np.isfinite(share), 1 - np.minimum(share, 1.0), 0.0)


def exact(effects: Floats, change: Units) -> Units:
    """Return effects rounded to whole units; the largest of each row takes what rounding leaves.

    What is more than rounding, no effect explains: it is told as such, in ``other``.

    Args:
        effects: Rows of effects in money.
        change: What each row must sum to, units of 1e-12.
    """
    rounded = whole(effects * UNIT)
    rounded = rounded.astype(np.result_type(rounded, change))
    rows = np.arange(len(rounded))
    largest = np.argmax(np.abs(effects), axis=1)
    left = change - rounded.sum(axis=1)
    size = np.abs(effects).sum(axis=1) * UNIT
    is_rounding = np.abs(left).astype(np.float64) <= np.where(size > 0, _ROUNDING[0] + _ROUNDING[1] * size, 0)
    largest = np.where(is_rounding, largest, PLACE["other"])
    rounded[rows, largest] += left
    return rounded


def _floats(units: Units) -> Floats:
    return np.asarray(units, dtype=np.float64) / UNIT


def _change(cells: Cells) -> Units:
    change: Units = cells.after.amount - cells.before.amount
    return change


@dataclass(frozen=True)
class _Factors:
    """The factors of some cells in one month; NaN where it does not tell them."""

    days: Floats
    volume: Floats
    mix: Floats
    list_price: Floats
    discount: Floats
    coverage: Floats
    covered_rate: Floats
    uncovered_rate: Floats
    fx: Floats


def _compare(cells: Cells, chosen: Ints, effects: Floats, decompose: Decompose) -> Floats:
    """Fill in the effects of cells that are compared; return those of their uncovered cost alone, all cells long."""
    uncovered = np.zeros_like(effects)
    compared = np.zeros(cells.count, dtype=np.bool_)
    compared[chosen] = True
    listed, contracted = _prices(cells.before, cells.after, chosen)
    both = [
        _factors(cells, side, chosen, (prices, agreed), compared)
        for side, prices, agreed in zip((cells.before, cells.after), listed, contracted, strict=True)
    ]
    before, after = (_filled(own, other) for own, other in (both, both[::-1]))
    for is_covered, target in ((True, effects), (False, uncovered)):
        found = decompose(*_settled(*(_product(each, covered=is_covered) for each in (before, after))))
        names = _FACTORS if is_covered else (*_FACTORS[:6], "other", "fx")
        for name, values in zip(names, found, strict=True):
            target[chosen, PLACE[name]] += values
    effects += uncovered
    return uncovered


def _prices(before: Side, after: Side, chosen: Ints) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return list and contracted prices of both months: what both tell, or 1 in both where they do not."""
    listed = [side.list_price[chosen] for side in (before, after)]
    agreed = [side.contracted_price[chosen] for side in (before, after)]
    is_there = [side.quantity[chosen] > 0 for side in (before, after)]
    # Where the bill tells no price at all, what a unit costs is its price; not of what commitments cover.
    plain = (before.covered_quantity[chosen] == 0) & (after.covered_quantity[chosen] == 0)
    agreed = [
        np.where(np.isfinite(own) | ~plain, own, _ratio(side.original[chosen], side.quantity[chosen]))
        for own, side in zip(agreed, (before, after), strict=True)
    ]
    # What is not there in a month has the price of the other one.
    agreed = [np.where(is_there[at], agreed[at], agreed[1 - at]) for at in (0, 1)]
    listed = [np.where(is_there[at], listed[at], listed[1 - at]) for at in (0, 1)]
    has_agreed = _usable(agreed[0], before.original[chosen]) & _usable(agreed[1], after.original[chosen])
    agreed = [np.where(has_agreed, each, 1.0) for each in agreed]
    has_list = _usable(listed[0], agreed[0]) & _usable(listed[1], agreed[1]) & has_agreed
    listed = [np.where(has_list, each, own) for each, own in zip(listed, agreed, strict=True)]
    return (listed[0], listed[1]), (agreed[0], agreed[1])


def _usable(price: Floats, cost: Floats) -> Flags:
    """Return which prices are told: above 0, or 0 of what costs nothing, such as a free tier."""
    return np.asarray(np.isfinite(price) & ((price > 0) | ((price == 0) & (cost == 0))), dtype=np.bool_)


def _factors(cells: Cells, side: Side, chosen: Ints, prices: tuple[Floats, Floats], compared: Flags) -> _Factors:
    listed, agreed = prices
    quantity, covered_quantity = side.quantity[chosen], side.covered_quantity[chosen]
    # What is the same in months of other lengths is not used by the day.
    same = np.isclose(cells.before.quantity, cells.after.quantity, rtol=_NOTHING, atol=0)
    days = np.where(cells.grows[chosen], side.days[chosen], np.where(cells.accrues[chosen], side.told[chosen], 1.0))
    same = np.where(cells.group >= 0, group_sums(cells, (~same).astype(np.float64), compared) == 0, same)
    days = np.where(same[chosen], 1.0, days)
    together = group_sums(cells, side.quantity, compared)[chosen]
    original, covered = side.original[chosen], side.covered[chosen]
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = quantity - covered_quantity
        is_all = (quantity > 0) & (np.abs(rest) <= _NOTHING * quantity)
        coverage = np.where(is_all, 1.0, covered_quantity / quantity)
        return _Factors(
            days=days,
            volume=together / days,
            mix=np.where(together > 0, quantity / together, 0.0),
            list_price=listed,
            discount=np.where(listed > 0, agreed / listed, np.nan),
            coverage=coverage,
            covered_rate=np.where(covered_quantity > 0, covered / (covered_quantity * agreed), np.nan),
            uncovered_rate=np.where(rest > _NOTHING * quantity, (original - covered) / (rest * agreed), np.nan),
            fx=_exchange(_floats(side.amount[chosen]), original),
        )


def _exchange(amount: Floats, original: Floats) -> Floats:
    """Return the rate of amounts; 1 where they differ by the rounding of doubles alone."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(original != 0, amount / original, np.nan)
    return np.asarray(np.where(np.isclose(rate, 1.0, rtol=_DOUBLE, atol=0), 1.0, rate), dtype=np.float64)


def _filled(own: _Factors, other: _Factors) -> _Factors:
    """Return factors of which those that are not told are the other month's, and 1 where neither tells them."""

    def told(mine: Floats, theirs: Floats, least: float = 1.0) -> Floats:
        filled = np.where(np.isfinite(mine), mine, theirs)
        return np.asarray(np.where(np.isfinite(filled), filled, least), dtype=np.float64)

    return _Factors(
        own.days, own.volume, own.mix, own.list_price, told(own.discount, other.discount),
        told(own.coverage, other.coverage, 0.0), told(own.covered_rate, other.covered_rate),
        told(own.uncovered_rate, other.uncovered_rate), told(own.fx, other.fx),
    )  # fmt: skip


def _product(each: _Factors, *, covered: bool) -> list[Floats]:
    share = each.coverage if covered else 1 - each.coverage
    rate = each.covered_rate if covered else each.uncovered_rate
    return [each.days, each.volume, each.mix, each.list_price, each.discount, share, rate, each.fx]


def _settled(before: list[Floats], after: list[Floats]) -> tuple[list[Floats], list[Floats]]:
    """Return both months' factors, the same where they differ by the rounding of doubles alone: nothing moved there."""
    low, high = ([pick(*both) for both in zip(before, after, strict=True)] for pick in (np.minimum, np.maximum))
    same = [np.isclose(*both, rtol=_DOUBLE, atol=0) for both in zip(low, high, strict=True)]
    one, other = (
        [np.where(*each) for each in zip(same, low, factors, strict=True)] for factors in (before, after)
    )  # fmt: skip
    return one, other


@dataclass(frozen=True)
class _Followed:
    """What discounts are a share of: uncovered use of priced cells, with the credits that cover it once these are told.

    Attributes:
        effects: Of each cell.
        before: Its cost.
        after: Likewise.
    """

    effects: Floats
    before: Floats
    after: Floats


def _follow(cells: Cells, kind: Ints, uncovered: Floats) -> _Followed:
    """Return the uncovered cost of every priced cell that discounts reach, with its effects."""
    effects = uncovered.copy()
    priced = cells.kind == PRICED
    costs = []
    for side in (cells.before, cells.after):
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(side.original != 0, 1 - side.covered / side.original, 1.0)
        costs.append(np.where(priced, _floats(side.amount) * share, 0.0))
    alone = np.where(priced, kind, PRICED)
    _alone(cells, alone, effects, costs[1] - costs[0])
    before, after = _reached(cells)
    effects *= ((before + after) / 2)[:, None]
    # What comes under another payer gets his discounts, or loses them: nothing else of it changes thereby.
    effects[:, PLACE["negotiated_discount"]] += (after - before) * (costs[0] + costs[1]) / 2
    return _Followed(effects, costs[0] * before, costs[1] * after)


def _reached(cells: Cells) -> tuple[Floats, Floats]:
    """Return the share of each cell that discounts reach; of a cell that is not there in a month that of the other."""
    one, other = cells.before.reached, cells.after.reached
    found = [np.where(np.isfinite(own), own, theirs) for own, theirs in ((one, other), (other, one))]
    before, after = (np.where(np.isfinite(each), each, 1.0) for each in found)
    return before, after


def _discounts(cells: Cells, effects: Floats, followed: _Followed) -> None:
    """Fill in the effects of discounts that are rows of their own, by the narrowest base that can have had them."""
    for kind, name in _SHARE.items():
        rows = np.flatnonzero(cells.kind == kind)
        # Without a base all of the change is one of the share.
        effects[rows, PLACE[name]] = _floats(_change(cells)[rows])
        left = rows
        for level in range(cells.bases.shape[1]):
            left = _of_level(cells, effects, followed, (left, level, PLACE[name]))
        followed.effects[rows] = effects[rows]
        followed.before[rows], followed.after[rows] = (
            _floats(cells.before.amount[rows]),
            _floats(cells.after.amount[rows]),
        )


def _of_level(cells: Cells, effects: Floats, followed: _Followed, what: tuple[Ints, int, int]) -> Ints:
    """Fill in the effects of discounts that can be of a base of one level; return the others."""
    left, level, place = what
    base = cells.bases[left, level]
    sums = [_of_base(cells, level, values)[base] for values in (followed.before, followed.after)]
    amounts = [_floats(side.amount[left]) for side in (cells.before, cells.after)]
    usable = (base >= 0) & ((sums[0] > 0) | (sums[1] > 0))
    for amount, total in zip(amounts, sums, strict=True):
        # A discount of more than the whole is one of something else as well; of nothing there is none.
        usable &= np.abs(amount) <= np.maximum(total, 0)
    rows, own = left[usable], base[usable]
    one, other = (_ratio(amount[usable], total[usable]) for amount, total in zip(amounts, sums, strict=True))
    one, other = np.where(np.isfinite(one), one, other), np.where(np.isfinite(other), other, one)
    moved = np.stack([_of_base(cells, level, column)[own] for column in followed.effects.T], axis=1)
    effects[rows] = moved * ((one + other) / 2)[:, None]
    effects[rows, place] += (other - one) * (sums[0][usable] + sums[1][usable]) / 2
    return np.asarray(left[~usable], dtype=np.int64)


def _ratio(amount: Floats, total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(total > 0, amount / total, np.nan), dtype=np.float64)


def _of_base(cells: Cells, level: int, values: Floats) -> Floats:
    """Return the sum of values for each number of a base; the last one, of -1, is 0."""
    base = np.where((cells.kind == PRICED) | (cells.kind == COVERING), cells.bases[:, level], -1)
    highest = int(cells.bases[:, level].max(initial=-1))
    sums = np.bincount(base + 1, weights=values, minlength=highest + 2)
    return np.asarray(np.r_[sums[1:], 0.0], dtype=np.float64)
