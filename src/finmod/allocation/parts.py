"""Parts: every cell of a pool split over where its cost ends, all measures at once, and the table of the result.

Owns the way from arrays to the table ``allocated``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from finmod.allocation.cells import CELLS, PLACES, TARGETS, Cells, own_part
from finmod.allocation.definition import Allocation
from finmod.allocation.split import NARROW, UNIT, amount_sql, split, split_any
from finmod.allocation.targets import Targets
from finmod.allocation.vectors import Ints, Vector
from finmod.engines.duckdb import Engine, identifier, literal
from finmod.focus.columns import COSTS
from finmod.normalize.charges import COST_UNKNOWNS, DECIMAL
from finmod.taxonomy.definition import Taxonomy

ALLOCATED: Final = "allocated"
"""Relation: a row per billing period, day, number of days, source, currency, service, category, pool and target."""

CODED: Final = "allocation_parts"
"""Table: the same in numbers: ``day``, ``place``, ``pool``, ``target``, costs, and numbers of unknown ones where there
are any: years of rows have no room for columns of zeros."""

_APART: Final = "allocation_parts_apart"
# Rows of a piece: a month of a dozen pools and 1,000 targets. A small piece behind a large one takes ten times as long.
_PIECE: Final = 400_000


@dataclass(frozen=True)
class Parts:
    """What cells became, one place per cell and target.

    Attributes:
        cell: Place of the cell among the cells.
        target: Number of the target.
        whole: Per cost the millions of currency units; None where 64 bits hold all amounts.
        rest: Per cost what is left, in units of 1e-12.
    """

    cell: Ints
    target: Ints
    whole: Ints | None
    rest: Ints


_Row = tuple[Ints, Ints, Ints | None, Ints]


def split_cells(cells: Cells, ways: Iterable[tuple[Ints, Vector]], targets: Targets) -> Iterator[Parts]:
    """Yield what cells become, split over where their cost ends; a piece of the whole at a time.

    Args:
        cells: The cells.
        ways: Places of cells, each cell once, with the vector that they share.
        targets: Have the values by which parts are put in order: numbers depend on what else a run sees, and the last
            digit of a part on its place.
    """
    amounts = cells.whole * UNIT + cells.rest  # wraps where it is wide, and is not used then
    wide = np.asarray((np.abs(cells.whole) > NARROW // UNIT).any(axis=1), dtype=bool)
    found: list[_Row] = []
    rows = 0
    for places, way in ways:
        vector = way.ordered(targets.rank())
        edges = vector.edges
        narrow = places[~wide[places]]
        if len(narrow):
            each = split(amounts[narrow].reshape(-1), edges).reshape(len(narrow), amounts.shape[1], -1)
            found.append(_rows(narrow, vector, None, each.transpose(0, 2, 1)))
        for cell in places[wide[places]].tolist():
            whole, rest = split_any(cells.whole[cell], cells.rest[cell], edges)
            found.append(_rows(np.array([cell]), vector, None if whole is None else whole.T[None], rest.T[None]))
        rows += len(places) * len(edges)
        if rows >= _PIECE:
            yield _joined(found)
            found, rows = [], 0
    if found:
        yield _joined(found)


def _joined(found: Sequence[_Row]) -> Parts:
    cell, target, rest = (np.concatenate([each[at] for each in found]) for at in (0, 1, 3))
    wholes = [np.zeros_like(each[3]) if each[2] is None else each[2] for each in found]
    return Parts(cell, target, np.concatenate(wholes) if any(each[2] is not None for each in found) else None, rest)


def _rows(places: Ints, vector: Vector, whole: Ints | None, rest: Ints) -> _Row:
    """Return parts of cells, cell by cell and target by target; those that are 0 throughout are left out."""
    count = len(vector.places)
    flat_rest = rest.reshape(-1, rest.shape[2])
    flat_whole = None if whole is None else whole.reshape(-1, rest.shape[2])
    held = np.asarray(flat_rest.any(axis=1), dtype=bool)
    if flat_whole is not None:
        held |= flat_whole.any(axis=1)
    held[::count] |= ~held.reshape(-1, count).any(axis=1)  # a cell of nothing but zeros and unknowns stays seen
    cells, targets = np.repeat(places, count), np.tile(vector.places, len(places))
    if held.all():
        return cells, targets, flat_whole, flat_rest
    return cells[held], targets[held], None if flat_whole is None else flat_whole[held], flat_rest[held]


def make_allocated(
    engine: Engine, allocation: Allocation, taxonomy: Taxonomy, given: tuple[Cells, Iterable[Parts]], cut: Sequence[int]
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
    counts = COST_UNKNOWNS if _has_unknowns(engine) else ()
    own = ", ".join(("day", "place", "pool", "target", *map(identifier, COSTS), *counts))
    engine.run(f"CREATE OR REPLACE TEMP TABLE {CODED} AS SELECT {own} FROM ({own_part(cut)})")
    # Cells of one pool, place and day meet again where they were told apart by a group or by who was cut further.
    meet = bool((cells.group > 0).any() or (cells.pool == 0).any())
    if meet:
        engine.run(f"CREATE OR REPLACE TEMP TABLE {_APART} AS FROM {CODED} LIMIT 0")
    for each in parts:
        frame = _frame(cells, each)
        engine.register("split_parts", frame)
        engine.run(
            f"INSERT INTO {_APART if meet else CODED} SELECT day, place, pool, target, {_amounts(frame, len(counts))} "
            "FROM split_parts"
        )
        engine.run("DROP VIEW split_parts")
    if meet:
        keys, sums = "day, place, pool, target", [f"CAST(sum({name}) AS {DECIMAL})" for name in map(identifier, COSTS)]
        sums += [f"CAST(sum({name}) AS BIGINT)" for name in counts]
        engine.run(f"INSERT INTO {CODED} SELECT {keys}, {', '.join(sums)} FROM {_APART} GROUP BY {keys}")
        engine.run(f"DROP TABLE {_APART}")
    engine.run(f"CREATE OR REPLACE TEMP VIEW {ALLOCATED} AS {_decoded(allocation, taxonomy, counts)}")


def _frame(cells: Cells, parts: Parts) -> dict[str, Any]:
    """Return a piece as columns; what is alike in every row of it has none."""
    frame: dict[str, Any] = {
        name: values.astype(np.int32)[parts.cell]
        for name, values in (("day", cells.day), ("place", cells.place), ("pool", cells.pool))
    }
    frame["target"] = parts.target.astype(np.int32)
    for at in range(len(COSTS)):
        frame[f"r{at}"] = np.ascontiguousarray(parts.rest[:, at])
        if parts.whole is not None:
            frame[f"w{at}"] = np.ascontiguousarray(parts.whole[:, at])
        known, unknown = cells.known[parts.cell, at] > 0, cells.unknown[parts.cell, at]
        if not known.all():
            frame[f"k{at}"] = known
        if unknown.any():
            frame[f"u{at}"] = np.ascontiguousarray(unknown)
    return frame


def _has_unknowns(engine: Engine) -> bool:
    some = " OR ".join(f"{name} <> 0" for name in COST_UNKNOWNS)
    return bool(engine.row(f"SELECT coalesce(bool_or({some}), false) FROM {CELLS}")[0])


def _amounts(frame: Mapping[str, Any], counts: int) -> str:
    """Return SQL for the costs of a piece, and for so many numbers of unknown ones."""
    costs = []
    for at in range(len(COSTS)):
        amount = amount_sql(f"w{at}" if f"w{at}" in frame else None, f"r{at}")
        costs.append(f"CASE WHEN k{at} THEN {amount} END" if f"k{at}" in frame else amount)
    return ", ".join([*costs, *(f"u{at}" if f"u{at}" in frame else "0" for at in range(counts))])


def _decoded(allocation: Allocation, taxonomy: Taxonomy, counts: Sequence[str]) -> str:
    names = ", ".join(literal(pool.name) for pool in allocation.pools)
    pool = f"list_extract([{names}]::VARCHAR[], nullif(c.pool, 0))" if names else "NULL::VARCHAR"
    values = ", ".join(
        f"t.v{at} AS {identifier(taxonomy.dimensions[name].column)}" for at, name in enumerate(allocation.to)
    )
    amounts = [f"c.{identifier(name)}" for name in COSTS]
    amounts += [f"c.{name}" if counts else f"0::BIGINT AS {name}" for name in COST_UNKNOWNS]
    return (
        "SELECT p.x_BillingPeriod, DATE '1970-01-01' + c.day AS x_ChargeDate, p.x_ChargeDays, p.x_Source, "
        "p.BillingCurrency, p.x_TrueUpOf, NULL::DATE AS x_AllocationOf, p.ServiceName, p.ChargeCategory, "
        f"{pool} AS x_Pool, {values}, {', '.join(amounts)} FROM {CODED} AS c JOIN {PLACES} AS p USING (place) "
        f"JOIN {TARGETS} AS t USING (target)"
    )
