"""The suppliers' own exports add up to the truth beside them, to the last digit, as far as they can tell it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.engines.duckdb import Engine
from finmod.sample import SampleSummary
from finmod.sample.focus import TRUTHS
from tests.sample.bills import records
from tests.sample.native import COSTS, charges, exported, totals


def _truth(summary: SampleSummary) -> dict[tuple[str, str, str], Decimal]:
    return {
        (record["source"], record["billing_period"], record["measure"]): Decimal(record["amount"])
        for record in records(summary.folder / "truth" / "totals.csv")
    }


def _labels(summary: SampleSummary) -> list[str]:
    return sorted({label for _, label in summary.billed})


@pytest.mark.parametrize("source", TRUTHS)
def test_an_export_adds_up_to_its_truth(term: SampleSummary, source: str) -> None:
    truth = _truth(term)
    with Engine() as engine:
        for label in _labels(term):
            found = totals(engine, term.folder, source, label)
            told = {"ListCost": "ListCostInExport", "ContractedCost": "ContractedCostInExport"}
            wanted = {cost: truth[source, label, told.get(cost, cost)] for cost in COSTS}
            assert found == wanted, label


@pytest.mark.parametrize("source", TRUTHS)
def test_a_cost_that_no_export_tells_is_marked_in_truth(small: SampleSummary, source: str) -> None:
    with Engine() as engine:
        for label in _labels(small):
            path = small.folder / "truth" / "focus" / f"{source}-{label}.parquet"
            marked = engine.row(
                f"""SELECT count(*), count(*) FILTER (coalesce(x_NotInExport, '') LIKE '%ListCost%'),
                    count(*) FILTER (coalesce(x_NotInExport, '') LIKE '%ContractedCost%') FROM '{path}'"""
            )
            untold = engine.row(
                f"""SELECT count(*), count(*) FILTER (ListCost IS NULL), count(*) FILTER (ContractedCost IS NULL)
                    FROM ({charges(small.folder, source, label)})"""
            )
            assert marked == untold


@pytest.mark.slow
@pytest.mark.parametrize("source", TRUTHS)
def test_hours_add_up_to_truth_as_days_do(hours: SampleSummary, source: str) -> None:
    truth = _truth(hours)
    with Engine() as engine:
        found = totals(engine, hours.folder, source, "2026-10")
    assert {cost: found[cost] for cost in COSTS[:2]} == {cost: truth[source, "2026-10", cost] for cost in COSTS[:2]}


def test_both_halves_of_a_pair_bill_the_same_usage(small: SampleSummary) -> None:
    actual, amortized = exported(small.folder, "azure-ea", "2026-09")
    names = "ResourceId, Date, PricingModel, Quantity, UnitPrice, PayGPrice"
    usage = f"SELECT {names} FROM read_csv('{{}}', all_varchar = true) WHERE ChargeType = 'Usage'"
    with Engine() as engine:
        (apart,) = engine.row(f"SELECT count(*) FROM (({usage.format(actual)}) EXCEPT ALL ({usage.format(amortized)}))")
        covered = engine.rows(
            f"""SELECT DISTINCT PricingModel, CostInBillingCurrency::DECIMAL(20,10) = 0 FROM
                read_csv('{actual}', all_varchar = true) WHERE ChargeType = 'Usage' ORDER BY 1"""
        )
    assert apart == 0
    assert covered == [("OnDemand", False), ("Reservation", True), ("SavingsPlan", True), ("Spot", False)]
