"""Starts the process of ``killing.py`` and asks it for commands that die at a step."""

from __future__ import annotations

import atexit
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.books import Books


@cache
def _killing() -> subprocess.Popen[str]:
    """Return the process, one for all tests: Python and its libraries take a second to start."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.killing"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        stderr=subprocess.DEVNULL,
    )
    atexit.register(process.communicate)
    return process


class Killer:
    """Makes commands that die at a step, each on a copy of a project."""

    def __init__(self, project: Books, folder: Path) -> None:
        """Make copies of the project in the folder."""
        self.project = project
        self.folder = folder

    def run(self, last: int, *words: str) -> tuple[Books, str]:
        """Return the copy after a command that died at a step, and what became of the command."""
        copy = self.project.copy(self.folder / f"{words[0].strip('-')}-{last}")
        return copy, self.answer(copy, last, *words)

    def answer(self, books: Books, last: int, *words: str) -> str:
        """Run a command in a project, to die at a step, and return what became of it; ``BOOKS`` is its folder."""
        process = _killing()
        assert process.stdin
        assert process.stdout
        line = [str(books.root), str(last), *(word.replace("BOOKS", str(books.root)) for word in words)]
        process.stdin.write("\t".join(line) + "\n")
        process.stdin.flush()
        return process.stdout.readline().strip()


def points(steps: int, few: int, *, long_faults: bool) -> list[int]:
    """Return the steps to die at: every one, or a few from the first to the last."""
    return sorted({*range(1, steps + 1, 1 if long_faults else max(1, steps // few)), steps})
