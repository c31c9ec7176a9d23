"""What else happened in the two months of a change: bills loaded again, rules applied, closes, events, drivers.

Owns what is looked for. A move of a driver is that of its mean a day over the days that it is told, so that neither a
longer month is one nor a driver that was loaded until the tenth.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

import numpy as np

from finmod.engines.duckdb import Engine, literal
from finmod.errors import counted, printable
from finmod.ledger.applied import Run
from finmod.ledger.closes import closes
from finmod.ledger.drivers import driver_rows
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import whole
from finmod.ledger.tables import LOADS
from finmod.models.rootcause.answer import Value
from finmod.models.rootcause.leaves import Leaves
from finmod.models.rootcause.report import DriverMove, Happening
from finmod.terms.periods import months_before
from finmod.workspace.rootcause.leaves import within
from finmod.workspace.variance.cells import Looked

_A_DAY: Final = timedelta(days=1)
_AN_INSTANT: Final = timedelta(microseconds=1)
_DRIVERS: Final = 3
_ALIKE: Final = 0.4


def loads_again(engine: Engine, ledger: Ledger, looked: Sequence[Looked]) -> Iterator[Happening]:
    """Yield the bills of the two months that were loaded more than once: what is known of them changed."""
    months = ", ".join(f"DATE '{each.month}'" for each in looked)
    rows = engine.rows(
        f"SELECT x_Source, x_BillingPeriod, count(DISTINCT x_LoadId), CAST(max(x_LoadedAt) AS DATE) "
        f"FROM {whole(LOADS, ledger.files(LOADS, ledger.head(engine)))} "
        f"WHERE x_Source IS NOT NULL AND x_BillingPeriod IN ({months}) GROUP BY 1, 2 "
        "HAVING count(DISTINCT x_LoadId) > 1 ORDER BY 4, 1, 2"
    )
    for source, month, loads, last in rows:
        text = f"The bill of {month:%Y-%m} was loaded {counted(loads, 'time')}, last on {last}"
        yield Happening("load", last, None, text, (("source", source),))


def rules_applied(known: Sequence[Run], looked: Sequence[Looked]) -> Iterator[Happening]:
    """Yield the allocations by new rules that gave one of the two months other rows."""
    months = {each.month for each in looked}
    for before, run in pairwise(known):
        if run.rule_hash != before.rule_hash and months & {*run.changed}:
            note = f": {printable(run.note, 120)}" if run.note else ""
            text = f"{printable(run.author, 60)} applied allocation {run.version}, which has other rules{note}"
            yield Happening("rules", run.applied_at.date(), None, text)


def closed(engine: Engine, ledger: Ledger, looked: Sequence[Looked]) -> Iterator[Happening]:
    """Yield the closes and reopenings of the two months."""
    months = {each.month for each in looked}
    for close in closes(engine, ledger, ledger.head(engine)).every:
        for month in sorted(months):
            if close.since <= month <= close.period:
                yield Happening("close", close.closed_at.date(), None, f"{month:%Y-%m} was closed")
                if close.reopened_at:
                    yield Happening("close", close.reopened_at.date(), None, f"{month:%Y-%m} was reopened")


def events_of(events: Sequence[Happening], looked: Sequence[Looked]) -> list[Happening]:
    """Return the events that lie in one of the two months, in order."""
    spans = [(each.month, months_before(each.month, -1)) for each in looked]
    chosen = [
        event
        for event in events
        if any(event.day < end and (event.until or event.day) >= first for first, end in spans)
    ]
    return sorted(chosen, key=lambda each: (each.day, each.text))


def driver_moves(
    engine: Engine, ledger: Ledger, looked: Sequence[Looked], of: Sequence[Value], *, plans: Collection[str] = ()
) -> list[DriverMove]:
    """Return how the drivers of a member moved, or in all where it is empty; the most moved first, three at most.

    Those that were nothing before are the first. A driver that is not told of one of the months is left out.

    Args:
        engine: Where to read.
        ledger: Has the drivers.
        looked: Before and after.
        of: (dimension, value) of the member: drivers that are told by one of these are its, the others nobody's.
        plans: Drivers that tell what was planned, and nothing that happened.
    """
    sides = ", ".join(
        f"sum(x_Value) FILTER (CAST(x_Start AS DATE) >= DATE '{each.month}' "
        f"AND CAST(x_Start AS DATE) < DATE '{months_before(each.month, -1)}')"
        for each in looked
    )
    texts = ", ".join(f"x_Dimensions ->> {literal(name)}" for name, _ in of)
    every = f"({driver_rows(engine, ledger)}) WHERE x_Value IS NOT NULL GROUP BY"
    rows = engine.rows(f"SELECT x_Driver, any_value(x_Unit), {sides}{', ' + texts if texts else ''} FROM {every} ALL")
    spans = {
        name: (first, last)
        for name, *(first, last) in engine.rows(f"SELECT x_Driver, min(x_Start), max(x_End) FROM {every} 1")
    }
    months = [each.month for each in looked]
    happened = [row for row in rows if row[0] not in plans]
    found = [each for row in happened if (each := _moved(row, months, spans[row[0]], of)) is not None]
    return sorted(found, key=lambda each: (not each.is_new, -_size(each), each.driver))[:_DRIVERS]


def _moved(
    row: Sequence[Any], months: Sequence[date], span: tuple[datetime, datetime], of: Sequence[Value]
) -> DriverMove | None:
    """Return how a driver moved by its mean of the days that it is told; None where it has nothing of one month."""
    driver, unit, *sums = row[:4]
    texts = row[4:]
    told = tuple((name, value) for (name, value), text in zip(of, texts, strict=True) if text == value)
    other = any(text not in (None, value) for (_, value), text in zip(of, texts, strict=True))
    days = [_days(month, span) for month in months]
    # What a member without a row of a month has of a driver is not known; one that begins has a row of 0 before.
    if other or (of and not told) or not all(days) or None in sums:
        return None
    before, after = (amount / count for amount, count in zip(sums, days, strict=True))
    if not before and not after:
        return None
    first, last = span[0].date(), (span[1] - _AN_INSTANT).date()
    ends = [(month, months_before(month, -1) - _A_DAY) for month in months]
    return DriverMove(
        driver,
        unit or "",
        told,
        before,
        after,
        since=first if any(begin < first <= end for begin, end in ends) else None,
        until=last if any(begin <= last < end for begin, end in ends) else None,
    )


def _days(month: date, span: tuple[datetime, datetime]) -> Decimal:
    """Return of how many days of a month a driver is told, from its first row to its last."""
    begin, end = (datetime.combine(each, time()) for each in (month, months_before(month, -1)))
    return Decimal(max((min(end, span[1]) - max(begin, span[0])) // _AN_INSTANT, 0)) / (_A_DAY // _AN_INSTANT)


def _size(move: DriverMove) -> Decimal:
    return abs(move.change) if move.change is not None else Decimal(0)


def concerns(leaves: Leaves, happening: Happening, name: Sequence[Value]) -> bool:
    """Return whether something happened to what a cause names: both are mostly of the same money.

    Of what moved in either, without signs, the harmonic mean of both parts that they share is looked at: what is told
    of a whole source does not stand beside a cause of one product.
    """
    if happening.kind != "event" or not happening.of:
        return False
    moved = np.abs((leaves.after - leaves.before).astype(np.float64))
    own, others = within(leaves, name), within(leaves, happening.of)
    both = float(moved[own].sum() + moved[others].sum())
    return bool(both) and float(moved[own & others].sum()) * 2 / both >= _ALIKE
