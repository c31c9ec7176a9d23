"""What an allocation leaves in each month: its own rows where the month is open, differences where it is closed.

Owns which months stand, the rows of allocation true-ups, and which months differ from what stands. A closed month that
was applied stays as it was told: what other rules move there is booked in the open month, as rows whose
``x_AllocationOf`` is the closed one, and they sum to zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine, identifier
from finmod.focus.columns import COSTS
from finmod.ledger.applied import Run, files_of
from finmod.ledger.closes import Closes
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import whole
from finmod.ledger.tables import ALLOCATED, ALLOCATED_LEVELS, ALLOCATION_TABLES, Table
from finmod.normalize.charges import COST_UNKNOWNS
from finmod.terms.money import known_sum

_AMOUNTS = (*COSTS, *COST_UNKNOWNS)
# On how many days charges run is neither what they are nor what rules move, and may have become known since.
_LEFT = frozenset({*_AMOUNTS, "x_ChargeDays"})
_OF = "coalesce(x_AllocationOf, x_BillingPeriod)"
# Below it, amounts of one pool on one day that sum to zero are the order in which it was split.
_NOISE = "1e-9::DECIMAL(38,12)"
# Rows from which on the months of a table are written one by one: below, a statement each would take longer.
_MANY = 1_000_000

_Sums = tuple[int, Sequence[Decimal | None]]
"""A number of rows, and each of ``COSTS``; None where none is known."""


@dataclass(frozen=True)
class Months:
    """What becomes of the months of an allocation.

    Attributes:
        new: Months that have rows of their own now.
        stand: Closed ones that stay as they were applied.
        moved: Of these, those in which the rules of today move something: booked in ``booked``.
        booked: The open month that takes it; None where no month is closed.
        replaced: Closed ones that were applied and are replaced all the same: their charges changed before they were
            closed and after they were applied.
        late: Closed ones that were not applied before.
        gone: Months that have no rows any more.
    """

    new: tuple[date, ...]
    stand: tuple[date, ...] = ()
    moved: tuple[date, ...] = ()
    booked: date | None = None
    replaced: tuple[date, ...] = ()
    late: tuple[date, ...] = ()
    gone: tuple[date, ...] = ()


@dataclass
class AppliedRows:
    """The rows that an allocation leaves, as views in the engine: ``applied_`` and the name of the table.

    Attributes:
        months: What becomes of the months.
        prints: Month -> fingerprint of its rows, of every month that has some afterwards.
        sums: BillingCurrency -> number and costs of the rows that are new.
        columns: Table -> the columns of dimensions that its rows have.
    """

    months: Months
    prints: dict[date, str] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    sums: dict[str, _Sums] = field(default_factory=dict)

    def differing(self, before: Run | None) -> list[date]:
        """Return the months that get new rows."""
        stand = before.months if before else {}
        return sorted(month for month, mark in self.prints.items() if stand.get(month) != mark)


def restated_months(engine: Engine, ledger: Ledger, before: Run, months: Sequence[date]) -> list[date]:
    """Return the months whose charges are not those that were applied.

    Args:
        engine: Has the table ``allocated`` of the rules that were applied, run on the charges of today.
        ledger: What stands.
        before: The allocation that stands.
        months: Those that are looked at.
    """
    stood = f"SELECT * FROM {whole(ALLOCATED, files_of(ledger, ALLOCATED, before))}"
    columns = [name for name, _ in engine.columns(f"SELECT * FROM {ALLOCATED.name} UNION ALL BY NAME {stood}")]
    texts = ", ".join(identifier(name) for name in columns if name not in _LEFT)
    less = ", ".join(f"-{name} AS {name}" for name in _AMOUNTS)
    other = " OR ".join(f"abs(coalesce(sum({name}), 0)) >= {_NOISE}" for name in _AMOUNTS)
    own = f"x_AllocationOf IS NULL AND {_in('x_BillingPeriod', months)}"
    return [row[0] for row in engine.rows(
        f"SELECT DISTINCT x_BillingPeriod FROM (SELECT x_BillingPeriod FROM (SELECT * FROM {ALLOCATED.name} WHERE "
        f"{own} UNION ALL BY NAME SELECT * REPLACE ({less}) FROM ({stood}) WHERE {own}) GROUP BY {texts} "
        f"HAVING {other}) ORDER BY 1"
    )]  # fmt: skip


def applied_rows(
    engine: Engine, ledger: Ledger, closed: Closes, before: Run | None, restated: Sequence[date] = ()
) -> AppliedRows:
    """Make the rows that an allocation leaves, beside what stands.

    Args:
        engine: Has the tables ``allocated``, ``allocation_proofs`` and ``allocated_levels`` of the new allocation.
        ledger: What stands.
        closed: Which months are closed.
        before: The allocation that stands; None where there is none.
        restated: Months whose charges changed after they were applied and before they were closed, as far as it is not
            plain from their sums.
    """
    for table in ALLOCATION_TABLES:
        # Of a table that had other dimensions, what it lacks is NULL.
        own = f"SELECT * FROM {whole(table, [])} UNION ALL BY NAME SELECT * FROM {table.name}"
        engine.run(f"CREATE OR REPLACE TEMP VIEW new_{table.name} AS {own}")
        stood = whole(table, files_of(ledger, table, before))
        engine.run(f"CREATE OR REPLACE TEMP VIEW stood_{table.name} AS SELECT * FROM {stood}")
    months = _months(engine, closed, restated)
    for table in ALLOCATION_TABLES:
        engine.run(f"CREATE OR REPLACE TEMP VIEW applied_{table.name} AS {_rows_sql(table, months)}")
    prints, sums = _prints(engine)
    columns = {each.name: _dimension_columns(engine, each) for each in ALLOCATION_TABLES}
    made = AppliedRows(months, prints, columns, sums)
    made.prints |= {month: before.months[month] for month in months.stand} if before else {}
    return made


def write_months(
    engine: Engine, made: AppliedRows, months: Sequence[date], folder: Path
) -> dict[str, dict[date, list[tuple[Path, int]]]]:
    """Write the files of months that get new rows: table -> month -> files, each with its number of rows.

    A table that has no rows of a month has no file of it.
    """
    found: dict[str, dict[date, list[tuple[Path, int]]]] = {}
    for table in ALLOCATION_TABLES:
        found[table.name] = {month: [] for month in months}
        target = folder / table.name
        target.mkdir()
        names = ", ".join(identifier(name) for name in (*table.columns, *made.columns[table.name]))
        sql = f"SELECT {names} FROM applied_{table.name}"
        for path, rows in _written(engine, sql, target, months):
            found[table.name][date.fromisoformat(path.parent.name.partition("=")[2])].append((path, rows))
    return found


def _written(engine: Engine, sql: str, folder: Path, months: Sequence[date]) -> list[tuple[Path, int]]:
    """Return the files of months and the numbers of their rows.

    Many rows are written a month at a time: rows of a month lie together, and to part them takes longer than to find
    them. A month without any has no file among those that are returned.
    """
    every = f"{sql} WHERE {_in('x_BillingPeriod', months)}"
    rows = int(engine.row(f"SELECT count(*) FROM ({every})")[0])
    if rows < _MANY and len(months) > 1:
        return engine.copy_partitions(every, folder, "x_BillingPeriod")
    found = []
    for month in months if rows else ():
        path = folder / f"x_BillingPeriod={month}" / "data.parquet"
        path.parent.mkdir()
        written = engine.copy_parquet(f"{sql} WHERE x_BillingPeriod = DATE '{month}'", path, level=1)
        found += [(path, written)] if written else []
    return found


def totals(engine: Engine, made: AppliedRows) -> tuple[int, dict[str, dict[str, Decimal | None]]]:
    """Return the number of rows that stand afterwards, and currency -> cost -> its sum."""
    rows = engine.rows(
        f"SELECT BillingCurrency, count(*), {', '.join(f'sum({name})' for name in COSTS)} FROM stood_{ALLOCATED.name} "
        f"WHERE {_in('x_BillingPeriod', made.months.stand)} GROUP BY 1"
    )
    found = _together([*((row[0], (row[1], row[2:])) for row in rows), *made.sums.items()])
    ordered = sorted(found.items(), key=lambda item: item[0] or "")
    costs = {currency: dict(zip(COSTS, of_currency, strict=True)) for currency, (_, of_currency) in ordered}
    return sum(count for count, _ in found.values()), costs


def _together(given: Iterable[tuple[str, _Sums]]) -> dict[str, _Sums]:
    """Return sums by currency."""
    found: dict[str, list[_Sums]] = {}
    for currency, sums in given:
        found.setdefault(currency, []).append(sums)
    return {
        currency: (sum(count for count, _ in some), [*map(known_sum, zip(*(costs for _, costs in some), strict=True))])
        for currency, some in found.items()
    }


def _dimension_columns(engine: Engine, table: Table) -> list[str]:
    given = (name for name, _ in engine.columns(f"SELECT * FROM applied_{table.name}"))
    return [name for name in given if name not in table.columns]


def _months(engine: Engine, closed: Closes, restated: Sequence[date]) -> Months:
    """Return what becomes of the months, and make the tables of true-ups."""
    own = [row[0] for row in engine.rows(f"SELECT DISTINCT x_BillingPeriod FROM new_{ALLOCATED.name} ORDER BY 1")]
    stood = engine.rows(
        f"SELECT x_BillingPeriod, count(*) FILTER (WHERE x_AllocationOf IS NULL) > 0 FROM stood_{ALLOCATED.name} "
        "GROUP BY 1 ORDER BY 1"
    )
    shut = [month for month, _ in stood if closed.of(month)]
    stand = [month for month, is_own in stood if is_own and closed.of(month)]
    _make_true_ups(engine, ALLOCATED, shut, stand, ())
    replaced = sorted({*_unequal(engine), *(month for month in stand if month in restated)})
    if replaced:
        _make_true_ups(engine, ALLOCATED, shut, stand, replaced)
    _make_true_ups(engine, ALLOCATED_LEVELS, shut, stand, replaced)
    stand = [month for month in stand if month not in replaced]
    # A closed month without rows of its own may hold true-ups of those before it, and stands for their sake.
    stand += [month for month in shut if month not in own and month not in stand and month not in replaced]
    moved = [row[0] for row in engine.rows(
        " UNION ".join(f"SELECT x_AllocationOf FROM true_ups_{table.name}" for table in _WITH_TRUE_UPS) + " ORDER BY 1"
    )]  # fmt: skip
    booked = closed.booked(closed.last) if closed.last else None
    late = [month for month in own if closed.of(month) and month not in {*stand, *replaced}]
    left = {*own, *stand, *([booked] if moved else [])} | {month for month in replaced if month in shut}
    gone = [month for month, _ in stood if month not in left]
    return Months(
        new=tuple(own),
        stand=tuple(sorted(stand)),
        moved=tuple(moved),
        booked=booked,
        replaced=tuple(replaced),
        late=tuple(late),
        gone=tuple(gone),
    )


_WITH_TRUE_UPS = (ALLOCATED, ALLOCATED_LEVELS)


def _make_true_ups(
    engine: Engine, table: Table, shut: Sequence[date], stand: Sequence[date], replaced: Sequence[date]
) -> None:
    """Make the table of what today's rules move in closed months, of a month that is replaced what was moved before.

    Args:
        engine: Where.
        table: ``allocated``, or that of levels.
        shut: Closed months that have rows.
        stand: Of these, those with rows of their own.
        replaced: Of these, those whose own rows are made anew.
    """
    columns = [name for name, _ in engine.columns(
        f"SELECT * FROM new_{table.name} UNION ALL BY NAME SELECT * FROM stood_{table.name}"
    )]  # fmt: skip
    grain = [name for name in columns if name not in {*_LEFT, "x_BillingPeriod", "x_AllocationOf"}]
    texts = ", ".join(map(identifier, grain))
    less = ", ".join(f"-{name} AS {name}" for name in _AMOUNTS)
    sums = ", ".join(f"CAST(sum({name}) AS {table.columns[name]}) AS {name}" for name in _AMOUNTS)
    moved = " OR ".join(f"coalesce(sum({name}), 0) <> 0" for name in _AMOUNTS)
    still = [month for month in stand if month not in replaced]
    whole_sums = " OR ".join(f"coalesce(sum({name}) OVER cut, 0) <> 0" for name in _AMOUNTS)
    largest = ", ".join(f"abs(coalesce({name}, 0))" for name in _AMOUNTS)
    day = [name for name in ("x_ChargeDate", "BillingCurrency", "x_Pool", "x_Level") if name in grain]
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE true_ups_{table.name} AS SELECT * FROM ("
        f"SELECT month AS x_AllocationOf, {texts}, {sums} FROM ("
        f"SELECT x_BillingPeriod AS month, * EXCLUDE (x_BillingPeriod, x_AllocationOf) FROM new_{table.name} "
        f"WHERE {_in('x_BillingPeriod', still)}{_of_levels(table, 'x_BillingPeriod')} UNION ALL BY NAME "
        f"SELECT coalesce(x_AllocationOf, x_BillingPeriod) AS month, * EXCLUDE (x_BillingPeriod, x_AllocationOf) "
        f"REPLACE ({less}) FROM stood_{table.name} WHERE {_in('x_BillingPeriod', shut)} AND ("
        f"({_in(_OF, still)}{_of_levels(table, _OF)}) OR {_in('x_AllocationOf', replaced)})"
        f") GROUP BY month, {texts} HAVING {moved}) "
        f"WINDOW cut AS (PARTITION BY {', '.join(('x_AllocationOf', *day))}) "
        f"QUALIFY max(greatest({largest})) OVER cut >= {_NOISE} OR {whole_sums}"
    )


def _of_levels(table: Table, month: str) -> str:
    """Return SQL for a further condition on rows of levels: that both sides have the level in the month.

    What a level that came or went cuts was not moved by it: its rows would not sum to zero, and what the closed month
    was told by stays.
    """
    if table is not ALLOCATED_LEVELS:
        return ""
    pair = "coalesce(x_Level, '')"
    return (
        f" AND ({month}, {pair}) IN (SELECT (x_BillingPeriod, {pair}) FROM new_{table.name} INTERSECT "
        f"SELECT (x_BillingPeriod, {pair}) FROM stood_{table.name} WHERE x_AllocationOf IS NULL)"
    )


def _unequal(engine: Engine) -> list[date]:
    """Return the closed months whose charges are not those that were applied: true-ups of them do not sum to zero."""
    wrong = " OR ".join(f"coalesce(sum({name}), 0) <> 0" for name in COSTS)
    return [row[0] for row in engine.rows(
        "SELECT DISTINCT x_AllocationOf FROM (SELECT x_AllocationOf, BillingCurrency, x_ChargeDate "
        f"FROM true_ups_{ALLOCATED.name} GROUP BY ALL HAVING {wrong}) ORDER BY 1"
    )]  # fmt: skip


def _rows_sql(table: Table, months: Months) -> str:
    """Return SQL for the rows of every month that does not stand as it is."""
    stand = _in("x_BillingPeriod", months.stand)
    parts = [f"SELECT * FROM new_{table.name} WHERE NOT {stand}"]
    if table in _WITH_TRUE_UPS:
        kept = _in("x_BillingPeriod", (*months.late, *months.replaced))
        parts.append(f"SELECT * FROM stood_{table.name} WHERE {kept} AND x_AllocationOf IS NOT NULL")
        if months.booked:
            parts.append(f"SELECT DATE '{months.booked}' AS x_BillingPeriod, * FROM true_ups_{table.name}")
    return " UNION ALL BY NAME ".join(parts)


def _prints(engine: Engine) -> tuple[dict[date, str], dict[str, _Sums]]:
    """Return month -> fingerprint of its rows in every table, and currency -> number and costs of its allocated rows.

    Rows that are the same give the same fingerprint.
    """
    found: dict[date, list[str]] = {}
    sums: list[tuple[str, _Sums]] = []
    for place, table in enumerate(ALLOCATION_TABLES):
        names = ", ".join(identifier(name) for name, _ in sorted(engine.columns(f"SELECT * FROM applied_{table.name}")))
        marks = f"count(*), sum(hash({names})::HUGEINT), sum(hash('#', {names})::HUGEINT)"
        costs = COSTS if table is ALLOCATED else ()
        more = "".join(f", sum({name})" for name in costs)
        months: dict[date, list[int]] = {}
        for month, currency, *numbers in engine.rows(
            f"SELECT x_BillingPeriod, BillingCurrency, {marks}{more} FROM applied_{table.name} GROUP BY 1, 2"
        ):
            whole_month = months.setdefault(month, [0, 0, 0])
            months[month] = [one + int(other) for one, other in zip(whole_month, numbers[:3], strict=True)]
            sums += [(currency, (int(numbers[0]), numbers[3:]))] if costs else []
        for month, numbers in months.items():
            parts = found.setdefault(month, [""] * len(ALLOCATION_TABLES))
            parts[place] = "-".join(f"{number:x}" for number in numbers)
    return {month: "/".join(parts) for month, parts in sorted(found.items())}, _together(sums)


def _in(column: str, months: Sequence[date]) -> str:
    """Return SQL for whether a column is one of some months; never NULL."""
    days = ", ".join(f"DATE '{month}'" for month in months)
    return f"coalesce({column} IN ({days}), false)" if months else "false"
