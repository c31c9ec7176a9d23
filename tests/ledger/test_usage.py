"""The manifest of usage: the file's own text totalled, and what rounding did to it."""

from __future__ import annotations

from tests.books import Books
from tests.usage import load_usage, report


def test_the_manifest_has_the_exact_total_and_what_rounding_did(books: Books) -> None:
    texts = ("0.0000000000004", "0.0000000000004", "1")
    rows = [{"pod": f"web-{place}", "pod_usage_cpu_core_seconds": text} for place, text in enumerate(texts)]

    load_usage(books, books.write("a.csv", report(*rows)))

    (found,) = books.query(
        "SELECT x_Rows, x_ControlTotal, x_Total, x_RoundingDifference, x_Report FROM kubernetes_files "
        "WHERE x_Quantity = 'CpuUsageCoreSeconds'"
    )
    assert found == {
        "x_Rows": 3,
        "x_ControlTotal": "1.0000000000008",
        "x_Total": "1.000000000000",
        "x_RoundingDifference": "0.0000000000008",
        "x_Report": "openshift-pod",
    }


def test_a_file_without_quantities_is_known_all_the_same(books: Books) -> None:
    labels = {"interval_start": "2026-09-01T00:00:00Z", "interval_end": "2026-09-01T00:59:59Z", "node": "node-a",
              "node_labels": "label_zone:a|label_gpu:"}  # fmt: skip

    load_usage(books, books.write("a.csv", report({}, base=labels)))

    assert books.query("SELECT x_Report, x_Rows, x_Quantity FROM kubernetes_files") == [
        {"x_Report": "openshift-node-labels", "x_Rows": 1, "x_Quantity": None}
    ]
    assert books.query("SELECT NodeLabels, x_Kind FROM kubernetes_usage") == [
        {"NodeLabels": '{"gpu":"","zone":"a"}', "x_Kind": "node"}
    ]


def test_quantities_are_divided_when_they_are_read_and_rounded_half_up(books: Books) -> None:
    rows = [
        {"pod": f"web-{place}", "pod_usage_cpu_core_seconds": text}
        for place, text in enumerate(("1", "0.0000000018", "9999999999999.5"))
    ]

    load_usage(books, books.write("a.csv", report(*rows)))

    found = books.query("SELECT CpuUsageCoreHours AS c FROM kubernetes_usage ORDER BY Pod")
    assert [row["c"] for row in found] == ["0.000277777778", "0.000000000001", "2777777777.777638888889"]
