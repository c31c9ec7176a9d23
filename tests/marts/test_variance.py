"""Cells by SQL: what kind a charge is of, what belongs to one cell, and what discounts are a share of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.marts.variance import CELLS, OWNERS, PLACES, ROWS, TEXTS, cells_sql, make_cells, make_rows, units_sql
from finmod.models.variance.cells import COVERING, NEGOTIATED, OTHER, PRICED, unit_prices
from finmod.models.variance.effects import EFFECTS, PLACE

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
USAGE = {"ChargeCategory": "Usage", "quantity": "10", "ServiceName": "Storage", "BillingCurrency": "USD"}
Charge = Mapping[str, str]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as made:
        yield made


def rows_of(engine: Engine, *charges: Charge) -> None:
    """Make the table of charge keys: each charge is use of August, of 5 by every price, where it says nothing else."""
    names, days, true_ups = [], [], []
    for key, charge in enumerate(charges):
        given = {**USAGE, **charge}
        month, of = given.get("month", "2026-08-01"), given.get("true_up_of")
        keys = f"'saas' AS x_Source, DATE '{month}' AS x_BillingPeriod, {key} AS x_ChargeKey"
        corrects = f"{f'DATE {literal(of)}' if of else 'NULL::DATE'} AS x_TrueUpOf"
        texts = ", ".join(
            f"{literal(given[name]) if given.get(name) else 'NULL::VARCHAR'} AS {identifier(name)}" for name in TEXTS
        )
        names.append(f"SELECT {keys}, {corrects}, 0 AS segment, {texts}")
        amounts = {"EffectiveCost": given.get("cost", "5"), "ListCost": given.get("listed", "5"),
                   "ContractedCost": given.get("agreed", "5"), "PricingQuantity": given["quantity"]}  # fmt: skip
        told = ", ".join(f"{each or 'NULL'}::DECIMAL(38,12) AS {name}" for name, each in amounts.items())
        lacking = ", ".join(f"{0 if amounts[name] else 1} AS x_Unknown{name}" for name in [*amounts][:3])
        own = f"SELECT {keys}, DATE '{month}' AS x_ChargeDate, {told}"
        if of:
            true_ups.append(f"{own}, {corrects}")
        else:
            days.append(f"{own}, 1 AS x_Charges, {lacking}")
    engine.run(f"CREATE OR REPLACE TEMP TABLE names AS {' UNION ALL '.join(names)}")
    none = "(SELECT d.*, x_BillingPeriod AS x_TrueUpOf FROM all_days AS d LIMIT 0)"
    engine.run(f"CREATE OR REPLACE TEMP TABLE all_days AS {' UNION ALL '.join(days)}")
    corrections = f"({' UNION ALL '.join(true_ups)})" if true_ups else none
    make_rows(engine, ("all_days", corrections, "0"), {}, None, {0: AUGUST, 1: SEPTEMBER})
    engine.run(f"CREATE OR REPLACE TEMP TABLE {ROWS} AS FROM variance_new")


HELD = {"CommitmentDiscountId": "sp-1", "CommitmentDiscountStatus": "Used"}
FREE = {"ChargeCategory": "Adjustment", "listed": "0", "quantity": ""}
KINDS: Mapping[str, tuple[Charge, int | str]] = {
    "use": ({}, PRICED),
    "use that is covered": (HELD, PRICED),
    "use without a quantity": ({"quantity": ""}, OTHER),
    "a subscription": ({"ChargeCategory": "Purchase", "ChargeFrequency": "Recurring"}, PRICED),
    "a fee that is paid once": ({"ChargeCategory": "Purchase", "ChargeFrequency": "One-Time"}, "one_time_fees"),
    "a commitment that is bought": (
        {"ChargeCategory": "Purchase", "ChargeFrequency": "One-Time", "CommitmentDiscountId": "sp-1"},
        "commitment_coverage",
    ),
    "a commitment whose id is not told": (
        {"ChargeCategory": "Purchase", "CommitmentDiscountCategory": "Spend"}, "commitment_coverage",
    ),
    "a commitment that nothing used": ({**HELD, "CommitmentDiscountStatus": "Unused"}, "unused_commitments"),
    "tax": ({"ChargeCategory": "Tax"}, "tax"),
    "tax of support": ({"ChargeCategory": "Tax", "ServiceName": "Support"}, "tax"),
    "support by its name": ({"ServiceName": "AWS Support (Business)"}, "support"),
    "support by its kind": ({"ServiceName": "Plan", "ServiceSubcategory": "Support"}, "support"),
    "what only sounds like support": ({"ServiceName": "Supporting Services"}, PRICED),
    "a credit": ({"ChargeCategory": "Credit"}, "credits"),
    "a credit that corrects one": ({"ChargeCategory": "Credit", "ChargeClass": "Correction"}, "credits"),
    "use that is corrected": ({"ChargeClass": "Correction"}, "restatement"),
    "tax that is corrected": ({"ChargeCategory": "Tax", "ChargeClass": "Correction"}, "restatement"),
    "money given back": ({"ChargeCategory": "Purchase", "ChargeClass": "Correction"}, "credits"),
    "a true-up": ({"true_up_of": "2026-07-01"}, "restatement"),
    "a true-up of a credit": ({"true_up_of": "2026-07-01", "ChargeCategory": "Credit"}, "restatement"),
    "a discount that was agreed": ({**FREE, "cost": "-5", "agreed": "-5"}, NEGOTIATED),
    "a credit that covers": ({**FREE, "cost": "-5", "agreed": "0"}, COVERING),
    "an adjustment of list cost": ({"ChargeCategory": "Adjustment", "quantity": ""}, OTHER),
    "an adjustment of nothing": ({**FREE, "cost": "0", "agreed": "0"}, OTHER),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(engine: Engine) -> dict[str, int]:
    rows_of(engine, *(charge for charge, _ in KINDS.values()))
    told = dict(engine.rows(f"SELECT x_ChargeKey, kind FROM {ROWS}"))
    return {name: told[at] for at, name in enumerate(KINDS)}


@pytest.mark.parametrize("name", KINDS)
def test_a_charge_is_of_the_kind_that_its_bill_tells(found: dict[str, int], name: str) -> None:
    wanted = KINDS[name][1]
    assert (EFFECTS[found[name]].name if isinstance(wanted, str) else found[name]) == wanted


def cells(
    engine: Engine, *charges: Charge, units: Sequence[tuple[str, str, float | None]] = ()
) -> list[dict[str, Any]]:
    """Return the cells of charges, as the model reads them."""
    rows_of(engine, *charges)
    make_cells(engine, (), units)
    names = [name for name, *_ in engine.rows(f"DESCRIBE {cells_sql()}")]
    return [dict(zip(names, row, strict=True)) for row in engine.rows(cells_sql())]


def test_months_and_covers_of_one_thing_are_one_cell(engine: Engine) -> None:
    one = {"ResourceId": "i-1", "SkuId": "s", "RegionId": "eu"}
    (cell,) = cells(
        engine, one, {**one, "month": "2026-09-01"}, {**one, **HELD, "month": "2026-09-01", "cost": "3"},
        {**one, "month": "2026-09-01", "PricingCategory": "Committed", "ResourceName": "renamed"},
    )  # fmt: skip
    assert (cell["quantity_0"], cell["quantity_1"], cell["covered_quantity_1"]) == (10, 30, 10)
    assert (cell["original_0"], cell["original_1"], cell["covered_1"]) == (5, 13, 3)
    assert (cell["whole_1"], cell["rest_1"]) == (13, 0)


@pytest.mark.parametrize("other", [
    {"ResourceId": "i-2"}, {"SkuId": "t"}, {"RegionId": "us"}, {"PricingUnit": "GB"}, {"PricingCategory": "Dynamic"},
    {"ChargeFrequency": "Recurring"}, {"SubAccountId": "2"}, {"ServiceName": "Compute"}, {"BillingCurrency": "EUR"},
])  # fmt: skip
def test_what_cannot_be_compared_is_another_cell(engine: Engine, other: Charge) -> None:
    one = {"ResourceId": "i-1", "SkuId": "s", "RegionId": "eu", "PricingUnit": "Hours"}
    assert len(cells(engine, one, {**one, **other})) == 2


def test_what_has_no_price_is_one_cell_whatever_its_sku_and_unit(engine: Engine) -> None:
    tax = {"ChargeCategory": "Tax", "quantity": ""}
    assert len(cells(engine, {**tax, "SkuId": "s"}, {**tax, "SkuId": "t", "PricingUnit": "Hours"})) == 1


def test_quantities_are_added_alike_whichever_charge_is_read_first(engine: Engine) -> None:
    """As doubles, .1 + .2 + .3 is another number than .2 + .3 + .1."""
    one, month = {"ResourceId": "i-1", "SkuId": "s"}, {"month": "2026-09-01", "PricingUnit": "GB"}
    for order in permutations(("0.1", "0.2", "0.3")):
        charges = [{**one, "quantity": each, "PricingUnit": unit} for each in order for unit in ("MB", "GB")]
        (cell,) = cells(engine, *charges, {**one, **month}, units=[("MB", "GB", 1.0)])
        assert (cell["quantity_0"], cell["listed_quantity_0"]) == (0.6 + 0.6000000000000001,) * 2


def test_a_price_that_a_resource_does_not_tell_is_that_of_its_sku_in_the_same_month(engine: Engine) -> None:
    of_sku = {"SkuId": "s"}
    found = cells(
        engine, {**of_sku, "ResourceId": "i-1", "listed": "", "agreed": ""},
        {**of_sku, "ResourceId": "i-2", "listed": "20"},
        {**of_sku, "ResourceId": "i-3", "listed": "40", "month": "2026-09-01"},
        {"SkuId": "t", "ResourceId": "i-4", "listed": "90"}, {"ResourceId": "i-5", "listed": "", "agreed": ""},
        {"ResourceId": "i-6", "listed": "70"},
    )  # fmt: skip
    figures = ("sku", "listed_0", "listed_quantity_0", "agreed_0", "agreed_quantity_0")
    sku, *money = (np.array([cell[name] for cell in found], dtype=np.float64) for name in figures)
    prices = [unit_prices(money[at], money[at + 1], sku.astype(np.int64)) for at in (0, 2)]
    told = [(0.0, 0.0) if np.isnan(each).all() else each for each in zip(*prices, strict=True)]
    assert sorted(told) == [(0, 0), (2, 0.5), (2, 0.5), (2, 0.5), (7, 0.5), (9, 0.5)]


def test_discounts_are_a_share_of_the_use_of_their_resource_account_service_and_bill(engine: Engine) -> None:
    """AWS tells discounts of volumes under EC2, and writes names of services with and without spaces."""
    discount = {**FREE, "cost": "-1", "agreed": "-1", "ServiceName": "AmazonElasticComputeCloud", "ResourceId": "v-1"}
    volume = {"ServiceName": "Amazon Elastic Block Store", "ResourceId": "v-1", "SubAccountId": "2"}
    other = {"ServiceName": "Amazon Elastic Compute Cloud", "ResourceId": "v-2"}
    own = {"ServiceName": "AmazonElasticComputeCloud", "ResourceId": "v-3"}
    found = {cell["original_0"]: cell for cell in cells(
        engine, discount, {**volume, "cost": "10"}, {**other, "cost": "20"}, {"cost": "30"},
        {**other, "cost": "40", "BillingCurrency": "EUR"}, {**own, "cost": "50"},
        {**own, "cost": "60", "SubAccountId": "2"}, {**own, "cost": "70", "ResourceId": "v-1"},
    )}  # fmt: skip
    same = {cost: [cell[f"base_{at}"] == found[-1.0][f"base_{at}"] for at in range(4)] for cost, cell in found.items()}
    assert same[10.0] == [False, False, True, True]
    assert same[20.0] == [False, False, True, True]
    assert same[30.0] == [False, False, False, True]
    assert same[40.0] == [False, False, False, False]
    assert same[50.0] == [False, True, True, True]
    assert same[60.0] == [False, False, True, True]
    assert same[70.0] == [True, True, True, True]
    assert found[30.0]["base_0"] == found[30.0]["resource"] == -1


def test_use_that_another_payer_is_billed_for_is_not_reached_by_discounts(engine: Engine) -> None:
    discount = {**FREE, "cost": "-1", "agreed": "-1", "BillingAccountId": "a"}
    use = {"ResourceId": "i-1", "SkuId": "s"}
    found = cells(
        engine,
        discount,
        {**use, "BillingAccountId": "a", "cost": "30"},
        {**use, "BillingAccountId": "b", "cost": "10"},
        {**use, **HELD, "BillingAccountId": "a", "cost": "99"},
    )
    (reached,) = [cell["reached_0"] for cell in found if cell["kind"] == PRICED]
    assert reached == 0.75


def test_fees_that_recur_are_reached_by_discounts_where_a_service_has_no_use(engine: Engine) -> None:
    """A flat rate of 200 beside use of 30 is not discounted with it; seats of 10 are the whole of their service."""
    fee = {"ChargeCategory": "Purchase", "ChargeFrequency": "Recurring", "SkuId": "flat"}
    found = cells(
        engine,
        {**FREE, "cost": "-1", "agreed": "-1"},
        {"ServiceName": "Delivery", "cost": "30"},
        {**fee, "ServiceName": "Delivery", "cost": "200"},
        {**fee, "ServiceName": "Seats", "cost": "10"},
    )
    reached = {cell["original_0"]: cell["reached_0"] for cell in found if cell["kind"] == PRICED}
    assert reached == {30.0: 1.0, 200.0: 0.0, 10.0: 1.0}


def test_units_are_told_where_a_sku_is_counted_otherwise_than_before(engine: Engine) -> None:
    asked = {"SkuId": "s", "PricingUnit": "Requests"}
    rows_of(
        engine, asked, {**asked, "PricingUnit": "Thousands", "month": "2026-09-01"},
        {"SkuId": "t", "PricingUnit": "GB"}, {"SkuId": "t", "PricingUnit": "GB", "month": "2026-09-01"},
        {"SkuId": "gone", "PricingUnit": "GB"},
    )  # fmt: skip
    assert [row[2:] for row in engine.rows(units_sql())] == [("s", "USD", ["Requests"], ["Thousands"], "Thousands")]


def test_places_have_what_they_have_of_each_cell(engine: Engine) -> None:
    """A true-up is booked in the month, and stands apart from what the month itself used."""
    cells(engine, {"cost": "30"}, {"cost": "4", "true_up_of": "2026-07-01"}, {"cost": "50", "month": "2026-09-01"})
    told = engine.rows(
        f"SELECT is_true_up, kind, o.amount_0, o.amount_1 FROM {OWNERS} AS o JOIN {PLACES} USING (place) "
        f"JOIN {CELLS} USING (cell) ORDER BY 1"
    )
    assert told == [(False, PRICED, 30, 50), (True, PLACE["restatement"], 4, 0)]
