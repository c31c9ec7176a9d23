"""Parquet files: their column names, texts that are too long, and the words for a damaged one.

Owns what the engine does not say plainly. Rows are read in place: docs/decisions/0002.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from finmod.engines.duckdb import Engine, EngineError, file_list, identifier
from finmod.errors import Problem
from finmod.sources.files import SourceFile
from finmod.sources.long_rows import MOST_BYTES

# What the engine says -> what that means; anything else is damage, in words that nobody could act on.
_MEANT = {
    r"No magic bytes found at end": "its end is missing",
    r"too small to be a Parquet": "it is too short to be one",
    r"bytes outside file|Could not read enough bytes": "it is shorter than it says",
    r"Footer length": "the length of its footer does not fit",
    r"Invalid string encoding|Invalid unicode": "a text in it is not UTF-8",
    r"encrypt": "it is encrypted",
    r"(?i)unsupported|not supported|not implemented": "it uses a form of Parquet that is not read",
}


def damaged(file: SourceFile, words: str) -> Problem:
    """Return the problem of a Parquet file that breaks off or is damaged."""
    return Problem(
        code="FM1106",
        found=f"the Parquet file cannot be read: {words}",
        expected="a whole Parquet file",
        where=file.name,
        remedy="Copy or export it again.",
    )


def unreadable(file: SourceFile, error: EngineError) -> Problem:
    """Return the problem of a Parquet file that the engine cannot read, in plain words."""
    said = str(error).replace(str(file.path), "")
    return damaged(file, next((words for sign, words in _MEANT.items() if re.search(sign, said)), "it is damaged"))


def top_columns(engine: Engine, file: SourceFile) -> tuple[list[str], list[int]]:
    """Return the column names as the file has them, and for each of its leaves the place of its column, from 0.

    The engine renames the second of two equal names.
    """
    schema = engine.rows(f"SELECT name, coalesce(num_children, 0) FROM parquet_schema({file_list([file.path])})")
    names, leaves, inside = list[str](), list[int](), 0
    for name, children in schema[1:]:
        if inside == 0:
            names.append(name)
        else:
            inside -= 1
        inside += children
        if children == 0:
            leaves.append(len(names) - 1)
    return names, leaves


def long_cells(
    engine: Engine, file: SourceFile, columns: Sequence[tuple[str, str, str]], leaves: Sequence[int]
) -> list[Problem]:
    """Return one problem per column with a text as long as no row of CSV may be, with its first row.

    Only columns are read whose pages are large enough to hold such a text: nearly always none, or few.

    Args:
        engine: Where to read it.
        file: The Parquet file.
        columns: Name, name to the engine and DuckDB type of each column.
        leaves: Per leaf of the file the place of its column, from 0.
    """
    large = engine.rows(
        f"SELECT DISTINCT column_id FROM parquet_metadata({file_list([file.path])}) "
        f"WHERE type = 'BYTE_ARRAY' AND total_uncompressed_size >= {MOST_BYTES}"
    )
    asked = [columns[place] for place in sorted({leaves[leaf] for (leaf,) in large})]
    sizes = [(name, size) for name, physical, kind in asked if (size := _bytes_of(identifier(physical), kind))]
    if not sizes:
        return []
    picked = ", ".join(f"min(file_row_number) FILTER (WHERE {size} >= {MOST_BYTES})" for _, size in sizes)
    relation = f"read_parquet({file_list([file.path])}, file_row_number = true, hive_partitioning = false)"
    found = engine.row(f"SELECT {picked} FROM {relation}")
    return [_too_long(file, name, row + 1) for (name, _), row in zip(sizes, found, strict=True) if row is not None]


def _bytes_of(cell: str, kind: str) -> str | None:
    """Return SQL for the bytes of a cell as text; None for types that have no long text, such as decimals."""
    if kind in ("VARCHAR", "JSON"):
        return f"strlen({cell})"
    if kind == "BLOB":
        return f"octet_length({cell})"
    if kind.startswith(("MAP", "STRUCT")) or kind.endswith("]"):
        return f"strlen(CAST(to_json({cell}) AS VARCHAR))"
    return None


def _too_long(file: SourceFile, name: str, row: int) -> Problem:
    return Problem(
        code="FM1115",
        found=f"the cell of column '{name}' is too long",
        expected=f"less than {MOST_BYTES // 1_000_000} MB",
        where=f"{file.name}, row {row:,}",
        remedy="Look at the row: the cell is no bill data.",
    )
