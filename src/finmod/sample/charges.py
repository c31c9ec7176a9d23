"""What a bill holds beside usage: one record per charge, and one month of one source put together.

Owns the records that writers and truth share, and the exact totals of a month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from finmod.sample.months import Month
from finmod.sample.pods import NO_PODS, Pods
from finmod.sample.streams import Ints
from finmod.sample.usage import Usage

SHARED = -1
NETTED = -2
MEASURES = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One charge that is no plain usage. Money in integers of 1e-10 USD.

    Attributes:
        kind: What it is, in the words of truth: fee, credit, tax, unused, purchase, correction ...
        start: Start of the charge period, UTC.
        end: End of the charge period, excluded.
        billed: BilledCost.
        effective: EffectiveCost.
        listed: ListCost.
        contracted: ContractedCost.
        owner: True owner: product's place, number of products + platform's place, SHARED for everybody, or NETTED where
            its BilledCost cancels that of usage rows which truth already counts as 0.
        invoice: Number of the invoice.
        columns: Texts of the supplier's own columns.
    """

    kind: str
    start: datetime
    end: datetime
    billed: int
    effective: int
    listed: int
    contracted: int
    owner: int = SHARED
    invoice: str
    columns: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Bill:
    """One source's bill of one month.

    Attributes:
        usage: The cells.
        billed: BilledCost per cell in 1e-10 USD, as truth counts it.
        negated: What the supplier bills on covered cells and takes back in charges of their own.
        charges: Everything beside usage.
        invoice: Number of the invoice that holds the cells.
        pieces: Charges per cell: 24 where charges are hourly.
        pods: What split cost allocation data shows beside the cells; it costs nothing.
        apart: Invoice of another payer -> BilledCost of the cells that are on it, 1e-10 USD.
    """

    usage: Usage
    billed: Ints
    negated: int
    charges: tuple[Charge, ...]
    invoice: str
    pieces: int
    pods: Pods = NO_PODS
    apart: Mapping[str, int] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Return the name of the source."""
        return self.usage.source

    @property
    def month(self) -> Month:
        """Return the billing period."""
        return self.usage.month

    @property
    def rows(self) -> int:
        """Return the number of charges; pods have two, for processors and for memory."""
        return (len(self.usage.quantity) + 2 * len(self.pods.node)) * self.pieces + len(self.charges)

    def totals(self) -> dict[str, int]:
        """Return the exact total of each measure, 1e-10 USD."""
        usage = self.usage
        cells = {
            "BilledCost": total(self.billed) + self.negated,
            "EffectiveCost": total(usage.quantity * usage.effective_price),
            "ListCost": total(usage.quantity * usage.list_price),
            "ContractedCost": total(usage.quantity * usage.contracted_price),
        }
        for charge in self.charges:
            amounts = (charge.billed, charge.effective, charge.listed, charge.contracted)
            for measure, amount in zip(MEASURES, amounts, strict=True):
                cells[measure] += amount
        return cells

    def invoices(self) -> dict[str, int]:
        """Return the payable amount of each invoice, 1e-10 USD."""
        found = {self.invoice: total(self.billed) + self.negated - sum(self.apart.values()), **self.apart}
        for charge in self.charges:
            found[charge.invoice] = found.get(charge.invoice, 0) + charge.billed
        return found


def total(amounts: Ints) -> int:
    """Return an exact sum: halves are added apart, so that no 64-bit sum can overflow."""
    high = amounts >> np.int64(32)
    return (int(high.sum()) << 32) + int((amounts - (high << np.int64(32))).sum())
