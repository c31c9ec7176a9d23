"""Metrics: what a unit metric or KPI is made of, defined once for every command, page and export.

Owns the record of a metric and what follows from it: its unit and how it adds up. Where metrics are declared is told in
``settings``, how their figures are found in ``workspace``.

Source: FinOps Foundation, "Unit Economics" and "FinOps KPIs"; Kimball and Ross, "The Data Warehouse Toolkit", on
additive, semi-additive and non-additive measures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["cost", "quantity", "driver", "tags", "potential"]
Basis = Literal["allocated", "charges"]
Part = Literal["full", "direct", "shared"]
OverTime = Literal["sum", "average", "last"]
Format = Literal["money", "number", "percent"]
Direction = Literal["lower", "higher", "neither"]
Additivity = Literal["additive", "semi-additive", "ratio"]


@dataclass(frozen=True)
class Demand:
    """What a column or dimension must be.

    Attributes:
        subject: Column of the table, or a dimension.
        any: Texts, globs or /patterns/, one of which it must be; empty for no demand.
        none: Those that it must not be.
        absent: Whether there must be none.
        place: ``file:line:column``.
    """

    subject: str
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    absent: bool = False
    place: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One term of a numerator or denominator: a sum of cost or quantity, or a driver.

    Attributes:
        kind: What is summed.
        name: FOCUS id of the cost or quantity, the driver's name, ``understood`` or ``taggable`` of
            tags, or ``commitment_savings`` of what could be saved at most.
        unit: What it counts: a currency's code for money, such as ``USD``, else ``order``, ``GB``, ``token``.
        sign: 1, or -1 where it is taken off.
        basis: Of a cost: as it is allocated to targets, or as it is on the bills.
        part: Of allocated cost: all of it, a target's own charges alone, or its parts of pools alone.
        where: Demands that must all hold.
        known: FOCUS ids of other costs that must be known of a charge, so that both sides of a ratio are of the same
            charges.
        over_time: Of a driver: what becomes of its periods within a month.
        not_over: Dimensions over which a driver must not be added up: a user of two products is one user.
        place: ``file:line:column``.
    """

    kind: Kind
    name: str
    unit: str
    sign: Literal[1, -1] = 1
    basis: Basis = "allocated"
    part: Part = "full"
    where: tuple[Demand, ...] = ()
    known: tuple[str, ...] = ()
    over_time: OverTime = "sum"
    not_over: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric.

    Attributes:
        name: As it is asked for.
        label: How pages call it.
        numerator: Terms that are added up; all count the same.
        denominator: The same below the line; empty for a metric that is a sum.
        unit: What its figures are in, such as ``USD per order``; empty for a share.
        currency: Of a metric of money, the reporting currency; None otherwise.
        format: How figures are shown.
        places: Digits behind the point that are shown, of a percentage those of the percentage; None for what it needs.
        better: Which way is good.
        additivity: ``additive`` figures of parts sum to the whole; ``semi-additive`` ones not over time, or not over
            the dimensions of ``not_over``; a ``ratio`` is never summed: its numerator and its denominator are.
        by: Dimensions by which the table of metrics tells it.
        owner: Who answers for it; None where nobody is named.
        description: What it means, in a sentence or two.
        source: Where the definition is from.
        built_in: Whether it came with finmod.
        place: ``file:line:column``.
    """

    name: str
    label: str
    numerator: tuple[Measure, ...]
    denominator: tuple[Measure, ...] = ()
    unit: str
    currency: str | None
    format: Format
    places: int | None = None
    better: Direction = "neither"
    additivity: Additivity
    by: tuple[str, ...] = ()
    owner: str | None = None
    description: str | None = None
    source: str | None = None
    built_in: bool = False
    place: str = field(default="", compare=False)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Return every term."""
        return (*self.numerator, *self.denominator)

    @property
    def is_ratio(self) -> bool:
        """Return whether it has a denominator."""
        return bool(self.denominator)


def shared_demands(measures: tuple[Measure, ...]) -> tuple[Demand, ...]:
    """Return the demands that all of some terms have."""
    first, others = (measures[0].where, measures[1:]) if measures else ((), ())
    return tuple(each for each in first if all(each in other.where for other in others))


def unit_of_ratio(above: str, below: str | None) -> str:
    """Return the unit of a metric: ``USD per order``; empty where both sides count the same.

    >>> unit_of_ratio("USD", "order"), unit_of_ratio("USD", "USD"), unit_of_ratio("USD", None)
    ('USD per order', '', 'USD')
    """
    if below is None:
        return above
    return "" if above == below else f"{above} per {below}"


def additivity_of(numerator: tuple[Measure, ...], denominator: tuple[Measure, ...]) -> Additivity:
    """Return how a metric adds up.

    >>> additivity_of((Measure(kind="driver", name="users", unit="user", over_time="average"),), ())
    'semi-additive'
    """
    if denominator:
        return "ratio"
    whole = all(each.over_time == "sum" and not each.not_over for each in numerator)
    return "additive" if whole else "semi-additive"


def in_words(metric: Metric) -> str:
    """Return what a metric is made of, in one line.

    >>> cost = Measure(kind="cost", name="EffectiveCost", unit="USD", where=(Demand("product", ("checkout",)),))
    >>> orders = Measure(kind="driver", name="orders", unit="order")
    >>> told = {"unit": "USD per order", "currency": "USD", "format": "money", "additivity": "ratio"}
    >>> in_words(Metric(name="c", label="c", numerator=(cost,), denominator=(orders,), **told))
    'EffectiveCost where product is checkout / orders'
    """
    above, below = _side(metric.numerator), _side(metric.denominator)
    if not below:
        return above
    return f"({above}) / {below}" if len(metric.numerator) > 1 else f"{above} / {below}"


def _side(measures: tuple[Measure, ...]) -> str:
    found = ""
    for measure in measures:
        sign = " - " if measure.sign < 0 else " + "
        found += (sign if found else sign.strip(" +")) + _words(measure)
    return found


def _words(measure: Measure) -> str:
    """Return a measure as a person would say it."""
    parts = [measure.name]
    if measure.kind in {"tags", "potential"}:
        parts = [f"{measure.name} spend" if measure.kind == "tags" else f"potential {measure.name}"]
    if measure.kind == "cost" and measure.basis == "charges":
        parts.append("of charges")
    if measure.part != "full":
        parts = [measure.part, *parts]
    if measure.kind == "quantity":
        parts.append(f"in {measure.unit}")
    if measure.over_time != "sum":
        parts.append(f"({measure.over_time} over time)")
    if measure.where:
        parts.append("where " + " and ".join(map(_demand, measure.where)))
    return " ".join(parts)


def _demand(demand: Demand) -> str:
    if demand.absent:
        return f"{demand.subject} is absent"
    words = [f"is {' or '.join(demand.any)}"] if demand.any else []
    words += [f"is not {' or '.join(demand.none)}"] if demand.none else []
    return f"{demand.subject} {' and '.join(words)}"
