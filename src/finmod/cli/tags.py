"""``finmod tags``: how much spend carries tags that are understood, what changed, and which rules say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from click.core import ParameterSource

from finmod.cli.close import MONTH
from finmod.cli.lines import end_of, one_line, say
from finmod.cli.output import Form, console, money, output_option, show, table, twelve_places
from finmod.cli.project import command_line, opened
from finmod.cli.values import Name, Whole
from finmod.errors import counted

if TYPE_CHECKING:
    from datetime import date

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
_SHOWN = 15
_TEXT = 40
"""Characters of a text in a table at most."""
_MONTHS = Whole("from 1 to 120", least=1, most=120)

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
    "--trend", type=_MONTHS, metavar="MONTHS", help="Show the shares of so many months, the period the last of them."
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
        _refuse_before(context, context.invoked_subcommand)
        return 0
    if by and trend:
        message = "--by tells the groups of one month, and --trend months without groups: give one of the two"
        raise click.UsageError(message)
    from finmod.terms.periods import parse_period
    from finmod.workspace.tags import tag_report

    project = opened(context.obj)
    report = tag_report(project, parse_period(period) if period else None, by=by, trend=trend or 2)
    if form == "table":
        _screen(context.obj, project.name, report, by, trend)
    else:
        shown = report.groups if by else report.of_trend if trend else report.of_month
        show(_COLUMNS, [_row(each) for each in shown], form)
    return 1 if checks and report.missed else 0


def _refuse_before(context: click.Context, subcommand: str) -> None:
    """Refuse options in front of a subcommand: it would work without them, and nobody would know."""
    given = [each for each in context.command.params if _is_given(context, each)]
    if given:
        option = given[0].opts[0]
        message = f"{option} stands before '{subcommand}', which does not see it there; write it behind, if it takes it"
        raise click.UsageError(message, context)


def _is_given(context: click.Context, parameter: click.Parameter) -> bool:
    return context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE


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
    say(screen, f"{name}, {report.month:%Y-%m}: tags by EffectiveCost of what can carry them", style="bold", limit=1000)
    if not report.of_month:
        say(screen, "No dimension of taxonomy.yaml is read from a tag. Add a rule, such as 'tag: [product]', to one.")
        for finding in report.findings:
            say(screen, f"{finding.where}: {finding.message} ({finding.code})", style="yellow")
        return
    texts: list[str] = []
    if trend:
        _trend(report)
    elif by:
        _groups(report, by)
        texts = [*_uncounted(report)]
    else:
        _totals(report)
        texts = [*_uncounted(report), *_gap(report), *_changes(report)]
    for text in texts:
        say(screen, text)
    if not by and not trend:
        for finding in report.findings:
            say(screen, f"{finding.where}: {finding.message} ({finding.code})", style="yellow")
    screen.print("\nLook further:")
    for words in ("keys", "repair", "infer", "todo", "--by account", "drift", "rules"):
        screen.print(f"  {command_line(folder, f'tags {words}')}", markup=False, soft_wrap=True)


def _totals(report: TagReport) -> None:
    rows = []
    for item in report.of_month:
        amounts = (money(each, item.currency) for each in (item.gap, item.missing, item.unrecognised, item.respelt))
        rows.append(
            (
                item.dimension, _understood(item), _demanded(item.required), _REACHED[item.meets],
                _points(item, report.earlier(item)), *amounts, _resources(item),
            )
        )  # fmt: skip
    headings = (
        "dimension", "understood", "required", "reached", "change", "gap", "no tag", "no value", "respelt", "resources",
    )  # fmt: skip
    spare = ("respelt", "no value", "no tag", "change", "resources", "reached")
    table(headings, rows, right=(*headings[1:3], *headings[4:]), spare=spare)


_REACHED = {True: "yes", False: "no", None: ""}


def _understood(item: Compliance) -> str:
    """Return the share that is understood, never rounded up to what is demanded or to all."""
    share, aim = item.share, (item.required or 1) if item.meets is False else 1
    if share is None or share >= aim or round(share, 3) < aim:
        return percent(share)
    return percent((share * 1000).to_integral_value(ROUND_FLOOR) / 1000)


def _demanded(required: Decimal | None) -> str:
    """Return what is demanded as taxonomy.yaml has it, with a place behind the point at least."""
    if required is None:
        return "-"
    text = f"{(required * 100).normalize():f}"
    return f"{text if '.' in text else f'{text}.0'} %"


def _points(item: Compliance, earlier: Compliance | None) -> str:
    if earlier is None or earlier.share is None or item.share is None:
        return "-"
    points = f"{(item.share - earlier.share) * 100:+.1f}"
    return f"{'0.0' if points in {'+0.0', '-0.0'} else points} pt"


def _resources(item: Compliance) -> str:
    return f"{item.resources_understood:,} of {item.resources:,}"


def _groups(report: TagReport, by: str) -> None:
    """Print a table per dimension and currency, the dearest gaps of each."""
    screen = console()
    there = [item for item in report.groups if item.taggable or item.resources]
    for whole in report.of_month:
        place = (whole.dimension, whole.currency)
        groups = [item for item in there if (item.dimension, item.currency) == place]
        if not groups:
            continue
        demand = f", {_demanded(whole.required)} required" if whole.required is not None else ""
        of_all = f"{_understood(whole)} of {money(whole.taggable, whole.currency)} is understood{demand}"
        screen.print()
        say(screen, f"{whole.dimension}: {of_all}", style="bold")
        rows = [
            (one_line(item.group, _TEXT) if item.group else "(none)", percent(item.share),
             money(item.taggable, item.currency), money(item.gap, item.currency), _resources(item))
            for item in groups[:_SHOWN]
        ]  # fmt: skip
        headings = (by, "understood", "can carry tags", "gap", "resources")
        table(headings, rows, right=headings[1:], spare=("resources",))
        if len(groups) > _SHOWN:
            say(screen, f"... and {len(groups) - _SHOWN:,} more: --output csv shows them all.")


def _trend(report: TagReport) -> None:
    """Print a line per month and currency, since months are more than any terminal has room for side by side."""
    dimensions = list(dict.fromkeys(item.dimension for item in report.of_trend))
    months: dict[tuple[date, str], dict[str, Compliance]] = {}
    for item in report.of_trend:
        months.setdefault((item.month, item.currency), {})[item.dimension] = item
    rows = [
        (f"{month:%Y-%m}", money(next(iter(of_it.values())).taggable, currency),
         *(percent(of_it[name].share) if name in of_it else "-" for name in dimensions))
        for (month, currency), of_it in sorted(months.items())
    ]  # fmt: skip
    headings = ("month", "can carry tags", *dimensions)
    table(headings, rows, right=headings[1:], spare=("can carry tags",))


def _uncounted(report: TagReport) -> Iterator[str]:
    parts: dict[str, list[str]] = {}
    total: dict[str, Decimal] = {}
    for item in report.untaggable:
        total[item.currency] = total.get(item.currency, Decimal(0)) + item.cost
        amount = money(item.cost, None)
        if amount != "0.00":
            parts.setdefault(item.currency, []).append(f"{item.reason.replace('-', ' ')} {amount}")
    for currency, of_it in sorted(parts.items()):
        yield f"Not counted, for it can carry no tags: {money(total[currency], currency)} ({', '.join(of_it)})."
    unsure = {item.currency: item.unsure for item in report.of_month if item.unsure}
    for currency, cost in unsure.items():
        yield f"Counted, though nobody knows whether it can carry tags: {money(cost, currency)}."
    unknown = sum({item.currency: item.unknown_charges for item in report.of_month}.values())
    if unknown:
        yield f"In no amount here, for their EffectiveCost is unknown: {counted(unknown, 'charge')}."


def _gap(report: TagReport) -> Iterator[str]:
    for item in report.of_month:
        if item.gap > 0:
            named, rest = (money(each, item.currency) for each in (item.gap_named, item.gap - item.gap_named))
            # Credits and true-ups may take off more than there is of either part.
            is_split = 0 <= item.gap_named <= item.gap
            parts = f"; other rules name {named} of it, nothing names {rest}" if is_split else ""
            yield f"Gap of {item.dimension}: {money(item.gap, item.currency)} without an understood tag{parts}."


def _changes(report: TagReport) -> Iterator[str]:
    if report.before is None:
        return
    counts = Counter((item.change, item.what, item.dimension, item.name) for item in report.drift)
    found = Counter((change, what) for change, what, *_ in counts)
    parts = [
        counted(found[change, what], f"{change} {what}")
        for change in ("new", "vanished")
        for what in ("key", "value")
        if found[change, what]
    ]
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
        say(screen, f"{report.month:%Y-%m} is the first month: there is nothing to compare with.")
        return
    say(screen, f"{project.name}: {report.month:%Y-%m} against {report.before:%Y-%m}", style="bold")
    if not report.drift:
        say(screen, "No key or value came or went.")
        return
    rows = [
        (item.change, item.what, one_line(item.name, _TEXT), item.dimension,
         "" if item.what == "key" else one_line(item.value, _TEXT) if item.value else "(no value)",
         item.resources, money(item.cost, item.currency), one_line(end_of(item.example or "")))
        for item in report.drift
    ]  # fmt: skip
    headings = ("change", "what", "text", "dimension", "means", "resources", "EffectiveCost", "such as")
    table(headings, rows, right=("EffectiveCost",), spare=("such as", "dimension"), whole_words=True)


def _drift_row(item: Drift) -> tuple[Any, ...]:
    return (
        item.change, item.what, item.name, item.dimension, item.value, item.resources, twelve_places(item.cost),
        item.currency, item.example,
    )  # fmt: skip


@command.command("rules")
@period_option
@click.option(
    "--months",
    type=_MONTHS,
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Look at so many months together, the period the last of them.",
)
@click.option("--dimension", type=Name("a dimension"), metavar="NAME", help="Rules of this dimension alone.")
@output_option
@click.pass_obj
def show_rules(folder: Path | None, period: str | None, months: int, dimension: str | None, *, form: Form) -> None:
    """Show what each rule names, in charge keys and EffectiveCost, and which rules name nothing."""
    from finmod.terms.periods import parse_period
    from finmod.workspace.tags import rule_report

    month = parse_period(period) if period else None
    uses = rule_report(opened(folder), month, months=months, dimension=dimension)
    if form != "table":
        show(_RULES, [_rule_row(use) for use in uses], form)
        return
    if not uses:
        say(console(), "There is no rule.")
    for number, name in enumerate(dict.fromkeys(use.dimension for use in uses)):
        if number:
            console().print()
        _rules(name, [use for use in uses if use.dimension == name])
    if uses:
        say(console(), "")
        say(console(), "Counted are charge keys; of rules that match one, the first names it.")


def _rules(dimension: str, uses: Sequence[RuleUse]) -> None:
    """Print the rules of one dimension; of rule sets those alone that name something."""
    screen = console()
    say(screen, dimension, style="bold")
    shown = [use for use in uses if use.names or use.rule is None or not use.rule.included]
    rows = [
        (str(use.rule.number) if use.rule else "", one_line(use.rule.text) if use.rule else "rolls up from below",
         f"{use.answers:,}", f"{use.names:,}", _cost(use), _of_rule(use), use.rule.place if use.rule else "")
        for use in shown
    ]  # fmt: skip
    headings = ("rule", "says", "matches", "names", "EffectiveCost", "", "place")
    if rows:
        table(headings, rows, right=headings[2:5], spare=("place", "matches"))
    if len(shown) < len(uses):
        rest = len(uses) - len(shown)
        name = "names" if rest == 1 else "name"
        say(screen, f"{counted(rest, 'rule')} of included files {name} nothing here: --output csv shows them all.")


def _cost(use: RuleUse) -> str:
    if not use.names:
        return ""
    return money(use.cost, use.currency) if use.currency else "several currencies"


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
