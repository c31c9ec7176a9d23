"""Which texts the columns of a staged file hold, where they are few: they make reading and writing cheap.

Owns the look. A column of one text needs no look at its rows, and a column of few is written by their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from finmod.engines.duckdb import Engine, EngineError, file_list

MANY_ROWS: Final = 10_000
"""Of fewer rows, a look takes longer than it saves."""
MOST_BYTES: Final = 64_000
"""Columns whose texts are longer, put together, are no columns of few texts."""

# A writer gives a dictionary to a column whose texts repeat. Small ones bound the look: in one row group as stored and
# beside two bytes a row as unpacked, and over all row groups, since each may hold other texts.
_MOST_UNPACKED_BYTES = 1_000_000
_MOST_DICTIONARIES_BYTES = 16_000_000


class Domain(NamedTuple):
    """Every text of a column.

    Attributes:
        texts: Without repetition, in order.
        has_null: Whether cells are NULL.
    """

    texts: tuple[str, ...]
    has_null: bool


def read_domains(engine: Engine, parquet: Path, columns: Mapping[str, Sequence[str]]) -> dict[str, Domain]:
    """Return the domains of a Parquet file's text columns; columns of many texts are left out.

    A file that cannot be read has none: what is wrong with it is told where its rows are read.

    Args:
        engine: Where to look.
        parquet: The file.
        columns: SQL of a cell -> its path in the file: the column, then fields of nested structs.
    """
    paths = {", ".join(path): sql for sql, path in columns.items()}
    few = [paths[path] for path in _with_small_dictionaries(engine, parquet) if path in paths]
    if not few:
        return {}
    looks = ", ".join(f"list(DISTINCT {sql}) AS t{place}" for place, sql in enumerate(few))
    sizes = (f"coalesce(list_sum([strlen(one) FOR one IN t{place}]), 0)" for place in range(len(few)))
    kept = ", ".join(f"CASE WHEN {size} <= {MOST_BYTES} THEN t{place} END" for place, size in enumerate(sizes))
    relation = f"read_parquet({file_list([parquet])}, hive_partitioning = false)"
    try:
        found = engine.row(f"SELECT {kept} FROM (SELECT {looks} FROM {relation})")
    except EngineError:
        return {}
    return {sql: _domain(texts) for sql, texts in zip(few, found, strict=True) if texts is not None}


def _domain(cells: Iterable[str | None]) -> Domain:
    """Return the domain of the different cells of a column, NULL among them."""
    every = set(cells)
    return Domain(tuple(sorted(text for text in every if text is not None)), None in every)


def _with_small_dictionaries(engine: Engine, parquet: Path) -> list[str]:
    """Return the paths of the columns that are NULL throughout or have a small dictionary in every row group."""
    filled = "coalesce(stats_null_count, 0) < num_values"
    size = "data_page_offset - dictionary_page_offset"
    small = f"{size} BETWEEN 1 AND {MOST_BYTES} AND total_uncompressed_size <= {_MOST_UNPACKED_BYTES} + 2 * num_values"
    rows = engine.rows(
        f"SELECT path_in_schema FROM parquet_metadata({file_list([parquet])}) GROUP BY path_in_schema "
        f"HAVING bool_and(NOT ({filled}) OR coalesce({small}, false)) "
        f"AND coalesce(sum({size}) FILTER (WHERE {filled}), 0) <= {_MOST_DICTIONARIES_BYTES} ORDER BY ALL"
    )
    return [path for (path,) in rows]
