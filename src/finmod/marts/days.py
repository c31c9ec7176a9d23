"""Days of accounting: what allocated rows cost on each day, or in parts of a month; what runs for days is spread.

Owns the day that a row belongs to and the exact parts of what several days share. Bills by the month, licences and
support plans have charges of many days, and the ledger keeps on how many days of its month a charge runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from finmod.engines.duckdb import identifier
from finmod.focus.columns import COSTS
from finmod.ledger.reduce import DAY_OF_MONTH
from finmod.normalize.charges import DECIMAL

OF_DAY: Final = '"#day"'
"""Column of ``by_days`` and ``by_parts``: the day that the row is of, or the first day of the part. No dimension can
have such a name."""

PART: Final = '"#part"'
"""Column of ``by_days`` and ``by_parts``: how many days before that day the row begins; 0 of its first piece."""

_UNITS = 10**12
_UNIT = "CAST(0.000000000001 AS DECIMAL(12,12))"
_MOST_DAYS = 31


def by_days(rows: str) -> str:
    """Return SQL of rows of allocated cost by the day that they are of, with two columns more: ``OF_DAY`` and ``PART``.

    A row of several days becomes one of each of them. Its costs are cut in equal parts that sum to it exactly: those of
    its first days are a unit of the 12th place larger where it does not come out even. A number of unknown costs stands
    on each of its days. Of a row that tells no number of days, as corrections do not, there is one day.

    Args:
        rows: SQL of rows of ``allocated`` or ``allocated_levels``.
    """
    days = f"(SELECT CAST(range AS INTEGER) AS k FROM range({_MOST_DAYS})) AS days"
    cut = (
        'SELECT begun.*, k AS "#from", k + 1 AS "#until", "#begin" + k AS "#of" '
        f'FROM {_begun(rows)} AS begun JOIN {days} ON k < "#days"'
    )
    return _pieces(rows, DAY_OF_MONTH, cut)


def by_parts(rows: str, parts: Mapping[date, Sequence[tuple[date, date]]]) -> str:
    """Return SQL of rows of allocated cost by the part of their month, each the sum of its days as in ``by_days``.

    A number of unknown costs stands in each part that the row has days of.

    Args:
        rows: SQL of rows of ``allocated`` or ``allocated_levels``.
        parts: First day of the month -> first day of each of its parts, and the day after it, in order; of every month
            that there are rows of.
    """
    spans = ", ".join(
        f"(DATE '{month}', DATE '{first}', DATE '{until}')" for month, every in parts.items() for first, until in every
    )
    spans = spans or "(NULL::DATE, NULL::DATE, NULL::DATE)"
    later = sorted({first for every in parts.values() for first, _ in every[1:]}, reverse=True)
    reached = (f"WHEN {DAY_OF_MONTH} >= DATE '{day}' THEN greatest(DATE '{day}', x_BillingPeriod)" for day in later)
    first_day = f"CASE {' '.join(reached)} ELSE x_BillingPeriod END" if later else "x_BillingPeriod"
    cut = (
        'SELECT begun.*, CAST(greatest(first - "#begin", 0) AS INTEGER) AS "#from", '
        'CAST(least(until - "#begin", "#days") AS INTEGER) AS "#until", first AS "#of" '
        f"FROM {_begun(rows)} AS begun JOIN (VALUES {spans}) AS spans(month, first, until) "
        'ON month = x_BillingPeriod AND first < "#begin" + "#days" AND until > "#begin"'
    )
    return _pieces(rows, first_day, cut)


def _begun(rows: str) -> str:
    """Return SQL of rows of several days: on which they begin, how many there are, and what each has of each cost."""
    days = f"least(x_ChargeDays, CAST(last_day(x_BillingPeriod) - {DAY_OF_MONTH} + 1 AS INTEGER))"
    units = ", ".join(f"{_units(name)} AS {identifier('#' + name)}" for name in COSTS)
    shares = ", ".join(
        f"{identifier('#' + name)} {sign} {identifier('#days')} AS {identifier(mark + name)}"
        for name in COSTS
        for sign, mark in (("//", "#equal"), ("%", "#rest"))
    )
    return (
        f'(SELECT *, {shares} FROM (SELECT *, {DAY_OF_MONTH} AS "#begin", {days} AS "#days", {units} '
        f"FROM {rows} WHERE x_ChargeDays > 1))"
    )


def _pieces(rows: str, of_one: str, cut: str) -> str:
    """Return SQL of rows of one day, which are of ``of_one``, and of the pieces that those of several were cut in."""
    amounts = ", ".join(f"{_amount(name)} AS {name}" for name in COSTS)
    marks = ("#", "#equal", "#rest")
    helpers = ["#begin", "#days", "#from", "#until", "#of", *(mark + name for name in COSTS for mark in marks)]
    return (
        f"(SELECT *, {of_one} AS {OF_DAY}, 0 AS {PART} FROM {rows} WHERE x_ChargeDays IS NULL OR x_ChargeDays <= 1 "
        f"UNION ALL BY NAME SELECT * EXCLUDE ({', '.join(map(identifier, helpers))}) REPLACE ({amounts}), "
        f'"#of" AS {OF_DAY}, "#from" AS {PART} FROM ({cut}))'
    )


def _units(cost: str) -> str:
    """Return SQL for a cost in units of the 12th place: the product with all of it has no room in a decimal."""
    whole = f"trunc({cost})"
    return f"CAST({whole} AS HUGEINT) * {_UNITS} + CAST(({cost} - {whole}) * {_UNITS} AS HUGEINT)"


def _amount(cost: str) -> str:
    """Return SQL for what the days from one until another have of a cost: of its first days some have a unit more."""
    equal, rest = identifier("#equal" + cost), identifier("#rest" + cost)
    more = f'(least("#until", abs({rest})) - least("#from", abs({rest})))'
    units = f'{equal} * ("#until" - "#from") + sign({rest}) * {more}'
    return f"CAST(CAST({units} AS DECIMAL(38,0)) * {_UNIT} AS {DECIMAL})"
