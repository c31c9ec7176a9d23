"""Where charges are kept that are looked at beside the bill, and never added to it.

Owns the place: a ledger of its own below the store, with the same tables and the same proofs. So no sum of the books
can ever hold them.
"""

from __future__ import annotations

from pathlib import Path

from finmod.ledger.ledger import Ledger

FOLDER = "comparisons"
"""Its folder below the store."""


def comparison_ledger(store: Path) -> Ledger:
    """Return the ledger of the sources that are kept for comparison alone."""
    return Ledger(store / FOLDER)
