"""OpenAI's answers of /v1/organization/costs: JSON pages of daily buckets.

Owns their form, and what is refused in their place: usage has no cost. Times are seconds since 1970 in UTC.

Source: OpenAI API reference, "Costs", "Usage".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from finmod.errors import UserError, printable
from finmod.sources import answers
from finmod.sources.format import Format

_COSTS = "organization.costs.result"
_FIELDS = (
    "amount.value", "amount.currency", "line_item", "project_id", "project_name", "organization_id",
    "organization_name", "api_key_id", "user_id", "quantity", "quantity_unit",
)  # fmt: skip
_ASK = "Ask for /v1/organization/costs?start_time=...&group_by[]=project_id&group_by[]=line_item instead."


def recognise(columns: Sequence[str]) -> bool:
    """Return whether the keys are those of a page of OpenAI."""
    return {"object", "data", "has_more"} <= set(columns)


def rows(document: object) -> Iterator[answers.Row]:
    """Yield a row per cost, and one per day without any.

    Raises:
        UserError: FM1142, the document has another form; FM1272, it is an answer of usage.
    """
    for row in answers.rows(document, ("start_time", "end_time"), _cost, _FIELDS):
        yield row | {name: _instant(row[name], name) for name in ("bucket_start", "bucket_end")}


def _cost(place: str, result: Mapping[str, object]) -> answers.Row:
    kind = result.get("object")
    if isinstance(kind, str) and kind.startswith("organization.usage."):
        raise UserError(answers.no_cost(kind.removeprefix("organization.usage.").removesuffix(".result"), place, _ASK))
    if kind != _COSTS:
        shown = f"'{printable(kind, 60)}'" if isinstance(kind, str) else answers.named(kind)
        raise UserError(answers.unexpected(f"the result is {shown}", f"'{_COSTS}'", place))
    return {"kind": "cost", **answers.picked(result, _FIELDS)}


def _instant(seconds: object, name: str) -> str:
    if not isinstance(seconds, str) or not re.fullmatch(r"[0-9]{1,11}", seconds):
        raise UserError(
            answers.unexpected(f"{name.replace('bucket_', '')}_time is no number of seconds", "such as 1730419200", "")
        )
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


FORMAT = Format("openai", "OpenAI costs (answers of its API)", recognise, str, page=rows)
