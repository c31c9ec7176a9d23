"""OpenAI's answers: which are read, and what is refused in their place."""

from __future__ import annotations

import pytest

from finmod.errors import UserError
from finmod.normalize.formats import detect
from finmod.sources.openai import recognise, rows

BUCKET = {"object": "bucket", "start_time": "1730419200", "end_time": "1730505600"}
COST = {
    "object": "organization.costs.result",
    "amount": {"value": "0.06", "currency": "usd"},
    "line_item": "Image models",
    "project_id": None,
}


def page(*results: object, **more: object) -> dict[str, object]:
    """Return a page of one bucket."""
    return {"object": "page", "data": [{**BUCKET, "results": list(results)}], "has_more": False, **more}


def test_a_cost_is_a_row_with_its_day() -> None:
    (row,) = rows(page(COST))

    assert {name: value for name, value in row.items() if value is not None} == {
        "bucket_start": "2024-11-01T00:00:00Z",
        "bucket_end": "2024-11-02T00:00:00Z",
        "bucket_number": "1",
        "page_number": "1",
        "kind": "cost",
        "amount_value": "0.06",
        "amount_currency": "usd",
        "line_item": "Image models",
    }


def test_a_day_without_costs_is_a_row_without_kind() -> None:
    (row,) = rows(page())

    assert row["kind"] is None
    assert row["bucket_start"] == "2024-11-01T00:00:00Z"
    assert "amount_value" in row


def test_a_list_of_pages_is_read_as_all_of_them() -> None:
    found = list(rows([page(COST), page(COST, COST)]))

    assert [row["bucket_number"] for row in found] == ["1", "2", "2"]


def test_that_there_is_more_stands_in_every_row() -> None:
    assert [row.get("has_more") for row in rows(page(COST, has_more=True))] == ["true"]


def test_the_format_is_told_by_the_keys_of_a_page() -> None:
    assert recognise(["object", "data", "has_more", "next_page"])
    assert detect(["object", "data", "has_more", "next_page"]) == "openai"
    assert detect(["data", "has_more", "next_page"]) == "anthropic"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (page({"object": "organization.usage.completions.result"}), ("usage (completions) and no cost", "FM1272")),
        (page({"object": "organization.else"}), ("the result is 'organization.else'", "bucket 1, result 1")),
        (
            page({name: value for name, value in COST.items() if name != "amount"}),
            ("bucket 1, result 1: the result has no 'amount'", '{"value": 0.06, "currency": "usd"}'),
        ),
        (page({**COST, "amount": "1"}), ("bucket 1, result 1: 'amount' is a text or number",)),
        (page({}), ("the result is null", "bucket 1, result 1", "FM1142")),
        (page(COST, None), ("null stands where a result should", "bucket 1, result 2")),
        ({"object": "page", "data": None}, ("the page has no list 'data'",)),
        ({"object": "page", "data": [{"results": None}]}, ("bucket 1: the bucket has no list 'results'",)),
        ({"object": "page", "data": ["x"]}, ("the bucket has no list 'results'",)),
        ([page(COST), "x"], ("page 2: a text or number stands where a page should",)),
        (
            {"error": {"message": "You are\x1b[0m not allowed"}},
            ("the answer is an error: You are\ufffd[0m not allowed",),
        ),
        (
            {"object": "page", "data": [{**BUCKET, "start_time": "2024", "end_time": None, "results": []}]},
            ("bucket 1: end_time is null",),
        ),
        (
            {"object": "page", "data": [{**BUCKET, "start_time": "-1", "results": [COST]}]},
            ("bucket 1: start_time is -1", "whole seconds since 1970, of at most 11 digits, such as 1730419200"),
        ),
        (
            {
                "object": "page",
                "data": [{**BUCKET, "results": []}, {**BUCKET, "start_time": "1" + "0" * 18, "results": [COST]}],
            },
            ("bucket 2: start_time is 1000000000000000000;",),
        ),
    ],
)
def test_another_answer_is_refused_with_its_place(document: object, words: tuple[str, ...]) -> None:
    with pytest.raises(UserError) as error:
        list(rows(document))

    said = str(error.value)
    assert [word for word in words if word not in said] == [], said
