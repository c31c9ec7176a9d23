"""Whether rows can be booked: a billing period, a day, a currency, and money of one currency per account.

Owns the refusals that protect the ledger from rows it could not place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError, counted, printable
from finmod.normalize.charges import CHARGE_TYPES, PLACE_TYPES, REQUIRED
from finmod.normalize.convert import Conversion, booking_sql, guessed_sql
from finmod.normalize.diagnose import impossible_instants, unreadable_cells, why_unreadable
from finmod.normalize.mapping import names_in
from finmod.normalize.named import refuse_wrong_names
from finmod.sources.stage import same_column
from finmod.terms.findings import Finding

_OWN_NAMES = frozenset(name.casefold() for name in (*CHARGE_TYPES, "ProviderName", "PublisherName"))
_PLACES = frozenset(name.casefold() for name in PLACE_TYPES)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


class Booked(NamedTuple):
    """Rows of one file with one month, billing account and currency.

    Attributes:
        month: First day of the month of BillingPeriodStart.
        account: BillingAccountId.
        currency: BillingCurrency.
        rows: Their number.
        row: The first, as x_Row.
        dayless: Rows without ChargePeriodStart.
        dayless_row: The first of them.
        first: First instant of all period columns; a text where Python cannot hold it.
        last: Last such instant.
        late: Rows of usage that start after their billing period has ended.
        late_row: The first of them.
        late_start: Its ChargePeriodStart.
    """

    month: date | None
    account: str | None
    currency: str | None
    rows: int
    row: int
    dayless: int
    dayless_row: int | None
    first: datetime | str | None
    last: datetime | str | None
    late: int
    late_row: int | None
    late_start: datetime | None


@dataclass(frozen=True)
class FilePeriods:
    """The billing periods of one file.

    Attributes:
        periods: First day of each month that the file has charges of.
        findings: What was odd but legal.
        booked: Where its rows belong.
    """

    periods: frozenset[date]
    findings: tuple[Finding, ...] = ()
    booked: tuple[Booked, ...] = ()


def file_periods(engine: Engine, conversion: Conversion) -> FilePeriods:
    """Return the billing periods of a file.

    Raises:
        UserError: A column is missing that every charge needs, or rows name no period or no day.
    """
    refuse_wrong_names(conversion)
    _refuse_missing(conversion)
    _refuse_same_names(conversion)
    try:
        return _periods(engine, conversion)
    except EngineError as error:
        raise why_unreadable(engine, [conversion], error) from error


def _periods(engine: Engine, conversion: Conversion) -> FilePeriods:
    file = conversion.staged.file.name
    every = booked = _booked(engine, conversion)
    if conversion.mapping.dropped_rows_count:
        every = _booked(engine, replace(conversion, mapping=replace(conversion.mapping, drop_when="")))
    problems = [_told(engine, conversion, *unplaced) for unplaced in _unplaced(booked)]
    if not all(map(_possible, (moment for item in every for moment in (item.first, item.last)))):
        problems += impossible_instants(engine, conversion, _FIRST_YEAR, _LAST_YEAR)
    if problems:
        raise UserError(*dict.fromkeys(problems))
    months = {item.month for item in every if item.month}
    findings = _shape_findings(engine, conversion, sorted(months))
    left_out = conversion.staged.rows - sum(item.rows for item in booked)
    if conversion.mapping.dropped_rows_count:
        left_out = 0  # its twin stands for them
    elif not booked:
        raise UserError(_no_charges(file, left_out))
    if left_out:
        findings = (*findings, _left_out(conversion, left_out, min(months)))
    return FilePeriods(frozenset(months), findings, booked)


def _booked(engine: Engine, conversion: Conversion) -> tuple[Booked, ...]:
    return tuple(Booked(*row) for row in engine.rows(booking_sql(conversion)))


def _unplaced(booked: Sequence[Booked]) -> Iterator[tuple[str, int, int]]:
    """Yield which column names no period or no day, the first such row and their number."""
    monthless = [item for item in booked if item.month is None]
    if monthless:
        yield "BillingPeriodStart", min(item.row for item in monthless), sum(item.rows for item in monthless)
    dayless = [item.dayless_row for item in booked if item.dayless_row is not None]
    if dayless:
        yield "ChargePeriodStart", min(dayless), sum(item.dayless for item in booked)


def _told(engine: Engine, conversion: Conversion, target: str, row: int, rows: int) -> Problem:
    """Return the problem of an empty date, or of what the file has there, where that is text that names none."""
    problem = _empty(target, conversion.staged.file.name, row, rows)
    columns = conversion.values.columns
    sql = next((item.sql for item in conversion.mapping.columns if item.target == target), "")
    for name in sorted(names_in(sql) & columns.keys()):
        (text,) = engine.row(
            f"SELECT {conversion.values.text(name)} FROM {conversion.staged.relation} WHERE file_row_number = {row - 1}"
        )
        if text:
            more = f" (and {counted(rows - 1, 'more row')})" if rows > 1 else ""
            found = f"{columns[name].name} is '{printable(text, 40)}'{more}"
            form = "" if f"@{name}" in sql else conversion.mapping.period_form
            return replace(problem, found=found, expected=form or problem.expected)
    read = [columns[name].name for name in conversion.reads(target)]
    return replace(problem, found=problem.found.replace(target, read[0], 1)) if len(read) == 1 else problem


def _no_charges(file: str, rows: int) -> Problem:
    return Problem(
        code="FM1254",
        found=f"none of its {counted(rows, 'row')} is a charge: neither kind nor cost nor date is filled",
        expected="the rows of a bill",
        where=file,
        remedy="Look at what wrote it: its columns are empty. Or take it out of the source's path.",
    )


def _left_out(conversion: Conversion, rows: int, month: date) -> Finding:
    return Finding(
        code="FM1255",
        severity="info",
        message=f"Left out as no charges, without kind, cost and date: {counted(rows, 'row')}.",
        source=conversion.source,
        billing_period=f"{month:%Y-%m}",
        rows=rows,
        where=conversion.staged.file.name,
    )


def _possible(moment: datetime | str | None) -> bool:
    """Return whether a bill can name this instant; one that Python cannot hold comes as text."""
    return moment is None or (isinstance(moment, datetime) and _FIRST_YEAR <= moment.year <= _LAST_YEAR)


def _refuse_missing(conversion: Conversion) -> None:
    given = conversion.given()
    missing = [name for name in REQUIRED if name not in given]
    if missing:
        name = missing[0]
        say = "" if name == "BilledCost" else f" Or say it: --set {name}=VALUE, or set: in finmod.yaml."
        raise UserError(
            Problem(
                code="FM1124",
                found=f"the file has no column for {', '.join(missing)}",
                expected=f"{', '.join(REQUIRED)}: without them a charge cannot be booked",
                where=conversion.staged.header_place,
                remedy=f"Export it with all columns.{say}",
            )
        )


def _refuse_same_names(conversion: Conversion) -> None:
    """Refuse two columns that would become one: by their names in the mapping, or the ledger's, which have no case."""
    read, first = conversion.mapping.source_columns(), dict[str, str]()
    for column in conversion.staged.columns:
        target = _becomes(conversion, column.name, read)
        if target is not None and target in first:
            raise UserError(same_column(first[target], column.name, conversion.staged.header_place))
        if target is not None:
            first[target] = column.name


def _becomes(conversion: Conversion, name: str, read: set[str]) -> str | None:
    """Return what a column of the file becomes, in lower case; None where it is not looked at, or on purpose."""
    canonical, by_user = conversion.canonical(name), conversion.mapping.named is not None
    if not conversion.mapping.keeps_others:
        return canonical if canonical in read else None
    if by_user and canonical in read:
        return None
    plain = (name if by_user else canonical).casefold()
    own = plain in _OWN_NAMES and not by_user
    return plain if own or plain.startswith("x_") else f"x_{plain}"


def _empty(column: str, file: str, row: int, rows: int) -> Problem:
    return Problem(
        code="FM1125",
        found=f"{column} is empty in {counted(rows, 'row')}",
        expected="a date, since the charge cannot be booked without it",
        where=f"{file}, row {row:,}",
        remedy="Mend the export, or take these rows out.",
    )


_UNREAD = {True: "no column of FOCUS", False: "named neither under columns nor under tags"}


def _kept(conversion: Conversion) -> dict[str, str]:
    """Return the columns that are kept although nothing reads them: ``x_`` name -> name in the file."""
    columns = conversion.values.columns
    return {target: columns[name].name for target, name in conversion.extra_columns().items()}


def _shape_findings(engine: Engine, conversion: Conversion, months: Sequence[date]) -> tuple[Finding, ...]:
    """Return what is odd about a file; what is counted stands in one month, that of its rows where they have one."""
    file, source = conversion.staged.file.name, conversion.source
    first = f"{months[0]:%Y-%m}" if months else None
    found = [replace(finding, source=source, billing_period=first) for finding in conversion.staged.findings]
    found += [
        Finding(
            code="FM1202",
            severity="info",
            message=f"Column '{printable(name, 60)}' is {_UNREAD[conversion.mapping.named is None]}; it is kept as "
            f"{printable(target, 60)}.",
            source=source,
            column=target,
            where=file,
        )
        for target, name in _kept(conversion).items()
        if target != name
    ]
    found += [*_own_names(conversion), *_guessed_periods(engine, conversion)]
    if conversion.reading.unreadable_as_null:
        found += [
            Finding(
                code="FM1203",
                severity="warning",
                message=f"Read as NULL, as wished: {counted(rows, 'unreadable cell')}, such as {problem.found}.",
                source=source,
                billing_period=f"{month:%Y-%m}",
                column=target,
                rows=rows,
                where=problem.where,
            )
            for month in months
            for problem, (target, rows) in unreadable_cells(
                engine, conversion, tolerated=True, period=None if len(months) == 1 else month
            )
        ]
    return tuple(found)


def _with_default(conversion: Conversion) -> set[str]:
    """Return the ledger columns that a constant fills before anything is guessed."""
    return {column.target for column in conversion.mapping.columns if column.default}


def _guessed_periods(engine: Engine, conversion: Conversion) -> list[Finding]:
    said = "BillingPeriodStart" in conversion.reading.constants
    if not conversion.mapping.guessed_period or (said and "BillingPeriodStart" in _with_default(conversion)):
        return []
    return [
        Finding(
            code="FM1256",
            severity="warning",
            message=f"Booked in the month of their usage, {month}: {counted(rows, 'charge')} that "
            f"{'names' if rows == 1 else 'name'} no billing period.",
            source=conversion.source,
            billing_period=month,
            column="BillingPeriodStart",
            rows=rows,
            where=f"{conversion.staged.file.name}, row {row:,}",
        )
        for month, rows, row in engine.rows(guessed_sql(conversion))
    ]


def _own_names(conversion: Conversion) -> list[Finding]:
    lost = set[str]()
    if conversion.mapping.keeps_others:
        read, kept = conversion.mapping.source_columns(), set(_kept(conversion).values())
        there = {name: column.name for name, column in conversion.values.columns.items() if name not in read}
        lost = {own for name, own in there.items() if own not in kept and name.casefold() not in _OWN_NAMES}
    return [
        Finding(
            code="FM1206",
            severity="info",
            message=f"Column '{printable(column.name, 60)}' is not kept: finmod fills a column of that name itself.",
            source=conversion.source,
            column=column.name,
            where=conversion.staged.file.name,
        )
        for column in conversion.staged.columns
        if column.name.casefold() in _PLACES or column.name in lost
    ]


def refuse_unbookable(files: Mapping[str, FilePeriods], accept: frozenset[str]) -> dict[str, list[Finding]]:
    """Refuse money that would be added up across currencies, and usage of a time that its bill cannot know.

    Args:
        files: File name -> where its rows belong, of all files of a load.
        accept: Codes that the user accepts.

    Returns:
        File name -> what was accepted, as findings.

    Raises:
        UserError: One billing account is billed in two currencies in one period, or usage starts after its
            billing period; both can be accepted by code.
    """
    currencies: dict[tuple[date, str | None], str] = {}
    found = {
        file: [*_two_currencies(file, periods.booked, currencies), *_late(file, periods.booked)]
        for file, periods in files.items()
    }
    refused = [problem for problems in found.values() for _, problem in problems if problem.code not in accept]
    if refused:
        raise UserError(*refused)
    return {file: [_accepted(*problem) for problem in problems] for file, problems in found.items()}


def _accepted(month: date, problem: Problem) -> Finding:
    message = f"Accepted: {problem.found}."
    return Finding(
        code=problem.code, severity="warning", message=message, billing_period=f"{month:%Y-%m}", where=problem.where
    )


_MOST_TOLD = 3
_IF_RIGHT = "Mend the export. If the bill is right: --accept {code}, or accept: [{code}] in finmod.yaml."


def _two_currencies(
    file: str, booked: Sequence[Booked], currencies: dict[tuple[date, str | None], str]
) -> list[tuple[date, Problem]]:
    problems: list[tuple[date, Problem]] = []
    for item in booked:
        if item.month is None or item.currency is None:
            continue
        first = currencies.setdefault((item.month, item.account), item.currency)
        if first != item.currency and len(problems) < _MOST_TOLD:
            found = f"{first} and {printable(item.currency, 20)} in {item.month:%Y-%m}"
            problem = Problem(
                code="FM1127",
                found=f"one billing account is billed in {found}",
                expected="one BillingCurrency per billing account and period",
                where=f"{file}, row {item.row:,}",
                remedy=_IF_RIGHT.format(code="FM1127"),
            )
            problems.append((item.month, problem))
    return problems


def _late(file: str, booked: Sequence[Booked]) -> list[tuple[date, Problem]]:
    """Return what is wrong about usage after its billing period, by the months that have some."""
    months = sorted({item.month for item in booked if item.month and item.late_row is not None})
    return [
        (month, problem)
        for month in months
        for problem in _after_the_period(file, [item for item in booked if item.month == month])
    ]


def _after_the_period(file: str, booked: Sequence[Booked]) -> list[Problem]:
    late = [(item.late_row, item.late_start) for item in booked if item.late_row is not None]
    if not late:
        return []
    row, moment = min(late)
    rows = sum(item.late for item in booked)
    return [
        Problem(
            code="FM1128",
            found=f"the billing period has ended before {counted(rows, 'charge')} for usage, the first on "
            f"{moment:%Y-%m-%d}",
            expected="a charge period inside the billing period, or before it for late usage",
            where=f"{file}, row {row:,}",
            remedy=_IF_RIGHT.format(code="FM1128"),
        )
    ]
