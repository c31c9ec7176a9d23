"""``finmod completion``: completion for the shell, and what it offers for sources, formats, columns and codes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import rich_click as click
from click.shell_completion import CompletionItem, get_completion_class

from finmod.cli.values import Word
from finmod.errors import FinmodError

_WHERE = {
    "bash": "finmod completion bash >> ~/.bashrc",
    "zsh": "finmod completion zsh >> ~/.zshrc",
    "fish": "finmod completion fish > ~/.config/fish/completions/finmod.fish",
}


def sources(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the sources of the project, beside which the shell offers files."""
    del parameter
    from finmod.settings.project import find_project, load_project

    folder = context.find_root().params.get("project")
    try:
        project = load_project(folder or find_project(Path.cwd()))
    except FinmodError:
        return [CompletionItem(incomplete, type="file")]
    return [CompletionItem(incomplete, type="file"), *_starting(project.sources, incomplete)]


def drivers(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the drivers of the project."""
    del parameter
    from finmod.settings.drivers import read_drivers
    from finmod.settings.project import find_project

    folder = context.find_root().params.get("project")
    try:
        return _starting(read_drivers(folder or find_project(Path.cwd())), incomplete)
    except FinmodError:
        return []


def metrics(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the metrics of the project."""
    del parameter
    from finmod.settings.project import find_project, load_project
    from finmod.workspace.metrics.metric import list_metrics

    folder = context.find_root().params.get("project")
    try:
        return _starting(
            [each.name for each in list_metrics(load_project(folder or find_project(Path.cwd())))], incomplete
        )
    except FinmodError:
        return []


def saving_rules(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the rules that look for savings in the project."""
    del parameter
    from finmod.settings.project import find_project
    from finmod.settings.savings_file import read_saving_rules

    folder = context.find_root().params.get("project")
    try:
        return _starting([*read_saving_rules(folder or find_project(Path.cwd())).rules], incomplete)
    except FinmodError:
        return []


def formats(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the names of formats."""
    del context, parameter
    from finmod.settings.source import FORMATS

    return _starting(FORMATS, incomplete)


def accepted(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the codes of refusals that can be accepted."""
    del context, parameter
    from finmod.settings.source import ACCEPTABLE

    return _starting(ACCEPTABLE, incomplete)


def columns(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the FOCUS columns."""
    del context, parameter
    from finmod.settings.constants import column_ids

    return _starting(column_ids(), incomplete)


def _starting(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


@click.command("completion")
@click.argument("shell", type=Word(sorted(_WHERE)), metavar="SHELL")
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script for SHELL (bash, zsh or fish); append it to the shell's start file."""
    found = get_completion_class(shell)
    root = context.find_root().command
    assert found is not None  # noqa: S101 -- the choices are click's own three shells
    click.echo(f"# {_WHERE[shell]}")
    click.echo(found(root, {}, "finmod", "_FINMOD_COMPLETE").source())
