"""What the applied allocations of two states give each target, beside the places of the cells that were compared.

Owns the join of both. An allocated row says from which pool, source, service and category it comes, and so does a
place: what is shared out of a place goes by it. Rows that have no such place, since other rules made them, or since
they move what closed months were told, are the effect of rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

import numpy as np

from finmod.engines.duckdb import identifier
from finmod.ledger.applied import Run, files_of
from finmod.ledger.applied import runs as every_run
from finmod.ledger.reduce import whole
from finmod.ledger.tables import ALLOCATED
from finmod.marts.allocated import with_dimensions
from finmod.marts.variance import OF_PLACE, OWNERS, PLACES, SIDES
from finmod.models.variance.cells import Flags, Ints, Units
from finmod.models.variance.effects import PLACE
from finmod.models.variance.rounding import narrow, sums_by
from finmod.models.variance.targets import Held, shared
from finmod.workspace.variance.cells import POOL_COLUMN, Books, Compared, Looked, both, exact_sql

_BOOKS: Final = "variance_books"
_AMOUNTS: Final = ("original_0", "original_1", "original_2")
"""Before, after, and before by today's rules, in the currency of the bill."""


@dataclass(frozen=True)
class Facts:
    """Effects by what they can be told by: one row per target and place.

    Attributes:
        columns: Names of the columns of ``texts``.
        texts: Values of the targets, pool, source, service, category and currency.
        before: EffectiveCost in the reporting currency, units of 1e-12.
        after: Likewise.
        effects: One row per row, one column per effect.
    """

    columns: tuple[str, ...]
    texts: tuple[tuple[str | None, ...], ...]
    before: Units
    after: Units
    effects: Units


def unallocated(compared: Compared, effects: Units) -> Facts:
    """Return effects by place, where no allocation was applied."""
    count = len(compared.places)
    held = compared.held
    before, after = (sums_by(held.by, units, count) for units in (held.before, held.after))
    texts = tuple(place[-len(OF_PLACE) :] for place in compared.places)
    return Facts(OF_PLACE, texts, before, after, sums_by(held.by, effects, count))


def allocated(
    books: Books, compared: Compared, effects: Units, looked: tuple[Looked, Looked], runs: tuple[Run, Run]
) -> Facts:
    """Return effects by target and place.

    Args:
        books: Where allocations are read.
        compared: Has the places.
        effects: One row per row of ``compared.held``.
        looked: Before and after.
        runs: The allocation that stood in each.
    """
    is_other = _other_rules(books, looked, runs)
    _make_books(books, looked, runs, is_other=is_other)
    found, places = _rows(books, len(compared.places)), compared.held.by
    many = int(found.held.of.max(initial=-1)) + 1
    before, after = (_sums(places, units, many) for units in (compared.held.before, compared.held.after))
    charged = _Charged(before, after, *_originals(books, many))
    # Shares of before are those that today's rules give: what other rules gave instead is an effect of its own.
    todays = Held(found.held.of, found.held.by, found.today, found.held.after)
    ties = charged.ties(todays) & (np.arange(many) < len(compared.places))
    given, now = (_in_reporting_currency(books, found.texts, held, charged) for held in (found.held, todays))
    told = shared(now, _sums(places, effects, many), (charged.before, charged.after), ties)
    moved = now.before - given.before
    told = told.astype(np.result_type(told, moved))
    told[:, PLACE["allocation_rules"]] += moved
    if not is_other and runs[0].rule_hash == runs[1].rule_hash:
        # A bill that was restated since shifts what is shared by cost: the same rules give other shares.
        told[:, PLACE["allocation_shares"]] += told[:, PLACE["allocation_rules"]]
        told[:, PLACE["allocation_rules"]] = 0
    columns = (*books.targets, "pool", *OF_PLACE)
    return Facts(columns, tuple(found.texts), given.before, given.after, told)


def _sums(number: Ints, units: Units, count: int) -> Units:
    return narrow(sums_by(number, units, count))


@dataclass(frozen=True)
class _Charged:
    """What charges come to by place, in the reporting currency and in that of the bill."""

    before: Units
    after: Units
    original_before: Units
    original_after: Units

    def ties(self, held: Held) -> Flags:
        """Return whether the books have the very amounts of each place, in the currency of the bill."""
        pairs = ((held.before, self.original_before), (held.after, self.original_after))
        found = [sums_by(held.of, units, len(own)) == own for units, own in pairs]
        return np.asarray(found[0] & found[1], dtype=np.bool_)


@dataclass(frozen=True)
class _Rows:
    """Rows of the books, sorted by place: amounts in the currency of the bill.

    Attributes:
        held: What the books of both months give.
        today: What today's rules give of the month before.
        texts: Targets, pool, source, service, category, currency.
    """

    held: Held
    today: Units
    texts: list[tuple[str | None, ...]]


def _make_books(books: Books, looked: Sequence[Looked], runs: Sequence[Run], *, is_other: bool) -> None:
    parts = []
    for each, run in zip(looked, runs, strict=True):
        months = (each.month, *each.restated)
        of_month = f"DATE '{each.month}' IN (x_BillingPeriod, x_TrueUpOf, x_AllocationOf)"
        parts.append(_given(books, run, months, f"{each.side} AS side", of_month))
    if is_other:
        later = f"x_AllocationOf = DATE '{looked[0].month}'"
        parts.append(_given(books, runs[1], (), "2 AS side", later))
    sides = {0: "side = 0", 1: "side = 1", 2: "side IN (0, 2)"}
    sums = ", ".join(f"coalesce(sum(cost) FILTER ({test}), 0) AS original_{at}" for at, test in sides.items())
    grain = ", ".join(map(identifier, (POOL_COLUMN, *books.targets.values(), "is_true_up", "is_later", *OF_PLACE)))
    books.engine.run(
        f"CREATE OR REPLACE TEMP TABLE {_BOOKS} AS SELECT {grain}, {sums} FROM ({' UNION ALL BY NAME '.join(parts)}) "
        "GROUP BY ALL"
    )


def _given(books: Books, run: Run, months: Sequence[date], side: str, where: str) -> str:
    """Return SQL of what an allocation gives in some months, or in all where none is named."""
    endings = tuple(f"={month}" for month in months)
    files = [
        file for file in files_of(books.ledger, ALLOCATED, run) if not months or file.parent.name.endswith(endings)
    ]
    there = run.columns.get(ALLOCATED.name, ())
    named = [
        f"{identifier(name) if name in there else 'NULL::VARCHAR'} AS {identifier(name)}"
        for name in books.targets.values()
    ]
    # What later rules move in the month before is a part of what they give of it.
    is_later = "false" if not months else "x_AllocationOf IS NOT NULL"
    return (
        f"SELECT {side}, {', '.join((POOL_COLUMN, *named, *OF_PLACE))}, x_TrueUpOf IS NOT NULL AS is_true_up, "
        f"{is_later} AS is_later, EffectiveCost AS cost "
        f"FROM {whole(with_dimensions(ALLOCATED, run), files)} WHERE {where}"
    )


def _other_rules(books: Books, looked: Sequence[Looked], runs: Sequence[Run]) -> bool:
    """Return whether the rows of both months were made by other rules."""
    known = every_run(books.engine, books.ledger)
    hashes = [
        next(
            (each.rule_hash for each in reversed(known) if each.version <= run.version and state.month in each.changed),
            "",
        )
        for state, run in zip(looked, runs, strict=True)
    ]
    return hashes[0] != hashes[1]


def _rows(books: Books, count: int) -> _Rows:
    """Return the rows of the books with the number of their place, and a row of 0 for places that they do not have."""
    engine, targets = books.engine, [*books.targets.values()]
    columns = [*targets, POOL_COLUMN, *OF_PLACE]
    # What is called a target is its own; what it gets beside that comes of a pool, or of what levels cut.
    own = (
        f"SELECT p.place, {_list('b', columns)}, {_list('o', _AMOUNTS)} FROM {_BOOKS} AS b JOIN {PLACES} AS p "
        f"ON {_same('b', 'p', ('is_true_up', *columns))} JOIN variance_own AS o USING (place) "
        f"WHERE NOT b.is_later AND b.{POOL_COLUMN} IS NULL"
    )
    given = (
        f"SELECT coalesce(p.place, {count} - 1 + dense_rank() OVER (ORDER BY r.BillingCurrency)) AS place, "
        f"{_list('r', columns)}, {_list('r', _AMOUNTS)} FROM ({_rest(columns)}) AS r LEFT JOIN {PLACES} AS p "
        f"ON NOT r.is_later AND {_same('r', 'p', ('is_true_up', POOL_COLUMN, *OF_PLACE))} AND ({_parents(books)})"
    )
    engine.run(
        "CREATE OR REPLACE TEMP TABLE variance_own AS SELECT place, sum(original_0) AS original_0, sum(original_1) AS "
        f"original_1, sum(original_0) AS original_2 FROM {OWNERS} GROUP BY place"
    )
    engine.run(f"CREATE OR REPLACE TEMP TABLE variance_held AS {own} UNION ALL BY NAME {given}")
    engine.run(
        f"INSERT INTO variance_held BY NAME SELECT place, {_list('', (POOL_COLUMN, *OF_PLACE))}, 0 AS original_0, "
        f"0 AS original_1, 0 AS original_2 FROM {PLACES} WHERE place NOT IN (SELECT place FROM variance_held)"
    )
    order = ", ".join(("place", *map(identifier, columns)))
    units, todays = (
        ", ".join(exact_sql(name, at) for at, name in enumerate(names)) for names in (_AMOUNTS[:2], _AMOUNTS[1:])
    )
    numbers = engine.arrays(f"SELECT place, {units} FROM variance_held ORDER BY {order}")
    now = engine.arrays(f"SELECT {todays} FROM variance_held ORDER BY {order}")
    rows = engine.rows(f"SELECT {_list('', columns)} FROM variance_held ORDER BY {order}")
    place: Ints = np.asarray(numbers["place"], dtype=np.int64)
    before, after = both(numbers)
    return _Rows(Held(place, np.arange(len(place)), before, after), both(now)[1], rows)


def _rest(columns: Sequence[str]) -> str:
    """Return SQL of what the books give beside what is a target's own."""
    left = [f"b.{name} - coalesce(o.{name}, 0)" for name in _AMOUNTS]
    told = ", ".join(f"{amount} AS {name}" for name, amount in zip(_AMOUNTS, left, strict=True))
    return (
        f"SELECT {_list('b', columns)}, b.is_true_up, b.is_later, {told} FROM {_BOOKS} AS b "
        f"LEFT JOIN {PLACES} AS p ON NOT b.is_later AND b.{POOL_COLUMN} IS NULL "
        f"AND {_same('b', 'p', ('is_true_up', *columns))} LEFT JOIN variance_own AS o USING (place) "
        f"WHERE {' OR '.join(f'{each} <> 0' for each in left)}"
    )


def _parents(books: Books) -> str:
    """Return SQL for whether a place is where a row comes from: a pool, or the same without what levels add."""
    levels = books.rules.allocation.levels if books.rules else ()
    added = {name for level in levels for name in level.dimensions if name in books.targets}
    tests = [
        f"p.{identifier(column)} IS NULL" if name in added else _same("r", "p", (column,))
        for name, column in books.targets.items()
    ]
    cut = " AND ".join(tests) if added else "false"
    return f"r.{POOL_COLUMN} IS NOT NULL OR ({cut})"


def _list(table: str, columns: Sequence[str]) -> str:
    return ", ".join(f"{table}.{identifier(name)}" if table else identifier(name) for name in columns)


def _same(one: str, other: str, columns: Sequence[str]) -> str:
    return " AND ".join(f"{one}.{identifier(name)} IS NOT DISTINCT FROM {other}.{identifier(name)}" for name in columns)


def _originals(books: Books, many: int) -> tuple[Units, Units]:
    """Return what charges come to by place in the currency of the bill, before and after."""
    parts = ", ".join(exact_sql(f"original_{at}", at) for at in SIDES)
    numbers = books.engine.arrays(f"SELECT place, {parts} FROM variance_own")
    place = np.asarray(numbers["place"], dtype=np.int64)
    before, after = (_sums(place, units, many) for units in both(numbers))
    return before, after


def _in_reporting_currency(
    books: Books, texts: Sequence[tuple[str | None, ...]], held: Held, charged: _Charged
) -> Held:
    """Return what the books give in the reporting currency: parts of what charges come to there.

    Where the books give something else than the charges of a place, the rate is that of all such places.
    """
    own = books.project.currency
    currencies = np.array([text[-1] or "" for text in texts], dtype=object)
    if bool(np.all(currencies == own)):
        return held
    pairs = (
        (held.before, charged.before, charged.original_before),
        (held.after, charged.after, charged.original_after),
    )
    sides = []
    for units, reported, original in pairs:
        ties = np.asarray(sums_by(held.of, units, len(original)) == original, dtype=np.bool_)
        told = units.astype(object)
        for currency in sorted({*currencies.tolist()} - {own}):
            rows = np.flatnonzero(currencies == currency)
            places = np.unique(held.of[rows])
            usual = _usual((places[~ties[places]], places), reported, original)
            rates = {
                at: Fraction(int(reported[at]), int(original[at])) if ties[at] and original[at] else usual
                for at in places.tolist()
            }
            told[rows] = [round(int(units[row]) * rates[int(held.of[row])]) for row in rows.tolist()]
            _tie(held.of, told, reported, ties & np.isin(np.arange(len(ties)), places))
            _tie_together(held.of, told, reported, rows[~ties[held.of[rows]]])
        sides.append(narrow(told))
    return Held(held.of, held.by, sides[0], sides[1])


def _usual(among: Sequence[Ints], reported: Units, original: Units) -> Fraction:
    """Return the rate of the first of some places that have an amount."""
    for places in among:
        whole_original = sum(original[places].tolist())
        if whole_original:
            return Fraction(sum(reported[places].tolist()), whole_original)
    return Fraction(1)


def _tie(of: Ints, units: Units, amounts: Units, chosen: Flags) -> None:
    """Give the last row of each chosen amount what rounding took from the others, in place."""
    ends = np.flatnonzero(np.r_[of[1:] != of[:-1], True])
    lacking = amounts - sums_by(of, units, len(amounts))
    for row in ends.tolist():
        if chosen[of[row]]:
            units[row] += int(lacking[of[row]])


def _tie_together(of: Ints, units: Units, amounts: Units, rows: Ints) -> None:
    """Give the last of some rows what rounding took from them all, in place; what more is lacking is no rounding."""
    lacking = sum(amounts[np.unique(of[rows])].tolist()) - sum(units[rows].tolist())
    if 0 < abs(lacking) <= len(rows):
        units[rows[-1]] += lacking
