"""The engine: exact, offline, bounded, and its quoting."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from finmod.engines.duckdb import Engine, EngineError, file_list, glob_escape, identifier, literal


@pytest.mark.parametrize("text", ["it's", 'a "b"', "a\\b", "';DROP TABLE t;--", "\N{SNOWMAN}", ""])
def test_texts_and_names_survive_quoting(text: str) -> None:
    with Engine() as engine:
        assert engine.row(f"SELECT {literal(text)}") == (text,)
        name = text or "x"
        assert engine.columns(f"SELECT 1 AS {identifier(name)}") == [(name, "INTEGER")]


def test_a_file_with_glob_characters_in_its_name_is_read_alone(tmp_path: Path) -> None:
    for name in ("a[1]*?.parquet", "a1xx.parquet"):
        with Engine() as engine:
            assert engine.copy_parquet(f"SELECT {literal(name)} AS name", tmp_path / name) == 1
    with Engine() as engine:
        rows = engine.rows(f"SELECT name FROM read_parquet({file_list([tmp_path / 'a[1]*?.parquet'])})")
    assert rows == [("a[1]*?.parquet",)]
    assert glob_escape("a*") == "a[*]"


def test_decimals_add_up_exactly() -> None:
    with Engine() as engine:
        assert engine.row("SELECT sum(a::DECIMAL(38,12)) FROM (VALUES ('0.1'), ('0.2')) t(a)") == (Decimal("0.3"),)


@pytest.mark.parametrize("rows", ["", "WHERE false"])
def test_a_table_has_the_types_that_its_rows_have_in_python(rows: str) -> None:
    sql = f"""SELECT 1::DECIMAL(38,18) AS a, sum(1) AS b, NULL AS c, 'x'::BLOB AS d, [DATE '2026-09-01'] AS e,
        TIMESTAMPTZ '2026-09-01 00:00:00+00' AS f, 1 AS a {rows}"""
    with Engine() as engine:
        names, types, found = engine.typed_table(sql)
        assert engine.table(sql) == (names, found)
    assert names == ["a", "b", "c", "d", "e", "f", "a_1"]
    assert types == ["DECIMAL(38,18)", "HUGEINT", '"NULL"', "VARCHAR", "DATE[]", "TIMESTAMP", "INTEGER"]


def test_errors_of_the_engine_are_its_own_kind() -> None:
    with Engine() as engine:
        for work in (engine.run, engine.rows, engine.row, engine.columns, engine.table):
            with pytest.raises(EngineError, match="nowhere"):
                work("SELECT * FROM nowhere")
        with pytest.raises(EngineError, match="returned none"):
            engine.row("SELECT 1 WHERE false")


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("COPY (SELECT 1) TO 'x.csv'", "COPY"),
        ("SELECT 1; SELECT 2", "SELECT, SELECT"),
        ("CREATE TABLE t (a INTEGER)", "CREATE"),
        ("EXPLAIN ANALYZE COPY (SELECT 1) TO 'x.csv'", "EXPLAIN"),
        ("ATTACH 'x.db'", "ATTACH"),
        ("SET threads = 1", "SET"),
        ("  -- nothing", "no statement"),
        ("", "no statement"),
    ],
)
def test_a_table_is_one_select_and_nothing_else(
    sql: str, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Engine() as engine, pytest.raises(EngineError, match=f"this is {found}"):
        engine.table(sql)
    assert list(tmp_path.iterdir()) == []


def test_a_table_has_column_names_and_rows() -> None:
    with Engine() as engine:
        assert engine.table("SELECT 1 AS a, 'x' AS b") == (["a", "b"], [(1, "x")])
        assert engine.table("DESCRIBE SELECT 1 AS a")[1][0][:2] == ("a", "INTEGER")


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("TIMESTAMPTZ '2026-06-01 02:00:00.123456+02'", datetime(2026, 6, 1, 0, 0, 0, 123456)),  # noqa: DTZ001 -- UTC without a zone is what is promised
        ("[TIMESTAMPTZ '2026-06-01 00:00:00+00', NULL]", [datetime(2026, 6, 1), None]),  # noqa: DTZ001 -- as above
        ("{'a b': INTERVAL 1 MONTH, 'BLOB': 'x'::BLOB}", {"a b": "1 month", "BLOB": "x"}),
        ("[INTERVAL 1 MONTH]::INTERVAL[1]", ["1 month"]),
        ("MAP {'k': INTERVAL '-1 day'}", {"k": "-1 day"}),
        ("MAP {[1, 2]: INTERVAL 1 DAY}", {"key": [[1, 2]], "value": ["1 day"]}),
        ("INTERVAL '1 month 2 days 03:00:00.5'", "1 month 2 days 03:00:00.5"),
        ("'\\x00\\xFF'::BLOB", "\\x00\\xFF"),
        ("TIMETZ '12:00:00+02'", "12:00:00+02"),
        ("TIMESTAMP_NS '2026-01-01 00:00:00.123456789'", "2026-01-01 00:00:00.123456789"),
        ("union_value(n := now())::VARCHAR IS NOT NULL", True),
        ("union_value(n := 1)", "1"),
        ("ROW(1, INTERVAL 1 DAY)", "(1, 1 day)"),
        ("'a'::ENUM('a', 'b')", "a"),
        ("'101'::BIT", "101"),
        ("UUID '00000000-0000-0000-0000-000000000001'", UUID(int=1)),
        (
            "99999999999999999999999999.999999999999::DECIMAL(38, 12)",
            Decimal("99999999999999999999999999.999999999999"),
        ),
        ("170141183460469231731687303715884105727::HUGEINT", 2**127 - 1),
        ("NULL", None),
        ("DATE '99999-01-01'", "99999-01-01"),
    ],
)
def test_a_table_has_an_exact_value_for_every_type(sql: str, value: object) -> None:
    with Engine() as engine:
        assert engine.table(f"SELECT {sql} AS x") == (["x"], [(value,)])


@pytest.mark.parametrize("sql", ["SELECT now(); -- the end; or so", "SELECT now() -- the end", "SELECT 'é;', now();\n"])
def test_a_statement_may_end_in_semicolon_and_comment(sql: str) -> None:
    with Engine() as engine:
        assert len(engine.table(sql)[1]) == 1


def test_names_that_stand_twice_are_told_apart_and_rows_keep_their_order() -> None:
    sql = "SELECT x AS a, make_timestamptz(x) AS a, -x AS a FROM range(100000) AS r(x) ORDER BY 1 DESC"
    with Engine() as engine:
        names, rows = engine.table(sql)
    assert names == ["a", "a_1", "a_2"]
    assert [row[0] for row in rows] == list(range(99_999, -1, -1))


def test_a_watched_statement_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[float] = []
    with Engine(threads=1) as engine, engine.watched(told.append):
        engine.copy_parquet("SELECT range AS a, hash(range) AS b FROM range(2000000)", tmp_path / "a.parquet")
        for _ in range(50):  # A machine may be so fast that one is over before anybody asks.
            engine.row(f"SELECT count(DISTINCT hash(b)) FROM read_parquet({file_list([tmp_path / 'a.parquet'])})")
            if len(set(told)) > 1:
                break
    assert all(0 <= share <= 1 for share in told)
    assert len(set(told)) > 1


@pytest.mark.parametrize("copy", [False, True])
def test_ctrl_c_stops_a_statement_that_would_never_end(tmp_path: Path, *, copy: bool) -> None:
    endless = "SELECT hash(range) AS h FROM range(1000000000000) WHERE hash(range) = 1"
    statement = f"COPY ({endless}) TO '{tmp_path}/a.parquet'" if copy else endless
    code = f"""
import os, signal, threading
from finmod.engines.duckdb import Engine
signal.signal(signal.SIGINT, signal.default_int_handler)
with Engine() as engine:
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    try:
        engine.run({statement!r})
    except KeyboardInterrupt:
        print("stopped")
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "stopped\n", "")


def test_watching_ends_with_its_block_and_passes_errors_on() -> None:
    told: list[float] = []
    with Engine() as engine:
        with pytest.raises(EngineError), engine.watched(told.append):
            engine.run("SELECT wrong")
        assert [thread.name for thread in threading.enumerate() if thread.name == "finmod-progress"] == []
        with engine.watched(told.append):
            assert engine.row("SELECT 1") == (1,)


def test_no_extension_is_downloaded_on_the_way() -> None:
    with Engine() as engine:
        assert engine.rows("SELECT name, value FROM duckdb_settings() WHERE name LIKE 'auto%known_extensions'") == [
            ("autoinstall_known_extensions", "false"),
            ("autoload_known_extensions", "false"),
        ]


def test_columns_of_numpy_become_a_view() -> None:
    with Engine() as engine:
        engine.register("frame", {"a": np.array([1, 2]), "b": np.array(["x", "y"])})
        assert engine.rows("SELECT sum(a), max(b) FROM frame") == [(3, "y")]


def test_rows_written_in_order_keep_their_places(tmp_path: Path) -> None:
    with Engine() as engine:
        target = tmp_path / "rows.parquet"
        assert engine.copy_parquet("SELECT i FROM range(300000) t(i)", target, ordered=True) == 300_000
        sql = f"SELECT bool_and(i = file_row_number) FROM read_parquet({file_list([target])}, file_row_number = true)"
        assert engine.row(sql) == (True,)


@pytest.mark.parametrize("most", [1_000_000, 300])
def test_numbers_that_stand_twice_are_found_in_as_many_parts_as_it_takes(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("finmod.engines.duckdb._MOST_SORTED", most)
    with Engine() as engine:
        assert not engine.may_repeat("hash(i)", "range(1000) AS t(i)", least=1000)
        assert engine.may_repeat("hash(i // 2)", "range(1000) AS t(i)", least=1000)
        assert engine.may_repeat("hash(greatest(i, 1))", "range(1000) AS t(i)", least=1000)
        assert engine.may_repeat("hash(i)", "range(1000) AS t(i)", least=1001)


def test_partitions_are_written_in_one_pass_each_with_its_column(tmp_path: Path) -> None:
    folder = tmp_path / "a[1]*? 50%"
    folder.mkdir()
    days = "SELECT DATE '2026-08-01' + (i % 2)::INTEGER AS day, i::BIGINT AS n FROM range(10) AS t(i)"
    with Engine() as engine:
        written = engine.copy_partitions(days, folder, "day")
        assert {path.parent.name for path, _ in written} == {"day=2026-08-01", "day=2026-08-02"}
        assert sum(rows for _, rows in written) == 10
        files = file_list([path for path, _ in written])
        assert engine.rows(
            f"SELECT CAST(day AS VARCHAR), sum(n) FROM read_parquet({files}, hive_partitioning = false) GROUP BY 1 "
            "ORDER BY 1"
        ) == [("2026-08-01", 20), ("2026-08-02", 25)]
    (tmp_path / "none").mkdir()
    with Engine() as engine:
        assert engine.copy_partitions(f"{days} WHERE i < 0", tmp_path / "none", "day") == []
