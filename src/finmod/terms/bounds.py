"""Numbers that people give: which are taken, and how they may be written.

Owns the bounds of amounts, parts and rates, with the words that say what is taken. What is said where something else is
given belongs to who asks: a command or the Python API.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

# More digits than any amount has would take long to reckon with.
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})")
_ENDS: Final = 2


class Range(NamedTuple):
    """A number with the interval that it lies in; both ends are the number where it is certain."""

    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Bounds:
    """Which numbers are taken.

    Attributes:
        expected: What is taken, in words.
        least: The least that is taken; None for no bound.
        above: What it must be greater than; None for no bound.
        below: What it must be less than; None for no bound.
        most: The greatest that is taken; None for no bound.
        is_part: Whether it may be a percentage: ``2.9%`` is 0.029.
    """

    expected: str
    least: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None
    most: Decimal | None = None
    is_part: bool = False

    def fits(self, number: Decimal) -> bool:
        """Return whether a number is within the bounds."""
        return (
            (self.least is None or number >= self.least)
            and (self.above is None or number > self.above)
            and (self.below is None or number < self.below)
            and (self.most is None or number <= self.most)
        )

    def read(self, text: str) -> Decimal | None:
        """Return the number that a text is, of a part also as a percentage; None for what is not taken.

        >>> PART.read("2.9%"), PART.read("1.5"), PART.read("a")
        (Decimal('0.029'), None, None)
        """
        text = text.strip()
        number = text.removesuffix("%").rstrip() if self.is_part else text
        if not _NUMBER.fullmatch(number):
            return None
        found = Decimal(number) / 100 if number != text else Decimal(number)
        return found if self.fits(found) else None

    def read_range(self, text: str) -> Range | None:
        """Return one number, or two as an interval whose middle is the value; None for what is not taken.

        >>> RATE.read_range("10%..30%")
        Range(value=Decimal('0.2'), low=Decimal('0.1'), high=Decimal('0.3'))
        """
        ends = text.split("..")
        known = [number for number in map(self.read, ends) if number is not None]
        if len(known) != len(ends) or len(known) > _ENDS or known != sorted(known):
            return None
        return Range((known[0] + known[-1]) / 2, known[0], known[-1])


_ZERO, _ONE = Decimal(0), Decimal(1)
AMOUNT: Final = Bounds("an amount from 0, in the reporting currency", least=_ZERO)
ABOVE_ZERO: Final = Bounds("a number above 0", above=_ZERO)
PART: Final = Bounds("a part from 0 to below 1, such as 0.029 or 2.9%", least=_ZERO, below=_ONE, is_part=True)
SHARE: Final = Bounds("a part from 0 to 1, such as 0.6 or 60%", least=_ZERO, most=_ONE, is_part=True)
RATE: Final = Bounds("a rate a year above -1, such as 0.2 or 20%", above=-_ONE, is_part=True)
RATIO: Final = Bounds("a ratio above 0 to 1", above=_ZERO, most=_ONE, is_part=True)
ELASTICITY: Final = Bounds("an elasticity from -1 to 1", least=-_ONE, most=_ONE)
UNITS: Final = Bounds("units a month from 0", least=_ZERO)
