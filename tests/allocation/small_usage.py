"""Small usage of clusters: a few rows as a report would give them, and what a share by kubernetes makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from finmod.allocation.cells import Groups
from finmod.allocation.definition import Share, Values
from finmod.allocation.kubernetes_charges import WEIGHTS, mark_charges
from finmod.allocation.kubernetes_shares import ByKubernetes, read_held
from finmod.allocation.kubernetes_usage import read_usage
from finmod.allocation.shares import When
from finmod.allocation.targets import Targets
from finmod.allocation.vectors import Vector
from finmod.engines.duckdb import Engine
from finmod.ledger.tables import KUBERNETES_USAGE
from finmod.settings.rule import COLUMNS
from tests.taxonomy.small import read

DAY = date(2026, 9, 1)
DAYS = (DAY - date(1970, 1, 1)).days
GIB = 1 << 30

TAXONOMY = """
    dimensions:
      product:
        values: {search: {}, ads: {}, kubernetes: {}}
        from:
          - label: product
          - when: {label.namespace: kube-system}
            is: kubernetes
      team:
        from: [label: team]
    """
"""Pods are named by their labels; kube-system is the platform's own."""

Row = Mapping[str, Any]


def pod(name: str, node: str = "a", *, hour: int = 0, **more: Any) -> Row:  # noqa: ANN401 -- columns of several types
    """Return an hour of a pod of the product of its name on a node of 4 cores and no memory."""
    return {
        "x_Kind": "pod",
        "Node": f"node-{node}",
        "NodeResourceId": f"i-0{node}",
        "Namespace": "shop",
        "Pod": name,
        "Labels": f'{{"product": "{name}"}}',
        "NodeCpuCapacityCoreSeconds": 4 * 3600,
        "hour": hour,
        **more,
    }


def cores(number: float) -> dict[str, Any]:
    """Return an hour's request of as many cores."""
    return {"CpuRequestCoreSeconds": number * 3600}


def gib(number: float) -> dict[str, Any]:
    """Return an hour's request of as many GiB."""
    return {"MemoryRequestByteSeconds": number * 3600 * GIB}


@contextmanager
def usage(folder: Path, rows: Sequence[Row], taxonomy: str = TAXONOMY) -> Iterator[tuple[Engine, Targets]]:
    """Offer the tables of what was held, of rows of the first of September 2026 in the cluster ``prod``."""
    with Engine(threads=1) as engine:
        declared = ", ".join(f'"{name}" {kind}' for name, kind in KUBERNETES_USAGE.columns.items())
        engine.run(f"CREATE TEMP TABLE usage ({declared})")
        for row in rows:
            given = _filled(row)
            assert set(given) <= set(KUBERNETES_USAGE.columns)
            names = ", ".join(f'"{name}"' for name in given)
            engine.run(f"INSERT INTO usage ({names}) VALUES ({', '.join('?' * len(given))})", [*given.values()])
        targets = Targets(("product", "team"))
        read_usage(engine, lambda _: "usage", read(folder, taxonomy), targets, [(DAY, date(2026, 9, 30))])
        yield engine, targets


def _filled(row: Row) -> dict[str, Any]:
    given = {"day": 1, "hour": 0, **row}
    day, hour = given.pop("day"), given.pop("hour")
    start = f"2026-09-{day:02} {hour:02}:"
    return {
        "x_Source": "k8s", "x_BillingPeriod": "2026-09-01", "x_UsageDate": f"2026-09-{day:02}", "Cluster": "prod",
        "IntervalStart": f"{start}00:00", "IntervalEnd": f"{start}59:59", **given,
    }  # fmt: skip


@dataclass
class Asked:
    """A share by kubernetes, asked for parts."""

    engine: Engine
    targets: Targets
    share: Share
    receives: Values | None = None
    by: ByKubernetes = field(init=False)

    def __post_init__(self) -> None:
        """Make the share ready: the pool has number 1."""
        owner = self.targets.number(self.receives) if self.receives else 0
        groups = Groups({1: (WEIGHTS,)}, [()])
        receiving = {owner: 1} if owner else {}
        held = read_held(self.engine, self.share)
        self.by = ByKubernetes(self.share, held, groups, 1, receiving, owner, np.zeros(0, dtype=np.int64))

    def parts(self, weights: str | None = None, day: int = DAYS) -> dict[str, float] | str:
        """Return the part of each target in the cost of charges with some weights, or why that cannot be told."""
        group = 0
        if weights is not None:
            self.by.groups.texts.append((weights,))
            group = len(self.by.groups.texts) - 1
        found = self.by.on(When(day, day, group))
        if isinstance(found, str):
            return found
        return shown(found, self.targets)


def shown(vector: Vector, targets: Targets) -> dict[str, float]:
    """Return target -> part, in twelve digits."""
    pairs = zip(vector.places.tolist(), vector.parts.tolist(), strict=True)
    return {targets.name(place) if place >= 0 else f"pool {-place}": round(part, 12) for place, part in pairs}


def weights_of(engine: Engine, *charges: Mapping[str, str]) -> list[str]:
    """Return the weights that charges take, in their order."""
    columns = ("x_ChargeKey", "pool", *COLUMNS)
    kinds = ("BIGINT", "INTEGER", *["VARCHAR"] * len(COLUMNS))
    declared = ", ".join(f'"{name}" {kind}' for name, kind in zip(columns, kinds, strict=True))
    engine.run(f"CREATE OR REPLACE TEMP TABLE names ({declared}, x_BillingPeriod DATE DEFAULT DATE '2026-09-01')")
    for number, charge in enumerate(charges):
        row = {"x_Source": "aws", "x_ChargeKey": number, "pool": 1, **charge}
        names = ", ".join(f'"{name}"' for name in row)
        engine.run(f"INSERT INTO names ({names}) VALUES ({', '.join('?' * len(row))})", [*row.values()])
    mark_charges(engine, "pool", [1])
    rows = engine.rows(f"SELECT {WEIGHTS} FROM kubernetes_of_charges ORDER BY x_ChargeKey")
    assert len(rows) == len(charges)
    return [row[0] for row in rows]
