"""Sums of a measure by month or day and member: which table has it, under which conditions, what of it is unknown.

Owns the SQL of the sums, and what is said where a column or dimension is not there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from finmod.engines.duckdb import identifier, literal
from finmod.errors import Problem, UserError, near, printable
from finmod.ledger.reductions import kept
from finmod.ledger.reporting import REPORTING_COSTS
from finmod.marts.days import PART
from finmod.marts.monthly import CHARGED_BY, KNOWN, MONTH, QUANTITY_UNKNOWNS
from finmod.settings.validate import listing
from finmod.taxonomy.definition import column_of
from finmod.taxonomy.patterns import is_pattern, matches, refused
from finmod.terms.metrics import Demand, Measure, Metric
from finmod.terms.money import whole_sum
from finmod.terms.units import how_many
from finmod.workspace.metrics.measures import Measures
from finmod.workspace.metrics.periods import Rows
from finmod.workspace.metrics.potential import potential_savings

Place = tuple[date, tuple[str | None, ...]]

WORDS: Final = {
    "source": "x_Source", "service": "ServiceName", "category": "ChargeCategory", "pool": "x_Pool",
    "supplier": "ServiceProviderName", "region": "RegionId", "account": "SubAccountId", "dimension": "x_Dimension",
    "service-category": "ServiceCategory",
}  # fmt: skip
"""What a figure can be told by beside dimensions: word -> column."""
TARGET: Final = "target"
"""In conditions: the first dimension of allocation.yaml."""

_PARTS: Final = {"direct": "x_Pool IS NULL", "shared": "x_Pool IS NOT NULL"}
_COLUMN, _BY = "FM2406", "FM2407"
_ALLOCATED: Final = ("x_Source", "BillingCurrency", "ServiceName", "ChargeCategory", "x_Pool")
_TAGGED: Final = ("x_Dimension", "x_Source", "ServiceName", "BillingCurrency")
_LEVELS: Final = ("x_Level", "BillingCurrency")


@dataclass(frozen=True)
class Sums:
    """A measure by period and member.

    Attributes:
        cells: First day of the month, or day, member -> its sum in the measure's unit; None where a part is unknown.
        known: First days of the periods in which an absent member is 0.
        unknown: First day -> number of charges without the cost, of those that are summed.
        unrated: First day -> number of rows whose currency has no exchange rate.
        others: Of a quantity: first day, unit that counts another thing -> number of rows.
        left_out: First day -> EffectiveCost of charges that stay out since a cost of theirs is not known.
        carried: Day -> of ``unknown``, those that began on an earlier day.
        carried_unrated: Day -> the same of ``unrated``.
    """

    cells: Mapping[Place, Decimal | None]
    known: frozenset[date]
    unknown: Mapping[date, int] = field(default_factory=dict)
    unrated: Mapping[date, int] = field(default_factory=dict)
    others: Mapping[tuple[date, str], int] = field(default_factory=dict)
    left_out: Mapping[date, Decimal] = field(default_factory=dict)
    carried: Mapping[date, int] = field(default_factory=dict)
    carried_unrated: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Table:
    """A table that sums are read from.

    Attributes:
        name: Of the relation.
        columns: Word or column -> column.
        where: Further conditions.
    """

    name: str
    columns: Mapping[str, str]
    where: tuple[str, ...] = ()


def sums(books: Measures, measure: Measure, by: Sequence[str], rows: Rows = "months") -> Sums:
    """Return a measure of costs, quantities or tags by month and member.

    Args:
        books: Where it is read.
        measure: Any but a driver.
        by: Dimensions, words of ``WORDS``, or columns.
        rows: What it is read from; days and parts of months have allocated cost alone.

    Raises:
        UserError: A column or dimension is not there, or nothing was applied.
    """
    table = _table(books, measure, by, rows)
    columns = [_column(table, measure, name, is_condition=False) for name in by]
    tests = [*table.where, *(_test(books, table, measure, demand) for demand in measure.where)]
    known = [KNOWN[cost] for cost in dict.fromkeys((measure.name, *measure.known))] if measure.known else []
    tests += [_PARTS[measure.part]] if measure.part in _PARTS else []
    if measure.kind == "quantity":
        return _quantity(books, table, measure, columns, tests)
    if measure.kind == "potential":
        return _potential(books, columns, tests)
    cost = "EffectiveCost" if measure.kind == "tags" else measure.name
    # Tags are judged by the cost that is known.
    lacking = "0" if measure.kind == "tags" else f"sum(x_Unknown{cost})"
    abroad = f"{cost} IS NOT NULL AND {REPORTING_COSTS[cost]} IS NULL"
    amounts = [
        f"CAST(sum({REPORTING_COSTS[cost]}) AS VARCHAR)",  # which comes twice as fast as a decimal does
        f"CAST({lacking} AS BIGINT)",
        f"count(*) FILTER ({abroad})",
    ]
    is_cut = rows != "months"
    # A charge of several days is one charge, and unknown on each of them.
    amounts += [f"coalesce(CAST({lacking} FILTER ({PART} > 0) AS BIGINT), 0)"] if is_cut else ["0"]
    amounts += [f"count(*) FILTER ({abroad} AND {PART} > 0)"] if is_cut else ["0"]
    reported = books.reported(table.name)
    sql = _select(reported, columns, amounts, [*tests, *known])
    if rows in {"days", "begun"}:  # of which there are millions: what they come to is kept
        sql = f"SELECT * FROM {kept(books.engine, books.ledger.store, 'allocated_days', [sql], sql)}"
    found = books.engine.rows(sql)
    looked = books.days(rows) if is_cut else books.months(measure)
    made = _found(measure, found, len(columns), looked)
    return replace(made, left_out=_left_out(books, reported, tests, known)) if known else made


def _left_out(books: Measures, rows: str, tests: Sequence[str], known: Sequence[str]) -> dict[date, Decimal]:
    """Return month -> EffectiveCost of the charges of which a cost is not known."""
    others = " AND ".join((*tests, f"NOT ({' AND '.join(known)})"))
    amount = f"sum({REPORTING_COSTS['EffectiveCost']})"
    found = books.engine.rows(f"SELECT {MONTH}, {amount} FROM {rows} WHERE {others} GROUP BY 1")
    return {month: cost for month, cost in found if cost}


def _select(rows: str, columns: Sequence[str], amounts: Sequence[str], tests: Sequence[str]) -> str:
    told = ", ".join([MONTH, *map(identifier, columns), *amounts])
    where = f" WHERE {' AND '.join(tests)}" if tests else ""
    return f"SELECT {told} FROM {rows}{where} GROUP BY ALL"


def _found(measure: Measure, rows: Sequence[tuple[Any, ...]], width: int, known: frozenset[date]) -> Sums:
    cells: dict[Place, Decimal | None] = {}
    unknown, unrated, carried, carried_unrated = (Counter[date]() for _ in range(4))
    for row in rows:
        start, member, (amount, lacking, abroad, *later) = row[0], row[1 : width + 1], row[width + 1 :]
        # What nobody knows makes the whole unknown; where charges without the cost were asked to stay out, it is whole.
        lacks = lacking > 0 and not measure.known
        is_known = not (lacks or abroad or (amount is None and lacking))
        cells[start, member] = (Decimal(amount or 0) or Decimal(0)) if is_known else None
        if lacks:
            unknown[start] += lacking
            carried[start] += later[0]
        if abroad:
            unrated[start] += abroad
            carried_unrated[start] += later[1]
    return Sums(cells, known, unknown, unrated, carried=carried, carried_unrated=carried_unrated)


def _potential(books: Measures, columns: Sequence[str], tests: Sequence[str]) -> Sums:
    cells = potential_savings(books, columns, tests)
    unrated = Counter(start for (start, _), amount in cells.items() if amount is None)
    return Sums(cells, books.charged, unrated=unrated)


def _quantity(books: Measures, table: _Table, measure: Measure, columns: Sequence[str], tests: Sequence[str]) -> Sums:
    """Return a quantity in the unit of a measure, exactly: rows of another size of it are converted."""
    unit = {"ConsumedQuantity": "ConsumedUnit", "PricingQuantity": "PricingUnit"}[measure.name]
    lacking = f"CAST(sum({QUANTITY_UNKNOWNS[measure.name]}) AS BIGINT)"
    amounts = [identifier(unit), f"sum({measure.name})", "count(*)", lacking]
    rows = books.engine.rows(_select(books.relation(table.name), columns, amounts, tests))
    parts: defaultdict[Place, list[Decimal | None]] = defaultdict(list)
    others, lacks = Counter[tuple[date, str]](), Counter[date]()
    for start, *rest in rows:
        place = (start, tuple(rest[: len(columns)]))
        text, amount, count, unknown = rest[len(columns) :]
        times = how_many(text, measure.unit) if text is not None else None
        if unknown:
            lacks[start] += unknown
            parts[place].append(None)
        elif times is None or amount is None:
            others[start, text or "no unit"] += count
            parts[place].append(None)
        else:
            parts[place].append(scaled(amount, times))
    cells = {place: whole_sum(every) for place, every in parts.items()}
    return Sums(cells, books.months(measure), unknown=lacks, others=others)


def scaled(amount: Decimal, factor: Fraction) -> Decimal:
    """Return an amount times a ratio, rounded once to 12 places, halves away from zero."""
    whole = Fraction(amount) * factor * 10**12
    units = (2 * abs(whole.numerator) + whole.denominator) // (2 * whole.denominator)
    return Decimal(units if whole >= 0 else -units).scaleb(-12)


def called(books: Measures, name: str) -> str:
    """Return the dimension that a word or column is; anything else as it is."""
    targets = books.run.dimensions if books.run else {}
    if name in targets or name in WORDS:
        return name  # which needs no look at the taxonomy
    if name == TARGET and targets:
        return next(iter(targets))
    taxonomy = books.taxonomy
    dimensions = {each.name: each.column for each in taxonomy.dimensions.values()} if taxonomy else {}
    return next((each for each, column in {**dimensions, **targets}.items() if column == name), name)


def _table(books: Measures, measure: Measure, by: Sequence[str], rows: Rows) -> _Table:
    """Return the table that has a measure: of allocated cost the level, where only one has what is asked for."""
    if measure.kind == "tags":
        return _Table("tagged", _words(_TAGGED, {}), (f"x_State = {literal(measure.name)}",))
    dimensions = {name: each.column for name, each in books.taxonomy.dimensions.items()} if books.taxonomy else {}
    if measure.basis == "charges":
        return _Table("charged", _words(CHARGED_BY, dimensions))
    run = books.applied
    of_targets = dict(run.dimensions)
    own = _words(_ALLOCATED, {**of_targets, TARGET: next(iter(of_targets.values()))})
    asked = {*by, *(demand.subject for demand in measure.where)}
    below = run.columns.get("allocated_levels", ())
    lower = {name: column_of(name) for name in asked if column_of(name) in below}
    if asked <= {*own} or not asked <= {*lower} or measure.part != "full":
        return _Table(rows, own)
    if rows != "months":
        raise UserError(_by_month_alone(measure, [*lower]))
    return _level(books, lower, below)


def _by_month_alone(measure: Measure, names: Sequence[str]) -> Problem:
    return Problem(
        code="FM2409",
        found=f"{measure.name} by {listing(names, 'and')} is asked for by days or weeks",
        expected="--grain month, or a calendar of months",
        where=measure.place or None,
        remedy=f"Ask for it by month: what {listing(names, 'and')} cost is kept by month.",
    )


def _level(books: Measures, asked: Mapping[str, str], columns: Sequence[str]) -> _Table:
    """Return the level that has all dimensions that are asked for, and the fewest others."""
    filled = ", ".join(f"bool_or({identifier(column)} IS NOT NULL)" for column in columns)
    found = books.engine.rows(f"SELECT x_Level, {filled} FROM {books.relation('levels')} GROUP BY ALL ORDER BY 1")
    wanted = {*asked.values()}
    fitting = [
        (sum(flags), level)
        for level, *flags in found
        if wanted <= {column for column, flag in zip(columns, flags, strict=True) if flag}
    ]
    where = f"x_Level = {literal(min(fitting)[1])}" if fitting else "false"
    return _Table("levels", _words(_LEVELS, asked), (where,))


def _words(columns: Sequence[str], dimensions: Mapping[str, str]) -> dict[str, str]:
    """Return word, dimension or column -> column."""
    words = {word: column for word, column in WORDS.items() if column in columns}
    return {**{name: name for name in columns}, **words, **dimensions, **{each: each for each in dimensions.values()}}


def _column(table: _Table, measure: Measure, name: str, *, is_condition: bool, place: str = "") -> str:
    if name in table.columns:
        return table.columns[name]
    close = near(name, table.columns)
    what = {"charged": "of what was charged", "tagged": "of what carries tags", "levels": "of a level"}
    kind = what.get(table.name, "of allocated cost")
    hint = f"Did you mean {close!r}?" if close else ""
    if table.name == "months" and name in {*CHARGED_BY, *WORDS}:
        hint = "Write of: charges beside cost in metrics.yaml: bills have that column, what is shared out has not."
    called = {"tags": "what tags name"}.get(measure.kind, f"{measure.kind} {measure.name}")
    raise UserError(
        Problem(
            code=_COLUMN if is_condition else _BY,
            found=f"{printable(name, 80)!r} is no column {kind}, by which {called} is told",
            expected=listing(dict.fromkeys(name for name in table.columns if not name.startswith("x_"))),
            # What is asked for stands in no file.
            where=(place or measure.place or None) if is_condition else None,
            remedy=hint or "Name one of these.",
        )
    )


def refuse_own_by(books: Measures, chosen: Metric) -> None:
    """Refuse a metric whose own ``by`` names what is nowhere.

    Raises:
        UserError: It does.
    """
    run, taxonomy = books.run, books.taxonomy
    columns = {column for every in (run.columns.values() if run else ()) for column in every}
    drivers = {
        name for each in chosen.measures if each.kind == "driver" for name in books.drivers[each.name].settings.by
    }
    known = {*(run.dimensions if run else ()), *(taxonomy.dimensions if taxonomy else ()), *drivers, TARGET}
    of_charges = any(each.basis == "charges" for each in chosen.measures)
    known |= {word for word, column in WORDS.items() if column in _ALLOCATED or of_charges}
    known |= {*CHARGED_BY} if of_charges else set()
    for name in chosen.by:
        if name not in known and column_of(name) not in columns and run is not None:
            close = near(name, sorted(known))
            raise UserError(
                Problem(
                    code=_BY,
                    found=f"{chosen.name}.by names {printable(name, 80)!r}, which is no dimension",
                    expected=listing(sorted(known - {*CHARGED_BY})),
                    where=chosen.place or None,
                    remedy=f"Did you mean {close!r}?" if close else "Name one of these.",
                )
            )


def _test(books: Measures, table: _Table, measure: Measure, demand: Demand) -> str:
    """Return SQL that is true or false for whether a row is as a condition demands."""
    column = identifier(_column(table, measure, demand.subject, is_condition=True, place=demand.place))
    _refuse_patterns(books, demand)
    if demand.absent:
        return f"{column} IS NULL"
    parts = [f"coalesce({matches(column, demand.any)}, false)"] if demand.any else []
    parts += [f"NOT coalesce({matches(column, demand.none)}, false)"] if demand.none else []
    return f"({' AND '.join(parts)})"


def _refuse_patterns(books: Measures, demand: Demand) -> None:
    for text in (*demand.any, *demand.none):
        problem = refused(books.engine, text) if is_pattern(text) else None
        if problem:
            raise UserError(
                Problem(code="FM2436", found=problem.found, expected=problem.expected,
                        where=demand.place or None, remedy=problem.remedy)
            )  # fmt: skip


def keeps(books: Measures, demands: Sequence[Demand], texts: Mapping[str, Sequence[str]]) -> dict[str, set[str | None]]:
    """Return dimension -> the values that all conditions on it allow; of those without a condition nothing.

    Args:
        books: Its engine compares.
        demands: Conditions.
        texts: Dimension -> its values.
    """
    found: dict[str, set[str | None]] = {}
    for name, values in texts.items():
        own = [demand for demand in demands if demand.subject == name]
        if own:
            found[name] = set(_allowed(books, own, values))
    return found


def _allowed(books: Measures, demands: Sequence[Demand], values: Sequence[str]) -> Iterator[str | None]:
    table = _Table("", {demand.subject: "name" for demand in demands})
    measure = Measure(kind="driver", name="", unit="")
    tests = " AND ".join(_test(books, table, measure, demand) for demand in demands)
    rows = books.engine.rows(
        f"SELECT name FROM (SELECT unnest(?::VARCHAR[]) AS name UNION ALL SELECT NULL) WHERE {tests}", [[*values]]
    )
    yield from (row[0] for row in rows)
