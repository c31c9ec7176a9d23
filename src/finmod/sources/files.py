"""Files of a source: found by path, folder or glob, told apart by their content, known by their hash.

Owns discovery and fingerprints. Reading is in ``csv.py`` and ``stage.py``.
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from finmod.errors import Problem, UserError, printable

ENDINGS = (".csv", ".csv.gz", ".parquet")
Kind = Literal["csv", "gzip", "parquet"]

_UNPACK_OR_EXPORT = "Unpack it, or export as CSV or Parquet."
_EXPORT = "Export it as CSV or Parquet."
_TO_UTF8 = "Convert it to UTF-8, for example: iconv -f UTF-16 -t UTF-8 FILE."
_REFUSED = {
    rb"PK\x03\x04": ("a ZIP archive or an Excel workbook", _UNPACK_OR_EXPORT),
    rb"\xd0\xcf\x11\xe0": ("an Excel workbook of before 2007", _EXPORT),
    rb"\xff\xfe|\xfe\xff|([^\x00]\x00){4}|(\x00[^\x00]){4}": ("text in UTF-16", _TO_UTF8),
    rb"\(\xb5/\xfd": ("a Zstandard file", "Unpack it with: zstd -d FILE."),
    rb"BZh": ("a bzip2 file", "Unpack it with: bunzip2 FILE."),
    rb"\x1f\x8b|PAR1": ("a Parquet or gzip file inside a gzip file", "Unpack it once with: gunzip FILE."),
    rb"\s*<(!doctype|html|\?xml)": ("a web page or XML", "Was the download a page to sign in? " + _EXPORT),
    rb'\s*(\{\s*"|\[\s*\{)': ("JSON", _EXPORT),
    rb"%PDF": ("a PDF document", _EXPORT),
}
_HEAD_BYTES = 512


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


def discover(root: Path, patterns: Sequence[str]) -> list[Path]:
    """Return the files that paths, folders and globs name, sorted, each once.

    Args:
        root: The folder that relative patterns start from.
        patterns: A file, a folder (every CSV, gzipped CSV and Parquet file below it, but for hidden folders and
            Delta tables) or a glob (``**`` allowed).

    Raises:
        UserError: A pattern finds no file.
    """
    found: dict[Path, None] = {}
    problems = []
    for pattern in patterns:
        matches = sorted(_matches(root, pattern))
        if not matches:
            problems.append(
                Problem(
                    code="FM1101",
                    found=f"no file is found at '{printable(pattern)}'",
                    expected=f"a file, a glob, or a folder with {', '.join(ENDINGS)} files",
                    where=str(root),
                    remedy="Correct the path of the source.",
                )
            )
        found.update(dict.fromkeys(matches))
    if problems:
        raise UserError(*problems)
    return list(found)


def _matches(root: Path, pattern: str) -> Iterable[Path]:
    try:
        path = root / Path(pattern).expanduser()
        if path.is_file():
            return [path]
        if path.is_dir():
            return _below(path)
        matches = glob.glob(str(path), recursive=True)  # noqa: PTH207 -- Path.glob takes no absolute patterns
        return [Path(match) for match in matches if Path(match).is_file()]
    except (OSError, RuntimeError, ValueError):
        # Too long a name, a home folder of nobody, a NUL byte: no such file.
        return []


def _below(folder: Path) -> Iterator[Path]:
    """Yield the bills below a folder; hidden folders and tables of a lake, such as the ledger's own, hold none."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if "_delta_log" in folders:
            folders.clear()
            continue
        yield from (Path(place, name) for name in names if name.lower().endswith(ENDINGS))


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
        raise UserError(
            Problem(
                code="FM1102",
                found=f"the file cannot be read ({error.strerror})",
                where=name,
                remedy="Check that it exists and that you may read it.",
            )
        ) from error
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


def kind_of(file: SourceFile) -> Kind:
    """Return what a file is by its first bytes, not by its name.

    Raises:
        UserError: It is empty, or of a kind that is not read.
    """
    with file.path.open("rb") as handle:
        head = handle.read(_HEAD_BYTES)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    refuse_other_kinds(head, file.name)
    return "csv"


def is_gzip(file: SourceFile) -> bool:
    """Return whether a file starts as gzip does."""
    with file.path.open("rb") as handle:
        return handle.read(2) == b"\x1f\x8b"


def refuse_other_kinds(head: bytes, name: str) -> None:
    """Refuse content that is no text of a bill, told by its first bytes.

    Raises:
        UserError: There are no bytes, or they are those of an archive, a workbook, a page or another encoding.
    """
    if not head:
        raise UserError(
            Problem(code="FM1103", found="the file is empty", where=name, remedy="Export it again, or remove it.")
        )
    for magic, (what, remedy) in _REFUSED.items():
        if re.match(magic, head, re.IGNORECASE):
            raise UserError(
                Problem(
                    code="FM1104",
                    found=f"the file is {what}",
                    expected="CSV in UTF-8, gzipped CSV or Parquet",
                    where=name,
                    remedy=remedy,
                )
            )


def refuse_same_content(files: Sequence[SourceFile]) -> None:
    """Refuse a load in which two files hold the same bytes: every charge would count twice.

    Raises:
        UserError: With one problem per file too many.
    """
    first: dict[str, SourceFile] = {}
    problems = []
    for file in files:
        earlier = first.setdefault(file.sha256, file)
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
