"""Pages of time buckets, whoever wrote them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from finmod.sources.answers import picked, select, told, unread
from tests.ai import COST, DAY, bucket, messages, page, usage


def test_fields_of_inner_objects_are_picked_and_absent_ones_are_none() -> None:
    assert picked({"amount": {"value": "1"}, "a": "b"}, ("amount.value", "amount.currency", "a", "c", "a.x")) == {
        "amount_value": "1",
        "amount_currency": None,
        "a": "b",
        "c": None,
        "a_x": None,
    }


def test_fields_that_no_column_takes_are_kept_but_for_those_that_say_nothing() -> None:
    fields = {"a", "in.a"}

    assert unread({"a": "1", "b": None, "in": {"a": "1", "b": None}}, fields) is None
    assert unread({"z": "1", "c": {"d": "2"}, "in": {"b": "3"}}, fields) == '{"c":{"d":"2"},"in.b":"3","z":"1"}'
    assert unread({"in": "text"}, fields) is None


@pytest.mark.parametrize(
    ("content", "sort"),
    [
        (usage(), "usage"),
        (messages(), "usage"),
        (gzip.compress(usage().encode(), mtime=0), "usage"),
        (page(bucket(0, COST)), "costs"),
        ('{"data": [{"results": [{"amount": "1"}]}]}', "costs"),
        (page(bucket(0)), None),
        ("a,b\n", None),
        (gzip.compress(b"x", mtime=0)[:-9], None),
    ],
)
def test_what_an_answer_has_is_told_by_its_first_result(content: str | bytes, sort: str | None, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(content.encode() if isinstance(content, str) else content)

    assert told(path) == sort


def test_a_file_that_is_gone_is_no_answer(tmp_path: Path) -> None:
    assert told(tmp_path / "none") is None


def test_answers_without_results_that_repeat_each_other_are_read_once(tmp_path: Path) -> None:
    texts = (page(bucket(0)), page(bucket(0)), page(bucket(DAY)), "a,b\n", "a,b\n", usage(), usage())
    contents = [*(text.encode() for text in texts), gzip.compress(texts[0].encode())]
    paths = [tmp_path / f"{place}.json" for place in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)

    found = select(paths, "usage", "other")

    assert found.left_out == ((paths[1], "no results, as in 0.json"), (paths[7], "no results, as in 0.json"))
    assert len(found.files) == len(contents) - 2
