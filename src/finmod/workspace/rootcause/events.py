"""The list of what happened: a CSV file of the project, one row per event.

Owns how it is read. What it says is what people wrote: hostile text, escape it before showing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from io import StringIO
from pathlib import Path

from finmod.errors import Problem, UserError, near, printable
from finmod.models.rootcause.report import Happening
from finmod.settings.validate import listing

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NEEDED = ("date", "event")
_OWN = (*_NEEDED, "until")


def read_events(file: Path, known: Sequence[str]) -> tuple[Happening, ...]:
    """Return the events of a file, in its order.

    Args:
        file: CSV with the columns date and event; until, and any dimension or word, where they are known.
        known: Dimensions and words.

    Raises:
        UserError: It cannot be read, lacks a column, has one that nothing is told by, or a date that is none.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(_unread(file, "it is not UTF-8", "Save it as UTF-8.")) from error
    except OSError as error:
        why = (error.strerror or "it cannot be read").lower()
        raise UserError(_unread(file, why, "Correct events in finmod.yaml.")) from error
    rows = [*_rows(file, text)]
    head = [name.strip() for name in rows[0][1]] if rows else []
    problems = [*_of_head(file, head, known)]
    if problems:
        raise UserError(*problems)
    found: list[Happening] = []
    for number, row in rows[1:]:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        told = dict.fromkeys(head, "") | dict(zip(head, cells, strict=False))
        wrong = [*_of_row(file, head, cells, told, number)]
        problems += wrong
        if not wrong:
            found.append(_event(told, f"{file.name}:{number}"))
    if problems:
        raise UserError(*problems)
    return tuple(found)


def _rows(file: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield rows with the line that each begins in."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise UserError(
            _problem(file, f"the row is no CSV: {error}", "cells with commas between them", "Correct it.", line)
        ) from error


def _of_row(
    file: Path, head: Sequence[str], cells: Sequence[str], told: Mapping[str, str], number: int
) -> Iterator[Problem]:
    if any(cells[len(head) :]):
        found = f"the row has {len(cells)} cells, and the first line {len(head)}"
        yield _problem(file, found, "a cell for each column", "Put text with a comma in double quotes.", number)
    if not told["event"]:
        yield _problem(file, "the row names no event", "what happened", "Write it, or take the row out.", number)
    days = {name: _day(told.get(name, "")) for name in ("date", "until")}
    for name, day in days.items():
        if day is None and (name == "date" or told.get(name)):
            found = f"{'the date' if name == 'date' else name} is {printable(told[name], 40)!r}"
            yield _problem(file, found, "a day as 2026-09-30", "Correct it.", number)
    first, last = days["date"], days["until"]
    if first and last and last < first:
        yield _problem(file, f"it ends on {last}, and begins on {first}", "an end after it", "Correct until.", number)


def _of_head(file: Path, head: Sequence[str], known: Sequence[str]) -> Iterator[Problem]:
    lacking = [name for name in _NEEDED if name not in head]
    if lacking:
        found = f"the list of events has {' and '.join(f'no column {name}' for name in lacking)}"
        yield _problem(file, found, "the columns date and event", "Name them in the first line.", 1)
    twice = sorted({name for name in head if head.count(name) > 1})
    if twice:
        yield _problem(file, f"{listing(twice, 'and')} stands twice", "each column once", "Take one out.", 1)
    for name in head:
        if name not in {*_OWN, *known}:
            close = near(name, [*_OWN, *known])
            remedy = f"Did you mean {close!r}?" if close else "Name one of these, or take it out."
            found = f"the column {printable(name, 60)!r} is none that events are told by"
            yield _problem(file, found, listing([*_OWN, *known]), remedy, 1)


def _event(told: dict[str, str], where: str) -> Happening:
    until = told.get("until", "")
    of = tuple((name, value) for name, value in told.items() if name not in _OWN and value)
    return Happening(
        "event",
        date.fromisoformat(told["date"]),
        date.fromisoformat(until) if until else None,
        told["event"],
        of,
        where,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _unread(file: Path, why: str, remedy: str) -> Problem:
    return _problem(file, f"the list of events cannot be read: {why}", "a CSV file", remedy)


def _problem(file: Path, found: str, expected: str, remedy: str, line: int | None = None) -> Problem:
    where = file.name if line is None else f"{file.name}:{line}"
    return Problem(code="FM2530", found=found, expected=expected, where=where, remedy=remedy)
