"""Answers side by side, of whichever supplier: what one file cannot tell."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from finmod.normalize.answers import Bucket, cut_off, in_order, standing_twice, stands
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


def test_a_day_without_costs_stands_in_as_many_answers_as_it_likes(tmp_path: Path) -> None:
    empty = answer(0).replace('"results": [{', '"results": [], "was": [{')

    assert len(charges(tmp_path, "openai", {"a.json": answer(0), "b.json": empty}, "1", **SAID)) == 1


def test_a_page_in_the_middle_of_a_file_is_missed(tmp_path: Path) -> None:
    text = f"[{answer(0, more=True)}, {answer(3)}]"

    said = refused(tmp_path, "openai", {"a.json": text}, **SAID)

    assert "the answer ends with 2026-09-01 and says that there is more" in said
    assert "another file that goes on with 2026-09-02" in said


def bucket(kind: str, start: int, *, hours: int = 1, file: str = "a", more: bool = False) -> Bucket:
    """Return a bucket that begins some hours after the first of September 2026."""
    begins = datetime(2026, 9, 1) + timedelta(hours=start)  # noqa: DTZ001 -- instants are UTC without saying so
    return Bucket(kind, begins, begins + timedelta(hours=hours), file, 1, 1, more)


def test_buckets_of_other_widths_reach_into_each_other() -> None:
    every = in_order([bucket("a", 5, file="h"), bucket("a", 0, hours=24, file="d"), bucket("a", 24, file="h")])

    ((pair, others),) = standing_twice(every)

    assert stands(*pair) == "2026-09-01 (a) in d reaches into 2026-09-01 05:00 (a) in h"
    assert others == 0


def test_a_long_bucket_reaches_over_those_that_follow_it() -> None:
    every = in_order([bucket("a", 0, hours=24), bucket("a", 1), bucket("a", 2), bucket("b", 1), bucket("a", 30)])

    ((_, others),) = standing_twice(every)

    assert others == 1


def test_each_kind_is_told_once_and_what_is_empty_never() -> None:
    every = in_order(
        [*(bucket(kind, 0, file=file) for kind in "ab" for file in "xy"), bucket("c", 0)._replace(times=0)]
    )

    assert [stands(*pair) for pair, _ in standing_twice(every)] == [
        "2026-09-01 (a) stands in x and in y",
        "2026-09-01 (b) stands in x and in y",
    ]


@pytest.mark.parametrize(
    ("after", "missed"),
    [
        (bucket("a", 1, file="b"), False),
        (bucket("", 1, file="b")._replace(times=0), False),
        (bucket("b", 1, file="b"), True),
        (bucket("a", 2, file="b"), True),
    ],
)
def test_a_page_goes_on_with_its_kind_or_with_one_that_is_empty(after: Bucket, missed: bool) -> None:  # noqa: FBT001
    found = cut_off(in_order([bucket("a", 0, more=True), after]))

    assert [each.kind for each, _ in found] == ["a"] * missed


def test_any_kind_goes_on_from_an_empty_page() -> None:
    assert cut_off(in_order([bucket("", 0, more=True)._replace(times=0), bucket("a", 1, file="b")])) == []


def test_nothing_is_missed_behind_the_last_instant_of_a_month() -> None:
    last = 30 * 24 - 1

    assert cut_off([bucket("a", last, more=True)]) == []
    assert len(cut_off([bucket("a", last - 1, more=True)])) == 1
    assert len(cut_off([bucket("a", last + 1, more=True)])) == 1
