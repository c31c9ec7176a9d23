"""Amounts of lines cut among members, so that members and lines both keep their sums to the last digit.

Owns the rounding of a table of which both margins are known: what a product's lines are, and what its customers cost.

Source: cumulative rounding in two dimensions, as in Bacharach (1966) for "Matrix Rounding Problems": a cell is what the
rounded corner of a rectangle gets more than its neighbours'.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


def cut(lines: Sequence[int], members: Sequence[int]) -> list[list[int]]:
    """Return line x member: the amount of each line that is a member's, in proportion to the member's amount.

    Args:
        lines: Amount of each line, whole numbers.
        members: Amount of each member; the same sum.

    Returns:
        Whole numbers, each within 2 of its exact proportion: a member's sum to its amount, a line's to the line. Where
        both sum to 0 there is no proportion, and each member's amount is of the first line, the last member having the
        rest.

    >>> cut([70, 30], [1, 98, 1])
    [[1, 68, 1], [0, 30, 0]]
    """
    whole = sum(members)
    if len(lines) == 1 or not members:
        return [list(members) for _ in lines]
    if whole == 0:
        nothing = [0] * (len(members) - 1)
        return [[*members[:-1], lines[0] - sum(members[:-1])], *([*nothing, amount] for amount in lines[1:])]
    return _cut(lines, members, whole)


def _cut(lines: Sequence[int], members: Sequence[int], whole: int) -> list[list[int]]:
    import numpy as np  # noqa: PLC0415 -- takes longer to import than most statements take

    # As objects: products of two amounts have more digits than 64 bits.
    reached = np.cumsum(np.array(members, dtype=object))
    below = np.zeros(len(members) + 1, dtype=object)
    found: list[list[int]] = []
    for corner in accumulate(lines):
        # The last corners are the margins themselves.
        inner = (2 * reached[:-1] * corner + whole) // (2 * whole) if len(found) < len(lines) - 1 else reached[:-1]
        above = np.concatenate([[0], inner, [corner]])
        found.append(np.diff(above - below).tolist())
        below = above
    return found


def spread(amount: int, parts: int) -> list[int]:
    """Return a whole number in equal parts; those that are one unit larger come first, or smaller where it is negative.

    >>> spread(10, 4), spread(-1, 2)
    ([3, 3, 2, 2], [-1, 0])
    """
    sign = -1 if amount < 0 else 1
    each, more = divmod(abs(amount), parts)
    return [sign * (each + (at < more)) for at in range(parts)]
