"""Rows of invoices: one per issuer, invoice id, billing period and currency, over list and charges together."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.invoices import InvoiceRow
from finmod.ledger.ledger import Ledger
from tests.ledger.conftest import Make
from tests.ledger.invoicing import Bench, Charge, charge

EURO = {"BillingCurrency": "EUR", "BillingAccountId": "a2"}


@pytest.fixture
def bench(engine: Engine, ledger: Ledger, period: Make, tmp_path: Path) -> Bench:
    return Bench(engine, ledger, period, tmp_path)


def told(row: InvoiceRow) -> tuple[object, ...]:
    """Return what a row says, shortly."""
    amounts = (row.invoiced, row.charged, row.difference)
    return (
        row.issuer, row.invoice_id, row.billing_period, row.currency,
        *(None if amount is None else f"{amount.normalize():f}" for amount in amounts), row.charges, row.status,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("charges", "lines", "rows"),
    [
        (
            [charge("i1", "3")],
            ["ACME,i1,2026-07,USD,3"],
            [("ACME", "i1", "2026-07", "USD", "3", "3", "0", 1, "ties")],
        ),
        (
            [charge("i1", "3")],
            ["Acme,i1,2026-07,USD,5"],
            [("Acme", "i1", "2026-07", "USD", "5", "3", "-2", 1, "differs")],
        ),
        ([charge("i1", "3")], [], [("Acme", "i1", "2026-07", "USD", None, "3", None, 1, "not listed")]),
        ([charge("", "3")], [], [("Acme", None, "2026-07", "USD", None, "3", None, 1, "not invoiced")]),
        (
            [charge("", "3"), charge("", "4", **EURO)],
            ["Acme,i1,2026-07,USD,5"],
            [
                ("Acme", "i1", "2026-07", "USD", "5", "0", "-5", 0, "no charges"),
                ("Acme", None, "2026-07", "EUR", None, "4", None, 1, "not invoiced"),
                ("Acme", None, "2026-07", "USD", None, "3", None, 1, "not invoiced"),
            ],
        ),
        (
            [charge("i1", "3")],
            ["Acme,i1,2026-07,USD,3", "Acme,i2,2026-06,USD,5"],
            [
                ("Acme", "i1", "2026-07", "USD", "3", "3", "0", 1, "ties"),
                ("Acme", "i2", "2026-06", "USD", "5", None, None, 0, "not loaded"),
            ],
        ),
        (
            [charge("i1", "3"), charge("i1", "")],
            ["Acme,i1,2026-07,USD,3"],
            [("Acme", "i1", "2026-07", "USD", "3", "3", None, 2, "not comparable")],
        ),
        (
            [charge("i1", "")],
            ["Acme,i1,2026-07,USD,3"],
            [("Acme", "i1", "2026-07", "USD", "3", None, None, 1, "not comparable")],
        ),
        (
            [charge("c1", "-3")],
            ["Acme,c1,2026-07,USD,-3"],
            [("Acme", "c1", "2026-07", "USD", "-3", "-3", "0", 1, "ties")],
        ),
        (
            [charge("i1", "2"), charge("i1", "1", 8)],
            ["Acme,i1,2026-07,USD,3"],
            [
                ("Acme", "i1", "2026-07", "USD", "3", "2", "-1", 1, "differs"),
                ("Acme", "i1", "2026-08", "USD", "0", "1", "1", 1, "differs"),
            ],
        ),
        (
            [charge("i1", "3"), charge("i1", "4", **EURO)],
            ["Acme,i1,2026-07,USD,3", "Acme,i1,2026-07,EUR,5"],
            [
                ("Acme", "i1", "2026-07", "USD", "3", "3", "0", 1, "ties"),
                ("Acme", "i1", "2026-07", "EUR", "5", "4", "-1", 1, "differs"),
            ],
        ),
        (
            [charge("i1", "3")],
            ["Acme,i1,2026-07,EUR,3"],
            [
                ("Acme", "i1", "2026-07", "EUR", "3", None, None, 0, "not comparable"),
                ("Acme", "i1", "2026-07", "USD", None, "3", None, 1, "not comparable"),
            ],
        ),
        (
            [charge("i1", "3"), charge("i1", "4", InvoiceIssuerName="Bmce")],
            ["Acme,i1,2026-07,USD,3", "Bmce,i1,2026-07,USD,4"],
            [
                ("Acme", "i1", "2026-07", "USD", "3", "3", "0", 1, "ties"),
                ("Bmce", "i1", "2026-07", "USD", "4", "4", "0", 1, "ties"),
            ],
        ),
        (
            [charge("i1", "3", InvoiceIssuerName="")],
            ["Acme,i1,2026-07,USD,1", "Bmce,i1,2026-07,USD,2"],
            [
                ("Acme", "i1", "2026-07", "USD", "1", None, None, 0, "not comparable"),
                ("Bmce", "i1", "2026-07", "USD", "2", None, None, 0, "not comparable"),
                (None, "i1", "2026-07", "USD", None, "3", None, 1, "not comparable"),
            ],
        ),
        (
            [charge("007", "3")],
            ["Acme,007,2026-07,USD,3"],
            [("Acme", "007", "2026-07", "USD", "3", "3", "0", 1, "ties")],
        ),
        (
            [charge("i1", "3")],
            ["Acme,i1,2026-07,USD,2", "Acme,i1,2026-07,USD,1"],
            [("Acme", "i1", "2026-07", "USD", "3", "3", "0", 1, "ties")],
        ),
    ],
    ids=[
        "ties", "differs", "not listed", "not invoiced", "no charges", "not loaded", "a cost is unknown",
        "all cost is unknown", "credit note", "two periods", "two currencies", "another currency",
        "two issuers of one id", "issuers that cannot be told apart", "leading zeros", "two lines",
    ],
)  # fmt: skip
def test_an_invoice_is_a_row_per_period_and_currency(
    bench: Bench, charges: list[Charge], lines: list[str], rows: list[tuple[object, ...]]
) -> None:
    bench.load(*charges)
    assert [told(row) for row in bench.rows(*lines)] == rows


def test_the_rows_of_all_invoices_are_the_ledger(bench: Bench) -> None:
    bench.load(charge("i1", "3"), charge("", "4"), charge("i2", "0.000000000001", 8), charge("i1", "-1", 8))
    rows = bench.rows("Acme,i1,2026-07,USD,3", "Acme,i9,2026-07,USD,3")
    assert sum(row.charged or Decimal(0) for row in rows) == Decimal("6.000000000001")
    assert sum(row.charges for row in rows) == 4


def test_a_row_names_its_sources_and_its_lines(bench: Bench) -> None:
    bench.load(charge("i1", "3"))
    (row,) = bench.rows("Acme,i1,2026-07,USD,2", "Acme,i1,2026-07,USD,1")
    assert row.sources == ["saas"]
    assert [line.place for line in row.lines] == ["invoices.csv line 2", "invoices.csv line 3"]
