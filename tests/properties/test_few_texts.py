"""What is known of a file's texts makes a load quicker and nothing else: charges, keys and days are the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from finmod.engines.duckdb import Engine
from finmod.ledger.prepare import PeriodInput, prepare
from finmod.ledger.reduce import relation
from finmod.normalize.convert import Conversion
from tests.books import CHARGE, month
from tests.normalize.staged import conversion
from tests.properties.bills import FEW

TEXTS = (None, "", "NULL", "(null)", "a", "A", "it's", "{b}", "$BilledCost", "a\0b", "\N{GRINNING FACE}", "l" * 2000)
COLUMNS = ("ServiceName", "RegionId", "ChargeDescription", "ChargeClass", "x_Team", "x_text")
row = st.builds(
    lambda number, cost, texts: {**CHARGE, **month(number, cost), **dict(zip(COLUMNS, texts, strict=True))},
    st.sampled_from([7, 7, 8]),
    st.sampled_from(["1", "0.1", "-3"]),
    st.tuples(*(st.sampled_from(TEXTS) for _ in COLUMNS)),
)
files = st.lists(st.lists(row, min_size=1, max_size=6), min_size=1, max_size=3)


def written(tmp_path: Path, contents: list[list[dict[str, Any]]], form: str) -> list[Path]:
    """Write a Parquet file for each list of rows: with a dictionary, without one, or with texts as bytes."""
    paths = []
    for place, rows in enumerate(contents):
        paths.append(tmp_path / f"{place}.parquet")
        columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}
        if form == "bytes":
            columns["RegionId"] = columns["RegionId"].cast(pa.binary())
        pq.write_table(pa.table(columns), paths[-1], use_dictionary=form != "plain" or place == 0, row_group_size=3)
    return paths


def cells(engine: Engine, read: list[Conversion], folder: Path, many_rows: int) -> list[Any]:
    """Return every cell of the charges, keys and days of July, and the types of their files."""
    folder.mkdir(exist_ok=True)
    work = PeriodInput("saas", date(2026, 7, 1), tuple(read), frozenset(), "x", many_rows=many_rows)
    found: list[Any] = []
    for name, (file, _) in prepare(engine, work, folder)[0].files.items():
        types = [(column.name, column.type) for column in pq.read_schema(file)]
        found.append((name, types, engine.table(f"SELECT * FROM {relation([file])} ORDER BY ALL")))
    return found


@FEW
@given(contents=files, form=st.sampled_from(["dictionary", "plain", "bytes"]))
def test_what_is_known_of_texts_changes_no_cell(
    tmp_path: Path, contents: list[list[dict[str, Any]]], form: str
) -> None:
    # With more, another row of a key may be its example.
    with Engine(threads=1) as engine:
        read = [conversion(engine, path, tmp_path / "staged") for path in written(tmp_path, contents, form)]
        known = [replace(item, staged=item.staged.with_domains(engine)) for item in read]
        assert any(item.staged.domains for item in known)
        slow = cells(engine, read, tmp_path / "slow", 1_000_000)
        assert cells(engine, known, tmp_path / "quick", 0) == slow
        assert cells(engine, read, tmp_path / "late", 0) == slow
