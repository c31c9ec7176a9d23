"""SQL over the public tables and over nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finmod.marts.catalogue import TABLES
from tests.books import Books, bill, month


def refused(books: Books, sql: str, *options: str) -> str:
    said = books.run("query", sql, *options)
    assert (said.code, said.out) == (1, "")
    return said.err


def test_every_public_table_is_listed_with_grain_and_unit(books: Books) -> None:
    listed = json.loads(books.run("query", "--list", "--output", "json").out)
    assert [row["table"] for row in listed] == [table.name for table in TABLES]
    assert {"charges", "charges_focus_1_2", "charges_daily", "loads", "findings"} <= {row["table"] for row in listed}
    assert all(row["grain"].startswith("one row per") and row["unit"] and row["answers"] for row in listed)


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_an_empty_ledger_gives_no_rows(books: Books, table: str) -> None:
    assert books.query(f"SELECT * FROM {table}") == []
    assert not (books.root / ".finmod").exists()


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_tables_can_be_described_and_counted(loaded: Books, table: str) -> None:
    assert loaded.query(f"DESCRIBE {table}")
    assert loaded.query(f"SELECT count(*) AS n FROM {table.upper()}")[0]["n"] > 0


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO 'out.csv'",
        "COPY (SELECT 1) TO '{store}/tables/charges/x.parquet'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{store}/x.csv'",
        "ATTACH 'x.db'",
        "ATTACH '{store}/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM 'https://localhost/x.parquet'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "CHECKPOINT",
        "CREATE TABLE t AS SELECT 1",
        "DROP VIEW charges",
        "SELECT 1; COPY (SELECT 1) TO '{store}/x.csv'",
        "",
        ";",
    ],
)
def test_a_query_reads_and_writes_nothing_else(loaded: Books, sql: str) -> None:
    before = loaded.trace()
    assert "FM1601" in refused(loaded, sql.format(store=loaded.root / ".finmod"))
    assert loaded.trace() == before
    assert not (Path.cwd() / "out.csv").exists()


def test_a_wrong_table_names_the_near_one(loaded: Books) -> None:
    assert "Did you mean charges_daily?" in refused(loaded, "SELECT * FROM charge_daily")


def test_a_wrong_column_says_where_columns_are_listed(loaded: Books) -> None:
    said = refused(loaded, "SELECT Bill FROM charges")
    assert 'Referenced column "Bill" not found' in said
    assert "finmod query 'DESCRIBE charges'" in said


def test_amounts_are_decimal_texts_and_counts_are_numbers(loaded: Books) -> None:
    assert loaded.query("SELECT sum(BilledCost) AS b, count(*) AS n, min(ChargePeriodStart) AS t FROM charges") == [
        {"b": "1.500000000000", "n": 1, "t": "2026-09-01T00:00:00Z"}
    ]


def test_the_ledger_can_be_asked_as_of_a_version_or_a_time(loaded: Books) -> None:
    loaded.write("exports/good.csv", bill(month(9, "7")))
    loaded.load(loaded.root / "exports")
    sql = "SELECT sum(BilledCost) AS b FROM charges"
    times = [row["t"] for row in loaded.query("SELECT DISTINCT x_LoadedAt AS t FROM loads ORDER BY 1")]
    assert loaded.query(sql, "--as-of", "1") == [{"b": "1.500000000000"}]
    assert loaded.query(sql, "--as-of", "2") == loaded.query(sql) == [{"b": "7.000000000000"}]
    assert loaded.query(sql, "--as-of", "2100-01-01") == [{"b": "7.000000000000"}]
    assert len(times) == 2


@pytest.mark.parametrize("as_of", ["0", "9", "2020-01-01", "2020-01-01T00:00:00+02:00"])
def test_a_state_that_never_was_is_refused(loaded: Books, as_of: str) -> None:
    said = refused(loaded, "SELECT 1 FROM charges", "--as-of", as_of)
    assert "a version from 1 to 1, or a time from" in said
    assert "FM1502" in said


@pytest.mark.parametrize("as_of", ["soon", "\N{SUPERSCRIPT TWO}", "-1", "2026-13-01"])
def test_an_as_of_that_is_neither_is_refused(loaded: Books, as_of: str) -> None:
    assert "neither a ledger version nor a time" in refused(loaded, "SELECT 1", "--as-of", as_of)


def test_a_damaged_ledger_is_told_as_such(loaded: Books) -> None:
    for path in (loaded.root / ".finmod/tables/charges").rglob("*.parquet"):
        path.unlink()
    assert "FM1503" in refused(loaded, "SELECT * FROM charges")
