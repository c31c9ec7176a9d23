"""Paths as a user writes them: what can name no file or folder of this computer.

Owns the refusals that need no look at the disk. finmod.yaml and the command line share them.
"""

from __future__ import annotations

import re

_REMOTE, _PATH = "FM1008", "FM1009"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")

PathFault = tuple[str, str, str | None]
"""Code, what was expected, what to do."""

UNREADABLE = "Addresses such as s3:// cannot be read yet: copy the files to a folder and name that."
UNWRITABLE = "Nothing is written to addresses such as s3:// yet: write to a folder, then copy it there."


def path_fault(text: str, *, place: str = "path", remote: str = UNREADABLE) -> PathFault | None:
    """Return why a text can be no local path, or None where it can be one.

    Args:
        text: The path as it was written.
        place: What is wanted: a path, a file, a folder.
        remote: What to do where it is the address of an object store or a web site.

    >>> path_fault("~/bills")
    ('FM1009', 'a path without ~', 'Write the whole path of the home folder.')
    >>> path_fault("bills")
    """
    if not text.strip() or not text.isprintable():
        return _PATH, "a path of printable characters", None
    if _ADDRESS.match(text):
        return _REMOTE, f"a local {place}", remote
    if text.startswith("~"):
        return _PATH, "a path without ~", "Write the whole path of the home folder."
    return None
