"""Price floors: solved with fees in, for each numerator, prudent, with the room that a discount has."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.models.unit_economics.cost_function import CostFunction, Estimate
from finmod.models.unit_economics.price_floor import Priced, PriceFloor, PriceFloors, Terms, price_floors

DIRECT = CostFunction(fixed=Estimate(Decimal(1000)), variable=Estimate(Decimal(2)))
FULL = CostFunction(fixed=Estimate(Decimal(1000)), variable=Estimate(Decimal(2)), other=Decimal(500))
THOUSAND = (Decimal(1000),)


def floors(price: str | None = "5", terms: Terms | None = None, cost: CostFunction = DIRECT) -> PriceFloors:
    asked = Priced(name="search", costs={"direct": cost}, volumes=THOUSAND, price=price and Decimal(price))  # type: ignore[arg-type]
    return price_floors([asked], terms or Terms())


def row(price: str | None = "5", terms: Terms | None = None, cost: CostFunction = DIRECT) -> PriceFloor:
    return floors(price, terms, cost).rows[0]


def test_without_fees_floors_are_the_costs_of_a_unit() -> None:
    found = row()

    assert [found.marginal_cost, found.average_cost] == [2, 3]
    assert [found.short_run, found.long_run, found.target_margin] == [2, 3, 3]


def test_fees_are_part_of_the_price_that_they_are_taken_from() -> None:
    found = row(terms=Terms(fee=Decimal("0.2"), fee_per_unit=Decimal("0.4"), margin=Decimal("0.3")))

    assert [found.short_run, found.long_run, found.target_margin] == [3, Decimal("4.25"), Decimal("6.8")]


@given(
    st.decimals("0.01", 1000, places=4),
    st.decimals(0, 10**6, places=2),
    st.decimals(0, "0.4", places=3),
    st.decimals(0, "0.5", places=3),
)
def test_at_the_target_price_cost_fee_and_margin_are_the_price(
    variable: Decimal, fixed: Decimal, fee: Decimal, margin: Decimal
) -> None:
    cost = CostFunction(fixed=Estimate(fixed), variable=Estimate(variable))
    found = row(terms=Terms(fee=fee, margin=margin), cost=cost)

    price = found.target_margin
    assert round(price * fee + price * margin + found.average_cost - price, 20) == 0
    assert found.short_run <= found.long_run <= found.target_margin


def test_the_prudent_floor_is_that_of_the_upper_end() -> None:
    wide = CostFunction(fixed=Estimate(Decimal(1000)), variable=Estimate(Decimal(2), Decimal(1), Decimal(4)))

    found = row(cost=wide, terms=Terms(fee=Decimal("0.2")))

    assert found.prudent_short_run == 5
    assert float(found.prudent_long_run) == pytest.approx(6.25, abs=0.01)
    assert float(found.prudent_target_margin) == pytest.approx(6.25, abs=0.01)


def test_where_the_total_is_known_the_prudent_long_run_floor_is_too() -> None:
    split = CostFunction(
        fixed=Estimate(Decimal(1000)), variable=Estimate(Decimal(2), Decimal(1), Decimal(3)), known_at=Decimal(1000)
    )

    assert row(cost=split).prudent_long_run == pytest.approx(Decimal(3))
    assert row(cost=split).prudent_short_run == 3


def test_numerators_and_volumes_are_rows() -> None:
    asked = Priced(name="search", costs={"direct": DIRECT, "fully_loaded": FULL}, volumes=[Decimal(500), Decimal(1000)])

    found = price_floors([asked], Terms()).rows

    assert [(f"{each.units}", each.numerator, f"{each.long_run}") for each in found] == [
        ("500", "direct", "4"),
        ("500", "fully_loaded", "5"),
        ("1000", "direct", "3"),
        ("1000", "fully_loaded", "3.5"),
    ]


def test_room_is_the_part_of_the_price_until_the_prudent_floor() -> None:
    found = row("4", Terms(margin=Decimal("0.4")))

    assert found.room == {"short_run": Decimal("0.5"), "long_run": Decimal("0.25"), "target_margin": Decimal("-0.25")}


@pytest.mark.parametrize(
    ("price", "binding"),
    [("6", "target_margin"), ("4", "long_run"), ("2.5", "short_run"), ("1", None), (None, None)],
)
def test_the_floor_that_binds_is_the_first_that_a_discount_breaks(price: str | None, binding: str | None) -> None:
    assert row(price, Terms(margin=Decimal("0.4"))).binding == binding


@pytest.mark.parametrize("price", ["0", "-1"])
def test_a_price_that_is_no_price_has_no_room(price: str) -> None:
    # Refunds above sales make a negative one.
    assert set(row(price, Terms(margin=Decimal("0.4"))).room.values()) == {None}


def test_prices_below_cost_are_told() -> None:
    below_marginal, below_average = floors("1.5").findings, floors("2.5").findings

    assert [(each.code, each.message) for each in (*below_marginal, *below_average)] == [
        (
            "FM2370",
            "search at 1,000 units a month: the price of 1.5 is below what one more unit costs, 2 (direct)",
        ),
        (
            "FM2371",
            "search at 1,000 units a month: the price of 2.5 is below what a unit costs on average, 3 (direct)",
        ),
    ]


def test_a_price_that_misses_the_margin_that_is_asked_for_is_told() -> None:
    found = floors("4", Terms(margin=Decimal("0.4")))

    assert [(each.code, each.severity, each.message) for each in found.findings] == [
        (
            "FM2384",
            "warning",
            "search at 1,000 units a month: the price of 4 misses the margin of 40 %, which needs 5 (direct)",
        )
    ]
    assert floors("5", Terms(margin=Decimal("0.4"))).findings == ()


@pytest.mark.parametrize(
    ("price", "broken"),
    [("6", ()), ("2.5", ("long_run", "target_margin")), ("1", ("short_run", "long_run", "target_margin")), (None, ())],
)
def test_floors_that_the_price_is_below_are_named(price: str | None, broken: tuple[str, ...]) -> None:
    assert row(price, Terms(margin=Decimal("0.4"))).broken == broken


def test_without_a_price_there_is_no_room_and_it_is_said() -> None:
    found = floors(None)

    assert set(found.rows[0].room.values()) == {None}
    assert [(each.code, each.message) for each in found.findings] == [
        ("FM2369", "search: the price now is unknown, so there is no room for a discount to tell")
    ]
    assert set(row("0").room.values()) == {None}


@pytest.mark.parametrize("terms", [("0.5", "0", "0.5"), ("-0.1", "0", "0"), ("0", "-1", "0"), ("0", "0", "-0.1")])
def test_fees_and_margin_leave_something_of_the_price(terms: tuple[str, str, str]) -> None:
    fee, per_unit, margin = map(Decimal, terms)

    with pytest.raises(ValueError, match="with a margin of"):
        Terms(fee=fee, fee_per_unit=per_unit, margin=margin)


def test_a_volume_of_nothing_has_no_price() -> None:
    asked = Priced(name="search", costs={"direct": DIRECT}, volumes=[Decimal(0)])

    with pytest.raises(ValueError, match="a price at a volume of 0"):
        price_floors([asked], Terms())
