"""Cost of a unit in the past and in years to come: exact, with a band, alike by month and by year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from finmod.models.unit_economics.cost_function import CostFunction, Estimate, Step
from finmod.models.unit_economics.growth import ConstantRate, Elasticity, Given
from finmod.models.unit_economics.projection import Assumptions, Past, Projection, UnitCost, project

FLAT = ConstantRate(Estimate(Decimal(0)))
DIRECT = CostFunction(fixed=Estimate(Decimal(1000)), variable=Estimate(Decimal(2)))
FULL = replace(DIRECT, other=Decimal(500))
PAST = [
    Past(date(2026, 11, 1), Decimal(900), {"direct": Decimal(2700), "fully_loaded": Decimal(3200)}),
    Past(date(2026, 12, 1), Decimal(1000), {"direct": Decimal(3000), "fully_loaded": Decimal(3500)}),
]


def year_of(month: date) -> str:
    return f"FY{month.year}"


def assumptions(growth: ConstantRate | Given = FLAT, **others: object) -> Assumptions:
    found = Assumptions(present=Decimal(1000), costs={"direct": DIRECT, "fully_loaded": FULL}, growth=growth, years=2)
    return replace(found, **others)  # type: ignore[arg-type]


def told(found: Projection, period: str, numerator: str = "direct") -> UnitCost:
    return next(each for each in (*found.months, *found.years) if (each.period, each.numerator) == (period, numerator))


def test_history_is_cost_by_units_and_has_no_band() -> None:
    found = told(project(PAST, assumptions(), year_of=year_of), "2026-11")

    assert found.kind == "history"
    assert [found.average_cost, found.lower, found.upper] == [3, None, None]


def test_numerators_stand_side_by_side_and_go_on_as_they_are_without_growth() -> None:
    found = project(PAST, assumptions(), year_of=year_of)

    assert told(found, "2027-01").average_cost == 3
    assert told(found, "2028-12", "fully_loaded").average_cost == Decimal("3.5")
    assert told(found, "2027-01").variable_cost_per_unit == 2
    assert len(found.months) == 2 * (2 + 24)
    assert found.findings == ()


def test_growth_spreads_fixed_cost_over_more_units() -> None:
    found = told(project(PAST, assumptions(ConstantRate(Estimate(Decimal(1)))), year_of=year_of), "2027-12")

    assert round(found.units or 0, 12) == 2000
    assert round(found.average_cost or 0, 12) == Decimal("2.5")


def test_scale_prices_and_inflation_change_the_parts_that_are_theirs() -> None:
    assumed = assumptions(
        ConstantRate(Estimate(Decimal(3))),
        scale=Elasticity(Decimal("0.5")),
        price_changes=(Decimal("-0.1"),),
        inflation=(Decimal("0.2"),),
    )

    found = told(project(PAST, assumed, year_of=year_of), "2027-12", "fully_loaded")

    # 4,000 units: variable 2 * 0.5 * 0.9, fixed 1,000 * 0.9, other 500 * 1.2.
    assert round(found.total_cost or 0, 9) == Decimal("0.9") * 4000 + 900 + 600
    assert round(found.variable_cost_per_unit or 0, 9) == Decimal("0.9")


def test_steps_come_with_volume() -> None:
    stepped = replace(DIRECT, steps=(Step(Decimal(1500), Decimal(700)),))
    growth = Given((Decimal(1500), Decimal(1501)) * 12)

    found = project(PAST, assumptions(growth, costs={"direct": stepped}), year_of=year_of)

    assert told(found, "2027-01").total_cost == 4000
    assert told(found, "2027-02").total_cost == 4702


def test_a_year_is_its_cost_by_its_units_with_history_and_projection_together() -> None:
    assumed = assumptions(costs={"direct": DIRECT})
    found = project(PAST, assumed, year_of=lambda month: f"FY{month.year + (month.month >= 7)}")

    first = told(found, "FY2027")
    assert (first.kind, first.months) == ("both", 8)
    assert [first.units, first.total_cost] == [7900, 2700 + 7 * 3000]
    assert first.average_cost is not None
    assert first.average_cost * 7900 == pytest.approx(Decimal(23700))
    assert told(found, "FY2029").months == 6


def test_a_year_in_which_other_cost_begins_is_told_apart() -> None:
    found = project(PAST, assumptions(), year_of=lambda month: f"FY{month.year + (month.month >= 7)}")

    assert [(each.numerator, each.kind, each.months) for each in found.years if each.period == "FY2027"] == [
        ("direct", "history", 2),
        ("direct", "projection", 6),
        ("fully_loaded", "history", 2),
        ("fully_loaded", "projection", 6),
    ]
    past = next(each for each in found.years if each.numerator == "fully_loaded")
    assert past.total_cost == 3200 + 3500


def test_the_band_is_that_of_the_inputs() -> None:
    wide = replace(DIRECT, variable=Estimate(Decimal(2), Decimal(1), Decimal(4)))

    found = told(project(PAST, assumptions(costs={"direct": wide}), year_of=year_of), "2027-01")

    assert found.lower is not None
    assert found.upper is not None
    assert (float(found.lower), float(found.upper)) == pytest.approx((2, 5), abs=0.01)


def test_what_is_known_in_sum_is_as_good_as_known_at_the_present_volume() -> None:
    split = CostFunction(
        fixed=Estimate(Decimal(1000)),
        variable=Estimate(Decimal(2), Decimal("1.5"), Decimal("2.5")),
        known_at=Decimal(1000),
    )
    found = project(PAST, assumptions(Given((Decimal(1000), Decimal(2000)) * 12), costs={"a": split}), year_of=year_of)

    now, later = told(found, "2027-01", "a"), told(found, "2027-02", "a")
    assert now.lower == now.upper == now.average_cost == 3
    assert later.lower is not None
    assert later.upper is not None
    assert (float(later.lower), float(later.upper)) == pytest.approx((2.25, 2.75), abs=0.01)


def test_growth_with_an_interval_widens_the_band_of_later_months() -> None:
    growth = ConstantRate(Estimate(Decimal("0.2"), Decimal(0), Decimal("0.4")))

    found = project(PAST, assumptions(growth), year_of=year_of)

    widths = [(one.upper or 0) - (one.lower or 0) for one in found.months if one.numerator == "direct"][2:]
    assert widths == sorted(widths)
    assert widths[0] > 0


def test_the_same_seed_gives_the_same_band() -> None:
    growth = ConstantRate(Estimate(Decimal("0.2"), Decimal(0), Decimal("0.4")))

    assert project(PAST, assumptions(growth), year_of=year_of, seed=4) == project(
        PAST, assumptions(growth), year_of=year_of, seed=4
    )


def test_unknown_months_stay_unknown_and_make_their_year_unknown() -> None:
    past = [Past(date(2026, 10, 1), None, {"direct": Decimal(1)}), Past(date(2026, 11, 1), Decimal(0), {}), PAST[1]]

    found = project(past, assumptions(costs={"direct": DIRECT}), year_of=year_of)

    assert [told(found, month).average_cost for month in ("2026-10", "2026-11", "FY2026")] == [None, None, None]
    assert [(each.code, each.message) for each in found.findings] == [
        ("FM2365", "direct cost of a unit is unknown in 2 months, the first 2026-10: units or cost are 0 or unknown")
    ]


def test_volumes_that_are_given_end_the_projection_and_it_says_so() -> None:
    found = project(PAST, assumptions(Given((Decimal(1000),) * 5)), year_of=year_of)

    assert found.months[-1].period == "2027-05"
    assert [(each.code, each.message) for each in found.findings] == [
        ("FM2366", "the growth that is given has 5 months, and 24 were asked for: the projection ends with it")
    ]


def test_volumes_far_from_those_that_were_seen_are_told() -> None:
    (found,) = project(PAST, assumptions(Given((Decimal(2001),) * 24)), year_of=year_of).findings

    assert (found.code, found.severity) == ("FM2367", "info")
    assert found.message == (
        "the projection reaches 2,001 units a month, and cost is known at 900 to 1,000: "
        "further out fixed and variable cost may be others"
    )


def test_without_a_past_a_year_or_a_present_there_is_nothing_to_project() -> None:
    for past, assumed in (([], assumptions()), (PAST, assumptions(years=0)), (PAST, assumptions(present=Decimal(0)))):
        with pytest.raises(ValueError, match="months of history"):
            project(past, assumed, year_of=year_of)
