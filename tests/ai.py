"""What tests of AI usage share: small answers of OpenAI and Anthropic, and how they are loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.books import Books, Said

HOUR, DAY = 3600, 86400
FIRST = 1788220800
"""The first of September 2026 in seconds since 1970."""

COMPLETIONS: Mapping[str, Any] = {
    "object": "organization.usage.completions.result",
    "input_tokens": 1000,
    "input_cached_tokens": 400,
    "output_tokens": 500,
    "num_model_requests": 5,
    "project_id": "proj_a",
    "user_id": None,
    "api_key_id": "key_a",
    "model": "gpt-5",
    "batch": False,
    "service_tier": "default",
}
"""What a project sent to a model."""

MESSAGES: Mapping[str, Any] = {
    "uncached_input_tokens": 1500,
    "cache_read_input_tokens": 200,
    "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1000},
    "output_tokens": 500,
    "server_tool_use": {"web_search_requests": 10},
    "workspace_id": "wrkspc_a",
    "api_key_id": None,
    "model": "claude-opus-4",
    "service_tier": "batch",
    "context_window": "0-200k",
}
"""What a workspace sent to a model."""

COST: Mapping[str, Any] = {
    "object": "organization.costs.result",
    "amount": {"value": 0.06, "currency": "usd"},
    "line_item": "gpt-5, input",
    "project_id": "proj_a",
}
"""What a project paid."""


def bucket(start: int, *results: Mapping[str, Any], width: int = DAY) -> dict[str, Any]:
    """Return a bucket of OpenAI that begins some seconds after the first of September 2026."""
    begins = FIRST + start
    return {"object": "bucket", "start_time": begins, "end_time": begins + width, "results": list(results)}


def span(start: str, end: str, *results: Mapping[str, Any]) -> dict[str, Any]:
    """Return a bucket of Anthropic."""
    return {"starting_at": start, "ending_at": end, "results": list(results)}


def page(*buckets: Mapping[str, Any], more: bool = False) -> str:
    """Return a page of OpenAI where its buckets are, else of Anthropic."""
    mine: dict[str, Any] = {} if any("starting_at" in each for each in buckets) else {"object": "page"}
    return json.dumps({**mine, "data": list(buckets), "has_more": more, "next_page": "page_2" if more else None})


def usage(*results: Mapping[str, Any], start: int = 0) -> str:
    """Return a page of OpenAI with one day; what a result does not say comes from ``COMPLETIONS``."""
    return page(bucket(start, *({**COMPLETIONS, **each} for each in results or ({},))))


def messages(*results: Mapping[str, Any]) -> str:
    """Return a page of Anthropic with one day; what a result does not say comes from ``MESSAGES``."""
    found = ({**MESSAGES, **each} for each in results or ({},))
    return page(span("2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z", *found))


def load_ai(books: Books, *arguments: str | Path) -> Said:
    """Load files as AI usage from the source ``ai``."""
    return books.run("load", "--format", "ai-usage", "--source", "ai", *arguments)


def kept(books: Books, *arguments: str | Path) -> Said:
    """Load files as AI usage: it must succeed."""
    said = load_ai(books, *arguments)
    assert said.code == 0, said.err
    return said


def refused_ai(books: Books, *arguments: str | Path) -> str:
    """Load files as AI usage: it must be refused and leave no trace; return the message in one line."""
    before = books.trace()
    said = load_ai(books, *arguments)
    assert said.code == 1, (said.code, said.out, said.err)
    assert "Traceback" not in said.err
    assert books.trace() == before
    assert books.staged() == []
    return " ".join(said.err.split())


def codes(books: Books) -> Sequence[str]:
    """Return the codes of what was odd."""
    return [row["c"] for row in books.query("SELECT DISTINCT x_Code AS c FROM findings ORDER BY 1")]
