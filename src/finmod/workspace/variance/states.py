"""What is compared: the two states that a question names.

Owns the words: a month, ``previous``, ``same-month-last-year``, a close. A month stands as it is now, a close as it
was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, near, printable
from finmod.ledger.applied import Run, at_close
from finmod.ledger.closes import Close, Closes, closes
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.tables import CHARGE_DAYS
from finmod.taxonomy.keyed import booked_months, months_of
from finmod.terms.periods import months_before, parse_period
from finmod.workspace.names import chosen_months
from finmod.workspace.variance.told import Told, told_of

PREVIOUS: Final = "previous"
YEAR: Final = "same-month-last-year"
CLOSE: Final = "close"
BUDGET: Final = "budget"
WORDS: Final = (PREVIOUS, YEAR, CLOSE)
"""What a month can be compared with, beside another month or the close of one."""

_MONTH: Final = re.compile(r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])")
_YEAR_OF_MONTHS: Final = 12
# A few months are named, many told from when to when.
_LISTED: Final = 6


@dataclass(frozen=True)
class Named:
    """A state by name.

    Attributes:
        label: For people.
        month: First day of the billing period.
        snapshot: State of the ledger.
        run: The allocation that stood; None where none did, or where it was one of other bills.
        told: How much of the month bills tell.
        restated: Months in which true-ups of it are booked, and later rules for it: they count as well.
    """

    label: str
    month: date
    snapshot: Snapshot
    run: Run | None
    told: Told
    restated: tuple[date, ...] = ()


def name_states(
    engine: Engine, ledger: Ledger, known: Sequence[Run], period: date | None, against: str
) -> tuple[Named, Named]:
    """Return what is compared with, and what is looked at.

    Args:
        engine: Where to read.
        ledger: Has the months.
        known: Applied allocations, oldest first.
        period: First day of the month that is looked at; None for the last one.
        against: One of ``WORDS``, a month, or ``close:`` and a month.

    Raises:
        UserError: There is no such month, close or word.
    """
    run = known[-1] if known else None
    now, there = standing(engine, ledger, known)
    month = chosen_months(there, period, 0)[0]
    closed = closes(engine, ledger, ledger.head(engine))

    def named(of: date) -> Named:
        return Named(f"{of:%Y-%m}", of, now, run, told_of(engine, ledger, now, of, closed=closed.of(of) is not None))

    after = named(month)
    if against == CLOSE or against.startswith(f"{CLOSE}:"):
        before = _closed(engine, ledger, known, closed, _month_of(against) or month)
        if before.month == month:
            later = tuple(each for each in there if each > month)
            after = replace(after, label=f"{month:%Y-%m} as it is known now", restated=later)
        return before, after
    if against in {BUDGET, "forecast"} or against.startswith("forecast:"):
        raise UserError(_no_plan(against))
    other = _other(month, against)
    if other not in there:
        raise UserError(_not_there(other, month, there))
    if other == month:
        raise UserError(_same(month))
    return named(other), after


def standing(engine: Engine, ledger: Ledger, known: Sequence[Run]) -> tuple[Snapshot, list[date]]:
    """Return the state of the ledger that months stand in now, and the months that it has, oldest first.

    That is the state that was allocated last: what was loaded since is not in the books.

    Args:
        engine: Where to read.
        ledger: Whose state.
        known: Applied allocations, oldest first; the head of the ledger stands where none was applied.
    """
    now = ledger.at(engine, known[-1].ledger_version) if known else ledger.head(engine)
    return now, sorted({*months_of(ledger, now), *booked_months(engine, ledger, now)})


def _month_of(against: str) -> date | None:
    """Return the month that ``close:`` names; None where it names none."""
    wanted = against.partition(":")[2]
    if wanted and not _MONTH.fullmatch(wanted):
        raise UserError(_no_state(against, None))
    return parse_period(wanted) if wanted else None


def _other(month: date, against: str) -> date:
    if against == PREVIOUS:
        return months_before(month, 1)
    if against == YEAR:
        return months_before(month, _YEAR_OF_MONTHS)
    if _MONTH.fullmatch(against):
        return parse_period(against)
    raise UserError(_no_state(against, near(against, (*WORDS, BUDGET))))


def _no_state(against: str, close: str | None) -> Problem:
    return Problem(
        code="FM2501",
        found=f"--against is {printable(against, 80)!r}",
        expected="previous, same-month-last-year, budget, a month such as 2026-08, close, or close:2026-08",
        remedy=f"Did you mean {close!r}?" if close else "Write one of these.",
    )


def _closed(engine: Engine, ledger: Ledger, known: Sequence[Run], closed: Closes, month: date) -> Named:
    close: Close | None = closed.of(month)
    if close is None:
        listed = ", ".join(f"{each:%Y-%m}" for each in sorted(closed.standing)[-3:])
        raise UserError(
            Problem(
                code="FM2503",
                found=f"{month:%Y-%m} is not closed",
                expected=f"a closed month, such as {listed}" if listed else "a closed month, and no month is closed",
                remedy=f"Compare with another month, or close it: finmod close {month:%Y-%m}.",
            )
        )
    snapshot = ledger.at(engine, close.version)
    run = at_close(known, close)
    # What bills said between the allocation and the close was given to nobody: such a state has no targets.
    if run and _bills(ledger, ledger.at(engine, run.ledger_version), month) != _bills(ledger, snapshot, month):
        run = None
    return Named(
        f"{month:%Y-%m} as closed", month, snapshot, run, told_of(engine, ledger, snapshot, month, closed=True)
    )


def _bills(ledger: Ledger, snapshot: Snapshot, month: date) -> list[Path]:
    """Return the files of the charges of a month."""
    return [file for file in ledger.files(CHARGE_DAYS, snapshot) if file.parent.name.endswith(f"={month}")]


def _no_plan(against: str) -> Problem:
    if against.startswith("forecast"):
        return Problem(
            code="FM2501", found=f"--against is {printable(against, 80)!r}, and no forecast is kept",
            expected="previous, same-month-last-year, budget, a month such as 2026-08, close, or close:2026-08",
            remedy="Write one of these.",
        )  # fmt: skip
    return Problem(
        code="FM2501", found="a budget has no charges, so that it has neither causes nor charges behind an effect",
        expected="--against budget without --effect and --causes",
        remedy="Leave them out, or compare with a month.",
    )  # fmt: skip


def _not_there(other: date, month: date, there: Sequence[date]) -> Problem:
    others = [f"{each:%Y-%m}" for each in there if each != month]
    listed = ", ".join(others) if len(others) <= _LISTED else f"those from {others[0]} to {others[-1]} that were loaded"
    return Problem(
        code="FM2502",
        found=f"there are no charges of {other:%Y-%m} to compare {month:%Y-%m} with",
        expected=f"one of {listed}" if others else "a second month in the ledger",
        remedy="Load its bills with finmod load, then finmod apply; or compare with another month: --against YYYY-MM.",
    )


def _same(month: date) -> Problem:
    return Problem(
        code="FM2504",
        found=f"{month:%Y-%m} is compared with itself",
        expected="another month",
        remedy="Give --against another month, or close for how it was told when it was closed.",
    )
