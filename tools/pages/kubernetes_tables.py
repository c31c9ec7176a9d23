"""The tables of Kubernetes usage on docs/reference/tables.md: their columns, units and meanings, and a note on each.

Owns what the views' own columns mean; those of the ledger are told in ``normalize/kubernetes_columns.py``.
"""

from __future__ import annotations

from typing import Final

from finmod.ledger.tables import KUBERNETES_FILES
from finmod.marts.kubernetes import DAILY
from finmod.normalize.charges import DECIMAL
from finmod.normalize.kubernetes_columns import COLUMNS, UsageColumn

_BY_NAME: Final = {column.name: column for column in COLUMNS}
_ROWS = UsageColumn("x_Rows", "BIGINT", "Number of rows.", "rows")
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
_FILE_MEANINGS: Final = {
    "x_File": "File that was read: relative to the project where it lies inside it, else absolute.",
    "x_FileHash": "SHA-256 of the file's bytes; a file with a known one is not read again.",
    "x_FileBytes": "Size of the file.",
    "x_ReadAs": "Changes when the mapping or the settings of the source change, so that load reads the file again.",
    "x_Report": "Kind of report, by its columns.",
    "x_Rows": "Number of rows of the file in the month.",
    "x_Quantity": "Quantity that the row totals, in the unit that it is kept in; NULL on the row of the file itself.",
    "x_ControlTotal": "Total as the file's text has it.",
    "x_Total": "Sum in the ledger.",
    "x_RoundingDifference": "x_ControlTotal minus x_Total: what rounding each cell once, to 12 places, did.",
}
_DAY = ("x_Source", "x_BillingPeriod", "x_UsageDate")


def _columns(*names: str) -> tuple[UsageColumn, ...]:
    return tuple(_BY_NAME[name] for name in names)


USAGE_VIEWS: Final = {
    "kubernetes_usage": COLUMNS,
    "kubernetes_usage_daily": (
        *_columns(
            *_DAY, "x_Kind", "Cluster", "Node", "NodeResourceId", "Namespace", "ControllerKind", "Controller", "x_Name",
            "StorageClass", "GpuModel", "Labels", "NamespaceLabels",
        ),
        _ROWS,
        *DAILY,
    ),
    "kubernetes_nodes_daily": (
        *_columns(*_DAY, "Cluster", "Node", "NodeResourceId", "NodeLabels"),
        UsageColumn("x_Intervals", "BIGINT", "Number of intervals that are known of the day.", "intervals"),
        *_NODE_QUANTITIES,
    ),
    "kubernetes_files": tuple(
        UsageColumn(name, kind, _FILE_MEANINGS.get(name) or _BY_NAME[name].meaning, "rows" if name == "x_Rows" else "")
        for name, kind in KUBERNETES_FILES.columns.items()
    ),
}  # fmt: skip
"""Table -> its columns in the order of its SQL."""

USAGE_NOTES: Final = {
    "kubernetes_usage": "Telemetry, and no money: nothing of it is in charges. NodeResourceId and VolumeResourceId "
    "join ResourceId of charges. A workload may stand in rows of several x_Kind, such as a virtual machine and its "
    "pod: sum those of one. Split cost allocation data of AWS (EKS) are rows here too, with the source of their bill.",
    "kubernetes_usage_daily": "The input of splitting a cluster's cost. Allocated is what the report reckons, else the "
    "larger of request and usage of each interval. Quantities are added up first and divided once.",
    "kubernetes_nodes_daily": "A node's capacity counts once an interval, however many pods it has. Idle is what the "
    "report says, else capacity less allocated; NULL where neither is known.",
    "kubernetes_files": "The manifests of the reports that stand in the ledger; `finmod check` proves them again.",
}


def usage_rows(name: str) -> list[tuple[str, str, str, str]]:
    """Return column, type, unit and meaning of each column of one of these tables."""
    return [(column.name, shown(column.kind), column.unit, column.meaning) for column in USAGE_VIEWS[name]]


def shown(kind: str) -> str:
    """Return a type as users see it."""
    return "TIMESTAMP" if kind == "TIMESTAMP WITH TIME ZONE" else kind
