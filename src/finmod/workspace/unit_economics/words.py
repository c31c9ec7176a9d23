"""What is said of splits that were refused or are of other months, of steps, prices and growth.

Owns the sentences. What they are about comes from who asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from finmod.errors import counted, printable
from finmod.models.unit_economics.cost_function import Estimate, Step, shown
from finmod.models.unit_economics.growth import ConstantRate, Experience, Given, Growth, observed_growth
from finmod.models.unit_economics.split import CostSplit
from finmod.settings.validate import listing
from finmod.terms.findings import Finding, codes
from finmod.workspace.unit_economics.split import ProductSplit

_ZERO: Final = Decimal(0)
_OF_COST_ALONE: Final = "bands are of cost alone"


def known_splits(each: ProductSplit) -> dict[str, CostSplit]:
    """Return numerator -> split, of those that were not refused."""
    return {name: split for name, split in each.splits.items() if split is not None}


def refusals(splits: Sequence[ProductSplit]) -> Iterator[Finding]:
    """Yield why cost is not split, and what was left out where it is."""
    for each in splits:
        product = printable(each.product.name)
        for name, count in each.left_out.items():
            words = f"{product}: {counted(count, 'period')} of negative {name.replace('_', ' ')} cost left out"
            yield Finding(code="FM2382", message=f"{words} of the split", severity="warning")
        for name, refusal in each.refusals.items():
            severity, words = codes()[refusal.code].severity, f"{product}: {name.replace('_', ' ')} cost is not split"
            words = f"{words} into fixed and variable"
            yield Finding(code=refusal.code, message=f"{words}: {refusal.text}", severity=severity)


def stepped_already(steps: Iterable[Step], splits: Sequence[ProductSplit]) -> Iterator[Finding]:
    """Yield steps of volumes that products have passed already."""
    passed = [
        (each.product.name, step, each.units)
        for step in steps
        for each in splits
        if each.units is not None and known_splits(each) and step.above < each.units
    ]
    for name, step, units in passed:
        words = f"{printable(name)}: the step of {shown(step.added)} above {shown(step.above)} units is left out"
        words = f"{words}: there are {shown(units)} a month now, so that cost has it already"
        yield Finding(code="FM2383", message=words, severity="warning")


def unpriced(splits: Sequence[ProductSplit]) -> Iterator[Finding]:
    """Yield products that are left out for want of a price."""
    for each in splits:
        if each.price is None and known_splits(each):
            words = f"{printable(each.product.name)}: the price now is unknown, so it is left out"
            yield Finding(code="FM2369", message=words, severity="warning")


def price_source(price: Decimal | None, revenue: str | None, by: Sequence[str]) -> str:
    """Return where prices are from.

    Args:
        price: As it is given; None for revenue by units.
        revenue: The drivers of revenue, in words; None where there is none.
        by: What products are told by.
    """
    if price is not None:
        return f"Price is {shown(price)}, as given."
    if revenue is not None:
        return f"Price is revenue by units, from {printable(revenue)}."
    told = f" by {listing(by, 'and')}" if by else ""
    return f"Price is unknown: no driver tells all revenue{told}."


def other_apart(other: Decimal, currency: str) -> str:
    """Return what is to be said of cost from elsewhere in a projection."""
    words = f"Other cost of {shown(other)} {currency} a month is in what is ahead alone"
    return f"{words}: the past is as the books have it, and a fiscal year of both is two rows."


def named(each: ProductSplit, findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings with the name of their product."""
    for one in findings:
        yield replace(one, message=f"{printable(each.product.name)}: {one.message}")


def growth_of(each: ProductSplit, given: Growth | None) -> tuple[Growth, str]:
    """Return how volume grows, as given or as it did, and what is to be said of it."""
    if isinstance(given, Given):
        return given, f"volumes as given; {_OF_COST_ALONE}"
    if given is not None:
        words = f"{given.words} growth of {shown(given.rate.value * 100)} % a year"
        if given.rate.lower is None or given.rate.upper is None:
            return given, f"{words}, as given; {_OF_COST_ALONE}"
        low, high = (f"{shown(end * 100)} %" for end in (given.rate.lower, given.rate.upper))
        return given, f"{words} ({low} to {high}), as given"
    observed = observed_growth([month.units for month in each.past])
    if observed is None:
        words = "volume stays as it is, since no two whole years are known; say otherwise with --growth"
        return ConstantRate(Estimate(_ZERO)), f"{words}; {_OF_COST_ALONE}"
    words = f"growth of {shown(observed.value * 100)} % a year"
    if observed.lower is not None and observed.upper is not None:
        low, high = (f"{end * 100:.1f} %" for end in (observed.lower, observed.upper))
        words = f"growth of {observed.value * 100:.1f} % ({low} to {high}) a year"
    return ConstantRate(observed), f"{words}, as the last twelve months had over the twelve before"


def made_before(each: ProductSplit, progress: Decimal) -> tuple[Experience, str]:
    """Return an experience curve from the units of the months that the books know, and what is to be said of them."""
    told = [(one.month, one.units) for one in each.past if one.units is not None]
    made = sum((units for _, units in told), _ZERO)
    since = min(month for month, _ in told)
    words = f"{printable(each.product.name)}: experience counts from {shown(made)} units made since {since:%Y-%m}"
    lacking = sum(one.units is None and one.month > since for one in each.past)
    return Experience(progress, made), f"{words}; {counted(lacking, 'month')} are not told" if lacking else words
