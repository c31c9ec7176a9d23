"""One account changes its payer in mid-month; until then nothing of the company's contract reaches it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from finmod.engines.duckdb import Engine
from finmod.sample import SampleSummary
from finmod.sample.months import Month, months_until
from finmod.sample.payers import make_move
from tests.sample.bills import files, records

_OTHER = "100000000002"


def _bill(summary: SampleSummary, place: int = 0) -> str:
    return f"read_parquet('{files(summary.folder, 'aws')[place]}')"


def test_the_account_moves_in_the_first_third_of_a_window() -> None:
    assert make_move(months_until(Month(2026, 10), 24)).at == datetime(2025, 6, 17, tzinfo=UTC)
    assert make_move(months_until(Month(2026, 10), 1)).at == datetime(2026, 10, 17, tzinfo=UTC)


def test_an_account_has_charges_under_both_payers_in_the_month_of_its_move(small: SampleSummary) -> None:
    with Engine() as engine:
        found = engine.rows(
            f"""SELECT bill_payer_account_id, bill_invoice_id, min(day(line_item_usage_start_date)),
                max(day(line_item_usage_start_date)) FROM {_bill(small)}
                WHERE line_item_usage_account_name = 'marketplace-prod' GROUP BY ALL ORDER BY ALL"""
        )
        accounts = engine.rows(
            f"""SELECT DISTINCT line_item_usage_account_name FROM {_bill(small)}
                WHERE bill_payer_account_id = '{_OTHER}'"""
        )
    assert found == [("100000000001", "NWA26080001", 17, 31), (_OTHER, "HMA26080001", 1, 16)]
    assert accounts == [("marketplace-prod",)]


def test_after_its_move_one_payer_is_left(small: SampleSummary) -> None:
    with Engine() as engine:
        for place in (1, 2):
            assert engine.rows(f"SELECT DISTINCT bill_payer_account_id FROM {_bill(small, place)}") == [
                ("100000000001",)
            ]


def test_commitments_and_discounts_stay_with_the_payer_that_has_them(term: SampleSummary) -> None:
    with Engine() as engine:
        rows = [
            engine.rows(
                f"""SELECT DISTINCT line_item_line_item_type FROM read_parquet('{path}')
                    WHERE bill_payer_account_id = '{_OTHER}'"""
            )
            for path in files(term.folder, "aws")
        ]
    assert {kind for month in rows for kind in month} == {("Usage",)}
    assert [bool(month) for month in rows] == [True] * 5 + [False] * 9


def test_each_payer_has_an_invoice(small: SampleSummary) -> None:
    amounts = {record["invoice_id"]: Decimal(record["amount"]) for record in records(small.folder / "invoices.csv")}
    with Engine() as engine:
        billed = engine.row(
            f"SELECT sum(line_item_unblended_cost) FROM {_bill(small)} WHERE bill_payer_account_id = '{_OTHER}'"
        )[0]
    assert amounts["HMA26080001"] == billed > 0
    assert [name for name in amounts if name.startswith("HMA")] == ["HMA26080001"]


def test_truth_says_who_paid_from_when(small: SampleSummary) -> None:
    listed = records(small.folder / "truth" / "payers.csv")
    moved = [record for record in listed if record["account_name"] == "marketplace-prod"]
    assert [(record["payer"], record["from"], record["until"]) for record in moved] == [
        (_OTHER, "", "2026-08-17"),
        ("100000000001", "2026-08-17", ""),
    ]
    assert len(listed) == 44 + 1
