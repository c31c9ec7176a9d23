"""What a usage report may not have: rows without an interval, ends before starts, labels that are none.

Owns what is refused before a report is converted, and the months that it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import FinmodError, Problem, UserError, counted, printable
from finmod.normalize.diagnose import why_unreadable
from finmod.normalize.kubernetes_rows import KEYS_OF, UsageConversion, keep_labels, shape_sql
from finmod.terms.findings import Finding

_FIRST_YEAR, _LAST_YEAR = 2014, 2100
"""Kubernetes was born in the one; a later year is a slip."""
_LABEL_TEXT: Final = re.compile(r"labels\(\$(\w+)\)")
_LABEL_JSON: Final = frozenset({"$Labels"})
_LARGEST: Final = re.compile(r"overflow|out of range|could not cast|conversion", re.IGNORECASE)
_MEND = "Mend the report, or export it again."


@dataclass(frozen=True)
class UsagePeriods:
    """The months of one report.

    Attributes:
        periods: First day of each month -> number of rows.
        findings: What was odd about their intervals; without source and month.
    """

    periods: dict[date, int]
    findings: tuple[Finding, ...]


def usage_periods(engine: Engine, conversion: UsageConversion) -> UsagePeriods:
    """Return the months of a report, and keep its labels for its conversion.

    Raises:
        UserError: Cells cannot be read, or a row has no interval; all of it at once.
    """
    try:
        found = engine.rows(shape_sql(conversion))
        problems = [*_intervals(conversion, found), *_labels(engine, conversion)]
    except EngineError as error:
        raise why_unreadable_usage(engine, [conversion], error) from error
    if problems:
        raise UserError(*problems)
    file = conversion.staged.file.name
    long = [(row[9], row[10]) for row in found if row[9]]
    findings = list(conversion.staged.findings)
    if long:
        rows = sum(count for count, _ in long)
        message = f"{counted(rows, 'row')} span midnight: all of a row's usage counts on the day on which it begins."
        findings.append(_finding("FM1278", message, rows, f"{file}, row {min(row for _, row in long):,}"))
    if conversion.mapping.format == "kubernetes (opencost-csv)":
        rows = sum(row[1] for row in found)
        message = f"{counted(rows, 'row')} state averages and no running time: each counts for its whole day."
        findings.append(_finding("FM1279", message, rows, file))
    return UsagePeriods({row[0]: row[1] for row in found}, tuple(findings))


def _finding(code: str, message: str, rows: int, where: str) -> Finding:
    return Finding(code=code, severity="warning", message=message, rows=rows, where=where)


def why_unreadable_usage(engine: Engine, conversions: Sequence[UsageConversion], error: EngineError) -> FinmodError:
    """Return what the user must mend in reports whose conversion failed."""
    found = why_unreadable(engine, conversions, error)
    if isinstance(found, UserError):
        return UserError(*(replace(problem, remedy=_MEND) for problem in found.problems))
    if not _LARGEST.search(str(error)):
        return found
    return UserError(
        Problem(
            code="FM1282",
            found="a quantity, or the sum of one, is too large",
            expected="core-hours, bytes and the like that fit DECIMAL(38,12)",
            where=", ".join(dict.fromkeys(item.staged.file.name for item in conversions)),
            remedy=_MEND,
        )
    )


def _intervals(conversion: UsageConversion, found: Sequence[tuple[object, ...]]) -> list[Problem]:
    file, problems = conversion.staged.file.name, []
    for month, rows, row, endless, endless_row, backwards, backwards_row, first, last, *_ in found:
        if month is None:
            problems.append(_problem("FM1280", "the start of the interval is empty", rows, f"{file}, row {row:,}"))
            continue
        if endless:
            where = f"{file}, row {endless_row:,}"
            problems.append(_problem("FM1280", "the end of the interval is empty", endless, where))
        if backwards:
            where = f"{file}, row {backwards_row:,}"
            problems.append(_problem("FM1281", "the interval ends no later than it starts", backwards, where))
        if not (_sane(first) and _sane(last)):
            words = f"the intervals of {str(month)[:7]} reach from {first} to {last}"
            problems.append(_problem("FM1281", words, rows, f"{file}, row {row:,}"))
    return problems


def _sane(instant: object) -> bool:
    return instant is None or (isinstance(instant, datetime) and _FIRST_YEAR <= instant.year <= _LAST_YEAR)


def _problem(code: str, found: str, rows: object, where: str) -> Problem:
    more = f" (in {counted(rows, 'row')})" if isinstance(rows, int) and rows > 1 else ""
    return Problem(
        code=code,
        found=f"{found}{more}",
        expected=f"a start and a later end in UTC, of the years {_FIRST_YEAR} to {_LAST_YEAR}",
        where=where,
        remedy=_MEND,
    )


def _labels(engine: Engine, conversion: UsageConversion) -> list[Problem]:
    values, problems = conversion.values, []
    for column in conversion.mapping.columns:
        text = _LABEL_TEXT.fullmatch(column.sql)
        name = text.group(1) if text else column.sql[1:]
        if name not in values or not (text or column.sql in _LABEL_JSON):
            continue
        cell, bad = values.text(name), _bad_text if text else _bad_json
        # A table of its own: in one query the engine tests every row before it looks for distinct texts.
        engine.run(
            f"CREATE OR REPLACE TEMP TABLE new_labels AS SELECT DISTINCT {cell} AS labels FROM {conversion.relation} "
            f"WHERE {cell} IS NOT NULL"
        )
        if engine.row(f"SELECT count(*) FROM new_labels WHERE {bad('labels')}")[0]:
            row, example = _first_bad(engine, conversion, cell, bad)
            problems.append(_no_labels(f"{conversion.staged.file.name}, row {row:,}", name, example, json=not text))
        elif text:
            keep_labels(engine, "new_labels")
    return problems


def _first_bad(engine: Engine, conversion: UsageConversion, cell: str, bad: Callable[[str], str]) -> tuple[int, str]:
    """Return the first row whose labels are none, and its text."""
    row, example = engine.row(
        f"SELECT min(file_row_number) + 1, arg_min({cell}, file_row_number) FROM {conversion.relation} "
        f"WHERE {bad(cell)}"
    )
    return row, example


def _bad_text(cell: str) -> str:
    keys = KEYS_OF.format(cell)
    return (
        f"({cell} IS NOT NULL AND (len(list_distinct({keys})) < len({keys}) OR "
        f"len(list_filter(string_split({cell}, '|'), lambda part: strpos(part, ':') < 2)) > 0))"
    )


def _bad_json(cell: str) -> str:
    keys = f"json_keys({cell})"
    return (
        f"({cell} IS NOT NULL AND CASE WHEN NOT json_valid({cell}) THEN true WHEN json_type({cell}) <> 'OBJECT' "
        f"THEN true ELSE len(list_distinct({keys})) < len({keys}) END)"
    )


def _no_labels(where: str, name: str, example: str, *, json: bool) -> Problem:
    return Problem(
        code="FM1283",
        found=f"{name} is '{printable(example, 80)}'",
        expected='a JSON object such as {"app": "web"}, each key once'
        if json
        else "labels such as label_app:web|label_tier:front, each key once",
        where=where,
        remedy=_MEND,
    )
