"""Files of a source: found by path, folder or glob, known by their hash.

Owns discovery and fingerprints. What a file is, is told in ``kinds.py``; reading is in ``csv.py`` and ``stage.py``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from finmod.errors import Problem, UserError, printable
from finmod.sources.folders import Closed, look
from finmod.sources.unpacked import SIZE_MODULUS, trailer, unpacked_sha256

ENDINGS = (".csv", ".csv.gz", ".parquet")
JSON_ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")


@dataclass(frozen=True)
class SourceFile:
    """One file of a source.

    Attributes:
        path: Where it is.
        name: What messages and the ledger call it: relative to the project where it lies inside.
        sha256: Hash of its bytes, hexadecimal.
        size: Bytes.
    """

    path: Path
    name: str
    sha256: str
    size: int


def discover(root: Path, patterns: Sequence[str], *, where: str | None = None, json: bool = False) -> list[Path]:
    """Return the files that paths, folders and globs name, sorted, each once.

    Args:
        root: The folder that relative patterns start from.
        patterns: A file, a folder (every CSV, gzipped CSV and Parquet file below it, but for hidden folders and
            Delta tables) or a glob (``**`` allowed). Links to folders are followed, each real folder once, but not
            to a folder that the given one lies in.
        where: Place of the patterns, for the message that one finds nothing; without it that names the whole path.
        json: Whether JSON files below a folder are meant too.

    Raises:
        UserError: A pattern finds no file (FM1101), or a folder or file cannot be looked at (FM1102): the files of a
            closed folder are a part of the bill that would be missing.
    """
    found: dict[Path, None] = {}
    problems = []
    endings = ENDINGS + JSON_ENDINGS if json else ENDINGS
    kinds = [*ENDINGS, *([".json"] if json else [])]
    for pattern in patterns:
        path = _path(root, pattern)
        seen = look(path, lambda name: name.lower().endswith(endings))
        problems += [_closed(closed, root) for closed in seen.closed]
        if not seen.files and not seen.closed:
            problems.append(
                _nothing(pattern if where else str(path.absolute()), where, f"{', '.join(kinds[:-1])} or {kinds[-1]}")
            )
        found.update(dict.fromkeys(sorted(seen.files)))
    if problems:
        raise UserError(*dict.fromkeys(problems))
    return list(found)


def _path(root: Path, pattern: str) -> Path:
    try:
        return root / Path(pattern).expanduser()
    except RuntimeError:  # the home folder of nobody
        return root / pattern


def _nothing(named: str, where: str | None, kinds: str) -> Problem:
    return Problem(
        code="FM1101",
        found=f"no file is found at '{printable(named)}'",
        expected=f"a file, a glob, or a folder with {kinds} files",
        where=where,
        remedy="Correct the path.",
    )


def _closed(closed: Closed, root: Path) -> Problem:
    return _unreadable(display_name(closed.path, root), closed.reason, closed.kind)


def _unreadable(name: str, reason: str | None, kind: str = "file") -> Problem:
    return Problem(
        code="FM1102",
        found=f"the {kind} cannot be read ({reason})",
        where=name.encode(errors="replace").decode(),
        remedy="Check that it exists and that you may read it and the folders above it.",
    )


def fingerprint(path: Path, root: Path) -> SourceFile:
    """Return a file with the SHA-256 of its bytes."""
    name = display_name(path, root)
    if name.encode(errors="replace").decode() != name:
        raise UserError(_not_utf8(name))
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as error:
        raise UserError(_unreadable(name, error.strerror)) from error
    return SourceFile(path, name, digest, size)


def _not_utf8(name: str) -> Problem:
    return Problem(
        code="FM1102",
        found="the name of the file is not UTF-8",
        where=name.encode(errors="replace").decode(),
        remedy="Rename it.",
    )


def display_name(path: Path, root: Path) -> str:
    """Return a path relative to the project, with forward slashes; as it is where it lies outside."""
    absolute, base = path.absolute(), root.absolute()
    return absolute.relative_to(base).as_posix() if absolute.is_relative_to(base) else absolute.as_posix()


def refuse_same_content(files: Sequence[SourceFile]) -> None:
    """Refuse a load in which two files hold the same bytes, one of them gzipped or not: every charge would count twice.

    Raises:
        UserError: With one problem per file too many.
    """
    first: dict[str, SourceFile] = {}
    problems = []
    for file, content in zip(files, _contents(files), strict=True):
        earlier = first.setdefault(content, file)
        if earlier is not file:
            problems.append(
                Problem(
                    code="FM1105",
                    found=f"the file has the same content as {earlier.name}",
                    expected="each file once, since each of its charges would count twice",
                    where=file.name,
                    remedy="Remove one of the two, or narrow the path of the source.",
                )
            )
    if problems:
        raise UserError(*problems)


def _contents(files: Sequence[SourceFile]) -> list[str]:
    """Return the hash of each file: of what it unpacks to where its last bytes fit those of another file.

    A gzip file of several members ends in the checksum and size of the last one alone, so that it fits another file
    by chance, and is then told apart by its hash; or it fits none and is not unpacked, although the other file holds
    the same. An empty last member, which some programs write behind every file, says nothing.
    """
    ends = [trailer(file.path) for file in files] if len(files) > 1 else [None] * len(files)
    plain = {file.size % SIZE_MODULUS for file, end in zip(files, ends, strict=True) if end is None}
    twice = {end for end, times in Counter(ends).items() if times > 1}
    return [
        (end and end[1] and (end[1] in plain or end in twice) and unpacked_sha256(file.path)) or file.sha256
        for file, end in zip(files, ends, strict=True)
    ]
