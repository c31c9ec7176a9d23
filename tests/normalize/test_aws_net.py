"""What net columns, currencies of prices and quantities of commitments say beside a charge's costs."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger
from finmod.ledger.quality import unread_discounts
from finmod.ledger.tables import CHARGES
from finmod.settings.project import load_project
from finmod.terms.findings import Finding
from tests.normalize.aws_bill import charge, charges, total
from tests.normalize.test_aws_charges import HOURS, PLAN, RESERVATION, item
from tests.normalize.test_aws_unused import load

NET = "line_item_net_unblended_cost"
QUANTITY = "CommitmentDiscountQuantity"


@pytest.mark.parametrize(
    ("format_name", "more", "billed"), [("aws-cur", {}, 10), ("aws-cur2", {}, 10), ("aws-cur2", {"discount": "{}"}, 8)]
)
def test_the_net_cost_stands_beside_the_billed_one(
    tmp_path: Path, format_name: str, more: dict[str, str], billed: int
) -> None:
    found = charge(tmp_path, item("Usage", "10", **{NET: "8.000"}, **more), format_name)
    assert (found["BilledCost"], found["x_NetUnblendedCost"]) == (billed, "8.000")


def test_a_report_without_net_columns_has_none(tmp_path: Path) -> None:
    assert charge(tmp_path, item("Usage", "10"))["x_NetUnblendedCost"] is None


def test_the_net_cost_of_a_fee_is_not_repeated_on_its_unused_part(tmp_path: Path) -> None:
    fee = {"savings_plan_total_commitment_to_date": "10", "savings_plan_used_commitment": "8", NET: "9"}
    found = charges(tmp_path, [item("SavingsPlanRecurringFee", "10", **fee, **PLAN)])
    assert [row["x_NetUnblendedCost"] for row in found] == ["9", None]


def told(folder: Path, rows: list[dict[str, str]], format_name: str = "aws-cur") -> list[Finding]:
    """Return what the loaded bill's net and discount columns tell."""
    load(folder, rows, format_name)
    ledger = Ledger(load_project(folder).store)
    with Engine() as engine:
        return unread_discounts(engine, ledger.files(CHARGES, ledger.head(engine)))


def test_a_legacy_report_whose_discounts_are_columns_alone_is_told_with_the_difference(tmp_path: Path) -> None:
    rows = [item("Usage", "10", **{NET: "8"}), item("Usage", "1e-05", **{NET: "1e-05"}), item("Tax", "2", **{NET: "2"})]
    (found,) = told(tmp_path, rows)
    assert (found.code, found.billing_period, found.currency, found.amount) == ("FM1407", "2026-09", "USD", Decimal(2))
    assert (found.rows, found.where) == (1, "bill.csv, row 1")


def test_a_legacy_report_with_discount_rows_repeats_them_in_its_net_columns(tmp_path: Path) -> None:
    assert told(tmp_path, [item("Usage", "10", **{NET: "8"}), item("EdpDiscount", "-2", **{NET: "0"})]) == []


def test_a_report_without_discounts_has_nothing_to_tell(tmp_path: Path) -> None:
    assert told(tmp_path, [item("Usage", "10")]) == []


EDP = {"discount": '{"edp_discount":-10,"total_discount":-10}'}


@pytest.mark.parametrize(
    ("format_name", "discount"),
    [
        ("aws-cur2", EDP),
        ("aws-cur2", {"discount_total_discount": "-10", "resource_tags": ""}),
        ("aws-cur", {"discount_total_discount": "-10"}),
        ("aws-cur", {"discount/TotalDiscount": "-10"}),
    ],
    ids=["map", "column", "legacy", "legacy header"],
)
def test_discounts_in_columns_without_a_net_cost_are_an_error(
    tmp_path: Path, format_name: str, discount: dict[str, str]
) -> None:
    (found,) = told(tmp_path, [item("Usage", "100", **discount)], format_name)
    assert (found.code, found.severity, found.amount) == ("FM1407", "error", Decimal(10))
    assert found.message.startswith("BilledCost is 100.00 USD before discounts.")


def test_discounts_in_columns_and_in_rows_are_told(tmp_path: Path) -> None:
    rows = [item("Usage", "100", **{NET: "90"}, **EDP), item("EdpDiscount", "-10")]
    (found,) = told(tmp_path, rows, "aws-cur2")
    assert (found.code, found.severity, found.amount) == ("FM1407", "warning", Decimal(-10))


@pytest.mark.parametrize(
    "rows",
    [
        [item("Usage", "100", **{NET: "90"}, **EDP)],
        [item("Usage", "100", **EDP), item("EdpDiscount", "-10")],
        [item("Usage", "100", discount="{}")],
        [item("Usage", "100", discount_total_discount="0", resource_tags="")],
    ],
    ids=["net", "rows", "no discount", "zero"],
)
def test_discounts_that_are_read_once_have_nothing_to_tell(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    assert told(tmp_path, rows, "aws-cur2") == []


HALF_USED = [
    item("Usage", "10", **{NET: "9"}, discount_total_discount="-1"),
    item(
        "RIFee",
        "100",
        **{NET: "90"},
        discount_total_discount="-10",
        reservation_unused_recurring_fee="50",
        reservation_net_unused_recurring_fee="45",
        reservation_unused_amortized_upfront_fee_for_billing_period="0",
        **RESERVATION,
    ),
    item(
        "SavingsPlanRecurringFee",
        "60",
        **{NET: "54"},
        discount_total_discount="-6",
        savings_plan_total_commitment_to_date="60",
        savings_plan_used_commitment="30",
        **PLAN,
    ),
]


def test_the_discount_of_a_fee_is_not_missed_on_its_unused_part(tmp_path: Path) -> None:
    found = charges(tmp_path, HALF_USED, "aws-cur2")
    unused = [row for row in found if row["CommitmentDiscountStatus"] == "Unused"]
    assert [row["x_Discounts"] for row in unused] == [None, None]
    assert [row["x_Discounts"] for row in found if row["BilledCost"]] == [
        f'{{"total_discount":"-{amount}"}}' for amount in (1, 10, 6)
    ]
    assert told(tmp_path, [{**row, "resource_tags": ""} for row in HALF_USED], "aws-cur2") == []


def test_a_legacy_bill_with_a_commitment_half_used_tells_of_its_discounts_once(tmp_path: Path) -> None:
    (found,) = told(tmp_path, HALF_USED)
    assert (found.code, found.severity, found.amount) == ("FM1407", "warning", Decimal(17))
    again = tmp_path / "with rows"
    again.mkdir()
    assert told(again, [*HALF_USED, item("EdpDiscount", "-17", **{NET: "0"})]) == []


def test_discounts_in_columns_of_their_own_are_kept(tmp_path: Path) -> None:
    more = {"discount_total_discount": "-2", "discount_bundled_discount": "", NET: "8"}
    found = charge(tmp_path, item("Usage", "10", **more), "aws-cur2")
    assert (found["BilledCost"], found["x_Discounts"]) == (8, '{"total_discount":"-2"}')


RATE = {"line_item_unblended_rate": "0.5"}


@pytest.mark.parametrize(
    ("row", "currency"),
    [
        (item("Usage", "1", pricing_currency="CNY", **RATE), "CNY"),
        (item("Usage", "1", pricing_currency="", **RATE), "EUR"),
        (item("Usage", "1", **RATE), "EUR"),
        (item("DiscountedUsage", "0", pricing_public_on_demand_rate="1"), "EUR"),
        (item("Fee", "1", line_item_net_unblended_rate="0.4"), "EUR"),
        (item("Usage", "1"), None),
        (item("Tax", "1", **RATE), None),
        (item("Credit", "-1", **RATE), None),
        (item("EdpDiscount", "-1", **RATE), None),
        (item("SavingsPlanNegation", "-1", **RATE), None),
    ],
    ids=["given", "empty", "no column", "public price alone", "net price alone", "no price", "tax", "credit",
         "discount", "negation"],
)  # fmt: skip
def test_prices_are_in_the_line_items_currency_where_the_report_does_not_say(
    tmp_path: Path, row: dict[str, str], currency: str | None
) -> None:
    assert charge(tmp_path, row | {"line_item_currency_code": "EUR"})["PricingCurrency"] == currency


def reservation_term(upfront: str, monthly: str) -> list[dict[str, str]]:
    """Return a term of two months of two instances, three hours in four used; its fees say what they reserve."""
    reserved, used = 2 * HOURS, 2 * HOURS * 3 // 4
    unused = {"reservation_unused_quantity": str((reserved - used) // 2), "reservation_unused_recurring_fee": "1"}
    month = {"reservation_total_reserved_units": str(reserved // 2), **unused}
    bought = item("Fee", upfront, reservation_total_reserved_units=str(reserved), **RESERVATION)
    fees = [item("RIFee", monthly, **month, **RESERVATION)] * 2
    covered = [item("DiscountedUsage", "0", reservation_effective_cost="1", **RESERVATION)] * used
    return [*([bought] if Decimal(upfront) else []), *fees, *covered]


@pytest.mark.parametrize(
    ("upfront", "monthly", "purchases"),
    [
        ("0", "8", {("Recurring", 8)}),
        ("16", "0", {("One-Time", 16), ("Recurring", 0)}),
        ("8", "4", {("One-Time", 16), ("Recurring", 8)}),
    ],
    ids=["no upfront", "all upfront", "partial upfront"],
)
def test_a_reservations_fees_say_what_each_buys(
    tmp_path: Path, upfront: str, monthly: str, purchases: set[tuple[str, int]]
) -> None:
    found = charges(tmp_path, reservation_term(upfront, monthly))
    fees = [row for row in found if row["ChargeCategory"] == "Purchase"]
    assert {(row["ChargeFrequency"], row[QUANTITY]) for row in fees} == purchases
    assert {row["CommitmentDiscountUnit"] for row in found} == {"Hours"}
    # Whatever the payment, used and unused are what was bought; each kind of purchase by itself says so too.
    assert total([row for row in found if row["ChargeCategory"] == "Usage"], QUANTITY) == 2 * HOURS
    sums = {frequency: Decimal(0) for frequency, _ in purchases}
    for row in fees:
        sums[row["ChargeFrequency"]] += row[QUANTITY]
    assert set(sums.values()) - {0} == {2 * HOURS}
