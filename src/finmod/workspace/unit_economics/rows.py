"""Answers of unit economics as rows: what programs get, from the command line and from Python alike.

Owns the names of columns and what stands in them. Amounts have 12 places, and their currency stands last; unknown is
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from finmod.models.unit_economics.cost_function import Estimate
from finmod.models.unit_economics.price_floor import FLOORS, PriceFloor
from finmod.models.unit_economics.split import CostSplit
from finmod.terms.money import twelve_places
from finmod.workspace.unit_economics.answers import Answer, BrokenEven, Projected, Swings
from finmod.workspace.unit_economics.books import NUMERATORS
from finmod.workspace.unit_economics.cohorts import CohortAnswer
from finmod.workspace.unit_economics.split import ProductSplit

Rows = Iterator[tuple[Any, ...]]

SPLIT: Final = (
    "metric", "product", "month", "numerator", "units", "total_cost", "average_cost", "marginal_cost",
    "marginal_cost_lower", "marginal_cost_upper", "variable_share", "variable_share_lower", "variable_share_upper",
    "fixed_cost", "fixed_cost_lower", "fixed_cost_upper", "refusal", "price", "currency",
)  # fmt: skip
PROJECTION: Final = (
    "metric", "product", "period", "kind", "months", "numerator", "units", "total_cost", "average_cost",
    "average_cost_lower", "average_cost_upper", "variable_cost_per_unit", "currency",
)  # fmt: skip
BREAK_EVEN: Final = (
    "metric", "product", "numerator", "contribution", "contribution_margin", "fixed_cost", "profit", "volume",
    "volume_lower", "volume_upper", "safe_volume", "revenue", "units", "operating_profit", "margin_of_safety",
    "operating_leverage", "currency",
)  # fmt: skip
SENSITIVITY: Final = (
    "metric", "product", "numerator", "figure", "base", "input", "input_base", "input_low", "input_high", "range",
    "at_low", "at_high", "swing", "interaction_up", "interaction_down", "currency",
)  # fmt: skip
PRICE_FLOOR: Final = (
    "metric", "product", "units", "numerator", "marginal_cost", "average_cost", "short_run", "long_run",
    "target_margin", "prudent_short_run", "prudent_long_run", "prudent_target_margin", "price", "room_short_run",
    "room_long_run", "room_target_margin", "binding", "currency",
)  # fmt: skip
COHORTS: Final = (
    "metric", "cohort", "age", "customers", "revenue", "direct_cost", "fully_loaded_cost", "direct_margin",
    "fully_loaded_margin", "revenue_per_customer", "direct_cost_per_customer", "fully_loaded_cost_per_customer",
    "customer_retention", "revenue_retention", "direct_cost_retention", "fully_loaded_cost_retention", "currency",
)  # fmt: skip


def split_rows(answer: Answer[ProductSplit]) -> Rows:
    """Yield a row of ``SPLIT`` for each product and numerator."""
    for each in answer.rows:
        for name, split in each.splits.items():
            month = f"{each.month:%Y-%m}" if each.month else None
            head = (answer.books.metric.name, each.product.name, month, name)
            yield (*head, *_split(each, name, split), twelve_places(each.price), answer.books.currency)


def _split(each: ProductSplit, name: str, split: CostSplit | None) -> tuple[Any, ...]:
    if split is None:
        refusal = each.refusals.get(name)
        known = twelve_places(each.units), None, twelve_places(each.averages[name])
        return (*known, *[None] * 9, refusal.text if refusal else None)
    intervals = (split.marginal_cost, split.variable_share, split.fixed_cost)
    ends = (end for one in intervals for end in _three(one))
    return (*_places(split.units, split.total_cost, split.average_cost), *ends, None)


def projection_rows(answer: Answer[Projected], grain: str) -> Rows:
    """Yield a row of ``PROJECTION`` for each product, numerator and year, or month where the grain is that."""
    for each in answer.rows:
        for row in each.projection.months if grain == "month" else each.projection.years:
            amounts = (row.units, row.total_cost, row.average_cost, row.lower, row.upper, row.variable_cost_per_unit)
            head = (answer.books.metric.name, each.product, row.period, row.kind, row.months, row.numerator)
            yield (*head, *_places(*amounts), answer.books.currency)


def break_even_rows(answer: Answer[BrokenEven]) -> Rows:
    """Yield a row of ``BREAK_EVEN`` for each product and numerator."""
    for each in answer.rows:
        one = each.found
        amounts = _places(
            one.contribution, one.contribution_margin, one.fixed_cost, one.profit, one.volume, one.lower, one.upper,
            one.safe_volume, one.revenue, one.units, one.operating_profit, one.margin_of_safety,
            one.operating_leverage,
        )  # fmt: skip
        yield (answer.books.metric.name, each.product, each.numerator, *amounts, answer.books.currency)


def sensitivity_rows(answer: Answer[Swings], figure: str) -> Rows:
    """Yield a row of ``SENSITIVITY`` for each product, numerator and input that moves the figure, the widest first."""
    for each in answer.rows:
        found = each.found
        for bar in found.moving:
            one = bar.varied
            head = (answer.books.metric.name, each.product, each.numerator, figure, twelve_places(found.base))
            ends = _places(bar.at_low, bar.at_high, bar.swing, found.interaction_up, found.interaction_down)
            varied = (one.name, *_places(one.base, one.low, one.high), one.why)
            yield (*head, *varied, *ends, answer.books.currency)


def price_floor_rows(answer: Answer[PriceFloor]) -> Rows:
    """Yield a row of ``PRICE_FLOOR`` for each product, volume and numerator."""
    for each in answer.rows:
        amounts = _places(
            each.marginal_cost, each.average_cost, each.short_run, each.long_run, each.target_margin,
            each.prudent_short_run, each.prudent_long_run, each.prudent_target_margin, each.price,
            *(each.room[floor] for floor in FLOORS),
        )  # fmt: skip
        head = (answer.books.metric.name, each.product, twelve_places(each.units), each.numerator)
        yield (*head, *amounts, each.binding, answer.books.currency)


def cohort_rows(answer: CohortAnswer) -> Rows:
    """Yield a row of ``COHORTS`` for each cohort and age."""
    for each in answer.rows:
        amounts = [each.revenue]
        for group in (each.costs, each.margins):
            amounts += [group["direct"], group["fully_loaded"]]
        amounts += [each.revenue_per_customer, *(each.costs_per_customer[name] for name in NUMERATORS)]
        amounts += [each.customer_retention, each.revenue_retention]
        amounts += [each.cost_retention[name] for name in NUMERATORS]
        yield (answer.metric.name, each.cohort, each.age, each.customers, *_places(*amounts), answer.currency)


def _places(*amounts: Decimal | None) -> tuple[Decimal | None, ...]:
    return tuple(map(twelve_places, amounts))


def _three(each: Estimate) -> tuple[Decimal | None, ...]:
    return _places(each.value, each.lower, each.upper)
