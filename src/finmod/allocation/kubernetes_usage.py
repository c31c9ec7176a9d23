"""What targets held of clusters: pods, claims and GPUs of usage reports and bills, named by the taxonomy.

Owns the tables that a share by kubernetes reads its weights from. A workload is named as AWS's split rows are: by its
labels, as tags of what a cost was split to, and behind them by those of its namespace; what reports say of it beside
labels stands among them as ``namespace``, ``cluster-name``, ``workload-type`` and ``workload-name``. It has no other
column of a charge: the account of its node is not its own.
"""

from __future__ import annotations

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

_BASE = "kubernetes_base"
# Places in the list that tells workloads apart, see kubernetes_pods.sql.
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


def read_usage(engine: Engine, usage: str, taxonomy: Taxonomy, targets: Targets, charges: str) -> None:
    """Make the tables of what was held; the names of a run must be made after it, for they use the same tables.

    Args:
        engine: Where they are made.
        usage: SQL for the rows of reports and bills.
        taxonomy: What names workloads.
        targets: Get the targets that hold anything.
        charges: SQL for what is shared, with x_ChargeDate: usage of its months is looked at.
    """
    days = engine.row(
        "SELECT coalesce(date_trunc('month', min(x_ChargeDate)), DATE '1970-01-01')::DATE, "
        f"coalesce(last_day(max(x_ChargeDate)), DATE '1970-01-01') FROM (SELECT x_ChargeDate FROM {charges})"
    )
    sql = query("kubernetes_rows").format(
        usage=usage,
        cpu=HELD["CpuAllocatedCoreSeconds"],
        memory=HELD["MemoryAllocatedByteSeconds"],
        volume=resource_key("VolumeResourceId"),
        node=resource_key("NodeResourceId"),
        first=days[0],
        last=days[1],
    )
    engine.run(f"CREATE OR REPLACE TEMP TABLE kubernetes_rows AS {sql}")
    engine.run(f"CREATE OR REPLACE TEMP TABLE kubernetes_told AS {query('kubernetes_told')}")
    segments = segments_between(taxonomy.days(), days[0], days[1])
    held = query("kubernetes_pods")
    day = "(DATE '1970-01-01' + day)"
    engine.run(f"CREATE OR REPLACE TEMP TABLE kubernetes_pods AS SELECT *, {segments.of(day)} AS segment FROM ({held})")
    _name_workloads(engine, taxonomy, targets, segments)
    engine.run(
        "CREATE OR REPLACE TEMP TABLE kubernetes_named AS SELECT p.*, t.target FROM kubernetes_pods AS p "
        "JOIN kubernetes_targets AS t USING (workload, segment)"
    )
    _make_keys(engine)
    engine.run(f"CREATE OR REPLACE TEMP TABLE {NODES} AS {query('kubernetes_nodes')}")
    engine.run(f"CREATE OR REPLACE TEMP TABLE {CLAIMS} AS {query('kubernetes_claims')}")
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {TRAFFIC} AS SELECT u.day, u.cluster, coalesce(k.key, u.cluster || '/') AS key, "
        "u.target, sum(u.sent) AS sent FROM kubernetes_named AS u LEFT JOIN kubernetes_keys AS k "
        "ON u.cluster = k.cluster AND u.day = k.day AND u.node = k.node WHERE u.what = 'network' GROUP BY ALL"
    )
    _make_names(engine)
    for table in ("kubernetes_pods", "kubernetes_named", "kubernetes_targets", _BASE):
        engine.run(f"DROP TABLE {table}")


def _name_workloads(engine: Engine, taxonomy: Taxonomy, targets: Targets, segments: Segments) -> None:
    """Make the table of workload and segment -> number of its target: 0 for a workload that no rule names."""
    facts = ", ".join(f"'{key}', workload ->> {place}" for key, place in _FACTS)
    pod, namespace, claim = (f"coalesce(workload ->> {place}, '{{}}')::JSON" for place in (7, 8, 6))
    given = {
        "x_Source": "workload ->> 0",
        "ResourceName": "workload ->> 5",
        "AllocatedTags": f"json_merge_patch(json_merge_patch({pod}, {claim}), json_object({facts}))::VARCHAR",
        "Tags": f"nullif({namespace}::VARCHAR, '{{}}')",
    }
    columns = ", ".join(f"{given.get(name, 'NULL::VARCHAR')} AS {identifier(name)}" for name in COLUMNS)
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {_BASE} AS SELECT workload AS x_Workload, segment, "
        f"DATE '1970-01-01' AS x_BillingPeriod, {columns} FROM (SELECT DISTINCT workload, segment FROM kubernetes_pods)"
    )
    naming = name_keys(engine, taxonomy, segments, _BASE)
    values = ", ".join(f"{naming.value_sql(name)} AS v{at}" for at, name in enumerate(targets.dimensions))
    engine.run(
        "CREATE OR REPLACE TEMP TABLE kubernetes_targets AS "
        f"SELECT x_Workload AS workload, segment, {values} FROM {NAMES}"
    )
    names = [f"v{at}" for at in range(len(targets.dimensions))]
    every = engine.rows(f"SELECT DISTINCT {', '.join(names)} FROM kubernetes_targets ORDER BY ALL")
    declared = ", ".join(f"{name} VARCHAR" for name in names)
    engine.run(f"CREATE OR REPLACE TEMP TABLE kubernetes_numbers (target INTEGER, {declared})")
    rows = [(number, *values) for number, values in zip(targets.numbers(every), every, strict=True)]
    insert_rows(engine, "kubernetes_numbers", ("INTEGER", *["VARCHAR"] * len(names)), rows)
    same = " AND ".join(f"t.{name} IS NOT DISTINCT FROM n.{name}" for name in names)
    engine.run(
        "CREATE OR REPLACE TEMP TABLE kubernetes_targets AS SELECT t.workload, t.segment, n.target "
        f"FROM kubernetes_targets AS t JOIN kubernetes_numbers AS n ON {same}"
    )


def _make_keys(engine: Engine) -> None:
    """Make the table of nodes by name, cluster and day -> their key: the cloud's id, else cluster and name."""
    engine.run(
        "CREATE OR REPLACE TEMP TABLE kubernetes_keys AS SELECT cluster, day, node, "
        "coalesce(min(node_id), concat(cluster, '/', node)) AS key, max(node_name) AS node_name "
        "FROM kubernetes_rows WHERE node IS NOT NULL GROUP BY cluster, day, node"
    )


def _make_names(engine: Engine) -> None:
    """Make the table of what charges may call a node or volume -> its key; a name that several have tells nothing."""
    every = (
        "SELECT 'node' AS kind, key AS name, key, cluster FROM kubernetes_keys UNION ALL "
        "SELECT 'node', node_name, key, cluster FROM kubernetes_keys UNION ALL "
        f"SELECT 'volume', key, key, cluster FROM {CLAIMS} UNION ALL "
        f"SELECT 'volume', volume_name, key, cluster FROM {CLAIMS}"
    )
    engine.run(
        "CREATE OR REPLACE TEMP TABLE kubernetes_names AS SELECT kind, name, min(key) AS key, min(cluster) AS cluster "
        f"FROM ({every}) WHERE name IS NOT NULL GROUP BY kind, name HAVING count(DISTINCT key) = 1"
    )


def query(name: str) -> str:
    """Return a query of this room by name."""
    file = resources.files("finmod.allocation").joinpath("sql", f"{name}.sql")
    return without_heading(file.read_text(encoding="utf-8"))
