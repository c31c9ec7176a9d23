"""What the demo's screen is made from is what the ledger says."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.sample.products import PRODUCTS
from finmod.settings.project import load_project
from finmod.workspace.demo import DemoReport, run_demo
from finmod.workspace.query import query
from finmod.workspace.steps import silent
from tests.once import demo_once

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    return demo_once(tmp_path_factory)


def test_suppliers_have_files_and_charges_of_all_months_and_amounts_of_two(report: DemoReport) -> None:
    rows = query(
        load_project(report.folder),
        "SELECT x_Source, any_value(x_Format), count(DISTINCT x_File), CAST(sum(x_Charges) AS BIGINT), "
        "sum(BilledCost) FILTER (WHERE x_BillingPeriod = DATE '2026-10-01') AS billed, "
        "sum(BilledCost) FILTER (WHERE x_BillingPeriod = DATE '2026-09-01') "
        "FROM loads WHERE x_Current GROUP BY 1 ORDER BY billed DESC",
    ).rows
    assert [
        (item.source, item.format, item.files, item.charges, item.billed, item.billed_before)
        for item in report.suppliers
    ] == rows
    assert sum(item.billed for item in report.suppliers) == report.totals["BilledCost"][0]
    assert sum(item.charges for item in report.suppliers) == report.charges


def test_the_demo_is_proven_and_its_invoices_tie(report: DemoReport) -> None:
    assert (report.month, report.months, report.check.red, report.check.invoices_tie) == ("2026-10", 3, False, True)
    assert all(proof.holds for proof in report.check.proofs)
    assert [month for month, _ in report.trend] == ["2026-08", "2026-09", "2026-10"]
    assert len(report.services) == 5
    assert [cost for _, cost, _ in report.services] == sorted((cost for _, cost, _ in report.services), reverse=True)
    assert [item.dimension for item in report.tags] == ["product", "team", "environment"]
    assert all(Decimal(0) < item.understood < item.taggable and item.gap > 0 for item in report.tags)


def test_the_demo_is_allocated_and_every_dollar_has_its_place(report: DemoReport) -> None:
    found = report.allocated
    (run,) = query(load_project(report.folder), "SELECT x_Author, x_Note FROM allocation_runs").rows
    assert run == ("finmod demo", "demo")
    whole, before = report.totals["EffectiveCost"]
    for costs in (found.products, found.teams):
        assert [item.name is None for item in costs].index(True) == len(costs) - 1
        assert sum(item.full for item in costs) == whole
        assert sum(item.before for item in costs) == before
    assert [item.full for item in found.products[:-1]] == sorted(
        (item.full for item in found.products[:-1]), reverse=True
    )
    # Nothing stays with a platform.
    assert {item.name for item in found.products[:-1]} == {product.name for product in PRODUCTS}
    assert found.covered == (whole - found.products[-1].full, before - found.products[-1].before)
    assert whole * Decimal("0.85") < found.covered[0] < whole
    assert found.sums[0] == found.sums[1] > 0


def test_a_demo_that_is_broken_off_leaves_no_empty_folder(tmp_path: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "mine").mkdir()
    for folder in (tmp_path / "new" / "deep", tmp_path / "mine"):
        with pytest.raises(KeyboardInterrupt):
            run_demo(folder, rows=1200, months=3, now=NOW, step=interrupt)
    assert [path.name for path in tmp_path.rglob("*")] == ["mine"]


def test_a_folder_with_anything_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    with pytest.raises(UserError, match="FM1064"):
        run_demo(tmp_path, rows=1200, months=3, now=NOW, step=silent)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
