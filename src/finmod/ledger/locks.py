"""Locks between processes on one ledger: held by the operating system, so a killed process leaves none.

Owns who may write what at the same time. Systems without ``fcntl``, such as Windows, have no such locks: there a
second writer is only noticed where Delta Lake itself refuses its commit.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from finmod.engines.disk import full_disk
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
        UserError: Another process holds it and ``wait`` is False, or the lock cannot be written.
    """
    with _taken(folder / f"{name}.lock", what, wait=wait) as file:
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()} since {datetime.now(tz=UTC):%Y-%m-%d %H:%M:%S} UTC")
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()


@contextlib.contextmanager
def books(folder: Path, *, closing: bool = False) -> Iterator[None]:
    """Keep loads and closes apart for the length of the block: many loads at once, or one close alone.

    A load waits for a close, which takes as long as a check. A close does not wait for loads, which may take long.

    Args:
        folder: Where lock files stand.
        closing: Whether a month is closed or reopened.

    Raises:
        UserError: A load, or another close, runs and ``closing`` is True; or the lock cannot be written.
    """
    path = folder / "books.lock"
    file = _opened(path)
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB if closing else fcntl.LOCK_SH)
    except OSError as error:
        file.close()
        raise UserError(_busy(path) if isinstance(error, BlockingIOError) else unwritable(path, error)) from error
    with file:
        yield


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        raise full_disk(error) or UserError(unwritable(path, error)) from error


def _taken(path: Path, what: str, *, wait: bool) -> TextIO:
    """Return the lock's file, open and locked; closing it frees the lock."""
    file = _opened(path)
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        held = isinstance(error, BlockingIOError)
        raise UserError(_held(path, what) if held else unwritable(path, error)) from error
    return file


def unwritable(path: Path, error: OSError) -> Problem:
    """Return the problem of a ledger's folder that the operating system refuses to write."""
    return Problem(
        code="FM1506",
        found=f"the ledger cannot be written: {error.strerror}",
        expected="a folder that you may write to, on a file system with locks",
        where=str(path),
        remedy="Mend the folder's rights, or name another one: store in finmod.yaml. Nothing was changed.",
    )


def _held(path: Path, what: str) -> Problem:
    holder = path.read_text(encoding="utf-8") or "another process"
    return Problem(
        code="FM1501",
        found=f"{what} is being loaded by {holder}",
        expected="one writer at a time",
        where=str(path),
        remedy="Wait until it is done, then run the load again. Nothing was changed.",
    )


def _busy(path: Path) -> Problem:
    return Problem(
        code="FM1511",
        found="a load or an apply runs, or another month is being closed or reopened",
        expected="nobody else who writes the ledger: a month cannot be closed while its charges change",
        where=str(path),
        remedy="Wait until it is done, then run the command again. Nothing was changed.",
    )
