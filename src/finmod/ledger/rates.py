"""Exchange rates between two currencies: from what is published to the rate of a charge.

Owns the derivation (direct, inverse, cross through one other currency) and the choice of the rate of a day, both in
whole numbers: nothing is rounded but the rate that comes out, once. Pure: what is published comes from ``fx_file``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Literal, NamedTuple

from finmod.errors import counted
from finmod.ledger.fx_file import Published

PLACES = 18
"""Decimal places of a rate."""

Method = Literal["day", "month_average", "month_end"]

_UNIT = 10**PLACES
# Beyond it the amount that comes out would have no room.
_MOST = 10**12 * _UNIT
_FIRST_VIA = "EUR"
_FRIDAY = 4


class Derived(NamedTuple):
    """What one unit of a currency is in another on a day of publication: an exact ratio, and where it comes from."""

    over: int
    under: int
    how: str


@dataclass(frozen=True)
class Rule:
    """How the rate of a charge is chosen.

    Attributes:
        to: Reporting currency, ISO 4217.
        method: ``day`` takes the last rate published on or before the charge's day, ``month_average`` the mean of the
            rates published in its month, ``month_end`` the last one of its month.
        days: How old, in days, the rate of ``day`` may be.
    """

    to: str
    method: Method = "day"
    days: int = 7


@dataclass(frozen=True)
class UsedRate:
    """The rate of the charges of one currency and day.

    Attributes:
        currency: BillingCurrency of the charges.
        charge_date: Their day.
        rate: What one unit of it is in the reporting currency, of at most 18 places; None where it is unknown.
        rate_date: Day on which the rate, or the last one of its month, was published; None as above.
        how: ``direct``, ``inverse`` or ``cross via EUR``; an average may have several, with commas; None as above.
        is_final: Whether no rate that is published later would take its place.
    """

    currency: str
    charge_date: date
    rate: Decimal | None = None
    rate_date: date | None = None
    how: str | None = None
    is_final: bool = False


def derived(published: Published, base: str, quote: str) -> dict[date, Derived]:
    """Return every day's exact rate from one currency to another, by day of publication, in order of days.

    On one day a direct rate goes before an inverse one, and that before a cross: through EUR where that can be, else
    through the first other currency by code. Both legs of a cross are of that day.

    >>> rates = {("EUR", "USD"): {date(2026, 9, 1): Decimal("1.25")}}
    >>> derived(rates, "USD", "EUR")[date(2026, 9, 1)]
    Derived(over=4, under=5, how='inverse')
    """
    found: dict[date, Derived] = {}
    for via in sorted(_neighbours(published, base) & _neighbours(published, quote), key=_preference, reverse=True):
        first, second = _leg(published, base, via), _leg(published, via, quote)
        for day in first.keys() & second.keys():
            one, other = first[day], second[day]
            found[day] = Derived(one.over * other.over, one.under * other.under, f"cross via {via}")
    found.update(_leg(published, base, quote))
    return dict(sorted(found.items()))


def rounded(rates: Sequence[Derived]) -> Decimal | None:
    """Return the mean of exact rates, rounded once to 18 places, halves up; None where it is 0 or over 12 digits.

    >>> rounded([Derived(1, 3, "inverse")]), rounded([Derived(1, 10**19, "inverse")])
    (Decimal('0.333333333333333333'), None)
    """
    over, under = rates[0].over, rates[0].under
    for rate in rates[1:]:
        over, under = over * rate.under + rate.over * under, under * rate.under
    under *= len(rates)
    units = (2 * over * _UNIT + under) // (2 * under)
    return _decimal(units) if 0 < units < _MOST else None


def rates_used(pairs: Iterable[tuple[str, date]], published: Published, rule: Rule) -> tuple[UsedRate, ...]:
    """Return the rate of every currency and day of charges, sorted by them; the reporting currency has none.

    Args:
        pairs: BillingCurrency and day of charges.
        published: Rates as published.
        rule: How a rate is chosen.

    Returns:
        One per pair: all that the reporting currency of a ledger state depends on.
    """
    wanted: dict[str, set[date]] = {}
    for currency, day in pairs:
        if currency != rule.to:
            wanted.setdefault(currency, set()).add(day)
    return tuple(
        used
        for currency, days in sorted(wanted.items())
        for used in _of_currency(currency, sorted(days), derived(published, currency, rule.to), rule)
    )


def _of_currency(currency: str, days: Sequence[date], rates: Mapping[date, Derived], rule: Rule) -> Iterator[UsedRate]:
    known = list(rates)
    last = known[-1] if known else None
    means: dict[tuple[date, ...], Decimal | None] = {}
    for day in days:
        first, end = _window(day, rule)
        chosen = tuple(known[bisect_left(known, first) : bisect_right(known, end)])
        chosen = chosen if rule.method == "month_average" else chosen[-1:]
        if chosen and chosen not in means:
            means[chosen] = rounded([rates[each] for each in chosen])
        rate = means.get(chosen)
        if rate is None:
            yield UsedRate(currency, day)
            continue
        how = ", ".join(sorted({rates[each].how for each in chosen}))
        yield UsedRate(currency, day, rate, chosen[-1], how, last is not None and last >= _settled(day, rule))


def why_unknown(used: UsedRate, published: Published, rule: Rule) -> str:
    """Return why the charges of a currency and day have no rate, as a clause about it.

    >>> rates = {("EUR", "USD"): {date(2026, 9, 1): Decimal("1.25")}}
    >>> why_unknown(UsedRate("EUR", date(2026, 9, 9)), rates, Rule("USD"))
    'the last one is of 2026-09-01, more than 7 days before'
    """
    known = list(derived(published, used.currency, rule.to))
    first, end = _window(used.charge_date, rule)
    earlier = known[: bisect_right(known, end)]
    if not known:
        return f"none in the table leads to {rule.to}"
    if earlier and earlier[-1] >= first:
        return "it is too small or too large to be written"
    if rule.method != "day":
        return f"the table has none in {used.charge_date:%Y-%m}"
    if not earlier:
        return f"the first one is of {known[0]}"
    return f"the last one is of {earlier[-1]}, more than {counted(rule.days, 'day')} before"


def _window(day: date, rule: Rule) -> tuple[date, date]:
    """Return the first and the last day whose rates may be taken for a charge of a day."""
    if rule.method == "day":
        return date.fromordinal(max(day.toordinal() - rule.days, 1)), day
    return day.replace(day=1), _month_end(day)


def _settled(day: date, rule: Rule) -> date:
    """Return the day of publication from which on the rate of a charge's day cannot change any more."""
    if rule.method == "day":
        return day
    end = _month_end(day)
    return end - timedelta(days=max(end.weekday() - _FRIDAY, 0))


def _month_end(day: date) -> date:
    if (day.year, day.month) == (date.max.year, date.max.month):
        return date.max
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def _leg(published: Published, base: str, quote: str) -> dict[date, Derived]:
    inverse, direct = published.get((quote, base), {}), published.get((base, quote), {})
    found = {}
    for day, rate in inverse.items():
        over, under = rate.as_integer_ratio()
        found[day] = Derived(under, over, "inverse")
    return found | {day: Derived(*rate.as_integer_ratio(), "direct") for day, rate in direct.items()}


def _neighbours(published: Published, currency: str) -> set[str]:
    return {other for pair in published if currency in pair for other in pair if other != currency}


def _preference(currency: str) -> tuple[bool, str]:
    return currency != _FIRST_VIA, currency


def _decimal(units: int) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return Decimal(units).scaleb(-PLACES)
