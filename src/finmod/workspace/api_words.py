"""Words that Python users hand to the API: what each argument takes, and what is said where it gets something else.

Owns the reading of arguments. What a value means for the work is judged where the work is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final, TypeVar

from finmod.errors import Problem, UserError, near, printable
from finmod.settings.validate import listing

_WRONG: Final = "FM1061"
_MOST: Final = 100_000
"""Members that ``top`` and ``bottom`` take at most, as ``finmod pnl`` does."""
_ARGUMENTS: Final = {"from": "first", "to": "last"}
"""Option of a command -> what the API calls it, where that is another word."""
_OPTION: Final = re.compile(r"(?<![\w-])--(from|to|by|grain|compare|top|bottom)\b")

Word = TypeVar("Word", bound=str)


def text_of(value: object, argument: str, expected: str) -> str:
    """Return a text that is not empty.

    Raises:
        UserError: It is none.
    """
    if not isinstance(value, str) or not value.strip():
        raise _wrong(value, argument, expected)
    return value


def one_of(value: object, argument: str, choices: Sequence[Word]) -> Word:
    """Return one of some words.

    Raises:
        UserError: It is none of them; the nearest one is named.
    """
    found = next((each for each in choices if isinstance(value, str) and each == value), None)
    if found is None:
        close = near(value, choices) if isinstance(value, str) else None
        raise _wrong(value, argument, listing(choices), remedy=f"Did you mean {close!r}?" if close else None)
    return found


def words_of(value: object, argument: str) -> tuple[str, ...]:
    """Return what figures are told by: one word, several, or nothing for None.

    Raises:
        UserError: It is neither a text nor a sequence of texts.
    """
    if value is None:
        return ()
    every: Sequence[object] = [value] if isinstance(value, str) or not isinstance(value, Sequence) else value
    words = [each for each in every if isinstance(each, str) and each.strip()]
    if len(words) != len(every):
        raise _wrong(value, argument, "a dimension or a word such as service, or a list of them")
    return tuple(words)


def month_of(value: object, argument: str) -> date | None:
    """Return the first day of a month: of ``YYYY-MM``, or the month that a day or an instant is in; None for None.

    Raises:
        UserError: Anything else.
    """
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", value) if isinstance(value, str) else None
    if found and found[1] != "0000":
        return date(int(found[1]), int(found[2]), 1)
    if isinstance(value, date):
        return _day(value).replace(day=1)
    if value is not None:
        raise _wrong(value, argument, "a month as 'YYYY-MM', such as '2026-09', or a date of it", code="FM1060")
    return None


def period_of(value: object, argument: str) -> str | None:
    """Return a period of a statement as ``finmod pnl`` takes it; of a day or an instant its month; None for None.

    Raises:
        UserError: It is neither a text nor a day.
    """
    if value is None:
        return None
    if isinstance(value, date):
        return _day(value).isoformat()[:7]
    return text_of(value, argument, "a period such as '2026-09' or 'FY2027-Q1', or a date of a month")


def count_of(value: object, argument: str) -> int | None:
    """Return how many members stand alone; None for None.

    Raises:
        UserError: It is no whole number from 0 to 100,000.
    """
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST:
        raise _wrong(value, argument, f"a whole number from 0 to {_MOST}")
    return value


def state_of(value: object, argument: str) -> int | date | None:
    """Return a state of the ledger: a version, an instant in UTC, or the first day of a closed month; None for None.

    Raises:
        UserError: Anything else.
    """
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.replace(day=1)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise _wrong(value, argument, "a version such as 3, a date of a closed month, or a datetime")


def _instant(value: datetime) -> datetime:
    """Return an instant in UTC; one without a zone is taken to be of it."""
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:  # an hour from the first or the last day that there is
        return value.replace(tzinfo=UTC)


def _day(value: date) -> date:
    return _instant(value).date() if isinstance(value, datetime) else value


@contextmanager
def arguments() -> Iterator[None]:
    """Let errors of the block name arguments where they would name options of a command."""
    try:
        yield
    except UserError as error:
        raise UserError(*map(_of_api, error.problems)) from error


def _of_api(problem: Problem) -> Problem:
    found, expected, remedy = map(_renamed, (problem.found, problem.expected, problem.remedy))
    return replace(problem, found=found or problem.found, expected=expected, remedy=remedy)


def _renamed(words: str | None) -> str | None:
    # A command to paste keeps its options.
    if words is None or "finmod " in words:
        return words
    return _OPTION.sub(lambda option: _ARGUMENTS.get(option[1], option[1]), words)


def _wrong(value: object, argument: str, expected: str, *, remedy: str | None = None, code: str = _WRONG) -> UserError:
    found = f"{argument} is {printable(repr(value), 80)}"
    return UserError(Problem(code=code, found=found, expected=expected, remedy=remedy or f"Correct {argument}."))
