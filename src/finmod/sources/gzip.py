"""Gzip files: their first bytes, and whether the whole of them is sound and of sane size.

Owns length and checksum of every member and the bound on expansion, since DuckDB verifies neither. ISA-L unpacks twice
as fast as zlib, and the check runs beside the read on the same processors.
"""

from __future__ import annotations

import io
import threading
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Self, cast

from isal import isal_zlib

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.sources.files import SourceFile
from finmod.sources.long_rows import MOST_BYTES
from finmod.sources.unpacked import EXPANSION_FREE_BYTES, MOST_EXPANSION

_CUT = "it breaks off before its end"
_BEHIND = "something that is no gzip stands behind its end"
# What ISA-L says -> what that means; anything else is damage, in words that nobody could act on.
_MEANT = {_BEHIND: _BEHIND, "Incorrect checksum": "its checksum or its length does not fit"}
# Its stub says that this is an exception and not a class of them.
Fault = cast("type[Exception]", isal_zlib.error)
"""What unpacking a damaged file raises."""
_READ, _PIECE = 1 << 20, 16 << 20
# How long a failed read waits for the reason: a flipped bit may show in the rows before the checksum is reached.
_PATIENCE = 30


def head(file: SourceFile, size: int) -> bytes:
    """Return the first ``size`` unpacked bytes, fewer where the file holds fewer.

    Raises:
        UserError: It breaks off or is damaged before that.
    """
    found = bytearray()
    with file.path.open("rb") as handle:
        try:
            for piece in pieces(handle, size):
                found += piece
                if len(found) >= size:
                    break
        except (Fault, EOFError) as error:
            raise UserError(damaged(file, _words(error))) from error
    return bytes(found[:size])


def pieces(handle: io.BufferedReader, most: int, packed: int = _READ) -> Iterator[bytes]:
    """Yield the unpacked bytes of all members, at most ``most`` at a time, from ``packed`` bytes of the file.

    Raises:
        Fault: A member is damaged.
        EOFError: The last member breaks off.
    """
    member, rest = isal_zlib.decompressobj(wbits=31), b""
    while data := rest or handle.read(packed):
        if member.eof:
            if not data.startswith(b"\x1f"):
                raise Fault(_BEHIND)
            member = isal_zlib.decompressobj(wbits=31)
        yield member.decompress(data, most)
        rest = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise EOFError(_CUT)


class Check:
    """Verifies a gzip file in a thread beside the read of it, and stops the read at the first fault.

    A context manager around the read.

    Attributes:
        problem: What is wrong with the file, as far as it has been seen.
    """

    def __init__(self, file: SourceFile, engine: Engine) -> None:
        self.problem: Problem | None = None
        self._last = deque[bytes]()
        self._file = file
        self._engine = engine
        self._seen = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._verify, daemon=True)

    @property
    def tail(self) -> bytes:
        """Return the last unpacked bytes seen: all of a small file."""
        return b"".join(self._last)[-MOST_BYTES:]

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the verdict.

        Raises:
            UserError: The read went well but the file is damaged.
        """
        failed = kind is not None
        patience = _PATIENCE if kind and issubclass(kind, Exception) else 0 if failed else None
        self._seen.wait(patience)
        self._stopped.set()
        self._thread.join()
        if not failed and self.problem is not None:
            raise UserError(self.problem)

    def _verify(self) -> None:
        with self._file.path.open("rb") as handle:
            self.problem = self._fault(handle)
        self._seen.set()
        # A statement that has not begun yet does not hear an interruption, so it is repeated.
        while self.problem is not None and not self._stopped.is_set():
            self._engine.interrupt()
            self._stopped.wait(0.05)

    def _fault(self, handle: io.BufferedReader) -> Problem | None:
        expanded, kept, limit = 0, 0, max(EXPANSION_FREE_BYTES, self._file.size * MOST_EXPANSION)
        try:
            for piece in pieces(handle, _PIECE):
                expanded += len(piece)
                self._last.append(piece)
                kept += len(piece)
                # Whole pieces go: to cut the tail out each time would copy every byte thrice.
                while kept - len(self._last[0]) >= MOST_BYTES:
                    kept -= len(self._last.popleft())
                if self._stopped.is_set():
                    return None
                if expanded > limit:
                    return _bomb(self._file)
        except (Fault, EOFError) as error:
            return damaged(self._file, _words(error))
        return None


def _words(error: Exception) -> str:
    said = str(error)
    if isinstance(error, EOFError):
        return said
    return next((words for sign, words in _MEANT.items() if sign in said), "its data are damaged")


def damaged(file: SourceFile, words: str) -> Problem:
    """Return the problem of a gzip file that breaks off or does not fit its checksum."""
    return Problem(
        code="FM1112",
        found=f"the gzip file is damaged: {words}",
        expected="a whole gzip file whose checksum fits",
        where=file.name,
        remedy="Copy or export it again.",
    )


def _bomb(file: SourceFile) -> Problem:
    return Problem(
        code="FM1113",
        found=f"the gzip file expands to more than {MOST_EXPANSION} times its size",
        expected="a billing export, which expands 8 to 60 times",
        where=file.name,
        remedy="Look at what it holds; if it is a bill, unpack it and load the CSV.",
    )
