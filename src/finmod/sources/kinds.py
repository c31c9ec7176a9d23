"""What a file is by its bytes, whatever its name: CSV, gzip, Parquet, or something that is not read.

Owns the list of what is refused and the words for it.
"""

from __future__ import annotations

import os
import re
from typing import Literal

from finmod.errors import Problem, UserError
from finmod.sources import gzip, parquet
from finmod.sources.files import SourceFile
from finmod.sources.unpacked import starts_as_gzip

Kind = Literal["csv", "gzip", "parquet", "json"]

_TABLES = "CSV in UTF-8, gzipped CSV or Parquet"
_TABLES_OR_JSON = "JSON or CSV in UTF-8, gzipped or not, or Parquet"
_UNPACK_OR_EXPORT = "Unpack it, or export as CSV or Parquet."
_EXPORT = "Export it as CSV or Parquet."
_NOT_A_BILL = "Take it out of the source's path, or export the bill again as CSV or Parquet."
_JSON = rb'(?:\xef\xbb\xbf)?\s*(\{\s*["}]|\[\s*[\{\]])'
_SCALAR = rb'(?:\xef\xbb\xbf)?\s*(?:null|true|false|[-+0-9.eE]+|"[^"\r\n]*")\s*$'
_MAGIC = {
    rb"PK\x03\x04": ("a ZIP archive or an Excel workbook", _UNPACK_OR_EXPORT),
    rb"\xd0\xcf\x11\xe0": ("an Excel workbook of before 2007", _EXPORT),
    rb"\(\xb5/\xfd": ("a Zstandard file", "Unpack it with: zstd -d FILE."),
    rb"BZh": ("a bzip2 file", "Unpack it with: bunzip2 FILE."),
    rb"\xfd7zXZ\x00": ("an xz file", "Unpack it with: unxz FILE."),
    rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07": ("a 7z or RAR archive", _UNPACK_OR_EXPORT),
    rb"\x1f\x8b|PAR1": ("a Parquet or gzip file inside a gzip file", "Unpack it once with: gunzip FILE."),
    rb"\s*<(!doctype|html|\?xml)": ("a web page or XML", "Was the download a page to sign in? " + _EXPORT),
    _JSON: ("JSON", _EXPORT),
    rb"%PDF": ("a PDF document", _EXPORT),
    rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP": ("a picture", _NOT_A_BILL),
}


def _to_utf8(name: str) -> str:
    return f"Convert it to UTF-8, for example: iconv -f {name} -t UTF-8 FILE."


# UTF-32 stands first: its mark begins as that of UTF-16 does.
_ENCODINGS = {
    rb"\xff\xfe\x00\x00|\x00\x00\xfe\xff": ("text in UTF-32", _to_utf8("UTF-32")),
    rb"([^\x00]\x00{3}){4}": ("text in UTF-32", _to_utf8("UTF-32LE")),
    rb"(\x00{3}[^\x00]){4}": ("text in UTF-32", _to_utf8("UTF-32BE")),
    rb"\xff\xfe|\xfe\xff": ("text in UTF-16", _to_utf8("UTF-16")),
    rb"([^\x00]\x00){4}": ("text in UTF-16", _to_utf8("UTF-16LE")),
    rb"(\x00[^\x00]){4}": ("text in UTF-16", _to_utf8("UTF-16BE")),
}
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
_HEAD_BYTES = 4096


def kind_of(file: SourceFile, *, json: bool = False, expected: str = _TABLES) -> Kind:
    """Return what a file is by its bytes, not by its name.

    Args:
        file: The file.
        json: Whether JSON is read; a gzip file with JSON in it is of that kind then.
        expected: What is read, for messages.

    Raises:
        UserError: It is empty, of a kind that is not read, or a part of a Parquet file.
    """
    with file.path.open("rb") as handle:
        head = handle.read(_HEAD_BYTES)
        handle.seek(max(0, file.size - 4), os.SEEK_SET)
        tail = handle.read(4)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x1f\x8b"):
        return "json" if json and is_json(gzip.head(file, _HEAD_BYTES)) else "gzip"
    if json and is_json(head):
        return "json"
    _refuse(head, _MAGIC, file.name, expected)
    # A CSV file may end in PAR1 too: it is what some suppliers call Paris.
    ends = tail == b"PAR1"
    if (ends or file.name.lower().endswith(".parquet")) and (b"\0" in head or is_binary(head)):
        words = "its beginning is missing" if ends else "it neither begins nor ends as one"
        raise UserError(parquet.damaged(file, words))
    refuse_other_kinds(head, file.name, expected)
    return "csv"


def kind_with_json(file: SourceFile) -> Kind:
    """Return what a file is where JSON is read; JSON too is what is meant as such, and has no objects or broken ones.

    Raises:
        UserError: As of ``kind_of``.
    """
    kind = kind_of(file, json=True, expected=_TABLES_OR_JSON)
    if kind not in ("csv", "gzip"):
        return kind
    if kind == "gzip":
        head = gzip.head(file, _HEAD_BYTES)
        refuse_other_kinds(head, file.name, _TABLES_OR_JSON)
    else:
        with file.path.open("rb") as handle:
            head = handle.read(_HEAD_BYTES)
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    named = file.name.lower().removesuffix(".gz").endswith((".json", ".jsonl", ".ndjson"))
    # A name in brackets may begin the header of CSV, and a number its only line.
    return "json" if first == b"{" or (named and (first == b"[" or re.match(_SCALAR, head))) else kind


def is_json(head: bytes) -> bool:
    """Return whether a file begins as JSON objects do."""
    return re.match(_JSON, head) is not None


def is_gzip(file: SourceFile) -> bool:
    """Return whether a file starts as gzip does."""
    return starts_as_gzip(file.path)


def header_line(file: SourceFile) -> int | None:
    """Return the line on which a file names its columns; None for Parquet, which has no lines."""
    with file.path.open("rb") as handle:
        return None if handle.read(4) == b"PAR1" else 1


def is_binary(content: bytes) -> bool:
    """Return whether bytes are those of a picture or a program rather than text in whatever encoding."""
    if b"\0\0\0\0" in content:
        return True
    try:
        content.decode()
    except UnicodeDecodeError as error:
        cut = error.end == len(content) and error.reason == "unexpected end of data"
        return not cut and _CONTROL.search(content) is not None
    return False


def refuse_other_kinds(head: bytes, name: str, expected: str = _TABLES) -> None:
    """Refuse content that is no text of a bill, told by its first bytes.

    Raises:
        UserError: There are no bytes, or they are those of an archive, a workbook, a page, a picture or another
            encoding.
    """
    if not head:
        raise UserError(
            Problem(code="FM1103", found="the file is empty", where=name, remedy="Export it again, or remove it.")
        )
    _refuse(head, _MAGIC | _ENCODINGS, name, expected)
    if is_binary(head[:_HEAD_BYTES]):
        raise UserError(_other("binary data, and no text", _NOT_A_BILL, name, expected))


def _refuse(head: bytes, kinds: dict[bytes, tuple[str, str]], name: str, expected: str) -> None:
    for magic, (what, remedy) in kinds.items():
        if re.match(magic, head, re.IGNORECASE | re.DOTALL):
            raise UserError(_other(what, remedy, name, expected))


def _other(what: str, remedy: str, name: str, expected: str) -> Problem:
    return Problem(
        code="FM1104",
        found=f"the file is {what}",
        expected=expected,
        where=name,
        remedy=remedy,
    )
