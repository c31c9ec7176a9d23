"""``finmod tags``: how much spend carries tags that are understood, what changed, and which rules say so."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from rich.text import Text

from finmod.cli.close import MONTH
from finmod.cli.output import Form, console, money, output_option, show, table, twelve_places
from finmod.cli.project import command_line, opened
from finmod.cli.values import Name
from finmod.errors import counted, printable

if TYPE_CHECKING:
    from finmod.taxonomy.compliance import Compliance
    from finmod.taxonomy.drift import Drift
    from finmod.taxonomy.rule_use import RuleUse
    from finmod.workspace.tags import TagReport

_COLUMNS = (
    "billing_period", "dimension", "group", "currency", "share", "required", "meets", "taggable", "understood",
    "respelt",
    "unrecognised", "missing", "gap", "gap_named_otherwise", "untaggable", "unsure", "named", "resources",
    "resources_understood", "unknown_charges",
)  # fmt: skip
_DRIFT = ("change", "what", "name", "dimension", "value", "resources", "effective_cost", "currency", "example")
_RULES = ("dimension", "rule", "text", "place", "answers", "names", "effective_cost", "currency", "answered_before_by")

period_option = click.option(
    "--period", type=MONTH, metavar="YYYY-MM", help="Billing period; the last one where it is not given."
)


@click.group("tags", invoke_without_command=True, options_metavar="[OPTIONS]", subcommand_metavar="[COMMAND]")
@period_option
@click.option(
    "--by",
    type=Name("a word or a dimension", "Name one, or leave --by out."),
    metavar="WORD",
    help="Tell compliance by account, service, supplier, source, region, or a dimension such as team.",
)
@click.option(
    "--trend", type=click.IntRange(1, 120), metavar="MONTHS", help="Show so many months, the period the last of them."
)
@click.option("--check", "checks", is_flag=True, help="Exit with 1 where a dimension does not reach what it requires.")
@output_option
@click.pass_context
def command(  # noqa: PLR0913 -- one parameter per option
    context: click.Context, period: str | None, by: str | None, trend: int | None, *, checks: bool, form: Form
) -> int:
    """Show how much of the spend that can carry tags carries tags that taxonomy.yaml understands.

    Costs are EffectiveCost. What cannot carry tags, such as tax and support, is told apart and counts nowhere.
    """
    if context.invoked_subcommand is not None:
        return 0
    from finmod.terms.periods import parse_period
    from finmod.workspace.tags import tag_report

    project = opened(context.obj)
    report = tag_report(project, parse_period(period) if period else None, by=by, trend=trend or 2)
    if form == "table":
        _screen(context.obj, project.name, report, by, trend)
    else:
        shown = report.groups if by else report.compliance if trend else report.of_month
        show(_COLUMNS, [_row(each) for each in shown], form)
    return 1 if checks and report.missed else 0


def _row(item: Compliance) -> tuple[Any, ...]:
    amounts = (
        item.taggable, item.understood, item.respelt, item.unrecognised, item.missing, item.gap, item.gap_named,
        item.untaggable, item.unsure, item.named,
    )  # fmt: skip
    return (
        f"{item.month:%Y-%m}", item.dimension, item.group, item.currency, _exact(item.share), item.required, item.meets,
        *map(twelve_places, amounts), item.resources, item.resources_understood, item.unknown_charges,
    )  # fmt: skip


def _exact(share: Decimal | None) -> Decimal | None:
    return None if share is None else round(share, 6)


def percent(share: Decimal | None) -> str:
    """Return a share for people.

    >>> percent(Decimal("0.6138")), percent(None)
    ('61.4 %', '-')
    """
    return "-" if share is None else f"{share * 100:.1f} %"


def _screen(folder: Path | None, name: str, report: TagReport, by: str | None, trend: int | None) -> None:
    screen = console()
    screen.print(
        Text(
            printable(f"{name}, {report.month:%Y-%m}: tags by EffectiveCost of what can carry them", 1000), style="bold"
        )
    )
    if not report.of_month:
        screen.print("No dimension of taxonomy.yaml is read from a tag: nothing can be told of tags.")
        return
    if by:
        _groups(report, by)
    elif trend:
        _trend(report)
    else:
        _totals(report)
    for line in (*_untaggable(report), *_gap(report), *_changes(report)):
        screen.print(Text(printable(line, 2000)))
    for finding in report.findings:
        screen.print(Text(f"{finding.where}: {printable(finding.message, 1000)} ({finding.code})", style="yellow"))
    screen.print("\nLook further:")
    for words in ("tags repair", "tags todo", "tags --by account", "tags drift", "tags rules"):
        screen.print(f"  {command_line(folder, words)}", markup=False, soft_wrap=True)


def _totals(report: TagReport) -> None:
    rows = []
    for item in report.of_month:
        amounts = (money(each, item.currency) for each in (item.gap, item.missing, item.unrecognised, item.respelt))
        rows.append(
            (
                item.dimension, percent(item.share), percent(item.required), _points(item, report.earlier(item)),
                _verdict(item), *amounts, f"{item.resources_understood:,} of {item.resources:,}",
            )
        )  # fmt: skip
    headings = (
        "dimension",
        "understood",
        "required",
        "change",
        "",
        "gap",
        "no tag",
        "no value",
        "respelt",
        "resources",
    )
    table(
        headings,
        rows,
        right=(*headings[1:4], *headings[5:]),
        spare=("respelt", "no value", "no tag", "change", "resources"),
    )


def _points(item: Compliance, earlier: Compliance | None) -> str:
    if earlier is None or earlier.share is None or item.share is None:
        return "-"
    return f"{(item.share - earlier.share) * 100:+.1f} pt"


def _verdict(item: Compliance) -> str:
    return {True: "meets", False: "below", None: ""}[item.meets]


def _groups(report: TagReport, by: str) -> None:
    rows = [
        (item.dimension, item.group or "(none)", percent(item.share), percent(item.required),
         money(item.taggable, item.currency), money(item.gap, item.currency),
         f"{item.resources_understood:,} of {item.resources:,}")
        for item in report.groups
        if item.taggable or item.resources
    ]  # fmt: skip
    headings = ("dimension", by, "understood", "required", "can carry tags", "gap", "resources")
    table(headings, rows, right=headings[2:], spare=("required", "resources"))


def _trend(report: TagReport) -> None:
    months = sorted({item.month for item in report.compliance})
    by_place = {(item.dimension, item.currency, item.month): item for item in report.compliance}
    rows = []
    for dimension, currency in dict.fromkeys((item.dimension, item.currency) for item in report.compliance):
        shares = [by_place.get((dimension, currency, month)) for month in months]
        rows.append((dimension, currency, *(percent(item.share) if item else "-" for item in shares)))
    headings = ("dimension", "currency", *(f"{month:%Y-%m}" for month in months))
    table(headings, rows, right=headings[2:], spare=headings[1:-1])


def _untaggable(report: TagReport) -> Iterator[str]:
    by_currency: dict[str, list[str]] = {}
    total: dict[str, Decimal] = {}
    for item in report.untaggable:
        total[item.currency] = total.get(item.currency, Decimal(0)) + item.cost
        if item.cost:
            by_currency.setdefault(item.currency, []).append(f"{item.reason.replace('-', ' ')} {item.cost:,.2f}")
    for currency, parts in by_currency.items():
        yield f"Not counted, for it can carry no tags: {money(total[currency], currency)} ({', '.join(parts)})."
    unsure = {item.currency: item.unsure for item in report.of_month if item.unsure}
    for currency, amount in unsure.items():
        yield f"Counted, though nobody knows whether it can carry tags: {money(amount, currency)}."


def _gap(report: TagReport) -> Iterator[str]:
    for item in report.of_month:
        if item.gap > 0:
            rest = item.gap - item.gap_named
            yield (
                f"Gap of {item.dimension}: {money(item.gap, item.currency)} a month without an understood tag; other "
                f"rules name {money(item.gap_named, item.currency)} of it, nobody answers for "
                f"{money(rest, item.currency)}."
            )


def _changes(report: TagReport) -> Iterator[str]:
    if report.before is None:
        return
    counts = {
        (change, what): sum(item.change == change and item.what == what for item in report.drift)
        for change in ("new", "vanished")
        for what in ("key", "value")
    }
    parts = [f"{counted(number, f'{change} {what}')}" for (change, what), number in counts.items() if number]
    yield f"Since {report.before:%Y-%m}: {', '.join(parts) if parts else 'no key or value came or went'}."


@command.command("drift")
@period_option
@output_option
@click.pass_obj
def show_drift(folder: Path | None, period: str | None, *, form: Form) -> None:
    """Show tag keys and values that came or went since the month before."""
    from finmod.terms.periods import parse_period
    from finmod.workspace.tags import tag_report

    project = opened(folder)
    report = tag_report(project, parse_period(period) if period else None)
    if form != "table":
        show(_DRIFT, [_drift_row(item) for item in report.drift], form)
        return
    screen = console()
    if report.before is None:
        screen.print(f"{report.month:%Y-%m} is the first month: there is nothing to compare with.")
        return
    screen.print(Text(f"{printable(project.name)}: {report.month:%Y-%m} against {report.before:%Y-%m}", style="bold"))
    if not report.drift:
        screen.print("No key or value came or went.")
        return
    rows = [
        (item.change, item.what, item.name, item.dimension, item.value or ("" if item.what == "key" else "(no value)"),
         item.resources, money(item.cost, item.currency), item.example)
        for item in report.drift
    ]  # fmt: skip
    headings = ("change", "what", "text", "dimension", "names", "resources", "EffectiveCost", "such as")
    table(headings, rows, right=("EffectiveCost",), spare=("such as", "dimension"))


def _drift_row(item: Drift) -> tuple[Any, ...]:
    return (
        item.change, item.what, item.name, item.dimension, item.value, item.resources, twelve_places(item.cost),
        item.currency, item.example,
    )  # fmt: skip


@command.command("rules")
@period_option
@click.option(
    "--months", type=click.IntRange(1, 120), default=1, show_default=True, help="Look at so many months together."
)
@click.option("--dimension", type=Name("a dimension"), metavar="NAME", help="Rules of this dimension alone.")
@output_option
@click.pass_obj
def show_rules(folder: Path | None, period: str | None, months: int, dimension: str | None, *, form: Form) -> None:
    """Show what each rule names, in charge keys and EffectiveCost, and which rules name nothing."""
    from finmod.terms.periods import parse_period
    from finmod.workspace.tags import rule_report

    uses = rule_report(opened(folder), parse_period(period) if period else None, months=months)
    uses = [use for use in uses if dimension in {None, use.dimension}]
    if form != "table":
        show(_RULES, [_rule_row(use) for use in uses], form)
        return
    rows = [
        (use.dimension, str(use.rule.number) if use.rule else "", use.rule.text if use.rule else "rolls up from below",
         f"{use.names:,}", f"{use.answers:,}", _cost(use), _of_rule(use), use.rule.place if use.rule else "")
        for use in uses
    ]  # fmt: skip
    headings = ("dimension", "rule", "from", "names keys", "answers", "EffectiveCost", "", "place")
    table(headings, rows, right=headings[3:6], spare=("answers", "place"))


def _cost(use: RuleUse) -> str:
    return money(use.cost, use.currency) if use.names else ""


def _of_rule(use: RuleUse) -> str:
    if use.before is not None:
        return f"rule {use.before.number} answers first"
    return "" if use.names or use.answers else "matches nothing"


def _rule_row(use: RuleUse) -> tuple[Any, ...]:
    rule = use.rule
    return (
        use.dimension, rule and rule.number, rule.text if rule else "rolls up", rule and rule.place, use.answers,
        use.names, twelve_places(use.cost), use.currency, use.before and use.before.place,
    )  # fmt: skip


@command.command("init")
@click.pass_obj
def write_new(folder: Path | None) -> None:
    """Write a taxonomy.yaml to start from into a project that has none."""
    from finmod.settings.init import write_taxonomy

    path = write_taxonomy(opened(folder).root)
    click.echo(f"Wrote {path}. Say in it what your charges are called, then run: {command_line(folder, 'tags')}")
