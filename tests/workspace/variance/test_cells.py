"""Cells of two states as columns: amounts to the last digit, quantities and prices, days, and units that changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Snapshot
from finmod.marts.variance import CELLS
from finmod.models.variance.cells import OTHER, PRICED, Cells
from finmod.models.variance.effects import PLACE
from finmod.workspace.variance.cells import (
    Looked,
    both,
    called_column,
    exact_sql,
    place_columns,
    tag_sql,
)
from finmod.workspace.variance.told import Told
from finmod.workspace.variance.variance import Made
from tests.tagged import EURO
from tests.variances import SEARCH, books_of, compared_of, used

UNIT = 10**12
FEBRUARY = date(2026, 2, 1)


def test_days_of_a_source_are_those_that_its_bills_tell() -> None:
    looked = Looked(
        0, FEBRUARY, Snapshot(), told=Told(
            until={"until": date(2026, 2, 10), "both": date(2026, 2, 10)},
            since={"since": date(2026, 2, 20), "both": date(2026, 2, 5)},
        ),
    )  # fmt: skip
    assert looked.length == 28
    assert [looked.days(source) for source in ("whole", "until", "since", "both")] == [28, 10, 9, 6]


@pytest.mark.parametrize(("whole", "dtype"), [(4_000_000, np.int64), (4_000_001, object), (-4_000_001, object)])
def test_amounts_have_room_in_64_bits_up_to_four_million_in_either_month(whole: int, dtype: type) -> None:
    """Both months are kept alike, and every digit is there in both ways."""
    rest = 999_999_999_999 if whole > 0 else -999_999_999_999
    given = {
        "whole_0": np.array([1]),
        "rest_0": np.array([1]),
        "whole_1": np.array([whole]),
        "rest_1": np.array([rest]),
    }
    before, after = both(given)
    assert before.dtype == after.dtype == dtype
    assert (before[0], after[0]) == (UNIT + 1, whole * UNIT + rest)


@pytest.mark.parametrize(
    "text", ["0", "1.5", "-1.5", "-0.000000000001", "3999999.999999999999", "12345678901.000000000001"]
)
def test_sql_cuts_amounts_without_losing_a_digit(text: str) -> None:
    with Engine() as engine:
        columns = ", ".join(exact_sql("amount", at) for at in (0, 1))
        before, after = both(engine.arrays(f"SELECT {columns} FROM (SELECT {text}::DECIMAL(38,12) AS amount)"))
    assert before[0] == after[0] == int(Decimal(text).scaleb(12))


def test_a_tag_is_the_first_that_is_there_under_any_of_its_keys() -> None:
    """What shares a charge says more of it than the charge."""
    sql = tag_sql(["Env", "a/b"], "n.")
    rows = [
        """'{"Env":"own"}', '{"Env":"shared"}'""", """'{"Env":"own","a/b":"later"}', NULL""", """'{"a/b":"x"}', NULL""",
        """'{"Env":""}', NULL""", "NULL, NULL",
    ]  # fmt: skip
    with Engine() as engine:
        found = [
            engine.row(
                f"SELECT {sql} FROM (SELECT t[1] AS Tags, t[2] AS AllocatedTags FROM (SELECT [{row}] AS t)) AS n"
            )
            for row in rows
        ]
    assert found == [("shared",), ("own",), ("x",), (None,), (None,)]


def test_columns_are_called_as_nothing_else_is() -> None:
    assert called_column("product") == "called product"
    assert place_columns(["x_Pool", "x_Product"]).startswith('"x_Pool", "x_Product", is_true_up, ')


FEE = {"ChargeCategory": "Purchase", "ChargeFrequency": "Recurring"}
HELD = {"CommitmentDiscountId": "sp-1", "CommitmentDiscountStatus": "Used", "PricingCategory": "Committed"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Two months of what is counted in many units."""
    books = books_of(
        tmp_path_factory.mktemp("variance-cells") / "books",
        used(8, "hours", SEARCH, "310", "2"), used(9, "hours", SEARCH, "400", "3", cost="1080", ContractedCost="1080"),
        used(9, "hours", SEARCH, "200", "3", cost="450", **HELD),
        used(8, "stock", SEARCH, "100", "1", SkuId="gb", PricingUnit="GB-Mo"),
        used(9, "none", SEARCH, "5", "1", SkuId="none", PricingUnit=""),
        used(8, "plan", SEARCH, "1", "500", SkuId="plan", PricingUnit="Months", **FEE),
        used(8, "host", SEARCH, "744", "1", SkuId="host", **FEE),
        used(8, "seat", SEARCH, "3", "9", SkuId="seat", PricingUnit="Seats", **FEE),
        used(8, "asked", SEARCH, "3100000", "0.00002", SkuId="asked", PricingUnit="Requests"),
        used(9, "asked", SEARCH, "3000", "0.02", SkuId="asked", PricingUnit="1000 Requests"),
        used(8, "boxes", SEARCH, "310", "1", SkuId="boxes", PricingUnit="Widgets"),
        used(9, "boxes", SEARCH, "30", "11", SkuId="boxes", PricingUnit="Crates"),
        used(9, "odd", SEARCH, "7", "1", SkuId="odd", PricingQuantity="", PricingUnit=""),
        used(9, "free", SEARCH, "5", "1", SkuId="free", EffectiveCost=""),
        used(9, "euro", SEARCH, "5", "1", SkuId="euro", **EURO), apply=False,
    )  # fmt: skip
    with compared_of(books) as found:
        yield found


def of(made: Made, resource: str) -> tuple[Cells, int]:
    """Return the cells, and the place of the one of a resource."""
    ((cell,),) = made.books.engine.rows(f"SELECT cell FROM {CELLS} WHERE ResourceId = '{resource}'")
    return made.compared.cells, cell


def test_a_cell_has_what_was_used_paid_and_covered_in_both_months(made: Made) -> None:
    """Of 600 hours at 3.00, 400 are 2.70 and 200 are covered at 450: one cell, whatever covers it."""
    cells, at = of(made, "hours")
    before, after = cells.before, cells.after
    assert (before.amount[at], after.amount[at]) == (620 * UNIT, 1530 * UNIT)
    assert (before.original[at], after.original[at]) == (620, 1530)
    assert (before.quantity[at], after.quantity[at]) == (310, 600)
    assert (before.covered_quantity[at], after.covered_quantity[at]) == (0, 200)
    assert (before.covered[at], after.covered[at]) == (0, 450)
    assert (before.list_price[at], after.list_price[at], after.contracted_price[at]) == (2, 3, 2.8)
    assert (before.days[at], after.days[at], before.told[at], after.told[at]) == (31, 30, 1, 1)
    assert cells.kind[at] == PRICED


def test_what_is_not_there_in_a_month_has_nothing_of_it(made: Made) -> None:
    cells, at = of(made, "stock")
    assert (cells.after.amount[at], cells.after.quantity[at]) == (0, 0)
    assert np.isnan(cells.after.list_price[at])
    assert np.isnan(cells.after.reached[at])


@pytest.mark.parametrize(("resource", "grows", "accrues"), [
    ("hours", True, True), ("stock", False, True), ("none", True, True), ("plan", False, False),
    ("host", True, False), ("seat", False, False),
])  # fmt: skip
def test_quantities_grow_by_the_day_but_those_by_the_month_and_fees_but_those_by_the_hour(
    made: Made, resource: str, *, grows: bool, accrues: bool
) -> None:
    cells, at = of(made, resource)
    assert (cells.grows[at], cells.accrues[at]) == (grows, accrues)


def test_quantities_and_prices_of_before_are_told_in_the_unit_of_now(made: Made) -> None:
    """3,100,000 requests at 0.00002 are 3,100 thousands at 0.02; nothing tells how many widgets a crate has."""
    assert made.compared.units == (("Requests", "1000 Requests", 0.001), ("Widgets", "Crates", None))
    cells, at = of(made, "asked")
    assert (cells.before.quantity[at], cells.after.quantity[at]) == (3100, 3000)
    assert (cells.before.list_price[at], cells.after.list_price[at]) == pytest.approx((0.02, 0.02))
    assert (cells.before.contracted_price[at], cells.before.original[at]) == pytest.approx((0.02, 62))
    cells, at = of(made, "boxes")
    assert cells.kind[at] == PLACE["unit_change"]


def test_what_has_no_quantity_no_cost_or_no_rate_is_counted(made: Made) -> None:
    cells, at = of(made, "odd")
    assert (cells.kind[at], cells.after.amount[at]) == (OTHER, 7 * UNIT)
    assert made.compared.unknown == (0, 1)
    assert made.compared.unrated == (0, 1)
    for resource in ("free", "euro"):
        cells, at = of(made, resource)
        assert cells.after.amount[at] == 0


def test_places_have_all_of_each_cell(made: Made) -> None:
    cells, held = made.compared.cells, made.compared.held
    for own, parts in ((cells.before.amount, held.before), (cells.after.amount, held.after)):
        assert np.array_equal(np.bincount(held.of, weights=parts.astype(float)), own.astype(float))
