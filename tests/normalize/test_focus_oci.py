"""Oracle's own FOCUS export: its zeros that are no costs, and its names of 1.0-preview."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.normalize.focus_oci import recognise
from tests.normalize.loaded import charge, charges, findings

ROW = {
    "BilledCost": "0.12",
    "EffectiveCost": "0",
    "ListCost": "0.15",
    "ListUnitPrice": "0.05",
    "BillingCurrency": "USD",
    "BillingAccountId": "20209880",
    "BillingPeriodStart": "2026-09-01T00:00Z",
    "BillingPeriodEnd": "2026-10-01T00:00Z",
    "ChargePeriodStart": "2026-09-21T17:00Z",
    "ChargePeriodEnd": "2026-09-21T18:00Z",
    "ChargeCategory": "Usage",
    "ChargeFrequency": "Usage-based",
    "CommitmentDiscountId": "",
    "Provider": "Oracle",
    "Publisher": "Oracle",
    "InvoiceIssuer": "Oracle",
    "Region": "us-sanjose-1",
    "UsageQuantity": "8",
    "UsageUnit": "GB Hours",
    "oci_ReferenceNumber": "r1",
    "oci_CompartmentName": "web",
    "oci_CostOverage": "",
}


def export(*rows: dict[str, str]) -> dict[str, str]:
    """Return an export: what a row does not say comes from ``ROW``."""
    body = [list(ROW), *([{**ROW, **row}[name] for name in ROW] for row in rows)]
    return {"0001.csv": "".join(f"{','.join(line)}\n" for line in body)}


def test_an_effective_cost_that_oracle_does_not_fill_in_is_the_billed_one(tmp_path: Path) -> None:
    found = charges(tmp_path, "focus", export({}, {"EffectiveCost": "0.1"}), "EffectiveCost")

    assert found == [(Decimal("0.12"),), (Decimal("0.1"),)]
    said = [(severity, message) for code, severity, message in findings(tmp_path) if code == "FM1268"]
    assert said == [
        ("warning", "EffectiveCost is 0 beside a cost that is billed, and is read as BilledCost: 1 charge.")
    ]


@pytest.mark.parametrize("row", [{"BilledCost": "0"}, {"CommitmentDiscountId": "c1"}])
def test_a_charge_that_bills_nothing_or_names_a_commitment_keeps_its_zero(row: dict[str, str], tmp_path: Path) -> None:
    assert charges(tmp_path, "focus", export(row), "EffectiveCost") == [(Decimal(0),)]
    assert "FM1268" not in {code for code, _, _ in findings(tmp_path)}


def test_a_list_cost_that_oracle_does_not_have_is_unknown(tmp_path: Path) -> None:
    row = {"ListCost": "0", "ListUnitPrice": "0", "ChargeCategory": "Adjustment"}

    found = charges(tmp_path, "focus", export({}, row), "ListCost, ListUnitPrice")

    assert found == [(Decimal("0.15"), Decimal("0.05")), (None, None)]
    assert "FM1262" in {code for code, _, _ in findings(tmp_path)}


def test_zeros_of_oracles_rows_are_kept_and_told_in_a_file_that_is_not_its_own(tmp_path: Path) -> None:
    named = {name: value for name, value in ROW.items() if name != "oci_ReferenceNumber"}
    oracle = {**named, "ListCost": "0", "ListUnitPrice": "0", "ProviderName": "Oracle"}
    lines = [oracle, {**oracle, "ProviderName": "AWS"}, {**oracle, "ProviderName": ""}]
    text = "".join(f"{','.join(line)}\n" for line in (oracle, *(each.values() for each in lines)))

    found = charges(tmp_path, "focus", {"0001.csv": text}, "EffectiveCost, ListCost, ListUnitPrice")

    assert found == [(Decimal(0), Decimal(0), Decimal(0))] * 3
    said = [(code, message) for code, _, message in findings(tmp_path) if code in {"FM1262", "FM1268"}]
    told = "is kept as written: the file is not Oracle's own export: 1 charge."
    assert [(code, told in message) for code, message in said] == [("FM1262", True), ("FM1268", True)]


def test_names_of_the_preview_are_those_of_now(tmp_path: Path) -> None:
    picked = (
        "ServiceProviderName, x_ProviderName, x_PublisherName, InvoiceIssuerName, RegionId, RegionName, "
        "ConsumedQuantity, ConsumedUnit, ChargeFrequency, x_oci_CompartmentName"
    )

    assert tuple(charge(tmp_path, "focus", export({}), picked).values()) == (
        "Oracle", "Oracle", "Oracle", "Oracle", "us-sanjose-1", "us-sanjose-1", Decimal(8), "GB Hours",
        "Usage-Based", "web",
    )  # fmt: skip


def test_an_export_of_oracle_is_told_by_its_reference_number() -> None:
    assert recognise(["BilledCost", "oci_ReferenceNumber"])
    assert recognise(["BilledCost", "x_oci_ReferenceNumber"])
    assert not recognise(["BilledCost", "ReferenceNumber"])
