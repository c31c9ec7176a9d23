"""``finmod metric``: the figures of a metric by period and by what is asked for, and the list of metrics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from finmod.cli.close import MONTH
from finmod.cli.completion import metrics
from finmod.cli.figures import for_programs
from finmod.cli.lines import one_line, say
from finmod.cli.moves import finding_words
from finmod.cli.output import Form, console, output_option, table
from finmod.cli.progress import progress
from finmod.cli.project import opened
from finmod.cli.spark import spark
from finmod.cli.values import Name, Word

if TYPE_CHECKING:
    from finmod.terms.findings import Finding
    from finmod.terms.metrics import Metric
    from finmod.workspace.metrics.metric import Compare, Grain, MetricReport, MetricRow

_POOL = frozenset({"pool", "x_Pool"})
_GRAINS = ("day", "month", "period", "quarter", "year")
_COMPARED = {"previous": "the period before", "year": "a year before"}
# Periods of a table on a screen: the last ones, and all as a line.
_SHOWN, _TREND, _DIGITS, _SILENT = 4, 12, 4, 12


@click.command("metric")
@click.argument("name", required=False, shell_complete=metrics)
@click.option("--list", "is_list", is_flag=True, help="List the metrics: those of metrics.yaml and those of finmod.")
@click.option("--by", "by", multiple=True, type=Name("a dimension, or a word such as service"), metavar="WORD[,WORD]",
              help="What figures are told by: dimensions, source, service, category, pool, or columns; may be "
              "repeated.")  # fmt: skip
@click.option("--grain", type=Word(_GRAINS), default="month", metavar="GRAIN", show_default=True,
              help="Length of the periods: day, month, or of the fiscal calendar: period, quarter, year.")  # fmt: skip
@click.option("--from", "first", type=MONTH, metavar="YYYY-MM", help="First month; the first of the books without it.")
@click.option("--to", "last", type=MONTH, metavar="YYYY-MM", help="Last month; the last of the books without it.")
@click.option("--compare", type=Word(tuple(_COMPARED)), metavar="WITH",
              help="Compare each figure with the previous period, or with the same of a year before.")  # fmt: skip
@click.option("--total", "totals", is_flag=True,
              help="Add rows of everything, which a column is_total tells, to csv, json and markdown.")  # fmt: skip
@output_option
@click.pass_obj
def command(  # noqa: PLR0913 -- one parameter per option
    folder: Path | None,
    name: str | None,
    *,
    is_list: bool,
    by: tuple[str, ...],
    grain: Grain,
    first: str | None,
    last: str | None,
    compare: Compare | None,
    totals: bool,
    form: Form,
) -> None:
    """Tell the figures of a metric: unit costs, KPIs, margins.

    A figure is made of the sums of both its sides, never of the figures of parts; where one side is unknown or zero
    there is none, and it is said why. --list shows the metrics with what they are made of.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.metrics.metric import list_metrics, metric
    from finmod.workspace.metrics.rows import columns_of, rows_of

    if is_list == (name is not None):
        message = "Name a metric, or give --list to see them." if name is None else "--list takes no metric."
        raise click.UsageError(message)
    project = opened(folder)
    if name is None:
        _show_list(list_metrics(project), form)
        return
    words = [word.strip() for each in by for word in each.split(",") if word.strip()]
    if by and not words:
        message = "--by names nothing: write it as --by product or --by product,team."
        raise click.UsageError(message)
    span = [parse_period(text) if text else None for text in (first, last)]
    with progress() as step:
        report = metric(project, name, words, grain=grain, first=span[0], last=span[1], compare=compare, step=step)
    if form == "table":
        _screen(report)
    else:
        for_programs(columns_of(report, totals=totals), rows_of(report, totals=totals), form, report.findings)


def _show_list(found: Sequence[Metric], form: Form) -> None:
    if form == "table":
        rows = [(each.name, one_line(each.label, 60), each.unit or "share", ", ".join(each.by)) for each in found]
        table(("metric", "label", "unit", "by"), rows, whole_words=True)
        say(console(), "What each is made of: finmod metric --list --output json")
        return
    from finmod.workspace.metrics.rows import LISTED, listed

    for_programs(LISTED, [listed(each) for each in found], form, ())


def figure_text(metric: Metric, value: Decimal | None, places: int | None = None) -> str:
    """Return a figure for people; an unknown one is a dash.

    Args:
        metric: Whose.
        value: The figure.
        places: Digits behind the point; the metric's own, or of small money as many as show four digits, without it.
    """
    if value is None:
        return "-"
    if metric.format == "percent":
        return f"{_rounded(value * 100, 1 if metric.places is None else metric.places):,} %"
    return f"{_rounded(value, places_of(metric, [value]) if places is None else places):,}"


def _rounded(value: Decimal, places: int) -> Decimal:
    """Return a value with some digits behind the point; what rounds to nothing has no sign."""
    found = Decimal(f"{value:.{places}f}")
    return found or abs(found)


def places_of(metric: Metric, values: Iterable[Decimal | None]) -> int:
    """Return how many digits behind the point figures need: two, or of costs of a unit more where they are small."""
    if metric.places is not None:
        return metric.places
    if metric.currency and not metric.is_ratio:
        return 2
    largest = max((abs(value) for value in values if value), default=Decimal(1))
    return min(max(2, _DIGITS - 1 - largest.adjusted()), 12) if largest < 1 else 2


def change_text(metric: Metric, change: Decimal | None, share: Decimal | None) -> str:
    """Return a change for people: of a share in percentage points.

    Args:
        metric: Whose.
        change: The figure minus the one before; None where either is unknown.
        share: That as a share of the one before; None as above, and where that is 0.
    """
    if change is None:
        return "-"
    if metric.format == "percent":
        return f"{change * 100:+,.1f} points"
    return "-" if share is None else f"{share * 100:+,.1f} %"


def _screen(report: MetricReport) -> None:
    metric = report.metric
    unit = f", {metric.unit}{_for_how_long(report)}" if metric.unit else ""
    stands = f"; allocation version {report.version}" if report.version else ""
    say(console(), f"{metric.label}{unit}{stands}", style="bold")
    if metric.description:
        say(console(), metric.description, style="dim")
    (_by_member if report.by else _by_period)(report)
    if report.compare and all(row.before is None for row in (*report.rows, *report.totals)):
        say(console(), f"Nothing is known of {_COMPARED[report.compare]}.", style="dim")
    tell(report.findings)


def _for_how_long(report: MetricReport) -> str:
    """Return for how long a figure is, where cost of a period is divided by a level, such as users."""
    above, below = report.metric.numerator, report.metric.denominator
    is_level = below and all(each.over_time != "sum" for each in below)
    return f" and {report.grain}" if is_level and any(each.over_time == "sum" for each in above) else ""


def _by_period(report: MetricReport) -> None:
    rows = []
    places = places_of(report.metric, (row.figure.value for row in report.totals))
    for row in report.totals:
        compared = (
            (figure_text(report.metric, row.before, places), _change(report.metric, row)) if report.compare else ()
        )
        below = () if not report.metric.is_ratio else (cell_of(row.figure.numerator), cell_of(row.figure.denominator))
        rows.append((row.period.label, *below, figure_text(report.metric, row.figure.value, places), *compared))
    sides = ("numerator", "denominator") if report.metric.is_ratio else ()
    compared = (_COMPARED[report.compare], "change") if report.compare else ()
    headings = (report.grain, *sides, "figure", *compared)
    table(headings, rows, right=headings[1:], spare=(*sides, *compared[:1]))


def cell_of(value: Decimal | None) -> str:
    """Return an amount of a side for people."""
    return "-" if value is None else f"{value:,.2f}"


def _by_member(report: MetricReport) -> None:
    shown = report.periods[-_SHOWN:]
    members: dict[tuple[str | None, ...], list[MetricRow]] = {}
    for row in report.rows:
        members.setdefault(row.member, []).append(row)
    last = report.periods[-1].first

    def size(member: tuple[str | None, ...]) -> tuple[bool, Decimal, str]:
        amounts = [row.figure.numerator for row in members[member] if row.period.first == last]
        return (
            all(value is None for value in member),
            -(amounts[0] or Decimal(0)) if amounts else Decimal(0),
            str(member),
        )

    ordered = sorted(members, key=size)
    told = [member for member in ordered if any(row.figure.value is not None for row in members[member])]
    lines = [(*_names(report, member), *_line(report, members[member], len(shown))) for member in told]
    lines.append(("in all", *[""] * (len(report.by) - 1), *_line(report, report.totals, len(shown))))
    compared = (f"from {_COMPARED[report.compare]}",) if report.compare else ()
    headings = (*report.by, *(each.label for each in shown), *compared, "trend")
    numbers = headings[len(report.by) : -1]
    table(headings, lines, right=numbers, spare=("trend", *numbers[: len(shown) - 2]))
    if len(report.periods) > len(shown):
        words = f"The last {len(shown)} of {len(report.periods)} periods; all of them with --output csv."
        say(console(), words, style="dim")
    silent = [" ".join(_names(report, member)) for member in ordered if member not in told]
    if silent:
        more = f" and {len(silent) - _SILENT} more" if len(silent) > _SILENT else ""
        say(console(), f"Without a figure: {', '.join(silent[:_SILENT])}{more}", style="dim")


def _line(report: MetricReport, rows: Sequence[MetricRow], shown: int) -> tuple[str, ...]:
    values = [row.figure.value for row in rows]
    places = places_of(report.metric, values)
    texts = [figure_text(report.metric, value, places) for value in values[-shown:]]
    compared = (_change(report.metric, rows[-1]),) if report.compare else ()
    return (*texts, *compared, spark(values[-_TREND:]))


def _change(metric: Metric, row: MetricRow) -> str:
    return change_text(metric, row.change, row.change_share)


def _names(report: MetricReport, member: Sequence[str | None]) -> list[str]:
    return [_nobody(report, word) if value is None else value for word, value in zip(report.by, member, strict=True)]


def _nobody(report: MetricReport, word: str) -> str:
    """Return how a member without a name is called: cost of no pool is direct, that of nobody unallocated."""
    if word in _POOL:
        return "(direct)"
    return "unallocated" if report.version and word in report.targets else "(none)"


def tell(findings: Sequence[Finding]) -> None:
    """Print what was odd."""
    for finding in findings:
        say(console(), finding_words(finding), style="" if finding.severity == "info" else "yellow")
