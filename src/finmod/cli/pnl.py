"""``finmod pnl``: what products, teams, customers or cohorts earn and cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.aside import replacing
from finmod.cli.lines import one_line, say
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
from finmod.cli.values import Name, Place, Whole, Word
from finmod.errors import Problem, UserError
from finmod.reports.markdown import markdown_text

if TYPE_CHECKING:
    from finmod.models.pnl_figures import Column
    from finmod.models.pnl_report import PnlReport
    from finmod.terms.calendars import Grain
    from finmod.terms.findings import Finding

_GRAINS = ("month", "period", "quarter", "year")
_PERIODS, _MEMBERS, _WORST = 3, 40, 5
"""Periods of a statement, and members of a table, where nobody says how many."""
_ENDINGS: dict[str, Form] = {".csv": "csv", ".md": "markdown", ".json": "json"}
_ROUND = 10_000
_MEMBER_ITEMS = (
    "revenue", "cogs", "gross_profit", "gross_margin", "opex", "operating_profit", "contribution",
    "contribution_margin",
)  # fmt: skip


@click.command("pnl")
@click.option("--by", type=Name("a dimension or a cohort"), metavar="WORD",
              help="Whose: product, team, customer, a cohort of pnl.yaml; all together without it.")  # fmt: skip
@click.option("--grain", type=Word(_GRAINS), default="month", metavar="GRAIN", show_default=True,
              help="Length of the periods: month, or of the fiscal calendar: period, quarter, year.")  # fmt: skip
@click.option("--from", "first", type=Name("a period"), metavar="PERIOD",
              help="First period: 2026-09, FY2027-Q1, FY2027-P03, FY2027, or a month in it.")  # fmt: skip
@click.option("--to", "last", type=Name("a period"), metavar="PERIOD", help="Last period, written likewise.")
@click.option("--period", type=Name("a period"), metavar="PERIOD",
              help="One period, written likewise; of a year all periods of a shorter grain.")  # fmt: skip
@click.option("--top", type=Whole("from 0 to 100000", least=0, most=100_000), metavar="N",
              help="Of --by: the N best by gross profit alone, others together.")  # fmt: skip
@click.option("--bottom", type=Whole("from 0 to 100000", least=0, most=100_000), metavar="N",
              help="Of --by: the N worst alone, others together.")  # fmt: skip
@click.option("--file", "target", type=Place("file"), metavar="FILE",
              help="Write it to a file: .xlsx, .csv, .md or .json; the ending says which, not --output. One that is "
              "there is replaced.")  # fmt: skip
@output_option
@click.pass_obj
def command(  # noqa: PLR0913 -- one parameter per option
    folder: Path | None,
    *,
    by: str | None,
    grain: Grain,
    first: str | None,
    last: str | None,
    period: str | None,
    top: int | None,
    bottom: int | None,
    target: Path | None,
    form: Form,
) -> None:
    """Tell what is earned and what it costs: revenue, cost of sales, gross and contribution margin, by pnl.yaml.

    Cost is that of the applied allocation, and the statement is proven against the ledger: its members and what is
    nobody's are all of it, to the last digit. What is unknown stays unknown, and it is said why. Without --from, --to
    and --period it is of the last three periods that are whole, with --by of the last one; where none is whole, of the
    last ones so far. What is odd is said below a table; beside files and csv on standard error.
    """
    from finmod.workspace.pnl.periods import Asked
    from finmod.workspace.pnl.statement import Wanted, make_pnl

    if period and (first or last):
        message = "--period is one period: give it without --from and --to."
        raise click.UsageError(message)
    if by is None and (top is not None or bottom is not None):
        message = "--top and --bottom need --by."
        raise click.UsageError(message)
    ending = _ending(target)
    asked = Asked(grain, period, first, last, without=1 if by else _PERIODS)
    is_screen = target is None and form == "table"
    report = make_pnl(opened(folder), Wanted(by, asked, top, bottom, most=(_MEMBERS, _WORST) if is_screen else None))
    if target is not None:
        _write(report, target, ending)
        click.echo(f"Wrote the statement to {target}")
        _proof(report)
        _tell(report.findings)
    elif is_screen:
        _screen(report)
    else:
        click.echo(_text(report, form), nl=False)
        _tell(each for each in report.findings if not _is_told(each, form))
    if not all(each.holds for each in report.proofs):
        raise UserError(_unproved())


def _is_told(finding: Finding, form: Form) -> bool:
    """Return whether a form tells a finding itself: JSON tells all, Markdown what is more than information."""
    return form == "json" or (form == "markdown" and finding.severity != "info")


def _tell(findings: Iterable[Finding]) -> None:
    """Say on standard error what is odd, so that no figure lacks in silence."""
    for each in findings:
        say(console(stderr=True), finding_words(each))


def _unproved() -> Problem:
    return Problem(
        code="FM2323",
        found="the statement is not the ledger's total",
        expected="cloud lines that are all charges, to the last digit",
        remedy="Run finmod check; where it finds nothing, report it.",
    )


def _ending(target: Path | None) -> str:
    if target is None:
        return ""
    ending = target.suffix.lower()
    if ending != ".xlsx" and ending not in _ENDINGS:
        found = f"--file is {str(target)!r}"
        expected = "a file that ends in .xlsx, .csv, .md or .json"
        raise UserError(Problem(code="FM2334", found=found, expected=expected, remedy="Name it so."))
    return ending


def _write(report: PnlReport, target: Path, ending: str) -> None:
    with replacing(target, "statement", code="FM2334") as aside:
        if ending == ".xlsx":
            from finmod.exports.pnl_excel import write_pnl

            write_pnl(report, aside)
        else:
            aside.write_text(_text(report, _ENDINGS[ending]), encoding="utf-8", newline="")


def _text(report: PnlReport, form: Form) -> str:
    from finmod.models.pnl_report import COLUMNS, rows_of

    if form == "markdown":
        warnings = [finding_words(each) for each in report.findings if _is_told(each, form)]
        lines = [*map(markdown_text, _below(report)), *(f"- {markdown_text(each)}" for each in warnings)]
        return text_of(*_shown(report), form) + "".join(f"\n{line}\n" for line in lines)
    if form == "csv":
        return text_of(COLUMNS, [*rows_of(report)], form)
    proofs = [(each.currency, each.ledger, each.stated, each.difference, each.holds) for each in report.proofs]
    findings = [(each.code, each.severity, each.message, each.where, each.amount, each.currency)
                for each in report.findings]  # fmt: skip
    head = ("project", "currency", "cost", "allocation", "applied_at", "by", "grain", "others")
    told = (report.project, report.currency, report.cost, report.version, report.applied_at.replace(tzinfo=None),
            report.by, report.grain, report.others)  # fmt: skip
    return json_text({
        **next(objects(head, [told])),
        "proofs": [*objects(("currency", "ledger", "stated", "difference", "holds"), proofs)],
        "findings": [*objects(("code", "severity", "message", "where", "amount", "currency"), findings)],
        "rows": [*objects(COLUMNS, rows_of(report))],
    })  # fmt: skip


def _screen(report: PnlReport) -> None:
    columns, rows = _shown(report)
    table(columns, rows, right=columns[2:] if report.by and len(report.periods) > 1 else columns[1:],
          spare=("Contribution margin", "Contribution", "Operating expense"))  # fmt: skip
    for line in _below(report):
        say(console(), line)
    for each in report.findings:
        style = {"error": "red", "warning": "yellow"}.get(each.severity, "")
        say(console(), finding_words(each), style=style)


def _below(report: PnlReport) -> Iterator[str]:
    """Yield what stands below a statement that people read."""
    first, last = report.periods[0], report.periods[-1]
    span = first.label if first == last else f"{first.label} to {last.label}"
    yield (
        f"{span} in {report.currency}; {report.cost} of allocation {report.version}, applied "
        f"{minute(report.applied_at)} UTC"
    )
    yield from _proof_words(report)


def _proof(report: PnlReport) -> None:
    for line in _proof_words(report):
        say(console(), line)


def _proof_words(report: PnlReport) -> Iterator[str]:
    from finmod.models.pnl_report import clouds_are_known

    for each in report.proofs:
        sums = f"{money(each.ledger, each.currency)} of the ledger"
        if each.holds and not clouds_are_known(report.statement):
            yield f"What is known of cloud lines is all {sums}, to the last digit; it is not all they cost"
        elif each.holds:
            yield f"Cloud lines are all {sums}, to the last digit"
        else:
            yield f"NOT PROVEN: cloud lines differ by {each.difference:f} {each.currency} from {sums}"


def _shown(report: PnlReport) -> tuple[list[str], list[list[Any]]]:
    return _by_member(report) if report.by else _by_line(report)


def _by_member(report: PnlReport) -> tuple[list[str], list[list[Any]]]:
    """Return a row for each period and member."""
    from finmod.models.pnl_report import ALL, TITLES, WHOLE, planned_item

    told = report.statement
    several = len(report.periods) > 1
    places = _places(report)
    planned = planned_item(told)

    def row(period: str, member: str, column: Column) -> list[Any]:
        figures = [_figure(column, name, places) for name in _MEMBER_ITEMS]
        if planned:
            plan = column.plan.item(planned) if column.plan else None
            figures += [_amount(plan, places), _amount(column.variance(planned), places)]
        return [*([period] if several else []), one_line(member, 60), *figures]

    rows = []
    for place, period in enumerate(report.periods):
        rows += [
            row(period.label, report.called(member), told.columns[place, member])
            for member in report.order
            if (place, member) in told.columns
        ]
        rows.append(row(period.label, ALL, told.totals[place]))
    if several:
        rows += [row(WHOLE, report.called(member), told.whole[member]) for member in report.order]
        rows.append(row(WHOLE, ALL, told.total))
    heads = [TITLES[name] for name in _MEMBER_ITEMS]
    heads += [f"{TITLES[planned]} plan", f"{TITLES[planned]} variance"] if planned else []
    return [*(["Period"] if several else []), (report.by or "").capitalize(), *heads], rows


def _by_line(report: PnlReport) -> tuple[list[str], list[list[Any]]]:
    """Return a row for each line and sum, a column for each period; with plan and variance where there are budgets."""
    from finmod.models.pnl_report import WHOLE

    told = report.statement
    columns = [(each.label, told.totals[place]) for place, each in enumerate(report.periods)]
    columns += [(WHOLE, told.total)] if len(columns) > 1 else []
    heads = [""]
    for label, column in columns:
        heads += [label, *((f"{label} plan", f"{label} variance") if column.plan else ())]
    places = _places(report)
    rows = []
    for title, item, line in _layout(report):
        cells: list[Any] = [title]
        for _, column in columns:
            cells += _cells(column, item, line, places)
        rows.append(cells)
    return heads, rows


def _layout(report: PnlReport) -> Iterator[tuple[str, str, int | None]]:
    """Yield title, item and place of the line, as a statement is read."""
    from finmod.models.pnl_report import TITLES

    lines = report.statement.lines
    for section, sums in (
        ("revenue", ("revenue",)),
        ("cogs", ("cogs", "gross_profit", "gross_margin")),
        ("opex", ("opex", "operating_profit", "operating_margin")),
    ):
        for place, line in enumerate(lines):
            if line.section == section:
                yield f"  {one_line(line.name, 60)}", section, place
        yield from ((TITLES[name], name, None) for name in sums)
    yield from ((TITLES[name], name, None) for name in ("variable_cost", "contribution", "contribution_margin"))


def _cells(column: Column, item: str, line: int | None, places: int) -> list[str]:
    if line is not None:
        planned = [column.plan.lines[line], column.line_variance(line)] if column.plan else []
        return [_amount(each, places) for each in (column.actual.lines[line], *planned)]
    if column.plan is None:
        return [_figure(column, item, places)]
    plan = _shown_figure(column.plan.item(item), item, places)
    return [_figure(column, item, places), plan, _variance(column, item, places)]


def _figure(column: Column, item: str, places: int) -> str:
    return _shown_figure(column.actual.item(item), item, places)


def _shown_figure(figure: Decimal | None, item: str, places: int) -> str:
    from finmod.models.pnl_figures import RATIOS
    from finmod.models.pnl_report import percent

    return percent(figure) if item in RATIOS else _amount(figure, places)


def _variance(column: Column, item: str, places: int) -> str:
    from finmod.models.pnl_figures import RATIOS

    found = column.variance(item)
    if item in RATIOS:
        return "-" if found is None else f"{found * 100:+.1f} pp"
    return _amount(found, places)


def _amount(amount: Decimal | None, places: int) -> str:
    if amount is None:
        return "-"
    shown = f"{amount:,.{places}f}"
    return shown.removeprefix("-") if not any(digit in shown for digit in "123456789") else shown


def _places(report: PnlReport) -> int:
    """Return digits behind the point: none of large amounts."""
    figures = report.statement.total.actual
    known = [abs(each) for each in (figures.revenue, figures.cogs, figures.opex) if each is not None]
    return 0 if max(known, default=Decimal(0)) >= _ROUND else 2
