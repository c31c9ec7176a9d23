"""Files that a command writes: whole or not at all, and what is said where they cannot be written."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from finmod.errors import Problem, UserError


@contextmanager
def replacing(target: Path, what: str, *, code: str) -> Iterator[Path]:
    """Yield a file beside a target, which takes its place in one step where the block ends well; else it is gone.

    Args:
        target: Where to; one that is there stays as it is until then.
        what: What is written, for the message.
        code: Of the problem.

    Raises:
        UserError: It cannot be written.
    """
    aside = target.with_name(f".{uuid.uuid4().hex}{target.suffix}")
    try:
        try:
            yield aside
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)  # raises too where the name of a folder is too long
    except OSError as error:
        raise UserError(not_written(target, error, what, code=code)) from error


def not_written(target: Path, error: OSError, what: str, *, code: str) -> Problem:
    """Return what is said of what cannot be written."""
    found = f"the {what} cannot be written: {(error.strerror or type(error).__name__).lower()}"
    return Problem(code=code, found=found, where=str(target), remedy="Name a file in a folder of yours.")
