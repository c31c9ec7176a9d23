"""OpenAI's answers of /v1/organization/costs and /v1/organization/usage: JSON pages of buckets of time.

Owns their form, and what is refused in the place of either. Times are seconds since 1970 in UTC.

Source: OpenAI API reference, "Costs", "Usage".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from finmod.errors import UserError, printable
from finmod.sources import answers
from finmod.sources.format import Format, Selection

_COSTS = "organization.costs.result"
_FIELDS = (
    "amount.value", "amount.currency", "line_item", "project_id", "project_name", "organization_id",
    "organization_name", "api_key_id", "user_id", "quantity", "quantity_unit",
)  # fmt: skip
_ASK = (
    "Load it with finmod load --format ai-usage. For charges ask for "
    "/v1/organization/costs?start_time=...&group_by[]=project_id&group_by[]=line_item."
)
USAGE_FIELDS = (
    "project_id", "user_id", "api_key_id", "model", "batch", "service_tier", "api_source", "size", "source",
    "vector_store_id", "context_level", "input_tokens", "input_uncached_tokens", "input_cached_tokens",
    "input_cache_write_tokens", "input_cache_write_12h_tokens", "output_tokens", "input_text_tokens",
    "input_audio_tokens", "input_image_tokens", "input_cached_text_tokens", "input_cached_audio_tokens",
    "input_cached_image_tokens", "output_text_tokens", "output_audio_tokens", "output_image_tokens",
    "num_model_requests", "num_requests", "images", "characters", "seconds", "num_sessions", "sessions", "usage_bytes",
)  # fmt: skip
"""Fields of a result of usage, of whatever kind."""
_ASK_USAGE = (
    "Load costs with finmod load --format openai. For usage ask for "
    "/v1/organization/usage/completions?start_time=...&group_by[]=model&group_by[]=project_id."
)


def recognise(columns: Sequence[str]) -> bool:
    """Return whether the keys are those of a page of OpenAI."""
    return {"object", "data", "has_more"} <= set(columns)


def rows(document: object) -> Iterator[answers.Row]:
    """Yield a row per cost, and one per day without any.

    Raises:
        UserError: FM1142, the document has another form; FM1272, it is an answer of usage.
    """
    yield from answers.rows(document, ("start_time", "end_time"), _cost, _FIELDS, _instant)


def _cost(place: str, result: Mapping[str, object]) -> answers.Row:
    kind = result.get("object")
    if isinstance(kind, str) and kind.startswith("organization.usage."):
        raise UserError(answers.no_cost(kind.removeprefix("organization.usage.").removesuffix(".result"), place, _ASK))
    if kind != _COSTS:
        shown = f"'{printable(kind, 60)}'" if isinstance(kind, str) else answers.named(kind)
        raise UserError(answers.unexpected(f"the result is {shown}", f"'{_COSTS}'", place))
    if not isinstance(result.get("amount"), dict):
        words = f"'amount' is {answers.named(result['amount'])}" if "amount" in result else "the result has no 'amount'"
        raise UserError(answers.unexpected(words, 'a cost, such as {"value": 0.06, "currency": "usd"}', place))
    return {"kind": "cost", **answers.picked(result, _FIELDS)}


def usage_rows(document: object) -> Iterator[answers.Row]:
    """Yield a row per result of usage, and one per bucket without any.

    Raises:
        UserError: FM1142, the document has another form; FM1291, it is an answer of costs.
    """
    yield from answers.rows(document, ("start_time", "end_time"), _usage, USAGE_FIELDS, _instant)


def _usage(place: str, result: Mapping[str, object]) -> answers.Row:
    kind = result.get("object")
    if kind == _COSTS:
        raise UserError(answers.no_usage("costs and no usage", place, _ASK_USAGE))
    told = re.fullmatch(r"organization\.usage\.([a-z0-9_]{1,60})\.result", kind) if isinstance(kind, str) else None
    if told is None:
        shown = f"'{printable(kind, 60)}'" if isinstance(kind, str) else answers.named(kind)
        raise UserError(answers.unexpected(f"the result is {shown}", "'organization.usage.KIND.result'", place))
    unread = answers.unread(result, {*USAGE_FIELDS, "object"})
    return {"kind": told[1], "unread": unread, **answers.picked(result, USAGE_FIELDS)}


def _instant(place: str, key: str, seconds: object) -> str:
    if not isinstance(seconds, str) or not re.fullmatch(r"[0-9]{1,11}", seconds):
        shown = printable(seconds, 40) if isinstance(seconds, str) else answers.named(seconds)
        expected = "whole seconds since 1970, of at most 11 digits, such as 1730419200"
        raise UserError(answers.unexpected(f"{key} is {shown}", expected, place))
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def select_files(paths: Sequence[Path]) -> Selection:
    """Return the answers of costs: those of usage may lie beside them."""
    return answers.select(paths, "costs", "usage, for a source of the format ai-usage")


FORMAT = Format("openai", "OpenAI costs (answers of its API)", recognise, str, select_files, page=rows)
