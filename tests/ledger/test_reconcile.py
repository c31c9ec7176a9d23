"""The charges behind each explanation and each remainder are shown by their file and row, the largest first."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.invoice_sides import ChargeFiles
from finmod.ledger.ledger import Ledger
from finmod.ledger.reconcile import Example, Reconciliation, reconcile_invoices
from tests.ledger.conftest import Make
from tests.ledger.invoicing import Bench, charge

I1 = "Acme,i1,2026-07,USD"


@pytest.fixture
def bench(engine: Engine, ledger: Ledger, period: Make, tmp_path: Path) -> Bench:
    return Bench(engine, ledger, period, tmp_path)


def shown(found: Reconciliation) -> dict[str, list[int]]:
    """Return the rows of the file behind each kind of explanation; behind what remains under ``rest``."""
    return {
        item.kind if item else "rest": [each.row or 0 for each in rows] for (_, item), rows in found.examples.items()
    }


def test_an_example_says_where_a_charge_stands_and_what_it_is(bench: Bench) -> None:
    bench.load(charge("i1", "3"), charge("", "2", ChargeCategory="Tax", ServiceName="VAT"))
    found = bench.reconcile(f"{I1},5", most=1)
    assert [*found.examples.values()] == [(Example("a.csv", 2, date(2026, 7, 1), "VAT", "Tax", Decimal(2)),)]


def test_no_more_than_asked_for_are_shown_and_the_largest_come_first(bench: Bench) -> None:
    bench.load(charge("i1", "1"), charge("i1", "-7"), charge("i1", "3"), charge("", "0.5"), charge("", "0.25"))
    lines = [f"{I1},-2"]
    assert shown(bench.reconcile(*lines, most=2)) == {"no invoice id": [4, 5], "rest": [2, 3]}
    assert shown(bench.reconcile(*lines, most=1)) == {"no invoice id": [4], "rest": [2]}
    assert shown(bench.reconcile(*lines)) == {}


def test_of_charges_that_stand_twice_the_later_one_is_shown(bench: Bench) -> None:
    bench.load(charge("i1", "2"), charge("i1", "9", ServiceName="Compute"), charge("i1", "2"))
    assert shown(bench.reconcile(f"{I1},11", most=5)) == {"duplicates": [3]}


def test_of_an_invoice_with_unknown_costs_these_come_first(bench: Bench) -> None:
    bench.load(charge("i1", "9"), charge("i1", "", ServiceName="Compute"))
    assert shown(bench.reconcile(f"{I1},11", most=1)) == {"rest": [2]}


def test_charges_that_no_list_has_are_shown(bench: Bench) -> None:
    bench.load(charge("i1", "9"))
    assert shown(bench.reconcile(most=5)) == {"rest": [1]}


def test_only_the_billing_period_that_is_asked_for_is_shown(bench: Bench) -> None:
    bench.load(charge("i1", "9"), charge("i2", "9", 8))
    found = reconcile_invoices(bench.engine, [], bench.files(), most=1, period="2026-08")
    assert [row.billing_period for row, _ in found.examples] == ["2026-08"]


def test_suppliers_own_columns_tell_equal_charges_apart(bench: Bench) -> None:
    bench.load(charge("i1", "2", x_Line="a"), charge("i1", "2", x_Line="b"))
    (row,) = bench.rows(f"{I1},2")
    assert row.explanations == ()


def test_an_empty_ledger_has_nothing_to_reconcile(engine: Engine) -> None:
    assert reconcile_invoices(engine, [], ChargeFiles([], [], [])).rows == []


def test_no_table_stays_behind(bench: Bench) -> None:
    bench.load(charge("i1", "2"), charge("i1", "2"))
    bench.reconcile(f"{I1},2", most=1)
    assert bench.engine.rows("SELECT table_name FROM duckdb_tables()") == []
