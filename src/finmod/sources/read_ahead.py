"""A gzip file that the engine reads as if it lay there unpacked: unpacked once, in memory, ahead of the read.

Owns the bytes between ISA-L, which unpacks and verifies, and DuckDB, which reads. DuckDB's own unpacking takes twice as
long and verifies nothing, so that any other gzip file is unpacked a second time beside the read (``gzip.py``).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from fsspec.spec import AbstractFileSystem

from finmod.sources import gzip
from finmod.sources.files import SourceFile
from finmod.sources.long_rows import MOST_BYTES

_PIECE, _AHEAD = 4 << 20, 32 << 20
# A thread looks back where its last row ends in what another has read and dropped: 100 MB were seen.
_KEPT = 256 << 20


class _Stopped(Exception):  # noqa: N818 -- nobody sees it: it ends a thread
    """There is no reader any more, or more came out than was said."""


class ReadAhead(AbstractContextManager["ReadAhead"]):
    """The unpacked bytes of a gzip file, made in order by a thread, read at any place near the last one made.

    A context manager around the read; afterwards ``is_whole`` tells whether the engine was given the file.

    Args:
        file: The gzip file.
        size: Bytes that it unpacks to, as ``likely_size`` has it: were it wrong, the read would fail or not be whole.
    """

    def __init__(self, file: SourceFile, size: int) -> None:
        self.size = size
        self._path = file.path
        self._pieces = deque[tuple[int, bytes]]()
        self._made, self._wanted, self._sound, self._over = 0, 0, False, False
        self._given: dict[int, int] = {}
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="finmod-unpack", daemon=True)

    def __enter__(self) -> Self:
        """Start to unpack."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Unpack to the end after a read that went well; after any other, stop at once."""
        with self._changed:
            self._over |= kind is not None
            self._wanted = self.size
            self._changed.notify_all()
        self._thread.join()

    @property
    def is_whole(self) -> bool:
        """Whether the file is sound and as long as was said, and every byte of it was given to the reader."""
        return self._sound and self._made == self.size == sum(self._given.values())

    @property
    def tail(self) -> bytes:
        """Return the last bytes that were unpacked: all of a small file."""
        last = self._made - MOST_BYTES
        return b"".join(piece for at, piece in self._pieces if at + len(piece) > last)[-MOST_BYTES:]

    def read(self, place: int, length: int) -> bytes:
        """Return the bytes from a place on, fewer at the end; those that are gone are unpacked again."""
        end = place + length
        with self._changed:
            self._wanted = max(self._wanted, end)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._over or self._made >= end)
            gone = bool(self._pieces) and place < self._pieces[0][0]
            kept = [item for item in self._pieces if _has(*item, place, end)]
        pieces = self._again(place, end) if gone else kept
        found = b"".join(memoryview(piece)[max(0, place - at) : end - at] for at, piece in pieces)
        self._given[place] = len(found)
        return found

    def _again(self, place: int, end: int) -> Iterator[tuple[int, bytes]]:
        at = 0
        with self._path.open("rb") as handle:
            for piece in gzip.pieces(handle, _PIECE):
                if _has(at, piece, place, end):
                    yield at, piece
                at += len(piece)
                if at >= end:
                    return

    def _run(self) -> None:
        try:
            with suppress(gzip.Fault, EOFError, _Stopped), self._path.open("rb") as handle:
                for piece in gzip.pieces(handle, _PIECE):
                    self._keep(piece)
                self._sound = True
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _keep(self, piece: bytes) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._over or self._made <= self._wanted + _AHEAD)
            self._pieces.append((self._made, piece))
            self._made += len(piece)
            while self._made - self._pieces[0][0] > _KEPT:
                self._pieces.popleft()
            if self._over or self._made > self.size:
                raise _Stopped
            self._changed.notify_all()


def _has(at: int, piece: bytes, place: int, end: int) -> bool:
    """Return whether a piece, which begins at ``at``, has bytes from a place to an end."""
    return at < end and at + len(piece) > place


class UnpackedFiles(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
    """The file system whose only file is one that is read ahead; read-only, and opened once."""

    protocol = "finmod-unpacked"
    address = f"{protocol}://file"
    cachable = False

    def __init__(self, file: ReadAhead) -> None:
        super().__init__()
        self._file = file

    def open(self, path: str, mode: str = "rb", **_: object) -> _Handle:  # noqa: ARG002 -- as fsspec has it
        """Return the open file."""
        return _Handle(self._file)

    def info(self, path: str, **_: object) -> dict[str, Any]:
        """Return what a listing says of the file."""
        return {"name": path, "size": self._file.size, "type": "file"}

    def glob(self, path: str, **_: object) -> list[str]:
        """Return the file."""
        return [path]

    def modified(self, path: str) -> datetime:  # noqa: ARG002 -- as fsspec has it
        """Return an instant: the file does not change."""
        return datetime(1970, 1, 1, tzinfo=UTC)


class _Handle:
    """An open file, with a place for each thread: the engine seeks and reads in two calls, on several threads."""

    closed = False

    def __init__(self, file: ReadAhead) -> None:
        self._file = file
        self._thread = threading.local()

    def seek(self, place: int) -> None:
        self._thread.place = place

    def read(self, length: int) -> bytes:
        return self._file.read(self._thread.place, length)

    def close(self) -> None:
        self.closed = True
