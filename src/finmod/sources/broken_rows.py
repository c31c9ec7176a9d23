"""What is wrong with a row of CSV that the engine refuses: the true line, the column, and words that say why.

Owns the search after a read has failed, so that reading pays nothing for it.
"""

from __future__ import annotations

import codecs
import gzip as stdlib_gzip
import re
from collections.abc import Iterator, Sequence
from typing import IO, cast

from finmod.errors import Problem, counted, printable
from finmod.sources import gzip
from finmod.sources.files import SourceFile
from finmod.sources.kinds import is_binary, is_gzip
from finmod.sources.long_rows import MOST_BYTES, long_row

_PIECE = 1 << 20
_MARK = re.compile(rb'"|\r\n|\r|\n')
MEND = "Export the file again, or mend the line."
_CARRIAGE_RETURN = (
    "a carriage return that is not in quotes",
    "Export the file again with such cells in quotes, or mend the line.",
)
_MIXED = (
    "the line ends otherwise than the lines before it",
    "Make all line ends the same, for example: dos2unix FILE.",
)
_QUOTE = ("a quoted field is not closed, or something follows its quote", MEND)


def broken_row(file: SourceFile, words: str, names: Sequence[str], separator: str = ",") -> Problem:
    """Return the problem of a CSV file that the engine refused.

    Args:
        file: The file, gzipped or not.
        words: What the engine said.
        names: Its column names.
        separator: What separates its fields.
    """
    if "utf-8" in words.lower():
        with _open(file) as handle:
            return not_utf8(file, handle, names, separator)
    if "GZIP" in words:
        return gzip.damaged(file, "it breaks off before its end")
    named = re.search(r"CSV Error on Line: (\d+)", words)
    line = int(named.group(1)) if named else None
    width = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", words)
    asks = any(part in words for part in ("max_line_size", "Maximum line size", "full read", "quote"))
    if asks and not width and (problem := too_long_row(file, names, separator)):
        return problem
    with _open(file) as handle:
        odd = odd_line_end(handle, line)
    if width and not odd:
        return _wrong_width(f"{file.name}:{line}", len(names), int(width.group(2)))
    return _problem(file, *(odd or (line, _QUOTE if "quote" in words else _unknown(file, words))))


def _unknown(file: SourceFile, words: str) -> tuple[str, str]:
    first = words.split("\n", 1)[0].replace(str(file.path), file.name)
    return f"the row cannot be read ({printable(first)})", "Export the file again as CSV (RFC 4180)."


def _problem(file: SourceFile, line: int | None, told: tuple[str, str]) -> Problem:
    found, remedy = told
    where = f"{file.name}:{line}" if line else file.name
    return Problem(code="FM1115", found=found, expected="one charge a row", where=where, remedy=remedy)


def _open(file: SourceFile) -> IO[bytes]:
    return cast("IO[bytes]", stdlib_gzip.open(file.path)) if is_gzip(file) else file.path.open("rb")


def too_long_row(file: SourceFile, names: Sequence[str], separator: str = ",") -> Problem | None:
    """Return the problem of a file with a row that is too long, or None."""
    with _open(file) as handle:
        return long_row(file, handle, names, separator)


def odd_line_end(handle: IO[bytes], last: int | None = None) -> tuple[int, tuple[str, str]] | None:
    """Return the first line, from 1, whose end differs from that of the first line, with what is wrong with it.

    Ends inside quotes are text. Where lines end in line feeds, a carriage return outside quotes ends no line: it
    stands in a cell.

    Args:
        handle: The text, unpacked.
        last: The last line to look at; all of them where it is None.
    """
    first, quoted, line = b"", False, 1
    for piece in _pieces(handle):
        if last and line > last:
            return None
        if _is_as_ever(piece, first, quoted=quoted):
            quoted ^= piece.count(b'"') % 2 == 1
            line += piece.endswith(b"\n")
            continue
        for mark in _MARK.findall(piece):
            if mark == b'"':
                quoted = not quoted
                continue
            if not quoted:
                first = first or mark
                if mark != first:
                    return line, _CARRIAGE_RETURN if mark == b"\r" else _MIXED
            line += mark != b"\r" or first == b"\r"
    return None


def _is_as_ever(piece: bytes, first: bytes, *, quoted: bool) -> bool:
    """Return whether a piece needs no look at each of its marks, as nearly every line."""
    if first == b"\n":
        return b"\r" not in piece
    whole = first == b"\r\n" and piece.endswith(first) and piece.count(b"\r") == 1
    return whole and not quoted and piece.count(b'"') % 2 == 0


def _pieces(handle: IO[bytes]) -> Iterator[bytes]:
    """Yield lines up to their line feed, in pieces where they are long, and never the halves of one line end."""
    while piece := handle.readline(_PIECE):
        yield piece + handle.readline(1) if piece.endswith(b"\r") else piece


def not_utf8(file: SourceFile, handle: IO[bytes], names: Sequence[str], separator: str = ",") -> Problem:
    """Return the problem of the first byte that is not UTF-8, with its line and column.

    Args:
        file: The file, for its name.
        handle: Its text, unpacked.
        names: Its column names.
        separator: What separates its fields.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, row, quotes, lost = 1, bytearray(), 0, False
    for piece in _pieces(handle):
        if quotes % 2 == 0 and row.endswith(b"\n"):
            row, lost = bytearray(), False
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(piece)
        except UnicodeDecodeError as error:
            place = max(0, error.start - held)
            line += 0 if b"\n" in piece else piece.count(b"\r", 0, place)
            cell = "" if lost else _cell(bytes(row) + piece[:place], names, separator)
            return _wrong_byte(file, f":{line}", cell, error.object[error.start :])
        row += piece
        if len(row) > 2 * MOST_BYTES:
            row, lost = bytearray(), True
        quotes += piece.count(b'"')
        line += 1 if piece.endswith(b"\n") else piece.count(b"\r")
    rest = decoder.getstate()[0]  # the first bytes of a character that breaks off
    return _wrong_byte(file, f":{line}", "" if lost else _cell(bytes(row), names, separator), rest)


def _cell(before: bytes, names: Sequence[str], separator: str) -> str:
    """Return which cell comes after these bytes of a row, and of the rows before it in one piece with it."""
    fields, quoted, sign = 0, False, separator.encode()
    for mark in re.findall(rb'["\r\n' + sign + rb"]", before):
        quoted ^= mark == b'"'
        if not quoted:
            fields = 0 if mark in b"\r\n" else fields + (mark == sign)
    return f" in column '{printable(names[fields], 60)}'" if fields < len(names) else f" in field {fields + 1:,}"


def _wrong_byte(file: SourceFile, line: str, cell: str, rest: bytes) -> Problem:
    byte = f", 0x{rest[0]:02X}," if rest else ""
    remedy = "Convert the file, for example: iconv -f WINDOWS-1252 -t UTF-8 FILE."
    if is_binary(rest[:100]):
        remedy = "Export it again: what stands there is no text."
    return Problem(
        code="FM1114",
        found=f"a byte that is not UTF-8{byte}{cell}".rstrip(","),
        expected="text in UTF-8",
        where=f"{file.name}{line}",
        remedy=remedy,
    )


def _wrong_width(where: str, expected: int, found: int) -> Problem:
    remedy = MEND
    if found < expected:
        remedy += " To read the missing last fields as NULL: --accept FM1116, or accept: [FM1116] in finmod.yaml."
    return Problem(
        code="FM1116",
        found=f"the row has {counted(found, 'field')}",
        expected=f"{expected:,}, as in the header",
        where=where,
        remedy=remedy,
    )
