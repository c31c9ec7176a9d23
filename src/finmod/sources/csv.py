"""CSV and gzipped CSV, read strictly: every row whole, every byte checked.

Owns headers, the gzip checksum (DuckDB does not verify it) and the words for a broken row.
"""

from __future__ import annotations

import csv
import io
import re
import threading
import zlib
from dataclasses import dataclass
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError, file_list, literal
from finmod.errors import Problem, UserError
from finmod.sources.files import SourceFile

NULL_TEXTS = ("", "NULL", "null", "(null)")
# Billing exports shrink 8 to 60 times; gzip's own limit is 1,032.
MOST_EXPANSION = 300
EXPANSION_FREE_BYTES = 256 << 20
_HEADER_BYTES = 4 << 20
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Header:
    """The first line of a CSV file.

    Attributes:
        names: Column names as written.
        physical: Names in the staged Parquet, unique whatever the case.
    """

    names: list[str]
    physical: list[str]


def read_header(file: SourceFile, *, gzipped: bool) -> Header:
    """Return the column names of a CSV file.

    Raises:
        UserError: No header, another separator than the comma, or not UTF-8.
    """
    raw = _head(file, gzipped=gzipped)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The cut may fall inside a character; anything earlier is a wrong byte.
        if error.start < len(raw) - 4:
            raise UserError(_not_utf8(file, raw[: error.start].count(b"\n") + 1)) from error
        text = raw[: error.start].decode("utf-8-sig")
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), strict=True), [])
    except csv.Error as error:
        raise UserError(
            Problem(
                code="FM1110",
                found=f"the header cannot be read ({error})",
                expected="column names separated by commas",
                where=f"{file.name}:1",
                remedy="Export it again as CSV.",
            )
        ) from error
    names = [name.strip() for name in names]
    _refuse_separator(file, names)
    return Header(names, [f"c{position:04d}" for position in range(len(names))])


def _head(file: SourceFile, *, gzipped: bool) -> bytes:
    with file.path.open("rb") as handle:
        if not gzipped:
            return handle.read(_HEADER_BYTES)
        try:
            return zlib.decompressobj(wbits=31).decompress(handle.read(_HEADER_BYTES), _HEADER_BYTES)
        except zlib.error as error:
            raise UserError(_bad_gzip(file, str(error))) from error


def _refuse_separator(file: SourceFile, names: list[str]) -> None:
    if len(names) > 1:
        return
    only = names[0] if names else ""
    separator = next((sign for sign in _SEPARATORS if sign in only), None)
    if separator is None:
        found = "the first line names no columns" if not only else f"the first line has one column, '{only[:60]}'"
    else:
        found = f"the fields are separated by {_SEPARATORS[separator]}"
    raise UserError(
        Problem(
            code="FM1111",
            found=found,
            expected="a header of several columns separated by commas",
            where=f"{file.name}:1",
            remedy="Export it again with commas.",
        )
    )


def copy_to_parquet(
    engine: Engine, file: SourceFile, header: Header, target: Path, *, pad_short_rows: bool
) -> int:
    """Write every cell as text to a Parquet file in the order of the rows; return their number.

    Empty cells and the texts NULL, null and (null) become NULL.

    Raises:
        UserError: A row is broken or the gzip file is damaged; nothing is left behind.
    """
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header.physical)
    options = [
        "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"'",
        f"nullstr = [{', '.join(map(literal, NULL_TEXTS))}]",
        f"columns = {{{columns}}}",
    ]
    if pad_short_rows:
        options.append("null_padding = true")
    query = f"SELECT * FROM read_csv({file_list([file.path])}, {', '.join(options)})"
    check = _GzipCheck(file, engine)
    try:
        with check:
            return engine.copy_parquet(query, target, compression="lz4_raw", ordered=True)
    except EngineError as error:
        target.unlink(missing_ok=True)
        raise UserError(check.problem or _broken_row(file, str(error), header)) from error
    except UserError:
        target.unlink(missing_ok=True)
        raise


class _GzipCheck:
    """Verify length and checksum of every gzip member beside the read, since the read itself does not."""

    def __init__(self, file: SourceFile, engine: Engine) -> None:
        self.file = file
        self.problem: Problem | None = None
        self._engine = engine
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._verify, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            # The read has failed: the check may know why (a flipped bit breaks rows), so let it finish.
            self._thread.join(timeout=30)
            self._stopped.set()
        self._thread.join()
        if kind is None and self.problem is not None:
            raise UserError(self.problem)

    def _verify(self) -> None:
        with self.file.path.open("rb") as handle:
            if handle.read(2) != b"\x1f\x8b":
                return
            handle.seek(0)
            self.problem = self._read_members(handle)
        if self.problem is not None:
            self._engine.interrupt()

    def _read_members(self, handle: io.BufferedReader) -> Problem | None:
        expanded, limit = 0, max(EXPANSION_FREE_BYTES, self.file.size * MOST_EXPANSION)
        member = zlib.decompressobj(wbits=31)
        rest = b""
        try:
            while data := rest or handle.read(1 << 20):
                if member.eof:
                    member = zlib.decompressobj(wbits=31)
                expanded += len(member.decompress(data, 16 << 20))
                rest = member.unused_data if member.eof else member.unconsumed_tail
                if self._stopped.is_set():
                    return None
                if expanded > limit:
                    return _bomb(self.file)
        except zlib.error as error:
            return _bad_gzip(self.file, str(error))
        return None if member.eof else _bad_gzip(self.file, "it breaks off before its end")


def _bad_gzip(file: SourceFile, words: str) -> Problem:
    return Problem(
        code="FM1112",
        found=f"the gzip file is damaged: {words}",
        expected="a whole gzip file whose checksum fits",
        where=file.name,
        remedy="Copy or export it again.",
    )


def _bomb(file: SourceFile) -> Problem:
    return Problem(
        code="FM1113",
        found=f"the gzip file expands to more than {MOST_EXPANSION} times its size",
        expected="a billing export, which expands 8 to 60 times",
        where=file.name,
        remedy="Look at what it holds; if it is a bill, unpack it and load the CSV.",
    )


def _not_utf8(file: SourceFile, line: int) -> Problem:
    return Problem(
        code="FM1114",
        found="a byte that is not UTF-8",
        expected="text in UTF-8",
        where=f"{file.name}:{line}",
        remedy="Convert the file, for example: iconv -f WINDOWS-1252 -t UTF-8 FILE.",
    )


def _broken_row(file: SourceFile, words: str, header: Header) -> Problem:
    line = re.search(r"CSV Error on Line: (\d+)", words)
    where = f"{file.name}:{line.group(1)}" if line else file.name
    width = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", words)
    if "utf-8" in words.lower():
        return _not_utf8(file, int(line.group(1)) if line else 1)
    if width:
        return _wrong_width(where, len(header.names), int(width.group(2)))
    if "GZIP" in words:
        return _bad_gzip(file, "it breaks off before its end")
    if "Maximum line size" in words or "max_line_size" in words:
        found, remedy = "a line is longer than 2 MB", "Look at the line: a quote may be missing, or a cell is no bill data."
    elif "quote" in words:
        found, remedy = "a quoted field has no closing quote", "Export the file again, or mend the line."
    else:
        first = words.split("\n", 1)[0].replace(str(file.path), file.name)
        found, remedy = f"the row cannot be read ({first})", "Export the file again as CSV (RFC 4180)."
    return Problem(code="FM1115", found=found, expected="one charge a row", where=where, remedy=remedy)


def _wrong_width(where: str, expected: int, found: int) -> Problem:
    remedy = "Export the file again, or mend the line."
    if found < expected:
        remedy += " To read the missing last fields as NULL: --accept FM1116, or accept: [FM1116] in finmod.yaml."
    return Problem(
        code="FM1116",
        found=f"the row has {found:,} fields",
        expected=f"{expected:,}, as in the header",
        where=where,
        remedy=remedy,
    )
