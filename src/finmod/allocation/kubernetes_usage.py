"""What targets held of clusters: pods, claims and GPUs of usage reports and bills, named by the taxonomy.

Owns the tables that a share by kubernetes reads its weights from. A workload is named as AWS's split rows are: by its
labels, as tags of what a cost was split to, and behind them by those of its namespace; what reports say of it beside
labels stands among them as ``namespace``, ``cluster-name``, ``workload-type`` and ``workload-name``. It has no other
column of a charge: the account of its node is not its own.
"""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import Final

from finmod.allocation.definition import Allocation
from finmod.allocation.targets import Targets
from finmod.engines.duckdb import Engine, identifier
from finmod.ledger.kubernetes_rows import HELD
from finmod.ledger.reduce import without_heading
from finmod.settings.rule import COLUMNS
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.naming import NAMES, name_keys
from finmod.taxonomy.row_insert import insert_rows
from finmod.taxonomy.segments import Segments, segments_between

NODES: Final = "kubernetes_nodes"
"""Table: ``day``, ``cluster``, ``key`` of a node, ``target``, core-hours ``cpu``, GiB-hours ``memory`` and hours of
``gpu`` held; those that nobody held have the target NULL, those of workloads without a name 0."""

CLAIMS: Final = "kubernetes_claims"
"""Table: ``day``, ``cluster``, ``key`` of a volume, ``target`` and GiB-hours of ``storage``."""

TRAFFIC: Final = "kubernetes_traffic"
"""Table: ``day``, ``cluster``, ``key`` of a node, ``target`` and bytes ``sent``."""

_HELD, _CLAIMED, _BASE = "kubernetes_held", "kubernetes_claims_held", "kubernetes_base"
# Places in the list that tells workloads apart, see kubernetes_workloads.sql.
_FACTS = (("namespace", 2), ("cluster-name", 1), ("workload-type", 3), ("workload-name", 4))


def resource_key(column: str) -> str:
    """Return SQL for what is equal of the ids that reports and bills give a node or a volume.

    AWS: ``i-0a`` of ``aws:///us-east-1a/i-0a`` and of ARNs. Google: the last part of a path. Azure: the whole id in
    small letters; of a machine of a scale set that of the set, for bills go no deeper.
    """
    bare = f"lower(regexp_replace({column}, '^(?:azure|gce|aws)://', ''))"
    in_set = "(/virtualmachinescalesets/[^/]+)/virtualmachines/[^/]+$"
    last = f"nullif(split_part(regexp_extract({bare}, '([^/]+)/*$', 1), '::', 1), '')"
    return (
        f"CASE WHEN {bare} LIKE '/subscriptions/%' THEN regexp_replace({bare}, '{in_set}', '\\1') "
        f"WHEN {bare} LIKE 'fs-%:%' THEN split_part({bare}, ':', 1) ELSE {last} END"
    )


def asks_usage(allocation: Allocation) -> bool:
    """Return whether any share asks what was held of clusters."""
    return any(share.kind == "kubernetes" for share in allocation.shares())


def days_of(engine: Engine, charges: str) -> tuple[date, date]:
    """Return the first and last day of the months that charges are of, of which usage is looked at.

    Args:
        engine: Where to run.
        charges: SQL for a table with x_ChargeDate.
    """
    first, last = engine.row(
        f"SELECT CAST(date_trunc('month', min(x_ChargeDate)) AS DATE), last_day(max(x_ChargeDate)) FROM {charges}"
    )
    return (first, last) if first else (date.min, date.min)


def read_usage(engine: Engine, usage: str, taxonomy: Taxonomy, targets: Targets, days: tuple[date, date]) -> None:
    """Make the tables of what was held; the names of a run must be made after it, for they use the same tables.

    Args:
        engine: Where they are made.
        usage: SQL for the rows of reports and bills.
        taxonomy: What names workloads.
        targets: Get the targets that hold anything.
        days: First and last day that are looked at.
    """
    rows = query("kubernetes_rows").format(
        usage=usage,
        cpu=HELD["CpuAllocatedCoreSeconds"],
        memory=HELD["MemoryAllocatedByteSeconds"],
        first=days[0],
        last=days[1],
    )
    _make(engine, "kubernetes_intervals", query("kubernetes_intervals").format(rows=rows))
    _make(engine, "kubernetes_told", query("kubernetes_told"))
    _make(engine, "kubernetes_days", query("kubernetes_days").format(rows=rows))
    segments = segments_between(taxonomy.days(), days[0], days[1])
    claimed = query("kubernetes_claimed").format(rows=rows, volume=resource_key("VolumeResourceId"))
    told = {_HELD: "FROM kubernetes_days WHERE cpu + memory + gpu + sent > 0", _CLAIMED: claimed}
    for table, held in told.items():
        segment = segments.of("(DATE '1970-01-01' + day)")
        workloads = query("kubernetes_workloads").format(held=held)
        _make(engine, table, f"SELECT *, {segment} AS segment FROM ({workloads})")
    _name_workloads(engine, taxonomy, targets, segments)
    for table in told:
        named = f"SELECT h.*, t.target FROM {table} AS h JOIN kubernetes_targets AS t USING (workload, segment)"
        _make(engine, table, named)
    _make_tables(engine)
    for table in ("kubernetes_days", *told, "kubernetes_targets", _BASE):
        engine.run(f"DROP TABLE {table}")


def _make(engine: Engine, table: str, sql: str) -> None:
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS {sql}")


def _name_workloads(engine: Engine, taxonomy: Taxonomy, targets: Targets, segments: Segments) -> None:
    """Make the table of workload and segment -> number of its target: 0 for a workload that no rule names."""
    facts = ", ".join(f"'{key}', workload ->> {place}" for key, place in _FACTS)
    claim, pod, namespace = (
        f"(CASE WHEN json_valid(workload ->> {place}) THEN workload ->> {place} ELSE '{{}}' END)::JSON"
        for place in (6, 7, 8)
    )
    given = {
        "x_Source": "workload ->> 0",
        "ResourceName": "workload ->> 5",
        "AllocatedTags": f"json_merge_patch(json_merge_patch({pod}, {claim}), json_object({facts}))::VARCHAR",
        "Tags": f"nullif({namespace}::VARCHAR, '{{}}')",
    }
    columns = ", ".join(f"{given.get(name, 'NULL::VARCHAR')} AS {identifier(name)}" for name in COLUMNS)
    every = f"SELECT workload, segment FROM {_HELD} UNION SELECT workload, segment FROM {_CLAIMED}"
    _make(engine, _BASE, f"SELECT workload AS x_Workload, segment, DATE '1970-01-01' AS x_BillingPeriod, {columns} "
          f"FROM ({every})")  # fmt: skip
    naming = name_keys(engine, taxonomy, segments, _BASE)
    values = ", ".join(f"{naming.value_sql(name)} AS v{at}" for at, name in enumerate(targets.dimensions))
    _make(engine, "kubernetes_targets", f"SELECT x_Workload AS workload, segment, {values} FROM {NAMES}")
    names = [f"v{at}" for at in range(len(targets.dimensions))]
    found = engine.rows(f"SELECT DISTINCT {', '.join(names)} FROM kubernetes_targets ORDER BY ALL")
    declared = ", ".join(f"{name} VARCHAR" for name in names)
    engine.run(f"CREATE OR REPLACE TEMP TABLE kubernetes_numbers (target INTEGER, {declared})")
    rows = [(number, *each) for number, each in zip(targets.numbers(found), found, strict=True)]
    insert_rows(engine, "kubernetes_numbers", ("INTEGER", *["VARCHAR"] * len(names)), rows)
    same = " AND ".join(f"t.{name} IS NOT DISTINCT FROM n.{name}" for name in names)
    sql = f"SELECT t.workload, t.segment, n.target FROM kubernetes_targets AS t JOIN kubernetes_numbers AS n ON {same}"
    _make(engine, "kubernetes_targets", sql)


def _make_tables(engine: Engine) -> None:
    """Make the tables that shares read, and those of what charges may call a node or volume."""
    node = resource_key("NodeResourceId")
    keys = (
        f"SELECT called, day, node_called, coalesce(min({node}), concat(called, '/', node_called)) AS key, "
        "max(lower(Node)) AS node_name FROM kubernetes_intervals WHERE node_called IS NOT NULL "
        "GROUP BY called, day, node_called"
    )
    _make(engine, "kubernetes_keys", keys)
    _make(engine, NODES, query("kubernetes_nodes"))
    claims = (
        "SELECT day, called AS cluster, coalesce(volume_id, concat_ws('/', called, coalesce(volume_name, Namespace), "
        "claim)) AS key, CASE WHEN x_Kind = 'unmounted' THEN 0 ELSE target END AS target, sum(storage) AS storage, "
        f"max(volume_name) AS volume_name FROM {_CLAIMED} GROUP BY ALL"
    )
    _make(engine, CLAIMS, claims)
    traffic = (
        f"SELECT h.day, h.called AS cluster, coalesce(k.key, h.called || '/') AS key, h.target, sum(h.sent) AS sent "
        f"FROM {_HELD} AS h LEFT JOIN kubernetes_keys AS k USING (called, day, node_called) WHERE h.sent > 0 "
        "GROUP BY ALL"
    )
    _make(engine, TRAFFIC, traffic)
    every = (
        "SELECT 'node' AS kind, key AS name, key, called AS cluster FROM kubernetes_keys UNION ALL "
        "SELECT 'node', node_name, key, called FROM kubernetes_keys UNION ALL "
        f"SELECT 'volume', key, key, cluster FROM {CLAIMS} UNION ALL "
        f"SELECT 'volume', volume_name, key, cluster FROM {CLAIMS}"
    )
    # A name that several have tells nothing.
    once = (
        f"SELECT kind, name, min(key) AS key, min(cluster) AS cluster FROM ({every}) WHERE name IS NOT NULL "
        "GROUP BY kind, name HAVING count(DISTINCT key) = 1"
    )
    _make(engine, "kubernetes_names", once)


def query(name: str) -> str:
    """Return a query of this room by name."""
    file = resources.files("finmod.allocation").joinpath("sql", f"{name}.sql")
    return without_heading(file.read_text(encoding="utf-8"))
