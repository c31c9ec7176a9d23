"""What counters rose by: differences of their samples, with resets, in exact decimals.

Owns the arithmetic. PromQL's ``increase`` extrapolates to the edges of its window, so that the increases of days do not
add up to that of a month; differences of samples do, to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

Sample = tuple[int, Decimal]
"""Milliseconds since 1970, UTC, and what the counter stood at."""


def increments(samples: Iterable[Sample], before: Decimal | None) -> Iterator[Sample]:
    """Yield the instant of each sample and what the counter rose by since the sample before it.

    A counter that stands lower than before was set back to 0, as by a restart, and has counted what it stands at since.
    The first sample of a counter that was not there before tells nothing: it may have counted at any time until then.

    Args:
        samples: In order of time.
        before: What it stood at in the last sample before them; None where there is none.

    >>> [str(rise) for _, rise in increments([(0, Decimal(5)), (1, Decimal(7)), (2, Decimal(1))], Decimal(4))]
    ['1', '2', '1']
    """
    for instant, value in samples:
        if before is not None:
            yield instant, value - before if value >= before else value
        before = value
