"""Files made ready for queries: row numbers are those of the file, names are as the file has them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.sources.files import fingerprint
from finmod.sources.format import Format
from finmod.sources.stage import MOST_COLUMNS, Staged, StagedColumn, column_names, stage


def staged(folder: Path, name: str, *, pad: bool = False) -> tuple[Staged, list[tuple[object, ...]]]:
    with Engine() as engine:
        made = stage(engine, fingerprint(folder / name, folder), folder, pad_short_rows=pad)
        return made, engine.rows(f"SELECT * FROM {made.relation} ORDER BY file_row_number")


def test_csv_becomes_text_columns_with_row_numbers(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("Team,team\n1,2\n\n3,4\n")
    made, rows = staged(tmp_path, "b.csv")
    assert rows == [("1", "2", 0), ("3", "4", 1)]
    assert made.columns == (StagedColumn("Team", "c0000", "VARCHAR"), StagedColumn("team", "c0001", "VARCHAR"))
    assert (made.rows, made.findings, made.header_place) == (2, (), "b.csv:1")


def test_parquet_is_read_where_it_stands(tmp_path: Path) -> None:
    pq.write_table(pa.table({"Team": ["a"], "team": [1], "tags": [{"k": 1}]}), tmp_path / "b.parquet")
    made, rows = staged(tmp_path, "b.parquet")
    assert (made.parquet, made.header_place) == (tmp_path / "b.parquet", "b.parquet")
    assert [(column.name, column.type) for column in made.columns[:2]] == [("Team", "VARCHAR"), ("team", "BIGINT")]
    assert made.columns[1].physical != "team"
    assert rows == [("a", 1, {"k": 1}, 0)]


def test_parquet_columns_that_hold_nothing_but_null_are_text(tmp_path: Path) -> None:
    """Some writers give them a type of their own, which the engine cannot cast where it stands in a struct."""
    pq.write_table(pa.table({"a": pa.nulls(2), "s": pa.array([{"x": None, "y": 1}, None])}), tmp_path / "b.parquet")
    form = Format("f", "F", lambda _: True, str, json_columns={"s": "STRUCT(x VARCHAR)"})
    with Engine() as engine:
        made = stage(engine, fingerprint(tmp_path / "b.parquet", tmp_path), tmp_path, form=form)
        cells = [column.sql for column in made.columns if column.type == "VARCHAR"]
        texts = ", ".join(f"CAST({cell} AS VARCHAR) || ''" for cell in cells)
        assert engine.rows(f"SELECT {texts} FROM {made.relation}") == [(None, None)] * 2


def test_short_rows_become_a_finding(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("a,b\n1,2\n3\n")
    made, _ = staged(tmp_path, "b.csv", pad=True)
    (finding,) = made.findings
    assert (finding.code, finding.rows, finding.where) == ("FM1204", 1, "b.csv:3")


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("a,b\n", "FM1107", "b.csv: the file has column names but no rows."),
        (
            "a,b,a\n1,2,3\n",
            "FM1109",
            "b.csv:1: column 'a' stands more than once, again as column 3; expected each column once.",
        ),
        (
            ",".join(f"c{n}" for n in range(MOST_COLUMNS + 1)) + "\n",
            "FM1108",
            "b.csv: the file has 2,001 columns; expected at most 2,000.",
        ),
    ],
)
def test_shapes_that_no_bill_has_are_refused(tmp_path: Path, content: str, code: str, message: str) -> None:
    (tmp_path / "b.csv").write_text(content)
    with pytest.raises(UserError) as caught:
        staged(tmp_path, "b.csv")
    assert caught.value.problems[0].code == code
    assert str(caught.value).startswith(message)


def test_parquet_with_one_name_twice_is_refused_whatever_is_nested(tmp_path: Path) -> None:
    nested = pa.array([{"a": {"b": 1}, "b": [1]}])
    pq.write_table(
        pa.Table.from_arrays([nested, pa.array([1]), pa.array([2])], ["s", "a", "b"]), tmp_path / "good.parquet"
    )
    assert [column.name for column in staged(tmp_path, "good.parquet")[0].columns] == ["s", "a", "b"]
    pq.write_table(
        pa.Table.from_arrays([nested, pa.array([1]), pa.array([2])], ["s", "a", "a"]), tmp_path / "b.parquet"
    )
    with pytest.raises(UserError, match=r"b.parquet: column 'a' stands more than once, again as column 3"):
        staged(tmp_path, "b.parquet")


def test_column_names_are_told_without_reading_rows(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("a,b\nbroken\n")
    with Engine() as engine:
        assert column_names(engine, fingerprint(tmp_path / "b.csv", tmp_path)) == ["a", "b"]
        (tmp_path / "b.parquet").write_bytes(b"PAR1PAR1")
        with pytest.raises(UserError, match=r"b\.parquet: the Parquet file cannot be read"):
            column_names(engine, fingerprint(tmp_path / "b.parquet", tmp_path))
