"""What the ledger knows of the files it was loaded from.

Owns questions to the table ``loads``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import query, whole
from finmod.ledger.tables import LOADS, PINNED_TABLES


def _newest(those: str) -> str:
    newest = f"max(x_LedgerVersion) FILTER (WHERE {those}) OVER (PARTITION BY x_Source, x_BillingPeriod)"
    return f"({those} AND x_LedgerVersion = {newest})"


CURRENT = f"(x_Charges > 0 AND {_newest('x_BookedPeriod IS NULL')})"
"""SQL that is true for the rows of ``loads`` whose charges stand in the ledger now."""

_READ_LAST = _newest("x_UndoneVersion IS NULL")
NEWEST = f"(x_Charges > 0 AND {_READ_LAST})"
"""SQL that is true for the rows of ``loads`` that say what a billing period costs by the last bill that was read.

They are those of ``CURRENT``, but where a closed month was restated: there its charges stay, and true-ups make up for
the difference.
"""

KNOWN = f"({NEWEST} OR (x_Charges = 0 AND x_ControlTotal IS NULL AND {_READ_LAST}))"
"""SQL that is true for those rows and for files that belong to the same bill without a charge of their own."""


@dataclass(frozen=True)
class FilePeriod:
    """A file's part in a billing period that stands in the ledger.

    Attributes:
        period: First day of the month.
        file: Name of the file.
        sha256: Hash of its bytes.
        read_as: Digest of mapping and settings that it was read with.
        charges: Number of charges that it brought to the period.
        undone: Whether true-ups of it, for whatever period, were taken back and nothing took their place yet: it must
            be read again.
    """

    period: date
    file: str
    sha256: str
    read_as: str
    charges: int
    undone: bool = False


def current_files(engine: Engine, ledger: Ledger, snapshot: Snapshot, source: str) -> list[FilePeriod]:
    """Return the files that a source's billing periods were read from last, one row per file and billing period.

    Raises:
        UserError: A file of the ledger is gone: what it knows does not stand in it any more.
    """
    files = ledger.files(LOADS, snapshot)
    for table in PINNED_TABLES:
        ledger.files(table, snapshot)
    if not files:
        return []
    rows = engine.rows(query("current_files").format(loads=whole(LOADS, files), known=KNOWN), [source])
    return [FilePeriod(*row) for row in rows]
