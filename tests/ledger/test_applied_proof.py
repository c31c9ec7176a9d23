"""The proof of an applied allocation, and what check says of it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.focus.columns import COSTS
from finmod.ledger.applied_proof import unequal_levels
from finmod.ledger.ledger import Ledger
from finmod.workspace.apply import apply
from finmod.workspace.check import check
from tests.applied import CHARGES, HALVES, NOW, project_of, shared
from tests.books import bill
from tests.ledger.allocating import OCTOBER, SEPTEMBER, allocated, apply_tables
from tests.tagged import charge


def test_every_cost_of_every_month_is_proved(tmp_path: Path) -> None:
    books = shared(tmp_path / "p")
    assert check(project_of(books)).allocated == ()
    apply(project_of(books), NOW, author="ada")
    found = check(project_of(books)).allocated
    assert [(proof.billing_period, proof.measure, proof.days, proof.holds) for proof in found] == [
        (month, measure, 1, True)
        for month in ("2026-08", "2026-09")
        for measure in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
    ]
    assert (found[1].charges, found[1].allocated) == (Decimal(148), Decimal(148))
    assert found[2].charges is None
    out = books.run("check").out
    assert "8 of 8 totals are the same in charges and allocation version 1, day by day, to the last digit." in out
    rows = json.loads(books.run("check", "--proof", "--output", "json").out)
    assert rows[-1] == {
        "source": None, "billing_period": "2026-09", "currency": "USD", "charges": None, "files": None,
        "measure": "ContractedCost, allocation version 1", "ledger": None, "daily_cube": None, "rounding": None,
        "holds": True,
    }  # fmt: skip


def test_true_ups_of_closed_months_keep_the_proof(tmp_path: Path) -> None:
    books = shared(tmp_path / "p")
    apply(project_of(books), NOW, author="ada")
    books.run("close", "2026-08")
    books.write("allocation.yaml", HALVES)
    apply(project_of(books), NOW, author="ada")
    report = check(project_of(books))
    assert all(proof.holds for proof in report.allocated)
    assert [(item.code, item.billing_period) for item in report.findings if item.code.startswith("FM22")] == [
        ("FM2214", "2026-08")
    ]


def test_charges_that_came_later_are_told_and_do_not_break_the_proof(tmp_path: Path) -> None:
    books = shared(tmp_path / "p")
    apply(project_of(books), NOW, author="ada")
    books.run("close", "2026-08")
    assert "FM2221" not in books.run("check").out
    books.load(books.write("a.csv", bill(*CHARGES, charge(9, "5", "i-7", ""))))
    report = check(project_of(books))
    assert all(proof.holds for proof in report.allocated)
    (finding,) = [item for item in report.findings if item.code == "FM2221"]
    assert (finding.severity, finding.message) == (
        "info",
        "Allocation version 1 is of ledger version 1, and charges were loaded since: the ledger is at version 3.",
    )


def test_rows_that_were_lost_turn_the_check_red(tmp_path: Path) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415 -- for this test alone

    books = shared(tmp_path / "p")
    apply(project_of(books), NOW, author="ada")
    (file,) = (books.root / ".finmod" / "tables" / "allocated" / "x_BillingPeriod=2026-09-01").glob("*.parquet")
    table = pq.read_table(file, partitioning=None)
    pq.write_table(table.slice(1), file)
    report = check(project_of(books))
    assert report.red
    found = [item for item in report.findings if item.code == "FM2220"]
    assert [item.column for item in found] == ["BilledCost", "EffectiveCost"]
    assert found[1].message.startswith(
        "EffectiveCost of 1 day was not allocated as it was charged: 148.00 USD were charged,"
    )


def test_findings_of_the_run_are_shown(tmp_path: Path) -> None:
    books = shared(tmp_path / "p")
    books.write("allocation.yaml", HALVES + "  - {name: idle, when: {ServiceName: Unheard}, share: {by: even}}\n")
    apply(project_of(books), NOW, author="ada")
    assert "FM2130" in {item.code for item in check(project_of(books)).findings}


def test_a_level_that_has_not_all_that_targets_have_is_told(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    with Engine() as engine:
        allocated(engine, (SEPTEMBER, None, "search", "10"), (OCTOBER, None, "search", "5"))
        for month, amount in ((SEPTEMBER, 10), (OCTOBER, 4)):
            costs = ", ".join(f"{amount} AS {name}" for name in COSTS)
            engine.run(
                f"INSERT INTO allocated_levels BY NAME SELECT DATE '{month}' AS x_BillingPeriod, DATE '{month}' AS "
                f"x_ChargeDate, 'USD' AS BillingCurrency, 'customer' AS x_Level, {costs}"
            )
        run, _ = apply_tables(engine, ledger)
        told = list(unequal_levels(engine, ledger, run))
    assert [(each.code, each.severity, each.billing_period, each.column) for each in told] == [
        ("FM2220", "error", "2026-10", cost) for cost in COSTS
    ]
    assert told[1].message == "EffectiveCost of level customer is 4.00 USD, and targets have 5.00."
