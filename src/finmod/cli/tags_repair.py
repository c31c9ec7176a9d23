"""``finmod tags repair`` and ``finmod tags infer``: what tags were meant to be, and what missing ones should be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.lines import TEXT, end_of, one_line, say
from finmod.cli.output import Form, console, csv_text, money, output_option, show, table
from finmod.cli.project import command_line, opened
from finmod.cli.tags import percent, period_option
from finmod.cli.values import Name, Place, wrong_value
from finmod.errors import counted
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from decimal import Decimal

    from finmod.settings.project import Project
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
NOT_INFERRED: Mapping[str, str] = {
    "shared": "beside what is declared shared",
    "seldom labelled": "among resources that are seldom labelled and may be shared",
    "contradiction": "with evidence for two values",
    "unsure": "with evidence that is not proven sure enough",
    "no evidence": "like no group of labelled resources",
    "target": "with no evidence that reaches the target precision",
}
"""Why resources get no value, behind their number: one entry per ``Reason`` of inference."""
_NONE = "No dimension of taxonomy.yaml is read from a tag and has values"


class Share(click.ParamType[float]):
    """A share between two bounds, which it may be itself."""

    name = "share"

    def __init__(self, least: float, most: float) -> None:
        """Remember the bounds."""
        self.least, self.most = least, most

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the share."""
        text = str(value)
        share = float(text) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,20})?", text) else -1.0
        if not self.least <= share <= self.most:
            raise wrong_value(text, param, ctx, expected=f"a number from {self.least} to {self.most}, such as 0.9")
        return share


dimension_option = click.option(
    "--dimension", type=Name("a dimension"), metavar="NAME", help="One dimension; all where it is not given."
)


@click.command("repair")
@period_option
@dimension_option
@click.option(
    "--threshold",
    type=Share(0.5, 1),
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
    from finmod.taxonomy.repair.judge import THRESHOLD
    from finmod.terms.periods import parse_period
    from finmod.workspace.tags_repair import repair_tags

    if texts and not accepts:
        message = "--text names a text that is to be accepted: give --accept too"
        raise click.UsageError(message)
    project = opened(folder)
    month = parse_period(period) if period else None
    found = repair_tags(project, month, dimension=dimension, threshold=threshold or THRESHOLD)
    if form != "table":
        show(_REPAIRS, _repair_rows(found), form)
    else:
        _repairs(found)
    if accepts:
        _accept(project, found, texts, form)
    elif form == "table" and any(each.repairs for each in found):
        console().print("\nWrite them as aliases:")
        console().print(f"  {command_line(folder, 'tags repair --accept')}", markup=False, soft_wrap=True)


def _accept(project: Project, found: Sequence[RepairedDimension], texts: tuple[str, ...], form: Form) -> None:
    from finmod.workspace.tags_repair import accept

    written = accept(project, found, texts or None)
    if form == "table":
        console().print()
        for each in written:
            text, value = (repr(one_line(word, 100)) for word in (each.text, each.value))
            say(console(), f"{each.dimension}: {text} is an alias of {value} now ({each.place}).")
    files = ", ".join(dict.fromkeys(each.place.partition(":")[0] for each in written))
    said = f"Accepted {counted(len(written), 'repair')} into {files}." if written else "There is none to accept."
    click.echo(said, err=form != "table")


def _repair_rows(found: Sequence[RepairedDimension]) -> list[tuple[Any, ...]]:
    """Return a row per text and currency."""
    rows: list[tuple[Any, ...]] = []
    for item in found:
        for each in item.repairs:
            head = (item.dimension, each.text, each.value, round(each.confidence, 4), each.how, each.reason)
            rows += [(*head, each.runner_up, each.resources, *amount) for amount in _amounts(item, each.text)]
        for one in item.unclear:
            unclear = (item.dimension, one.text, None, None, None, one.reason, one.guess, one.resources)
            rows += [(*unclear, *amount) for amount in _amounts(item, one.text)]
    return rows


def _amounts(item: RepairedDimension, text: str) -> Iterator[tuple[Decimal | None, str]]:
    for currency, cost in sorted(item.costs[text].items()):
        yield twelve_places(cost), currency


def _cost(item: RepairedDimension, text: str) -> str:
    return ", ".join(money(cost, currency) for currency, cost in sorted(item.costs[text].items()))


def _repairs(found: Sequence[RepairedDimension]) -> None:
    screen = console()
    if not found:
        say(screen, f"{_NONE}: there is nothing to repair.")
    for number, item in enumerate(found):
        if number:
            screen.print()
        say(screen, _title(item), style="bold")
        if item.repairs:
            rows = [
                (one_line(each.text, TEXT), each.value, percent_of(each.confidence), each.reason, each.resources,
                 _cost(item, each.text))
                for each in item.repairs
            ]  # fmt: skip
            headings = ("text", "means", "sure", "because", "resources", "EffectiveCost")
            table(headings, rows, right=("sure", "EffectiveCost"), spare=("because",), whole_words=True)
        if item.repairs and item.unclear:
            screen.print()
        if item.unclear:
            others = [
                (one_line(each.text, TEXT), each.guess or "", each.reason, each.resources, _cost(item, each.text))
                for each in item.unclear[:_SHOWN]
            ]
            columns = ("unclear", "perhaps", "because", "resources", "EffectiveCost")
            table(columns, others, right=("EffectiveCost",), spare=("because",), whole_words=True)
            if len(item.unclear) > _SHOWN:
                say(screen, f"... and {len(item.unclear) - _SHOWN:,} more: --output csv shows them all.")


def _title(item: RepairedDimension) -> str:
    if not item.repairs and not item.unclear:
        return f"{item.dimension}: every text is understood"
    repaired = f"{counted(len(item.repairs), 'text') if item.repairs else 'no text'} can be repaired"
    are = "is" if len(item.unclear) == 1 else "are"
    return f"{item.dimension}: {repaired}{f', {len(item.unclear):,} {are} unclear' if item.unclear else ''}"


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
    type=Share(0.5, 0.999),
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
    project = opened(folder)
    found = infer_tags(project, month, dimension=dimension, target=target)
    if form != "table":
        show(_INFERRED, [row for item in found for tag in item.tags for row in _inferred_rows(tag)], form)
    elif not found:
        say(console(), f"{_NONE}: there is nothing to infer.")
    for number, item in enumerate(found if form == "table" else ()):
        if number:
            click.echo()
        _inferred(item)
    if target_file is not None:
        for line in _written(target_file, found[0], project.root):
            click.echo(line, err=form != "table")


def _inferred_rows(tag: InferredTag) -> Iterator[tuple[Any, ...]]:
    """Yield a row per currency."""
    sure = None if tag.confidence is None else round(tag.confidence, 4)
    for currency, cost in tag.costs:
        yield (
            tag.dimension, tag.source, tag.resource, tag.account, tag.service, tag.value, tag.value is not None, sure,
            tag.why, tag.named, twelve_places(cost), currency,
        )  # fmt: skip


def _inferred(item: InferredDimension) -> None:
    screen = console()
    bold, *others = _said(item)
    say(screen, bold, style="bold")
    for line in others:
        say(screen, line)
    tags = [tag for tag in item.tags if tag.value is not None]
    if tags:
        rows = [
            (one_line(end_of(tag.resource)), tag.value, percent_of(tag.confidence or 0), tag.named or "",
             tag.why.partition("; ")[0], ", ".join(money(cost, currency) for currency, cost in tag.costs))
            for tag in tags[:_SHOWN]
        ]  # fmt: skip
        headings = ("resource", "inferred", "sure", "by rule", "because", "EffectiveCost")
        table(headings, rows, right=("sure", "EffectiveCost"), spare=("by rule", "because"), whole_words=True)
        if len(tags) > _SHOWN:
            say(screen, f"... and {len(tags) - _SHOWN:,} more: --output csv shows them all.")


def _said(item: InferredDimension) -> Iterator[str]:
    """Yield how far what was inferred can be trusted, and how much it covers."""
    report = item.report
    if report.problem is not None:
        resources = counted(report.unlabelled.resources, "resource")
        yield f"{item.dimension}: nothing is inferred for {resources} without an understood tag"
        yield f"{report.problem[:1].upper()}{report.problem[1:]} (FM2051, docs/errors.md)."
        return
    precision, held, rest = report.precision, report.held_out, report.unlabelled
    is_one_currency = len({currency for tag in item.tags for currency, _ in tag.costs}) == 1
    cost = f", {percent(rest.cost_share)} of their EffectiveCost" if is_one_currency else ""
    without = f"{rest.decided:,} of {rest.resources:,} resources without an understood tag"
    yield f"{item.dimension}: inferred for {without}{cost}"
    interval = f"from {percent_of(precision.low)} to {percent_of(precision.high)}"
    right = f"{precision.right:,} of {precision.decided:,} right, {percent_of(precision.share or 0)}"
    yield (
        f"Proof: of {counted(held.resources, 'resource')} whose tag is known and was held out, {held.decided:,} were "
        f"decided; {right} (95 % interval {interval})."
    )
    if report.abstained:
        reasons = sorted(report.abstained.items(), key=lambda each: -each[1])
        yield f"Not inferred: {', '.join(f'{number:,} {NOT_INFERRED[reason]}' for reason, number in reasons)}."


def _written(path: Path, item: InferredDimension, root: Path) -> Iterator[str]:
    """Write what was inferred as a lookup, beside what somebody confirmed in it; yield what to tell of it."""
    from finmod.workspace.files import write_list
    from finmod.workspace.inferred_list import COLUMNS, confirmed
    from finmod.workspace.tags_infer import lookup_lines

    inferred, left_out = lookup_lines(item.tags)
    there = confirmed(path)
    lines = there.without(inferred)
    # Rounded down, so that no file promises more than was shown.
    proof = (f"{item.month:%Y-%m}", f"{floor(item.report.precision.low * 10_000) / 10_000:.4f}")
    others = ("",) * (len(there.columns) - len(COLUMNS))
    text = csv_text(there.columns, [(*line, *proof, *others) for line in lines])
    write_list(path, text + there.text(), there.kind)
    yield ""
    yield f"Wrote {counted(len(lines), 'resource')} to {path}."
    if there.lines:
        is_one = len(there.lines) == 1
        yield f"{counted(len(there.lines), 'line')} that somebody confirmed {'is' if is_one else 'are'} kept."
    if left_out:
        yield f"Left out: {counted(left_out, 'resource')} whose id means two values or cannot stand in a lookup."
    keys = [key for place, key in enumerate(COLUMNS[:2]) if any(line[place] for line in (*lines, *there.lines))]
    if keys:
        yield from _rules(path, item.dimension, keys, root)


def _rules(path: Path, dimension: str, keys: Sequence[str], root: Path) -> Iterator[str]:
    """Yield the rules that look a list up by these columns."""
    name, is_inside = path.name, path.resolve().is_relative_to(root.resolve())
    if is_inside:
        name = path.resolve().relative_to(root.resolve()).as_posix()
    where = "" if is_inside else "Put it beside taxonomy.yaml. "
    rules = "A rule" if len(keys) == 1 else "Rules"
    yield f"{where}{rules} of {dimension} for it, to stand behind those that know better:"
    shown = name if re.fullmatch(r"[A-Za-z0-9_./-]+", name) else json.dumps(name)
    for key in keys:
        yield f"  - lookup: {{file: {shown}, key: {key}, value: value}}"
