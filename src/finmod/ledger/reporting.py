"""The reporting currency beside the originals: SQL that adds its columns to rows of charges.

Owns the columns and the product of amount and rate: exact, rounded once to 12 places, halves away from zero, so that a
refund takes back what its charge was. Which rate a charge has is told by ``rates.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from finmod.engines.duckdb import identifier, literal
from finmod.focus.columns import COSTS
from finmod.ledger.close_rates import KeptRate
from finmod.ledger.fx_file import Published
from finmod.ledger.rates import PLACES, UsedRate, derived, rounded
from finmod.normalize.charges import DECIMAL

RATE_TYPE = "DECIMAL(38,18)"

REPORTING_COSTS = {cost: f"x_Reporting{cost}" for cost in COSTS}
"""FOCUS id of a cost -> the same in the reporting currency."""

ADDED = ("x_FxRate", "x_FxDate", "x_ReportingCurrency", *REPORTING_COSTS.values())
"""The columns that are added, in this order."""

_COSTS = tuple(REPORTING_COSTS.items())

WANTED = "finmod: an exchange rate is wanted"
"""What a query fails with that uses a rate of another currency, where the rates were not read."""

# 1e9 is the largest power of ten of which two factors below it, and some sums of such products, fit 64 bits.
_LIMB = 10**9
_USED = "STRUCT(rate DECIMAL(38,18), day DATE, whole BIGINT, high BIGINT, low BIGINT)"
"""A rate as queries look it up: itself, its day, what stands before the point, nine digits behind it, and nine more."""


@dataclass(frozen=True)
class Reporting:
    """How amounts are told in the reporting currency.

    Attributes:
        currency: ISO 4217.
        rates: One per currency and day of charges; None where they were not read: a query that uses one then fails
            with ``WANTED``, and one that uses none does not wait for them.
        published: The table of exchange rates that they are from.
        kept: Rates that closes keep instead of those: of the months of their bills.
    """

    currency: str
    rates: tuple[UsedRate, ...] | None = None
    published: Published = field(default_factory=dict)
    kept: tuple[KeptRate, ...] = ()

    @cached_property
    def of_table(self) -> dict[tuple[str, date], UsedRate]:
        """Return currency and day -> the rate that the table of exchange rates has."""
        return {(used.currency, used.charge_date): used for used in self.rates or ()}

    @cached_property
    def differing(self) -> dict[tuple[date, str, date], UsedRate]:
        """Return month of a bill, currency and day -> the rate that a close keeps, where the table has another one."""
        return {
            (each.month, each.currency, each.charge_date): each.used
            for each in self.kept
            if each.to == self.currency
            and self._said(each.used) != self._said(self.of_table.get((each.currency, each.charge_date)))
        }

    @cached_property
    def _final(self) -> set[tuple[date, str, date]]:
        return {(each.month, each.currency, each.charge_date) for each in self.kept if each.to == self.currency}

    @staticmethod
    def _said(used: UsedRate | None) -> tuple[Decimal | None, date | None] | None:
        return None if used is None else (used.rate, used.rate_date)

    def used(self, month: date, currency: str, day: date) -> UsedRate:
        """Return the rate of charges in another currency, by the month of their bill; of a true-up the restated one."""
        place = (month, currency, day)
        found = self.differing.get(place) or self.of_table[currency, day]
        return replace(found, is_final=True) if place in self._final else found


MONTH_OF_BILL = "coalesce(x_TrueUpOf, x_BillingPeriod)"
"""SQL: the month of the bill that a charge or true-up is of."""


def with_reporting(rows: str, reporting: Reporting, given: Collection[str] = (), month_of: str = MONTH_OF_BILL) -> str:
    """Return SQL for rows of charges with ``ADDED`` columns behind them.

    An amount is NULL where the cost or the rate is unknown, or where it has no room in DECIMAL(38,12). A query that
    uses none of the columns is planned as if they were not there.

    Args:
        rows: A SELECT with BillingCurrency, x_ChargeDate and the costs.
        reporting: The currency and its rates.
        given: Suppliers' own columns of the rows: those under the names of ``ADDED`` are left out.
        month_of: SQL for the month of a row's bill.
    """
    taken = [identifier(name) for name in given if name.lower() in map(str.lower, ADDED)]
    charges = f"SELECT * EXCLUDE ({', '.join(taken)}) FROM ({rows})" if taken else rows
    own = f"BillingCurrency = {literal(reporting.currency)}"
    if reporting.rates is None:
        return _unread(charges, own, reporting.currency)
    costs = ", ".join(f"CASE WHEN {own} THEN {cost} ELSE {_product(cost)} END AS {name}" for cost, name in _COSTS)
    units = ", ".join(f"{_units(cost)} AS {identifier('#' + cost)}" for cost, _ in _COSTS)
    helpers = ", ".join(identifier("#" + name) for name in ("fx", *(cost for cost, _ in _COSTS)))
    lookups = f"{_lookups_kept(reporting.differing, month_of)} {_lookups(reporting.rates)}"
    rated = f'SELECT *, CASE WHEN {own} THEN NULL {lookups} END AS "#fx" FROM ({charges})'
    return (
        f'SELECT * EXCLUDE ({helpers}), CASE WHEN {own} THEN CAST(1 AS {RATE_TYPE}) ELSE "#fx".rate END AS x_FxRate, '
        f'"#fx".day AS x_FxDate, {literal(reporting.currency)} AS x_ReportingCurrency, {costs} '
        f"FROM (SELECT *, {units} FROM ({rated}))"
    )


def _unread(charges: str, own: str, currency: str) -> str:
    """Return what takes no time to plan, for the many queries that use no rate."""
    values = {"x_FxRate": (f"CAST(1 AS {RATE_TYPE})", RATE_TYPE), "x_FxDate": ("CAST(NULL AS DATE)", "DATE")}
    values |= {name: (cost, DECIMAL) for cost, name in _COSTS}
    added = {
        name: f"CASE WHEN {own} THEN {value} ELSE CAST(error({literal(WANTED)}) AS {kind}) END"
        for name, (value, kind) in values.items()
    }
    added["x_ReportingCurrency"] = literal(currency)
    return f"SELECT *, {', '.join(f'{added[name]} AS {name}' for name in ADDED)} FROM ({charges})"


def rates_sql(published: Published, currency: str) -> str:
    """Return a SELECT of every rate into a currency: date, from, to, rate, how; one row per day and other currency."""
    others = sorted({name for pair in published for name in pair} - {currency})
    found = [
        (day, other, rounded([rate]), rate.how)
        for other in others
        for day, rate in derived(published, other, currency).items()
    ]
    known = [row for row in found if row[2] is not None]
    lists = [
        _list((day.isoformat() for day, *_ in known), "DATE"),
        _list((other for _, other, *_ in known), "VARCHAR"),
        _list((f"{rate:f}" for *_, rate, _ in known), RATE_TYPE),
        _list((how for *_, how in known), "VARCHAR"),
    ]
    return (
        f'SELECT unnest({lists[0]}) AS date, unnest({lists[1]}) AS "from", {literal(currency)} AS "to", '
        f"unnest({lists[2]}) AS rate, unnest({lists[3]}) AS how"
    )


def _lookups_kept(kept: Mapping[tuple[date, str, date], UsedRate], month_of: str) -> str:
    """Return a WHEN per month and currency, which holds for the days that it has a rate of."""
    found = []
    for (month, currency), group in groupby(sorted(kept), key=lambda place: place[:2]):
        places = [*group]
        days = ", ".join(_day(day) for *_, day in places)
        of_month = [kept[place] for place in places]
        found.append(
            f"WHEN BillingCurrency = {literal(currency)} AND {month_of} = {_day(month)} AND x_ChargeDate IN ({days}) "
            f"THEN ({_days_of(of_month)})[x_ChargeDate - {_day(places[0][2])} + 1]"
        )
    return " ".join(found)


def _lookups(rates: Sequence[UsedRate]) -> str:
    """Return a WHEN per currency: the place of a day in a constant list is found in no time, a join is not."""
    found = []
    known = [used for used in rates if used.rate is not None]
    for currency, group in groupby(known, key=attrgetter("currency")):
        of_currency = [*group]
        first = min(used.charge_date for used in of_currency)
        found.append(
            f"WHEN BillingCurrency = {literal(currency)} AND x_ChargeDate >= {_day(first)} "
            f"THEN ({_days_of(of_currency)})[x_ChargeDate - {_day(first)} + 1]"
        )
    return " ".join(found) or f"ELSE CAST(NULL AS {_USED})"


def _days_of(rates: Sequence[UsedRate]) -> str:
    """Return the list of some days' rates, from the first day to the last, NULL for those between that have none."""
    by_day = {used.charge_date: _used(used) for used in rates}
    first, last = min(by_day), max(by_day)
    days = (first + timedelta(days=place) for place in range((last - first).days + 1))
    return _list((by_day.get(day) for day in days), _USED)


def _used(used: UsedRate) -> str:
    whole, _, places = f"{used.rate:f}".partition(".")
    digits = places.ljust(PLACES, "0")
    high, low = int(digits[:9]), int(digits[9:])
    return f"{{rate: {used.rate:f}, day: {used.rate_date}, whole: {whole}, high: {high}, low: {low}}}"


def _list(values: Iterable[str | None], kind: str) -> str:
    # One text is parsed much faster than a literal per value.
    return f"CAST({literal('[' + ', '.join('NULL' if each is None else each for each in values) + ']')} AS {kind}[])"


def _day(day: date) -> str:
    return f"DATE {literal(day.isoformat())}"


def _units(amount: str) -> str:
    """Return SQL for an amount without its sign in units of the 12th place, as BIGINT; NULL where it is 1e6 or more.

    By five digits at a time, in decimals of at most 18 digits: DuckDB divides those of 38, and whole numbers of 128
    bits, so slowly that they would take ten times as long.
    """
    one, shift = "CAST(1 AS DECIMAL(18,12))", "CAST(100000 AS DECIMAL(6,0))"
    least = f"TRY_CAST(abs({amount}) AS DECIMAL(18,12))"
    first = f"CAST({least} % {one} AS DECIMAL(12,12)) * {shift}"
    second = f"CAST(({first}) % {one} AS DECIMAL(12,12)) * {shift}"
    third = f"CAST(({second}) % {one} AS DECIMAL(12,12)) * CAST(100 AS DECIMAL(3,0))"
    digits = [f"CAST(floor({part}) AS BIGINT)" for part in (least, first, second, third)]
    return f"(({digits[0]} * 100000 + {digits[1]}) * 100000 + {digits[2]}) * 100 + {digits[3]}"


def _product(cost: str) -> str:
    """Return SQL for the cost times its rate.

    With H.L for the two halves of the amount's units, of nine digits each, and w.h.l for the rate, H x h is whole in
    units of the 12th place, and so is all that w multiplies; H x l and L x h are in units of a 1e9th of it, and of
    L x l only the whole ones of these can change how the sum is rounded.
    """
    units = identifier("#" + cost)
    high, low = f"({units} // {_LIMB})", f"({units} % {_LIMB})"
    part = f'({high} * "#fx".low + {low} * "#fx".high + {low} * "#fx".low // {_LIMB} + {_LIMB // 2}) // {_LIMB}'
    whole = f'CAST({units} AS HUGEINT) * "#fx".whole + {high} * "#fx".high + {part}'
    return (
        f'CASE WHEN {cost} IS NULL OR "#fx" IS NULL THEN NULL WHEN {units} IS NOT NULL THEN {_amount(cost, whole)} '
        f"ELSE {_long_product(cost, chr(34) + '#fx' + chr(34) + '.rate')} END"
    )


def _amount(cost: str, units: str) -> str:
    return f"CAST(sign({cost}) * ({units}) AS DECIMAL(38,0)) * CAST(0.000000000001 AS DECIMAL(12,12))"


def _long_product(amount: str, rate: str) -> str:
    """Return SQL for any amount times a rate; NULL where what comes out has no room in 26 digits before the point.

    As ``_product``, but H and w stand before the points of amount and rate, L and l behind them.
    """
    cent, whole = "1000000000000", "1000000000000000000"
    high = f"CAST(floor(abs({amount})) AS HUGEINT)"
    low = f"CAST((abs({amount}) - floor(abs({amount}))) * {cent} AS HUGEINT)"
    times = f"CAST(floor({rate}) AS HUGEINT)"
    parts = f"CAST(({rate} - floor({rate})) * {whole} AS HUGEINT)"
    rest = f"({high} * {parts} % 1000000 * {cent} + {low} * {parts} + {whole} // 2) // {whole}"
    return f"TRY({_amount(amount, f'({high} * {cent} + {low}) * {times} + {high} * {parts} // 1000000 + {rest}')})"
