"""``finmod tags todo`` and ``finmod tags export``: what owners have to mend, and rules for whoever enforces them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.lines import TEXT, end_of, one_line, say
from finmod.cli.output import Form, console, csv_text, money, output_option, show, table
from finmod.cli.project import command_line, opened
from finmod.cli.tags import period_option
from finmod.cli.values import Name, Place, Whole, Word
from finmod.errors import counted
from finmod.reports.markdown import markdown_text
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from datetime import date

    from finmod.taxonomy.todo import Task
    from finmod.workspace.tags_todo import OwnerTasks

_TASKS = (
    "owner", "dimension", "problem", "key", "text", "should_be", "why", "confidence", "source", "account",
    "account_name", "service", "resource_id", "effective_cost", "currency",
)  # fmt: skip
_SHOWN = 20


@click.command("todo")
@period_option
@click.option("--owner", type=Name("an owner"), metavar="NAME", help="Tasks of this owner alone.")
@click.option("--respelt", is_flag=True, help="List tags as well that are understood, but in another spelling.")
@click.option(
    "--to",
    "target",
    type=Place("file"),
    metavar="FILE",
    help="Write the list: as CSV where the name ends in .csv, else as Markdown.",
)
@output_option
@click.pass_obj
def todo(  # noqa: PLR0913 -- one parameter per option
    folder: Path | None, period: str | None, owner: str | None, target: Path | None, *, respelt: bool, form: Form
) -> None:
    """Show which resources need which tag, per owner, with what it should be and what they cost a month.

    Owners stand beside values in taxonomy.yaml. Dimensions with required are listed, or all where none has it.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.files import write_list
    from finmod.workspace.tags_todo import todo as find

    project = opened(folder)
    month, found = find(project, parse_period(period) if period else None, owner=owner, respelt=respelt)
    rows = [_row(task) for item in found for task in item.tasks]
    page = "\n".join(_page(project.name, month, found))
    if target is not None:
        write_list(target, csv_text(_TASKS, rows) if target.suffix.lower() == ".csv" else f"{page}\n")
    if form == "markdown":
        click.echo(page)
    elif form != "table":
        show(_TASKS, rows, form)
    else:
        _screen(folder, project.name, month, found, owner)
    if target is not None:
        click.echo(f"Wrote {counted(len(rows), 'task')} to {target}.", err=form != "table")


def _row(task: Task) -> tuple[Any, ...]:
    said = task.suggestion
    sure = None if said is None or said.sure is None else round(said.sure, 4)
    return (
        task.owner, task.dimension, task.problem, task.key, task.text, said and said.value, said and said.why, sure,
        task.source, task.account, task.account_name, task.service, task.resource, twelve_places(task.cost),
        task.currency,
    )  # fmt: skip


def _screen(folder: Path | None, name: str, month: date, found: Sequence[OwnerTasks], owner: str | None) -> None:
    screen = console()
    whose = f" by {owner}" if owner else ""
    say(screen, f"{name}, {month:%Y-%m}: tags to mend{whose}", style="bold")
    if not found:
        say(screen, "Nothing: every tag that is demanded is there and understood.")
        return
    if owner is None:
        _owners(folder, found)
        return
    tasks = found[0].tasks
    rows = [
        (task.dimension, one_line(_now(task), TEXT), one_line(_value(task), TEXT),
         one_line(task.account_name or task.account or "", TEXT),
         one_line(end_of(task.resource or task.service or "")), money(task.cost, task.currency))
        for task in tasks[:_SHOWN]
    ]  # fmt: skip
    headings = ("dimension", "tag", "should be", "account", "resource", "EffectiveCost")
    table(headings, rows, right=("EffectiveCost",), spare=("dimension", "account"), whole_words=True)
    if len(tasks) > _SHOWN:
        say(screen, f"... and {len(tasks) - _SHOWN:,} more: --output csv or --to todo.csv shows them all.")


def _owners(folder: Path | None, found: Sequence[OwnerTasks]) -> None:
    from finmod.taxonomy.todo import NOBODY

    screen = console()
    owners = [
        (
            one_line(item.owner, TEXT),
            len(item.tasks),
            sum(task.suggestion is not None for task in item.tasks),
            _costs(item),
        )
        for item in found
    ]
    table(("owner", "tasks", "with a suggestion", "EffectiveCost"), owners, right=("EffectiveCost",))
    screen.print("\nLook further:")
    first = next((item.owner for item in found if item.owner != NOBODY), found[0].owner)
    for words in (f"tags todo --owner {shlex.quote(one_line(first))}", "tags todo --to todo.md"):
        screen.print(f"  {command_line(folder, words)}", markup=False, soft_wrap=True)


def _costs(item: OwnerTasks) -> str:
    return ", ".join(money(cost, currency) for currency, cost in item.costs.items())


def _now(task: Task) -> str:
    """Return what stands there now: its key and text, or that there is none."""
    return f"no {task.key}" if task.text is None else task.text


def _value(task: Task) -> str:
    """Return the text that it should be, with the key where that is another one than now."""
    if task.suggestion is None:
        return ""
    is_same = task.text is None or task.text.startswith(f"{task.key}=")
    return task.suggestion.value if is_same else _should(task)


def _should(task: Task) -> str:
    return "" if task.suggestion is None else f"{task.key}={task.suggestion.value}"


def _page(name: str, month: date, found: Sequence[OwnerTasks]) -> Iterator[str]:
    """Yield the lines of a page: a section per owner."""
    yield f"# Tags to mend: {markdown_text(name)}, {month:%Y-%m}"
    yield ""
    yield "Amounts are EffectiveCost of the month. A resource that lacks two tags counts once in the sum of its owner."
    if not found:
        yield from ("", "Nothing: every tag that is demanded is there and understood.")
    for item in found:
        yield from ("", f"## {markdown_text(item.owner)}: {counted(len(item.tasks), 'task')}, {_costs(item)}", "")
        yield "| dimension | problem | tag | should be | why | account | resource | EffectiveCost |"
        yield "| --- | --- | --- | --- | --- | --- | --- | ---: |"
        for task in item.tasks:
            cells = (
                task.dimension, task.problem, _now(task), _should(task), task.suggestion.why if task.suggestion else "",
                task.account_name or task.account or "", task.resource or task.service or "",
                money(task.cost, task.currency),
            )  # fmt: skip
            yield f"| {' | '.join(markdown_text(cell) for cell in cells)} |"


@click.command("export", options_metavar="--target TARGET [OPTIONS]")
@click.option(
    "--target",
    type=Word(("aws", "azure", "google", "custodian")),
    metavar="TARGET",
    required=True,
    help="Who enforces: aws (Tag Policies), azure (Azure Policy), google (label constraints), custodian (c7n).",
)
@click.option(
    "--to", "place", type=Place("folder"), metavar="DIR", help="Folder for the files; policies/TARGET otherwise."
)
@click.option("--enforce", is_flag=True, help="Block what breaks a rule; otherwise it is only reported.")
@click.option(
    "--scope",
    type=Name("where the policies stand"),
    metavar="ID",
    help="Azure: /subscriptions/ID or a management group; Google: organizations/NUMBER.",
)
@click.option(
    "--resource-type",
    "types",
    metavar="TYPE",
    multiple=True,
    help="Only this type, in the target's words; may be repeated.",
)
@click.option("--inherit", is_flag=True, help="Azure: take a missing tag from the resource group.")
@click.option(
    "--mark-for", type=Name("an action"), metavar="ACTION", help="Custodian: mark for notify, stop or the like."
)
@click.option(
    "--mark-days",
    type=Whole("from 1 to 365", least=1, most=365),
    metavar="DAYS",
    default=14,
    show_default=True,
    help="Custodian: days until that action.",
)
@click.option(
    "--dimension", "dimensions", metavar="NAME", multiple=True, help="Only this dimension's tag; may be repeated."
)
@click.option(
    "--any-value",
    "anything",
    metavar="NAME",
    multiple=True,
    help="Of this dimension demand the key alone; may be repeated.",
)
@output_option
@click.pass_obj
def export(  # noqa: PLR0913, PLR0917 -- one parameter per option
    folder: Path | None,
    target: str,
    place: Path | None,
    scope: str | None,
    types: tuple[str, ...],
    mark_for: str | None,
    mark_days: int,
    dimensions: tuple[str, ...],
    anything: tuple[str, ...],
    *,
    enforce: bool,
    inherit: bool,
    form: Form,
) -> None:
    """Write taxonomy.yaml's tags as rules for those who can enforce them: keys, allowed values, who must have them.

    Nothing is sent anywhere: the files are for you to apply. What a target cannot hold is refused, never left out.
    """
    from finmod.exports.tag_options import TagPolicyOptions
    from finmod.workspace.tags_export import export_tags

    project = opened(folder)
    options = TagPolicyOptions(
        enforce=enforce, scope=scope, resource_types=types, inherit=inherit, mark_for=mark_for, mark_days=mark_days
    )
    where = place if place is not None else project.root / "policies" / target
    today = datetime.now(tz=UTC).date()
    done = export_tags(project, target, where, today, options, dimensions=dimensions, opened=anything)
    written = [(path, path.stat().st_size) for path in done.written]
    if form != "table":
        rows: list[tuple[str, int | None, str]] = [(str(path), size, "written") for path, size in written]
        rows += [(str(path), None, "removed") for path in done.removed]
        rows += [(str(path), None, "left") for path in done.left]
        show(("file", "bytes", "status"), rows, form)
        return
    for path, size in written:
        click.echo(f"Wrote {path} ({size:,} bytes)")
    for path in done.removed:
        click.echo(f"Removed {path}: an earlier export wrote it, and this one does not.")
    for path in done.left:
        click.echo(f"Left {path}: an earlier export wrote it, and it was changed since. Remove it yourself.", err=True)
    if done.removed or done.left:
        click.echo("What was applied from them stays in force until you take it off there.")
