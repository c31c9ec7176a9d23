"""From a charge up to its targets: in which pool it was, how that is shared, which levels cut it, who got what.

Owns the walk over a run that was made anew, like ``walk.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from finmod.allocation.asking import Cuts
from finmod.allocation.cells import KEYS
from finmod.allocation.definition import Level, Share
from finmod.allocation.explain.answers import ChargeTarget, ChargeWay
from finmod.allocation.explain.basis import answered
from finmod.allocation.pools import POOL
from finmod.allocation.run import Run
from finmod.allocation.shares import EPOCH, Dated, When
from finmod.allocation.split import split_wide
from finmod.engines.duckdb import Engine, identifier
from finmod.taxonomy.naming import NAMES
from finmod.terms.money import in_money, in_units


@dataclass(frozen=True)
class ChargeKey:
    """A charge key of a bill.

    Attributes:
        source: Name of the source.
        month: First day of the billing period.
        key: x_ChargeKey.
        restated: Closed month that it is a true-up of; None for a charge of the month itself.
        since: Its charge dates from this day on alone; None for all.
        until: Those before this day; None likewise.
    """

    source: str
    month: date
    key: int
    restated: date | None = None
    since: date | None = None
    until: date | None = None


@dataclass
class _Way:
    """What is gathered of the days that went alike."""

    share: Share | None
    level: Level | None = None
    sums: dict[int, int] = field(default_factory=dict)


def explain_charge(
    engine: Engine, run: Run, key: ChargeKey, cubes: tuple[str, str], measure: str
) -> Iterator[ChargeWay]:
    """Yield where the cost of a charge key went, one answer for each pool and share that it went by.

    Args:
        engine: Has the tables of the run.
        run: It.
        key: Which.
        cubes: SQL for the daily cube, and for the true-ups that are booked in it.
        measure: FOCUS id of the cost.
    """
    found: dict[tuple[int, str, int | None, Share | None], _Way] = {}
    for pool, group, target, currency, day, cost, outcome in _rows(engine, run, key, cubes, measure):
        bill = key.restated or key.month
        when = When((day - EPOCH).days, (bill - EPOCH).days, group, currency)
        cut = None if pool else run.network.cut(target, when)
        way = run.network.ends(-pool if pool else target, when) if pool or cut else None
        share = _share(run.network.pools[pool], when) if pool else None
        made = found.setdefault((pool, currency, outcome, share), _Way(share))
        made.level = made.level or (_level(run, target) if cut else None)
        whole = in_units(cost)
        parts = [whole] if way is None else split_wide(whole, way.edges)
        for place, part in zip([target] if way is None else way.places.tolist(), parts, strict=True):
            made.sums[place] = made.sums.get(place, 0) + part
    for (pool, currency, outcome, _), made in found.items():
        rule = run.naming.outcomes.found[outcome - 1] if outcome else None
        told = [ChargeTarget(_named(run, place), in_money(part)) for place, part in made.sums.items() if part]
        told.sort(key=lambda each: (-abs(each.amount), str(each.named)))
        yield ChargeWay(
            key.source, key.month, key.key, run.allocation.pools[pool - 1].name if pool else None,
            rule.place if rule else None, made.share, in_money(sum(made.sums.values())), currency, tuple(told),
            made.level,
        )  # fmt: skip


def _rows(
    engine: Engine, run: Run, key: ChargeKey, cubes: tuple[str, str], measure: str
) -> list[tuple[int, int, int, str, date, Decimal, int | None]]:
    """Return pool, group, target, currency, day, cost and outcome of a key's charges."""
    segment = run.naming.segments.of("d.x_ChargeDate")
    is_own = key.restated is None
    own, booked = (f"{table}.x_TrueUpOf IS NOT DISTINCT FROM {'NULL' if is_own else '$4'}" for table in ("k", "d"))
    asked = "" if is_own else f" AND {booked}"
    asked += f" AND d.x_ChargeDate >= DATE '{key.since}'" if key.since else ""
    asked += f" AND d.x_ChargeDate < DATE '{key.until}'" if key.until else ""
    same = " AND ".join(f"n.{name} = k.{name}" for name in ("x_Source", "x_BillingPeriod", "x_ChargeKey", "segment"))
    return engine.rows(
        f"SELECT k.pool, k.grp, k.target, k.BillingCurrency, d.x_ChargeDate, sum(d.{identifier(measure)}) AS cost, "
        f"any_value(n.o_{run.naming.place(POOL)}) FROM {cubes[0 if is_own else 1]} AS d JOIN {KEYS} AS k "
        "ON k.x_ChargeKey = d.x_ChargeKey AND k.x_Source = d.x_Source AND k.x_BillingPeriod = d.x_BillingPeriod "
        f"AND {own} AND k.segment = {segment} JOIN {NAMES} AS n ON {same} "
        "AND n.x_TrueUpOf IS NOT DISTINCT FROM k.x_TrueUpOf "
        f"WHERE d.x_Source = $1 AND d.x_BillingPeriod = $2 AND d.x_ChargeKey = $3{asked} "
        "GROUP BY ALL HAVING cost IS NOT NULL ORDER BY ALL",
        [key.source, key.month, key.key, *([] if is_own else [key.restated])],
    )


def _named(run: Run, place: int) -> dict[str, str | None]:
    return dict(zip(run.targets.dimensions, run.targets.every[place], strict=True))


def _share(dated: Dated, when: When) -> Share | None:
    """Return the share that answered; the one that holds where none did."""
    held = next((share for share, _ in dated.shares if share.span.holds_on(when.date)), None)
    return answered(dated, when).share or held


def _level(run: Run, target: int) -> Level | None:
    cuts = run.network.cut
    held = cuts.held(target) if isinstance(cuts, Cuts) else None
    return held[0] if held else None
