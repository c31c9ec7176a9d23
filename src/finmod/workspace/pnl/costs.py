"""What cloud lines of a statement cost: allocated cost by line, period and member, and the ledger's total beside it.

Owns the way from the rows of an applied allocation to cells. Months come from the monthly reduction. Where a calendar
of weeks cuts them, rows are of the parts that it makes, over whose days what runs for several is spread; what corrects
an earlier month belongs where it was billed, so that everything adds up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.errors import Problem, UserError, counted, near, printable
from finmod.focus.columns import COSTS
from finmod.ledger.applied import Run
from finmod.ledger.ledger import Ledger
from finmod.ledger.reporting import REPORTING_COSTS, with_reporting
from finmod.ledger.tables import ALLOCATED, ALLOCATED_LEVELS, Table
from finmod.marts.allocated import MONTH_OF_RATE, allocated_sql
from finmod.marts.days import OF_DAY, PART, by_days
from finmod.marts.monthly import BILL, allocated_months, allocated_weeks
from finmod.models.pnl import Proof
from finmod.models.pnl_figures import Cell, Member
from finmod.normalize.charges import COST_UNKNOWNS
from finmod.settings.project import Project
from finmod.settings.validate import listing
from finmod.taxonomy.definition import column_of
from finmod.terms.findings import Finding
from finmod.terms.money import in_units
from finmod.workspace.fx import reporting
from finmod.workspace.pnl.lines import Lines
from finmod.workspace.pnl.members import Members, Target, cut_among
from finmod.workspace.pnl.periods import Periods
from finmod.workspace.pnl.proof import ledger_totals


@dataclass(frozen=True)
class Books:
    """What a statement is made from.

    Attributes:
        engine: Where.
        project: Whose.
        ledger: Its tables.
        run: The applied allocation.
    """

    engine: Engine
    project: Project
    ledger: Ledger
    run: Run


@dataclass(frozen=True)
class Costs:
    """Cells of cloud lines.

    Attributes:
        cells: Amounts in the reporting currency.
        proofs: One per billing currency: the ledger's charges and what the rows of the statement sum to.
        findings: What is unknown.
        unclassified: What no rule took, known amounts.
    """

    cells: tuple[Cell, ...]
    proofs: tuple[Proof, ...]
    findings: tuple[Finding, ...]
    unclassified: Decimal


def is_target(run: Run, dimension: str) -> bool:
    """Return whether costs are allocated to a dimension itself, and not to members below."""
    return dimension in run.dimensions


def level_of(books: Books, dimension: str, others: Iterable[str]) -> tuple[str, list[str]]:
    """Return the level that has the members of a dimension, and the columns of its targets that it stays within.

    Args:
        books: Has the levels.
        dimension: Below the targets, such as customer.
        others: What else could be asked for, for the message.

    Raises:
        UserError: No level has members of it.
    """
    run, column = books.run, column_of(dimension)
    targets = [each for each in run.dimensions.values() if each in run.columns.get(ALLOCATED_LEVELS.name, ())]
    if column in run.columns.get(ALLOCATED_LEVELS.name, ()):
        rows = allocated_months(books.engine, books.ledger, run, books.project.currency, table=ALLOCATED_LEVELS)
        held = ", ".join(f"count({identifier(each)})" for each in targets)
        found = books.engine.rows(
            f"SELECT x_Level, count({identifier(column)}) AS members{', ' + held if held else ''} FROM {rows} "
            "GROUP BY 1 HAVING members > 0 ORDER BY members DESC, 1"
        )
        if found:
            level, _, *there = found[0]
            return level, [each for each, count in zip(targets, there, strict=True) if count]
    known = [*run.dimensions, *others]
    close = near(dimension, known)
    raise UserError(
        Problem(
            code="FM2331",
            found=f"the applied allocation has no {printable(dimension, 80)!r}",
            expected=listing(known),
            remedy=f"Did you mean {close!r}?"
            if close
            else "Name one of these, or add a level with it to allocation.yaml and apply it: finmod apply.",
        )
    )


def cloud_costs(
    books: Books, lines: Lines, periods: Periods, by: str | None, level: tuple[str, list[str]] | None
) -> Costs:
    """Return what cloud lines cost.

    Args:
        books: Has the rows.
        lines: Rules and their lines.
        periods: Which.
        by: Dimension of the members; None for all together.
        level: Of a dimension below the targets: the level that has its members, and the columns of its targets.

    Raises:
        EngineError: A file of the ledger is gone or damaged.
    """
    offer_buckets(books.engine, lines, periods)
    target = list(level[1]) if level else [books.run.dimensions[by]] if by else []
    _offer_rows(books, lines, periods, target)
    held = "".join(f", {identifier(each)}" for each in target)
    engine = books.engine
    found = engine.rows(
        f"SELECT period, segment, rule, sum(amount), sum(unknown), sum(unrated){held} FROM pnl_rows "
        "WHERE period IS NOT NULL GROUP BY ALL"
    )
    proofs = _proofs(books, lines, periods)
    findings = _unknown(engine)
    rest = len(lines.rules)
    unclassified = sum((row[3] or Decimal(0) for row in found if row[2] == rest), Decimal(0))
    if level is None:
        cells = [_cell(lines, periods, row, row[6] if by else None) for row in found]
    else:
        targets = [((row[0], row[1], *row[6:]), _cell(lines, periods, row, None)) for row in found]
        column = column_of(by or "")
        members = _members(books, lines, periods, level, column)
        cells, left = cut_among(targets, members, cache(lambda: _weights(books, lines, periods, level, column)))
        findings += _left(left, by or "", books.project.currency, lines.cost)
    return Costs(tuple(cells), proofs, tuple(findings), unclassified)


def offer_buckets(engine: Engine, lines: Lines, periods: Periods) -> None:
    """Make the table that says which period a day or month is in."""
    engine.run(f"CREATE OR REPLACE TEMP TABLE pnl_buckets AS SELECT * FROM {periods.relation(lines.changes)}")


def _offer_rows(books: Books, lines: Lines, periods: Periods, target: Sequence[str]) -> None:
    """Make the relation ``pnl_rows``: rows of allocated cost with their period, segment and rule.

    Of weeks it has what lies beside the periods too, in months that they cut: for the proof. The column ``charges``
    counts what is unknown once, also where it runs for several days.
    """
    cases = "".join(f"WHEN {condition} THEN {at} " for at, (condition, _) in enumerate(lines.rules))
    rule = f"CASE {cases}ELSE {len(lines.rules)} END" if cases else "0"
    held = "".join(f", {identifier(each)}" for each in target)
    rows = _money(books, lines.cost, _relation(books, ALLOCATED, periods))
    begun, beside, kind = "true", "false", ""
    if periods.by_day:
        begun = f"{PART} = 0 OR {OF_DAY} = DATE '{periods.first}'"
        beside, kind = f"{OF_DAY} < DATE '{periods.first}' OR {OF_DAY} >= DATE '{periods.end}'", "LEFT "
    books.engine.run(
        f"CREATE OR REPLACE TEMP TABLE pnl_rows AS SELECT period, segment, {rule} AS rule, BillingCurrency, "
        f"{beside} AS is_beside, sum(amount) AS amount, sum(unknown) AS unknown, sum(unknown) FILTER ({begun}) "
        f"AS charges, sum(unrated) AS unrated, sum(original) AS original{held} FROM ({rows}) AS each "
        f"{kind}JOIN pnl_buckets ON pnl_buckets.day = {_bucket(by_day=periods.by_day)} "
        "GROUP BY ALL"
    )


def _bucket(*, by_day: bool) -> str:
    return OF_DAY if by_day else "x_BillingPeriod"


def _relation(books: Books, table: Table, periods: Periods) -> str:
    """Return SQL of allocated cost by month, or by part of the months that periods of weeks cut."""
    if not periods.by_day:
        return allocated_months(books.engine, books.ledger, books.run, books.project.currency, table=table)
    rows = allocated_weeks(books.engine, books.ledger, books.run, books.project, table=table)
    return f"(SELECT * FROM {rows} WHERE {_within(periods)})"


def _days_of_levels(books: Books, periods: Periods) -> str:
    """Return SQL of the rows of levels, by day where periods are made of days."""
    rows = allocated_sql("allocated_levels_daily", books.ledger, books.run)
    rows = f"(SELECT * FROM ({rows}) WHERE {_within(periods)})"
    return by_days(rows) if periods.by_day else rows


def _within(periods: Periods) -> str:
    """Return SQL that is true in the months that the periods have days of."""
    months = ", ".join(f"DATE '{month}'" for month in periods.months())
    return f"x_BillingPeriod IN ({months})"


def _money(books: Books, cost: str, rows: str) -> str:
    """Return rows with four columns more.

    They are amount, in the reporting currency; unknown, a number of charges; unrated, of rows without a rate; original.
    """
    unknown = COST_UNKNOWNS[COSTS.index(cost)]
    own = literal(books.project.currency)
    currencies = books.engine.rows(f"SELECT DISTINCT BillingCurrency FROM {rows}")
    if all(currency == books.project.currency for (currency,) in currencies):
        return f"SELECT *, {cost} AS amount, {unknown} AS unknown, 0 AS unrated, {cost} AS original FROM {rows}"
    snapshot = books.ledger.at(books.engine, books.run.ledger_version)
    head = books.ledger.head(books.engine)
    money = reporting(books.engine, books.project, books.ledger, snapshot, closed=head)
    there = {name for name, _ in books.engine.columns(f"SELECT * FROM {rows}")}
    of_levels = "coalesce(x_AllocationOf, x_BillingPeriod)"
    bill = BILL if BILL in there else MONTH_OF_RATE if "x_TrueUpOf" in there else of_levels
    converted = with_reporting(f"SELECT * FROM {rows}", money, (), bill)
    amount = REPORTING_COSTS[cost]
    return (
        f"SELECT *, {amount} AS amount, {unknown} AS unknown, "
        f"CAST({cost} IS NOT NULL AND {amount} IS NULL AND BillingCurrency <> {own} AS INTEGER) AS unrated, "
        f"{cost} AS original FROM ({converted})"
    )


def _cell(lines: Lines, periods: Periods, row: Sequence[Any], member: Member) -> Cell:
    period, segment, rule, amount, unknown, unrated = row[:6]
    line = lines.rules[rule][1] if rule < len(lines.rules) else lines.rest
    known = Decimal(0) if amount is None else amount
    share = _share(lines, periods, rule, segment)
    return Cell(line, period, member, None if unknown or unrated else known, share, known)


def _share(lines: Lines, periods: Periods, rule: int, segment: int) -> Decimal:
    """Return the share that varies of what a rule takes, in the months of a segment."""
    changes = lines.changes
    day = changes[segment - 1] if segment else periods.first.replace(day=1)
    return lines.rule_shares[rule].on(day)


def _members(
    books: Books, lines: Lines, periods: Periods, level: tuple[str, list[str]], column: str
) -> dict[Target, Members]:
    """Return period, segment, columns of the target -> its members and what each costs."""
    rows = _money(books, lines.cost, _relation(books, ALLOCATED_LEVELS, periods))
    held = "".join(f", {identifier(each)}" for each in level[1])
    found = books.engine.rows(
        f"SELECT list(member ORDER BY member), list(amount ORDER BY member), period, segment{held} FROM ("
        f"SELECT period, segment, {identifier(column)} AS member, coalesce(sum(amount), 0) AS amount{held} "
        f"FROM ({rows}) AS each JOIN pnl_buckets ON pnl_buckets.day = {_bucket(by_day=periods.by_day)} "
        f"WHERE x_Level = ? GROUP BY ALL) GROUP BY period, segment{held}",
        [level[0]],
    )
    return {tuple(target): Members(names, [*map(in_units, amounts)]) for names, amounts, *target in found}


def _weights(
    books: Books, lines: Lines, periods: Periods, level: tuple[str, list[str]], column: str
) -> dict[Target, dict[Member, int]]:
    """Return period, segment, columns of the target -> what its members have of it, day by day and none below 0.

    Days tell it where a month's charges and credits come to nothing together; where days do too, other costs tell it.
    """
    rows = _money(books, lines.cost, _days_of_levels(books, periods))
    held = "".join(f", {identifier(each)}" for each in level[1])
    day = OF_DAY if periods.by_day else "x_ChargeDate"
    others = " + ".join(f"coalesce(abs(sum({cost})), 0)" for cost in COSTS)
    found = books.engine.rows(
        f"SELECT member, sum(own), sum(others), period, segment{held} FROM (SELECT period, segment, "
        f"{identifier(column)} AS member, coalesce(abs(sum(amount)), 0) AS own, {others} AS others{held} "
        f"FROM ({rows}) AS each JOIN pnl_buckets ON pnl_buckets.day = {_bucket(by_day=periods.by_day)} "
        f"WHERE x_Level = ? GROUP BY period, segment, member, {day}, BillingCurrency{held}) "
        f"GROUP BY member, period, segment{held}",
        [level[0]],
    )
    own: dict[Target, dict[Member, int]] = {}
    other: dict[Target, dict[Member, int]] = {}
    for member, amount, more, *target in found:
        own.setdefault(tuple(target), {})[member] = in_units(amount)
        other.setdefault(tuple(target), {})[member] = in_units(more)
    return {target: each if any(each.values()) else other[target] for target, each in own.items()}


def _left(amount: Decimal, by: str, currency: str, cost: str) -> list[Finding]:
    if not amount:
        return []
    message = (
        f"Charges and credits come to 0 together, day by day, and nothing tells which {by} has them: they stand with "
        "what is nobody's."
    )
    return [Finding(code="FM2326", severity="warning", message=message, amount=amount, currency=currency, measure=cost)]


def _proofs(books: Books, lines: Lines, periods: Periods) -> tuple[Proof, ...]:
    """Return what the ledger's charges are in sum, and what the rows of the statement are, by billing currency.

    Whole months prove it: of those that weeks cut, what lies before or after the periods is taken from the charges.
    """
    stated, beside = (
        dict(books.engine.rows(
            f"SELECT coalesce(BillingCurrency, ''), coalesce(sum(original), 0) FROM pnl_rows WHERE {test} GROUP BY 1"
        ))
        for test in ("period IS NOT NULL", "is_beside")
    )  # fmt: skip
    snapshot = books.ledger.at(books.engine, books.run.ledger_version)
    ledger = ledger_totals(books.engine, books.ledger, snapshot, lines.cost, periods)
    nothing = Decimal(0)
    return tuple(
        Proof(currency, ledger.get(currency, nothing) - beside.get(currency, nothing), stated.get(currency, nothing))
        for currency in sorted({*stated, *ledger, *beside})
    )


def _unknown(engine: Engine) -> list[Finding]:
    charges, unrated = engine.row(
        "SELECT CAST(sum(charges) AS BIGINT), bool_or(unrated > 0) FROM pnl_rows WHERE period IS NOT NULL"
    )
    found = []
    if charges:
        message = (
            f"The cost of {counted(charges, 'charge')} is unknown (NULL in the bill), and so is every sum with it."
        )
        found.append(Finding(code="FM2318", severity="warning", message=message, rows=charges))
    if unrated:
        message = (
            "Charges in another currency have no exchange rate, and every sum with them is unknown: add rates to the "
            "table of fx, see finmod check."
        )
        found.append(Finding(code="FM2324", severity="warning", message=message))
    return found


def unproved(proofs: Sequence[Proof]) -> list[Finding]:
    """Return what is said of proofs that do not hold."""
    return [
        Finding(
            code="FM2323",
            severity="error",
            message=f"The statement sums to {each.stated:f} {each.currency}, the ledger's charges to {each.ledger:f}.",
            amount=each.difference,
            currency=each.currency,
        )
        for each in proofs
        if not each.holds
    ]
