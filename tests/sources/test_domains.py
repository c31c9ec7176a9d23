"""The texts of columns that hold few: every one of them, NULL told apart, and none where a look would cost too much."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finmod.engines.duckdb import Engine, identifier
from finmod.sources.domains import MOST_BYTES, Domain, read_domains
from finmod.sources.files import fingerprint
from finmod.sources.stage import stage


def domains(folder: Path, columns: Mapping[str, Any], *paths: tuple[str, ...], **options: Any) -> dict[str, Domain]:  # noqa: ANN401 -- passed on to the writer
    """Return the domains of a Parquet file of some columns, by SQL of a cell."""
    pq.write_table(pa.table(dict(columns)), folder / "a.parquet", **options)
    asked = {".".join(map(identifier, path)): path for path in paths or [(name,) for name in columns]}
    with Engine() as engine:
        return read_domains(engine, folder / "a.parquet", asked)


def full(*texts: str) -> Domain:
    """Return the domain of a column without NULL."""
    return Domain(tuple(sorted(set(texts))), has_null=False)


def gaps(*texts: str) -> Domain:
    """Return the domain of a column that has NULL too."""
    return Domain(tuple(sorted(set(texts))), has_null=True)


def test_every_text_of_every_row_group_is_there_once_and_null_is_told_apart(tmp_path: Path) -> None:
    texts = ["b", "", "a", "NULL", "b", "it's", "a\0b", "\N{GRINNING FACE}", "$x {y} #z"] * 3
    found = domains(tmp_path, {"full": texts, "gaps": [*texts[1:], None]}, row_group_size=4)
    assert found == {
        '"full"': full(*texts),
        '"gaps"': gaps(*texts),
    }


def test_a_column_that_is_null_throughout_has_no_text(tmp_path: Path) -> None:
    found = domains(tmp_path, {"a": pa.nulls(3, pa.string()), "b": ["x", "x", "x"]})
    assert found == {'"a"': gaps(), '"b"': full("x")}


def test_fields_of_structs_have_domains_of_their_own(tmp_path: Path) -> None:
    rows = pa.array([{"id": "1", "more": {"id": "x"}}, {"id": "2", "more": None}, None])
    found = domains(tmp_path, {"s": rows, "id": ["q"] * 3}, ("s", "id"), ("s", "more", "id"), ("id",))
    assert found == {
        '"s"."id"': gaps("1", "2"),
        '"s"."more"."id"': gaps("x"),
        '"id"': full("q"),
    }


def test_a_row_group_without_a_dictionary_leaves_the_column_out(tmp_path: Path) -> None:
    assert domains(tmp_path, {"a": ["x"] * 9, "b": ["y"] * 9}, use_dictionary=["b"]) == {'"b"': full("y")}


def test_texts_beside_a_dictionary_that_grew_too_large_are_seen_too(tmp_path: Path) -> None:
    texts = [f"text {place % 3000}" for place in range(9000)]
    found = domains(tmp_path, {"a": texts}, dictionary_pagesize_limit=2000, data_page_size=1000, write_batch_size=10)
    assert found in ({}, {'"a"': full(*texts)})


@pytest.mark.parametrize(
    "texts",
    [
        [f"{place:06}" for place in range(MOST_BYTES // 6 + 1)],
        ["x" * (MOST_BYTES + 1), "y"],
        ["x" * 30_000_000, "y"],
    ],
    ids=["many", "long", "long and packed small"],
)
def test_many_or_long_texts_are_no_domain(texts: list[str], tmp_path: Path) -> None:
    found = domains(tmp_path, {"a": [*texts, *texts], "b": ["z"] * 2 * len(texts)}, compression="zstd")
    assert found == {'"b"': full("z")}


def test_a_file_that_cannot_be_read_has_no_domains(tmp_path: Path) -> None:
    texts = pa.array([b"\xff", b"\xfe"] * 3, pa.binary())
    cast = pa.Array.from_buffers(pa.string(), 6, texts.buffers())
    assert domains(tmp_path, {"a": cast}) == {}


def test_a_staged_csv_file_has_domains_and_looks_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("kind,Kind,cost\n" + "x,,1\nx,NULL,2\n" * 999, encoding="utf-8")
    with Engine() as engine:
        made = stage(engine, fingerprint(tmp_path / "a.csv", tmp_path), tmp_path).with_domains(engine)
        assert made.with_domains(engine) is made
    assert [made.domains.get(column.sql) for column in made.columns[:2]] == [full("x"), gaps()]
