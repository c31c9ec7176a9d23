"""Break-even: the textbook's figures, steps, mixes, and what has no answer."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.models.unit_economics.break_even import BreakEven, Offer, break_even
from finmod.models.unit_economics.cost_function import Capacity, CostFunction, Estimate, Step


def estimate(value: str, spread: str = "0") -> Estimate:
    return Estimate(Decimal(value), Decimal(value) - Decimal(spread), Decimal(value) + Decimal(spread))


def offer(  # noqa: PLR0913 -- one parameter per figure of an offer
    price: str = "200",
    *,
    fixed: Estimate | None = None,
    variable: Estimate | None = None,
    units: str | None = "40",
    fee: str = "0",
    steps: tuple[Step, ...] = (),
    name: str = "search",
) -> Offer:
    """Return the offer of the textbook: sold at 200, bought at 120, a booth for 2,000."""
    cost = CostFunction(fixed=fixed or estimate("2000"), variable=variable or estimate("120"), steps=steps)
    return Offer(name=name, price=Decimal(price), cost=cost, units=units and Decimal(units), fee=Decimal(fee))  # type: ignore[arg-type]


def codes(found: BreakEven) -> list[str]:
    return [each.code for each in found.findings]


def test_it_gives_what_the_textbook_has() -> None:
    # Horngren, Datar, Rajan: packages sold at 200, bought at 120, a booth for 2,000; 1,200 are wanted.
    found = break_even([offer()])

    assert found.contribution == 80
    assert found.contribution_margin == Decimal("0.4")
    assert found.volume == found.safe_volume == 25
    assert found.revenue == 5000
    assert found.operating_profit == 1200
    assert found.margin_of_safety == Decimal("0.375")
    # Contribution of 3,200 over operating profit of 1,200.
    assert round(found.operating_leverage or 0, 4) == Decimal("2.6667")
    assert break_even([offer()], profit=Decimal(1200)).volume == 40
    assert found.findings == ()


def test_several_products_break_even_in_their_mix() -> None:
    # The same book: bundles of 3 with a contribution of 80 and 2 with 30 bring 300 each; 15 pay for 4,500.
    first = offer(units="60", fixed=estimate("4500"), name="a")
    second = offer("100", variable=estimate("70"), fixed=estimate("0"), units="40", name="b")

    found = break_even([first, second])

    assert found.volume == 75
    assert found.by_product == {"a": 45, "b": 30}
    assert found.units == 100
    assert found.margin_of_safety == Decimal("0.25")


def test_fees_that_go_with_every_sale_lower_the_contribution() -> None:
    assert break_even([offer(fee="0.1")]).contribution == 60
    assert break_even([replace(offer(), fee_per_unit=Decimal(5))]).contribution == 75


@pytest.mark.parametrize("price", ["120", "100"])
def test_no_volume_breaks_even_where_a_unit_brings_no_more_than_it_costs(price: str) -> None:
    found = break_even([offer(price, variable=estimate("120", "60"))])

    assert (found.volume, found.lower, found.upper, found.revenue, found.by_product) == (None, None, None, None, {})
    assert [each.message for each in found.findings] == [
        f"search: no volume breaks even, because a unit brings {price} and its variable cost is 120"
    ]
    assert codes(found) == ["FM2360"]
    assert found.without > 0.4


def test_the_finding_about_no_volume_tells_what_fees_leave() -> None:
    found = break_even([offer("125", fee="0.1")])

    assert "a unit brings 125, 112.5 after fees, and its variable cost is 120" in found.findings[0].message


def test_steps_make_several_volumes_break_even() -> None:
    # 25 units pay for 2,000; above 30 another 1,000 has to be paid for: 37.5.
    found = break_even([offer(steps=(Step(Decimal(30), Decimal(1000)),))])

    assert found.points == (Decimal(25), Decimal("37.5"))
    assert [found.volume, found.safe_volume] == [25, Decimal("37.5")]
    assert found.operating_profit == 200
    assert [(each.code, each.severity, each.message) for each in found.findings] == [
        ("FM2361", "info", "search: 2 volumes break even: 25, 37.5")
    ]


def test_a_step_that_comes_before_break_even_moves_it() -> None:
    assert break_even([offer(steps=(Step(Decimal(20), Decimal(1000)),))]).points == (Decimal("37.5"),)


def test_a_step_that_profit_has_grown_beyond_changes_nothing() -> None:
    assert break_even([offer(steps=(Step(Decimal(60), Decimal(1000)),))]).points == (Decimal(25),)


def full(size: str, added: str) -> Offer:
    """Return the textbook's offer with capacity, of which one piece is held."""
    one = offer()
    return replace(one, cost=replace(one.cost, capacity=Capacity(size=Decimal(size), added=Decimal(added), held=1)))


def test_capacity_far_beyond_the_present_volume_moves_break_even() -> None:
    # Ten units bring 800 and cost 799 more: 2,000 is paid for when the 1,201st piece is full.
    found = break_even([full("10", "799")])

    assert found.volume == 12_010
    assert found.safe_volume is not None
    assert found.safe_volume >= found.volume
    assert found.operating_profit == 80 * 40 - 2000 - 3 * 799


def test_capacity_that_costs_more_than_it_brings_never_breaks_even() -> None:
    found = break_even([full("10", "900")])

    assert (found.volume, found.lower, found.upper, codes(found)) == (None, None, None, ["FM2360"])
    message = "search: no volume breaks even, because capacity costs 90 a unit and a unit brings 80 beyond its variable"
    assert found.findings[0].message == f"{message} cost"


def test_capacity_may_turn_profit_into_loss_for_good() -> None:
    found = break_even([full("30", "3000")])

    assert [found.volume, found.safe_volume, codes(found)] == [25, None, ["FM2361", "FM2364"]]
    assert found.findings[0].message == (
        "search: at great volumes nothing breaks even, because capacity costs 100 a unit and a unit brings 80 beyond "
        "its variable cost"
    )


def test_capacity_in_too_small_pieces_is_refused() -> None:
    found = break_even([full("0.001", "0.0799")])

    assert (found.volume, codes(found)) == (None, ["FM2380"])
    assert found.findings[0].message == (
        "search: break-even is not told, because pieces of capacity of 0.001 units are more than 10,000 until there"
    )


def test_steps_of_a_product_stand_at_its_own_volume() -> None:
    stepped = offer(units="60", fixed=estimate("4500"), steps=(Step(Decimal(30), Decimal(300)),), name="a")
    second = offer("100", variable=estimate("70"), fixed=estimate("0"), units="40", name="b")

    # 30 of the first are 50 of both; 4,800 have to be paid for.
    assert break_even([stepped, second]).volume == 80


def test_the_interval_is_that_of_fieller() -> None:
    fixed, variable = (2000, 200), (120, 10)
    found = break_even([offer(fixed=estimate("2000", "200"), variable=estimate("120", "10"))])

    # Fieller: all volumes q for which (f - q * c)^2 <= z^2 * (var f + q^2 * var c), at spreads of z standard errors.
    contribution = 200 - variable[0]
    a = contribution**2 - variable[1] ** 2
    b = -2 * fixed[0] * contribution
    c = fixed[0] ** 2 - fixed[1] ** 2
    wanted = [(-b + sign * math.sqrt(b * b - 4 * a * c)) / (2 * a) for sign in (-1, 1)]
    assert found.lower is not None
    assert found.upper is not None
    assert [float(found.lower), float(found.upper)] == pytest.approx(wanted, rel=0.01)


def test_an_interval_that_reaches_cost_above_price_is_open_above_and_says_so() -> None:
    allowed = "9 % of what the intervals of its cost allow"
    found = break_even([offer(variable=estimate("120", "100"))])

    assert found.volume == 25
    assert found.lower is not None
    assert found.upper is None
    assert [(each.code, each.message) for each in found.findings] == [
        ("FM2362", f"search: the break-even volume has no upper end: in {allowed} no volume breaks even")
    ]


def test_without_units_there_is_no_margin_of_safety() -> None:
    unknown, none = break_even([offer(units=None)]), break_even([offer(units="0")])

    assert [unknown.margin_of_safety, unknown.operating_profit, none.margin_of_safety] == [None, None, None]
    assert none.operating_profit == -2000
    assert unknown.findings[0].message == "search: no units are known for now, so there is no margin of safety"
    assert none.findings[0].message == "search: there are no units now, so there is no margin of safety"
    assert codes(unknown) == codes(none) == ["FM2363"]


def test_below_break_even_the_margin_of_safety_is_negative() -> None:
    assert break_even([offer(units="20")]).margin_of_safety == Decimal("-0.25")


def test_operating_leverage_of_a_loss_is_none() -> None:
    found = break_even([offer(units="20")])

    assert [found.operating_profit, found.operating_leverage] == [-400, None]
    assert [(each.code, each.severity, each.message) for each in found.findings] == [
        ("FM2364", "info", "search: there is a loss now, so operating leverage is undefined")
    ]


def test_operating_leverage_is_undefined_where_profit_is_none() -> None:
    found = break_even([offer(units="25")])

    assert found.operating_leverage is None
    assert [(each.code, each.message) for each in found.findings] == [
        ("FM2364", "search: operating profit is 0 now, so operating leverage is undefined")
    ]


def test_several_products_without_known_units_have_no_mix() -> None:
    one, other = offer(name="a"), offer(units=None, name="b\x1b[2J")

    found, idle = break_even([one, other]), break_even([offer(units="0"), offer(units="0")])

    assert found.volume is None
    assert codes(found) == codes(idle) == ["FM2363"]
    assert found.findings[0].message.startswith("the units of b\N{REPLACEMENT CHARACTER}[2J are unknown, so there is")
    assert idle.findings[0].message == (
        "there are no units now, so there is no mix in which 2 products could break even together"
    )


def test_cost_that_is_paid_for_from_the_start_breaks_even_at_none() -> None:
    assert break_even([offer(fixed=estimate("0"))]).volume == 0
    assert break_even([offer()], profit=Decimal(-3000)).volume == 0


def test_no_offer_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no offer"):
        break_even([])


@given(
    st.decimals(1, 1000, places=4),
    st.decimals(0, 1000, places=4),
    st.decimals(0, 10**6, places=2),
    st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 10**5)), max_size=4),
)
def test_at_each_point_revenue_is_all_cost(
    price: Decimal, variable: Decimal, fixed: Decimal, steps: list[tuple[int, int]]
) -> None:
    cost = CostFunction(
        fixed=Estimate(fixed),
        variable=Estimate(variable),
        steps=tuple(Step(Decimal(above), Decimal(added)) for above, added in steps),
    )
    found = break_even([Offer(name="a", price=price, cost=cost, units=Decimal(1))])

    assert (found.volume is None) == (price <= variable)
    for point in found.points:
        assert round(price * point - cost.total(point), 12) == 0 or cost.total(point) <= 0
    if found.safe_volume is not None:
        beyond = found.safe_volume + 10**7
        assert price * beyond >= cost.total(beyond) or price - variable < Decimal("0.1")
