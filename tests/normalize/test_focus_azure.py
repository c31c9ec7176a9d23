"""Azure's own FOCUS export: its names of before, and zeros that are no prices."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.normalize.focus import SUPPLIERS, is_exported, mapping
from finmod.settings.project import Project
from finmod.workspace.query import query
from tests.journeys.bills import load, new_project

COMMON = {
    "BilledCost": "10",
    "EffectiveCost": "10",
    "ListCost": "12",
    "ListUnitPrice": "1.2",
    "BillingAccountId": "8611537",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-09-01T00:00:00Z",
    "BillingPeriodEnd": "2026-10-01T00:00:00Z",
    "ChargePeriodStart": "2026-09-02T00:00:00Z",
    "ChargePeriodEnd": "2026-09-03T00:00:00Z",
    "ChargeCategory": "Usage",
    "PricingQuantity": "10",
    "ProviderName": "Microsoft",
    "PublisherName": "Microsoft",
    "x_BillingProfileId": "8611537",
    "x_SkuMeterId": "f31064a2",
    "x_SkuMeterName": "B1s",
}
PREVIEW = {
    **COMMON,
    "ChargeSubcategory": "On-Demand",
    "PricingCategory": "On-Demand",
    "Region": "US East 2",
    "UsageQuantity": "10",
    "UsageUnit": "Hours",
    "x_OnDemandCost": "11",
    "x_OnDemandUnitPrice": "1.1",
    "x_InvoiceId": "G0123",
    "x_PricingCurrency": "EUR",
}
FOCUS_1_0 = {
    **COMMON,
    "ChargeClass": "",
    "CommitmentDiscountStatus": "",
    "ContractedCost": "11",
    "ContractedUnitPrice": "1.1",
    "ConsumedQuantity": "10",
    "ConsumedUnit": "Hours",
    "PricingCategory": "Standard",
    "RegionId": "eastus2",
    "RegionName": "East US 2",
    "SkuPriceId": "-2",
    "SubAccountName": "Unassigned",
}
FOCUS_1_2 = {**FOCUS_1_0, "InvoiceId": "G0123", "PricingCurrency": "EUR", "SkuMeter": "B1s", "SkuPriceDetails": "{}"}


def load_rows(folder: Path, base: dict[str, str], *rows: dict[str, str]) -> Project:
    path = folder / "focus.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(base))
        writer.writeheader()
        writer.writerows({**base, **row} for row in rows)
    project = new_project(folder / "project")
    load(project, "azure", "focus", path)
    return project


def rows(project: Project, columns: str) -> list[tuple[Any, ...]]:
    return query(project, f"SELECT {columns} FROM charges ORDER BY x_Row").rows


@pytest.mark.parametrize("base", [PREVIEW, FOCUS_1_0, FOCUS_1_2], ids=["1.0-preview", "1.0", "1.2"])
def test_every_version_has_its_costs(tmp_path: Path, base: dict[str, str]) -> None:
    project = load_rows(tmp_path, base, {})

    assert rows(project, "BilledCost, EffectiveCost, ContractedCost, ListCost") == [
        (Decimal(10), Decimal(10), Decimal(11), Decimal(12))
    ]
    assert rows(project, "ContractedUnitPrice, ListUnitPrice") == [(Decimal("1.1"), Decimal("1.2"))]
    assert rows(project, "ConsumedQuantity, ConsumedUnit, SkuMeter") == [(Decimal(10), "Hours", "B1s")]
    assert rows(project, "RegionId, RegionName, PricingCategory") == [("eastus2", "East US 2", "Standard")]
    assert rows(project, "x_SkuMeterId, x_BillingProfileId") == [("f31064a2", "8611537")]


@pytest.mark.parametrize("base", [PREVIEW, FOCUS_1_2], ids=["1.0-preview", "1.2"])
def test_invoice_and_pricing_currency_are_found_under_either_name(tmp_path: Path, base: dict[str, str]) -> None:
    assert rows(load_rows(tmp_path, base, {}), "InvoiceId, PricingCurrency") == [("G0123", "EUR")]


def test_subcategories_of_the_preview_become_columns_of_their_own(tmp_path: Path) -> None:
    project = load_rows(
        tmp_path,
        PREVIEW,
        {"ChargeSubcategory": "Used Commitment", "PricingCategory": "Commitment-Based", "BilledCost": "0"},
        {"ChargeSubcategory": "Unused Commitment", "PricingCategory": "Commitment-Based", "BilledCost": "0"},
        {"ChargeSubcategory": "Refund", "ChargeCategory": "Adjustment"},
        {"ChargeSubcategory": "Credit", "ChargeCategory": "Adjustment"},
    )

    assert rows(project, "ChargeCategory, ChargeClass, CommitmentDiscountStatus, PricingCategory") == [
        ("Usage", None, "Used", "Committed"),
        ("Usage", None, "Unused", "Committed"),
        ("Adjustment", "Correction", None, "Standard"),
        ("Credit", None, None, "Standard"),
    ]
    assert rows(project, "ConsumedQuantity") == [(Decimal(10),), (Decimal(10),), (None,), (None,)]


def test_a_zero_beside_a_cost_is_unknown_and_counted(tmp_path: Path) -> None:
    zeros = {"ListCost": "0", "ListUnitPrice": "0", "ContractedCost": "0", "ContractedUnitPrice": "0"}
    covered = {"ListCost": "0.000", "BilledCost": "0", "EffectiveCost": "4"}
    free = {"BilledCost": "0", "EffectiveCost": "0", **zeros}

    project = load_rows(tmp_path, FOCUS_1_0, {}, zeros, covered, free)

    assert rows(project, "ListCost, ContractedCost, ListUnitPrice, ContractedUnitPrice") == [
        (Decimal(12), Decimal(11), Decimal("1.2"), Decimal("1.1")),
        (None, None, None, None),
        (None, Decimal(11), Decimal("1.2"), Decimal("1.1")),
        (Decimal(0), Decimal(0), Decimal(0), Decimal(0)),
    ]
    found = query(
        project, "SELECT x_Column, x_Charges, x_Message FROM findings WHERE x_Code = 'FM1262' ORDER BY x_Column"
    ).rows
    assert [row[:2] for row in found] == [("ContractedCost", 1), ("ListCost", 2)]
    assert "ListCost is 0 beside a cost that is not, and is read as unknown: 2 charges." in found[1][2]


def test_a_zero_price_in_the_pricing_currency_is_as_unknown_as_in_the_billing_currency(tmp_path: Path) -> None:
    names = ("ListUnitPrice", "ContractedUnitPrice")
    prices = {f"PricingCurrency{name}": price for name, price in zip(names, ("1.4", "1.3"), strict=True)}
    zeros = {**dict.fromkeys((*names, *prices), "0"), "ListCost": "0", "ContractedCost": "0"}
    free = {**zeros, "BilledCost": "0", "EffectiveCost": "0"}

    project = load_rows(tmp_path, {**FOCUS_1_2, **prices}, {}, zeros, free)

    assert rows(project, ", ".join(prices)) == [
        (Decimal("1.4"), Decimal("1.3")),
        (None, None),
        (Decimal(0), Decimal(0)),
    ]


PRICES = {"PricingCurrencyListUnitPrice": "1.4", "PricingCurrencyContractedUnitPrice": "1.3"}
UNPAID = dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), "0")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"ListUnitPrice": "0"}, "ListUnitPrice is 0 beside a cost or price that is not"),
        ({**UNPAID, "ListUnitPrice": "0"}, "ListUnitPrice is 0 beside a cost or price that is not"),
        ({"ContractedUnitPrice": "0"}, "ContractedUnitPrice is 0 beside a cost that is not"),
        (
            {"ListCost": "0", "ListUnitPrice": "0", "PricingCurrencyListUnitPrice": "0"},
            "ListCost is 0 beside a cost that is not",
        ),
        (
            {"ListCost": "", "ListUnitPrice": "0", "PricingCurrencyListUnitPrice": "0"},
            "ListUnitPrice is 0 beside a cost or price that is not",
        ),
        (
            {**UNPAID, "PricingCurrencyListUnitPrice": "0"},
            "PricingCurrencyListUnitPrice is 0 beside a cost or price that is not",
        ),
    ],
)
def test_an_unknown_price_is_told_once_and_by_what_stands_beside_it(
    tmp_path: Path, row: dict[str, str], told: str
) -> None:
    project = load_rows(tmp_path, {**FOCUS_1_2, **PRICES}, row)

    found = query(project, "SELECT x_Message FROM findings WHERE x_Code = 'FM1262'").rows
    assert found == [(f"{told}, and is read as unknown: 1 charge.",)]


def test_zeros_are_counted_in_the_month_of_their_charges_alone(tmp_path: Path) -> None:
    october = {"BillingPeriodStart": "2026-10-01T00:00:00Z", "BillingPeriodEnd": "2026-11-01T00:00:00Z"}

    project = load_rows(tmp_path, FOCUS_1_0, {}, {**october, "ListCost": "0"})

    sql = "SELECT strftime(x_BillingPeriod, '%Y-%m'), x_Charges FROM findings WHERE x_Code = 'FM1262'"
    assert query(project, sql).rows == [("2026-10", 1)]


def test_a_list_cost_of_zero_below_the_contracted_one_is_unknown_whatever_is_paid(tmp_path: Path) -> None:
    nothing_paid = {"BilledCost": "0", "EffectiveCost": "0"}

    project = load_rows(
        tmp_path,
        FOCUS_1_0,
        {**nothing_paid, "ListCost": "0", "ListUnitPrice": "0"},
        {**nothing_paid, "ContractedCost": "0", "ContractedUnitPrice": "0"},
    )

    assert rows(project, "ListCost, ContractedCost, ListUnitPrice, ContractedUnitPrice") == [
        (None, Decimal(11), None, Decimal("1.1")),
        (Decimal(12), Decimal(0), Decimal("1.2"), Decimal(0)),
    ]


def test_azures_placeholders_are_no_names(tmp_path: Path) -> None:
    assert rows(load_rows(tmp_path, FOCUS_1_0, {}), "SkuPriceId, SubAccountName") == [(None, None)]


def test_a_zero_of_another_supplier_stays_a_zero(tmp_path: Path) -> None:
    base = {name: value for name, value in FOCUS_1_0.items() if not name.startswith("x_")}

    project = load_rows(tmp_path, base, {"ListCost": "0", "ContractedCost": "0"})

    assert rows(project, "ListCost, ContractedCost") == [(Decimal(0), Decimal(0))]


def test_a_zero_of_another_supplier_beside_azures_columns_stays_a_zero(tmp_path: Path) -> None:
    zeros = {"ListCost": "0", "ListUnitPrice": "0", "ContractedCost": "0", "x_BillingProfileId": "", "x_SkuMeterId": ""}
    aws = {**zeros, "ProviderName": "AWS", "PublisherName": "AWS"}

    project = load_rows(tmp_path, FOCUS_1_0, aws, zeros, {**zeros, "ProviderName": ""})

    assert rows(project, "ListCost, ContractedCost, ListUnitPrice, SkuPriceId, SubAccountName") == [
        (Decimal(0), Decimal(0), Decimal(0), "-2", "Unassigned"),
        (None, None, None, None, None),
        (None, None, None, None, None),
    ]
    found = query(project, "SELECT x_Charges, x_Where FROM findings WHERE x_Code = 'FM1262'").rows
    assert [(count, place.rpartition(", ")[2]) for count, place in found] == [(2, "row 2")] * 2


def test_what_finmod_exported_keeps_its_zeros(tmp_path: Path) -> None:
    zeros = {"ListCost": "0", "ContractedCost": "0", "x_Source": "azure", "x_File": "a.csv", "x_Row": "1"}

    project = load_rows(tmp_path, {**FOCUS_1_0, **zeros}, {})

    assert rows(project, "ListCost, ContractedCost") == [(Decimal(0), Decimal(0))]
    assert "FM1262" not in {row[0] for row in query(project, "SELECT x_Code FROM findings").rows}


def test_the_rules_of_a_supplier_are_taken_for_its_own_columns_alone() -> None:
    assert mapping(["BilledCost"]).columns == mapping(["BilledCost", "x_SkuMeterId"]).columns
    assert mapping(["BilledCost"]).columns != mapping(list(PREVIEW)).columns
    assert is_exported([*PREVIEW, "X_SOURCE", "x_File", "x_Row"])
    assert not is_exported(list(PREVIEW))
    assert len({supplier.name for supplier in SUPPLIERS}) == len(SUPPLIERS)
