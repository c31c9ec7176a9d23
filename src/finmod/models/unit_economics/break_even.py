"""Break-even: the volume per month at which revenue pays for all cost, or for a profit besides.

Of one product the volume is ``(fixed + profit) / (price * (1 - fee) - fee per unit - variable)``; of several in a
constant mix the contribution per unit is their weighted mean. Its interval is found by simulation: of a ratio whose
denominator may reach 0 it can be open above (as in Fieller's theorem), and of step-fixed cost no formula has it.

Source: Horngren, Datar, Rajan: Cost Accounting, chapter on cost-volume-profit analysis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from typing import Final

import numpy as np

from finmod.errors import counted, printable
from finmod.models.inferred_noise import Floats
from finmod.models.unit_economics.cost_function import (
    ARITHMETIC,
    DRAWS,
    LEVEL,
    MOST_STEPS,
    Capacity,
    CostFunction,
    Step,
    interval,
    shown,
    sorted_steps,
)
from finmod.terms.findings import Finding, Severity

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_NAMED: Final = 5


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A product at a price.

    Attributes:
        name: Of the product.
        price: Revenue per unit.
        cost: What it costs.
        units: Volume per month now, which makes the mix; None where unknown.
        fee: Part of the price that goes with every sale, such as a payment fee: 0 to 1.
        fee_per_unit: Amount that goes with every unit.
    """

    name: str
    price: Decimal
    cost: CostFunction
    units: Decimal | None = None
    fee: Decimal = _ZERO
    fee_per_unit: Decimal = _ZERO


@dataclass(frozen=True, kw_only=True)
class BreakEven:
    """At which volume products break even. All volumes are units per month, of all products together.

    Attributes:
        contribution: Revenue without fees minus variable cost, per unit of the mix; None where the mix is unknown.
        contribution_margin: Contribution as a ratio of price; None where that is 0 or unknown.
        fixed_cost: Per month, without steps.
        profit: What is wanted beyond all cost, per month.
        volume: The least volume that breaks even; None where none does.
        lower: Where its interval begins; None where no draw breaks even.
        upper: Where it ends; None where it is open.
        safe_volume: From here on every volume breaks even; differs from ``volume`` where a step turns profit to loss.
            None where none is, because capacity costs more than it brings.
        points: Every volume at which profit passes what is wanted, upwards.
        by_product: Product -> its part of ``volume``.
        revenue: At ``volume``.
        without: Part of the draws in which no volume breaks even.
        units: Volume now.
        operating_profit: At the volume now, before what is wanted.
        margin_of_safety: Part of the volume now that could be lost; negative where it does not break even.
        operating_leverage: Per cent of profit that a per cent of volume brings now: contribution / operating profit.
            None where there is no profit now.
        findings: What is unknown, and why.
    """

    fixed_cost: Decimal
    profit: Decimal
    contribution: Decimal | None = None
    contribution_margin: Decimal | None = None
    volume: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    safe_volume: Decimal | None = None
    points: tuple[Decimal, ...] = ()
    by_product: Mapping[str, Decimal] = field(default_factory=dict)
    revenue: Decimal | None = None
    without: float = 0.0
    units: Decimal | None = None
    operating_profit: Decimal | None = None
    margin_of_safety: Decimal | None = None
    operating_leverage: Decimal | None = None
    findings: tuple[Finding, ...] = ()


def break_even(offers: Sequence[Offer], *, profit: Decimal = _ZERO, seed: int = 0, level: float = LEVEL) -> BreakEven:
    """Return the volume at which products break even together, in the mix of their present units.

    Args:
        offers: At least one; units of one kind and amounts of one currency. Their mix stays as it is.
        profit: What is wanted per month beyond all cost, one currency with them.
        seed: Of the simulation; the same gives the same interval.
        level: Of the interval.

    Raises:
        ValueError: There is no offer.

    >>> from finmod.models.unit_economics.cost_function import Estimate
    >>> cost = CostFunction(fixed=Estimate(Decimal(900)), variable=Estimate(Decimal("0.2")))
    >>> found = break_even([Offer(name="search", price=Decimal("0.5"), cost=cost, units=Decimal(4000))])
    >>> f"{found.volume:f}", found.margin_of_safety, found.operating_leverage
    ('3000', Decimal('0.25'), Decimal('4'))
    """
    if not offers:
        message = "no offer"
        raise ValueError(message)
    with localcontext(ARITHMETIC):
        fixed = sum((each.cost.fixed.value + each.cost.other for each in offers), _ZERO)
        mix = _mix(offers)
        if mix is None:
            return _without_mix(offers, fixed, profit)
        mixed = _Mixed(offers, mix, fixed, profit)
        if mixed.is_too_many:
            return _too_fine(mixed)
        return _told(mixed, _points(mixed), _simulated(mixed, seed), level)


def break_even_volume(offer: Offer, *, profit: Decimal = _ZERO) -> Decimal | None:
    """Return the least volume at which one product breaks even, without its interval; None where none does.

    Args:
        offer: The product.
        profit: What is wanted per month beyond all cost.
    """
    with localcontext(ARITHMETIC):
        fixed = offer.cost.fixed.value + offer.cost.other
        mixed = _Mixed([offer], [_ONE], fixed, profit)
        return None if mixed.is_too_many else next(iter(_points(mixed)), None)


class _Mixed:
    """Products as one: a unit of the mix has a part of each.

    Attributes:
        mix: Product by product its part; they sum to 1.
        fixed: Cost per month of all, without steps.
        needed: What contribution has to pay for before any step.
        contribution: Per unit of the mix.
        price: Of a unit of the mix.
        steps: Of all products, by the volume of all together, those of capacity as far as ``end``.
        end: Beyond it profit no longer passes what is wanted; None without capacity.
        apace: What capacity costs per unit of the mix, in the long run.
        units: Volume now; None where unknown.
    """

    def __init__(self, offers: Sequence[Offer], mix: Sequence[Decimal], fixed: Decimal, profit: Decimal) -> None:
        self.offers, self.mix, self.fixed, self.profit = offers, mix, fixed, profit
        self.needed = fixed + profit
        parts = [*zip(offers, mix, strict=True)]
        self.contribution = sum(((_net(offer) - offer.cost.variable.value) * part for offer, part in parts), _ZERO)
        self.price = sum((offer.price * part for offer, part in parts), _ZERO)
        self.capacities = [
            Capacity(size=one.size / part, added=one.added, held=one.held)
            for offer, part in parts
            if part > 0 and (one := offer.cost.capacity) and one.added > 0
        ]
        self.apace = sum((one.added / one.size for one in self.capacities), _ZERO)
        given = [Step(step.above / part, step.added) for offer, part in parts if part > 0 for step in offer.cost.steps]
        self.end = self._end(sum((step.added for step in given), _ZERO)) if self.capacities else None
        self.is_too_many = any(self.end is not None and self.end / one.size > MOST_STEPS for one in self.capacities)
        self.steps = sorted_steps([*given, *(() if self.is_too_many else self._full())])
        known = [offer.units for offer in offers if offer.units is not None]
        self.units = sum(known, _ZERO) if len(known) == len(offers) else None

    def _end(self, stepped: Decimal) -> Decimal:
        """Return the volume beyond which there is profit, or none, whatever piece of capacity is nearly full."""
        first = max(one.size * (one.held + 1) for one in self.capacities)
        held = sum((one.added * one.held for one in self.capacities), _ZERO)
        gain = self.contribution - self.apace
        if self.contribution <= 0 or gain == 0:
            return first
        more = sum((one.added for one in self.capacities), _ZERO)
        # Pieces of capacity are at least units / size, and at most one more.
        edge = (self.needed + stepped + more - held) / gain if gain > 0 else (held - self.needed) / -gain
        return max(edge, first)

    def _full(self) -> Iterator[Step]:
        for one in self.capacities:
            pieces = one.held
            while self.end is not None and one.size * pieces < self.end:
                yield Step(one.size * pieces, one.added)
                pieces += 1

    def profit_now(self) -> Decimal | None:
        if self.units is None:
            return None
        stepped = sum(
            (offer.cost.stepped(self.units * part) for offer, part in zip(self.offers, self.mix, strict=True)), _ZERO
        )
        return self.contribution * self.units - self.fixed - stepped


def _net(offer: Offer) -> Decimal:
    return offer.price * (1 - offer.fee) - offer.fee_per_unit


def _mix(offers: Sequence[Offer]) -> list[Decimal] | None:
    """Return each product's part of a unit of the mix; None where the units of several are unknown."""
    if len(offers) == 1:
        return [_ONE]
    units = [each.units for each in offers if each.units is not None]
    whole = sum(units, _ZERO)
    return [each / whole for each in units] if len(units) == len(offers) and whole > 0 else None


def _points(mixed: _Mixed) -> list[Decimal]:
    """Return every volume at which profit passes what is wanted, upwards; 0 where it is reached from the start."""
    if mixed.contribution <= 0:
        return []
    points: list[Decimal] = []
    needed, start = mixed.needed, _ZERO
    for place in range(len(mixed.steps) + 1):
        end = mixed.steps[place].above if place < len(mixed.steps) else mixed.end
        volume = max(needed / mixed.contribution, _ZERO)
        if (volume > start or place == 0) and (end is None or volume <= end):
            points.append(volume)
        if end is not None and place < len(mixed.steps):
            needed, start = needed + mixed.steps[place].added, end
    return points


def _simulated(mixed: _Mixed, seed: int) -> Floats:
    """Return draws of the least volume that breaks even; infinite where none does."""
    needed = np.full(DRAWS, float(mixed.profit))
    contribution = np.zeros(DRAWS)
    for place, (offer, part) in enumerate(zip(mixed.offers, mixed.mix, strict=True)):
        fixed, variable = offer.cost.draws(seed, stream=place)
        needed += fixed + float(offer.cost.other)
        contribution += (float(_net(offer)) - variable) * float(part)
    least, start = np.full(DRAWS, np.inf), 0.0
    apace = float(mixed.apace)
    for place in range(len(mixed.steps) + 1):
        end = float(mixed.steps[place].above) if place < len(mixed.steps) else np.inf
        if place == len(mixed.steps) and mixed.end is not None:
            # Further out capacity goes along with volume, which is off by a piece at most.
            needed, contribution = needed - apace * start, contribution - apace
        volume = np.divide(needed, contribution, out=np.full(DRAWS, np.inf), where=contribution > 0)
        volume = np.maximum(volume, 0.0)
        inside = ((volume > start) | (place == 0)) & (volume <= end)
        least = np.where(np.isinf(least) & inside, volume, least)
        if place < len(mixed.steps):
            needed, start = needed + float(mixed.steps[place].added), end
    return least


def _told(mixed: _Mixed, points: Sequence[Decimal], simulated: Floats, level: float) -> BreakEven:
    volume = points[0] if points else None
    lower, upper = (None, None) if volume is None else interval(simulated, volume, level=level)
    units, profit = mixed.units, mixed.profit_now()
    safety = (units - volume) / units if volume is not None and units else None
    parts = {offer.name: volume * part for offer, part in zip(mixed.offers, mixed.mix, strict=True)} if volume else {}
    found = BreakEven(
        contribution=mixed.contribution,
        contribution_margin=mixed.contribution / mixed.price if mixed.price > 0 else None,
        fixed_cost=mixed.fixed,
        profit=mixed.profit,
        volume=volume,
        lower=lower,
        upper=upper,
        safe_volume=points[-1] if points and mixed.contribution > mixed.apace else None,
        points=tuple(points),
        by_product=parts,
        revenue=None if volume is None else volume * mixed.price,
        without=float(np.isinf(simulated).mean()),
        units=units,
        operating_profit=profit,
        margin_of_safety=safety,
        operating_leverage=mixed.contribution * units / profit if units is not None and profit and profit > 0 else None,
    )
    return replace(found, findings=tuple(_findings(mixed, found)))


def _findings(mixed: _Mixed, found: BreakEven) -> Iterator[Finding]:
    names = printable(", ".join(offer.name for offer in mixed.offers))
    if found.volume is None and mixed.contribution > 0:
        words = f"{names}: no volume breaks even, because capacity costs {shown(mixed.apace)} a unit"
        yield _finding("FM2360", f"{words} and a unit brings {shown(mixed.contribution)} beyond its variable cost")
        return
    if found.volume is None:
        after_fees = sum((_net(offer) * part for offer, part in zip(mixed.offers, mixed.mix, strict=True)), _ZERO)
        fees = f", {shown(after_fees)} after fees," if after_fees != mixed.price else ""
        words = f"{names}: no volume breaks even, because a unit brings {shown(mixed.price)}{fees} and its variable "
        yield _finding("FM2360", f"{words}cost is {shown(after_fees - mixed.contribution)}")
        return
    if len(found.points) > 1:
        listed = ", ".join(map(shown, found.points[:_NAMED]))
        more = f" and {len(found.points) - _NAMED:,} more" if len(found.points) > _NAMED else ""
        words = f"{names}: {counted(len(found.points), 'volume')} break even: {listed}{more}"
        yield _finding("FM2361", words, "info")
    if found.safe_volume is None:
        words = f"{names}: at great volumes nothing breaks even, because capacity costs {shown(mixed.apace)} a unit"
        yield _finding("FM2361", f"{words} and a unit brings {shown(mixed.contribution)} beyond its variable cost")
    if found.upper is None:
        part = f"{found.without * 100:.0f} % of what the intervals of its cost allow"
        yield _finding("FM2362", f"{names}: the break-even volume has no upper end: in {part} no volume breaks even")
    if found.margin_of_safety is None:
        why = "no units are known for now" if found.units is None else "there are no units now"
        yield _finding("FM2363", f"{names}: {why}, so there is no margin of safety")
    elif found.operating_leverage is None:
        now = "operating profit is 0 now" if found.operating_profit == 0 else "there is a loss now"
        yield _finding("FM2364", f"{names}: {now}, so operating leverage is undefined", "info")


def _without_mix(offers: Sequence[Offer], fixed: Decimal, profit: Decimal) -> BreakEven:
    unknown = printable(", ".join(offer.name for offer in offers if offer.units is None))
    why = f"the units of {unknown} are unknown" if unknown else "there are no units now"
    words = f"{why}, so there is no mix in which {counted(len(offers), 'product')} could break even together"
    return BreakEven(fixed_cost=fixed, profit=profit, findings=(_finding("FM2363", words),))


def _too_fine(mixed: _Mixed) -> BreakEven:
    sizes = " and ".join(shown(one.size) for one in mixed.capacities)
    names = printable(", ".join(offer.name for offer in mixed.offers))
    words = f"{names}: break-even is not told, because pieces of capacity of {sizes} units are more than {MOST_STEPS:,}"
    return BreakEven(
        contribution=mixed.contribution,
        fixed_cost=mixed.fixed,
        profit=mixed.profit,
        units=mixed.units,
        operating_profit=mixed.profit_now(),
        findings=(_finding("FM2380", f"{words} until there"),),
    )


def _finding(code: str, message: str, severity: Severity = "warning") -> Finding:
    return Finding(code=code, message=message, severity=severity)
