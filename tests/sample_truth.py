"""What the sample company's bills come to by its own truth, and by the ledger.

Owns the comparison of the two for the tests that load a sample.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from finmod.focus.columns import COSTS
from tests.books import Books

# What Microsoft and Oracle leave out of their files is in truth, and is NULL in the ledger.
_TOLD = {"ListCost": "ListCostInExport", "ContractedCost": "ContractedCostInExport"}


def truth(folder: Path) -> dict[tuple[str, str, str], Decimal]:
    """Return (source, billing period, cost) -> amount, as truth/totals.csv has it, as far as the exports tell it."""
    with (folder / "truth" / "totals.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["source"], row["billing_period"], cost): Decimal(row["amount"])
            for row in csv.DictReader(file)
            for cost in COSTS
            if row["measure"] == _TOLD.get(cost, cost)
        }


def ledger(books: Books) -> dict[tuple[str, str, str], Decimal]:
    """Return (source, billing period, cost) -> sum over the charges; 0 where none tells it."""
    sums = ", ".join(f"coalesce(sum({cost}), 0) AS {cost}" for cost in COSTS)
    sql = f"SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m') AS period, {sums} FROM charges GROUP BY ALL"
    return {(row["x_Source"], row["period"], cost): Decimal(row[cost]) for row in books.query(sql) for cost in COSTS}
