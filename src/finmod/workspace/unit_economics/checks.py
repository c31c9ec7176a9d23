"""Which metrics, dimensions and products unit economics are told of, and what is said of others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from finmod.errors import Problem, UserError, near, printable
from finmod.settings.drivers import Driver
from finmod.settings.validate import listing
from finmod.terms.metrics import Metric
from finmod.workspace.metrics.measures import Measures


def _fits(metric: Metric) -> bool:
    """Return whether a metric is the whole of allocated cost by drivers of something that is no money."""
    whole = all((each.kind, each.basis, each.part) == ("cost", "allocated", "full") for each in metric.numerator)
    return (
        whole and bool(metric.unit and metric.denominator) and all(one.kind == "driver" for one in metric.denominator)
    )


def checked(metric: Metric, read: Measures) -> Metric:
    """Return a metric whose unit economics can be told.

    Raises:
        UserError: It is no allocated cost by drivers.
    """
    if _fits(metric):
        return metric
    fitting = [name for name, each in read.metrics.items() if _fits(each)]
    if _fits(replace(metric, numerator=tuple(replace(each, part="full") for each in metric.numerator))):
        raise UserError(_of_part(metric, fitting))
    raise UserError(
        Problem(
            code="FM2375",
            found=f"{printable(metric.name)} is no allocated cost of a driver's unit",
            expected=f"one like {listing(fitting)}"
            if fitting
            else "a metric such as {cost: EffectiveCost, per: orders}",
            where=None if metric.built_in else metric.place,
            remedy="Name another metric, or write one into metrics.yaml. See them with: finmod metric --list.",
        )
    )


def _of_part(metric: Metric, fitting: Sequence[str]) -> Problem:
    parts = listing(dict.fromkeys(each.part for each in metric.numerator if each.part != "full"), "and")
    other = f"Ask for {listing(fitting)}, or name" if fitting else "Name"
    return Problem(
        code="FM2375",
        found=f"{printable(metric.name)} is of one part of allocated cost, part: {parts}",
        expected="all of it: direct and fully loaded cost of it are told side by side",
        where=None if metric.built_in else metric.place,
        remedy=f"{other} a metric like it without part: {parts}.",
    )


def check_dimensions(drivers: Sequence[Driver], by: Sequence[str], metric: Metric) -> None:
    """Refuse dimensions by which a metric's drivers are not told.

    Raises:
        UserError: They are not.
    """
    for driver in drivers:
        for name in by:
            if name not in driver.settings.by:
                told = listing(driver.settings.by) if driver.settings.by else "nothing"
                raise UserError(
                    Problem(
                        code="FM2376",
                        found=f"--by names {printable(name)}, and {driver.name}, by which {metric.name} divides, "
                        f"is told by {told}",
                        expected="dimensions of the driver",
                        remedy="Take another dimension, or load a driver that is told by it too.",
                    )
                )


def no_product(name: str, named: Collection[str]) -> Problem:
    """Return what is said of a name that none of the products has."""
    close = near(name, named)
    return Problem(
        code="FM2378",
        found=f"--only is {printable(name)}, which has no units",
        expected=listing(map(printable, named)) if named else "a name that has units",
        remedy=f"Did you mean {close!r}?" if close else "Name one of these.",
    )


def not_apart(name: str, drivers: Sequence[Driver]) -> Problem:
    """Return what is said of the name of a product where all are asked for together."""
    told = [each for each in drivers[0].settings.by if all(each in driver.settings.by for driver in drivers)]
    return Problem(
        code="FM2378",
        found=f"--only is {printable(name)}, and all products are asked for together",
        expected="products that are told apart",
        remedy=f"Add --by {listing(told)}."
        if told
        else f"Leave --only out: {drivers[0].name} is told of all together.",
    )
