"""The columns of a driver: which of a file they are, and the SQL that reads their cells.

Owns what a cell of a driver may be: days, months and instants; plain numbers. What is neither is NULL in ``start`` or
``value`` although there is a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmod.engines.duckdb import literal
from finmod.errors import Problem, UserError, near, printable
from finmod.settings.currencies import CURRENCIES
from finmod.settings.drivers import Driver, Grain
from finmod.settings.validate import listing
from finmod.sources.stage import Staged, StagedColumn

DATE, VALUE, UNIT, CURRENCY = "date", "value", "unit", "currency"
_BLANKS = " \t\r\n\N{NO-BREAK SPACE}"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MONTH = "[0-9]{4}-[0-9]{2}"
# None of the world is further from UTC.
_OFFSET = "[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?"
_INSTANT = rf"{_DAY}[T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]{{1,9}})?)?(Z|{_OFFSET})?"
_NUMBER = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?"
_EXACT = (
    "DECIMAL",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)
EXPECTED: dict[Grain, str] = {
    "hour": "an instant, such as 2026-09-01T13:00:00Z",
    "day": "a day as 2026-09-01, or an instant, such as 2026-09-01T13:00:00Z",
    "month": "a month as 2026-09, a day or an instant",
}
"""What a date may be, by grain."""


@dataclass(frozen=True)
class Columns:
    """The columns of a driver in one file.

    Attributes:
        date: Its periods.
        value: Its values.
        by: Its dimensions, in order.
        unit: The unit of each row, where the file tells it.
    """

    date: StagedColumn
    value: StagedColumn
    by: tuple[StagedColumn, ...]
    unit: StagedColumn | None


def driver_columns(staged: Staged, driver: Driver) -> Columns:
    """Return the columns of a driver; names that differ in case alone are the same.

    Raises:
        UserError: One is not there.
    """
    settings = driver.settings
    problems: list[Problem] = []

    def of(*names: str) -> StagedColumn | None:
        exact = {column.name: column for column in reversed(staged.columns)}
        folded = {column.name.lower(): column for column in reversed(staged.columns)}
        return next((found for name in names if (found := exact.get(name) or folded.get(name.lower()))), None)

    def needed(*names: str) -> StagedColumn | None:
        found = of(*names)
        if found is None:
            problems.append(_missing(staged, driver, names))
        return found

    date = needed(settings.date or DATE)
    by = [needed(settings.column(name)) for name in settings.by]
    value = needed(settings.value) if settings.value else needed(driver.name, VALUE)
    if problems or date is None or value is None:
        raise UserError(*problems)
    used = (date, value, *by)
    # A file of money tells its unit in a column of currencies.
    unit = of(UNIT) or (of(CURRENCY) if settings.unit in CURRENCIES else None)
    return Columns(date, value, tuple(filter(None, by)), None if unit in used else unit)


def _missing(staged: Staged, driver: Driver, names: Sequence[str]) -> Problem:
    there = [column.name for column in staged.columns]
    close = next((hint for name in names if (hint := near(name, there))), None)
    key = "value" if driver.name in names else "date" if names[0] == DATE else "columns"
    said = {"value": "value: COLUMN", "date": "date: COLUMN", "columns": "columns: {DIMENSION: COLUMN}"}[key]
    hint = f"Did you mean {printable(close, 40)!r}? " if close else ""
    return Problem(
        code="FM2177",
        found=f"there is no column {listing([repr(printable(name, 40)) for name in names])}",
        expected=f"it beside {listing([printable(name, 40) for name in there][:20], 'and')}" if there else None,
        where=staged.header_place,
        remedy=f"{hint}Rename the column, or name it in drivers.yaml: {said} of {driver.name}.",
    )


def text_of(column: StagedColumn) -> str:
    """Return SQL for a cell as text without blanks around it; NULL where nothing stands there."""
    if column.type.upper() != "VARCHAR" and not column.type.upper().startswith("ENUM"):
        return f"CAST({column.sql} AS VARCHAR)"
    return f"nullif(trim(CAST({column.sql} AS VARCHAR), {literal(_BLANKS)}), '')"


def instant_of(column: StagedColumn, grain: Grain) -> str:
    """Return SQL for a cell as an instant, UTC; NULL for what is none."""
    kind = column.type.upper()
    if kind == "DATE" and grain != "hour":
        return f"CAST({column.sql} AS TIMESTAMP)"
    if kind in {"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"}:
        return f"make_timestamp(epoch_us({column.sql}))"
    if kind in {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}:
        return f"CAST({column.sql} AS TIMESTAMP)"
    text = text_of(column)
    forms = [f"WHEN {_is(text, _INSTANT)} THEN make_timestamp(epoch_us(TRY_CAST({text} AS TIMESTAMP WITH TIME ZONE)))"]
    if grain != "hour":
        forms.insert(0, f"WHEN {_is(text, _DAY)} THEN TRY_CAST({text} AS TIMESTAMP)")
    if grain == "month":
        forms.append(f"WHEN {_is(text, _MONTH)} THEN TRY_CAST(concat({text}, '-01') AS TIMESTAMP)")
    return f"CASE {' '.join(forms)} END"


def number_of(column: StagedColumn) -> str:
    """Return SQL for a cell as a number; NULL for what is none, or none that 26 digits before the point hold."""
    if column.type.upper().startswith(_EXACT):
        return f"TRY_CAST({column.sql} AS DECIMAL(38,12))"
    if column.type.upper() in {"DOUBLE", "FLOAT"}:
        # The shortest decimal text that is the same number is meant.
        return f"TRY_CAST(CAST({column.sql} AS VARCHAR) AS DECIMAL(38,12))"
    text = text_of(column)
    return f"CASE WHEN {_is(text, _NUMBER)} THEN TRY_CAST({text} AS DECIMAL(38,12)) END"


def _is(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"
