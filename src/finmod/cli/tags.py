"""``finmod tags``: how much spend carries tags that are understood, what changed, and which rules say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from click.core import ParameterSource

from finmod.cli.close import MONTH
from finmod.cli.lines import TEXT, one_line, say
from finmod.cli.output import Form, console, money, output_option, show, table
from finmod.cli.project import command_line, opened
from finmod.cli.values import Name, Whole
from finmod.errors import counted
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.taxonomy.compliance import Compliance
    from finmod.workspace.tags import TagReport

_COLUMNS = (
    "billing_period", "dimension", "group", "currency", "share", "required", "meets", "short", "short_cost",
    "taggable", "understood", "respelt", "unrecognised", "missing", "gap", "gap_named_otherwise", "untaggable",
    "unsure", "named", "resources", "resources_understood", "unknown_charges",
)  # fmt: skip
_SHOWN = 15
_GROUP = 90
"""Characters of a group at most: an account's id with its name, which a table folds."""
MONTHS = Whole("from 1 to 120", least=1, most=120)

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
    "--trend", type=MONTHS, metavar="MONTHS", help="Show the shares of so many months, the period the last of them."
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
        _screen(context.obj, project.name, report, by, trend, checks=checks)
    else:
        shown = report.groups if by else report.of_trend if trend else report.of_month
        show(_COLUMNS, [_row(each) for each in shown], form)
        for text in _missed(report) if checks else ():
            click.echo(text, err=True)
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
    head = (f"{item.month:%Y-%m}", item.dimension, item.group, item.currency, _exact(item.share), item.required)
    amounts = (
        item.short_cost, item.taggable, item.understood, item.respelt, item.unrecognised, item.missing, item.gap,
        item.gap_named, item.untaggable, item.unsure, item.named,
    )  # fmt: skip
    counts = (item.resources, item.resources_understood, item.unknown_charges)
    return (*head, item.meets, _exact(item.short), *map(twelve_places, amounts), *counts)


def _exact(share: Decimal | None) -> Decimal | None:
    return None if share is None else round(share, 6)


def percent(share: Decimal | None, *, short_of: Decimal | None = None) -> str:
    """Return a share for people, never rounded up to all; nor to what is demanded, where it is short of that.

    >>> percent(Decimal("0.6138")), percent(None)
    ('61.4 %', '-')
    >>> percent(Decimal("0.9996")), percent(Decimal("0.8996"), short_of=Decimal("0.9"))
    ('99.9 %', '89.9 %')
    """
    if share is None:
        return "-"
    edge = Decimal(1) if short_of is None else short_of
    if share < edge <= round(share, 3):
        share = (share * 1000).to_integral_value(ROUND_FLOOR) / 1000
    return f"{share * 100:.1f} %"


def _screen(  # noqa: PLR0913 -- what the options of the command say, and what was found
    folder: Path | None, name: str, report: TagReport, by: str | None, trend: int | None, *, checks: bool
) -> None:
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
    for text in _missed(report) if checks else ():
        say(screen, text, style="red")
    if not by and not trend:
        for finding in report.findings:
            say(screen, f"{finding.where}: {finding.message} ({finding.code})", style="yellow")
    screen.print("\nLook further:")
    for words in ("keys", "repair", "infer", "todo", "--by account", "drift", "rules", "taggable"):
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
    return percent(item.share, short_of=item.required if item.meets is False else None)


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
            (one_line(item.group, _GROUP) if item.group else "(none)", _understood(item),
             _known(item, item.taggable), _known(item, item.gap), _resources(item))
            for item in groups[:_SHOWN]
        ]  # fmt: skip
        headings = (by, "understood", "can carry tags", "gap", "resources")
        table(headings, rows, right=headings[1:], spare=("resources",))
        if len(groups) > _SHOWN:
            say(screen, f"... and {len(groups) - _SHOWN:,} more: --output csv shows them all.")


def _known(item: Compliance, cost: Decimal) -> str:
    """Return an amount of a group; a dash where it has charges of unknown cost and none of known cost that count."""
    return "-" if item.unknown_charges and not item.taggable else money(cost, item.currency)


def _trend(report: TagReport) -> None:
    """Print a table per dimension and currency with a line per month."""
    screen = console()
    found: dict[tuple[str, str], list[Compliance]] = {}
    for item in report.of_trend:
        found.setdefault((item.dimension, item.currency), []).append(item)
    is_mixed = len({currency for _, currency in found}) > 1
    for (dimension, currency), months in found.items():
        required = months[-1].required
        title = f"{dimension}{f', {currency}' if is_mixed else ''}"
        screen.print()
        say(screen, title if required is None else f"{title}: {_demanded(required)} required", style="bold")
        # What nothing is demanded of has no column for it.
        of_target = required is not None
        rows = [
            (f"{item.month:%Y-%m}", _understood(item), *([_REACHED[item.meets]] if of_target else []),
             money(item.taggable, currency), money(item.gap, currency),
             *([_short_cost(item)] if of_target else []))
            for item in months
        ]  # fmt: skip
        reached, short = (("reached",), ("short of required",)) if of_target else ((), ())
        headings = ("month", "understood", *reached, "can carry tags", "gap", *short)
        table(headings, rows, right=[each for each in headings[1:] if each != "reached"], spare=("can carry tags",))


def _short_cost(item: Compliance) -> str:
    return "-" if item.short_cost is None else money(item.short_cost, item.currency)


def _missed(report: TagReport) -> Iterator[str]:
    """Yield how far each target of the month is missed, and by which dimension."""
    for item in report.missed:
        points = (item.short or 0) * 100
        key = next(iter(report.taxonomy.dimensions[item.dimension].tag_keys), None)
        of_key = "" if key in {None, item.dimension} else f" (tag {one_line(key or '', TEXT)})"
        short = f"{points:.1f}" if points >= Decimal("0.05") else f"{points:.4f}"
        yield (
            f"Missed: {item.dimension}{of_key} has {_understood(item)} of {_demanded(item.required)} required, "
            f"{short} points or {money(item.short_cost, item.currency)} short."
        )


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
        yield unsure_text(money(cost, currency))
    yield from unknown_texts(sum({item.currency: item.unknown_charges for item in report.of_month}.values()))


def unsure_text(amount: str) -> str:
    """Return the sentence that says how much counts as able to carry tags because nobody knows better."""
    return f"Counted, though nobody knows whether it can carry tags: {amount}."


def unknown_texts(charges: int) -> Iterator[str]:
    """Yield the sentence that says how many charges are in no amount, where there are any."""
    if charges:
        yield f"In no amount here, for their EffectiveCost is unknown: {counted(charges, 'charge')}."


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
    # A key that a supplier sets itself is none of the user's; drift counts them.
    counts = Counter(
        (item.change, item.what, item.dimension, item.name) for item in report.drift if not item.supplier_set
    )
    found = Counter((change, what) for change, what, *_ in counts)
    parts = [
        counted(found[change, what], f"{change} {what}")
        for change in ("new", "vanished")
        for what in ("key", "value")
        if found[change, what]
    ]
    yield f"Since {report.before:%Y-%m}: {', '.join(parts) if parts else 'no key or value came or went'}."


@command.command("init")
@click.pass_obj
def write_new(folder: Path | None) -> None:
    """Write a taxonomy.yaml to start from into a project that has none."""
    from finmod.settings.init import write_taxonomy

    path = write_taxonomy(opened(folder).root)
    click.echo(f"Wrote {path}. Say in it what your charges are called, then run: {command_line(folder, 'tags')}")
