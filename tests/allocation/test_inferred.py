"""What is told of an inferred month: the shares of that month, by what the months before it say of drivers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from finmod.allocation.definition import Share
from finmod.allocation.driver_shares import Series
from finmod.allocation.inferred import ByInference
from finmod.allocation.receiving import Receiving
from finmod.allocation.shares import EPOCH, When
from finmod.allocation.targets import Targets
from finmod.allocation.vectors import Vector

FIRST, AUGUST, END = date(2026, 3, 1), date(2026, 8, 1), date(2026, 9, 1)
DAYS = [FIRST + timedelta(days=at) for at in range((END - FIRST).days)]
SHARE = Share(kind="inferred", place="allocation.yaml:3:5", text="inferred requests", drivers=("requests",))


def number(day: date) -> int:
    return (day - EPOCH).days


def part_of_one(day: date) -> float:
    """Return the part of target 1 in all requests: nine tenths until August, a tenth then."""
    return 0.1 if day >= AUGUST else 0.9


def asked(*, last: date = END) -> ByInference:
    """Return a share of which a request costs 2, up to noise, and that has requests of two targets until some day."""
    whole = {day: 100.0 + 40 * ((7 * at) % 11) / 11 for at, day in enumerate(DAYS)}
    values = {
        number(day): (np.array([1, 2]), np.array([part_of_one(day), 1 - part_of_one(day)]) * requests)
        for day, requests in whole.items()
        if day < last
    }
    costs = {number(day): 2 * requests + ((5 * at) % 7) / 7 for at, (day, requests) in enumerate(whole.items())}

    def history(pool: int, measure: str, bills: tuple[int, int], currency: str) -> Mapping[int, float]:
        assert (pool, measure, currency) == (1, "EffectiveCost", "")
        return {day: cost for day, cost in costs.items() if day >= bills[0]}

    receiving = Receiving(Targets(("product",)), (), ())
    return ByInference(SHARE, 1, [Series("day", values)], history, receiving, np.zeros(0, dtype=np.int64))


def when(day: date) -> When:
    return When(number(day), number(day.replace(day=1)))


def test_intervals_are_those_of_the_month_and_not_of_the_months_that_it_is_inferred_from() -> None:
    share = asked()
    found = share.on(when(date(2026, 8, 10)))
    assert isinstance(found, Vector)
    assert np.allclose(found.parts, [0.1, 0.9])
    fit = share.fit_of(when(date(2026, 8, 10)))
    assert fit is not None
    assert fit.shares is not None
    assert fit.days == (FIRST, END - timedelta(days=1))
    assert np.allclose(fit.shares.shares, [0.1, 0.9])
    assert fit.shares.lower[0] <= 0.1 <= fit.shares.upper[0] < 0.2


def test_a_month_without_values_is_told_by_the_months_before() -> None:
    share = asked(last=AUGUST)
    assert share.on(when(date(2026, 8, 10))) == "driver requests has no value for the period"
    fit = share.fit_of(when(date(2026, 8, 10)))
    assert fit is not None
    assert fit.shares is not None
    assert np.allclose(fit.shares.shares, [0.9, 0.1])
