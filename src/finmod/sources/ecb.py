"""Exchange rates of the European Central Bank: the history as CSV, in the ZIP it is delivered in, or as XML.

Owns the form of these files. Each rate is how many units of a currency one euro is, fixed on that day.

Source: European Central Bank, euro foreign exchange reference rates; eurofxref-hist.zip, eurofxref-hist.xml,
eurofxref-hist-90d.xml, eurofxref-daily.xml.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from finmod.errors import Problem, UserError, printable

BASE = "EUR"

_NONE = frozenset({"", "N/A"})
_RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,18})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST_BYTES = 100_000_000
_MOST_PROBLEMS = 20
_LONGEST = 80


class EcbRate(NamedTuple):
    """One rate.

    Attributes:
        day: Day of publication.
        currency: Three capital letters.
        rate: Units of it that one euro is; above 0.
    """

    day: date
    currency: str
    rate: Decimal


def read_ecb(file: Path) -> list[EcbRate]:
    """Return the rates of a file, in its order; days on which a currency had none are left out.

    Raises:
        UserError: The file is none of the bank's, or lines of it cannot be read; the first problems are told at once.
    """
    name, content = _content(file)
    cells = _xml(file, content) if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else _csv(file, content)
    rates, problems = list[EcbRate](), dict[tuple[int, str], Problem]()
    for line, day, currency, text in cells:
        where = f"{name}:{line}"
        rate = _rate(day, currency, text)
        if rate:
            rates.append(rate)
        elif not _is_day(day):
            # Once for all rates of the day.
            found = f"the date is '{printable(day, _LONGEST)}'" if day else "the date is empty"
            problems[line, ""] = _no_history(where, found, "a day as 2026-09-30")
        elif text not in _NONE:
            found = f"the rate of {printable(currency, _LONGEST)} on '{day}' is '{printable(text, _LONGEST)}'"
            problems[line, currency] = _no_history(where, found, "a plain decimal above 0, or N/A")
    if problems:
        raise UserError(*list(problems.values())[:_MOST_PROBLEMS])
    if not rates:
        raise UserError(_no_history(name, "the file has no rate"))
    return rates


def _rate(day: str, currency: str, text: str) -> EcbRate | None:
    fits = _is_day(day) and _CURRENCY.fullmatch(currency) and _RATE.fullmatch(text) and text.strip("0.")
    return EcbRate(date.fromisoformat(day), currency, Decimal(text)) if fits else None


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


_Cells = Iterable[tuple[int, str, str, str]]
"""Line, day, currency, rate."""


def _csv(file: Path, content: bytes) -> Iterator[tuple[int, str, str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(_no_history(file.name, "the file is not text")) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        day, *currencies = [name.strip() for name in next(reader, [""])]
        # The bank ends every line with a comma.
        currencies = currencies[:-1] if currencies[-1:] == [""] else currencies
        if day != "Date" or not currencies or not all(map(_CURRENCY.fullmatch, currencies)):
            found = f"its first line begins with '{printable(','.join((day, *currencies)), _LONGEST)}'"
            raise UserError(_no_history(file.name, found))
        for fields in reader:
            if len(fields) not in {0, len(currencies) + 1, len(currencies) + 2}:
                found = f"the line has {len(fields):,} fields, the first one {len(currencies) + 1:,}"
                raise UserError(_no_history(f"{file.name}:{reader.line_num}", found))
            for currency, rate in zip(currencies, fields[1:], strict=False):
                yield reader.line_num, fields[0].strip(), currency, rate.strip()
    except csv.Error as error:
        found = f"the line cannot be read: {error}"
        raise UserError(_no_history(f"{file.name}:{reader.line_num}", found)) from None


def _xml(file: Path, content: bytes) -> _Cells:
    """Return the rates of nested Cubes: one of a day around those of its currencies. No entity is ever read."""
    found: list[tuple[int, str, str, str]] = []
    day, day_line = "", 0
    parser = expat.ParserCreate()

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal day, day_line
        if tag.rpartition(":")[2] != "Cube":
            return
        line, is_rate = parser.CurrentLineNumber, "currency" in attributes or "rate" in attributes
        if "time" in attributes or not is_rate:
            day, day_line = attributes.get("time", ""), line
        if is_rate:
            place = line if _is_day(day) or not day_line else day_line
            found.append((place, day, attributes.get("currency", ""), attributes.get("rate", "")))

    def refuse(*_: object) -> None:
        raise UserError(_no_history(file.name, "the file declares entities"))

    parser.StartElementHandler = begin
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003 -- the parser takes no names
    except expat.ExpatError as error:
        where = f"{file.name}:{error.lineno}"
        raise UserError(_no_history(where, f"the XML is broken: {expat.ErrorString(error.code)}")) from None
    return found


def _content(file: Path) -> tuple[str, bytes]:
    """Return the name of a file, or of the one that a ZIP holds, and its bytes."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise UserError(_no_history(file.name, f"the file cannot be read: {reason}")) from None
    name = file.name
    if content.startswith(b"PK"):
        name, content = _unzipped(file, content)
    if len(content) > _MOST_BYTES:
        raise UserError(_no_history(name, f"the file has more than {_MOST_BYTES:,} bytes"))
    return name, content


def _unzipped(file: Path, content: bytes) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = [item for item in archive.infolist() if not item.is_dir()]
            if len(inside) != 1:
                raise UserError(_no_history(file.name, f"the ZIP holds {len(inside):,} files", "one file in the ZIP"))
            with archive.open(inside[0]) as opened:
                # Not the size that the archive states: that may be wrong.
                return f"{file.name}/{printable(inside[0].filename, _LONGEST)}", opened.read(_MOST_BYTES + 1)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise UserError(_no_history(file.name, f"the ZIP cannot be read: {printable(str(error), _LONGEST)}")) from None


def _no_history(where: str, found: str, expected: str | None = None) -> Problem:
    return Problem(
        code="FM1433",
        found=found,
        expected=expected
        or "rates of the European Central Bank: CSV with Date and one column per currency, ZIP or XML",
        where=where,
        remedy="Download eurofxref-hist.zip from the bank's euro foreign exchange reference rates, and name that file.",
    )
