"""CSV files beside a taxonomy: read whole with the line of each row, or refused with place and remedy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.taxonomy.csv_tables import CsvTable, read_csv
from tests.refusals import refusals, told

VALUES = ("value", "aliases", "since")


def table(folder: Path, content: str | bytes, needed: Sequence[str] = ("a",)) -> CsvTable:
    (folder / "t.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return read_csv(folder, "t.csv", needed, asked_by="taxonomy.yaml:1:1", known=VALUES)


def refused(folder: Path, content: str | bytes, needed: Sequence[str] = ("a",)) -> list[str]:
    with pytest.raises(UserError) as caught:
        table(folder, content, needed)
    return [told(problem) for problem in caught.value.problems]


def refused_name(folder: Path, name: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        read_csv(folder, name, ("a",), asked_by="taxonomy.yaml:3:9")
    return [told(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n3,4\n",
        "a,b\r\n1,2\r\n3,4\r\n",
        "a,b\r1,2\r3,4",
        "\ufeffa,b\n1,2\n3,4\n",
        "a;b\n1;2\n3;4\n",
        ' a , "b" \n 1 ,"2"\n\n  ,\n3, 4,,\n',
    ],
    ids=["plain", "crlf", "cr", "mark of byte order", "semicolons", "blanks"],
)
def test_rows_are_read_whatever_the_dialect(content: str, tmp_path: Path) -> None:
    found = table(tmp_path, content.replace(' "b" ', "b"))

    assert found.columns == ("a", "b")
    assert [row.cells for row in found.rows] == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_a_row_knows_its_line_and_a_cell_its_field(tmp_path: Path) -> None:
    found = table(tmp_path, 'a,b\n\n"two\nlines",x\n3,y\n')

    assert [(row.line, found.place(row, "b")) for row in found.rows] == [(3, "t.csv:3:2"), (5, "t.csv:5:2")]
    assert found.rows[0].cells["a"] == "two\nlines"


def test_fields_that_are_missing_at_the_end_are_empty(tmp_path: Path) -> None:
    assert [row.cells for row in table(tmp_path, "a,b,c\n1\n").rows] == [{"a": "1", "b": "", "c": ""}]


def test_semicolons_separate_where_the_header_has_no_comma(tmp_path: Path) -> None:
    assert table(tmp_path, "a;b\n1,5;2\n").rows[0].cells == {"a": "1,5", "b": "2"}
    assert table(tmp_path, "a,b\n1;5,2\n").rows[0].cells == {"a": "1;5", "b": "2"}


def test_columns_of_the_user_are_passed_over(tmp_path: Path) -> None:
    content = "value,unit,size,notes,valued\n1,2,3,4,5\n"

    assert table(tmp_path, content, ("value",)).columns == ("value", "unit", "size", "notes", "valued")


REFUSED = """
b,c
1,2
    t.csv:1: there is no column 'a'; expected it beside b and c. Correct the name, or add the column. (FM2009)

A,b
1,2
    t.csv:1: there is no column 'a'; expected it beside A and b. Did you mean 'A'? (FM2009)

a,b,a
1,2,3
    t.csv:1: the column 'a' stands twice; expected each column once. Rename one of them. (FM2009)

a,b
1,2
3,4,5
    t.csv:3: the row has 3 fields; expected 2, as the header. Put a text that holds the separator in double quotes.
      (FM2009)

a,b
1,"2
3,4
    t.csv:2: the row is no CSV: unexpected end of data. Correct the quotes there: a quote inside a quoted field is
      written twice. (FM2009)

a,b
1,"2"x
    t.csv:2: the row is no CSV: ',' expected after '"'. Correct the quotes there: a quote inside a quoted field is
      written twice. (FM2009)

a,alias
1,2
    t.csv:1:2: the column 'alias' is none that is read; expected value, aliases or since. Did you mean 'aliases'?
      (FM2009)

a,Since,Values
1,2,3
    t.csv:1:2: the column 'Since' is none that is read; expected value, aliases or since. Did you mean 'since'? (FM2009)
    t.csv:1:3: the column 'Values' is none that is read; expected value, aliases or since. Did you mean 'value'?
      (FM2009)
"""


@pytest.mark.parametrize(("content", "messages"), refusals(REFUSED))
def test_what_is_no_table_is_told_with_its_line(content: str, messages: list[str], tmp_path: Path) -> None:
    assert refused(tmp_path, content) == messages


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", " , ,\n"])
def test_an_empty_file_is_told(content: str, tmp_path: Path) -> None:
    assert refused(tmp_path, content, ("a", "b")) == [
        "t.csv: the file is empty; expected the columns a and b. Fill it. (FM2009)"
    ]


@pytest.mark.parametrize(
    ("content", "byte", "line"),
    [
        (b"a\n1\n\xff\n", "0xff", 3),
        (b"\xef\xbb\xbfa\n\xe9\n", "0xe9", 2),
        ("a\n1\n".encode("utf-16"), "0xff", 1),
        (b"\x89PNG\r\n\x1a\n\x00", "0x89", 1),
        (b"PK\x03\x04\x14\x00\xb4", "0xb4", 1),
    ],
    ids=["a byte", "behind the mark of byte order", "UTF-16", "an image", "a spreadsheet"],
)
def test_what_is_not_utf8_is_told_with_its_byte(content: bytes, byte: str, line: int, tmp_path: Path) -> None:
    assert refused(tmp_path, content) == [
        f"t.csv:{line}: the byte {byte} is not UTF-8; expected text in UTF-8. Save the file as UTF-8. (FM2009)"
    ]


def test_a_binary_file_that_is_text_by_chance_lacks_the_column(tmp_path: Path) -> None:
    (message,) = refused(tmp_path, b"\x00\x01\x02")
    assert message == (
        "t.csv:1: there is no column 'a'; expected it beside \ufffd\ufffd\ufffd. Correct the name, or add the "
        "column. (FM2009)"
    )


def test_a_null_character_is_kept_as_text(tmp_path: Path) -> None:
    assert table(tmp_path, b"a\nx\x00y\n").rows[0].cells == {"a": "x\x00y"}


def test_a_quote_that_swallows_the_file_ends_at_the_longest_field(tmp_path: Path) -> None:
    content = 'a,b\n1,"' + "x,y\n" * 50_000

    (message,) = refused(tmp_path, content)
    assert message == (
        "t.csv:2: the row is no CSV: field larger than field limit (131072). Correct the quotes there: a quote inside "
        "a quoted field is written twice. (FM2009)"
    )


def test_a_file_of_more_than_50_mb_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "t.csv").open("wb") as file:
        file.truncate(50_000_001)

    assert refused_name(tmp_path, "t.csv") == [
        "t.csv: the file has 50,000,001 bytes; expected 50,000,000 at most. Split it, or take rows out. (FM2009)"
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("t.csv", "t.csv: there is no such file. Put the file there, or correct its name."),
        ("sub", "sub: there is no such file. Put the file there, or correct its name."),
        ("pipe", "pipe: there is no such file. Put the file there, or correct its name."),
        ("nowhere", "nowhere: there is no such file. Put the file there, or correct its name."),
        ("circle", "circle: there is no such file. Put the file there, or correct its name."),
        (
            "/etc/hosts",
            "the path is '/etc/hosts'; expected a path relative to the file that names it. Correct the path.",
        ),
        ("s3://a/b.csv", "the path is 's3://a/b.csv'; expected a local file. Correct the path."),
        ("~/b.csv", "the path is '~/b.csv'; expected a path without ~. Correct the path."),
        ("a\x00b", "the path is 'a\ufffdb'; expected a path of printable characters. Correct the path."),
        (" ", "the path is ' '; expected a path of printable characters. Correct the path."),
    ],
)
def test_what_is_no_file_is_told_where_it_is_named(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")

    assert refused_name(tmp_path, name) == [f"taxonomy.yaml:3:9: {message} (FM2009)"]


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    (message,) = refused_name(tmp_path, "a" * 5000)

    assert message.startswith(f"taxonomy.yaml:3:9: {'a' * 80}... (5,000 characters): the")


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("a\n1\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")

    assert read_csv(tmp_path, "link.csv", ("a",), asked_by="").rows[0].cells == {"a": "1"}


def test_messages_call_a_file_of_an_included_one_by_its_whole_way(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("b\n1\n")

    with pytest.raises(UserError) as caught:
        read_csv(tmp_path, "t.csv", ("a",), asked_by="", shown="sub/t.csv")
    assert told(caught.value.problems[0]).startswith("sub/t.csv:1: there is no column 'a'")
