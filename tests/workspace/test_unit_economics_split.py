"""The split of a product: what is asked of the model, what is refused before it is asked, and why."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from finmod.models.unit_economics.cost_function import Estimate
from finmod.models.unit_economics.projection import Past
from finmod.workspace.unit_economics_books import Days, Product
from finmod.workspace.unit_economics_split import ProductSplit, split_product
from tests.unit_economics import cost, orders

FIRST = date(2026, 7, 1)


def days(*places: int) -> Days:
    return Days(
        days=tuple(FIRST + timedelta(days=place) for place in places),
        units=tuple(Decimal(orders("search", place)) for place in places),
        costs={"direct": tuple(cost("search", place) for place in places)},
        units_of="orders",
    )


def product(found: Days | None, amount: str | None = "1000", units: str | None = "100") -> Product:
    month = Past(FIRST, units and Decimal(units), {"direct": None if amount is None else Decimal(amount)})  # type: ignore[arg-type]
    return Product(name="search", past=(month,), revenue={FIRST: Decimal(500)}, days=found)


def split(asked: Product, said: Estimate | None = None) -> ProductSplit:
    return split_product(asked, ("direct",), said=said, price=None, seed=0)


def test_the_variable_share_of_days_is_that_of_the_month() -> None:
    found = split(product(days(*range(92))))

    made = found.splits["direct"]
    assert made is not None
    assert made.total_cost == 1000
    # 300 a day is fixed, and now are the last four weeks.
    truth = 1 - 28 * 300 / sum(cost("search", place) for place in range(64, 92))
    assert made.variable_share.low <= truth <= made.variable_share.high
    assert found.price == 5
    assert found.averages == {"direct": 10}


def test_days_before_a_gap_are_not_looked_at() -> None:
    gap = split(product(days(*range(60), *range(70, 92))))
    after = split(product(days(*range(70, 92))))

    assert gap.splits == after.splits
    assert gap.splits["direct"] is not None


def test_what_somebody_knows_is_not_estimated() -> None:
    said = Estimate(Decimal("0.3"), Decimal("0.2"), Decimal("0.4"))

    found = split(product(None), said).splits["direct"]

    assert found is not None
    assert found.variable_share == said
    assert found.fixed_cost.value == 700


@pytest.mark.parametrize(
    ("asked", "code", "text"),
    [
        (product(None), "FM2377", "its units are told by month, and a split needs days"),
        (product(days()), "FM2377", "no day has both units and cost"),
        (product(days(*range(92)), amount=None), "FM2377", "no month has both units and cost"),
        (product(days(*range(92)), units="0"), "FM2377", "no month has both units and cost"),
        (product(days(*range(92)), amount="-1"), "FM2377", "its cost of 2026-07 is negative"),
        (product(days(*range(5))), "FM2340", "cost and drivers are known of 5 periods where 20 are needed"),
    ],
)
def test_what_cannot_be_split_says_why(asked: Product, code: str, text: str) -> None:
    found = split(asked)

    assert found.splits == {"direct": None}
    assert [(each.code, each.text) for each in found.refusals.values()] == [(code, text)]
