"""Monthly reductions: what each target cost a month by source, service, category and pool, and what was charged.

Owns their SQL. From them metrics and the product P&L are made: a question about years reads thousands of rows, not
millions. Charges in the reporting currency come to one row a month; those in others keep their days, since each day has
its own exchange rate.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.focus.columns import COSTS
from finmod.ledger.applied import Run, files_of
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import DAY_OF_MONTH, whole
from finmod.ledger.reductions import reduced
from finmod.ledger.tables import ALLOCATED, Table
from finmod.marts.allocated import with_dimensions
from finmod.marts.days import OF_DAY, PART, by_days, by_parts
from finmod.normalize.charges import COST_UNKNOWNS, DECIMAL
from finmod.settings.project import Project
from finmod.taxonomy.naming import NAMES, Naming
from finmod.terms.calendars import Calendar

MONTH: Final = "x_BillingPeriod"
BILL: Final = "x_BillOf"
"""Column of a reduction: the month of the bill that rows are of, whose exchange rates they have."""

_SHAPE, _SHAPE_OF_WEEKS = "1", "1"
"""Change where the rows of a reduction would be others for the same files."""


def allocated_months(
    engine: Engine, ledger: Ledger, run: Run | None, currency: str, *, table: Table = ALLOCATED
) -> str:
    """Return SQL of what each target cost a month, of an applied allocation.

    Grain: billing period, source, currency, service, charge category, pool and dimensions; rows in another currency
    than the project's by day of charge and month of the bill too. Costs in BillingCurrency, with the number of charges
    whose cost is unknown. Of the levels (``table``) there is no source, service, category and pool, but the level.

    Args:
        engine: Where it is made.
        ledger: Has the tables.
        run: The allocation; None for none: then there are no rows.
        currency: The reporting currency.
        table: ``ALLOCATED`` or ``ALLOCATED_LEVELS``.
    """
    files = _by_month(files_of(ledger, table, run))
    given = with_dimensions(table, run)
    dimensions = [name for name in given.columns if name not in table.columns]
    own = [name for name in table.columns if name in _TOLD_BY]
    grain = [*own, *dimensions]

    def select(months: Sequence[date]) -> str:
        return _sums(whole(given, [file for month in months for file in files[month]]), grain, currency)

    marks = {month: (_SHAPE, currency, *grain, *(file.name for file in every)) for month, every in files.items()}
    return reduced(engine, ledger.store, table.name, marks, select)


def allocated_weeks(engine: Engine, ledger: Ledger, run: Run, project: Project, *, table: Table = ALLOCATED) -> str:
    """Return SQL of what each target cost in each part of a month that periods of weeks cut it into.

    Grain: as ``allocated_months``, and by part. What runs for days is spread over them first. ``OF_DAY`` is the first
    day of the part; ``PART`` is 1 for what began in an earlier part of its month, else 0.

    Args:
        engine: Where it is made.
        ledger: Has the tables.
        run: The allocation.
        project: Has the reporting currency, and a calendar with periods of weeks.
        table: ``ALLOCATED`` or ``ALLOCATED_LEVELS``.
    """
    files = _by_month(files_of(ledger, table, run))
    given = with_dimensions(table, run)
    grain = [name for name in given.columns if name in _TOLD_BY or name not in table.columns]
    parts = {month: parts_of(project.calendar, month) for month in files}

    def select(months: Sequence[date]) -> str:
        rows = whole(given, [file for month in months for file in files[month]])
        rows = by_parts(rows, {month: parts[month] for month in months})
        place = _place(project.currency, *_months_before(grain))
        return (
            f"SELECT {_listed(grain)}, {place}, {OF_DAY}, CAST({PART} > 0 AS INTEGER) AS {PART}, {', '.join(_AMOUNTS)} "
            f"FROM {rows} GROUP BY ALL"
        )

    marks = {
        month: (_SHAPE_OF_WEEKS, project.currency, *grain, *map(str, parts[month]), *(file.name for file in every))
        for month, every in files.items()
    }
    return reduced(engine, ledger.store, f"{table.name}_weeks", marks, select)


def parts_of(calendar: Calendar, month: date) -> list[tuple[date, date]]:
    """Return the first day of each part that periods of weeks cut a month into, and the day after it.

    >>> from finmod.terms.calendars import Weeks
    >>> weeks = Calendar(weeks=Weeks((4, 4, 5), date(2026, 2, 1)))
    >>> [f"{first} {end}" for first, end in parts_of(weeks, date(2026, 3, 1))]
    ['2026-03-01 2026-03-29', '2026-03-29 2026-04-01']
    """
    end = Calendar().period_of(month, "month").end
    return [(max(each.first, month), min(each.end, end)) for each in calendar.periods(month, end, "period")]


CHARGED_BY: Final = (
    "x_Source", "BillingCurrency", "ChargeCategory", "ChargeClass", "ChargeFrequency", "PricingCategory",
    "CommitmentDiscountStatus", "CommitmentDiscountCategory", "CommitmentDiscountType", "ServiceCategory",
    "ServiceSubcategory", "ServiceName", "ServiceProviderName", "InvoiceIssuerName", "x_ProviderName", "RegionId",
    "SubAccountId", "SubAccountName", "ConsumedUnit", "PricingUnit",
)  # fmt: skip
"""Columns of charges that the reduction of what was charged has, beside those of dimensions."""

KNOWN: Final = {cost: f"x_Known{cost}" for cost in COSTS}
"""FOCUS id of a cost -> the column that says whether every charge of a row has it."""

QUANTITIES: Final = {"ConsumedQuantity": "ConsumedUnit", "PricingQuantity": "PricingUnit"}
"""FOCUS id of a quantity -> the column of its unit."""

QUANTITY_UNKNOWNS: Final = {name: f"x_Unknown{name}" for name in QUANTITIES}
"""FOCUS id of a quantity -> the column with the number of charges in a sum that have a cost or a unit and not it."""

TAGGED: Final = ("x_Dimension", "x_Source", "ServiceName", "BillingCurrency")
"""Columns of the reduction of what carries tags."""


def charged_months(  # noqa: PLR0913, PLR0917 -- the parts of a charge, and how it is told
    days: str, keys: str, naming: Naming | None, dimensions: Mapping[str, str], currency: str, months: Sequence[date]
) -> str:
    """Return SQL of what was charged in some months.

    Grain: billing period, ``CHARGED_BY``, dimensions, and which costs are known; rows in another currency than the
    project's by day of charge and month of the bill too. Costs in BillingCurrency; quantities are in their units, with
    the number of charges that lack each (``QUANTITY_UNKNOWNS``).

    Args:
        days: SQL of the cube, with the number of charges without quantities: a row per source, billing period, key,
            restated month and day.
        keys: SQL of the texts of the keys, and of restated months.
        naming: The names of the keys, as a table in the engine; None where there are none.
        dimensions: Dimension -> its column; none without names.
        currency: The reporting currency.
        months: First days of billing periods.
    """
    segment = naming.segments.of("x_ChargeDate") if naming else "0"
    known = [f"x_Unknown{cost} = 0 AND {cost} IS NOT NULL AS {column}" for cost, column in KNOWN.items()]
    quantities = [f"CAST(sum({name}) AS {DECIMAL}) AS {name}" for name in QUANTITIES]
    quantities += [f"CAST(sum({name}) AS BIGINT) AS {name}" for name in QUANTITY_UNKNOWNS.values()]
    amounts = ", ".join([*_AMOUNTS, *quantities])
    # Texts are long: rows are added up by their numbers first.
    summed = (
        f"SELECT {_listed(_KEY)}, {segment} AS segment, {', '.join(known)}, {_place(currency, 'x_TrueUpOf')}, "
        f"{amounts} FROM (SELECT d.*, k.BillingCurrency FROM {days} AS d JOIN {keys} AS k ON {_same('d', 'k', _KEY)} "
        f"WHERE d.{_among(months)}) GROUP BY ALL"
    )
    columns = [f"d.{MONTH}", *(f"k.{identifier(name)}" for name in CHARGED_BY)]
    if naming:
        columns += [f"{naming.value_sql(name, 'n.')} AS {identifier(own)}" for name, own in dimensions.items()]
    columns += [f"d.{name}" for name in (*KNOWN.values(), "x_ChargeDate", BILL)]
    columns += [amount.replace("sum(", "sum(d.") for amount in (*_AMOUNTS, *quantities)]
    named = f" LEFT JOIN {NAMES} AS n ON {_same('d', 'n', (*_KEY, 'segment'))}" if naming else ""
    return (
        f"SELECT {', '.join(columns)} FROM ({summed}) AS d JOIN {keys} AS k ON {_same('d', 'k', _KEY)}{named} "
        "GROUP BY ALL"
    )


def _same(one: str, other: str, names: Sequence[str]) -> str:
    return " AND ".join(f"{one}.{name} IS NOT DISTINCT FROM {other}.{name}" for name in names)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(identifier, names))


_KEY: Final = ("x_Source", MONTH, "x_ChargeKey", "x_TrueUpOf")


def without_quantity(name: str) -> str:
    """Return SQL that is true for a charge that lacks a quantity which it should have.

    >>> without_quantity("PricingQuantity")
    '(PricingQuantity IS NULL AND (PricingUnit IS NOT NULL OR EffectiveCost IS NOT NULL))'
    """
    return f"({name} IS NULL AND ({QUANTITIES[name]} IS NOT NULL OR EffectiveCost IS NOT NULL))"


def dated_facts(days: str, facts: str, naming: Naming, currency: str, months: Sequence[date]) -> str:
    """Return SQL of facts with the day of charge and the month of the bill, whose exchange rate they have.

    Facts in the reporting currency need none: they are of the first day of their month; of others each comes to a row
    per day, with its part of the cost.

    Args:
        days: SQL of the cube: a row per source, billing period, key, restated month and day.
        facts: The table of facts: a row per source, billing period, key, restated month and segment of days.
        naming: Has the segments.
        currency: The reporting currency.
        months: First days of billing periods.
    """
    own = f"BillingCurrency IS NOT DISTINCT FROM {literal(currency)}"
    segment = naming.segments.of("d.x_ChargeDate")
    amounts = ("EffectiveCost", "x_UnknownEffectiveCost")
    others = ", ".join(f"d.{name}" for name in amounts)
    return (
        f"(SELECT *, {MONTH} AS x_ChargeDate, {MONTH} AS {BILL} FROM {facts} WHERE {own} UNION ALL BY NAME "
        f"SELECT f.* EXCLUDE ({', '.join(amounts)}), {others}, d.x_ChargeDate, "
        f"coalesce(d.x_TrueUpOf, d.{MONTH}) AS {BILL} FROM (SELECT * FROM {facts} WHERE NOT ({own})) AS f "
        f"JOIN (SELECT * FROM {days} WHERE {_among(months)}) AS d "
        f"ON {_same('f', 'd', _KEY)} AND f.segment = {segment})"
    )


def tagged_months(parts: Mapping[str, int], months: Sequence[date], *, facts: str, can: str) -> str:
    """Return SQL of what can carry tags in some months, and what carries some that are understood.

    Grain: billing period, dimension, source, service, currency, day of charge, month of the bill and x_State:
    ``taggable`` or ``understood``, a part of it. EffectiveCost in BillingCurrency; the other costs are NULL.

    Args:
        parts: Dimension that tags say -> its number in the facts.
        months: First days of billing periods.
        facts: The facts with their days, as ``dated_facts``.
        can: SQL for whether a row of it can carry tags.
    """
    others = ", ".join(f"NULL::{DECIMAL} AS {cost}" for cost in COSTS if cost != "EffectiveCost")
    unknowns = ", ".join(
        f"{'CAST(sum(x_UnknownEffectiveCost) AS BIGINT)' if name == 'x_UnknownEffectiveCost' else 0} AS {name}"
        for name in COST_UNKNOWNS
    )
    every = [
        f"SELECT {MONTH}, {literal(name)} AS x_Dimension, {literal(state)} AS x_State, x_Source, ServiceName, "
        f"BillingCurrency, x_ChargeDate, {BILL}, "
        f"CAST(sum(EffectiveCost) AS {DECIMAL}) AS EffectiveCost, {others}, {unknowns} FROM {facts} "
        f"WHERE {_among(months)} AND {can}{test} GROUP BY ALL"
        for name, place in parts.items()
        for state, test in (("taggable", ""), ("understood", f" AND s_{place} > 0"))
    ]
    return " UNION ALL ".join(every)


def _among(months: Sequence[date]) -> str:
    listed = ", ".join(f"DATE '{month}'" for month in months)
    return f"{MONTH} IN ({listed})" if months else "false"


_TOLD_BY: Final = frozenset({
    MONTH, "x_Source", "BillingCurrency", "ServiceName", "ChargeCategory", "x_Pool", "x_Level",
})  # fmt: skip


def _by_month(files: Sequence[Path]) -> dict[date, list[Path]]:
    found: dict[date, list[Path]] = {}
    for file in sorted(files):
        found.setdefault(date.fromisoformat(file.parent.name.partition("=")[2]), []).append(file)
    return found


_AMOUNTS: Final = (
    *(f"CAST(sum({name}) AS {DECIMAL}) AS {name}" for name in COSTS),
    *(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in COST_UNKNOWNS),
)


def _months_before(grain: Collection[str]) -> tuple[str, ...]:
    return ("x_TrueUpOf", "x_AllocationOf") if "x_Source" in grain else ("x_AllocationOf",)


def _sums(rows: str, grain: Collection[str], currency: str) -> str:
    place = _place(currency, *_months_before(grain))
    return f"SELECT {', '.join(map(identifier, grain))}, {place}, {', '.join(_AMOUNTS)} FROM {rows} GROUP BY ALL"


def _place(currency: str, *months: str) -> str:
    """Return SQL for day and month of the bill: the month for what needs no exchange rate."""
    own = f"BillingCurrency = {literal(currency)}"
    bill = f"CASE WHEN {own} THEN {MONTH} ELSE coalesce({', '.join((*months, MONTH))}) END AS {BILL}"
    return f"CASE WHEN {own} THEN {MONTH} ELSE x_ChargeDate END AS x_ChargeDate, {bill}"


def daily(ledger: Ledger, run: Run, currency: str, *, spread: bool = True) -> str:
    """Return SQL of what each target cost a day, of an applied allocation: no reduction, since it has as many rows.

    The day is that of accounting, see ``by_days``: in their currency days sum to the months. Its column is ``MONTH``.

    Args:
        ledger: Has the tables.
        run: The allocation.
        currency: The reporting currency.
        spread: Whether what runs for days is spread over them; without, it is whole on the day on which it begins.
    """
    given = with_dimensions(ALLOCATED, run)
    rows = _of_days(whole(given, files_of(ledger, ALLOCATED, run)), spread=spread)
    bill = f"coalesce(x_TrueUpOf, x_AllocationOf, {MONTH}) AS {BILL}"
    own = f"BillingCurrency = {literal(currency)}"
    date_of_rate = f"CASE WHEN {own} THEN {MONTH} ELSE x_ChargeDate END AS x_ChargeDate"
    columns = ", ".join(identifier(name) for name in given.columns if name not in {MONTH, "x_ChargeDate"})
    return f"(SELECT {columns}, {PART}, {OF_DAY} AS {MONTH}, {date_of_rate}, {bill} FROM {rows})"


def last_day(engine: Engine, ledger: Ledger, run: Run, *, spread: bool) -> date | None:
    """Return the last day that has a row of ``daily``; None where none has."""
    files = _by_month(files_of(ledger, ALLOCATED, run))
    last = files[max(files)] if files else []
    found: date | None
    (found,) = engine.row(
        f"SELECT max({OF_DAY}) FROM {_of_days(whole(with_dimensions(ALLOCATED, run), last), spread=spread)}"
    )
    return found


def _of_days(rows: str, *, spread: bool) -> str:
    return by_days(rows) if spread else f"(SELECT *, {DAY_OF_MONTH} AS {OF_DAY}, 0 AS {PART} FROM {rows})"
