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
from tests.normalize.test_aws_charges import PLAN, item, plan_term


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


def load(folder: Path, rows: list[dict[str, str]], format_name: str = "aws-cur") -> LoadReport:
    """Load a bill of these line items into a project."""
    names = list(dict.fromkeys(name for row in (BASE, *rows) for name in row))
    with (folder / "bill.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, names)
        writer.writeheader()
        writer.writerows({**BASE, **row} for row in rows)
    settings = f"name: test\ncurrency: USD\nsources:\n  aws: {{format: {format_name}, path: bill.csv}}\n"
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
