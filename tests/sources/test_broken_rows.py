"""A broken row is told with its true line, its column where it has one, and why it is broken."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.sources.broken_rows import not_utf8, odd_line_end
from finmod.sources.files import SourceFile, fingerprint
from finmod.sources.stage import stage

HEADER, ROW, LINE = "Cost,Name,Tags", '1,a,"{}"', '1,a,"{}"\n'
LONG = b"x" * ((1 << 20) - 4)
"""What leaves one byte of the piece that is read at a time."""
MIXED = "the line ends otherwise than the lines before it"
RETURN = "a carriage return that is not in quotes"
QUOTE = "a quoted field is not closed, or something follows its quote"


def refusal(folder: Path, text: str, *, zipped: bool = False, pad: bool = False) -> Problem:
    (folder / "b.csv").write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
    with Engine() as engine, pytest.raises(UserError) as caught:
        stage(engine, fingerprint(folder / "b.csv", folder), folder, pad_short_rows=pad)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        (f"{HEADER}\n{LINE}{ROW}\r\n{LINE}", 3, MIXED),
        (f"{HEADER}\n{LINE}{ROW}\r\n{ROW}\r\n", 3, MIXED),
        (f"{HEADER}\r\n{ROW}\r\n{ROW}\n{ROW}\n", 3, MIXED),
        (f"{HEADER}\n{ROW}\r\n{ROW}\r\n", 2, MIXED),
        (f"{HEADER}\r\n{ROW}\n{ROW}\n", 2, MIXED),
        (f"{HEADER}\r{ROW}\r{ROW}\n{ROW}\n", 3, MIXED),
        (f"{HEADER}\n{LINE * 50_000}{ROW}\r\n{LINE * 9}", 50_002, MIXED),
        (f"{HEADER}\n1,1,1\n1,1,1\r\n1,1,1\n", 3, MIXED),
        (f"{HEADER}\r\n1,1,1\r\n1,1,1\n1,1,1\n", 3, MIXED),
        (f'{HEADER}\n{LINE}1,a\rb,"{{}}"\n{LINE}', 3, RETURN),
        (f"{HEADER}\n1,1,1\n1,a\rb,1\n", 3, RETURN),
        (f"{HEADER}\n1,1,1\n1,1,a\rb\n", 3, RETURN),
        (f'{HEADER}\r\n{ROW}\r\n1,a\rb,"{{}}"\r\n{ROW}\r\n', 3, RETURN),
        (f'{HEADER}\n1,"a\rb","two\nlines"\n1,a\rb,"{{}}"\n{LINE}', 4, RETURN),
        (f'{HEADER}\n{LINE * 50_000}1,a\rb,"{{}}"\n{LINE * 9}', 50_002, RETURN),
        (f'{HEADER}\n{LINE}1,"a,"{{}}"\n{LINE}', 3, QUOTE),
        (f'{HEADER}\r\n{ROW}\r\n1,"a"x,"{{}}"\r\n{ROW}\r\n', 3, QUOTE),
    ],
)
def test_line_end_that_is_none_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, found: str, *, zipped: bool
) -> None:
    problem = refusal(tmp_path, text, zipped=zipped)
    assert (problem.code, problem.where, problem.found) == ("FM1115", f"b.csv:{line}", found)
    assert refusal(tmp_path, text, zipped=zipped, pad=True).code == "FM1115"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_one_kind_of_line_ends_is_never_odd(end: str) -> None:
    rows = ["a,b", '1,"x\ny\r\nz\r"', '1,""', '"a ""q""\n",2', "3,4"] * 3
    assert odd_line_end(io.BytesIO(end.join(rows).encode())) is None


def test_long_lines_are_looked_at_in_pieces() -> None:
    line = b"x" * ((1 << 20) - 1)
    assert odd_line_end(io.BytesIO(b"a\r\n" + line + b"\r\n" + line + b"\n")) == odd_line_end(io.BytesIO(b"\r\n\r\n\n"))
    assert odd_line_end(io.BytesIO(b"a\r\n" + line + b"\r\n")) is None


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        (f"{HEADER}\n{LINE}1,Büro,x\n", 3, "in column 'Name'"),
        (f'{HEADER}\n{LINE}1,"two\nlines, ""Büro""",x\n', 4, "in column 'Name'"),
        (f"{HEADER}\n1,a,ü\n", 2, "in column 'Tags'"),
        (f"{HEADER}\n1,a,b,ü\n", 2, "in field 4"),
        (f"{HEADER}\r\n{ROW}\r\n1,ü,x\r\n", 3, "in column 'Name'"),
        (f"{HEADER}\r{ROW}\r1,ü,x\r", 3, "in column 'Name'"),
        (f"{HEADER},Büro\n", 1, "in column 'B�ro'"),
        (f'{HEADER}\n{LINE * 600_000}1,a,"ü"\n', 600_002, "in column 'Tags'"),
    ],
)
def test_byte_that_is_not_utf_8_is_told_with_line_and_column(
    tmp_path: Path, text: str, line: int, found: str, *, zipped: bool
) -> None:
    content = text.encode("latin-1")
    (tmp_path / "b.csv").write_bytes(gzip.compress(content, 1) if zipped else content)
    with Engine() as engine, pytest.raises(UserError) as caught:
        stage(engine, fingerprint(tmp_path / "b.csv", tmp_path), tmp_path)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("FM1114", f"b.csv:{line}")
    assert problem.found == f"a byte that is not UTF-8, 0xFC, {found}"
    assert "iconv -f WINDOWS-1252" in (problem.remedy or "")


@pytest.mark.parametrize(
    ("rest", "found", "remedy"),
    [
        (b"1,a\xc3", "a byte that is not UTF-8, 0xC3, in column 'Name'", "Convert the file"),
        (b"1,\xfe\x01\x02\xff", "a byte that is not UTF-8, 0xFE, in column 'Name'", "Export it again"),
        (b'1,"' + b"x" * (20 << 20) + b"\xfc", "a byte that is not UTF-8, 0xFC", "Convert the file"),
        (b'1,"' + LONG + "ü".encode() + b"\xfc", "a byte that is not UTF-8, 0xFC, in column 'Name'", "Convert"),
    ],
    ids=["broken off", "no text", "too long to tell", "behind the end of a piece"],
)  # fmt: skip
def test_odd_places_of_a_wrong_byte(tmp_path: Path, rest: bytes, found: str, remedy: str) -> None:
    file = SourceFile(tmp_path / "b.csv", "b.csv", "", 0)
    problem = not_utf8(file, io.BytesIO(HEADER.encode() + b"\n" + rest), HEADER.split(","))
    assert (problem.where, problem.found) == ("b.csv:2", found)
    assert (problem.remedy or "").startswith(remedy)
