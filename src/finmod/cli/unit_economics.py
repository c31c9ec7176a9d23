"""``finmod unit-economics``: what a unit costs, where a product breaks even, what it must be sold for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import rich_click as click

from finmod.cli.completion import metrics
from finmod.cli.output import Form, output_option
from finmod.cli.project import opened
from finmod.cli.unit_economics_options import Figure, Figures, Interval, StepOf
from finmod.cli.values import Name, Whole, Word, wrong_value
from finmod.errors import printable
from finmod.terms.bounds import ABOVE_ZERO, AMOUNT, ELASTICITY, PART, RATE, RATIO, SHARE, UNITS, Range

if TYPE_CHECKING:
    from finmod.workspace.unit_economics.question import Outlook, Question

_FIGURES: Final = ("unit_cost", "margin", "break_even_volume", "price_floor")
_CURVES: Final = ("constant", "linear", "logistic")

_ASKED: Final[dict[str, Any]] = {
    "by": click.option("--by", multiple=True, type=Name("a dimension"), metavar="DIMENSION[,...]",
                       help="Tell products apart by these dimensions of the driver; all together without it. May be "
                            "repeated."),
    "only": click.option("--only", multiple=True, type=Name("a name"), metavar="NAME",
                         help="Only the product of this name; may be repeated."),
    "revenue": click.option("--revenue", type=Name("a driver"), metavar="DRIVER",
                            help="The driver of revenue, from which prices are; without it the lines of revenue of "
                            "pnl.yaml, or where it names none the driver revenue."),
    "variable": click.option("--variable", type=Interval(SHARE), metavar="PART",
                             help="Part of cost that follows volume, where you know it: 0.6 or 0.5..0.8. Estimated "
                             "from days without it."),
    "price": click.option("--price", type=Figure(ABOVE_ZERO), metavar="AMOUNT",
                          help="Price of a unit; revenue by units of the last month without it."),
    "fee": click.option("--fee", type=Figure(PART), default="0", metavar="PART",
                        help="Part of the price that goes with every sale: 0.029 or 2.9%."),
    "fee_per_unit": click.option("--fee-per-unit", type=Figure(AMOUNT), default="0", metavar="AMOUNT",
                                 help="What goes with every unit beside that."),
    "other": click.option("--other", type=Figure(AMOUNT), default="0", metavar="AMOUNT",
                          help="Cost a month from elsewhere, such as salaries: part of fully loaded cost, divided "
                               "among the products asked for by theirs."),
    "steps": click.option("--step", "steps", multiple=True, type=StepOf(), metavar="UNITS:COST",
                          help="Fixed cost a month that comes above so many units, which are more than now: others "
                               "are left out and told; may be repeated."),
    "capacity": click.option("--capacity", type=StepOf(), metavar="UNITS:COST",
                             help="Every so many units a month cost so much more a month, from now on."),
    "seed": click.option("--seed", type=Whole("from 0 to 4294967295", least=0, most=2**32 - 1), default=0,
                         metavar="NUMBER", show_default=True, help="The same seed draws the same intervals."),
}  # fmt: skip
_ALWAYS: Final = ("by", "only", "variable", "seed")
_PRICED: Final = ("revenue", "price", "fee", "fee_per_unit")
_LATER: Final = ("other", "steps", "capacity")


def _asking(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of a question, and the question instead of them."""

    def decorate(run: Callable[..., None]) -> Callable[..., None]:
        @wraps(run)
        def asked(context: click.Context, **given: Any) -> None:  # noqa: ANN401 -- options of click
            question = _question(context, {name: given.pop(name) for name in _ASKED if name in given})
            run(context.obj, question, **given)

        command: Callable[..., None] = click.pass_context(asked)
        for name in reversed((*_ALWAYS, *names)):
            command = _ASKED[name](command)
        return command

    return decorate


def _question(context: click.Context, given: dict[str, Any]) -> Question:
    from finmod.models.unit_economics.cost_function import Step
    from finmod.workspace.unit_economics.question import Question, estimate_of

    words = [word.strip() for each in given.pop("by") for word in each.split(",")]
    said: Range | None = given.pop("variable")
    steps = tuple(Step(above, added) for above, added in given.pop("steps", ()))
    parent = context.parent
    return Question(
        metric=parent.params["metric"] if parent else "",
        by=tuple(dict.fromkeys(word for word in words if word)),
        variable=estimate_of(said) if said else None,
        steps=steps,
        **given,
    )


class _Questions(click.RichGroup):
    """The questions about a metric; ``split`` is what is told where none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        wants_help = bool({*args[1:]} & {"-h", "--help"})
        if not wants_help and len(args) > 1 and args[0] in self.commands and not args[1].startswith("-"):
            message = f"METRIC comes first: finmod unit-economics {printable(args[1])} {args[0]}."
            raise click.UsageError(message, ctx)
        if args and args[0] in self.commands and wants_help:
            args.insert(0, "METRIC")
        elif args and not args[0].startswith("-") and not wants_help and (len(args) == 1 or args[1].startswith("-")):
            args.insert(1, "split")
        return super().parse_args(ctx, args)


@click.group("unit-economics", cls=_Questions)
@click.argument("metric", shell_complete=metrics)
@click.pass_context
def command(context: click.Context, metric: str) -> None:
    """Tell what a unit of METRIC costs now and at other volumes, such as cost_per_order.

    METRIC is allocated cost by a driver. Without a subcommand its split is told. Direct cost is a product's own
    charges, fully loaded cost has its parts of pools too; where a question takes --other, that as well.
    """
    if metric in command.commands:
        name = command.params[0]
        remedy = f"Write: finmod unit-economics METRIC {metric}."
        raise wrong_value(metric, name, context, expected="a metric before the subcommand", remedy=remedy)


@command.command("split")
@_asking("revenue")
@output_option
def split(folder: Path | None, asked: Question, *, form: Form) -> None:
    """Average and marginal cost of a unit, and what of a product's cost is fixed, with intervals of 90 %.

    What cannot be told apart is refused, and said why; --variable says it.
    """
    from finmod.cli.unit_economics_tables import tell_splits
    from finmod.workspace.unit_economics.answers import unit_splits, unit_start

    tell_splits(unit_splits(unit_start(opened(folder), asked)), form)


@command.command("project")
@_asking(*_LATER)
@click.option(
    "--years",
    type=Whole("from 1 to 30", least=1, most=30),
    default=3,
    metavar="NUMBER",
    show_default=True,
    help="How many years to look ahead.",
)
@click.option(
    "--growth",
    type=Interval(RATE),
    metavar="RATE",
    help="Growth of volume a year: 0.2, 20% or 10%..30%; that of the last twelve months without it.",
)
@click.option(
    "--curve",
    type=Word(_CURVES),
    default="constant",
    metavar="CURVE",
    show_default=True,
    help="constant rate, linear, or logistic towards --saturation.",
)
@click.option(
    "--saturation", type=Figure(ABOVE_ZERO), metavar="UNITS", help="Units a month that a logistic curve comes to."
)
@click.option(
    "--volumes",
    type=Figures(UNITS),
    metavar="UNITS,...",
    help="Volume of each month to come, instead of a curve.",
)
@click.option(
    "--scale",
    type=Figure(ELASTICITY),
    metavar="ELASTICITY",
    help="Economies of scale: per cent that variable cost of a unit falls for a per cent of volume.",
)
@click.option(
    "--experience",
    type=Figure(RATIO),
    metavar="RATIO",
    help="Experience curve: ratio to which it falls with every doubling of all units made.",
)
@click.option(
    "--price-change",
    type=Figures(RATE),
    default="0",
    metavar="RATE,...",
    help="Change of suppliers' prices a year, year by year, each in one step: from the 12th, 24th, ... month ahead "
    "on; the last holds on.",
)
@click.option(
    "--inflation", type=Figures(RATE), default="0", metavar="RATE,...", help="Inflation of --other a year, likewise."
)
@click.option(
    "--grain",
    type=Word(("year", "month")),
    default="year",
    metavar="GRAIN",
    show_default=True,
    help="Fiscal years or months.",
)
@output_option
def project(folder: Path | None, asked: Question, *, grain: str, form: Form, **given: Any) -> None:  # noqa: ANN401
    """History and projection of the cost of a unit, direct and fully loaded side by side, with a band of 90 %.

    --other is in what is ahead alone; then a fiscal year that has history too is two rows.
    """
    from finmod.cli.unit_economics_tables import tell_projections
    from finmod.workspace.unit_economics.answers import unit_projections, unit_start

    outlook = _outlook(given)
    tell_projections(unit_projections(unit_start(opened(folder), asked), outlook), grain, form)


def _outlook(given: dict[str, Any]) -> Outlook:
    from finmod.workspace.unit_economics.question import Outlook, growth_given, scale_given

    return Outlook(
        years=given["years"],
        growth=growth_given(given["growth"], given["curve"], given["saturation"], given["volumes"] or ()),
        scale=scale_given(given["scale"], given["experience"]),
        progress=given["experience"],
        price_changes=given["price_change"],
        inflation=given["inflation"],
    )


@command.command("break-even")
@_asking(*_PRICED, *_LATER)
@click.option(
    "--profit", type=Figure(AMOUNT), default="0", metavar="AMOUNT", help="What is wanted a month beyond all cost."
)
@click.option("--together", is_flag=True, help="All products in their present mix, instead of each alone.")
@output_option
def break_even(folder: Path | None, asked: Question, *, profit: Decimal, together: bool, form: Form) -> None:
    """The volume a month at which revenue pays for all cost, with its interval of 90 % by simulation."""
    from finmod.cli.unit_economics_tables import tell_break_even
    from finmod.workspace.unit_economics.answers import unit_break_even, unit_start

    tell_break_even(unit_break_even(unit_start(opened(folder), asked), profit=profit, together=together), form)


@command.command("sensitivity")
@_asking(*_PRICED, *_LATER)
@click.option(
    "--figure",
    type=Word(_FIGURES),
    default="unit_cost",
    metavar="FIGURE",
    show_default=True,
    help="unit_cost, margin, break_even_volume or price_floor.",
)
@click.option(
    "--range",
    "part",
    type=Figure(PART),
    default="10%",
    metavar="PART",
    show_default=True,
    help="How far inputs without an interval are moved, above 0.",
)
@click.option("--margin", type=Figure(PART), default="0", metavar="PART", help="Part of the price that is wanted.")
@output_option
def sensitivity(  # noqa: PLR0913 -- one parameter per option
    folder: Path | None, asked: Question, *, figure: str, part: Decimal, margin: Decimal, form: Form
) -> None:
    """How a figure moves with each of its inputs alone: the rows of a tornado chart, the widest first."""
    from finmod.cli.unit_economics_tables import tell_sensitivity
    from finmod.workspace.unit_economics.answers import unit_sensitivity, unit_start
    from finmod.workspace.unit_economics.question import refuse_all_gone

    refuse_all_gone(asked, margin)
    tell_sensitivity(
        unit_sensitivity(unit_start(opened(folder), asked), figure, part=part, margin=margin), figure, form
    )


@command.command("price-floor")
@_asking(*_PRICED, *_LATER)
@click.option(
    "--margin",
    type=Figure(PART),
    default="0",
    metavar="PART",
    help="Part of the price that shall be left after all cost: 0.3 or 30%.",
)
@click.option(
    "--volumes",
    type=Figures(ABOVE_ZERO),
    metavar="UNITS,...",
    default=None,
    help="Units a month to look at; those of the last month without it.",
)
@output_option
def price_floor(
    folder: Path | None, asked: Question, *, margin: Decimal, volumes: Sequence[Decimal] | None, form: Form
) -> None:
    """What a unit must be sold for: in the short run, in the long run, and with a margin.

    The prudent floor is that of cost at the upper end of its interval; room is what a discount may take until the
    highest one that the price is not below yet.
    """
    from finmod.cli.unit_economics_tables import tell_price_floors
    from finmod.workspace.unit_economics.answers import unit_price_floors, unit_start
    from finmod.workspace.unit_economics.question import refuse_all_gone

    refuse_all_gone(asked, margin)
    tell_price_floors(unit_price_floors(unit_start(opened(folder), asked), margin=margin, volumes=volumes or ()), form)


@command.command("cohorts")
@click.option(
    "--of",
    "dimension",
    type=Name("a dimension"),
    default="customer",
    metavar="DIMENSION",
    show_default=True,
    help="Whose members are grouped; a level of the allocation has them.",
)
@click.option(
    "--cohort",
    type=Name("a name"),
    default="start",
    metavar="NAME",
    show_default=True,
    help="Cohorts of pnl.yaml; start: by first month; size: by revenue, or cost where that is unknown.",
)
@click.option(
    "--revenue",
    type=Name("a driver"),
    metavar="DRIVER",
    help="The driver of revenue, told by the dimension; without it the lines of revenue of pnl.yaml, or where it names "
    "none the driver revenue.",
)
@output_option
@click.pass_context
def cohorts(context: click.Context, *, dimension: str, cohort: str, revenue: str | None, form: Form) -> None:
    """What customers bring and what it costs to serve them, by cohort and months since their start.

    Cohorts sum to the whole: customers without a group stand in one of their own. Retention compares customers with
    themselves: those that are seen from their start until that age.
    """
    from finmod.cli.unit_economics_cohorts import tell_cohorts
    from finmod.workspace.unit_economics.cohorts import CohortQuestion, unit_cohorts

    parent = context.parent
    metric = str(parent.params["metric"]) if parent else ""
    asked = CohortQuestion(metric=metric, dimension=dimension, cohort=cohort, revenue=revenue)
    tell_cohorts(unit_cohorts(opened(context.obj), asked), form)
