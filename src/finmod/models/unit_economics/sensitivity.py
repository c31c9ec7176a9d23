"""Sensitivity of a figure to each of its inputs, one at a time: the rows of a tornado chart.

Owns the ranking, and what single changes do not explain of all of them together. Which figure it is, and where each
input may lie, the caller says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import product

from finmod.errors import printable
from finmod.models.unit_economics.cost_function import ARITHMETIC, Estimate, shown
from finmod.terms.findings import Finding

Figure = Callable[[Mapping[str, Decimal]], Decimal | None]
"""A figure by its inputs, name -> value; None where these give none."""


@dataclass(frozen=True)
class Input:
    """What a figure depends on.

    Attributes:
        name: Key of the figure's inputs.
        base: Its value.
        low: The least value that is looked at.
        high: The greatest.
        why: Where the range is from, such as ``90 % interval`` or ``+-10 %``.

    Raises:
        ValueError: The base lies outside of the range.
    """

    name: str
    base: Decimal
    low: Decimal
    high: Decimal
    why: str

    def __post_init__(self) -> None:
        if not self.low <= self.base <= self.high:
            message = f"{self.name} from {self.low} to {self.high} around {self.base}"
            raise ValueError(message)


@dataclass(frozen=True)
class Bar:
    """One row of a tornado: what a figure is where one input is at an end of its range and the others are as they are.

    Attributes:
        varied: The input.
        at_low: The figure at the input's least value; None where there is none.
        at_high: At its greatest.
        swing: Greatest minus least figure, that of the base among them; None where one of them is unknown.
    """

    varied: Input
    at_low: Decimal | None
    at_high: Decimal | None
    swing: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Tornado:
    """The sensitivity of a figure.

    Attributes:
        base: The figure where all inputs are as they are; None where there is none.
        bars: By swing, the widest first; before them those of an input at whose ends there is no figure.
        highest: The greatest figure where every input is at either end; None where one is unknown.
        lowest: The least one.
        interaction_up: What ``highest`` is beyond the base and the sum of single rises.
        interaction_down: What ``lowest`` is beyond the base and the sum of single falls.
        findings: What is unknown, and why.
    """

    base: Decimal | None
    bars: tuple[Bar, ...]
    highest: Decimal | None
    lowest: Decimal | None
    interaction_up: Decimal | None
    interaction_down: Decimal | None
    findings: tuple[Finding, ...]

    @property
    def moving(self) -> list[Bar]:
        """The bars that move the figure, or at whose ends there is none."""
        return [bar for bar in self.bars if bar.swing is None or bar.swing > 0]


def tornado(figure: Figure, inputs: Sequence[Input], *, name: str) -> Tornado:
    """Return how a figure moves with each input alone, and how far all together differ from that.

    Args:
        figure: Exact where it is money; it is asked for every combination of ends of the inputs that have two.
        inputs: All that the figure takes; one that is certain has a range of one value, and no swing.
        name: What findings call the figure.

    >>> units = Input("units", Decimal(10), Decimal(5), Decimal(20), "last year")
    >>> cost = varied("cost", Decimal(30), Decimal("0.1"))
    >>> found = tornado(lambda given: given["cost"] / given["units"], [cost, units], name="cost per unit")
    >>> [(bar.varied.name, str(bar.at_low), str(bar.at_high), str(bar.swing)) for bar in found.bars]
    [('units', '6', '1.5', '4.5'), ('cost', '2.7', '3.3', '0.6')]
    >>> str(found.highest), str(found.interaction_up)
    ('6.6', '0.3')
    """
    with localcontext(ARITHMETIC):
        given = {each.name: each.base for each in inputs}
        base = figure(given)
        bars = [_bar(figure, given, each, base) for each in inputs]
        lowest, highest = _extremes(figure, given, bars, base)
        up, down = _beyond(highest, bars, base, upward=True), _beyond(lowest, bars, base, upward=False)
        return Tornado(
            base=base,
            bars=tuple(sorted(bars, key=_rank)),
            highest=highest,
            lowest=lowest,
            interaction_up=up,
            interaction_down=down,
            findings=tuple(_findings(base, bars, name)),
        )


def from_estimate(name: str, estimate: Estimate) -> Input:
    """Return an input whose range is the interval of an estimate."""
    why = "exact" if estimate.lower is None else f"{estimate.level * 100:.0f} % interval"
    return Input(name, estimate.value, estimate.low, estimate.high, why)


def varied(name: str, base: Decimal, part: Decimal) -> Input:
    """Return an input that lies a part of its value below and above it.

    Args:
        name: Of the input.
        base: Its value.
        part: Such as 0.1 for 10 %.
    """
    reach = abs(base * part)
    return Input(name, base, base - reach, base + reach, f"+-{shown(part * 100)} %")


def _bar(figure: Figure, given: Mapping[str, Decimal], each: Input, base: Decimal | None) -> Bar:
    at_low, at_high = (figure({**given, each.name: end}) for end in (each.low, each.high))
    known = [one for one in (at_low, base, at_high) if one is not None]
    return Bar(each, at_low, at_high, max(known) - min(known) if len(known) == 3 else None)  # noqa: PLR2004 - all three


def _rank(bar: Bar) -> tuple[bool, Decimal]:
    return bar.swing is not None, -(bar.swing or Decimal(0))


def _extremes(
    figure: Figure, given: Mapping[str, Decimal], bars: Sequence[Bar], base: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Return the least and the greatest figure of all combinations of ends; None where one of them has no figure."""
    if base is None or any(bar.swing is None for bar in bars):
        return None, None
    # What moves nothing alone may still move something together with others, if the figure takes it at all.
    varied = [bar.varied for bar in bars if bar.varied.low < bar.varied.high]
    found = [base, *(end for bar in bars for end in (bar.at_low, bar.at_high) if end is not None)]
    for ends in product(*((each.low, each.high) for each in varied)):
        result = figure({**given, **{each.name: end for each, end in zip(varied, ends, strict=True)}})
        if result is None:
            return None, None
        found.append(result)
    return min(found), max(found)


def _beyond(end: Decimal | None, bars: Sequence[Bar], base: Decimal | None, *, upward: bool) -> Decimal | None:
    """Return what an extreme is beyond the base and the sum of single changes."""
    if end is None or base is None:
        return None
    pick = max if upward else min
    singles = [pick(one - base for one in (bar.at_low, bar.at_high, base) if one is not None) for bar in bars]
    return end - base - sum(singles, Decimal(0))


def _findings(base: Decimal | None, bars: Sequence[Bar], name: str) -> list[Finding]:
    if base is None:
        words = f"there is no {printable(name)} to begin with, so its sensitivity is unknown"
        return [Finding(code="FM2368", message=words, severity="warning")]
    found = []
    for bar in bars:
        ends = [(bar.at_low, bar.varied.low), (bar.at_high, bar.varied.high)]
        missing = [shown(value) for result, value in ends if result is None]
        if missing:
            words = f"there is no {printable(name)} where {printable(bar.varied.name)} is {' or '.join(missing)}"
            found.append(Finding(code="FM2368", message=words, severity="warning"))
    return found
