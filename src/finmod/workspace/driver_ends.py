"""Targets whose values of a driver end before those of others do, though they still cost: feeds that stopped.

Owns when what comes after a target's last value is unknown. A target that has ended costs nothing of its own any more:
of it there is nothing. What still has direct cost in a month, while others have values, is not told of that month.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from finmod.engines.duckdb import Engine, identifier
from finmod.taxonomy.definition import column_of

Target = tuple[str | None, ...]
Costing = Mapping[Target, AbstractSet[date]]
"""Target -> first days of the months in which it has cost of its own."""


def costing_months(engine: Engine, allocated: str, dimensions: Sequence[str]) -> Costing:
    """Return in which months targets have cost of their own, which no pool gave them; late credits alone are none.

    Args:
        engine: Where to read.
        allocated: SQL of allocated cost by month.
        dimensions: Of the targets.
    """
    columns = [identifier(column_of(name)) for name in dimensions]
    rows = engine.rows(
        f"SELECT x_BillingPeriod, {', '.join(columns)} FROM {allocated} WHERE x_Pool IS NULL "
        "GROUP BY ALL HAVING sum(EffectiveCost) > 0"
    )
    found: dict[Target, set[date]] = {}
    for month, *target in rows:
        found.setdefault(tuple(target), set()).add(month)
    return found


def stopped(
    ends: Mapping[Target, date],
    costing: Callable[[], Costing],
    *,
    ended: AbstractSet[Target] = frozenset(),
    by_day: bool = False,
) -> dict[Target, frozenset[date]]:
    """Return target -> first days of the months after its last value, until that of all, in which it still costs.

    Args:
        ends: Target -> day of its last value, or of the month of it.
        costing: Gives what costs when; not asked where all end together.
        ended: Those whose last value is 0: so somebody says that there is no more.
        by_day: Whether ends are days: the month in which one lies is missed too, as one that lacks days.

    >>> may, june = date(2026, 5, 1), date(2026, 6, 1)
    >>> stopped({("ads",): may, ("search",): june}, lambda: {("ads",): {may, june}})
    {('ads',): frozenset({datetime.date(2026, 6, 1)})}
    """
    last = max(ends.values(), default=date.min)
    early = {
        target: end
        for target, end in ends.items()
        if None not in target and target not in ended and (end if by_day else end.replace(day=1)) < last
    }
    if not early:
        return {}
    costs, found = costing(), dict[Target, frozenset[date]]()
    for target, end in early.items():
        months = {month for month in costs.get(target, ()) if end.replace(day=1) < month <= last}
        if by_day and end.day < monthrange(end.year, end.month)[1]:
            months.add(end.replace(day=1))
        if months:
            found[target] = frozenset(months)
    return found
