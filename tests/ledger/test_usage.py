"""The manifest of usage: the file's own text totalled, and what rounding did to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.tables import USAGE
from finmod.ledger.usage import UsageInput, prepare_usage
from finmod.normalize.kubernetes_checks import look_at_report
from finmod.normalize.kubernetes_rows import conversion
from finmod.normalize.usage_checks import usage_periods
from finmod.normalize.values import Reading
from finmod.sources.files import fingerprint
from finmod.sources.kubernetes import stage_usage
from tests.books import Books
from tests.usage import hour, load_usage, report


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


@pytest.mark.parametrize("known", [True, False])
def test_what_is_known_of_texts_changes_no_cell(tmp_path: Path, *, known: bool) -> None:
    texts = ("web-1", "it's", "", "web-1", "NULL")
    rows = [{**hour(1, place), "pod": text, "namespace": f"team-{place % 2}"} for place, text in enumerate(texts)]
    path = tmp_path / "a.csv"
    path.write_text(report(*rows, {"pod_labels": "label_team:a|label_app:'"}), encoding="utf-8")
    made = []
    for many_rows in (1_000_000, 0):
        folder = tmp_path / f"{many_rows}"
        folder.mkdir()
        with Engine(threads=1) as engine:
            staged = stage_usage(engine, fingerprint(path, tmp_path), folder)
            read = conversion("k8s", staged, Reading())
            usage_periods(engine, read, look_at_report)
            looked = staged.with_domains(engine) if known and not many_rows else staged
            read = replace(read, staged=looked)
            tables = USAGE["kubernetes"]
            work = UsageInput(tables, "k8s", date(2026, 9, 1), (read,), frozenset({"a.csv"}), "x", many_rows=many_rows)
            ready, found = prepare_usage(engine, work, folder)
            table = pq.read_table(ready.files[tables.usage.name][0])
            made.append((table.schema.types, table.to_pylist(), found))
    assert made[0] == made[1]
