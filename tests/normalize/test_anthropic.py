"""Anthropic's costs as charges."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.bills import new_project, rows
from tests.normalize.loaded import charge, charges, findings, refused

COST: dict[str, Any] = {
    "amount": "123.45",
    "currency": "USD",
    "description": "Claude Sonnet Usage - Input Tokens",
    "workspace_id": "wrkspc_1",
    "cost_type": "tokens",
    "model": "claude-sonnet",
    "token_type": "uncached_input_tokens",
    "service_tier": "standard",
    "context_window": "0-200k",
}
SAID: dict[str, Any] = {"constants": {"BillingAccountId": "org-1"}}


def answer(*results: dict[str, Any], day: int = 1, more: bool = False) -> str:
    """Return an answer of one day of September 2026."""
    bucket = {
        "starting_at": f"2026-09-{day:02}T00:00:00Z",
        "ending_at": f"2026-09-{day + 1:02}T00:00:00Z",
        "results": list(results),
    }
    return json.dumps({"data": [bucket], "has_more": more, "next_page": "page_x" if more else None})


def test_an_amount_is_in_cents(tmp_path: Path) -> None:
    picked = (
        "BilledCost, EffectiveCost, ListCost, BillingCurrency, SubAccountId, ServiceName, SkuId, SkuMeter, x_Model, "
        "x_ServiceTier, ServiceProviderName"
    )

    found = charge(tmp_path, "anthropic", {"a.json": answer(COST)}, picked, **SAID)

    assert tuple(found.values()) == (
        Decimal("1.2345"), Decimal("1.2345"), None, "USD", "wrkspc_1", "Claude API",
        "Claude Sonnet Usage - Input Tokens", "uncached_input_tokens", "claude-sonnet", "standard", "Anthropic",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cents", "cost", "control"),
    [
        ("0.0000000001", "0.000000000001", "0.000000000001"),
        ("0.00000000005", "0.000000000001", "0.0000000000005"),
        ("123456789.123456789", "1234567.89123456789", "1234567.89123456789"),
        ("-5", "-0.05", "-0.05"),
    ],
)
def test_cents_become_dollars_exactly(cents: str, cost: str, control: str, tmp_path: Path) -> None:
    charges(tmp_path, "anthropic", {"a.json": answer({**COST, "amount": cents})}, "1", **SAID)

    ((exact, billed),) = rows(new_project(tmp_path), "SELECT x_ControlTotal, BilledCost FROM loads")
    assert (Decimal(exact), billed) == (Decimal(control), Decimal(cost))


def test_another_currency_has_no_known_lowest_unit(tmp_path: Path) -> None:
    found = charges(tmp_path, "anthropic", {"a.json": answer({**COST, "currency": "JPY"})}, "BilledCost", **SAID)

    assert found == [(None,)]
    assert ("FM1310", "error") in {(code, severity) for code, severity, _ in findings(tmp_path)}


def test_a_type_of_cost_that_is_not_known_is_told(tmp_path: Path) -> None:
    types = ["tokens", "web_search", "code_execution", "session_usage", None, "wombat"]
    costs = [{**COST, "description": str(at), "cost_type": kind} for at, kind in enumerate(types)]

    found = charges(tmp_path, "anthropic", {"a.json": answer(*costs)}, "x_CostType", **SAID)

    assert found == [(kind,) for kind in types]
    told = [(severity, message) for code, severity, message in findings(tmp_path) if code == "FM1242"]
    assert told == [("warning", "The cost_type 'wombat' is not known; kept as x_CostType: 1 charge.")]


def test_usage_is_refused_as_no_cost(tmp_path: Path) -> None:
    usage = {"uncached_input_tokens": 1, "output_tokens": 2, "model": "claude-sonnet"}

    said = refused(tmp_path, "anthropic", {"a.json": answer(usage)}, **SAID)

    assert "a.json, bucket 1, result 1: the answer holds usage (tokens of messages) and no cost" in said
    assert "/v1/organizations/cost_report" in said


def test_the_same_day_twice_and_a_missing_page_are_refused(tmp_path: Path) -> None:
    twice = {"a.json": answer(COST), "b.json": answer({**COST, "amount": "7"})}

    assert "2026-09-01 stands in " in refused(tmp_path / "a", "anthropic", twice, **SAID)
    assert "FM1273" in refused(tmp_path / "b", "anthropic", {"a.json": answer(COST, more=True)}, **SAID)


def test_pages_that_follow_each_other_are_one_bill(tmp_path: Path) -> None:
    files = {"1.json": answer(COST, more=True), "2.json": answer(COST, day=2)}

    assert charges(tmp_path, "anthropic", files, "BilledCost", **SAID) == [(Decimal("1.2345"),)] * 2


@pytest.mark.parametrize("amount", ["NaN", "1,5", "abc"])
def test_an_amount_that_is_no_number_is_refused(amount: str, tmp_path: Path) -> None:
    said = refused(tmp_path, "anthropic", {"a.json": answer({**COST, "amount": amount})}, **SAID)

    assert f"is '{amount}'" in said
    assert "Ask the API again." in said


def test_an_amount_that_no_total_holds_is_refused_with_its_row(tmp_path: Path) -> None:
    files = {"a.json": answer(COST, {**COST, "amount": "12345678901234567890"})}

    said = refused(tmp_path, "anthropic", files, **SAID)

    assert "a.json, row 2: BilledCost is 123456789012345678.9" in said
    assert "expected less than 100,000,000,000,000" in said
    assert "Ask the API again: is the amount in another unit? (FM1120" in said


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    text = answer(COST).replace("2026-09-01T00:00:00Z", "first of September")

    said = refused(tmp_path, "anthropic", {"a.json": text}, **SAID)

    assert "a.json, bucket 1: starting_at is 'first of September'" in said
    assert "expected a date and time in ISO 8601, such as 2026-09-01T00:00:00Z" in said


def test_a_bucket_without_a_start_is_refused_with_its_place(tmp_path: Path) -> None:
    text = answer(COST).replace('"2026-09-01T00:00:00Z"', "null")

    said = refused(tmp_path, "anthropic", {"a.json": text}, **SAID)

    assert "a.json, bucket 1: starting_at is null; expected a date and time in ISO 8601" in said
    assert "FM1125" not in said


def test_an_error_of_the_api_is_told_as_what_it_is(tmp_path: Path) -> None:
    text = '{"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}'

    said = refused(tmp_path, "anthropic", {"a.json": text}, **SAID)

    assert "a.json: the answer is an error: invalid x-api-key; expected an answer with costs or usage" in said
    assert "Ask the API again" in said
    assert "--format table" not in said


def test_another_format_is_named(tmp_path: Path) -> None:
    assert "load it with --format anthropic" in refused(tmp_path, "openai", {"a.json": answer(COST)}, **SAID)
