"""The user's table of exchange rates, read strictly: a line that cannot be understood is refused with its place.

Owns the form of the table. What is made of its rates is in ``rates.py``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from finmod.errors import Problem, UserError, counted, printable
from finmod.settings.currencies import CURRENCIES

COLUMNS = ("date", "from", "to", "rate")
"""Columns of the table, in this order."""

Published = dict[tuple[str, str], dict[date, Decimal]]
"""(from, to) -> day -> how many units of ``to`` one unit of ``from`` is; as published, above 0."""

RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,18})?")
"""A rate as it may be written; 0 is refused besides."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST_BYTES = 100_000_000
_MOST_PROBLEMS = 20
_LONGEST = 80
_CODE = "FM1432"


def read_rates(file: Path) -> Published:
    """Return the rates of a table; empty lines, and lines that say the same twice, are passed over.

    Raises:
        UserError: The file cannot be read, or lines of it; the first problems of all lines are told at once.
    """
    rates: Published = {}
    lines: dict[tuple[str, str, str], int] = {}
    problems: list[Problem] = []
    for line, fields in _records(file):
        wrong = list(_wrong(file, line, fields))
        problems += wrong
        if wrong:
            continue
        day, base, quote, text = fields
        known, rate = rates.setdefault((base, quote), {}), Decimal(text)
        when = date.fromisoformat(day)
        first = lines.setdefault((day, base, quote), line)
        if known.setdefault(when, rate) != rate:
            problems.append(_twice(file, line, fields, (first, known[when])))
    if len(problems) > _MOST_PROBLEMS:
        rest = counted(len(problems) - _MOST_PROBLEMS, "further problem")
        remedy = "Mend these first, then run again."
        problems[_MOST_PROBLEMS:] = [_unreadable(file, f"the exchange rates have {rest}", remedy)]
    if problems:
        raise UserError(*problems)
    return rates


def write_rates(file: Path, rates: Published) -> None:
    """Write a table, sorted by day and currencies, in one atomic replace.

    Raises:
        UserError: It cannot be written; what was there stays.
    """
    rows = sorted((day, base, quote, rate) for (base, quote), of_pair in rates.items() for day, rate in of_pair.items())
    text = "".join(f"{day.isoformat()},{base},{quote},{rate:f}\n" for day, base, quote, rate in rows)
    target = file.resolve()
    new = target.with_name(f"{target.name}.new")
    try:
        new.write_text(f"{','.join(COLUMNS)}\n{text}", encoding="utf-8", newline="\n")
        new.replace(target)
    except OSError as error:
        new.unlink(missing_ok=True)
        reason = (error.strerror or type(error).__name__).lower()
        found = f"the exchange rates cannot be written: {reason}"
        remedy = "Check that you may write to its folder, and that the disk has room."
        raise UserError(Problem(code="FM1435", found=found, where=file.name, remedy=remedy)) from None


def _records(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield every record behind the header with the line that it starts on."""
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    try:
        header = tuple(name.strip() for name in next(reader, []))
        if header != COLUMNS:
            found = ", ".join(header) or "none"
            raise UserError(_unreadable(file, f"the columns of the exchange rates are: {printable(found)}", where="1"))
        line = reader.line_num + 1
        for fields in reader:
            if fields:
                yield line, [field.strip() for field in fields]
            line = reader.line_num + 1
    except csv.Error as error:
        raise UserError(_unreadable(file, f"the line cannot be read: {error}", where=str(reader.line_num))) from error


def _text(file: Path) -> str:
    try:
        size = file.stat().st_size
        content = file.read_bytes() if size <= _MOST_BYTES else b""
    except OSError as error:
        found = f"the exchange rates cannot be read: {(error.strerror or type(error).__name__).lower()}"
        raise UserError(_unreadable(file, found)) from error
    if size > _MOST_BYTES:
        raise UserError(_unreadable(file, f"the file of the exchange rates has {size:,} bytes"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = str(content.count(b"\n", 0, error.start) + 1)
        raise UserError(_unreadable(file, "the line is not UTF-8", "Save the file as CSV in UTF-8.", line)) from error


def _wrong(file: Path, line: int, fields: list[str]) -> Iterator[Problem]:
    if len(fields) < len(COLUMNS):
        found = f"the line lacks its {' and its '.join(COLUMNS[len(fields) :])}"
        yield _unreadable(file, found, f"Write it as {','.join(COLUMNS)}, or take the line out.", str(line))
        return
    if len(fields) > len(COLUMNS):
        found = f"the line has {counted(len(fields), 'field')}"
        yield _unreadable(file, found, "Write the rate with a point, not a comma: 1.0825.", str(line))
        return
    day, base, quote, rate = fields
    if not _is_day(day):
        yield _cell(file, line, ("date", day), "a day as YYYY-MM-DD, such as 2026-09-30", "Correct the day.")
    for column, currency in (("from", base), ("to", quote)):
        if currency not in CURRENCIES:
            expected = "a currency code of ISO 4217, such as USD"
            yield _cell(file, line, (column, currency), expected, "Correct the code.")
    if base == quote:
        yield _cell(file, line, ("to", quote), "another currency than from", "Remove the line: that rate is 1.")
    if not RATE.fullmatch(rate) or not rate.strip("0."):
        expected = "plain decimal text above 0, such as 1.0825, of at most 12 digits before the point and 18 behind it"
        yield _cell(file, line, ("rate", rate), expected, "Write it without separators, signs or exponents.")


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _twice(file: Path, line: int, fields: list[str], before: tuple[int, Decimal]) -> Problem:
    day, base, quote, rate = fields
    found = f"the rate of {day} from {base} to {quote} is {rate}, and {before[1]:f} in line {before[0]:,}"
    expected, remedy = "one rate per day and pair of currencies", "Remove one of the two lines."
    return Problem(code=_CODE, found=found, expected=expected, where=f"{file.name}:{line}", remedy=remedy)


def _cell(file: Path, line: int, cell: tuple[str, str], expected: str, remedy: str) -> Problem:
    column, value = cell
    found = f"{column} is '{printable(value, _LONGEST)}'" if value else f"{column} is empty"
    return Problem(code=_CODE, found=found, expected=expected, where=f"{file.name}:{line}", remedy=remedy)


def _unreadable(file: Path, found: str, remedy: str | None = None, where: str | None = None) -> Problem:
    return Problem(
        code=_CODE,
        found=found,
        expected=f"CSV in UTF-8 with the columns {', '.join(COLUMNS)}, of at most 100 MB",
        where=f"{file.name}:{where}" if where else file.name,
        remedy=remedy or "Mend the file, or take `fx` out of finmod.yaml.",
    )
