"""What a run has to say: shares that could not be computed, and what stays unallocated for it.

Owns the findings. Cost that no share could place is never lost: it stands unallocated in its pool, and here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from finmod.allocation.cells import CELLS, PLACES
from finmod.allocation.definition import Allocation, Share
from finmod.allocation.inferred import ByInference, Fit
from finmod.allocation.levels import LevelRun
from finmod.allocation.shares import EPOCH, Dated
from finmod.engines.duckdb import Engine
from finmod.errors import counted, printable
from finmod.terms.findings import Finding, Severity

Costs = Mapping[tuple[int, int, int], Mapping[str, Decimal]]
"""(Pool's number, charge date in days since 1970, group) -> currency -> EffectiveCost."""


def pool_costs(engine: Engine) -> Costs:
    """Return what each group of each pool cost on each day, as far as it is known."""
    found: dict[tuple[int, int, int], dict[str, Decimal]] = {}
    rows = engine.rows(
        f"SELECT pool, day, grp, BillingCurrency, sum(EffectiveCost) AS cost FROM {CELLS} JOIN {PLACES} USING (place) "
        "WHERE pool > 0 GROUP BY ALL HAVING cost IS NOT NULL ORDER BY ALL"
    )
    for pool, day, group, currency, cost in rows:
        found.setdefault((pool, day, group), {})[currency] = cost
    return found


def share_findings(allocation: Allocation, pools: Mapping[int, Dated], costs: Costs) -> Iterator[Finding]:
    """Yield a finding per share and reason for which it could not be computed, and currency of what it was for.

    Args:
        allocation: Has the pools.
        pools: Their shares, asked.
        costs: What they cost.
    """
    for number, dated in sorted(pools.items()):
        pool = allocation.pools[number - 1]
        for (share, reason), cells in dated.missed.items():
            days = {day for day, _ in cells}
            for currency, cost in _sums(costs, number, cells):
                yield _missed(pool.name, share, (reason, days), (currency, cost))


def _missed(name: str, share: Share, missed: tuple[str, set[int]], amount: tuple[str, Decimal]) -> Finding:
    reason, days = missed
    declared = share.otherwise is not None or share.unallocated
    code, severity = ("FM2142", "info") if declared else ("FM2141", "error")
    goes = "stays unallocated" if share.otherwise is None else f"is shared as 'else' says ({share.otherwise.text})"
    first, last = (EPOCH + timedelta(days=each) for each in (min(days), max(days)))
    when = f"on {first}" if first == last else f"on {counted(len(days), 'day')} from {first} to {last}"
    return Finding(
        code=code,
        severity=_severity(severity),
        message=f"pool {name}, {share.text}: {reason} {when}; its cost {goes}.",
        billing_period=f"{first:%Y-%m}",
        last_billing_period=f"{last:%Y-%m}" if (first.year, first.month) != (last.year, last.month) else None,
        amount=amount[1],
        currency=amount[0],
        where=share.place,
    )


def _severity(text: str) -> Severity:
    return "error" if text == "error" else "info"


def _sums(costs: Costs, pool: int, cells: Iterable[tuple[int, int]]) -> Iterator[tuple[str, Decimal]]:
    found: dict[str, Decimal] = {}
    for day, group in cells:
        for currency, cost in costs.get((pool, day, group), {}).items():
            found[currency] = found.get(currency, Decimal(0)) + cost
    yield from sorted(found.items())


def level_findings(run: LevelRun) -> Iterator[Finding]:
    """Yield a finding per level, parent and reason for which it could not be cut on some days."""
    for (level, values, share, negative), days in run.missed.items():
        name = "/".join(printable(value or "", 80) for value in values)
        reason = "no share holds"
        if share is not None:
            reason = f"driver {share.driver} {'is negative' if negative else 'tells nothing'}"
        first, last = min(days), max(days)
        when = f"on {first}" if first == last else f"on {counted(len(days), 'day')} from {first} to {last}"
        yield Finding(
            code="FM2143",
            severity="warning",
            message=f"level {level.name}: {reason} for {name} {when}; its cost of these days is nobody's there.",
            billing_period=f"{first:%Y-%m}",
            last_billing_period=f"{last:%Y-%m}" if (first.year, first.month) != (last.year, last.month) else None,
            where=(share or level.shares[-1]).place,
        )


def doubt_findings(allocation: Allocation, pools: Mapping[int, Dated]) -> Iterator[Finding]:
    """Yield a finding per inferred pool and reason for which its shares may be wrong although they were inferred."""
    for number, dated in sorted(pools.items()):
        for share, asked in (each for _, chain in dated.shares for each in chain):
            doubts: dict[tuple[str, str], list[date]] = {}
            for month, fit in sorted(asked.fits.items()) if isinstance(asked, ByInference) else ():
                if isinstance(fit, Fit) and fit.doubt is not None:
                    doubts.setdefault((fit.doubt.code, fit.doubt.text), []).append(EPOCH + timedelta(days=month))
            for (code, text), months in doubts.items():
                yield Finding(
                    code=code,
                    severity="warning",
                    message=f"pool {allocation.pools[number - 1].name}, {share.text}: {text}.",
                    billing_period=f"{months[0]:%Y-%m}",
                    last_billing_period=f"{months[-1]:%Y-%m}" if len(months) > 1 else None,
                    where=share.place,
                )
