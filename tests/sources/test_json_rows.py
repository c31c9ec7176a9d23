"""JSON as rows: every layout, fields of structs as columns of their own, and what is wrong in plain words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.sources.broken_json import broken_object
from finmod.sources.files import fingerprint
from finmod.sources.format import Format
from finmod.sources.json_rows import column_names, names, read_document, read_head
from finmod.sources.lists import Pairs
from finmod.sources.stage import stage

FORM = Format(
    "test",
    "Test",
    lambda _: True,
    str,
    json_columns={
        "cost": "VARCHAR",
        "any": "JSON",
        "place": 'STRUCT(region VARCHAR, "labels" STRUCT("key" VARCHAR, "value" VARCHAR)[])',
        "credits": "STRUCT(amount VARCHAR)[]",
    },
    lists={"place.labels": Pairs()},
)
ROW = '{"cost": 1.10, "any": [1, {"a": null}], "place": {"region": "x", "labels": [{"key": "k", "value": "v"}]}}'
FULL = '{"cost": 1, "credits": [{"amount": 1}, {"amount": 2}, {"amount": 3}]}'


def staged(folder: Path, content: bytes) -> list[tuple[object, ...]]:
    """Return the rows of a JSON file once it is staged, columns in the order of the format."""
    path = folder / "bill.json"
    path.write_bytes(content)
    with Engine() as engine:
        made = stage(engine, fingerprint(path, folder), folder, form=FORM)
        assert [column.name for column in made.columns] == ["cost", "any", "place.region", "place.labels", "credits"]
        return engine.rows(f"SELECT * EXCLUDE (file_row_number) FROM {made.relation} ORDER BY file_row_number")


@pytest.mark.parametrize("text", [f"{ROW}\n{ROW}\n", f"{ROW}{ROW}", f"[{ROW},\n {ROW}]", ROW.replace(", ", ",\n") * 2])
def test_each_layout_gives_the_same_rows(text: str, tmp_path: Path) -> None:
    wanted = [("1.1", '[1,{"a":null}]', "x", '"k":"v"', None)] * 2

    assert staged(tmp_path, text.encode()) == wanted
    assert staged(tmp_path, gzip.compress(text.encode())) == wanted


def test_fields_that_are_absent_are_null(tmp_path: Path) -> None:
    assert staged(tmp_path, b'{"cost": "1.10000", "other": 1}\n{"place": null}\n') == [
        ("1.10000", None, None, None, None),
        (None,) * 5,
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'{ROW}\n{{"cost": 1, "cost": 2}}\n', ("bill.json:2", "the key 'cost' stands more than once", "FM1141")),
        (f'{ROW}\n{{"place": [1]}}\n', ("bill.json:2", "place is a list; expected an object", "FM1142")),
        (f'{ROW}\n{{"credits": "[]"}}\n', ("bill.json:2", "credits is text; expected a list", "FM1142")),
        (f'{ROW}\n{{"place": {{"labels": 7}}}}\n', ("bill.json:2", "place.labels is a number; expected a l", "FM1142")),
        (f'{{"credits": {{}}}}\n\n{FULL}\n', ("bill.json:1: credits is an object; expected a list", "FM1142")),
        (f'{FULL}\n\n{{"credits": {{}}}}\n{FULL}\n', ("bill.json:3: credits is an object", "FM1142")),
        (f'{FULL}\n{{"credits": [null, 7]}}\n', ("bill.json:2: an element of credits is a number; exp", "FM1142")),
        (
            f'{FULL}\n{{"place": {{"labels": ["x"]}}}}\n',
            ("bill.json:2: an element of place.labels is text; expected an o",),
        ),
        (f'[{FULL}, {{"credits": true}}]', ("bill.json, row 2: credits is true or false; expected a list", "FM1142")),
        (
            f'{FULL}\n{FULL}\n{{"credits": [{{"amount": 1, "amount": 2}}]}}\n{FULL}\n',
            ("bill.json:3: the key 'amount'",),
        ),
        (f'{FULL}\n{{"place": {{"region": "x", "region": "y"}}}}\n', ("bill.json:2: the key 'region' stands",)),
        (f"{ROW}\n\n\n[1]\n", ("bill.json:4: a list stands where an object was expected", "FM1142")),
        (f"{ROW}\n[1]\n", ("bill.json:2: a list stands where an object was expected", "FM1142")),
        (f'{ROW}\n{{"cost": \n', ("bill.json:2", "the JSON is broken", "FM1140")),
        (f'{ROW}\n{ROW}\n{{"cost" 1}}\n{ROW}\n', ("bill.json:3", "the JSON is broken", "FM1140")),
        (f"\ufeff{ROW}\n", ("bill.json:1", "byte order mark", "Save it as UTF-8 without the mark.", "FM1140")),
        ('{"cost": ', ("bill.json", "the JSON is broken", "FM1140")),
        ("[]", ("bill.json", "no rows", "FM1107")),
        (f'[{ROW},\n{ROW},\n{{"cost" 1}}]', ("bill.json:3", "the JSON is broken", "FM1140")),
        (ROW.replace(", ", ",\n") + '\n{"cost":\n1 2}', ("bill.json:8", "the JSON is broken", "FM1140")),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, words: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        staged(tmp_path, text.encode())

    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b'{"cost": ', "the JSON is broken"),
        (b'{"cost": "\\ud83d"}', "the JSON is broken"),
        (b'{"cost": "K\xff"}', "a byte that is not UTF-8"),
        (b'{"cost": "\xed\xa0\xbd"}', "a byte that is not UTF-8"),
    ],
    ids=["cut", "half surrogate", "no UTF-8", "encoded surrogate"],
)
def test_a_broken_row_is_told_with_its_own_line(
    row: bytes, said: str, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    # Such an end of line is mere space to JSON.
    whole = b'{"cost":\r1}'
    for line, lines in (
        (2, [whole, row, whole]),
        (3, [whole, whole, row]),
        (4, [whole, b"", b" \r", row, whole]),
        (4, [b"", whole, b"", row]),
    ):
        with pytest.raises(UserError) as error:
            staged(tmp_path, pack(b"\n".join(lines) + b"\n"))

        assert str(error.value).startswith(f"bill.json:{line}: {said}"), str(error.value)


@pytest.mark.parametrize("told", [2, 3])
def test_the_broken_row_is_found_whichever_row_the_engine_tells(told: int, tmp_path: Path) -> None:
    path = tmp_path / "bill.json"
    path.write_text(f'{ROW}\n\n\n{{"cost" 1}}\n{ROW}\n', encoding="utf-8")
    said = f'Malformed JSON in file "bill.json", at byte 9 in line {told}: unexpected character.'

    with Engine() as engine:
        problem = broken_object(engine, fingerprint(path, tmp_path), said, FORM, "none")

    assert problem.where == "bill.json:4"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (b'[%b,\n{"cost": "K\xff"},\n%b]', "bill.json:2: a byte that is not UTF-8"),
        (b'[%b,\n{"cost": "K\xff"},\n{"cost" 1},%b]', "bill.json:2: a byte that is not UTF-8"),
        (b'[%b,\n{"cost" 1},\n{"cost": "K\xff"},%b]', "bill.json:2: the JSON is broken"),
        (b'[%b,\n{"cost": "\\ud83d"},\n%b]', "bill.json, row 2: the JSON is broken"),
    ],
)
def test_a_broken_object_of_a_list_is_told_with_its_own_place(text: bytes, where: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        staged(tmp_path, text % (ROW.encode(), ROW.encode()))

    assert str(error.value).startswith(where), str(error.value)


def test_a_broken_list_in_a_gzip_file_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"bill\.json:2: the JSON is broken"):
        staged(tmp_path, gzip.compress(f'[{ROW},\n{{"cost" 1}}]'.encode()))


def test_the_names_of_an_empty_list_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bill.json").write_text(" [ ]")
    with pytest.raises(UserError, match="the list has no rows"):
        column_names(fingerprint(tmp_path / "bill.json", tmp_path))


def test_a_damaged_gzip_file_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="FM1112"):
        staged(tmp_path, gzip.compress((ROW + "\n").encode() * 2000)[:-8])


def test_names_are_the_fields_of_the_first_object_and_of_objects_in_it(tmp_path: Path) -> None:
    path = tmp_path / "bill.json"
    path.write_text(ROW, encoding="utf-8")

    head = read_head(fingerprint(path, tmp_path))

    assert names(head) == ["cost", "any", "place", "place.region", "place.labels"]


def test_the_keys_of_an_answer_longer_than_its_head_are_read(tmp_path: Path) -> None:
    long = json.dumps({"object": "page", "data": ["x" * (5 << 20)], "has_more": False})
    for name, text in (("page.json", long), ("pages.json", f"[{long}]")):
        (tmp_path / name).write_text(text, encoding="utf-8")

        assert column_names(fingerprint(tmp_path / name, tmp_path)) == ["object", "data", "has_more"]


def test_rows_longer_than_the_head_are_refused(tmp_path: Path) -> None:
    row = json.dumps({"a": "x" * (5 << 20)})
    (tmp_path / "rows.json").write_text(f"{row}\n{row}\n", encoding="utf-8")

    with pytest.raises(UserError) as caught:
        column_names(fingerprint(tmp_path / "rows.json", tmp_path))

    assert "no object ends in its first 4 MB" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"data": [\n {"a": 1, "b": {"a": "{\\"a\\":"}},\n {"b": 1,  "b": 2}]}', "a.json:3:12"),
        ('{"a": ["b", "b"], "b": "b", "a": 2}', "a.json:1:29"),
        ('{"a": 1, "\\u0061": 2}', "a.json:1:10"),
    ],
)
def test_a_key_that_stands_twice_in_a_document_is_told_with_its_place(text: str, where: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")

    with pytest.raises(UserError) as error:
        read_document(fingerprint(tmp_path / "a.json", tmp_path))

    (problem,) = error.value.problems
    assert (problem.code, problem.where) == ("FM1141", where)
