"""Gzip files are verified whole, beside the read, and bounded in what they expand to."""

from __future__ import annotations

import gzip as packer
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.sources import gzip
from finmod.sources.files import SourceFile, fingerprint

WHOLE = packer.compress(b"hello " * 1000, mtime=0)


def file(folder: Path, content: bytes) -> SourceFile:
    (folder / "b.gz").write_bytes(content)
    return fingerprint(folder / "b.gz", folder)


def verdict(folder: Path, content: bytes) -> str:
    with Engine() as engine:
        try:
            with gzip.Check(file(folder, content), engine):
                pass
        except UserError as error:
            return str(error)
    return "sound"


@pytest.mark.parametrize("content", [WHOLE, WHOLE + packer.compress(b"more", mtime=0), packer.compress(b"", mtime=0)])
def test_sound_files_pass(tmp_path: Path, content: bytes) -> None:
    assert verdict(tmp_path, content) == "sound"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (WHOLE[:-1], "it breaks off before its end"),
        (WHOLE[:20], "it breaks off before its end"),
        (WHOLE + packer.compress(b"more", mtime=0)[:-5], "it breaks off before its end"),
        (WHOLE[:-8] + b"\0\0\0\0" + WHOLE[-4:], "damaged: its checksum or its length does not fit;"),
        (WHOLE[:-4] + b"\0\0\0\0", "damaged: its checksum or its length does not fit;"),
        (WHOLE[:12] + bytes([WHOLE[12] ^ 255]) * 9 + WHOLE[21:], "damaged: its data are damaged;"),
        (WHOLE + b"x", "something that is no gzip stands behind its end"),
    ],
)
def test_damage_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    message = verdict(tmp_path, content)
    assert message.startswith("b.gz: the gzip file is damaged: ")
    assert words in message
    assert "FM1112" in message


def test_expansion_is_bounded_by_size_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gzip, "EXPANSION_FREE_BYTES", 1000)
    monkeypatch.setattr(gzip, "MOST_EXPANSION", 60)
    assert verdict(tmp_path, packer.compress(bytes(range(256)) * 4)) == "sound"
    assert "expands to more than 60 times its size" in verdict(tmp_path, packer.compress(bytes(100_000)))


def test_head_goes_over_members_and_stops(tmp_path: Path) -> None:
    content = packer.compress(b"ab") + packer.compress(b"cd" * 1000) + b"never reached"
    assert gzip.head(file(tmp_path, content), 5) == b"abcdc"
    assert gzip.head(file(tmp_path, WHOLE), 10_000) == b"hello " * 1000
    with pytest.raises(UserError, match="it breaks off"):
        gzip.head(file(tmp_path, WHOLE[:-1]), 10_000)
