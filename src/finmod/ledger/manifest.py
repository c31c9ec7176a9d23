"""What the ledger knows of the files it was loaded from.

Owns questions to the table ``loads``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.engines.duckdb import Engine
from finmod.errors import counted, printable
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import query, relation
from finmod.ledger.tables import DATA_TABLES, LOADS
from finmod.terms.findings import Finding

# Below so many charges two bills may well have one total, such as a fixed fee.
_FEWEST_CHARGES = 20
CURRENT = "(x_Charges > 0 AND x_LedgerVersion = max(x_LedgerVersion) OVER (PARTITION BY x_Source, x_BillingPeriod))"
"""SQL that is true for the rows of ``loads`` whose charges stand in the ledger now."""


@dataclass(frozen=True)
class FilePeriod:
    """A file's part in a billing period that stands in the ledger.

    Attributes:
        period: First day of the month.
        file: Name of the file.
        sha256: Hash of its bytes.
        read_as: Digest of mapping and settings that it was read with.
    """

    period: date
    file: str
    sha256: str
    read_as: str


def current_files(engine: Engine, ledger: Ledger, snapshot: Snapshot, source: str) -> list[FilePeriod]:
    """Return the files whose charges stand in the ledger, one row per file and billing period.

    Raises:
        UserError: A file of the ledger is gone: what it knows does not stand in it any more.
    """
    files = ledger.files(LOADS, snapshot)
    for table in DATA_TABLES:
        ledger.files(table, snapshot)
    if not files:
        return []
    rows = engine.rows(
        f"SELECT DISTINCT x_BillingPeriod, x_File, x_FileHash, x_ReadAs FROM {relation(files)} "
        f"WHERE x_Source = ? QUALIFY {CURRENT}",
        [source],
    )
    return [FilePeriod(*row) for row in rows]


def files_under_two_sources(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> list[Finding]:
    """Return a finding per file, billing period and currency whose charges stand under another source as well.

    A file is its bytes, whatever it is called. The finding is of the source that loaded it later; its amount is the
    BilledCost that counts once more than it should.
    """
    files = ledger.files(LOADS, snapshot)
    if not files:
        return []
    sql = query("files_under_two_sources").format(loads=relation(files), current=CURRENT)
    return [
        Finding(
            code="FM1410",
            severity="error",
            message=f"{printable(file)} is also loaded under {first}{_called(other, file)}: "
            f"{counted(charges, 'charge')} of {_amount(billed)} {currency} counted twice.",
            source=source,
            billing_period=month,
            rows=charges,
            amount=billed,
            currency=currency,
            example=sha256,
            where=printable(file),
        )
        for source, month, currency, sha256, file, charges, billed, first, other in engine.rows(sql)
    ]


def files_of_equal_totals(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> list[Finding]:
    """Return a finding per file, billing period and currency with the charges and the exact total of another file.

    Such a file is likely the same bill in other bytes: unpacked, or saved with other line ends.
    """
    files = ledger.files(LOADS, snapshot)
    if not files:
        return []
    sql = query("files_of_equal_totals").format(loads=relation(files), current=CURRENT, fewest=_FEWEST_CHARGES)
    return [
        Finding(
            code="FM1411",
            severity="warning",
            message=f"{printable(file)} has as many charges as {printable(other)} of {first}, and the same total at "
            f"every digit: {counted(charges, 'charge')} of {_amount(billed)} {currency}.",
            source=source,
            billing_period=month,
            rows=charges,
            amount=billed,
            currency=currency,
            where=printable(file),
        )
        for source, month, currency, file, charges, billed, first, other in engine.rows(sql)
    ]


def _amount(billed: Decimal | None) -> str:
    return "an unknown amount of" if billed is None else f"{billed:,.2f}"


def _called(name: str, otherwise: str) -> str:
    return "" if name == otherwise else f" as {printable(name)}"
