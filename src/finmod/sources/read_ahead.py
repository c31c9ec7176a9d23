"""A gzip file that the engine reads as if it lay there unpacked: unpacked once, in memory, ahead of the read.

Owns the bytes between ISA-L, which unpacks and verifies, and DuckDB, which reads. DuckDB's own unpacking takes twice as
long and verifies nothing, so that any other gzip file is unpacked a second time beside the read (``gzip.py``).
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from mmap import mmap
from types import TracebackType
from typing import Any, Self

from fsspec.spec import AbstractFileSystem

from finmod.sources import gzip
from finmod.sources.files import SourceFile
from finmod.sources.long_rows import MOST_BYTES

# So little at a time stays in the processor's cache until it is copied to where it is read.
_PACKED, _PIECE, _AHEAD = 64 << 10, 1 << 20, 32 << 20
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
        # One piece of memory, written round and round: to take and give back as much as a bill unpacks to costs more.
        self._kept = memoryview(mmap(-1, max(1, min(size, _KEPT))))
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
        return self._look(self._made - min(MOST_BYTES, len(self._kept), self._made), self._made)

    def read(self, place: int, length: int) -> bytes:
        """Return the bytes from a place on, fewer at the end; those that are gone are unpacked again."""
        end = place + length
        with self._changed:
            self._wanted = max(self._wanted, end)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._over or self._made >= end)
            gone = place < self._made - len(self._kept)
            found = b"" if gone else self._look(place, max(place, min(end, self._made)))
        found = self._again(place, end) if gone else found
        self._given[place] = len(found)
        return found

    def _look(self, place: int, end: int) -> bytes:
        start, stop = place % len(self._kept), place % len(self._kept) + end - place
        return b"".join((self._kept[start:stop], self._kept[: max(0, stop - len(self._kept))]))

    def _again(self, place: int, end: int) -> bytes:
        at, found = 0, list[bytes]()
        with self._path.open("rb") as handle:
            for piece in gzip.pieces(handle, _PIECE, _PACKED):
                found.append(piece[max(0, place - at) : max(0, end - at)])
                at += len(piece)
                if at >= end:
                    break
        return b"".join(found)

    def _run(self) -> None:
        try:
            with suppress(gzip.Fault, EOFError, _Stopped), self._path.open("rb") as handle:
                for piece in gzip.pieces(handle, _PIECE, _PACKED):
                    self._keep(memoryview(piece))
                self._sound = True
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _keep(self, piece: memoryview) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._over or self._made <= self._wanted + _AHEAD)
            if self._over or self._made + len(piece) > self.size:
                raise _Stopped
            start = self._made % len(self._kept)
            first = min(len(piece), len(self._kept) - start)
            self._kept[start : start + first] = piece[:first]
            self._kept[: len(piece) - first] = piece[first:]
            self._made += len(piece)
            self._changed.notify_all()


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
