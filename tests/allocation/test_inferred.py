"""What is told of an inferred month: the shares of that month, by what the months before it say of drivers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from finmod.allocation.definition import Allocation, Pool, Share
from finmod.allocation.driver_series import Series
from finmod.allocation.findings import doubt_findings
from finmod.allocation.inferred import ByInference
from finmod.allocation.receiving import Receiving
from finmod.allocation.shares import EPOCH, Dated, When
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


def of_series(names: tuple[str, ...], series: list[Series], costs: Mapping[int, float], months: int) -> ByInference:
    """Return a share by some drivers, of a pool that costs so much a day."""
    share = replace(SHARE, drivers=names, months=months)

    def history(pool: int, measure: str, bills: tuple[int, int], currency: str) -> Mapping[int, float]:
        del pool, measure, currency
        return {day: cost for day, cost in costs.items() if day >= bills[0]}

    return ByInference(share, 1, series, history, Receiving(Targets(("product",)), (), ()), np.zeros(0, dtype=np.int64))


def month_number(day: date) -> int:
    return (day.year - 1970) * 12 + day.month - 1


def test_months_of_a_driver_are_no_thirty_pieces_of_evidence_each() -> None:
    values = {month_number(day): (np.array([1, 2]), np.array([2.0, 1.0]) * day.month**2) for day in DAYS}
    costs = {number(day): 3.0 * day.month**2 for day in DAYS}
    share = of_series(("seats",), [Series("month", values)], costs, 6)
    assert share.on(when(date(2026, 8, 10))) == "cost and drivers are known of 6 periods where 20 are needed"


def test_drivers_of_months_and_of_days_are_looked_at_by_month_and_weigh_by_day() -> None:
    first = date(2024, 1, 1)
    days = [first + timedelta(days=at) for at in range((END - first).days)]
    seats = {month: 100.0 + (37 * month) % 90 for month in {month_number(day) for day in days}}
    lengths = Counter(month_number(day) for day in days)
    orders = {number(day): 5.0 + (number(day) * 31 + month_number(day) * 17) % 60 / 10 for day in days}
    costs = {
        number(day): 2 * seats[month_number(day)] / lengths[month_number(day)] + orders[number(day)] for day in days
    }
    series = [
        Series("month", {month: (np.array([1]), np.array([each])) for month, each in seats.items()}),
        Series("day", {day: (np.array([2]), np.array([each])) for day, each in orders.items()}),
    ]
    found = of_series(("seats", "orders"), series, costs, 32).on(when(date(2026, 8, 10)))
    assert isinstance(found, Vector)
    of_seats = 2 * seats[month_number(date(2026, 8, 10))] / 31
    expected = of_seats / (of_seats + orders[number(date(2026, 8, 10))])
    assert np.allclose(found.parts, [expected, 1 - expected], atol=0.03)


def test_days_of_which_hours_are_missing_are_no_evidence() -> None:
    whole = {number(day): 100.0 + 40 * ((7 * at) % 11) / 11 for at, day in enumerate(DAYS)}
    short = {day for day in whole if day % 3 == 0}
    values = {day: (np.array([1]), np.array([each / (4 if day in short else 1)])) for day, each in whole.items()}
    known = {day: 6 if day in short else 24 for day in whole}
    share = of_series(
        ("requests",), [Series("day", values, 24, known)], {day: 2 * each for day, each in whole.items()}, 6
    )
    assert isinstance(share.on(when(date(2026, 8, 10))), Vector)
    fit = share.fit_of(when(date(2026, 8, 10)))
    assert fit is not None
    assert fit.answer.diagnostics is not None
    assert fit.answer.diagnostics.periods == len(set(whole) - short)
    assert np.isclose(fit.answer.coefficients[0], 2, rtol=0.01)


def test_doubt_is_told_once_per_pool_with_its_months() -> None:
    chance = np.random.default_rng(3)
    values = {number(day): (np.array([1, 2]), chance.uniform(1, 3, 2)) for day in DAYS}
    cheap = number(date(2026, 6, 1))
    costs = {day: float(use @ [1, 1 if day < cheap else 4]) for day, (_, use) in values.items()}
    share = of_series(("requests",), [Series("day", values)], costs, 2)
    allocation = Allocation(to=("product",), pools=(Pool(name="net", when=(), place="", shares=(share.share,)),))
    for month in range(4, 9):
        share.on(when(date(2026, month, 10)))
    (found,) = doubt_findings(allocation, {1: Dated(((share.share, ((share.share, share),)),))})
    assert found.message.startswith(
        "pool net, inferred requests: a unit of its drivers does not cost the same for all targets in 2 of 5 months "
        "(2026-07 and 2026-08): what a target's unit costs is typically "
    )
    assert (found.code, found.billing_period, found.last_billing_period) == ("FM2257", "2026-07", "2026-08")


def test_a_day_on_which_somebody_used_less_than_nothing_cannot_be_told_and_is_no_evidence() -> None:
    chance = np.random.default_rng(4)
    values = {number(day): (np.array([1, 2]), chance.uniform(1, 3, 2)) for day in DAYS}
    values[number(date(2026, 8, 10))] = np.array([1, 2]), np.array([-1.0, 4.0])
    costs = {day: 2 * float(use.sum()) for day, (_, use) in values.items()}
    share = of_series(("requests",), [Series("day", values)], costs, 2)
    assert share.on(when(date(2026, 8, 10))) == "driver requests is negative"
    assert isinstance(share.on(when(date(2026, 8, 11))), Vector)
    fit = share.fit_of(when(date(2026, 8, 11)))
    assert fit is not None
    assert fit.answer.diagnostics is not None
    assert fit.answer.diagnostics.periods == 61
