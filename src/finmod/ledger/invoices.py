"""Invoices against their charges: one row per issuer, invoice id, billing period and currency.

Owns the rows and what each says: what was invoiced, what was charged, the difference, and how much of it is explained.
Invoices tie on BilledCost, to the last digit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from finmod.ledger.invoice_files import ListedInvoice
from finmod.ledger.invoice_matches import Match
from finmod.ledger.invoice_sides import Amount, Part, folded, total
from finmod.terms.money import difference

OTHER_SPELLING: Final = "other spelling of the id"
"""Kind of an explanation: the list has the invoice under an id that the bill writes otherwise."""

Status = Literal["ties", "differs", "not listed", "no charges", "not loaded", "not comparable", "not invoiced"]


@dataclass(frozen=True)
class Explanation:
    """A part of a difference and what it comes from.

    Attributes:
        kind: What it is, in two or three words.
        words: The same as a clause.
        amount: Of the difference, charged less invoiced; never 0.
        charges: Number of charges behind it; 0 where lines of the list are.
        parts: Where the charges are; each part explains one difference at most.
        repeated: Whether only the charges among them are meant that stand there once more than another equal one.
    """

    kind: str
    words: str
    amount: Decimal
    charges: int = 0
    parts: tuple[Part, ...] = ()
    repeated: bool = False


@dataclass(frozen=True)
class InvoiceRow:
    """An invoice of one issuer in one billing period and currency.

    Attributes:
        issuer: As the list has it, else as the bill has it; None where neither says.
        invoice_id: None for charges that are not invoiced yet.
        billing_period: ``YYYY-MM``.
        currency: Of every amount.
        invoiced: What the list asks for; None where it does not have the invoice.
        charged: BilledCost of the charges that have one; None where none has, or the month is not loaded.
        charges: Number of charges.
        unknown: Those without BilledCost.
        status: ``ties`` and ``differs`` compare both. ``not listed`` has charges alone, ``no charges`` is listed alone
            and of a month with charges of others, ``not loaded`` of a month without any. ``not comparable``: charges of
            unknown cost, other currencies, or nobody can tell which charges are meant. ``not invoiced``: charges
            without an invoice id.
        lines: Lines of the list.
        parts: Where the charges are.
        explanations: What the difference comes from.
    """

    issuer: str | None
    invoice_id: str | None
    billing_period: str
    currency: str
    invoiced: Decimal | None
    charged: Decimal | None
    charges: int
    unknown: int
    status: Status
    lines: tuple[ListedInvoice, ...] = ()
    parts: tuple[Part, ...] = ()
    explanations: tuple[Explanation, ...] = ()

    @property
    def difference(self) -> Decimal | None:
        """Return charged less invoiced; None where that is unknown."""
        if self.status not in {"ties", "differs", "no charges"} or self.invoiced is None or self.charged is None:
            return None
        return difference(self.charged, self.invoiced)

    @property
    def explained(self) -> Decimal | None:
        """Return how much of the difference is explained; None where there is none to explain."""
        return total(item.amount for item in self.explanations) if self.difference else None

    @property
    def remainder(self) -> Decimal | None:
        """Return the difference less what is explained; None where there is no known difference."""
        gap = self.difference
        return None if gap is None else difference(gap, self.explained or Decimal(0))

    @property
    def is_rounded(self) -> bool:
        """Return whether all of its difference is that the invoice is rounded to cents."""
        return self.remainder == 0 and {item.kind for item in self.explanations} == {"rounding"}

    @property
    def sources(self) -> list[str]:
        """Return the sources of its charges."""
        return sorted({part.source for part in self.parts})


@dataclass(frozen=True)
class InvoiceTie:
    """An invoice with its rows, one per billing period."""

    match: Match
    rows: tuple[InvoiceRow, ...]


def tie_of(match: Match, held: Collection[str]) -> InvoiceTie:
    """Return an invoice with its rows.

    Args:
        match: Of list and charges.
        held: Billing periods of which the ledger has charges.
    """
    if match.state in {"compared", "no charges", "not listed"}:
        return InvoiceTie(match, tuple(_rows(match, held)))
    return InvoiceTie(match, tuple(_apart(match)))


def listed_otherwise(rows: Iterable[InvoiceRow]) -> dict[Part, str]:
    """Return charges that the list has under another spelling of their invoice's id -> that spelling."""
    return {
        part: row.invoice_id or ""
        for row in rows
        for item in row.explanations
        if item.kind == OTHER_SPELLING
        for part in item.parts
    }


def not_invoiced(parts: Iterable[Part]) -> list[InvoiceRow]:
    """Return a row per issuer, billing period and currency of charges without an invoice id."""
    found: dict[tuple[str | None, str, str], list[Part]] = {}
    for part in parts:
        if part.invoice_id is None:
            found.setdefault((folded(part.issuer), part.month, part.currency), []).append(part)
    return [
        _row((of_one[0].issuer, None, month, currency), (), of_one, "not invoiced")
        for (_, month, currency), of_one in found.items()
    ]


def _rows(match: Match, held: Collection[str]) -> Iterator[InvoiceRow]:
    """Yield the rows of an invoice in one currency.

    The list knows an invoice that it has: what it does not ask for in a billing period is nothing, not unknown.
    """
    both = (*match.listed, *match.charged)
    first = next((amount for amount in both if amount.issuer), both[0])
    for month in sorted({month for amount in both for month in amount.months}):
        lines = [line for amount in match.listed for line in amount.lines if line.billing_period == month]
        parts = [part for part in match.parts if part.month == month]
        row = _row((first.issuer, match.invoice_id, month, first.currency), lines, parts, _status(match, month, held))
        if row.status in {"ties", "differs"} and row.invoiced is None:
            row = replace(row, invoiced=Decimal(0))
        if row.status in {"ties", "differs", "no charges"} and row.charged is None:
            row = replace(row, charged=Decimal(0))
        yield replace(row, status="differs") if row.status == "ties" and row.difference else row


def _status(match: Match, month: str, held: Collection[str]) -> Status:
    if match.state == "not listed":
        return "not listed"
    if match.state == "no charges":
        return "no charges" if month in held else "not loaded"
    return "not comparable" if match.unknown else "ties"


def _apart(match: Match) -> Iterator[InvoiceRow]:
    """Yield the rows of what cannot be compared: each issuer, billing period and currency by itself."""
    found: dict[tuple[str | None, str, str], list[Amount]] = {}
    for amount in (*match.listed, *match.charged):
        for month in amount.months:
            found.setdefault((folded(amount.issuer), month, amount.currency), []).append(amount)
    for (_, month, currency), amounts in found.items():
        lines = [line for amount in amounts for line in amount.lines if line.billing_period == month]
        parts = [part for amount in amounts for part in amount.parts if part.month == month]
        yield _row((amounts[0].issuer, match.invoice_id, month, currency), lines, parts, "not comparable")


def _row(
    place: tuple[str | None, str | None, str, str],
    lines: Iterable[ListedInvoice],
    parts: Iterable[Part],
    status: Status,
) -> InvoiceRow:
    of_list, of_bill = tuple(lines), tuple(parts)
    charges, unknown = sum(part.charges for part in of_bill), sum(part.unknown for part in of_bill)
    return InvoiceRow(
        *place,
        invoiced=total(line.amount for line in of_list) if of_list else None,
        charged=total(part.amount for part in of_bill) if charges > unknown else None,
        charges=charges,
        unknown=unknown,
        status=status,
        lines=of_list,
        parts=of_bill,
    )
