"""What a gzip file unpacks to, as far as its first and last bytes say, and the hash of it.

Owns the bound on expansion. Soundness is checked in ``gzip.py``, beside the read.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import zlib
from pathlib import Path

MOST_EXPANSION = 300
"""Billing exports shrink 8 to 60 times; gzip's own limit is 1,032."""
EXPANSION_FREE_BYTES = 64 << 20
SIZE_MODULUS = 1 << 32
"""A gzip file tells the size of what is in it modulo this."""
_MAGIC = b"\x1f\x8b"
_SHORTEST = 18
# Above, a guess from the first bytes may be wrong by one modulus.
_MOST_GUESSED = 3 * SIZE_MODULUS
_READ = 1 << 20


def starts_as_gzip(path: Path) -> bool:
    """Return whether a file starts as gzip does."""
    with path.open("rb") as handle:
        return handle.read(2) == _MAGIC


def trailer(path: Path) -> tuple[int, int] | None:
    """Return CRC-32 and size (modulo 2**32) that the last member of a gzip file states; None for any other file."""
    with path.open("rb") as handle:
        size = handle.seek(0, os.SEEK_END)
        handle.seek(0)
        if size < _SHORTEST or handle.read(2) != _MAGIC:
            return None
        handle.seek(-8, os.SEEK_END)
        crc, length = struct.unpack("<II", handle.read(8))
    return crc, length


def likely_size(path: Path) -> int | None:
    """Return the bytes that a gzip file most likely unpacks to; None where nothing can be said.

    Its last bytes say it modulo 2**32, and its first megabyte about how often to add that. It is wrong for a file of
    several members.
    """
    found, size = trailer(path), path.stat().st_size
    member = zlib.decompressobj(wbits=31)
    with path.open("rb") as handle:
        try:
            sample = len(member.decompress(handle.read(_READ), _READ * MOST_EXPANSION))
        except zlib.error:
            return None
    guess = size * sample // min(size, _READ)
    if found is None or member.unconsumed_tail or guess > min(_MOST_GUESSED, size * MOST_EXPANSION):
        return None
    return found[1] + max(0, round((guess - found[1]) / SIZE_MODULUS)) * SIZE_MODULUS


def unpacked_sha256(path: Path) -> str | None:
    """Return the SHA-256 of what a gzip file unpacks to; None where it is damaged or expands beyond reason."""
    left = max(EXPANSION_FREE_BYTES, path.stat().st_size * MOST_EXPANSION)
    digest = hashlib.sha256()
    try:
        with gzip.open(path) as handle:
            while piece := handle.read(_READ):
                digest.update(piece)
                left -= len(piece)
                if left < 0:
                    return None
    except (OSError, EOFError, zlib.error):
        return None
    return digest.hexdigest()
