"""A small Parquet or CSV file made ready for conversion, and what its cells are read as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from finmod.engines.duckdb import Engine
from finmod.normalize.convert import Conversion
from finmod.normalize.focus import mapping
from finmod.normalize.values import DateOrder, Reading, Values
from finmod.sources.files import fingerprint
from finmod.sources.focus import canonical
from finmod.sources.stage import Staged, stage


def parquet(folder: Path, columns: Mapping[str, Any], name: str = "bill.parquet") -> Path:
    """Write columns (lists or arrow arrays) as a Parquet file."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(dict(columns)), folder / name)
    return folder / name


def staged(engine: Engine, path: Path, work: Path) -> Staged:
    """Make a file ready for conversion."""
    work.mkdir(parents=True, exist_ok=True)
    return stage(engine, fingerprint(path, path.parent), work)


def conversion(engine: Engine, path: Path, work: Path, reading: Reading | None = None) -> Conversion:
    """Return how a FOCUS file is read."""
    found = staged(engine, path, work)
    names = [column.name for column in found.columns]
    return Conversion("saas", found, mapping(names), canonical, reading or Reading())


def cells(
    folder: Path,
    values: Sequence[Any] | pa.Array,
    how: str,
    order: DateOrder = "iso",
    **options: Any,  # noqa: ANN401 -- passed on to the reading under test
) -> list[Any]:
    """Return what the cells of one column are read as: text, decimal or timestamp."""
    with Engine() as engine:
        made = staged(engine, parquet(folder, {"a": values, "b": [None] * len(values)}), folder / "staged")
        sql = getattr(Values(made, str, order), how)("a", **options)
        return [row[0] for row in engine.rows(f"SELECT {sql} FROM {made.relation} ORDER BY file_row_number")]
