"""``finmod drivers``: what costs are shared by, where it comes from, how far it reaches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.completion import drivers
from finmod.cli.lines import say
from finmod.cli.output import Form, console, minute, output_option, show, table
from finmod.cli.progress import progress
from finmod.cli.project import command_line, opened
from finmod.errors import UserError, counted, printable
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.terms.findings import Finding
    from finmod.workspace.drivers import DriverLine, DriverList, DriversLoad

_COLUMNS = (
    "driver", "unit", "grain", "by", "source", "rows", "first", "last", "missing_periods", "last_month_sum",
    "loaded_at", "findings",
)  # fmt: skip
# What two places still show.
_SHOWN = Decimal("0.01")
_LOADED = ("driver", "what", "rows", "first", "last", "sum", "unit")


@click.group("drivers", invoke_without_command=True)
@output_option
@click.pass_context
def command(context: click.Context, *, form: Form) -> None:
    """Show what costs are shared by: the series of drivers.yaml, how far they reach, what is odd about them."""
    if context.invoked_subcommand is not None:
        return
    from finmod.workspace.drivers import list_drivers

    folder: Path | None = context.obj
    found = list_drivers(opened(folder))
    if form != "table":
        show(_COLUMNS, [*map(_row, found.lines)], form)
        return
    _screen(found, folder)


def _row(line: DriverLine) -> tuple[Any, ...]:
    settings, facts = line.driver.settings, line.facts
    odd = sum(finding.severity != "info" for finding in line.findings)
    known = (
        (facts.rows, facts.first, facts.last, facts.gaps, twelve_places(facts.last_month))
        if facts
        else (0, *[None] * 4)
    )
    loaded = line.load and line.load.loaded_at.replace(tzinfo=None)
    by = ", ".join(settings.by) or None
    return line.driver.name, settings.unit, settings.grain, by, settings.source.kind, *known, loaded, odd


def _screen(found: DriverList, folder: Path | None) -> None:
    if not found.lines:
        click.echo("There are no drivers: name them in drivers.yaml, see docs/how-to/drivers.md.")
    else:
        headings = (
            "driver",
            "unit",
            "grain",
            "by",
            "from",
            "rows",
            "first",
            "last",
            "gaps",
            "last month",
            "loaded (UTC)",
        )
        right = ("rows", "gaps", "last month")
        table(headings, [*map(_shown, found.lines)], right=right, spare=("loaded (UTC)", "from", "gaps"))
    for finding in (*(each for line in found.lines for each in line.findings), *found.left):
        say(console(), _told(finding))
    if found.left or any(_is_stale(line) for line in found.lines):
        click.echo(f"Load them: {command_line(folder, 'drivers load')}")


def _shown(line: DriverLine) -> tuple[Any, ...]:
    name, unit, grain, by, kind, rows, first, last, gaps, total, loaded, _ = _row(line)
    periods = [_period(each, grain) for each in (first, last)]
    return (
        name, unit, grain, by, kind, f"{rows:,}" if first else "-", *periods, "-" if gaps is None else f"{gaps:,}",
        "-" if total is None else number(total), minute(loaded) if loaded else "never",
    )  # fmt: skip


def _period(start: datetime | None, grain: str) -> str:
    if start is None:
        return "-"
    return f"{start:%Y-%m}" if grain == "month" else minute(start) if grain == "hour" else f"{start:%Y-%m-%d}"


def number(value: Decimal) -> str:
    """Return a value for people: thousands separated, at most two places, none where they are 0.

    Of what would be nothing then, the first two digits that are none.

    >>> number(Decimal("1234.500000000000")), number(Decimal("3.0000")), number(Decimal("-0.000123"))
    ('1,234.5', '3', '-0.00012')
    >>> number(Decimal("0E-12"))
    '0'
    """
    places = 1 - value.adjusted() if value and abs(value) < _SHOWN else 2
    return f"{value:,.{places}f}".rstrip("0").rstrip(".")


def _is_stale(line: DriverLine) -> bool:
    return any(finding.code == "FM2191" for finding in line.findings)


def _told(finding: Finding) -> str:
    where = f" ({printable(finding.where)})" if finding.where else ""
    return f"{finding.severity} {finding.code}: {finding.message}{where}"


@command.command("load")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=drivers)
@click.option(
    "--again", is_flag=True, help="Read drivers that have not changed too; ask Prometheus for all days again."
)
@output_option
@click.pass_obj
def load(folder: Path | None, names: tuple[str, ...], *, again: bool, form: Form) -> None:
    """Read drivers into the ledger: all of drivers.yaml, or some by NAME.

    A driver whose files and entry in drivers.yaml have not changed is not read again. Where one is refused, it stays as
    it was, and the others are loaded all the same. Without a NAME, drivers that drivers.yaml has no more leave; older
    versions keep them. finmod load without a source loads the drivers too.
    """
    from finmod.workspace.drivers import load_drivers

    project = opened(folder)
    with progress() as step:
        done, problems = load_drivers(project, names, datetime.now(tz=UTC), step, again=again)
    if form == "table":
        for line in loaded_lines(done):
            say(console(), line)
    else:
        show(_LOADED, _loaded_rows(done), form)
    if problems:
        raise UserError(*problems)


def _loaded_rows(done: DriversLoad) -> Sequence[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for each in done.drivers:
        part = each.part
        known = (part.rows, part.first, part.last, twelve_places(part.total)) if part else [None] * 4
        rows.append((each.name, "loaded" if part else "unchanged", *known, each.unit))
    return [*rows, *((name, "gone", *[None] * 5) for name in done.gone)]


def loaded_lines(done: DriversLoad) -> Iterator[str]:
    """Yield what a load of drivers did, in sentences."""
    same = [each.name for each in done.drivers if each.part is None]
    for each in done.drivers:
        if each.part is not None:
            part = each.part
            span = f"{_period(part.first, each.grain)} to {_period(part.last, each.grain)}"
            yield f"{each.name}: loaded {counted(part.rows, 'row')}, {span}, {number(part.total)} {each.unit} in all"
    if same:
        yield f"{', '.join(same)}: nothing to load, {'it has' if len(same) == 1 else 'they have'} not changed"
    for name in done.gone:
        yield f"{name}: left, drivers.yaml has it no more"
