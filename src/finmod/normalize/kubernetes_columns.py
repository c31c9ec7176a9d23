"""The columns of Kubernetes usage: names, types, units and what they mean.

Owns the table's form. Words are those of Kubernetes and of OpenCost's specification, in the style of FOCUS. Quantities
are kept in the units that reports write, core-seconds and byte-seconds, exact and rounded once; the public tables give
core-hours and GiB-hours. NULL is what a report does not say, and never 0.
"""

from __future__ import annotations

from typing import Final

from finmod.normalize.charges import DECIMAL
from finmod.normalize.usage import INTERVAL, Nameless, UsageColumn, UsageForm, place, stored_types

_HOUR, _GIB = 3600, 1 << 30


def _cores(name: str, meaning: str) -> UsageColumn:
    return UsageColumn(f"{name}CoreHours", DECIMAL, meaning, "core-hours", f"{name}CoreSeconds", _HOUR)


def _gib(name: str, meaning: str) -> UsageColumn:
    return UsageColumn(f"{name}GiBHours", DECIMAL, meaning, "GiB-hours", f"{name}ByteSeconds", _HOUR * _GIB)


def _bytes(name: str, meaning: str) -> UsageColumn:
    return UsageColumn(name, DECIMAL, meaning, "bytes", name)


PLACE: Final = place(
    "the first below the header being 1; for an answer of OpenCost the place of the allocation or volume in it"
)

KINDS: Final = {
    "pod": "what a pod asked for and used",
    "storage": "a persistent volume claim",
    "vm": "a virtual machine that runs in the cluster",
    "gpu": "a GPU, or a slice of one, held by a pod",
    "node": "a node: its labels, or all that ran on it",
    "namespace": "a namespace: its labels, or all that ran in it",
    "group": "workloads put together by something else, such as a label: x_Name says which",
    "idle": "what nodes had and nobody asked for",
    "unmounted": "a volume that no pod mounted",
}
"""x_Kind -> what a row of it stands for."""

TEXTS: Final = (
    UsageColumn("x_Kind", "VARCHAR", f"What the row stands for: {', '.join(KINDS)}."),
    UsageColumn("Cluster", "VARCHAR", "Name of the cluster, by the report or `set: {Cluster: ...}`."),
    UsageColumn("Node", "VARCHAR", "Name of the node."),
    UsageColumn("NodeResourceId", "VARCHAR", "The cloud's id of the node, such as i-0d74ceb0fa7a450da: it joins "
                "ResourceId of charges."),
    UsageColumn("Namespace", "VARCHAR", "Name of the namespace."),
    UsageColumn("ControllerKind", "VARCHAR", "Kind of what owns the pod, such as deployment, or VirtualMachine."),
    UsageColumn("Controller", "VARCHAR", "Name of what owns the pod, or of the virtual machine."),
    UsageColumn("Pod", "VARCHAR", "Name of the pod."),
    UsageColumn("Container", "VARCHAR", "Name of the container, where the report goes below pods."),
    UsageColumn("x_Name", "VARCHAR", "OpenCost's own name of the allocation."),
    UsageColumn("PersistentVolumeClaim", "VARCHAR", "Name of the claim."),
    UsageColumn("PersistentVolume", "VARCHAR", "Name of the volume in the cluster."),
    UsageColumn("VolumeResourceId", "VARCHAR", "The cloud's id of the volume, such as vol-4a2dcd1c844a408fa: it joins "
                "ResourceId of charges."),
    UsageColumn("StorageClass", "VARCHAR", "Storage class of the claim."),
    UsageColumn("GpuId", "VARCHAR", "Id of the GPU."),
    UsageColumn("GpuModel", "VARCHAR", "Model of the GPU."),
    UsageColumn("x_GpuProfile", "VARCHAR", "Profile of the slice, where the GPU is shared by slices (MIG)."),
    UsageColumn("Labels", "VARCHAR", "Labels of the pod, claim or virtual machine, a JSON object."),
    UsageColumn("VolumeLabels", "VARCHAR", "Labels of the volume, a JSON object."),
    UsageColumn("NodeLabels", "VARCHAR", "Labels of the node, a JSON object."),
    UsageColumn("NamespaceLabels", "VARCHAR", "Labels of the namespace, a JSON object."),
)  # fmt: skip

QUANTITIES: Final = (
    _cores("CpuRequest", "Processors asked for."),
    _cores("CpuUsage", "Processors used."),
    _cores("CpuLimit", "The most processors allowed."),
    _cores(
        "CpuAllocated",
        "Processors held, request or usage whichever is more, as the report itself reckons; on idle rows what is left.",
    ),
    _gib("MemoryRequest", "Memory asked for."),
    _gib("MemoryUsage", "Memory used."),
    _gib("MemoryLimit", "The most memory allowed."),
    _gib("MemoryAllocated", "Memory held, as CpuAllocatedCoreHours."),
    UsageColumn("GpuHours", DECIMAL, "GPUs, or slices of them, held.", "GPU-hours", "GpuSeconds", _HOUR),
    _gib("StorageRequest", "Storage asked for."),
    _gib("StorageUsage", "Storage written to."),
    _gib("StorageCapacity", "Storage that the claim was given."),
    _bytes("NetworkSentBytes", "Bytes sent."),
    _bytes("NetworkReceivedBytes", "Bytes received."),
    _cores(
        "NodeCpuCapacity",
        "Processors of the whole node, the same on each of its rows: never sum it over pods; kubernetes_nodes_daily "
        "does that rightly.",
    ),
    _gib("NodeMemoryCapacity", "Memory of the whole node, as above."),
    _cores("ClusterCpuCapacity", "Processors of the whole cluster, the same on each of its rows: never sum it."),
    _gib("ClusterMemoryCapacity", "Memory of the whole cluster, as above."),
)

COLUMNS: Final = (*PLACE[:3], *TEXTS[:1], *INTERVAL, *TEXTS[1:], *QUANTITIES, *PLACE[3:])
"""Every column of the public table, in its order."""

USAGE_TYPES: Final = stored_types(COLUMNS)
"""Column of the ledger's table -> DuckDB type: quantities in seconds and bytes."""

STORED_NAMES: Final = tuple(column.stored for column in QUANTITIES)

KEY: Final = (
    "x_Kind", "Cluster", "Node", "NodeResourceId", "Namespace", "Controller", "Pod", "Container", "x_Name",
    "PersistentVolumeClaim", "PersistentVolume", "GpuId", "x_GpuProfile",
)  # fmt: skip
"""What tells the rows of one interval apart."""

KUBERNETES: Final = UsageForm(
    "kubernetes",
    "Kubernetes usage",
    USAGE_TYPES,
    STORED_NAMES,
    KEY,
    Nameless("FM1286", "Cluster", "Cluster IS NULL", "name no cluster"),
    2014,
    "Mend the report, or export it again.",
)
"""Kubernetes was born in that year."""
