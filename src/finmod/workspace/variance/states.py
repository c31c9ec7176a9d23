"""What is compared: the two states that a question names, and how much of a month bills tell.

Owns the words: a month, ``previous``, ``same-month-last-year``, a close. A month stands as it is now, a close as it
was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, near, printable
from finmod.ledger.applied import Run, at_close
from finmod.ledger.closes import Close, Closes, closes
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import DAY_OF_MONTH, whole
from finmod.ledger.tables import CHARGE_DAYS
from finmod.taxonomy.keyed import booked_months, months_of
from finmod.terms.periods import months_before, parse_period
from finmod.workspace.names import chosen_months

PREVIOUS: Final = "previous"
YEAR: Final = "same-month-last-year"
CLOSE: Final = "close"
BUDGET: Final = "budget"
WORDS: Final = (PREVIOUS, YEAR, CLOSE)
"""What a month can be compared with, beside another month or the close of one."""

_MONTH: Final = re.compile(r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])")
_YEAR_OF_MONTHS: Final = 12
# Of fewer days of a month nothing can be said of how a source delivers.
_LEAST_DAYS: Final = 20
_LEAST_DAYS_OF_A_START: Final = 5
_WEEKEND: Final = 3
_OF_A_DAY: Final = "coalesce(x_ChargeDays, 1) = 1"


@dataclass(frozen=True)
class Named:
    """A state by name.

    Attributes:
        label: For people.
        month: First day of the billing period.
        snapshot: State of the ledger.
        run: The allocation that stood; None where none did, or where it was one of other bills.
        until: Source -> last day that its bills tell, where that is not the last of the month.
        restated: Months in which true-ups of it are booked, and later rules for it: they count as well.
        since: Source -> first day that its bills tell, where the source begins after the first of the month.
        holes: Source -> number of days without charges between those, where it is one that is told by the day.
    """

    label: str
    month: date
    snapshot: Snapshot
    run: Run | None
    until: Mapping[str, date]
    restated: tuple[date, ...] = ()
    since: Mapping[str, date] = field(default_factory=dict)
    holes: Mapping[str, int] = field(default_factory=dict)


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
        until, since = told_until(engine, ledger, now, closed, of), told_since(engine, ledger, now, of)
        return Named(f"{of:%Y-%m}", of, now, run, until, since=since, holes=holes_of(engine, ledger, now, closed, of))

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
    since = told_since(engine, ledger, snapshot, month)
    return Named(f"{month:%Y-%m} as closed", month, snapshot, run, {}, since=since)


def _bills(ledger: Ledger, snapshot: Snapshot, month: date) -> list[Path]:
    """Return the files of the charges of a month."""
    return [file for file in ledger.files(CHARGE_DAYS, snapshot) if file.parent.name.endswith(f"={month}")]


def told_until(engine: Engine, ledger: Ledger, snapshot: Snapshot, closed: Closes, month: date) -> dict[str, date]:
    """Return source -> last day that its bills tell of a month, of those that do not tell all of it.

    That can be seen of open months alone, and of sources whose bills told the month before to its end by the day, or
    the next one from its beginning. Where such a source has charges of a day until some day and none after it, the rest
    of the last month is still to come; of an earlier one it lacks, where the source goes on in the next month and not a
    weekend alone is empty.
    """
    if closed.of(month):
        return {}
    before, after = months_before(month, 1), months_before(month, -1)
    is_last = months_of(ledger, snapshot)[-1:] == [month]
    told = _days_told(engine, ledger, snapshot, (before, month, after))
    end = after - timedelta(days=1)
    found = {}
    for source, of in told:
        whole_before, own, next_one = (told.get((source, each)) for each in (before, month, after))
        if of != month or own is None:
            continue
        is_daily = _is_daily(whole_before, "last", month - timedelta(days=1)) or _is_daily(next_one, "first", after)
        lacking = (end - own.last).days
        is_cut = lacking > 0 if is_last else lacking > _WEEKEND and next_one is not None and next_one.first == after
        if is_daily and is_cut:
            found[source] = own.last
    return found


@dataclass(frozen=True)
class _Told:
    """The days of a month of which a source has charges of a single day."""

    first: date
    last: date
    days: int

    @property
    def lacking(self) -> int:
        """Return how many days between the first and the last one have no charge."""
        return (self.last - self.first).days + 1 - self.days


def holes_of(engine: Engine, ledger: Ledger, snapshot: Snapshot, closed: Closes, month: date) -> dict[str, int]:
    """Return source -> number of days without charges within an open month, where a month beside has every day.

    As many days as a long weekend may lack.
    """
    if closed.of(month):
        return {}
    beside = (months_before(month, 1), months_before(month, -1))
    told = _days_told(engine, ledger, snapshot, (beside[0], month, beside[1]))
    found = {}
    for (source, of), own in told.items():
        others = [each for at in beside if (each := told.get((source, at))) is not None]
        is_daily = any(each.days >= _LEAST_DAYS and not each.lacking for each in others)
        if of == month and is_daily and own.lacking > _WEEKEND:
            found[source] = own.lacking
    return found


def _is_daily(told: _Told | None, end: Literal["first", "last"], day: date) -> bool:
    """Return whether a month is told by the day, and to an end of it that is some day."""
    return told is not None and getattr(told, end) == day and told.days >= _LEAST_DAYS


def _days_told(
    engine: Engine, ledger: Ledger, snapshot: Snapshot, months: Sequence[date]
) -> dict[tuple[str, date], _Told]:
    among = set(map(str, months))
    files = [
        file for file in ledger.files(CHARGE_DAYS, snapshot) if file.parent.name.partition("=")[2] in among
    ]  # fmt: skip
    rows = engine.rows(
        "SELECT x_Source, x_BillingPeriod, min(day), max(day), count(DISTINCT day) FROM (SELECT x_Source, "
        f"x_BillingPeriod, {DAY_OF_MONTH} AS day FROM {whole(CHARGE_DAYS, files)} WHERE {_OF_A_DAY}) "
        "GROUP BY ALL ORDER BY ALL"
    )
    return {(source, of): _Told(*days) for source, of, *days in rows}


def told_since(engine: Engine, ledger: Ledger, snapshot: Snapshot, month: date) -> dict[str, date]:
    """Return source -> first day that its bills tell of a month, of those that begin within it.

    Those are sources without charges of the month before whose charges, all by the day, stand on every day from a
    later one than the first until the end.
    """
    files = ledger.files(CHARGE_DAYS, snapshot)
    before = {file.parent.parent.name for file in files if file.parent.name.endswith(f"={months_before(month, 1)}")}
    begun = [
        file for file in files
        if file.parent.name.endswith(f"={month}") and file.parent.parent.name not in before
    ]  # fmt: skip
    if not begun:
        return {}
    end = months_before(month, -1) - timedelta(days=1)
    rows = engine.rows(
        f"SELECT x_Source, min(day), max(day), count(DISTINCT day) FROM (SELECT x_Source, {DAY_OF_MONTH} AS day, "
        f"{_OF_A_DAY} AS of_a_day FROM {whole(CHARGE_DAYS, begun)}) GROUP BY 1 HAVING bool_and(of_a_day) ORDER BY 1"
    )
    return {
        source: first
        for source, first, last, days in rows
        if first > month and last == end and days == (end - first).days + 1 and days >= _LEAST_DAYS_OF_A_START
    }


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
    listed = ", ".join(f"{each:%Y-%m}" for each in there if each != month)
    return Problem(
        code="FM2502",
        found=f"there are no charges of {other:%Y-%m} to compare {month:%Y-%m} with",
        expected=f"one of {listed}" if listed else "a second month in the ledger",
        remedy="Load its bills with finmod load, then finmod apply; or compare with another month: --against YYYY-MM.",
    )


def _same(month: date) -> Problem:
    return Problem(
        code="FM2504",
        found=f"{month:%Y-%m} is compared with itself",
        expected="another month",
        remedy="Give --against another month, or close for how it was told when it was closed.",
    )
