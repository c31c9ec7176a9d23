"""SQL over the public tables and over nothing else."""

from __future__ import annotations

import csv
import json
import re
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
    (row,) = loaded.query(f"SELECT count(*) AS n FROM {table.upper()}")
    assert row["n"] > 0 or table not in {"charges", "charges_daily", "charges_focus_1_2", "findings", "loads"}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_parquet('{store}/tables/charges/*/*/*.parquet')",
        "SELECT '\udce9'",
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
    assert "query 'DESCRIBE charges'" in said
    assert "Did you mean BilledCost?" in refused(loaded, "SELECT BilledCots FROM charges")


@pytest.mark.parametrize(
    ("sql", "found", "remedy"),
    [
        ("selec 1", 'syntax error at or near "selec", in line 1 at column 1.', "Did you mean SELECT? Correct the "),
        ("SELECT 1,\n  2,, 3", 'syntax error at or near ",", in line 2 at column 5.', "Correct the statement there"),
        ("SELECT '\u00e9', 2,, 3", 'syntax error at or near ",", in line 1.', "Correct the statement there"),
        (
            "SELECT 1,\n2," + " " * 300 + "3,, 4",
            'syntax error at or near ",", in line 2.',
            "Correct the statement there",
        ),
        ("SELECT 'abc", "unterminated string literal, in line 1 at column 8.", "Correct the statement there"),
        ("SELECT 1 / 'a'", "Could not convert string 'a' to DOUBLE, in line 1 at column 12.", "TRY_CAST"),
        ("SELECT count(*), ServiceName FROM charges", "must be part of an aggregate function.", "GROUP BY ALL"),
        (
            "SELECT summ(BilledCost) FROM charges",
            "Function with name summ does not exist.",
            "Did you mean sum? The func",
        ),
    ],
)
def test_a_wrong_statement_is_told_with_its_place_and_what_fits(
    loaded: Books, sql: str, found: str, remedy: str
) -> None:
    said = refused(loaded, sql)
    assert said.startswith("the query cannot run: ")
    assert found in said.splitlines()[0]
    assert remedy in said.splitlines()[1]
    assert not re.search(r"(Parser|Binder|Catalog|Conversion) Error", said)


def test_amounts_are_decimal_texts_and_counts_are_numbers(loaded: Books) -> None:
    assert loaded.query("SELECT sum(BilledCost) AS b, count(*) AS n, min(ChargePeriodStart) AS t FROM charges") == [
        {"b": "1.500000000000", "n": 1, "t": "2026-09-01T00:00:00Z"}
    ]


TYPES = {
    "now()": "TIMESTAMPTZ '2026-06-01 02:00:00.123456+02'", "late": "TIMESTAMP '2026-06-01 00:00:00.5'",
    "interval": "INTERVAL '-1 month'", "blob": "'=x'::BLOB", "uuid": "UUID '00000000-0000-0000-0000-000000000001'",
    "list": "['=1', NULL]", "nested": "{'a': [now() > TIMESTAMPTZ '2020-01-01'], 'b': NULL, 'c': DECIMAL '1.5'}",
    "map": "MAP {'k': INTERVAL 1 DAY}", "none": "NULL", "nan": "'nan'::DOUBLE", "nans": "['-inf'::DOUBLE]",
    "huge": "'-99999999999999999999999999.999999999999'::DECIMAL(38, 12)", "small": "-0.000000000001::DECIMAL(38, 12)",
    "count": "'-170141183460469231731687303715884105728'::HUGEINT", "time": "TIME '12:00'", "bit": "'101'::BIT",
    "enum": "'a'::ENUM('a')", "nano": "TIMESTAMP_NS '2026-01-01 00:00:00.000000001'", "json": "'{\"a\": 1}'::JSON",
}  # fmt: skip
"""Column name -> a value of each type that SQL can make."""


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_every_type_of_sql_has_every_form(books: Books, form: str) -> None:
    sql = "SELECT " + ", ".join(f'{value} AS "{name}"' for name, value in TYPES.items())
    said = books.run("query", sql, "--output", form)
    assert (said.code, said.err) == (0, "")
    assert "2026-06-01T00:00:00.123456Z" in said.out
    assert "-99999999999999999999999999.999999999999" in said.out
    assert "-0.000000000001" in said.out
    if form == "json":
        (row,) = json.loads(said.out, parse_constant=pytest.fail)
        assert list(row) == list(TYPES)
        assert row["list"] == ["=1", None]
        assert row["nested"] == {"a": [True], "b": None, "c": "1.500"}
        assert (row["interval"], row["map"], row["blob"]) == ("-1 month", {"k": "1 day"}, "=x")
        assert (row["nan"], row["nans"], row["none"]) == ("nan", ["-inf"], None)
    if form == "csv":
        (row,) = csv.DictReader(said.out.splitlines())
        assert (row["blob"], row["interval"]) == ("'=x", "'-1 month")
        assert (row["small"], row["count"], row["none"]) == ("-0.000000000001", f"{-(2**127)}", "")


def test_columns_of_one_name_are_all_there(books: Books) -> None:
    assert books.query("SELECT 1 AS a, 2 AS a, 3 AS b") == [{"a": 1, "a_1": 2, "b": 3}]


def test_tables_can_be_shown(loaded: Books) -> None:
    for show in ("SHOW TABLES", "-- what is there?\nshow tables", "/* all */ SHOW TABLES"):
        assert [row["name"] for row in loaded.query(show)] == sorted(table.name for table in TABLES)


def test_metrics_of_an_empty_ledger_are_none_yet(books: Books) -> None:
    said = books.run("metric", "invoiced_cost")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("the ledger is empty.\n  Load a bill first")
    assert "FM1502" in said.err
    assert {"name": "metrics_monthly"} in books.query("SHOW TABLES")


def test_a_text_is_no_table(loaded: Books) -> None:
    loaded.write("metrics.yaml", "broken: {cost: Unheard}\n")
    assert loaded.query("SELECT 'metrics_monthly' AS a -- metrics_monthly") == [{"a": "metrics_monthly"}]
    assert "metrics.yaml:1" in refused(loaded, "SELECT count(*) FROM metrics_monthly")


def test_what_metrics_are_made_of_is_no_table(loaded: Books) -> None:
    metrics = loaded.query("SELECT count(*) AS n FROM metrics_monthly WHERE x_Figure IS NOT NULL")
    assert metrics[0]["n"] > 1
    assert "reported_charged does not exist" in refused(loaded, "SELECT * FROM metrics_monthly, reported_charged")
    shown = loaded.query(
        "SELECT table_name AS t FROM duckdb_tables() WHERE table_name <> 'x' OR 'metrics_monthly' = ''"
    )
    assert [row["t"] for row in shown if row["t"].startswith("reported")] == []


def test_a_metric_that_is_refused_takes_nothing_from_the_others(loaded: Books) -> None:
    loaded.write("metrics.yaml", "odd: {cost: EffectiveCost, of: charges, where: {nonsense: x}}\n")
    assert "FM2406" in loaded.run("metric", "odd").err
    rows = loaded.query(
        "SELECT x_Metric, x_Why, x_Figure FROM metrics_monthly WHERE x_Metric IN ('odd', 'invoiced_cost')"
    )
    assert sorted((row["x_Metric"], row["x_Why"], row["x_Figure"]) for row in rows) == [
        ("invoiced_cost", None, "1.500000000000"), ("odd", "refused", None),
    ]  # fmt: skip


def test_a_pivot_says_that_it_needs_its_values(loaded: Books) -> None:
    pivot = "PIVOT charges_daily ON x_Source{} USING sum(BilledCost)"
    assert "ON column IN" in refused(loaded, pivot.format(""))
    listed = pivot.format(" IN ('saas')")
    assert loaded.query(f"SELECT saas FROM ({listed})") == [{"saas": "1.500000000000"}]


def test_the_time_of_a_load_finds_the_state_after_it(loaded: Books) -> None:
    time = loaded.query("SELECT max(x_LoadedAt) AS t FROM loads")[0]["t"]
    assert loaded.query("SELECT count(*) AS n FROM charges", "--as-of", time) == [{"n": 1}]


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


@pytest.mark.parametrize("as_of", ["soon", "\N{SUPERSCRIPT TWO}", "-1", "2026-13-01", "0001-01-01T00:00:00+14:00"])
def test_an_as_of_that_is_neither_is_refused(loaded: Books, as_of: str) -> None:
    assert "neither a ledger version nor a month nor a time" in refused(loaded, "SELECT 1", "--as-of", as_of)


def test_a_damaged_ledger_is_told_as_such(loaded: Books) -> None:
    for path in (loaded.root / ".finmod/tables/charges").rglob("*.parquet"):
        path.unlink()
    assert "FM1503" in refused(loaded, "SELECT * FROM charges")
