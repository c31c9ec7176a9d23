"""Shares by kubernetes: who pays for a node, a volume, traffic, and for what nobody held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from finmod.allocation.cells import Groups
from finmod.allocation.definition import Idle, Share
from finmod.allocation.kubernetes_charges import WEIGHTS
from finmod.allocation.kubernetes_shares import ByKubernetes, Held
from finmod.allocation.shares import When
from finmod.allocation.vectors import Vector
from tests.allocation.small_usage import DAYS, Asked, cores, gib, pod, usage, weights_of

NODE_A, NODE_B = '["node","prod","i-0a"]', '["node","prod","i-0b"]'
PLATFORM = ("kubernetes", None)


def share(
    idle: Idle | None = "proportional",
    overhead: Idle | None = None,
    **more: Any,  # noqa: ANN401 -- attributes of several types
) -> Share:
    return Share(
        kind="kubernetes", place="allocation.yaml:1:1", text="kubernetes", idle=idle, overhead=overhead, **more
    )


ROWS = [pod("search", **cores(2)), pod("ads", **cores(1)), pod("search", "b", **cores(4))]


def test_a_node_goes_to_its_own_pods(tmp_path: Path) -> None:
    with usage(tmp_path, ROWS) as (engine, targets):
        asked = Asked(engine, targets, share())

        assert asked.parts(NODE_A) == {"search": 0.666666666667, "ads": 0.333333333333}
        assert asked.parts(NODE_B) == {"search": 1.0}


def test_the_larger_of_request_and_usage_is_held(tmp_path: Path) -> None:
    rows = [pod("search", **cores(1)), pod("ads", **cores(1), CpuUsageCoreSeconds=3 * 3600)]
    with usage(tmp_path, rows) as (engine, targets):
        assert Asked(engine, targets, share()).parts(NODE_A) == {"search": 0.25, "ads": 0.75}


@pytest.mark.parametrize(
    ("idle", "expected"),
    [
        ("proportional", {"search": 0.666666666667, "ads": 0.333333333333}),
        ("even", {"search": 0.625, "ads": 0.375}),
        ("owner", {"search": 0.5, "ads": 0.25, "kubernetes": 0.25}),
        ("unallocated", {"unallocated": 0.25, "search": 0.5, "ads": 0.25}),
        (None, {"unallocated": 0.25, "search": 0.5, "ads": 0.25}),
    ],
)
def test_idle_is_paid_as_the_share_says(tmp_path: Path, idle: Idle | None, expected: dict[str, float]) -> None:
    with usage(tmp_path, ROWS) as (engine, targets):
        assert Asked(engine, targets, share(idle), PLATFORM).parts(NODE_A) == expected


def test_an_overcommitted_node_is_scaled_to_what_it_has(tmp_path: Path) -> None:
    rows = [pod("search", **cores(6)), pod("ads", **cores(2)), pod("ads", hour=1, **cores(1))]
    with usage(tmp_path, rows) as (engine, targets):
        # 3 and 1 of 4 in the first hour, then 1 and 3 idle.
        assert Asked(engine, targets, share(None)).parts(NODE_A) == {"unallocated": 0.375, "search": 0.375, "ads": 0.25}


def test_cores_and_memory_are_weighed_by_their_prices(tmp_path: Path) -> None:
    there: dict[str, Any] = {"NodeMemoryCapacityByteSeconds": 16 * 3600 * (1 << 30)}
    rows = [pod("search", **cores(4), **gib(0), **there), pod("ads", **cores(0), **gib(16), **there)]
    with usage(tmp_path, rows) as (engine, targets):
        found = Asked(engine, targets, share(None)).parts(NODE_A)
        same = Asked(engine, targets, share(None, prices=(4, 1, 0))).parts(NODE_A)

    whole = 4 * 0.031611 + 16 * 0.004237
    assert found == {"search": round(4 * 0.031611 / whole, 12), "ads": round(16 * 0.004237 / whole, 12)}
    assert same == {"search": 0.5, "ads": 0.5}


def test_gpus_count_beside_cores(tmp_path: Path) -> None:
    rows = [
        pod("search", **cores(4)),
        pod("ads", **cores(0)),
        {"x_Kind": "gpu", "Node": "node-a", "Namespace": "shop", "Pod": "ads", "GpuId": "g", "GpuSeconds": 3600},
    ]
    with usage(tmp_path, rows) as (engine, targets):
        found = Asked(engine, targets, share(None, prices=(1, 1, 12))).parts(NODE_A)

    assert found == {"search": 0.25, "ads": 0.75}


def test_workloads_without_a_name_are_nobody(tmp_path: Path) -> None:
    rows = [pod("search", **cores(1)), pod("ads", **cores(1)), pod("x", Labels=None, **cores(2))]
    with usage(tmp_path, rows) as (engine, targets):
        assert Asked(engine, targets, share()).parts(NODE_A) == {"unallocated": 0.5, "search": 0.25, "ads": 0.25}
        spread = Asked(engine, targets, share(overhead="proportional")).parts(NODE_A)
        kept = Asked(engine, targets, share(overhead="owner"), PLATFORM).parts(NODE_A)

    assert spread == {"search": 0.5, "ads": 0.5}
    assert kept == {"search": 0.25, "ads": 0.25, "kubernetes": 0.5}


def test_what_the_platform_itself_holds_is_shared_by_the_others(tmp_path: Path) -> None:
    own: dict[str, Any] = {"Namespace": "kube-system", "Labels": None}
    rows = [pod("search", **cores(1)), pod("dns", **own, **cores(1)), pod("dns", "b", **own, **cores(1))]
    with usage(tmp_path, rows) as (engine, targets):
        asked = Asked(engine, targets, share(), PLATFORM)

        assert asked.parts(NODE_A) == {"search": 1.0}
        assert asked.parts(NODE_B) == {"search": 1.0}


def test_a_node_that_nobody_held_goes_by_its_cluster(tmp_path: Path) -> None:
    idle = {"x_Kind": "idle", "Node": "node-b", "NodeResourceId": "i-0b", "CpuAllocatedCoreSeconds": 3600}
    rows = [pod("search", **cores(3)), pod("ads", **cores(1)), idle]
    with usage(tmp_path, rows) as (engine, targets):
        assert Asked(engine, targets, share()).parts(NODE_B) == {"search": 0.75, "ads": 0.25}
        assert Asked(engine, targets, share(None)).parts(NODE_B) == {"unallocated": 1.0}


def test_idle_that_is_told_of_a_cluster_alone_is_that_of_its_nodes(tmp_path: Path) -> None:
    idle = {"x_Kind": "idle", "CpuAllocatedCoreSeconds": 8 * 3600}
    rows = [pod("search", **cores(3)), pod("ads", "b", **cores(1)), idle]
    with usage(tmp_path, rows) as (engine, targets):
        found = Asked(engine, targets, share(None)).parts(NODE_B)

    assert found == {"unallocated": 0.666666666667, "ads": 0.333333333333}


def test_a_node_that_no_report_knows_goes_by_its_cluster_and_is_told(tmp_path: Path) -> None:
    with usage(tmp_path, ROWS) as (engine, targets):
        asked = Asked(engine, targets, share(None))
        found = asked.parts('["unknown","prod",null]')
        gone = asked.parts('["node","prod","i-0c"]')

    assert found == gone == {"unallocated": 0.125, "search": 0.75, "ads": 0.125}
    assert asked.by.untold == {(1, DAYS), (2, DAYS)}


def test_a_control_plane_goes_by_what_was_held(tmp_path: Path) -> None:
    with usage(tmp_path, ROWS) as (engine, targets):
        found = Asked(engine, targets, share(None)).parts('["cluster","prod",null]')

    assert found == {"search": 0.857142857143, "ads": 0.142857142857}


def test_charges_of_no_cluster_and_cost_of_other_pools_go_by_all_clusters(tmp_path: Path) -> None:
    rows = [pod("search", **cores(3)), pod("ads", **cores(1), Cluster="Test")]
    with usage(tmp_path, rows) as (engine, targets):
        asked = Asked(engine, targets, share(None))

        assert asked.parts('["cluster",null,null]') == asked.parts() == {"search": 0.75, "ads": 0.25}
        assert asked.parts('["cluster","test",null]') == {"ads": 1.0}


@pytest.mark.parametrize(
    ("weights", "day", "expected"),
    [
        ('["cluster","staging",null]', DAYS, "no usage of cluster staging is known for the day"),
        (NODE_A, DAYS + 1, "no usage of cluster prod is known for the day"),
        (None, DAYS + 1, "no usage of any cluster is known for the day"),
    ],
)
def test_a_day_without_usage_is_told(tmp_path: Path, weights: str | None, day: int, expected: str) -> None:
    with usage(tmp_path, ROWS) as (engine, targets):
        assert Asked(engine, targets, share()).parts(weights, day) == expected


def test_a_month_is_added_up(tmp_path: Path) -> None:
    with usage(tmp_path, [pod("search", **cores(1)), pod("ads", day=30, **cores(3))]) as (engine, targets):
        asked = Asked(engine, targets, share(grain="month"))

        assert asked.parts(NODE_A) == {"search": 0.25, "ads": 0.75}
        assert asked.parts(NODE_A, DAYS + 40) == "no usage of cluster prod is known for the month"
        assert asked.by.partial == {}


@pytest.mark.parametrize(("weights", "cluster"), [(NODE_A, "prod"), ('["cluster",null,null]', None)])
def test_days_of_a_month_that_no_report_tells_of_are_known(tmp_path: Path, weights: str, cluster: str | None) -> None:
    with usage(tmp_path, [pod("search", **cores(1)), pod("ads", day=30, **cores(3))]) as (engine, targets):
        asked = Asked(engine, targets, share(grain="month"))
        for day in (DAYS, DAYS + 4, DAYS + 5, DAYS + 29):
            asked.parts(weights, day)

        assert asked.by.partial == {cluster: {DAYS + 4: 1, DAYS + 5: 1}}


def claim(name: str, size: float, *, volume: str = "vol-1", **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- as above
    return {"x_Kind": "storage", "Namespace": "shop", "Pod": name, "PersistentVolumeClaim": f"c-{volume}",
            "VolumeResourceId": volume, "StorageCapacityByteSeconds": size * 3600 * (1 << 30), **more}  # fmt: skip


def test_a_volume_goes_to_the_pods_that_mount_it(tmp_path: Path) -> None:
    rows = [*ROWS, claim("search", 10), claim("ads", 10), claim("ads", 30, volume="vol-2")]
    with usage(tmp_path, rows) as (engine, targets):
        asked = Asked(engine, targets, share())

        assert asked.parts('["volume","prod","vol-1"]') == {"search": 0.5, "ads": 0.5}
        assert asked.parts('["volume","prod","vol-2"]') == {"ads": 1.0}
        assert asked.parts('["storage","prod",null]') == {"search": 0.125, "ads": 0.875}


def test_labels_of_a_claim_come_before_those_of_its_pod(tmp_path: Path) -> None:
    rows = [*ROWS, claim("search", 10, Labels='{"product": "ads"}')]
    with usage(tmp_path, rows) as (engine, targets):
        assert Asked(engine, targets, share()).parts('["volume","prod","vol-1"]') == {"ads": 1.0}


def test_a_volume_that_nobody_mounts_is_nobodys(tmp_path: Path) -> None:
    lost = claim("", 30, volume="vol-9", x_Kind="unmounted", Pod=None, Namespace=None)
    with usage(tmp_path, [*ROWS, claim("search", 10), lost]) as (engine, targets):
        found = Asked(engine, targets, share()).parts('["storage","prod",null]')

    assert found == {"unallocated": 0.75, "search": 0.25}


def test_storage_without_claims_goes_by_what_was_held(tmp_path: Path) -> None:
    with usage(tmp_path, ROWS) as (engine, targets):
        found = Asked(engine, targets, share()).parts('["storage","prod",null]')

    assert found == {"search": 0.857142857143, "ads": 0.142857142857}


def test_traffic_goes_by_bytes_sent_where_they_are_told(tmp_path: Path) -> None:
    sent: list[dict[str, Any]] = [{"NetworkSentBytes": 300}, {"NetworkSentBytes": 100}]
    rows = [pod("search", **cores(1), **sent[0]), pod("ads", "b", **cores(1), **sent[1])]
    with usage(tmp_path, rows) as (engine, targets):
        asked = Asked(engine, targets, share())

        assert asked.parts('["network","prod",null]') == {"search": 0.75, "ads": 0.25}
        assert asked.parts('["network","prod","i-0b"]') == {"ads": 1.0}
    with usage(tmp_path, ROWS) as (engine, targets):
        assert Asked(engine, targets, share()).parts('["network","prod","i-0b"]') == {
            "search": 0.857142857143, "ads": 0.142857142857,
        }  # fmt: skip


def test_rows_of_several_kinds_and_reports_count_once(tmp_path: Path) -> None:
    rows = [
        pod("search", **cores(1)),
        pod("ads", **cores(3)),
        pod("ads", x_Kind="namespace", Pod=None, **cores(8)),
        pod("ads", x_Kind="vm", **cores(3)),
        pod("ads", x_Source="bill", NodeCpuCapacityCoreSeconds=None, **cores(9)),
        {"x_Kind": "node", "Node": "node-a", **cores(4)},
    ]
    with usage(tmp_path, rows) as (engine, targets):
        assert Asked(engine, targets, share()).parts(NODE_A) == {"search": 0.25, "ads": 0.75}


@pytest.mark.parametrize("kind", ["vm", "node"])
def test_machines_and_whole_nodes_alone_are_no_usage(tmp_path: Path, kind: str) -> None:
    with usage(tmp_path, [pod("search", x_Kind=kind, **cores(1))]) as (engine, targets):
        assert Asked(engine, targets, share()).parts(NODE_A) == "no usage of cluster prod is known for the day"


def test_labels_of_the_namespace_name_what_its_pods_leave_open(tmp_path: Path) -> None:
    labels = {"x_Kind": "namespace", "Namespace": "shop", "NamespaceLabels": '{"product": "ads", "team": "web"}'}
    rows = [pod("search", **cores(1)), pod("x", Labels='{"product": "no such"}', **cores(3)), labels]
    with usage(tmp_path, rows) as (engine, targets):
        found = Asked(engine, targets, share()).parts(NODE_A)

    assert found == {"search/web": 0.25, "ads/web": 0.75}


def test_a_target_that_another_pool_is_called_as_feeds_that_pool(tmp_path: Path) -> None:
    with usage(tmp_path, ROWS) as (engine, targets):
        asked = Asked(engine, targets, share())
        asked.by.receiving = {targets.number(("ads", None)): 2}

        assert asked.parts(NODE_A) == {"pool 2": 0.333333333333, "search": 0.666666666667}


def test_targets_that_may_have_no_part_are_left_out(tmp_path: Path) -> None:
    with usage(tmp_path, ROWS) as (engine, targets):
        asked = Asked(engine, targets, share())
        asked.by.refused = np.array([targets.number(("search", None))])

        assert asked.parts(NODE_A) == {"ads": 1.0}


def test_names_change_with_the_days_of_the_taxonomy(tmp_path: Path) -> None:
    text = """
        dimensions:
          product:
            values: {search: {}, ads: {}}
            from:
              - {label: product, until: 2026-09-02}
              - {is: ads, since: 2026-09-02}
          team: {from: [label: team]}
        """
    rows = [pod("search", **cores(1)), pod("search", day=2, **cores(1))]
    with usage(tmp_path, rows, text) as (engine, targets):
        asked = Asked(engine, targets, share())

        assert asked.parts(NODE_A) == {"search": 1.0}
        assert asked.parts(NODE_A, DAYS + 1) == {"ads": 1.0}


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (NODE_A, "what was held of node i-0a of cluster prod"),
        ('["unknown","prod",null]', "what was held of the nodes of cluster prod, idle hours among it"),
        ('["volume","prod","vol-1"]', "claims of volume vol-1 of cluster prod"),
        ('["storage",null,null]', "storage claims of all clusters"),
        ('["network","prod","i-0a"]', "bytes sent from node i-0a of cluster prod"),
        ('["network","prod",null]', "bytes sent from cluster prod"),
        ('["cluster","p\\u001brod",null]', "what was held of cluster p\ufffdrod"),
    ],
)
def test_why_a_charge_is_shared_so_is_told(weights: str, expected: str) -> None:
    groups = Groups({1: (WEIGHTS,)}, [(), (weights,)])
    told = Held({}, {DAYS: {"prod": {}}}, {DAYS: {"prod": {}}})
    assert ByKubernetes(share(), told, groups, 1, {}, 0, np.zeros(0, dtype=np.int64)).words(1) == expected


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ('["volume","prod","vol-1"]', "what was held of cluster prod, since no report tells of storage claims"),
        ('["storage","prod",null]', "what was held of cluster prod, since no report tells of storage claims"),
        ('["storage",null,null]', "what was held of all clusters, since no report tells of storage claims"),
        ('["network","prod","i-0a"]', "what was held of cluster prod, since no report tells of traffic"),
        (NODE_A, "what was held of node i-0a of cluster prod"),
    ],
)
def test_why_a_charge_is_shared_by_what_was_held_after_all_is_told(weights: str, expected: str) -> None:
    groups = Groups({1: (WEIGHTS,)}, [(), (weights,)])
    other = Held({}, {DAYS: {"test": {}}} if '"prod"' in weights else {}, {})
    assert ByKubernetes(share(), other, groups, 1, {}, 0, np.zeros(0, dtype=np.int64)).words(1) == expected


def test_idle_of_a_cluster_that_held_nothing_of_a_kind_is_lost_nowhere(tmp_path: Path) -> None:
    idle = {"x_Kind": "idle", "CpuAllocatedCoreSeconds": 8 * 3600}
    rows = [pod("search", **gib(4)), pod("ads", "b", **gib(4)), idle]
    with usage(tmp_path, rows) as (engine, targets):
        found = Asked(engine, targets, share(None, prices=(1, 1, 1))).parts(NODE_B)

    assert found == {"unallocated": 0.5, "ads": 0.5}


def test_sums_are_the_same_in_any_order(tmp_path: Path) -> None:
    rows = [pod(name, hour=hour, **cores(0.1 * (hour + 1))) for hour in range(9) for name in ("search", "ads")]
    found = []
    for order in (rows, rows[::-1], rows[5:] + rows[:5]):
        with usage(tmp_path, order) as (engine, targets):
            asked = Asked(engine, targets, share(None))
            asked.by.groups.texts.append((NODE_A,))
            vector = asked.by.on(When(DAYS, DAYS, 1))
            assert isinstance(vector, Vector)
            found.append(vector.weights.tolist())

    assert found[0] == found[1] == found[2]


def test_namespaces_tell_nothing_of_single_nodes(tmp_path: Path) -> None:
    space: dict[str, Any] = {"x_Kind": "namespace", "Pod": None, "NodeCpuCapacityCoreSeconds": None}
    rows = [
        pod("search", **space, **cores(1)),
        {**pod("ads", **space, **cores(3)), "Node": None, "NodeResourceId": None},
        {"x_Kind": "idle", "Node": "node-a", "NodeResourceId": "i-0a", "CpuAllocatedCoreSeconds": 4 * 3600},
        {"x_Kind": "gpu", "Node": "node-a", "Namespace": "shop", "Labels": '{"product": "ads"}', "GpuSeconds": 0},
    ]
    with usage(tmp_path, rows) as (engine, targets):
        asked = Asked(engine, targets, share(None))

        assert asked.parts(NODE_A) == {"unallocated": 0.5, "search": 0.125, "ads": 0.375}
        assert asked.by.untold == {(1, DAYS)}
        assert weights_of(engine, {"ResourceId": "i-0a"}) == ['["unknown",null,null]']
