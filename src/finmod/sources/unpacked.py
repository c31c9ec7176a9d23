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
