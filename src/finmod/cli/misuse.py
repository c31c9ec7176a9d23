"""Words that a command does not know: what is wrong with them, in the form of every other error.

Owns the words for what the parser refuses; a value that an option does not take is told in ``values.py``.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import rich_click as click
from click.exceptions import ClickException, MissingParameter, NoSuchCommand, NoSuchOption

from finmod.cli.project import command_line
from finmod.cli.values import one_of, option_name
from finmod.errors import printable

_OF_ALL = "--project"


def misused(error: ClickException, arguments: Sequence[str], program: click.Group) -> str:
    """Return what is wrong and what to do.

    Args:
        error: What the parser raised.
        arguments: The words after the program's name.
        program: The commands.
    """
    context: click.Context | None = getattr(error, "ctx", None)
    remedy = f"See: {context.command_path if context else _path(arguments, program)} --help"
    if isinstance(error, NoSuchOption) and error.option_name == _OF_ALL:
        words, remedy = f"The option {_OF_ALL} stands behind the command", _before(arguments)
    elif isinstance(error, NoSuchOption):
        words = _unknown(f"No such option '{error.option_name}'", error.possibilities)
    elif isinstance(error, NoSuchCommand):
        words = _unknown(f"No such command '{error.command_name}'", error.possibilities)
    elif isinstance(error, MissingParameter):
        words = _missing(error, context)
    else:
        words = error.format_message().strip()
    words = printable(words, 1000)
    return f"{words}{'' if words.endswith(('.', '?')) else '.'}\n  {remedy}"


def _path(arguments: Sequence[str], program: click.Group) -> str:
    """Return the command that the words name, for the parser's errors that do not know where they arose."""
    path, group = "finmod", program
    for word in arguments:
        if found := group.commands.get(word):
            path = f"{path} {word}"
            if not isinstance(found, click.Group):
                break
            group = found
    return path


def _unknown(words: str, possibilities: Sequence[str] | None) -> str:
    near = [f"'{word}'" for word in sorted(possibilities or ())]
    return f"{words}. Did you mean {one_of(near)}?" if near else words


def _missing(error: MissingParameter, context: click.Context | None) -> str:
    name = option_name(error.param, context)
    kind = error.param.type if error.param else None
    help_text = getattr(error.param, "help", None)
    if isinstance(kind, click.Choice):
        return f"{name} is missing; expected {one_of(kind.choices)}"
    return f"{name} is missing: {help_text[0].lower()}{help_text[1:]}" if help_text else f"{name} is missing"


def _before(arguments: Sequence[str]) -> str:
    """Return the command with its ``--project`` where it belongs."""
    place = next(place for place, word in enumerate(arguments) if word.partition("=")[0] == _OF_ALL)
    _, equals, folder = arguments[place].partition("=")
    behind = place + 1 if equals else place + 2
    folder = folder if equals else next(iter(arguments[place + 1 : place + 2]), "DIR")
    rest = shlex.join([*arguments[:place], *arguments[behind:]])
    return f"Write it before the command: {printable(command_line(Path(folder), rest), 1000)}"
