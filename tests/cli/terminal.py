"""A terminal of any width: a command is run on it, and what it shows is read back."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from finmod.cli.main import main


class _Terminal(io.TextIOWrapper):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def as_on_terminal(arguments: Sequence[str | Path], *, columns: int) -> tuple[int, str]:
    """Run the command line in this process on a stream that says that it is a terminal.

    Much quicker than ``on_terminal``, which shows what a real one does: of signals, streams and its size.

    Args:
        arguments: Words after the program's name.
        columns: Width of the terminal.

    Returns:
        Exit code and what stands on standard output, with its control sequences.
    """
    codes: list[Any] = []

    def run() -> None:
        try:
            main()
        except SystemExit as end:
            codes.append(end.code)

    with patch.object(sys, "argv", ["finmod", *map(str, arguments)]):
        shown = shown_on_terminal(run, columns=columns)
    return int(codes[0] or 0) if codes else 0, shown


def shown_on_terminal(work: Callable[[], None], *, columns: int) -> str:
    """Return what a piece of work prints on a stream that says that it is a terminal of so many columns."""
    shown = _Terminal(io.BytesIO(), "utf-8", newline="")
    unset = {"LINES", "NO_COLOR"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"COLUMNS": str(columns), "TERM": "xterm-256color"}
    with patch.dict(os.environ, environment, clear=True), redirect_stdout(shown):
        work()
    shown.flush()
    shown.seek(0)
    return shown.read()


def on_terminal(arguments: Sequence[str | Path], *, columns: int, keep_stdout: bool = False) -> tuple[int, str]:
    """Run the command line on a terminal.

    Args:
        arguments: Words after the program's name.
        columns: Width of the terminal.
        keep_stdout: Leave standard output a pipe that nobody reads from, so that only standard error is shown.

    Returns:
        Exit code and everything that was shown, with its control sequences.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    run = subprocess.Popen(
        [sys.executable, "-m", "finmod", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if keep_stdout else theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm-256color", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so where the other side was closed.
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return run.wait(), shown.decode(errors="replace").replace("\r\n", "\n")
