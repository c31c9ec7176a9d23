"""The user's own files are replaced as a whole or not at all.

Owns the writing. What is written, and whether it would load, the callers know.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from finmod.errors import Problem, UserError


def rewrite(contents: Mapping[Path, bytes]) -> None:
    """Replace files by new content, each in one atomic step and with its permissions kept.

    Every new content is on the disk before the first file is replaced. Should a replacement fail, those before it are
    taken back.

    Args:
        contents: File -> its new content. A link is followed: what it points to is replaced.

    Raises:
        UserError: FM1011, a file cannot be written; all are as they were.
    """
    staged: dict[Path, Path] = {}
    before: dict[Path, bytes] = {}
    path = Path()
    try:
        for path, content in contents.items():
            target = path.resolve()
            before[target] = target.read_bytes()
            staged[target] = target.with_name(f"{target.name}.new")
            staged[target].write_bytes(content)
            shutil.copymode(target, staged[target])
        for target, new in staged.items():
            path = target
            new.replace(target)
    except OSError as error:
        _take_back(staged, before)
        found = f"the file cannot be written: {(error.strerror or type(error).__name__).lower()}"
        remedy = "Check that you may write to its folder."
        raise UserError(Problem(code="FM1011", found=found, where=path.name, remedy=remedy)) from None


def _take_back(staged: Mapping[Path, Path], before: Mapping[Path, bytes]) -> None:
    for target, new in staged.items():
        with suppress(OSError):
            new.unlink(missing_ok=True)
        with suppress(OSError):
            if target.read_bytes() != before[target]:
                target.write_bytes(before[target])
