"""What the command line says of bills that stand in no finmod.yaml: how they are read, and which files are halves.

Owns the options and their words. Their meaning is that of the keys of a source, see ``settings/source.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import rich_click as click

from finmod.cli.completion import accepted, columns
from finmod.cli.values import Word
from finmod.errors import Problem, UserError, printable
from finmod.settings.separators import SEPARATORS, SEPARATORS_TOLD

Command = TypeVar("Command", bound=Callable[..., Any])


class _Separator(Word):
    """A separator by its word, which the shell offers, or by its sign."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the sign."""
        return value if value in SEPARATORS.values() else SEPARATORS[super().convert(value, param, ctx)]

    def told(self) -> str:
        """Return the words with their signs."""
        return SEPARATORS_TOLD


_OPTIONS = (
    click.option(
        "--actual", multiple=True, metavar="PATH", help="Files of actual cost, of Azure's pairs; may be repeated."
    ),
    click.option(
        "--amortized", multiple=True, metavar="PATH", help="Files of amortized cost, of Azure's pairs; may be repeated."
    ),
    click.option(
        "--set",
        "constants",
        multiple=True,
        metavar="COLUMN=VALUE",
        help="Value of a FOCUS column where the bill leaves it empty; what the bill says stays. May be repeated.",
    ),
    click.option(
        "--unreadable-as-null",
        multiple=True,
        metavar="COLUMN",
        shell_complete=columns,
        help="Read unreadable cells of a FOCUS column as NULL, with a finding; may be repeated.",
    ),
    click.option(
        "--date-order",
        type=Word(["iso", "mdy", "dmy"]),
        metavar="ORDER",
        help="How dates with slashes are read: mdy has the month first, dmy the day; iso, the default, refuses.",
    ),
    click.option(
        "--accept",
        multiple=True,
        metavar="CODE",
        shell_complete=accepted,
        help="Load in spite of a refusal, such as FM1116; may be repeated.",
    ),
    click.option(
        "--column",
        "column_names",
        multiple=True,
        metavar="COLUMN=NAME",
        help="Column of a table that holds a FOCUS column, such as BilledCost=amount; may be repeated.",
    ),
    click.option(
        "--tag", "tags", multiple=True, metavar="NAME", help="Column of a table that is a tag; may be repeated."
    ),
    click.option(
        "--charge-period",
        type=Word(["hour", "day", "month"]),
        metavar="LENGTH",
        help="How long a charge of a table lasts that names no end: hour, day or month.",
    ),
    click.option(
        "--separator",
        type=_Separator(list(SEPARATORS)),
        metavar="SIGN",
        help="What separates the fields of a table: comma, semicolon, tab or bar, or the sign itself.",
    ),
    click.option("--decimal-comma", is_flag=True, help="A table writes 1.204,50 for 1204.50."),
    click.option(
        "--divide-by", type=int, metavar="NUMBER", help="What a table's amounts are divided by: 100 for cents."
    ),
    click.option(
        "--compare-with",
        metavar="SOURCE",
        help="Keep the charges beside those of another source that has the same bill, and count them nowhere.",
    ),
)


def bill_options(command: Command) -> Command:
    """Give a command the options that say how bills are read."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_options(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as keys of ``source_settings``; what was not said is left out.

    Raises:
        UserError: A pair is not written NAME=VALUE.
    """
    found = {
        **{key: said[key] for key in said if key not in ("constants", "column_names")},
        "constants": _pairs("--set", said["constants"], "BillingCurrency=USD"),
        "columns": _pairs("--column", said["column_names"], "BilledCost=amount"),
    }
    return {key: value for key, value in found.items() if value}


def _pairs(option: str, texts: Sequence[str], example: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            found = f"{option} is '{printable(text, 80)}'"
            expected = f"COLUMN=VALUE, such as {example}"
            raise UserError(Problem(code="FM1061", found=found, expected=expected, remedy="See: finmod load --help."))
        pairs[name] = value
    return pairs
