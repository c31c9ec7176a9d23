"""The exports of Azure have the files, columns and texts of Microsoft's own."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from finmod.engines.duckdb import Engine
from finmod.sample import SampleSummary
from tests.sample.native import exported


def _header(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return file.readline().rstrip("\n").split(",")


def _rows(path: Path) -> str:
    return f"read_csv('{path}', all_varchar = true)"


def _kinds(summary: SampleSummary, source: str, half: int, columns: str) -> set[tuple[Any, ...]]:
    labels = sorted({label for _, label in summary.billed})
    with Engine() as engine:
        return {
            row
            for label in labels
            for row in engine.rows(
                f"SELECT DISTINCT {columns} FROM {_rows(exported(summary.folder, source, label)[half])}"
            )
        }


def test_an_enterprise_file_has_microsofts_columns(small: SampleSummary) -> None:
    header = _header(exported(small.folder, "azure-ea", "2026-09")[0])
    assert len(header) == 57
    assert header[0] == "\N{ZERO WIDTH NO-BREAK SPACE}InvoiceSectionName"
    assert header[17] == "CostInBillingCurrency"
    assert header[-2:] == ["AccountId", "ResourceLocationNormalized"]


def test_a_customer_file_has_microsofts_columns(small: SampleSummary) -> None:
    header = _header(exported(small.folder, "azure-mca", "2026-09")[0])
    assert len(header) == 65
    assert (header[0], header[42], header[-1]) == ("invoiceId", "costInBillingCurrency", "provider")


@pytest.mark.parametrize("source", ["azure-ea", "azure-mca"])
def test_a_manifest_counts_its_file(small: SampleSummary, source: str) -> None:
    for path in exported(small.folder, source, "2026-09"):
        manifest = json.loads((path.parent / "manifest.json").read_text(encoding="utf-8"))
        with Engine() as engine:
            (rows,) = engine.row(f"SELECT count(*) FROM {_rows(path)}")
        (blob,) = manifest["blobs"]
        assert (blob["dataRowCount"], blob["byteCount"]) == (rows, path.stat().st_size)
        assert (small.folder / "exports" / blob["blobName"]) == path
        assert manifest["runInfo"]["runId"] == path.parent.name
        kind = "ActualCost" if "/actual/" in path.as_posix() else "AmortizedCost"
        assert manifest["exportConfig"]["type"] == kind


def test_every_charge_type_stands_in_its_half(term: SampleSummary) -> None:
    types = "chargeType, coalesce(pricingModel, '')"
    actual, amortized = (_kinds(term, "azure-mca", half, types) for half in (0, 1))
    both = {("Usage", "OnDemand"), ("Usage", "Spot"), ("Usage", "Reservation"), ("Purchase", "OnDemand")}
    both |= {("Refund", "OnDemand"), ("Tax", ""), ("RoundingAdjustment", ""), ("Credit", "")}
    assert actual == both | {("Purchase", "Reservation"), ("Refund", "Reservation")}
    assert amortized == both | {("UnusedReservation", "Reservation")}


def test_a_savings_plan_is_bought_used_and_left_unused(term: SampleSummary) -> None:
    actual, amortized = (_kinds(term, "azure-ea", half, "PricingModel, ChargeType") for half in (0, 1))
    assert {kind for model, kind in actual if model == "SavingsPlan"} == {"Purchase", "Usage"}
    assert {kind for model, kind in amortized if model == "SavingsPlan"} == {"Usage", "UnusedSavingsPlan"}


def test_tags_have_braces_under_one_agreement_only(small: SampleSummary) -> None:
    for source, column, first in (("azure-ea", "Tags", '"'), ("azure-mca", "tags", "{")):
        assert {text[0] for (text,) in _kinds(small, source, 0, column) if text} == {first}


def test_dates_are_american(small: SampleSummary) -> None:
    dates = {date for (date,) in _kinds(small, "azure-ea", 0, "Date")}
    assert {"09/01/2026", "09/30/2026"} <= dates


def test_no_market_price_is_told_under_a_reservation(small: SampleSummary) -> None:
    columns = "pricingModel, PayGPrice::DECIMAL(18,6) = 0, unitPrice::DECIMAL(18,6) = 0"
    found = _kinds(small, "azure-mca", 1, f"{columns}, chargeType")
    assert {row[:3] for row in found if row[3] == "Usage" and row[0] != "OnDemand"} == {("Reservation", True, True)}
