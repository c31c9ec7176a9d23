"""What a report of Kubernetes usage may not have beside what none may: labels that are none, odd running times.

Owns what is refused or told before such a report is converted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, counted, printable
from finmod.normalize.kubernetes_columns import KUBERNETES
from finmod.normalize.kubernetes_rows import KEYS_OF, add_functions, keep_labels
from finmod.normalize.usage_checks import Looked, warning
from finmod.normalize.usage_rows import UsageConversion
from finmod.terms.findings import Finding

_LABEL_TEXT: Final = re.compile(r"labels\(\$(\w+)\)")
_LABEL_JSON: Final = frozenset({"$Labels"})


def look_at_report(engine: Engine, conversion: UsageConversion) -> Looked:
    """Return what is odd about a report, and keep its labels for its conversion."""
    add_functions(engine)
    findings: tuple[Finding, ...] = ()
    if conversion.report == "opencost-csv":
        rows = conversion.staged.rows
        message = f"{counted(rows, 'row')} state averages and no running time: each counts for its whole day."
        findings = (warning("FM1279", message, rows, conversion.staged.file.name),)
    if conversion.report == "opencost":
        findings = tuple(_longer_than_its_interval(engine, conversion))
    return Looked(tuple(_labels(engine, conversion)), findings)


def _longer_than_its_interval(engine: Engine, conversion: UsageConversion) -> list[Finding]:
    minutes = conversion.values.decimal("minutes", tolerant=True)
    start, end = (conversion.expression(name) for name in ("IntervalStart", "IntervalEnd"))
    # Instants are cut off to seconds, minutes are not.
    rows, row, longest = engine.row(
        f"SELECT count(*), min(file_row_number) + 1, arg_min(CAST({minutes} AS DOUBLE), file_row_number) "
        f"FROM {conversion.relation} WHERE {minutes} > date_diff('second', {start}, {end}) / 60 + 1"
    )
    if not rows:
        return []
    message = f"{counted(rows, 'row')} ran for more minutes than the interval has, such as {longest:,.0f}: usage and "
    message += "requests, averages times minutes, are as much too large."
    return [warning("FM1245", message, rows, f"{conversion.staged.file.name}, row {row:,}")]


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
        remedy=KUBERNETES.mend,
    )
