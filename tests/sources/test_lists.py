"""Lists of keys and values are read as pairs of a JSON object, from text and from Parquet alike."""

from __future__ import annotations

import pytest

from finmod.engines.duckdb import Engine
from finmod.sources.lists import Pairs, is_wrapped, list_type, unwrapped


def value(sql: str, cell: str = "NULL") -> object:
    """Return an expression's value in a row whose column ``cell`` holds something: constants are read early."""
    with Engine() as engine:
        return engine.row(f"SELECT {sql} FROM (SELECT unnest([{cell}]) AS cell)")[0]


def of_text(pairs: Pairs, text: str) -> object:
    return value(pairs.of_text("cell"), f"'{text}'")


def kind(sql: str) -> str:
    with Engine() as engine:
        return engine.columns(f"SELECT {sql} AS a")[0][1]


@pytest.mark.parametrize(
    ("cell", "pairs"),
    [
        ("[{'key': 'a', 'value': 'b'}, {'key': 'c', 'value': NULL}]", '"a":"b","c":null'),
        ("[{'Value': 'b', 'Key': 'a', 'x_Inherited': false}]", '"a":"b"'),
        ("[{'key': NULL::VARCHAR, 'value': 'b'}]", ""),
        ("{'list': [{'element': {'key': 'a', 'value': 'b'}}]}", '"a":"b"'),
        ("NULL::STRUCT(key VARCHAR, value VARCHAR)[]", None),
        ("[{'key': 'a', 'value': 4}]", '"a":"4"'),
        ("[{'key': 'a', 'value': NULL}]", '"a":null'),
        ("{'list': [{'element': {'key': 'a', 'value': 4}}]}", '"a":"4"'),
    ],
)
def test_a_list_of_parquet_becomes_pairs(cell: str, pairs: str | None) -> None:
    made = Pairs().of_parquet(cell, kind(cell))

    assert value(made) == pairs


def test_a_cell_of_another_type_is_left_alone() -> None:
    assert [Pairs().of_parquet("a", kind) for kind in ("VARCHAR", "INTEGER[]", "MAP(VARCHAR, VARCHAR)")] == [""] * 3


def test_a_namespace_stands_before_its_key_where_there_is_one() -> None:
    tags = Pairs(namespace="namespace")
    cell = "[{'key': 'a', 'value': 'b', 'namespace': '12'}, {'key': 'c', 'value': 'd', 'namespace': NULL}]"

    assert value(tags.of_parquet(cell, kind(cell))) == '"12/a":"b","c":"d"'
    assert of_text(tags, '[{"key":"a","value":"b","namespace":"12"}]') == '"12/a":"b"'


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('"NaN"', '"NaN"'), ("NaN", "NaN"), ("-Infinity", "-Infinity"), ("5", '"5"'), ("true", '"true"'),
        ("null", "null"), ('"a\\"b"', '"a\\"b"'), ('{"b": 1}', '"{\\"b\\":1}"'),
    ],
)  # fmt: skip
def test_a_value_is_a_string_and_what_json_does_not_have_stays(written: str, kept: str) -> None:
    assert of_text(Pairs(), f'[{{"key": "a", "value": {written}}}]') == f'"a":{kept}'


def test_a_whole_list_is_an_object_of_its_own() -> None:
    tags = Pairs(whole=True)

    assert of_text(tags, '[{"Key": "a", "Value": "say \\"Key\\":"}]') == '{"a":"say \\"Key\\":"}'
    assert of_text(tags, "[{}]") == "[{}]"
    assert of_text(tags, '{"a":1}') == '{"a":1}'


@pytest.mark.parametrize("text", ["[{broken", "[]", "no list", '[{"key": "a"}'])
def test_text_that_is_no_list_stays_as_it_is(text: str) -> None:
    assert of_text(Pairs(), text) == text


def test_wrapped_lists_are_known_and_unwrapped() -> None:
    wrapped = 'STRUCT("list" STRUCT(element STRUCT(amount DOUBLE))[])'

    assert is_wrapped(wrapped)
    assert not is_wrapped(list_type("amount"))
    assert (unwrapped("a", wrapped), unwrapped("a", list_type("x"))) == ("a.list", "a")
