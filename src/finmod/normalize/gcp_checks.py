"""What must be known of Google's rows before they are charges: credits that cannot be read, types that are not known.

Owns the refusals and findings of the format; each looks at the rows of one file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from finmod.engines.duckdb import Engine, literal
from finmod.errors import Problem, UserError, counted, printable
from finmod.normalize.booking import FilePeriods
from finmod.normalize.convert import Conversion
from finmod.normalize.gcp_charges import KNOWN_TYPES
from finmod.normalize.gcp_credits import CREDIT_TYPE, KNOWN_CREDITS, NO_CREDIT
from finmod.normalize.mapping import render
from finmod.terms.findings import Finding

_EXPECTED = "a list of credits as Google writes it: objects with an amount, each field once"
_MOST_NAMED = 5


def look(engine: Engine, files: Sequence[tuple[Conversion, FilePeriods]]) -> list[Finding]:
    """Return findings about credits and cost types of an unknown type; they are kept.

    Raises:
        UserError: Credits that cannot be read: money would be missing (FM1263).
    """
    problems = [problem for item, _ in files for problem in _unreadable(engine, item)]
    if problems:
        raise UserError(*problems)
    return [
        finding for item, _ in files for finding in (*_unknown_credits(engine, item), *_unknown_types(engine, item))
    ]


def _credits_of(conversion: Conversion) -> Conversion:
    return conversion.charges()[1]


def _unreadable(engine: Engine, conversion: Conversion) -> Iterator[Problem]:
    values = conversion.values
    if "credits" not in values:
        return
    if not values.columns["credits"].type.endswith("]"):
        rows, row, text = engine.row(
            f"SELECT count(*), min(r), arg_min(t, r) FROM (SELECT {values.text('credits')} AS t, "
            f"file_row_number + 1 AS r FROM {conversion.staged.relation}) WHERE t <> '[]' AND {_BAD}"
        )
        if rows:
            yield _problem(conversion, f"credits is '{printable(text, 60)}'", rows, row)
            return
    if "BilledCost" in conversion.reading.unreadable_as_null:
        return
    credit = _credits_of(conversion)
    inside = credit.values
    amount, read = inside.text("credits_amount"), inside.decimal("credits_amount", tolerant=True)
    nothing = _rendered(credit, NO_CREDIT)
    rows, row, text = engine.row(
        f"SELECT count(*), min(file_row_number) + 1, arg_min({amount}, file_row_number) FROM {credit.relation} "
        f"WHERE NOT ({nothing}) AND ({read}) IS NULL"
    )
    if rows:
        what = f"the amount of a credit is '{printable(text, 60)}'" if text else "a credit has no amount"
        yield _problem(conversion, what, rows, row)


# No JSON, no list, elements that are no objects, or a field that stands twice: DuckDB would take the first of the two.
_BAD = (
    "CASE WHEN NOT json_valid(t) THEN true WHEN json_type(t) = 'NULL' THEN false WHEN json_type(t) <> 'ARRAY' "
    "THEN true ELSE coalesce(list_bool_or([json_type(one) NOT IN ('OBJECT', 'NULL') OR "
    "len(list_distinct(json_keys(one))) < len(json_keys(one)) FOR one IN json_extract(t, '$[*]')]), false) END"
)


def _problem(conversion: Conversion, found: str, rows: int, row: int) -> Problem:
    more = f" (and {counted(rows - 1, 'more row')})" if rows > 1 else ""
    return Problem(
        code="FM1263",
        found=f"{found}{more}",
        expected=_EXPECTED,
        where=f"{conversion.staged.file.name}, row {row:,}",
        remedy="Export the file again, as JSON or Parquet: without its credits a bill is too high.",
    )


def _rendered(conversion: Conversion, sql: str) -> str:
    values = conversion.values
    return render(sql, {"$": values.text, "#": values.decimal, "@": values.timestamp})


def _unknown_credits(engine: Engine, conversion: Conversion) -> list[Finding]:
    if "credits" not in conversion.values:
        return []
    credit = _credits_of(conversion)
    kind = _rendered(credit, CREDIT_TYPE)
    found = engine.rows(
        f"SELECT {credit.month}, count(*), min(file_row_number) + 1, list(DISTINCT coalesce({kind}, '')) "
        f"FROM {credit.relation} WHERE NOT ({_rendered(credit, NO_CREDIT)}) "
        f"AND coalesce({kind}, '') NOT IN ({_quoted(KNOWN_CREDITS)}) GROUP BY 1 ORDER BY 1"
    )
    return [
        Finding(
            code="FM1264",
            severity="warning",
            message=f"{counted(rows, 'credit')} of an unknown type ({_named(names)}): billed and effective cost count, "
            "category, list and contracted cost are not known.",
            source=conversion.source,
            billing_period=month,
            column="ChargeCategory",
            rows=rows,
            where=f"{conversion.staged.file.name}, row {row:,}",
        )
        for month, rows, row, names in found
    ]


def _unknown_types(engine: Engine, conversion: Conversion) -> list[Finding]:
    kind = conversion.values.text("cost_type")
    found = engine.rows(
        f"SELECT {conversion.month}, count(*), min(file_row_number) + 1, list(DISTINCT {kind}) "
        f"FROM {conversion.staged.relation} WHERE lower({kind}) NOT IN ({_quoted(KNOWN_TYPES)}) GROUP BY 1 ORDER BY 1"
    )
    return [
        Finding(
            code="FM1265",
            severity="warning",
            message=f"{counted(rows, 'charge')} of an unknown cost type ({_named(names)}): costs count, the category "
            "is not known.",
            source=conversion.source,
            billing_period=month,
            column="ChargeCategory",
            rows=rows,
            where=f"{conversion.staged.file.name}, row {row:,}",
        )
        for month, rows, row, names in found
    ]


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(map(literal, texts))


def _named(names: Sequence[str]) -> str:
    shown = [f"'{printable(name, 40)}'" if name else "none" for name in sorted(names)]
    return ", ".join(shown[:_MOST_NAMED]) + (
        f" and {len(shown) - _MOST_NAMED} more" if len(shown) > _MOST_NAMED else ""
    )
