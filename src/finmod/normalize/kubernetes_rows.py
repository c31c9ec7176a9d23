"""One staged usage report to rows of the table: the mapping as a SELECT, and the control totals of its text.

Owns the SQL that reads a report, and the functions that its mappings use. Running it and keeping the result is the
ledger's work; what is refused is found in ``kubernetes_checks.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.normalize.convert import Conversion
from finmod.normalize.kubernetes import Quantity
from finmod.normalize.kubernetes_columns import USAGE_TYPES
from finmod.normalize.mapping import names_in
from finmod.normalize.values import SCALE, Values

_KEY_OF: Final = "regexp_replace(split_part(part, ':', 1), '^label_', '')"
KEYS_OF: Final = f"list_transform(string_split({{}}, '|'), lambda part: {_KEY_OF})"
"""SQL for the keys of a text of labels."""
_LABELS: Final = (
    "'{' || array_to_string(list_transform(list_sort(string_split(labels, '|')), lambda part: "
    f"CAST(to_json({_KEY_OF}) AS VARCHAR) || ':' || CAST(to_json(substr(part, strpos(part, ':') + 1)) AS VARCHAR)), "
    "',') || '}'"
)
_AS_WRITTEN: Final = re.compile(r"#\w+")
_GO_TIME: Final = " +0000 UTC"


def add_functions(engine: Engine) -> None:
    """Give the engine the function that the mappings use beside its own: labels that ``keep_labels`` has seen."""
    engine.run("CREATE TEMP TABLE IF NOT EXISTS label_texts (label_text VARCHAR, label_json VARCHAR)")
    engine.run(
        "CREATE OR REPLACE TEMP MACRO labels(wanted) AS (SELECT label_json FROM label_texts WHERE label_text = wanted)"
    )


def keep_labels(engine: Engine, texts: str) -> None:
    """Make the JSON objects of texts of labels, each once: they repeat, and a look-up is a hundred times as fast.

    Args:
        engine: Where ``add_functions`` ran.
        texts: A table of distinct texts, its column ``labels``; none of them wrong.
    """
    engine.run(
        f"INSERT INTO label_texts SELECT labels, {_LABELS} FROM {texts} "
        "WHERE labels NOT IN (SELECT label_text FROM label_texts)"
    )


class UsageValues(Values):
    """The cells of a usage report: instants also as the Go language prints them, and numbers that few digits hold."""

    def decimal(self, name: str, *, scale: int = SCALE, tolerant: bool = False, places: int = 0) -> str:
        """Return SQL for a cell as DECIMAL(38, scale), as ``Values`` does: byte-seconds never fit 18 digits."""
        column = self.columns.get(name)
        # The engine reads what fits 18 digits faster by itself, and what does not in twice the time.
        if column is None or column.type != "VARCHAR" or scale > SCALE or "byte" not in name.casefold():
            return super().decimal(name, scale=scale, tolerant=tolerant, places=places)
        cell, wide = self.text(name), f"DECIMAL(38,{scale})"
        attempt = f"TRY_CAST({cell} AS {wide})"
        if tolerant:
            return f"CASE WHEN contains({cell}, '_') THEN NULL ELSE {attempt} END"
        # The engine would take 1_000 for a number.
        refused = f"CAST('not a number: ' || {cell} AS {wide})"
        return f"CASE WHEN contains({cell}, '_') THEN {refused} ELSE coalesce({attempt}, CAST({cell} AS {wide})) END"

    def _timestamp_of_text(self, cell: str, *, tolerant: bool) -> str:
        plain = super()._timestamp_of_text(cell, tolerant=tolerant)
        cast = "TRY_CAST" if tolerant else "CAST"
        length = 19 + len(_GO_TIME)
        return (
            f"CASE WHEN {cell} LIKE '____-__-__ __:__:__{_GO_TIME}' AND strlen({cell}) = {length} "
            f"THEN {cast}({cell}[:19] AS TIMESTAMP) ELSE {plain} END"
        )


class UsageConversion(Conversion):
    """What is needed to read one staged usage report."""

    @property
    def values(self) -> Values:
        """Return the report's cells."""
        return UsageValues(self.staged, self.canonical, self.reading.date_order)

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
        kind = USAGE_TYPES[target]
        kind = "TIMESTAMP" if kind == "TIMESTAMP WITH TIME ZONE" else kind
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
        SQL; grain one row per row of the report; columns as ``USAGE_TYPES``.
    """
    place = {
        "x_Source": literal(conversion.source),
        "x_BillingPeriod": f"DATE '{period}'",
        "x_UsageDate": f"CAST({conversion.expression('IntervalStart')} AS DATE)",
        "x_File": literal(conversion.staged.file.name),
        "x_Row": "file_row_number + 1",
    }
    picked = []
    for name, kind in USAGE_TYPES.items():
        sql = place.get(name) or conversion.expression(name)
        # A cast to TIMESTAMPTZ asks the time zone database for every row; this does not.
        sql = f"make_timestamptz(epoch_us({sql}))" if kind == "TIMESTAMP WITH TIME ZONE" else sql
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
        and last end, rows that begin on one day and end behind the next midnight and an x_Row of those.
    """
    start, end = (conversion.expression(name) for name in ("IntervalStart", "IntervalEnd"))
    filters: Sequence[str] = ("e IS NULL", "e <= s", "e > date_trunc('day', s) + INTERVAL 1 DAY")
    endless, backwards, long = (f"count(*) FILTER (WHERE {each}), min(r) FILTER (WHERE {each})" for each in filters)
    return (
        f"SELECT CAST(date_trunc('month', s) AS DATE) AS month, count(*), min(r), {endless}, {backwards}, min(s), "
        f"max(e), {long} FROM (SELECT {start} AS s, {end} AS e, file_row_number + 1 AS r FROM {conversion.relation}) "
        "GROUP BY month ORDER BY month"
    )
