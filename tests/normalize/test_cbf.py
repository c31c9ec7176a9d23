"""Lines of CloudZero's Common Bill Format: what each becomes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.terms.findings import codes
from tests.journeys.bills import new_project, rows
from tests.normalize.loaded import charge, charges, findings, refused

LINE = {"lineitem/type": "Usage", "time/usage_start": "2026-09-16T13:00:00Z", "cost/cost": "12"}
SAID: dict[str, Any] = {"constants": {"BillingCurrency": "USD", "BillingAccountId": "acme"}}


def lines(*rows: dict[str, str], name: str = "bill.csv") -> dict[str, str]:
    """Return a file: what a line does not say comes from ``LINE``."""
    names = list(dict.fromkeys(name for row in (LINE, *rows) for name in row))
    body = [names, *([{**LINE, **row}.get(name, "") for name in names] for row in rows)]
    return {name: "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in body)}


@pytest.mark.parametrize(
    ("kind", "category", "frequency"),
    [
        ("Usage", "Usage", "Usage-Based"),
        ("", "Usage", "Usage-Based"),
        ("Tax", "Tax", "One-Time"),
        ("Support", "Purchase", "Recurring"),
        ("Purchase", "Purchase", "One-Time"),
        ("Fee", "Purchase", "One-Time"),
        ("CommittedUsePurchase", "Purchase", "One-Time"),
        ("CommittedUseRecurringFee", "Purchase", "Recurring"),
        ("CommittedUseVacancy", "Usage", "Usage-Based"),
        ("Discount", "Adjustment", "One-Time"),
        ("Credit", "Credit", "One-Time"),
        ("Adjustment", "Adjustment", "One-Time"),
    ],
)
def test_a_type_decides_the_category(kind: str, category: str, frequency: str, tmp_path: Path) -> None:
    found = charges(
        tmp_path, "cloudzero-cbf", lines({"lineitem/type": kind}), "ChargeCategory, ChargeFrequency", **SAID
    )

    assert found == [(category, frequency)]
    assert "FM1271" not in {code for code, _, _ in findings(tmp_path)}


def test_a_type_that_the_format_does_not_have_is_kept_and_told(tmp_path: Path) -> None:
    found = charges(tmp_path, "cloudzero-cbf", lines({"lineitem/type": "Brand\x1bNew"}), "ChargeCategory", **SAID)

    assert found == [("Adjustment",)]
    said = [message for code, _, message in findings(tmp_path) if code == "FM1271"]
    assert said == ["The line item type 'Brand\ufffdNew' is none of the format: 1 charge, kept as Adjustment."]


def test_costs_are_billed_effective_contracted_and_list(tmp_path: Path) -> None:
    line = {
        "cost/discounted_cost": "8",
        "cost/amortized_cost": "11",
        "cost/discounted_amortized_cost": "7",
        "cost/on_demand_cost": "20",
    }

    found = charge(
        tmp_path, "cloudzero-cbf", lines(line), "BilledCost, EffectiveCost, ContractedCost, ListCost", **SAID
    )

    assert list(found.values()) == [Decimal(12), Decimal(7), Decimal(8), Decimal(20)]


def test_an_empty_effective_cost_falls_back_and_a_zero_does_not(tmp_path: Path) -> None:
    amortized = "cost/amortized_cost"
    file = lines({amortized: "11"}, {amortized: ""}, {amortized: "0"}, {"cost/discounted_amortized_cost": "5"})

    found = charges(tmp_path, "cloudzero-cbf", file, "EffectiveCost, ContractedCost, ListCost", **SAID)

    assert [row[0] for row in found] == [Decimal(11), Decimal(12), Decimal(0), Decimal(5)]
    assert {row[1:] for row in found} == {(None, None)}


def test_a_discount_beside_discounted_usage_counts_once(tmp_path: Path) -> None:
    net = "cost/discounted_cost"
    file = lines({net: "8"}, {"lineitem/type": "Discount", "cost/cost": "-4", net: "0"})

    charges(tmp_path, "cloudzero-cbf", file, "1", **SAID)

    sums = rows(new_project(tmp_path), "SELECT sum(BilledCost), sum(EffectiveCost), sum(ContractedCost) FROM charges")
    assert sums == [(Decimal(8), Decimal(8), Decimal(8))]
    assert not {"FM1270", "FM1274"} & {code for code, _, _ in findings(tmp_path)}


def test_a_discount_that_is_inside_and_beside_is_told(tmp_path: Path) -> None:
    net = "cost/discounted_cost"
    file = lines({net: "8"}, {"lineitem/type": "Discount", "cost/cost": "-4", net: "-4"})

    charges(tmp_path, "cloudzero-cbf", file, "1", **SAID)

    said = {code: (severity, message) for code, severity, message in findings(tmp_path)}
    assert said["FM1274"][0] == "warning"
    assert said["FM1274"][1] == (
        "ContractedCost is 4 less than BilledCost over all lines together, though cost/discounted_cost only spread the "
        "cost: a discount or a commitment counts twice, or not at all."
    )


def test_a_commitment_is_billed_once_and_spread(tmp_path: Path) -> None:
    amortized = "cost/amortized_cost"
    file = lines(
        {"lineitem/type": "CommittedUsePurchase", "cost/cost": "90", amortized: "0", "resource/id": "commit/1"},
        {"cost/cost": "0", amortized: "60", "resource/id": "i"},
        {"lineitem/type": "CommittedUseVacancy", "cost/cost": "0", amortized: "30", "resource/id": "commit/1"},
    )
    picked = "BilledCost, EffectiveCost, CommitmentDiscountId, CommitmentDiscountStatus, ResourceType"

    found = charges(tmp_path, "cloudzero-cbf", file, picked, **SAID)

    assert found == [
        (Decimal(90), Decimal(0), "commit/1", None, "commit"),
        (Decimal(0), Decimal(60), None, None, None),
        (Decimal(0), Decimal(30), "commit/1", "Unused", "commit"),
    ]
    assert "FM1270" not in {code for code, _, _ in findings(tmp_path)}


def test_a_commitment_that_is_paid_and_spread_as_well_is_an_error(tmp_path: Path) -> None:
    amortized = "cost/amortized_cost"
    file = lines(
        {"lineitem/type": "CommittedUsePurchase", "cost/cost": "90", amortized: ""}, {"cost/cost": "0", amortized: "90"}
    )

    charges(tmp_path, "cloudzero-cbf", file, "1", **SAID)

    said = {code: (severity, message) for code, severity, message in findings(tmp_path)}
    assert said["FM1270"][0] == "error"
    assert said["FM1270"][1].startswith("EffectiveCost is 90 more than BilledCost")


def test_a_commitment_that_nothing_spreads_is_effective_when_it_is_billed(tmp_path: Path) -> None:
    file = lines({"lineitem/type": "CommittedUsePurchase", "cost/cost": "90", "resource/id": "c"})

    assert charges(tmp_path, "cloudzero-cbf", file, "EffectiveCost", **SAID) == [(Decimal(90),)]
    (said,) = [(severity, message) for code, severity, message in findings(tmp_path) if code == "FM1356"]
    assert said[0] == "info"
    assert said[1].startswith("The purchase of a commitment has an effective cost. Nothing amortizes this commitment")
    assert "twice" not in said[1]


def test_the_folder_of_the_drop_names_the_billing_period(tmp_path: Path) -> None:
    file = lines({"time/usage_start": "2026-08-31T23:00:00Z"}, name="20260901-20261001/d1/a.csv")
    picked = "x_BillingPeriod, strftime(BillingPeriodEnd, '%Y-%m-%d'), strftime(ChargePeriodEnd, '%m-%d %H')"

    found = charges(tmp_path, "cloudzero-cbf", file, picked, **SAID)

    assert [(str(month), *rest) for month, *rest in found] == [("2026-09-01", "2026-10-01", "09-01 00")]
    assert "FM1256" not in {code for code, _, _ in findings(tmp_path)}


def test_without_such_a_folder_the_month_is_that_of_the_usage_and_told(tmp_path: Path) -> None:
    found = charges(tmp_path, "cloudzero-cbf", lines({}), "x_BillingPeriod", **SAID)

    assert str(found[0][0]) == "2026-09-01"
    assert ("FM1256", "warning") in {(code, severity) for code, severity, _ in findings(tmp_path)}
    assert "20260901-20261001" in codes()["FM1256"].remedy
    assert "--set BillingPeriodStart=2026-09-01" in codes()["FM1256"].remedy


def test_a_billing_period_that_was_said_is_no_guess(tmp_path: Path) -> None:
    said = {"constants": {**SAID["constants"], "BillingPeriodStart": "2026-10-01"}}

    found = charges(tmp_path, "cloudzero-cbf", lines({}), "x_BillingPeriod", **said)

    assert str(found[0][0]) == "2026-10-01"
    assert "FM1256" not in {code for code, _, _ in findings(tmp_path)}


def test_names_places_and_quantities_are_kept(tmp_path: Path) -> None:
    line = {
        "resource/account": "a1",
        "resource/region": "no-region",
        "resource/service": "Chat",
        "resource/usage_family": "Tokens",
        "lineitem/cloud_provider": "OpenAI",
        "bill/invoice_id": "INV-1",
        "usage/amount": "5",
        "usage/units": "Tokens",
        "k8s/namespace": "web",
        "resource/tag:Team": "red",
    }
    picked = (
        "SubAccountId, RegionId, ServiceName, x_UsageFamily, ServiceProviderName, InvoiceId, ConsumedQuantity, "
        "ConsumedUnit, PricingUnit, x_KubernetesNamespace, Tags"
    )

    assert tuple(charge(tmp_path, "cloudzero-cbf", lines(line), picked, **SAID).values()) == (
        "a1", None, "Chat", "Tokens", "OpenAI", "INV-1", Decimal(5), "Tokens", "Tokens", "web", '{"Team":"red"}',
    )  # fmt: skip


def test_the_currency_must_be_said(tmp_path: Path) -> None:
    said = refused(tmp_path, "cloudzero-cbf", lines({}))

    assert "bill.csv:1: the file has no column for BillingCurrency" in said
    assert "--set BillingCurrency=VALUE" in said


@pytest.mark.parametrize("cell", ["NaN", "1,5", "$3"])
def test_a_cost_that_is_no_number_is_refused(cell: str, tmp_path: Path) -> None:
    said = refused(tmp_path, "cloudzero-cbf", lines({"cost/cost": cell}), **SAID)

    assert f"bill.csv, row 1: cost/cost is '{cell}'" in said


def test_findings_about_lines_stand_in_their_month_alone(tmp_path: Path) -> None:
    odd = {"lineitem/type": "Odd", "time/usage_start": "2026-10-02T00:00:00Z"}
    charges(tmp_path, "cloudzero-cbf", lines({"cost/discounted_cost": "0"}, odd), "1", **SAID)

    sql = (
        "SELECT strftime(x_BillingPeriod, '%m'), x_Code, x_Charges FROM findings "
        "WHERE x_Code IN ('FM1256', 'FM1271', 'FM1274') ORDER BY ALL"
    )
    assert rows(new_project(tmp_path), sql) == [
        ("09", "FM1256", 1), ("10", "FM1256", 1), ("10", "FM1271", 1), ("10", "FM1274", 2),
    ]  # fmt: skip


def test_an_amortized_cost_that_nothing_reads_and_is_no_number_is_told(tmp_path: Path) -> None:
    read = {"cost/amortized_cost": "12", "cost/discounted_amortized_cost": "12"}
    file = lines(read, {**read, "cost/amortized_cost": "abc"}, {**read, "cost/amortized_cost": ""})

    found = charges(tmp_path, "cloudzero-cbf", file, "EffectiveCost", **SAID)

    assert found == [(Decimal(12),)] * 3
    sql = "SELECT x_Severity, x_Charges, x_Example, x_Where, x_Message FROM findings WHERE x_Code = 'FM1244'"
    message = "cost/amortized_cost is no number in 1 line: EffectiveCost is cost/discounted_amortized_cost there, and "
    message += "nothing else reads it."
    assert rows(new_project(tmp_path), sql) == [("warning", 1, "abc", "exports/bill.csv, row 2", message)]
