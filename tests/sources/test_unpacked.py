"""What a gzip file says of itself in its last bytes, and the hash of what is in it."""

from __future__ import annotations

import gzip
import zlib
from hashlib import sha256
from pathlib import Path

import pytest

from finmod.sources import unpacked
from finmod.sources.unpacked import starts_as_gzip, trailer, unpacked_sha256

TEXT = b"a,b\n" * 1000


def test_trailer_is_that_of_the_last_member(tmp_path: Path) -> None:
    path = tmp_path / "b"
    path.write_bytes(gzip.compress(TEXT) + gzip.compress(b"more"))
    assert starts_as_gzip(path)
    assert trailer(path) == (zlib.crc32(b"more"), 4)
    assert unpacked_sha256(path) == sha256(TEXT + b"more").hexdigest()


@pytest.mark.parametrize("content", [b"", b"\x1f", b"\x1f\x8b", TEXT])
def test_other_files_have_no_trailer(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b").write_bytes(content)
    assert trailer(tmp_path / "b") is None


def test_damaged_and_endless_files_have_no_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b"
    whole = gzip.compress(TEXT)
    for content in (whole[:-9], whole[:-8] + bytes(8), whole[:20] + bytes(9) + whole[29:]):
        path.write_bytes(content)
        assert unpacked_sha256(path) is None
    path.write_bytes(whole)
    monkeypatch.setattr(unpacked, "EXPANSION_FREE_BYTES", 100)
    monkeypatch.setattr(unpacked, "MOST_EXPANSION", 2)
    assert unpacked_sha256(path) is None
