"""The guard: no secret, no private path and no package registry's address in any file of the project.

Run as ``python -m tools.guard``. The patterns are written so that this file does not match itself.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tools.tree import project_files

_HOSTS = r"(?:pypi\.|files\.pythonhosted\.|registry\.npmjs\.|conda\.anaconda\.|repo\.maven\.|crates\.|rubygems\.)"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a package index option", re.compile(r"(?:extra-)?index[-_]url|trusted[-]host|find[-]links", re.IGNORECASE)),
    ("the address of a package registry", re.compile(rf"https?://[^\s/]*{_HOSTS}", re.IGNORECASE)),
    ("a path of one person's machine", re.compile(r"(?<![\w./:~-])/(?:work|root|home|Users)/[\w.]")),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KE[Y]-----")),
    # AWS ends the keys of its documentation in EXAMPLE.
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)(?![A-Z0-9]{9}EXAMPLE)[A-Z0-9]{16}\b")),
    ("a token", re.compile(r"\b(?:gh[pousr]_\w{36}|xox[bp]-\d{6}|sk-[A-Za-z0-9-]{32})")),
)
_LARGEST = 5_000_000


def breaches(root: Path) -> list[str]:
    """Return ``file:line: what was found`` for each match in a text file below ``root``."""
    found: list[str] = []
    for path in project_files(root):
        if path.stat().st_size > _LARGEST:
            continue
        data = path.read_bytes()
        if b"\0" in data:
            continue
        for number, line in enumerate(data.decode("utf-8", errors="replace").splitlines(), start=1):
            found += [
                f"{path.relative_to(root).as_posix()}:{number}: {what}: {match.group(0)!r}"
                for what, pattern in _RULES
                if (match := pattern.search(line))
            ]
    return found


def main() -> int:
    """Print the breaches; return the exit code."""
    found = breaches(Path.cwd())
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
