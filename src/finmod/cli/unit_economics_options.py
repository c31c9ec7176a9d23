"""What ``finmod unit-economics`` takes: decimals, parts of a whole, intervals, steps.

Owns the reading of single words, and what is said where one is something else.
"""

from __future__ import annotations

from decimal import Decimal

import rich_click as click

from finmod.cli.values import wrong_value
from finmod.terms.bounds import AMOUNT, Bounds, Range


class Figure(click.ParamType[Decimal]):
    """A decimal number.

    Args:
        bounds: Which are taken.
    """

    name = "number"

    def __init__(self, bounds: Bounds) -> None:
        """Remember the bounds."""
        self.bounds = bounds

    def convert(self, value: str | Decimal, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the number."""
        if isinstance(value, Decimal):
            return value
        found = self.bounds.read(value)
        if found is None:
            raise wrong_value(value, param, ctx, expected=self.bounds.expected)
        return found


class Interval(click.ParamType[Range]):
    """A number, or two as an interval: ``0.2`` or ``10%..30%``, whose middle is the value.

    Args:
        bounds: What each number may be.
    """

    name = "interval"

    def __init__(self, bounds: Bounds) -> None:
        """Remember what each number may be."""
        self.bounds = bounds

    def convert(self, value: str | Range, param: click.Parameter | None, ctx: click.Context | None) -> Range:
        """Return the interval."""
        if isinstance(value, Range):
            return value
        found = self.bounds.read_range(value)
        if found is None:
            raise wrong_value(value, param, ctx, expected=f"{self.bounds.expected}, or an interval of it, as 0.1..0.3")
        return found


class Figures(click.ParamType[tuple[Decimal, ...]]):
    """Numbers with commas between them.

    Args:
        bounds: What each may be.
    """

    name = "numbers"

    def __init__(self, bounds: Bounds) -> None:
        """Remember what each may be."""
        self.bounds = bounds

    def convert(
        self, value: str | tuple[Decimal, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Decimal, ...]:
        """Return the numbers."""
        if isinstance(value, tuple):
            return value
        found = [self.bounds.read(each) for each in value.split(",")]
        known = [each for each in found if each is not None]
        if len(known) != len(found):
            raise wrong_value(value, param, ctx, expected=f"{self.bounds.expected}, several with commas between them")
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
        found = [AMOUNT.read(each) for each in value.split(":")]
        known = [each for each in found if each is not None]
        if len(known) != 2 or len(found) != 2 or not known[0]:  # noqa: PLR2004 - units and cost
            expected = "UNITS:COST a month, such as 2000000:1500, units above 0"
            raise wrong_value(value, param, ctx, expected=expected)
        return known[0], known[1]
