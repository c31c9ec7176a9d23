"""What an answer of usage may not have beside what no report may: parts of a token, the same time twice.

Owns what is refused before answers are converted, alone and side by side, and what is odd about them.
"""

from __future__ import annotations

from collections.abc import Sequence

from finmod.engines.duckdb import Engine, literal
from finmod.errors import Problem, UserError, counted, printable
from finmod.normalize.ai_usage_columns import AI, KINDS
from finmod.normalize.answers import Bucket, buckets, cut_off, in_order, instant, standing_twice, stands
from finmod.normalize.mapping import names_in
from finmod.normalize.usage_checks import Looked, warning
from finmod.normalize.usage_rows import UsageConversion
from finmod.terms.findings import Finding

_MOST_NAMED, _LONGEST_NAME = 5, 60


def look_at_answer(engine: Engine, conversion: UsageConversion) -> Looked:
    """Return what is odd about an answer: counts that are not whole, kinds and fields that are not known."""
    findings = [*_unknown_kinds(engine, conversion), *_other_fields(engine, conversion)]
    return Looked(tuple(_parts(engine, conversion)), tuple(findings))


def _parts(engine: Engine, conversion: UsageConversion) -> list[Problem]:
    values = conversion.values
    read = {name: None for quantity in conversion.quantities for name in sorted(names_in(quantity.sql))}
    names = [name for name in read if name in values]
    tests = [(f"{values.decimal(name)} <> trunc({values.decimal(name)})", values.text(name)) for name in names]
    picked = ", ".join(
        f"count(*) FILTER (WHERE {test}), min(file_row_number) FILTER (WHERE {test}) + 1, "
        f"arg_min({text}, file_row_number) FILTER (WHERE {test})"
        for test, text in tests
    )
    found = engine.row(f"SELECT {picked} FROM {conversion.relation}")
    return [
        Problem(
            code="FM1294",
            found=f"{name} is {printable(text, _LONGEST_NAME)}" + (f" (in {counted(rows, 'row')})" if rows > 1 else ""),
            expected="a whole number",
            where=f"{conversion.staged.file.name}, row {row:,}",
            remedy=AI.mend,
        )
        for name, rows, row, text in zip(names, found[::3], found[1::3], found[2::3], strict=True)
        if rows
    ]


def _unknown_kinds(engine: Engine, conversion: UsageConversion) -> list[Finding]:
    known = ", ".join(map(literal, KINDS))
    found = engine.rows(
        f"SELECT kind, count(*), min(file_row_number) + 1 FROM {conversion.relation} WHERE kind NOT IN ({known}) "
        "GROUP BY kind ORDER BY kind"
    )
    return [
        warning("FM1295", f"The kind {kind} is not known; kept under its own name: {counted(rows, 'row')}.", rows,
                f"{conversion.staged.file.name}, row {row:,}")
        for kind, rows, row in found
    ]  # fmt: skip


def _other_fields(engine: Engine, conversion: UsageConversion) -> list[Finding]:
    name = conversion.staged.file.name
    rows, row = engine.row(
        f"SELECT count(unread), min(file_row_number) FILTER (WHERE unread IS NOT NULL) + 1 FROM {conversion.relation}"
    )
    if not rows:
        return []
    fields = engine.rows(f"SELECT DISTINCT unnest(json_keys(unread)) AS f FROM {conversion.relation} ORDER BY f")
    shown = [printable(field, _LONGEST_NAME) for (field,) in fields[:_MOST_NAMED]]
    more = [f"{len(fields) - _MOST_NAMED:,} more"] if len(fields) > _MOST_NAMED else []
    message = f"No column takes these fields of {counted(rows, 'row')}: {', '.join([*shown, *more])}."
    return [
        Finding(code="FM1296", severity="info", message=message, column="x_OtherFields", rows=rows,
                where=f"{name}, row {row:,}")
    ]  # fmt: skip


def all_time_once(engine: Engine, conversions: Sequence[UsageConversion]) -> list[tuple[str, Finding]]:
    """Refuse answers of which two cover the same time, and tell where the next page is missing.

    Returns:
        Name of a file, and what is odd about it; without source and month.

    Raises:
        UserError: FM1293, usage of one kind stands twice.
    """
    every = in_order(bucket for each in conversions for bucket in buckets(engine, each, "kind"))
    problems = [_twice(pair, others) for pair, others in standing_twice(every)]
    if problems:
        raise UserError(*problems)
    return [
        (
            bucket.file,
            Finding(
                code="FM1292",
                severity="error",
                message=f"The answer ends with {bucket.when} and says that there is more; no file goes on with "
                f"{instant(end)}.",
                where=bucket.file,
            ),
        )
        for bucket, end in cut_off(every)
    ]


def _twice(pair: tuple[Bucket, Bucket], others: int) -> Problem:
    first, bucket = pair
    return Problem(
        code="FM1293",
        found=stands(first, bucket) + (f", and so do {counted(others, 'other bucket')}" if others else ""),
        expected="the usage of each time in one answer: it would count twice",
        where=bucket.file,
        remedy="Keep the newest answer for each time, with one way of grouping and one width of buckets.",
    )
