"""Scales: amounts to pixels, with round marks.

Owns which marks are round. Amounts are exact up to here; a place on the page is a float and goes into no total.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Final

_WIDE: Final = Context(prec=100)
_ROUND: Final = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True)
class Scale:
    """Where amounts stand.

    Attributes:
        low: Amount at ``start``.
        high: Amount at ``end``.
        start: Pixel of ``low``; right of or below ``end`` where the axis runs that way.
        end: Pixel of ``high``.
        ticks: Round amounts from low to high, in order.
    """

    low: Decimal
    high: Decimal
    start: float
    end: float
    ticks: tuple[Decimal, ...]

    def at(self, amount: Decimal) -> float:
        """Return the pixel of an amount."""
        share = _WIDE.divide(_WIDE.subtract(amount, self.low), _WIDE.subtract(self.high, self.low))
        return self.start + float(share) * (self.end - self.start)


def zero_scale(amounts: Iterable[Decimal], start: float, end: float, most: int, *, is_snug: bool = False) -> Scale:
    """Return a scale that holds zero and every amount.

    Args:
        amounts: What is drawn; none at all makes a scale from 0 to 1.
        start: Pixel of the lowest.
        end: Pixel of the highest.
        most: Largest number of steps between marks.
        is_snug: Whether it ends at the outermost amounts, not at the marks beyond them.

    >>> [int(tick) for tick in zero_scale([Decimal(930)], 0, 100, 5).ticks]
    [0, 200, 400, 600, 800, 1000]
    """
    every = [Decimal(0), *amounts]
    low, high = min(every), max(every)
    if low == high:
        high = Decimal(1)
    return _scale((low, high), (start, end), most, is_snug=is_snug)


def near_scale(amounts: Iterable[Decimal], start: float, end: float, most: int) -> Scale:
    """Return a scale for lines: from zero, unless that left more than half of the height without any line.

    ``low`` says where it begins.

    >>> [int(near_scale([Decimal(least), Decimal(930)], 0, 100, 5).low) for least in (900, 400)]
    [900, 0]
    """
    every = list(amounts)
    if not every or min(every) <= 0 <= max(every) or 2 * min(map(abs, every)) <= max(map(abs, every)):
        return zero_scale(every, start, end, most)
    low, high = min(every), max(every)
    if low == high:
        room = abs(low) / 20
        low, high = low - room, high + room
    return _scale((low, high), (start, end), most, is_snug=False)


def _scale(amounts: tuple[Decimal, Decimal], pixels: tuple[float, float], most: int, *, is_snug: bool) -> Scale:
    low, high = amounts
    step = _step(_WIDE.subtract(high, low), most)
    first = int(_WIDE.divide(low, step).to_integral_value(ROUND_FLOOR))
    last = int(_WIDE.divide(high, step).to_integral_value(ROUND_CEILING))
    ticks = [_WIDE.multiply(step, Decimal(number)) for number in range(first, last + 1)]
    if is_snug:
        ticks = [tick for tick in ticks if low <= tick <= high]
        return Scale(low, high, *pixels, tuple(ticks))
    return Scale(ticks[0], ticks[-1], *pixels, tuple(ticks))


def _step(span: Decimal, most: int) -> Decimal:
    wanted = _WIDE.divide(span, Decimal(max(1, most)))
    power = Decimal(1).scaleb(wanted.adjusted())
    return next(power * each for each in _ROUND if power * each >= wanted)
