"""Google's export is nested as BigQuery writes it, and every kind of row and credit occurs."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from typing import Any

import pytest

from finmod.sample import SampleSummary
from tests.sample.native import exported


def _rows(summary: SampleSummary, label: str) -> list[dict[str, Any]]:
    (path,) = exported(summary.folder, "gcp", label)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line, parse_float=Decimal) for line in file]


@pytest.fixture(scope="module")
def rows(term: SampleSummary) -> list[dict[str, Any]]:
    """Every row of fourteen months."""
    return [row for label in sorted({label for _, label in term.billed}) for row in _rows(term, label)]


def test_every_cost_type_and_credit_occurs(rows: list[dict[str, Any]]) -> None:
    assert {row["cost_type"] for row in rows} == {"regular", "tax", "rounding_error", "adjustment"}
    assert {credit["type"] for row in rows for credit in row["credits"]} == {
        "COMMITTED_USAGE_DISCOUNT",
        "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE",
        "DISCOUNT",
        "FREE_TIER",
        "PROMOTION",
        "SUSTAINED_USAGE_DISCOUNT",
    }


def test_amounts_are_the_same_numbers_as_doubles(rows: list[dict[str, Any]]) -> None:
    amounts = [row["cost"] for row in rows] + [credit["amount"] for row in rows for credit in row["credits"]]
    assert all(Decimal(float(amount)) == amount for amount in map(Decimal, amounts))


def test_a_commitments_credit_takes_back_all_of_a_row(rows: list[dict[str, Any]]) -> None:
    taken = [
        (credit["amount"], row["cost"], row["subscription"]["instance_id"])
        for row in rows
        for credit in row["credits"]
        if credit["type"].startswith("COMMITTED")
    ]
    assert taken
    assert all(amount == -cost and held for amount, cost, held in taken)


def test_fees_name_their_commitment(rows: list[dict[str, Any]]) -> None:
    fees = [row for row in rows if row["sku"]["description"].startswith("Commitment")]
    assert {row["sku"]["description"] for row in fees} == {
        "Commitment v1: Cpu in Belgium for 1 Year",
        "Commitment - dollar based v1: GCE for 1 Year",
    }
    assert all(row["subscription"]["instance_id"] and row["cost"] > 0 for row in fees)


def test_cost_is_price_times_quantity(rows: list[dict[str, Any]]) -> None:
    priced = [row for row in rows if row["price"]["effective_price"]]
    assert len(priced) > len(rows) / 2
    for row in priced:
        price = Decimal(row["price"]["effective_price"]) / Decimal(row["price"]["pricing_unit_quantity"])
        assert price * Decimal(row["usage"]["amount_in_pricing_units"]) == row["cost"] or row["cost_type"] != "regular"


def test_late_usage_has_the_next_invoice(small: SampleSummary) -> None:
    late = [
        row["usage_start_time"][:10]
        for row in _rows(small, "2026-10")
        if row["usage_start_time"] < "2026-10" and row["cost_type"] == "regular"
    ]
    assert set(late) == {"2026-09-30"}
    assert {row["invoice"]["month"] for row in _rows(small, "2026-10")} == {"202610"}


def test_projects_have_their_ancestors(rows: list[dict[str, Any]]) -> None:
    project = next(row["project"] for row in rows if row["project"]["id"])
    kinds = [ancestor["resource_name"].partition("/")[0] for ancestor in project["ancestors"]]
    assert kinds == ["projects", "folders", "organizations"]
