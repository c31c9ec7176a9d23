"""What a usage report may not have is refused, with file and row; what is odd is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.books import Books
from tests.usage import POD, answer, hour, load_usage, refused_usage, report

_CSV = {
    "Date": "2026-09-01",
    "Namespace": "shop",
    "Pod": "web-1",
    "Labels": "",
    "CPUCoreUsageAverage": "0.5",
    "CPUCoreRequestAverage": "1",
    "RAMBytesUsageAverage": "1073741824",
    "RAMBytesRequestAverage": "0",
}


@pytest.mark.parametrize(
    ("row", "code", "found"),
    [
        ({"interval_end": ""}, "FM1280", "the end of the interval is empty"),
        ({"interval_start": ""}, "FM1280", "the start of the interval is empty"),
        ({"interval_end": "2026-09-01 00:00:00 +0000 UTC"}, "FM1281", "ends no later than it starts"),
        ({"interval_start": "0001-01-01 00:00:00 +0000 UTC"}, "FM1281", "reach from"),
        ({"interval_start": "2026-13-01 00:00:00 +0000 UTC"}, "FM1121", "interval_start is '2026-13-01"),
        ({"interval_start": "2026-09-01 00:00:00 +0200 CEST"}, "FM1121", "interval_start is"),
        ({"pod_usage_cpu_core_seconds": "NaN"}, "FM1120", "pod_usage_cpu_core_seconds is 'NaN'"),
        ({"pod_usage_cpu_core_seconds": "1_000"}, "FM1120", "is '1_000'"),
        ({"pod_usage_memory_byte_seconds": "1_000"}, "FM1120", "is '1_000'"),
        ({"pod_usage_memory_byte_seconds": "inf"}, "FM1120", "is 'inf'"),
        ({"pod_usage_memory_byte_seconds": "1e30"}, "FM1120", "is '1e30'"),
        ({"pod_usage_memory_byte_seconds": "9" * 25}, "FM1282", "too large"),
        ({"pod_usage_cpu_core_seconds": "-1"}, "FM1284", "CpuUsageCoreSeconds is -1.000000000000 in 1 row"),
        ({"pod_labels": "label_app"}, "FM1283", "pod_labels is 'label_app'"),
        ({"pod_labels": "label_app:a|app:b"}, "FM1283", "pod_labels is 'label_app:a|app:b'"),
        ({"pod_labels": "label_app:a||"}, "FM1283", "pod_labels is"),
        ({"pod_labels": "\x1b[31m"}, "FM1283", "pod_labels is '\N{REPLACEMENT CHARACTER}[31m'"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_place(
    books: Books, row: dict[str, str], code: str, found: str
) -> None:
    said = refused_usage(books, books.write("reports/pods.csv", report({}, {"pod": "web-2", **row})))

    assert code in said
    assert found in " ".join(said.split())
    assert "reports/pods.csv" in said


def test_every_problem_of_a_load_is_told_at_once(books: Books) -> None:
    books.write("reports/a.csv", report({"interval_end": ""}))
    books.write("reports/b.csv", report({"pod_labels": "x"}))

    said = refused_usage(books, books.root / "reports")

    assert "FM1280" in said
    assert "FM1283" in said


@pytest.mark.parametrize(
    ("labels", "wrong"), [("[1]", True), ("{", True), ('{"a":"1","a":"2"}', True), ('{"a":"1"}', False)]
)
def test_labels_of_opencosts_csv_are_one_json_object(books: Books, labels: str, wrong: bool) -> None:  # noqa: FBT001
    quoted = '"' + labels.replace('"', '""') + '"'
    path = books.write("daily.csv", report({"Labels": quoted}, base=_CSV))

    if wrong:
        assert "FM1283" in refused_usage(books, path)
    else:
        assert load_usage(books, path).code == 0
        assert books.query("SELECT Labels FROM kubernetes_usage") == [{"Labels": labels}]


def test_averages_without_a_running_time_count_for_the_day_and_are_told(books: Books) -> None:
    assert load_usage(books, books.write("daily.csv", report({}, base=_CSV))).code == 0

    (row,) = books.query("SELECT CpuUsageCoreHours AS c, MemoryUsageGiBHours AS m, x_Kind FROM kubernetes_usage")
    assert row == {"c": "12.000000000000", "m": "24.000000000000", "x_Kind": "pod"}
    assert [item["x_Code"] for item in books.query("SELECT x_Code FROM findings ORDER BY 1")] == ["FM1279", "FM1286"]


def test_intervals_that_span_midnight_are_told(books: Books) -> None:
    path = books.write("week.json", answer({"end": "2026-09-08T00:00:00Z"}))

    assert load_usage(books, path).code == 0

    (row,) = books.query("SELECT x_Code, x_Charges, x_Where FROM findings")
    assert row == {"x_Code": "FM1278", "x_Charges": 1, "x_Where": "week.json, row 1"}


def test_a_day_is_a_utc_day_whatever_the_clocks_did(books: Books) -> None:
    # On this day of Berlin's time zone a local day has 25 hours; in UTC it has 24, and none of them twice.
    hours = (
        ("01:00:00+02:00", "02:00:00+02:00"),
        ("02:00:00+02:00", "02:00:00+01:00"),
        ("02:00:00+01:00", "02:59:59Z"),
    )
    rows = [{"interval_start": f"2026-10-25T{start}", "interval_end": f"2026-10-25T{end}"} for start, end in hours]

    assert load_usage(books, books.write("pods.csv", report(*rows))).code == 0

    found = books.query("SELECT IntervalStart AS s, x_UsageDate AS d FROM kubernetes_usage ORDER BY 1")
    assert [row["s"] for row in found] == ["2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"]
    assert [row["d"] for row in found] == ["2026-10-24", "2026-10-25", "2026-10-25"]


def test_hostile_text_is_kept_as_text(books: Books) -> None:
    hostile: dict[str, Any] = {"name": "'; DROP TABLE x; --", "properties": {"pod": '"\\u0000"', "labels": {"a": '"}'}}}

    assert load_usage(books, books.write("a.json", answer(hostile))).code == 0

    (row,) = books.query("SELECT x_Name, Pod, Labels FROM kubernetes_usage")
    assert row["x_Name"] == hostile["name"]
    assert row["Pod"] == '"\\u0000"'
    assert json.loads(row["Labels"]) == {"a": '"}'}


def test_hours_of_a_month_before_stay_in_their_month(books: Books) -> None:
    path = books.write("pods.csv", report(hour(30, 23), {**POD, "interval_start": "2026-10-01T00:00:00Z",
                                                        "interval_end": "2026-10-01T00:59:59Z"}))  # fmt: skip

    assert load_usage(books, path).code == 0

    found = books.query("SELECT x_BillingPeriod AS p, IntervalEnd AS e FROM kubernetes_usage ORDER BY 1")
    assert found == [
        {"p": "2026-09-01", "e": "2026-10-01T00:00:00Z"},
        {"p": "2026-10-01", "e": "2026-10-01T01:00:00Z"},
    ]


@pytest.mark.parametrize(("minutes", "told"), [("721", False), ("1000000000.0", True)])
def test_more_minutes_than_the_interval_has_are_told(
    books: Books,
    minutes: str,
    told: bool,  # noqa: FBT001 -- a parameter
) -> None:
    window = {"start": "2026-09-01T00:00:00Z", "end": "2026-09-01T12:00:00Z", "minutes": float(minutes)}
    load_usage(books, books.write("a.json", answer({**window, "minutes": 720}, {**window, "name": "b"})))

    found = [each for each in json.loads(books.run("check", "--output", "json").out) if each["code"] == "FM1245"]

    assert [(each["severity"], each["charges"], each["where"]) for each in found] == (
        [("warning", 1, "a.json, row 2")] if told else []
    )
    assert not told or found[0]["message"].startswith(
        "1 row ran for more minutes than the interval has, such as 1,000,000,000:"
    )
