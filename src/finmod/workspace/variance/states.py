"""What is compared: the two states that a question names, and how much of a month bills tell.

Owns the words: a month, ``previous``, ``same-month-last-year``, a close. A month stands as it is now, a close as it
was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

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
WORDS: Final = (PREVIOUS, YEAR, CLOSE)
"""What a month can be compared with, beside another month or the close of one."""

_MONTH: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_YEAR_OF_MONTHS: Final = 12
# Of fewer days of a month nothing can be said of how a source delivers.
_LEAST_DAYS: Final = 20


@dataclass(frozen=True)
class Named:
    """A state by name.

    Attributes:
        label: For people.
        month: First day of the billing period.
        snapshot: State of the ledger.
        run: The allocation that stood; None where none did.
        until: Source -> last day that its bills tell, where that is not the last of the month.
        restated: Months in which true-ups of it are booked, and later rules for it: they count as well.
    """

    label: str
    month: date
    snapshot: Snapshot
    run: Run | None
    until: Mapping[str, date]
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
    head = ledger.head(engine)
    run = known[-1] if known else None
    now = ledger.at(engine, run.ledger_version) if run else head
    there = sorted({*months_of(ledger, now), *booked_months(engine, ledger, now)})
    month = chosen_months(there, period, 0)[0]
    closed = closes(engine, ledger, head)
    after = Named(f"{month:%Y-%m}", month, now, run, told_until(engine, ledger, now, closed, month))
    if against == CLOSE or against.startswith(f"{CLOSE}:"):
        wanted = against.partition(":")[2]
        before = _closed(engine, ledger, known, closed, parse_period(wanted) if wanted else month)
        if before.month == month:
            later = tuple(each for each in there if each > month)
            after = replace(after, label=f"{month:%Y-%m} as it is known now", restated=later)
        return before, after
    if against == "budget" or against.startswith("forecast"):
        raise UserError(_no_plan(against))
    other = _other(month, against)
    if other not in there:
        raise UserError(_not_there(other, month, there))
    if other == month:
        raise UserError(_same(month))
    return Named(f"{other:%Y-%m}", other, now, run, told_until(engine, ledger, now, closed, other)), after


def _other(month: date, against: str) -> date:
    if against == PREVIOUS:
        return months_before(month, 1)
    if against == YEAR:
        return months_before(month, _YEAR_OF_MONTHS)
    if _MONTH.fullmatch(against):
        return parse_period(against)
    close = near(against, WORDS)
    raise UserError(
        Problem(
            code="FM2501",
            found=f"--against is {printable(against, 80)!r}",
            expected="previous, same-month-last-year, budget, a month such as 2026-08, close, or close:2026-08",
            remedy=f"Did you mean {close!r}?" if close else "Write one of these.",
        )
    )


def _closed(engine: Engine, ledger: Ledger, known: Sequence[Run], closed: Closes, month: date) -> Named:
    close: Close | None = closed.of(month)
    if close is None:
        listed = ", ".join(f"{each:%Y-%m}" for each in sorted(closed.standing)[-3:])
        raise UserError(
            Problem(
                code="FM2503",
                found=f"{month:%Y-%m} is not closed",
                expected=f"a closed month, such as {listed}" if listed else "a closed month, and none is",
                remedy=f"Compare with another month, or close it: finmod close {month:%Y-%m}.",
            )
        )
    snapshot = ledger.at(engine, close.version)
    return Named(f"{month:%Y-%m} as closed", month, snapshot, at_close(known, close), {})


def told_until(engine: Engine, ledger: Ledger, snapshot: Snapshot, closed: Closes, month: date) -> dict[str, date]:
    """Return source -> last day that its bills tell of a month, of those that do not tell all of it.

    That can be seen of the last open month alone, and of sources whose bills told the month before to its end by the
    day: where such a source has charges of a day until some day and none after it, the rest is still to come.
    """
    if closed.of(month) or months_of(ledger, snapshot)[-1:] != [month]:
        return {}
    before = months_before(month, 1)
    files = [
        file
        for file in ledger.files(CHARGE_DAYS, snapshot)
        if file.parent.name.partition("=")[2] in {str(month), str(before)}
    ]
    of_a_day = "coalesce(x_ChargeDays, 1) = 1"
    rows = engine.rows(
        f"SELECT x_Source, x_BillingPeriod, max(day), count(DISTINCT day) FROM (SELECT x_Source, x_BillingPeriod, "
        f"{DAY_OF_MONTH} AS day FROM {whole(CHARGE_DAYS, files)} WHERE {of_a_day}) GROUP BY ALL"
    )
    last = {(source, of): day for source, of, day, _ in rows}
    days = {(source, of): count for source, of, _, count in rows}
    end = months_before(month, -1) - timedelta(days=1)
    return {
        source: day
        for (source, of), day in sorted(last.items())
        if of == month
        and day < end
        and last.get((source, before)) == month - timedelta(days=1)
        and days[source, before] >= _LEAST_DAYS
    }


def _no_plan(against: str) -> Problem:
    if against.startswith("forecast"):
        return Problem(
            code="FM2501", found=f"--against is {printable(against, 80)!r}, and no forecast is kept",
            expected="previous, same-month-last-year, budget, a month such as 2026-08, close, or close:2026-08",
            remedy="Write one of these.",
        )  # fmt: skip
    return Problem(
        code="FM2501", found="a budget has no charges: there are neither causes nor charges behind an effect of it",
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
