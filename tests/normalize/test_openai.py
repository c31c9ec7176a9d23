"""OpenAI's costs as charges."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.bills import load, new_project, rows
from tests.normalize.loaded import charge, charges, findings, refused, written

DAY = 86400
FIRST = 1788220800  # 2026-09-01
COST: dict[str, Any] = {
    "object": "organization.costs.result",
    "amount": {"value": 0.06, "currency": "usd"},
    "line_item": "gpt-5, input",
    "project_id": "proj_a",
    "api_key_id": "key_a",
    "quantity": 1000,
    "quantity_unit": "tokens",
}
SAID: dict[str, Any] = {"constants": {"BillingAccountId": "org-1"}}


def bucket(day: int, *results: dict[str, Any]) -> dict[str, Any]:
    """Return the bucket of a day after the first of September 2026."""
    start = FIRST + day * DAY
    return {"object": "bucket", "start_time": start, "end_time": start + DAY, "results": list(results)}


def answer(*buckets: dict[str, Any], more: bool = False) -> str:
    """Return an answer of the API."""
    cursor = "page_2" if more else None
    return json.dumps({"object": "page", "data": list(buckets), "has_more": more, "next_page": cursor})


def test_a_cost_is_usage_billed_and_effective_in_dollars(tmp_path: Path) -> None:
    picked = (
        "BilledCost, EffectiveCost, ListCost, ContractedCost, BillingCurrency, BillingAccountId, SubAccountId, "
        "ServiceProviderName, ServiceName, ServiceCategory, SkuId, ConsumedQuantity, ConsumedUnit, x_ApiKeyId"
    )

    found = charge(tmp_path, "openai", {"a.json": answer(bucket(0, COST))}, picked, **SAID)

    assert tuple(found.values()) == (
        Decimal("0.06"), Decimal("0.06"), None, None, "USD", "org-1", "proj_a", "OpenAI", "OpenAI API",
        "AI and Machine Learning", "gpt-5, input", Decimal(1000), "tokens", "key_a",
    )  # fmt: skip


def test_a_charge_lasts_its_day_and_belongs_to_its_month(tmp_path: Path) -> None:
    picked = "strftime(ChargePeriodStart, '%m-%d'), strftime(ChargePeriodEnd, '%m-%d'), x_BillingPeriod"

    found = charges(tmp_path, "openai", {"a.json": answer(bucket(29, COST), bucket(30, COST))}, picked, **SAID)

    assert [(start, end, str(month)) for start, end, month in found] == [
        ("09-30", "10-01", "2026-09-01"),
        ("10-01", "10-02", "2026-10-01"),
    ]


def test_every_digit_of_an_amount_is_counted(tmp_path: Path) -> None:
    text = answer(bucket(0, COST, COST)).replace("0.06", "0.1234567890123456789")

    charges(tmp_path, "openai", {"a.json": text}, "1", **SAID)

    assert rows(new_project(tmp_path), "SELECT x_ControlTotal, BilledCost FROM loads") == [
        ("0.2469135780246913578", Decimal("0.246913578024"))
    ]


@pytest.mark.parametrize(("text", "cost"), [("1.5e-07", "0.00000015"), ("-3", "-3"), ("1e2", "100")])
def test_amounts_with_an_exponent_are_read(text: str, cost: str, tmp_path: Path) -> None:
    file = answer(bucket(0, COST)).replace("0.06", text)

    assert charges(tmp_path, "openai", {"a.json": file}, "BilledCost", **SAID) == [(Decimal(cost),)]


def test_an_amount_of_null_is_unknown(tmp_path: Path) -> None:
    unknown = {**COST, "amount": {"value": None, "currency": "usd"}}

    assert charges(tmp_path, "openai", {"a.json": answer(bucket(0, unknown))}, "BilledCost", **SAID) == [(None,)]
    assert ("FM1310", "error") in {(code, severity) for code, severity, _ in findings(tmp_path)}


def test_a_quantity_without_its_unit_is_kept_as_written(tmp_path: Path) -> None:
    bare = {key: value for key, value in COST.items() if key != "quantity_unit"}

    found = charges(tmp_path, "openai", {"a.json": answer(bucket(0, bare))}, "ConsumedQuantity, x_Quantity", **SAID)

    assert found == [(None, "1000")]


def test_a_day_that_cost_nothing_is_no_charge(tmp_path: Path) -> None:
    found = charges(tmp_path, "openai", {"a.json": answer(bucket(0), bucket(1, COST), bucket(2))}, "BilledCost", **SAID)

    assert found == [(Decimal("0.06"),)]
    assert not {"FM1254", "FM1255"} & {code for code, _, _ in findings(tmp_path)}


def test_an_answer_of_days_that_cost_nothing_loads_as_nothing(tmp_path: Path) -> None:
    files = {"a.json": answer(bucket(0, COST)), "b.json": answer(bucket(1), bucket(2))}

    assert charges(tmp_path, "openai", files, "x_File LIKE '%a.json'", **SAID) == [(True,)]


def test_two_answers_with_the_same_day_are_refused(tmp_path: Path) -> None:
    files = {
        "a.json": answer(bucket(0, COST), bucket(1, COST)),
        "b.json": answer(bucket(1, {**COST, "line_item": None}), bucket(2)),
    }

    said = refused(tmp_path, "openai", files, **SAID)

    assert "2026-09-02 stands in " in said
    assert "a.json and in " in said
    assert "its costs would count twice" in said
    assert "FM1275" in said


def test_a_day_that_stands_twice_in_one_file_is_refused(tmp_path: Path) -> None:
    text = f"[{answer(bucket(0, COST))}, {answer(bucket(0, COST))}]"

    assert "2026-09-01 stands twice in " in refused(tmp_path, "openai", {"a.json": text}, **SAID)


def test_a_page_that_is_not_there_is_missed(tmp_path: Path) -> None:
    said = refused(tmp_path, "openai", {"a.json": answer(bucket(0, COST), bucket(1), more=True)}, **SAID)

    assert "a.json: the answer ends with 2026-09-02 and says that there is more" in said
    assert "another file that goes on with 2026-09-03" in said
    assert "FM1273" in said


def test_pages_that_follow_each_other_are_one_bill(tmp_path: Path) -> None:
    files = {"1.json": answer(bucket(0, COST), more=True), "2.json": answer(bucket(1, COST))}

    assert charges(tmp_path, "openai", files, "BilledCost", **SAID) == [(Decimal("0.06"),)] * 2


def test_the_page_of_the_next_month_is_not_missed(tmp_path: Path) -> None:
    assert charges(tmp_path, "openai", {"a.json": answer(bucket(29, COST), more=True)}, "1", **SAID) == [(1,)]


def test_a_later_answer_of_the_month_is_held_against_those_in_the_ledger(tmp_path: Path) -> None:
    first = charges(tmp_path, "openai", {"a.json": answer(bucket(0, COST))}, "1", **SAID)
    paths = written(tmp_path, {"a.json": answer(bucket(0, COST)), "b.json": answer(bucket(1, COST))})

    load(new_project(tmp_path), "bill", "openai", *paths, **SAID)

    assert len(first) == 1
    assert rows(new_project(tmp_path), "SELECT count(*) FROM charges") == [(2,)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"object": "page", "data": [', ("a.json:1:", "the JSON is broken", "FM1140")),
        (
            '{"object": "page", "data": [], "data": [], "has_more": false}',
            ("the key 'data' stands more than once", "FM1141"),
        ),
        (
            '{"object": "page", "data": [], "has_more": false}',
            ("the file has column names but no rows", "FM1107"),
        ),
        ('{"error": {"message": "invalid key"}}', ("a.json: the answer is an error: invalid key", "Ask the API again")),
        ('{"error": "no \\u001b"}', ("a.json: the answer is an error: no \ufffd", "Ask the API again")),
        ('{"object": "page", "has_more": false, "data": {}}', ("the page has no list 'data'", "FM1142")),
        (
            answer(bucket(0, {**COST, "object": "organization.usage.images.result"})),
            ("a.json, bucket 1, result 1: the answer holds usage (images) and no cost", "/v1/organization/costs"),
        ),
        (answer(bucket(0, COST)).replace("0.06", "NaN"), ("is 'NaN'", "FM1120")),
        (answer(bucket(0, COST)).replace("0.06", '"six"'), ("is 'six'", "FM1120")),
        (answer(bucket(0, COST)).replace('"usd"', "null"), ("BillingCurrency is empty in 1 row", "FM1122")),
        (
            answer(bucket(0, COST, {**COST, "amount": {"value": 1, "currency": "eur"}})),
            ("one billing account is billed in", "FM1127"),
        ),
    ],
)
def test_a_bad_answer_is_refused_with_its_place(text: str, words: tuple[str, ...], tmp_path: Path) -> None:
    said = refused(tmp_path, "openai", {"a.json": text}, **SAID)

    assert [word for word in words if word not in said] == [], said


def test_hostile_texts_stay_text(tmp_path: Path) -> None:
    hostile = '=HYPERLINK("x")\'; DROP TABLE charges; --\x07'

    found = charges(tmp_path, "openai", {"a.json": answer(bucket(0, {**COST, "line_item": hostile}))}, "SkuId", **SAID)

    assert found == [(hostile,)]
