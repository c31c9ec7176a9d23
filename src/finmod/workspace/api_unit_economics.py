"""Unit economics in Python: one question, the answers to it as frames.

Owns the names that Python users call; answers are those of ``finmod unit-economics``, from the same functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from finmod.models.unit_economics.cost_function import Step
from finmod.models.unit_economics.figures import FIGURES
from finmod.settings.project import Project
from finmod.terms.bounds import ABOVE_ZERO, AMOUNT, ELASTICITY, PART, RATE, RATIO, SHARE, UNITS
from finmod.terms.findings import Finding
from finmod.workspace.api_words import (
    arguments,
    flag_of,
    number_of,
    numbers_of,
    one_of,
    pair_of,
    range_of,
    text_of,
    whole_of,
    words_of,
    wrong,
)
from finmod.workspace.frame import Frame
from finmod.workspace.unit_economics import rows
from finmod.workspace.unit_economics.answers import (
    Start,
    unit_break_even,
    unit_price_floors,
    unit_projections,
    unit_sensitivity,
    unit_splits,
    unit_start,
)
from finmod.workspace.unit_economics.cohorts import CohortQuestion, unit_cohorts
from finmod.workspace.unit_economics.question import (
    Curve,
    Outlook,
    Question,
    estimate_of,
    growth_given,
    refuse_all_gone,
    scale_given,
)

Number: TypeAlias = Decimal | int | float | str
"""A number, or text as commands take it: ``"2.9%"``."""
Interval: TypeAlias = Number | tuple[Number, Number]
"""A number, or the two ends that it lies between."""
Pair: TypeAlias = str | tuple[Number, Number]
"""Units a month, and cost a month."""
Figure = Literal["unit_cost", "margin", "break_even_volume", "price_floor"]

_CURVES: Final[tuple[Curve, ...]] = ("constant", "linear", "logistic")
_GRAINS: Final[tuple[Literal["year", "month"], ...]] = ("year", "month")
_YEARS: Final = 30
_TEXTS: Final = frozenset({"metric", "product", "month", "period", "kind", "numerator", "refusal", "figure", "input",
                           "range", "binding", "cohort", "currency"})  # fmt: skip
_WHOLE: Final = frozenset({"months", "age", "customers"})


class UnitEconomics:
    """What a unit costs: asked once, answered in several ways.

    Books are read and cost is split when it is made; all answers are of the books as they stood then.

    >>> import finmod as fm
    >>> ads = fm.open("northwind").unit_economics("cost_per_order", by="product", only="ads")  # doctest: +SKIP
    >>> ads.price_floor(margin="60%").pandas()  # doctest: +SKIP
    """

    def __init__(self, start: Start) -> None:
        """Keep what answers start from."""
        self._start = start

    def __repr__(self) -> str:
        """Return the metric and its products."""
        names = ", ".join(each.product.name for each in self._start.splits)
        return f"<unit economics of {self._start.asked.metric}: {names or 'nothing'}>"

    def split(self) -> Frame:
        """Return average and marginal cost of a unit, and what of the cost is fixed, with intervals of 90 %.

        Returns:
            A row per product and numerator, direct or fully_loaded: units and costs of ``month``, the shares, and
            ``refusal``, which says why marginal cost is unknown.
        """
        answer = unit_splits(self._start)
        return _frame(rows.SPLIT, rows.split_rows(answer), answer.findings)

    def project(  # noqa: PLR0913 -- what an outlook has
        self,
        years: int = 3,
        *,
        growth: Interval | None = None,
        curve: Curve = "constant",
        saturation: Number | None = None,
        volumes: Sequence[Number] = (),
        scale: Number | None = None,
        experience: Number | None = None,
        price_change: Number | Sequence[Number] = 0,
        inflation: Number | Sequence[Number] = 0,
        grain: Literal["year", "month"] = "year",
    ) -> Frame:
        """Return history and projection of the cost of a unit, with bands of 90 %.

        Args:
            years: How far, from 1 to 30.
            growth: Of volume, a year: 0.2, or (0.1, 0.3); that of the last twelve months for None.
            curve: ``constant`` rate, ``linear``, or ``logistic`` towards ``saturation``.
            saturation: Units a month that a logistic curve comes to.
            volumes: Units of each month to come, instead of a curve.
            scale: Elasticity: per cent that variable cost of a unit falls for a per cent of volume.
            experience: Ratio to which it falls with every doubling of all units made, instead of ``scale``.
            price_change: Of suppliers' prices, a year; several year by year, of which the last holds on. Each is one
                step: from the 12th, 24th, ... month ahead on.
            inflation: Of ``other`` cost, a year, likewise.
            grain: Fiscal ``year`` or ``month``.

        Returns:
            A row per product, numerator and period; kind is history, projection, or both for a year of both. ``other``
            cost is in what is ahead alone: with it such a year is a row of history and one of projection. What was
            taken for granted stands in ``notes``.

        Raises:
            UserError: An argument is none that it takes, or they contradict each other.
        """
        span = whole_of(years, "years", 1, _YEARS)
        told = one_of(grain, "grain", _GRAINS)
        goes = one_of(curve, "curve", _CURVES)
        rate = None if growth is None else range_of(growth, "growth", RATE)
        most = _given(saturation, "saturation", ABOVE_ZERO)
        elasticity, progress = _given(scale, "scale", ELASTICITY), _given(experience, "experience", RATIO)
        with arguments():
            outlook = Outlook(
                years=span,
                growth=growth_given(rate, goes, most, numbers_of(volumes, "volumes", UNITS)),
                scale=scale_given(elasticity, progress),
                progress=progress,
                price_changes=numbers_of(price_change, "price_change", RATE),
                inflation=numbers_of(inflation, "inflation", RATE),
            )
            answer = unit_projections(self._start, outlook)
        return _frame(rows.PROJECTION, rows.projection_rows(answer, told), answer.findings, answer.assumed)

    def break_even(self, *, profit: Number = 0, together: bool = False) -> Frame:
        """Return the volume a month at which revenue pays for all cost, with its interval of 90 %.

        Args:
            profit: What is wanted a month beyond all cost.
            together: All products in their present mix, instead of each alone.

        Returns:
            A row per product and numerator; ``volume`` is None where no volume breaks even. Where prices are from
            stands in ``notes``.

        Raises:
            UserError: An argument is none that it takes.
        """
        wanted, all_of_them = number_of(profit, "profit", AMOUNT), flag_of(together, "together")
        answer = unit_break_even(self._start, profit=wanted, together=all_of_them)
        return _frame(rows.BREAK_EVEN, rows.break_even_rows(answer), answer.findings, answer.assumed)

    def sensitivity(self, figure: Figure = "unit_cost", *, part: Number = "10%", margin: Number = 0) -> Frame:
        """Return how a figure moves with each of its inputs alone: the rows of a tornado chart, the widest first.

        Args:
            figure: ``unit_cost``, ``margin``, ``break_even_volume`` or ``price_floor``.
            part: How far inputs without an interval are moved, above 0.
            margin: Part of the price that is wanted.

        Returns:
            A row per product, numerator and input.

        Raises:
            UserError: An argument is none that it takes.
        """
        name = one_of(figure, "figure", FIGURES)
        moved, wanted = number_of(part, "part", PART), number_of(margin, "margin", PART)
        with arguments():
            refuse_all_gone(self._start.asked, wanted)
            answer = unit_sensitivity(self._start, name, part=moved, margin=wanted)
        return _frame(rows.SENSITIVITY, rows.sensitivity_rows(answer, name), answer.findings, answer.assumed)

    def price_floor(self, *, margin: Number = 0, volumes: Sequence[Number] = ()) -> Frame:
        """Return what a unit must be sold for: in the short run, in the long run, and with a margin.

        Args:
            margin: Part of the price that shall be left after all cost.
            volumes: Units a month to look at; those of the last month for none.

        Returns:
            A row per product, volume and numerator; room is what a discount may take of the price until a floor,
            negative where the price is below it already. Where prices are from stands in ``notes``.

        Raises:
            UserError: An argument is none that it takes.
        """
        wanted, looked = number_of(margin, "margin", PART), numbers_of(volumes, "volumes", ABOVE_ZERO)
        with arguments():
            refuse_all_gone(self._start.asked, wanted)
        answer = unit_price_floors(self._start, margin=wanted, volumes=looked)
        return _frame(rows.PRICE_FLOOR, rows.price_floor_rows(answer), answer.findings, answer.assumed)


def unit_economics_of(project: Project, metric: object, given: dict[str, Any]) -> UnitEconomics:
    """Return unit economics of a metric; arguments are those of ``Workspace.unit_economics``.

    Raises:
        UserError: An argument is none that it takes, or as ``finmod unit-economics`` says.
    """
    asked = Question(
        metric=text_of(metric, "metric", "the name of a metric"),
        by=words_of(given["by"], "by"),
        only=_products(given["only"]),
        revenue=_name(given["revenue"]),
        price=_given(given["price"], "price", ABOVE_ZERO),
        variable=None if given["variable"] is None else estimate_of(range_of(given["variable"], "variable", SHARE)),
        other=number_of(given["other"], "other", AMOUNT),
        steps=tuple(Step(*pair_of(each, "steps")) for each in _every(given["steps"])),
        capacity=None if given["capacity"] is None else pair_of(given["capacity"], "capacity"),
        fee=number_of(given["fee"], "fee", PART),
        fee_per_unit=number_of(given["fee_per_unit"], "fee_per_unit", AMOUNT),
        seed=whole_of(given["seed"], "seed", 0, 2**32 - 1),
    )
    with arguments():
        return UnitEconomics(unit_start(project, asked))


def cohorts_of(project: Project, metric: object, of: object, cohort: object, revenue: object) -> Frame:
    """Return cohorts; arguments are those of ``Workspace.cohorts``.

    Raises:
        UserError: An argument is none that it takes, or as ``finmod unit-economics METRIC cohorts`` says.
    """
    asked = CohortQuestion(
        metric=text_of(metric, "metric", "the name of a metric"),
        dimension=text_of(of, "of", "a dimension"),
        cohort=text_of(cohort, "cohort", "start, size, or cohorts of pnl.yaml"),
        revenue=_name(revenue),
    )
    with arguments():
        answer = unit_cohorts(project, asked)
    return _frame(rows.COHORTS, rows.cohort_rows(answer), answer.findings)


def _name(driver: object) -> str | None:
    return None if driver is None else text_of(driver, "revenue", "a driver of money")


def _products(only: object) -> tuple[str, ...]:
    found = words_of(only, "only")
    if only is not None and not found:
        raise wrong(only, "only", "names of products, or None for all of them")
    return found


def _every(steps: object) -> Sequence[object]:
    """Return steps: several in a list, or one as text."""
    if isinstance(steps, str):
        return (steps,)
    if not isinstance(steps, (tuple, list)):
        raise wrong(steps, "steps", "a list of units and cost, both a month, as [(2000000, 1500)]")
    return steps


def _given(value: object, argument: str, bounds: Any) -> Decimal | None:  # noqa: ANN401
    return None if value is None else number_of(value, argument, bounds)


def _frame(
    columns: Sequence[str], told: Iterable[tuple[Any, ...]], findings: Sequence[Finding], notes: Sequence[str] = ()
) -> Frame:
    types = {
        name: "VARCHAR" if name in _TEXTS else "BIGINT" if name in _WHOLE else "DECIMAL(38,12)" for name in columns
    }
    return Frame(tuple(columns), tuple(told), tuple(findings), types, tuple(notes))
