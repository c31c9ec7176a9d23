"""A commitment's purchase and its unused part: two charges of one row, from the file to the ledger."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.errors import UserError
from finmod.settings.project import load_project
from finmod.workspace.check import check
from finmod.workspace.load import LoadReport, load_source
from finmod.workspace.query import query
from tests.normalize.aws_bill import BASE, charges, total
from tests.normalize.test_aws_charges import PLAN, RESERVATION, item, plan_term


@pytest.mark.parametrize("used", ["1.20", "0.70", "0"])
@pytest.mark.parametrize(("upfront", "recurring"), [("0", "1.20"), ("4.80", "0.60"), ("9.60", "0")])
def test_what_was_bought_of_a_savings_plan_was_used_or_left_unused(
    tmp_path: Path, upfront: str, recurring: str, used: str
) -> None:
    found = charges(tmp_path, plan_term(upfront, recurring, used))
    bought = [row for row in found if row["ChargeCategory"] == "Purchase"]
    spent = [row for row in found if row["ChargeCategory"] == "Usage"]
    quantity = "CommitmentDiscountQuantity"
    assert total(bought, quantity) == total(spent, quantity) == Decimal("9.60")
    assert {row["CommitmentDiscountUnit"] for row in found} == {"USD"}


def test_purchases_of_commitments_have_no_effective_cost(tmp_path: Path) -> None:
    found = charges(tmp_path, plan_term("4.80", "0.60", "0.70"))
    assert total([row for row in found if row["ChargeCategory"] == "Purchase"], "EffectiveCost") == 0
    assert total([row for row in found if row["CommitmentDiscountStatus"] == "Unused"], "BilledCost") == 0


def load(
    folder: Path, rows: list[dict[str, str]], format_name: str = "aws-cur", *, file: str = "bill.csv"
) -> LoadReport:
    """Load a bill of these line items into a project."""
    names = list(dict.fromkeys(name for row in (BASE, *rows) for name in row))
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, names)
        writer.writeheader()
        writer.writerows({**BASE, **row} for row in rows)
    settings = f"name: test\ncurrency: USD\nsources:\n  aws: {{format: {format_name}, path: {file}}}\n"
    (folder / "finmod.yaml").write_text(settings, encoding="utf-8")
    project = load_project(folder)
    return load_source(project, "aws", project.sources["aws"], datetime(2026, 11, 1, tzinfo=UTC), lambda *_: None)


def ask(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query on the project's ledger."""
    return query(load_project(folder), sql).rows


def test_both_charges_are_in_the_ledger_under_one_file_and_row(tmp_path: Path) -> None:
    rows = plan_term("4.80", "0.60", "0.70")
    report = load(tmp_path, rows)
    unused = 8
    assert [(period.files, sum(period.charges.values())) for period in report.periods] == [(1, len(rows) + unused)]
    per_row = "SELECT x_Row, count(*) AS n FROM charges GROUP BY 1"
    assert ask(tmp_path, f"SELECT max(x_Row), count(*) FILTER (WHERE n = 2), max(n) FROM ({per_row})") == [
        (len(rows), unused, 2)
    ]
    assert ask(tmp_path, "SELECT count(*), CAST(sum(x_Charges) AS BIGINT), sum(BilledCost) FROM loads") == [
        (1, len(rows) + unused, Decimal("9.60"))
    ]
    again = load(tmp_path, rows)
    assert (again.periods, again.unchanged) == ((), 1)


def test_what_follows_from_the_mappings_choices_is_information_with_its_reason(tmp_path: Path) -> None:
    load(tmp_path, [*plan_term("0", "1.20", "0.70"), item("Usage", "-1")])
    found = {(each.code, each.severity): each for each in check(load_project(tmp_path)).findings}
    assert "FM1356" not in {code for code, _ in found}
    chosen = found["FM1386", "info"]
    assert chosen.rows == 8
    assert chosen.message.endswith("takes covered usage back. See docs/reference/mappings/aws-cur.md.")
    # Usage that is negative without a plan is not of our making.
    assert found["FM1386", "warning"].rows == 1
    assert ("FM1357", "warning") not in found


def test_an_unreadable_cell_of_the_unused_part_is_told_once_and_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="savings_plan_used_commitment is 'none'") as caught:
        load(tmp_path, plan_term("0", "1.20", "none"))
    assert str(caught.value).count("savings_plan_used_commitment") == 1
    with pytest.raises(UserError, match="FM1502"):
        check(load_project(tmp_path))


UPFRONT = "reservation_unused_amortized_upfront_fee_for_billing_period"
RECURRING = "reservation_unused_recurring_fee"
EFFECTIVE = {"reservation_effective_cost": ""}
NOT_TOLD = {
    "nothing": {},
    "one share, and the fee": {RECURRING: "5"},
    "one share, of a fee that bills nothing": {RECURRING: "0", "line_item_unblended_cost": "0"},
    "one share, paid partly upfront": {UPFRONT: "5", "pricing_purchase_option": "Partial Upfront"},
}


@pytest.mark.parametrize("row", NOT_TOLD.values(), ids=NOT_TOLD)
def test_an_unused_part_that_the_row_does_not_tell_is_unknown_and_not_0(tmp_path: Path, row: dict[str, str]) -> None:
    fee, unused = charges(tmp_path, [{**item("RIFee", "72", **EFFECTIVE, **RESERVATION), **row}])
    assert (fee["ChargeCategory"], fee["EffectiveCost"]) == ("Purchase", 0)
    assert (unused["CommitmentDiscountStatus"], unused["BilledCost"]) == ("Unused", 0)
    assert [unused[cost] for cost in ("EffectiveCost", "ListCost", "ContractedCost")] == [None, None, None]


@pytest.mark.parametrize("row", [{}, {"savings_plan_total_commitment_to_date": "10"}], ids=["nothing", "no use"])
def test_an_unused_part_that_a_savings_plan_does_not_tell_is_unknown(tmp_path: Path, row: dict[str, str]) -> None:
    _, unused = charges(tmp_path, [item("SavingsPlanRecurringFee", "10", **row, **PLAN)])
    assert (unused["CommitmentDiscountStatus"], unused["EffectiveCost"]) == ("Unused", None)


CERTAIN = {
    "no unused hours": ({"reservation_unused_quantity": "0"}, 0),
    "no unused units": ({"reservation_unused_normalized_unit_quantity": "0.0"}, 0),
    "no recurring fee unused": ({RECURRING: "0"}, 0),
    "no upfront fee unused": ({UPFRONT: "0", "reservation_amortized_upfront_fee_for_billing_period": "3"}, 0),
    "no upfront": ({RECURRING: "5", "pricing_purchase_option": "No Upfront"}, 5),
    "no upfront value": ({RECURRING: "5", "reservation_upfront_value": "0.0"}, 5),
    "nothing amortised": ({RECURRING: "5", "reservation_amortized_upfront_fee_for_billing_period": "0"}, 5),
    "all upfront": ({UPFRONT: "4", "pricing_purchase_option": "All Upfront"}, 4),
    "no recurring fee": ({UPFRONT: "4", "line_item_unblended_cost": "0"}, 4),
    "net, and gross where no net is": (
        {RECURRING: "5", UPFRONT: "4", "reservation_net_unused_recurring_fee": "3", "discount": "{}"},
        7,
    ),
}


@pytest.mark.parametrize(("row", "expected"), CERTAIN.values(), ids=CERTAIN)
def test_a_share_that_can_only_be_0_may_be_missing(tmp_path: Path, row: dict[str, str], expected: int) -> None:
    found = charges(tmp_path, [{**item("RIFee", "72", **RESERVATION), **row}], "aws-cur2")
    assert [each["EffectiveCost"] for each in found[1:]] == ([expected] if expected else [])


def test_a_savings_plan_of_nothing_has_nothing_unused(tmp_path: Path) -> None:
    assert (
        len(charges(tmp_path, [item("SavingsPlanRecurringFee", "0", savings_plan_total_commitment_to_date="0")])) == 1
    )


@pytest.mark.parametrize(
    ("row", "further"),
    [({}, 0), ({"line_item_usage_start_date": "2018-01-01T00:00:00Z"}, 1), (EFFECTIVE, 1)],
    ids=["before 2018", "2018", "with columns"],
)
def test_a_report_of_before_amortisation_makes_no_unused_part(
    tmp_path: Path, row: dict[str, str], further: int
) -> None:
    fee = {**item("RIFee", "72", **RESERVATION), "line_item_usage_start_date": "2017-12-01T00:00:00Z", **row}
    assert len(charges(tmp_path, [fee])) == 1 + further


def test_a_query_that_leaves_the_unused_part_out_is_told(tmp_path: Path) -> None:
    rows = [
        item("Fee", "720", **RESERVATION),
        item("RIFee", "0", **RESERVATION),
        item("DiscountedUsage", "0", reservation_effective_cost="2", **RESERVATION),
    ]
    load(tmp_path, rows, "aws-cur")
    found = {each.code: each for each in check(load_project(tmp_path)).findings}
    assert (found["FM1311"].severity, found["FM1311"].rows, found["FM1311"].where) == ("error", 1, "bill.csv, row 2")


def test_a_negation_has_no_quantity_of_its_own(tmp_path: Path) -> None:
    (row,) = charges(tmp_path, [item("SavingsPlanNegation", "-3", pricing_unit="Hrs", **PLAN)])
    names = ("PricingQuantity", "PricingUnit", "ConsumedQuantity", "ConsumedUnit", "CommitmentDiscountQuantity")
    assert tuple(row[name] for name in names) == (0, "Hours", 0, "Hours", 0)


def test_sku_columns_stand_together_and_never_on_tax(tmp_path: Path) -> None:
    rate = {"pricing_rate_code": "SKU1.TERM.RATE", "line_item_usage_type": "EU-BoxUsage"}
    rows = [
        item("Usage", "1", product_sku="SKU0", **rate),
        item("Usage", "1", **rate),
        item("Fee", "1", line_item_usage_type="Dollar"),
        item("Tax", "1", product_sku="SKU0", **rate),
    ]
    found = [tuple(row[name] for name in ("SkuId", "SkuPriceId", "SkuMeter")) for row in charges(tmp_path, rows)]
    assert found == [
        ("SKU0", "SKU1.TERM.RATE", "EU-BoxUsage"),
        ("SKU1", "SKU1.TERM.RATE", "EU-BoxUsage"),
        (None, None, None),
        (None, None, None),
    ]
