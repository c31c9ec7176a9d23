"""What is odd about drivers where shares asked them: hours without an answer, gaps in longer periods, too much use.

Owns these findings. Days on which a share has no answer at all are told in ``findings.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, localcontext

from finmod.allocation.definition import Allocation, Level, Share
from finmod.allocation.driver_shares import ByDriver, Excess
from finmod.allocation.findings import SHARED, Costs, months_of, when
from finmod.allocation.inferred import ByInference
from finmod.allocation.kubernetes_shares import ByKubernetes
from finmod.allocation.shares import EPOCH, Dated
from finmod.allocation.targets import UNALLOCATED, Targets
from finmod.errors import counted, printable
from finmod.terms.findings import Finding
from finmod.terms.periods import months_before

_HOURS = 24
_PLACES = Decimal(1).scaleb(-12)
_DIGITS = 60


def driver_findings(
    allocation: Allocation, pools: Mapping[int, Dated], costs: Costs, targets: Targets
) -> Iterator[Finding]:
    """Yield what is odd about the drivers of pools.

    Args:
        allocation: Has the pools.
        pools: Their shares, asked.
        costs: What they cost.
        targets: What numbers mean.
    """
    for number, dated in sorted(pools.items()):
        who = f"pool {allocation.pools[number - 1].name}"
        for share, asked in (each for _, chain in dated.shares for each in chain):
            if isinstance(asked, ByDriver):
                yield from _hours(who, share, asked, (number, costs))
                yield from _over(who, share, asked, targets)
            if isinstance(asked, ByDriver | ByInference):
                for driver, days in asked.partial.items():
                    amounts = _amounts(dict.fromkeys(days, 1), (number, costs), 1)
                    yield from (_partial(who, share, (f"driver {driver}", days), each) for each in amounts)
            if isinstance(asked, ByKubernetes):
                # What single clusters cost on a day is known by group alone.
                for cluster, days in asked.partial.items():
                    usage = "usage" if cluster is None else f"usage of cluster {printable(cluster, 80)}"
                    yield _partial(who, share, (usage, days), (None, None))


def cut_driver_findings(cuts: Mapping[int, tuple[Level, Dated]]) -> Iterator[Finding]:
    """Yield what is odd about the drivers of levels: a finding per share and driver.

    Args:
        cuts: Target's number -> the level that cuts it, and its shares, asked.
    """
    found: dict[tuple[str, Share, str], dict[int, int]] = {}
    for level, dated in cuts.values():
        for share, asked in (each for _, chain in dated.shares for each in chain):
            for driver, days in asked.partial.items() if isinstance(asked, ByDriver) else ():
                found.setdefault((level.name, share, driver), {}).update(days)
    for (name, share, driver), days in found.items():
        yield _partial(f"level {name}", share, (f"driver {driver}", days), (None, None))


def _hours(who: str, share: Share, asked: ByDriver, spent: tuple[int, Costs]) -> Iterator[Finding]:
    """Yield a finding per reason and currency for which an hourly share had no answer for some hours of some days."""
    is_said = share.unallocated or share.otherwise is not None
    goes = f"is shared as 'else' says ({share.otherwise.text})" if share.otherwise else "stays unallocated"
    for reason, days in asked.lacking.items():
        for currency, amount in _amounts(days, spent, _HOURS):
            yield Finding(
                code="FM2142" if is_said else "FM2141",
                severity="info" if is_said else "error",
                billing_period=months_of(days)[0],
                last_billing_period=months_of(days)[1],
                message=f"{who}, {share.text}: {reason}, {counted(sum(days.values()), 'hour')} {when(days)}; "
                f"their part of its cost {goes}.",
                amount=amount,
                currency=currency,
                measure=SHARED,
                where=share.place,
            )


def _partial(
    who: str, share: Share, told: tuple[str, Mapping[int, int]], amount: tuple[str | None, Decimal | None]
) -> Finding:
    what, days = told
    hourly = any(count > 1 for count in days.values())
    lacks = f"{counted(sum(days.values()), 'hour')} of " if hourly else ""
    length = "month" if share.grain == "month" else "day"
    return Finding(
        code="FM2151",
        severity="warning",
        billing_period=months_of(days)[0],
        last_billing_period=months_of(days)[1],
        message=f"{who}, {share.text}: {what} has no row for {lacks}{counted(len(days), 'day')} with charges "
        f"{_between(days)}; the rest of the {length} stands for them.",
        amount=amount[1],
        currency=amount[0],
        measure=SHARED,
        where=share.place,
    )


def _over(who: str, share: Share, asked: ByDriver, targets: Targets) -> Iterator[Finding]:
    """Yield a finding where use is more than there was of it."""
    if not asked.over or asked.series is None:
        return
    grain = asked.series.grain
    worst = max(asked.over, key=lambda period: asked.over[period].used - asked.over[period].there)
    excess: Excess = asked.over[worst]
    days = [_day(period, grain) for period in asked.over]
    largest = "what names nobody" if excess.most == UNALLOCATED else printable(targets.name(excess.most), 160)
    yield Finding(
        code="FM2150",
        severity="warning",
        billing_period=months_of(days)[0],
        last_billing_period=months_of(days)[1],
        message=f"{who}, {share.text}: {share.driver} is more than its capacity {share.capacity} in "
        f"{counted(len(asked.over), grain)}; most in {_told(worst, grain)}, {_number(excess.used)} of "
        f"{_number(excess.there)}, {_number(excess.used - excess.there)} too much, {largest} being the largest; "
        "nothing counts as idle then.",
        where=share.place,
    )


def _amounts(days: Mapping[int, int], spent: tuple[int, Costs], whole: int) -> list[tuple[str | None, Decimal | None]]:
    """Return the currencies of a pool's cost on some days, and its sum, of each day so many of ``whole`` parts."""
    number, costs = spent
    sums: dict[str, Decimal] = {}
    with localcontext(prec=_DIGITS):
        for (pool, day, _, currency), cost in costs.items():
            if pool == number and day in days:
                sums[currency] = sums.get(currency, Decimal()) + cost * days[day] / whole
        found: list[tuple[str | None, Decimal | None]] = [
            (currency or None, amount.quantize(_PLACES)) for currency, amount in sorted(sums.items())
        ]
    return found or [(None, None)]


def _between(days: Mapping[int, int]) -> str:
    first, last = (EPOCH + timedelta(days=each) for each in (min(days), max(days)))
    return f"on {first}" if first == last else f"from {first} to {last}"


def _day(period: int, grain: str) -> int:
    """Return the first day of a period of a series, in days since 1970."""
    if grain == "month":
        return (months_before(date(1970, 1, 1), -period) - EPOCH).days
    return period // _HOURS if grain == "hour" else period


def _told(period: int, grain: str) -> str:
    day = EPOCH + timedelta(days=_day(period, grain))
    if grain == "hour":
        return f"{day} {period % _HOURS:02}:00 UTC"
    return f"{day:%Y-%m}" if grain == "month" else f"{day}"


def _number(value: float) -> str:
    """Return a number for people, of six digits at least.

    >>> _number(1234.5), _number(0.25), _number(12345678.0)
    ('1,234.5', '0.25', '12,345,678')
    """
    return f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:,.6g}"  # noqa: PLR2004 -- as many digits as below
