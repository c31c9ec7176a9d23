"""Usage reports of Kubernetes to one table: the mapping of each report, declared.

Owns which column comes from which, in which unit: quantities in core-seconds, byte-seconds and bytes, as most reports
write them, so that nothing is divided on the way. The notation is that of ``mapping.py``, and ``labels($name)`` is the
text ``label_app:web|label_tier:front`` as a JSON object without the prefix.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from finmod.normalize.mapping import MapColumn, Mapping
from finmod.normalize.usage import Quantity
from finmod.sources.kubernetes import report_of

_HOUR, _DAY_SECONDS, _GIB = 3600, 86_400, 1 << 30
_OPERATOR = "koku-metrics-operator, the reports that it uploads"
_OPENCOST = "OpenCost specification and API, /allocation"


def _as_written(target: str, column: str) -> Quantity:
    return Quantity(target, f"#{column}", scale=15 if "Byte" in target else 24)


def _end(column: str) -> str:
    """Return SQL for a period's end: the operator writes the last second of the hour."""
    return f"greatest(@{column}, date_trunc('minute', @{column} + INTERVAL 1 SECOND))"


_INTERVAL: Final = (
    MapColumn("IntervalStart", "@interval_start", "`+0000 UTC` behind a time is read as Z.", _OPERATOR),
    MapColumn("IntervalEnd", _end("interval_end"), "An end at 59 seconds is taken to the next minute: intervals "
              "exclude their end.", _OPERATOR),
)  # fmt: skip
_WHERE: Final = (MapColumn("Cluster", "$cluster"), MapColumn("Node", "$node"), MapColumn("Namespace", "$namespace"))
_NODE_ID = MapColumn("NodeResourceId", "$resource_id", source=_OPERATOR)


def _kind(kind: str) -> MapColumn:
    return MapColumn("x_Kind", f"'{kind}'")


def _report(name: str, title: str, *columns: MapColumn, notes: tuple[str, ...] = ()) -> Mapping:
    return Mapping(f"kubernetes ({name})", title, columns, notes=notes)


_POD = _report(
    "openshift-pod",
    "Pod usage of the OpenShift operator",
    _kind("pod"),
    *_INTERVAL,
    *_WHERE,
    _NODE_ID,
    MapColumn("Pod", "$pod"),
    MapColumn("Labels", "labels($pod_labels)"),
    _as_written("CpuRequestCoreSeconds", "pod_request_cpu_core_seconds"),
    _as_written("CpuUsageCoreSeconds", "pod_usage_cpu_core_seconds"),
    _as_written("CpuLimitCoreSeconds", "pod_limit_cpu_core_seconds"),
    _as_written("MemoryRequestByteSeconds", "pod_request_memory_byte_seconds"),
    _as_written("MemoryUsageByteSeconds", "pod_usage_memory_byte_seconds"),
    _as_written("MemoryLimitByteSeconds", "pod_limit_memory_byte_seconds"),
    _as_written("NodeCpuCapacityCoreSeconds", "node_capacity_cpu_core_seconds"),
    _as_written("NodeMemoryCapacityByteSeconds", "node_capacity_memory_byte_seconds"),
)
_STORAGE = _report(
    "openshift-storage",
    "Storage usage of the OpenShift operator",
    _kind("storage"),
    *_INTERVAL,
    *_WHERE,
    MapColumn("Pod", "$pod"),
    MapColumn("PersistentVolumeClaim", "$persistentvolumeclaim"),
    MapColumn("PersistentVolume", "$persistentvolume"),
    MapColumn(
        "VolumeResourceId", "$csi_volume_handle", "The driver's handle: for EBS it is the volume's id.", _OPERATOR
    ),
    MapColumn("StorageClass", "$storageclass"),
    MapColumn("Labels", "labels($persistentvolumeclaim_labels)"),
    MapColumn("VolumeLabels", "labels($persistentvolume_labels)"),
    _as_written("StorageRequestByteSeconds", "volume_request_storage_byte_seconds"),
    _as_written("StorageUsageByteSeconds", "persistentvolumeclaim_usage_byte_seconds"),
    _as_written("StorageCapacityByteSeconds", "persistentvolumeclaim_capacity_byte_seconds"),
    notes=(
        "A claim that several pods mount has a row for each of them, with all of its storage: sum one row a claim.",
    ),
)
_VM = _report(
    "openshift-vm",
    "Virtual machine usage of the OpenShift operator",
    _kind("vm"),
    *_INTERVAL,
    *_WHERE,
    _NODE_ID,
    MapColumn("ControllerKind", "'VirtualMachine'"),
    MapColumn("Controller", "$vm_name"),
    MapColumn("PersistentVolumeClaim", "$vm_persistentvolumeclaim_name"),
    MapColumn("Labels", "labels($vm_labels)"),
    _as_written("CpuRequestCoreSeconds", "vm_cpu_request_core_seconds"),
    _as_written("CpuUsageCoreSeconds", "vm_cpu_usage_total_seconds"),
    _as_written("CpuLimitCoreSeconds", "vm_cpu_limit_core_seconds"),
    _as_written("MemoryRequestByteSeconds", "vm_memory_request_byte_seconds"),
    _as_written("MemoryUsageByteSeconds", "vm_memory_usage_byte_seconds"),
    _as_written("MemoryLimitByteSeconds", "vm_memory_limit_byte_seconds"),
    _as_written("StorageRequestByteSeconds", "vm_disk_allocated_size_byte_seconds"),
    notes=("A virtual machine runs in a pod and on a claim, which other reports have too: sum rows of one x_Kind.",),
)
_GPU = _report(
    "openshift-gpu",
    "GPU usage of the OpenShift operator",
    _kind("gpu"),
    *_INTERVAL,
    *_WHERE,
    MapColumn("Pod", "$pod"),
    MapColumn("GpuId", "coalesce($gpu_uuid || '/' || $mig_instance_id, $gpu_uuid)", "A slice has the GPU's id and its "
              "own.", _OPERATOR),
    MapColumn("GpuModel", "$gpu_model_name"),
    MapColumn("x_GpuProfile", "$mig_profile"),
    Quantity("GpuSeconds", "#gpu_pod_uptime", "How long the pod held it. A slice counts as one, whatever its profile: "
             "x_GpuProfile says what it is."),
)  # fmt: skip
_NODES = _report(
    "openshift-node-labels",
    "Node labels of the OpenShift operator",
    _kind("node"),
    *_INTERVAL,
    *_WHERE[:2],
    MapColumn("NodeLabels", "labels($node_labels)"),
)
_NAMESPACES = _report(
    "openshift-namespace-labels",
    "Namespace labels of the OpenShift operator",
    _kind("namespace"),
    *_INTERVAL,
    _WHERE[0],
    _WHERE[2],
    MapColumn("NamespaceLabels", "labels($namespace_labels)"),
)

_SECONDS = "CAST(datediff('second', @StartDate, @EndDate) AS DECIMAL(12,0))"


def _over_time(target: str, column: str) -> Quantity:
    return Quantity(target, f"#{column} * {_SECONDS}", scale=18)


def _gib_over_time(target: str, column: str) -> Quantity:
    return Quantity(target, f"#{column} * {_GIB} * {_SECONDS}", scale=18)


def _gib(target: str, column: str) -> Quantity:
    return Quantity(target, f"#{column} * {_GIB}", scale=18)


_ICE = _report(
    "ice",
    "Namespace usage of Ice",
    _kind("namespace"),
    MapColumn("IntervalStart", "@StartDate"),
    MapColumn("IntervalEnd", "@EndDate"),
    MapColumn("Cluster", "$Cluster"),
    MapColumn("Namespace", "$Namespace"),
    _over_time("CpuRequestCoreSeconds", "RequestsCPUCores"),
    _over_time("CpuUsageCoreSeconds", "UsedCPUCores"),
    _over_time("CpuLimitCoreSeconds", "LimitsCPUCores"),
    _gib_over_time("MemoryRequestByteSeconds", "RequestsMemoryGiB"),
    _gib_over_time("MemoryUsageByteSeconds", "UsedMemoryGiB"),
    _gib_over_time("MemoryLimitByteSeconds", "LimitsMemoryGiB"),
    _gib_over_time("StorageRequestByteSeconds", "PersistentVolumeClaimGiB"),
    _gib("NetworkSentBytes", "NetworkOutGiB"),
    _gib("NetworkReceivedBytes", "NetworkInGiB"),
    _over_time("ClusterCpuCapacityCoreSeconds", "ClusterCPUCores"),
    _gib_over_time("ClusterMemoryCapacityByteSeconds", "ClusterMemoryGiB"),
    notes=("Cores and GiB are averages over the row's interval; network is the whole of it.",),
)

_AVERAGE = "Average over the time that the workload ran, times `minutes`: how long it ran."


def _averaged(target: str, column: str) -> Quantity:
    # Bytes are large: 38 digits hold them with six places, and minutes with six.
    amount = f"CAST(#{column} AS DECIMAL(38,6))" if "Byte" in target else f"#{column}"
    sql = f"{amount} * CAST(#minutes * 60 AS DECIMAL(18,6))"
    return Quantity(target, sql, _AVERAGE, _OPENCOST, scale=12)


def _hours(target: str, column: str, choice: str = "") -> Quantity:
    return Quantity(target, f"#{column} * {_HOUR}", choice, _OPENCOST, scale=15 if "Byte" in target else 18)


_OPENCOST_JSON = _report(
    "opencost",
    "OpenCost, the answer of /allocation",
    MapColumn("x_Kind", "$kind", "By what the allocation is about: a pod, else a namespace, else a node. `__idle__` is "
              "what nobody asked for, `__unmounted__` volumes that no pod mounted.", _OPENCOST),
    MapColumn("x_Name", "$name"),
    MapColumn("IntervalStart", "@start", "Of the workload, else of the window.", _OPENCOST),
    MapColumn("IntervalEnd", "@end", "As IntervalStart.", _OPENCOST),
    *_WHERE,
    MapColumn("NodeResourceId", "$providerID", "Of an allocation of a pod or node; the ids of volumes stand on rows of "
              "their own.", _OPENCOST),
    MapColumn("ControllerKind", "$controllerKind"),
    MapColumn("Controller", "$controller"),
    MapColumn("Pod", "$pod"),
    MapColumn("Container", "$container"),
    MapColumn("Labels", "$labels"),
    MapColumn("NamespaceLabels", "$namespaceLabels"),
    MapColumn("PersistentVolume", "$volume"),
    MapColumn("VolumeResourceId", "$volumeProviderID"),
    MapColumn("GpuModel", "$gpuModel"),
    _hours("CpuAllocatedCoreSeconds", "cpuCoreHours"),
    _averaged("CpuRequestCoreSeconds", "cpuCoreRequestAverage"),
    _averaged("CpuUsageCoreSeconds", "cpuCoreUsageAverage"),
    _averaged("CpuLimitCoreSeconds", "cpuCoreLimitAverage"),
    _hours("MemoryAllocatedByteSeconds", "ramByteHours"),
    _averaged("MemoryRequestByteSeconds", "ramByteRequestAverage"),
    _averaged("MemoryUsageByteSeconds", "ramByteUsageAverage"),
    _averaged("MemoryLimitByteSeconds", "ramByteLimitAverage"),
    _hours("GpuSeconds", "gpuHours"),
    _hours("StorageRequestByteSeconds", "pvByteHours", "Of each volume on a row of its own where the answer lists "
           "volumes."),
    _as_written("NetworkSentBytes", "networkTransferBytes"),
    _as_written("NetworkReceivedBytes", "networkReceiveBytes"),
    notes=("OpenCost's costs are estimates from list prices. They are left out: the bill says what things cost.",),
)  # fmt: skip

_DAY = "Average times 24 hours. The export does not say how long a workload ran: finding FM1279."


def _daily(target: str, column: str) -> Quantity:
    return Quantity(target, f"#{column} * {_DAY_SECONDS}", _DAY, _OPENCOST, scale=15 if "Byte" in target else 18)


_OPENCOST_CSV = _report(
    "opencost-csv",
    "OpenCost, the CSV export of allocations",
    MapColumn("x_Kind", "CASE WHEN $Pod IS NOT NULL THEN 'pod' WHEN $Namespace IS NOT NULL THEN 'namespace' "
              "ELSE 'group' END"),
    MapColumn("x_Name", "$Name"),
    MapColumn("IntervalStart", "@Date", "The export has one row per workload and day, UTC.", _OPENCOST),
    MapColumn("IntervalEnd", "@Date + INTERVAL 1 DAY"),
    MapColumn("Namespace", "$Namespace"),
    MapColumn("ControllerKind", "$ControllerKind"),
    MapColumn("Controller", "$ControllerName"),
    MapColumn("Pod", "$Pod"),
    MapColumn("Container", "$Container"),
    MapColumn("Labels", "$Labels"),
    _daily("CpuRequestCoreSeconds", "CPUCoreRequestAverage"),
    _daily("CpuUsageCoreSeconds", "CPUCoreUsageAverage"),
    _daily("MemoryRequestByteSeconds", "RAMBytesRequestAverage"),
    _daily("MemoryUsageByteSeconds", "RAMBytesUsageAverage"),
    _daily("GpuSeconds", "GPUs"),
    _daily("StorageRequestByteSeconds", "PVBytes"),
    _as_written("NetworkSentBytes", "NetworkTransferBytes"),
    _as_written("NetworkReceivedBytes", "NetworkReceiveBytes"),
    notes=_OPENCOST_JSON.notes,
)  # fmt: skip

MAPPINGS: Final = {
    "openshift-pod": _POD,
    "openshift-storage": _STORAGE,
    "openshift-vm": _VM,
    "openshift-gpu": _GPU,
    "openshift-node-labels": _NODES,
    "openshift-namespace-labels": _NAMESPACES,
    "ice": _ICE,
    "opencost": _OPENCOST_JSON,
    "opencost-csv": _OPENCOST_CSV,
}
"""Kind of report -> its mapping."""

COLUMNS: Final = frozenset(name for mapping in MAPPINGS.values() for name in mapping.source_columns())
"""Every column that some mapping reads."""

REVISION: Final = 1
"""Goes up when the result of a mapping changes, so that ``load`` knows to read every report again."""


def mapping(columns: Sequence[str]) -> Mapping:
    """Return the mapping of the report that column names are of; that of pods where they are of none."""
    return MAPPINGS[report_of(columns) or "openshift-pod"]
