"""How volume grows, and what scale does to the variable cost of a unit.

Every formula stands once and is reckoned twice: exactly with decimals, and with arrays of draws for intervals. Time is
in years from the present month.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final, TypeAlias, TypeVar

import numpy as np

from finmod.models.inferred_noise import Floats
from finmod.models.unit_economics.cost_function import Estimate, as_decimal

Number = TypeVar("Number", Decimal, Floats)
"""Exact, or one value per draw."""

_ONE: Final = Decimal(1)
_YEAR: Final = 12
_T_90: Final = 1.796
_MOST_ALIKE: Final = 0.8


def like(value: Decimal, other: Number) -> Number:
    """Return a constant in the arithmetic of another number."""
    if isinstance(other, Decimal):
        return value
    return np.full_like(other, float(value))


@dataclass(frozen=True)
class ConstantRate:
    """Growth by the same rate every year, compounded: ``units * (1 + rate) ** years``.

    Attributes:
        rate: Per year; 0.2 is 20 %, above -1.
    """

    rate: Estimate
    words: ClassVar = "constant"

    def __post_init__(self) -> None:
        if self.rate.low <= -1:
            message = f"growth of {self.rate.low} per year"
            raise ValueError(message)

    def units(self, present: Number, rate: Number, years: Decimal) -> Number:
        """Return the volume per month after some years."""
        return present * (1 + rate) ** like(years, rate)


@dataclass(frozen=True)
class Linear:
    """Growth by the same number of units every year: ``units * (1 + rate * years)``, never below 0.

    Attributes:
        rate: Part of the present volume that is added per year.
    """

    rate: Estimate
    words: ClassVar = "linear"

    def units(self, present: Number, rate: Number, years: Decimal) -> Number:
        """Return the volume per month after some years."""
        grown = present * (1 + rate * like(years, rate))
        if isinstance(grown, Decimal):
            return max(grown, Decimal(0))
        return np.asarray(np.maximum(grown, 0.0))


@dataclass(frozen=True)
class Logistic:
    """Growth that slows towards saturation (an S-curve): ``units / (part + (1 - part) * exp(-speed * years))``.

    ``part`` is present volume / saturation. ``speed`` is chosen so that volume grows by the rate now:
    ``speed = log(1 + rate) / (1 - part)``.

    Attributes:
        rate: Growth per year now.
        saturation: Volume per month that is never exceeded, above the present one.

    Source: Verhulst's logistic function.
    """

    rate: Estimate
    saturation: Decimal
    words: ClassVar = "logistic"

    def __post_init__(self) -> None:
        if self.rate.low <= -1 or self.saturation <= 0:
            message = f"growth of {self.rate.low} per year towards {self.saturation} units"
            raise ValueError(message)

    def units(self, present: Number, rate: Number, years: Decimal) -> Number:
        """Return the volume per month after some years.

        Raises:
            ValueError: The present volume is not below saturation.
        """
        part = present / like(self.saturation, present)
        if not np.all(part < 1):
            message = f"a present volume that is not below a saturation of {self.saturation}"
            raise ValueError(message)
        # (1 + rate) ** -x is exp(-log(1 + rate) * x).
        fading = (1 + rate) ** (-like(years, rate) / (1 - part))
        return present / (part + (1 - part) * fading)


@dataclass(frozen=True)
class Given:
    """Volumes that are given, month by month from the one after the present.

    Attributes:
        series: Units per month.
    """

    series: tuple[Decimal, ...]
    words: ClassVar = "given"
    rate: ClassVar = Estimate(Decimal(0))

    def units(self, present: Number, rate: Number, years: Decimal) -> Number:
        """Return the volume of the month that lies so many years ahead.

        Raises:
            IndexError: The series ends before.
        """
        del present
        return like(self.series[round(years * _YEAR) - 1], rate)


Growth: TypeAlias = ConstantRate | Linear | Logistic | Given


@dataclass(frozen=True)
class Elasticity:
    """Economies of scale: variable cost per unit falls with volume: ``(units / present) ** -elasticity``.

    Attributes:
        elasticity: 0 for none; 0.1 takes a tenth of a per cent off for a per cent of volume; negative for diseconomies.
    """

    elasticity: Decimal

    def factor(self, units: Number, present: Number, cumulated: Number) -> Number:
        """Return the ratio to the variable cost of a unit now; 1 where there are no units."""
        del cumulated
        return _power(units, present, -self.elasticity)


@dataclass(frozen=True)
class Experience:
    """Experience curve: with every doubling of all units ever made, variable cost per unit falls to a progress ratio.

    Attributes:
        progress: Ratio after a doubling, such as 0.85; 1 for none.
        made: Units made until now.

    Source: Henderson, The Experience Curve (Boston Consulting Group); ``(cumulated / made) ** log2(progress)``.
    """

    progress: Decimal
    made: Decimal

    def __post_init__(self) -> None:
        if self.progress <= 0 or self.made <= 0:
            message = f"a progress ratio of {self.progress} after {self.made} units"
            raise ValueError(message)

    def factor(self, units: Number, present: Number, cumulated: Number) -> Number:
        """Return the ratio to the variable cost of a unit now."""
        del units, present
        made = like(self.made, cumulated)
        return _power(made + cumulated, made, self.progress.ln() / Decimal(2).ln())


Scale: TypeAlias = Elasticity | Experience


def _power(units: Number, base: Number, exponent: Decimal) -> Number:
    if isinstance(units, Decimal):
        # So 0 ** 0 and 0 ** -e do not come up: no unit has no cost.
        return (units / base) ** exponent if units > 0 and base > 0 else _ONE
    ratio = np.divide(units, base, out=np.ones_like(units), where=(units > 0) & (base > 0))
    return np.asarray(ratio ** float(exponent))


def observed_rate(units: Sequence[Decimal | None]) -> Decimal | None:
    """Return by how much the last twelve months were more than the twelve before; None where one is unknown.

    So a season is on both sides and does not look like growth.

    Args:
        units: Month by month, in order.

    >>> observed_rate([Decimal(10)] * 12 + [Decimal(12)] * 12)
    Decimal('0.2')
    """
    known = [each for each in units[-2 * _YEAR :] if each is not None]
    before, after = sum(known[:_YEAR], Decimal(0)), sum(known[_YEAR:], Decimal(0))
    return after / before - 1 if len(known) == 2 * _YEAR and before > 0 else None


def observed_growth(units: Sequence[Decimal | None]) -> Estimate | None:
    """Return the observed rate with its interval of 90 %, from how its twelve months grew; None where one is unknown.

    Each month is compared with the same one a year before. What single months grew by differs by chance: the mean of
    their logarithms has a standard error, larger where months resemble their neighbours (its effective number of
    months, by their autocorrelation). Without an interval where a month has no units.

    Args:
        units: Month by month, in order.

    Source: Student's t of 11 degrees of freedom; effective number as in Bayley and Hammersley (1946).
    """
    rate = observed_rate(units)
    if rate is None:
        return None
    known = [float(each or 0) for each in units[-2 * _YEAR :]]
    if min(known) <= 0:
        return Estimate(rate)
    grown = np.log(np.array(known[_YEAR:]) / np.array(known[:_YEAR]))
    beside = grown - grown.mean()
    whole = float(beside @ beside)
    alike = min(max(float(beside[1:] @ beside[:-1]) / whole, 0.0), _MOST_ALIKE) if whole > 0 else 0.0
    reach = _T_90 * float(grown.std(ddof=1)) * math.sqrt((1 + alike) / (1 - alike) / _YEAR)
    lower, upper = (as_decimal((1 + float(rate)) * math.exp(each) - 1) for each in (-reach, reach))
    return Estimate(rate, min(lower, rate), max(upper, rate))


def yearly(rates: tuple[Decimal, ...], months: int) -> Decimal:
    """Return the factor of rates per year, each in one step from the 12th, 24th, ... month on; the last rate holds on.

    >>> yearly((Decimal("0.1"), Decimal("-0.5")), 11), yearly((Decimal("0.1"), Decimal("-0.5")), 36)
    (Decimal('1'), Decimal('0.275'))
    """
    factor = _ONE
    for year in range(months // _YEAR):
        factor *= 1 + rates[min(year, len(rates) - 1)] if rates else 1
    return factor
