"""The tables of Kubernetes usage on docs/reference/tables.md: their columns, units and meanings, and a note on each.

Owns what the views' own columns mean; those of the ledger are told in ``normalize/kubernetes_columns.py``.
"""

from __future__ import annotations

from typing import Final

from finmod.ledger.tables import USAGE
from finmod.marts.kubernetes import DAILY
from finmod.normalize.charges import DECIMAL
from finmod.normalize.kubernetes_columns import COLUMNS
from finmod.normalize.usage import UsageColumn
from tools.pages.usage import ROWS, file_columns

_BY_NAME: Final = {column.name: column for column in COLUMNS}
_NODE_QUANTITIES: Final = tuple(
    UsageColumn(f"{part}{what}{unit}", DECIMAL, f"{words}, {resource}.", named)
    for part, unit, named, resource in (
        ("Cpu", "CoreHours", "core-hours", "processors"),
        ("Memory", "GiBHours", "GiB-hours", "memory"),
    )
    for what, words in (
        ("Capacity", "What the node, or the cluster, had"),
        ("Allocated", "What its workloads held: request or usage, whichever is more"),
        ("Idle", "What was left, never below 0"),
    )
)
_DAY = ("x_Source", "x_BillingPeriod", "x_UsageDate")


def _columns(*names: str) -> tuple[UsageColumn, ...]:
    return tuple(_BY_NAME[name] for name in names)


KUBERNETES_VIEWS: Final = {
    "kubernetes_usage": COLUMNS,
    "kubernetes_usage_daily": (
        *_columns(
            *_DAY, "x_Kind", "Cluster", "Node", "NodeResourceId", "Namespace", "ControllerKind", "Controller", "x_Name",
            "StorageClass", "GpuModel", "Labels", "NamespaceLabels",
        ),
        ROWS,
        *DAILY,
    ),
    "kubernetes_nodes_daily": (
        *_columns(*_DAY, "Cluster", "Node", "NodeResourceId", "NodeLabels"),
        UsageColumn("x_Intervals", "BIGINT", "Number of intervals that are known of the day.", "intervals"),
        *_NODE_QUANTITIES,
    ),
    "kubernetes_files": file_columns(
        USAGE["kubernetes"], _BY_NAME, "Kind of report, by its columns.",
        "what rounding each cell once, to 12 places, did.",
    ),
}  # fmt: skip
"""Table -> its columns in the order of its SQL."""

KUBERNETES_NOTES: Final = {
    "kubernetes_usage": "Telemetry, and no money: nothing of it is in charges. NodeResourceId and VolumeResourceId "
    "join ResourceId of charges. A workload may stand in rows of several x_Kind, such as a virtual machine and its "
    "pod: sum those of one. Split cost allocation data of AWS (EKS) are rows here too, with the source of their bill.",
    "kubernetes_usage_daily": "The input of splitting a cluster's cost. Allocated is what the report reckons, else the "
    "larger of request and usage of each interval. Quantities are added up first and divided once.",
    "kubernetes_nodes_daily": "A node's capacity counts once an interval, however many pods it has. Idle is what the "
    "report says, else capacity less allocated; NULL where neither is known.",
    "kubernetes_files": "The manifests of the reports that stand in the ledger; `finmod check` proves them again.",
}
