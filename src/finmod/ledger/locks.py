"""Locks between processes on one ledger: held by the operating system, so a killed process leaves none.

Owns who may write what at the same time.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from finmod.errors import Problem, UserError

try:
    import fcntl
except ImportError:  # pragma: no cover -- Windows
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def hold(folder: Path, name: str, what: str, *, wait: bool = False) -> Iterator[None]:
    """Hold an exclusive lock for the length of the block.

    Args:
        folder: Where lock files stand.
        name: One lock per name.
        what: For the message to whoever comes second, such as ``source 'aws'``.
        wait: Wait for the other writer instead of refusing.

    Raises:
        UserError: Another process holds it and ``wait`` is False.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("a+", encoding="utf-8") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UserError(_held(file.name, what)) from error
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()} since {datetime.now(tz=UTC):%Y-%m-%d %H:%M:%S} UTC")
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()


def _held(path: str, what: str) -> Problem:
    holder = Path(path).read_text(encoding="utf-8") or "another process"
    return Problem(
        code="FM1501",
        found=f"{what} is being loaded by {holder}",
        expected="one writer at a time",
        where=path,
        remedy="Wait until it is done, then run the load again. Nothing was changed.",
    )
