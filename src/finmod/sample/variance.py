"""What truly changed cost from month to month: the generated causes, each with its Shapley value.

Owns truth/variance.csv. It is made of what the company used and paid, not of what its bills tell: true list prices,
true discounts of each resource, true coverage. Values are found by trying all sets of causes, one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import factorial
from typing import Final

import numpy as np

from finmod.sample.aws_lines import product_codes
from finmod.sample.charges import Bill, Charge
from finmod.sample.prices import AMOUNT_DIGITS, SOURCES, skus
from finmod.sample.streams import Flags, Floats, Ints
from finmod.sample.world import World

HEADER: Final = ("billing_period", "source", "effect", "amount", "currency")
_FACTORS: Final = ("days", "volume", "mix", "list_price", "negotiated_discount", "commitment_coverage")
_KINDS: Final = {
    "unused": "unused_commitments", "fee": "commitment_coverage", "credit": "credits", "tax": "tax",
    "support": "support", "late": "restatement", "marketplace": "list_price", "subscription": "list_price",
    "rent": "list_price",
}  # fmt: skip
# What AWS takes off use on demand, per mille: of single services first, the enterprise discount of what is left.
_OFF: Final = {"AmazonS3": 80, "AmazonVPC": 300}
_ENTERPRISE: Final = 50
_LARGE: Final = 10**AMOUNT_DIGITS
_FIREWALL: Final = "firewall"


@dataclass(frozen=True)
class Paid:
    """What one month of one source came to, by resource, in USD and pricing units.

    Attributes:
        quantity: Used in all.
        covered: Of it, under commitments.
        list_price: Per unit.
        contracted_price: Per unit.
        covered_cost: Effective cost of what is covered.
        uncovered_cost: Of what is not, before discounts of its own.
        discount: Negotiated discounts on that, 0 or below.
        others: Effect -> money of charges beside use.
        days: Of the month.
        metered: Quantity and price of what is metered without a resource, by name.
    """

    quantity: Floats
    covered: Floats
    list_price: Floats
    contracted_price: Floats
    covered_cost: Floats
    uncovered_cost: Floats
    discount: Floats
    others: Mapping[str, float]
    days: int
    metered: Mapping[str, tuple[float, float]]


def paid(world: World, bill: Bill) -> Paid:
    """Return what a bill's causes came to."""
    usage, count = bill.usage, world.resources[bill.source].count
    is_covered = usage.commitment >= 0

    def summed(values: object) -> Floats:
        weights = np.asarray(values, dtype=np.float64)
        return np.asarray(np.bincount(usage.resource, weights=weights, minlength=count), dtype=np.float64)

    cost = usage.quantity * usage.effective_price / _LARGE
    discount, covering = np.zeros(len(cost)), np.zeros(len(cost))
    others: dict[str, float] = {}
    for credit in bill.credits:
        if credit.listed:
            others["credits"] = others.get("credits", 0.0) + float(credit.amount.sum()) / _LARGE
        elif credit.negotiated:
            discount += credit.amount / _LARGE
        else:
            covering += credit.amount / _LARGE
    if bill.source == "aws":
        discount -= np.where(~is_covered & ~usage.elsewhere, cost, 0.0) * _taken_off(bill)
    for charge in bill.charges:
        _add(others, charge, bill.source)
    list_price, contracted = (
        np.bincount(usage.resource, weights=price, minlength=count)
        / np.maximum(np.bincount(usage.resource, minlength=count), 1)
        for price in (usage.list_price / 10**6, usage.contracted_price / 10**6)
    )
    return Paid(
        quantity=summed(usage.quantity) / 10**4,
        covered=summed(np.where(is_covered, usage.quantity, 0)) / 10**4,
        list_price=list_price,
        contracted_price=contracted,
        covered_cost=summed(np.where(is_covered, cost + covering, 0)),
        uncovered_cost=summed(np.where(is_covered, 0, cost)),
        discount=summed(discount),
        others=others,
        days=bill.month.days,
        metered={
            _unit(each): (_quantity(each), each.effective / _LARGE) for each in bill.charges if each.kind == _FIREWALL
        },
    )


def _taken_off(bill: Bill) -> Floats:
    off = np.array([_OFF.get(code, 0) for code in product_codes(bill.usage).tolist()]) / 1000
    return np.asarray(off + (1 - off) * _ENTERPRISE / 1000, dtype=np.float64)


def _add(others: dict[str, float], charge: Charge, source: str) -> None:
    if charge.kind in {"discount", _FIREWALL} or not charge.effective:
        return
    effect = _KINDS.get(charge.kind, "other")
    if charge.kind == "correction":
        effect = "restatement" if source == "oci" else "credits"
    others[effect] = others.get(effect, 0.0) + charge.effective / _LARGE


def _unit(charge: Charge) -> str:
    return str(charge.columns["pricing_unit"])


def _quantity(charge: Charge) -> float:
    return float(charge.columns["line_item_usage_amount"] or 0)


def change_rows(world: World, months: Mapping[tuple[str, int], Paid]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of truth/variance.csv: effects of each source and month against the month before."""
    for number in range(1, len(world.months)):
        for source in SOURCES:
            found = changes(world, source, months[source, number - 1], months[source, number])
            for effect, amount in sorted(found.items()):
                if round(amount, 4):
                    yield world.months[number].label, source, effect, f"{amount:.4f}", "USD"


def changes(world: World, source: str, before: Paid, after: Paid) -> dict[str, float]:
    """Return effect -> what it changed, USD, positive where cost rose."""
    found = {
        effect: after.others.get(effect, 0.0) - before.others.get(effect, 0.0)
        for effect in {*before.others, *after.others}
    }
    resources = world.resources[source]
    services = np.array([skus()[place].service_name for place in resources.sku.tolist()], dtype=object)
    there = [each.quantity > 0 for each in (before, after)]
    for new, old, word in ((1, 0, "new"), (0, 1, "ended")):
        alone = there[new] & ~there[old]
        known = np.isin(services.astype(str), services[there[old]].astype(str))
        for chosen, what in ((alone & known, "resources"), (alone & ~known, "services")):
            amount = float(_cost((before, after)[new])[chosen].sum())
            _plus(found, f"{word}_{what}", amount if new else -amount)
    both = there[0] & there[1]
    for name, values in _compared(world, source, (before, after), both).items():
        _plus(found, name, values)
    for name in before.metered.keys() & after.metered.keys():
        (one, cost), (other, _) = before.metered[name], after.metered[name]
        price = cost / one
        a_day = (one / before.days, other / after.days)
        _plus(found, "days", (after.days - before.days) * (a_day[0] + a_day[1]) / 2 * price)
        _plus(found, "volume", (a_day[1] - a_day[0]) * (before.days + after.days) / 2 * price)
    return found


def _plus(found: dict[str, float], name: str, amount: float) -> None:
    found[name] = found.get(name, 0.0) + amount


def _cost(each: Paid) -> Floats:
    return each.covered_cost + each.uncovered_cost + each.discount


def _compared(world: World, source: str, pair: tuple[Paid, Paid], both: Flags) -> dict[str, float]:
    """Return the effects of resources that were there in both months."""
    resources = world.resources[source]
    table = [skus()[place] for place in resources.sku.tolist()]
    keys = [
        (account, sku.service_name, sku.pricing_unit)
        for account, sku in zip(resources.account.tolist(), table, strict=True)
    ]
    numbers: dict[object, int] = {}
    group = np.array([numbers.setdefault(key, len(numbers)) for key in keys])
    monthly = np.array(["Month" in sku.pricing_unit or "month" in sku.pricing_unit for sku in table])
    chosen = np.flatnonzero(both)
    covered, uncovered = zip(*(_factors(each, chosen, group, monthly, both) for each in pair), strict=True)
    found: dict[str, float] = {}
    for sides, last in ((covered, ("commitment_discount",)), (uncovered, ("other", "negotiated_discount"))):
        names = (*_FACTORS, *last)
        filled = [_filled(own, other) for own, other in (sides, sides[::-1])]
        for name, values in zip(names, _shapley(*filled), strict=True):
            _plus(found, name, float(values.sum()))
    return found


def _factors(each: Paid, chosen: Ints, group: Ints, monthly: Flags, both: Flags) -> tuple[list[Floats], list[Floats]]:
    """Return the factors of covered and of uncovered cost; NaN where a month does not tell one."""
    quantity, covered = each.quantity[chosen], each.covered[chosen]
    days = np.where(monthly[chosen], 1.0, float(each.days))
    together = np.bincount(group, weights=np.where(both, each.quantity, 0.0))[group][chosen]
    listed, agreed = each.list_price[chosen], each.contracted_price[chosen]
    common = [days, together / days, quantity / together, listed, agreed / listed]
    share, rest = covered / quantity, quantity - covered
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(covered > 0, each.covered_cost[chosen] / (covered * agreed), np.nan)
        other = np.where(rest > 0, each.uncovered_cost[chosen] / (rest * agreed), np.nan)
        left = np.where(
            each.uncovered_cost[chosen] > 0, 1 + each.discount[chosen] / each.uncovered_cost[chosen], np.nan
        )
    return [*common, share, rate], [*common, rest / quantity, other, left]


def _filled(own: list[Floats], other: list[Floats]) -> list[Floats]:
    """Return factors; one that is not told is the other month's, and 1 where neither tells it."""
    pairs = ((np.where(np.isfinite(one), one, two)) for one, two in zip(own, other, strict=True))
    return [np.where(np.isfinite(each), each, 1.0) for each in pairs]


def _shapley(before: list[Floats], after: list[Floats]) -> list[Floats]:
    """Return the Shapley value of each factor of a product: the mean over all orders in which factors could change."""
    count = len(before)
    worth: dict[tuple[bool, ...], Floats] = {
        changed: np.prod(
            [two if moved else one for one, two, moved in zip(before, after, changed, strict=True)], axis=0
        )
        for changed in product((False, True), repeat=count)
    }
    found = [np.zeros_like(before[0]) for _ in range(count)]
    for changed, value in worth.items():
        size = sum(changed)
        for at in range(count):
            if not changed[at]:
                weight = factorial(size) * factorial(count - size - 1) / factorial(count)
                with_it = (*changed[:at], True, *changed[at + 1 :])
                found[at] = found[at] + weight * (worth[with_it] - value)
    return found
