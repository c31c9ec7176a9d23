"""Whether rows can be booked: a billing period, a day, a currency, and money of one currency per account.

Owns the refusals that protect the ledger from rows it could not place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError, printable
from finmod.normalize.charges import CHARGE_TYPES, PLACE_TYPES, REQUIRED
from finmod.normalize.convert import Conversion, periods_sql
from finmod.normalize.diagnose import unreadable_cells, why_unreadable
from finmod.terms.findings import Finding

_OWN_NAMES = frozenset(name.casefold() for name in (*CHARGE_TYPES, "ProviderName", "PublisherName"))
_PLACES = frozenset(name.casefold() for name in PLACE_TYPES)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class FilePeriods:
    """The billing periods of one file.

    Attributes:
        periods: First day of each month that the file has charges of.
        findings: What was odd but legal.
    """

    periods: frozenset[date]
    findings: tuple[Finding, ...] = ()


def file_periods(engine: Engine, conversion: Conversion) -> FilePeriods:
    """Return the billing periods of a file.

    Raises:
        UserError: A column is missing that every charge needs, or rows name no period or no day.
    """
    _refuse_missing(conversion)
    _refuse_same_names(conversion)
    file = conversion.staged.file.name
    try:
        rows = engine.rows(periods_sql(conversion))
    except EngineError as error:
        raise why_unreadable(engine, conversion, error) from error
    problems = []
    for period, count, dayless, first, last, row, dayless_row in rows:
        if period is None:
            problems.append(_empty("BillingPeriodStart", file, row, count))
        if dayless:
            problems.append(_empty("ChargePeriodStart", file, dayless_row, dayless))
        problems += [_impossible(moment, file, row) for moment in {first, last} if moment and not _possible(moment)]
    if problems:
        raise UserError(*problems)
    left_out = conversion.staged.rows - sum(row[1] for row in rows)
    if not rows:
        raise UserError(_no_charges(file, left_out))
    findings = _shape_findings(engine, conversion)
    if left_out:
        findings = (*findings, _left_out(conversion, left_out))
    return FilePeriods(frozenset(row[0] for row in rows), findings)


def _no_charges(file: str, rows: int) -> Problem:
    return Problem(
        code="FM1254",
        found=f"none of its {rows:,} rows is a charge: neither kind nor cost nor date is filled",
        expected="the rows of a bill",
        where=file,
        remedy="Look at what wrote it: its columns are empty. Or take it out of the source's path.",
    )


def _left_out(conversion: Conversion, rows: int) -> Finding:
    return Finding(
        code="FM1255",
        severity="info",
        message=f"{rows:,} rows have neither kind nor cost nor date; they are no charges and were left out.",
        source=conversion.source,
        rows=rows,
        where=conversion.staged.file.name,
    )


def _possible(moment: datetime | str) -> bool:
    """Return whether a bill can name this instant; one that Python cannot hold comes as text."""
    return isinstance(moment, datetime) and _FIRST_YEAR <= moment.year <= _LAST_YEAR


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
                where=f"{conversion.staged.file.name}:1",
                remedy=f"Export it with all columns.{say}",
            )
        )


def _refuse_same_names(conversion: Conversion) -> None:
    """Refuse two columns of a FOCUS file that would become one: the ledger's columns have no case."""
    if conversion.mapping.format != "focus":
        return
    first: dict[str, str] = {}
    for column in conversion.staged.columns:
        name = conversion.canonical(column.name).casefold()
        target = name if name in _OWN_NAMES or name.startswith("x_") else f"x_{name}"
        if target in first:
            raise UserError(
                Problem(
                    code="FM1109",
                    found=f"the columns '{first[target]}' and '{column.name}' are one and the same in the ledger",
                    expected="each column once, whatever the case of its name",
                    where=conversion.staged.file.name,
                    remedy="Export it again, or rename one of the two.",
                )
            )
        first[target] = column.name


def _empty(column: str, file: str, row: int, rows: int) -> Problem:
    return Problem(
        code="FM1125",
        found=f"{column} is empty in {rows:,} rows",
        expected="a date, since the charge cannot be booked without it",
        where=f"{file}, row {row:,}",
        remedy="Mend the export, or take these rows out.",
    )


def _impossible(moment: datetime | str, file: str, row: int) -> Problem:
    day = moment.date().isoformat() if isinstance(moment, datetime) else moment[:40]
    return Problem(
        code="FM1126",
        found=f"a period column says {day}",
        expected=f"a year from {_FIRST_YEAR} to {_LAST_YEAR}",
        where=f"{file}, at or after row {row:,}",
        remedy="Mend the export. Dates with two-digit years need date_order: mdy or dmy.",
    )


def _shape_findings(engine: Engine, conversion: Conversion) -> tuple[Finding, ...]:
    file, source = conversion.staged.file.name, conversion.source
    found = [replace(finding, source=source) for finding in conversion.staged.findings]
    found += [
        Finding(
            code="FM1202",
            severity="info",
            message=f"Column '{name}' is no column of FOCUS; it is kept as {target}.",
            source=source,
            column=target,
            where=file,
        )
        for target, name in conversion.extra_columns().items()
        if target != name
    ]
    found += _own_names(conversion)
    if conversion.reading.unreadable_as_null:
        found += [
            Finding(
                code="FM1203",
                severity="warning",
                message=f"{rows:,} unreadable cells were read as NULL, as wished: {problem.found}.",
                source=source,
                column=target,
                rows=rows,
                where=problem.where,
            )
            for problem, (target, rows) in unreadable_cells(engine, conversion, tolerated=True)
        ]
    return tuple(found)


def _own_names(conversion: Conversion) -> list[Finding]:
    return [
        Finding(
            code="FM1206",
            severity="info",
            message=f"Column '{column.name}' is not kept: finmod fills a column of that name itself.",
            source=conversion.source,
            column=column.name,
            where=conversion.staged.file.name,
        )
        for column in conversion.staged.columns
        if column.name.casefold() in _PLACES
    ]


def refuse_unbookable(engine: Engine, conversions: Sequence[Conversion]) -> None:
    """Refuse money that would be added up across currencies, and usage of a time that its bill cannot know.

    Raises:
        UserError: One billing account is billed in two currencies in one period, or usage starts after its
            billing period; both can be accepted by code.
    """
    problems = []
    currencies: dict[tuple[date, str | None], str] = {}
    for conversion in conversions:
        try:
            problems += _two_currencies(engine, conversion, currencies)
            problems += _after_the_period(engine, conversion)
        except EngineError as error:
            raise why_unreadable(engine, conversion, error) from error
    if problems:
        raise UserError(*problems)


_MOST_TOLD = 3
_IF_RIGHT = "Mend the export. If the bill is right: --accept {code}, or accept: [{code}] in finmod.yaml."


def _two_currencies(
    engine: Engine, conversion: Conversion, currencies: dict[tuple[date, str | None], str]
) -> list[Problem]:
    if "FM1127" in conversion.reading.accept:
        return []
    currency, account = conversion.expression("BillingCurrency"), conversion.expression("BillingAccountId")
    month = f"CAST(date_trunc('month', {conversion.expression('BillingPeriodStart')}) AS DATE)"
    rows = engine.rows(
        f"SELECT {month} AS p, {account} AS a, {currency} AS c, count(*) AS n, min(file_row_number) + 1 "
        f"FROM {conversion.staged.relation}{conversion.where(None)} "
        "GROUP BY ALL HAVING c IS NOT NULL ORDER BY p, n DESC"
    )
    problems: list[Problem] = []
    for period, name, found, _, row in rows:
        first = currencies.setdefault((period, name), found)
        if first != found and len(problems) < _MOST_TOLD:
            problems.append(
                Problem(
                    code="FM1127",
                    found=f"one billing account is billed in {first} and {printable(found, 20)} in {period:%Y-%m}",
                    expected="one BillingCurrency per billing account and period",
                    where=f"{conversion.staged.file.name}, row {row:,}",
                    remedy=_IF_RIGHT.format(code="FM1127"),
                )
            )
    return problems


def _after_the_period(engine: Engine, conversion: Conversion) -> list[Problem]:
    if "FM1128" in conversion.reading.accept:
        return []
    start, end = conversion.expression("ChargePeriodStart"), conversion.expression("BillingPeriodEnd")
    month = f"date_trunc('month', {conversion.expression('BillingPeriodStart')}) + INTERVAL 1 MONTH"
    # A day of grace: some suppliers cut their months in a time zone of their own.
    late = "c IN ('Usage', 'Tax', 'Credit') AND s >= coalesce(e, m) + INTERVAL 1 DAY"
    rows, row, moment = engine.row(
        f"SELECT count(*), min(r), arg_min(s, r) FROM (SELECT {conversion.expression('ChargeCategory')} AS c, "
        f"{start} AS s, {end} AS e, {month} AS m, file_row_number + 1 AS r "
        f"FROM {conversion.staged.relation}{conversion.where(None)}) "
        f"WHERE {late}"
    )
    if not rows:
        return []
    return [
        Problem(
            code="FM1128",
            found=f"{rows:,} charges for usage start after their billing period has ended, "
            f"the first on {moment:%Y-%m-%d}",
            expected="a charge period inside the billing period, or before it for late usage",
            where=f"{conversion.staged.file.name}, row {row:,}",
            remedy=_IF_RIGHT.format(code="FM1128"),
        )
    ]
