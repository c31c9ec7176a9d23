"""What the two sides have of an invoice: lines of the user's files, and charges of the ledger by account and kind.

Owns the sides and their sums. What belongs together is told in ``invoice_matches.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Self

from finmod.engines.duckdb import Engine, identifier
from finmod.errors import counted, printable
from finmod.ledger.invoice_files import ListedInvoice
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import query, relation, whole
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, TRUE_UPS
from finmod.terms.money import known_sum


@dataclass(frozen=True)
class ChargeFiles:
    """The files of one state of the ledger that hold charges.

    Attributes:
        charges: Files of the charges.
        days: Files of the daily cube.
        keys: Files of the charge keys.
        true_ups: Files of what restated bills of closed months moved.
    """

    charges: Sequence[Path]
    days: Sequence[Path]
    keys: Sequence[Path]
    true_ups: Sequence[Path] = ()

    @classmethod
    def of(cls, ledger: Ledger, snapshot: Snapshot) -> Self:
        """Return the files of a state of a ledger."""
        return cls(*(ledger.files(table, snapshot) for table in (CHARGES, CHARGE_DAYS, CHARGE_KEYS, TRUE_UPS)))

    @property
    def bill_days(self) -> str:
        """Return SQL for the daily cube of the bills as they were read last: true-ups stand in their closed month."""
        days = relation(list(self.days))
        if not self.true_ups:
            return days
        made = {"x_BillingPeriod": "x_TrueUpOf", "x_Charges": "0", "x_ChargeDays": "NULL"}
        own = ", ".join(f"{made.get(name, name)} AS {name}" for name in CHARGE_DAYS.columns)
        return f"(SELECT * FROM {days} UNION ALL BY NAME SELECT {own} FROM {whole(TRUE_UPS, list(self.true_ups))})"

    @property
    def bill_keys(self) -> str:
        """Return SQL for the keys of ``bill_days``; a true-up is a part of what it restates, no correction."""
        keys = relation(list(self.keys))
        if not self.true_ups:
            return keys
        made = {"x_BillingPeriod": "x_TrueUpOf", "x_Charges": "0", "x_ExampleFile": "x_File", "x_ExampleRow": "NULL"}
        made |= {"BilledCost": "NULL", "ChargeClass": "NULL"}
        own = ", ".join(f"{made.get(name, identifier(name))} AS {identifier(name)}" for name in CHARGE_KEYS.columns)
        true_ups = f"SELECT DISTINCT ON (x_ChargeKey) {own} FROM {whole(TRUE_UPS, list(self.true_ups))}"
        return f"(SELECT * FROM {keys} UNION ALL BY NAME ({true_ups}))"


@dataclass(frozen=True)
class Part:
    """Charges of one invoice, or of none, that are of one account, billing period and kind.

    Attributes:
        number: Of the part among ``invoice_keys``.
        issuer: As the bill writes it; None where it does not.
        invoice_id: None where the charges are not invoiced.
        currency: Of the amount.
        source: Name of the source.
        month: Billing period, ``YYYY-MM``.
        account: BillingAccountId.
        kind: What the charges are, see ``invoice_charges.sql``.
        late: Whether they were used before the billing period; false of true-ups.
        charges: Number of them.
        unknown: Those without BilledCost.
        amount: BilledCost of the others.
        true_up_of: Closed month, ``YYYY-MM``, that a restated bill moved by these true-ups; they are booked in
            ``month`` and have no invoice id. None for charges.
        restated_on: Invoice on which the restated bill has them; None where that cannot be told.
    """

    number: int
    issuer: str | None
    invoice_id: str | None
    currency: str
    source: str
    month: str
    account: str | None
    kind: str
    late: bool
    charges: int
    unknown: int
    amount: Decimal
    true_up_of: str | None = None
    restated_on: str | None = None


@dataclass(frozen=True)
class Amount:
    """What one side has of an invoice in one currency, of one issuer: lines, or parts."""

    issuer: str | None
    currency: str
    lines: tuple[ListedInvoice, ...] = ()
    parts: tuple[Part, ...] = ()

    @cached_property
    def amount(self) -> Decimal:
        """Return the sum; of charges without those of unknown BilledCost."""
        return total([*(line.amount for line in self.lines), *(part.amount for part in self.parts)])

    @cached_property
    def months(self) -> list[str]:
        """Return its billing periods, in order."""
        return sorted({*(line.billing_period for line in self.lines), *(part.month for part in self.parts)})

    @property
    def charges(self) -> int:
        """Return the number of charges."""
        return sum(part.charges for part in self.parts)

    @property
    def unknown(self) -> int:
        """Return the number of charges without BilledCost."""
        return sum(part.unknown for part in self.parts)


Side = dict[str | None, dict[str, Amount]]
"""Issuer in one spelling -> currency -> amount."""


@dataclass
class Invoice:
    """What list and charges have under one invoice id."""

    number: str
    listed: Side = field(default_factory=dict)
    charged: Side = field(default_factory=dict)


@contextmanager
def charged_parts(engine: Engine, files: ChargeFiles) -> Iterator[list[Part]]:
    """Give the parts of charges and true-ups; meanwhile there are the tables ``invoice_keys``, ``invoice_true_ups``."""
    if not files.days:
        yield []
        return
    keys = query("invoice_keys").format(keys=relation(list(files.keys)))
    true_ups = query("invoice_true_ups").format(true_ups=whole(TRUE_UPS, list(files.true_ups)))
    engine.run(f"CREATE OR REPLACE TEMP TABLE invoice_keys AS {keys}")
    engine.run(f"CREATE OR REPLACE TEMP TABLE invoice_true_ups AS {true_ups}")
    try:
        rows = engine.rows(query("invoice_charges").format(days=relation(list(files.days))))
        yield [Part(*row) for row in (*rows, *engine.rows(query("invoice_true_up_parts")))]
    finally:
        engine.run("DROP TABLE invoice_keys; DROP TABLE invoice_true_ups")


def invoices_of(lines: Iterable[ListedInvoice], parts: Iterable[Part]) -> list[Invoice]:
    """Return what both sides have under each invoice id, sorted by it; charges without one are left out."""
    listed: dict[tuple[str, str | None, str], list[ListedInvoice]] = {}
    charged: dict[tuple[str, str | None, str], list[Part]] = {}
    for line in lines:
        listed.setdefault((line.invoice_id, folded(line.issuer), line.currency), []).append(line)
    for part in parts:
        if part.invoice_id is not None:
            charged.setdefault((part.invoice_id, folded(part.issuer), part.currency), []).append(part)
    found: dict[str, Invoice] = {}
    for (number, issuer, currency), of_list in listed.items():
        amount = Amount(of_list[0].issuer, currency, lines=tuple(of_list))
        found.setdefault(number, Invoice(number)).listed.setdefault(issuer, {})[currency] = amount
    for (number, issuer, currency), of_bill in charged.items():
        amount = Amount(of_bill[0].issuer, currency, parts=tuple(of_bill))
        found.setdefault(number, Invoice(number)).charged.setdefault(issuer, {})[currency] = amount
    return [found[number] for number in sorted(found)]


def folded(issuer: str | None) -> str | None:
    """Return an issuer in one spelling; None for no name.

    >>> folded("Acme  Cloud"), folded(" ")
    ('acme cloud', None)
    """
    return " ".join((issuer or "").split()).casefold() or None


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum; 0 of nothing."""
    return known_sum(amounts) or Decimal(0)


def amounts_of(side: Side) -> list[Amount]:
    """Return every amount of a side."""
    return [amount for of_name in side.values() for amount in of_name.values()]


def shown(amount: Decimal, sign: str = "") -> str:
    """Return an amount with every digit that it needs, at least two places, thousands separated.

    >>> shown(Decimal("1234.500000000000")), shown(Decimal("-0.000000000001"), sign="+")
    ('1,234.50', '-0.000000000001')
    """
    whole, _, places = f"{amount:{sign},.12f}".partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"


def money(amount: Amount) -> str:
    """Return an amount with its currency, and how many charges are unknown beside it."""
    known = f"{shown(amount.amount)} {amount.currency}"
    if not amount.unknown:
        return known
    unknown = f"{counted(amount.unknown, 'charge')} in {amount.currency} without BilledCost"
    return f"{known} beside {unknown}" if amount.charges > amount.unknown else unknown


def issuer_name(issuer: str | None) -> str:
    """Return an issuer's name for a message."""
    return printable(issuer) if issuer else "an unnamed issuer"


def listing(parts: Iterable[str]) -> str:
    """Return what is listed as a person lists it.

    >>> listing(["1.00 USD", "2.00 EUR", "3.00 GBP"])
    '1.00 USD, 2.00 EUR and 3.00 GBP'
    """
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
