"""The project that a command works on, and the words that a user types to go on with it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finmod.settings.project import Project

ON_A_PROJECT = (
    "load", "drivers", "check", "reconcile", "compare", "fx", "status", "query", "tags", "explain", "plan", "apply",
    "diff", "metric", "unit-economics", "pnl", "variance", "savings", "report", "export", "close", "reopen", "history",
)  # fmt: skip
"""The commands that work on the project of ``--project``."""
OF_NO_PROJECT = ("demo", "init", "sample", "completion")
"""Those that do not."""
# The way to a help is the same everywhere.
_COMMAND = re.compile(rf"\bfinmod ({'|'.join((*ON_A_PROJECT, *OF_NO_PROJECT))})\b(?! (?:[a-z]+ )?--help)")


def opened(folder: Path | None) -> Project:
    """Return the project of a folder, or the nearest one from the working folder upward."""
    from finmod.settings.project import find_project, load_project

    return load_project(folder if folder is not None else find_project(Path.cwd()))


def command_line(folder: Path | None, words: str) -> str:
    """Return a command as it can be typed where the user is now.

    Args:
        folder: What the user gave as ``--project``; None where nothing was given.
        words: The command after the program's name.
    """
    project = f" --project {shlex.quote(str(folder))}" if folder is not None else ""
    return f"{program()}{project} {words}"


def typeable(folder: Path | None, text: str) -> str:
    """Return a text whose commands can be typed where the user is now, as in ``command_line``.

    Args:
        folder: What the user gave as ``--project``; None where nothing was given.
        text: What to do, with commands such as ``finmod check`` in it.
    """

    def typed(command: re.Match[str]) -> str:
        return command_line(folder if command[1] in ON_A_PROJECT else None, command[1])

    return _COMMAND.sub(typed, text)


def program() -> str:
    """Return how this program can be started again: by its name where the shell finds it, else as it was started."""
    started = Path(sys.argv[0])
    if started.name == "__main__.py":
        return f"{shlex.quote(_from_here(Path(sys.executable)))} -m finmod"
    found = shutil.which(started.name)
    if not started.is_file() or (found and Path(found).samefile(started)):
        return started.name
    return shlex.quote(_from_here(started))


def _from_here(path: Path) -> str:
    """Return a path relative to the working folder where it is below it."""
    # Not resolved: the interpreter of an environment is a link to one that does not know finmod.
    whole = Path(os.path.abspath(path))  # noqa: PTH100 -- Path.resolve would follow the link
    return str(whole.relative_to(Path.cwd())) if whole.is_relative_to(Path.cwd()) else str(whole)
