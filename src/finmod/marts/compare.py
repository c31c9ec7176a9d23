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
from finmod.terms.money import difference

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

    def difference(self, cost: str) -> Decimal | None:
        """Return the second source's sum of a cost less the first's.

        A source without charges has nothing, which is 0; None where a source has charges and no known cost of them.
        """
        first, second = (
            Decimal(0) if charges is None else amount
            for charges, amount in zip(self.charges, self.costs[cost], strict=True)
        )
        return None if first is None or second is None else difference(second, first)

    @property
    def same(self) -> bool:
        """Return whether every cost is the same to the last digit, or unknown in both, whatever the charges' number."""
        return all(self.equal(cost) for cost in self.costs)

    def equal(self, cost: str) -> bool:
        """Return whether a cost is the same to the last digit, or unknown in both."""
        return self.difference(cost) == 0 or self.unknown(cost) == (True, True)

    def unknown(self, cost: str) -> tuple[bool, bool]:
        """Return whether the first and the second source have charges, and a cost of none of them is known."""
        first, second = (
            charges is not None and amount is None
            for charges, amount in zip(self.charges, self.costs[cost], strict=True)
        )
        return first, second


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
