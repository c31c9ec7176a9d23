"""A tornado: inputs by their swing, what they leave over together, ends at which there is no figure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from finmod.models.unit_economics.cost_function import CostFunction, Estimate, Step
from finmod.models.unit_economics.figures import FIGURES, INPUTS, Present
from finmod.models.unit_economics.sensitivity import Input, Tornado, from_estimate, tornado, varied

TENTH = Decimal("0.1")


def product(given: Mapping[str, Decimal]) -> Decimal | None:
    return given["a"] * given["b"] if given["b"] >= 0 else None


def test_the_widest_swing_stands_first() -> None:
    found = tornado(product, [varied("a", Decimal(10), TENTH), varied("b", Decimal(5), Decimal("0.5"))], name="x")

    assert [bar.varied.name for bar in found.bars] == ["b", "a"]
    assert [[bar.at_low, bar.at_high, bar.swing] for bar in found.bars] == [[25, 75, 50], [45, 55, 10]]
    assert found.base == 50


def test_what_single_changes_leave_over_is_told_for_both_directions() -> None:
    found = tornado(product, [varied("a", Decimal(10), TENTH), varied("b", Decimal(5), Decimal("0.5"))], name="x")

    # 11 * 7.5 = 82.5 is 50 + 5 + 25 and 2.5; 9 * 2.5 = 22.5 is 50 - 5 - 25 and 2.5.
    assert (found.highest, found.interaction_up) == (Decimal("82.5"), Decimal("2.5"))
    assert (found.lowest, found.interaction_down) == (Decimal("22.5"), Decimal("2.5"))


def test_all_inputs_at_once_reach_the_true_extremes() -> None:
    # Alone b moves nothing, for a is 0; together they reach 4.
    inputs = [
        Input("a", Decimal(0), Decimal(-2), Decimal(2), "guess"),
        Input("b", Decimal(1), Decimal(0), Decimal(2), ""),
    ]

    found = tornado(product, inputs, name="x")

    assert [found.lowest, found.highest] == [-4, 4]
    assert [found.interaction_down, found.interaction_up] == [-2, 2]


def test_a_sum_has_no_interaction() -> None:
    inputs = [varied("a", Decimal(10), TENTH), varied("b", Decimal(5), TENTH)]

    found = tornado(lambda given: given["a"] - given["b"], inputs, name="x")

    assert [found.interaction_up, found.interaction_down] == [0, 0]
    assert found.highest == Decimal("6.5")


def test_an_input_that_peaks_within_its_range_swings_from_the_base() -> None:
    around = Input("a", Decimal(0), Decimal(-1), Decimal(2), "guess")

    found = tornado(lambda given: -given["a"] * given["a"], [around], name="x")

    assert found.bars[0].swing == 4
    assert [found.highest, found.lowest] == [0, -4]


def test_an_end_without_a_figure_stands_first_and_is_told() -> None:
    inputs = [varied("a", Decimal(10), TENTH), Input("b\n", Decimal(5), Decimal(-2), Decimal(9), "guess")]

    found = tornado(lambda given: product({"a": given["a"], "b": given["b\n"]}), inputs, name="x")

    assert [bar.swing for bar in found.bars] == [None, 10]
    assert [found.highest, found.lowest, found.interaction_up] == [None, None, None]
    assert [(each.code, each.message) for each in found.findings] == [("FM2368", "there is no x where b\n is -2")]


def test_without_a_figure_to_begin_with_that_is_what_is_told() -> None:
    found = tornado(lambda _: None, [varied("a", Decimal(1), TENTH)], name="break-even volume")

    assert found.base is None
    assert [each.message for each in found.findings] == [
        "there is no break-even volume to begin with, so its sensitivity is unknown"
    ]


def test_ranges_come_from_intervals_or_from_parts() -> None:
    assert from_estimate("a", Estimate(Decimal(2), Decimal(1), Decimal(4))) == Input(
        "a", Decimal(2), Decimal(1), Decimal(4), "90 % interval"
    )
    assert from_estimate("a", Estimate(Decimal(2))).why == "exact"
    assert varied("a", Decimal(-10), TENTH) == Input("a", Decimal(-10), Decimal(-11), Decimal(-9), "+-10 %")


def test_a_base_outside_of_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="a from 1 to 2 around 3"):
        Input("a", Decimal(3), Decimal(1), Decimal(2), "guess")


def given(**others: str) -> dict[str, Decimal]:
    base = {"total_cost": "3000", "variable_cost": "2", "other_cost": "500", "units": "1000", "price": "5"}
    return {
        name: Decimal({**base, "fee": "0.1", "fee_per_unit": "0", "margin": "0.2", **others}[name]) for name in INPUTS
    }


def figure(name: str, **others: str) -> Decimal | None:
    cost = CostFunction(
        fixed=Estimate(Decimal(1000)), variable=Estimate(Decimal(2)), steps=(Step(Decimal(1500), Decimal(700)),)
    )
    return Present(Decimal(1000), cost).figure(name)(given(**others))


def test_figures_are_those_of_the_product() -> None:
    assert figure("unit_cost") == Decimal("3.5")
    assert figure("unit_cost", units="2000") == Decimal("3.1")
    assert figure("margin") == Decimal("0.2")
    assert figure("break_even_volume") == 600
    assert figure("price_floor") == 5
    assert figure("margin", fee_per_unit="0.5") == Decimal("0.1")
    assert figure("break_even_volume", fee_per_unit="0.5") == 750
    assert figure("price_floor", fee_per_unit="0.7") == 6


def test_another_total_moves_its_variable_part_too() -> None:
    # 2,000 of 3,000 is variable, so of 3,600 it is 2,400: 500 and 1,200 are paid for by 4.5 - 2.4.
    assert figure("break_even_volume", total_cost="3600") == pytest.approx(Decimal(1700) / Decimal("2.1"))
    assert figure("unit_cost", total_cost="3600") == Decimal("4.1")


def test_doubt_about_the_split_moves_nothing_that_the_total_decides() -> None:
    assert figure("unit_cost", variable_cost="1") == figure("unit_cost", variable_cost="3") == Decimal("3.5")
    assert figure("break_even_volume", variable_cost="1") != 600


def test_figures_without_a_value_are_none() -> None:
    assert figure("unit_cost", units="0") is None
    assert figure("margin", price="0") is None
    assert figure("break_even_volume", price="2") is None
    assert figure("price_floor", fee="0.9") is None


def test_each_figure_has_a_tornado() -> None:
    cost = CostFunction(fixed=Estimate(Decimal(1000)), variable=Estimate(Decimal(2)))

    found: list[Tornado] = []
    for name in FIGURES:
        inputs = [varied(one, value, TENTH) for one, value in given().items()]
        found.append(tornado(Present(Decimal(1000), cost).figure(name), inputs, name=name))

    assert [one.bars[0].varied.name for one in found] == ["total_cost", "price", "price", "total_cost"]
