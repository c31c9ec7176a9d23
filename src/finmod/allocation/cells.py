"""Cells: what is split as one, and whose each charge key is before anything is shared.

Owns the tables of a run that come from named charge keys and the daily cube, in numbers instead of texts: the cube has
a row per key and day, and every byte of it counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from finmod.allocation.definition import Allocation
from finmod.allocation.kubernetes_charges import OF_CHARGES, TEXTS, WEIGHTS, asking_pools, mark_charges
from finmod.allocation.pools import POOL
from finmod.allocation.split import UNIT
from finmod.allocation.targets import Targets
from finmod.allocation.vectors import Ints
from finmod.engines.duckdb import Engine, identifier, literal
from finmod.focus.columns import COSTS
from finmod.normalize.charges import COST_UNKNOWNS, DECIMAL
from finmod.taxonomy.naming import NAMES, Naming
from finmod.taxonomy.row_insert import insert_rows

KEYS: Final = "allocation_keys"
"""Table: a row per charge key and segment: ``place``, ``pool`` (0 for none), ``grp``, ``target``, texts and costs."""

CELLS: Final = "allocation_cells"
"""Table: a row per ``day``, ``place``, ``pool``, ``grp`` and ``target``: costs and numbers of unknown ones."""

PLACES: Final = "allocation_places"
"""Table: ``place`` -> the texts and dates that a row of the result keeps, and ``x_ChargeDays``.

Keys have the places of an unknown number of days, which come first; those of cells follow, as far as there are any.
"""

TARGETS: Final = "allocation_targets"
"""Table: ``target`` -> its values, ``v0`` and so on."""

PLACE_COLUMNS: Final = (
    "x_BillingPeriod", "x_Source", "x_TrueUpOf", "BillingCurrency", "ServiceName", "ChargeCategory",
)  # fmt: skip

BILL: Final = "coalesce(x_TrueUpOf, x_BillingPeriod)"
"""SQL for the month whose bill a row is of: a true-up is shared as the month that it corrects."""

_GROUPS = "allocation_groups"


@dataclass(frozen=True)
class Groups:
    """What of the pools is shared apart, by columns of their charges.

    Attributes:
        columns: Pool's number -> the columns.
        texts: Number of a group -> its text in each column of its pool; group 0 has none.
    """

    columns: dict[int, tuple[str, ...]]
    texts: list[tuple[str | None, ...]]


@dataclass(frozen=True)
class Cells:
    """Cells as arrays, one place per cell.

    Attributes:
        day: Charge date, in days since 1970.
        place: Number in ``PLACES``.
        pool: Pool's number, 0 for a target's own cost that is cut further.
        group: Number of the group.
        target: Number of the target that the charges name; 0 in a pool.
        whole: Per cost the whole currency units, towards 0.
        rest: Per cost what is left, in units of 1e-12.
        known: Per cost whether any of it is known.
        unknown: Per cost the number of charges of which it is unknown.
    """

    day: Ints
    place: Ints
    pool: Ints
    group: Ints
    target: Ints
    whole: Ints
    rest: Ints
    known: Ints
    unknown: Ints


def within_columns(allocation: Allocation) -> tuple[str, ...]:
    """Return every column that shares stay within, each once."""
    return tuple(dict.fromkeys(name for share in allocation.shares() for name in share.within))


def kept_texts(allocation: Allocation) -> tuple[str, ...]:
    """Return the text columns of charge keys that a run looks at once they are named."""
    return (*PLACE_COLUMNS, *within_columns(allocation), *(TEXTS if asking_pools(allocation) else ()))


def kept_costs(allocation: Allocation) -> tuple[str, ...]:
    """Return the costs of charge keys that a run looks at: those that findings tell, and that shares go by."""
    shared = {share.measure for share in allocation.shares() if share.kind == "cost"}
    return tuple(name for name in COSTS if name in {"EffectiveCost", *shared})


def make_keys(engine: Engine, naming: Naming, allocation: Allocation, targets: Targets) -> Groups:
    """Make the tables of keys, places and targets out of the table ``names``; return the groups.

    Args:
        engine: Has ``names``, with ``kept_texts`` and ``kept_costs``.
        naming: What its numbers mean; the taxonomy is the one with pools.
        allocation: Its pools.
        targets: Gets the targets that charges name.
    """
    pools = ", ".join(literal(pool.name) for pool in allocation.pools)
    pool = f"coalesce(list_position([{pools}]::VARCHAR[], {naming.value_sql(POOL)}), 0)" if pools else "0"
    values = [f"{naming.value_sql(name)} AS v{at}" for at, name in enumerate(targets.dimensions)]
    kept = dict.fromkeys((*PLACE_COLUMNS, *within_columns(allocation)))
    source = NAMES
    if asking := asking_pools(allocation):
        mark_charges(engine, pool, asking)
        kept[WEIGHTS] = None
        source = f"{NAMES} LEFT JOIN {OF_CHARGES} USING (x_Source, x_BillingPeriod, x_ChargeKey)"
    texts, costs = (", ".join(map(identifier, names)) for names in (kept, kept_costs(allocation)))
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE allocation_named AS SELECT x_ChargeKey, segment, {texts}, "
        f"CAST({pool} AS INTEGER) AS pool, {', '.join(values)}, {costs} FROM {source}"
    )
    columns = ", ".join(map(identifier, PLACE_COLUMNS))
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {PLACES} AS SELECT CAST(row_number() OVER (ORDER BY {columns}) AS INTEGER) "
        f"AS place, {columns}, NULL::INTEGER AS x_ChargeDays FROM (SELECT DISTINCT {columns} FROM allocation_named)"
    )
    _number_targets(engine, targets)
    groups = _make_groups(engine, allocation)
    same = " AND ".join(f"n.{name} IS NOT DISTINCT FROM p.{name}" for name in map(identifier, PLACE_COLUMNS))
    named = " AND ".join(f"n.v{at} IS NOT DISTINCT FROM t.v{at}" for at in range(len(targets.dimensions)))
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {KEYS} AS SELECT n.*, p.place, CASE WHEN n.pool = 0 THEN t.target ELSE 0 END AS "
        f"target, coalesce(g.grp, 0) AS grp FROM allocation_named AS n JOIN {PLACES} AS p ON {same} "
        f"LEFT JOIN {TARGETS} AS t ON {named} LEFT JOIN {_GROUPS} AS g ON g.pool = n.pool AND g.text = {_text(groups)}"
    )
    engine.run("DROP TABLE allocation_named")
    return groups


def _number_targets(engine: Engine, targets: Targets) -> None:
    columns = ", ".join(f"v{at}" for at in range(len(targets.dimensions)))
    targets.numbers(engine.rows(f"SELECT DISTINCT {columns} FROM allocation_named WHERE pool = 0 ORDER BY ALL"))
    offer_targets(engine, targets)


def offer_targets(engine: Engine, targets: Targets) -> None:
    """Make the table of targets, with those that were found since it was made last."""
    count = len(targets.dimensions)
    columns = ", ".join(f"v{at} VARCHAR" for at in range(count))
    engine.run(f"CREATE OR REPLACE TEMP TABLE {TARGETS} (target INTEGER, {columns})")
    rows = [(number, *values) for number, values in enumerate(targets.every)]
    insert_rows(engine, TARGETS, ("INTEGER", *["VARCHAR"] * count), rows)


def _make_groups(engine: Engine, allocation: Allocation) -> Groups:
    columns = {
        number: tuple(dict.fromkeys(name for share in pool.shares for name in _within(share)))
        for number, pool in enumerate(allocation.pools, start=1)
    }
    for number in asking_pools(allocation):
        columns[number] += (WEIGHTS,)
    found = Groups({number: names for number, names in columns.items() if names}, [()])
    rows: list[tuple[int, int, str]] = []
    for number, names in found.columns.items():
        listed = ", ".join(map(identifier, names))
        sql = f"SELECT DISTINCT {_key(names)}, {listed} FROM allocation_named WHERE pool = {number} ORDER BY ALL"
        for text, *texts in engine.rows(sql):
            rows.append((len(found.texts), number, text))
            found.texts.append(tuple(texts))
    engine.run(f"CREATE OR REPLACE TEMP TABLE {_GROUPS} (grp INTEGER, pool INTEGER, text VARCHAR)")
    insert_rows(engine, _GROUPS, ("INTEGER", "INTEGER", "VARCHAR"), rows)
    return found


def _within(share: object) -> tuple[str, ...]:
    names: tuple[str, ...] = getattr(share, "within", ())
    otherwise = getattr(share, "otherwise", None)
    return (*names, *_within(otherwise)) if otherwise else names


def _key(names: Sequence[str], table: str = "") -> str:
    """Return SQL for one text out of several: JSON tells NULL and every sign apart."""
    return f"to_json([{', '.join(f'CAST({table}{identifier(name)} AS VARCHAR)' for name in names)}])::VARCHAR"


def _text(groups: Groups) -> str:
    parts = " ".join(f"WHEN {number} THEN {_key(names, 'n.')}" for number, names in groups.columns.items())
    return f"CASE n.pool {parts} END" if parts else "NULL"


def make_cells(engine: Engine, naming: Naming, days: str, true_ups: str) -> None:
    """Make the table of cells: one pass over the daily cube.

    Args:
        engine: Has the tables that ``make_keys`` made.
        naming: Has the segments.
        days: SQL for the cube's rows of the months.
        true_ups: SQL for the true-ups that are booked in them.
    """
    sums = [f"sum({identifier(name)}) AS {identifier(name)}" for name in COSTS]
    sums += [f"CAST(sum({name}) AS BIGINT) AS {name}" for name in COST_UNKNOWNS]
    segment = naming.segments.of("d.x_ChargeDate")
    joined = (
        f"JOIN {KEYS} AS k ON k.x_ChargeKey = d.x_ChargeKey AND k.x_Source = d.x_Source AND k.x_BillingPeriod = "
        f"d.x_BillingPeriod AND k.segment = {segment}"
    )
    costs = ", ".join(f"d.{identifier(name)}" for name in (*COSTS, *COST_UNKNOWNS))
    (count,) = engine.row(f"SELECT count(*) FROM {PLACES}")
    # A number of days takes no column of the cells: it is in the number of the place. True-ups have none.
    place = f"CAST(k.place + {count} * coalesce(d.x_ChargeDays, 0) AS INTEGER) AS place"
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {CELLS} AS SELECT CAST(x_ChargeDate - DATE '1970-01-01' AS INTEGER) AS day, "
        f"place, pool, grp, target, {', '.join(sums)} FROM (SELECT d.x_ChargeDate, {place}, k.pool, k.grp, k.target, "
        f"{costs} FROM {days} AS d {joined} AND k.x_TrueUpOf IS NULL UNION ALL SELECT d.x_ChargeDate, k.place, k.pool, "
        f"k.grp, k.target, {costs} FROM {true_ups} AS d {joined} AND k.x_TrueUpOf = d.x_TrueUpOf) "
        "GROUP BY x_ChargeDate, place, pool, grp, target"
    )
    engine.run(
        f"INSERT INTO {PLACES} SELECT c.place, p.* EXCLUDE (place, x_ChargeDays), (c.place - 1) // {count} "
        f"FROM (SELECT DISTINCT place FROM {CELLS} WHERE place > {count}) AS c JOIN {PLACES} AS p "
        f"ON p.place = (c.place - 1) % {count} + 1"
    )


def days_of_cells(engine: Engine) -> tuple[int, int]:
    """Return the first and the last day of the cells, since 1970; twice the first day of all where there are none."""
    first, last = engine.row(f"SELECT coalesce(min(day), 0), coalesce(max(day), 0) FROM {CELLS}")
    return int(first), int(last)


def keep_months(engine: Engine, months: Sequence[date]) -> None:
    """Drop cells and names of every billing period but some: the others were read for what pools cost before."""
    kept = ", ".join(f"DATE '{month}'" for month in months) or "NULL"
    engine.run(f"DELETE FROM {CELLS} WHERE place NOT IN (SELECT place FROM {PLACES} WHERE x_BillingPeriod IN ({kept}))")
    engine.run(f"DELETE FROM {NAMES} WHERE x_BillingPeriod NOT IN ({kept})")


def pool_cells(engine: Engine, cut: Sequence[int] = ()) -> Cells:
    """Return the cells that are split: those of pools, and of the targets that are cut further.

    Args:
        engine: Has the table of cells.
        cut: Numbers of targets whose own cost is cut further.
    """
    cut_too = f" OR (pool = 0 AND target IN ({', '.join(map(str, cut))}))" if cut else ""
    parts = []
    for at, name in enumerate(map(identifier, COSTS)):
        whole = f"CAST(trunc(coalesce({name}, 0)) AS BIGINT)"
        rest = f"CAST(CAST(coalesce({name}, 0) - trunc(coalesce({name}, 0)) AS DECIMAL(13,12)) * {UNIT} AS BIGINT)"
        parts.append(f"{whole} AS w{at}, {rest} AS r{at}, CAST({name} IS NOT NULL AS BIGINT) AS k{at}")
    parts += [f"{name} AS u{at}" for at, name in enumerate(COST_UNKNOWNS)]
    found = engine.arrays(
        f"SELECT CAST(day AS BIGINT) AS day, place, pool, grp, target, {', '.join(parts)} FROM {CELLS} "
        f"WHERE pool > 0{cut_too} ORDER BY pool, day, grp, place, target"
    )

    def of(name: str) -> Ints:
        return np.ascontiguousarray(np.asarray(found[name], dtype=np.int64))

    def stacked(letter: str) -> Ints:
        return np.stack([of(f"{letter}{at}") for at in range(len(COSTS))], axis=1)

    return Cells(
        of("day"), of("place"), of("pool"), of("grp"), of("target"), stacked("w"), stacked("r"), stacked("k"),
        stacked("u"),
    )  # fmt: skip


def own_part(cut: Sequence[int]) -> str:
    """Return SQL for the rows of the cells that no split touches."""
    cut_too = f" AND target NOT IN ({', '.join(map(str, cut))})" if cut else ""
    costs = ", ".join(f"CAST({identifier(name)} AS {DECIMAL}) AS {identifier(name)}" for name in COSTS)
    return (
        f"SELECT day, place, 0 AS pool, target, {costs}, {', '.join(COST_UNKNOWNS)} FROM {CELLS} "
        f"WHERE pool = 0{cut_too}"
    )
