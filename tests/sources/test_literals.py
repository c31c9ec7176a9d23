"""Python text in CSV becomes JSON; everything else stays as it is, in its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finmod.engines.duckdb import Engine
from finmod.sources.lists import Pairs
from finmod.sources.literals import as_json, rewrite


def rewritten(folder: Path, texts: Sequence[str | None], pairs: Pairs | None = None) -> list[str | None]:
    """Return a column after the rewriting."""
    path = folder / "staged.parquet"
    pq.write_table(pa.table({"a": pa.array(texts, pa.string()), "n": list(range(len(texts)))}), path)
    with Engine() as engine:
        rewrite(engine, path, {"a": pairs})
        rows = engine.rows(f"SELECT a, n FROM read_parquet('{path}')")
    assert [row[1] for row in rows] == list(range(len(texts)))
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    "value",
    [
        [{"key": "a", "value": "b"}],
        [{"amount": -5e-06, "full_name": None, "kept": True, "late": False}],
        [{"key": "None", "value": "True, None"}],
        [{"key": ": None", "value": "': None"}],
        [{"key": "it's", "value": 'say "so"'}],
        [{"key": "a\\b", "value": "line\nend\t\u00e4"}],
        [{"values": [None, True, "x"]}],
        {"key": "</script>", "value": "=cmd|' /C calc'!A0"},
        ["a", "b"],
    ],
)
def test_what_python_prints_becomes_the_same_value_in_json(value: object, tmp_path: Path) -> None:
    (text,) = rewritten(tmp_path, [repr(value)])

    assert text is not None
    assert json.loads(text) == value


def test_other_cells_and_the_order_of_rows_stay(tmp_path: Path) -> None:
    texts = ["[]", None, '[{"key": "a"}]', "plain", "[{'key': \"it's\"}]", "[{'key': 'b'}]", "None"]

    assert rewritten(tmp_path, texts) == [
        "[]", None, '[{"key": "a"}]', "plain", '[{"key": "it\'s"}]', '[{"key": "b"}]', None,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["[{'key': 'a'", "[{'key': 'a'} {'key': 'b'}]", "{'a': open('x')}", "{'a': {1, 2}}"])
def test_text_that_is_no_literal_stays_as_it_is(text: str, tmp_path: Path) -> None:
    assert rewritten(tmp_path, [text]) == [text]


def test_decimals_keep_every_digit() -> None:
    assert as_json("[{'amount': Decimal('-0.10000000000000000001')}]") == '[{"amount": "-0.10000000000000000001"}]'


def test_lists_of_keys_and_values_become_pairs(tmp_path: Path) -> None:
    texts = ["[{'key': 'a', 'value': 'b'}]", '[{"value": "y", "key": "x"}, {"key": null, "value": 1}]', "[]", "[{bad"]

    assert rewritten(tmp_path, texts, Pairs(prefix="project:")) == ['"project:a":"b"', '"project:x":"y"', "[]", "[{bad"]


def test_an_object_of_keys_and_values_becomes_pairs(tmp_path: Path) -> None:
    texts = ["{'a': 'b', 'c': None}", '{"q\\"x": "y", "n": 4}', "{}", "{bad"]

    assert rewritten(tmp_path, texts, Pairs(prefix="project:")) == [
        '"project:a":"b","project:c":null',
        '"project:q\\"x":"y","project:n":4',
        None,
        "{bad",
    ]
    assert rewritten(tmp_path, ['[{"key": null, "value": 1}]'], Pairs()) == [None]
    assert rewritten(tmp_path, ['{"a": "b"}'], Pairs(whole=True)) == ['{"a": "b"}']


def test_a_file_without_such_text_is_not_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "staged.parquet"
    pq.write_table(pa.table({"a": ["[]", "x"]}), path)
    before = path.stat().st_mtime_ns
    with Engine() as engine:
        rewrite(engine, path, {"a": Pairs()})
        rewrite(engine, path, {})

    assert path.stat().st_mtime_ns == before
