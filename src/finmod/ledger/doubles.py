"""Bills that the ledger has twice: the same file, the same charges in other bytes, the same account in another form.

Owns their findings; the queries stand in ``sql/``.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from finmod.engines.duckdb import Engine, identifier
from finmod.errors import counted, printable
from finmod.focus.columns import MEASURES
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.manifest import CURRENT
from finmod.ledger.reduce import query, relation, whole
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, LOADS
from finmod.normalize.charges import CHARGE_TYPES
from finmod.terms.findings import Finding

# Below so many charges two bills may well have one total, such as a fixed fee.
_FEWEST_CHARGES = 20


class _File(NamedTuple):
    """A file's part in a billing period and currency, and the file that it may be the bill of."""

    source: str
    month: str
    currency: str
    file: str
    charges: int
    billed: Decimal | None
    first_source: str
    first_file: str

    @property
    def pair(self) -> tuple[str, frozenset[str]]:
        return self.month, frozenset((self.source, self.first_source))

    def finding(self, code: str, message: str, *, is_error: bool) -> Finding:
        return Finding(
            code=code,
            severity="error" if is_error else "warning",
            message=message,
            source=self.source,
            billing_period=self.month,
            rows=self.charges,
            amount=self.billed,
            currency=self.currency,
            where=printable(self.file),
        )

    def what(self) -> str:
        known = "an unknown amount of" if self.billed is None else f"{self.billed:,.2f}"
        return f"{counted(self.charges, 'charge')} of {known} {self.currency}"


def bills_loaded_twice(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> list[Finding]:
    """Return a finding per bill that stands in the ledger once more than it should, as far as can be told.

    FM1410, an error: a file, by its bytes, stands under two sources. FM1411: a file has the number of charges and the
    exact total of another one; a warning, and within one source an error where its charges are those of the other in
    key, charge period, every amount and every column of the supplier's own: numbers there count as numbers, whatever
    their text. FM1412, a warning: a billing account has the same total to 2 decimals under two sources, as where a bill
    is loaded in two formats; not told of two sources whose files were told for the month.

    Findings of files are per billing period and currency, and of the file that was loaded later; those of accounts are
    per account too. The amount is the BilledCost that counts once more than it should.
    """
    loads = ledger.files(LOADS, snapshot)
    if not loads:
        return []
    charges, days, keys = (ledger.files(table, snapshot) for table in (CHARGES, CHARGE_DAYS, CHARGE_KEYS))
    inputs = {"loads": whole(LOADS, loads), "current": CURRENT, "fewest": _FEWEST_CHARGES}
    same, alike = (
        [_File(*row) for row in engine.rows(query(name).format(**inputs))]
        for name in ("files_under_two_sources", "files_of_equal_totals")
    )
    told = {file.pair for file in (*same, *alike)}
    return [
        *map(_same_bytes, same),
        *(_alike(file, is_error=_same_charges(engine, file, charges)) for file in alike),
        *_accounts(engine, days, keys, told),
    ]


def _same_bytes(file: _File) -> Finding:
    called = "" if file.first_file == file.file else f" as {printable(file.first_file)}"
    message = f"The file is also loaded under {file.first_source}{called}: {file.what()} counted twice."
    return file.finding("FM1410", message, is_error=True)


def _alike(file: _File, *, is_error: bool) -> Finding:
    other = printable(file.first_file)
    if is_error:
        message = f"The file has the same charges as {other}, one by one: {file.what()} counted twice."
    else:
        message = (
            f"The file has as many charges as {other} of {file.first_source}, and the same total at every digit: "
            f"{file.what()}."
        )
    return file.finding("FM1411", message, is_error=is_error)


def _same_charges(engine: Engine, file: _File, charges: Sequence[Path]) -> bool:
    if file.source != file.first_source:
        return False
    rows = relation(list(charges))
    own = sorted(name for name, _ in engine.columns(f"SELECT * FROM {rows}") if name not in CHARGE_TYPES)
    compared = [*MEASURES, *(_number_or_text(identifier(name)) for name in own)]
    sql = query("files_of_equal_charges").format(charges=rows, compared=", ".join(compared))
    place = [file.source, f"{file.month}-01", file.currency, file.file, file.first_file]
    return engine.row(sql, place) == (0,)


def _number_or_text(column: str) -> str:
    """Return SQL in which 0.10 of a CSV file equals 0.1 of a Parquet file."""
    return f"coalesce(CAST(TRY_CAST({column} AS DOUBLE) AS VARCHAR), {column})"


def _accounts(
    engine: Engine, days: Sequence[Path], keys: Sequence[Path], told: set[tuple[str, frozenset[str]]]
) -> list[Finding]:
    sql = query("accounts_under_two_sources").format(
        days=relation(list(days)), keys=relation(list(keys)), fewest=_FEWEST_CHARGES
    )
    return [
        Finding(
            code="FM1412",
            severity="warning",
            message=f"The billing account has the same total under {first}, in {counted(others, 'charge')} there: "
            f"{billed:,.2f} {currency} may count twice.",
            source=source,
            billing_period=month,
            column="BillingAccountId",
            rows=charges,
            amount=billed,
            currency=currency,
            example=printable(account),
        )
        for source, month, account, currency, charges, billed, first, others in engine.rows(sql)
        if (month, frozenset((source, first))) not in told
    ]
