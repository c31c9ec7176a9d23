"""Growth and scale: each curve at points that are known, alike for exact figures and for draws."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from finmod.models.unit_economics.cost_function import Estimate
from finmod.models.unit_economics.growth import (
    ConstantRate,
    Elasticity,
    Experience,
    Given,
    Growth,
    Linear,
    Logistic,
    observed_growth,
    observed_rate,
    yearly,
)

PRESENT = Decimal(1000)


def units(growth: Growth, years: str) -> Decimal:
    return round(growth.units(PRESENT, growth.rate.value, Decimal(years)), 6)


def rate(value: str) -> Estimate:
    return Estimate(Decimal(value))


def test_a_constant_rate_is_compounded() -> None:
    assert units(ConstantRate(rate("0.21")), "2") == Decimal("1464.1")
    assert units(ConstantRate(rate("0.21")), "0.5") == 1100
    assert units(ConstantRate(rate("-0.5")), "3") == 125


def test_linear_growth_adds_the_same_each_year_and_never_falls_below_nothing() -> None:
    assert units(Linear(rate("0.2")), "2.5") == 1500
    assert units(Linear(rate("-0.5")), "3") == 0


def test_a_logistic_curve_grows_as_said_at_first_and_stays_below_saturation() -> None:
    curve = Logistic(rate("0.5"), Decimal(4000))
    tiny = Decimal("1e-6")
    slope = (curve.units(PRESENT, Decimal("0.5"), tiny) - PRESENT) / PRESENT / tiny

    assert round(slope, 4) == round(Decimal("1.5").ln(), 4)
    assert units(curve, "0") == 1000
    # Half of saturation is where (1 - part) / part of 3 has faded: log 3 at the speed of log(1.5) / 0.75.
    half = Decimal(3).ln() / (Decimal("1.5").ln() / Decimal("0.75"))
    assert round(curve.units(PRESENT, Decimal("0.5"), half), 6) == 2000
    assert 3999 < units(curve, "20") < 4000


def test_volumes_that_are_given_are_taken_month_by_month() -> None:
    growth = Given((Decimal(5), Decimal(7)))

    assert units(growth, str(Decimal(1) / 12)) == 5
    assert units(growth, str(Decimal(2) / 12)) == 7
    with pytest.raises(IndexError):
        units(growth, "0.25")


@pytest.mark.parametrize(
    "growth",
    [
        ConstantRate(rate("0.3")),
        Linear(rate("-0.6")),
        Logistic(rate("0.3"), Decimal(2500)),
        Given((Decimal(10),) * 36),
    ],
    ids=lambda growth: growth.words,
)
def test_draws_are_reckoned_as_exact_figures_are(growth: Growth) -> None:
    present = np.full(3, 1000.0)

    for years in ("0.5", "2", "3"):
        drawn = growth.units(present, np.full(3, float(growth.rate.value)), Decimal(years))

        assert drawn == pytest.approx([float(units(growth, years))] * 3, rel=1e-9)


def test_growth_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="growth of -1 per year"):
        ConstantRate(rate("-1"))
    with pytest.raises(ValueError, match="towards 0 units"):
        Logistic(rate("0.1"), Decimal(0))
    with pytest.raises(ValueError, match="not below a saturation of 900"):
        units(Logistic(rate("0.1"), Decimal(900)), "1")


def test_scale_takes_off_as_much_as_its_elasticity_says() -> None:
    scale = Elasticity(Decimal("0.5"))

    assert scale.factor(Decimal(4000), PRESENT, Decimal(0)) == Decimal("0.5")
    assert scale.factor(Decimal(0), PRESENT, Decimal(0)) == 1
    assert scale.factor(np.array([4000.0, 0.0]), np.full(2, 1000.0), np.zeros(2)).tolist() == [0.5, 1.0]


def test_experience_falls_to_its_progress_ratio_with_each_doubling() -> None:
    scale = Experience(Decimal("0.8"), made=Decimal(1000))

    assert round(scale.factor(Decimal(1), Decimal(1), Decimal(3000)), 12) == Decimal("0.64")
    assert scale.factor(*[np.array([3000.0])] * 3) == pytest.approx([0.64])


@pytest.mark.parametrize(("progress", "made"), [("0", "1"), ("0.8", "0")])
def test_experience_of_nothing_is_refused(progress: str, made: str) -> None:
    with pytest.raises(ValueError, match="a progress ratio of"):
        Experience(Decimal(progress), Decimal(made))


def test_yearly_rates_take_effect_at_once_and_the_last_holds_on() -> None:
    rates = (Decimal("0.1"), Decimal("0.2"))

    assert [yearly(rates, month) for month in (0, 11, 12, 24, 36)] == [
        1, 1, Decimal("1.1"), Decimal("1.32"), Decimal("1.584"),
    ]  # fmt: skip
    assert yearly((), 36) == 1


def test_observed_growth_compares_two_whole_years() -> None:
    year = [Decimal(each) for each in (5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 20, 30)]

    assert observed_rate([Decimal(999), *year, *[2 * each for each in year]]) == 1
    assert observed_rate(year) is None
    assert observed_rate([None, *year[1:], *year]) is None
    assert observed_rate([Decimal(0)] * 12 + year) is None


def test_observed_growth_is_as_sure_as_its_months_agree() -> None:
    before = [Decimal(1000 + 50 * (month % 5)) for month in range(12)]
    even = observed_growth([*before, *(each * Decimal("1.2") for each in before)])
    mixed = observed_growth(
        [*before, *(each * (Decimal("1.1") + month % 2 / Decimal(5)) for month, each in enumerate(before))]
    )

    assert even is not None
    assert mixed is not None
    assert mixed.lower is not None
    assert mixed.upper is not None
    assert even.value == Decimal("0.2")
    assert even.high - even.low < Decimal("1E-9")
    # Twelve months of 1.1 and 1.3 have a standard error of a tenth by the root of twelve.
    assert float(mixed.lower) == pytest.approx(1.2 * (1 - 1.796 * 0.0872 / 12**0.5) - 1, abs=0.012)
    assert float(mixed.upper) == pytest.approx(1.2 * (1 + 1.796 * 0.0872 / 12**0.5) - 1, abs=0.012)


def test_growth_of_months_that_resemble_their_neighbours_is_less_sure() -> None:
    flat = [Decimal(1000)] * 12
    mixed = observed_growth([*flat, *(Decimal(1100 + 200 * (month % 2)) for month in range(12))])
    halves = observed_growth([*flat, *(Decimal(1100 + 200 * (month > 5)) for month in range(12))])

    assert mixed is not None
    assert halves is not None
    assert halves.high - halves.low > 2 * (mixed.high - mixed.low)


def test_growth_from_a_month_of_nothing_has_no_interval() -> None:
    assert observed_growth([Decimal(0)] + [Decimal(10)] * 23) == Estimate(Decimal(120) / Decimal(110) - 1)
    assert observed_growth([None] * 24) is None
