"""Split cost allocation data: rows that show what containers used, and that add nothing to any sum."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.normalize.aws_bill import charges, total
from tests.normalize.test_aws_charges import PLAN, item


def test_a_split_row_adds_nothing_to_its_parent(tmp_path: Path) -> None:
    parent = item("Usage", "1.00", line_item_resource_id="i-0a", pricing_public_on_demand_cost="1.00")
    pod = "arn:aws:eks:us-east-1:1:pod/cluster/default/web/uid"
    split = item(
        "Usage",
        "0",
        line_item_resource_id=pod,
        split_line_item_parent_resource_id="i-0a",
        split_line_item_split_cost="0.60",
        split_line_item_unused_cost="0.10",
    )
    found = charges(tmp_path, [parent, split])
    assert [total(found, cost) for cost in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")] == [
        1,
        1,
        1,
        1,
    ]
    row = found[1]
    assert (row["ResourceId"], row["AllocatedResourceId"], row["AllocatedMethodId"]) == (
        "i-0a",
        pod,
        "AWS split cost allocation data",
    )
    assert (row["x_SplitCost"], row["x_SplitUnusedCost"]) == ("0.60", "0.10")
    assert found[0]["AllocatedMethodId"] is None


def test_quantities_of_split_rows_are_not_counted_beside_their_parents(tmp_path: Path) -> None:
    split = {"split_line_item_parent_resource_id": "i-0a", "split_line_item_split_usage": "0.5"}
    effective = {"savings_plan_savings_plan_effective_cost": "3.5"}
    rows = [
        item("SavingsPlanCoveredUsage", "10", **{**effective, **PLAN}, pricing_unit="Hrs"),
        item("SavingsPlanCoveredUsage", "0", **{**effective, **PLAN, **split}, pricing_unit="vCPU-Hours"),
        item("Usage", "0", **split),
    ]
    found = charges(tmp_path, rows)
    for quantity in ("PricingQuantity", "ConsumedQuantity", "CommitmentDiscountQuantity"):
        expected = Decimal("3.5") if quantity == "CommitmentDiscountQuantity" else 1
        assert total(found, quantity) == total(found[:1], quantity) == expected
    assert [row["PricingUnit"] for row in found] == ["Hours", "vCPU-Hours", "Units"]
    assert [row["x_SplitUsage"] for row in found] == [None, "0.5", "0.5"]
