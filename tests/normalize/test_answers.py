"""Answers side by side, of whichever supplier: what one file cannot tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.normalize.loaded import charges, refused

DAY, FIRST = 86400, 1788220800  # 2026-09-01
SAID = {"constants": {"BillingAccountId": "org"}}


def answer(*days: int, more: bool = False) -> str:
    """Return an answer of OpenAI with a cost on each day after the first of September."""
    cost = {"object": "organization.costs.result", "amount": {"value": 1, "currency": "usd"}}
    buckets = [
        {"start_time": FIRST + day * DAY, "end_time": FIRST + (day + 1) * DAY, "results": [cost]} for day in days
    ]
    return json.dumps({"object": "page", "data": buckets, "has_more": more})


def test_days_apart_are_one_bill_whatever_the_order_of_files(tmp_path: Path) -> None:
    files = {"b.json": answer(0, 1, more=True), "a.json": answer(2, 3, more=True), "c.json": answer(4)}

    assert len(charges(tmp_path, "openai", files, "1", **SAID)) == 5


def test_a_page_in_the_middle_is_missed(tmp_path: Path) -> None:
    files = {"1.json": answer(0, 1, more=True), "3.json": answer(4)}

    assert "another file that goes on with 2026-09-03" in refused(tmp_path, "openai", files, **SAID)


@pytest.mark.parametrize("others", [0, 1, 2])
def test_one_day_of_those_that_stand_twice_is_named_and_the_others_counted(others: int, tmp_path: Path) -> None:
    days = range(others + 1)

    said = refused(tmp_path, "openai", {"a.json": answer(*days), "b.json": answer(*days, 9)}, **SAID)

    assert said.count("FM1275") == 1
    words = {0: "", 1: ", and so do 1 other day", 2: ", and so do 2 other days"}[others]
    assert "2026-09-01 stands in " in said
    assert f"b.json{words}; expected each day in one answer" in said
