"""A source's month of usage made ready for its commit: converted, tied out, checked.

Owns the order of these steps and the proof that no row, no core-hour and no token was lost between file and ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError, identifier, literal
from finmod.errors import InternalError, Problem, UserError, counted
from finmod.ledger.conformance import write_findings
from finmod.ledger.ledger import Ledger, ManifestRow, PreparedPeriod, Snapshot
from finmod.ledger.reduce import relation, whole
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, FINDINGS, USAGE, Table, UsageTables
from finmod.normalize.charges import DECIMAL
from finmod.normalize.convert import by_number
from finmod.normalize.few_texts import MANY_ROWS, few_texts, make_types
from finmod.normalize.usage_checks import why_unreadable_usage
from finmod.normalize.usage_rows import UsageConversion, control_sql, select_usage
from finmod.sources.files import SourceFile
from finmod.terms.findings import Finding
from finmod.terms.money import plain

CURRENT_USAGE = (
    f"(x_Format IN ({', '.join(map(literal, USAGE))}) AND "
    "x_LedgerVersion = max(x_LedgerVersion) OVER (PARTITION BY x_Source, x_BillingPeriod, x_Format))"
)
"""SQL that is true for the rows of ``loads`` whose usage stands in the ledger now."""
_DIGITS = 60
_MOST_COUNTED = 1 << 63
# Each cell is rounded once, by half a unit of the last place, and a product of two once more.
_ROUNDING_BOUND = Decimal("1e-12")


@dataclass(frozen=True)
class UsageInput:
    """The reports of one source's month.

    Attributes:
        tables: Where they go.
        source: Name of the source.
        period: First day of the month.
        conversions: Each report with rows of the month; none where every one left it.
        alone: Names of the files that hold no other month.
        read_as: Digest of how they are read.
        findings: What is known of them already.
        emptied_by: A file of the load, which says in the manifest that a month without reports was emptied.
        many_rows: From so many rows on, columns of few texts are written as numbers.
    """

    tables: UsageTables
    source: str
    period: date
    conversions: tuple[UsageConversion, ...]
    alone: frozenset[str]
    read_as: str
    findings: tuple[Finding, ...] = ()
    emptied_by: SourceFile | None = None
    many_rows: int = MANY_ROWS


@dataclass(frozen=True)
class UsageFile:
    """A report's part in a month that stands in the ledger.

    Attributes:
        period: First day of the month.
        file: Name of the file.
        sha256: Hash of its bytes.
        read_as: Digest of how it was read.
        rows: Number of rows that it brought to the month.
    """

    period: date
    file: str
    sha256: str
    read_as: str
    rows: int


def current_usage(
    engine: Engine, ledger: Ledger, snapshot: Snapshot, source: str, tables: UsageTables
) -> list[UsageFile]:
    """Return a source's reports whose rows stand in some tables of the ledger, one row per file and month."""
    files = ledger.files(tables.files, snapshot)
    ledger.files(tables.usage, snapshot)
    if not files:
        return []
    rows = engine.rows(
        f"SELECT x_BillingPeriod, x_File, x_FileHash, x_ReadAs, x_Rows FROM {relation(files)} "
        "WHERE x_Source = ? AND x_Quantity IS NULL ORDER BY ALL",
        [source],
    )
    return [UsageFile(*row) for row in rows]


def prepare_usage(
    engine: Engine, work: UsageInput, folder: Path, on_step: Callable[[str], None] = lambda _: None
) -> tuple[PreparedPeriod, tuple[Finding, ...]]:
    """Convert and check one month of usage in a staging folder.

    Returns:
        The month, ready for its commit, and its findings.

    Raises:
        UserError: Cells that cannot be read, or quantities below zero; all of them at once.
        InternalError: The ledger's totals are not those of the files: our fault, nothing is committed.
    """
    form, usage, manifests = work.tables
    files = {table.name: folder / f"{work.period}-{table.name}.parquet" for table in (usage, manifests, FINDINGS)}
    on_step("usage")
    rows = {usage.name: _convert(engine, work, files[usage.name])}
    on_step("control totals")
    rows[manifests.name] = _write(engine, manifests, _manifest(engine, work, files[usage.name]), files[manifests.name])
    found = (*work.findings, *_findings(engine, work, files[usage.name]))
    rows[FINDINGS.name] = write_findings(engine, work.source, work.period, found, files[FINDINGS.name])
    emptied = [work.emptied_by] if work.emptied_by else []
    loaded = [item.staged.file for item in work.conversions] or emptied
    every = [ManifestRow(file.name, file.sha256, file.size, 0, None, None, None, None) for file in loaded]
    prepared = PreparedPeriod(
        work.source,
        work.period,
        form.format,
        work.read_as,
        {name: (files[name], rows[name]) for name in files},
        tuple(every),
        {},
    )
    return prepared, found


def with_empty_charges(engine: Engine, prepared: PreparedPeriod, folder: Path) -> PreparedPeriod:
    """Return a month of usage that brings tables of charges too, without a row: a ledger has them, bills or none."""
    files = dict(prepared.files)
    for table in (CHARGES, CHARGE_KEYS, CHARGE_DAYS):
        target = folder / f"{prepared.period}-{table.name}.parquet"
        engine.copy_parquet(f"SELECT * FROM {whole(table, [])}", target)
        files[table.name] = (target, 0)
    return replace(prepared, files=files)


def _convert(engine: Engine, work: UsageInput, target: Path) -> int:
    selects = [select_usage(item, work.period, alone=item.staged.file.name in work.alone) for item in work.conversions]
    columns = work.tables.form.types
    empty = ", ".join(f"CAST(NULL AS {kind}) AS {identifier(name)}" for name, kind in columns.items())
    rows = " UNION ALL ".join(selects) or f"SELECT {empty} WHERE false"
    types = _types(engine, work) if sum(item.staged.rows for item in work.conversions) >= work.many_rows else {}
    picked = ", ".join(by_number(name, types[name]) if name in types else identifier(name) for name in columns)
    try:
        return engine.copy_parquet(f"SELECT {picked} FROM ({rows})", target, level=1)
    except EngineError as error:
        raise why_unreadable_usage(engine, work.conversions, error) from error


def _types(engine: Engine, work: UsageInput) -> dict[str, str]:
    """Return the types of the text columns whose texts are known: column -> name of its type."""
    texts = (name for name, kind in work.tables.form.types.items() if kind == "VARCHAR")
    known = few_texts(engine, work.conversions, [name for name in texts if name not in {"x_Source", "x_File"}])
    files = sorted({item.staged.file.name for item in work.conversions})
    return make_types(engine, known | {"x_Source": [work.source], "x_File": files})


_Row = tuple[str, date, str, str, int, str, str, int, str | None, str | None, str | None, str | None]


def _manifest(engine: Engine, work: UsageInput, usage: Path) -> list[_Row]:
    """Return the rows of the manifests; each total of a file's text equals that of the ledger but for rounding."""
    # A quantity that no report has a column for is NULL throughout.
    given = {quantity.target for conversion in work.conversions for quantity in conversion.quantities}
    names = [name for name in work.tables.form.quantities if name in given]
    sums = [f"CAST(sum({name}) AS {DECIMAL}), min({name})" for name in names]
    found = engine.rows(f"SELECT {', '.join(('x_File', 'count(*)', *sums))} FROM {relation([usage])} GROUP BY x_File")
    totals = {row[0]: (row[1], dict(zip(names, zip(row[2::2], row[3::2], strict=True), strict=True)))
              for row in found}  # fmt: skip
    problems = _too_large(work, totals) + [
        problem
        for conversion in work.conversions
        for problem in _negative(engine, work, usage, conversion.staged.file.name, totals)
    ]
    if problems:
        raise UserError(*problems)
    return [row for conversion in work.conversions for row in _of_file(engine, work, conversion, totals)]


_Totals = dict[str, tuple[int, dict[str, tuple[Decimal | None, Decimal | int | None]]]]


def _of_file(engine: Engine, work: UsageInput, conversion: UsageConversion, totals: _Totals) -> list[_Row]:
    file = conversion.staged.file
    alone = file.name in work.alone
    try:
        control = engine.row(control_sql(conversion, work.period, alone=alone))
    except EngineError as error:
        raise why_unreadable_usage(engine, work.conversions, error) from error
    kept, sums = totals.get(file.name, (0, {}))
    if kept != control[0]:
        _lost(work, file.name, "rows", control[0], kept)
    place = (work.source, work.period, file.name, file.sha256, file.size, work.read_as, conversion.report, kept)
    rows: list[_Row] = [(*place, None, None, None, None)]
    for quantity, exact in zip(conversion.quantities, control[1:], strict=True):
        total = sums.get(quantity.target, (None, None))[0]
        if (exact is None) != (total is None):
            _lost(work, file.name, quantity.target, exact, total)
        if exact is None or total is None:
            continue
        with localcontext() as context:
            context.prec = _DIGITS
            difference = exact - total
        if abs(difference) > kept * _ROUNDING_BOUND:
            _lost(work, file.name, quantity.target, exact, total)
        texts = (plain(exact), plain(total), plain(difference))
        rows.append((*place, quantity.target, *texts))
    return rows


def _too_large(work: UsageInput, totals: _Totals) -> list[Problem]:
    """Return the counts of which the month's sum is no whole number that tables hold: it could not be told again."""
    problems = []
    for name in (name for name in work.tables.form.quantities if work.tables.form.types[name] == "BIGINT"):
        found = {file: sums.get(name, (None,))[0] or Decimal(0) for file, (_, sums) in totals.items()}
        total = sum(found.values())
        if total >= _MOST_COUNTED:
            problems.append(
                Problem(
                    code="FM1282",
                    found=f"the sum of {name} in {work.source} {work.period:%Y-%m} is {total:,.0f}",
                    expected=f"less than {_MOST_COUNTED:,}",
                    where=max(found, key=found.__getitem__),
                    remedy=work.tables.form.mend,
                )
            )
    return problems


def _lost(work: UsageInput, file: str, what: str, wanted: object, found: object) -> None:
    message = (
        f"{work.source} {work.period:%Y-%m}: {what} of {file} are {wanted} in the file and {found} in the ledger; "
        "nothing was committed"
    )
    raise InternalError(message)


def _negative(engine: Engine, work: UsageInput, usage: Path, file: str, totals: _Totals) -> list[Problem]:
    problems = []
    for name, (_, least) in totals.get(file, (0, {}))[1].items():
        if least is not None and least < 0:
            rows, row, example = engine.row(
                f"SELECT count(*), min(x_Row), arg_min({name}, x_Row) FROM {relation([usage])} "
                f"WHERE x_File = ? AND {name} < 0",
                [file],
            )
            problems.append(
                Problem(
                    code="FM1284",
                    found=f"{name} is {Decimal(example):f} in {counted(rows, 'row')}",
                    expected="usage of 0 or more",
                    where=f"{file}, row {row:,}",
                    remedy=work.tables.form.mend,
                )
            )
    return problems


def _write(engine: Engine, table: Table, rows: Sequence[_Row], target: Path) -> int:
    columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    engine.run(f"CREATE OR REPLACE TEMP TABLE new_usage_files ({columns})")
    marks = ", ".join("?" * len(table.columns))
    for row in rows:
        engine.run(f"INSERT INTO new_usage_files VALUES ({marks})", list(row))
    written = engine.copy_parquet("SELECT * FROM new_usage_files", target, ordered=True)
    engine.run("DROP TABLE new_usage_files")
    return written


def _repeated(engine: Engine, work: UsageInput, usage: Path) -> Finding | None:
    """Return the finding of rows that say again what another says of the same interval; None without any."""
    key = ", ".join(("IntervalStart", "IntervalEnd", *work.tables.form.key))
    rows = relation([usage])
    # Numbers are told apart sooner than texts, and sorted ones sooner than grouped ones.
    if not engine.may_repeat(f"hash({key})", rows, least=work.many_rows):
        return None
    twice = f"SELECT hash({key}) FROM {rows} GROUP BY 1 HAVING count(*) > 1"
    more, row, file, same = engine.row(
        f"SELECT sum(n) - count(*), min(r), arg_min(f, r), bool_and(alone) FROM (SELECT count(*) AS n, "
        f"max(x_Row) AS r, arg_max(x_File, x_Row) AS f, min(x_File) = max(x_File) AS alone FROM {rows} "
        f"WHERE hash({key}) IN ({twice}) GROUP BY {key} HAVING count(*) > 1)"
    )
    if not more:
        return None
    say, their = ("says", "its") if more == 1 else ("say", "their")
    message = (
        f"{counted(int(more), 'row')} {say} again what another row{' of the same file' if same else ''} says of the "
        f"same interval: {their} usage counts twice."
    )
    return Finding(
        code="FM1285",
        severity="error",
        message=message,
        source=work.source,
        billing_period=f"{work.period:%Y-%m}",
        rows=int(more),
        where=f"{file}, row {row:,}",
    )


def _findings(engine: Engine, work: UsageInput, usage: Path) -> list[Finding]:
    month, repeated = f"{work.period:%Y-%m}", _repeated(engine, work, usage)
    found = [] if repeated is None else [repeated]
    lacking = work.tables.form.nameless
    rows = engine.row(f"SELECT count(*) FILTER (WHERE {lacking.when}) FROM {relation([usage])}")[0]
    if rows:
        found.append(
            Finding(
                code=lacking.code,
                severity="info",
                message=f"{counted(rows, 'row')} {lacking.words}.",
                source=work.source,
                billing_period=month,
                column=lacking.column,
                rows=rows,
            )
        )
    return found
