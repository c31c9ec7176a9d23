"""Closes: months whose charges stay as they were told.

Owns which months are closed, the one way to close and to reopen one, and which state of the ledger a close is. A close
is a version of the ledger: whoever looks at that version sees the month as it was closed. What a bill that comes later
moves is told in ``true_ups.py``.

Months are closed in order, and from the first closed one to the last everything is: the first close takes every month
that was loaded before it along, a later one months without a charge, and open months where that is asked for. What lies
before the first is history that was not there when it was closed, and is loaded like any open month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, date, datetime

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.ledger.close_rates import KeptRate, every_kept_rate, rows_of
from finmod.ledger.ledger import Event, Ledger, Snapshot
from finmod.ledger.manifest import CURRENT
from finmod.ledger.reduce import relation, whole
from finmod.ledger.tables import CLOSE_RATES, CLOSES, LOADS, TRUE_UPS
from finmod.ledger.versions import Stamp
from finmod.terms.periods import months_before


@dataclass(frozen=True)
class Close:
    """One close: a row of the table ``closes``, its columns in their order.

    Attributes:
        since: First day of the first month that it closed.
        period: First day of the last one, by which it is called.
        version: Ledger version that shows the month as it was closed.
        closed_at: When, UTC.
        note: What was said about it; None for nothing.
        reopened_at: When it was reopened, UTC; None where it stands.
        reopened_version: Ledger version of that; None as above.
        reason: Why; None as above.
    """

    since: date
    period: date
    version: int
    closed_at: datetime
    note: str | None = None
    reopened_at: datetime | None = None
    reopened_version: int | None = None
    reason: str | None = None

    @property
    def months(self) -> str:
        """Return the months that it closed, in words."""
        first = "" if self.since == self.period else f"{_month(self.since)} to "
        return f"{first}{_month(self.period)}"

    def covers(self, period: date) -> bool:
        """Return whether it closed a month."""
        return self.since <= period <= self.period


@dataclass(frozen=True)
class Closes:
    """Every close of a ledger, in the order in which they were made."""

    every: tuple[Close, ...] = ()
    standing: dict[date, Close] = field(init=False)

    def __post_init__(self) -> None:
        """Find those that were not reopened."""
        standing = {close.period: close for close in self.every if close.reopened_version is None}
        object.__setattr__(self, "standing", standing)

    @property
    def first(self) -> date | None:
        """Return the first closed month; None where no month is closed."""
        return min((close.since for close in self.standing.values()), default=None)

    @property
    def last(self) -> date | None:
        """Return the last closed month; as above."""
        return max(self.standing, default=None)

    def of(self, period: date) -> Close | None:
        """Return the standing close of a month; None for a month that is open."""
        return next((close for close in self.standing.values() if close.covers(period)), None)

    def booked(self, period: date) -> date | None:
        """Return the open month that takes what is moved in a month; None for one that is open itself.

        It is the month after the last closed one.
        """
        return months_before(self.last, -1) if self.last is not None and self.of(period) else None


def closes(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> Closes:
    """Return the closes that one state of the ledger knows."""
    files = ledger.files(CLOSES, snapshot)
    rows = engine.rows(
        "SELECT x_FirstBillingPeriod, x_BillingPeriod, x_LedgerVersion, make_timestamp(epoch_us(x_ClosedAt)), x_Note, "
        "make_timestamp(epoch_us(x_ReopenedAt)), x_ReopenedVersion, x_Reason "
        f"FROM {whole(CLOSES, files)} ORDER BY x_LedgerVersion"
    )
    return Closes(
        tuple(
            Close(since, period, version, _utc(closed), note, reopened and _utc(reopened), undone, reason)
            for since, period, version, closed, note, reopened, undone, reason in rows
        )
    )


def close(  # noqa: PLR0913 -- a month, when, its rates, and what the user says to it
    engine: Engine,
    ledger: Ledger,
    period: date,
    now: datetime,
    *,
    rates: Sequence[KeptRate] = (),
    note: str | None = None,
    early: bool = False,
    with_earlier: bool = False,
) -> Close:
    """Close a month for every source; the first close takes every month with charges before it along.

    Args:
        engine: Where to run.
        ledger: Whose month; no load may run meanwhile: hold ``locks.books``.
        period: First day of the month.
        now: Time of the close, UTC.
        rates: Exchange rates that its months keep, without the version.
        note: What is to be known of it.
        early: Close a month that has not ended yet.
        with_earlier: Close every open month behind the last closed one with it.

    Raises:
        UserError: The month has not ended, has no charges, or is closed already; or one between it and the last closed
            one is open.
    """
    since = refuse_close(engine, ledger, period, now, early=early, with_earlier=with_earlier)
    head = ledger.head(engine)
    known = closes(engine, ledger, head)
    made: list[Close] = []

    def rows(stamp: Stamp) -> Sequence[Sequence[object]]:
        made.append(Close(since, period, stamp.version, stamp.at, note))
        return [_row(each) for each in (*known.every, *made)]

    kept = every_kept_rate(engine, ledger, head)

    def of_rates(stamp: Stamp) -> Sequence[Sequence[object]]:
        return rows_of([*kept, *(replace(rate, version=stamp.version) for rate in rates)])

    ledger.record(engine, Event("close", period, rows, (), [(CLOSE_RATES, of_rates)] if rates else ()), head, now)
    return made[0]


def refuse_close(  # noqa: PLR0913 -- as close
    engine: Engine, ledger: Ledger, period: date, now: datetime, *, early: bool = False, with_earlier: bool = False
) -> date:
    """Refuse a month that cannot be closed, see ``close``; return the first one that is closed with it.

    Raises:
        UserError: It cannot.
    """
    head = ledger.head(engine)
    known = closes(engine, ledger, head)
    if known.last is not None and period <= known.last:
        raise UserError(_already_closed(known, period))
    months = months_with_charges(engine, ledger, head)
    if period not in months:
        raise UserError(_no_charges(months, period))
    before = [each for each in months if known.last is not None and known.last < each < period]
    if before and not with_earlier:
        raise UserError(_earlier_open(before, period))
    end = months_before(period, -1)
    if now < datetime(end.year, end.month, 1, tzinfo=UTC) and not early:
        raise UserError(_not_ended(period, now))
    return months[0] if known.last is None else months_before(known.last, -1)


def reopen(engine: Engine, ledger: Ledger, period: date, now: datetime, *, reason: str) -> tuple[Close, int]:
    """Undo the last close: true-ups of its months are taken back, and their bills can be loaded as they are.

    Returns:
        The close that was undone, and the number of true-ups that were taken back.

    Raises:
        UserError: The month is not closed, or not the last one.
    """
    head = ledger.head(engine)
    known = closes(engine, ledger, head)
    if period != known.last:
        raise UserError(_not_last(known, period))
    # A month between this one and the close before, without a charge at the time, is open again too.
    before = max((each for each in known.standing if each < period), default=None)
    loads, booked = ledger.files(LOADS, head), ledger.files(TRUE_UPS, head)
    undone = [
        row[0]
        for row in engine.rows(
            f"SELECT DISTINCT x_BillingPeriod FROM {whole(LOADS, loads)} WHERE x_BookedPeriod IS NOT NULL "
            "AND x_UndoneVersion IS NULL AND (x_BillingPeriod > ? OR ? IS NULL) ORDER BY 1",
            [before, before],
        )
    ]
    back = sum(
        row[1]
        for row in engine.rows(f"SELECT x_TrueUpOf, count(*) FROM {whole(TRUE_UPS, booked)} GROUP BY 1")
        if row[0] in undone
    )
    made: list[Close] = []

    def rows(stamp: Stamp) -> Sequence[Sequence[object]]:
        close = known.standing[period]
        made.append(replace(close, reopened_at=stamp.at, reopened_version=stamp.version, reason=reason))
        return [_row(made[0] if each == close else each) for each in known.every]

    kept = every_kept_rate(engine, ledger, head)
    left = [rate for rate in kept if rate.version != known.standing[period].version]
    others = ((CLOSE_RATES, lambda _: rows_of(left)),) if len(left) < len(kept) else ()
    ledger.record(engine, Event("reopen", period, rows, tuple(undone), others), head, now)
    return made[0], back


def version_of(engine: Engine, ledger: Ledger, period: date) -> int:
    """Return the ledger version that shows a month as it was closed.

    Raises:
        UserError: The month is not closed.
    """
    known = closes(engine, ledger, ledger.head(engine))
    close = known.of(period)
    if close is None:
        raise UserError(_never_closed(known, period))
    return close.version


def months_with_charges(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> list[date]:
    """Return the first days of the months in which charges or true-ups are booked, in order."""
    found = _sources_and_months(ledger, snapshot)
    return [row[0] for row in engine.rows(f"SELECT DISTINCT x_BillingPeriod FROM ({found}) ORDER BY 1")]


def last_months(engine: Engine, ledger: Ledger, snapshot: Snapshot, until: date) -> dict[str, date]:
    """Return source -> first day of the last month, up to one, in which charges or true-ups of it are booked."""
    found = _sources_and_months(ledger, snapshot)
    sql = f"SELECT x_Source, max(x_BillingPeriod) FROM ({found}) WHERE x_BillingPeriod <= ? GROUP BY 1"
    return {source: last for source, last in engine.rows(sql, [until])}  # noqa: C416 -- a row is no pair to mypy


def _sources_and_months(ledger: Ledger, snapshot: Snapshot) -> str:
    loads, booked = ledger.files(LOADS, snapshot), ledger.files(TRUE_UPS, snapshot)
    found = f"SELECT x_Source, x_BillingPeriod FROM (SELECT * FROM {whole(LOADS, loads)} QUALIFY {CURRENT})"
    return f"{found} UNION SELECT x_Source, x_BillingPeriod FROM {relation(booked)}" if booked else found


def _row(close: Close) -> Sequence[object]:
    return [value.isoformat() if isinstance(value, datetime) else value for value in astuple(close)]


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC)


def _month(period: date) -> str:
    return f"{period:%Y-%m}"


def _not_ended(period: date, now: datetime) -> Problem:
    return Problem(
        code="FM1513",
        found=f"{_month(period)} has not ended by {now:%Y-%m-%d %H:%M} UTC",
        expected="a month that is over: its charges are still coming",
        remedy=f"Wait for its end, or close it all the same: finmod close {_month(period)} --early.",
    )


def _already_closed(known: Closes, period: date) -> Problem:
    assert known.first  # noqa: S101 -- the caller asked
    assert known.last  # noqa: S101 -- as above
    if period < known.first:
        return Problem(
            code="FM1514",
            found=f"{_month(period)} lies before {_month(known.first)}, the first month that was closed",
            expected=f"a month after {_month(known.last)}, the last closed one",
            remedy="Months are closed one after the other; what lies before the first is left as it is loaded.",
        )
    close = known.of(period)
    assert close  # noqa: S101 -- from the first closed month to the last every one is
    how = f"on {close.closed_at:%Y-%m-%d %H:%M} UTC, version {close.version}"
    return Problem(
        code="FM1514",
        found=f"{_month(period)} is closed already, {how}",
        expected=f"a month after {_month(known.last)}, the last closed one",
        remedy="See what was closed with: finmod history.",
    )


def _no_charges(months: Sequence[date], period: date) -> Problem:
    held = f"a month with charges, such as {_month(months[-1])}" if months else "a month with charges"
    return Problem(
        code="FM1515",
        found=f"{_month(period)} has no charges",
        expected=held,
        remedy="Load its bills first: finmod load." if not months else "See the months with: finmod status.",
    )


def _earlier_open(before: Sequence[date], period: date) -> Problem:
    first = _month(before[0])
    more = f", and {len(before) - 1:,} more before {_month(period)}" if len(before) > 1 else ""
    return Problem(
        code="FM1516",
        found=f"{first} has charges and is open{more}",
        expected=f"every month before {_month(period)} closed, since months are closed in order",
        remedy=f"Close it first: finmod close {first}; or all of them: finmod close {_month(period)} --with-earlier.",
    )


def _not_last(known: Closes, period: date) -> Problem:
    if known.last is None or period > known.last:
        last = "no month is closed" if known.last is None else f"the last closed month is {_month(known.last)}"
        return Problem(
            code="FM1517",
            found=f"{_month(period)} is not closed: {last}",
            expected="the last closed month",
            remedy="See what was closed with: finmod history.",
        )
    if known.first is not None and period < known.first:
        return Problem(
            code="FM1517",
            found=f"{_month(period)} is not closed: it lies before {_month(known.first)}, the first month that was",
            expected="the last closed month",
            remedy="What lies before the first is loaded as it comes; there is nothing to reopen.",
        )
    return Problem(
        code="FM1517",
        found=f"{_month(period)} is not the last closed month, which is {_month(known.last)}",
        expected="the last closed month, since the later ones build on it",
        remedy=f'Reopen the later ones first: finmod reopen {_month(known.last)} --reason "...".',
    )


def _never_closed(known: Closes, period: date) -> Problem:
    undone = [each for each in known.every if each.covers(period)]
    if undone:
        return Problem(
            code="FM1512",
            found=f"{_month(period)} was reopened, and is open now",
            expected="a closed month, a version or a time",
            remedy=f"The month as it was closed then: --as-of {undone[-1].version}.",
        )
    standing = ", ".join(each.months for each in known.standing.values())
    return Problem(
        code="FM1512",
        found=f"{_month(period)} is not closed",
        expected=f"one of the closed months {standing}" if standing else "a closed month, and there is none yet",
        remedy="Close it with finmod close, or give a version or a time: --as-of 3.",
    )
