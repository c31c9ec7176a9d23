"""OpenCost's answers: rows of allocations and their volumes, and what is refused in their place."""

from __future__ import annotations

from typing import Any

import pytest

from finmod.errors import UserError
from finmod.sources.opencost import COLUMNS, rows

ALLOCATION: dict[str, Any] = {
    "name": "web",
    "properties": {"cluster": "c1", "namespace": "shop", "pod": "web-1", "labels": {"b": "2", "a": "1"}},
    "start": "2026-09-01T00:00:00Z",
    "end": "2026-09-02T00:00:00Z",
    "minutes": "1440",
    "cpuCoreHours": "24",
    "ramByteHours": "48",
    "pvByteHours": "7",
}


def answer(**allocations: dict[str, Any]) -> dict[str, Any]:
    return {"code": "200", "data": [{name: {**ALLOCATION, **each} for name, each in allocations.items()}]}


def test_an_allocation_is_a_row_of_texts_as_they_are_written() -> None:
    (row,) = rows(answer(web={}), "a.json")

    assert tuple(row) == COLUMNS
    assert (row["kind"], row["pod"], row["cpuCoreHours"], row["pvByteHours"]) == ("pod", "web-1", "24", "7")
    assert row["labels"] == '{"a":"1","b":"2"}'


def test_sets_without_data_are_passed_over() -> None:
    document = {"data": [None, {}, *answer(web={})["data"]]}

    assert len(list(rows(document, "a.json"))) == 1


def test_idle_and_unmounted_allocations_stand_for_no_workload() -> None:
    document = answer(
        idle={"name": "c1/__idle__", "properties": {"cluster": "c1", "namespace": "__idle__"}},
        unmounted={"name": "__unmounted__", "properties": {"namespace": "__unmounted__"}},
        none={"name": "__unallocated__", "properties": {}},
        shop={"name": "shop", "properties": {"namespace": "shop"}},
    )

    found = [(row["kind"], row["namespace"]) for row in rows(document, "a.json")]

    assert found == [("idle", None), ("unmounted", None), ("group", None), ("namespace", "shop")]


def test_volumes_have_rows_of_their_own_and_count_once() -> None:
    volumes = {"cluster=c1:name=pvc-1": {"byteHours": "4", "providerID": "vol-1"}, "pvc-2": {"byteHours": "3"}}

    found = list(rows(answer(web={"pvs": volumes}), "a.json"))

    held = [(row["kind"], row["volume"], row["volumeProviderID"], row["pvByteHours"]) for row in found]
    assert held == [("pod", None, None, None), ("storage", "pvc-1", "vol-1", "4"), ("storage", "pvc-2", None, "3")]
    assert [row["cpuCoreHours"] for row in found] == ["24", None, None]


def test_the_window_stands_in_where_an_allocation_has_no_times() -> None:
    window = {"start": "2026-09-01T00:00:00Z", "end": "2026-09-03T00:00:00Z"}

    (row,) = rows(answer(web={"start": None, "end": None, "window": window}), "a.json")

    assert (row["start"], row["end"]) == (window["start"], window["end"])


def test_an_allocation_without_averages_needs_no_minutes() -> None:
    (row,) = rows(answer(web={"minutes": None}), "a.json")

    assert (row["minutes"], row["cpuCoreHours"]) == (None, "24")


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ({"data": {"sets": [{"cloudCosts": {"AWS": {}}}]}}, "FM1277", "/cloudCost: what things cost"),
        ({"data": [{"n": {"type": "Node", "cpuCost": "1"}}]}, "FM1277", "/assets"),
        ({"code": "400", "message": "no\x1bdata"}, "FM1276", "the answer is an error, 400 no"),
        ({"rates": []}, "FM1276", "a cost model"),
        ([{"a": ["1"]}], "FM1276", "it is a JSON list"),
        ([{"a": {"name": "a"}}], "FM1276", "no cpuCoreHours and no ramByteHours"),
        ([["a"]], "FM1276", "it is a JSON list"),
        ("text", "FM1276", "no list 'data'"),
        (answer(web={"cpuCoreUsageAverage": "1", "minutes": None}), "FM1276", "has cpuCoreUsageAverage and no minutes"),
        (answer(web={"minutes": ["1"]}), "FM1276", "minutes is a JSON list"),
        (answer(web={"cpuCoreHours": float("nan")}), "FM1276", "cpuCoreHours is NaN"),
        (answer(web={"ramByteHours": float("inf")}), "FM1276", "ramByteHours is Infinity"),
        (answer(web={"pvs": {"v": {"byteHours": float("-inf")}}}), "FM1276", "byteHours is -Infinity"),
        (answer(web={"properties": "x"}), "FM1276", "'properties' is"),
        (answer(web={"properties": {"labels": {"a": {}}}}), "FM1276", "labels are no JSON object of texts"),
        (answer(web={"pvs": {"v": "1"}}), "FM1276", "the volume v is"),
    ],
)
def test_what_is_no_allocation_is_refused_with_what_to_load(document: object, code: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        list(rows(document, "a.json"))

    (problem,) = caught.value.problems
    assert problem.code == code
    assert words in problem.found
    assert problem.where is not None
    assert problem.where.startswith("a.json")
    assert "/allocation" in (problem.remedy or "")
