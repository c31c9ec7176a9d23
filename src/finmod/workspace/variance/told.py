"""How much of a month bills tell: until when, since when, and on which of the days between.

Bills say of no day that it lacks. What can be seen is that a source which has charges of every day of a month beside
has none of some days of this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import DAY_OF_MONTH, whole
from finmod.ledger.tables import CHARGE_DAYS
from finmod.taxonomy.keyed import months_of
from finmod.terms.periods import months_before

# Of fewer days of a month nothing can be said of how a source delivers.
_LEAST_DAYS: Final = 20
_LEAST_DAYS_OF_A_START: Final = 5
# As many days as a long weekend may lack.
_WEEKEND: Final = 3
_OF_A_DAY: Final = "coalesce(x_ChargeDays, 1) = 1"


@dataclass(frozen=True)
class Told:
    """What bills tell of a month, of the sources that do not tell all of it.

    Attributes:
        until: Source -> last day that its bills tell.
        since: Source -> first day that its bills tell, of those that begin within the month.
        holes: Source -> number of days without charges between its first and its last one.
    """

    until: Mapping[str, date] = field(default_factory=dict)
    since: Mapping[str, date] = field(default_factory=dict)
    holes: Mapping[str, int] = field(default_factory=dict)


def told_of(engine: Engine, ledger: Ledger, snapshot: Snapshot, month: date, *, closed: bool) -> Told:
    """Return how much of a month bills tell in a state of the ledger.

    Days that lack at the end or in between can be seen of open months alone: who closed a month said that it is whole.

    Args:
        engine: Where to read.
        ledger: Whose charges.
        snapshot: The state.
        month: First day of the billing period.
        closed: Whether the month is closed.
    """
    since = _since(engine, ledger, snapshot, month)
    if closed:
        return Told(since=since)
    months = months_before(month, 1), month, months_before(month, -1)
    days = _days(engine, ledger, snapshot, months)
    until, holes = {}, {}
    is_last = months_of(ledger, snapshot)[-1:] == [month]
    for source, own in [(source, own) for (source, of), own in days.items() if of == month]:
        before, after = days.get((source, months[0])), days.get((source, months[2]))
        if _is_cut(before, own, after, month, is_last=is_last):
            until[source] = own.last
        if own.lacking > _WEEKEND and any(each and each.is_full for each in (before, after)):
            holes[source] = own.lacking
    return Told(until, since, holes)


@dataclass(frozen=True)
class _Days:
    """The days of a month of which a source has charges of a single day."""

    first: date
    last: date
    days: int

    @property
    def lacking(self) -> int:
        """Return how many days between the first and the last one have no charge."""
        return (self.last - self.first).days + 1 - self.days

    @property
    def is_full(self) -> bool:
        """Return whether these are as many as tell how a source delivers, and none between them lacks."""
        return self.days >= _LEAST_DAYS and not self.lacking

    def reach(self, end: Literal["first", "last"], day: date) -> bool:
        """Return whether these are as many as tell how a source delivers, and reach to some day."""
        return self.days >= _LEAST_DAYS and getattr(self, end) == day


def _is_cut(before: _Days | None, own: _Days, after: _Days | None, month: date, *, is_last: bool) -> bool:
    """Return whether days at the end of a month lack.

    That can be seen of sources whose bills told the month before to its end by the day, or the next one from its
    beginning. Where such a source has charges of a day until some day and none after it, the rest of the last month is
    still to come; of an earlier one it lacks, where the source goes on in the next month and not a weekend alone is
    empty.
    """
    following = months_before(month, -1)
    is_daily = any((
        before and before.reach("last", month - timedelta(days=1)), after and after.reach("first", following),
    ))  # fmt: skip
    lacking = (following - timedelta(days=1) - own.last).days
    goes_on = after is not None and after.first == following
    return is_daily and (lacking > 0 if is_last else lacking > _WEEKEND and goes_on)


def _files(ledger: Ledger, snapshot: Snapshot, months: Sequence[date]) -> list[Path]:
    """Return the files of the charges of some months."""
    among = set(map(str, months))
    return [file for file in ledger.files(CHARGE_DAYS, snapshot) if file.parent.name.partition("=")[2] in among]


def _days(engine: Engine, ledger: Ledger, snapshot: Snapshot, months: Sequence[date]) -> dict[tuple[str, date], _Days]:
    rows = engine.rows(
        "SELECT x_Source, x_BillingPeriod, min(day), max(day), count(DISTINCT day) FROM (SELECT x_Source, "
        f"x_BillingPeriod, {DAY_OF_MONTH} AS day FROM {whole(CHARGE_DAYS, _files(ledger, snapshot, months))} "
        f"WHERE {_OF_A_DAY}) GROUP BY ALL ORDER BY ALL"
    )
    return {(source, of): _Days(*days) for source, of, *days in rows}


def _since(engine: Engine, ledger: Ledger, snapshot: Snapshot, month: date) -> dict[str, date]:
    """Return source -> first day that its bills tell of a month, of those that begin within it.

    Those are sources without charges of the month before whose charges, all by the day, stand on every day from a
    later one than the first until the end.
    """
    before = {file.parent.parent.name for file in _files(ledger, snapshot, [months_before(month, 1)])}
    begun = [file for file in _files(ledger, snapshot, [month]) if file.parent.parent.name not in before]
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
