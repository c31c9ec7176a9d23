"""Values of finmod unit-economics: numbers, percentages, intervals, lists and steps, each refused in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.cli.unit_economics_options import Figure, Figures, Interval, StepOf
from finmod.errors import UserError
from finmod.terms.bounds import ABOVE_ZERO, PART, Range


@pytest.mark.parametrize(("text", "value"), [("0.029", "0.029"), ("2.9%", "0.029"), (" 5 % ", "0.05"), ("0", "0")])
def test_a_part_is_a_number_or_a_percentage(text: str, value: str) -> None:
    assert Figure(PART).convert(text, None, None) == Decimal(value)


@pytest.mark.parametrize("text", ["1", "-0.1", "100%", "a", "", "NaN", "1e3", "0.0000000000001", "inf", "1,5"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"expected a part from 0 to below 1, such as 0\.029 or 2\.9%") as refused:
        Figure(PART).convert(text, None, None)

    assert refused.value.problems[0].code == "FM1061"
    assert refused.value.problems[0].found == f"the value is '{text}'"


def test_a_price_is_no_percentage() -> None:
    assert Figure(ABOVE_ZERO).convert(".5", None, None) == Decimal("0.5")
    for text in ("5%", "0", "-3"):
        with pytest.raises(UserError, match="expected a number above 0"):
            Figure(ABOVE_ZERO).convert(text, None, None)


def test_an_interval_has_its_middle_as_its_value() -> None:
    assert Interval(PART).convert("10%..30%", None, None) == Range(Decimal("0.2"), Decimal("0.1"), Decimal("0.3"))
    assert Interval(PART).convert("0.2", None, None) == Range(*[Decimal("0.2")] * 3)


@pytest.mark.parametrize("text", ["0.3..0.1", "0.1..", "0.1..0.2..0.3", "0.1...0.3", "0.1..2"])
def test_an_interval_goes_from_low_to_high(text: str) -> None:
    with pytest.raises(UserError, match=r"or an interval of it, as 0\.1\.\.0\.3"):
        Interval(PART).convert(text, None, None)


def test_several_numbers_have_commas_between_them() -> None:
    assert Figures(PART).convert("0.1, 20%", None, None) == (Decimal("0.1"), Decimal("0.2"))
    with pytest.raises(UserError, match="several with commas between them"):
        Figures(PART).convert("0.1,,0.2", None, None)


def test_a_step_is_units_and_cost() -> None:
    assert StepOf().convert("2000000:1500.5", None, None) == (Decimal(2_000_000), Decimal("1500.5"))


@pytest.mark.parametrize("text", ["5", "5:-1", "-5:1", "1:2:3", "a:b", "0:5"])
def test_what_is_no_step_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="expected UNITS:COST a month, such as 2000000:1500, units above 0"):
        StepOf().convert(text, None, None)
