"""Cells of the variance bridge, written as what was used and paid: for tests alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from finmod.models.variance.bridge import bridge
from finmod.models.variance.cells import PRICED, Cells, Floats, Ints, Side
from finmod.models.variance.effects import EFFECTS


@dataclass(frozen=True)
class Month:
    """One cell in one month; cost is what is given, or quantity x contracted price x rate."""

    quantity: float = 0.0
    list_price: float = float("nan")
    contracted_price: float = float("nan")
    covered_quantity: float = 0.0
    covered: float = 0.0
    cost: float | None = None
    fx: float = 1.0
    reached: float = 1.0
    days: int = 30

    @property
    def original(self) -> float:
        """Return what it costs in the currency of the bill."""
        if self.cost is not None:
            return self.cost
        price = self.contracted_price if self.contracted_price == self.contracted_price else self.list_price
        return self.covered + (self.quantity - self.covered_quantity) * price if self.quantity else 0.0


GONE = Month()


@dataclass(frozen=True)
class Cell:
    """One cell in both months."""

    before: Month = GONE
    after: Month = GONE
    kind: int = PRICED
    service: int = 0
    resource: int = -1
    group: int = 0
    grows: bool = True
    accrues: bool = True
    bases: Sequence[int] = field(default=(-1, 0, 0, 0))
    lacks: bool = False


def cells_of(*rows: Cell) -> Cells:
    """Return cells as the model takes them."""

    def column(name: str) -> Ints:
        return np.array([getattr(row, name) for row in rows], dtype=np.int64)

    return Cells(
        before=_side(rows, "before"), after=_side(rows, "after"), kind=column("kind"), service=column("service"),
        resource=column("resource"), group=column("group"), grows=column("grows").astype(np.bool_),
        accrues=column("accrues").astype(np.bool_),
        bases=np.array([row.bases for row in rows], dtype=np.int64).reshape(-1, 4),
        lacks=column("lacks").astype(np.bool_),
    )  # fmt: skip


def _side(rows: Sequence[Cell], name: str) -> Side:
    months = [getattr(row, name) for row in rows]
    # As those of the ledger: where one has no room in 64 bits, none of both months is kept in them.
    wide = any(abs(month.original * month.fx) > 4e6 for row in rows for month in (row.before, row.after))

    def column(name: str) -> Floats:
        return np.array([getattr(month, name) for month in months], dtype=np.float64)

    amounts = [int(Decimal(repr(round(month.original * month.fx, 6))).scaleb(12)) for month in months]
    prices = [m.contracted_price if m.contracted_price == m.contracted_price else m.list_price for m in months]
    return Side(
        amount=np.array(amounts, dtype=object if wide else np.int64), original=column("original"),
        covered=column("covered"), reached=column("reached"), quantity=column("quantity"),
        covered_quantity=column("covered_quantity"), list_price=column("list_price"),
        contracted_price=np.array(prices, dtype=np.float64), days=column("days"), told=np.ones(len(months)),
    )  # fmt: skip


def told(*rows: Cell) -> dict[str, float]:
    """Return effect -> its sum over all cells, in money; those that are 0 are left out."""
    made = bridge(cells_of(*rows))
    sums = made.effects.sum(axis=0)
    return {effect.name: round(int(units) / 1e12, 9) for effect, units in zip(EFFECTS, sums, strict=True) if units}
