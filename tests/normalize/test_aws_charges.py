"""Every line item type of AWS: what kind of charge it is and what it costs.

The rows follow AWS Data Exports User Guide: "Line item columns", "Understanding Savings Plans", "Understanding your
reservations", "Discount columns", "Understanding split cost allocation data". No public bill shows most of them.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.normalize.aws_bill import charge, charges, total

PLAN = {"savings_plan_savings_plan_a_r_n": "arn:aws:savingsplans::1:savingsplan/p"}
RESERVATION = {"reservation_reservation_a_r_n": "arn:aws:ec2:us-east-1:1:reserved-instances/r"}


def item(kind: str, unblended: str, **more: str) -> dict[str, str]:
    """Return a line item."""
    return {
        "line_item_line_item_type": kind,
        "line_item_unblended_cost": unblended,
        "line_item_usage_amount": "1",
        **more,
    }


def fields(*values: str | None) -> tuple[Any, ...]:
    """Return expected values, four costs as Decimal."""
    return (*(None if value is None else Decimal(value) for value in values[:4]), *values[4:])


PICKED = (
    "BilledCost",
    "EffectiveCost",
    "ListCost",
    "ContractedCost",
    "ChargeCategory",
    "ChargeClass",
    "ChargeFrequency",
    "PricingCategory",
    "CommitmentDiscountStatus",
)

CASES = {
    "Usage": (
        item("Usage", "2", pricing_public_on_demand_cost="3"),
        fields("2", "2", "3", "2", "Usage", None, "Usage-Based", "Standard", None),
    ),
    "Usage, spot": (
        item("Usage", "1", pricing_public_on_demand_cost="1", line_item_usage_type="EU-SpotUsage:m5.large"),
        fields("1", "1", "1", "1", "Usage", None, "Usage-Based", "Dynamic", None),
    ),
    "Usage without a public price": (
        item("Usage", "2"),
        fields("2", "2", None, "2", "Usage", None, "Usage-Based", "Standard", None),
    ),
    "Usage priced in another currency": (
        item("Usage", "7", pricing_public_on_demand_cost="1", pricing_currency="CNY"),
        fields("7", "7", None, "7", "Usage", None, "Usage-Based", "Standard", None),
    ),
    "DiscountedUsage": (
        item(
            "DiscountedUsage", "0", pricing_public_on_demand_cost="3", reservation_effective_cost="1.5", **RESERVATION
        ),
        fields("0", "1.5", "3", "3", "Usage", None, "Usage-Based", "Committed", "Used"),
    ),
    "DiscountedUsage by its parts": (
        item(
            "DiscountedUsage",
            "0",
            reservation_amortized_upfront_cost_for_usage="0.25",
            reservation_recurring_fee_for_usage="0.5",
            **RESERVATION,
        ),
        fields("0", "0.75", None, None, "Usage", None, "Usage-Based", "Committed", "Used"),
    ),
    "DiscountedUsage of before 2018": (
        item("DiscountedUsage", "0", **RESERVATION),
        fields("0", None, None, None, "Usage", None, "Usage-Based", "Committed", "Used"),
    ),
    "SavingsPlanCoveredUsage": (
        item(
            "SavingsPlanCoveredUsage",
            "3",
            pricing_public_on_demand_cost="4",
            savings_plan_savings_plan_effective_cost="2",
            **PLAN,
        ),
        fields("3", "2", "4", "3", "Usage", None, "Usage-Based", "Committed", "Used"),
    ),
    "SavingsPlanNegation": (
        item("SavingsPlanNegation", "-3", **PLAN),
        fields("-3", "0", "0", "0", "Usage", None, "Usage-Based", "Committed", "Used"),
    ),
    "SavingsPlanRecurringFee, part used": (
        item(
            "SavingsPlanRecurringFee",
            "10",
            savings_plan_total_commitment_to_date="10",
            savings_plan_used_commitment="8",
            **PLAN,
        ),
        fields("10", "0", "10", "10", "Purchase", None, "Recurring", "Standard", None),
    ),
    "SavingsPlanRecurringFee, all used": (
        item(
            "SavingsPlanRecurringFee",
            "10",
            savings_plan_total_commitment_to_date="10",
            savings_plan_used_commitment="10",
            **PLAN,
        ),
        fields("10", "0", "10", "10", "Purchase", None, "Recurring", "Standard", None),
    ),
    "SavingsPlanRecurringFee, all upfront and part used": (
        item(
            "SavingsPlanRecurringFee",
            "0",
            savings_plan_total_commitment_to_date="10",
            savings_plan_used_commitment="8",
            **PLAN,
        ),
        fields("0", "0", "0", "0", "Purchase", None, "Recurring", "Standard", None),
    ),
    "SavingsPlanUpfrontFee": (
        item("SavingsPlanUpfrontFee", "87600", **PLAN),
        fields("87600", "0", "87600", "87600", "Purchase", None, "One-Time", "Standard", None),
    ),
    "RIFee, part used": (
        item(
            "RIFee",
            "72",
            reservation_unused_amortized_upfront_fee_for_billing_period="4",
            reservation_unused_recurring_fee="6",
            **RESERVATION,
        ),
        fields("72", "0", "72", "72", "Purchase", None, "Recurring", "Standard", None),
    ),
    "RIFee, all used": (
        item("RIFee", "72", reservation_unused_recurring_fee="0", **RESERVATION),
        fields("72", "0", "72", "72", "Purchase", None, "Recurring", "Standard", None),
    ),
    "Fee of a reservation": (
        item("Fee", "500", **RESERVATION),
        fields("500", "0", "500", "500", "Purchase", None, "One-Time", "Standard", None),
    ),
    "Fee": (
        item("Fee", "12"),
        fields("12", "12", "12", "12", "Purchase", None, "One-Time", "Standard", None),
    ),
    "FlatRateSubscription": (
        item("FlatRateSubscription", "20"),
        fields("20", "20", "20", "20", "Purchase", None, "Recurring", "Standard", None),
    ),
    "Credit": (
        item("Credit", "-5"),
        fields("-5", "-5", "-5", "-5", "Credit", None, "One-Time", "Other", None),
    ),
    "Refund": (
        item("Refund", "-6"),
        fields("-6", "-6", "-6", "-6", "Adjustment", "Correction", "One-Time", "Other", None),
    ),
    "Refund of a reservation": (
        item("Refund", "-6", **RESERVATION),
        fields("-6", "0", "-6", "-6", "Purchase", "Correction", "One-Time", "Other", None),
    ),
    "Tax": (
        item("Tax", "1.9", line_item_tax_type="VAT"),
        fields("1.9", "1.9", "1.9", "1.9", "Tax", None, "One-Time", None, None),
    ),
    **{
        kind: (
            item(kind, "-1"),
            fields("-1", "-1", "0", "-1", "Adjustment", None, "Usage-Based", "Other", None),
        )
        for kind in ("EdpDiscount", "PrivateRateDiscount", "BundledDiscount", "Discount")
    },
    "an unknown type": (
        item("NewKindOfFee", "1"),
        fields("1", "1", "1", "1", None, None, "One-Time", "Other", None),
    ),
}


UNUSED_PARTS = {
    "SavingsPlanRecurringFee, part used": "2",
    "SavingsPlanRecurringFee, all upfront and part used": "2",
    "RIFee, part used": "10",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Return the charges of every case, all in one bill."""
    rows = charges(tmp_path_factory.mktemp("bill"), [row for row, _ in CASES.values()])
    return {case: [row for row in rows if row["x_Row"] == place] for place, case in enumerate(CASES, start=1)}


@pytest.mark.parametrize("case", CASES)
def test_a_line_item_type_becomes_the_charge_that_it_is(found: dict[str, list[dict[str, Any]]], case: str) -> None:
    assert tuple(found[case][0][column] for column in PICKED) == CASES[case][1]


@pytest.mark.parametrize("case", CASES)
def test_the_unused_part_of_a_commitment_is_a_charge_of_its_own(
    found: dict[str, list[dict[str, Any]]], case: str
) -> None:
    unused = UNUSED_PARTS.get(case)
    expected = fields("0", unused, unused, unused, "Usage", None, "Usage-Based", "Committed", "Unused")
    own, further = found[case][0], found[case][1:]
    assert [tuple(row[column] for column in PICKED) for row in further] == ([expected] if unused else [])
    same = ("CommitmentDiscountId", "ChargePeriodStart", "SubAccountId", "InvoiceId", "x_LineItemType", "x_Row")
    assert all([row[name] for name in same] == [own[name] for name in same] for row in further)
    assert all(row["ConsumedQuantity"] is None and row["x_UnblendedCost"] is None for row in further)


def test_negation_cancels_what_the_plan_covers_and_nothing_of_it_is_counted_twice(tmp_path: Path) -> None:
    covered = CASES["SavingsPlanCoveredUsage"][0]
    found = charges(tmp_path, [covered, item("SavingsPlanNegation", "-3", **PLAN)])
    sums = [
        total(found, column)
        for column in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "PricingQuantity")
    ]
    assert sums == [0, 2, 4, 3, 1]


HOURS = 8  # A term short enough to see; what matters is that every hour of it is there.


def plan_term(upfront: str, recurring: str, used: str) -> list[dict[str, str]]:
    """Return all rows of a Savings Plan of 1.20 an hour over its whole term."""
    commitment = Decimal("1.20")
    rows = [item("SavingsPlanUpfrontFee", upfront, **PLAN)] if Decimal(upfront) else []
    for _ in range(HOURS):
        covered = {"savings_plan_savings_plan_effective_cost": used}
        rows += [
            item("SavingsPlanCoveredUsage", "2.00", **covered, **PLAN),
            item("SavingsPlanNegation", "-2.00", **PLAN),
            item(
                "SavingsPlanRecurringFee",
                recurring,
                savings_plan_total_commitment_to_date=str(commitment),
                savings_plan_used_commitment=used,
                **PLAN,
            ),
        ]
    return rows


@pytest.mark.parametrize("used", ["1.20", "0.70", "0"])
@pytest.mark.parametrize(
    ("upfront", "recurring"), [("0", "1.20"), ("4.80", "0.60"), ("9.60", "0")], ids=["none", "partial", "all"]
)
def test_over_a_savings_plans_term_effective_equals_billed(
    tmp_path: Path, upfront: str, recurring: str, used: str
) -> None:
    found = charges(tmp_path, plan_term(upfront, recurring, used))
    assert total(found, "EffectiveCost") == total(found, "BilledCost") == Decimal("9.60")
    unused = [row for row in found if row["CommitmentDiscountStatus"] == "Unused"]
    assert total(unused, "EffectiveCost") == (Decimal("1.20") - Decimal(used)) * HOURS


@pytest.mark.parametrize("used_hours", [24, 15, 0])
@pytest.mark.parametrize(
    ("upfront", "hourly"), [("0", "0.50"), ("6.00", "0.25"), ("12.00", "0")], ids=["none", "partial", "all"]
)
def test_over_a_reservations_term_effective_equals_billed(
    tmp_path: Path, upfront: str, hourly: str, used_hours: int
) -> None:
    hours = 24
    amortized = Decimal(upfront) / hours
    rows = [item("Fee", upfront, **RESERVATION)] if Decimal(upfront) else []
    rows += [
        item("DiscountedUsage", "0", reservation_effective_cost=str(amortized + Decimal(hourly)), **RESERVATION)
    ] * used_hours
    rows.append(
        item(
            "RIFee",
            str(Decimal(hourly) * hours),
            reservation_unused_amortized_upfront_fee_for_billing_period=str(amortized * (hours - used_hours)),
            reservation_unused_recurring_fee=str(Decimal(hourly) * (hours - used_hours)),
            **RESERVATION,
        )
    )
    found = charges(tmp_path, rows)
    assert total(found, "EffectiveCost") == total(found, "BilledCost") == Decimal("12.00")


def test_discounts_as_rows_tie_to_the_invoice_although_net_columns_repeat_them(tmp_path: Path) -> None:
    net = "line_item_net_unblended_cost"
    rows = [
        item("Usage", "10", pricing_public_on_demand_cost="10", **{net: "8"}),
        item("EdpDiscount", "-2", **{net: "0"}),
    ]
    found = charges(tmp_path, rows)
    sums = [total(found, column) for column in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")]
    assert sums == [8, 8, 10, 8]


def test_discounts_as_columns_are_read_net(tmp_path: Path) -> None:
    row = item(
        "Usage",
        "10",
        pricing_public_on_demand_cost="12",
        line_item_net_unblended_cost="8",
        discount='{"total_discount":"-2"}',
    )
    found = charge(tmp_path, row, "aws-cur2")
    assert [found[column] for column in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")] == [8, 8, 12, 8]
    assert found["x_Discounts"] == '{"total_discount":"-2"}'


def test_cur_2_without_discount_columns_has_its_discounts_as_rows(tmp_path: Path) -> None:
    rows = [item("Usage", "10", product="{}"), item("PrivateRateDiscount", "-2")]
    assert total(charges(tmp_path, rows, "aws-cur2"), "BilledCost") == Decimal(8)


@pytest.mark.parametrize(("used", "used_net"), [("0.90", "0.81"), ("0.40", "0.36")])
def test_over_a_discounted_plans_term_effective_equals_billed(tmp_path: Path, used: str, used_net: str) -> None:
    hour = [
        item("SavingsPlanCoveredUsage", "2", line_item_net_unblended_cost="2", discount="{}"),
        item("SavingsPlanNegation", "-2", line_item_net_unblended_cost="-2"),
        item(
            "SavingsPlanRecurringFee",
            "1.00",
            line_item_net_unblended_cost="0.90",
            savings_plan_total_commitment_to_date="1.00",
            savings_plan_used_commitment=used,
            savings_plan_recurring_commitment_for_billing_period="1.00",
            savings_plan_net_recurring_commitment_for_billing_period="0.90",
        ),
    ]
    hour[0]["savings_plan_savings_plan_effective_cost"] = used
    hour[0]["savings_plan_net_savings_plan_effective_cost"] = used_net
    found = charges(tmp_path, hour * HOURS, "aws-cur2")
    assert total(found, "EffectiveCost") == total(found, "BilledCost") == Decimal("0.90") * HOURS


def test_commitments_are_named_by_kind(tmp_path: Path) -> None:
    rows = [
        CASES["SavingsPlanCoveredUsage"][0],
        item("DiscountedUsage", "0", line_item_normalized_usage_amount="4", **RESERVATION),
        item(
            "RIFee",
            "72",
            reservation_subscription_id="42",
            reservation_unused_quantity="3",
            reservation_unused_amortized_upfront_fee_for_billing_period="1",
            reservation_total_reserved_units="720",
        ),
        item("Usage", "1", reservation_subscription_id="42"),
    ]
    columns = ("Id", "Category", "Type", "Quantity", "Unit", "Status")
    found = [tuple(row[f"CommitmentDiscount{name}"] for name in columns) for row in charges(tmp_path, rows)]
    assert found == [
        (PLAN["savings_plan_savings_plan_a_r_n"], "Spend", "Savings Plan", 2, "USD", "Used"),
        (RESERVATION["reservation_reservation_a_r_n"], "Usage", "Reservation", 4, "Normalized Hours", "Used"),
        ("42", "Usage", "Reservation", 720, "Hours", None),
        ("42", "Usage", "Reservation", 3, "Hours", "Unused"),
        (None, None, None, None, None, None),
    ]
