"""Charges of clusters: by which weights each is shared.

Owns the look at a charge: the node or volume whose id it has, else the cluster that its tags or its id name, else all
clusters; and whether it is for storage, for traffic or for nodes.

Source of the tag keys: AWS, "Tag your Amazon EKS resources for billing" (aws:eks:cluster-name); eksctl
(alpha.eksctl.io/cluster-name); Kubernetes, well-known tags of cloud providers (kubernetes.io/cluster/NAME,
KubernetesCluster); Google, "GKE cost allocation" (goog-k8s-cluster-name); Microsoft, AKS (aks-managed-cluster-name,
resource groups MC_GROUP_CLUSTER_REGION).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from finmod.allocation.definition import Allocation, Share
from finmod.allocation.kubernetes_usage import query, resource_key
from finmod.engines.duckdb import Engine
from finmod.taxonomy.naming import NAMES

WEIGHTS: Final = "x_Weights"
"""Column that tells groups of charges apart: a JSON list of what they are for, their cluster, its node or volume."""

OF_CHARGES: Final = "kubernetes_of_charges"
"""Table: x_Source, x_BillingPeriod, x_ChargeKey -> ResourceId and that column."""

TEXTS: Final = (
    "ResourceId", "ResourceName", "Tags", "AllocatedTags", "ServiceName", "ServiceCategory", "ServiceSubcategory",
    "SkuMeter", "ChargeDescription",
)  # fmt: skip
"""Columns of charges that are looked at."""

_OWN = "(?:(?:user|tag|label)[:_]|k8s-label/)?"
_CLUSTER = "(?:(?:k8s|eks|aks|gke|kubernetes)[-_:/]?)?cluster(?:[-_]?name)?"
_SUPPLIERS = (
    r"aws[:_]eks[:_]cluster[-_]name|alpha\.eksctl\.io/cluster-name|goog-k8s-cluster-name|aks-managed-cluster-name"
)


def asking_pools(allocation: Allocation) -> tuple[int, ...]:
    """Return the numbers of the pools of which some share asks what was held of clusters."""
    return tuple(number for number, pool in enumerate(allocation.pools, start=1) if any(map(_asks, pool.shares)))


def _asks(share: Share) -> bool:
    return share.kind == "kubernetes" or (share.otherwise is not None and _asks(share.otherwise))


def mark_charges(engine: Engine, pool: str, numbers: Collection[int]) -> None:
    """Make the table of what the charges of some pools are for.

    Args:
        engine: Has the table ``names``, with ``TEXTS``, and the tables of ``read_usage``.
        pool: SQL for the number of the pool that a row of ``names`` is in.
        numbers: Of the pools.
    """
    keys = "x_Source, x_BillingPeriod, x_ChargeKey"
    # Where a report leaves its cluster's name out, no charge can be told to be of another one.
    nameless = engine.row("SELECT coalesce(bool_or(is_nameless), false) FROM kubernetes_clusters")[0]
    suppliers = (
        f"regexp_full_match(t.key, '{_OWN}(?:{_CLUSTER}|{_SUPPLIERS})') OR t.key LIKE '%kubernetes.io/cluster/_%'"
    )
    sql = query("kubernetes_charges").format(
        charges=f"(SELECT DISTINCT {keys}, {', '.join(TEXTS)} FROM {NAMES} WHERE {pool} IN "
        f"({', '.join(map(str, numbers))}))",
        id=resource_key("ResourceId"),
        names_cluster="false" if nameless else suppliers,
    )
    engine.run(f"CREATE OR REPLACE TEMP TABLE {OF_CHARGES} AS {sql}")
