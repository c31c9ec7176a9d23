"""Whether the cost of commitments comes back as the effective cost of what they cover: whole, and after discounts.

Owns the findings; the queries stand in ``sql/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from itertools import groupby
from pathlib import Path

from finmod.engines.duckdb import Engine, file_list, literal
from finmod.errors import counted, printable
from finmod.ledger.invoice_sides import ChargeFiles
from finmod.ledger.reduce import query, relation
from finmod.terms.findings import Finding

_FEES = frozenset({"x_UnblendedCost", "x_NetUnblendedCost"})
# A DECIMAL(38,12), its products and quotients; Python's own 28 digits would round.
_DIGITS = 60
_CENT = Decimal("0.01")
# An effective cost is before discounts where it is this part of the discount from that, or nearer.
_NEAR = Decimal("0.05")


def lost_commitment_cost(engine: Engine, files: ChargeFiles) -> list[Finding]:
    """Return a finding per commitment and billing period whose effective cost is below its recurring bill.

    What a commitment without upfront payment costs in a month must come back as the effective cost of what it covered
    and of what stood unused. More is right where an upfront part is spread over the term; less means that cost is lost,
    unless the bill is one of equal months and the days of the month explain it (see the query).
    """
    sql = query("lost_commitment_cost").format(days=files.bill_days, keys=files.bill_keys)
    return [
        Finding(
            code="FM1404",
            severity="warning",
            message=f"The commitment was billed {billed:,.2f} {currency} and reaches charges with {effective:,.2f}"
            f"{'' if due is None else f'; its days in the month are worth at least {due:,.2f}'}.",
            source=source,
            billing_period=month,
            column="EffectiveCost",
            amount=billed,
            currency=currency,
            example=printable(commitment),
            where=place and printable(place),
        )
        for source, month, commitment, currency, billed, effective, due, place in engine.rows(sql)
    ]


@dataclass(frozen=True)
class _Fee:
    """Fees before and after discounts, and how much they buy, None where that is unknown."""

    gross: Decimal
    net: Decimal
    quantity: Decimal | None


@dataclass(frozen=True)
class _Covered:
    """What a commitment covered in a billing period, used or unused, beside its fees: a row of the query."""

    source: str
    month: str
    kind: str
    currency: str
    commitment: str
    charges: int
    effective: Decimal
    quantity: Decimal | None
    file: str
    row: int
    recurring: _Fee | None
    upfront: _Fee | None

    @property
    def place(self) -> tuple[str, str, str, str]:
        return self.source, self.month, self.kind, self.currency

    @property
    def fees(self) -> list[_Fee]:
        return [fee for fee in (self.recurring, self.upfront) if fee and fee.gross]

    @property
    def bought(self) -> bool:
        """Whether it is known how much every fee buys."""
        return all(fee.quantity for fee in self.fees)

    def with_more(self, other: _Covered) -> _Covered:
        file, row = min((self.file, self.row), (other.file, other.row))
        charges, effective = self.charges + other.charges, self.effective + other.effective
        return replace(self, charges=charges, effective=effective, quantity=None, file=file, row=row)


def gross_commitment_cost(
    engine: Engine, charges: Sequence[Path], days: Sequence[Path], keys: Sequence[Path]
) -> list[Finding]:
    """Return a finding per source, billing period, kind of commitment and currency: effective cost before discounts.

    It is told where the fees of a commitment are billed after discounts that a bill of AWS has as columns, and what
    the commitment covered, or what stood unused, has the effective cost that the fees have before them: the columns
    that carry it after discounts were not exported. The cost of a Savings Plan before discounts is its
    CommitmentDiscountQuantity; that of a reservation is the share of its fees that the quantity is of theirs, or all
    of the month's fee where quantities are unknown. What cannot be told is not: upfront fees of a month that is not
    loaded, or without a quantity.

    The message says what EffectiveCost is too high by; an amount, which is BilledCost, is not given.
    """
    with_fees = _with_fees(engine, charges)
    if not with_fees:
        return []
    sql = query("commitment_fees").format(
        charges=relation(with_fees), days=relation(list(days)), keys=relation(list(keys))
    )
    rows = [
        _Covered(
            *row[:10], *(None if fee[0] is None or fee[1] is None else _Fee(*fee) for fee in (row[10:13], row[13:]))
        )
        for row in engine.rows(sql)
    ]
    with localcontext() as context:
        context.prec = _DIGITS
        gross = [(item, net) for item in _judged(rows) if (net := _after_discounts(item)) is not None]
        return [_gross(list(group)) for _, group in groupby(gross, key=lambda pair: pair[0].place)]


def _with_fees(engine: Engine, charges: Sequence[Path]) -> list[Path]:
    """Return the files that have every column of fees; all are asked at once, one by one took longer than the rest."""
    if not charges:
        return []
    names = ", ".join(literal(name) for name in sorted(_FEES))
    sql = (
        f"SELECT file_name FROM parquet_schema({file_list(charges)}) WHERE name IN ({names}) "
        f"GROUP BY file_name HAVING count(DISTINCT name) = {len(_FEES)}"
    )
    found = {name for (name,) in engine.rows(sql)}
    return [path for path in charges if str(path) in found]


def _judged(rows: Iterable[_Covered]) -> Iterator[_Covered]:
    """Yield used and unused parts of a commitment apart where each has its share of the fees, else as one."""
    for _, group in groupby(rows, key=lambda item: (*item.place, item.commitment)):
        first, *more = parts = list(group)
        if all(item.quantity and (item.kind == "Savings Plan" or item.bought) for item in parts):
            yield from parts
        else:
            for item in more:
                first = first.with_more(item)
            yield replace(first, quantity=None)


def _after_discounts(item: _Covered) -> Decimal | None:
    """Return the effective cost after discounts of what has it before them; None for what is right or unknown."""
    expected = _of_plan(item) if item.kind == "Savings Plan" else _of_reservation(item)
    if expected is None:
        return None
    gross, net = expected
    is_gross = abs(item.effective - gross) <= _NEAR * abs(gross - net)
    return net if is_gross and abs(gross - net) >= _CENT else None


def _of_plan(item: _Covered) -> tuple[Decimal, Decimal] | None:
    """Return the effective cost before and after discounts; None where it is unknown."""
    gross, net = sum((fee.gross for fee in item.fees), Decimal(0)), sum((fee.net for fee in item.fees), Decimal(0))
    return (item.quantity, item.quantity * net / gross) if item.quantity and gross else None


def _of_reservation(item: _Covered) -> tuple[Decimal, Decimal] | None:
    """Return the effective cost before and after discounts; None where it is unknown."""
    if item.quantity is None:
        return (item.fees[0].gross, item.fees[0].net) if item.fees == [item.recurring] else None
    shares = [(fee, item.quantity / fee.quantity) for fee in item.fees if fee.quantity]
    return (
        sum((fee.gross * share for fee, share in shares), Decimal(0)),
        sum((fee.net * share for fee, share in shares), Decimal(0)),
    )


def _gross(found: Sequence[tuple[_Covered, Decimal]]) -> Finding:
    items = [item for item, _ in found]
    first, commitments = items[0], len({item.commitment for item in items})
    effective = sum((item.effective for item in items), Decimal(0))
    net = sum((after for _, after in found), Decimal(0))
    file, row = min((item.file, item.row) for item in items)
    return Finding(
        code="FM1413",
        severity="error",
        message=f"The EffectiveCost of what {counted(commitments, first.kind)} "
        f"{'covers' if commitments == 1 else 'cover'} is {effective:,.2f} {first.currency}, before discounts; after "
        f"those of the fees it is {net:,.2f}: {effective - net:,.2f} too high.",
        source=first.source,
        billing_period=first.month,
        column="EffectiveCost",
        rows=sum(item.charges for item in items),
        currency=first.currency,
        example=printable(first.commitment),
        where=f"{printable(file)}, row {row:,}",
    )
