"""Sums of amounts of which some are unknown."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal


def known_sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of the amounts that are known; None where none is.

    >>> known_sum([Decimal("1.5"), None]), known_sum([None])
    (Decimal('1.5'), None)
    """
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
