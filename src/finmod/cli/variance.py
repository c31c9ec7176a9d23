"""``finmod variance``: what changed between two months, effect by effect, and the charges behind an effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.behind import show_behind
from finmod.cli.causes import show_causes
from finmod.cli.close import MONTH
from finmod.cli.compared import against_option, must_hold
from finmod.cli.explain_allocated import Target
from finmod.cli.figures import amount_places, signed, signed_percent
from finmod.cli.lines import end_of, one_line, say
from finmod.cli.moves import finding_words
from finmod.cli.output import (
    Form,
    console,
    json_text,
    minute,
    money,
    objects,
    output_option,
    table,
    text_of,
)
from finmod.cli.project import opened
from finmod.cli.values import Name, Whole, words_of
from finmod.errors import counted
from finmod.reports.markdown import markdown_text
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.models.variance.report import Change, Member, State, VarianceReport

_MAIN, _MEMBERS, _NAME = 3, 20, 48
_LARGE = 10_000


@click.command("variance")
@click.argument("period", required=False, type=MONTH, metavar="[PERIOD]")
@against_option
@click.option("--by", "by", multiple=True, type=Name("a dimension, or a word such as service"), metavar="WORD[,WORD]",
              help="Whose: dimensions that costs are allocated to, source, service, category, pool; or of single "
              "charges account, region, sku, resource; may be repeated.")  # fmt: skip
@click.option("--effect", type=Name("an effect"), metavar="EFFECT",
              help="Tell the charges behind an effect, such as list_price.")  # fmt: skip
@click.option("--causes", "is_causes", is_flag=True,
              help="Tell which combinations of account, service, region, SKU, dimensions and tags moved unlike the "
              "rest, and what else happened then.")  # fmt: skip
@click.option("--of", "scope", type=Target(), multiple=True, metavar="WORD=VALUE",
              help="With --effect: of product=search or service=... alone; may be repeated.")  # fmt: skip
@click.option(
    "--top",
    type=Whole("from 1 to 100000", least=1, most=100_000),
    metavar="N",
    help="So many rows: with --by the largest changes of a table, others together (20 without it); of --effect 15, of "
    "--causes 5, and 20 at most.",
)
@output_option
@click.pass_obj
def command(  # noqa: PLR0913 -- one parameter per option
    folder: Path | None,
    period: str | None,
    *,
    against: str,
    by: tuple[str, ...],
    effect: str | None,
    is_causes: bool,
    scope: tuple[tuple[str, str | None], ...],
    top: int | None,
    form: Form,
) -> None:
    """Tell why cost changed: exact effects of volume, mix, prices, discounts, commitments and all else.

    PERIOD is a month; the last one without it. Cost is EffectiveCost in the reporting currency. Effects are symmetric:
    none of them depends on an order in which causes are taken. They sum to the change, to the last digit, of everything
    and of every product, team and service. With --effect you see the charges behind one. What is odd is said below; of
    csv on standard error.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.variance.variance import variance
    from finmod.workspace.variance.wanted import Wanted

    _refuse(effect, by, scope)
    words = words_of(by)
    wanted = Wanted(parse_period(period) if period else None, against, words)
    if is_causes:
        if by or effect:
            message = "--causes stands without --by and --effect: it looks for the combinations itself."
            raise click.UsageError(message)
        show_causes(folder, wanted, top, form)
        return
    if effect is not None:
        show_behind(folder, wanted, (effect, dict(scope)), top, form)
        return
    _refuse_top(top, words, form)
    report = variance(opened(folder), wanted)
    if form == "table":
        _screen(report, top)
    else:
        click.echo(_text(report, form, top), nl=False)
        for finding in report.findings if form == "csv" else ():
            say(console(stderr=True), finding_words(finding))
    must_hold(report.proofs)


def _refuse(effect: str | None, by: Sequence[str], scope: Sequence[tuple[str, str | None]]) -> None:
    names = [name for name, _ in scope]
    twice = next((name for name in names if names.count(name) > 1), None)
    if scope and effect is None:
        message = "--of needs --effect."
    elif effect is not None and by:
        message = "--effect tells charges, not members: choose whose with --of WORD=VALUE in place of --by."
    elif twice is not None:
        message = f"--of names {twice} twice: a charge has one of them."
    else:
        return
    raise click.UsageError(message)


def _refuse_top(top: int | None, words: Sequence[str], form: Form) -> None:
    if top is None:
        return
    if not words:
        message = "--top needs --by, --effect or --causes: without them there is one row."
    elif form in {"json", "csv"}:
        message = f"--top is of tables for people: --output {form} has a row for each member, so that they sum to all."
    else:
        return
    raise click.UsageError(message)


def _screen(report: VarianceReport, top: int | None) -> None:
    screen = console()
    say(screen, _headline(report), style="bold")
    heads, rows = _effect_rows(report.total)
    table(heads, rows, right=heads[1:])
    if report.by:
        click.echo()
        heads, rows = _member_rows(report, top or _MEMBERS)
        table(heads, rows, right=heads[len(report.by) : -1], spare=(_share_head(report),), whole_words=True)
    for line in _below(report):
        say(screen, line)
    for each in report.findings:
        say(screen, finding_words(each), style={"error": "red", "warning": "yellow"}.get(each.severity, ""))


def _headline(report: VarianceReport) -> str:
    from finmod.models.variance.headline import UNKNOWN, is_plan, without_plan

    total = report.total
    known = ", as far as it is known" if UNKNOWN & {each.code for each in report.findings} else ""
    cost = f"{report.project}: EffectiveCost {report.after.label} {money(total.after, report.currency)}{known}"
    if not total.has_plan:
        return f"{cost}; {without_plan(report)}"
    if is_plan(report.before):
        beyond, unplanned = total.effect("beyond_plan"), total.effect("not_planned")
        rate = f", {_share(beyond, total.before)}" if total.before > 0 else ""
        without = f"; without a plan {money(unplanned, report.currency)}" if unplanned else ""
        return f"{cost}; planned {money(total.before, report.currency)}, {signed(beyond, 2)} beyond plan{rate}{without}"
    rate = f", {_rate(total)}" if total.before > 0 else ""
    return f"{cost}, {signed(total.change, 2)} against {report.before.label}{rate}"


def _effect_rows(change: Change) -> tuple[list[str], list[list[str]]]:
    """Return a row for each effect that is not 0, between what was and what is."""
    from finmod.models.variance.effects import EFFECTS

    places = _places(change)
    rows = [["Before", _before(change, places), ""]]
    for effect, amount in zip(EFFECTS, change.effects, strict=True):
        if amount:
            rows.append([f"  {effect.title}", signed(amount, places), _share(amount, change.before)])
    rows += [["Change", signed(change.change, places), _share(change.change, change.before)],
             ["After", amount_places(change.after, places), ""]]  # fmt: skip
    return ["Effect", "Amount", "of before"], rows


def _share_head(report: VarianceReport) -> str:
    return f"{report.before.label}"


def _member_rows(report: VarianceReport, most: int) -> tuple[list[str], list[list[str]]]:
    """Return a row for each member with its largest effects, the others together, and all."""
    from finmod.models.variance.report import together

    shown, others = report.rows[:most], report.rows[most:]
    places = _places(report.total)
    rows = [_member_row(_names(each.member, report.by), each, places) for each in shown]
    if others:
        rows.append(
            _member_row((counted(len(others), "other"), *[""] * (len(report.by) - 1)), together(others), places)
        )
    rows.append(_member_row(("all", *[""] * (len(report.by) - 1)), report.total, places))
    heads = [*(word.capitalize() for word in report.by), report.before.label, report.after.label, "Change", "%"]
    return [*heads, "Mainly"], rows


def _names(member: Member, by: Sequence[str]) -> list[str]:
    """Return the values of a member in short: of a resource the end, which tells it from others."""
    from finmod.models.variance.report import names_of

    names = zip(by, names_of(member, by), strict=True)
    return [end_of(one_line(text, 400), _NAME) if word == "resource" else one_line(text, _NAME) for word, text in names]


def _member_row(member: Sequence[str], change: Change, places: int) -> list[str]:
    amounts = [_before(change, places), amount_places(change.after, places)]
    return [*member, *amounts, signed(change.change, places), _rate(change), _mainly(change, places)]


def _mainly(change: Change, places: int) -> str:
    """Return the largest effects of a change in words; what is shown as 0 is none of them."""
    from finmod.models.variance.effects import EFFECTS

    found = sorted(zip(EFFECTS, change.effects, strict=True), key=lambda each: -abs(each[1]))[:_MAIN]
    told = [(effect.title.lower(), signed(amount, places)) for effect, amount in found]
    return ", ".join(f"{title} {amount}" for title, amount in told if amount.strip("-0."))


def _below(report: VarianceReport) -> Iterator[str]:
    both = (report.before, report.after)
    yield f"In {report.currency}; {'; '.join(_state_words(each) for each in both)}"
    for each in report.proofs:
        what = f"{both[each.state].label}: {money(each.ledger, each.currency)}"
        if each.holds:
            yield f"Compared are all charges of {what}, to the last digit"
        else:
            yield f"NOT PROVEN: compared are {each.compared:f} {each.currency}, and the ledger has of {what}"


def _state_words(state: State) -> str:
    from finmod.models.variance.headline import is_plan

    if is_plan(state):
        return f"{state.label} as pnl.yaml has it"
    words = f"{state.label} of ledger {state.ledger_version}"
    if state.version is None or state.applied_at is None:
        return words
    return f"{words} and allocation {state.version}, applied {minute(state.applied_at)} UTC"


def _text(report: VarianceReport, form: Form, top: int | None) -> str:
    if form == "markdown":
        heads, rows = _effect_rows(report.total)
        parts = [f"**{markdown_text(_headline(report))}**\n", text_of(heads, rows, form)]
        if report.by:
            parts.append(text_of(*_member_rows(report, top or _MEMBERS), form))
        parts += [f"{markdown_text(line)}\n" for line in _below(report)]
        parts += ["".join(f"- {markdown_text(finding_words(each))}\n" for each in report.findings)]
        return "\n".join(part for part in parts if part)
    columns, rows = _wide(report)
    if form == "csv":
        return text_of(columns, rows, form)
    return json_text(_json(report))


def _wide(report: VarianceReport) -> tuple[list[str], list[list[Any]]]:
    """Return a row per member and one of all, with a column per effect."""
    from finmod.models.variance.effects import EFFECTS

    heads = [*report.by, "is_total", "before", "after", "change", *(each.name for each in EFFECTS)]
    rows: list[list[Any]] = []
    for each, is_total in (*((change, False) for change in report.rows), (report.total, True)):
        member = each.member if not is_total else (None,) * len(report.by)
        rows.append(
            [*member, is_total, *map(twelve_places, (each.told_before, each.after, each.told_change, *each.effects))]
        )
    return heads, rows


def _json(report: VarianceReport) -> dict[str, Any]:
    from finmod.models.variance.effects import EFFECTS

    names = [each.name for each in EFFECTS]

    def told(change: Change) -> dict[str, Any]:
        amounts = [*map(twelve_places, (change.told_before, change.after, change.told_change))]
        effects = [*map(twelve_places, change.effects)]
        return {**next(objects(("before", "after", "change"), [amounts])), "effects": next(objects(names, [effects]))}

    states = [
        (each.label, each.month, each.ledger_version, each.version, each.since, each.until)
        for each in (report.before, report.after)
    ]
    heads = ("label", "month", "ledger_version", "allocation", "told_since", "told_until")
    before, after = objects(heads, states)
    proofs = [
        (
            (before, after)[each.state]["label"],
            each.currency,
            twelve_places(each.ledger),
            twelve_places(each.compared),
            each.holds,
        )
        for each in report.proofs
    ]
    findings = [
        (each.code, each.severity, each.message, twelve_places(each.amount), each.currency) for each in report.findings
    ]
    return {
        "project": report.project, "currency": report.currency, "cost": "EffectiveCost", "before": before,
        "after": after, "by": [*report.by],
        "effects": [{"name": each.name, "title": each.title, "meaning": each.meaning} for each in EFFECTS],
        "total": told(report.total),
        "rows": [{**dict(zip(report.by, each.member, strict=True)), **told(each)} for each in report.rows],
        "proofs": [*objects(("state", "currency", "ledger", "compared", "holds"), proofs)],
        "findings": [*objects(("code", "severity", "message", "amount", "currency"), findings)],
    }  # fmt: skip


def _places(change: Change) -> int:
    return 0 if max(abs(change.before), abs(change.after)) >= _LARGE else 2


def _before(change: Change, places: int) -> str:
    return amount_places(change.before, places) if change.has_plan else change.without_plan


def _share(amount: Decimal, of: Decimal) -> str:
    """Return an amount as a share; of nothing, and of less than nothing, it is none."""
    return signed_percent(amount / of) if of > 0 else "-"


def _rate(change: Change) -> str:
    """Return by what share a member changed; of nothing it is new, and of less than nothing it has no share."""
    return "new" if change.is_new else _share(change.change, change.before)
