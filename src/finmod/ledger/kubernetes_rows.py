"""The rows of Kubernetes usage: reports, and what AWS says of pods on its bill, as one relation.

Owns its SQL, and what of a node a row held. Rows are in the ledger's units: core-seconds, byte-seconds, bytes.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from finmod.engines.duckdb import literal
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import query, relation, whole
from finmod.ledger.splits import measured, quantity
from finmod.ledger.tables import CHARGES, KUBERNETES_USAGE, Table

HELD: Final = {
    f"{resource}Allocated{unit}": f"coalesce({resource}Allocated{unit}, "
    f"greatest({resource}Request{unit}, {resource}Usage{unit}))"
    for resource, unit in (("Cpu", "CoreSeconds"), ("Memory", "ByteSeconds"))
}
"""What a row held: as its report reckons, else the larger of request and usage."""
_SPLIT_COLUMNS: Final = {
    "Allocated": "x_SplitUsage",
    "Request": "x_SplitReservedUsage",
    "Usage": "x_SplitActualUsage",
}
_SPLIT_UNITS: Final = {
    "Cpu{}CoreSeconds": ("vcpu", 3600),
    "Memory{}ByteSeconds": ("gb", 3600 << 30),
}
_TAGS: Final = {
    "cluster": "cluster-name",
    "node": "node",
    "namespace": "namespace",
    "workload_type": "workload-type",
    "workload_name": "workload-name",
    "deployment": "deployment",
}


def usage_rows(ledger: Ledger, snapshot: Snapshot, days: tuple[date, date] | None = None) -> str:
    """Return SQL for the rows of reports and of the bill, in the ledger's units, instants without a zone.

    Args:
        ledger: Has them.
        snapshot: Its state.
        days: First and last day: files of other months are not read. None for all.
    """
    instants = ", ".join(f"make_timestamp(epoch_us({name})) AS {name}" for name in ("IntervalStart", "IntervalEnd"))
    usage = whole(KUBERNETES_USAGE, _files(ledger, KUBERNETES_USAGE, snapshot, days))
    reports = f"SELECT * REPLACE ({instants}) FROM {usage}"
    there = set(ledger.columns(CHARGES, snapshot))
    charges = _files(ledger, CHARGES, snapshot, days)
    if not charges or "x_SplitUsage" not in there:
        return f"({reports})"
    quantities = ", ".join(
        f"CASE WHEN {measured(there)} = '{unit}' THEN CAST({quantity(column)} AS DECIMAL(38,12)) * {factor} END AS "
        f"{target.format(part)}"
        for target, (unit, factor) in _SPLIT_UNITS.items()
        for part, column in _SPLIT_COLUMNS.items()
        if column in there
    )
    tags = {name: _tag(key) for name, key in _TAGS.items()}
    split = query("kubernetes_splits").format(charges=relation(charges), quantities=quantities, **tags)
    return f"({reports} UNION ALL BY NAME {split})"


def _files(ledger: Ledger, table: Table, snapshot: Snapshot, days: tuple[date, date] | None) -> list[Path]:
    """Return the files of a table whose month, which the folder of their partition says, has any of the days."""
    files = ledger.files(table, snapshot)
    if days is None:
        return files
    first, last = (f"{day:%Y-%m}-01" for day in days)
    return [file for file in files if first <= file.parent.name.partition("=")[2] <= last]


def _tag(key: str) -> str:
    """Return SQL for a tag of AWS: a legacy report has ``aws:eks:cluster-name``, CUR 2.0 ``aws:eks_cluster_name``."""
    flat = key.replace("-", "_")
    names = dict.fromkeys((f"aws:eks:{key}", f"aws:eks_{flat}", f"aws:eks:{flat}"))
    found = (f"tags ->> {literal(_path(name))}" for name in names)
    return f"coalesce({', '.join(found)})"


def _path(name: str) -> str:
    return f'$."{name}"'
