"""The list of what happened: a CSV file of the project, one row per event.

Owns how it is read. What it says is what people wrote: hostile text, escape it before showing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from finmod.errors import Problem, UserError, near, printable
from finmod.models.rootcause.report import Happening
from finmod.settings.validate import listing

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
    except (OSError, UnicodeDecodeError) as error:
        why = (
            "it is not UTF-8"
            if isinstance(error, UnicodeDecodeError)
            else (error.strerror or "it cannot be read").lower()
        )
        raise UserError(
            _problem(file, f"the list of events cannot be read: {why}", "a CSV file", "Correct events in finmod.yaml.")
        ) from error
    rows = [*csv.reader(text.splitlines())]
    head = [name.strip() for name in rows[0]] if rows else []
    problems = [*_of_head(file, head, known)]
    if problems:
        raise UserError(*problems)
    found: list[Happening] = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        told = {name: cell.strip() for name, cell in zip(head, row, strict=False)}
        try:
            found.append(_event(told))
        except ValueError:
            wrong = told.get("date", "") if not _is_date(told.get("date", "")) else told.get("until", "")
            problems.append(
                _problem(file, f"the date is {printable(wrong, 40)!r}", "a day as 2026-09-30", "Correct it.", number)
            )
    if problems:
        raise UserError(*problems)
    return tuple(found)


def _of_head(file: Path, head: Sequence[str], known: Sequence[str]) -> Iterator[Problem]:
    lacking = [name for name in _NEEDED if name not in head]
    if lacking:
        yield _problem(
            file, f"the list of events has no column {listing(lacking, 'and')}", "the columns date and event",
            "Name them in the first line.", 1,
        )  # fmt: skip
    for name in head:
        if name not in {*_OWN, *known}:
            close = near(name, [*_OWN, *known])
            remedy = f"Did you mean {close!r}?" if close else "Name one of these, or take it out."
            found = f"the column {printable(name, 60)!r} is none that events are told by"
            yield _problem(file, found, listing([*_OWN, *known]), remedy, 1)


def _event(told: dict[str, str]) -> Happening:
    until = told.get("until", "")
    of = tuple((name, value) for name, value in told.items() if name not in _OWN and value)
    return Happening(
        "event", date.fromisoformat(told["date"]), date.fromisoformat(until) if until else None, told["event"], of
    )


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _problem(file: Path, found: str, expected: str, remedy: str, line: int | None = None) -> Problem:
    where = file.name if line is None else f"{file.name}:{line}"
    return Problem(code="FM2530", found=found, expected=expected, where=where, remedy=remedy)
