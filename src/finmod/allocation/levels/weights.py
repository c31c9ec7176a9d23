"""What weighs on the members of a level: its drivers' rows, read into a table once and given out some days at a time.

Owns the tables of members and weights. Members are numbered; what a driver tells of none of them, and still of their
parent, is the member 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import numpy as np

from finmod.allocation.definition import Level, Share
from finmod.allocation.driver_series import DRIVER_ROWS, Resolve
from finmod.allocation.levels.pieces import MEMBER, Day
from finmod.allocation.shares import EPOCH
from finmod.allocation.vectors import Floats, Ints
from finmod.engines.duckdb import Engine, identifier, literal
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.row_insert import insert_rows

MEMBERS: Final = "level_members"
"""Table: a row per member: ``member``, and a column ``t`` and its place per dimension of the level."""

PARENTS: Final = "level_parents"
"""Table: a row per parent: ``parent``, and a column ``w`` and its place per dimension that the level stays within."""

_WEIGHTS: Final = "level_weights"
# Each row group of a file has all names of an enumeration.
_MOST_NAMED: Final = 200_000
# Days of a parent, in one number with it.
_SPAN: Final = 1 << 20


@dataclass(frozen=True)
class Rows:
    """Rows of the table of weights.

    Attributes:
        driver: Place of the driver among those of the level.
        period: Day since 1970, or -1 - first day of a month.
        keys: Parent << 32 | member.
        weights: Of each.
        first: First of the days.
        last: Last of the days.
        months: First days of the months, in order.
    """

    driver: Ints
    period: Ints
    keys: Ints
    weights: Floats
    first: int
    last: int
    months: Ints

    def in_order(self) -> tuple[Ints, Ints]:
        """Return rows in the order of days and of months behind them, and where each of these begins, and the end."""
        after = self.last - self.first + 1
        slot = self.period - self.first
        monthly = np.flatnonzero(self.period < 0)
        slot[monthly] = after + np.searchsorted(self.months, -self.period[monthly] - 1)
        # Numbers of 16 bits are put in order without a comparison.
        order = np.argsort(slot.astype(np.int16), kind="stable")
        return order, np.append(0, np.cumsum(np.bincount(slot, minlength=after + len(self.months))))


@dataclass
class Weighing:
    """What weighs on the members of a level.

    Attributes:
        engine: Has the drivers' rows and the table of parents.
        level: The level.
        taxonomy: Has the dimensions of which drivers name values.
        resolve: Finds these.
    """

    engine: Engine
    level: Level
    taxonomy: Taxonomy
    resolve: Resolve
    names: tuple[str, ...] = field(init=False)
    _drivers: list[str] = field(init=False)

    def __post_init__(self) -> None:
        """Read the drivers' rows: one pass over them."""
        self.names = (*self.level.within, *self.level.dimensions)
        self._drivers = list(dict.fromkeys(share.driver for share in self.level.shares if share.driver))
        drivers = ", ".join(map(literal, self._drivers))
        asked = f"x_Driver IN ({drivers or 'NULL'})"
        self._read_texts(asked)
        same = self._read_members()
        day = "(CAST(epoch(x_Start) AS BIGINT) // 86400)"
        self.engine.run(
            f"CREATE OR REPLACE TEMP TABLE {_WEIGHTS} AS SELECT CAST(list_position([{drivers}]::VARCHAR[], x_Driver) "
            f"- 1 AS SMALLINT) AS driver, CAST(CASE x_Grain WHEN 'month' THEN -{day} - 1 ELSE {day} END AS INTEGER) AS "
            "period, n.parent, n.member, CAST(x_Value AS DOUBLE) AS weight FROM "
            f"{DRIVER_ROWS} AS d JOIN (SELECT t.x_Dimensions, p.parent, coalesce(m.member, 0) AS member FROM "
            f"level_texts AS t JOIN {PARENTS} AS p ON {self._of_parent()} LEFT JOIN {MEMBERS} AS m ON {same}) AS n "
            f"ON n.x_Dimensions = d.x_Dimensions WHERE d.{asked}"
        )

    def _read_texts(self, asked: str) -> None:
        """Make the table of what the drivers are told of: a column per dimension."""
        path = [f"json_extract_string(x_Dimensions, {literal(_pointer(name))})" for name in self.names]
        texts = ", ".join(f"{sql} AS t{at}" for at, sql in enumerate(path))
        self.engine.run(
            f"CREATE OR REPLACE TEMP TABLE level_texts AS SELECT x_Dimensions, {texts} FROM "
            f"(SELECT DISTINCT x_Dimensions FROM {DRIVER_ROWS} WHERE {asked})"
        )
        for at, name in enumerate(self.names):
            if name in self.taxonomy.dimensions:
                self._resolve_texts(at, name)

    def _read_members(self) -> str:
        """Make the table of members; return SQL for whether ``m`` is the member of ``t``."""
        members = [f"t{at}" for at in range(len(self.level.within), len(self.names))]
        said = " OR ".join(f"{each} IS NOT NULL" for each in members)
        self.engine.run(
            f"CREATE OR REPLACE TEMP TABLE {MEMBERS} AS SELECT CAST(row_number() OVER (ORDER BY {', '.join(members)}) "
            f"AS INTEGER) AS member, {', '.join(members)} FROM (SELECT DISTINCT {', '.join(members)} FROM level_texts "
            f"WHERE {said})"
        )
        as_enums(self.engine, MEMBERS, members)
        return " AND ".join(f"m.{each} IS NOT DISTINCT FROM t.{each}" for each in members)

    def _of_parent(self) -> str:
        return " AND ".join(f"p.w{at} = t.t{at}" for at in range(len(self.level.within)))

    def _resolve_texts(self, at: int, dimension: str) -> None:
        texts = self.engine.rows(f"SELECT DISTINCT t{at} FROM level_texts WHERE t{at} IS NOT NULL")
        others = [(text, found) for (text,) in texts if (found := self.resolve(dimension, text)) != text]
        if others:
            self.engine.run("CREATE OR REPLACE TEMP TABLE level_names (text VARCHAR, name VARCHAR)")
            insert_rows(self.engine, "level_names", ("VARCHAR", "VARCHAR"), others)
            self.engine.run(
                f"UPDATE level_texts SET t{at} = n.name FROM level_names AS n WHERE n.text = level_texts.t{at}"
            )

    def rows(self, cells: Mapping[str, Ints]) -> Ints:
        """Return how many rows each cell is cut into, at most.

        Args:
            cells: Columns ``parent`` and ``day``, days since 1970.
        """
        found = self.engine.arrays(
            "SELECT CAST(parent AS BIGINT) AS parent, CAST(period AS BIGINT) AS period, count(*) AS rows "
            f"FROM {_WEIGHTS} GROUP BY ALL ORDER BY ALL"
        )
        known = np.append(np.asarray(found["parent"] * _SPAN + found["period"], dtype=np.int64), np.iinfo(np.int64).max)
        counts = np.append(np.asarray(found["rows"], dtype=np.int64), 0)
        rows = np.ones(len(cells["day"]), dtype=np.int64)
        for period in (cells["day"], -_months(cells["day"]) - 1):
            wanted = cells["parent"] * _SPAN + period
            at = np.searchsorted(known, wanted)
            rows += np.where(known[at] == wanted, counts[at], 0)
        return rows

    def read(self, cells: Mapping[str, Ints]) -> Rows:
        """Return what weighs on some cells: one look at the table."""
        first, last = int(cells["day"].min()), int(cells["day"].max())
        months = np.unique(_months(cells["day"]))
        found = self.engine.arrays(
            f"SELECT driver, period, CAST(parent AS BIGINT) << 32 | member AS key, weight FROM {_WEIGHTS} "
            f"WHERE parent BETWEEN {cells['parent'].min()} AND {cells['parent'].max()} AND (period BETWEEN {first} AND "
            f"{last} OR period IN ({', '.join(str(-month - 1) for month in months.tolist())}))"
        )
        driver, period, keys, weights = (np.asarray(found[name]) for name in ("driver", "period", "key", "weight"))
        return Rows(driver, period, keys, weights, first, last, months)

    def days(self, cells: Mapping[str, Ints], found: Rows) -> list[Day]:
        """Return cells day by day, each day with its share and what weighs on it."""
        order, bounds = found.in_order()
        days = []
        own = np.unique(cells["day"])
        for day, month in zip(own.tolist(), np.searchsorted(found.months, _months(own)).tolist(), strict=True):
            slots = (day - found.first, found.last - found.first + 1 + month)
            rows = np.concatenate([order[bounds[slot] : bounds[slot + 1]] for slot in slots])
            share = next((each for each in self.level.shares if each.span.holds_on(EPOCH + timedelta(days=day))), None)
            keys, weights = self._weighing(share, found.driver[rows], found.keys[rows], found.weights[rows])
            chosen = np.flatnonzero(cells["day"] == day)
            days.append(Day({name: each[chosen] for name, each in cells.items()}, share, keys, weights))
        return days

    def _weighing(self, share: Share | None, driver: Ints, keys: Ints, weights: Floats) -> tuple[Ints, Floats]:
        """Return what counts for a share: what its driver tells, where all goes in proportion of members alone."""
        if share is None or share.driver is None:
            return keys[:0], weights[:0]
        counts = driver == self._drivers.index(share.driver)
        if share.idle == "proportional":
            counts &= keys & MEMBER > 0
        return (keys, weights) if counts.all() else (keys[counts], weights[counts])


def _months(days: Ints) -> Ints:
    """Return the first days of the months of days since 1970."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def as_enums(engine: Engine, table: str, columns: Sequence[str]) -> None:
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


def _pointer(name: str) -> str:
    return f'$."{name}"'
