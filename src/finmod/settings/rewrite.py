"""The user's own files are replaced as a whole or not at all, and never what he saved meanwhile.

Owns the writing. What is written, and whether it would load, the callers know.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from finmod.errors import Problem, UserError


@dataclass(frozen=True)
class Content:
    """What a file holds: the bytes from which an edit was made, and what shall stand there instead."""

    before: bytes
    after: bytes


class _ChangedError(Exception):
    """A file holds something else than what was edited."""


def rewrite(contents: Mapping[Path, Content]) -> None:
    """Replace files by new content, each in one atomic step and with its permissions kept.

    Every new content is on the disk before the first file is replaced, and each file is read once more right before
    its turn. Should one not be as it was, or a replacement fail, those before it are taken back.

    Args:
        contents: File -> its content. A link is followed: what it points to is replaced.

    Raises:
        UserError: FM1011, a file cannot be written; FM2078, a file is not as it was read. All are as they were, as they
            are after an interrupt.
    """
    staged: dict[Path, Path] = {}
    replaced: dict[Path, Content] = {}
    path = Path()
    try:
        for path, content in contents.items():
            target = followed(path, strict=True)
            if not os.access(target, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            staged[target] = stage(target, content.after)
        for path, content in contents.items():
            target = followed(path)
            if target.read_bytes() != content.before:
                raise _ChangedError  # noqa: TRY301 -- what was replaced is taken back in one place
            replaced[target] = content
            staged[target].replace(target)
        replaced.clear()
    except (OSError, _ChangedError) as error:
        raise UserError(_problem(path, error)) from None
    finally:
        # After an interrupt too all files are as they were.
        _take_back(replaced)
        for new in staged.values():
            _remove(new)


def followed(path: Path, *, strict: bool = False) -> Path:
    """Return what a path means in the end, links followed.

    Args:
        path: As it was given.
        strict: Whether it must be there.

    Raises:
        OSError: Links lead in a circle, or nothing is there that must be.
    """
    try:
        target = path.resolve(strict=strict)
    except RuntimeError:  # what Python 3.11 and 3.12 say of links in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
    if target.is_symlink():  # what Python 3.13 leaves of them
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return target


def stage(target: Path, content: bytes) -> Path:
    """Write content onto the disk beside a file, and return where: under a name that nobody else takes.

    It has the permissions of the file, and its owner where that can be given; those of a new file where there is none.

    Raises:
        OSError: It cannot be written; nothing is left, as after an interrupt.
    """
    new = target.with_name(f".finmod-{secrets.token_hex(8)}.part")
    is_there = target.exists()
    try:
        # Nobody else reads what replaces a file before it has that file's permissions.
        new.touch(0o600 if is_there else 0o666, exist_ok=False)
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if is_there:
            there = target.stat()
            if hasattr(os, "chown") and (there.st_uid, there.st_gid) != (new.stat().st_uid, new.stat().st_gid):
                with suppress(OSError):
                    os.chown(new, there.st_uid, there.st_gid)
            shutil.copymode(target, new)
    except BaseException:
        _remove(new)
        raise
    return new


def _remove(new: Path) -> None:
    with suppress(OSError):
        new.unlink(missing_ok=True)


def _take_back(replaced: Mapping[Path, Content]) -> None:
    """Put back what was replaced, or may have been, but for what somebody saved since."""
    for target, content in replaced.items():
        with suppress(OSError):
            if target.read_bytes() == content.after:
                new = stage(target, content.before)
                try:
                    new.replace(target)
                finally:
                    _remove(new)


def _problem(path: Path, error: Exception) -> Problem:
    if isinstance(error, OSError):
        found = f"the file cannot be written: {(error.strerror or type(error).__name__).lower()}"
        return Problem(code="FM1011", found=found, where=path.name, remedy="Check that you may write to its folder.")
    found = "the file was saved by someone else while it was edited; nothing was written"
    return Problem(
        code="FM2078", found=found, expected="it as it was read", where=path.name, remedy="Run the command again."
    )
