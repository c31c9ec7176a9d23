"""What a usage report may not have: rows without an interval, ends before starts, quantities that nothing holds.

Owns what is refused before a report of any kind is converted, and the months that it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import FinmodError, Problem, UserError, counted
from finmod.normalize.diagnose import why_unreadable
from finmod.normalize.usage import UsageForm
from finmod.normalize.usage_rows import UsageConversion, shape_sql
from finmod.terms.findings import Finding

_LAST_YEAR = 2100
_LARGEST: Final = re.compile(r"overflow|out of range|could not cast|conversion", re.IGNORECASE)


@dataclass(frozen=True)
class UsagePeriods:
    """The months of one report.

    Attributes:
        periods: First day of each month -> number of rows.
        findings: What was odd about their intervals; without source and month.
    """

    periods: dict[date, int]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Looked:
    """What a format's own look at one report found.

    Attributes:
        problems: What it is refused for.
        findings: What is odd about it; without source and month.
    """

    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()


def usage_periods(
    engine: Engine, conversion: UsageConversion, look: Callable[[Engine, UsageConversion], Looked]
) -> UsagePeriods:
    """Return the months of a report.

    Args:
        engine: Where to look.
        conversion: The staged report.
        look: What its format looks at beside the intervals; what its conversion needs is made there.

    Raises:
        UserError: Cells cannot be read, a row has no interval, or the look found what is refused; all of it at once.
    """
    try:
        found = engine.rows(shape_sql(conversion))
        looked = look(engine, conversion)
    except EngineError as error:
        raise why_unreadable_usage(engine, [conversion], error) from error
    problems = (*_intervals(conversion, found), *looked.problems)
    if problems:
        raise UserError(*problems)
    file = conversion.staged.file.name
    long = [(row[9], row[10]) for row in found if row[9]]
    findings = list(conversion.staged.findings)
    if long:
        rows = sum(count for count, _ in long)
        message = f"{counted(rows, 'row')} span midnight: all of a row's usage counts on the day on which it begins."
        findings.append(warning("FM1278", message, rows, f"{file}, row {min(row for _, row in long):,}"))
    return UsagePeriods({row[0]: row[1] for row in found}, (*findings, *looked.findings))


def warning(code: str, message: str, rows: int, where: str) -> Finding:
    """Return a finding about a file, without source and month."""
    return Finding(code=code, severity="warning", message=message, rows=rows, where=where)


def why_unreadable_usage(engine: Engine, conversions: Sequence[UsageConversion], error: EngineError) -> FinmodError:
    """Return what the user must mend in reports whose conversion failed."""
    found, mend = why_unreadable(engine, conversions, error), conversions[0].form.mend
    if isinstance(found, UserError):
        return UserError(*(replace(problem, remedy=mend) for problem in found.problems))
    if not _LARGEST.search(str(error)):
        return found
    return UserError(
        Problem(
            code="FM1282",
            found="a quantity, or the sum of one, is too large",
            expected="core-hours, bytes, tokens and the like that fit the columns of the ledger",
            where=", ".join(dict.fromkeys(item.staged.file.name for item in conversions)),
            remedy=mend,
        )
    )


def _intervals(conversion: UsageConversion, found: Sequence[tuple[object, ...]]) -> list[Problem]:
    file, problems = conversion.staged.file.name, list[Problem]()

    def refuse(code: str, words: str, rows: object, row: object) -> None:
        problems.append(_problem(conversion.form, code, words, rows, f"{file}, row {row:,}"))

    for month, rows, row, endless, endless_row, backwards, backwards_row, first, last, *_ in found:
        if month is None:
            refuse("FM1280", "the start of the interval is empty", rows, row)
            continue
        if endless:
            refuse("FM1280", "the end of the interval is empty", endless, endless_row)
        if backwards:
            refuse("FM1281", "the interval ends no later than it starts", backwards, backwards_row)
        if not (_sane(first, conversion.form) and _sane(last, conversion.form)):
            refuse("FM1281", f"the intervals of {str(month)[:7]} reach from {first} to {last}", rows, row)
    return problems


def _sane(instant: object, form: UsageForm) -> bool:
    return instant is None or (isinstance(instant, datetime) and form.first_year <= instant.year <= _LAST_YEAR)


def _problem(form: UsageForm, code: str, found: str, rows: object, where: str) -> Problem:
    more = f" (in {counted(rows, 'row')})" if isinstance(rows, int) and rows > 1 else ""
    return Problem(
        code=code,
        found=f"{found}{more}",
        expected=f"a start and a later end in UTC, of the years {form.first_year} to {_LAST_YEAR}",
        where=where,
        remedy=form.mend,
    )
