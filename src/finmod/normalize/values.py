"""A cell of a file as text, exact decimal or instant, by the type that the file gives it.

Owns the three readings that mappings ask for. Each cell is rounded once, here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple

from finmod.engines.duckdb import literal
from finmod.sources.csv import NULL_TEXTS
from finmod.sources.domains import Domain
from finmod.sources.stage import Staged, StagedColumn

DateOrder = Literal["iso", "mdy", "dmy"]

# Shortest texts first: %y would take the first two digits of a four-digit year as the year.
_SLASH_DATES: dict[DateOrder, tuple[str, ...]] = {
    "mdy": ("%m/%d/%y", "%m/%d/%Y", "%m/%d/%y %H:%M", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S"),
    "dmy": ("%d/%m/%y", "%d/%m/%Y", "%d/%m/%y %H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"),
}
# What stands behind the digits of the time where it is in UTC.
_IN_UTC = "('', 'Z', ' Z', ' UTC', ' utc')"
_ISO = re.compile(r"(?P<instant>[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?)(?(2)( ?Z| UTC| utc)?)")
_SLASHED: dict[DateOrder, re.Pattern[str]] = {
    "mdy": re.compile(r"(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})/(?P<y>[0-9]{4})"),
    "dmy": re.compile(r"(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})/(?P<y>[0-9]{4})"),
}
SCALE: Final = 12
"""Decimal places of every amount and quantity in the ledger."""

# Below this a double times 1e12 is known to half a unit, so a plain cast gives back the digits that were printed.
_EXACT_DOUBLE = 2000
# Below this its text fits DECIMAL(18,12), and has no positive exponent.
_QUICK_DOUBLE = 999_999
# A query names a cell many times.
_MOST_LETTERS = 1000
_WHOLE_NUMBERS = frozenset({"INTEGER", "BIGINT", "UINTEGER", "UBIGINT"})


@dataclass(frozen=True)
class Reading:
    """How the user wants a source read.

    Attributes:
        constants: FOCUS id or ``x_`` name -> value where the bill has none.
        unreadable_as_null: FOCUS ids whose unreadable cells become NULL and a finding.
        date_order: How slashes in dates are read; ``iso`` refuses them.
        accept: Codes of refusals that the user wants as findings instead.
    """

    constants: dict[str, str] = field(default_factory=dict)
    unreadable_as_null: frozenset[str] = frozenset()
    date_order: DateOrder = "iso"
    accept: frozenset[str] = frozenset()


class Written(NamedTuple):
    """How a supplier writes what others write otherwise.

    Attributes:
        decimal_comma: Numbers with a comma before their decimals, and dots between thousands.
        reads_months: Months for dates, 2026-09 or 202609: the first day is meant.
    """

    decimal_comma: bool = False
    reads_months: bool = False


_PLAINLY = Written()


class Values:
    """The columns of one staged file under the names that its mapping uses."""

    def __init__(
        self,
        staged: Staged,
        canonical: Callable[[str], str],
        date_order: DateOrder,
        further: Iterable[StagedColumn] = (),
        written: Written = _PLAINLY,
    ) -> None:
        """Index the file's columns by canonical name, the first one wins; further ones have it already."""
        self._decimal_comma, self._reads_months = written
        self.columns: dict[str, StagedColumn] = {}
        for column in staged.columns:
            self.columns.setdefault(canonical(column.name), column)
        self.columns |= {column.name: column for column in further}
        self._date_order: DateOrder = date_order
        self._nulls_read = staged.nulls_read
        self._domains = staged.domains

    def __contains__(self, name: str) -> bool:
        """Return whether the file has the column."""
        return name in self.columns

    def domain(self, name: str) -> Domain | None:
        """Return the texts of a column, where they are few."""
        column = self.columns.get(name)
        return self._domains.get(column.sql) if column else None

    def varies(self, name: str) -> bool:
        """Return whether the file has a column that may hold more than one text, or one beside NULL."""
        domain = self.domain(name)
        return name in self and (domain is None or len(domain.texts) + domain.has_null > 1)

    def text(self, name: str) -> str:
        """Return SQL for a cell as text; empty is NULL, nested values are JSON."""
        column = self.columns.get(name)
        if column is None:
            return "NULL::VARCHAR"
        cell, kind = self._cell(column)
        if kind == "VARCHAR":
            return cell
        if kind.startswith(("MAP", "STRUCT")) or kind.endswith("]"):
            return f"CAST(to_json({cell}) AS VARCHAR)"
        return f"CAST({cell} AS VARCHAR)"

    def decimal(self, name: str, *, scale: int = SCALE, tolerant: bool = False, places: int = 0) -> str:
        """Return SQL for a cell as DECIMAL(38, scale): a double counts as its shortest decimal text.

        Args:
            name: The column.
            scale: Decimal places of the result, to which the cell is rounded once.
            tolerant: Whether a cell that is no number is NULL.
            places: By how many places the decimal point is moved to the left.
        """
        if not places:
            return self._decimal(name, scale, tolerant=tolerant)
        # Read that much coarser, so that the product has the scale asked for, and is exact: rounded once.
        whole, unit = self.decimal(name, scale=scale - places, tolerant=tolerant), f"0.{'1':0>{places}}"
        return f"({whole} * CAST({unit} AS DECIMAL({places},{places})))"

    def _decimal(self, name: str, scale: int, *, tolerant: bool) -> str:
        column = self.columns.get(name)
        target = f"DECIMAL(38,{scale})"
        if column is None:
            return f"NULL::{target}"
        cast = "TRY_CAST" if tolerant else "CAST"
        cell, kind = self._cell(column)
        if kind == "VARCHAR":
            plain = _with_decimal_point(cell) if self._decimal_comma else cell
            return _decimal_of_text(plain, scale, tolerant=tolerant)
        if kind == "BOOLEAN":  # a cast would make numbers of true and false
            return f"{cast}(CAST({cell} AS VARCHAR) AS {target})"
        if kind == "FLOAT":
            return f"{cast}({_shortest(cell)} AS {target})"
        if kind == "DOUBLE":
            return _decimal_of_double(cell, scale, tolerant=tolerant)
        return f"{cast}({cell} AS {target})"

    def timestamp(self, name: str, *, tolerant: bool = False) -> str:
        """Return SQL for a cell as TIMESTAMP in UTC; a text without an offset is in UTC already."""
        column = self.columns.get(name)
        if column is None:
            return "NULL::TIMESTAMP"
        cell, kind = self._cell(column)
        if kind == "TIMESTAMP WITH TIME ZONE":
            return f"make_timestamp(epoch_us({cell}))"
        if kind == "TIMESTAMP_NS":
            return f"make_timestamp(epoch_ns({cell}) // 1000)"  # a cast would round into the next day
        if self._reads_months and kind in _WHOLE_NUMBERS:
            cell, kind = f"CAST({cell} AS VARCHAR)", "VARCHAR"
        if kind != "VARCHAR":
            return f"CAST({cell} AS TIMESTAMP)"
        if self._reads_months:
            cast = "TRY_CAST" if tolerant else "CAST"
            month = f"{cast}({cell}[:4] || '-' || right({cell}, 2) || '-01' AS TIMESTAMP)"
            is_month = f"regexp_full_match({cell}, '[0-9]{{4}}-?[0-9]{{2}}')"
            return f"CASE WHEN {is_month} THEN {month} ELSE {self._timestamp_of_text(cell, tolerant=tolerant)} END"
        domain = self._domains.get(column.sql)
        quick = self._quick_timestamp(cell, domain.texts) if domain else None
        return quick or self._timestamp_of_text(cell, tolerant=tolerant)

    def may_be_instant(self, name: str) -> bool:
        """Return whether the type of a column's cells can be an instant."""
        kind = self.columns[name].type
        is_one = kind == "VARCHAR" or (kind.startswith(("TIMESTAMP", "DATE")) and not kind.endswith("]"))
        return is_one or (self._reads_months and kind in _WHOLE_NUMBERS)

    def _cell(self, column: StagedColumn) -> tuple[str, str]:
        """Return SQL for a cell, and its type; types that only some writers use become those that all use."""
        cell = column.sql
        if column.type == "TIMESTAMPTZ_NS":
            return f"CAST({cell} AS TIMESTAMP WITH TIME ZONE)", "TIMESTAMP WITH TIME ZONE"
        if column.type not in ("VARCHAR", "BLOB"):
            return cell, column.type
        domain = self._domains.get(cell)
        texts = [text for text in domain.texts if text not in NULL_TEXTS] if domain else []
        if domain and not texts:
            return "CAST(NULL AS VARCHAR)", "VARCHAR"
        if domain and domain == ((texts[0],), False) and len(texts[0]) <= _MOST_LETTERS:
            return f"CAST({literal(texts[0])} AS VARCHAR)", "VARCHAR"
        text = f"decode({cell})" if column.type == "BLOB" else cell  # text that is not marked as text
        if self._nulls_read or (domain and len(texts) == len(domain.texts)):
            return text, "VARCHAR"
        return f"CASE WHEN {text} IN ({', '.join(map(literal, NULL_TEXTS))}) THEN NULL ELSE {text} END", "VARCHAR"

    def _quick_timestamp(self, cell: str, texts: Sequence[str]) -> str | None:
        """Return SQL for a cell as TIMESTAMP where every text of its column is of one plain form and a day that exists.

        The engine reads each once, however many rows have it, and makes what follows from it once too.
        """
        if all(map(_is_iso, texts)):
            return f"TRY_CAST({cell} AS TIMESTAMP)"
        if self._date_order != "iso" and all(_is_slashed(text, self._date_order) for text in texts):
            return f"try_strptime({cell}, [{_formats(self._date_order)}])"
        return None

    def _timestamp_of_text(self, cell: str, *, tolerant: bool) -> str:
        cast = "TRY_CAST" if tolerant else "CAST"
        # A plain cast to TIMESTAMP drops an offset or a zone without a word, and reads 5/1/25 as a day in the year 5.
        # A cast to TIMESTAMPTZ guesses what the name of a zone means: IST is three of them.
        refused = f"{cast}('not ISO 8601: ' || {cell} AS TIMESTAMP)"
        plain = f"CASE WHEN contains({cell}, '/') THEN {refused} ELSE {cast}({cell} AS TIMESTAMP) END"
        if self._date_order != "iso":
            parse = "try_strptime" if tolerant else "strptime"
            slashed = f"{parse}({cell}, [{_formats(self._date_order)}])"
            plain = f"CASE WHEN contains({cell}, '/') THEN {slashed} ELSE {cast}({cell} AS TIMESTAMP) END"
        # The engine looks with these functions once per entry of a Parquet dictionary, with patterns once per row.
        zone = f"ltrim(rtrim(substring({cell}, 12)), '0123456789:.')"
        # The cast reads +99:00 too: no offset is beyond 18 hours, and no hour has 60 minutes.
        offset = f"translate({zone}[2:], ':', '')"
        is_offset = f"rtrim({zone}, '0123456789:') IN ('+', '-') AND {offset} <= '1800' AND {offset}[3:4] < '60'"
        # The commonest form needs no such look: between its signs the cast takes digits and blanks alone.
        common = f"{cell} LIKE '____-__-__T__:__:__Z' OR {cell} LIKE '____-__-__T__:__:__.___Z'"
        return (
            f"CASE WHEN {common} THEN {_cast(cell, 'TIMESTAMP', tolerant=tolerant)} "
            f"WHEN {zone} IN {_IN_UTC} THEN {plain} WHEN {is_offset} "
            f"THEN make_timestamp(epoch_us({cast}({cell} AS TIMESTAMP WITH TIME ZONE))) ELSE {refused} END"
        )


def _is_iso(text: str) -> bool:
    form = _ISO.fullmatch(text)
    return form is not None and is_instant(form["instant"])


def is_instant(text: str) -> bool:
    """Return whether a day, or a day and its time, exists."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_slashed(text: str, order: DateOrder) -> bool:
    form = _SLASHED[order].fullmatch(text)
    return form is not None and is_instant(f"{form['y']}-{form['m']:0>2}-{form['d']:0>2}")


def _formats(order: DateOrder) -> str:
    return ", ".join(f"'{text}'" for text in _SLASH_DATES[order])


def _with_decimal_point(cell: str) -> str:
    """Return SQL for a text such as 1.204,50 as 1204.50; one of another form, such as 1,204.50, is no number then."""
    form = r"'\s*[-+]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]*)(,[0-9]*)?([eE][-+]?[0-9]+)?\s*'"
    return (
        f"CASE WHEN regexp_full_match({cell}, {form}) THEN translate({cell}, ',.', '.') "
        f"WHEN {cell} IS NOT NULL THEN 'not a number: ' || {cell} END"
    )


def _shortest(cell: str) -> str:
    """Return SQL for the shortest text that gives a FLOAT; the engine writes 2204823.8 as 2204823.75.

    Of the digits that give the number back, 9 always do.
    """
    wide = f"CAST({cell} AS DOUBLE)"
    texts = [f"format('{{:.{digits}g}}', {wide})" for digits in (6, 7, 8, 9)]
    tries = " ".join(f"WHEN CAST({text} AS FLOAT) = {cell} THEN {text}" for text in texts[:-1])
    return f"CASE {tries} ELSE {texts[-1]} END"


def _cast(cell: str, kind: str, *, tolerant: bool) -> str:
    """Return SQL for a text as another type.

    The engine reads a text once per entry of a Parquet dictionary where reading it cannot fail, else once per row.
    """
    attempt = f"TRY_CAST({cell} AS {kind})"
    return attempt if tolerant else f"coalesce({attempt}, CAST({cell} AS {kind}))"


def _decimal_of_double(cell: str, scale: int, *, tolerant: bool) -> str:
    """Return SQL for a double as DECIMAL(38, scale): its shortest text, rounded."""
    wide, text = f"DECIMAL(38,{scale})", f"CAST({cell} AS VARCHAR)"
    # Before 2.0 the engine rounds texts such as 5.2e-17 up to one unit of the last place.
    tiny = f"abs({cell}) < 1e-{scale + 1} THEN 0"
    by_text = f"{'TRY_CAST' if tolerant else 'CAST'}({text} AS {wide})"
    if scale != SCALE:
        return f"CASE WHEN {tiny} ELSE {by_text} END"
    plain = f"TRY_CAST({cell} AS DECIMAL(18,12))"
    exact = f"abs({cell}) < {_EXACT_DOUBLE} AND CAST({plain} AS DOUBLE) = {cell} THEN CAST({plain} AS {wide})"
    quick = f"abs({cell}) < {_QUICK_DOUBLE} THEN {_quick(text, wide, tolerant=tolerant)}"
    return f"CASE WHEN {exact} WHEN {tiny} WHEN {quick} ELSE {by_text} END"


def _decimal_of_text(cell: str, scale: int, *, tolerant: bool) -> str:
    """Return SQL for a text as DECIMAL(38, scale); the engine would take 1_000 for a number."""
    wide = f"DECIMAL(38,{scale})"
    refused = f"NULL::{wide}" if tolerant else f"CAST('not a number: ' || {cell} AS {wide})"
    decimal = _rounded(cell, wide, tolerant=tolerant) if scale <= SCALE else _exact(cell, wide, tolerant=tolerant)
    return f"CASE WHEN contains({cell}, '_') THEN {refused} ELSE {decimal} END"


def _rounded(cell: str, wide: str, *, tolerant: bool) -> str:
    """Return SQL for a text as a decimal of 12 places: through 18 digits where they hold it, 30 times as fast.

    With a positive exponent that cast drops the digits after its 18th before it rounds.
    """
    whole, quick = _cast(cell, wide, tolerant=tolerant), _quick(cell, wide, tolerant=tolerant)
    grown = " OR ".join(f"(contains({cell}, '{sign}') AND NOT contains({cell}, '{sign}-'))" for sign in "eE")
    return f"CASE WHEN {grown} THEN {whole} ELSE {quick} END"


def _quick(cell: str, wide: str, *, tolerant: bool) -> str:
    """Return SQL for a text without a positive exponent as a decimal of 12 places."""
    quick = f"CAST(TRY_CAST({cell} AS DECIMAL(18,12)) AS {wide})"
    return f"coalesce({quick}, {_cast(cell, wide, tolerant=tolerant)})"


def _exact(cell: str, wide: str, *, tolerant: bool) -> str:
    whole = _cast(cell, wide, tolerant=tolerant)
    shrunk = f"contains({cell}, 'e-') OR contains({cell}, 'E-')"
    return f"CASE WHEN {shrunk} THEN coalesce({_without_exponent(cell, wide)}, {whole}) ELSE {whole} END"


def _without_exponent(cell: str, wide: str) -> str:
    """Return SQL for a text such as -5.2E-9 as a decimal; NULL for texts of another form, or that are no number.

    The engine reads -0.0000000052 in a tenth of the time that it takes for the exponent.
    """
    positive, negative = (_shifted(text, wide) for text in (cell, f"{cell}[2:]"))
    return f"CASE WHEN {cell}[1] = '-' THEN -{negative} ELSE {positive} END"


def _shifted(text: str, wide: str) -> str:
    sign = f"nullif(greatest(strpos({text}, 'e-'), strpos({text}, 'E-')), 0)"
    exponent = f"{text}[{sign} + 2:]"
    # A cast to a whole number would round 7.5.
    places = f"CASE WHEN translate({exponent}, '0123456789', '') = '' THEN TRY_CAST({exponent} AS UTINYINT) END"
    zeros = f"repeat('0', nullif({places}, 0) - 1)"
    plain = f"TRY_CAST('0.' || {zeros} || {text}[1] || {text}[3:{sign} - 1] AS {wide})"
    return f"CASE WHEN {text}[2] = '.' OR {sign} = 2 THEN {plain} END"
