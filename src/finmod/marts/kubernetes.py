"""The public tables of Kubernetes usage: reports, and what AWS says of pods on its bill, as one input.

Owns their SQL, which stands in ``sql/``, and the units that users see: the ledger keeps seconds, users read hours.
"""

from __future__ import annotations

from importlib import resources
from typing import Final

from finmod.engines.duckdb import identifier
from finmod.ledger.kubernetes_rows import HELD, usage_rows
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import whole, without_heading
from finmod.ledger.tables import KUBERNETES_FILES
from finmod.normalize.kubernetes_columns import COLUMNS, QUANTITIES
from finmod.normalize.usage import UsageColumn

VIEWS: Final = ("kubernetes_usage", "kubernetes_usage_daily", "kubernetes_nodes_daily", "kubernetes_files")
"""Their names."""

_TEN_TO_12 = 10**12
_CAPACITIES: Final = ("NodeCpuCapacity", "NodeMemoryCapacity", "ClusterCpuCapacity", "ClusterMemoryCapacity")
DAILY: Final = tuple(column for column in QUANTITIES if not column.name.startswith(_CAPACITIES))
"""The quantities that can be added up over pods."""


def usage_sql(name: str, ledger: Ledger, snapshot: Snapshot) -> str:
    """Return the SELECT of one of these tables in one state of the ledger; a ledger without usage gives no rows."""
    if name == "kubernetes_files":
        return _query(name).format(files=whole(KUBERNETES_FILES, ledger.files(KUBERNETES_FILES, snapshot)))
    rows = usage_rows(ledger, snapshot)
    if name == "kubernetes_usage":
        columns = ", ".join(f"{_public(column)} AS {identifier(column.name)}" for column in COLUMNS)
        return _query(name).format(columns=columns, usage=rows)
    if name == "kubernetes_nodes_daily":
        return _nodes(rows)
    sums = ", ".join(f"sum({HELD.get(column.stored, column.stored)}) AS {column.stored}" for column in DAILY)
    quantities = ", ".join(f"{_public(column)} AS {column.name}" for column in DAILY)
    some = ", ".join(column.stored for column in DAILY)
    return _query(name).format(usage=rows, sums=sums, quantities=quantities, some=some)


def _nodes(rows: str) -> str:
    picked = (
        f"{divided(f'{part}_{what}', per)} AS {part.capitalize()}{what.capitalize()}{unit}"
        for part, per, unit in (("cpu", 3600, "CoreHours"), ("memory", 3600 << 30, "GiBHours"))
        for what in ("capacity", "allocated", "idle")
    )
    return _query("kubernetes_nodes_daily").format(
        usage=rows,
        cpu_held=HELD["CpuAllocatedCoreSeconds"],
        memory_held=HELD["MemoryAllocatedByteSeconds"],
        quantities=", ".join(picked),
    )


def divided(sql: str, per: int) -> str:
    """Return SQL for a decimal of 12 places divided by a whole number, exact, rounded half up to 12 places.

    In whole units of 1e-12, for a decimal quotient is a double; in two steps, for 38 digits hold no decimal times 1e12.
    """
    whole_part = f"CAST(trunc({sql}) AS HUGEINT) * {_TEN_TO_12}"
    units = f"({whole_part} + CAST(({sql} - trunc({sql})) * {_TEN_TO_12} AS HUGEINT))"
    return f"CAST(({units} + {per // 2}) // {per} AS DECIMAL(38,0)) * CAST(0.000000000001 AS DECIMAL(12,12))"


def _public(column: UsageColumn) -> str:
    if column.kind == "TIMESTAMP WITH TIME ZONE":
        return identifier(column.name)
    name = identifier(column.stored or column.name)
    return name if column.per == 1 else divided(name, column.per)


def _query(name: str) -> str:
    return without_heading(resources.files("finmod.marts").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8"))
