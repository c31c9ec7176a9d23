"""The engine: exact, offline, bounded, and its quoting."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

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
