"""Two sources side by side: the same bill by two exports, and where they differ.

Owns the query and the record of its rows. Which ledgers the sources stand in is known to the workspace.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.focus.columns import COSTS
from finmod.ledger.reduce import without_heading

DIMENSIONS: Final = {
    "service": "ServiceName",
    "category": "ChargeCategory",
    "account": "SubAccountId",
    "region": "RegionId",
    "day": "CAST(x_ChargeDate AS VARCHAR)",
}
"""What differences can be listed by -> SQL over the daily cube."""


@dataclass(frozen=True)
class Pair:
    """One sum in two sources.

    Attributes:
        month: Billing period, ``YYYY-MM``.
        currency: BillingCurrency.
        key: Value of the dimension; None for the total, and where neither source says.
        charges: Number of charges in the first and the second source; None where it has none.
        costs: FOCUS id of a cost -> its sum in the first and the second source; None where it has none, or none that is
            known.
    """

    month: str
    currency: str | None
    key: str | None
    charges: tuple[int | None, int | None]
    costs: dict[str, tuple[Decimal | None, Decimal | None]]

    def difference(self, cost: str) -> Decimal:
        """Return the second source's sum of a cost less the first's; what a source has not counts as nothing."""
        first, second = self.costs[cost]
        return (second or Decimal(0)) - (first or Decimal(0))

    @property
    def same(self) -> bool:
        """Return whether every cost is the same to the last digit, whatever the number of charges."""
        return all(first == second for first, second in self.costs.values())


def compared(engine: Engine, first: str, second: str, dimension: str | None = None) -> list[Pair]:
    """Return the sums of two sources side by side.

    Args:
        engine: Where to run.
        first: SQL for the daily cube of the first source.
        second: SQL for that of the second.
        dimension: A name of ``DIMENSIONS``; None for totals.
    """
    text = resources.files("finmod.marts").joinpath("sql", "compare_totals.sql").read_text(encoding="utf-8")
    sql = without_heading(text).format(
        left=first,
        right=second,
        key=DIMENSIONS[dimension] if dimension else "NULL::VARCHAR",
        sums=", ".join(f"sum({cost}) AS {cost}" for cost in COSTS),
        pairs=", ".join(f"a.{cost}, b.{cost}" for cost in COSTS),
    )
    return [
        Pair(month, currency, key, (left, right), _costs(amounts))
        for month, currency, key, left, right, *amounts in engine.rows(sql)
    ]


def _costs(amounts: list[Decimal | None]) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    return {cost: (amounts[2 * place], amounts[2 * place + 1]) for place, cost in enumerate(COSTS)}
