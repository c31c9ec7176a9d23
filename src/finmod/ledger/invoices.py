"""The user's invoices against the charges under their ids.

Owns the comparison. Invoices tie on BilledCost, to the last digit, each with the charges of its own issuer: two
suppliers may count their invoices by the same numbers. The list's form is in ``invoice_list.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import counted, printable
from finmod.ledger.invoice_list import ListedInvoice, read_invoices
from finmod.ledger.reduce import query, relation
from finmod.terms.findings import Finding, Severity

# A DECIMAL(38,12) and some sums of it; Python's own 28 digits would round.
_DIGITS = 60
_Key = tuple[str, str]


@dataclass(frozen=True)
class _Amount:
    """What one side has of an invoice: the lines of the list, or the charges of the ledger, of one issuer.

    ``unknown`` of the charges have no BilledCost: ``amount`` is that of the others.
    """

    issuer: str | None
    month: str
    amount: Decimal
    charges: int = 0
    unknown: int = 0
    source: str | None = None
    line: int = 0

    def with_more(self, other: _Amount) -> _Amount:
        source = self.source if self.source == other.source else None
        month, charges = max(self.month, other.month), self.charges + other.charges
        amount, unknown = self.amount + other.amount, self.unknown + other.unknown
        return _Amount(self.issuer, month, amount, charges, unknown, source, self.line)


@dataclass
class _Invoice:
    """One invoice id in one currency: issuer in one spelling -> amount, on either side."""

    key: _Key
    listed: dict[str | None, _Amount] = field(default_factory=dict)
    charged: dict[str | None, _Amount] = field(default_factory=dict)


def invoice_differences(engine: Engine, invoices: Path, days: Sequence[Path], keys: Sequence[Path]) -> list[Finding]:
    """Return a finding per invoice that has another amount than its charges, or stands on one side only.

    An invoice is its issuer, id and currency; upper and lower case and spaces of an issuer do not count. Where only
    one issuer of an id is left on the side of the list, that one is compared with what is left of the charges whatever
    they call the issuer, and a finding says so: bills and lists spell issuers differently, or leave them out. Where
    several are left it cannot be told which charges belong to which, and that is an error. A listed invoice without
    charges is told where the ledger holds any charge, of whatever source, of its month.

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
        names = _Names()
        found = [item for each in _invoices(lines, rows) for item in _differences(each, held, names, invoices.name)]
    return [*found, *names.findings()]


def _invoices(lines: Iterable[ListedInvoice], rows: Iterable[tuple]) -> list[_Invoice]:  # type: ignore[type-arg]
    found: dict[_Key, _Invoice] = {}
    for line in lines:
        key = (line.invoice_id, line.currency)
        amount = _Amount(line.issuer, line.billing_period, line.amount, line=line.line)
        _add(found.setdefault(key, _Invoice(key)).listed, amount)
    for issuer, invoice, currency, source, month, charges, billed, unknown in rows:
        key = (invoice, currency)
        amount = _Amount(issuer, month, billed or Decimal(0), charges, unknown, source)
        _add(found.setdefault(key, _Invoice(key)).charged, amount)
    return [found[key] for key in sorted(found)]


def _add(side: dict[str | None, _Amount], amount: _Amount) -> None:
    name = " ".join((amount.issuer or "").split()).casefold() or None
    side[name] = side[name].with_more(amount) if name in side else amount


def _differences(invoice: _Invoice, held: set[str], names: _Names, file: str) -> Iterator[Finding]:
    same = [name for name in invoice.listed if name is not None and name in invoice.charged]
    for name in same:
        yield from _compared(invoice, invoice.listed[name], [invoice.charged[name]], file)
    listed = [amount for name, amount in invoice.listed.items() if name not in same]
    charged = [amount for name, amount in invoice.charged.items() if name not in same]
    if not charged:
        yield from (_without_charges(invoice, item, file) for item in listed if item.month in held)
    elif not listed:
        yield from (_not_listed(invoice, item) for item in charged)
    elif len(listed) == 1 and (len(charged) == 1 or listed[0].amount == _total(charged)):
        names.add(listed[0], charged, invoice)
        yield from _compared(invoice, listed[0], charged, file)
    else:
        yield _undecided(invoice, listed, charged, file)


def _compared(invoice: _Invoice, listed: _Amount, charged: Sequence[_Amount], file: str) -> Iterator[Finding]:
    total, unknown = _total(charged), sum(item.unknown for item in charged)
    if listed.amount != total or unknown:
        message = (
            f"The invoice is {_exact(listed.amount)} {invoice.key[1]}, its charges are {_exact(total)}: "
            f"{_exact(listed.amount - total, sign='+')} ({_name(invoice, listed)}, {file} line {listed.line})."
        )
        if unknown:
            message += f" {counted(unknown, 'charge')} of it without BilledCost cannot be counted."
        yield _finding(invoice, "FM1405", "error", message, charged)


def _without_charges(invoice: _Invoice, listed: _Amount, file: str) -> Finding:
    message = (
        f"The {_name(invoice, listed)} is {_exact(listed.amount)} {invoice.key[1]} ({file} line {listed.line}); "
        "the ledger has no charge of it."
    )
    return _finding(invoice, "FM1406", "warning", message, [], listed.month)


def _not_listed(invoice: _Invoice, charged: _Amount) -> Finding:
    message = (
        f"The charges of {_name(invoice, charged)} are {_exact(charged.amount)} {invoice.key[1]}; "
        "the list of invoices does not have it."
    )
    return _finding(invoice, "FM1406", "warning", message, [charged])


def _undecided(invoice: _Invoice, listed: Sequence[_Amount], charged: Sequence[_Amount], file: str) -> Finding:
    left, right = (
        ", ".join(f"{_exact(item.amount)} of {_issuer(item)}" for item in side) for side in (listed, charged)
    )
    message = (
        f"The list has the invoice id {printable(invoice.key[0])} with {left}, the charges under it are {right} "
        f"{invoice.key[1]} ({file} line {listed[0].line})."
    )
    return _finding(invoice, "FM1408", "error", message, charged)


def _finding(  # noqa: PLR0913, PLR0917 -- what the four findings differ in
    invoice: _Invoice,
    code: str,
    severity: Severity,
    message: str,
    charged: Sequence[_Amount],
    month: str | None = None,
) -> Finding:
    sources = {item.source for item in charged}
    return Finding(
        code=code,
        severity=severity,
        message=message,
        source=sources.pop() if len(sources) == 1 else None,
        billing_period=month or max(item.month for item in charged),
        column="InvoiceId",
        rows=sum(item.charges for item in charged) if charged else None,
        amount=_total(charged) if any(item.charges > item.unknown for item in charged) else None,
        currency=invoice.key[1],
        example=printable(invoice.key[0]),
    )


class _Names:
    """Issuers that list and charges do not call the same: one finding per pair of names, however many invoices."""

    def __init__(self) -> None:
        self._found: dict[tuple[str | None, tuple[str | None, ...]], list[str]] = {}

    def add(self, listed: _Amount, charged: Sequence[_Amount], invoice: _Invoice) -> None:
        names = (listed.issuer, tuple(item.issuer for item in charged))
        self._found.setdefault(names, []).append(invoice.key[0])

    def findings(self) -> Iterator[Finding]:
        for (listed, charged), invoices in self._found.items():
            nameless = listed is None or None in charged
            yield Finding(
                code="FM1409",
                severity="info" if nameless else "warning",
                message=f"The list calls the issuer of {counted(len(invoices), 'invoice')} {_quoted(listed)}, the "
                f"charges call it {' and '.join(map(_quoted, charged))}: compared by invoice id alone.",
                column="InvoiceIssuerName",
                example=printable(invoices[0]),
            )


def _total(amounts: Iterable[_Amount]) -> Decimal:
    return sum((item.amount for item in amounts), Decimal(0))


def _name(invoice: _Invoice, amount: _Amount) -> str:
    return f"invoice {printable(invoice.key[0])} of {_issuer(amount)}"


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
