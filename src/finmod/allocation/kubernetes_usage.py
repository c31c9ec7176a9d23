"""What targets held of clusters: pods, claims and GPUs of usage reports and bills, named by the taxonomy.

Owns the tables that a share by kubernetes reads its weights from. A workload is named as AWS's split rows are: by its
labels, as tags of what a cost was split to, and behind them by those of its namespace; what reports say of it beside
labels stands among them as ``namespace``, ``cluster-name``, ``workload-type`` and ``workload-name``. It has no other
column of a charge: the account of its node is not its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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

Days = tuple[date, date]
"""First and last day of a month."""

_OF_NODE = "day INTEGER, cluster VARCHAR, key VARCHAR, target INTEGER"
_TABLES = {
    NODES: f"{_OF_NODE}, cpu DOUBLE, memory DOUBLE, gpu DOUBLE",
    CLAIMS: f"{_OF_NODE}, storage DOUBLE, volume_name VARCHAR",
    TRAFFIC: f"{_OF_NODE}, sent DOUBLE",
    "kubernetes_keys": "called VARCHAR, day INTEGER, node_called VARCHAR, key VARCHAR, node_name VARCHAR",
    "kubernetes_clusters": "cluster VARCHAR, is_nameless BOOLEAN",
}
EXACT_SUM: Final = "exact_sum(x) AS CAST(sum(CAST(x * 1e18 AS HUGEINT)) AS DOUBLE) / 1e18"
"""Macro: a sum of doubles that is the same in whatever order they come, so that two runs never differ."""

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


def months_of(engine: Engine, charges: str) -> list[Days]:
    """Return the first and last day of each month that charges are of, oldest first.

    Args:
        engine: Where to run.
        charges: SQL for a table with x_ChargeDate.
    """
    month = "CAST(date_trunc('month', x_ChargeDate) AS DATE)"
    rows = engine.rows(f"SELECT DISTINCT {month} AS month, last_day(month) FROM {charges} ORDER BY month")
    return [(first, last) for first, last in rows]


def read_usage(
    engine: Engine, usage: Callable[[Days], str], taxonomy: Taxonomy, targets: Targets, months: Iterable[Days]
) -> None:
    """Make the tables of what was held, month by month: the texts of a month are as much as memory should hold.

    The names of a run must be made after it, for they use the same tables.

    Args:
        engine: Where they are made.
        usage: Returns SQL for the rows of reports and bills of a month.
        taxonomy: What names workloads.
        targets: Get the targets that hold anything.
        months: First and last day of each month that is looked at.
    """
    engine.run(f"CREATE OR REPLACE TEMP MACRO {EXACT_SUM}")
    for table, columns in _TABLES.items():
        engine.run(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
    for days in months:
        _read_month(engine, usage(days), taxonomy, targets, days)
    _make_names(engine)


def _read_month(engine: Engine, usage: str, taxonomy: Taxonomy, targets: Targets, days: Days) -> None:
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
    _keep_month(engine)
    for table in ("kubernetes_intervals", "kubernetes_told", "kubernetes_days", *told, "kubernetes_targets", _BASE):
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


def _keep_month(engine: Engine) -> None:
    """Add a month to the tables that shares read, and to those of what charges may call a node or cluster."""
    node = resource_key("NodeResourceId")
    kept = {
        "kubernetes_clusters": "SELECT DISTINCT called, Cluster IS NULL FROM kubernetes_intervals",
        "kubernetes_keys": f"SELECT called, day, node_called, coalesce(min({node}), concat(called, '/', node_called)), "
        "max(lower(Node)) FROM kubernetes_intervals WHERE node_called IS NOT NULL AND (called, day) IN "
        "(SELECT (called, day) FROM kubernetes_told WHERE what = 'nodes' AND x_Kind = 'pod') "
        "GROUP BY called, day, node_called",
        NODES: query("kubernetes_nodes").format(idle=query("kubernetes_idle")),
        CLAIMS: "SELECT day, called, coalesce(volume_id, concat_ws('/', called, coalesce(volume_name, Namespace), "
        "claim)) AS key, CASE WHEN x_Kind = 'unmounted' THEN 0 ELSE target END AS target, exact_sum(storage), "
        f"max(volume_name) FROM {_CLAIMED} GROUP BY day, called, key, 4",
        TRAFFIC: "SELECT h.day, h.called, coalesce(k.key, h.called || '/') AS key, h.target, exact_sum(h.sent) "
        f"FROM {_HELD} AS h LEFT JOIN kubernetes_keys AS k USING (called, day, node_called) WHERE h.sent > 0 "
        "GROUP BY ALL",
    }
    for table, sql in kept.items():
        engine.run(f"INSERT INTO {table} {sql}")


def _make_names(engine: Engine) -> None:
    """Make the table of what charges may call a node or volume; a name that several have tells nothing."""
    every = (
        "SELECT 'node' AS kind, key AS name, key, called AS cluster FROM kubernetes_keys UNION ALL "
        "SELECT 'node', node_name, key, called FROM kubernetes_keys UNION ALL "
        f"SELECT 'volume', key, key, cluster FROM {CLAIMS} UNION ALL "
        f"SELECT 'volume', volume_name, key, cluster FROM {CLAIMS}"
    )
    once = (
        f"SELECT kind, name, min(key) AS key, min(cluster) AS cluster FROM ({every}) WHERE name IS NOT NULL "
        "GROUP BY kind, name HAVING count(DISTINCT key) = 1"
    )
    _make(engine, "kubernetes_names", once)


def query(name: str) -> str:
    """Return a query of this room by name."""
    file = resources.files("finmod.allocation").joinpath("sql", f"{name}.sql")
    return without_heading(file.read_text(encoding="utf-8"))
