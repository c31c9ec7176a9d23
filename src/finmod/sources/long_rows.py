"""Rows of a CSV file that are longer than what is parsed at a time: refused, with line and column.

Owns their search. DuckDB refuses such a row in the middle of a file, and drops it in silence at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from finmod.errors import Problem
from finmod.sources.files import SourceFile

MOST_BYTES = 8_000_000
"""Bytes that one thread parses at a time; no row may be longer. The engine's own 32 MB leave the second core waiting
on a compressed file."""


def tail_of(file: SourceFile) -> bytes:
    """Return the last bytes of a file, in which the last row must begin; all of a small file."""
    with file.path.open("rb") as handle:
        handle.seek(max(0, file.size - MOST_BYTES))
        return handle.read()


def ends_in_long_row(tail: bytes) -> bool:
    """Return whether the last row of a file begins before these last bytes of it; line ends inside quotes are text."""
    text = tail.replace(b"\r", b"\n")
    end, quotes = len(text.rstrip(b"\n")), 0
    while len(text) >= MOST_BYTES and end:
        start = text.rfind(b"\n", 0, end)
        if start < 0:
            return True
        quotes += text.count(b'"', start, end)
        if quotes % 2 == 0:
            return False
        end = start
    return False


def long_row(file: SourceFile, handle: IO[bytes], names: Sequence[str], separator: str = ",") -> Problem | None:
    """Return the problem of a file with a row that is too long, with its first line and its longest cell, or None.

    Args:
        file: The file.
        handle: Its text, unpacked.
        names: Its column names.
        separator: What separates its fields.
    """
    line, row = _first(handle)
    if len(row) <= MOST_BYTES:
        return None
    place = _longest_cell(row, separator.encode())
    cell = f"the cell of column '{names[place]}'" if place < len(names) else f"the row's cell {place + 1:,}"
    return Problem(
        code="FM1115",
        found=f"{cell} is too long",
        expected=f"less than {MOST_BYTES // 1_000_000} MB a row",
        where=f"{file.name}:{line}",
        remedy="Look at the line: a quote may be missing, or the cell is no bill data.",
    )


def _first(handle: IO[bytes]) -> tuple[int, bytes]:
    """Return line, from 1, and beginning of the first row that is too long, or of the last row."""
    row, start, number, quotes = bytearray(), 1, 0, 0
    while len(row) <= MOST_BYTES and (line := handle.readline(MOST_BYTES + 1)):
        number += 1
        if quotes % 2 == 0:
            row, start = bytearray(), number
        row += line
        quotes += line.count(b'"')
    return start, bytes(row)


def _longest_cell(row: bytes, separator: bytes) -> int:
    lengths, length, quotes = [0], 0, 0
    for part in row.split(separator):
        length, quotes = length + len(part), quotes + part.count(b'"')
        if quotes % 2 == 0:
            lengths.append(length)
            length = 0
    lengths.append(length)
    return max(range(1, len(lengths)), key=lengths.__getitem__) - 1
