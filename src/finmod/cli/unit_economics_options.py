"""What ``finmod unit-economics`` takes: decimals, parts of a whole, intervals, steps.

Owns the reading of single words, and what is said where one is something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import rich_click as click

from finmod.cli.values import wrong_value

# More digits than any amount has would take long to reckon with.
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})")


def _decimal(text: str, *, is_part: bool) -> Decimal | None:
    """Return a number, of a part also as a percentage; None where it is none."""
    number = text.removesuffix("%").rstrip() if is_part else text
    if not _NUMBER.fullmatch(number):
        return None
    return Decimal(number) / 100 if number != text else Decimal(number)


class Figure(click.ParamType[Decimal]):
    """A decimal number.

    Args:
        expected: What is taken, in words.
        least: The least that is taken; None for no bound.
        above: What it must be greater than; None for no bound.
        below: What it must be less than; None for no bound.
        is_part: Whether it may be a percentage: ``2.9%`` is 0.029.
    """

    name = "number"

    def __init__(
        self,
        expected: str,
        *,
        least: str | None = None,
        above: str | None = None,
        below: str | None = None,
        is_part: bool = False,
    ) -> None:
        """Remember the bounds."""
        self.expected, self.is_part = expected, is_part
        self.least, self.above, self.below = (None if each is None else Decimal(each) for each in (least, above, below))

    def convert(self, value: str | Decimal, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the number."""
        if isinstance(value, Decimal):
            return value
        found = _decimal(value.strip(), is_part=self.is_part)
        if found is None or not self.fits(found):
            raise wrong_value(value, param, ctx, expected=self.expected)
        return found

    def fits(self, number: Decimal) -> bool:
        """Return whether a number is within the bounds."""
        return (
            (self.least is None or number >= self.least)
            and (self.above is None or number > self.above)
            and (self.below is None or number < self.below)
        )


@dataclass(frozen=True)
class Range:
    """A figure with the interval that it lies in; both ends are the figure where it is certain."""

    value: Decimal
    low: Decimal
    high: Decimal


class Interval(click.ParamType[Range]):
    """A number, or two as an interval: ``0.2`` or ``10%..30%``, whose middle is the value.

    Args:
        figure: What each number may be.
    """

    name = "interval"

    def __init__(self, figure: Figure) -> None:
        """Remember what each number may be."""
        self.figure = figure

    def convert(self, value: str | Range, param: click.Parameter | None, ctx: click.Context | None) -> Range:
        """Return the interval."""
        if isinstance(value, Range):
            return value
        ends = [_decimal(end.strip(), is_part=self.figure.is_part) for end in value.split("..")]
        known = [end for end in ends if end is not None and self.figure.fits(end)]
        if len(known) != len(ends) or len(known) > 2 or known != sorted(known):  # noqa: PLR2004 - two ends
            raise wrong_value(value, param, ctx, expected=f"{self.figure.expected}, or an interval of it, as 0.1..0.3")
        return Range((known[0] + known[-1]) / 2, known[0], known[-1])


class Figures(click.ParamType[tuple[Decimal, ...]]):
    """Numbers with commas between them.

    Args:
        figure: What each may be.
    """

    name = "numbers"

    def __init__(self, figure: Figure) -> None:
        """Remember what each may be."""
        self.figure = figure

    def convert(
        self, value: str | tuple[Decimal, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Decimal, ...]:
        """Return the numbers."""
        if isinstance(value, tuple):
            return value
        found = [_decimal(each.strip(), is_part=self.figure.is_part) for each in value.split(",")]
        known = [each for each in found if each is not None and self.figure.fits(each)]
        if len(known) != len(found):
            raise wrong_value(value, param, ctx, expected=f"{self.figure.expected}, several with commas between them")
        return tuple(known)


class StepOf(click.ParamType[tuple[Decimal, Decimal]]):
    """A step of fixed cost: ``UNITS:COST``, both a month, the units above 0."""

    name = "step"

    def convert(
        self, value: str | tuple[Decimal, Decimal], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Decimal, Decimal]:
        """Return the units above which it costs, and what it costs."""
        if isinstance(value, tuple):
            return value
        found = [_decimal(each.strip(), is_part=False) for each in value.split(":")]
        known = [each for each in found if each is not None and each >= 0]
        if len(known) != 2 or len(found) != 2 or not known[0]:  # noqa: PLR2004 - units and cost
            expected = "UNITS:COST a month, such as 2000000:1500, units above 0"
            raise wrong_value(value, param, ctx, expected=expected)
        return known[0], known[1]
