"""Revisions of git: the rule files of a project as they were, in a folder of their own.

Owns the talk with git. Nothing of the working tree is touched.
"""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from finmod.errors import Problem, UserError, printable

_SECONDS = 120
_NOTHING = bytes(tarfile.RECORDSIZE)
"""An archive without a file."""
_KINDS = ("yaml", "yml", "csv", "tsv", "txt", "sql", "promql")
"""Endings of files that rules can be made of: a repository may hold bills too, and those are not wanted."""
_LARGEST = 64_000_000
"""Bytes of a file that may be one: what is larger is a bill that lies there as CSV."""


def is_revision(root: Path, revision: str) -> bool:
    """Return whether git knows a commit by that name in a project's folder.

    Raises:
        UserError: git does not look into the folder, because it is somebody else's.
    """
    try:
        said = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except (OSError, subprocess.SubprocessError):
        return False
    if b"safe.directory" in said.stderr:
        raise UserError(_refused(said.stderr.decode(errors="replace")))
    return said.returncode == 0


def export_rules(root: Path, revision: str, folder: Path) -> Path:
    """Write the files of a revision that rules can be made of into a folder; return what stands for the project's.

    Args:
        root: The project's folder.
        revision: A commit that git knows.
        folder: An empty folder.

    Raises:
        UserError: git does not give them.
    """
    top = Path(_said(root, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    inside = PurePosixPath(root.resolve().relative_to(top.resolve()).as_posix())
    commit = _said(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    sizes = dict(_sizes(top, commit))
    large = [name for name, size in sizes.items() if size > _LARGEST]
    there = {name.rpartition(b".")[2].decode(errors="replace") for name in sizes.keys() - large}
    # A pattern that nothing matches is an error to git.
    wanted = [f":(glob)**/*.{kind}" for kind in _KINDS if kind in there]
    wanted += [f":(exclude,literal){os.fsdecode(name)}" for name in large if wanted]
    packed = _said(top, "archive", "--format=tar", commit, "--", *wanted) if wanted else _NOTHING
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            if member.isfile() and ".." not in path.parts and not path.is_absolute():
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                content = archive.extractfile(member)
                assert content is not None  # noqa: S101 -- it is a file
                target.write_bytes(content.read())
    (folder / inside).mkdir(parents=True, exist_ok=True)
    return folder / inside


def _sizes(top: Path, commit: str) -> Iterator[tuple[bytes, int]]:
    """Yield each file of a commit with its bytes; of what is no file 0."""
    for line in _said(top, "ls-tree", "-r", "-l", "-z", commit).split(b"\0"):
        head, _, name = line.partition(b"\t")
        size = head.rpartition(b" ")[2]
        if name:
            yield name, int(size) if size.isdigit() else 0


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(root), *words], capture_output=True, timeout=_SECONDS, check=False)  # noqa: S607 -- git is found on PATH


def _said(root: Path, *words: str) -> bytes:
    try:
        said = _git(root, *words)
    except (OSError, subprocess.SubprocessError) as error:
        raise UserError(_refused(str(error))) from error
    if said.returncode:
        raise UserError(_refused(said.stderr.decode(errors="replace")))
    return said.stdout


def _refused(words: str) -> Problem:
    return Problem(
        code="FM2216",
        found=f"git does not give the rules of that revision: {printable((words.splitlines() or [''])[0], 300)}",
        expected="a revision that has the project's folder",
        remedy="See the revisions with: git log.",
    )
