"""A terminal of any width: a command is run on it, and what it shows is read back."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path


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
