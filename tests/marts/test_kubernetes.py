"""The public tables of usage: what was held and what was idle, and what an AWS bill says of pods."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping

import pytest

from tests.books import Books
from tests.usage import answer, hour, load_usage, report
from tools.pages.kubernetes_tables import KUBERNETES_VIEWS
from tools.pages.tables import public_columns

_ARN = "arn:aws:eks:us-east-1:111122223333:pod/prod/shop/web-1/0f3c"
_ITEM = {
    "bill_payer_account_id": "111122223333",
    "bill_payer_account_name": "main",
    "bill_billing_period_start_date": "2026-09-01T00:00:00Z",
    "bill_billing_period_end_date": "2026-10-01T00:00:00Z",
    "line_item_currency_code": "USD",
    "line_item_line_item_type": "Usage",
    "line_item_product_code": "AmazonEC2",
    "line_item_resource_id": "i-0a",
    "line_item_unblended_cost": "1",
    "line_item_usage_account_id": "111122223333",
    "line_item_usage_amount": "1",
    "line_item_usage_start_date": "2026-09-01T00:00:00Z",
    "line_item_usage_end_date": "2026-09-01T01:00:00Z",
    "line_item_usage_type": "BoxUsage:m5.xlarge",
    "pricing_unit": "Hrs",
    "product": "{}",
    "resource_tags": "",
    "split_line_item_parent_resource_id": "",
    "split_line_item_reserved_usage": "",
    "split_line_item_actual_usage": "",
    "split_line_item_split_usage": "",
}
_SPLIT = {
    "line_item_product_code": "AmazonEKS",
    "line_item_resource_id": _ARN,
    "line_item_unblended_cost": "0",
    "split_line_item_parent_resource_id": "i-0a",
}


def cur(*items: Mapping[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(_ITEM), lineterminator="\n")
    writer.writeheader()
    writer.writerows({**_ITEM, **item} for item in items)
    return out.getvalue()


@pytest.mark.parametrize("name", KUBERNETES_VIEWS)
def test_the_reference_has_the_columns_of_the_table(books: Books, name: str) -> None:
    load_usage(books, books.write("a.csv", report({})))

    found = books.query(f"DESCRIBE {name}")

    assert {row["column_name"]: row["column_type"] for row in found} == public_columns(name)


@pytest.mark.parametrize("name", KUBERNETES_VIEWS)
def test_a_ledger_without_usage_has_empty_tables(loaded: Books, name: str) -> None:
    assert loaded.query(f"SELECT * FROM {name}") == []


def test_a_row_holds_the_larger_of_request_and_usage(books: Books) -> None:
    rows = [hour(1, 0, pod_usage_cpu_core_seconds="7200"), hour(1, 1), hour(2, 0, pod_request_cpu_core_seconds="")]

    load_usage(books, books.write("a.csv", report(*rows)))

    found = books.query(
        "SELECT x_UsageDate AS d, CpuAllocatedCoreHours AS c, x_Rows AS n FROM kubernetes_usage_daily ORDER BY 1"
    )
    assert found == [
        {"d": "2026-09-01", "c": "3.000000000000", "n": 2},
        {"d": "2026-09-02", "c": "0.500000000000", "n": 1},
    ]


def test_a_day_is_added_up_before_it_is_divided(books: Books) -> None:
    rows = [hour(1, at, pod_usage_cpu_core_seconds="1", pod_request_cpu_core_seconds="0") for at in range(3)]

    load_usage(books, books.write("a.csv", report(*rows)))

    (found,) = books.query("SELECT CpuAllocatedCoreHours AS c FROM kubernetes_usage_daily")
    assert found == {"c": "0.000833333333"}


def test_a_node_counts_once_an_interval_and_its_rest_is_idle(books: Books) -> None:
    rows = [hour(1, 0), hour(1, 0, pod="web-2"), hour(1, 1, pod_request_cpu_core_seconds="18000")]

    load_usage(books, books.write("a.csv", report(*rows)))

    (found,) = books.query("SELECT * FROM kubernetes_nodes_daily")
    assert found["x_Intervals"] == 2
    assert (found["Node"], found["NodeResourceId"]) == ("node-a", "i-0a")
    cpu = [found[f"Cpu{what}CoreHours"] for what in ("Capacity", "Allocated", "Idle")]
    assert cpu == ["8.000000000000", "7.000000000000", "2.000000000000"]
    memory = [found[f"Memory{what}GiBHours"] for what in ("Capacity", "Allocated", "Idle")]
    assert memory == ["32.000000000000", "6.000000000000", "26.000000000000"]


def test_idle_is_what_opencost_says(books: Books) -> None:
    idle = {"name": "c1/__idle__", "properties": {"cluster": "c1", "node": "node-a"}, "cpuCoreHours": 35.5}

    load_usage(books, books.write("a.json", answer({}, idle)))

    (found,) = books.query("SELECT * FROM kubernetes_nodes_daily")
    assert (found["CpuAllocatedCoreHours"], found["CpuIdleCoreHours"]) == ("12.500000000000", "35.500000000000")
    assert found["CpuCapacityCoreHours"] is None


def test_labels_of_nodes_and_namespaces_come_from_their_reports(books: Books) -> None:
    times = {"interval_start": "2026-09-01T00:00:00Z", "interval_end": "2026-09-01T00:59:59Z"}
    books.write("r/pods.csv", report({}))
    books.write("r/nodes.csv", report({}, base={**times, "node": "node-a", "node_labels": "label_zone:b"}))
    books.write("r/spaces.csv", report({}, base={**times, "namespace": "shop", "namespace_labels": "label_team:s"}))

    load_usage(books, "--set", "Cluster=c", books.root / "r")

    assert books.query("SELECT NodeLabels AS a FROM kubernetes_nodes_daily") == [{"a": '{"zone":"b"}'}]
    assert books.query("SELECT NamespaceLabels AS a FROM kubernetes_usage_daily") == [{"a": '{"team":"s"}'}]


def test_split_rows_of_an_aws_bill_are_usage_too(books: Books) -> None:
    cores = {**_SPLIT, "pricing_unit": "vCPU-Hours", "split_line_item_reserved_usage": "0.5",
             "split_line_item_actual_usage": "0.25", "split_line_item_split_usage": "0.5"}  # fmt: skip
    memory = {**_SPLIT, "pricing_unit": "GB-Hours", "split_line_item_reserved_usage": "1",
              "split_line_item_actual_usage": "2", "split_line_item_split_usage": "2"}  # fmt: skip
    tags = {"resource_tags": '{"aws_eks_namespace":"tagged","aws_eks_workload_name":"web"}'}
    path = books.write("cur.csv", cur({}, cores, {**memory, **tags}))

    said = books.run("load", "--format", "aws-cur2", "--source", "aws", path)

    assert said.code == 0, said.err
    columns = (
        "Cluster, Namespace, Controller, Pod, NodeResourceId AS n, CpuRequestCoreHours AS cr, CpuUsageCoreHours AS cu, "
        "MemoryUsageGiBHours AS mu, MemoryAllocatedGiBHours AS ma"
    )
    first, second = books.query(f"SELECT {columns} FROM kubernetes_usage ORDER BY x_Row")
    place = {"Cluster": "prod", "Pod": "web-1", "n": "i-0a"}
    assert first == {**place, "Namespace": "shop", "Controller": None, "cr": "0.500000000000", "cu": "0.250000000000",
                     "mu": None, "ma": None}  # fmt: skip
    assert second == {**place, "Namespace": "tagged", "Controller": "web", "cr": None, "cu": None,
                      "mu": "2.000000000000", "ma": "2.000000000000"}  # fmt: skip
    assert len(books.query("SELECT * FROM kubernetes_usage_daily")) == 2


_USAGE_TYPES = "line_item_usage_type", "pricing_unit"


@pytest.mark.parametrize(
    ("kind", "unit", "expected"),
    [
        ("EKS-EC2-vCPU-Hours", "", ("0.500000000000", None)),
        ("USE1-EKS-EC2-vCPU-Hours", "GB-Hours", ("0.500000000000", None)),
        ("EKS-EC2-GB-Hours", "", (None, "0.500000000000")),
        ("", "vCPU-Hours", ("0.500000000000", None)),
        ("EKS-EC2-GPU-Hours", "GPU-Hours", (None, None)),
    ],
)
def test_the_usage_type_says_what_a_split_row_measures(
    books: Books, kind: str, unit: str, expected: tuple[str | None, str | None]
) -> None:
    named = dict(zip(_USAGE_TYPES, (kind, unit), strict=True))
    split = {**_SPLIT, **named, "split_line_item_reserved_usage": "0.5", "split_line_item_split_usage": "0.5"}
    books.run("load", "--format", "aws-cur2", "--source", "aws", books.write("cur.csv", cur({}, split)))

    (found,) = books.query("SELECT CpuRequestCoreHours AS c, MemoryRequestGiBHours AS m FROM kubernetes_usage")

    assert (found["c"], found["m"]) == expected


def test_a_split_row_of_an_unknown_resource_is_told(books: Books) -> None:
    cores = {**_SPLIT, "line_item_usage_type": "EKS-EC2-vCPU-Hours", "split_line_item_split_usage": "0.5"}
    gpu = {**cores, "line_item_usage_type": "EKS-EC2-GPU-Hours", "pricing_unit": "GPU-Hours"}
    path = books.write("cur.csv", cur({}, cores, gpu, gpu))
    books.run("load", "--format", "aws-cur2", "--source", "aws", path)

    (found,) = (each for each in json.loads(books.run("check", "--output", "json").out) if each["code"] == "FM1421")

    assert (found["severity"], found["source"], found["billing_period"]) == ("warning", "aws", "2026-09")
    assert (found["charges"], found["example"], found["where"]) == (2, "EKS-EC2-GPU-Hours", "cur.csv, row 3")
    assert found["message"] == (
        "2 split rows of pods measure neither vCPU-Hours nor GB-Hours by lineItem/UsageType and pricing/unit: without "
        "a quantity in kubernetes_usage."
    )


@pytest.mark.parametrize("text", ["abc", "-1", "1e25", "1000000000", "1_000", "NaN"])
def test_a_quantity_of_a_split_row_that_is_none_is_null_and_told(books: Books, text: str) -> None:
    cores = {
        **_SPLIT,
        "line_item_usage_type": "EKS-EC2-vCPU-Hours",
        "split_line_item_reserved_usage": "0.5",
        "split_line_item_split_usage": "0.5",
    }
    path = books.write("cur.csv", cur({}, cores, {**cores, "split_line_item_reserved_usage": text}))
    books.run("load", "--format", "aws-cur2", "--source", "aws", path)
    load_usage(books, books.write("a.csv", report({})))

    found = books.query("SELECT CpuRequestCoreHours AS c FROM kubernetes_usage WHERE x_Source = 'aws' ORDER BY x_Row")
    (told,) = (each for each in json.loads(books.run("check", "--output", "json").out) if each["code"] == "FM1422")

    assert [row["c"] for row in found] == ["0.500000000000", None]
    assert (told["source"], told["billing_period"], told["column"]) == ("aws", "2026-09", "x_SplitReservedUsage")
    assert (told["charges"], told["example"], told["where"]) == (1, text, "cur.csv, row 3")
    assert told["message"] == (
        "x_SplitReservedUsage says no hours that a pod can have in 1 split row: NULL in kubernetes_usage."
    )
    for table in ("kubernetes_usage_daily", "kubernetes_nodes_daily"):
        books.query(f"SELECT * FROM {table}")


def test_reports_and_bills_are_one_table(books: Books) -> None:
    split = {**_SPLIT, "pricing_unit": "vCPU-Hours", "split_line_item_split_usage": "0.5"}
    books.run("load", "--format", "aws-cur2", "--source", "aws", books.write("cur.csv", cur({}, split)))

    load_usage(books, books.write("a.csv", report({})))

    found = books.query("SELECT x_Source AS s, NodeResourceId AS n FROM kubernetes_usage ORDER BY 1")
    assert found == [{"s": "aws", "n": "i-0a"}, {"s": "k8s", "n": "i-0a"}]
