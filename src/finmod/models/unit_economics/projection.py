"""History and projection of the cost of a unit, month by month and by fiscal year.

Cost of a projected month is ``(fixed + steps) * price + other * inflation + variable * scale * price * units``: prices
of suppliers and inflation of other cost change once a year, steps come with volume, scale as in ``growth.py``. Owns the
path of volume and cost and the band around it, which rests on the intervals of fixed and variable cost and of growth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Final, Generic, Literal

import numpy as np

from finmod.errors import counted, printable
from finmod.models.inferred_noise import Floats
from finmod.models.unit_economics.cost_function import (
    ARITHMETIC,
    DRAWS,
    LEVEL,
    CostFunction,
    interval,
    normal_draws,
    shown,
)
from finmod.models.unit_economics.growth import Given, Growth, Number, Scale, like, yearly
from finmod.terms.findings import Finding

_ZERO: Final = Decimal(0)
_OUT_OF_RANGE: Final = 2
"""A split that was learned between two volumes is stretched where one lies so many times above or below them."""

Kind = Literal["history", "projection", "both"]


@dataclass(frozen=True)
class Past:
    """A month that was.

    Attributes:
        month: Its first day.
        units: Volume; None where unknown.
        costs: Numerator, such as ``direct`` -> cost; None where unknown.
    """

    month: date
    units: Decimal | None
    costs: Mapping[str, Decimal | None]


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What a projection takes for granted.

    Attributes:
        present: Volume per month now.
        costs: Numerator, such as ``direct`` or ``fully_loaded`` -> its cost function now.
        growth: Of the volume.
        years: How far to look, at least 1.
        scale: Of variable cost; None for none.
        price_changes: Of suppliers' prices, per year; the last one holds on.
        inflation: Of other cost, per year; the last one holds on.
    """

    present: Decimal
    costs: Mapping[str, CostFunction]
    growth: Growth
    years: int = 3
    scale: Scale | None = None
    price_changes: tuple[Decimal, ...] = ()
    inflation: tuple[Decimal, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UnitCost:
    """Cost of a unit in a period, for one numerator.

    Attributes:
        period: A month as ``YYYY-MM``, or the label of a year.
        kind: ``both`` for a year that has months of history and of projection. Where there is other cost, which no
            month of history has, such a year is two of them.
        months: Number of its months that are there.
        numerator: Such as ``direct``.
        units: Volume of the period; None where unknown.
        total_cost: Of the period; None where unknown.
        average_cost: Per unit; None where units or cost are unknown or there are no units.
        lower: Where the interval of the average begins; None for history.
        upper: Where it ends; None for history and where it is open.
        variable_cost_per_unit: At the end of the period; None for history. One unit more costs less where scale makes
            all of them cheaper.
    """

    period: str
    kind: Kind
    months: int
    numerator: str
    units: Decimal | None
    total_cost: Decimal | None
    average_cost: Decimal | None
    lower: Decimal | None = None
    upper: Decimal | None = None
    variable_cost_per_unit: Decimal | None = None


@dataclass(frozen=True)
class Projection:
    """Cost of units that were and that may be.

    Attributes:
        months: By numerator, then month.
        years: By numerator, then year.
        findings: What is unknown, and why.
    """

    months: tuple[UnitCost, ...]
    years: tuple[UnitCost, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Now(Generic[Number]):
    """What has an interval, in one arithmetic."""

    fixed: Number
    variable: Number
    rate: Number


@dataclass(frozen=True)
class _Month(Generic[Number]):
    """One month in one arithmetic."""

    units: Number
    cost: Number
    variable: Number


@dataclass(frozen=True)
class _Line:
    """One month of one numerator: exactly, and its draws where it is none of history."""

    month: date
    units: Decimal | None
    cost: Decimal | None
    variable: Decimal | None = None
    drawn: _Month[Floats] | None = None


def project(
    past: Sequence[Past],
    assumed: Assumptions,
    *,
    year_of: Callable[[date], str],
    seed: int = 0,
    level: float = LEVEL,
) -> Projection:
    """Return the cost of a unit in the past and in the years to come.

    Args:
        past: At least one month, in order; the projection begins with the month after the last.
        assumed: Growth, scale, prices.
        year_of: The fiscal year of a month, as its label.
        seed: Of the simulation; the same gives the same intervals.
        level: Of the intervals.

    Raises:
        ValueError: There is no past, no year to look at, or nothing to sell now.
    """
    if not past or assumed.years < 1 or assumed.present <= 0:
        message = f"{len(past)} months of history, {assumed.years} years, {assumed.present} units"
        raise ValueError(message)
    with localcontext(ARITHMETIC):
        horizon = _horizon(assumed)
        ahead = [_months_after(past[-1].month, each) for each in range(1, horizon + 1)]
        months: list[UnitCost] = []
        years: list[UnitCost] = []
        # What no month of history has is not mixed with it in a year.
        is_apart = any(function.other for function in assumed.costs.values())
        for place, (numerator, function) in enumerate(assumed.costs.items()):
            lines = [_Line(each.month, each.units, each.costs.get(numerator)) for each in past]
            lines += _projected(assumed, function, ahead, seed, place)
            months += [_told(f"{line.month:%Y-%m}", numerator, [line], level) for line in lines]
            years += _by_year(lines, numerator, year_of, level, is_apart=is_apart)
        return Projection(tuple(months), tuple(years), tuple(_findings(past, assumed, horizon, months)))


def _horizon(assumed: Assumptions) -> int:
    wanted = assumed.years * 12
    return min(wanted, len(assumed.growth.series)) if isinstance(assumed.growth, Given) else wanted


def _months_after(month: date, count: int) -> date:
    place = month.year * 12 + month.month - 1 + count
    return date(place // 12, place % 12 + 1, 1)


def _projected(
    assumed: Assumptions, function: CostFunction, ahead: Sequence[date], seed: int, place: int
) -> list[_Line]:
    rate = assumed.growth.rate
    exact = _path(assumed, function, len(ahead), _Now(function.fixed.value, function.variable.value, rate.value))
    # Growth is the same for all numerators, so are its draws.
    grown = rate.draws(normal_draws(seed, 1)[0])
    drawn = _path(assumed, function, len(ahead), _Now(*function.draws(seed, stream=place + 1), grown))
    return [
        _Line(month, one.units, one.cost, one.variable, draws)
        for month, one, draws in zip(ahead, exact, drawn, strict=True)
    ]


def _path(assumed: Assumptions, function: CostFunction, horizon: int, now: _Now[Number]) -> list[_Month[Number]]:
    """Return the months ahead in the arithmetic of what is now."""
    rate = now.rate
    found: list[_Month[Number]] = []
    present, made = like(assumed.present, rate), like(_ZERO, rate)
    for month in range(1, horizon + 1):
        units = assumed.growth.units(present, rate, Decimal(month) / 12)
        made = made + units
        price = like(yearly(assumed.price_changes, month), rate)
        scale = assumed.scale.factor(units, present, made) if assumed.scale else like(Decimal(1), rate)
        other = like(function.other * yearly(assumed.inflation, month), rate)
        variable = now.variable * scale * price
        found.append(
            _Month(units, (now.fixed + _stepped(function, units)) * price + other + variable * units, variable)
        )
    return found


def _stepped(function: CostFunction, units: Number) -> Number:
    if isinstance(units, Decimal):
        return function.stepped(units)
    return function.stepped_draws(units)


def _by_year(
    lines: Sequence[_Line], numerator: str, year_of: Callable[[date], str], level: float, *, is_apart: bool
) -> list[UnitCost]:
    by_year: dict[tuple[str, bool], list[_Line]] = {}
    for line in lines:
        by_year.setdefault((year_of(line.month), is_apart and line.drawn is not None), []).append(line)
    return [_told(label, numerator, group, level) for (label, _), group in by_year.items()]


def _told(period: str, numerator: str, lines: Sequence[_Line], level: float) -> UnitCost:
    """Return the cost of a unit over some months: their cost by their units."""
    units, cost = _sum([line.units for line in lines]), _sum([line.cost for line in lines])
    average = cost / units if cost is not None and units else None
    ahead = [line.drawn for line in lines if line.drawn]
    kind: Kind = "history" if not ahead else "projection" if len(ahead) == len(lines) else "both"
    lower, upper = None, None
    if ahead and average is not None:
        before = [line for line in lines if line.drawn is None]
        spent = float(_sum([line.cost for line in before]) or 0) + sum(each.cost for each in ahead)
        made = float(_sum([line.units for line in before]) or 0) + sum(each.units for each in ahead)
        drawn = np.divide(spent, made, out=np.full(DRAWS, np.inf), where=made > 0)
        lower, upper = interval(drawn, average, level=level)
    return UnitCost(
        period=period,
        kind=kind,
        months=len(lines),
        numerator=numerator,
        units=units,
        total_cost=cost,
        average_cost=average,
        lower=lower,
        upper=upper,
        variable_cost_per_unit=lines[-1].variable,
    )


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """Return the sum of amounts; None where one is unknown."""
    known = [each for each in amounts if each is not None]
    return sum(known, _ZERO) if len(known) == len(amounts) else None


def _findings(past: Sequence[Past], assumed: Assumptions, horizon: int, months: Sequence[UnitCost]) -> list[Finding]:
    found: list[Finding] = []
    for numerator in assumed.costs:
        empty = [each.period for each in months if each.numerator == numerator and each.average_cost is None]
        if empty:
            words = (
                f"{printable(numerator.replace('_', ' '))} cost of a unit is unknown in {counted(len(empty), 'month')}"
            )
            found.append(_finding("FM2365", f"{words}, the first {empty[0]}: units or cost are 0 or unknown"))
    if horizon < assumed.years * 12:
        words = f"the growth that is given has {counted(horizon, 'month')}, and {assumed.years * 12:,} were asked for"
        found.append(_finding("FM2366", f"{words}: the projection ends with it"))
    known = [each.units for each in past if each.units]
    ahead = [each.units for each in months if each.kind == "projection" and each.units]
    if known and ahead and (max(ahead) > max(known) * _OUT_OF_RANGE or min(ahead) < min(known) / _OUT_OF_RANGE):
        far = max(ahead) if max(ahead) > max(known) * _OUT_OF_RANGE else min(ahead)
        span = f"{shown(min(known))} to {shown(max(known))}"
        words = f"the projection reaches {shown(far)} units a month, and cost is known at {span}"
        found.append(_finding("FM2367", f"{words}: further out fixed and variable cost may be others"))
    return found


def _finding(code: str, message: str) -> Finding:
    return Finding(code=code, message=message, severity="info" if code == "FM2367" else "warning")
