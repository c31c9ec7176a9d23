"""Parts: every cell of a pool split over where its cost ends, all measures at once, and the table of the result.

Owns the way from arrays to the table ``allocated``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from finmod.allocation.cells import PLACES, TARGETS, Cells, own_part
from finmod.allocation.definition import Allocation
from finmod.allocation.split import NARROW, UNIT, amount_sql, split, split_any
from finmod.allocation.vectors import Ints, Vector
from finmod.engines.duckdb import Engine, identifier, literal
from finmod.focus.columns import COSTS
from finmod.normalize.charges import COST_UNKNOWNS, DECIMAL
from finmod.taxonomy.definition import Taxonomy

ALLOCATED: Final = "allocated"
"""Relation: a row per billing period, day, source, currency, service, category, pool and target."""

CODED: Final = "allocation_parts"
"""Table: the same in numbers: ``day``, ``place``, ``pool``, ``target``, costs and numbers of unknown ones."""


@dataclass(frozen=True)
class Parts:
    """What cells became, one place per cell and target.

    Attributes:
        cell: Place of the cell among the cells.
        target: Number of the target.
        whole: Per cost the millions of currency units, 0 for all amounts that 64 bits hold.
        rest: Per cost what is left, in units of 1e-12.
    """

    cell: Ints
    target: Ints
    whole: Ints
    rest: Ints


def split_cells(cells: Cells, ways: Iterable[tuple[Ints, Vector]]) -> Parts:
    """Split cells over where their cost ends.

    Args:
        cells: The cells.
        ways: Places of cells, each cell once, with the vector that they share.
    """
    amounts = cells.whole * UNIT + cells.rest  # wraps where it is wide, and is not used then
    wide = np.asarray((np.abs(cells.whole) > NARROW // UNIT).any(axis=1), dtype=bool)
    found: list[tuple[Ints, Ints, Ints, Ints]] = []
    for places, vector in ways:
        edges = vector.edges
        narrow = places[~wide[places]]
        if len(narrow):
            each = np.stack([split(amounts[narrow, at], edges) for at in range(amounts.shape[1])], axis=2)
            found.append(_rows(narrow, vector, np.zeros_like(each), each))
        for cell in places[wide[places]].tolist():
            whole, rest = split_any(cells.whole[cell], cells.rest[cell], edges)
            found.append(_rows(np.array([cell]), vector, whole.T[None], rest.T[None]))
    if not found:
        none = np.zeros(0, dtype=np.int64)
        empty = np.zeros((0, amounts.shape[1]), dtype=np.int64)
        return Parts(none, none, empty, empty)
    joined = [np.concatenate(each) for each in zip(*found, strict=True)]
    return Parts(joined[0], joined[1], joined[2], joined[3])


def _rows(places: Ints, vector: Vector, whole: Ints, rest: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Return parts of cells, cell by cell and target by target; those that are 0 throughout are left out."""
    count = len(vector.places)
    flat_whole, flat_rest = (each.reshape(-1, each.shape[2]) for each in (whole, rest))
    held = np.asarray(flat_rest.any(axis=1) | flat_whole.any(axis=1), dtype=bool)
    held[::count] |= ~held.reshape(-1, count).any(axis=1)  # a cell of nothing but zeros and unknowns stays seen
    cells, targets = np.repeat(places, count)[held], np.tile(vector.places, len(places))[held]
    return cells, targets, flat_whole[held], flat_rest[held]


def make_allocated(
    engine: Engine, allocation: Allocation, taxonomy: Taxonomy, given: tuple[Cells, Parts], cut: Sequence[int]
) -> None:
    """Make the table of parts and the view ``allocated``: what is shared beside what nobody shares.

    Args:
        engine: Has the tables of cells, places and targets.
        allocation: Has the names of pools and dimensions.
        taxonomy: Has the columns of dimensions.
        given: The cells that were split, and what they became.
        cut: Targets whose own cost is among those cells.
    """
    cells, parts = given
    engine.register("split_parts", _frame(cells, parts))
    costs = ", ".join(
        f"CASE WHEN k{at} THEN {amount_sql(f'w{at}', f'r{at}')} END AS {identifier(name)}"
        for at, name in enumerate(COSTS)
    )
    unknowns = ", ".join(f"u{at} AS {name}" for at, name in enumerate(COST_UNKNOWNS))
    sums = ", ".join(f"CAST(sum({name}) AS {DECIMAL}) AS {name}" for name in map(identifier, COSTS))
    counts = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in COST_UNKNOWNS)
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {CODED} AS {own_part(cut)} UNION ALL "
        f"SELECT day, place, pool, target, {sums}, {counts} FROM (SELECT day, place, pool, target, {costs}, {unknowns} "
        "FROM split_parts) GROUP BY day, place, pool, target"
    )
    engine.run("DROP VIEW split_parts")
    engine.run(f"CREATE OR REPLACE TEMP VIEW {ALLOCATED} AS {_decoded(allocation, taxonomy)}")


def _frame(cells: Cells, parts: Parts) -> dict[str, Any]:
    frame: dict[str, Any] = {
        name: np.ascontiguousarray(values[parts.cell], dtype=np.int32)
        for name, values in (("day", cells.day), ("place", cells.place), ("pool", cells.pool))
    }
    frame["target"] = parts.target.astype(np.int32)
    for at in range(len(COSTS)):
        frame[f"w{at}"] = np.ascontiguousarray(parts.whole[:, at])
        frame[f"r{at}"] = np.ascontiguousarray(parts.rest[:, at])
        frame[f"k{at}"] = np.ascontiguousarray(cells.known[parts.cell, at] > 0)
        frame[f"u{at}"] = np.ascontiguousarray(cells.unknown[parts.cell, at])
    return frame


def _decoded(allocation: Allocation, taxonomy: Taxonomy) -> str:
    names = ", ".join(literal(pool.name) for pool in allocation.pools)
    pool = f"list_extract([{names}]::VARCHAR[], nullif(c.pool, 0))" if names else "NULL::VARCHAR"
    values = ", ".join(
        f"t.v{at} AS {identifier(taxonomy.dimensions[name].column)}" for at, name in enumerate(allocation.to)
    )
    amounts = ", ".join(f"c.{identifier(name)}" for name in (*COSTS, *COST_UNKNOWNS))
    return (
        "SELECT p.x_BillingPeriod, DATE '1970-01-01' + c.day AS x_ChargeDate, p.x_Source, p.BillingCurrency, "
        "p.x_TrueUpOf, NULL::DATE AS x_AllocationOf, p.ServiceName, p.ChargeCategory, "
        f"{pool} AS x_Pool, {values}, {amounts} FROM {CODED} AS c JOIN {PLACES} AS p USING (place) "
        f"JOIN {TARGETS} AS t USING (target)"
    )
