"""Levels below the targets: what a product costs cut further, to cohorts, customers and the like, day by day.

Owns the cut and its files; the records of days and rows stand in ``pieces.py``, what weighs on members in
``weights.py``. A level can have tens of thousands of members a day, so that days are cut one after another and written
as they come. What no driver tells the members of stays with its parent, without a member.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from finmod.allocation.definition import Allocation, Level, Share, Values, level_above
from finmod.allocation.driver_series import Resolve
from finmod.allocation.levels.pieces import Day, Piece, Weights
from finmod.allocation.levels.weights import MEMBERS, PARENTS, Weighing, as_enums
from finmod.allocation.parts import ALLOCATED
from finmod.allocation.split import UNIT, amount_sql, split_any
from finmod.allocation.vectors import Ints
from finmod.engines.duckdb import Engine, file_list, identifier, literal
from finmod.focus.columns import COSTS
from finmod.normalize.charges import COST_UNKNOWNS
from finmod.taxonomy.definition import Taxonomy, column_of
from finmod.taxonomy.row_insert import insert_rows

_CELLS: Final = "level_cells"
# Rows of a file: a month of 50,000 customers of one product is three quarters as many.
_ROWS: Final = 2_000_000


@dataclass(frozen=True)
class LevelFile:
    """A file of rows of ``allocated_levels``.

    Attributes:
        period: First day of the billing period.
        path: Parquet file.
        rows: Number of its rows.
    """

    period: date
    path: Path
    rows: int


class Missed(NamedTuple):
    """A parent that a level could not cut on some days.

    Attributes:
        level: The level.
        values: Of the parent; what lacks one of them can be cut by no driver.
        share: That of the days; None where none holds on them.
        negative: Whether its driver has a value below 0 for the parent; else it tells nothing of it, or 0 alone.
    """

    level: Level
    values: Values
    share: Share | None
    negative: bool


@dataclass
class LevelRun:
    """What was cut.

    Attributes:
        columns: Columns of the files that hold values of dimensions, in order.
        files: The files.
        missed: What could not be cut -> its days.
    """

    columns: tuple[str, ...]
    files: list[LevelFile] = field(default_factory=list)
    missed: dict[Missed, set[date]] = field(default_factory=dict)


def lower_levels(allocation: Allocation) -> tuple[Level, ...]:
    """Return the levels that lie below the dimensions that costs are allocated to."""
    return tuple(level for level in allocation.levels if not set(level.dimensions) <= set(allocation.to))


def level_columns(allocation: Allocation) -> dict[str, str]:
    """Return dimension -> column, of every dimension that lower levels are in or stay within."""
    names = (name for level in lower_levels(allocation) for name in (*level.within, *level.dimensions))
    return {name: column_of(name) for name in dict.fromkeys(names)}


def cut_levels(engine: Engine, allocation: Allocation, taxonomy: Taxonomy, resolve: Resolve, folder: Path) -> LevelRun:
    """Cut what targets cost to the members of every lower level; each level has all of the cost once.

    Args:
        engine: Has the view ``allocated`` and the relation ``driver_rows``.
        allocation: Has the levels.
        taxonomy: Has the dimensions of which drivers name values.
        resolve: Finds these.
        folder: Where the files are written.
    """
    columns = level_columns(allocation)
    run = LevelRun(tuple(columns.values()))
    for place, level in enumerate(lower_levels(allocation)):
        maker = _Cut(engine, level, columns, taxonomy, resolve, run)
        maker.make(_source(allocation, level, run), folder, place)
    return run


def _source(allocation: Allocation, level: Level, run: LevelRun) -> str:
    """Return the rows that a level cuts: what targets have, or what a level before it made."""
    every = lower_levels(allocation)
    above = level_above(level, every[: every.index(level)])
    if set(level.within) <= set(allocation.to) or above is None:  # other levels are refused where the file is read
        return ALLOCATED
    files = file_list([file.path for file in run.files])
    return f"(SELECT * FROM read_parquet({files}) WHERE x_Level = {literal(above.name)})"


@dataclass
class _Cut:
    """The cut of one level."""

    engine: Engine
    level: Level
    columns: dict[str, str]
    taxonomy: Taxonomy
    resolve: Resolve
    run: LevelRun
    weighing: Weighing = field(init=False)

    def make(self, source: str, folder: Path, place: int) -> None:
        """Cut every cell of a relation: a file is written while the cells of the next one are cut."""
        parents = self._number_parents(source)
        self.weighing = Weighing(self.engine, self.level, self.taxonomy, self.resolve)
        cells = self._cells(source)
        made: Piece | None = None
        with ThreadPoolExecutor(1) as writer:
            for stretch in self._stretches(cells):
                # The engine does one thing at a time: what weighs on this piece is read before it writes the last one.
                found = self.weighing.read(stretch)
                waiting = writer.submit(self._write, made, folder, place) if made else None
                piece = self._cut_days(self.weighing.days(stretch, found), parents)
                if waiting:
                    waiting.result()
                made = piece
        if made:
            self._write(made, folder, place)

    def _stretches(self, cells: dict[str, Ints]) -> Iterator[dict[str, Ints]]:
        """Yield as many cells of one billing period as a file takes the rows of.

        Parent by parent, as drivers stand in the ledger: what weighs on one is found without the others.
        """
        rows, periods = self.weighing.rows(cells).tolist(), cells["period"].tolist()
        first = count = 0
        for at in range(len(rows) + 1):
            if at > first and (at == len(rows) or count >= _ROWS or periods[at] != periods[first]):
                yield {name: each[first:at] for name, each in cells.items()}
                first, count = at, 0
            count += rows[at] if at < len(rows) else 0

    def _number_parents(self, source: str) -> list[Values]:
        within = ", ".join(identifier(self.columns[name]) for name in self.level.within)
        found: list[Values] = [
            tuple(row) for row in self.engine.rows(f"SELECT DISTINCT {within} FROM {source} ORDER BY ALL")
        ]
        count = len(self.level.within)
        kinds = ", ".join(f"w{at} VARCHAR" for at in range(count))
        self.engine.run(f"CREATE OR REPLACE TEMP TABLE {PARENTS} (parent INTEGER, {kinds})")
        rows = [(number, *values) for number, values in enumerate(found)]
        insert_rows(self.engine, PARENTS, ("INTEGER", *["VARCHAR"] * count), rows)
        return found

    def _cells(self, source: str) -> dict[str, Ints]:
        within = [identifier(self.columns[name]) for name in self.level.within]
        amounts = []
        for at, name in enumerate(map(identifier, COSTS)):
            amounts.append(f"CAST(trunc(coalesce({name}, 0)) AS BIGINT) AS w{at}")
            rest = f"CAST(coalesce({name}, 0) - trunc(coalesce({name}, 0)) AS DECIMAL(13,12))"
            amounts.append(f"CAST({rest} * {UNIT} AS BIGINT) AS r{at}")
            amounts.append(f"CAST({name} IS NOT NULL AS BIGINT) AS k{at}")
        amounts += [f"CAST({name} AS BIGINT) AS u{at}" for at, name in enumerate(COST_UNKNOWNS)]
        sums = ", ".join(f"sum({identifier(name)}) AS {identifier(name)}" for name in COSTS)
        sums += "".join(f", CAST(sum({name}) AS BIGINT) AS {name}" for name in COST_UNKNOWNS)
        same = " AND ".join(f"s.{name} IS NOT DISTINCT FROM p.w{at}" for at, name in enumerate(within))
        self.engine.run(
            f"CREATE OR REPLACE TEMP TABLE {_CELLS} AS SELECT s.*, p.*, {literal(self.level.name)} AS x_Level, "
            "CAST(row_number() OVER () AS INTEGER) AS cell FROM (SELECT x_BillingPeriod, x_ChargeDate, x_ChargeDays, "
            f"BillingCurrency, {', '.join(within)}, {sums} FROM {source} GROUP BY ALL) AS s "
            f"JOIN {PARENTS} AS p ON {same}"
        )
        found = self.engine.arrays(
            "SELECT CAST(x_BillingPeriod - DATE '1970-01-01' AS BIGINT) AS period, "
            "CAST(x_ChargeDate - DATE '1970-01-01' AS BIGINT) AS day, parent, cell, "
            f"{', '.join(amounts)} FROM {_CELLS} ORDER BY period, parent, day, cell"
        )
        as_enums(self.engine, _CELLS, ["BillingCurrency", "x_Level", *(f"w{at}" for at in range(len(within)))])
        return {name: np.asarray(values, dtype=np.int64) for name, values in found.items()}

    def _cut_days(self, days: Sequence[Day], parents: Sequence[Values]) -> Piece:
        weighed = [each.weighed() for each in days]
        piece = Piece(days[0].period, sum(each.rows for each in weighed))
        for day, weights in zip(days, weighed, strict=True):
            self._cut_day(day, weights, parents, piece)
        return piece

    def _cut_day(self, day: Day, weights: Weights, parents: Sequence[Values], piece: Piece) -> None:
        cells = day.cells
        wholes, rests = (np.stack([cells[f"{letter}{cost}"] for cost in range(len(COSTS))], axis=1) for letter in "wr")
        for at, (first, last) in enumerate(weights.bounds.tolist()):
            if first < last:
                edges = np.cumsum(weights.parts[first:last])
                edges /= edges[-1]
                who = weights.members[first:last]
            else:
                edges, who = np.array([1.0]), np.zeros(1, dtype=np.int32)
                parent = int(cells["parent"][at])
                if any(value is not None for value in parents[parent]):
                    missed = Missed(self.level, parents[parent], day.share, parent in weights.negative)
                    self.run.missed.setdefault(missed, set()).add(day.day)
            piece.add(int(cells["cell"][at]), who, *split_any(wholes[at], rests[at], edges))

    def _write(self, piece: Piece, folder: Path, place: int) -> None:
        path = folder / f"level-{place}-{len(self.run.files):05d}.parquet"
        self.engine.register("level_rows", piece.frame)
        given = {name: f"c.w{at}" for at, name in enumerate(self.level.within)}
        given |= {name: f"m.t{at}" for at, name in enumerate(self.weighing.names) if name not in self.level.within}
        values = ", ".join(
            f"{given.get(name, 'NULL::VARCHAR')} AS {identifier(column)}" for name, column in self.columns.items()
        )
        costs = ", ".join(
            f"CASE WHEN c.{identifier(name)} IS NOT NULL THEN {_amount(piece.frame, at)} END AS {identifier(name)}"
            for at, name in enumerate(COSTS)
        )
        unknowns = ", ".join(f"c.{name}" for name in COST_UNKNOWNS)
        rows = self.engine.copy_parquet(
            f"SELECT c.x_BillingPeriod, c.x_ChargeDate, c.x_ChargeDays, c.BillingCurrency, c.x_Level, {values}, "
            f"{costs}, {unknowns} FROM level_rows AS r JOIN {_CELLS} AS c USING (cell) "
            f"LEFT JOIN {MEMBERS} AS m USING (member)",
            path,
            level=1,
        )
        self.engine.run("DROP VIEW level_rows")
        self.run.files.append(LevelFile(piece.period, path, rows))


def _amount(frame: dict[str, Any], at: int) -> str:
    """Return SQL for an amount; of a file without millions the cheaper one."""
    return amount_sql(f"r.w{at}" if f"w{at}" in frame else None, f"r.r{at}")
