"""``finmod completion``: completion for the shell."""

from __future__ import annotations

import rich_click as click
from click.shell_completion import get_completion_class

_WHERE = {
    "bash": "finmod completion bash >> ~/.bashrc",
    "zsh": "finmod completion zsh >> ~/.zshrc",
    "fish": "finmod completion fish > ~/.config/fish/completions/finmod.fish",
}


@click.command("completion")
@click.argument("shell", type=click.Choice(sorted(_WHERE)))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script for SHELL; append it to the shell's start file."""
    found = get_completion_class(shell)
    root = context.find_root().command
    assert found is not None  # noqa: S101 -- the choices are click's own three shells
    click.echo(f"# {_WHERE[shell]}")
    click.echo(found(root, {}, "finmod", "_FINMOD_COMPLETE").source())
