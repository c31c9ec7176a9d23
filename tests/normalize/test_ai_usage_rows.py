"""Answers of usage as rows: every kind, every count, whatever the buckets' width."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ai import DAY, HOUR, bucket, kept, messages, page, span, usage
from tests.books import Books


def row(books: Books, text: str) -> dict[str, Any]:
    """Return what the one result of an answer says."""
    kept(books, books.write("a.json", text))
    (found,) = books.query("SELECT * FROM ai_usage")
    return {name: value for name, value in found.items() if value is not None}


def test_completions_of_openai(books: Books) -> None:
    assert row(books, usage()) == {
        "x_Source": "ai",
        "x_BillingPeriod": "2026-09-01",
        "x_UsageDate": "2026-09-01",
        "x_Kind": "completions",
        "IntervalStart": "2026-09-01T00:00:00Z",
        "IntervalEnd": "2026-09-02T00:00:00Z",
        "ServiceProviderName": "OpenAI",
        "SubAccountId": "proj_a",
        "x_Model": "gpt-5",
        "x_ApiKeyId": "key_a",
        "x_Batch": "false",
        "x_ServiceTier": "default",
        "InputTokens": 1000,
        "UncachedInputTokens": 600,
        "CacheReadTokens": 400,
        "OutputTokens": 500,
        "Requests": 5,
        "x_File": "a.json",
        "x_Row": 1,
    }


def test_messages_of_anthropic(books: Books) -> None:
    assert row(books, messages()) == {
        "x_Source": "ai",
        "x_BillingPeriod": "2026-09-01",
        "x_UsageDate": "2026-09-01",
        "x_Kind": "messages",
        "IntervalStart": "2026-09-01T00:00:00Z",
        "IntervalEnd": "2026-09-02T00:00:00Z",
        "ServiceProviderName": "Anthropic",
        "SubAccountId": "wrkspc_a",
        "x_Model": "claude-opus-4",
        "x_Batch": "true",
        "x_ServiceTier": "batch",
        "x_ContextWindow": "0-200k",
        "InputTokens": 3200,
        "UncachedInputTokens": 1500,
        "CacheReadTokens": 200,
        "CacheWriteTokens": 1500,
        "CacheWrite5mTokens": 500,
        "CacheWrite1hTokens": 1000,
        "OutputTokens": 500,
        "ToolRequests": 10,
        "x_File": "a.json",
        "x_Row": 1,
    }


@pytest.mark.parametrize(
    ("kind", "fields", "counts"),
    [
        ("embeddings", {"input_tokens": 16}, {"InputTokens": 16}),
        ("moderations", {"input_tokens": 16}, {"InputTokens": 16}),
        ("images", {"images": 2, "size": "1024x1024", "source": "image.edit"}, {"Images": 2}),
        ("audio_speeches", {"characters": 45}, {"Characters": 45}),
        ("audio_transcriptions", {"seconds": 20}, {"AudioSeconds": 20}),
        ("vector_stores", {"usage_bytes": 1024}, {"StoredBytes": 1024}),
        ("code_interpreter_sessions", {"num_sessions": 1}, {"Sessions": 1}),
        ("code_interpreter_sessions", {"sessions": 3}, {"Sessions": 3}),
        ("file_searches", {"num_requests": 2, "vector_store_id": "vs_1"}, {"ToolRequests": 2}),
        ("web_searches", {"num_requests": 2, "context_level": "low"}, {"ToolRequests": 2}),
        ("decisions", {"input_tokens": 7, "api_source": "agents_api"}, {"InputTokens": 7}),
    ],
)
def test_every_other_kind_of_openai(books: Books, kind: str, fields: dict[str, Any], counts: dict[str, int]) -> None:
    result = {"object": f"organization.usage.{kind}.result", "project_id": "proj_a", "model": "m", **fields}

    found = row(books, page(bucket(0, result)))

    assert found["x_Kind"] == kind
    assert {name: value for name, value in found.items() if isinstance(value, int) and name != "x_Row"} == counts
    names = {"size": "x_ImageSize", "source": "x_ImageSource", "vector_store_id": "x_VectorStoreId",
             "context_level": "x_ContextLevel", "api_source": "x_ApiSource"}  # fmt: skip
    assert {found[names[field]] for field in fields if field in names} == {
        value for field, value in fields.items() if field in names
    }


def test_what_the_answer_says_of_the_cache_goes_before_what_can_be_reckoned(books: Books) -> None:
    said = {"input_uncached_tokens": 490, "input_cache_write_tokens": 100, "input_cache_write_12h_tokens": 10}

    found = row(books, usage(said))

    names = ("UncachedInputTokens", "CacheWriteTokens", "CacheWrite30mTokens", "CacheWrite12hTokens")
    assert [found[name] for name in names] == [490, 110, 100, 10]


def test_what_is_written_to_the_cache_is_not_uncached(books: Books) -> None:
    assert row(books, usage({"input_cache_write_tokens": 100}))["UncachedInputTokens"] == 500


def test_what_an_answer_does_not_say_is_unknown(books: Books) -> None:
    found = row(books, usage({"input_cached_tokens": None}))

    assert "UncachedInputTokens" not in found
    assert found["InputTokens"] == 1000


def test_more_from_the_cache_than_was_read_leaves_the_rest_unknown(books: Books) -> None:
    found = row(books, usage({"input_cached_tokens": 1001}))

    assert "UncachedInputTokens" not in found
    assert found["CacheReadTokens"] == 1001


def test_a_part_that_anthropic_leaves_out_leaves_the_sum_unknown(books: Books) -> None:
    found = row(books, messages({"cache_creation": None, "server_tool_use": None}))

    assert not {"InputTokens", "CacheWriteTokens", "ToolRequests"} & set(found)
    assert found["UncachedInputTokens"] == 1500


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-09-01T13:05:00Z", "2026-09-01T13:06:00Z"),
        ("2026-09-01T13:00:00Z", "2026-09-01T14:00:00Z"),
        ("2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z"),
    ],
)
def test_minutes_hours_and_days_of_anthropic(books: Books, start: str, end: str) -> None:
    text = messages().replace("2026-09-01T00:00:00Z", start).replace("2026-09-02T00:00:00Z", end)

    found = row(books, text)

    assert (found["IntervalStart"], found["IntervalEnd"], found["x_UsageDate"]) == (start, end, "2026-09-01")


def test_a_bucket_belongs_to_the_month_and_day_of_its_start(books: Books) -> None:
    result = {"object": "organization.usage.images.result", "images": 1}
    hours = [bucket(30 * DAY - HOUR, result, width=HOUR), bucket(30 * DAY, result, width=HOUR)]
    kept(books, books.write("a.json", page(*hours)))

    found = books.query("SELECT x_BillingPeriod AS m, x_UsageDate AS d, IntervalEnd AS e FROM ai_usage ORDER BY 1")

    assert found == [
        {"m": "2026-09-01", "d": "2026-09-30", "e": "2026-10-01T00:00:00Z"},
        {"m": "2026-10-01", "d": "2026-10-01", "e": "2026-10-01T01:00:00Z"},
    ]


def test_offsets_are_read_as_utc(books: Books) -> None:
    text = messages().replace("2026-09-01T00:00:00Z", "2026-09-01T02:00:00+02:00")

    assert row(books, text)["IntervalStart"] == "2026-09-01T00:00:00Z"


@pytest.mark.parametrize(("text", "value"), [("1.0", 1), ("1e3", 1000), ('"12"', 12), ("0", 0)])
def test_whole_numbers_are_read_however_they_are_written(books: Books, text: str, value: int) -> None:
    found = row(books, usage().replace("500", text))

    assert found["OutputTokens"] == value


def test_rows_are_numbered_by_their_place_and_empty_buckets_count(books: Books) -> None:
    result = {"object": "organization.usage.images.result", "images": 1}
    text = page(bucket(0), bucket(DAY, result), bucket(2 * DAY), bucket(3 * DAY, result))

    kept(books, books.write("a.json", text))

    assert [row["x_Row"] for row in books.query("SELECT x_Row FROM ai_usage ORDER BY 1")] == [2, 4]


def test_a_list_of_pages_is_one_answer(books: Books) -> None:
    one = page(span("2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z", {"output_tokens": 1}), more=True)
    two = page(span("2026-09-02T00:00:00Z", "2026-09-03T00:00:00Z", {"output_tokens": 2}))

    kept(books, books.write("a.json", f"[{one}, {two}]"))

    assert books.query("SELECT sum(OutputTokens)::INT AS n FROM ai_usage") == [{"n": 3}]
    assert "FM1292" not in str(books.query("SELECT x_Code FROM findings"))


def test_hostile_text_is_kept_as_text(books: Books) -> None:
    hostile = "'; DROP TABLE x; --\x1b[31m"

    assert row(books, usage({"model": hostile}))["x_Model"] == hostile
