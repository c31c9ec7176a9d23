"""What the ledger knows of the files it was loaded from.

Owns questions to the table ``loads``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import relation
from finmod.ledger.tables import DATA_TABLES, LOADS

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
        charges: Number of charges that it brought to the period.
    """

    period: date
    file: str
    sha256: str
    read_as: str
    charges: int


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
        "SELECT x_BillingPeriod, x_File, x_FileHash, x_ReadAs, CAST(sum(x_Charges) AS BIGINT) FROM "
        f"(SELECT * FROM {relation(files)} WHERE x_Source = ? QUALIFY {CURRENT}) GROUP BY ALL",
        [source],
    )
    return [FilePeriod(*row) for row in rows]
