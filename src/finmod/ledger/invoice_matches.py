"""Which charges belong to which listed invoice, and where that cannot be told.

Owns the matching of issuers, ids and currencies. Amounts of several currencies are never added up; two suppliers may
count their invoices by the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from finmod.errors import counted, printable
from finmod.ledger.invoice_files import ListedInvoice
from finmod.ledger.invoice_sides import Amount, Invoice, Part, amounts_of, folded, invoices_of, total
from finmod.terms.findings import Finding

State = Literal["compared", "other currency", "undecided", "no charges", "not listed"]


@dataclass(frozen=True)
class Match:
    """An invoice of one issuer with its charges.

    Attributes:
        invoice_id: Id of the invoice.
        state: ``compared``: one currency, one amount of the list, all its charges. ``other currency``: list and
            charges of the issuer have other currencies. ``undecided``: it cannot be told which charges belong to which
            invoice. ``no charges`` and ``not listed``: it stands on one side only.
        listed: What the list has.
        charged: What the charges are.
    """

    invoice_id: str
    state: State
    listed: tuple[Amount, ...]
    charged: tuple[Amount, ...]

    @property
    def unknown(self) -> int:
        """Return the number of charges without BilledCost."""
        return sum(amount.unknown for amount in self.charged)

    @property
    def parts(self) -> list[Part]:
        """Return the charges."""
        return [part for amount in self.charged for part in amount.parts]


def match_invoices(lines: Iterable[ListedInvoice], parts: Iterable[Part]) -> tuple[list[Match], list[Finding]]:
    """Return every invoice with its charges, and a finding per pair of issuers' names that differ.

    An invoice is its issuer and id; upper and lower case and spaces of an issuer do not count. Where only one issuer of
    an id is left on the side of the list, that one is compared with what is left of the charges whatever they call the
    issuer, which is told: bills and lists spell issuers differently, or leave them out. It is undecided where
    several issuers are left, what is left on both sides is in other currencies, or lines or charges without an issuer
    stand beside an issuer that both sides name. That issuer's invoice is compared all the same, which is told, where it
    is the only one of the id and equals its charges and those without an issuer.
    """
    names = _Names()
    matches = [match for invoice in invoices_of(lines, parts) for match in _matches(invoice, names)]
    return matches, [*names.findings()]


def _matches(invoice: Invoice, names: _Names) -> Iterator[Match]:
    same = [name for name in invoice.listed if name is not None and name in invoice.charged]
    if same and (None in invoice.listed or None in invoice.charged):
        yield from _with_nameless(invoice, same[0], names)
        return
    for name in same:
        yield from _of_issuer(invoice, name)
    yield from _left(
        invoice.number,
        amounts_of({name: of_name for name, of_name in invoice.listed.items() if name not in same}),
        amounts_of({name: of_name for name, of_name in invoice.charged.items() if name not in same}),
        names,
    )


def _with_nameless(invoice: Invoice, name: str, names: _Names) -> Iterator[Match]:
    if not _tie_together(invoice):
        # Charges without an issuer, or a line, may be a part of an invoice that ties without them.
        yield _match(invoice.number, "undecided", amounts_of(invoice.listed), amounts_of(invoice.charged))
        return
    for currency, line in invoice.listed[name].items():
        charges = [of_name[currency] for of_name in invoice.charged.values()]
        names.add(line, charges, invoice.number)
        yield _match(invoice.number, "compared", [line], charges)


def _tie_together(invoice: Invoice) -> bool:
    """Return whether the one listed issuer's charges and those without an issuer are what it asks for, exactly."""
    if len(invoice.listed) != 1 or set(invoice.charged) != {*invoice.listed, None}:
        return False
    (listed,) = invoice.listed.values()
    charges = amounts_of(invoice.charged)
    return (
        all(of_name.keys() == listed.keys() for of_name in invoice.charged.values())
        and not any(item.unknown for item in charges)
        and all(
            line.amount == total(item.amount for item in charges if item.currency == currency)
            for currency, line in listed.items()
        )
    )


def _of_issuer(invoice: Invoice, name: str) -> Iterator[Match]:
    listed, charged = invoice.listed[name], invoice.charged[name]
    if set(listed) == set(charged):
        for currency, amount in listed.items():
            yield _match(invoice.number, "compared", [amount], [charged[currency]])
    else:
        yield _match(invoice.number, "other currency", [*listed.values()], [*charged.values()])


def _left(number: str, listed: Sequence[Amount], charged: Sequence[Amount], names: _Names) -> Iterator[Match]:
    """Yield the matches of what issuers have whose names are not on both sides."""
    currencies = {item.currency for item in listed}
    if not charged:
        yield from (_match(number, "no charges", [item], []) for item in listed)
    elif not listed:
        yield from (_match(number, "not listed", [], [item]) for item in charged)
    elif currencies != {item.currency for item in charged}:
        yield _match(number, "undecided", listed, charged)
    else:
        for currency in sorted(currencies):
            lines = [item for item in listed if item.currency == currency]
            charges = [item for item in charged if item.currency == currency]
            amount = total(item.amount for item in charges)
            if len(lines) == 1 and (len(charges) == 1 or lines[0].amount == amount):
                names.add(lines[0], charges, number)
                yield _match(number, "compared", lines, charges)
            else:
                yield _match(number, "undecided", lines, charges)


def _match(number: str, state: State, listed: Sequence[Amount], charged: Sequence[Amount]) -> Match:
    return Match(number, state, tuple(listed), tuple(charged))


class _Names:
    """Issuers that list and charges do not call the same: one finding per pair of names, however many invoices."""

    def __init__(self) -> None:
        self._found: dict[tuple[str | None, tuple[str | None, ...]], dict[str, None]] = {}

    def add(self, listed: Amount, charged: Sequence[Amount], number: str) -> None:
        names = (listed.issuer, tuple(item.issuer for item in charged))
        self._found.setdefault(names, {})[number] = None

    def findings(self) -> Iterator[Finding]:
        for (listed, charged), invoices in self._found.items():
            nameless = listed is None or set(charged) == {None}
            what, names = counted(len(invoices), "invoice"), " and ".join(map(_quoted, charged))
            if listed is not None and folded(listed) in map(folded, charged):
                message = f"{what} of {printable(listed)} {'ties' if len(invoices) == 1 else 'tie'} only with charges "
                message += "under the same id that name no issuer."
            else:
                message = f"The list calls the issuer of {what} {_quoted(listed)}, the charges call it {names}: "
                message += "compared by invoice id alone."
            yield Finding(
                code="FM1409",
                severity="info" if nameless else "warning",
                message=message,
                column="InvoiceIssuerName",
                example=printable(next(iter(invoices))),
            )


def _quoted(name: str | None) -> str:
    return f"'{printable(name)}'" if name else "nothing"
