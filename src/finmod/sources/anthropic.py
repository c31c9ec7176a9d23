"""Anthropic's answers of /v1/organizations/cost_report: JSON pages of daily buckets.

Owns their form, and what is refused in their place: usage has no cost.

Source: Anthropic Admin API reference, "Get Cost Report", "Get Messages Usage Report".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from finmod.errors import UserError
from finmod.sources import answers
from finmod.sources.format import Format

_FIELDS = (
    "amount", "currency", "description", "workspace_id", "cost_type", "model", "token_type", "service_tier",
    "context_window", "inference_geo", "speed",
)  # fmt: skip
_ASK = "Ask for /v1/organizations/cost_report?starting_at=...&group_by[]=workspace_id&group_by[]=description instead."


def recognise(columns: Sequence[str]) -> bool:
    """Return whether the keys are those of a page of Anthropic: one of OpenAI says what object it is."""
    return {"data", "has_more", "next_page"} <= set(columns) and "object" not in columns


def rows(document: object) -> Iterator[answers.Row]:
    """Yield a row per cost, and one per day without any.

    Raises:
        UserError: FM1142, the document has another form; FM1272, it is an answer of usage.
    """
    yield from answers.rows(document, ("starting_at", "ending_at"), _cost, _FIELDS)


def _cost(place: str, result: Mapping[str, object]) -> answers.Row:
    if "amount" not in result:
        tokens = next((name for name in result if name.endswith("_tokens")), None)
        if tokens:
            raise UserError(answers.no_cost("tokens of messages", place, _ASK))
        raise UserError(answers.unexpected("the result has no 'amount'", 'a cost in cents, such as "123.45"', place))
    return {"kind": "cost", **answers.picked(result, _FIELDS)}


FORMAT = Format("anthropic", "Anthropic costs (answers of its API)", recognise, str, page=rows)
