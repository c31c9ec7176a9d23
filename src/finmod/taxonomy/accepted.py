"""Lookups that finmod inferred and somebody accepted: how they are told apart from those that people wrote.

Owns the two columns of their CSV that say so, and the words. What is inferred stands in ``inference/``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from finmod.taxonomy.csv_tables import CsvTable

INFERRED_FROM: Final = "inferred_from"
"""Column with the billing period, ``YYYY-MM``, that a line was inferred from; empty in lines that people wrote."""
PRECISION: Final = "precision"
"""Column with the precision that held-out labels showed then: the lower end of its interval."""


def inferred_words(table: CsvTable) -> str:
    """Return what a rule's text says of its lookup where lines of it were inferred; "" where none was.

    Where lines were inferred at several times the least precision is told.
    """
    inferred = [row.cells for row in table.rows if row.cells.get(INFERRED_FROM)]
    if not inferred:
        return ""
    months = sorted({text for cells in inferred if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text := cells[INFERRED_FROM])})
    told = [cells.get(PRECISION, "") for cells in inferred]
    shares = [Decimal(text) for text in told if re.fullmatch(r"[01](\.[0-9]{1,9})?", text)]
    since = f" from {' to '.join(dict.fromkeys((months[0], months[-1])))}" if months else ""
    some = "" if len(inferred) == len(table.rows) else "lines of it "
    return f", {some}inferred{since}{f', precision {min(shares)}' if shares else ''}"
