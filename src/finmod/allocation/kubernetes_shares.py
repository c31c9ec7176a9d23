"""Shares by kubernetes: cost of clusters goes to what pods held of nodes, claims of volumes, and traffic.

Owns which weights a charge takes on a day, and who pays for what nobody held. The weights stand in the tables of
``kubernetes_usage.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

import numpy as np

from finmod.allocation.cells import Groups
from finmod.allocation.definition import Idle, Share
from finmod.allocation.kubernetes_charges import WEIGHTS
from finmod.allocation.kubernetes_usage import CLAIMS, NODES, TRAFFIC
from finmod.allocation.shares import When
from finmod.allocation.targets import UNALLOCATED
from finmod.allocation.vectors import Floats, Ints, Vector, from_arrays, mixed, only, without
from finmod.engines.duckdb import Engine
from finmod.errors import printable

What = Literal["node", "unknown", "volume", "storage", "network", "cluster"]

_PERIODS: Final = {"day": "day", "month": "date_diff('month', DATE '1970-01-01', DATE '1970-01-01' + day)"}


class Part(NamedTuple):
    """What was held of a node or volume in a period.

    Attributes:
        places: Numbers of targets in rising order; 0 is what nobody is named by.
        weights: What each held.
        idle: What nobody held.
    """

    places: Ints
    weights: Floats
    idle: float


Parts = Mapping[int, Mapping[str, Mapping[str, Part]]]
"""Period -> cluster -> key of a node or volume -> what was held of it."""


@dataclass(frozen=True)
class Held:
    """What was held of clusters, by period.

    Attributes:
        nodes: Of nodes, in money of the prices that were asked for.
        claims: Of volumes, in GiB-hours.
        traffic: Bytes sent from nodes.
        days: Cluster -> days since 1970 of which reports tell what was held of its nodes.
    """

    nodes: Parts
    claims: Parts
    traffic: Parts
    days: Mapping[str, AbstractSet[int]] = field(default_factory=dict)


def read_held(engine: Engine, share: Share) -> Held:
    """Return what was held, in the periods and at the prices of a share.

    Args:
        engine: Has the tables of ``kubernetes_usage.py``.
        share: Its grain is a day or a month, a day where it says nothing.
    """
    period = _PERIODS["month" if share.grain == "month" else "day"]
    cpu, memory, gpu = (float(price) for price in share.prices)
    value = f"cpu * {cpu!r} + memory * {memory!r} + gpu * {gpu!r}"
    return Held(
        _read(engine, NODES, value, period), _read(engine, CLAIMS, "storage", period),
        _read(engine, TRAFFIC, "sent", period), _days(engine),
    )  # fmt: skip


def _days(engine: Engine) -> Mapping[str, AbstractSet[int]]:
    rows = engine.rows(f"SELECT cluster, list(DISTINCT day) FROM {NODES} GROUP BY cluster")
    return {cluster: frozenset(days) for cluster, days in rows}


def _read(engine: Engine, table: str, value: str, period: str) -> Parts:
    rows = engine.rows(
        "SELECT period, cluster, key, coalesce(list(target ORDER BY target) FILTER (target IS NOT NULL), []), "
        "coalesce(list(weight ORDER BY target) FILTER (target IS NOT NULL), []), "
        "coalesce(max(weight) FILTER (target IS NULL), 0) FROM "
        f"(SELECT {period} AS period, cluster, key, target, exact_sum({value}) AS weight FROM {table} "
        "GROUP BY ALL) WHERE weight > 0 GROUP BY period, cluster, key ORDER BY period, cluster, key"
    )
    found: dict[int, dict[str, dict[str, Part]]] = {}
    for at, cluster, key, places, weights, idle in rows:
        part = Part(np.array(places, dtype=np.int64), np.array(weights, dtype=np.float64), idle)
        found.setdefault(at, {}).setdefault(cluster, {})[key] = part
    return found


@dataclass
class ByKubernetes:
    """A share by kubernetes.

    Attributes:
        share: How.
        held: What was held.
        groups: What groups are.
        pool: Number of the pool, for its columns.
        receiving: Target's number -> pool that it is called as.
        owner: Target that the pool is called as, nobody where it is not. What workloads named so held, the platform's
            own, is shared by what the others held.
        refused: Targets that may have no part, in rising order.
        untold: (Group, day) of charges for nodes that no report tells of, which their cluster's nodes stood in for.
        partial: Of months: cluster -> days of charges of which no report tells, which the rest stood in for.
    """

    share: Share
    held: Held
    groups: Groups
    pool: int
    receiving: Mapping[int, int]
    owner: int
    refused: Ints
    untold: set[tuple[int, int]] = field(default_factory=set)
    partial: dict[str | None, dict[int, int]] = field(default_factory=dict)
    _found: dict[tuple[int, What, str | None, str | None], Vector | str] = field(default_factory=dict)
    _named: dict[tuple[int, str], Vector | None] = field(default_factory=dict)
    _nodes: dict[tuple[int, str, str, bool], Vector | None] = field(default_factory=dict)

    def on(self, when: When) -> Vector | str:
        """Return who held what the charges of a group are for."""
        what, cluster, key = self._asked(when.group)
        period = when.day
        if self.share.grain == "month":
            period = (when.date.year - 1970) * 12 + when.date.month - 1
        if what == "node" and key not in self.held.nodes.get(period, {}).get(cluster or "", {}):
            what = "unknown"
        asked = period, what, cluster, key
        if asked not in self._found:
            self._found[asked] = self._of(*asked)
        found = self._found[asked]
        if what == "unknown" and isinstance(found, Vector):
            self.untold.add((when.group, when.day))
        if self.share.grain == "month" and isinstance(found, Vector) and not self._is_told(cluster, when.day):
            self.partial.setdefault(cluster, {})[when.day] = 1
        return found

    def _is_told(self, cluster: str | None, day: int) -> bool:
        """Return whether reports tell of a cluster, or of any, on a day."""
        return any(day in days for name, days in self.held.days.items() if cluster in {None, name})

    def words(self, group: int) -> str:
        """Return by what the charges of a group are shared, in words for whoever asks why."""
        what, cluster, key = self._asked(group)
        where = "all clusters" if cluster is None else f"cluster {printable(cluster, 80)}"
        which = "" if key is None else f"{printable(key, 80)} of "
        parts = {"volume": self.held.claims, "storage": self.held.claims, "network": self.held.traffic}.get(what)
        if parts is not None and not any(cluster is None or cluster in clusters for clusters in parts.values()):
            of = "traffic" if what == "network" else "storage claims"
            return f"what was held of {where}, since no report tells of {of}"
        return {
            "node": f"what was held of node {which}{where}",
            "unknown": f"what was held of the nodes of {where}, idle hours among it",
            "volume": f"claims of volume {which}{where}",
            "storage": f"storage claims of {where}",
            "network": f"bytes sent from {f'node {which}' if key else ''}{where}",
            "cluster": f"what was held of {where}",
        }[what]

    def _asked(self, group: int) -> tuple[What, str | None, str | None]:
        """Return what the charges of a group are for; cost of other pools is for all that clusters are."""
        named = dict(zip(self.groups.columns.get(self.pool, ()), self.groups.texts[group], strict=False))
        text = named.get(WEIGHTS)
        if text is None:
            return "cluster", None, None
        what, cluster, key = json.loads(text)
        return what, cluster, key

    def _of(self, period: int, what: What, cluster: str | None, key: str | None) -> Vector | str:
        found: Vector | None = None
        if what in {"volume", "storage"}:
            found = self._of_parts(self.held.claims, period, cluster, key)
        elif what == "network":
            found = self._of_parts(self.held.traffic, period, cluster, key)
        elif what == "node" and cluster is not None and key is not None:
            return self._node(period, cluster, key, idle=True) or "nothing was held of it"
        if found is not None:
            return found
        return self._of_clusters(period, cluster, idle=what in {"node", "unknown"})

    def _of_parts(self, parts: Parts, period: int, cluster: str | None, key: str | None) -> Vector | None:
        """Return who held a volume, else all volumes of the cluster, else all there are; None where none was told."""
        clusters = parts.get(period, {})
        chosen = [clusters.get(cluster, {})] if cluster is not None else [*clusters.values()]
        one = chosen[0].get(key) if chosen and key is not None else None
        given = [one] if one is not None else [part for each in chosen for part in each.values()]
        every = self._given(given)
        named = self._named_of(period, cluster) if cluster is not None else None
        return self._settled(every, named) if every is not None else None

    def _of_clusters(self, period: int, cluster: str | None, *, idle: bool) -> Vector | str:
        """Return who held a cluster, or all of them.

        Args:
            period: The period.
            cluster: Its name; None for all.
            idle: Whether what nobody held is put where it belongs, or else left out.
        """
        clusters = self.held.nodes.get(period, {})
        chosen = [cluster] if cluster is not None else [*clusters]
        parts = [
            (self._size(part, idle=idle), node)
            for name in chosen
            for key, part in clusters.get(name, {}).items()
            if (node := self._node(period, name, key, idle=idle)) is not None
        ]
        length = "month" if self.share.grain == "month" else "day"
        which = "any cluster" if cluster is None else f"cluster {printable(cluster, 80)}"
        return mixed(parts) or f"no usage of {which} is known for the {length}"

    def _node(self, period: int, cluster: str, key: str, *, idle: bool) -> Vector | None:
        asked = period, cluster, key, idle
        if asked not in self._nodes:
            part = self.held.nodes[period][cluster][key]
            named = self._named_of(period, cluster)
            given = self._given([part])
            held = self._settled(given, named) if given is not None else None
            left = part.idle if idle else 0.0
            whole = [(self._size(part, idle=False), held)] if held is not None else []
            if left > 0:
                whole.append((left, self._left(held, given, named)))
            self._nodes[asked] = mixed(whole)
        return self._nodes[asked]

    def _size(self, part: Part, *, idle: bool) -> float:
        held = part.weights[~np.isin(part.places, self.refused)].sum()
        return float(held) + (part.idle if idle else 0.0)

    def _left(self, held: Vector | None, given: Vector | None, named: Vector | None) -> Vector:
        """Return who pays for what nobody held of a node."""
        if self.share.idle == "proportional":
            return held or named or only(UNALLOCATED)
        there = without(given, [UNALLOCATED, self.owner]) if given is not None else None
        return self._put(self.share.idle, there or named)

    def _settled(self, given: Vector, named_there: Vector | None) -> Vector:
        """Return what was held, with what workloads without a name and the platform's own held put where it belongs.

        Args:
            given: What was held.
            named_there: What named workloads held in the cluster, for where none of them held any of it.
        """
        named = without(given, [UNALLOCATED, self.owner])
        nobody = float(given.weights[given.places == UNALLOCATED].sum())
        own = float(given.weights[given.places == self.owner].sum()) if self.owner else 0.0
        others = named or named_there
        parts = [(float(named.weights.sum()), named)] if named is not None else []
        parts += [(nobody, self._put(self.share.overhead, others)), (own, others or only(self.owner))]
        return mixed(parts) or given

    def _put(self, how: Idle | None, named: Vector | None) -> Vector:
        if how == "owner":
            return only(self.owner)
        if named is None or how in {None, "unallocated"}:
            return only(UNALLOCATED)
        return named if how == "proportional" else Vector(named.places, np.ones(len(named.places)))

    def _named_of(self, period: int, cluster: str) -> Vector | None:
        """Return what named workloads held in a cluster."""
        if (period, cluster) not in self._named:
            given = self._given([*self.held.nodes.get(period, {}).get(cluster, {}).values()])
            self._named[period, cluster] = without(given, [UNALLOCATED, self.owner]) if given is not None else None
        return self._named[period, cluster]

    def _given(self, parts: list[Part]) -> Vector | None:
        """Return the sum of what was held, pools in place of targets that are called as one."""
        if not parts:
            return None
        places = np.concatenate([part.places for part in parts])
        weights = np.concatenate([part.weights for part in parts])
        chosen = ~np.isin(places, self.refused)
        fed = [at if at == self.owner else -self.receiving.get(at, -at) for at in places[chosen].tolist()]
        return from_arrays(np.array(fed, dtype=np.int64), weights[chosen])
