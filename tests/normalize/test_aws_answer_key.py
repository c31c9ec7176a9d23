"""Real and foreign-made AWS rows: totals to reach, and what a mature tool makes of 52 line items."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.engines.duckdb import Engine
from tests.normalize.aws_bill import charges, read, total

DATA = Path(__file__).parents[3] / "shared" / "data" / "aws"
KEY = DATA / "ice_line_item_answer_key.jsonl"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="SKIPPED WITHOUT ITS INPUT: ../shared/data/aws is not there")

FILES = {
    "aws_cur_legacy_anonymised_2023-11.csv": ("aws-cur", 1281, "1.682308697400"),
    "nise_cur_legacy_2026-09_20k.csv.gz": ("aws-cur", 19_999, "140.331580072239"),
    "nise_aws_marketplace_2026-09.csv.gz": ("aws-cur", 696, "4129.027508132712"),
    "koku_2023-06-01.csv": ("aws-cur", 3, "30"),
    "koku_2023-06-01-not-final.csv": ("aws-cur", 3, "30"),
    "koku_test_cur.csv": ("aws-cur", 19, "0.082749984125"),
    "koku_2022-07-01-alt-columns.csv": ("aws-cur", 2, "0"),
    # Columns of a connector with nothing in them but names of accounts and periods.
    "fivetran_aws_cost_report.csv": ("aws-cur2", 0, "0"),
}


@pytest.mark.parametrize("name", FILES)
def test_billed_cost_reaches_the_total(tmp_path: Path, name: str) -> None:
    format_name, rows, billed = FILES[name]
    with Engine() as engine:
        found = read(engine, DATA / name, format_name, tmp_path, pad=True)
    assert (len(found), total(found, "BilledCost")) == (rows, Decimal(billed))


def test_list_cost_of_usage_reaches_the_public_total(tmp_path: Path) -> None:
    with Engine() as engine:
        found = read(engine, DATA / "aws_cur_legacy_anonymised_2023-11.csv", "aws-cur", tmp_path)
    usage = [row for row in found if row["ChargeCategory"] == "Usage"]
    assert total(usage, "ListCost") == Decimal("3.35617269490")


_FIELDS = {
    "amortization": "reservation_amortized_upfront_cost_for_usage",
    "recurring": "reservation_recurring_fee_for_usage",
    "publicOnDemandCost": "pricing_public_on_demand_cost",
    "unusedAmortizedUpfrontFeeForBillingPeriod": "reservation_unused_amortized_upfront_fee_for_billing_period",
    "unusedRecurringFee": "reservation_unused_recurring_fee",
    "savingsPlanTotalCommitmentToDate": "savings_plan_total_commitment_to_date",
    "savingsPlanUsedCommitment": "savings_plan_used_commitment",
    "savingsPlanEffectiveCost": "savings_plan_savings_plan_effective_cost",
    "savingsPlanArn": "savings_plan_savings_plan_a_r_n",
    "taxType": "line_item_tax_type",
}


def _row(entry: dict[str, Any]) -> dict[str, str]:
    line = entry["line"]
    named = {column: entry["fields"].get(field, "") for field, column in _FIELDS.items()}
    return {
        "line_item_line_item_type": line["lineItemType"],
        "line_item_unblended_cost": line["cost"],
        "line_item_usage_amount": line["quantity"],
        "line_item_usage_type": line["usageType"],
        "line_item_usage_start_date": line["start"],
        "line_item_usage_end_date": line["end"],
        "pricing_term": line["term"],
        **named,
    }


def _items(entry: dict[str, Any]) -> list[list[str]]:
    """Return the key's cost items of one of its runs, which repeat each other."""
    items: list[list[str]] = entry["expected"]
    return items[: len(items) // max(1, len(entry["run"]))]


def _saves(cost_item: list[str]) -> bool:
    operation = cost_item[4].removeprefix("Operation.")
    return "Savings" in operation or (operation.startswith("savings") and not operation.startswith("savingsPlan"))


def _economic(entry: dict[str, Any]) -> Decimal:
    """Return what the key says a line costs; its savings items are list less effective and come apart."""
    if entry["line"]["lineItemType"] == "RIFee":
        return sum((Decimal(value) for item in _items(entry) for value in item[-2:]), Decimal(0))
    return sum((Decimal(item[-2]) for item in _items(entry) if not _saves(item)), Decimal(0))


def _savings(entry: dict[str, Any]) -> Decimal:
    return sum((Decimal(item[-2]) for item in _items(entry) if _saves(item)), Decimal(0))


def _rows(folder: Path, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one record per line: its own charge, with the effective cost of what was made of it besides."""
    rows: dict[int, dict[str, Any]] = {}
    for found in charges(folder, [_row(entry) for entry in entries]):
        own = rows.setdefault(found["x_Row"], found)
        if own is not found:
            assert found["BilledCost"] == own["EffectiveCost"] == 0
            own["EffectiveCost"] = found["EffectiveCost"]
    return list(rows.values())


# Line of the key -> why its tool answers otherwise. Every other line must agree on the effective cost.
_BEFORE_2018 = "the report had no amortisation yet: the tool shows the hourly fee, here the effective cost is not known"
_HELD = "the tool shows what a held reservation costs per hour, used or not; nothing is unused, so the row carries 0"
_SPREAD = "the tool spreads a month's charge over its hours and shows one of them"
_CAPACITY = "the tool leaves DynamoDB capacity without reservation costs; the report gives them and they are read"
DIFFERENT = {
    **dict.fromkeys((4, 5, 13), _BEFORE_2018),
    0: "the tool's reservations begin to be amortised in 2018; the report's amortisation of 1.50 is read",
    **dict.fromkeys((7, 8, 9, 10, 11, 12, 16, 17, 18, *range(23, 30)), _HELD),
    22: _CAPACITY,
    **dict.fromkeys((36, 37, 48, 49, 50, 51), _SPREAD),
}


def test_effective_cost_agrees_with_the_answer_key_or_the_reason_is_given(tmp_path: Path) -> None:
    entries = [json.loads(line) for line in KEY.read_text(encoding="utf-8").splitlines()]
    found = _rows(tmp_path, entries)
    assert len(entries) == len(found) == 52
    agrees = {place for place, row in enumerate(found) if row["EffectiveCost"] == _economic(entries[place])}
    assert agrees == set(range(52)) - set(DIFFERENT)
    assert all(row["BilledCost"] == Decimal(entry["line"]["cost"]) for row, entry in zip(found, entries, strict=True))


def test_where_the_answers_differ_ours_is_the_one_that_the_reason_gives(tmp_path: Path) -> None:
    entries = [json.loads(line) for line in KEY.read_text(encoding="utf-8").splitlines()]
    found = _rows(tmp_path, entries)
    for place, reason in DIFFERENT.items():
        effective, entry = found[place]["EffectiveCost"], entries[place]
        if reason == _BEFORE_2018:
            assert effective is None
        elif reason == _HELD:
            assert effective == 0
        elif reason == _SPREAD:
            assert effective == Decimal(entry["line"]["cost"])
        else:
            assert effective == Decimal(entry["fields"]["amortization"]) + Decimal(entry["fields"]["recurring"])


def test_savings_are_list_less_effective(tmp_path: Path) -> None:
    entries = [json.loads(line) for line in KEY.read_text(encoding="utf-8").splitlines()]
    found = _rows(tmp_path, entries)
    checked = 0
    for place, (entry, row) in enumerate(zip(entries, found, strict=True)):
        if place not in DIFFERENT and _savings(entry):
            assert row["ListCost"] - row["EffectiveCost"] == _savings(entry)
            checked += 1
    assert checked == 17
