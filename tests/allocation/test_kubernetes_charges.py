"""Charges of clusters: the node, volume or cluster that each is for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.allocation.small_usage import cores, pod, usage, weights_of

AZURE = "/subscriptions/S/resourceGroups/MC_rg_shop_westeurope/providers/Microsoft.Compute"
PROD, TEST, NONE = "prod", "test", None


def volume(key: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- columns of several types
    return {"x_Kind": "storage", "Namespace": "shop", "VolumeResourceId": key, "StorageRequestByteSeconds": 1, **more}


ROWS = [
    pod("search", **cores(1)),
    pod("search", "b", Cluster="Test", Node="gke-test-b", NodeResourceId="gce://p/zone/gke-test-b", **cores(1)),
    pod("search", "c", Cluster="shop", NodeResourceId=f"azure://{AZURE}/virtualMachineScaleSets/aks-1/virtualMachines/3",
        **cores(1)),
    pod("search", "twice", NodeResourceId=None, **cores(1)),
    pod("search", "twice", NodeResourceId=None, Cluster="test", **cores(1)),
    volume("vol-1"),
    volume("projects/p/zones/z/disks/pvc-7", Cluster="test", PersistentVolume="pvc-7"),
    volume("fs-1::fsap-2", PersistentVolumeClaim="files"),
]  # fmt: skip


Charge = Mapping[str, str]
CASES: tuple[tuple[Charge, tuple[str | None, ...]], ...] = (
        ({"ResourceId": "i-0a"}, ("node", PROD, "i-0a")),
        ({"ResourceId": "arn:aws:ec2:us-east-1:1:instance/i-0a"}, ("node", PROD, "i-0a")),
        ({"ResourceId": "//compute.googleapis.com/projects/p/zones/z/instances/77", "ResourceName": "gke-test-b"},
         ("node", TEST, "gke-test-b")),
        ({"ResourceId": f"{AZURE}/virtualMachineScaleSets/AKS-1".upper()},
         ("node", "shop", f"{AZURE}/virtualMachineScaleSets/aks-1".lower())),
        ({"ResourceName": "node-twice"}, ("cluster", NONE, None)),
        ({"ResourceId": "i-0a", "SkuMeter": "USE1-DataTransfer-Out-Bytes"}, ("network", PROD, "i-0a")),
        ({"ChargeDescription": "Network Internet Egress"}, ("network", NONE, None)),
        ({"ResourceId": "vol-1"}, ("volume", PROD, "vol-1")),
        ({"ResourceId": "//compute.googleapis.com/projects/p/zones/z/disks/88", "ResourceName": "pvc-7"},
         ("volume", TEST, "pvc-7")),
        ({"ResourceId": "arn:aws:elasticfilesystem:us-east-1:1:file-system/fs-1"}, ("volume", PROD, "fs-1")),
        ({"ResourceId": "vol-8", "Tags": '{"user:kubernetes.io/created-for/pv/name": "pvc-7"}'},
         ("volume", TEST, "pvc-7")),
        ({"ResourceId": "vol-2"}, ("storage", NONE, None)),
        ({"ServiceCategory": "Storage", "Tags": '{"cluster": "PROD"}'}, ("storage", PROD, None)),
        ({"ResourceId": "i-0c", "Tags": '{"eks:cluster-name": "prod"}'}, ("unknown", PROD, None)),
        ({"ResourceId": f"{AZURE}/virtualMachines/x"}, ("unknown", "shop", None)),
        ({"ResourceId": "arn:aws:eks:us-east-1:1:cluster/prod"}, ("cluster", PROD, None)),
        ({"ResourceId": "arn:aws:eks:us-east-1:1:cluster/other"}, ("cluster", NONE, None)),
        ({"Tags": '{"kubernetes.io/cluster/prod": "owned"}'}, ("cluster", PROD, None)),
        ({"Tags": '{"user:kubernetes.io/cluster/old": "owned"}'}, ("cluster", "old", None)),
        ({"AllocatedTags": '{"aws:eks:cluster-name": "test"}'}, ("cluster", TEST, None)),
        ({"Tags": '{"goog-k8s-cluster-name": "old"}'}, ("cluster", "old", None)),
        ({"Tags": '{"my-cluster-tag": "test", "cluster": "old"}'}, ("cluster", TEST, None)),
        ({"Tags": '{"my-cluster-tag": "old"}'}, ("cluster", NONE, None)),
        ({"Tags": "no JSON"}, ("cluster", NONE, None)),
        ({"Tags": '["cluster"]'}, ("cluster", NONE, None)),
        ({}, ("cluster", NONE, None)),
)  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The weights of every charge, found at once."""
    with usage(tmp_path_factory.mktemp("usage"), ROWS) as (engine, _):
        return weights_of(engine, *(charge for charge, _ in CASES))


@pytest.mark.parametrize("place", range(len(CASES)), ids=[" ".join(charge.values()) for charge, _ in CASES])
def test_a_charge_is_for(found: list[str], place: int) -> None:
    assert tuple(json.loads(found[place])) == CASES[place][1]


def test_where_a_report_names_no_cluster_a_name_tells_nothing(tmp_path: Path) -> None:
    with usage(tmp_path, [pod("search", Cluster=None, **cores(1))]) as (engine, _):
        weights = weights_of(engine, {"Tags": '{"cluster": "prod"}'}, {"Tags": '{"cluster": "K8S"}'})

    assert [json.loads(each) for each in weights] == [["cluster", None, None], ["cluster", "k8s", None]]
