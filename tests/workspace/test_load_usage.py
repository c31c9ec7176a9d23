"""Loads of usage promise what loads of bills do: by bytes, whole months, all or nothing, nothing dropped unasked."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from tests.books import Books, bill
from tests.usage import answer, hour, load_usage, refused_usage, report

_OCTOBER = {"interval_start": "2026-10-01T00:00:00Z", "interval_end": "2026-10-01T00:59:59Z"}


def rows(books: Books) -> list[tuple[str, str]]:
    """Return month and pod of each row."""
    sql = "SELECT strftime(x_BillingPeriod, '%Y-%m') AS m, Pod FROM kubernetes_usage ORDER BY 1, 2"
    return [(row["m"], row["Pod"]) for row in books.query(sql)]


def test_the_same_file_again_loads_nothing(books: Books) -> None:
    path = books.write("pods.csv", report({}))
    assert "Loaded 1 row of usage in 1 month" in load_usage(books, path).out
    before = books.trace()

    said = load_usage(books, path)

    assert "nothing to load, the ledger has its file already" in said.out
    assert books.trace() == before


def test_a_changed_file_replaces_its_months_and_no_other(books: Books) -> None:
    path = books.write("pods.csv", report({}, _OCTOBER))
    load_usage(books, path)
    books.write("pods.csv", report({"pod": "web-2"}, _OCTOBER))

    said = load_usage(books, path)

    assert "replaced" in said.out
    assert rows(books) == [("2026-09", "web-2"), ("2026-10", "web-1")]
    assert [row["Pod"] for row in books.query("SELECT Pod FROM kubernetes_usage ORDER BY 1", "--as-of", "1")] == [
        "web-1",
        "web-1",
    ]


def test_a_new_file_of_a_month_stands_beside_those_that_are_there(books: Books) -> None:
    books.write("reports/a.csv", report({}))
    load_usage(books, books.root / "reports")
    books.write("reports/b.csv", report({"pod": "web-2"}))

    load_usage(books, books.root / "reports")

    assert rows(books) == [("2026-09", "web-1"), ("2026-09", "web-2")]


def test_reports_of_all_kinds_are_one_source(books: Books) -> None:
    books.write("reports/pods.csv.gz", gzip.compress(report({}).encode()))
    books.write("reports/opencost.json", answer({}))

    assert load_usage(books, books.root / "reports").code == 0

    assert books.query("SELECT count(*) AS n, count(DISTINCT x_File) AS f FROM kubernetes_usage") == [{"n": 2, "f": 2}]


def test_the_cluster_is_said_where_the_report_leaves_it_out(books: Books) -> None:
    books.write("reports/pods.csv", report({}))
    books.write("reports/opencost.json", answer({}))

    load_usage(books, "--set", "Cluster=prod", books.root / "reports")

    found = books.query("SELECT Cluster FROM kubernetes_usage ORDER BY 1")
    assert [row["Cluster"] for row in found] == ["c1", "prod"]
    assert books.query("SELECT x_Code FROM findings") == []


def test_another_name_of_the_cluster_reads_the_files_again(books: Books) -> None:
    path = books.write("pods.csv", report({}))
    load_usage(books, path)

    assert "replaced" in load_usage(books, "--set", "Cluster=prod", path).out
    assert books.query("SELECT Cluster FROM kubernetes_usage") == [{"Cluster": "prod"}]


def test_usage_takes_no_other_constant_and_bills_no_cluster(books: Books) -> None:
    path = books.write("pods.csv", report({}))

    assert "Usage has no BillingCurrency" in refused_usage(books, "--set", "BillingCurrency=USD", path)
    said = books.run("load", "--format", "focus", "--set", "Cluster=a", path)
    assert (said.code, "Only kubernetes has clusters" in said.err) == (1, True)


def test_one_broken_file_of_a_source_loads_nothing_of_it(books: Books) -> None:
    books.write("reports/a.csv", report({}))
    books.write("reports/b.csv", report({"pod_usage_cpu_core_seconds": "x"}))

    assert "FM1120" in refused_usage(books, books.root / "reports")


def test_the_same_content_under_two_names_is_refused(books: Books) -> None:
    books.write("reports/a.csv", report({}))
    books.write("reports/b.csv.gz", gzip.compress(report({}).encode()))

    assert "FM1105" in refused_usage(books, books.root / "reports")


def test_rows_that_stand_twice_make_the_check_red(books: Books) -> None:
    books.write("reports/a.csv", report({}, hour(1, 1)))
    books.write("reports/b.csv", report({}, hour(1, 2)))
    load_usage(books, books.root / "reports")

    said = books.run("check")

    assert said.code == 1
    assert "FM1285" in said.out
    assert "1 row says again what another row says of the same interval: its usage counts twice." in said.out
    assert "1 row of usage" in said.out


def test_a_row_that_stands_twice_in_one_file_is_to_be_taken_out(books: Books) -> None:
    load_usage(books, "--set", "Cluster=c", books.write("a.csv", report({}, {}, hour(1, 1), hour(1, 1), {})))

    out = " ".join(books.run("check").out.split())

    assert (
        "3 rows say again what another row of the same file says of the same interval: their usage counts twice."
    ) in out
    assert "where one file does, take its rows out" in out


def test_a_check_of_usage_alone_speaks_of_rows(books: Books) -> None:
    load_usage(books, books.write("a.csv", report({}, {})))

    out = books.run("check").out

    assert "totals of Kubernetes usage are the same" in out
    assert "0 of 0" not in out
    assert "charge" not in out
    assert re.search(r"what +rows +periods", out)


def test_damaged_gzip_is_refused(books: Books) -> None:
    path = books.write("pods.csv.gz", gzip.compress(report({}).encode())[:-5])

    assert "FM1112" in refused_usage(books, path)


def test_no_load_drops_rows_unasked(books: Books) -> None:
    load_usage(books, books.write("a.csv", report({})))
    other = books.write("b.csv", report({"pod": "web-2"}))

    assert "FM1130" in refused_usage(books, other)

    assert load_usage(books, "--accept", "FM1130", other).code == 0
    assert rows(books) == [("2026-09", "web-2")]
    assert "FM1201" in str(books.query("SELECT x_Code FROM findings"))


def test_a_month_that_its_file_left_is_emptied_only_if_wanted(books: Books) -> None:
    path = books.write("a.csv", report({}))
    load_usage(books, path)
    books.write("a.csv", report(_OCTOBER, base={**report_base(), **_OCTOBER}))

    assert "FM1130" in refused_usage(books, path)

    assert "emptied" in load_usage(books, "--accept", "FM1130", path).out
    assert rows(books) == [("2026-10", "web-1")]
    assert books.run("check").code == 0


def report_base() -> dict[str, str]:
    """Return a row of a pod without its interval."""
    return {"namespace": "shop", "node": "node-a", "pod": "web-1", "pod_usage_cpu_core_seconds": "1",
            "pod_request_cpu_core_seconds": "1", "pod_labels": ""}  # fmt: skip


def test_a_source_of_finmod_yaml_is_loaded_by_its_name(books: Books) -> None:
    books.write("reports/pods.csv", report({}))
    books.write(
        "finmod.yaml",
        "name: a\ncurrency: USD\nsources:\n  k8s: {format: kubernetes, path: reports, set: {Cluster: prod}}\n",
    )

    assert books.run("load").code == 0
    assert "never loaded" not in books.run("status").out
    assert books.query("SELECT x_Source, Cluster FROM kubernetes_usage") == [{"x_Source": "k8s", "Cluster": "prod"}]


def test_bills_and_usage_stand_beside_each_other_and_touch_no_total(books: Books) -> None:
    load_usage(books, books.write("pods.csv", report({})))
    books.load(books.write("bill.csv", bill({})))
    load_usage(books, books.write("pods.csv", report({}, {"pod": "web-2"})))

    assert books.totals() == {"saas 2026-09": "1 1.500000000000"}
    assert rows(books) == [("2026-09", "web-1"), ("2026-09", "web-2")]
    assert "FM128" not in books.run("check").out.replace("FM1286", "")
    loads = books.query("SELECT x_Source AS s, x_Current AS c, x_Charges AS n FROM loads ORDER BY x_LedgerVersion")
    assert loads == [
        {"s": "k8s", "c": False, "n": 0},
        {"s": "saas", "c": True, "n": 1},
        {"s": "k8s", "c": True, "n": 0},
    ]


def test_a_source_holds_charges_or_usage(books: Books) -> None:
    pods, charges = books.write("pods.csv", report({})), books.write("bill.csv", bill({}))
    books.load(charges)
    said = books.run("load", "--format", "kubernetes", "--source", "saas", pods)
    assert (said.code, "FM1287" in said.err) == (1, True)
    load_usage(books, pods)

    said = books.run("load", "--format", "focus", "--source", "k8s", charges)

    assert (said.code, "FM1287" in said.err) == (1, True)


def test_the_format_is_told_by_the_columns(books: Books) -> None:
    books.write("pods.csv", report({}))
    books.write("opencost.json", answer({}))

    for name in ("pods.csv", "opencost.json"):
        assert books.run("load", "--source", name[:4], books.root / name).code == 0

    assert books.query("SELECT DISTINCT x_Format FROM loads") == [{"x_Format": "kubernetes"}]


def test_parquet_of_any_types_is_read_as_csv_is(books: Books) -> None:
    table = {
        "interval_start": pa.array([datetime(2026, 9, 1, tzinfo=UTC)], pa.timestamp("us", "UTC")),
        "interval_end": pa.array(["2026-09-01 00:59:59 +0000 UTC"]),
        "namespace": ["shop"],
        "pod": ["web-1"],
        "pod_usage_cpu_core_seconds": pa.array([1800.1], pa.float64()),
        "pod_request_cpu_core_seconds": pa.array([3600], pa.int64()),
        "pod_labels": ["label_app:web"],
    }
    pq.write_table(pa.table(table), books.root / "pods.parquet")

    assert load_usage(books, books.root / "pods.parquet").code == 0

    (found,) = books.query("SELECT IntervalStart, IntervalEnd, CpuRequestCoreHours AS r, Labels FROM kubernetes_usage")
    assert found == {
        "IntervalStart": "2026-09-01T00:00:00Z",
        "IntervalEnd": "2026-09-01T01:00:00Z",
        "r": "1.000000000000",
        "Labels": '{"app":"web"}',
    }
    total = books.query("SELECT x_Total AS t FROM kubernetes_files WHERE x_Quantity = 'CpuUsageCoreSeconds'")
    assert total == [{"t": "1800.100000000000"}]


def test_reading_again_takes_out_a_month_whose_only_report_is_gone_once_that_is_accepted(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  k8s: {format: kubernetes, path: reports}\n")
    books.write("reports/a.csv", report({}))
    books.write("reports/b.csv", report(_OCTOBER))
    assert books.run("load").code == 0
    (books.root / "reports/a.csv").unlink()

    refused = books.run("load", "k8s", "--again")

    assert "(FM1130, docs/errors.md)" in refused.err
    assert "Keep its rows in a file beside it, or drop them: finmod --project" in refused.err
    assert "load k8s --again --accept FM1130 (always: " in refused.err
    assert books.run("load", "k8s", "--again", "--accept", "FM1130").code == 0
    assert rows(books) == [("2026-10", "web-1")]


_HEADER = "interval_start,interval_end,namespace,namespace_labels\n"


def test_a_report_of_a_header_alone_is_empty_beside_others(books: Books) -> None:
    books.write("reports/labels.csv", _HEADER)
    books.write("reports/pods.csv", report({}))

    said = load_usage(books, "--set", "Cluster=c", books.root / "reports")

    assert "Loaded 1 row of usage in 1 month" in said.out, said.err
    found = books.query("SELECT x_Code, x_Severity, x_Message, x_Where FROM findings")
    assert [tuple(row.values()) for row in found] == [
        ("FM1243", "info", "The report has a header and no rows: it says nothing.", "reports/labels.csv")
    ]
    assert re.search(r"what +rows +periods", books.run("check").out)
    before = books.trace()
    assert "nothing to load" in load_usage(books, "--set", "Cluster=c", books.root / "reports").out
    assert books.trace() == before


def test_a_report_of_a_header_alone_is_refused_where_nothing_has_rows(books: Books) -> None:
    books.write("reports/labels.csv", _HEADER)
    books.write("reports/nodes.csv", _HEADER.replace("namespace", "node"))

    said = refused_usage(books, books.root / "reports")

    assert said.count("FM1107") == 2


def test_a_report_that_loses_its_rows_is_refused(books: Books) -> None:
    books.write("reports/a.csv", report({}))
    path = books.write("reports/b.csv", report({"pod": "web-2"}))
    load_usage(books, books.root / "reports")
    path.write_text(report({}).splitlines()[0] + "\n", encoding="utf-8")

    assert "FM1107" in refused_usage(books, books.root / "reports")
