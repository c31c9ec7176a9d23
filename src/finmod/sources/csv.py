"""CSV and gzipped CSV, read strictly: every row whole, every byte checked.

Owns headers and the copy; what is wrong with a broken row is told in ``broken_rows.py``, with a gzip file in
``gzip.py``.
"""

from __future__ import annotations

import csv
import io
import math
import re
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError, glob_escape, literal
from finmod.errors import Problem, UserError
from finmod.sources import gzip, parquet
from finmod.sources.broken_rows import broken_row, not_utf8, too_long_row
from finmod.sources.files import SourceFile
from finmod.sources.kinds import is_gzip, refuse_other_kinds
from finmod.sources.long_rows import MOST_BYTES, ends_in_long_row, tail_of
from finmod.sources.unpacked import likely_size

NULL_TEXTS = ("", "NULL", "null", "(null)")
_HEADER_BYTES = 4 << 20
# Smaller gzip files are unpacked twice before what reads ahead is imported.
_LEAST_AHEAD = 16 << 20
_VECTOR, _LEAST_GROUP, _MOST_VECTORS = 2048, 8_000, 20
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True)
class Header:
    """The first line of a CSV file.

    Attributes:
        names: Column names as written.
        physical: Names in the staged Parquet, unique whatever the case.
        group: Rows of a row group of the staged Parquet.
        kept: Physical names that are staged; every one where it is None.
        separator: What separates fields.
    """

    names: list[str]
    physical: list[str]
    group: int
    kept: tuple[str, ...] | None = None
    separator: str = ","


def read_header(file: SourceFile, *, gzipped: bool, separator: str = ",", any_separator: bool = False) -> Header:
    """Return the column names of a CSV file.

    Args:
        file: The file.
        gzipped: Whether it is a gzip file.
        separator: What separates its fields.
        any_separator: Whether the user may say what separates them; a refusal then tells how.

    Raises:
        UserError: No header, another separator, or not UTF-8.
    """
    raw = _head(file, gzipped=gzipped)
    names = _names(file, _text(file, raw, separator), separator)
    _refuse_separator(file, names, separator, any_separator=any_separator)
    physical = [f"c{position:04d}" for position in range(len(names))]
    return Header(names, physical, _group(raw), separator=separator)


def _group(head: bytes) -> int:
    """Return how many rows make a row group, from a file's first bytes: as many as the engine parses at a time.

    What it parses at a time becomes a row group as it is, or is cut and joined where it differs by more than a vector.
    """
    parsed = MOST_BYTES / len(head) * max(1, head.count(b"\n") or head.count(b"\r"))
    vectors = parsed * math.ceil(_LEAST_GROUP / parsed) / _VECTOR
    return min(round(vectors), _MOST_VECTORS) * _VECTOR


def _head(file: SourceFile, *, gzipped: bool) -> bytes:
    if gzipped:
        raw = gzip.head(file, _HEADER_BYTES)
        refuse_other_kinds(raw, file.name)
    else:
        with file.path.open("rb") as handle:
            raw = handle.read(_HEADER_BYTES)
    first = re.split(rb"[\r\n]", raw, maxsplit=1)[0]
    if len(first) == _HEADER_BYTES:
        raise UserError(_bad_header(file, f"the header is longer than {_HEADER_BYTES >> 20} MB"))
    if b"\0" in first:
        raise UserError(_bad_header(file, "a NUL byte in the header"))
    return raw


def _text(file: SourceFile, raw: bytes, separator: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The cut may fall inside a character; anything earlier is a wrong byte.
        if len(raw) < _HEADER_BYTES or error.start < len(raw) - 4:
            names = _names(file, raw.decode("utf-8-sig", errors="replace"), separator)
            raise UserError(not_utf8(file, io.BytesIO(raw), names, separator)) from error
        return raw[: error.start].decode("utf-8-sig")


def _names(file: SourceFile, text: str, separator: str) -> list[str]:
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator), [])
    except csv.Error as error:
        raise UserError(_bad_header(file, f"the header cannot be read ({error})")) from error
    return [name.strip() for name in names]


def _bad_header(file: SourceFile, found: str) -> Problem:
    return Problem(
        code="FM1110",
        found=found,
        expected="column names separated by commas",
        where=f"{file.name}:1",
        remedy="Export it again as CSV.",
    )


def _refuse_separator(file: SourceFile, names: list[str], wanted: str, *, any_separator: bool) -> None:
    if len(names) > 1:
        return
    only = names[0] if names else ""
    separator = next((sign for sign in _SEPARATORS if sign != wanted and sign in only), None)
    remedy = f"Export it again with {_SEPARATORS[wanted]}s."
    if separator is not None:
        name, written = _SEPARATORS[separator], separator.replace("\t", "\\t")
        found = f"the fields are separated by {name}s"
        if any_separator:
            remedy = f'Say so: --separator {name}, or separator: "{written}" in finmod.yaml.'
    elif file.name.lower().endswith(".parquet"):
        raise UserError(parquet.damaged(file, "it is text, and no Parquet"))
    else:
        found = "the first line names no columns" if not only else f"the first line has one column, '{only[:60]}'"
    raise UserError(
        Problem(
            code="FM1111",
            found=found,
            expected=f"a header of several columns separated by {_SEPARATORS[wanted]}s",
            where=f"{file.name}:1",
            remedy=remedy,
        )
    )


@dataclass(frozen=True)
class ShortRows:
    """Rows that lack their last fields.

    Attributes:
        rows: Their number.
        line: Line of the first, from 1.
    """

    rows: int
    line: int


def copy_to_parquet(
    engine: Engine, file: SourceFile, header: Header, target: Path, *, pad_short_rows: bool
) -> tuple[int, ShortRows | None]:
    """Write every cell as text to a Parquet file in the order of the rows; return their number, and the short ones.

    Empty cells and the texts NULL, null and (null) become NULL.

    Args:
        engine: Where to read it.
        file: The CSV file, gzipped or not.
        header: Its columns.
        target: Parquet file to write.
        pad_short_rows: Read the missing last fields of short rows as NULL instead of refusing the file.

    Raises:
        UserError: A row is broken or the gzip file is damaged; nothing is left behind.
    """
    try:
        rows = _copy_ahead(engine, file, header, target)
        return rows if rows is not None else _copy(engine, file, header, target, ""), None
    except UserError as error:
        if not pad_short_rows or any(problem.code != "FM1116" for problem in error.problems):
            raise
    # Padding and quoted line ends cannot be read in parallel.
    rows = _copy(engine, file, header, target, ", null_padding = true, parallel = false")
    return rows, _short_rows(engine, file, header)


def _copy_ahead(engine: Engine, file: SourceFile, header: Header, target: Path) -> int | None:
    """Write a large gzip file that is unpacked once; None, and nothing is written, for any that this cannot do.

    Whatever is wrong with it is told by who reads it in the ordinary way.
    """
    size = likely_size(file.path) if file.size >= _LEAST_AHEAD and is_gzip(file) else None
    if size is None:
        return None
    from finmod.sources.read_ahead import ReadAhead, UnpackedFiles  # noqa: PLC0415 -- takes longer than a small file

    rows = None
    with suppress(EngineError), ReadAhead(file, size) as unpacked:
        files = UnpackedFiles(unpacked)
        with engine.offering(files):
            query = _reader(header, files.address, "none", "")
            rows = engine.copy_parquet(query, target, compression="lz4_raw", ordered=True, group=header.group)
    if not unpacked.is_whole or ends_in_long_row(unpacked.tail):
        rows = None
    if rows is None:
        target.unlink(missing_ok=True)
    return rows


def _copy(engine: Engine, file: SourceFile, header: Header, target: Path, options: str) -> int:
    check = gzip.Check(file, engine) if is_gzip(file) else None
    try:
        with check or nullcontext():
            query = _reader(header, *_place(file), options)
            rows = engine.copy_parquet(query, target, compression="lz4_raw", ordered=True, group=header.group)
        _refuse_long_end(file, header, check.tail if check else tail_of(file))
    except EngineError as error:
        target.unlink(missing_ok=True)
        raise UserError(
            (check and check.problem) or broken_row(file, str(error), header.names, header.separator)
        ) from error
    except UserError:
        target.unlink(missing_ok=True)
        raise
    return rows


def _refuse_long_end(file: SourceFile, header: Header, tail: bytes) -> None:
    if ends_in_long_row(tail) and (problem := too_long_row(file, header.names, header.separator)):
        raise UserError(problem)


def _place(file: SourceFile) -> tuple[str, str]:
    """Return where the engine finds a file, and how it is packed."""
    return glob_escape(str(file.path)), "gzip" if is_gzip(file) else "none"


def _reader(header: Header, address: str, packing: str, options: str) -> str:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header.physical)
    kept = ", ".join(header.kept) if header.kept else "*"
    return (
        f"SELECT {kept} FROM read_csv({literal(address)}, compression = '{packing}', "
        f"auto_detect = false, header = true, delim = {literal(header.separator)}, "
        f"quote = '\"', escape = '\"', buffer_size = {MOST_BYTES}, "
        f"nullstr = [{', '.join(map(literal, NULL_TEXTS))}], columns = {{{columns}}}"
        f"{options})"
    )


def _short_rows(engine: Engine, file: SourceFile, header: Header) -> ShortRows | None:
    kept = ", store_rejects = true, rejects_table = 'short_rows', rejects_scan = 'short_scans', rejects_limit = 0"
    engine.row(f"SELECT count(*) FROM ({_reader(header, *_place(file), kept)})")
    rows, line = engine.row(
        "SELECT count(DISTINCT line), min(line) FROM short_rows WHERE error_type = 'MISSING COLUMNS'"
    )
    engine.run("DROP TABLE short_rows")
    engine.run("DROP TABLE short_scans")
    return ShortRows(rows, line) if rows else None
