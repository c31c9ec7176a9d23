"""Commands that die: run ``python -m tests.faults.killing`` and read points from standard input.

Every line of the input is a copy of the project and the number of the step to die at; the answer is one line, the
steps that were taken, or ``killed``. A step is the moment before and the moment after everything that a command does
to the disk. One process makes all the others by fork, since Python and its libraries take a second to start.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from finmod.engines.duckdb import Engine
from finmod.ledger.delta import DeltaFolder
from tests.books import finmod

WATCHED = (
    (DeltaFolder, ("create", "add_columns", "replace", "restore", "drop")),
    (Engine, ("copy_parquet",)),
    (Path, ("replace", "rename", "mkdir", "unlink", "write_bytes", "write_text")),
    (shutil, ("rmtree",)),
)

OTHERS = frozenset({"close", "reopen", "apply"})
"""Commands that a line may name before its arguments; without one it is a load."""


class Steps:
    """Counts steps, and dies at one of them as kill -9 does it."""

    def __init__(self, last: int) -> None:
        """Die at step ``last``; never where it is 0."""
        self.last = last
        self.taken = 0

    def take(self) -> None:
        """Take a step."""
        self.taken += 1
        if self.taken == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Make a step of the moment before and of the moment after every change to the disk."""
        for owner, names in WATCHED:
            for name in names:
                setattr(owner, name, self._stepping(getattr(owner, name)))

    def _stepping(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 -- stands for any function
            self.take()
            result = work(*arguments, **options)
            self.take()
            return result

        return stepping


def run(arguments: list[str], last: int, answer: int) -> None:
    """Run a command in this process and die at a step, or say how many there were."""
    steps = Steps(last)
    steps.watch()
    said = finmod(*arguments)
    os.write(answer, f"{steps.taken}\n".encode() if said.code == 0 else f"failed: {said.err}\n".encode())


def main() -> None:
    """Answer points until the input ends."""
    import finmod.workspace.apply  # noqa: PLC0415 -- once, here, and not after every fork
    import finmod.workspace.load  # noqa: F401, PLC0415 -- likewise

    for line in sys.stdin:
        folder, last, *arguments = line.rstrip("\n").split("\t")
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            command = arguments if arguments[0] in OTHERS else ["load", *arguments]
            run(["--project", folder, *command], int(last), writing)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            text = answer.read()
        os.waitpid(child, 0)
        print(text.strip() or "killed", flush=True)  # noqa: T201 -- the answer


if __name__ == "__main__":
    main()
