"""What a file is, is told by its bytes; what is not read is refused with what to do."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finmod.errors import UserError
from finmod.sources.files import fingerprint
from finmod.sources.kinds import header_line, is_gzip, kind_of, kind_with_json


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"a,b\n", "csv"),
        (b"PAR1....", "parquet"),
        (gzip.compress(b"a,b\n", mtime=0), "gzip"),
        (b"\xef\xbb\xbfa,b", "csv"),
    ],
)
def test_content_says_the_kind(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "b").write_bytes(content)
    file = fingerprint(tmp_path / "b", tmp_path)
    assert kind_of(file) == kind
    assert is_gzip(file) is (kind == "gzip")
    assert header_line(file) == (None if kind == "parquet" else 1)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04..", "ZIP"),
        ("a,b\n1,2".encode("utf-16"), "UTF-16"),
        (b"(\xb5/\xfd", "Zstandard"),
        (b"BZh9", "bzip2"),
        (b"\n <html>", "web page"),
        (b' [{"a":1}]', "JSON"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture"),
        (b"\xfd7zXZ\0\0\x04", "xz"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (bytes(range(256)), "binary data, and no text"),
        (b"\0" * 99, "binary data, and no text"),
        (b"a,b\n1,\xfc\x01\xff", "binary data, and no text"),
    ],
)
def test_other_kinds_are_refused_with_what_to_do(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "b.csv").write_bytes(content)
    with pytest.raises(
        UserError, match=f"b.csv: the file is .*{what}.*; expected CSV in UTF-8, gzipped CSV or Parquet"
    ):
        kind_of(fingerprint(tmp_path / "b.csv", tmp_path))


@pytest.mark.parametrize(
    ("encoding", "what", "named"),
    [
        ("utf-16", "UTF-16", "UTF-16"),
        ("utf-16-le", "UTF-16", "UTF-16LE"),
        ("utf-16-be", "UTF-16", "UTF-16BE"),
        ("utf-32", "UTF-32", "UTF-32"),
        ("utf-32-le", "UTF-32", "UTF-32LE"),
        ("utf-32-be", "UTF-32", "UTF-32BE"),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_advice_names_the_encoding_that_the_file_has(
    tmp_path: Path, encoding: str, what: str, named: str, mark: str
) -> None:
    (tmp_path / "b.csv").write_bytes((mark + "a,b\n1,2").encode(encoding))
    with pytest.raises(UserError) as caught:
        kind_of(fingerprint(tmp_path / "b.csv", tmp_path))
    named = what if mark else named
    assert f"the file is text in {what};" in str(caught.value)
    assert f"iconv -f {named} -t UTF-8 FILE." in str(caught.value)


@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_part_of_a_parquet_file_is_called_damaged(tmp_path: Path, compression: str) -> None:
    numbers = list(range(9000))
    pq.write_table(pa.table({"a": numbers, "b": [f"{n} x" for n in numbers]}), tmp_path / "w", compression=compression)
    whole = (tmp_path / "w").read_bytes()
    for name, content, words in (
        ("b.parquet", whole[len(whole) // 2 :], "its beginning is missing"),
        ("b.csv", whole[len(whole) // 2 :], "its beginning is missing"),
        ("b.parquet", whole[9000:-9], "it neither begins nor ends as one"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match=rf"{name}: the Parquet file cannot be read: {words};(?s:.*)FM1106"):
            kind_of(fingerprint(tmp_path / name, tmp_path))


def test_text_is_text_whatever_it_is_called_and_ends_in(tmp_path: Path) -> None:
    for name, content in (("b.csv", "RegionId,Zone\nfr,PAR1"), ("b.parquet", "a,b\n1,2"), ("b", "a,b\n1,B\xfcro")):
        (tmp_path / name).write_bytes(content.encode("latin-1"))
        assert kind_of(fingerprint(tmp_path / name, tmp_path)) == "csv"
    (tmp_path / "cut").write_bytes(b"a," + "\u00fc".encode() * 4096)
    assert kind_of(fingerprint(tmp_path / "cut", tmp_path)) == "csv"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("b.json", "null", "json"),
        ("b.jsonl", ' "text" ', "json"),
        ("b.ndjson", "[1, 2]", "json"),
        ("b.json", "{cost: 1}", "json"),
        ("b.txt", "\ufeff{cost: 1}", "json"),
        ("b.json", "cost,usage\n1,2\n", "csv"),
        ("b.csv", "[cost],[usage]\n1,2\n", "csv"),
        ("b.csv", "null", "csv"),
    ],
)
def test_what_is_meant_as_json_is_json_where_that_is_read(tmp_path: Path, name: str, text: str, kind: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))

    assert kind_with_json(fingerprint(tmp_path / name, tmp_path)) == kind
    assert kind_with_json(fingerprint(tmp_path / f"{name}.gz", tmp_path)) == kind.replace("csv", "gzip")
    assert kind_of(fingerprint(tmp_path / name, tmp_path), json=True) == "csv"


def test_where_json_is_read_another_kind_is_refused_with_json_as_expected(tmp_path: Path) -> None:
    wide = '{"cost": 1}'.encode("utf-16")
    for name, content in (("b.json", wide), ("b.json.gz", gzip.compress(wide))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match=r"UTF-16; expected JSON or CSV in UTF-8, gzipped or not, or Parquet"):
            kind_with_json(fingerprint(tmp_path / name, tmp_path))
