"""Parquet files: texts that are too long are found by row and column, damage is told plainly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import UserError
from finmod.sources.files import fingerprint
from finmod.sources.long_rows import MOST_BYTES
from finmod.sources.parquet import top_columns, unreadable
from finmod.sources.stage import stage

LONG = "x" * MOST_BYTES
MAP = pa.map_(pa.string(), pa.string())


def staged(folder: Path, columns: dict[str, Any], **options: Any) -> int:  # noqa: ANN401 -- passed on to the writer
    pq.write_table(pa.table(columns), folder / "b.parquet", **options)
    with Engine() as engine:
        return stage(engine, fingerprint(folder / "b.parquet", folder), folder).rows


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["a", "b", LONG, LONG, None]),
        pa.array(["a", "b", LONG, LONG, None]).dictionary_encode(),
        pa.array([b"a", b"b", LONG.encode(), b"", None]),
        pa.array([[("k", "v")], [], [("k", LONG)], [], None], MAP),
        pa.array([[("k", "v")], [], [(LONG, "v")], [], None], MAP),
        pa.array([{"n": 1, "t": "a"}, {"n": 2, "t": "b"}, {"n": 3, "t": LONG}, {"n": 4, "t": None}, None]),
        pa.array([["a"], [], ["b", LONG], [], None]),
        pa.array([["a"], [], ["y" * 1_000_000 + str(n) for n in range(9)], [], None]),
    ],
    ids=["text", "dictionary", "bytes", "map value", "map key", "struct", "list", "list of many"],
)
@pytest.mark.parametrize("row_group", [2, 1000])
def test_text_as_long_as_no_row_of_csv_may_be_is_refused(tmp_path: Path, values: pa.Array, row_group: int) -> None:
    nested = pa.array([[("k", "v")]] * 5, MAP)
    with pytest.raises(UserError) as caught:
        staged(tmp_path, {"a": [1] * 5, "n": nested, "Tags, all": values, "z": nested}, row_group_size=row_group)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("FM1115", "b.parquet, row 3")
    assert problem.found == "the cell of column 'Tags, all' is too long"
    assert problem.expected == "less than 8 MB"


def test_many_short_texts_are_read(tmp_path: Path) -> None:
    texts = [f"{n}{'x' * 99}" for n in range(100_000)]
    assert staged(tmp_path, {"a": texts, "m": pa.array([[("k", text)] for text in texts], MAP)}) == 100_000
    assert staged(tmp_path, {"a": [1, 2], "b": [LONG[1:], LONG[2:]]}) == 2


def test_each_leaf_knows_its_column(tmp_path: Path) -> None:
    nested = pa.array([[{"x": 1, "y": [("k", "v")]}]], pa.list_(pa.struct({"x": pa.int64(), "y": MAP})))
    pq.write_table(pa.Table.from_arrays([pa.array([1]), nested, pa.array(["t"])], ["a", "n", "a"]), tmp_path / "b")
    with Engine() as engine:
        assert top_columns(engine, fingerprint(tmp_path / "b", tmp_path)) == (["a", "n", "a"], [0, 1, 1, 1, 2])


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("Invalid Input Error: No magic bytes found at end of file 'PATH'", "its end is missing"),
        ("Invalid Input Error: Footer length error in file 'PATH'", "the length of its footer does not fit"),
        ("Prefetch registered for bytes outside file: PATH, attempted range", "it is shorter than it says"),
        ('Invalid string encoding found in Parquet file "PATH": value "\\xFF"', "a text in it is not UTF-8"),
        ("don't know what type: \x0f", "it is damaged"),
        ("TProtocolException: Invalid data", "it is damaged"),
    ],
)
def test_words_of_the_engine_are_made_plain(tmp_path: Path, said: str, plain: str) -> None:
    path = tmp_path / "unsupported.parquet"
    path.write_bytes(b"PAR1")
    problem = unreadable(fingerprint(path, tmp_path), EngineError(said.replace("PATH", str(path))))
    assert str(problem).startswith(f"unsupported.parquet: the Parquet file cannot be read: {plain}; expected a whole")
