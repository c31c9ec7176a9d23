"""What the difference between an invoice and its charges comes from.

Owns the arithmetic: what is explained and what remains add up to the difference, exactly, and no charge explains two
differences. An explanation is a sum of charges of the ledger, or lines of the list; a guess is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations

from finmod.errors import counted, printable
from finmod.ledger.invoice_sides import Part, folded, issuer_name, total
from finmod.ledger.invoices import OTHER_SPELLING, Explanation, InvoiceRow, InvoiceTie
from finmod.terms.money import difference, plain
from finmod.terms.periods import months_before, parse_period

_HALF_CENT = Decimal("0.005")
_CENT_PLACES = 2
# So many other invoices of an account are tried one by one.
_MOST_INVOICES = 100
_BY_ITSELF = (
    "tax", "credits", "corrections", "adjustments", "commitment fees", "support", "purchases", "covered usage",
)  # fmt: skip
"""Kinds of charges that an invoice may leave out, or list by themselves."""

Repeats = Mapping[int, tuple[int, Decimal]]
"""Number of a part -> how many of its charges stand there once more than an equal one, and their BilledCost."""


class Explainer:
    """Explains differences, one invoice after the other; what explained one is spent."""

    def __init__(self, ties: Iterable[InvoiceTie], parts: Iterable[Part]) -> None:
        """Know what may explain a difference: charges without an invoice id or that are not listed, and true-ups."""
        self._spent: set[Part] = set()
        self._true_ups: list[Part] = []
        self._not_invoiced: dict[tuple[str, str], list[Part]] = {}
        for part in parts:
            if part.true_up_of is not None:
                self._true_ups.append(part)
            elif part.invoice_id is None:
                self._not_invoiced.setdefault((part.currency, part.month), []).append(part)
        self._not_listed: dict[str, list[InvoiceTie]] = {}
        for tie in ties:
            if tie.match.state == "not listed":
                self._not_listed.setdefault(_plain_id(tie.match.invoice_id), []).append(tie)

    def across_periods(self, tie: InvoiceTie) -> InvoiceTie:
        """Return the invoice with what its billing periods explain of each other: one has too little, one too much."""
        gaps = {row.billing_period: row.difference or Decimal(0) for row in tie.rows}
        found: dict[str, list[Explanation]] = {month: [] for month in gaps}
        of_month = {row.billing_period: row for row in tie.rows}
        for short, over in ((a, b) for a in gaps for b in gaps):
            moved = min(gaps[short].copy_negate(), gaps[over])
            if moved <= 0:
                continue
            gaps[short], gaps[over] = total((gaps[short], moved)), difference(gaps[over], moved)
            row = of_month[over]
            self._spent.update(row.parts)
            words = f"charges of the invoice are of {over}"
            found[short].append(Explanation("other billing period", words, moved.copy_negate(), row.charges, row.parts))
            found[over].append(Explanation("other billing period", f"the invoice lists them in {short}", moved))
        return replace(
            tie,
            rows=tuple(replace(row, explanations=(*row.explanations, *found[row.billing_period])) for row in tie.rows),
        )

    def explain(self, row: InvoiceRow, repeats: Repeats) -> InvoiceRow:
        """Return a row with what explains its difference."""
        if not row.remainder:
            return row
        found = _fitting(row.remainder, [*self._candidates(row, repeats)], is_cents=_is_cents(row.invoiced))
        self._spent.update(part for item in found for part in item.parts)
        return replace(row, explanations=(*row.explanations, *found))

    def _candidates(self, row: InvoiceRow, repeats: Repeats) -> Iterator[Explanation]:
        """Yield what might explain a difference; those that may explain a part of one come in order of their proof."""
        own = self._left(row.parts)
        yield from self._trued_up(row)
        yield from self._of_other_names(row)
        yield from _repeated(own, repeats)
        yield from _of_own_kinds(own)
        yield from _listed_twice(row)
        yield from self._without_invoice(row)
        yield from self._of_other_invoices(row)

    def _left(self, parts: Iterable[Part]) -> list[Part]:
        return [part for part in parts if part not in self._spent]

    def _trued_up(self, row: InvoiceRow) -> Iterator[Explanation]:
        """Yield what a restated bill moved in a closed month: the charges of the month stay as they were."""
        whose = {None, folded(row.issuer), *(folded(part.issuer) for part in row.parts)}
        accounts = {part.account for part in row.parts}
        left = self._left(self._true_ups)
        found = [part for part in left if part.currency == row.currency and folded(part.issuer) in whose]
        of_month = [part for part in found if part.true_up_of == row.billing_period]
        words = "true-ups of the closed month are booked in a later one"
        named = [part for part in of_month if part.restated_on == row.invoice_id]
        yield _missing("true-ups", words, named)
        # A bill may have no invoice ids yet.
        nameless = [part for part in of_month if part.restated_on is None and part.account in accounts]
        yield _missing("true-ups", f"{words}, without an invoice id", nameless)
        booked = [part for part in found if part.month == row.billing_period and part.account in accounts]
        yield _missing("earlier true-ups", "true-ups of an earlier month are booked in this one", booked)

    def _of_other_names(self, row: InvoiceRow) -> Iterator[Explanation]:
        """Yield charges under the same id by another issuer, or under the id with blanks or leading zeros."""
        for tie in self._not_listed.get(_plain_id(row.invoice_id or ""), ()):
            parts = self._left(part for part in tie.match.parts if part.currency == row.currency)
            other, issuer = tie.match.invoice_id, tie.rows[0].issuer
            if other != row.invoice_id and folded(issuer) not in {folded(row.issuer), None} and row.issuer:
                continue
            if other != row.invoice_id:
                yield _missing(OTHER_SPELLING, f"charges are under the id '{printable(other)}'", parts)
            else:
                yield _missing("other issuer", f"charges under the id are of {issuer_name(issuer)}", parts)

    def _without_invoice(self, row: InvoiceRow) -> Iterator[Explanation]:
        """Yield charges of its accounts without an invoice id: of its month, or used in it and billed later."""
        this = self._of_accounts(row, row.billing_period)
        for kind in _BY_ITSELF:
            words = f"{kind} of the account and month without an invoice id"
            yield _missing(f"{kind} without an invoice id", words, [part for part in this if part.kind == kind])
        # Which of an issuer's charges an invoice without any asks for is known only where they are all of it.
        kind, whose = ("no invoice id", "account") if row.parts else ("no invoice id of the issuer", "issuer")
        yield _missing(kind, f"charges of the {whose} and month without an invoice id", this)
        later = [part for part in self._of_accounts(row, _next_month(row.billing_period)) if part.late]
        yield _missing("late charges", "charges used earlier and billed a month later, without an invoice id", later)

    def _of_accounts(self, row: InvoiceRow, month: str) -> list[Part]:
        accounts, name = {part.account for part in row.parts}, folded(row.issuer)
        return [
            part
            for part in self._left(self._not_invoiced.get((row.currency, month), ()))
            if (part.account in accounts if accounts else name is not None)
            and (name is None or folded(part.issuer) in {name, *({None} if accounts else ())})
        ]

    def _of_other_invoices(self, row: InvoiceRow) -> Iterator[Explanation]:
        """Yield whole invoices of the same account and month that the list lacks."""
        accounts = {part.account for part in row.parts}
        others = (
            tie
            for ties in self._not_listed.values()
            for tie in ties
            if tie.match.invoice_id != row.invoice_id
            and any(
                part.account in accounts and part.month == row.billing_period and part.currency == row.currency
                for part in tie.match.parts
            )
        )
        for _, tie in zip(range(_MOST_INVOICES), others, strict=False):
            words = f"charges of the account are under the id '{printable(tie.match.invoice_id)}', which is not listed"
            yield _missing("other invoice", words, self._left(tie.match.parts))


def _fitting(gap: Decimal, candidates: Sequence[Explanation], *, is_cents: bool) -> list[Explanation]:
    """Return explanations of a difference: one or two that are all of it, else those that are a part of it.

    Amounts below half a cent are rounding where the invoice is one of whole cents, by itself or beside another one.
    """
    if is_cents and gap.copy_abs() <= _HALF_CENT:
        return [Explanation("rounding", "the invoice is rounded to cents", gap)] if gap else []
    within = _HALF_CENT if is_cents else Decimal(0)
    usable = [item for item in candidates if item.amount]
    pairs = combinations([item for item in usable if item.kind != "other invoice"], 2)
    for several in (*((item,) for item in usable), *pairs):
        left = difference(gap, total(item.amount for item in several))
        if left.copy_abs() <= within and len({part for item in several for part in item.parts}) == sum(
            len(item.parts) for item in several
        ):
            return [*several, *_fitting(left, (), is_cents=is_cents)]
    for item in usable:
        if item.kind in _IN_PART and gap * item.amount > 0 and item.amount.copy_abs() < gap.copy_abs():
            rest = [other for other in usable if not {*other.parts} & {*item.parts}]
            return [item, *_fitting(difference(gap, item.amount), rest, is_cents=is_cents)]
    return []


_IN_PART = frozenset({"true-ups", OTHER_SPELLING, "other issuer", "duplicates", "no invoice id", "late charges"})
"""What explains a part of a difference too: the charges are wrong by themselves, whatever the invoice says."""


def _missing(kind: str, words: str, parts: Sequence[Part]) -> Explanation:
    """Return charges that stand elsewhere: the invoice's charges are too small by them."""
    amount = total(part.amount for part in parts).copy_negate()
    return Explanation(kind, words, amount, _charges(parts), tuple(parts))


def _repeated(own: Sequence[Part], repeats: Repeats) -> Iterator[Explanation]:
    numbers = {part.number for part in own} & repeats.keys()
    if numbers:
        amount = total(repeats[number][1] for number in numbers)
        charges = sum(repeats[number][0] for number in numbers)
        # Those of 0 explain nothing: what else is of their part may explain something.
        parts = tuple(part for part in own if part.number in numbers and repeats[part.number][1])
        words = "charges equal others in everything but their place in the file"
        yield Explanation("duplicates", words, amount, charges, parts, repeated=True)


def _of_own_kinds(own: Sequence[Part]) -> Iterator[Explanation]:
    """Yield charges of the invoice that it may leave out, all of one kind."""
    for kind in _BY_ITSELF:
        parts = [part for part in own if part.kind == kind]
        words = f"{kind} of the charges {'is' if kind == 'tax' else 'are'} not on the invoice"
        if kind == "covered usage":
            words = "usage that a commitment covers is billed"
        yield Explanation(kind, words, total(part.amount for part in parts), _charges(parts), tuple(parts))
    late = [part for part in own if part.late]
    words = "charges used in an earlier month are not on the invoice"
    yield Explanation("earlier usage", words, total(part.amount for part in late), _charges(late), tuple(late))
    negative = [part for part in own if part.kind == "negative usage"]
    turned = total([*(part.amount for part in negative)] * 2)
    words = "usage has negative cost: the invoice has it with the other sign"
    yield Explanation("sign", words, turned, _charges(negative), tuple(negative))


def _listed_twice(row: InvoiceRow) -> Iterator[Explanation]:
    lines = [(line.amount, line.file) for line in row.lines if not line.is_detail]
    again = [lines[place] for place in range(len(lines)) if lines[place][0] in {amount for amount, _ in lines[:place]}]
    if again:
        words = f"{counted(len(again), 'line')} of the list {'has' if len(again) == 1 else 'have'} the invoice again"
        yield Explanation("listed twice", words, total(amount for amount, _ in again).copy_negate())


def _charges(parts: Iterable[Part]) -> int:
    return sum(part.charges for part in parts)


def _plain_id(invoice_id: str) -> str:
    """Return an invoice id without what people and spreadsheets do to it: blanks, leading zeros, case.

    >>> _plain_id(" 00-AB 12"), _plain_id("000")
    ('-ab12', '0')
    """
    return re.sub(r"\s", "", invoice_id).lstrip("0").casefold() or "0"


def _is_cents(amount: Decimal | None) -> bool:
    return amount is not None and len(plain(amount).partition(".")[2]) <= _CENT_PLACES


def _next_month(month: str) -> str:
    first: date = months_before(parse_period(month), -1)
    return f"{first:%Y-%m}"
