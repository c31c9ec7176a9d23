"""What a run has to say: shares that could not be computed, and what stays unallocated for it.

Owns the findings. Cost that no share could place is never lost: it stands unallocated in its pool, and here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from finmod.allocation.cells import CELLS, PLACES
from finmod.allocation.definition import Allocation, Level, Share, Values
from finmod.allocation.driver_shares import ByDriver
from finmod.allocation.full_cost import every
from finmod.allocation.inferred import ByInference, Fit
from finmod.allocation.levels.cut import LevelRun
from finmod.allocation.parts import ALLOCATED
from finmod.allocation.shares import EPOCH, Dated
from finmod.allocation.targets import Targets
from finmod.engines.duckdb import Engine, identifier
from finmod.errors import counted, printable
from finmod.settings.validate import listing
from finmod.taxonomy.definition import column_of
from finmod.terms.findings import Finding, Severity

SHARED: Final = "EffectiveCost"
"""The cost that is told of what is shared: that of bills is 0 for what a commitment covers."""

Costs = Mapping[tuple[int, int, int, str], Decimal]
"""(Pool's number, charge date in days since 1970, group, currency) -> EffectiveCost."""


def pool_costs(engine: Engine) -> Costs:
    """Return what each group of each pool cost on each day, as far as it is known."""
    rows = engine.rows(
        "SELECT pool, day, grp, coalesce(BillingCurrency, ''), sum(EffectiveCost) AS cost "
        f"FROM {CELLS} JOIN {PLACES} USING (place) WHERE pool > 0 GROUP BY ALL HAVING cost IS NOT NULL ORDER BY ALL"
    )
    return {(pool, day, group, currency): cost for pool, day, group, currency, cost in rows}


def share_findings(allocation: Allocation, pools: Mapping[int, Dated], costs: Costs) -> Iterator[Finding]:
    """Yield a finding per share and reason for which it could not be computed, and currency of what it was for.

    A pool without cost of its own on these days is told too: what others give it goes the same way.

    Args:
        allocation: Has the pools.
        pools: Their shares, asked.
        costs: What they cost.
    """
    for number, dated in sorted(pools.items()):
        pool = allocation.pools[number - 1]
        for (share, reason), cells in dated.missed.items():
            days = {day for day, _, _ in cells}
            sums = sorted(_sums(costs, number, cells).items())
            amounts: list[tuple[str | None, Decimal | None]] = [*sums] or [(None, None)]
            for currency, cost in amounts:
                yield _missed(pool.name, share, (reason, days), (currency, cost))


def _missed(
    name: str, share: Share, missed: tuple[str, set[int]], amount: tuple[str | None, Decimal | None]
) -> Finding:
    reason, days = missed
    declared = share.otherwise is not None or share.unallocated
    code, severity = ("FM2142", "info") if declared else ("FM2141", "error")
    goes = "stays unallocated" if share.otherwise is None else f"is shared as 'else' says ({share.otherwise.text})"
    whose = "its cost" if amount[1] is not None else "what other pools give it, and cost that is not known,"
    return Finding(
        code=code,
        severity=_severity(severity),
        message=f"pool {name}, {share.text}: {reason} {when(days)}; {whose} {goes}.",
        billing_period=months_of(days)[0],
        last_billing_period=months_of(days)[1],
        amount=amount[1],
        currency=amount[0] or None,
        measure=SHARED,
        where=share.place,
    )


def when(days: Iterable[int]) -> str:
    """Return days, in days since 1970, in words."""
    every = sorted(days)
    first, last = (EPOCH + timedelta(days=each) for each in (every[0], every[-1]))
    return f"on {first}" if first == last else f"on {counted(len(every), 'day')} from {first} to {last}"


def months_of(days: Iterable[int]) -> tuple[str, str | None]:
    """Return the first month of days, and the last one where that is another."""
    every = sorted(days)
    first, last = month_of(every[0]), month_of(every[-1])
    return first, last if last != first else None


def month_of(day: int) -> str:
    """Return the month of a day, in days since 1970."""
    return f"{EPOCH + timedelta(days=day):%Y-%m}"


def fed_findings(allocation: Allocation, fed: Iterable[int]) -> Iterator[Finding]:
    """Yield a finding per pool that is shared within columns and gets cost of others, which has no such columns.

    Args:
        allocation: Has the pools.
        fed: Numbers of pools that others feed.
    """
    for number in sorted(fed):
        pool = allocation.pools[number - 1]
        columns = tuple(dict.fromkeys(name for share in every(pool.shares) for name in share.within))
        if columns:
            yield Finding(
                code="FM2144",
                severity="warning",
                message=f"pool {pool.name} is shared within {', '.join(columns)}; what other pools give it is shared "
                "over all of it, for it has no such columns any more.",
                where=pool.place,
            )


def _severity(text: str) -> Severity:
    return "error" if text == "error" else "info"


def _sums(costs: Costs, pool: int, cells: Iterable[tuple[int, int, str]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for day, group, currency in cells:
        cost = costs.get((pool, day, group, currency))
        if cost is not None:
            found[currency] = found.get(currency, Decimal(0)) + cost
    return found


def cut_findings(engine: Engine, targets: Targets, cuts: Mapping[int, tuple[Level, Dated]]) -> Iterator[Finding]:
    """Yield a finding per target that a level could not cut on some days, reason, and currency of what it costs then.

    Args:
        engine: Has the view ``allocated``.
        targets: What numbers mean.
        cuts: Target's number -> the level that cuts it, and its shares, asked.
    """
    missed = [(number, level, *each) for number, (level, dated) in cuts.items() for each in _uncut(dated)]
    costs = _left(engine, targets) if missed else {}
    for number, level, share, reason, days in missed:
        sums: dict[str, Decimal | None] = {}
        for day in sorted(days):
            for currency, cost in costs.get((targets.every[number], day), ()):
                sums[currency] = None if cost is None else (sums.get(currency) or Decimal(0)) + cost
        for currency, amount in sorted(sums.items()):
            yield Finding(
                code="FM2142" if share.unallocated else "FM2143",
                # That nobody there has a name with a cost is a matter of tags, which are told elsewhere.
                severity="info" if share.unallocated or share.kind == "cost" else "warning",
                message=f"level {level.name}, {share.text}: {reason} {when(days)}; cost of "
                f"{printable(targets.name(number), 160)} of these days stays without {listing(level.dimensions)}.",
                billing_period=months_of(days)[0],
                last_billing_period=months_of(days)[1],
                amount=amount,
                currency=currency or None,
                measure=SHARED,
                where=share.place,
            )


def _uncut(dated: Dated) -> Iterator[tuple[Share, str, set[int]]]:
    """Yield shares of a target that left it whole: the last of each chain, with the reason and the days."""
    for (share, reason), cells in dated.missed.items():
        if share.otherwise is None:
            yield share, reason, {day for day, _, _ in cells}
    for share, asked in (each for _, chain in dated.shares for each in chain):
        for reason, days in asked.lacking.items() if isinstance(asked, ByDriver) else ():
            yield share, f"{reason}, some hours", set(days)


def _left(engine: Engine, targets: Targets) -> Mapping[tuple[Values, int], Sequence[tuple[str, Decimal | None]]]:
    """Return what targets cost that lack a value: (target, day since 1970) -> currencies and EffectiveCost."""
    columns = [identifier(column_of(name)) for name in targets.dimensions]
    rows = engine.rows(
        f"SELECT {', '.join(columns)}, x_ChargeDate - DATE '1970-01-01', coalesce(BillingCurrency, ''), "
        f"sum(EffectiveCost) AS cost FROM {ALLOCATED} WHERE {' OR '.join(f'{each} IS NULL' for each in columns)} "
        "GROUP BY ALL HAVING cost IS DISTINCT FROM 0 ORDER BY ALL"
    )
    found: dict[tuple[Values, int], list[tuple[str, Decimal | None]]] = {}
    for *values, day, currency, cost in rows:
        found.setdefault((tuple(values), day), []).append((currency, cost))
    return found


def level_findings(run: LevelRun) -> Iterator[Finding]:
    """Yield a finding per level, parent and reason for which it could not be cut on some days."""
    for (level, values, share, negative), dates in run.missed.items():
        name = "/".join(printable(value or "-", 80) for value in values)
        lacking = [each for each, value in zip(level.within, values, strict=True) if value is None]
        reason = "no share holds"
        if lacking:  # a matter of names, which are told elsewhere
            reason = f"no {listing(lacking)} is known"
        elif share is not None:
            reason = f"driver {share.driver} {'is negative' if negative else 'tells nothing'}"
        days = [(day - EPOCH).days for day in dates]
        yield Finding(
            code="FM2143",
            severity="info" if lacking else "warning",
            message=f"level {level.name}: {reason} for {name} {when(days)}; its cost of these days is nobody's there.",
            billing_period=months_of(days)[0],
            last_billing_period=months_of(days)[1],
            where=(share or level.shares[-1]).place,
        )


def doubt_findings(allocation: Allocation, pools: Mapping[int, Dated]) -> Iterator[Finding]:
    """Yield a finding per inferred pool and reason for which its shares may be wrong although they were inferred."""
    for number, dated in sorted(pools.items()):
        for share, asked in (each for _, chain in dated.shares for each in chain):
            fits = sorted(asked.fits.items()) if isinstance(asked, ByInference) else []
            told = {month: fit for (month, _), fit in fits if isinstance(fit, Fit) and fit.shares is not None}
            doubts = {month: fit.doubt for month, fit in told.items() if fit.doubt is not None}
            for code, text in sorted({(each.code, each.text) for each in doubts.values()}):
                found = {month: each for month, each in doubts.items() if (each.code, each.text) == (code, text)}
                least = min(each.least for each in found.values())
                which = listing([month_of(month) for month in found], "and")
                yield Finding(
                    code=code,
                    severity="warning",
                    message=f"pool {allocation.pools[number - 1].name}, {share.text}: {text} in {len(found)} of "
                    f"{counted(len(told), 'month')} ({which}): what a target's unit costs is typically "
                    f"{least * 100:.0f} % or more off, so that shares may be wrong by more than their ranges tell.",
                    billing_period=months_of(found)[0],
                    last_billing_period=months_of(found)[1],
                    where=share.place,
                )
