"""Exact shares: an amount in parts that sum to it.

Owns the one way in which amounts are split here.
"""

from __future__ import annotations

from collections.abc import Sequence


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Return an amount in parts proportional to non-negative weights; the parts sum to the amount.

    >>> split(100, [1, 1, 1])
    [33, 33, 34]
    """
    whole, seen, given, parts = sum(weights), 0, 0, []
    for weight in weights:
        seen += weight
        edge = amount * seen // whole
        parts.append(edge - given)
        given = edge
    return parts
