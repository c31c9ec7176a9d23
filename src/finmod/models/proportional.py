"""Amounts of lines cut among members, so that members and lines both keep their sums to the last digit.

Owns the rounding of a table of which both margins are known: what a product's lines are, and what its customers cost.

Source: cumulative rounding in two dimensions, as in Bacharach (1966) for "Matrix Rounding Problems": a cell is what the
rounded corner of a rectangle gets more than its neighbours'.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

_LEAST: Final = 1000
"""Of lines that are so many times their sum, the sum says nothing of who has them."""


def cut(lines: Sequence[int], members: Sequence[int]) -> list[list[int]]:
    """Return line x member: the amount of each line that is a member's, in proportion to the member's amount.

    Args:
        lines: Amount of each line, whole numbers.
        members: Amount of each member; the same sum.

    Returns:
        Whole numbers, each within 2 of its exact proportion: a member's sum to its amount, a line's to the line.

    Raises:
        ValueError: Several lines sum to 0: there is no proportion, see ``cut_by``.

    >>> cut([70, 30], [1, 98, 1])
    [[1, 68, 1], [0, 30, 0]]
    """
    whole = sum(members)
    if len(lines) == 1 or not members:
        return [list(members) for _ in lines]
    if whole == 0:
        message = "lines that sum to 0 have no proportion"
        raise ValueError(message)
    return _cut(lines, members, whole)


def cut_by(lines: Sequence[int], members: Sequence[int], weights: Sequence[int]) -> list[list[int]]:
    """Return line x member as ``cut``, each line in proportion to weights: where lines cancel each other out.

    Args:
        lines: Amount of each line, whole numbers.
        members: Amount of each member; the same sum.
        weights: Weight of each member; none is below 0, and one is above.

    Returns:
        Whole numbers: a member's sum to its amount, a line's to the line. The largest line has what a member's amount
        differs from its weight.

    >>> cut_by([300, -300], [0, 0], [2, 1]), cut_by([300, -300], [5, -5], [2, 1])
    ([[200, 100], [-200, -100]], [[205, 95], [-200, -100]])
    """
    whole = sum(weights)
    reached = [*accumulate(weights)]
    found: list[list[int]] = []
    for amount in lines:
        corners = [(2 * each * amount + whole) // (2 * whole) for each in reached]
        found.append([one - other for one, other in zip(corners, [0, *corners], strict=False)])
    largest = max(range(len(lines)), key=lambda at: abs(lines[at]))
    for at, amount in enumerate(members):
        found[largest][at] += amount - sum(parts[at] for parts in found)
    return found


def is_cancelled(lines: Sequence[int], members: Sequence[int]) -> bool:
    """Return whether lines, or members, take so much of each other away that their sum is no base for proportions.

    >>> is_cancelled([70, 30], [40, 60]), is_cancelled([70, -70], [0, 0]), is_cancelled([5, 5], [30, -20])
    (False, True, True)
    """
    whole = abs(sum(lines))
    if len(lines) == 1 or not any(lines):
        return False
    return _LEAST * whole < sum(map(abs, lines)) or 2 * whole < sum(map(abs, members))


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
