"""Google's credits: each a charge of its own, so that nothing is lost and nothing counts twice."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.normalize.gcp_credits import KNOWN_CREDITS
from tests.normalize.gcp_bill import bill, credit, line
from tests.normalize.loaded import charges, findings, refused

PICKED = "ChargeCategory, BilledCost, EffectiveCost, ListCost, ContractedCost"
ZERO, TENTH = Decimal(0), Decimal("-0.1")
# Type -> category, list and contracted cost of a credit of -0.1.
EXPECTED = {
    "COMMITTED_USAGE_DISCOUNT": ("Adjustment", ZERO, ZERO),
    "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE": ("Adjustment", ZERO, ZERO),
    "SUBSCRIPTION_BENEFIT": ("Adjustment", ZERO, ZERO),
    "SUSTAINED_USAGE_DISCOUNT": ("Adjustment", ZERO, TENTH),
    "DISCOUNT": ("Adjustment", ZERO, TENTH),
    "SPENDING_BASED_DISCOUNT": ("Adjustment", ZERO, TENTH),
    "RESELLER_MARGIN": ("Adjustment", ZERO, TENTH),
    "FEE_UTILIZATION_OFFSET": ("Adjustment", ZERO, ZERO),
    "PROMOTION": ("Credit", TENTH, TENTH),
    "FREE_TIER": ("Credit", TENTH, TENTH),
}


def test_every_type_of_credit_has_its_expectation() -> None:
    assert set(EXPECTED) == set(KNOWN_CREDITS)


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_credit_is_a_charge_of_the_category_of_its_type(kind: str, tmp_path: Path) -> None:
    rows = charges(tmp_path, "gcp-billing", bill({"credits": [credit(kind, -0.1)]}), f"{PICKED}, x_CreditType")

    (found,) = (row for row in rows if row[-1] is not None)
    category, listed, contracted = EXPECTED[kind]
    assert found == (category, TENTH, TENTH, listed, contracted, kind)


def test_a_credit_has_the_place_of_its_row_and_no_quantity(tmp_path: Path) -> None:
    given = bill({"credits": [credit("PROMOTION", -0.1, full_name="Free trial credit")]})
    picked = (
        "ChargeDescription, SubAccountId, ResourceId, SkuId, x_Row, InvoiceId, SkuPriceId, PricingQuantity, "
        "ConsumedQuantity, ListUnitPrice"
    )

    rows = charges(tmp_path, "gcp-billing", given, f"ChargeCategory, {picked}")

    (found,) = (row[1:] for row in rows if row[0] == "Credit")
    assert found[:2] == ("Free trial credit", "shop-prod")
    assert found[2].endswith("/instances/77")
    assert found[3:] == ("2E27-4F75-95CD", 1, "01AB2C-3D4E5F-607182-202609", None, None, None, None)


def test_billed_cost_of_a_row_and_its_credits_is_what_google_invoices(tmp_path: Path) -> None:
    both = [credit("SUSTAINED_USAGE_DISCOUNT", -0.4), credit("PROMOTION", "-1.1000000000000000000001")]

    rows = charges(tmp_path, "gcp-billing", bill({"credits": both}, {}), "BilledCost, EffectiveCost")

    assert len(rows) == 4
    assert sum(row[0] for row in rows) == sum(row[1] for row in rows) == Decimal("1.5")


@pytest.mark.parametrize("cell", ["null", "[]", "[null]", "[{}]"])
def test_no_credits_make_no_charge(cell: str, tmp_path: Path) -> None:
    text = line().replace('"credits": []', f'"credits": {cell}')

    assert len(charges(tmp_path, "gcp-billing", bill(text), "BilledCost")) == 1


def test_a_row_without_the_field_has_no_credits(tmp_path: Path) -> None:
    assert len(charges(tmp_path, "gcp-billing", bill({"credits": None}), "BilledCost")) == 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Committed Usage Discount: CPU", "COMMITTED_USAGE_DISCOUNT"),
        ("Sustained Usage Discount", "SUSTAINED_USAGE_DISCOUNT"),
        ("FreeTrial:Credit-01", "PROMOTION"),
    ],
)
def test_before_types_a_credits_name_tells_its_type(name: str, kind: str, tmp_path: Path) -> None:
    given = bill({"credits": [{"name": name, "amount": "-1"}]})

    assert (kind,) in charges(tmp_path, "gcp-billing", given, "x_CreditType")


def test_a_credit_of_an_unknown_type_is_kept_with_a_finding(tmp_path: Path) -> None:
    given = bill({"credits": [credit("NEW_<b>TYPE", -0.5), credit(None, -0.25)]})

    rows = charges(tmp_path, "gcp-billing", given, PICKED)

    assert [row for row in rows if row[0] is None] == [
        (None, Decimal(amount), Decimal(amount), None, None) for amount in ("-0.5", "-0.25")
    ]
    (told,) = (message for code, _, message in findings(tmp_path) if code == "FM1264")
    assert told.startswith("2 credits of an unknown type (none, 'NEW_<B>TYPE'): billed and effective cost count")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("[{'name': 'a', 'amount': -1", "credits is '[{'name': 'a', 'amount': -1'"),
        ("[{'amount': -1} {'amount': -2}]", "credits is "),
        ('{"amount": -1}', "credits is "),
        ("[1]", "credits is '[1]'"),
        ('[{"amount": -1, "amount": -2}]', "credits is "),
        ('[{"type": "PROMOTION", "amount": "abc"}]', "the amount of a credit is 'abc'"),
        ('[{"type": "PROMOTION", "amount": NaN}]', "the amount of a credit is 'NaN'"),
        ('[{"type": "PROMOTION"}]', "a credit has no amount"),
    ],
)
def test_credits_that_cannot_be_read_are_refused_with_file_and_row(cell: str, words: str, tmp_path: Path) -> None:
    quoted = cell.replace('"', '""')
    header = "billing_account_id,service.id,sku.id,usage_start_time,usage_end_time,cost,currency,invoice.month,credits"
    row = "A,S,K,2026-09-01 00:00:00+00:00,2026-09-01 01:00:00+00:00,1,USD,202609"

    said = refused(tmp_path, "gcp-billing", {"bill.csv": f'{header}\n{row},[]\n{row},"{quoted}"\n'})

    assert "bill.csv, row 2: " in said
    assert words in said
    assert "FM1263" in said
    assert "without its credits a bill is too high" in said
