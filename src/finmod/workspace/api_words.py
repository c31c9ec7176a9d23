"""Words that Python users hand to the API: what each argument takes, and what is said where it gets something else.

Owns the reading of arguments. What a value means for the work is judged where the work is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, TypeVar

from finmod.errors import Problem, UserError, near, printable
from finmod.settings.validate import listing
from finmod.terms.bounds import ABOVE_ZERO, AMOUNT, Bounds, Range
from finmod.terms.money import plain, twelve_places

_WRONG: Final = "FM1061"
_MOST: Final = 100_000
"""Members that ``top`` and ``bottom`` take at most, as ``finmod pnl`` does."""
_DIGITS: Final = 20
"""Digits of a number before its point, at most."""
_ARGUMENTS: Final = {"from": "first", "to": "last", "step": "steps", "range": "part"}
"""Option of a command -> what the API calls it, where that is another word."""
_OPTION: Final = re.compile(r"(?<![\w-])--([a-z]+(?:-[a-z]+)*)\b")

Word = TypeVar("Word", bound=str)


def text_of(value: object, argument: str, expected: str) -> str:
    """Return a text that is not empty.

    Raises:
        UserError: It is none.
    """
    if not isinstance(value, str) or not value.strip():
        raise wrong(value, argument, expected)
    return value


def one_of(value: object, argument: str, choices: Sequence[Word]) -> Word:
    """Return one of some words.

    Raises:
        UserError: It is none of them; the nearest one is named.
    """
    found = next((each for each in choices if isinstance(value, str) and each == value), None)
    if found is None:
        close = near(value, choices) if isinstance(value, str) else None
        raise wrong(value, argument, listing(choices), remedy=f"Did you mean {close!r}?" if close else None)
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
        raise wrong(value, argument, "a dimension or a word such as service, or a list of them")
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
        raise wrong(value, argument, "a month as 'YYYY-MM', such as '2026-09', or a date of it", code="FM1060")
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


def flag_of(value: object, argument: str) -> bool:
    """Return an argument that is True or False.

    Raises:
        UserError: It is something else.
    """
    if not isinstance(value, bool):
        raise wrong(value, argument, "True or False")
    return value


def count_of(value: object, argument: str) -> int | None:
    """Return how many members stand alone; None for None.

    Raises:
        UserError: It is no whole number from 0 to 100,000.
    """
    return None if value is None else whole_of(value, argument, 0, _MOST)


def whole_of(value: object, argument: str, least: int, most: int) -> int:
    """Return a whole number within bounds, both of which are taken.

    Raises:
        UserError: It is none.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise wrong(value, argument, f"a whole number from {least} to {most}")
    return value


def number_of(value: object, argument: str, bounds: Bounds) -> Decimal:
    """Return a number: of an int, a float, a Decimal, or text as a command takes it; at most 12 places are kept.

    Raises:
        UserError: It is none, or out of bounds.
    """
    text = _number_text(value)
    found = bounds.read(text) if text is not None else None
    if found is None:
        raise wrong(value, argument, bounds.expected)
    return found


def range_of(value: object, argument: str, bounds: Bounds) -> Range:
    """Return a number with its interval: of one number, two as ``(0.1, 0.3)``, or text such as ``10%..30%``.

    Raises:
        UserError: It is none, or out of bounds.
    """
    ends = [_number_text(end) for end in (value if isinstance(value, (tuple, list)) else (value,))]
    found = bounds.read_range("..".join(end or "" for end in ends))
    if found is None:
        raise wrong(value, argument, f"{bounds.expected}, or an interval of it, as (0.1, 0.3)")
    return found


def numbers_of(value: object, argument: str, bounds: Bounds) -> tuple[Decimal, ...]:
    """Return numbers: of one, or several in a list or with commas between them; none for None.

    Raises:
        UserError: One is none, or out of bounds.
    """
    if value is None:
        return ()
    every = value.split(",") if isinstance(value, str) else value if isinstance(value, (tuple, list)) else (value,)
    return tuple(number_of(each, argument, bounds) for each in every)


def pair_of(value: object, argument: str) -> tuple[Decimal, Decimal]:
    """Return units a month, and the cost a month that comes with them: of a pair, or text such as ``2000000:1500``.

    Raises:
        UserError: It is none.
    """
    both = value.split(":") if isinstance(value, str) else value
    if not isinstance(both, (tuple, list)) or len(both) != 2:  # noqa: PLR2004 -- units and cost
        raise wrong(value, argument, "units above 0 and cost, both a month, as (2000000, 1500)")
    return number_of(both[0], argument, ABOVE_ZERO), number_of(both[1], argument, AMOUNT)


def _number_text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    exact = Decimal(str(value))
    return plain(twelve_places(exact) or exact) if exact.is_finite() and exact.adjusted() < _DIGITS else None


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
    raise wrong(value, argument, "a version such as 3, a date of a closed month, or a datetime")


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
        raise UserError(*map(_of_api, error.problems)) from None  # it says the same in words of options


def _of_api(problem: Problem) -> Problem:
    found, expected, remedy = map(_renamed, (problem.found, problem.expected, problem.remedy))
    return replace(problem, found=found or problem.found, expected=expected, remedy=remedy)


def _renamed(words: str | None) -> str | None:
    # A command to paste keeps its options.
    if words is None or "finmod " in words:
        return words
    return _OPTION.sub(lambda option: _ARGUMENTS.get(option[1], option[1].replace("-", "_")), words)


def wrong(value: object, argument: str, expected: str, *, remedy: str | None = None, code: str = _WRONG) -> UserError:
    """Return the refusal of an argument."""
    found = f"{argument} is {printable(repr(value), 80)}"
    return UserError(Problem(code=code, found=found, expected=expected, remedy=remedy or f"Correct {argument}."))
