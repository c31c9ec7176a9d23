"""Amounts of lines cut among members, so that members and lines both keep their sums to the last digit.

Owns the rounding of a table of which both margins are known: what a product's lines are, and what its customers cost.

Source: cumulative rounding in two dimensions, as in Bacharach (1966) for "Matrix Rounding Problems": a cell is what the
rounded corner of a rectangle gets more than its neighbours'.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


def cut(lines: Sequence[int], members: Sequence[int]) -> list[list[int]]:
    """Return member x line: the amount of each line that is a member's, in proportion to the member's amount.

    Args:
        lines: Amount of each line, whole numbers.
        members: Amount of each member; the same sum.

    Returns:
        Whole numbers, each within 2 of its exact proportion: rows sum to members, columns to lines. Where both sum to 0
        there is no proportion, and each member's amount is of the first line, the last member having the rest.

    >>> cut([70, 30], [1, 98, 1])
    [[1, 0], [68, 30], [1, 0]]
    """
    whole = sum(members)
    if not members or len(lines) == 1:
        return [[amount] for amount in members]
    if whole == 0:
        rest = [lines[0] - sum(members[:-1]), *lines[1:]]
        return [*([amount, *[0] * (len(lines) - 1)] for amount in members[:-1]), rest]
    corners = [*accumulate(lines)]
    before, found = [0] * len(lines), list[list[int]]()
    for at, reached in enumerate(accumulate(members), 1):
        # The last corners are the margins themselves.
        corner = corners if at == len(members) else [_rounded(reached * each, whole) for each in corners]
        grown = [one - other for one, other in zip(corner, before, strict=True)]
        found.append([one - other for one, other in zip(grown, [0, *grown], strict=False)])
        before = corner
    return found


def spread(amount: int, parts: int) -> list[int]:
    """Return a whole number in equal parts; those that are one unit larger come first, or smaller where it is negative.

    >>> spread(10, 4), spread(-1, 2)
    ([3, 3, 2, 2], [-1, 0])
    """
    sign = -1 if amount < 0 else 1
    each, more = divmod(abs(amount), parts)
    return [sign * (each + (at < more)) for at in range(parts)]


def _rounded(over: int, under: int) -> int:
    """Return a quotient rounded to the nearest whole number."""
    return (2 * over + under) // (2 * under)
