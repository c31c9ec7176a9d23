"""docs/reference/commands.md: every command with its arguments and options, from the command line itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping

import click

from finmod.cli.main import finmod
from tools.pages.markdown import made_from, table

_HEAD = f"""# Commands

{made_from("src/finmod/cli")}
    finmod [--project DIR] COMMAND [OPTIONS] [ARGUMENTS]

A command works on the project of `--project`, which stands before the command, else on the nearest folder with
`finmod.yaml`, from the working folder upward. Progress goes to standard error and only to a terminal; results go to
standard output.

| exit code | means |
| --- | --- |
| 0 | fine |
| 1 | you must do something; the message says what |
| 2 | a total differs: `finmod compare --detailed-exitcode` alone |
| 70 | finmod is at fault; nothing was committed by the step that failed |

`--output json` prints one array of objects. A DECIMAL, as every amount of the public tables is, is a text there with
every digit, such as `"1.500000000000"`, whichever command prints it; a DOUBLE, which SQL makes of a division, is a
number; unknown is `null`.
`--output csv` and `markdown` hold the same rows. Tables round money to two places, with its currency behind it; those
of `query` and `check --proof` round nothing and have as many places as the longest amount of a column needs.
"""


def command_pages() -> Mapping[str, str]:
    """Return the page of commands."""
    context = click.Context(finmod, info_name="finmod")
    parts = [_HEAD, "\n## finmod\n\n", _parameters(finmod, context)]
    for name, command, inner in _leaves(finmod, context):
        usage = " ".join([name, *command.collect_usage_pieces(inner)])
        parts.append(f"\n## {name}\n\n    {usage}\n\n{_help(command)}\n\n{_parameters(command, inner)}")
    return {"docs/reference/commands.md": "".join(parts)}


def _leaves(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    for name, command in group.commands.items():
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from _leaves(command, inner)
        else:
            yield inner.command_path, command, inner


def _help(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "")


def _parameters(command: click.Command, context: click.Context) -> str:
    rows = [
        (f"`{option.opts[0]}`", _value(option, context), _default(option), option.help or "")
        for option in command.get_params(context)
        if isinstance(option, click.Option) and option.name != "help"
    ]
    return table(("option", "value", "default", "what it does"), rows) if rows else "No options.\n"


def _value(option: click.Option, context: click.Context) -> str:
    if option.is_flag:
        return ""
    shown = option.make_metavar(context)
    shown = shown.strip("[]") if isinstance(option.type, click.Choice) else shown
    return f"`{shown}`" + (", required" if option.required else "")


def _default(option: click.Option) -> str:
    default = option.default
    return f"`{default}`" if isinstance(default, (str, int)) and not option.is_flag and not option.multiple else ""
