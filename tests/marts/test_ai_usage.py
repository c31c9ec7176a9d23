"""The public tables of AI usage: counts are added up, levels are not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ai import COMPLETIONS, DAY, HOUR, bucket, kept, messages, page, usage
from tests.books import Books
from tools.pages.ai_usage_tables import AI_VIEWS
from tools.pages.tables import public_columns

_STORE = {"object": "organization.usage.vector_stores.result", "project_id": "proj_a"}


@pytest.mark.parametrize("name", AI_VIEWS)
def test_the_reference_has_the_columns_of_the_table(books: Books, name: str) -> None:
    kept(books, books.write("a.json", usage()))

    found = books.query(f"DESCRIBE {name}")

    assert {row["column_name"]: row["column_type"] for row in found} == public_columns(name)


@pytest.mark.parametrize("name", AI_VIEWS)
def test_a_ledger_without_usage_has_empty_tables(loaded: Books, name: str) -> None:
    assert loaded.query(f"SELECT * FROM {name}") == []


def test_a_day_adds_up_hours_users_and_keys(books: Books) -> None:
    hours = [bucket(at * HOUR, {**COMPLETIONS, "api_key_id": f"key_{at}"}, width=HOUR) for at in range(3)]
    kept(books, books.write("a.json", page(*hours, bucket(DAY, {**COMPLETIONS, "model": "gpt-6"}, width=HOUR))))

    found = books.query(
        "SELECT x_UsageDate AS d, x_Model AS m, x_Rows AS n, InputTokens AS i, Requests AS r, Images AS g "
        "FROM ai_usage_daily ORDER BY 1"
    )

    assert found == [
        {"d": "2026-09-01", "m": "gpt-5", "n": 3, "i": 3000, "r": 15, "g": None},
        {"d": "2026-09-02", "m": "gpt-6", "n": 1, "i": 1000, "r": 5, "g": None},
    ]


def test_what_is_priced_apart_stands_apart(books: Books) -> None:
    apart: list[dict[str, Any]] = [
        {"batch": True},
        {"service_tier": "flex"},
        {"project_id": "proj_b"},
        {"api_source": "agents_api"},
        {},
    ]

    kept(books, books.write("a.json", usage(*apart)))

    assert books.query("SELECT count(*) AS n, sum(InputTokens)::INT AS i FROM ai_usage_daily") == [{"n": 5, "i": 5000}]


def test_suppliers_are_one_table(books: Books) -> None:
    books.write("answers/a.json", usage())
    books.write("answers/b.json", messages())

    kept(books, books.root / "answers")

    found = books.query("SELECT ServiceProviderName AS p, InputTokens AS i FROM ai_usage_daily ORDER BY 1")
    assert found == [{"p": "Anthropic", "i": 3200}, {"p": "OpenAI", "i": 1000}]


def test_a_level_is_that_of_the_last_interval_of_the_day(books: Books) -> None:
    levels = [(0, "vs_a", 10), (0, "vs_b", 5), (HOUR, "vs_a", 20), (HOUR, "vs_b", 7), (2 * HOUR, "vs_a", None)]
    hours = [
        bucket(start, *({**_STORE, "vector_store_id": store, "usage_bytes": held} for at, store, held in levels
                        if at == start), width=HOUR)
        for start in (0, HOUR, 2 * HOUR)
    ]  # fmt: skip

    kept(books, books.write("a.json", page(*hours)))

    assert books.query("SELECT x_Rows AS n, StoredBytes AS b FROM ai_usage_daily") == [{"n": 5, "b": 27}]


def test_the_manifest_has_every_total_and_answers_without_results(books: Books) -> None:
    books.write("answers/a.json", usage({}, {"model": "b"}))
    books.write("answers/b.json", page(bucket(DAY)))

    kept(books, books.root / "answers")

    found = books.query(
        "SELECT x_File AS f, x_Report AS p, x_Rows AS n, x_Quantity AS q, x_ControlTotal AS c, x_Total AS t, "
        "x_RoundingDifference AS r FROM ai_usage_files WHERE x_Quantity IS NULL OR x_Quantity = 'OutputTokens' "
        "ORDER BY f, q NULLS FIRST"
    )
    none = {"q": None, "c": None, "t": None, "r": None}
    assert found == [
        {"f": "answers/a.json", "p": "openai", "n": 2, **none},
        {"f": "answers/a.json", "p": "openai", "n": 2, "q": "OutputTokens", "c": "1000", "t": "1000.000000000000",
         "r": "0"},
        {"f": "answers/b.json", "p": "openai", "n": 0, **none},
    ]  # fmt: skip
