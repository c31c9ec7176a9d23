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
from finmod.cli.unit_economics_options import Figure, Figures, Interval, Range, StepOf
from finmod.cli.values import Name, Whole, Word, wrong_value
from finmod.errors import printable

if TYPE_CHECKING:
    from finmod.models.unit_economics.cost_function import Estimate
    from finmod.models.unit_economics.growth import Growth
    from finmod.workspace.unit_economics import Outlook, Question

_AMOUNT: Final = Figure("an amount from 0, in the reporting currency", least="0")
_ABOVE: Final = Figure("a number above 0", above="0")
_PART: Final = Figure("a part from 0 to below 1, such as 0.029 or 2.9%", least="0", below="1", is_part=True)
_SHARE: Final = Figure("a part from 0 to 1, such as 0.6 or 60%", least="0", below="1.000000000001", is_part=True)
_RATE: Final = Figure("a rate a year above -1, such as 0.2 or 20%", above="-1", is_part=True)
_FIGURES: Final = ("unit_cost", "margin", "break_even_volume", "price_floor")
_CURVES: Final = ("constant", "linear", "logistic")

_ASKED: Final[dict[str, Any]] = {
    "by": click.option("--by", multiple=True, type=Name("a dimension"), metavar="DIMENSION[,...]",
                       help="Tell products apart by these dimensions of the driver; all together without it. May be "
                            "repeated."),
    "only": click.option("--only", multiple=True, type=Name("a name"), metavar="NAME",
                         help="Only the product of this name; may be repeated."),
    "revenue": click.option("--revenue", type=Name("a driver"), metavar="DRIVER",
                            help="The driver of revenue, from which prices are; revenue without it."),
    "variable": click.option("--variable", type=Interval(_SHARE), metavar="PART",
                             help="Part of cost that follows volume, where you know it: 0.6 or 0.5..0.8. Estimated "
                             "from days without it."),
    "price": click.option("--price", type=_ABOVE, metavar="AMOUNT",
                          help="Price of a unit; revenue by units of the last month without it."),
    "fee": click.option("--fee", type=_PART, default="0", metavar="PART",
                        help="Part of the price that goes with every sale: 0.029 or 2.9%."),
    "fee_per_unit": click.option("--fee-per-unit", type=_AMOUNT, default="0", metavar="AMOUNT",
                                 help="What goes with every unit beside that."),
    "other": click.option("--other", type=_AMOUNT, default="0", metavar="AMOUNT",
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
    from finmod.workspace.unit_economics import Question

    words = [word.strip() for each in given.pop("by") for word in each.split(",")]
    said: Range | None = given.pop("variable")
    steps = tuple(Step(above, added) for above, added in given.pop("steps", ()))
    parent = context.parent
    return Question(
        metric=parent.params["metric"] if parent else "",
        by=tuple(dict.fromkeys(word for word in words if word)),
        variable=_estimate(said) if said else None,
        steps=steps,
        **given,
    )


def _estimate(given: Range) -> Estimate:
    from finmod.models.unit_economics.cost_function import Estimate

    return Estimate(given.value) if given.low == given.high else Estimate(given.value, given.low, given.high)


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
    charges, fully loaded cost has its parts of pools and --other too.
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
    from finmod.workspace.unit_economics import unit_splits

    tell_splits(unit_splits(opened(folder), asked), form)


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
    type=Interval(_RATE),
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
@click.option("--saturation", type=_ABOVE, metavar="UNITS", help="Units a month that a logistic curve comes to.")
@click.option(
    "--volumes",
    type=Figures(Figure("units a month from 0", least="0")),
    metavar="UNITS,...",
    help="Volume of each month to come, instead of a curve.",
)
@click.option(
    "--scale",
    type=Figure("an elasticity from -1 to 1", least="-1", below="1.000000000001"),
    metavar="ELASTICITY",
    help="Economies of scale: per cent that variable cost of a unit falls for a per cent of volume.",
)
@click.option(
    "--experience",
    type=Figure("a ratio above 0 to 1", above="0", below="1.000000000001", is_part=True),
    metavar="RATIO",
    help="Experience curve: ratio to which it falls with every doubling of all units made.",
)
@click.option(
    "--price-change",
    type=Figures(_RATE),
    default="0",
    metavar="RATE,...",
    help="Change of suppliers' prices a year, year by year; the last holds on.",
)
@click.option(
    "--inflation", type=Figures(_RATE), default="0", metavar="RATE,...", help="Inflation of --other a year, likewise."
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
    """History and projection of the cost of a unit, direct and fully loaded side by side, with a band of 90 %."""
    from finmod.cli.unit_economics_tables import tell_projections
    from finmod.workspace.unit_economics import unit_projections

    tell_projections(unit_projections(opened(folder), asked, _outlook(given)), grain, form)


def _outlook(given: dict[str, Any]) -> Outlook:
    from finmod.models.unit_economics.growth import Elasticity
    from finmod.workspace.unit_economics import Outlook

    if given["scale"] is not None and given["experience"] is not None:
        message = "--scale and --experience say the same in two ways: give one of them."
        raise click.UsageError(message)
    return Outlook(
        years=given["years"],
        growth=_growth(given),
        scale=None if given["scale"] is None else Elasticity(given["scale"]),
        progress=given["experience"],
        price_changes=given["price_change"],
        inflation=given["inflation"],
    )


def _growth(given: dict[str, Any]) -> Growth | None:
    from finmod.models.unit_economics.growth import ConstantRate, Given, Linear, Logistic

    rate: Range | None = given["growth"]
    curve, saturation = given["curve"], given["saturation"]
    if given["volumes"]:
        if rate is not None or curve != "constant" or saturation is not None:
            message = "--volumes says every month: leave --growth, --curve and --saturation out."
            raise click.UsageError(message)
        return Given(given["volumes"])
    if (curve == "logistic") != (saturation is not None):
        message = "A logistic curve has a --saturation, and no other has: --curve logistic --saturation UNITS."
        raise click.UsageError(message)
    if rate is None:
        if curve != "constant":
            message = f"A {curve} curve needs the --growth that it has now."
            raise click.UsageError(message)
        return None
    if curve == "logistic":
        return Logistic(_estimate(rate), saturation)
    return Linear(_estimate(rate)) if curve == "linear" else ConstantRate(_estimate(rate))


@command.command("break-even")
@_asking(*_PRICED, *_LATER)
@click.option("--profit", type=_AMOUNT, default="0", metavar="AMOUNT", help="What is wanted a month beyond all cost.")
@click.option("--together", is_flag=True, help="All products in their present mix, instead of each alone.")
@output_option
def break_even(folder: Path | None, asked: Question, *, profit: Decimal, together: bool, form: Form) -> None:
    """The volume a month at which revenue pays for all cost, with its interval of 90 % by simulation."""
    from finmod.cli.unit_economics_tables import tell_break_even
    from finmod.workspace.unit_economics import unit_break_even

    tell_break_even(unit_break_even(opened(folder), asked, profit=profit, together=together), form)


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
    type=_PART,
    default="10%",
    metavar="PART",
    show_default=True,
    help="How far inputs without an interval are moved.",
)
@click.option("--margin", type=_PART, default="0", metavar="PART", help="Part of the price that is wanted.")
@output_option
def sensitivity(  # noqa: PLR0913 -- one parameter per option
    folder: Path | None, asked: Question, *, figure: str, part: Decimal, margin: Decimal, form: Form
) -> None:
    """How a figure moves with each of its inputs alone: the rows of a tornado chart, the widest first."""
    from finmod.cli.unit_economics_tables import tell_sensitivity
    from finmod.workspace.unit_economics import unit_sensitivity

    _refuse_all_gone(asked, margin)
    tell_sensitivity(unit_sensitivity(opened(folder), asked, figure, part=part, margin=margin), figure, form)


@command.command("price-floor")
@_asking(*_PRICED, *_LATER)
@click.option(
    "--margin",
    type=_PART,
    default="0",
    metavar="PART",
    help="Part of the price that shall be left after all cost: 0.3 or 30%.",
)
@click.option(
    "--volumes",
    type=Figures(_ABOVE),
    metavar="UNITS,...",
    default=None,
    help="Units a month to look at; those of the last month without it.",
)
@output_option
def price_floor(
    folder: Path | None, asked: Question, *, margin: Decimal, volumes: Sequence[Decimal] | None, form: Form
) -> None:
    """What a unit must be sold for: in the short run, in the long run, and with a margin.

    The prudent floor is that of cost at the upper end of its interval; room is what a discount may take until there.
    """
    from finmod.cli.unit_economics_tables import tell_price_floors
    from finmod.workspace.unit_economics import unit_price_floors

    _refuse_all_gone(asked, margin)
    tell_price_floors(unit_price_floors(opened(folder), asked, margin=margin, volumes=volumes or ()), form)


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
    help="The driver of revenue that is told by the dimension; the first one without it.",
)
@output_option
@click.pass_context
def cohorts(context: click.Context, *, dimension: str, cohort: str, revenue: str | None, form: Form) -> None:
    """What customers bring and what it costs to serve them, by cohort and months since their start.

    Cohorts sum to the whole: customers without a group stand in one of their own. Retention compares customers with
    themselves: those that are seen from their start until that age.
    """
    from finmod.cli.unit_economics_cohorts import tell_cohorts
    from finmod.workspace.unit_economics_cohorts import CohortQuestion, unit_cohorts

    parent = context.parent
    metric = str(parent.params["metric"]) if parent else ""
    asked = CohortQuestion(metric=metric, dimension=dimension, cohort=cohort, revenue=revenue)
    tell_cohorts(unit_cohorts(opened(context.obj), asked), form)


def _refuse_all_gone(asked: Question, margin: Decimal) -> None:
    if asked.fee + margin >= 1:
        message = "--fee and --margin together take the whole price: make one of them smaller."
        raise click.UsageError(message)
