"""Google's rows: what kind of charge each is, and its four costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.terms.findings import codes
from tests.journeys.bills import new_project, rows
from tests.normalize.gcp_bill import bill, credit
from tests.normalize.loaded import charge, charges, findings, refused

COSTS = "BilledCost, EffectiveCost, ListCost, ContractedCost"
_SUBSCRIPTION = "subscriptions/e52fd279"
_FLEXIBLE = "Compute Flexible CUDs 1 Year"


def costs(folder: Path, **changes: Any) -> list[Decimal | None]:  # noqa: ANN401 -- as gcp_bill.line
    return list(charge(folder, "gcp-billing", bill(changes), COSTS).values())


def decimals(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def test_usage_has_its_cost_billed_and_its_list_cost_of_the_export(tmp_path: Path) -> None:
    assert costs(tmp_path) == decimals("1.5", "1.5", "2", "1.5")


def test_a_list_cost_that_the_export_does_not_have_is_unknown(tmp_path: Path) -> None:
    assert costs(tmp_path, cost_at_list=None) == [*decimals("1.5", "1.5"), None, Decimal("1.5")]


@pytest.mark.parametrize(
    ("cost_type", "category"), [("tax", "Tax"), ("adjustment", "Adjustment"), ("rounding_error", "Adjustment")]
)
def test_tax_adjustments_and_rounding_cost_the_same_four_times(cost_type: str, category: str, tmp_path: Path) -> None:
    changes: dict[str, Any] = {"cost_type": cost_type, "cost": -0.25, "cost_at_list": None}

    found = charge(tmp_path, "gcp-billing", bill(changes), f"ChargeCategory, ChargeFrequency, {COSTS}")

    assert list(found.values()) == [category, "One-Time", *decimals(*["-0.25"] * 4)]


def test_tax_has_no_sku_and_no_price(tmp_path: Path) -> None:
    picked = "SkuId, SkuPriceId, SkuMeter, PricingCategory, PricingQuantity, PricingUnit, ListUnitPrice"

    found = charge(tmp_path, "gcp-billing", bill({"cost_type": "tax"}), picked)

    assert set(found.values()) == {None}


def test_a_row_without_a_cost_type_is_regular_as_all_were_before_2019(tmp_path: Path) -> None:
    found = charge(tmp_path, "gcp-billing", bill({"cost_type": None}), "ChargeCategory")

    assert found == {"ChargeCategory": "Usage"}


def test_an_unknown_cost_type_is_kept_with_a_finding(tmp_path: Path) -> None:
    found = charge(tmp_path, "gcp-billing", bill({"cost_type": "surprise"}), "ChargeCategory, BilledCost")

    assert found == {"ChargeCategory": None, "BilledCost": Decimal("1.5")}
    told = [message for code, _, message in findings(tmp_path) if code == "FM1265"]
    assert told == ["1 charge of an unknown cost type ('surprise'): costs count, the category is not known."]


def test_quantities_and_prices_are_those_of_the_pricing_unit(tmp_path: Path) -> None:
    changes = {"price__effective_price": "0.4", "price__list_price": "0.5", "price__pricing_unit_quantity": "1000000"}
    picked = "ConsumedQuantity, ConsumedUnit, PricingQuantity, PricingUnit, ContractedUnitPrice, ListUnitPrice"

    found = charge(tmp_path, "gcp-billing", bill(changes), picked)

    assert list(found.values()) == [
        Decimal(3600), "seconds", Decimal(1), "hour", Decimal("0.0000004"), Decimal("0.0000005"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sku", "category"),
    [
        ("Spot Preemptible N1 Core running in Americas", "Dynamic"),
        ("Preemptible N1 Core running in Americas", "Dynamic"),
        ("Spotlight search", "Standard"),
    ],
)
def test_spot_is_told_by_the_sku(sku: str, category: str, tmp_path: Path) -> None:
    found = charge(tmp_path, "gcp-billing", bill({"sku__description": sku}), "PricingCategory")

    assert found == {"PricingCategory": category}


def test_a_commitments_fee_is_a_purchase_billed_and_effective_the_same(tmp_path: Path) -> None:
    changes = {
        "sku__description": "Commitment v1: Cpu in Americas for 1 Year",
        "subscription": {"instance_id": _SUBSCRIPTION},
    }
    picked = "ChargeCategory, ChargeFrequency, CommitmentDiscountId, CommitmentDiscountType, BilledCost, EffectiveCost"

    found = charge(tmp_path, "gcp-billing", bill(changes), picked)

    assert list(found.values()) == [
        "Purchase",
        "Recurring",
        _SUBSCRIPTION,
        "Resource-based CUD",
        *decimals("1.5", "1.5"),
    ]
    assert {severity for code, severity, _ in findings(tmp_path) if code in ("FM1356", "FM1404")} == {"info"}


def test_googles_example_of_an_overused_commitment_bills_and_costs_what_google_says(tmp_path: Path) -> None:
    """The rows of Google's "Spend-based CUDs data model updates", overutilized, after."""
    default = {"id": "7754-699E-0EBF", "description": "Default"}
    cud = {"id": "D97B-0795-975B", "description": _FLEXIBLE}
    held = {"instance_id": _SUBSCRIPTION}
    fee = {"sku__description": "GCE Flex fee", "subscription": held, "consumption_model": default}
    lines: list[dict[str, Any]] = [
        {**fee, "cost": 0.046868, "credits": [credit("FEE_UTILIZATION_OFFSET", "-0.046868")]},
        {**fee, "cost": 0.025132, "credits": [credit("FEE_UTILIZATION_OFFSET", "-0.025132")]},
        {"cost": 0.109398, "consumption_model": default},
        {"cost": 0.058648, "consumption_model": default},
        {"cost": 0.046868, "consumption_model": cud, "subscription": held, "cost_at_effective_price_default": 0.065095},
        {"cost": 0.025132, "consumption_model": cud, "subscription": held, "cost_at_effective_price_default": 0.034905},
    ]

    found = charges(
        tmp_path, "gcp-billing", bill(*lines),
        "ChargeCategory, PricingCategory, CommitmentDiscountStatus, BilledCost, EffectiveCost, ContractedCost",
    )  # fmt: skip

    billed = sum(row[3] for row in found)
    assert billed == sum(row[4] for row in found) == Decimal("0.240046")
    assert sum(row[3] for row in found if row[0] in ("Purchase", "Adjustment")) == 0
    covered = [row[2:] for row in found if row[1] == "Committed"]
    assert covered == [
        ("Used", *decimals("0.046868", "0.046868", "0.065095")),
        ("Used", *decimals("0.025132", "0.025132", "0.034905")),
    ]


@pytest.mark.parametrize("held", [{"subscription": {"instance_id": _SUBSCRIPTION}}, {}], ids=["named", "nameless"])
@pytest.mark.parametrize("credit_type", ["COMMITTED_USAGE_DISCOUNT", "FEE_UTILIZATION_OFFSET"])
def test_list_and_contracted_cost_without_purchases_of_commitments_are_those_of_the_usage(
    held: dict[str, Any], credit_type: str, tmp_path: Path
) -> None:
    """The sum that docs/reference/tables.md names: of either model, and whether or not fees name their subscription."""
    fee = {**held, "sku__description": "Commitment - dollar based v1: GCE", "cost": 6.0, "cost_at_list": 6.0}
    usage: dict[str, Any] = {"cost": 10.0, "cost_at_list": 12.0}
    if credit_type == "FEE_UTILIZATION_OFFSET":
        fee["credits"] = [credit(credit_type, -6.0)]
        model = {"consumption_model": {"id": "D97B", "description": _FLEXIBLE}}
        usage |= {**held, **model, "cost": 6.0, "cost_at_effective_price_default": 10.0}
    else:
        usage["credits"] = [credit(credit_type, -10.0)]

    found = charges(
        tmp_path,
        "gcp-billing",
        bill(fee, usage),
        "ChargeCategory, CommitmentDiscountId, EffectiveCost, ListCost, ContractedCost",
    )

    summed = [row for row in found if not (row[0] == "Purchase" and row[1] is not None)]
    assert sum(row[3] for row in summed) == 12
    assert sum(row[4] for row in summed) == 10
    assert sum(row[2] for row in found) == 6


def test_the_fee_of_an_unused_commitment_without_an_offset_is_a_purchase(tmp_path: Path) -> None:
    changes = {
        "sku__description": "GCE Flex fee",
        "subscription": {"instance_id": _SUBSCRIPTION},
        "consumption_model": {"description": "Default"},
        "price__effective_price": "1",
    }

    found = charge(tmp_path, "gcp-billing", bill(changes), "ChargeCategory, CommitmentDiscountCategory")

    assert list(found.values()) == ["Purchase", "Spend"]


def test_usage_that_a_commitments_credit_covers_stays_standard_usage(tmp_path: Path) -> None:
    changes = {
        "subscription": {"instance_id": _SUBSCRIPTION},
        "credits": [credit("COMMITTED_USAGE_DISCOUNT", -1.5)],
    }
    picked = "ChargeCategory, PricingCategory, CommitmentDiscountId, BilledCost, ListCost, ContractedCost"

    found = charges(tmp_path, "gcp-billing", bill(changes), f"{picked}, x_CreditType")

    assert sorted(found, key=str) == [
        ("Adjustment", "Other", _SUBSCRIPTION, *decimals("-1.5", "0", "0"), "COMMITTED_USAGE_DISCOUNT"),
        ("Usage", "Standard", None, *decimals("1.5", "2", "1.5"), None),
    ]


def test_contracted_cost_under_a_commitments_price_is_unknown_without_its_column(tmp_path: Path) -> None:
    found = costs(tmp_path, consumption_model={"id": "D97B", "description": _FLEXIBLE})

    assert found == [*decimals("1.5", "1.5", "2"), None]


@pytest.mark.parametrize(
    ("model", "category"),
    [
        ({"id": "7754-699E-0EBF", "description": "Default"}, "Standard"),
        ({"id": "7754-699E-0EBF"}, "Standard"),
        ({"description": "default"}, "Standard"),
        ({"id": "D97B-0795-975B"}, "Committed"),
        (None, "Standard"),
    ],
)
def test_the_default_model_is_told_by_its_name_or_its_id(
    model: dict[str, str] | None, category: str, tmp_path: Path
) -> None:
    found = charge(tmp_path, "gcp-billing", bill({"consumption_model": model}), "PricingCategory")

    assert found == {"PricingCategory": category}


def test_usage_before_its_invoice_month_is_a_correction(tmp_path: Path) -> None:
    late = {"usage_start_time": "2026-08-31 23:00:00 UTC", "usage_end_time": "2026-09-01 00:00:00 UTC"}

    found = charge(tmp_path, "gcp-billing", bill(late), "ChargeClass, BillingPeriodStart")

    assert found["ChargeClass"] == "Correction"
    assert found["BillingPeriodStart"].month == 9


def test_the_first_hours_of_a_month_belong_to_googles_invoice_before(tmp_path: Path) -> None:
    pacific = {"usage_start_time": "2026-10-01 06:00:00 UTC", "usage_end_time": "2026-10-01 07:00:00 UTC"}

    found = charge(tmp_path, "gcp-billing", bill(pacific), "ChargeClass, BillingPeriodStart")

    assert found["ChargeClass"] is None
    assert found["BillingPeriodStart"].month == 9
    assert {severity for code, severity, _ in findings(tmp_path) if code in ("FM1128", "FM1323")} == {"info"}


def test_a_row_without_an_invoice_month_is_booked_in_its_month_of_usage_with_a_finding(tmp_path: Path) -> None:
    found = charge(tmp_path, "gcp-billing", bill({"invoice": None}), "BillingPeriodStart, InvoiceId")

    assert (found["BillingPeriodStart"].month, found["InvoiceId"]) == (9, None)
    assert "FM1256" in {code for code, _, _ in findings(tmp_path)}
    assert "invoice.month of Google" in codes()["FM1256"].remedy


@pytest.mark.parametrize("month", ["202613", "2026-09", "September"])
def test_an_invoice_month_that_is_none_is_refused_under_its_own_name(month: str, tmp_path: Path) -> None:
    odd = {"invoice__month": month}

    told = refused(tmp_path, "gcp-billing", bill({"invoice__month": "202609"}, odd, odd))

    assert f"row 2: invoice.month is '{month}' (and 1 more row); expected a month as YYYYMM." in told
    assert "FM1125" in told


def test_findings_stand_in_the_month_of_their_charges_and_are_counted_once(tmp_path: Path) -> None:
    odd = {"cost_type": "surprise", "invoice__month": "202609"}
    given = {"credits": [credit("NEW_KIND", -1)], "usage_start_time": "2026-10-10 05:00:00 UTC"}
    late = {**given, "usage_end_time": "2026-10-10 06:00:00 UTC", "invoice__month": "202610"}
    charges(tmp_path, "gcp-billing", bill({"invoice__month": "202609"}, odd, late), "1")

    sql = "SELECT x_BillingPeriod, x_Code, x_Charges FROM findings WHERE x_Code IN ('FM1264', 'FM1265') ORDER BY ALL"
    assert rows(new_project(tmp_path), sql) == [(date(2026, 9, 1), "FM1265", 1), (date(2026, 10, 1), "FM1264", 1)]
