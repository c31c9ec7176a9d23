"""Files that a command writes together into one folder: each run leaves its own there and none of an earlier one.

Owns the list of what was written, which lies beside the files and tells them from the user's. Whole files are written
by files.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from finmod.errors import Problem, UserError
from finmod.workspace.files import unwritable, write_file

LIST = ".finmod-files"
"""Name of the list: programs that read a folder of policies pass files with a point in front over."""

_FIRST = "# What finmod wrote here: it replaces and removes these files, and no others. Keep it beside them.\n"


@dataclass(frozen=True)
class FileSet:
    """What became of a folder.

    Attributes:
        written: The files that stand there now, in order.
        removed: Files of an earlier run, which this one no longer writes.
        left: The same, but somebody changed them since: they are still there.
    """

    written: tuple[Path, ...]
    removed: tuple[Path, ...]
    left: tuple[Path, ...]


def write_files(folder: Path, purpose: str, texts: Mapping[str, str]) -> FileSet:
    """Write files into a folder and remove those that an earlier run wrote there for the same purpose.

    Only what is as finmod wrote it is replaced or removed; other line ends do not count.

    Args:
        folder: It is made if need be.
        purpose: One word, such as the target of an export: a folder can hold files of several.
        texts: Name of a file in the folder -> its text.

    Raises:
        UserError: FM2079, a file is there that is not as finmod wrote it: nothing was written then; FM1612, one cannot
            be written.
    """
    listed = set(_listed(folder))
    others = {each for each in listed if each[0] != purpose}
    known = {(name, digest) for owner, name, digest in listed if owner == purpose}
    new = {(name, _digest(text.encode())) for name, text in texts.items()}
    _check(folder, texts, known | new)
    before = {name: _digest_of(folder / name) for name in sorted({name for name, _ in known} - set(texts))}
    removed = [name for name, digest in before.items() if digest is not None and (name, digest) in known]
    left = [name for name, digest in before.items() if digest is not None and (name, digest) not in known]
    # Should the run end half way, the next one knows what either of the two wrote.
    _write_list(folder, others | {(purpose, *each) for each in known | new})
    for name, text in texts.items():
        write_file(folder / name, text)
    for name in removed:
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(folder / name, error) from None
    kept = {each for each in known if each[0] in left}
    _write_list(folder, others | {(purpose, *each) for each in kept | new})
    return FileSet(*(tuple(folder / name for name in names) for names in (texts, removed, left)))


def _check(folder: Path, texts: Mapping[str, str], known: set[tuple[str, str]]) -> None:
    problems = [
        Problem(
            code="FM2079",
            found="a file is there already that is not as finmod wrote it; nothing was written",
            expected="a new file, or one that this command wrote and nobody changed",
            where=str(folder / name),
            remedy="Move it away, or name another folder: --to.",
        )
        for name in texts
        if (digest := _digest_of(folder / name)) is not None and (name, digest) not in known
    ]
    if problems:
        raise UserError(*problems)


def _listed(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield purpose, name and digest of what was written before; nothing where that cannot be told."""
    lines: list[str] = []
    with suppress(OSError, UnicodeDecodeError):
        lines = (folder / LIST).read_text(encoding="utf-8").splitlines()
    for line in lines:
        purpose, _, rest = line.partition(" ")
        digest, _, name = rest.partition(" ")
        # A name that leads elsewhere was not written here.
        if purpose != "#" and name not in {"", "..", LIST} and Path(name).name == name:
            yield purpose, name, digest


def _write_list(folder: Path, entries: set[tuple[str, str, str]]) -> None:
    lines = sorted(f"{purpose} {digest} {name}\n" for purpose, name, digest in entries)
    write_file(folder / LIST, "".join((_FIRST, *lines)))


def _digest_of(path: Path) -> str | None:
    """Return the digest of a file; None where there is none."""
    try:
        return _digest(path.read_bytes()) if path.is_file() else None
    except OSError:
        return ""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
