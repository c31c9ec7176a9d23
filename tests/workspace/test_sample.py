"""The sample as a project: it loads, checks green, and its truth is what the ledger says; a fault makes it red."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.focus.columns import COSTS
from finmod.sample.months import parse_month
from finmod.sample.products import PLATFORMS
from finmod.sample.taxonomy import taxonomy_files
from finmod.settings.drivers import read_drivers
from finmod.settings.project import load_project
from finmod.workspace.drivers import load_drivers
from finmod.workspace.rules import read_rules
from tests.books import Books, finmod
from tests.once import demo_once
from tests.sample_truth import ledger, truth


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Three months of a sample, loaded."""
    return Books(demo_once(tmp_path_factory).folder)


# Three months hold the end of one commitment and the start of six. The README's demo, in whose two years every
# commitment starts or ends, is held to its truth by tests/house/test_docs.py.
def test_a_clean_sample_checks_green_and_its_truth_is_the_ledger(quarter: Books) -> None:
    checked = quarter.run("check")
    assert (checked.code, checked.out.splitlines()[-1]) == (0, "GREEN"), checked.out
    wanted = truth(quarter.root)
    assert len(wanted) == 7 * 3 * len(COSTS)
    assert ledger(quarter) == wanted


def test_a_reservation_bought_upfront_says_how_many_hours_it_reserves(quarter: Books) -> None:
    sql = (
        "SELECT CommitmentDiscountQuantity AS bought, CommitmentDiscountUnit AS unit, PricingQuantity AS instances "
        "FROM charges WHERE x_LineItemType = 'Fee' AND CommitmentDiscountType = 'Reservation'"
    )
    (row,) = quarter.query(sql)
    assert row["unit"] == "Hours"
    assert Decimal(row["bought"]) == Decimal(row["instances"]) * 365 * 24 > 0


def test_a_planted_fault_is_named(tmp_path: Path) -> None:
    """That the check finds each is promised by tests/journeys/test_planted_faults.py, and by docs/how-to/sample.md."""
    said = finmod("sample", tmp_path / "s", "--months", "2", "--rows", "2000", "--fault", "untied_invoice")
    assert "One month is spoiled on purpose: an invoice is 100.00 above the bill." in said.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--rows", "10"), "--rows: 10 rows; expected 9,600 or more for 24 months"),
        (("--spend", "10000"), "--spend: a spend of 10000; expected 100,000 to 500,000,000 USD a year"),
        (("--months", "121"), "--months: 121 months; expected 1 to 120"),
        (("--fault", "untied_invoic"), "Did you mean 'untied_invoice'?"),
    ],
)
def test_values_out_of_range_are_refused_before_anything_is_written(
    tmp_path: Path, arguments: tuple[str, str], words: str
) -> None:
    said = finmod("sample", tmp_path / "northwind", *arguments)
    assert said.code == 1
    assert words in said.err
    assert not (tmp_path / "northwind").exists()


def test_a_sample_has_the_taxonomy_of_its_window(tmp_path: Path) -> None:
    folder = tmp_path / "northwind"
    assert finmod("sample", folder, "--months", "2", "--rows", "2000", "--end", "2025-12").code == 0
    files = taxonomy_files(months=2, end=parse_month("2025-12"))
    assert {name: (folder / name).read_bytes().decode() for name in files} == files
    assert (folder / ".schema" / "taxonomy.schema.json").is_file()


def test_a_sample_has_an_allocation_and_the_drivers_that_it_names(tmp_path: Path) -> None:
    folder = tmp_path / "northwind"
    assert finmod("sample", folder, "--months", "2", "--rows", "2000").code == 0
    allocation, drivers = read_rules(folder).allocation, read_drivers(folder)
    assert {pool.name for pool in allocation.pools} >= {*(platform.name for platform in PLATFORMS), "company"}
    assert set(allocation.drivers()) < set(drivers)
    read, problems = load_drivers(load_project(folder), (), datetime(2026, 11, 1, tzinfo=UTC))
    assert problems == []
    assert [each.name for each in read.drivers] == list(drivers)
    assert all((folder / ".schema" / f"{name}.schema.json").is_file() for name in ("allocation", "drivers"))


@pytest.mark.parametrize("name", ["taxonomy.yaml", "taxonomy/mine.csv", "allocation.yaml", "drivers.yaml"])
def test_a_folder_with_rules_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine\n", encoding="utf-8")
    said = finmod("sample", tmp_path, "--months", "1", "--rows", "400")
    assert said.code == 1
    there = name.split("/", maxsplit=1)[0]
    assert f"the folder holds {there} already; nothing was written; expected a folder without a project" in said.err
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine\n"


def test_a_folder_with_a_project_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "finmod.yaml").write_text("name: mine\n", encoding="utf-8")
    said = finmod("sample", tmp_path, "--months", "1", "--rows", "400")
    assert said.code == 1
    assert "the folder holds finmod.yaml already; nothing was written; expected a folder without a project" in said.err
    assert "Name another folder. (FM1010" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["finmod.yaml"]
    assert (tmp_path / "finmod.yaml").read_text(encoding="utf-8") == "name: mine\n"


def test_other_files_of_a_folder_are_left_alone(tmp_path: Path) -> None:
    for name in ("g.csv", ".gitignore"):
        (tmp_path / name).write_text("mine\n", encoding="utf-8")
    assert finmod("sample", tmp_path, "--months", "1", "--rows", "400").code == 0
    assert (tmp_path / "g.csv").read_text(encoding="utf-8") == "mine\n"
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8").startswith("mine\n")
