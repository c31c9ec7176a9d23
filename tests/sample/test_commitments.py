"""Over a whole term a commitment's effective cost equals what was billed for it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.engines.duckdb import Engine
from finmod.sample import SampleSummary
from tests.sample.bills import CUR_COSTS, files, records

# Savings Plans bill covered usage and take it back by negation; both carry the plan's ARN.
_ARN = "coalesce(savings_plan_savings_plan_a_r_n, reservation_reservation_a_r_n)"


def _terms(summary: SampleSummary) -> dict[str, dict[str, str]]:
    """Return the commitments whose whole term lies in the window."""
    labels = [label for _, label in summary.billed]
    return {
        record["name"]: record
        for record in records(summary.folder / "truth" / "commitments.csv")
        if record["start"] >= f"{min(labels)}-01" and record["end"][:7] <= max(labels)
    }


def test_aws_effective_over_a_term_equals_billed(term: SampleSummary) -> None:
    held = {record["commitment_id"] for record in _terms(term).values() if record["source"] == "aws"}
    assert held
    with Engine() as engine:
        paths = ", ".join(f"'{path}'" for path in files(term.folder, "aws"))
        found = engine.rows(
            f"""SELECT {_ARN} AS arn, sum({CUR_COSTS["BilledCost"]}), sum({CUR_COSTS["EffectiveCost"]})
                FROM read_parquet([{paths}]) WHERE {_ARN} IS NOT NULL GROUP BY 1"""
        )
    complete = [(billed, effective) for arn, billed, effective in found if arn in held]
    assert len(complete) == len(held)
    assert all(billed == effective > 0 for billed, effective in complete)


@pytest.mark.parametrize("source", ["azure-ea", "azure-mca"])
def test_azure_effective_over_a_term_equals_billed(term: SampleSummary, source: str) -> None:
    held = {record["commitment_id"] for record in _terms(term).values() if record["source"] == source}
    assert held
    with Engine() as engine:
        paths = ", ".join(f"'{path}'" for path in files(term.folder, source))
        found = engine.rows(
            f"""SELECT CommitmentDiscountId, sum(BilledCost), sum(EffectiveCost)
                FROM read_parquet([{paths}]) WHERE CommitmentDiscountId IS NOT NULL GROUP BY 1"""
        )
    # What was bought by mistake was given back: 0 either way.
    equal = {name: billed for name, billed, effective in found if billed == effective}
    assert {name for name, billed in equal.items() if billed} == held
    assert sum(1 for billed in equal.values() if not billed) == (source == "azure-mca")


def test_google_charges_nothing_that_it_does_not_bill(term: SampleSummary) -> None:
    with Engine() as engine:
        for path in files(term.folder, "gcp"):
            assert engine.row(f"SELECT count(*) FROM '{path}' WHERE BilledCost <> EffectiveCost") == (0,)


def test_kinds_and_payments_differ(term: SampleSummary) -> None:
    held = records(term.folder / "truth" / "commitments.csv")
    assert {one["payment"] for one in held} == {"No Upfront", "Partial Upfront", "All Upfront"}
    assert {one["kind"] for one in held} == {
        "Compute Savings Plan", "Reserved Instance", "Reservation", "Savings Plan", "Reserved Servers", "Resource CUD",
        "Flexible CUD",
    }  # fmt: skip


def test_used_and_unused_make_the_total(term: SampleSummary) -> None:
    months = records(term.folder / "truth" / "commitment_months.csv")
    assert all(Decimal(one["used"]) + Decimal(one["unused"]) == Decimal(one["total"]) for one in months)
    assert all(Decimal(one["unused"]) >= 0 for one in months)
    assert any(Decimal(one["unused"]) > Decimal(one["total"]) / 50 for one in months)


def test_covered_usage_costs_less_than_its_list_price(term: SampleSummary) -> None:
    months = records(term.folder / "truth" / "commitment_months.csv")
    assert all(Decimal(one["used"]) < Decimal(one["covered_at_list_price"]) for one in months)
