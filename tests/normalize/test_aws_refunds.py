"""Commitments that are given back: what their refunds are, and what is left of their cost."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.settings.project import load_project
from finmod.workspace.check import check
from tests.normalize.aws_bill import charge, charges, total
from tests.normalize.test_aws_charges import PLAN, RESERVATION, item
from tests.normalize.test_aws_unused import load

FORMATS = ("aws-cur", "aws-cur2")
UNUSED = {
    "reservation_unused_amortized_upfront_fee_for_billing_period": "10",
    "reservation_unused_recurring_fee": "0",
    "reservation_unused_quantity": "10",
}
USAGE = item("Usage", "5", pricing_public_on_demand_cost="5")
# In the reports of both formats: a reservation paid upfront and given back in full, a Savings Plan returned.
RESERVED = [
    item("Fee", "8760", **RESERVATION),
    item("RIFee", "0", **UNUSED, **RESERVATION),
    item("Refund", "-8750", reservation_total_reserved_units="8760", **RESERVATION),
]
PLANNED = [
    item("SavingsPlanUpfrontFee", "8760", **PLAN),
    item(
        "SavingsPlanRecurringFee",
        "0",
        savings_plan_total_commitment_to_date="10",
        savings_plan_used_commitment="4",
        **PLAN,
    ),
    item("SavingsPlanCoveredUsage", "7", savings_plan_savings_plan_effective_cost="4", **PLAN),
    item("SavingsPlanNegation", "-7", **PLAN),
    item("Refund", "-8750", **PLAN),
]


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("bought", [RESERVED, PLANNED], ids=["reservation", "savings plan"])
def test_effective_equals_billed_over_a_term_that_a_refund_cut_short(
    tmp_path: Path, format_name: str, bought: list[dict[str, str]]
) -> None:
    rows = [row | {"product": ""} if format_name == "aws-cur2" else row for row in (*bought, USAGE)]
    found = charges(tmp_path, rows, format_name)
    assert total(found, "BilledCost") == total(found, "EffectiveCost") == Decimal(15)
    refund = next(row for row in found if row["x_LineItemType"] == "Refund")
    assert (refund["ChargeCategory"], refund["ChargeClass"]) == ("Purchase", "Correction")
    assert refund["CommitmentDiscountId"] in {*RESERVATION.values(), *PLAN.values()}


def test_a_refund_takes_back_of_a_plans_purchase_what_it_refunds(tmp_path: Path) -> None:
    found = charges(tmp_path, PLANNED)
    bought = [row for row in found if row["ChargeCategory"] == "Purchase"]
    used = [row for row in found if row["ChargeCategory"] == "Usage"]
    quantity = "CommitmentDiscountQuantity"
    assert total(bought, quantity) == total(used, quantity) == 10


def test_a_refund_does_not_say_how_much_of_a_reservation_is_given_back(tmp_path: Path) -> None:
    refund = charge(tmp_path, RESERVED[2])
    assert (refund["CommitmentDiscountQuantity"], refund["CommitmentDiscountUnit"]) == (None, None)


OPTIONS = {"All Upfront": 0, "AllUpfront": 0, "Partial Upfront": 0, "": 0, "No Upfront": -6, "NoUpfront": -6}


@pytest.mark.parametrize(("option", "effective"), OPTIONS.items())
def test_a_refund_of_recurring_fees_lowers_effective_cost_and_one_of_upfront_fees_does_not(
    tmp_path: Path, option: str, effective: int
) -> None:
    rows = [
        item("Refund", "-6", pricing_purchase_option=option, **RESERVATION),
        item("Refund", "-6", savings_plan_payment_option=option, **PLAN),
        item("Refund", "-6", pricing_purchase_option=option),
    ]
    assert [row["EffectiveCost"] for row in charges(tmp_path, rows)] == [effective, effective, -6]


def test_legacy_headers_tell_the_payment_option(tmp_path: Path) -> None:
    found = charge(tmp_path, item("Refund", "-6", **PLAN) | {"savingsPlan/PaymentOption": "No Upfront"})
    assert found["EffectiveCost"] == -6


def test_the_refund_of_a_commitment_is_no_fault_of_the_bill(tmp_path: Path) -> None:
    no_upfront = item("Refund", "-6", pricing_purchase_option="No Upfront", **RESERVATION)
    earlier = {"line_item_usage_start_date": "2026-08-01T00:00:00Z", "line_item_usage_end_date": "2026-08-02T00:00:00Z"}
    load(tmp_path, [*RESERVED, *PLANNED, no_upfront | earlier])
    found = {each.code: each for each in check(load_project(tmp_path)).findings if each.code in {"FM1356", "FM1404"}}
    assert {code: (each.severity, each.rows) for code, each in found.items()} == {"FM1356": ("info", 1)}
    assert "the refund lowers effective cost" in found["FM1356"].message
