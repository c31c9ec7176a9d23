"""A full disk, told apart from every other failure to write, whoever meets it first.

Owns the signs of it in the words and numbers of Python, DuckDB and delta-rs.
"""

from __future__ import annotations

import contextlib
import errno
import re
from collections.abc import Iterator

from finmod.errors import Problem, UserError

_NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_WORDS = re.compile(
    r"no space left|disk quota|file too large|max_temp_directory_size|"
    rf"(\"?errno\"?\s*:\s*\"?|os error )({'|'.join(map(str, _NUMBERS))})\b",
    re.IGNORECASE,
)


def full_disk(error: BaseException) -> UserError | None:
    """Return what the user must do where an error says that the disk is full; None where it says something else."""
    if not (getattr(error, "errno", None) in _NUMBERS or _WORDS.search(str(error))):
        return None
    return UserError(
        Problem(
            code="FM1505",
            found="the disk is full, or a file may not grow further",
            expected="room for what is being written; a load needs that of a copy of its bills",
            where=str(getattr(error, "filename", None) or "") or None,
            remedy="Make room, then run the command again. The ledger is as it was.",
        )
    )


@contextlib.contextmanager
def told_when_full() -> Iterator[None]:
    """Turn every error of the block that says that the disk is full into one that the user understands.

    Raises:
        UserError: The disk is full.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        told = full_disk(error)
        if told is None:
            raise
        raise told from error
