"""Files that a user asks for: lists and pages where he wants them.

Owns their writing: a file is whole or not there.
"""

from __future__ import annotations

import codecs
import errno
import os
from contextlib import suppress
from pathlib import Path

from finmod.errors import Problem, UserError
from finmod.settings.rewrite import followed, stage


def write_list(path: Path, text: str, kind: str | None = None) -> None:
    """Write a list whose first line says what it is; only a list of the same kind is replaced.

    Args:
        path: Where it is written.
        text: The list.
        kind: How the first line of every such list begins; taken from the text where it is None.

    Raises:
        UserError: Another file stands there, such as one of the project's own, or the list cannot be written.
    """
    if kind is None:
        first = text.partition("\n")[0]
        kind = first.partition(":")[0] if first.startswith("#") else first
    # The methods of Path raise for names too long; of those, and of folders, the writing tells.
    is_taken = os.path.exists(path) and not os.path.isdir(path)  # noqa: PTH110, PTH112
    if is_taken and not begins(path, kind):
        raise UserError(
            Problem(
                code="FM2025",
                found="a file is there already that is no such list; nothing was written",
                expected="a new file, or a list that this command wrote before",
                where=str(path),
                remedy="Name another file, or remove that one.",
            )
        )
    write_file(path, text)


def begins(path: Path, text: str) -> bool:
    """Return whether a regular file is there that begins with a text, after a mark of the byte order if need be."""
    wanted = text.encode()
    try:
        if not path.is_file():
            return False  # a pipe would wait for somebody who writes
        with path.open("rb") as file:
            return file.read(len(codecs.BOM_UTF8) + len(wanted)).removeprefix(codecs.BOM_UTF8).startswith(wanted)
    except OSError:
        return False


def write_file(path: Path, text: str) -> None:
    """Write a text file, in one atomic replace; its folder is made if need be.

    What is there keeps its permissions. A link is followed: what it points to is replaced.

    Raises:
        UserError: It cannot be written.
    """
    part: Path | None = None
    try:
        target = followed(path)
        if path.exists() and not (path.is_file() or path.is_dir()):  # the system tells of folders
            raise OSError(errno.EINVAL, "it is a pipe or a device")  # noqa: TRY301 -- told where all errors are
        target.parent.mkdir(parents=True, exist_ok=True)
        part = stage(target, text.encode())
        part.replace(target)
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        # It is still there where replacing failed or was interrupted.
        if part is not None:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def unwritable(path: Path, error: OSError) -> UserError:
    """Return the error of a file that the system does not let be written or removed."""
    found = f"the file cannot be written: {(error.strerror or type(error).__name__).lower()}"
    return UserError(Problem(code="FM1612", found=found, where=str(path), remedy="Name a place that you may write to."))
