"""What the ledger knows of the files it was loaded from.

Owns questions to the table ``loads``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import relation
from finmod.ledger.tables import LOADS

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
    """Return the files whose charges stand in the ledger, one row per file and billing period."""
    files = ledger.files(LOADS, snapshot)
    if not files:
        return []
    rows = engine.rows(
        f"SELECT DISTINCT x_BillingPeriod, x_File, x_FileHash, x_ReadAs FROM {relation(files)} "
        f"WHERE x_Source = ? QUALIFY {CURRENT}",
        [source],
    )
    return [FilePeriod(*row) for row in rows]
