"""Anthropic's answers of /v1/organizations/cost_report and .../usage_report/messages: JSON pages of buckets of time.

Owns their form, and what is refused in the place of either.

Source: Anthropic Admin API reference, "Get Cost Report", "Get Messages Usage Report".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from finmod.errors import UserError, printable
from finmod.sources import answers
from finmod.sources.format import Format, Selection

_FIELDS = (
    "amount", "currency", "description", "workspace_id", "cost_type", "model", "token_type", "service_tier",
    "context_window", "inference_geo", "speed",
)  # fmt: skip
_ASK_COSTS = "/v1/organizations/cost_report?starting_at=...&group_by[]=workspace_id&group_by[]=description"
_ASK = f"Load it with finmod load --format ai-usage. For charges ask for {_ASK_COSTS}."
USAGE_FIELDS = (
    "workspace_id", "account_id", "service_account_id", "api_key_id", "model", "service_tier", "context_window",
    "inference_geo", "speed", "uncached_input_tokens", "cache_read_input_tokens",
    "cache_creation.ephemeral_5m_input_tokens", "cache_creation.ephemeral_1h_input_tokens", "output_tokens",
    "server_tool_use.web_search_requests",
)  # fmt: skip
"""Fields of a result of usage; those of an object inside it behind a dot."""
_ASK_MESSAGES = (
    "For usage ask for /v1/organizations/usage_report/messages?starting_at=...&group_by[]=model&"
    "group_by[]=workspace_id."
)


def recognise(columns: Sequence[str]) -> bool:
    """Return whether the keys are those of a page of Anthropic: one of OpenAI says what object it is."""
    return {"data", "has_more", "next_page"} <= set(columns) and "object" not in columns


def rows(document: object) -> Iterator[answers.Row]:
    """Yield a row per cost, and one per day without any.

    Raises:
        UserError: FM1142, the document has another form; FM1272, it is an answer of usage.
    """
    place = _claude_code(document)
    if place is not None:
        ask = f"For charges ask for {_ASK_COSTS}."
        raise UserError(answers.no_cost("a report of Claude Code", place, ask))
    yield from answers.rows(document, ("starting_at", "ending_at"), _cost, _FIELDS, _instant)


def _cost(place: str, result: Mapping[str, object]) -> answers.Row:
    if "amount" not in result:
        tokens = next((name for name in result if name.endswith("_tokens")), None)
        if tokens:
            raise UserError(answers.no_cost("tokens of messages", place, _ASK))
        raise UserError(answers.unexpected("the result has no 'amount'", 'a cost in cents, such as "123.45"', place))
    return {"kind": "cost", **answers.picked(result, _FIELDS)}


def usage_rows(document: object) -> Iterator[answers.Row]:
    """Yield a row per result of usage, and one per bucket without any.

    Raises:
        UserError: FM1142, the document has another form; FM1291, it is an answer of costs, or a report of Claude Code,
            whose tokens are among those of the messages or no part of the bill.
    """
    place = _claude_code(document)
    if place is not None:
        raise UserError(answers.no_usage("a report of Claude Code, which is not read", place, _ASK_MESSAGES))
    yield from answers.rows(document, ("starting_at", "ending_at"), _usage, USAGE_FIELDS, _instant)


def _usage(place: str, result: Mapping[str, object]) -> answers.Row:
    if "amount" in result:
        ask = f"Load costs with finmod load --format anthropic. {_ASK_MESSAGES}"
        raise UserError(answers.no_usage("costs and no usage", place, ask))
    if not any(name.endswith("_tokens") for name in result):
        raise UserError(answers.unexpected("the result has no tokens", "a result of usage_report/messages", place))
    unread = answers.unread(result, USAGE_FIELDS)
    return {"kind": "messages", "unread": unread, **answers.picked(result, USAGE_FIELDS)}


def _instant(place: str, key: str, moment: object) -> object:
    """Return a bound as it is: what it says is read with the cells, one that is none is told by its own name.

    An end that is null is left to those who read the cells: costs do without it.
    """
    try:
        if moment is not None or key == "starting_at":
            datetime.fromisoformat(str(moment))
    except ValueError:
        shown = f"'{printable(str(moment), 40)}'" if isinstance(moment, str) else answers.named(moment)
        raise UserError(
            answers.unexpected(f"{key} is {shown}", "a date and time in ISO 8601, such as 2026-09-01T00:00:00Z", place)
        ) from None
    return moment


def _claude_code(document: object) -> str | None:
    """Return where a report of Claude Code stands in a document: it has records of people and no buckets."""
    for place, page in answers.pages(document):
        data = page.get("data")
        if isinstance(data, list) and any(isinstance(each, dict) and "core_metrics" in each for each in data[:1]):
            return place
    return None


def select_files(paths: Sequence[Path]) -> Selection:
    """Return the answers of costs: those of usage may lie beside them."""
    return answers.select(paths, "costs", "usage, for a source of the format ai-usage")


FORMAT = Format("anthropic", "Anthropic costs (answers of its API)", recognise, str, select_files, page=rows)
