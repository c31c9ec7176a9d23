"""The user's invoices against the charges under their ids.

Owns the comparison. Invoices tie on BilledCost, to the last digit, each with the charges of its own issuer: two
suppliers may count their invoices by the same numbers. Amounts in several currencies are never added up. The list's
form is in ``invoice_list.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import counted, printable
from finmod.ledger.invoice_list import ListedInvoice, read_invoices
from finmod.ledger.reduce import query, relation
from finmod.terms.findings import Finding, Severity

# A DECIMAL(38,12) and some sums of it; Python's own 28 digits would round.
_DIGITS = 60


@dataclass(frozen=True)
class _Amount:
    """What one side has of an invoice: the lines of the list, or the charges of the ledger, of issuer and currency.

    ``unknown`` of the charges have no BilledCost: ``amount`` is that of the others.
    """

    issuer: str | None
    currency: str
    month: str
    amount: Decimal
    charges: int = 0
    unknown: int = 0
    source: str | None = None
    line: int = 0

    def with_more(self, other: _Amount) -> _Amount:
        return replace(
            self,
            month=max(self.month, other.month),
            amount=self.amount + other.amount,
            charges=self.charges + other.charges,
            unknown=self.unknown + other.unknown,
            source=self.source if self.source == other.source else None,
        )


# Issuer in one spelling -> currency -> amount.
_Side = dict[str | None, dict[str, _Amount]]


@dataclass
class _Invoice:
    """What list and charges have under one invoice id."""

    number: str
    listed: _Side = field(default_factory=dict)
    charged: _Side = field(default_factory=dict)


@dataclass(frozen=True)
class InvoiceReport:
    """What the comparison of listed invoices with charges found.

    Attributes:
        findings: One per invoice that differs or stands on one side only, and per pair of issuers' names that differ.
        tie: Whether every listed invoice that is of a month with charges, or whose id charges have, equals its charges;
            charges of an invoice that is not listed do not matter. None where no listed invoice is such a one.
    """

    findings: tuple[Finding, ...] = ()
    tie: bool | None = None


def compare_invoices(engine: Engine, invoices: Path, days: Sequence[Path], keys: Sequence[Path]) -> InvoiceReport:
    """Compare every listed invoice with its charges; tell those with another amount and those on one side only.

    An invoice is its issuer and id; upper and lower case and spaces of an issuer do not count. It ties where list and
    charges have it in the same currencies with the same amounts. Where only one issuer of an id is left on the side of
    the list, that one is compared with what is left of the charges whatever they call the issuer, and a finding says
    so: bills and lists spell issuers differently, or leave them out. Where it cannot be told which charges belong to
    which invoice, that is an error: several issuers are left, what is left on both sides is in other currencies, or
    lines or charges without an issuer stand beside an issuer that both sides name. That issuer's invoice ties all the
    same, which is a warning, where it is the only one of the id and equals its charges and those without an issuer.

    Every listed invoice that does not equal its charges is an error. One without charges is told where the ledger
    holds any charge, of whatever source, of its month: an error, or a warning where it asks for nothing. Charges of an
    invoice that is not listed are a warning.

    Args:
        engine: Where to run.
        invoices: The list, see ``invoice_list``.
        days: Files of the daily cube.
        keys: Files of the charge keys.

    Raises:
        UserError: The list cannot be read.
    """
    lines = read_invoices(invoices)
    cube = relation(list(days))
    rows = engine.rows(query("invoice_charges").format(days=cube, keys=relation(list(keys))))
    held = {row[0] for row in engine.rows(f"SELECT DISTINCT strftime(x_BillingPeriod, '%Y-%m') FROM {cube}")}
    with localcontext() as context:
        context.prec = _DIGITS
        names, sides = _Names(), _invoices(lines, rows)
        found = [item for each in sides for item in _differences(each, held, names, invoices.name)]
    compared = any(
        each.charged or any(item.month in held for item in _amounts(each.listed)) for each in sides if each.listed
    )
    # The errors are of listed invoices, the warnings of charges that are not listed.
    tie = all(item.severity != "error" for item in found) if compared else None
    return InvoiceReport((*found, *names.findings()), tie)


def _invoices(lines: Iterable[ListedInvoice], rows: Iterable[tuple]) -> list[_Invoice]:  # type: ignore[type-arg]
    found: dict[str, _Invoice] = {}
    for line in lines:
        amount = _Amount(line.issuer, line.currency, line.billing_period, line.amount, line=line.line)
        _add(found.setdefault(line.invoice_id, _Invoice(line.invoice_id)).listed, amount)
    for issuer, number, currency, source, month, charges, billed, unknown in rows:
        amount = _Amount(issuer, currency, month, billed or Decimal(0), charges, unknown, source)
        _add(found.setdefault(number, _Invoice(number)).charged, amount)
    return [found[number] for number in sorted(found)]


def _add(side: _Side, amount: _Amount) -> None:
    of_name = side.setdefault(_folded(amount.issuer), {})
    before = of_name.get(amount.currency)
    of_name[amount.currency] = before.with_more(amount) if before else amount


def _differences(invoice: _Invoice, held: set[str], names: _Names, file: str) -> Iterator[Finding]:
    same = [name for name in invoice.listed if name is not None and name in invoice.charged]
    if same and (None in invoice.listed or None in invoice.charged):
        if _tie_together(invoice):
            for currency, line in invoice.listed[same[0]].items():
                names.add(line, [of_name[currency] for of_name in invoice.charged.values()], invoice)
            return
        # Charges without an issuer, or a line, may be a part of an invoice that ties without them.
        yield _undecided(invoice, _amounts(invoice.listed), _amounts(invoice.charged), file)
        return
    for name in same:
        yield from _of_issuer(invoice, invoice.listed[name], invoice.charged[name], file)
    yield from _left(
        invoice,
        _amounts({name: of_name for name, of_name in invoice.listed.items() if name not in same}),
        _amounts({name: of_name for name, of_name in invoice.charged.items() if name not in same}),
        (held, names, file),
    )


def _tie_together(invoice: _Invoice) -> bool:
    """Return whether the one listed issuer's charges and those without an issuer are what it asks for, exactly."""
    if len(invoice.listed) != 1 or set(invoice.charged) != {*invoice.listed, None}:
        return False
    (listed,) = invoice.listed.values()
    charges = _amounts(invoice.charged)
    return (
        all(of_name.keys() == listed.keys() for of_name in invoice.charged.values())
        and not any(item.unknown for item in charges)
        and all(
            line.amount == _total(item for item in charges if item.currency == currency)
            for currency, line in listed.items()
        )
    )


def _of_issuer(
    invoice: _Invoice, listed: dict[str, _Amount], charged: dict[str, _Amount], file: str
) -> Iterator[Finding]:
    if set(listed) == set(charged):
        for currency, amount in listed.items():
            yield from _compared(invoice, amount, [charged[currency]], file)
        return
    first, charges = next(iter(listed.values())), list(charged.values())
    message = (
        f"The invoice is {_and(_money(item) for item in listed.values())}, its charges are "
        f"{_and(map(_money, charges))}: in another currency ({_name(invoice, first)}, {file} line {first.line})."
    )
    yield _finding(invoice, "FM1405", "error", message, charges)


def _left(
    invoice: _Invoice,
    listed: Sequence[_Amount],
    charged: Sequence[_Amount],
    known: tuple[set[str], _Names, str],
) -> Iterator[Finding]:
    """Yield the findings of what issuers have whose names are not on both sides; ``known`` is held, names, file."""
    held, names, file = known
    currencies = {item.currency for item in listed}
    if not charged:
        yield from (_without_charges(invoice, item, file) for item in listed if item.month in held)
    elif not listed:
        yield from (_not_listed(invoice, item) for item in charged)
    elif currencies != {item.currency for item in charged}:
        yield _undecided(invoice, listed, charged, file)
    else:
        for currency in sorted(currencies):
            lines = [item for item in listed if item.currency == currency]
            charges = [item for item in charged if item.currency == currency]
            if len(lines) == 1 and (len(charges) == 1 or lines[0].amount == _total(charges)):
                names.add(lines[0], charges, invoice)
                yield from _compared(invoice, lines[0], charges, file)
            else:
                yield _undecided(invoice, lines, charges, file)


def _compared(invoice: _Invoice, listed: _Amount, charged: Sequence[_Amount], file: str) -> Iterator[Finding]:
    total, unknown = _total(charged), sum(item.unknown for item in charged)
    place = f"({_name(invoice, listed)}, {file} line {listed.line})"
    if unknown:
        others = sum(item.charges for item in charged) - unknown
        message = (
            f"{counted(unknown, 'charge')} of the invoice without BilledCost cannot be counted. The invoice is "
            f"{_money(listed)}, {f'its other charges are {_exact(total)}' if others else 'it has no other charge'} "
            f"{place}."
        )
        yield _finding(invoice, "FM1405", "error", message, charged)
    elif listed.amount != total:
        message = (
            f"The invoice is {_money(listed)}, its charges are {_exact(total)}: "
            f"{_exact(listed.amount - total, sign='+')} {place}."
        )
        yield _finding(invoice, "FM1405", "error", message, charged)


def _without_charges(invoice: _Invoice, listed: _Amount, file: str) -> Finding:
    message = (
        f"The {_name(invoice, listed)} is {_money(listed)} ({file} line {listed.line}); the ledger has no charge of it."
    )
    finding = _finding(invoice, "FM1406", "error" if listed.amount else "warning", message, [])
    return replace(finding, billing_period=listed.month, currency=listed.currency)


def _not_listed(invoice: _Invoice, charged: _Amount) -> Finding:
    message = f"The charges of {_name(invoice, charged)} are {_money(charged)}; the list of invoices does not have it."
    return _finding(invoice, "FM1406", "warning", message, [charged])


def _undecided(invoice: _Invoice, listed: Sequence[_Amount], charged: Sequence[_Amount], file: str) -> Finding:
    left, right = (_and(f"{_money(item)} of {_issuer(item)}" for item in side) for side in (listed, charged))
    line = min(item.line for item in listed)
    message = (
        f"The list has the invoice id {printable(invoice.number)} with {left}, the charges under it are {right} "
        f"({file} line {line})."
    )
    return _finding(invoice, "FM1408", "error", message, charged)


def _finding(invoice: _Invoice, code: str, severity: Severity, message: str, charged: Sequence[_Amount]) -> Finding:
    sources, currencies = {item.source for item in charged}, {item.currency for item in charged}
    counts = len(currencies) == 1 and any(item.charges > item.unknown for item in charged)
    return Finding(
        code=code,
        severity=severity,
        message=message,
        source=sources.pop() if len(sources) == 1 else None,
        billing_period=max((item.month for item in charged), default=None),
        column="InvoiceId",
        rows=sum(item.charges for item in charged) if charged else None,
        amount=_total(charged) if counts else None,
        currency=currencies.pop() if len(currencies) == 1 else None,
        example=printable(invoice.number),
    )


class _Names:
    """Issuers that list and charges do not call the same: one finding per pair of names, however many invoices."""

    def __init__(self) -> None:
        self._found: dict[tuple[str | None, tuple[str | None, ...]], dict[str, None]] = {}

    def add(self, listed: _Amount, charged: Sequence[_Amount], invoice: _Invoice) -> None:
        names = (listed.issuer, tuple(item.issuer for item in charged))
        self._found.setdefault(names, {})[invoice.number] = None

    def findings(self) -> Iterator[Finding]:
        for (listed, charged), invoices in self._found.items():
            nameless = listed is None or set(charged) == {None}
            what, names = counted(len(invoices), "invoice"), " and ".join(map(_quoted, charged))
            if listed is not None and _folded(listed) in map(_folded, charged):
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


def _folded(issuer: str | None) -> str | None:
    """Return an issuer in one spelling; None for no name."""
    return " ".join((issuer or "").split()).casefold() or None


def _total(amounts: Iterable[_Amount]) -> Decimal:
    return sum((item.amount for item in amounts), Decimal(0))


def _amounts(side: _Side) -> list[_Amount]:
    return [amount for of_name in side.values() for amount in of_name.values()]


def _and(parts: Iterable[str]) -> str:
    """Return what is listed as a person lists it.

    >>> _and(["1.00 USD", "2.00 EUR", "3.00 GBP"])
    '1.00 USD, 2.00 EUR and 3.00 GBP'
    """
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def _money(amount: _Amount) -> str:
    known = f"{_exact(amount.amount)} {amount.currency}"
    if not amount.unknown:
        return known
    unknown = f"{counted(amount.unknown, 'charge')} in {amount.currency} without BilledCost"
    return f"{known} beside {unknown}" if amount.charges > amount.unknown else unknown


def _name(invoice: _Invoice, amount: _Amount) -> str:
    return f"invoice {printable(invoice.number)} of {_issuer(amount)}"


def _issuer(amount: _Amount) -> str:
    return printable(amount.issuer) if amount.issuer else "an unnamed issuer"


def _quoted(name: str | None) -> str:
    return f"'{printable(name)}'" if name else "nothing"


def _exact(amount: Decimal, sign: str = "") -> str:
    """Return an amount with every digit that it needs, at least two places, thousands separated.

    >>> _exact(Decimal("1234.500000000000")), _exact(Decimal("-0.000000000001"), sign="+")
    ('1,234.50', '-0.000000000001')
    """
    whole, _, places = f"{amount:{sign},.12f}".partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"
