"""True-ups of applied allocations: which version moved how much in a closed month, pool by pool, and by which rules.

Owns the reading of stored rows. What stands behind the numbers of both versions is walked in ``explain_allocated.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.allocation.definition import Share
from finmod.allocation.explain.answers import Asked
from finmod.engines.duckdb import Engine, identifier, literal
from finmod.errors import UserError
from finmod.ledger.applied import Run, files_of
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import whole
from finmod.ledger.tables import ALLOCATED
from finmod.taxonomy.definition import Span, common
from finmod.terms.money import known_sum
from finmod.terms.periods import months_before
from finmod.workspace.rules import Rules

RulesOf = Callable[[Run], Rules]
"""Gives the rules of an applied version, or raises UserError where they are gone."""


@dataclass(frozen=True)
class Look:
    """Which applied rows are looked at.

    Attributes:
        asked: Target, measure, pool, day and currency.
        columns: Dimension -> its column.
        month: First day of the billing period.
    """

    asked: Asked
    columns: Mapping[str, str]
    month: date


@dataclass(frozen=True)
class TrueUpPart:
    """What a true-up moves of one pool.

    Attributes:
        pool: Its name; None of what charges name directly.
        before: What the target had of it in the closed month.
        moved: What it has more.
        shares_before: How the pool was shared; empty where there was no such pool, or the rules are gone.
        shares_after: How it is shared since.
    """

    pool: str | None
    before: Decimal
    moved: Decimal
    shares_before: tuple[Share, ...] = ()
    shares_after: tuple[Share, ...] = ()


@dataclass(frozen=True)
class TrueUp:
    """What later versions moved in a closed month.

    Attributes:
        month: First day of the closed month.
        amount: What the target has more.
        before: The version whose result it had; None where no earlier one is known to have given it.
        after: The version whose result it has with the true-up.
        parts: By pool, the largest first, those alone that move something.
    """

    month: date
    amount: Decimal
    before: Run | None
    after: Run
    parts: tuple[TrueUpPart, ...]


def applied_rows_sql(ledger: Ledger, newest: Run, look: Look) -> str:
    """Return SQL for the applied rows behind a number, its true-ups too, up to the first condition.

    The values of the target are parameters, in order.
    """
    month = f"x_BillingPeriod = DATE '{look.month}'"
    return f"{whole(ALLOCATED, files_of(ledger, ALLOCATED, newest))} WHERE {month}{_tests(look)}"


def _tests(look: Look) -> str:
    asked = look.asked
    tests = [f"{identifier(look.columns[name])} IS NOT DISTINCT FROM ?" for name in asked.values]
    tests += ["x_Pool IS NULL" if asked.pool == "direct" else f"x_Pool = {literal(asked.pool)}"] if asked.pool else []
    tests += [f"x_ChargeDate = DATE '{asked.day}'"] if asked.day else []
    return "".join(f" AND {test}" for test in tests)


def booked_later(engine: Engine, ledger: Ledger, newest: Run, look: Look) -> dict[date, Decimal]:
    """Return month -> what is booked there of the month that is looked at, which is closed."""
    rows = whole(ALLOCATED, files_of(ledger, ALLOCATED, newest))
    return dict(
        engine.rows(
            f"SELECT x_BillingPeriod, sum({identifier(look.asked.measure)}) AS moved FROM {rows} WHERE x_AllocationOf "
            f"= DATE '{look.month}' AND BillingCurrency = ?{_tests(look)} GROUP BY ALL HAVING moved <> 0 ORDER BY 1",
            [look.asked.currency, *look.asked.values.values()],
        )
    )


def months_booked(engine: Engine, ledger: Ledger, newest: Run, month: date) -> tuple[date, ...]:
    """Return the months in which what was moved in a closed month is booked, oldest first."""
    rows = whole(ALLOCATED, files_of(ledger, ALLOCATED, newest))
    found = engine.rows(f"SELECT DISTINCT x_BillingPeriod FROM {rows} WHERE x_AllocationOf = DATE '{month}' ORDER BY 1")
    return tuple(booked for (booked,) in found)


def true_ups(engine: Engine, ledger: Ledger, known: Sequence[Run], look: Look, rules_of: RulesOf) -> tuple[TrueUp, ...]:
    """Return what is booked in a month of closed ones, by the closed month.

    Args:
        engine: Where to read.
        ledger: Has the rows.
        known: Every applied version, oldest first.
        look: Target and month.
        rules_of: Gives the rules of a version.
    """
    rows = whole(ALLOCATED, files_of(ledger, ALLOCATED, known[-1]))
    here = f"x_BillingPeriod = DATE '{look.month}' AND x_AllocationOf IS NOT NULL"
    # What is booked in later months came after it.
    earlier = f"x_AllocationOf IS NULL OR x_BillingPeriod < DATE '{look.month}'"
    measure = identifier(look.asked.measure)
    found = engine.rows(
        f"SELECT coalesce(x_AllocationOf, x_BillingPeriod) AS month, x_Pool, coalesce(sum({measure}) FILTER "
        f"(NOT ({here}) AND ({earlier})), 0), coalesce(sum({measure}) FILTER ({here}), 0) AS moved FROM {rows} "
        f"WHERE BillingCurrency = ? AND month IN (SELECT x_AllocationOf FROM {rows} WHERE {here}){_tests(look)} "
        "GROUP BY month, x_Pool HAVING moved <> 0 ORDER BY month, x_Pool",
        [look.asked.currency, *look.asked.values.values()],
    )
    booked: dict[date, list[date]] = {}
    for month, other in engine.rows(
        f"SELECT DISTINCT x_AllocationOf, x_BillingPeriod FROM {rows} WHERE x_AllocationOf IS NOT NULL ORDER BY ALL"
    ):
        booked.setdefault(month, []).append(other)
    by_month: dict[date, list[tuple[str | None, Decimal, Decimal]]] = {}
    for month, pool, before, moved in found:
        by_month.setdefault(month, []).append((pool, before, moved))
    return tuple(
        _true_up(known, (month, look.month, booked[month]), parts, rules_of) for month, parts in by_month.items()
    )


def _true_up(
    known: Sequence[Run],
    months: tuple[date, date, Sequence[date]],
    parts: Sequence[tuple[str | None, Decimal, Decimal]],
    rules_of: RulesOf,
) -> TrueUp:
    """Return a true-up of a month that is booked in another, with all months in which some of it is booked."""
    of, month, booked = months
    after = _last(known, [month])
    assert after is not None  # noqa: S101 -- the month has rows
    before = _last(known, [of, *(other for other in booked if other < month)])
    if before is not None and before.version >= after.version:
        before = None
    old, new = (_shares(rules_of, run, of) for run in (before, after))
    told = [TrueUpPart(pool, stood, moved, old.get(pool, ()), new.get(pool, ())) for pool, stood, moved in parts]
    told.sort(key=lambda part: (-abs(part.moved), part.pool or ""))
    return TrueUp(of, known_sum(part.moved for part in told) or Decimal(0), before, after, tuple(told))


def _last(known: Sequence[Run], months: Iterable[date]) -> Run | None:
    """Return the last version that gave any of some months new rows."""
    wanted = set(months)
    return next((run for run in reversed(known) if wanted & set(run.changed)), None)


def _shares(rules_of: RulesOf, run: Run | None, month: date) -> dict[str | None, tuple[Share, ...]]:
    """Return pool -> the shares that hold in a month; nothing where the rules are gone."""
    if run is None:
        return {}
    try:
        rules = rules_of(run)
    except UserError:
        return {}
    days = Span(month, months_before(month, -1))
    return {
        pool.name: tuple(share for share in pool.shares if common(share.span, days)) for pool in rules.allocation.pools
    }
