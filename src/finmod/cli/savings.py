"""``finmod savings``: what could be saved of a month, by whom and why, and the rules that look for it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from finmod.cli.close import MONTH
from finmod.cli.completion import saving_rules
from finmod.cli.figures import for_programs
from finmod.cli.lines import end_of, one_line, say
from finmod.cli.moves import finding_words
from finmod.cli.output import Form, console, money, output_option, table
from finmod.cli.progress import progress
from finmod.cli.project import opened
from finmod.cli.unit_economics_options import Figure
from finmod.cli.values import Name, Whole
from finmod.errors import counted
from finmod.terms.bounds import AMOUNT

if TYPE_CHECKING:
    from finmod.models.savings import Total
    from finmod.settings.project import Project
    from finmod.workspace.savings.found import Group
    from finmod.workspace.savings.savings import Listed, SavingsReport

_SHOWN, _TEXT = 20, 40
_CENT = Decimal("0.005")
_PEOPLE = ("product", "team")
_OF_REGIONS = frozenset({"family", "place"})
_HEADINGS = ("saves", "cash", "of cost", "rule", "what", "account", "region")


@click.command("savings")
@click.argument("period", required=False, type=MONTH, metavar="[PERIOD]")
@click.option(
    "--list", "is_list", is_flag=True, help="List the rules that look for savings: those of finmod and of savings.yaml."
)
@click.option("--by", type=Name("a word such as owner, or a dimension"), metavar="WORD",
              help="Add the list up by rule, kind, owner, source, account, region, service, effort, risk, or a "
              "dimension.")  # fmt: skip
@click.option("--rule", "rules", multiple=True, type=Name("the name of a rule"), metavar="RULE",
              shell_complete=saving_rules, help="Only what this rule found; may be repeated.")  # fmt: skip
@click.option("--owner", type=Name("an owner"), metavar="OWNER", help="Only what this owner answers for.")
@click.option("--least", type=Figure(AMOUNT), metavar="AMOUNT",
              help="Only what saves this much of the month; without an amount, only what costs this much.")  # fmt: skip
@click.option("--top", type=Whole("from 1 to 100000", least=1, most=100_000), metavar="N",
              help="The first N; a table shows 20 without it, the forms for programs all.")  # fmt: skip
@output_option
@click.pass_obj
def command(  # noqa: PLR0913 -- one parameter per option
    folder: Path | None,
    period: str | None,
    *,
    is_list: bool,
    by: str | None,
    rules: tuple[str, ...],
    owner: str | None,
    least: Decimal | None,
    top: int | None,
    form: Form,
) -> None:
    """List what could be saved of a month (PERIOD; the last one without it), as far as bills alone tell it.

    Each candidate is found by a declared rule, with its evidence, and priced at effective cost: what would go away of
    it. No cost is saved twice. What a commitment covers is no cash until it ends. What a bill cannot tell has no
    amount and stands last. --list shows the rules.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.savings.rows import columns_of, rows_of
    from finmod.workspace.savings.savings import Wanted, savings

    if is_list:
        if period or by or rules or owner or least is not None or top is not None:
            message = "--list takes --output alone."
            raise click.UsageError(message)
        _show_rules(opened(folder), form)
        return
    is_screen = form == "table"
    wanted = Wanted(
        month=parse_period(period) if period else None, by=by, rules=rules, owner=owner, least=least,
        top=_SHOWN if top is None and is_screen else top,
    )  # fmt: skip
    with progress() as step:
        report = savings(opened(folder), wanted, step=step)
    if is_screen:
        _screen(report)
    else:
        for_programs(columns_of(report), rows_of(report), form, report.findings)


def _show_rules(project: Project, form: Form) -> None:
    from finmod.settings.savings_file import read_saving_rules
    from finmod.workspace.savings.rows import LISTED, listed_rules

    found = read_saving_rules(project.root).rules
    if form != "table":
        for_programs(LISTED, listed_rules(found), form, ())
        return
    rules = [each.rule for each in found.values()]
    rows = [(each.name, each.title, each.kind, each.how, ", ".join(each.suppliers), each.effort) for each in rules]
    table(("rule", "finds", "kind", "how sure", "bills of", "effort"), rows, whole_words=True)
    say(console(), "What each looks for, its evidence and its source: finmod savings --list --output json")


def _screen(report: SavingsReport) -> None:
    whole = report.total
    unknown = f", {whole.unknown:,} of them without an amount" if whole.unknown else ""
    head = f"Potential savings of {report.month:%Y-%m}: {money(whole.amount, report.currency)}"
    say(console(), f"{head}, {counted(whole.candidates, 'candidate')}{unknown}", style="bold")
    if whole.candidates:
        say(console(), _kinds(report, whole), style="dim")
        (_groups if report.by else _candidates)(report)
    _tell(report)


def _kinds(report: SavingsReport, whole: Total) -> str:
    currency = report.currency
    return (
        f"Of this, usage {money(whole.usage, currency)}, commitments {money(whole.commitment, currency)}; cash "
        f"{money(whole.cash, currency)}, the rest is capacity of commitments that are paid until they end."
    )


def _groups(report: SavingsReport) -> None:
    rows = [
        (f"(no {report.by})" if name is None else one_line(name, _TEXT), each.candidates, *map(_amount, _amounts(each)),
         each.unknown or None)
        for name, each in report.groups
    ]  # fmt: skip
    headings = (report.by or "", "candidates", "saves", "usage", "commitments", "cash", "without an amount")
    table(headings, rows, right=headings[2:6], spare=("without an amount", "commitments", "usage"))


def _amounts(whole: Total) -> tuple[Decimal, ...]:
    return whole.amount, whole.usage, whole.commitment, whole.cash


def _candidates(report: SavingsReport) -> None:
    named = [name for name in _PEOPLE if name in report.dimensions]
    rows = [_row(each, named) for each in report.savings]
    headings = (*_HEADINGS, *named, "owner", "how sure", "effort", "evidence")
    spare = ("evidence", "effort", "region", "account", *named, "how sure")
    table(headings, rows, right=_HEADINGS[:3], spare=spare, whole_words=True)
    left = report.total.candidates - len(report.savings)
    if left > 0:
        words = f"The first {len(report.savings):,} of {report.total.candidates:,}; more with --top, all of them with "
        say(console(), f"{words}--output csv.", style="dim")
    say(console(), "Evidence, basis and what to do: finmod savings --output json", style="dim")


def _row(saving: Listed, named: Sequence[str]) -> tuple[str, ...]:
    candidate, group = saving.candidate, saving.candidate.about.group
    return (
        _amount(saving.amount), _amount(saving.cash), _amount(candidate.cost), candidate.rule.name,
        _what(group), one_line(group.account_name or group.account or "", _TEXT), group.region or "",
        *(one_line(group.members.get(name) or "", _TEXT) for name in named), one_line(group.owner or "", _TEXT),
        candidate.how, candidate.rule.effort, candidate.about.evidence,
    )  # fmt: skip


def _what(group: Group) -> str:
    """Return what a candidate is called on a screen; a family or a place is one of a region."""
    name = end_of(one_line(group.resource or group.service or ""))
    return f"{name}, {one_line(group.region)}" if group.rule.per in _OF_REGIONS and group.region else name


def _amount(value: Decimal | None) -> str:
    """Return an amount for people; one that is there is not shown as nothing."""
    return "<0.01" if value is not None and 0 < value < _CENT else money(value, None)


def _tell(report: SavingsReport) -> None:
    for finding in report.findings:
        say(console(), finding_words(finding), style="" if finding.severity == "info" else "yellow")
