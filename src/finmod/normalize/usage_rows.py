"""One staged usage report to rows of its table: the mapping as a SELECT, and the control totals of its text.

Owns the SQL that reads a report. Running it and keeping the result is the ledger's work; what is refused is found in
``usage_checks.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Final

from finmod.engines.duckdb import identifier, literal
from finmod.normalize.convert import Conversion
from finmod.normalize.mapping import names_in
from finmod.normalize.usage import INSTANT, Quantity, UsageForm
from finmod.normalize.values import SCALE

_AS_WRITTEN: Final = re.compile(r"#\w+")


class UsageConversion(Conversion):
    """What is needed to read one staged usage report."""

    form: ClassVar[UsageForm]

    @property
    def report(self) -> str:
        """Return the kind of report."""
        return self.mapping.format.removeprefix(f"{self.form.format} (").removesuffix(")")

    @property
    def quantities(self) -> list[Quantity]:
        """Return the quantities that the report has columns for."""
        values = self.values
        return [
            column
            for column in self.mapping.columns
            if isinstance(column, Quantity) and any(name in values for name in names_in(column.sql))
        ]

    def expression(self, target: str) -> str:
        """Return SQL for one column of the table, of its type but instants as TIMESTAMP."""
        kind = self.form.types[target]
        kind = "TIMESTAMP" if kind == INSTANT else kind
        column = next((item for item in self.mapping.columns if item.target == target), None)
        constant = self.reading.constants.get(target)
        fixed = f"CAST({literal(constant)} AS {kind})" if constant is not None else None
        if column is None:
            return fixed or f"NULL::{kind}"
        # A product is made of all its digits, and then rounded.
        whole = isinstance(column, Quantity) and not _AS_WRITTEN.fullmatch(column.sql)
        sql = self._render(column.sql, scale=column.scale if isinstance(column, Quantity) and whole else SCALE)
        sql = sql if kind == "VARCHAR" else f"CAST({sql} AS {kind})"
        return f"coalesce({sql}, {fixed})" if fixed else sql

    def control(self, quantity: Quantity) -> str:
        """Return SQL for a quantity as the text has it."""
        return self._render(quantity.sql, scale=quantity.scale)

    def in_period(self, period: date, *, alone: bool) -> str:
        """Return the WHERE of one month, "" where the report holds no other."""
        return "" if alone else f" WHERE date_trunc('month', {self.expression('IntervalStart')}) = DATE '{period}'"


def select_usage(conversion: UsageConversion, period: date, *, alone: bool) -> str:
    """Return the SELECT of one report's rows of one month.

    Returns:
        SQL; grain one row per row of the report; columns as the form's ``types``.
    """
    place = {
        "x_Source": literal(conversion.source),
        "x_BillingPeriod": f"DATE '{period}'",
        "x_UsageDate": f"CAST({conversion.expression('IntervalStart')} AS DATE)",
        "x_File": literal(conversion.staged.file.name),
        "x_Row": "file_row_number + 1",
    }
    picked = []
    for name, kind in conversion.form.types.items():
        sql = place.get(name) or conversion.expression(name)
        # A cast to TIMESTAMPTZ asks the time zone database for every row; this does not.
        sql = f"make_timestamptz(epoch_us({sql}))" if kind == INSTANT else sql
        picked.append(f"{sql} AS {identifier(name)}")
    return f"SELECT {', '.join(picked)} FROM {conversion.relation}{conversion.in_period(period, alone=alone)}"


def control_sql(conversion: UsageConversion, period: date, *, alone: bool) -> str:
    """Return SQL for the control totals of one report's rows of one month, from the text of the file itself.

    Returns:
        SQL; one row; columns the number of rows, then a sum per ``conversion.quantities``, NULL where no row says
        anything.
    """
    sums = [f"sum({conversion.control(quantity)})" for quantity in conversion.quantities]
    where = conversion.in_period(period, alone=alone)
    return f"SELECT {', '.join(['count(*)', *sums])} FROM {conversion.relation}{where}"


def shape_sql(conversion: UsageConversion) -> str:
    """Return SQL for the months of a report, and for intervals in it that are none.

    Returns:
        SQL; grain one row per month of IntervalStart, NULL where that is; columns the month, rows, an x_Row, rows
        without an end and an x_Row of those, rows that end no later than they start and an x_Row of those, first start
        and last end, rows that begin on one day and end behind the next midnight and an x_Row of those. Rows that say
        that nothing was used in an interval are among them.
    """
    start, end = (conversion.expression(name) for name in ("IntervalStart", "IntervalEnd"))
    filters: Sequence[str] = ("e IS NULL", "e <= s", "e > date_trunc('day', s) + INTERVAL 1 DAY")
    endless, backwards, long = (f"{_rows(f'FILTER (WHERE {each})')}, min(r) FILTER (WHERE {each})" for each in filters)
    # Intervals are few beside rows.
    return (
        f"SELECT CAST(date_trunc('month', s) AS DATE) AS month, {_rows()}, min(r), {endless}, {backwards}, min(s), "
        f"max(e), {long} FROM (SELECT s, e, count(*) AS n, min(r) AS r FROM (SELECT {start} AS s, {end} AS e, "
        f"file_row_number + 1 AS r FROM {conversion.staged.relation}) GROUP BY s, e) GROUP BY month ORDER BY month"
    )


def _rows(which: str = "") -> str:
    return f"CAST(coalesce(sum(n) {which}, 0) AS BIGINT)"
