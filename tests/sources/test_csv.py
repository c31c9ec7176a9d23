"""CSV is read strictly: the header by the standard library, the rows by the engine, each broken one with its line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine, file_list
from finmod.errors import UserError
from finmod.sources.csv import ShortRows, copy_to_parquet, read_header
from finmod.sources.files import fingerprint
from finmod.sources.kinds import is_gzip


def read(
    folder: Path, content: str | bytes, *, pad: bool = False
) -> tuple[list[tuple[str | None, ...]], ShortRows | None]:
    """Return the rows of a file, in order, and its short rows."""
    path = folder / "b.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    file = fingerprint(path, folder)
    with Engine() as engine:
        header = read_header(file, gzipped=is_gzip(file))
        rows, short = copy_to_parquet(engine, file, header, folder / "b.parquet", pad_short_rows=pad)
        found = engine.rows(f"SELECT * FROM read_parquet({file_list([folder / 'b.parquet'])}, file_row_number = true)")
    found = [row[:-1] for row in sorted(found, key=lambda row: row[-1])]
    assert len(found) == rows
    return found, short


def names(folder: Path, content: str | bytes) -> list[str]:
    (folder / "b.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return read_header(fingerprint(folder / "b.csv", folder), gzipped=False).names


def test_header_is_read_with_quotes_marks_and_spaces(tmp_path: Path) -> None:
    assert names(tmp_path, '\ufeff a ,"b,c","d""e","two\nlines"\r\n1,2,3,4\r\n') == ["a", "b,c", 'd"e', "two\nlines"]


def test_physical_names_tell_columns_of_one_name_apart(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("a,A,a\n")
    assert read_header(fingerprint(tmp_path / "b.csv", tmp_path), gzipped=False).physical == ["c0000", "c0001", "c0002"]


def test_cells_are_text_and_the_texts_for_nothing_are_null(tmp_path: Path) -> None:
    rows, short = read(tmp_path, 'a,b,c\n1.50,"x, ""y""\nz", \nNULL,null,(null)\n"",Null, NULL\n')
    assert rows == [("1.50", 'x, "y"\nz', " "), (None, None, None), (None, "Null", " NULL")]
    assert short is None


def test_rows_keep_their_order(tmp_path: Path) -> None:
    lines = [f"{number},{'x' * 50}" for number in range(100_000)]
    rows, _ = read(tmp_path, gzip.compress("\n".join(["a,b", *lines]).encode(), 1))
    assert [row[0] for row in rows] == [str(number) for number in range(100_000)]


@pytest.mark.parametrize(
    ("row", "rows", "group"), [(436, 100_000, 18_432), (1_048, 10_000, 14_336), (3, 5, 40_960), (3_000_000, 2, 8_192)]
)
def test_what_is_parsed_at_a_time_is_a_row_group(tmp_path: Path, row: int, rows: int, group: int) -> None:
    (tmp_path / "b.csv").write_text("a,b\n" + f"1,{'x' * row}\n" * rows)
    header = read_header(fingerprint(tmp_path / "b.csv", tmp_path), gzipped=False)
    assert header.group == group
    with Engine(threads=2) as engine:
        file, target = fingerprint(tmp_path / "b.csv", tmp_path), tmp_path / "s.parquet"
        copy_to_parquet(engine, file, header, target, pad_short_rows=False)
        (first,) = engine.row(f"SELECT row_group_num_rows FROM parquet_metadata('{target}') WHERE row_group_id = 0")
    # What the engine parsed at a time, 8 MB, was written as it was.
    assert first == rows or first * (row + 3) == pytest.approx(8_000_000, abs=2 * row)


def test_short_rows_are_padded_and_counted_on_wish(tmp_path: Path) -> None:
    rows, short = read(tmp_path, 'a,b,c\n1,2,3\n4,"5\n6"\n7\n8,9,10\n', pad=True)
    assert rows == [("1", "2", "3"), ("4", "5\n6", None), ("7", None, None), ("8", "9", "10")]
    assert short == ShortRows(rows=2, line=3)


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("a;b\n1;2\n", "FM1111", "b.csv:1: the fields are separated by semicolons"),
        ("a\n1\n", "FM1111", "b.csv:1: the first line has one column, 'a'"),
        ("\n", "FM1111", "b.csv:1: the first line names no columns"),
        ('"a,b\n1,2\n', "FM1110", "b.csv:1: the header cannot be read"),
        ("a,b\n1,2\n3\n", "FM1116", "b.csv:3: the row has 1 field; expected 2, as in the header"),
        ("a,b\n1,2\n3,4,5\n", "FM1116", "b.csv:3: the row has 3 fields; expected 2"),
        ('a,b\n1,2\n3,"4\n', "FM1115", "b.csv:3: a quoted field is not closed, or something follows its quote"),
        ("a,b\n1,2\r\n", "FM1115", "b.csv:2: the line ends otherwise than the lines before it"),
        (b"a,b\n1,\xfc\n", "FM1114", "b.csv:2: a byte that is not UTF-8, 0xFC, in column 'b'"),
        (
            gzip.compress(b"a,b\n1,2\n", mtime=0)[:-3],
            "FM1112",
            "b.csv: the gzip file is damaged: it breaks off before its end",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, content: str | bytes, code: str, message: str
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, content)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert str(caught.value).startswith(message)
    assert not (tmp_path / "b.parquet").exists()


@pytest.mark.parametrize(
    ("content", "separator", "remedy"),
    [
        ("a;b\n1;2\n", ",", 'Say so: --separator semicolon, or separator: ";" in finmod.yaml.'),
        ("a\tb\n1\t2\n", ",", 'Say so: --separator tab, or separator: "\\t" in finmod.yaml.'),
        ("a,b\n1,2\n", ";", 'Say so: --separator comma, or separator: "," in finmod.yaml.'),
        ("a\n1\n", ";", "Export it again with semicolons."),
    ],
)
def test_a_separator_that_may_be_said_is_advised(tmp_path: Path, content: str, separator: str, remedy: str) -> None:
    (tmp_path / "b.csv").write_text(content)
    file = fingerprint(tmp_path / "b.csv", tmp_path)
    with pytest.raises(UserError) as caught:
        read_header(file, gzipped=False, separator=separator, any_separator=True)
    assert caught.value.problems[0].remedy == remedy


def test_text_under_the_name_of_a_parquet_file_is_no_parquet(tmp_path: Path) -> None:
    (tmp_path / "b.parquet").write_text("junk\n")
    with pytest.raises(UserError, match="the Parquet file cannot be read: it is text, and no Parquet;"):
        read_header(fingerprint(tmp_path / "b.parquet", tmp_path), gzipped=False)


def test_a_wrong_byte_is_told_with_its_column_whatever_the_separator(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes("Datum;Rack, Saal;Kostenart\n1;2;W\u00e4rme\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"b\.csv:2: a byte that is not UTF-8, 0xE4, in column 'Kostenart'"):
        read_header(fingerprint(tmp_path / "b.csv", tmp_path), gzipped=False, separator=";")
