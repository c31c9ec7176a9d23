"""The split of a product: what is asked of the model, what is refused before it is asked, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from finmod.models.unit_economics.cost_function import Estimate
from finmod.models.unit_economics.growth import ConstantRate
from finmod.models.unit_economics.projection import Past
from finmod.workspace.unit_economics.books import Days, Product
from finmod.workspace.unit_economics.split import ProductSplit, divided, split_product
from finmod.workspace.unit_economics.words import growth_of, made_before, refusals
from tests.unit_economics import cost, orders

FIRST, SEPTEMBER = date(2026, 7, 1), date(2026, 9, 1)


def days(*places: int) -> Days:
    return Days(
        days=tuple(FIRST + timedelta(days=place) for place in places),
        units=tuple(Decimal(orders("search", place)) for place in places),
        costs={"direct": tuple(cost("search", place) for place in places)},
    )


def product(found: Days | None, amount: str | None = "1000", units: str | None = "100") -> Product:
    month = Past(date(2026, 9, 1), units and Decimal(units), {"direct": None if amount is None else Decimal(amount)})  # type: ignore[arg-type]
    return Product(
        name="search", past=(month,), revenue={date(2026, 9, 1): Decimal(500)}, days=found, units_of="orders"
    )


def split(asked: Product, said: Estimate | None = None) -> ProductSplit:
    return split_product(asked, ("direct",), said=said, price=None, seed=0)


def test_marginal_cost_of_the_days_is_that_of_the_month() -> None:
    september = range(62, 92)
    units, spent = (sum(of("search", place) for place in september) for of in (orders, cost))
    found = split(product(days(*range(92)), str(spent), str(units)))

    made = found.splits["direct"]
    assert made is not None
    assert made.total_cost == spent
    assert made.marginal_cost.low <= Decimal("0.02") <= made.marginal_cost.high
    assert made.fixed_cost.low <= 300 * 30 <= made.fixed_cost.high
    assert found.price == round(Decimal(500) / units, 12)
    assert found.averages == {"direct": round(Decimal(spent) / units, 12)}


def test_units_that_are_a_level_are_one_a_day() -> None:
    level = str(round(sum(orders("search", place) for place in range(62, 92)) / 30))
    found = split(product(days(*range(92)), "23000", level)).splits["direct"]

    assert found is not None
    assert found.marginal_cost.value == pytest.approx(Decimal("0.6"), rel=Decimal("0.01"))


def test_days_before_a_gap_are_not_looked_at() -> None:
    gap = split(product(days(*range(60), *range(70, 92))))
    after = split(product(days(*range(70, 92))))

    assert gap.splits == after.splits
    assert gap.splits["direct"] is not None


def test_days_before_a_product_costs_anything_are_no_reason_to_look_at_months() -> None:
    found = days(*range(92))
    late = (*[Decimal(0)] * 60, *found.costs["direct"][60:])
    begun = Days(days=found.days, units=found.units, costs={"direct": late})

    assert split(product(begun)).splits == split(product(days(*range(60, 92)))).splits


def test_bills_that_charge_by_the_month_are_split_by_their_months() -> None:
    months = [date(2024 + place // 12, place % 12 + 1, 1) for place in range(30)]
    units = [Decimal(orders("search", place)) for place in range(30)]
    past = tuple(Past(month, each, {"direct": 300 + each / 50}) for month, each in zip(months, units, strict=True))
    on_one_day = Days(
        days=tuple(FIRST + timedelta(days=place) for place in range(60)),
        units=(Decimal(10),) * 60,
        costs={"direct": tuple(Decimal(3000 if place % 30 == 0 else 0) for place in range(60))},
    )

    found = split(Product(name="search", past=past, revenue={}, days=on_one_day, units_of="orders")).splits["direct"]

    assert found is not None
    assert found.marginal_cost.low <= Decimal("0.02") <= found.marginal_cost.high


def test_a_cost_that_may_as_well_be_fixed_is_refused_and_told_as_a_warning() -> None:
    chance = np.random.default_rng(1)
    made = days(*range(200))
    spent = tuple(Decimal(f"{500 + chance.normal(0, 5):.2f}") for _ in made.days)
    found = split(product(replace(made, costs={"direct": spent}), "15000", "42000"))

    assert found.splits == {"direct": None}
    assert [(one.code, one.severity) for one in refusals([found])] == [("FM2344", "warning")]


def test_months_that_are_not_told_yet_are_no_reason_to_see_no_growth() -> None:
    months = [date(2024 + place // 12, place % 12 + 1, 1) for place in range(25)]
    units: list[Decimal | None] = [*[Decimal(100)] * 12, *[Decimal(120)] * 12, None]
    past = tuple(Past(month, each, {"direct": Decimal(50)}) for month, each in zip(months, units, strict=True))
    made = Product(name="search", past=past, revenue={}, days=None, units_of="orders")
    found = split(made, Estimate(Decimal("0.5")))

    assert [each.month for each in found.past] == months[:-1]
    growth, words = growth_of(found, None)
    assert growth == ConstantRate(Estimate(Decimal("0.2"), Decimal("0.2"), Decimal("0.2")))
    assert words.startswith("growth of 20.0 %")
    curve, told = made_before(found, Decimal("0.9"))
    assert curve.made == 2640
    assert told == "search: experience counts from 2,640 units made since 2024-01"


def test_what_somebody_knows_is_not_estimated() -> None:
    said = Estimate(Decimal("0.3"), Decimal("0.2"), Decimal("0.4"))

    found = split(product(None), said).splits["direct"]

    assert found is not None
    assert found.variable_share == said
    assert found.fixed_cost.value == 700


@pytest.mark.parametrize(
    ("asked", "code", "text"),
    [
        (product(None), "FM2340", "cost and drivers are known of 1 period where 20 are needed"),
        (product(days()), "FM2340", "cost and drivers are known of 1 period where 20 are needed"),
        (product(days(*range(92)), amount=None), "FM2377", "no month has both units and cost"),
        (product(days(*range(92)), units="0"), "FM2377", "no month has both units and cost"),
        (product(days(*range(92)), amount="-1"), "FM2377", "its cost of 2026-09 is negative"),
        (product(days(*range(92)), amount="0"), "FM2377", "its cost of 2026-09 is 0"),
        (product(days(*range(5))), "FM2340", "cost and drivers are known of 5 periods where 20 are needed"),
    ],
)
def test_what_cannot_be_split_says_why(asked: Product, code: str, text: str) -> None:
    found = split(asked)

    assert found.splits == {"direct": None}
    assert [(each.code, each.text) for each in found.refusals.values()] == [(code, text)]


def test_a_day_of_a_credit_is_left_out_and_told() -> None:
    every = days(*range(92))
    costs = list(every.costs["direct"])
    costs[80] -= 9000
    units, spent = (sum(of("search", place) for place in range(62, 92)) for of in (orders, cost))
    found = split(product(replace(every, costs={"direct": tuple(costs)}), str(spent), str(units)))

    made = found.splits["direct"]
    assert made is not None
    assert made.marginal_cost.low <= Decimal("0.02") <= made.marginal_cost.high
    assert found.left_out == {"direct": 1}
    assert [(one.code, one.message) for one in refusals([found])] == [
        ("FM2382", "search: 1 period of negative direct cost left out of the split")
    ]


def test_more_than_a_tenth_of_days_of_credits_are_refused() -> None:
    found = days(*range(92))
    costs = [-each if place < 70 and place % 7 == 0 else each for place, each in enumerate(found.costs["direct"])]
    refused = split(product(replace(found, costs={"direct": tuple(costs)})))

    assert refused.refusals["direct"].text == "the cost is negative in 10 of 92 periods"


def test_fully_loaded_cost_is_no_less_than_direct_in_any_part() -> None:
    found = days(*range(92))
    # A pool that falls where orders rise makes fully loaded cost look less variable than direct cost.
    pool = [900 - each / Decimal(100) for each in found.units]
    loaded = tuple(own + each for own, each in zip(found.costs["direct"], pool, strict=True))
    both = replace(found, costs={**found.costs, "fully_loaded": loaded})
    spent: dict[str, Decimal | None] = {name: sum(costs[62:], Decimal(0)) for name, costs in both.costs.items()}
    past = Past(SEPTEMBER, sum(found.units[62:], Decimal(0)), spent)
    asked = replace(product(both), past=(past,))
    made = split_product(asked, ("direct", "fully_loaded"), said=None, price=None, seed=0).splits

    own, whole = made["direct"], made["fully_loaded"]
    assert own is not None
    assert whole is not None
    assert whole.total_cost == spent["fully_loaded"]
    for part in ("marginal_cost", "fixed_cost"):
        mine, its = getattr(own, part), getattr(whole, part)
        for end in ("low", "value", "high"):
            assert getattr(its, end) >= getattr(mine, end) - Decimal("1E-9")


def test_cost_from_elsewhere_is_divided_to_the_last_digit() -> None:
    months = [Past(SEPTEMBER, Decimal(1), {"fully_loaded": Decimal(each)}) for each in (1, 1, 1, 0)]
    parts = divided(Decimal(100), [None, *months])

    assert sum(parts) == 100
    assert parts[0] == parts[-1] == 0
    assert all(abs(each - Decimal(100) / 3) < Decimal("1E-11") for each in parts[1:4])
    assert divided(Decimal(5), [None]) == [5]
