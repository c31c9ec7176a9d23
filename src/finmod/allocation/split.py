"""Splitting: amounts in parts that sum to them, to the last digit, by telescoped rounding.

Owns the arithmetic. Amounts are whole numbers of 1e-12 currency units. With cumulative shares 0 <= c_1 <= ... <= c_n =
1 the i-th part is round(A c_i) - round(A c_(i-1)), and the last cumulative amount is A itself: the parts sum to A by
construction, and none is off by more than a unit and what a double cannot tell.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from finmod.allocation.vectors import Floats, Ints
from finmod.normalize.charges import DECIMAL

UNIT: Final = 10**12
"""Units of a currency unit."""

MILLION: Final = UNIT * 10**6
"""Units of a million currency units."""

NARROW: Final = 9 * 10**18
"""Amounts up to here, 9 million currency units, are split in 64-bit integers; larger ones in Python's."""


def split(amounts: Ints, edges: Floats) -> Ints:
    """Return each amount in parts, one row per amount, one column per share.

    Args:
        amounts: In units of 1e-12, at most ``NARROW`` in size; negative ones too.
        edges: Cumulative shares, rising, the last one 1; of all amounts, or a row of each.
    """
    sums = np.empty((len(amounts), edges.shape[-1] + 1), dtype=np.int64)
    sums[:, 0] = 0
    np.rint(amounts[:, None] * edges[..., :-1], out=sums[:, 1:-1], casting="unsafe")
    sums[:, -1] = amounts
    return np.diff(sums, axis=1)


def split_wide(amount: int, edges: Floats) -> list[int]:
    """Return an amount of any size in parts, by the same rule in exact integers."""
    sums = [0]
    for edge in edges[:-1].tolist():
        above, below = edge.as_integer_ratio()
        sums.append((2 * amount * above + below) // (2 * below))
    sums.append(amount)
    return [after - before for before, after in pairwise(sums)]


def split_any(whole: Ints, rest: Ints, edges: Floats) -> tuple[Ints | None, Ints]:
    """Return amounts of any size in parts, each as whole millions of currency units and units of 1e-12.

    Of amounts of which none is above ``NARROW`` there are no millions: 64 bits of units hold all parts.

    Args:
        whole: Whole currency units of each amount, towards 0.
        rest: What is left of each, in units of 1e-12.
        edges: As above.
    """
    if not (np.abs(whole) > NARROW // UNIT).any():
        return None, split(whole * UNIT + rest, edges)
    exact = [
        [divmod(part, MILLION) for part in split_wide(one * UNIT + more, edges)]
        for one, more in zip(whole.tolist(), rest.tolist(), strict=True)
    ]
    parts = np.array(exact, dtype=np.int64)
    return parts[:, :, 0], parts[:, :, 1]


def amount_sql(whole: str | None, rest: str) -> str:
    """Return SQL for an amount out of whole millions and units of 1e-12, exact: these products of decimals fit.

    Args:
        whole: Column of the millions; None where there are none.
        rest: Column of the units.
    """
    small = f"CAST(CAST({rest} AS DECIMAL(19,0)) * CAST(0.000000000001 AS DECIMAL(12,12)) AS {DECIMAL})"
    large = f"CAST(CAST({whole} AS DECIMAL(19,0)) * CAST(1000000 AS DECIMAL(7,0)) AS {DECIMAL})"
    return f"{large} + {small}" if whole else small
