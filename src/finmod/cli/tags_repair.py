"""``finmod tags repair`` and ``finmod tags infer``: what tags were meant to be, and what missing ones should be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from rich.text import Text

from finmod.cli.output import Form, console, csv_text, money, output_option, show, table, twelve_places
from finmod.cli.project import command_line, opened
from finmod.cli.tags import percent, period_option
from finmod.cli.values import Name, Place
from finmod.errors import counted, printable

if TYPE_CHECKING:
    from finmod.workspace.tags_infer import InferredDimension, InferredTag
    from finmod.workspace.tags_repair import RepairedDimension

_REPAIRS = (
    "dimension", "text", "value", "confidence", "how", "reason", "runner_up", "resources", "effective_cost", "currency",
)  # fmt: skip
_INFERRED = (
    "dimension", "source", "resource_id", "account", "service", "value", "inferred", "confidence", "why",
    "named_otherwise", "effective_cost", "currency",
)  # fmt: skip
_SHOWN = 15

dimension_option = click.option(
    "--dimension", type=Name("a dimension"), metavar="NAME", help="One dimension; all where it is not given."
)


@click.command("repair")
@period_option
@dimension_option
@click.option(
    "--threshold",
    type=click.FloatRange(0.5, 1),
    default=None,
    metavar="0.5-1",
    help="Confidence from which on a text is repaired; 0.9 where it is not given.",
)
@click.option("--accept", "accepts", is_flag=True, help="Write the repairs into taxonomy.yaml as aliases.")
@click.option("--text", "texts", metavar="TEXT", multiple=True, help="With --accept: this text alone; may be repeated.")
@output_option
@click.pass_obj
def repair(  # noqa: PLR0913 -- one parameter per option
    folder: Path | None,
    period: str | None,
    dimension: str | None,
    threshold: float | None,
    texts: tuple[str, ...],
    *,
    accepts: bool,
    form: Form,
) -> None:
    """Show what texts in tags were meant to be that no dimension understands; write them as aliases with --accept.

    Case, separators, typing errors and abbreviations are told by the letters; what else is known of the resources that
    carry a text speaks for or against it. taxonomy.yaml keeps its comments and its order.
    """
    from finmod.taxonomy.repair import THRESHOLD
    from finmod.terms.periods import parse_period
    from finmod.workspace.tags_repair import accept, repair_tags

    project = opened(folder)
    month = parse_period(period) if period else None
    found = repair_tags(project, month, dimension=dimension, threshold=threshold or THRESHOLD)
    if form != "table":
        show(_REPAIRS, _repair_rows(found), form)
    else:
        _repairs(found)
    if accepts:
        written = accept(project, found, texts or None)
        for each in written if form == "table" else ():
            line = f"{each.dimension}: {each.text!r} is an alias of {each.value!r} now."
            console().print(Text(printable(line, 500)))
        click.echo(f"Accepted {counted(len(written), 'repair')} into taxonomy.yaml.", err=form != "table")
    elif form == "table" and any(each.repairs for each in found):
        words = "tags repair --accept"
        console().print(f"\nWrite them into taxonomy.yaml with: {command_line(folder, words)}", markup=False)


def _repair_rows(found: Sequence[RepairedDimension]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for item in found:
        rows += [
            (item.dimension, each.text, each.value, round(each.confidence, 4), each.how, each.reason, each.runner_up,
             each.resources, twelve_places(each.cost), item.currency)
            for each in item.repairs
        ]  # fmt: skip
        rows += [
            (item.dimension, each.text, None, None, None, each.reason, each.guess, each.resources,
             twelve_places(each.cost), item.currency)
            for each in item.unclear
        ]  # fmt: skip
    return rows


def _repairs(found: Sequence[RepairedDimension]) -> None:
    screen = console()
    for item in found:
        title = f"{item.dimension}: {counted(len(item.repairs), 'text')} that can be repaired"
        screen.print(Text(f"{title}, {counted(len(item.unclear), 'other')} that cannot", style="bold"))
        if item.repairs:
            rows = [
                (
                    each.text,
                    each.value,
                    percent_of(each.confidence),
                    each.reason,
                    each.resources,
                    money(each.cost, item.currency),
                )
                for each in item.repairs
            ]
            headings = ("text", "means", "sure", "because", "resources", "EffectiveCost")
            table(headings, rows, right=("sure", "EffectiveCost"), spare=("because",))
        if item.unclear:
            others = [
                (each.text, each.guess or "", each.reason, each.resources, money(each.cost, item.currency))
                for each in item.unclear[:_SHOWN]
            ]
            table(("not told", "perhaps", "because", "resources", "EffectiveCost"), others, right=("EffectiveCost",))
            if len(item.unclear) > _SHOWN:
                screen.print(f"... and {len(item.unclear) - _SHOWN:,} more: --output json shows them all.")
        screen.print()


def percent_of(share: float) -> str:
    """Return a share for people, never rounded up to certainty.

    >>> percent_of(0.9996), percent_of(1.0)
    ('> 99.9 %', '100 %')
    """
    if 0.9995 <= share < 1:  # noqa: PLR2004 -- would be shown as certain
        return "> 99.9 %"
    return "100 %" if share == 1 else f"{share * 100:.1f} %"


@click.command("infer")
@period_option
@dimension_option
@click.option(
    "--target",
    type=click.FloatRange(0.5, 0.999),
    default=0.95,
    show_default=True,
    metavar="0.5-0.999",
    help="Precision that held-out labels must show; where they do not, nothing is inferred.",
)
@click.option(
    "--to", "target_file", type=Place("file"), metavar="FILE", help="Write what was inferred as a CSV for lookup."
)
@output_option
@click.pass_obj
def infer(  # noqa: PLR0913 -- one parameter per option
    folder: Path | None,
    period: str | None,
    dimension: str | None,
    target: float,
    target_file: Path | None,
    *,
    form: Form,
) -> None:
    """Show what resources without an understood tag are, by what their siblings are, and how far that can be trusted.

    Siblings share an account, a name pattern, a parent, other tags, days of life or the course of use. Precision is
    measured on resources whose tag is known and was held out.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.tags_infer import infer_tags

    if target_file is not None and dimension is None:
        raise click.UsageError("--to writes the values of one dimension: name it with --dimension")  # noqa: EM101, TRY003 -- as click has it
    month = parse_period(period) if period else None
    found = infer_tags(opened(folder), month, dimension=dimension, target=target)
    if target_file is not None:
        _write(target_file, found)
    if form != "table":
        show(_INFERRED, [_inferred_row(tag) for item in found for tag in item.tags], form)
        return
    for item in found:
        _inferred(item)
    if target_file is not None:
        console().print(Text(f"Wrote {target_file}: name it under lookup in taxonomy.yaml to use it.", style="bold"))


def _inferred_row(tag: InferredTag) -> tuple[Any, ...]:
    sure = None if tag.confidence is None else round(tag.confidence, 4)
    return (
        tag.dimension, tag.source, tag.resource, tag.account, tag.service, tag.value, tag.value is not None, sure,
        tag.why, tag.named, twelve_places(tag.cost), tag.currency,
    )  # fmt: skip


def _inferred(item: InferredDimension) -> None:
    screen = console()
    for line in _said(item):
        screen.print(line)
    tags = [tag for tag in item.tags if tag.value is not None]
    if tags:
        rows = [
            (
                tag.resource,
                tag.value,
                percent_of(tag.confidence or 0),
                tag.named or "",
                tag.why,
                money(tag.cost, tag.currency),
            )
            for tag in tags[:_SHOWN]
        ]
        headings = ("resource", "inferred", "sure", "by rule", "because", "EffectiveCost")
        table(headings, rows, right=("sure", "EffectiveCost"), spare=("because", "by rule"))
        if len(tags) > _SHOWN:
            screen.print(f"... and {len(tags) - _SHOWN:,} more: --output csv shows them all.")
    screen.print()


def _said(item: InferredDimension) -> Iterator[Text]:
    """Yield how far what was inferred can be trusted, and how much it covers."""
    report = item.report
    if report.problem is not None:
        resources = counted(report.unlabelled.resources, "resource")
        yield Text(f"{item.dimension}: nothing is inferred for {resources}, since {report.problem}.", style="bold")
        return
    precision, held, rest = report.precision, report.held_out, report.unlabelled
    is_one_currency = len({tag.currency for tag in item.tags}) == 1
    cost = f", {percent(rest.cost_share)} of their EffectiveCost" if is_one_currency else ""
    without = f"{rest.decided:,} of {rest.resources:,} resources without an understood tag"
    yield Text(f"{item.dimension}: inferred for {without}{cost}", style="bold")
    interval = f"from {percent_of(precision.low)} to {percent_of(precision.high)}"
    right = f"{precision.right:,} of {precision.decided:,} right, {percent_of(precision.share or 0)}"
    yield Text(f"Held-out labels: {right} (95 % interval {interval}).")
    yield Text(f"{held.decided:,} of {counted(held.resources, 'resource')} with a tag were decided.")


def _write(path: Path, found: Sequence[InferredDimension]) -> None:
    from finmod.workspace.files import write_file

    rows = [
        (tag.resource, tag.value, f"{tag.confidence:.4f}", tag.why)
        for item in found
        for tag in item.tags
        if tag.value is not None and tag.confidence is not None
    ]
    write_file(path, csv_text(("ResourceId", "value", "confidence", "why"), rows))
