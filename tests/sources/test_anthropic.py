"""Anthropic's answers: which are read, and what is refused in their place."""

from __future__ import annotations

import pytest

from finmod.errors import UserError
from finmod.sources.anthropic import recognise, rows

COST = {"amount": "123.45", "currency": "USD", "description": "Claude Usage - Input Tokens", "workspace_id": None}


def page(*results: object) -> dict[str, object]:
    """Return a page of one bucket."""
    bucket = {"starting_at": "2026-09-01T00:00:00Z", "ending_at": "2026-09-02T00:00:00Z", "results": list(results)}
    return {"data": [bucket], "has_more": False, "next_page": None}


def test_a_cost_is_a_row_with_its_day_and_cents() -> None:
    (row,) = rows(page(COST))

    assert {name: value for name, value in row.items() if value is not None} == {
        "bucket_start": "2026-09-01T00:00:00Z",
        "bucket_end": "2026-09-02T00:00:00Z",
        "bucket_number": "1",
        "page_number": "1",
        "kind": "cost",
        "amount": "123.45",
        "currency": "USD",
        "description": "Claude Usage - Input Tokens",
    }


def test_a_page_of_openai_is_none_of_anthropic() -> None:
    assert recognise(["data", "has_more", "next_page"])
    assert not recognise(["object", "data", "has_more", "next_page"])


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"uncached_input_tokens": "1", "output_tokens": "2"}, ("tokens of messages", "cost_report", "FM1272")),
        ({"currency": "USD"}, ("the result has no 'amount'", "bucket 1, result 1", "FM1142")),
    ],
)
def test_an_answer_without_costs_is_refused(result: dict[str, str], words: tuple[str, ...]) -> None:
    with pytest.raises(UserError) as error:
        list(rows(page(result)))

    said = str(error.value)
    assert [word for word in words if word not in said] == [], said
