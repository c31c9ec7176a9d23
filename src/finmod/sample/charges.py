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
from finmod.sample.streams import Flags, Ints
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
        columns: Texts of the columns of truth: FOCUS, or AWS's own.
        native: Texts of the supplier's own columns, where truth has others.
        hidden: Measures that the supplier's export does not tell.
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
    native: Mapping[str, str | None] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Credit:
    """One kind of credit on cells: a part of each cell's row in the supplier's own form, a charge in truth.

    Attributes:
        kind: The supplier's type of credit.
        name: The supplier's name of it.
        amount: Per cell, 0 or below, 1e-10 USD.
        negotiated: Whether it lowers what the contract says as well.
        listed: Whether it is no discount: its list cost is the amount itself.
    """

    kind: str
    name: str
    amount: Ints
    negotiated: bool = False
    listed: bool = False


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
        credits: Credits on cells; ``billed`` is net of them.
        hidden: Measure -> per cell whether the supplier's export does not tell it.
    """

    usage: Usage
    billed: Ints
    negated: int
    charges: tuple[Charge, ...]
    invoice: str
    pieces: int
    pods: Pods = NO_PODS
    apart: Mapping[str, int] = field(default_factory=dict)
    credits: tuple[Credit, ...] = ()
    hidden: Mapping[str, Flags] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Return the name of the source."""
        return self.usage.source

    @property
    def month(self) -> Month:
        """Return the billing period."""
        return self.usage.month

    @property
    def effective(self) -> Ints:
        """Return EffectiveCost per cell, net of credits, 1e-10 USD."""
        cost = self.usage.quantity * self.usage.effective_price
        for credit in self.credits:
            cost = cost + credit.amount
        return np.asarray(cost, dtype=np.int64)

    @property
    def rows(self) -> int:
        """Return the number of charges; pods have two, for processors and for memory."""
        return (len(self.usage.quantity) + 2 * len(self.pods.node)) * self.pieces + len(self.charges)

    def totals(self) -> dict[str, int]:
        """Return the exact total of each measure, 1e-10 USD."""
        usage = self.usage
        cells = {
            "BilledCost": total(self.billed) + self.negated,
            "EffectiveCost": total(self.effective),
            "ListCost": total(usage.quantity * usage.list_price),
            "ContractedCost": total(usage.quantity * usage.contracted_price),
        }
        for credit in self.credits:
            cells["ListCost"] += total(credit.amount) if credit.listed else 0
            cells["ContractedCost"] += total(credit.amount) if credit.listed or credit.negotiated else 0
        for charge in self.charges:
            amounts = (charge.billed, charge.effective, charge.listed, charge.contracted)
            for measure, amount in zip(MEASURES, amounts, strict=True):
                cells[measure] += amount
        return cells

    def told(self) -> dict[str, int]:
        """Return the exact totals of list and contracted cost as far as the supplier's export tells them."""
        usage, found = self.usage, self.totals()
        for measure, price in (("ListCost", usage.list_price), ("ContractedCost", usage.contracted_price)):
            if measure in self.hidden:
                found[measure] -= total(np.where(self.hidden[measure], usage.quantity * price, 0))
        for charge in self.charges:
            found["ListCost"] -= charge.listed if "ListCost" in charge.hidden else 0
            found["ContractedCost"] -= charge.contracted if "ContractedCost" in charge.hidden else 0
        return {measure: found[measure] for measure in ("ListCost", "ContractedCost")}

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
