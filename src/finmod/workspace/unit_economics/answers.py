"""Unit economics of a metric: what a unit costs and would cost, where it breaks even, what it must be sold for.

Owns what is fetched for each question and how what is refused is told. The arithmetic is in ``models/unit_economics``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final, Generic, TypeVar

from finmod.errors import Problem, UserError, printable
from finmod.models.unit_economics.break_even import BreakEven, Offer, break_even
from finmod.models.unit_economics.cost_function import CostFunction, Estimate, capacity_of, shown
from finmod.models.unit_economics.figures import Present
from finmod.models.unit_economics.growth import Logistic
from finmod.models.unit_economics.price_floor import Priced, PriceFloor, Terms, price_floors
from finmod.models.unit_economics.projection import Assumptions, Projection, project
from finmod.models.unit_economics.sensitivity import Input, Tornado, from_estimate, tornado, varied
from finmod.models.unit_economics.split import CostSplit
from finmod.settings.project import Project
from finmod.terms.findings import Finding
from finmod.workspace.metrics.measures import measures
from finmod.workspace.unit_economics.books import NUMERATORS, Books, books_of, of_cost
from finmod.workspace.unit_economics.question import Outlook, Question, refuse_no_reach
from finmod.workspace.unit_economics.split import ProductSplit, divided, split_product
from finmod.workspace.unit_economics.words import (
    growth_of,
    known_splits,
    made_before,
    named,
    other_apart,
    price_source,
    refusals,
    stepped_already,
    unpriced,
)

Row = TypeVar("Row")
_ZERO: Final = Decimal(0)
_EVERY: Final = tuple(NUMERATORS)
_MIDDLE: Final = 15
"""Day of a month: it lies in the year that has most of the month."""


@dataclass(frozen=True, kw_only=True)
class Answer(Generic[Row]):
    """The answer to a question.

    Attributes:
        books: What it starts from.
        rows: Product by product.
        findings: What is left out or unknown, and why.
        assumed: What was taken for granted, in sentences.
    """

    books: Books
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    assumed: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Start:
    """What every answer to a question starts from: books read and costs split, once for all of them.

    Attributes:
        project: The project.
        asked: The question.
        books: What was read.
        splits: Product by product.
    """

    project: Project
    asked: Question
    books: Books
    splits: tuple[ProductSplit, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is left out of every answer that looks further: steps too, which are in today's cost already."""
        return *self.books.findings, *refusals(self.splits), *stepped_already(self.asked.steps, self.splits)

    @property
    def of_price(self) -> tuple[Finding, ...]:
        """What is odd about the revenue that prices are from; nothing where the price is given."""
        return self.books.of_revenue if self.asked.price is None else ()

    @property
    def price_source(self) -> str:
        """Where prices are from, in words."""
        return price_source(self.asked.price, self.books.revenue, self.asked.by)

    def answer(self, rows: Iterable[Row], findings: Iterable[Finding], *assumed: str) -> Answer[Row]:
        """Return an answer; its findings are of the cost that the metric is made of."""
        told = of_cost(self.books.metric, findings)
        return Answer(books=self.books, rows=tuple(rows), findings=told, assumed=tuple(dict.fromkeys(assumed)))


def unit_start(project: Project, asked: Question) -> Start:
    """Return the books and the split cost of a question.

    Raises:
        UserError: The metric, a dimension, a product or the driver of revenue is not there; nothing was applied.
    """
    with measures(project) as read:
        books = books_of(
            read, asked.metric, asked.by, only=asked.only, revenue=asked.revenue, with_days=asked.variable is None
        )
    splits = [
        split_product(each, _EVERY, said=asked.variable, price=asked.price, seed=asked.seed) for each in books.products
    ]
    others = divided(asked.other, [each.product.now for each in splits])
    told = tuple(replace(each, other=other) for each, other in zip(splits, others, strict=True))
    return Start(project, asked, books, told)


def unit_splits(start: Start) -> Answer[ProductSplit]:
    """Return average and marginal cost of a unit, and what of a product's cost is fixed."""
    return start.answer(start.splits, (*start.books.findings, *refusals(start.splits)))


@dataclass(frozen=True)
class Projected:
    """The projection of one product."""

    product: str
    projection: Projection


def unit_projections(start: Start, outlook: Outlook) -> Answer[Projected]:
    """Return the cost of a unit in the past and in years to come, for products whose cost could be split.

    Raises:
        UserError: A curve is to come to less than there is now.
    """
    asked, splits = start.asked, start.splits
    rows, findings, assumed = [], [*start.findings], []

    def year_of(month: date) -> str:
        return start.project.calendar.period_of(month.replace(day=_MIDDLE), "year").label

    for each in splits:
        known = known_splits(each)
        if not known:
            continue
        units = next(iter(known.values())).units
        growth, words = growth_of(each, outlook.growth)
        if isinstance(growth, Logistic) and growth.saturation <= units:
            raise UserError(_saturated(growth.saturation, each.product.name, units))
        assumed.append(words if outlook.growth else f"{printable(each.product.name)}: {words}")
        scale = outlook.scale
        if outlook.progress is not None:
            scale, made = made_before(each, outlook.progress)
            assumed.append(made)
        assumptions = Assumptions(
            present=units,
            costs={name: _function(asked, each, one, name) for name, one in known.items()},
            growth=growth,
            years=outlook.years,
            scale=scale,
            price_changes=outlook.price_changes,
            inflation=outlook.inflation,
        )
        found = project(each.past, assumptions, year_of=year_of, seed=asked.seed)
        rows.append(Projected(each.product.name, found))
        findings += named(each, found.findings)
    if asked.other and rows:
        assumed.append(other_apart(asked.other, start.books.currency))
    return start.answer(rows, findings, *assumed)


@dataclass(frozen=True)
class BrokenEven:
    """Break-even of one product, or of several together, for one numerator."""

    product: str
    numerator: str
    found: BreakEven


def unit_break_even(start: Start, *, profit: Decimal = _ZERO, together: bool = False) -> Answer[BrokenEven]:
    """Return the volumes at which products break even.

    Args:
        start: What it starts from.
        profit: What is wanted per month beyond all cost.
        together: Whether products break even together in their present mix, instead of each alone.
    """
    asked, splits = start.asked, start.splits
    findings = [*start.findings, *start.of_price, *unpriced(splits)]
    offers = {
        name: [
            _offer(asked, each, split, name)
            for each in splits
            if each.price is not None and (split := each.splits[name]) is not None
        ]
        for name in _EVERY
    }
    rows = []
    for name, every in offers.items():
        groups = [every] if together and every else [[each] for each in every]
        for group in groups:
            label = group[0].name if len(group) == 1 else f"{len(group)} together"
            rows.append(BrokenEven(label, name, break_even(group, profit=profit, seed=asked.seed)))
            findings += [
                replace(one, message=f"{one.message} ({name.replace('_', ' ')})") for one in rows[-1].found.findings
            ]
    return start.answer(sorted(rows, key=lambda row: row.product), findings, start.price_source)


@dataclass(frozen=True)
class Swings:
    """The sensitivity of a figure of one product, for one numerator."""

    product: str
    numerator: str
    found: Tornado


def unit_sensitivity(start: Start, figure: str, *, part: Decimal, margin: Decimal = _ZERO) -> Answer[Swings]:
    """Return how a figure moves with each of its inputs.

    Args:
        start: What it starts from.
        figure: One of ``FIGURES``.
        part: How far inputs without an interval are moved, such as 0.1 for 10 %.
        margin: Part of the price that is wanted.

    Raises:
        UserError: The part is not above 0.
    """
    refuse_no_reach(part)
    asked, splits = start.asked, start.splits
    findings, rows = [*start.findings], []
    needs_price = figure in {"margin", "break_even_volume"}
    if needs_price:
        findings += [*start.of_price, *unpriced(splits)]
    for each in splits:
        for name, split in known_splits(each).items():
            if needs_price and each.price is None:
                continue
            inputs = [*_inputs(asked, each, split, name, part, margin)]
            present = Present(split.units, _function(asked, each, split, name))
            words = figure.replace("_", " ").replace("break even", "break-even")
            found = tornado(present.figure(figure), inputs, name=f"{words} of {each.product.name}")
            rows.append(Swings(each.product.name, name, found))
            findings += found.findings
    return start.answer(rows, findings, *((start.price_source,) if needs_price else ()))


def unit_price_floors(start: Start, *, margin: Decimal, volumes: Sequence[Decimal] = ()) -> Answer[PriceFloor]:
    """Return what units must be sold for.

    Args:
        start: What it starts from.
        margin: Part of the price that shall be left after all cost.
        volumes: Units per month to look at; those of now for none.
    """
    asked, splits = start.asked, start.splits
    priced = []
    for each in splits:
        known = known_splits(each)
        if known:
            asked_for = tuple(volumes) or (next(iter(known.values())).units,)
            costs = {name: _function(asked, each, one, name) for name, one in known.items()}
            priced.append(Priced(name=each.product.name, costs=costs, volumes=asked_for, price=each.price))
    terms = Terms(fee=asked.fee, fee_per_unit=asked.fee_per_unit, margin=margin)
    found = price_floors(priced, terms, seed=asked.seed)
    return start.answer(found.rows, (*start.findings, *start.of_price, *found.findings), start.price_source)


def _function(asked: Question, each: ProductSplit, split: CostSplit, numerator: str) -> CostFunction:
    """Return the cost function of a split: what steps cost below the present volume is in its total already."""
    steps = [step for step in asked.steps if step.above >= split.units]
    capacity = capacity_of(*asked.capacity, present=split.units) if asked.capacity else None
    other = each.other if numerator == "fully_loaded" else _ZERO
    return split.function(other=other, steps=steps, capacity=capacity)


def _offer(asked: Question, each: ProductSplit, split: CostSplit, numerator: str) -> Offer:
    return Offer(
        name=each.product.name,
        price=_ZERO if each.price is None else each.price,
        cost=_function(asked, each, split, numerator),
        units=split.units,
        fee=asked.fee,
        fee_per_unit=asked.fee_per_unit,
    )


def _inputs(  # noqa: PLR0913, PLR0917 -- what a figure depends on
    asked: Question, each: ProductSplit, split: CostSplit, numerator: str, part: Decimal, margin: Decimal
) -> Iterator[Input]:
    yield varied("total_cost", split.total_cost, part)
    marginal = split.marginal_cost
    yield (
        varied("variable_cost", marginal.value, part)
        if marginal.lower is None
        else from_estimate("variable_cost", marginal)
    )
    yield varied("other_cost", each.other if numerator == "fully_loaded" else _ZERO, part)
    yield varied("units", split.units, part)
    yield varied("price", each.price or _ZERO, part)
    yield varied("fee", asked.fee, part)
    yield varied("fee_per_unit", asked.fee_per_unit, part)
    yield from_estimate("margin", Estimate(margin))


def _saturated(saturation: Decimal, product: str, units: Decimal) -> Problem:
    return Problem(
        code="FM1061",
        found=f"--saturation is {shown(saturation)}, and {printable(product)} has {shown(units)} units a month now",
        expected="more units than there are now",
        remedy="Name a greater one, or ask for one product with --only.",
    )
