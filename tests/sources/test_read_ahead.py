"""A large gzip file is unpacked once, ahead of the engine; whatever that cannot do is read in the ordinary way."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.sources import csv, read_ahead, unpacked
from finmod.sources.files import SourceFile, fingerprint
from finmod.sources.gzip import Check
from finmod.sources.read_ahead import ReadAhead
from finmod.sources.unpacked import likely_size

ROWS = 60_000
TEXT = ("a,b,c\n" + "".join(f'{row},"x ""{row}""\n",{"" if row % 3 else row % 7}\n' for row in range(ROWS))).encode()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read every file ahead, in pieces so small that the threads wait for each other."""
    monkeypatch.setattr(csv, "_LEAST_AHEAD", 0)
    monkeypatch.setattr(csv, "_HEADER_BYTES", 1000)
    monkeypatch.setattr(read_ahead, "_PIECE", 10_000)
    monkeypatch.setattr(read_ahead, "_AHEAD", 50_000)


@pytest.fixture
def ordinary(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that were read in the ordinary way, filled as they are."""
    read = list[str]()

    class Noted(Check):
        def __init__(self, file: SourceFile, engine: Engine) -> None:
            read.append(file.name)
            super().__init__(file, engine)

    monkeypatch.setattr("finmod.sources.gzip.Check", Noted)
    return read


def packed(folder: Path, content: bytes) -> Path:
    (folder / "b.csv.gz").write_bytes(content)
    return folder / "b.csv.gz"


def staged(path: Path, threads: int = 4) -> list[tuple[object, ...]]:
    file = fingerprint(path, path.parent)
    target = path.parent / "staged.parquet"
    with Engine(threads=threads) as engine:
        header = csv.read_header(file, gzipped=True)
        rows, _ = csv.copy_to_parquet(engine, file, header, target, pad_short_rows=False)
        found = engine.rows(f"SELECT * FROM read_parquet('{target}') ORDER BY file_row_number")
    assert rows == len(found)
    return found


EXPECTED = [(str(row), f'x "{row}"\n', None if row % 3 else str(row % 7)) for row in range(ROWS)]


def test_rows_are_those_of_the_file_in_its_order(tmp_path: Path, ordinary: list[str]) -> None:
    assert staged(packed(tmp_path, gzip.compress(TEXT))) == EXPECTED
    assert ordinary == []


def test_threads_that_read_out_of_order_get_what_they_asked_for(
    tmp_path: Path, ordinary: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv, "MOST_BYTES", 300_000)
    assert staged(packed(tmp_path, gzip.compress(TEXT)), threads=8) == EXPECTED
    assert ordinary == []


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(TEXT[:500_000]) + gzip.compress(TEXT[500_000:]),
        gzip.compress(TEXT) + gzip.compress(b""),
    ],
)
def test_several_members_are_read_in_the_ordinary_way(tmp_path: Path, ordinary: list[str], content: bytes) -> None:
    assert staged(packed(tmp_path, content)) == EXPECTED
    assert ordinary == ["b.csv.gz"]


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda content: content[:-9], "FM1112"),
        (lambda content: content[:-8] + bytes(4) + content[-4:], "FM1112"),
        (lambda content: content + b"rubbish", "FM1112"),
        (_flipped, "FM1112"),
        (lambda _: gzip.compress(TEXT + b"1,2\n"), "FM1116"),
        (lambda _: gzip.compress(TEXT + b"1,\xff,2\n"), "FM1114"),
    ],
)
def test_what_is_wrong_is_told_by_the_ordinary_way(
    tmp_path: Path, ordinary: list[str], damage: Callable[[bytes], bytes], code: str
) -> None:
    with pytest.raises(UserError, match=code):
        staged(packed(tmp_path, damage(gzip.compress(TEXT))))
    assert ordinary == ["b.csv.gz"]
    assert not (tmp_path / "staged.parquet").exists()


@pytest.mark.parametrize("wrong", [-1, 1, -400_000, 400_000, -len(TEXT)])
def test_a_wrong_size_makes_no_rows(
    tmp_path: Path, ordinary: list[str], monkeypatch: pytest.MonkeyPatch, wrong: int
) -> None:
    monkeypatch.setattr(csv, "likely_size", lambda _: len(TEXT) + wrong)
    assert staged(packed(tmp_path, gzip.compress(TEXT))) == EXPECTED
    assert ordinary == ["b.csv.gz"]


def test_what_is_gone_is_unpacked_again(tmp_path: Path, ordinary: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_ahead, "_KEPT", 20_000)
    file = fingerprint(packed(tmp_path, gzip.compress(TEXT)), tmp_path)
    with ReadAhead(file, len(TEXT)) as ahead:
        for place in (500_000, 490_000, 0, 123, len(TEXT) - 50):
            assert ahead.read(place, 100) == TEXT[place : place + 100]
    monkeypatch.setattr(csv, "MOST_BYTES", 300_000)
    assert staged(file.path, threads=8) == EXPECTED
    assert ordinary == []


def test_memory_is_written_round_and_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_ahead, "_KEPT", 123_457)
    monkeypatch.setattr(ReadAhead, "_again", None)
    file = fingerprint(packed(tmp_path, gzip.compress(TEXT)), tmp_path)
    with ReadAhead(file, len(TEXT)) as ahead:
        for place in range(0, len(TEXT), 30_000):
            assert ahead.read(place, 30_000) == TEXT[place : place + 30_000]
        assert ahead.read(len(TEXT) + 10_000, 100) == b""
    assert ahead.tail == TEXT[-123_457:]


def test_an_error_of_the_reader_stops_the_unpacking(tmp_path: Path) -> None:
    file = fingerprint(packed(tmp_path, gzip.compress(TEXT)), tmp_path)
    ahead = ReadAhead(file, len(TEXT))

    def fail() -> None:
        with ahead:
            ahead.read(0, 100)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not ahead.is_whole
    assert "finmod-unpack" not in {thread.name for thread in threading.enumerate()}


def test_a_read_of_a_part_is_not_whole(tmp_path: Path) -> None:
    file = fingerprint(packed(tmp_path, gzip.compress(TEXT)), tmp_path)
    with ReadAhead(file, len(TEXT)) as ahead:
        ahead.read(0, len(TEXT) - 1)
    assert not ahead.is_whole
    with ReadAhead(file, len(TEXT)) as ahead:
        assert ahead.read(100, len(TEXT)) == TEXT[100:]
        assert ahead.read(0, 100) == TEXT[:100]
    assert ahead.is_whole
    assert ahead.tail == TEXT


def test_size_is_told_beyond_what_the_trailer_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path, gzip.compress(TEXT))
    assert likely_size(path) == len(TEXT)
    monkeypatch.setattr(unpacked, "SIZE_MODULUS", 1 << 20)
    monkeypatch.setattr(unpacked, "trailer", lambda _: (0, len(TEXT) % (1 << 20)))
    assert likely_size(path) == len(TEXT)
    monkeypatch.setattr(unpacked, "_MOST_GUESSED", len(TEXT) - 1)
    assert likely_size(path) is None


@pytest.mark.parametrize("content", [b"a,b\n", b"\x1f\x8b" + bytes(100), gzip.compress(bytes(1 << 20))])
def test_size_of_what_is_no_bill_is_not_told(tmp_path: Path, content: bytes) -> None:
    assert likely_size(packed(tmp_path, content)) is None
