"""Inferred shares: a pool that nobody measures goes to targets as its cost, day by day, is explained by drivers.

Owns the series that a regression is given, and what becomes of its answer. The mathematics stand in
``models/inferred_shares.py``.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

import numpy as np

from finmod.allocation.cells import CELLS, PLACES
from finmod.allocation.definition import Allocation, Share
from finmod.allocation.driver_series import Series
from finmod.allocation.full_cost import every
from finmod.allocation.receiving import Receiving
from finmod.allocation.shares import EPOCH, When
from finmod.allocation.vectors import Floats, Ints, Vector, from_arrays
from finmod.engines.duckdb import Engine, identifier
from finmod.models.inferred_shares import Doubt, Inferred, TargetShares, infer_shares
from finmod.terms.periods import months_before


class History(Protocol):
    """What a pool cost before."""

    def __call__(self, pool: int, measure: str, bills: tuple[int, int], currency: str) -> Mapping[int, float]:
        """Return charge date, in days since 1970, -> its own cost on the bills of two months and of those between."""


@dataclass(frozen=True)
class Fit:
    """What was found for one month.

    Attributes:
        answer: The coefficients, or why there are none.
        shares: Shares of the month's cost with their intervals, by target; None without an answer.
        targets: Numbers of these targets.
        days: First and last day that were looked at.
        doubt: Why the shares may be wrong although there are some; None where nothing speaks against them.
    """

    answer: Inferred
    shares: TargetShares | None
    targets: Ints
    days: tuple[date, date]
    doubt: Doubt | None = None


@dataclass
class ByInference:
    """A share that is inferred, bill by bill and currency by currency, from that month's bills and those before.

    Later bills change nothing: what was told of a month stays as it was told.

    Attributes:
        share: How.
        pool: Number of the pool.
        series: Its drivers, in the order of the share; None for one without values.
        history: What the pool cost.
        receiving: Pools that are targets.
        refused: Targets that may have no part, in rising order.
        fits: First day of a billing period, in days since 1970, and currency -> what was found.
        partial: Driver of hours -> days -> number of hours without a row: the rest of the day stands for these.
    """

    share: Share
    pool: int
    series: Sequence[Series | None]
    history: History
    receiving: Receiving
    refused: Ints
    fits: dict[tuple[int, str], Fit | str] = field(default_factory=dict)
    partial: dict[str, dict[int, int]] = field(default_factory=dict)
    _found: dict[tuple[int, int, str], Vector | str] = field(default_factory=dict)

    def on(self, when: When) -> Vector | str:
        """Return what drivers explain of the day, the fixed part in proportion."""
        key = when.day, when.period, when.currency
        if key not in self._found:
            self._found[key] = self._of_day(when)
        found = self._found[key]
        return self.receiving.fed(found, when.date) if isinstance(found, Vector) else found

    def fit_of(self, when: When) -> Fit | None:
        """Return what was found for the bill of a day; None where nothing was, or nobody asked."""
        fit = self.fits.get((when.period, when.currency))
        return None if isinstance(fit, str) else fit

    def _of_day(self, when: When) -> Vector | str:
        key = when.period, when.currency
        if key not in self.fits:
            self.fits[key] = self._fit(EPOCH + timedelta(days=when.period), when.currency)
        fit = self.fits[key]
        if isinstance(fit, str):
            return fit
        if fit.answer.refusal is not None:
            return fit.answer.refusal.text
        parts: list[tuple[Ints, Floats]] = []
        told = zip(self.share.drivers, self.series, fit.answer.coefficients.tolist(), strict=True)
        for name, each, coefficient in told:
            found = each.values.get(_key(each, when.day)) if each else None
            if each is None or found is None:
                return f"driver {name} has no value for the period"
            if (found[1] < 0).any():
                return f"driver {name} is negative"
            if lacks := each.lacks(when.day):
                self.partial.setdefault(name, {})[when.day] = lacks
            # A month's value is that of all its days.
            days = monthrange(when.date.year, when.date.month)[1] if each.grain == "month" else 1
            parts.append((found[0], found[1] * coefficient / days))
        places, weights = (np.concatenate(each) for each in zip(*parts, strict=True))
        whole = from_arrays(places[~np.isin(places, self.refused)], weights[~np.isin(places, self.refused)])
        if whole is None:
            return "no driver that explains its cost has a value above 0"
        return whole

    def _fit(self, month: date, currency: str) -> Fit | str:
        lacking = [name for name, each in zip(self.share.drivers, self.series, strict=True) if each is None]
        if lacking:
            return f"driver {lacking[0]} has no values"
        series = [each for each in self.series if each is not None]
        first = months_before(month, self.share.months - 1)
        after = months_before(month, -1)
        bills = (first - EPOCH).days, (month - EPOCH).days
        cost = self.history(self.pool, self.share.measure, bills, currency)
        periods = _periods(series, cost, range((first - EPOCH).days, (after - EPOCH).days))
        every = [each.values[_key(each, day)][0] for days in periods for day in days for each in series]
        targets = np.unique(np.concatenate(every or [np.zeros(0, dtype=np.int64)]))
        targets = targets[~np.isin(targets, self.refused)]
        use = np.zeros((len(periods), len(targets), len(series)))
        for at, days in enumerate(periods):
            for place, each in enumerate(series):
                for key in dict.fromkeys(_key(each, day) for day in days):
                    numbers, values = each.values[key]
                    held = np.isin(numbers, targets)
                    use[at, np.searchsorted(targets, numbers[held]), place] += values[held]
        spent: Floats = np.array([sum(cost.get(day, 0.0) for day in days) for days in periods])
        answer = infer_shares(spent, use.sum(axis=1), names=self.share.drivers)
        if answer.refusal is not None:
            return Fit(answer, None, targets, (first, after - timedelta(days=1)))
        # Months before it say what a unit of a driver costs; whose the cost is, is told of the month itself.
        own = np.array([days[0] for days in periods]) >= (month - EPOCH).days
        held = own & ((use @ answer.coefficients).sum(axis=1) > 0)
        told = own if spent[held].sum() else np.ones_like(own)
        shares = answer.target_shares(use[told], spent[told])
        return Fit(answer, shares, targets, (first, after - timedelta(days=1)), answer.doubt(use))


def _periods(series: Sequence[Series], cost: Mapping[int, float], days: range) -> list[list[int]]:
    """Return the periods of which cost and drivers are known whole, as their days: months where a driver has months.

    A month's value beside the cost of each of its days would count one piece of evidence thirty times.
    """
    whole = [day for day in days if all(_is_whole(each, day) for each in series)]
    if all(each.grain != "month" for each in series):
        return [[day] for day in whole if day in cost]
    known, months = set(whole), dict[tuple[int, int], list[int]]()
    for day in days:
        at = EPOCH + timedelta(days=day)
        months.setdefault((at.year, at.month), []).append(day)
    return [each for each in months.values() if known.issuperset(each) and not cost.keys().isdisjoint(each)]


def _is_whole(series: Series, day: int) -> bool:
    """Return whether a driver is known on a day, all of it: what others used does not make up for a value below 0."""
    found = series.values.get(_key(series, day))
    return found is not None and not series.lacks(day) and not (found[1].min() < 0 <= found[1].sum())


def _key(series: Series, day: int) -> int:
    if series.grain != "month":
        return day
    at = EPOCH + timedelta(days=day)
    return (at.year - 1970) * 12 + at.month - 1


def with_history(allocation: Allocation, months: Sequence[date] | None) -> list[date] | None:
    """Return the billing periods whose costs are needed: those that are asked for, and those before that explain them.

    Args:
        allocation: Has the pools.
        months: First days of billing periods; None for all.
    """
    if months is None:
        return None
    before = max((share.months - 1 for share in allocation.shares() if share.kind == "inferred"), default=0)
    return sorted({months_before(month, count) for month in months for count in range(before + 1)})


def pool_history(engine: Engine, allocation: Allocation) -> History:
    """Return what inferred pools cost by day, of the months that stand in the table of cells."""
    read: dict[tuple[int, str], list[tuple[int, int, str, float]]] = {}
    for number, pool in enumerate(allocation.pools, start=1):
        for share in every(pool.shares):
            if share.kind == "inferred" and (number, share.measure) not in read:
                read[number, share.measure] = engine.rows(
                    "SELECT CAST(x_BillingPeriod - DATE '1970-01-01' AS BIGINT) AS bill, CAST(day AS BIGINT), "
                    f"coalesce(BillingCurrency, ''), CAST(sum({identifier(share.measure)}) AS DOUBLE) AS cost FROM "
                    f"{CELLS} JOIN {PLACES} USING (place) WHERE pool = {number} GROUP BY ALL HAVING cost IS NOT NULL "
                    "ORDER BY ALL"
                )

    def cost(pool: int, measure: str, bills: tuple[int, int], currency: str) -> Mapping[int, float]:
        found: dict[int, float] = {}
        for bill, day, billed_in, amount in read.get((pool, measure), ()):
            if billed_in == currency and bills[0] <= bill <= bills[1]:
                found[day] = found.get(day, 0.0) + amount
        return found

    return cost
