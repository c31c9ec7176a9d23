"""Exact sums and differences of amounts, of which some may be unknown.

Owns the precision: Python's own context rounds to 28 digits, and a DECIMAL(38,24) has more.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact
from functools import reduce

_EXACT = Context(prec=100, traps=[Inexact])


def known_sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of the amounts that are known, every digit of it; None where none is.

    >>> known_sum([Decimal("1.5"), None]), known_sum([None])
    (Decimal('1.5'), None)
    """
    known = [amount for amount in amounts if amount is not None]
    return reduce(_EXACT.add, known) if known else None


def whole_sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of the amounts, every digit of it; None where one is unknown, or there is none.

    >>> whole_sum([Decimal("1.5"), Decimal(2)]), whole_sum([Decimal("1.5"), None])
    (Decimal('3.5'), None)
    """
    # To look for None among decimals would compare each of them, which takes ten times as long.
    every = [*amounts]
    known = [amount for amount in every if amount is not None]
    return reduce(_EXACT.add, known) if known and len(known) == len(every) else None


def twelve_places(amount: Decimal | None) -> Decimal | None:
    """Return an amount with the 12 places that every amount of the ledger has, so that all commands write it alike.

    >>> str(twelve_places(Decimal("14")))
    '14.000000000000'
    """
    return None if amount is None else Decimal(f"{amount:.12f}")


def difference(amount: Decimal, other: Decimal) -> Decimal:
    """Return an amount minus another, every digit of it.

    >>> difference(Decimal("1e15"), Decimal("1e-24"))
    Decimal('999999999999999.999999999999999999999999')
    """
    return _EXACT.subtract(amount, other)


def plain(value: Decimal) -> str:
    """Return a decimal as text without an exponent or trailing zeros.

    >>> plain(Decimal("1.5000")), plain(Decimal("0E-12")), plain(Decimal("-120"))
    ('1.5', '0', '-120')
    """
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def in_units(amount: Decimal) -> int:
    """Return money of 12 places in units of 1e-12, every digit of it.

    >>> in_units(Decimal("1000000000000000000.000000000001"))
    1000000000000000000000000000001
    """
    return int(amount.scaleb(12, _EXACT))


def in_money(units: int) -> Decimal:
    """Return units of 1e-12 as money, whatever their number.

    >>> in_money(10**30 + 1)
    Decimal('1000000000000000000.000000000001')
    """
    return Decimal(units).scaleb(-12, _EXACT)
