"""Levels below the targets: what a product costs cut further, to cohorts, customers and the like, day by day.

Owns the cut and its files; the records of days and rows stand in ``level_pieces.py``. A level can have tens of
thousands of members a day, so that days are cut one after another and written as they come. What no driver tells the
members of stays with its parent, without a member.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from finmod.allocation.definition import Allocation, Level, Share, Values, level_above
from finmod.allocation.driver_shares import DRIVER_ROWS, Resolve
from finmod.allocation.level_pieces import Day, Members, Piece
from finmod.allocation.parts import ALLOCATED
from finmod.allocation.shares import EPOCH
from finmod.allocation.split import UNIT, amount_sql, split_any
from finmod.allocation.vectors import Floats, Ints
from finmod.engines.duckdb import Engine, file_list, identifier, literal
from finmod.focus.columns import COSTS
from finmod.normalize.charges import COST_UNKNOWNS
from finmod.taxonomy.definition import Taxonomy, column_of
from finmod.taxonomy.row_insert import insert_rows

_CELLS: Final = "level_cells"
_PARENTS: Final = "level_parents"
_MEMBERS: Final = "level_members"
_WEIGHTS: Final = "level_weights"
# Rows of a file: a day of 50,000 customers and 20 products is half as many.
_ROWS: Final = 2_000_000
_GROUP: Final = 491_520
# Each row group of a file has all names of an enumeration.
_MOST_NAMED: Final = 200_000


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

    def make(self, source: str, folder: Path, place: int) -> None:
        """Cut every day of a relation: a file is written while the days of the next one are cut."""
        parents = self._number_parents(source)
        self._read_weights()
        cells = self._cells(source)
        made: Piece | None = None
        with ThreadPoolExecutor(1) as writer:
            for days in self._stretches(cells):
                # The engine does one thing at a time: the days of this piece are read before it writes the last one.
                waiting = writer.submit(self._write, made, folder, place) if made else None
                piece = Piece(EPOCH + timedelta(days=days[0].period))
                for each in days:
                    self._cut_day(each, parents, piece)
                if waiting:
                    waiting.result()
                made = piece
        if made:
            self._write(made, folder, place)

    def _stretches(self, cells: dict[str, Ints]) -> Iterator[list[Day]]:
        """Yield cells day by day with what weighs on them, of one billing period and as many days as a file takes."""
        held: list[Day] = []
        bounds = np.flatnonzero(np.diff(cells["key"], prepend=-1, append=-1))
        for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            if held and (sum(each.rows for each in held) >= _ROWS or cells["period"][first] != held[0].period):
                yield held
                held = []
            held.append(self._read_day({name: each[first:last] for name, each in cells.items()}))
        if held:
            yield held

    def _number_parents(self, source: str) -> list[Values]:
        within = ", ".join(identifier(self.columns[name]) for name in self.level.within)
        found: list[Values] = [
            tuple(row) for row in self.engine.rows(f"SELECT DISTINCT {within} FROM {source} ORDER BY ALL")
        ]
        count = len(self.level.within)
        kinds = ", ".join(f"w{at} VARCHAR" for at in range(count))
        self.engine.run(f"CREATE OR REPLACE TEMP TABLE {_PARENTS} (parent INTEGER, {kinds})")
        rows = [(number, *values) for number, values in enumerate(found)]
        insert_rows(self.engine, _PARENTS, ("INTEGER", *["VARCHAR"] * count), rows)
        return found

    def _read_weights(self) -> None:
        """Make the tables of members and of their weights: one pass over the rows of the drivers."""
        drivers = ", ".join(map(literal, self._drivers()))
        asked = f"x_Driver IN ({drivers or 'NULL'})"
        path = [f"json_extract_string(x_Dimensions, {literal(_pointer(name))})" for name in self._names()]
        texts = ", ".join(f"{sql} AS t{at}" for at, sql in enumerate(path))
        self.engine.run(
            f"CREATE OR REPLACE TEMP TABLE level_texts AS SELECT x_Dimensions, {texts} FROM "
            f"(SELECT DISTINCT x_Dimensions FROM {DRIVER_ROWS} WHERE {asked})"
        )
        for at, name in enumerate(self._names()):
            if name in self.taxonomy.dimensions:
                self._resolve_texts(at, name)
        count = len(self.level.within)
        members = [f"t{at}" for at in range(count, len(self._names()))]
        said = " OR ".join(f"{each} IS NOT NULL" for each in members)
        self.engine.run(
            f"CREATE OR REPLACE TEMP TABLE {_MEMBERS} AS SELECT CAST(row_number() OVER (ORDER BY {', '.join(members)}) "
            f"AS INTEGER) AS member, {', '.join(members)} FROM (SELECT DISTINCT {', '.join(members)} FROM level_texts "
            f"WHERE {said})"
        )
        same = " AND ".join(f"p.w{at} = t.t{at}" for at in range(count))
        day = "(CAST(epoch(x_Start) AS BIGINT) // 86400)"
        is_member = " AND ".join(f"m.{each} IS NOT DISTINCT FROM t.{each}" for each in members)
        self.engine.run(
            f"CREATE OR REPLACE TEMP TABLE {_WEIGHTS} AS SELECT CAST(list_position([{drivers}]::VARCHAR[], x_Driver) "
            f"- 1 AS SMALLINT) AS driver, CAST(CASE x_Grain WHEN 'month' THEN -{day} - 1 ELSE {day} END AS INTEGER) AS "
            "period, n.parent, n.member, "
            "CAST(x_Value AS DOUBLE) AS weight FROM "
            f"{DRIVER_ROWS} AS d JOIN (SELECT t.x_Dimensions, p.parent, coalesce(m.member, 0) AS member FROM "
            f"level_texts AS t JOIN {_PARENTS} AS p ON {same} LEFT JOIN {_MEMBERS} AS m ON {is_member}) AS n "
            f"ON n.x_Dimensions = d.x_Dimensions WHERE d.{asked}"
        )
        _as_enums(self.engine, _MEMBERS, members)

    def _names(self) -> tuple[str, ...]:
        return (*self.level.within, *self.level.dimensions)

    def _resolve_texts(self, at: int, dimension: str) -> None:
        texts = self.engine.rows(f"SELECT DISTINCT t{at} FROM level_texts WHERE t{at} IS NOT NULL")
        others = [(text, found) for (text,) in texts if (found := self.resolve(dimension, text)) != text]
        if others:
            self.engine.run("CREATE OR REPLACE TEMP TABLE level_names (text VARCHAR, name VARCHAR)")
            insert_rows(self.engine, "level_names", ("VARCHAR", "VARCHAR"), others)
            self.engine.run(
                f"UPDATE level_texts SET t{at} = n.name FROM level_names AS n WHERE n.text = level_texts.t{at}"
            )

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
            "CAST(row_number() OVER () AS INTEGER) AS cell FROM (SELECT x_BillingPeriod, x_ChargeDate, "
            f"BillingCurrency, {', '.join(within)}, {sums} FROM {source} GROUP BY ALL) AS s "
            f"JOIN {_PARENTS} AS p ON {same}"
        )
        found = self.engine.arrays(
            "SELECT CAST(x_BillingPeriod - DATE '1970-01-01' AS BIGINT) AS period, "
            "CAST(x_ChargeDate - DATE '1970-01-01' AS BIGINT) AS day, parent, cell, "
            f"{', '.join(amounts)} FROM {_CELLS} ORDER BY period, day, parent, cell"
        )
        _as_enums(self.engine, _CELLS, ["BillingCurrency", "x_Level", *(f"w{at}" for at in range(len(within)))])
        cells = {name: np.asarray(values, dtype=np.int64) for name, values in found.items()}
        return {**cells, "key": cells["period"] * 100_000 + cells["day"]}

    def _read_day(self, cells: dict[str, Ints]) -> Day:
        """Return one day of a billing period with what weighs on it."""
        day = EPOCH + timedelta(days=int(cells["day"][0]))
        share = next((each for each in self.level.shares if each.span.holds_on(day)), None)
        owners, members, weights, negative = self._weights(share, day)
        bounds = np.searchsorted(owners, np.stack([cells["parent"], cells["parent"] + 1])).T
        return Day(cells, day, share, bounds, members, weights, negative)

    def _cut_day(self, day: Day, parents: Sequence[Values], piece: Piece) -> None:
        cells = day.cells
        wholes, rests = (np.stack([cells[f"{letter}{cost}"] for cost in range(len(COSTS))], axis=1) for letter in "wr")
        for at, (first, last) in enumerate(day.bounds.tolist()):
            if first < last:
                edges = np.cumsum(day.weights[first:last])
                edges /= edges[-1]
                who = day.members[first:last]
            else:
                edges, who = np.array([1.0]), np.zeros(1, dtype=np.int32)
                parent = int(cells["parent"][at])
                if any(value is not None for value in parents[parent]):
                    missed = Missed(self.level, parents[parent], day.share, parent in day.negative)
                    self.run.missed.setdefault(missed, set()).add(day.day)
            piece.add(int(cells["cell"][at]), who, *split_any(wholes[at], rests[at], edges))

    def _weights(self, share: Share | None, day: date) -> tuple[Ints, Members, Floats, frozenset[int]]:
        """Return parents, members and weights of a day, sorted, and the parents of which one weighs below 0.

        These have no members.
        """
        if share is None or share.driver is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0), frozenset()
        at = (day - EPOCH).days
        month = (day.replace(day=1) - EPOCH).days
        idle = "" if share.idle != "proportional" else " AND member > 0"
        found = self.engine.arrays(
            f"SELECT CAST(parent AS BIGINT) << 32 | member AS key, weight FROM {_WEIGHTS} WHERE "
            f"driver = {self._drivers().index(share.driver)} AND period IN ({at}, {-month - 1}){idle}"
        )
        keys, weights = _summed(np.asarray(found["key"], dtype=np.int64), np.asarray(found["weight"]))
        owners, members = keys >> 32, (keys & 0xFFFFFFFF).astype(np.int32)
        wrong = owners[weights < 0]
        held = weights != 0
        if held.all() and not len(wrong):
            return owners, members, weights, frozenset()
        held &= ~np.isin(owners, wrong)
        return owners[held], members[held], weights[held], frozenset(wrong.tolist())

    def _drivers(self) -> list[str]:
        return list(dict.fromkeys(share.driver for share in self.level.shares if share.driver))

    def _write(self, piece: Piece, folder: Path, place: int) -> None:
        path = folder / f"level-{place}-{len(self.run.files):05d}.parquet"
        frame = piece.frame()
        self.engine.register("level_rows", frame)
        given = {name: f"c.w{at}" for at, name in enumerate(self.level.within)}
        given |= {name: f"m.t{at}" for at, name in enumerate(self._names()) if name not in self.level.within}
        values = ", ".join(
            f"{given.get(name, 'NULL::VARCHAR')} AS {identifier(column)}" for name, column in self.columns.items()
        )
        costs = ", ".join(
            f"CASE WHEN c.{identifier(name)} IS NOT NULL THEN {_amount(frame, at)} END AS {identifier(name)}"
            for at, name in enumerate(COSTS)
        )
        unknowns = ", ".join(f"c.{name}" for name in COST_UNKNOWNS)
        rows = self.engine.copy_parquet(
            f"SELECT c.x_BillingPeriod, c.x_ChargeDate, c.BillingCurrency, c.x_Level, {values}, {costs}, {unknowns} "
            f"FROM level_rows AS r JOIN {_CELLS} AS c USING (cell) LEFT JOIN {_MEMBERS} AS m USING (member)",
            path,
            level=1,
            group=_GROUP,
        )
        self.engine.run("DROP VIEW level_rows")
        self.run.files.append(LevelFile(piece.period, path, rows))


def _as_enums(engine: Engine, table: str, columns: Sequence[str]) -> None:
    """Turn text columns into enumerations: a file of them takes a third less time to write, and is the same."""
    for name in columns:
        count = engine.row(f"SELECT count(DISTINCT {identifier(name)}) FROM {table}")[0]
        if 0 < count <= _MOST_NAMED:
            kind = f"{table}_{name}"
            engine.run(f"DROP TYPE IF EXISTS {identifier(kind)}")
            engine.run(
                f"CREATE TYPE {identifier(kind)} AS ENUM (SELECT DISTINCT {identifier(name)} FROM {table} "
                f"WHERE {identifier(name)} IS NOT NULL ORDER BY 1)"
            )
            engine.run(f"ALTER TABLE {table} ALTER {identifier(name)} TYPE {identifier(kind)}")


def _summed(keys: Ints, weights: Floats) -> tuple[Ints, Floats]:
    """Return keys in rising order, each once, with the sum of their weights.

    Sorting here takes a third of the time that the engine takes to group a million rows that repeat nothing.
    """
    order = np.argsort(keys, kind="stable")
    keys, weights = keys[order], weights[order]
    if not (keys[1:] == keys[:-1]).any():
        return keys, weights
    once, place = np.unique(keys, return_inverse=True)
    return once, np.bincount(place.reshape(-1), weights=weights, minlength=len(once)).astype(np.float64)


def _amount(frame: dict[str, Any], at: int) -> str:
    """Return SQL for an amount; of a file without millions the cheaper one."""
    return amount_sql(f"r.w{at}" if f"w{at}" in frame else None, f"r.r{at}")


def _pointer(name: str) -> str:
    return f'$."{name}"'
