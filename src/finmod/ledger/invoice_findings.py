"""What a check says of invoices: one finding per invoice that differs, is not explained, or stands on one side only.

Owns the words. The comparison is in ``reconcile.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from finmod.errors import counted, printable
from finmod.ledger.invoice_sides import Amount, Part, issuer_name, listing, money, shown, total
from finmod.ledger.invoices import Explanation, InvoiceRow, InvoiceTie, listed_otherwise
from finmod.ledger.reconcile import Reconciliation
from finmod.terms.findings import Finding, Severity
from finmod.terms.money import difference


@dataclass(frozen=True)
class InvoiceReport:
    """What the comparison of listed invoices with charges found.

    Attributes:
        findings: One per invoice that differs or stands on one side only, and per pair of issuers' names that differ.
        tie: Whether every listed invoice that is of a month with charges, or whose id charges have, equals its charges;
            charges of an invoice that is not listed do not matter, nor does rounding to cents. None where no listed
            invoice is such a one.
        rounded: Number of invoices that differ from their charges by nothing but rounding to cents.
        rows: Every invoice of list or charges, per billing period and currency; None where nothing was compared.
    """

    findings: tuple[Finding, ...] = ()
    tie: bool | None = None
    rounded: int = 0
    rows: tuple[InvoiceRow, ...] | None = None


def invoice_report(found: Reconciliation) -> InvoiceReport:
    """Return the findings of a comparison with a list.

    A difference that is not wholly explained is an error, an explained one a warning, and information where it is
    nothing but rounding. So is an invoice without charges, of which the ledger has its month: information where it asks
    for nothing. What cannot be compared is an error. Charges of an invoice that is not listed are a warning.
    """
    spelled = listed_otherwise(row for tie in found.ties for row in tie.rows)
    findings = [item for tie in found.ties for item in _of_tie(tie, spelled)]
    compared = any(
        tie.match.listed and (tie.match.charged or any(row.status == "no charges" for row in tie.rows))
        for tie in found.ties
    )
    differing = [item for item in findings if item.code == "FM1414"]
    rounded = sum(item.severity == "info" for item in differing)
    equal = rounded == len(differing) and all(item.severity != "error" for item in findings)
    return InvoiceReport((*findings, *found.names), equal if compared else None, rounded, tuple(found.rows))


def _of_tie(tie: InvoiceTie, spelled: Mapping[Part, str]) -> Iterator[Finding]:
    state = tie.match.state
    if state == "compared":
        yield from _compared(tie)
    elif state == "other currency":
        yield _other_currency(tie)
    elif state == "undecided":
        yield _undecided(tie)
    elif state == "not listed":
        yield _not_listed(tie, spelled)
    elif any(row.status == "no charges" for row in tie.rows):
        yield _without_charges(tie)


def _compared(tie: InvoiceTie) -> Iterator[Finding]:
    (listed,), charged = tie.match.listed, tie.match.charged
    charges, unknown = total(item.amount for item in charged), tie.match.unknown
    gap = difference(charges, listed.amount)
    place = f"({_name(tie, listed)}, {listed.lines[0].place})"
    if unknown:
        others = sum(item.charges for item in charged) - unknown
        message = (
            f"{counted(unknown, 'charge')} of the invoice without BilledCost cannot be counted. The invoice is "
            f"{money(listed)}, {f'its other charges are {shown(charges)}' if others else 'it has no other charge'} "
            f"{place}."
        )
        yield _finding(tie, "FM1405", "error", message)
    elif gap:
        message = f"The invoice is {money(listed)}, its charges are {shown(charges)}: {shown(gap, sign='+')} {place}."
        yield _judged(tie, "FM1405", message)


def _judged(tie: InvoiceTie, code: str, message: str) -> Finding:
    """Return the finding of a difference: an error under its code where a part of it is not explained."""
    # What billing periods explain of each other is nothing over the invoice.
    found = [item for row in tie.rows for item in row.explanations if item.kind != "other billing period"]
    rest = total(row.remainder for row in tie.rows if row.remainder)
    if found:
        message += f" Explained: {listing(map(_words, found))}."
        message += f" Not explained: {shown(rest, sign='+')}." if rest else ""
    if rest:
        return _finding(tie, code, "error", message)
    only_rounding = all(item.kind == "rounding" for item in found)
    return _finding(tie, "FM1414", "info" if only_rounding else "warning", message)


def _words(item: Explanation) -> str:
    return f"{shown(item.amount, sign='+')}, {item.words}"


def _other_currency(tie: InvoiceTie) -> Finding:
    listed, charges = tie.match.listed, tie.match.charged
    message = (
        f"The invoice is {listing(map(money, listed))}, its charges are {listing(map(money, charges))}: in another "
        f"currency ({_name(tie, listed[0])}, {listed[0].lines[0].place})."
    )
    return _finding(tie, "FM1405", "error", message)


def _without_charges(tie: InvoiceTie) -> Finding:
    (listed,) = tie.match.listed
    message = f"The {_name(tie, listed)} is {money(listed)} ({listed.lines[0].place}); the ledger has no charge of it."
    finding = _judged(tie, "FM1406", message) if listed.amount else _finding(tie, "FM1406", "info", message)
    month = next(row.billing_period for row in tie.rows if row.status == "no charges")
    return replace(finding, billing_period=month, currency=listed.currency)


def _not_listed(tie: InvoiceTie, spelled: Mapping[Part, str]) -> Finding:
    (charged,) = tie.match.charged
    where = "does not have it."
    if all(part in spelled for part in charged.parts):
        where = f"has it as '{printable(spelled[charged.parts[0]])}': write the id there as the bill does."
    message = f"The charges of {_name(tie, charged)} are {money(charged)}; the list of invoices {where}"
    return _finding(tie, "FM1406", "warning", message)


def _undecided(tie: InvoiceTie) -> Finding:
    match = tie.match
    left, right = map(_sides, (match.listed, match.charged))
    first = min((line for item in match.listed for line in item.lines), key=lambda line: line.line)
    message = (
        f"The list has the invoice id {printable(match.invoice_id)} with {left}, the charges under it are {right} "
        f"({first.place})."
    )
    return _finding(tie, "FM1408", "error", message)


def _sides(amounts: Sequence[Amount]) -> str:
    return listing(f"{money(item)} of {issuer_name(item.issuer)}" for item in amounts)


def _finding(tie: InvoiceTie, code: str, severity: Severity, message: str) -> Finding:
    parts: Sequence[Amount] = tie.match.charged
    sources = {part.source for part in tie.match.parts}
    currencies = {item.currency for item in parts}
    counts = len(currencies) == 1 and any(item.charges > item.unknown for item in parts)
    return Finding(
        code=code,
        severity=severity,
        message=message,
        source=sources.pop() if len(sources) == 1 else None,
        billing_period=max((part.month for part in tie.match.parts), default=None),
        column="InvoiceId",
        rows=sum(item.charges for item in parts) if parts else None,
        amount=total(item.amount for item in parts) if counts else None,
        currency=currencies.pop() if len(currencies) == 1 else None,
        example=printable(tie.match.invoice_id),
    )


def _name(tie: InvoiceTie, amount: Amount) -> str:
    return f"invoice {printable(tie.match.invoice_id)} of {issuer_name(amount.issuer)}"
