"""A source's billing period made ready for its commit: converted, reduced, tied out, checked.

Owns the order of these steps for one period and the proof that nothing was lost between file and ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError, identifier
from finmod.errors import FinmodError, InternalError, Problem, UserError, counted
from finmod.ledger.conformance import period_findings, write_findings
from finmod.ledger.ledger import ManifestRow, PreparedPeriod
from finmod.ledger.reduce import Reduced, reduce_charges, relation
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, FINDINGS
from finmod.normalize.charges import CHARGE_TYPES
from finmod.normalize.convert import (
    CONTROL_SCALE,
    KEY_BITS,
    Conversion,
    charge_columns,
    control_sql,
    select_charges,
    with_key,
)
from finmod.normalize.diagnose import first_too_large, why_unreadable
from finmod.normalize.few_texts import MANY_ROWS, few_texts, make_types
from finmod.sources.files import SourceFile
from finmod.terms.findings import Finding
from finmod.terms.money import difference, known_sum, plain

_MOST_SEEDS = 8


@dataclass(frozen=True)
class PeriodInput:
    """The files of one source's billing period.

    Attributes:
        source: Name of the source.
        period: First day of the month.
        conversions: Each file with charges of the period, and how to read it.
        alone: Names of the files that hold no other period.
        read_as: Digest of how they are read.
        findings: What is known of them already.
        spelling: Column name in lower case -> as the ledger spells it: other readers tell upper from lower case.
        key_bits: Length of a charge key; the shorter it is, the sooner two meet and are made anew.
        many_rows: From so many charges on, columns of few texts are written as numbers.
    """

    source: str
    period: date
    conversions: tuple[Conversion, ...]
    alone: frozenset[str]
    read_as: str
    findings: tuple[Finding, ...] = ()
    spelling: Mapping[str, str] = field(default_factory=dict)
    key_bits: int = KEY_BITS
    many_rows: int = MANY_ROWS


def prepare(
    engine: Engine, work: PeriodInput, folder: Path, on_step: Callable[[str], None] = lambda _: None
) -> tuple[PreparedPeriod, tuple[Finding, ...]]:
    """Convert, reduce and check one billing period in a staging folder.

    Returns:
        The period, ready for its commit, and its findings.

    Raises:
        UserError: Cells that cannot be read, or money that cannot be booked; all of them at once.
        InternalError: The ledger's total is not that of the files: our fault, nothing is committed.
    """
    files = {
        table.name: folder / f"{work.period}-{table.name}.parquet"
        for table in (CHARGES, CHARGE_KEYS, CHARGE_DAYS, FINDINGS)
    }
    extra = _extra_columns(work)
    on_step("control totals")
    manifest, filled = _control_totals(engine, work)
    given = _given(engine, filled)
    selects = [
        select_charges(item, work.period, alone=item.staged.file.name in work.alone, extra=extra) for item in filled
    ]
    types = _types(engine, work, filled, extra) if sum(row.charges for row in manifest) >= work.many_rows else {}
    charges, reduced = _convert(engine, work, (selects, given, extra, types), files, on_step)
    _tie(engine, work, manifest, files)
    on_step("conformance")
    found = work.findings
    if charges:
        place, mapping = (work.source, work.period), work.conversions[0].mapping
        found = (*found, *period_findings(engine, place, files, given, manifest, mapping))
    rows = {
        CHARGES.name: charges,
        CHARGE_KEYS.name: reduced.keys,
        CHARGE_DAYS.name: reduced.days,
        FINDINGS.name: write_findings(engine, work.source, work.period, found, files[FINDINGS.name]),
    }
    format_name = work.conversions[0].mapping.format
    prepared = PreparedPeriod(
        work.source,
        work.period,
        format_name,
        work.read_as,
        {name: (files[name], rows[name]) for name in files},
        tuple(manifest),
        extra,
    )
    return prepared, found


def _given(engine: Engine, conversions: Sequence[Conversion]) -> frozenset[str]:
    """Return the ledger columns that files, constants or mappings fill, some of them for want of a cell."""
    given = frozenset[str]().union(*(conversion.given() for conversion in conversions))
    found = set[str]()
    for conversion in conversions:
        # No cell of the file is in these expressions, so they are constants.
        left = [item.target for item in conversion.mapping.columns if item.target not in given | found]
        if left:
            has = engine.row(f"SELECT {', '.join(f'{conversion.expression(name)} IS NOT NULL' for name in left)}")
            found |= {name for name, filled in zip(left, has, strict=True) if filled}
    return given | found


def own_columns(conversion: Conversion) -> list[str]:
    """Return the columns that a file brings beside those that every charge has, as it spells them."""
    mapped = [column.target for column in conversion.mapping.columns if column.target not in CHARGE_TYPES]
    constants = [name for name in conversion.reading.constants if name not in CHARGE_TYPES]
    return [*mapped, *conversion.extra_columns(), *constants]


def _extra_columns(work: PeriodInput) -> dict[str, str]:
    spelling = dict(work.spelling)
    names = (name for conversion in work.conversions for name in own_columns(conversion))
    return {spelling.setdefault(name.casefold(), name): "VARCHAR" for name in names}


def _convert(
    engine: Engine,
    work: PeriodInput,
    charges: tuple[list[str], frozenset[str], dict[str, str], dict[str, str]],
    files: dict[str, Path],
    on_step: Callable[[str], None],
) -> tuple[int, Reduced]:
    selects, given, extra, types = charges
    for seed in range(_MOST_SEEDS):
        on_step("charges")
        try:
            keyed = with_key(selects, given, extra, seed, bits=work.key_bits, types=types)
            rows = engine.copy_parquet(keyed, files[CHARGES.name], level=1)
        except EngineError as error:
            raise why_unreadable(engine, work.conversions, error) from error
        on_step("charge keys and daily cube")
        reduced = reduce_charges(
            engine, files[CHARGES.name], given, days=files[CHARGE_DAYS.name], keys=files[CHARGE_KEYS.name]
        )
        if not reduced.keys_met:
            return rows, reduced
    message = f"charge keys of {work.source} {work.period:%Y-%m} met under {_MOST_SEEDS} different seeds"
    raise InternalError(message)


def _types(
    engine: Engine, work: PeriodInput, conversions: Sequence[Conversion], extra: Mapping[str, str]
) -> dict[str, str]:
    """Return the types of the text columns whose texts are known: column -> name of its type."""
    texts = [name for name, kind in charge_columns(dict(extra)).items() if kind == "VARCHAR"]
    looked = (replace(item, staged=item.staged.with_domains(engine)) for item in conversions)
    known = few_texts(engine, looked, [name for name in texts if name not in {"x_Source", "x_File"}])
    files = sorted({item.staged.file.name for item in conversions})
    return make_types(engine, known | {"x_Source": [work.source], "x_File": files})


def _control_totals(engine: Engine, work: PeriodInput) -> tuple[list[ManifestRow], list[Conversion]]:
    """Return the control totals per file and currency, and the conversions that have charges of the period."""
    totals: dict[tuple[str, str], tuple[SourceFile, int, Decimal | None, Decimal | None]] = {}
    filled = []
    for conversion in (each for item in work.conversions for each in item.charges()):
        file = conversion.staged.file
        try:
            found = engine.rows(control_sql(conversion, work.period, alone=file.name in work.alone))
        except EngineError as error:
            raise _uncountable(engine, work.conversions, error, file.name) from error
        for currency, charges, exact, billed, row in found:
            if currency is None:
                raise UserError(_no_currency(file.name, charges, row))
            before = totals.get((file.name, currency), (file, 0, None, None))
            sums = known_sum((before[2], exact)), known_sum((before[3], billed))
            totals[file.name, currency] = (file, before[1] + charges, *sums)
        filled += [conversion] if found else []
    if not totals:
        files = [conversion.staged.file for conversion in work.conversions]
        empty = [ManifestRow(file.name, file.sha256, file.size, 0, None, "0", "0", "0") for file in files]
        return empty, list(work.conversions)
    named = {file for file, _ in totals}
    silent = [item.staged.file for item in work.conversions if item.staged.file.name not in named]
    # A half of a pair that brings no charge of its own is known to the ledger all the same.
    rows = [_manifest_row(currency, *total) for (_, currency), total in totals.items()]
    rows += [ManifestRow(file.name, file.sha256, file.size, 0, None, None, None, None) for file in silent]
    return rows, filled


def _manifest_row(
    currency: str, file: SourceFile, charges: int, exact: Decimal | None, billed: Decimal | None
) -> ManifestRow:
    if exact is None or billed is None:
        return ManifestRow(file.name, file.sha256, file.size, charges, currency, None, None, None)
    rounding = plain(difference(exact, billed))
    return ManifestRow(file.name, file.sha256, file.size, charges, currency, plain(exact), plain(billed), rounding)


def _uncountable(engine: Engine, conversions: Sequence[Conversion], error: EngineError, file: str) -> FinmodError:
    why = why_unreadable(engine, conversions, error)
    # The engine's own words; further lines are the query's. Where the point is moved, a cell is read with fewer places.
    words = str(error).partition("\n")[0]
    too_large = "DECIMAL(38," in words or "Overflow in" in words
    if isinstance(why, UserError) or not too_large:
        return why
    of_file = (item for item in conversions if item.staged.file.name == file)
    first = next((found for item in of_file if (found := first_too_large(engine, item))), None)
    return UserError(
        Problem(
            code="FM1120",
            found=f"BilledCost is {first[1]}" if first else "the total of BilledCost is too large",
            expected=f"less than {10 ** (38 - CONTROL_SCALE):,}, to be added up at every digit",
            where=f"{file}, row {first[0]:,}" if first else file,
            remedy=f"{conversions[0].mapping.mend}: is the amount in another unit?",
        )
    )


def _no_currency(file: str, charges: int, row: int) -> Problem:
    return Problem(
        code="FM1122",
        found=f"BillingCurrency is empty in {counted(charges, 'row')}",
        expected="the currency of every amount",
        where=f"{file}, row {row:,}",
        remedy="Mend the export, or say it: --set BillingCurrency=USD, or set: {BillingCurrency: USD} in finmod.yaml.",
    )


def _tie(engine: Engine, work: PeriodInput, manifest: Sequence[ManifestRow], files: dict[str, Path]) -> None:
    """Prove that files, charges, keys and days hold the same charges and the same BilledCost."""
    billed = (Decimal(row.billed_cost) for row in manifest if row.billed_cost is not None and row.charges)
    expected = (sum(row.charges for row in manifest), known_sum(billed))
    for table, count in ((CHARGES, "count(*)"), (CHARGE_KEYS, "sum(x_Charges)"), (CHARGE_DAYS, "sum(x_Charges)")):
        found = engine.row(
            f"SELECT coalesce(CAST({count} AS BIGINT), 0), sum({identifier('BilledCost')}) "
            f"FROM {relation([files[table.name]])}"
        )
        if tuple(found) != expected:
            message = (
                f"{work.source} {work.period:%Y-%m}: the files have {expected[0]:,} charges and {expected[1]} "
                f"BilledCost, {table.name} has {found[0]:,} and {found[1]}; nothing was committed"
            )
            raise InternalError(message)
