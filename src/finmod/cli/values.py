"""Values of the command line: what an option takes, and what is said where it gets something else.

Owns the reading of single words. What a value means for the work is judged where the work is done.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import rich_click as click
from click.shell_completion import CompletionItem

from finmod.errors import Problem, UserError, near, printable
from finmod.settings.paths import UNREADABLE, UNWRITABLE, path_fault

_WRONG = "FM1061"


def option_name(parameter: click.Parameter | None, context: click.Context | None) -> str:
    """Return what a user calls a parameter: ``--rows``, ``FOLDER``.

    >>> option_name(click.Option(["--to", "target"]), None)
    '--to'
    """
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    if parameter is None or context is None:
        return "the value"
    return parameter.make_metavar(context).strip("[].")


def wrong_value(  # noqa: PLR0913 -- one parameter per part of the message
    value: str,
    parameter: click.Parameter | None,
    context: click.Context | None,
    *,
    expected: str,
    remedy: str | None = None,
    code: str = _WRONG,
    also: str = "",
) -> UserError:
    """Return the error for a value that an option does not take.

    Args:
        value: As it was typed.
        parameter: The option or argument.
        context: Of the command, for the way to its help.
        expected: What it takes.
        remedy: What to do; the command's help where it is None.
        code: Stable code.
        also: What else is wrong with the value, as the end of the sentence that names it.
    """
    found = f"{option_name(parameter, context)} is '{printable(value, 80)}'{also}"
    see = f"See: {context.command_path if context else 'finmod'} --help."
    return UserError(Problem(code=code, found=found, expected=expected, remedy=remedy or see))


class Whole(click.ParamType[int]):
    """A whole number.

    Args:
        bounds: What is taken, in words: ``from 1 to 120``.
        least: The least that is taken; None where the work itself refuses less, with a code of its own.
        most: The most; None likewise.
    """

    name = "number"

    def __init__(self, bounds: str, *, least: int | None = None, most: int | None = None) -> None:
        """Remember the bounds."""
        self.bounds, self.least, self.most = bounds, least, most

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        text = str(value)
        # More digits than any bound has would take long to read.
        number = int(text) if re.fullmatch(r"-?[0-9]{1,30}", text) else None
        too_little = number is not None and self.least is not None and number < self.least
        too_much = number is not None and self.most is not None and number > self.most
        if number is None or too_little or too_much:
            expected = f"a whole number {self.bounds}, in digits alone"
            raise wrong_value(text, param, ctx, expected=expected)
        return number


class Word(click.Choice[str]):
    """One of some words."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word."""
        if value not in self.choices:
            # Versions look alike without being meant.
            close = near(value, self.choices) if value.isalpha() else None
            remedy = f"Did you mean '{close}'?" if close else None
            raise wrong_value(value, param, ctx, expected=self.told(), remedy=remedy)
        return value

    def told(self) -> str:
        """Return what is taken, for messages."""
        return one_of(self.choices)


class Month(click.ParamType[str]):
    """A month as ``YYYY-MM``.

    Args:
        first: The first that is taken.
        last: The last that is taken.
    """

    name = "month"

    def __init__(self, first: str, last: str) -> None:
        """Remember the bounds."""
        self.first, self.last = first, last

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the month as it was written."""
        if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", value):
            raise wrong_value(value, param, ctx, expected="a month as YYYY-MM, such as 2026-09")
        if not self.first <= value <= self.last:
            raise wrong_value(value, param, ctx, expected=f"a month from {self.first} to {self.last}")
        return value


class Day(click.ParamType[date]):
    """A day as ``YYYY-MM-DD``."""

    name = "day"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day."""
        try:
            return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date()
        except ValueError:
            raise wrong_value(value, param, ctx, expected="a day as YYYY-MM-DD, such as 2026-09-15") from None


class Name(click.ParamType[str]):
    """A text that is not empty: an empty one is a variable of a script that was never set.

    Args:
        expected: What is wanted, for the message.
        remedy: What to do.
    """

    name = "text"

    def __init__(self, expected: str = "a name", remedy: str = "Name one, or leave the option out.") -> None:
        """Keep the words."""
        self.expected, self.remedy = expected, remedy

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text."""
        if not value.strip():
            raise wrong_value(value, param, ctx, expected=self.expected, remedy=self.remedy)
        return value


class Place(click.ParamType[Path]):
    """A local file or folder, which need not be there.

    Args:
        kind: Whether a file or a folder is meant.
        is_written: Whether the command writes it.
    """

    name = "path"

    def __init__(self, kind: Literal["file", "folder"], *, is_written: bool = True) -> None:
        """Remember what is meant."""
        self.kind, self.is_written = kind, is_written

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path, as relative as it was written."""
        if isinstance(value, Path):
            return value
        if self.kind == "folder" and os.path.isfile(value):  # noqa: PTH113 -- Path.is_file raises for names too long
            raise wrong_value(value, param, ctx, expected="a folder", also=", which is a file")
        # A folder that is there is meant, whatever it is called.
        is_there = self.kind == "folder" and not self.is_written and os.path.isdir(value)  # noqa: PTH112 -- as above
        fault = path_fault(value, place=self.kind, remote=UNWRITABLE if self.is_written else UNREADABLE)
        if fault and not is_there:
            code, expected, remedy = fault
            raise wrong_value(value, param, ctx, expected=expected, remedy=remedy, code=code)
        return Path(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Let the shell offer what is there."""
        del ctx, param
        return [CompletionItem(incomplete, type="dir" if self.kind == "folder" else "file")]


def one_of(words: Iterable[str]) -> str:
    """Return words as a sentence has them.

    >>> one_of(["iso", "mdy", "dmy"])
    'iso, mdy or dmy'
    """
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def words_of(by: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a repeatable --by, each once; several of one with commas between them.

    Raises:
        UsageError: One of them names nothing.

    >>> words_of(["product, team", "service", "team"])
    ('product', 'team', 'service')
    """
    named = [[word for word in each.replace(" ", "").split(",") if word] for each in by]
    if not all(named):
        message = "--by names nothing: write a dimension, or a word such as --by service."
        raise click.UsageError(message)
    return tuple(dict.fromkeys(word for each in named for word in each))
