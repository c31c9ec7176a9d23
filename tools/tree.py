"""Which files belong to the project: what git tracks or would track, or the whole tree where there is no git."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

_NOT_OURS = {"__pycache__", "build", "dist"}


def project_files(root: Path) -> list[Path]:
    """Return the project's files, sorted; files that .gitignore names are left out where git can tell."""
    if shutil.which("git") and (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        names = sorted({name for name in listed.split("\0") if name})
        return [root / name for name in names if (root / name).is_file()]
    return sorted(_walk(root))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if path.name not in _NOT_OURS and (not path.name.startswith(".") or path.name == ".ci"):
                yield from _walk(path)
        elif path.is_file():
            yield path
