"""The public tables of allocations: columns, states, and what they tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.marts.allocated import VIEWS
from tests.applied import ALLOCATION, HALVES, shared
from tests.books import Books
from tools.pages.tables import public_columns


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Books:
    books = shared(tmp_path_factory.mktemp("applied") / "books")
    assert books.run("apply", "--author", "ada").code == 0
    return books


def described(books: Books, name: str) -> list[tuple[str, str]]:
    return [(row["column_name"], row["column_type"]) for row in books.query(f"DESCRIBE {name}")]


@pytest.mark.parametrize("name", VIEWS)
def test_the_reference_has_the_columns_of_the_table(name: str, once: Books, loaded: Books) -> None:
    assert described(loaded, name) == list(public_columns(name).items())
    added = [("x_Product", "VARCHAR")] if name == "allocated_daily" else []
    found = described(once, name)
    assert [each for each in found if each not in added] == list(public_columns(name).items())
    assert [each for each in found if each in added] == added


@pytest.mark.parametrize("name", VIEWS)
def test_before_anything_was_applied_there_are_no_rows(name: str, loaded: Books) -> None:
    assert loaded.query(f"SELECT * FROM {name}") == []


def test_sums_are_those_of_charges(once: Books) -> None:
    sums = "sum(BilledCost) AS b, sum(EffectiveCost) AS e, sum(ListCost) AS l"
    where = "GROUP BY x_BillingPeriod, x_ChargeDate, BillingCurrency, x_Source ORDER BY ALL"
    assert once.query(f"SELECT {sums} FROM allocated_daily {where}") == once.query(
        f"SELECT {sums} FROM charges_daily {where}"
    )
    assert {row["x_Difference"] for row in once.query("SELECT x_Difference FROM allocation_proofs")} == {
        "0.000000000000"
    }


def test_amounts_are_told_in_the_reporting_currency_too(tmp_path: Path) -> None:
    books = shared(tmp_path / "p")
    books.write("finmod.yaml", "name: n\ncurrency: EUR\nfx: fx.csv\n")
    books.write("fx.csv", "date,from,to,rate\n2026-07-31,USD,EUR,0.5\n2026-08-31,USD,EUR,0.5\n")
    books.run("apply", "--author", "ada")
    sql = (
        "SELECT x_Product, sum(x_ReportingEffectiveCost) AS c FROM allocated_daily WHERE x_Pool = 'cluster' GROUP BY 1"
    )
    assert {row["x_Product"]: row["c"] for row in books.query(sql)} == {
        "search": "30.000000000000", "ads": "10.000000000000",
    }  # fmt: skip


def test_the_allocation_that_stood_can_be_asked(tmp_path: Path) -> None:
    books = shared(tmp_path / "p")
    sql = "SELECT max(x_Version) AS v, count(*) AS n FROM allocation_runs"
    books.run("apply", "--author", "ada")
    books.run("close", "2026-08")
    books.write("allocation.yaml", HALVES)
    books.run("apply", "--author", "ada")
    books.write("allocation.yaml", ALLOCATION)
    books.run("apply", "--author", "ada")
    asked: list[list[str]] = [[], ["--as-of", "1"], ["--as-of", "2"], ["--as-of", "2026-08"]]
    assert [books.query(sql, *words)[0]["v"] for words in asked] == [3, 1, 3, 1]
    told = "SELECT sum(EffectiveCost) AS c FROM allocated_daily WHERE x_Product = 'ads' AND x_Pool = 'cluster'"
    assert books.query(told, "--as-of", "2026-08") == [{"c": "20.000000000000"}]


def test_a_statement_reads_the_files_of_the_version_that_it_asks_for_and_no_other(once: Books) -> None:
    said = once.run("query", "SELECT * FROM allocated_daily, read_parquet('/tmp/*.parquet')")
    assert said.code == 1
    assert "file system operations are disabled" in said.err
