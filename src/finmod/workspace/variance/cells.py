"""Cells of two states of the books: charge keys named and matched, as columns that the model takes.

Owns the order in which tables are made, and the reading of units. Their SQL is that of ``marts/variance.py``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from finmod.allocation.pools import POOL, with_pools
from finmod.engines.duckdb import Engine, identifier, literal
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reporting import Reporting
from finmod.marts.variance import (
    BASES,
    CELLS,
    OF_PLACE,
    OWNERS,
    PLACES,
    ROWS,
    SIDES,
    TEXTS,
    cells_sql,
    make_cells,
    make_rows,
    units_sql,
)
from finmod.models.variance.bridge import UNIT
from finmod.models.variance.cells import Cells, Flags, Floats, Ints, Side, Units, unit_prices
from finmod.models.variance.targets import Held
from finmod.settings.project import Project
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.keyed import BASE, cube, make_base
from finmod.taxonomy.naming import Naming, name_keys
from finmod.taxonomy.tag_keys import pointer
from finmod.terms.units import how_many, read_unit
from finmod.workspace.fx import reporting
from finmod.workspace.rules import Rules
from finmod.workspace.variance.told import Told

TAGS: Final = ("Tags", "AllocatedTags")
"""Columns of tags: those of a charge, and those of what shares it."""
POOL_COLUMN: Final = "x_Pool"
Column = NDArray[Any]
"""Of the engine, masked where it has NULLs; whole numbers, doubles, truths or texts."""

_BY_MONTH: Final = re.compile(r"\b(mo|mth|month|yr|year)s?\b", re.IGNORECASE)
_LARGEST: Final = 4_000_000
"""Whole money of a cell above which its units have no room in 64 bits beside others."""


@dataclass(frozen=True)
class Books:
    """What is read, and how charges are named.

    Attributes:
        engine: Where tables are made.
        project: Has the reporting currency and rates.
        ledger: Has the charges.
        rules: What names charges; None where nothing does.
        targets: Dimensions that costs are allocated to -> their columns; none where nothing was applied.
        called: Dimensions by which charge keys themselves are told, those in pools too; none where nobody asks.
        tags: Name -> keys of bills that mean the same tag, by which charge keys are told as well.
    """

    engine: Engine
    project: Project
    ledger: Ledger
    rules: Rules | None
    targets: Mapping[str, str]
    called: tuple[str, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns of names: the pool, and the targets."""
        return (POOL_COLUMN, *self.targets.values()) if self.rules else ()


@dataclass(frozen=True)
class Looked:
    """One state that is looked at.

    Attributes:
        side: 0 for before, 1 for after.
        month: First day of the billing period.
        snapshot: State of the ledger.
        restated: Months in which true-ups of this one are booked, which count too; none where they do not.
        told: How much of the month bills tell.
    """

    side: int
    month: date
    snapshot: Snapshot
    restated: tuple[date, ...] = ()
    told: Told = field(default_factory=Told)

    @property
    def length(self) -> int:
        """Return how many days the month has."""
        return monthrange(self.month.year, self.month.month)[1]

    @property
    def is_whole(self) -> bool:
        """Return whether all sources tell the whole month."""
        return not self.told.until and not self.told.since

    def days(self, source: str) -> int:
        """Return how many days of the month a source's bills tell."""
        until, since = self.told.until.get(source), self.told.since.get(source)
        return (until.day if until else self.length) - (since.day - 1 if since else 0)


@dataclass(frozen=True)
class Compared:
    """Cells with their places.

    Attributes:
        cells: What is compared.
        held: What each place has of each cell.
        places: Per place its pool, targets, whether it corrects a closed month, and ``OF_PLACE``.
        unknown: Side -> number of charges without a cost.
        unrated: Side -> number of rows without an exchange rate.
        units: Units of SKUs that were counted in another one before, and how many of today's that is; None where
            nothing tells.
    """

    cells: Cells
    held: Held
    places: tuple[tuple[Any, ...], ...]
    unknown: tuple[int, int]
    unrated: tuple[int, int]
    units: tuple[tuple[str, str, float | None], ...]


def compare(books: Books, looked: tuple[Looked, Looked]) -> Compared:
    """Return the cells of two states, before and after."""
    engine = books.engine
    engine.run(f"DROP TABLE IF EXISTS {ROWS}")
    at_once = looked[0].snapshot == looked[1].snapshot and looked[0].month != looked[1].month
    for at, states in enumerate([[*looked]] if at_once else [[each] for each in looked]):
        _make_rows(books, states)
        engine.run(f"INSERT INTO {ROWS} FROM variance_new" if at else f"ALTER TABLE variance_new RENAME TO {ROWS}")
    units = _units(engine)
    make_cells(engine, books.names, units)
    return _read(books, looked, units)


def _make_rows(books: Books, states: Sequence[Looked]) -> None:
    engine, snapshot = books.engine, states[0].snapshot
    months = [each.month for each in states]
    restated = [month for each in states for month in each.restated]
    rules = books.rules
    taxonomy = with_pools(rules.taxonomy, rules.allocation) if rules else Taxonomy({}, ())
    texts = (*TEXTS, *(TAGS if books.tags else ()))
    segments = make_base(
        engine, books.ledger, snapshot, taxonomy, [*months, *restated], also=texts, costs=("EffectiveCost",)
    )
    naming = name_keys(engine, taxonomy, segments, BASE, texts=("x_Source", *texts))
    days, true_ups = cube(books.ledger, snapshot, months)
    if restated:
        later = cube(books.ledger, snapshot, restated)[1]
        true_ups = f"({true_ups[1:-1]} UNION ALL SELECT * FROM {later} WHERE x_TrueUpOf = DATE '{months[0]}')"
    # Of one state alone all is of its side, whichever month it is booked in.
    sides = {each.side: each.month for each in states} if len(states) > 1 else {states[0].side: None}
    make_rows(
        engine, (days, true_ups, segments.of("x_ChargeDate")), _names(books, naming), _money(books, snapshot), sides
    )


def _names(books: Books, naming: Naming) -> dict[str, str]:
    """Return column -> SQL of its value; what is in a pool is nobody's before it is shared."""
    tags = {called_column(name): tag_sql(keys, "n.") for name, keys in books.tags.items()}
    if books.rules is None:
        return tags
    pool = naming.value_sql(POOL, "n.")
    own = {column: naming.value_sql(name, "n.") for name, column in books.targets.items()}
    called = {called_column(name): naming.value_sql(name, "n.") for name in books.called}
    named = {column: f"CASE WHEN {pool} IS NULL THEN {sql} END" for column, sql in own.items()}
    return {POOL_COLUMN: pool, **named, **called, **tags}


def tag_sql(keys: Sequence[str], table: str) -> str:
    """Return SQL of the text of a tag that bills write as any of these keys; the first that is there."""
    read = [
        f"json_extract_string({table}{column}, {literal(pointer(key))})" for key in keys for column in reversed(TAGS)
    ]
    return f"nullif(coalesce({', '.join(read)}), '')"


def called_column(dimension: str) -> str:
    """Return the column of charge keys that says what a dimension or a tag calls them, in pools or not."""
    return f"called {dimension}"


def _money(books: Books, snapshot: Snapshot) -> Reporting | None:
    """Return exchange rates; None where every charge is in the reporting currency."""
    own = literal(books.project.currency)
    if not books.engine.rows(f"SELECT 1 FROM names WHERE BillingCurrency IS DISTINCT FROM {own} LIMIT 1"):
        return None
    head = books.ledger.head(books.engine)
    return reporting(books.engine, books.project, books.ledger, snapshot, closed=head)


def _units(engine: Engine) -> list[tuple[str, str, float | None]]:
    found = engine.rows(
        "SELECT old, unit, bool_or(is_one) FROM (SELECT unnest(list_distinct(olds || news)) AS old, unit, "
        f"len(olds) = 1 AND len(news) = 1 AS is_one FROM ({units_sql()}) AS s(a, b, c, d, olds, news, unit)) "
        "WHERE old <> unit GROUP BY 1, 2 ORDER BY 1, 2"
    )
    units = [(old, new, _times(old, new), is_one) for old, new, is_one in found]
    # Beside others a unit that nothing converts may count another thing.
    return [(old, new, times) for old, new, times, is_one in units if times is not None or is_one]


def _times(old: str, new: str) -> float | None:
    into = read_unit(new)
    times = how_many(old, new) if into else None
    return None if times is None else float(times)


def _read(books: Books, looked: Sequence[Looked], units: Sequence[Any]) -> Compared:
    engine = books.engine
    found = engine.arrays(cells_sql())
    wide = any(np.abs(_ints(found[f"whole_{at}"])).max(initial=0) > _LARGEST for at in SIDES)
    sources = [str(source) for (source,) in engine.rows(f"SELECT DISTINCT x_Source FROM {CELLS} ORDER BY x_Source")]
    sides = [_side(found, each, sources, wide=wide) for each in looked]
    cells = Cells(
        before=sides[0],
        after=sides[1],
        kind=_ints(found["kind"]),
        service=_ints(found["service"]),
        resource=_ints(found["resource"]),
        group=_ints(found["grp"]),
        grows=_grows(found),
        accrues=~np.asarray(found["is_fee"], dtype=np.bool_),
        bases=np.stack([_ints(found[name]) for name in BASES], axis=1),
        lacks=np.asarray(found["lacks"], dtype=np.bool_),
    )
    places = engine.rows(f"SELECT {place_columns(books.names)} FROM {PLACES} ORDER BY place")
    sums = ", ".join(f"coalesce(sum({name}_{at}), 0)" for name in ("unknown", "unrated") for at in SIDES)
    counts = [*map(int, engine.row(f"SELECT {sums} FROM {CELLS}"))]
    unknown, unrated = (counts[0], counts[1]), (counts[2], counts[3])
    return Compared(cells, _held(engine), tuple(places), unknown, unrated, tuple(units))


def _grows(found: Mapping[str, Column]) -> Flags:
    """Return which quantities grow with the days: not those by the month, nor fees but those by the hour."""
    texts = [None if text is None else str(text) for text in np.ma.filled(found["unit"].astype(object), None).tolist()]
    told = {text: (_is_daily(text), _is_time(text)) for text in dict.fromkeys(texts)}
    fees = np.asarray(found["is_fee"], dtype=np.bool_).tolist()
    return np.array([told[text][is_fee] for text, is_fee in zip(texts, fees, strict=True)], dtype=np.bool_)


def place_columns(names: Sequence[str]) -> str:
    """Return the columns of places, in their order."""
    return ", ".join((*map(identifier, names), "is_true_up", *OF_PLACE))


def _ints(column: Column) -> Ints:
    return np.asarray(np.ma.filled(column, 0), dtype=np.int64)


def _floats(column: Column) -> Floats:
    return np.asarray(np.ma.filled(np.ma.asarray(column, dtype=np.float64), np.nan), dtype=np.float64)


def _amounts(whole: Column, rest: Column, *, wide: bool) -> Units:
    """Return units of 1e-12 of whole money and what is left of it."""
    if wide:
        return np.asarray(_ints(whole).astype(object) * UNIT + _ints(rest).astype(object), dtype=object)
    return _ints(whole) * UNIT + _ints(rest)


def _side(found: Mapping[str, Column], looked: Looked, sources: Sequence[str], *, wide: bool) -> Side:
    at = looked.side
    days = np.array([float(looked.days(source)) for source in sources] or [0.0])[_ints(found["source"])]

    def column(name: str) -> Floats:
        return _floats(found[f"{name}_{at}"])

    sku = _ints(found["sku"])
    return Side(
        amount=_amounts(found[f"whole_{at}"], found[f"rest_{at}"], wide=wide),
        original=column("original"),
        covered=column("covered"),
        reached=column("reached"),
        quantity=column("quantity"),
        covered_quantity=column("covered_quantity"),
        list_price=unit_prices(column("listed"), column("listed_quantity"), sku),
        contracted_price=unit_prices(column("agreed"), column("agreed_quantity"), sku),
        days=days,
        told=days / looked.length,
    )


def _held(engine: Engine) -> Held:
    parts = ", ".join(exact_sql(f"amount_{at}", at) for at in SIDES)
    found = engine.arrays(f"SELECT cell, place, {parts} FROM {OWNERS} ORDER BY cell, place")
    before, after = both(found)
    return Held(_ints(found["cell"]), _ints(found["place"]), before, after)


def exact_sql(amount: str, side: int) -> str:
    """Return SQL of the columns of an amount that ``both`` takes: whole money, and what is left in units of 1e-12."""
    rest = f"CAST({amount} - trunc({amount}) AS DECIMAL(13,12))"
    return f"CAST(trunc({amount}) AS BIGINT) AS whole_{side}, CAST({rest} * {UNIT} AS BIGINT) AS rest_{side}"


def both(found: Mapping[str, Column]) -> tuple[Units, Units]:
    """Return units of 1e-12 before and after, of the columns of ``exact_sql``."""
    wide = any(np.abs(_ints(found[f"whole_{at}"])).max(initial=0) > _LARGEST for at in SIDES)
    one, other = (_amounts(found[f"whole_{at}"], found[f"rest_{at}"], wide=wide) for at in SIDES)
    return one, other


def _is_daily(text: str | None) -> bool:
    """Return whether a quantity in a unit grows with the days: what is counted by months or years does not."""
    return text is None or _BY_MONTH.search(text) is None


def _is_time(text: str | None) -> bool:
    unit = read_unit(text) if text else None
    return unit is not None and "second" in unit.base.split()
