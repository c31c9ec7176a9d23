"""Where a file cannot be read: every column with unreadable cells, its first row, its text.

Owns the search for the culprit after a conversion failed, so that reading pays nothing for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from finmod.engines.duckdb import Engine, EngineError, identifier
from finmod.errors import FinmodError, InternalError, Problem, UserError, counted, printable
from finmod.normalize.charges import REQUIRED
from finmod.normalize.convert import PERIODS, Conversion
from finmod.normalize.values import DateOrder, Values, is_instant
from finmod.sources import parquet

_CELL = re.compile(r"([#@])(\w+)")
_SLASHES = re.compile(r"\s*\d+/")
_SLASHED_DAY = re.compile(r"\s*(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?!\d)")
_ORDERS = {"mdy": "month/day/year", "dmy": "day/month/year"}
_ZONE = re.compile(r"\d:\d.* ?[A-Za-z]")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)? ?(Z|[+-]\d{2}:?\d{2})?")
_DOTTED = re.compile(r"\s*\d{1,2}\.\s?\d{1,2}\.")
_MONTH = re.compile(r"\s*(\d{1,2}[/.-]\d{4}|[^\W\d]+\.?[ /-]?\d{2,4})\s*")
_PLAIN = re.compile(r"[-+]?[\d.]+([eE][-+]?\d+)?")
_HAS_DIGIT = re.compile(r"\d")
_COMMA = re.compile(r"[-+]?\d{1,3}((\.\d{3})+|\d*),\d+")


def why_unreadable(engine: Engine, conversions: Sequence[Conversion], error: EngineError) -> FinmodError:
    """Return what the user must mend in files whose conversion failed; an internal error where all can be read."""
    problems = [problem for item in conversions for problem, _ in unreadable_cells(engine, item)]
    problems = problems or [problem for item in conversions for problem in _not_utf8(engine, item)]
    if not problems:
        problems = [problem for item in conversions if (problem := damaged_file(engine, item)) is not None]
    if problems:
        return UserError(*dict.fromkeys(problems))
    names = ", ".join(dict.fromkeys(item.staged.file.name for item in conversions))
    return InternalError(f"{names} can be read, and yet its conversion failed: {error}")


def _not_utf8(engine: Engine, conversion: Conversion) -> list[Problem]:
    """Return one problem per column of bytes, in Parquet, that are no text in UTF-8."""
    problems = []
    for column in conversion.staged.columns:
        if column.type != "BLOB":
            continue
        cell = identifier(column.physical)
        rows, row = engine.row(
            f"SELECT count(*), min(file_row_number) + 1 FROM {conversion.staged.relation} "
            f"WHERE {cell} IS NOT NULL AND TRY(decode({cell})) IS NULL"
        )
        if rows:
            problems.append(
                Problem(
                    code="FM1114",
                    found=f"column {column.name} has bytes that are not UTF-8{_more(rows)}",
                    expected="text in UTF-8",
                    where=f"{conversion.staged.file.name}, row {row:,}",
                    remedy="Export the column as text, or leave it out.",
                )
            )
    return problems


def damaged_file(engine: Engine, conversion: Conversion) -> Problem | None:
    """Return the problem of a file that cannot be read to its end; None where every byte of it can."""
    try:
        engine.run(f"SELECT bit_xor(hash(cells)) FROM {conversion.staged.relation} AS cells")
    except EngineError as error:
        return parquet.unreadable(conversion.staged.file, error)
    return None


def unreadable_cells(
    engine: Engine, conversion: Conversion, *, tolerated: bool = False, period: date | None = None
) -> list[tuple[Problem, tuple[str, int]]]:
    """Return one problem per column with cells that are no number or no instant, with (FOCUS id, rows).

    Args:
        engine: Where the staged file is read.
        conversion: The file and how to read it.
        tolerated: Look at the columns read as NULL on the user's wish, not at the others.
        period: First day of the billing period whose rows are looked at; None for every row of the file.
    """
    values, wanted = conversion.values, _wanted(conversion, tolerated=tolerated)
    if not wanted:
        return []
    tests = [_test(values, sigil, name) for sigil, name in wanted]
    picked = ", ".join(
        f"count(*) FILTER (WHERE {bad}), min(r) FILTER (WHERE {bad}), arg_min({text}, r) FILTER (WHERE {bad})"
        for bad, text in tests
    )
    where = conversion.where(period) if period else ""
    relation = f"(SELECT *, file_row_number + 1 AS r FROM {conversion.staged.relation}{where})"
    # The least and greatest value that a Parquet file states leave NaN out, and the engine would trust them.
    engine.run("SET disabled_optimizers = 'statistics_propagation'")
    try:
        found = engine.row(f"SELECT {picked} FROM {relation}")
    except EngineError:
        return []
    finally:
        engine.run("RESET disabled_optimizers")
    return [
        (_problem(conversion, sigil, name, found[3 * place : 3 * place + 3]), (target, found[3 * place]))
        for place, ((sigil, name), target) in enumerate(wanted.items())
        if found[3 * place]
    ]


def _wanted(conversion: Conversion, *, tolerated: bool) -> dict[tuple[str, str], str]:
    """Return what is read as number or instant: (sigil, column of the file) -> FOCUS id, that of its own name first."""
    columns, as_null = conversion.mapping.every_column(), conversion.reading.unreadable_as_null
    strict = {column.target for column in columns} - as_null
    wanted: dict[tuple[str, str], str] = {}
    for column in columns:
        if (column.target in as_null) is tolerated:
            for sigil, name in _CELL.findall(column.sql):
                own = name == column.target
                if name in conversion.values and (own or not (tolerated and name in strict)):
                    wanted[sigil, name] = name if own else wanted.get((sigil, name), column.target)
    return wanted


def impossible_instants(engine: Engine, conversion: Conversion, first: int, last: int) -> list[Problem]:
    """Return one problem per period column with instants outside some years, infinity included."""
    problems = []
    for target in PERIODS:
        instant = conversion.expression(target)
        bad = f"NOT {instant} BETWEEN TIMESTAMP '{first}-01-01' AND TIMESTAMP '{last}-12-31 23:59:59.999999'"
        rows, row, text = engine.row(
            f"SELECT count(*), min(file_row_number) + 1, arg_min(CAST({instant} AS VARCHAR), file_row_number) "
            f"FROM {conversion.staged.relation} WHERE {bad}"
        )
        if rows:
            problems.append(
                Problem(
                    code="FM1126",
                    found=f"{target} is {text}{_more(rows)}",
                    expected=f"a year from {first} to {last}",
                    where=f"{conversion.staged.file.name}, row {row:,}",
                    remedy="Mend the export. Dates with slashes and two-digit years need date_order: mdy or dmy.",
                )
            )
    return problems


def first_too_large(engine: Engine, conversion: Conversion) -> tuple[int, str] | None:
    """Return x_Row and BilledCost of the first row whose amount fits the ledger but no control total, or None."""
    tolerant = replace(conversion, reading=replace(conversion.reading, unreadable_as_null=frozenset({"BilledCost"})))
    amount = tolerant.expression("BilledCost")
    row, text = engine.row(
        f"SELECT min(file_row_number) + 1, arg_min(CAST({amount} AS VARCHAR), file_row_number) "
        f"FROM {conversion.staged.relation} WHERE {amount} IS NOT NULL AND {tolerant.exact('BilledCost')} IS NULL"
    )
    return None if row is None else (row, text)


def _more(rows: int) -> str:
    return f" (and {counted(rows - 1, 'more row')})" if rows > 1 else ""


def _test(values: Values, sigil: str, name: str) -> tuple[str, str]:
    text = values.text(name)
    if sigil == "@" and not values.may_be_instant(name):
        return f"({text} IS NOT NULL)", text
    read = values.decimal(name, tolerant=True) if sigil == "#" else values.timestamp(name, tolerant=True)
    return f"({text} IS NOT NULL AND ({read}) IS NULL)", text


def _problem(conversion: Conversion, sigil: str, name: str, found: tuple[int, int, str]) -> Problem:
    rows, row, text = found
    by_user = conversion.mapping.named is not None
    column = conversion.values.columns[name].name
    every = conversion.mapping.every_column()
    targets = dict.fromkeys(item.target for item in every if (sigil, name) in _CELL.findall(item.sql))
    mend = conversion.mapping.mend
    remedy = f"{mend}."
    if targets.keys().isdisjoint(REQUIRED):
        options = " ".join(f"--unreadable-as-null {target}" for target in targets)
        remedy = f"{mend}, or read such cells as NULL: {options}."
    if sigil == "@":
        no_day = f"There is no such day or time. {remedy}"
        remedy = no_day if _ISO.fullmatch(text) else _remedy_of_date(text, conversion.date_order) or remedy
    if sigil == "#" and by_user and _HAS_DIGIT.search(text) and not _PLAIN.fullmatch(text):
        remedy = "Write plain numbers, such as 1204.50 or -12: without currency, thousands separators and brackets."
    if sigil == "#" and by_user and _COMMA.fullmatch(text) and not conversion.mapping.decimal_comma:
        remedy = "Say that the comma stands before the decimals: decimal_comma: true, or --decimal-comma."
    form = f"a date as {_ORDERS[order]}, or " if (order := conversion.date_order) in _ORDERS else ""
    return Problem(
        code="FM1120" if sigil == "#" else "FM1121",
        found=f"{column} is '{printable(text, 60)}'{_more(rows)}",
        expected="a number that fits DECIMAL(38,12)" if sigil == "#" else f"{form}a date and time in ISO 8601",
        where=f"{conversion.staged.file.name}, row {row:,}",
        remedy=remedy,
    )


def _remedy_of_date(text: str, order: DateOrder) -> str:
    """Return what to do about a text that is no date; "" where nothing better is known than to mend it."""
    remedy = ""
    if _ZONE.search(text):
        remedy = "Mend the export: times in UTC (Z), or with an offset such as +02:00 instead of a zone's name."
    if _SLASHES.match(text):
        remedy = _remedy_of_slashes(text, order)
    if _DOTTED.match(text):
        remedy = "Write dates as 2026-09-30, or with slashes and date_order."
    if _MONTH.fullmatch(text):
        remedy = "Write months as 2026-09, and days as 2026-09-30."
    return remedy


def _remedy_of_slashes(text: str, order: DateOrder) -> str:
    is_day = {each: _is_day(text, each) for each in _ORDERS}
    if _SLASHED_DAY.match(text) and not any(is_day.values()):
        return "There is no such day: mend the export."
    if order == "iso":
        return "Say how to read them: --date-order mdy (month first) or dmy, or date_order in finmod.yaml."
    other = "dmy" if order == "mdy" else "mdy"
    if is_day[order] or not is_day[other]:
        return ""
    return (
        f"If the file writes dates as {_ORDERS[other]}: --date-order {other}, or date_order: {other} in finmod.yaml. "
        "Else mend the export."
    )


def _is_day(text: str, order: str) -> bool:
    """Return whether a text with slashes begins with a day that exists, in an order of its parts."""
    form = _SLASHED_DAY.match(text)
    if form is None:
        return False
    first, second, year = form.groups()
    month, day = (first, second) if order == "mdy" else (second, first)
    return is_instant(f"{year:0>4}-{month:0>2}-{day:0>2}")
