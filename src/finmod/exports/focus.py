"""Charges as a FOCUS file for other tools.

Owns the columns, order and text forms of such files. Parquet holds every text as the bill wrote it; in
CSV a text that a spreadsheet would run as a formula gets an apostrophe in front.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.errors import HARMFUL, Problem, UserError, near, printable
from finmod.focus.columns import Version, column
from finmod.focus.versions import projection
from finmod.terms.formulas import FORMULA, NEGATIVE

# FOCUS writes whole seconds; a bill that has parts of one keeps them.
_INSTANT = (
    "CASE WHEN epoch_us({name}) % 1000000 = 0 THEN strftime({name}, '%Y-%m-%dT%H:%M:%SZ') "
    "ELSE strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ') END"
)
# No text of a Parquet file holds half a character.
_HARMFUL = "".join(rf"\x{{{ord(sign):x}}}" for sign in sorted(HARMFUL) if not "\ud800" <= sign <= "\udfff")


def write_focus(
    engine: Engine, version: Version, target: Path, *, period: date | None = None, source: str | None = None
) -> int:
    """Write the view ``charges`` as FOCUS; return the number of rows.

    Args:
        engine: With the view ``charges``.
        version: 1.2, 1.3 or 1.4.
        target: File to write; its ending says the form.
        period: First day of a billing period's month; None for all.
        source: Name of a source; None for all.

    Raises:
        UserError: An ending that is not known, or no rows.
    """
    form = _form(target)
    where = _where(period, source)
    if not engine.row(f"SELECT count(*) FROM charges{where}")[0]:
        raise UserError(_nothing(engine, period, source))
    wanted = (*_present(engine, version, where), *_extra(engine, where))
    columns = [_cell(name, sql, csv=form != "parquet") for name, sql in wanted]
    part = target.with_name(f".{target.name}.part")
    options = {
        "parquet": "FORMAT parquet, COMPRESSION zstd",
        "csv": "FORMAT csv, HEADER, QUOTE '\"', ESCAPE '\"'",
        "csv.gz": "FORMAT csv, HEADER, QUOTE '\"', ESCAPE '\"', COMPRESSION gzip",
    }[form]
    try:
        rows = engine.row(
            f"COPY (SELECT {', '.join(columns)} FROM charges{where} ORDER BY x_Source, x_BillingPeriod, x_File, x_Row) "
            f"TO {literal(str(part))} ({options})"
        )[0]
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return int(rows)


def _form(target: Path) -> str:
    for ending in ("csv.gz", "csv", "parquet"):
        if target.name.lower().endswith(f".{ending}"):
            return ending
    raise UserError(
        Problem(
            code="FM1610",
            found=f"the file name ends in '{target.suffix}'",
            expected=".parquet, .csv or .csv.gz",
            where=str(target),
            remedy="Name the file by the form that it shall have.",
        )
    )


def _where(period: date | None, source: str | None) -> str:
    tests = [f"x_BillingPeriod = DATE '{period}'"] if period else []
    tests += [f"x_Source = {literal(source)}"] if source is not None else []
    return f" WHERE {' AND '.join(tests)}" if tests else ""


def _nothing(engine: Engine, period: date | None, source: str | None) -> Problem:
    sources = [row[0] for row in engine.rows("SELECT DISTINCT x_Source FROM charges ORDER BY 1")]
    if source is not None and source not in sources:
        close = near(source, sources)
        hint = f"Did you mean '{close}'? " if close else ""
        return Problem(
            code="FM1611",
            found=f"the ledger has no source '{printable(source)}'",
            expected=", ".join(sources) or "a source that was loaded",
            where="--source",
            remedy=f"{hint}See what is loaded with: finmod status.",
        )
    what = f" in {period:%Y-%m}" if period else ""
    whose = f" of {source}" if source is not None else ""
    found = f"the ledger has no charges{whose}{what}" if what or whose else "the ledger is empty"
    return Problem(code="FM1611", found=found, remedy="See what is loaded with: finmod status.")


def _present(engine: Engine, version: Version, where: str) -> list[tuple[str, str]]:
    """Return the columns of a version, without those that it wants absent rather than NULL throughout.

    A Conditional or Recommended column that may not hold NULL says, where it is absent, that its supplier has no such
    thing; filled with NULL it would break the standard in every row.
    """
    wanted = projection(version)
    absent = [name for name, _ in wanted if column(name).level != "Mandatory" and not column(name).allows_nulls]
    counts = engine.row(f"SELECT {', '.join(f'count({identifier(name)})' for name in absent)} FROM charges{where}")
    empty = {name for name, count in zip(absent, counts, strict=True) if not count}
    return [(name, sql) for name, sql in wanted if name not in empty]


def _extra(engine: Engine, where: str) -> list[tuple[str, str]]:
    ours = {"x_BillingPeriod", "x_ChargeDate", "x_ChargeKey", "x_ProviderName", "x_PublisherName"}
    names = [name for name, _ in engine.columns("SELECT * FROM charges")]
    if "x_TrueUpOf" in names and not engine.row(f"SELECT count(x_TrueUpOf) FROM charges{where}")[0]:
        ours |= {"x_TrueUpOf", "x_TrueUpAt", "x_TrueUpLoad", "x_TrueUpInvoiceId"}
    return [(name, identifier(name)) for name in names if name.casefold().startswith("x_") and name not in ours]


def _cell(name: str, sql: str, *, csv: bool) -> str:
    if not csv:
        return f"{sql} AS {identifier(name)}"
    heading = identifier(printable(name, len(name)))
    kind = "Date/Time" if name == "x_TrueUpAt" else "String" if name.casefold().startswith("x_") else ""
    kind = kind or column(name).data_type
    if name in {"x_Row", "x_TrueUpOf"} or kind == "Decimal":
        return f"{sql} AS {heading}"
    if kind == "Date/Time":
        return f"{_INSTANT.format(name=sql)} AS {heading}"
    formula = f"regexp_matches({sql}, {literal(FORMULA)}) AND NOT regexp_full_match({sql}, {literal(NEGATIVE)})"
    clean = f"regexp_replace({sql}, {literal(f'[{_HARMFUL}]')}, '\N{REPLACEMENT CHARACTER}', 'g')"
    return f"CASE WHEN {formula} THEN chr(39) || {clean} ELSE {clean} END AS {heading}"
