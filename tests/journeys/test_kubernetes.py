"""Real usage reports: what is in the file is in the ledger, to the last digit, or the file is refused with a word.

The files stand beside the project, in ../shared/data, and are no part of it. Expected totals are made by Python alone
from the files' text.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project
from tests.journeys.bills import ABSENT, DATA, assert_ledger_is_sound, cells, load, new_project, rows, total

pytestmark = [pytest.mark.journey, pytest.mark.skipif(not DATA.is_dir(), reason=ABSENT)]

_HOUR, _GIB = 3600, 1 << 30
_FILES = DATA / "kubernetes"
_POD = {
    "CpuRequestCoreSeconds": "pod_request_cpu_core_seconds",
    "CpuUsageCoreSeconds": "pod_usage_cpu_core_seconds",
    "CpuLimitCoreSeconds": "pod_limit_cpu_core_seconds",
    "MemoryRequestByteSeconds": "pod_request_memory_byte_seconds",
    "MemoryUsageByteSeconds": "pod_usage_memory_byte_seconds",
    "MemoryLimitByteSeconds": "pod_limit_memory_byte_seconds",
    "NodeCpuCapacityCoreSeconds": "node_capacity_cpu_core_seconds",
    "NodeMemoryCapacityByteSeconds": "node_capacity_memory_byte_seconds",
}
_STORAGE = {
    "StorageRequestByteSeconds": "volume_request_storage_byte_seconds",
    "StorageUsageByteSeconds": "persistentvolumeclaim_usage_byte_seconds",
    "StorageCapacityByteSeconds": "persistentvolumeclaim_capacity_byte_seconds",
}
_VM = {
    "CpuRequestCoreSeconds": "vm_cpu_request_core_seconds",
    "CpuUsageCoreSeconds": "vm_cpu_usage_total_seconds",
    "CpuLimitCoreSeconds": "vm_cpu_limit_core_seconds",
    "MemoryRequestByteSeconds": "vm_memory_request_byte_seconds",
    "MemoryUsageByteSeconds": "vm_memory_usage_byte_seconds",
    "MemoryLimitByteSeconds": "vm_memory_limit_byte_seconds",
    "StorageRequestByteSeconds": "vm_disk_allocated_size_byte_seconds",
}
_REPORTS: Mapping[str, tuple[int, Mapping[str, str]]] = {
    "koku_ocp_pod_usage.csv": (480, _POD),
    "koku_ocp_storage.csv": (381, _STORAGE),
    "nise_ocp_pod_usage.csv.gz": (2999, _POD),
    "nise_ocp_storage_usage.csv.gz": (2999, _STORAGE),
    "nise_ocp_vm_usage.csv.gz": (2999, _VM),
    "nise_ocp_gpu_usage.csv.gz": (2999, {"GpuSeconds": "gpu_pod_uptime"}),
    "nise_ocp_node_label.csv.gz": (2999, {}),
}


def kept(project: Project) -> dict[str, Decimal]:
    """Return the ledger's total of each quantity, over all months."""
    sql = "SELECT x_Quantity, sum(x_Total) FROM kubernetes_files WHERE x_Quantity IS NOT NULL GROUP BY 1"
    return {row[0]: row[1] for row in rows(project, sql)}


@pytest.mark.parametrize("name", _REPORTS)
def test_every_report_of_the_operator_is_in_the_ledger_to_the_last_digit(name: str, tmp_path: Path) -> None:
    count, columns = _REPORTS[name]
    project = new_project(tmp_path)

    load(project, "k8s", "kubernetes", _FILES / name, constants={"Cluster": "c"})

    assert rows(project, "SELECT count(*), count(DISTINCT x_Row), min(Cluster) FROM kubernetes_usage") == [
        (count, count, "c")
    ]
    expected = {target: total([*cells(_FILES / name, column)], rounded=True) for target, column in columns.items()}
    assert kept(project) == expected
    assert_ledger_is_sound(project)


def test_hours_are_seconds_divided_once_per_row(tmp_path: Path) -> None:
    name = "nise_ocp_pod_usage.csv.gz"
    project = new_project(tmp_path)
    load(project, "k8s", "kubernetes", _FILES / name)

    found = rows(project, "SELECT CpuUsageCoreHours, MemoryUsageGiBHours FROM kubernetes_usage ORDER BY x_Row")

    with localcontext() as context:
        context.prec = 60
        for place, (column, per) in enumerate(
            (("pod_usage_cpu_core_seconds", _HOUR), ("pod_usage_memory_byte_seconds", _HOUR * _GIB))
        ):
            texts = [value or Decimal(0) for value in cells(_FILES / name, column)]
            apart = [abs(value / per - row[place]) for value, row in zip(texts, found, strict=True)]
            assert max(apart) <= Decimal("5.01e-13")


def test_labels_and_ids_are_those_of_the_file(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    load(project, "k8s", "kubernetes", _FILES / "nise_ocp_pod_usage.csv.gz")
    load(project, "disks", "kubernetes", _FILES / "nise_ocp_storage_usage.csv.gz")

    sql = (
        "SELECT NodeResourceId, Pod, Labels, IntervalStart, IntervalEnd FROM kubernetes_usage WHERE x_Row = 1 "
        "AND x_Source = 'k8s'"
    )
    (found,) = rows(project, sql)

    assert found[:2] == ("i-0d74ceb0fa7a450da", "become_deploy")
    assert json.loads(found[2]) == {
        "subject": "site",
        "identify": "himself",
        "app": "pretty",
        "since": "evidence",
        "environment": "ci",
        "particular": "including",
    }
    assert found[3:] == (datetime(2026, 9, 26, 7), datetime(2026, 9, 26, 8))  # noqa: DTZ001 -- as queries give instants
    volumes = rows(project, "SELECT count(*) FROM kubernetes_usage WHERE VolumeResourceId LIKE 'vol-%'")
    assert volumes == [(2999,)]


def test_ices_namespaces_are_in_the_ledger(tmp_path: Path) -> None:
    name = "ice_kubernetes_2019-01.csv"
    project = new_project(tmp_path)

    load(project, "ice", "kubernetes", _FILES / name)

    factors = {
        "CpuRequestCoreSeconds": ("RequestsCPUCores", _HOUR),
        "CpuUsageCoreSeconds": ("UsedCPUCores", _HOUR),
        "MemoryUsageByteSeconds": ("UsedMemoryGiB", _HOUR * _GIB),
        "StorageRequestByteSeconds": ("PersistentVolumeClaimGiB", _HOUR * _GIB),
        "NetworkReceivedBytes": ("NetworkInGiB", _GIB),
    }
    found = kept(project)
    for target, (column, factor) in factors.items():
        exact = total([value and value * factor for value in cells(_FILES / name, column)], rounded=False)
        # Every row of this file is an hour. Products are made of 18 places and rounded once a row.
        assert abs(found[target] - exact) <= 29 * (Decimal("5e-13") + Decimal("5e-19") * factor), target
    assert_ledger_is_sound(project)


def test_opencosts_allocations_are_in_the_ledger(tmp_path: Path) -> None:
    name = "opencost_allocation_example.json"
    project = new_project(tmp_path)

    load(project, "oc", "kubernetes", _FILES / name)

    text = (_FILES / name).read_text(encoding="utf-8")
    found = [
        entry for group in json.loads(text, parse_float=Decimal, parse_int=Decimal)["data"] for entry in group.values()
    ]
    expected: Mapping[str, Callable[[Mapping[str, Any]], Decimal]] = {
        "CpuAllocatedCoreSeconds": lambda entry: entry["cpuCoreHours"] * _HOUR,
        "CpuRequestCoreSeconds": lambda entry: entry["cpuCoreRequestAverage"] * entry["minutes"] * 60,
        "CpuUsageCoreSeconds": lambda entry: entry["cpuCoreUsageAverage"] * entry["minutes"] * 60,
        "MemoryAllocatedByteSeconds": lambda entry: entry["ramByteHours"] * _HOUR,
        "MemoryUsageByteSeconds": lambda entry: entry["ramByteUsageAverage"] * entry["minutes"] * 60,
        "NetworkSentBytes": lambda entry: entry["networkTransferBytes"],
    }
    totals = kept(project)
    assert {target: totals[target] for target in expected} == {
        target: total([of(entry) for entry in found], rounded=True) for target, of in expected.items()
    }
    assert rows(project, "SELECT Namespace FROM kubernetes_usage ORDER BY 1") == [
        ("kube-system",),
        ("opencost",),
        ("prometheus",),
    ]
    assert rows(project, "SELECT x_Code FROM findings") == [("FM1278",)]
    assert_ledger_is_sound(project)


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("opencost_cloudcost_example.json", "FM1277", "/cloudCost"),
        ("koku_cost_model_onprem.json", "FM1276", "cost model"),
        ("nise_ocp_namespace_label.csv.gz", "FM1107", "no rows"),
    ],
)
def test_what_holds_no_usage_is_refused_with_a_word(name: str, code: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load(new_project(tmp_path), "k8s", "kubernetes", _FILES / name)

    (problem,) = caught.value.problems
    assert problem.code == code
    assert words in problem.found


def test_every_file_of_the_folder_is_spoken_for() -> None:
    refused = {"opencost_cloudcost_example.json", "koku_cost_model_onprem.json", "nise_ocp_namespace_label.csv.gz"}
    others = {"ice_kubernetes_2019-01.csv", "opencost_allocation_example.json"}

    assert {path.name for path in _FILES.iterdir()} == {*_REPORTS, *refused, *others}
    assert gzip.decompress((_FILES / "nise_ocp_namespace_label.csv.gz").read_bytes()).count(b"\n") == 1
