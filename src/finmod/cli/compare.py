"""``finmod compare``: the same bill by two exports, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.close import MONTH
from finmod.cli.completion import sources
from finmod.cli.output import Form, cell, console, money, output_option, show, table
from finmod.cli.project import opened
from finmod.cli.values import Word
from finmod.errors import counted, printable
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from rich.console import Console

    from finmod.marts.compare import Pair
    from finmod.workspace.compare import Comparison

_COLUMNS = (
    "billing_period", "currency", "by", "value", "charges_a", "charges_b", "cost", "amount_a", "amount_b", "difference",
)  # fmt: skip
_MOST_ROWS = 20
_COSTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")


@click.command("compare")
@click.argument("first", metavar="SOURCE_A", shell_complete=sources)
@click.argument("second", metavar="SOURCE_B", shell_complete=sources)
@click.option(
    "--by",
    type=Word(["service", "category", "account", "region", "day"]),
    default="service",
    metavar="WHAT",
    help="What differences are listed by: service, the default, category, account, region or day.",
)
@click.option("--period", type=MONTH, metavar="YYYY-MM", help="One month; all that both have where it is not given.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where a total differs.")
@output_option
@click.pass_context
def command(  # noqa: PLR0913 -- one parameter per option; click passes them by name
    context: click.Context,
    /,
    first: str,
    second: str,
    *,
    by: str,
    period: str | None,
    detailed_exitcode: bool,
    form: Form,
) -> None:
    """Compare two sources that should be the same bill: same totals? and if not, by service.

    Keep the second export of a bill with compare_with: SOURCE in finmod.yaml, or finmod load --compare-with SOURCE: its
    charges stand beside those of the bill and are counted nowhere.
    """
    from finmod.workspace.compare import compare

    found = compare(opened(context.obj), first, second, by=by, period=period)
    if form == "table":
        _screen(found, by)
    else:
        rows = [row for pair in found.totals for row in _rows("total", pair)]
        rows += [row for pair in found.differences for row in _rows(by, pair)]
        rows += [row for pair in found.left_out for row in _rows("not compared", pair)]
        show(_COLUMNS, rows, form)
    if detailed_exitcode and not found.same:
        context.exit(2)


def _rows(by: str, pair: Pair) -> list[tuple[Any, ...]]:
    return [
        (pair.month, pair.currency, by, pair.key, *pair.charges, cost, *map(twelve_places, amounts),
         twelve_places(pair.difference(cost)))
        for cost, amounts in pair.costs.items()
    ]  # fmt: skip


def _screen(found: Comparison, by: str) -> None:
    screen = console()
    a, b = found.first, found.second
    shown = [
        (pair.month, cost, *(money(amount, pair.currency) for amount in pair.costs[cost]), _apart(pair, cost))
        for pair in found.totals
        for cost in _COSTS
    ]
    table(("period", "cost", a, b, f"{b} less {a}"), shown, right=(a, b, f"{b} less {a}"))
    _left_out(screen, found)
    if found.same:
        total = "total agrees" if len(found.totals) == 1 else f"{len(found.totals):,} totals agree"
        unknown = any(any(pair.unknown(cost)) for pair in found.totals for cost in _COSTS)
        costs = "every cost that is known" if unknown else "every cost"
        screen.print(f"The same bill: its {total} in {costs}, to the last digit.", markup=False)
        return
    screen.print(_verdict(found), markup=False)
    rows = [
        (pair.month, cell(pair.key), *(f"{_of(count)}" for count in pair.charges), *(_apart(pair, c) for c in _COSTS))
        for pair in found.differences[:_MOST_ROWS]
    ]
    if rows:
        screen.print()
        headings = ("period", by, f"charges {a}", f"charges {b}", *_COSTS)
        table(headings, rows, right=headings[2:], spare=headings[2:4])
    if len(found.differences) > _MOST_ROWS:
        rest = counted(len(found.differences) - _MOST_ROWS, "further difference")
        screen.print(printable(f"{rest}: --output csv lists all."), markup=False)


def _verdict(found: Comparison) -> str:
    """Return how many totals differ, one per period, currency and cost, and how many cannot be compared."""
    totals = [(pair, cost) for pair in found.totals for cost in _COSTS]
    alone = sum(sum(pair.unknown(cost)) == 1 for pair, cost in totals)
    different = sum(not pair.equal(cost) for pair, cost in totals) - alone
    words = f"{different:,} of {counted(len(totals), 'total')} {'differs' if different == 1 else 'differ'}"
    return f"{words}, {alone:,} {'is' if alone == 1 else 'are'} unknown in one of the two." if alone else f"{words}."


def _left_out(screen: Console, found: Comparison) -> None:
    for place, name in enumerate((found.first, found.second)):
        months = list(dict.fromkeys(pair.month for pair in found.left_out if pair.charges[1 - place] is None))
        if months:
            which = months[0] if len(months) == 1 else f"{len(months):,} months from {months[0]} to {months[-1]}"
            screen.print(printable(f"Not compared: {which}, which only {name} has."), markup=False)


def _of(count: int | None) -> str:
    return "none" if count is None else f"{count:,}"


def _apart(pair: Pair, cost: str) -> str:
    apart, unknown = pair.difference(cost), sum(pair.unknown(cost))
    if unknown:
        return "unknown in both" if unknown > 1 else "unknown in one"
    return money(apart, pair.currency) if apart else "equal"
