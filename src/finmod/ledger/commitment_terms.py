"""Commitments over their whole term: what was billed must be the effective cost of what was covered or stood unused.

Owns which terms lie wholly inside the loaded months, and the comparison; the queries stand in ``sql/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from finmod.engines.duckdb import Engine
from finmod.errors import counted, printable
from finmod.ledger.invoice_sides import ChargeFiles, shown, total
from finmod.ledger.reduce import query, relation
from finmod.terms.findings import Finding
from finmod.terms.money import difference
from finmod.terms.periods import months_before

Rule = Literal["stated", "inferred", "beyond"]

# Suppliers round each effective cost; what that leaves over a term is far below.
_ROUNDING = Decimal("0.005")


@dataclass(frozen=True)
class CommitmentTerm:
    """A commitment, what it was billed and what its effective cost is.

    Attributes:
        source: Name of the source.
        commitment: CommitmentDiscountId.
        currency: Of every amount.
        kind: CommitmentDiscountType.
        upfront: BilledCost of its purchases that are paid once.
        recurring: BilledCost of its recurring fees.
        used: EffectiveCost of the usage that it covers, and what its fees keep themselves.
        unused: EffectiveCost of what stood unused.
        unknown: Fees without BilledCost and usage without EffectiveCost.
        charges: Number of its charges.
        begins: First day of the term; of its charges where the term is not known.
        ends: First day after it.
        rule: ``stated``: a purchase states the term, which lies inside the loaded months. ``inferred``: the bill does
            not say, its first and last charge lie inside them and fees recur every month between. ``beyond``: its term
            is not wholly loaded, or is not known, and the sums prove nothing.
        examples: File and row of one of the largest fees and of the largest use; None where there is none.
    """

    source: str
    commitment: str
    currency: str
    kind: str | None
    upfront: Decimal
    recurring: Decimal
    used: Decimal
    unused: Decimal
    unknown: int
    charges: int
    begins: date
    ends: date
    rule: Rule
    examples: tuple[str | None, str | None]

    @property
    def billed(self) -> Decimal:
        """Return what was billed for it."""
        return total((self.upfront, self.recurring))

    @property
    def effective(self) -> Decimal:
        """Return the effective cost of what it covered and of what stood unused."""
        return total((self.used, self.unused))

    @property
    def difference(self) -> Decimal | None:
        """Return effective less billed; None where charges of unknown cost are among them."""
        return None if self.unknown else difference(self.effective, self.billed)

    @property
    def holds(self) -> bool:
        """Return whether both are the same but for rounding, or nothing is proven."""
        gap = self.difference
        return self.rule == "beyond" or (gap is not None and gap.copy_abs() <= _ROUNDING)


def commitment_terms(engine: Engine, files: ChargeFiles) -> list[CommitmentTerm]:
    """Return every commitment of the ledger, sorted by source and id."""
    if not files.days:
        return []
    days, keys, charges = files.bill_days, files.bill_keys, relation(list(files.charges))
    bought = _bought(engine, charges)
    held = _held(engine, days)
    rows = engine.rows(query("commitment_terms").format(days=days, keys=keys))
    found = []
    for *values, first, last, fee_months, fee, use in rows:
        begins, ends, until, fees_end = bought.get(tuple(values[:3]), (None, None, None, None))
        stated = begins is not None
        if not stated:
            after = last + timedelta(days=1)
            begins, ends = first, max(after, fees_end or after)
        rule = _rule(held[values[0]], (begins, until or ends), None if stated else fee_months or [])
        columns: list[Any] = [*values, begins, ends, rule, (fee, use)]
        found.append(CommitmentTerm(*columns))
    return found


def _bought(engine: Engine, charges: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return what purchases say: source, commitment, currency -> begin and end of the term, loaded until, fees' end."""
    there = any(name.casefold() == "x_skuterm" for name, _ in engine.columns(f"SELECT * FROM {charges}"))
    term = "TRY_CAST(x_SkuTerm AS INTEGER)" if there else "NULL::INTEGER"
    rows = engine.rows(query("commitment_purchases").format(charges=charges, term=term))
    return {tuple(row[:3]): tuple(row[3:]) for row in rows}


@dataclass(frozen=True)
class _Held:
    """What is loaded of a source: its months, its first day and the first day after its last one."""

    months: frozenset[date]
    first: date
    end: date


def _held(engine: Engine, days: str) -> Mapping[str, _Held]:
    rows = engine.rows(
        "SELECT x_Source, list(DISTINCT x_BillingPeriod), greatest(min(x_BillingPeriod), min(x_ChargeDate)), "
        f"least(last_day(max(x_BillingPeriod)), max(x_ChargeDate)) + 1 FROM {days} GROUP BY x_Source"
    )
    return {source: _Held(frozenset(months), first, end) for source, months, first, end in rows}


def _rule(held: _Held, term: tuple[date, date], fee_months: Sequence[date] | None) -> Rule:
    """Return by which rule a term is known; ``fee_months`` is None where a purchase states it."""
    begins, ends = term
    months = {*_months(begins, ends)}
    if fee_months is None:
        return "stated" if held.first <= begins and ends <= held.end and months <= held.months else "beyond"
    # A charge on the first or the last loaded day may have others before or after it.
    inside = held.first < begins and ends < held.end
    return "inferred" if inside and months <= {*fee_months} else "beyond"


def _months(begins: date, ends: date) -> Iterator[date]:
    month = begins.replace(day=1)
    while month < ends:
        yield month
        month = months_before(month, -1)


def unequal_terms(terms: Sequence[CommitmentTerm]) -> list[Finding]:
    """Return a finding per commitment whose effective cost over its term is not what was billed for it."""
    return [_finding(term) for term in terms if not term.holds]


def _finding(term: CommitmentTerm) -> Finding:
    if term.difference is None:
        gap = f"{counted(term.unknown, 'charge')} of unknown cost cannot be counted"
    else:
        gap = shown(term.difference, sign="+")
    known = "as its purchase states" if term.rule == "stated" else "from its first to its last charge"
    return Finding(
        code="FM1415",
        severity="error" if term.rule == "stated" else "warning",
        message=f"Over the term {term.begins} to {term.ends}, {known}, the commitment was billed {shown(term.billed)} "
        f"{term.currency} and its effective cost is {shown(term.effective)}: {gap}.",
        source=term.source,
        column="EffectiveCost",
        rows=term.charges,
        amount=term.billed,
        currency=term.currency,
        example=printable(term.commitment),
        where=printable(term.examples[1] or term.examples[0] or "") or None,
    )
