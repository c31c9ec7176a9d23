"""Whole processes, timed by the operating system: wall, processor, peak memory; and work in this one.

Owns the running of pairs in turn, so that a change of the machine's speed hits both.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Run:
    """One finished process.

    Attributes:
        wall: Seconds from start to end.
        processor: User and system seconds.
        peak: Peak resident memory, bytes.
    """

    wall: float
    processor: float
    peak: int


def run(command: Sequence[str]) -> Run:
    """Run a command to its end; its output is thrown away unless it fails."""
    # Installed, a program finds its bytecode; an environment that forbids it would have it compiled at every start.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    output = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{output.decode(errors='replace')[-2000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def timed(work: Callable[[], Result]) -> tuple[Result, Run]:
    """Return what a piece of work in this process returns, and its times; processor seconds tell on a busy machine."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return result, Run(time.perf_counter() - wall, time.process_time() - processor, peak)


def pairs(ours: Callable[[], Run], theirs: Callable[[], Run], times: int) -> list[tuple[Run, Run]]:
    """Run two things in turn, ``times`` times."""
    return [(ours(), theirs()) for _ in range(times)]


def median_ratio(found: Sequence[tuple[Run, Run]]) -> float:
    """Return the median of the pairwise ratios of wall time, ours over theirs."""
    return statistics.median(ours.wall / theirs.wall for ours, theirs in found)


def python_with(home: Path, pins: Sequence[str]) -> Path | None:
    """Return the Python 3.11 of an environment with some packages, made where it is not there; None without a 3.11.

    Pins of peers have no builds for newer Pythons.
    """
    python = home / "bin" / "python"
    if not python.exists():
        found = subprocess.run(["sh", "tools/find_python.sh", "3.11"], capture_output=True, text=True, check=False)
        if found.returncode:
            return None
        subprocess.run([found.stdout.strip(), "-m", "venv", str(home)], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *pins], check=True)
    return python
