"""Waterfalls: they tie, say their form, and leave nothing out."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.errors import InternalError
from finmod.reports.charts.drawing import Chart
from finmod.reports.charts.waterfall import NET, UNTOLD, Effect, Subtotal, Total, Waterfall, waterfall
from tests.pictures import MINUS, faults, placed, root, shapes, untold


def made(
    opening: int | None,
    effects: list[int | None],
    closing: int | None,
    width: int = 680,
    form: Literal["auto", "bridge", "effects"] = "auto",
) -> Chart:
    def amount(number: int | None) -> Decimal | None:
        return None if number is None else Decimal(number)

    chart = Waterfall(
        title="Cost",
        unit="USD",
        opening=Total("August", amount(opening)),
        steps=tuple(Effect(f"effect {chr(97 + place)}", amount(each)) for place, each in enumerate(effects)),
        closing=Total("September", amount(closing)),
        form=form,
    )
    return waterfall(chart, width=width, anchor="w")


def texts(chart: Chart) -> set[str]:
    return {each.text for each in placed(chart)}


def test_effects_that_are_large_float_between_totals_from_zero() -> None:
    chart = made(100, [60, -40], 120)

    first, last = shapes(chart, "total")
    up, down = shapes(chart, "s1")[1], shapes(chart, "s0")[1]  # the first of each stands in the legend
    assert first["x"] == last["x"]
    assert up["x"] == pytest.approx(first["x"] + first["width"], abs=0.2)
    assert up["x"] + up["width"] == pytest.approx(down["x"] + down["width"], abs=0.2)
    assert last["width"] == pytest.approx(first["width"] * 1.2, abs=0.3)
    assert NET not in texts(chart)


def test_effects_that_totals_dwarf_are_drawn_alone_around_zero_and_the_picture_says_so() -> None:
    chart = made(900_000, [5_000, -2_000], 903_000)

    assert any("Bars show the change since the opening total" in each for each in texts(chart))
    assert {"900,000", "903,000", "+5,000", f"{MINUS}2,000", NET, "+3,000"} <= texts(chart)
    (net,) = shapes(chart, "total")
    up = shapes(chart, "s1")[1]
    assert net["x"] == up["x"]
    assert net["width"] == pytest.approx(up["width"] * 0.6, abs=0.3)


@pytest.mark.parametrize(
    ("opening", "effects", "closing", "is_bridge"),
    [
        (75, [25], 100, True),
        (76, [24], 100, False),
        (100, [60, -60], 100, True),
        (-10, [20], 10, True),
        (100, [], 100, True),
        (0, [1], 1, True),
    ],
)
def test_a_quarter_of_the_axis_is_the_rule(
    opening: int, effects: list[int | None], closing: int, *, is_bridge: bool
) -> None:
    assert (NET not in texts(made(opening, effects, closing))) == is_bridge


def test_the_form_may_be_asked_for() -> None:
    assert NET in texts(made(100, [60], 160, form="effects"))
    assert NET not in texts(made(900, [1], 901, form="bridge"))


def test_what_does_not_tie_is_refused() -> None:
    with pytest.raises(InternalError, match="the waterfall does not tie: 100 and effects of 5 make no 106"):
        made(100, [5], 106)


def test_an_effect_that_is_not_known_is_told_and_what_is_left_has_a_row() -> None:
    chart = made(100, [50, None], 130)

    assert ("effect b", "no value", "no value") in chart.table.rows
    assert (UNTOLD, f"{MINUS}20", "130") in chart.table.rows
    assert {"no value", UNTOLD, f"{MINUS}20"} <= texts(chart)


def test_a_total_that_is_not_known_is_told_and_never_drawn() -> None:
    chart = made(None, [50, -20], 130)

    assert len(shapes(chart, "total")) == 1  # the net change
    assert ("August", "", "no value") in chart.table.rows
    assert (NET, "+30", "") in chart.table.rows


def test_the_table_has_every_digit_and_the_totals_on_the_way() -> None:
    chart = waterfall(
        Waterfall(
            title="Profit",
            unit="USD",
            opening=Total("Plan", Decimal("100.000000000001")),
            steps=(Effect("Price", Decimal("-0.5")), Subtotal("After price"), Effect("Volume", Decimal(3))),
            closing=Total("Actual", Decimal("102.500000000001")),
        ),
        anchor="w",
    )

    assert chart.table.header == ("Step", "Change, USD", "Total, USD")
    assert chart.table.rows == (
        ("Plan", "", "100.000000000001"),
        ("Price", f"{MINUS}0.50", "99.500000000001"),
        ("After price", "", "99.500000000001"),
        ("Volume", "+3", "102.500000000001"),
        (NET, "+2.50", ""),
        ("Actual", "", "102.500000000001"),
    )


def test_up_and_down_differ_in_more_than_colour() -> None:
    chart = made(100, [60, -40], 120)

    assert {"+60", f"{MINUS}40", "Increase", "Decrease"} <= texts(chart)
    assert chart.svg.count('fill="url(#w-rising)"') == 2  # the decrease, and its sample in the legend


def test_the_description_tells_what_happened() -> None:
    description = root(made(100, [60, -40, None], 130))[1].text

    assert description == (
        "Waterfall in USD, totals and effects: August 100, 1 increase, 1 decrease, 1 effect without a value, "
        "September 130."
    )


AMOUNTS = st.one_of(st.none(), st.integers(-(10**9), 10**9))


@given(
    st.integers(-(10**9), 10**9),
    st.lists(AMOUNTS, max_size=15),
    st.integers(0, 10**6),
    st.sampled_from([280, 360, 680]),
)
def test_no_label_meets_another_and_every_amount_is_in_the_table(
    opening: int, effects: list[int | None], rest: int, width: int
) -> None:
    closing = opening + sum(each or 0 for each in effects) + (rest if None in effects else 0)

    chart = made(opening, effects, closing, width)

    assert faults(chart) == []
    assert untold(chart) == []


def test_the_same_chart_is_the_same_text() -> None:
    assert made(100, [60, -40], 120) == made(100, [60, -40], 120)
