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
from finmod.ledger.tables import CHARGE_KEYS, CHARGES, FINDINGS
from finmod.normalize.convert import Conversion
from tests.books import CHARGE, month
from tests.normalize.staged import conversion
from tests.properties.bills import FEW

TEXTS = (None, "", "NULL", "(null)", "a", "A", "it's", "{b}", "$BilledCost", "a\0b", "\N{GRINNING FACE}", "l" * 2000)
COLUMNS = ("ServiceName", "RegionId", "ChargeDescription", "ChargeClass", "x_Team", "x_text")
EXAMPLES = {CHARGE_KEYS.name: "x_ExampleFile, x_ExampleRow", FINDINGS.name: "x_Example, x_Where"}
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
    """Return every cell of the charges, keys and days of July, and the types of their files.

    Which of its charges is the example of a key or a finding is left open; that of a key is one of them.
    """
    folder.mkdir(exist_ok=True)
    work = PeriodInput("saas", date(2026, 7, 1), tuple(read), frozenset(), "x", many_rows=many_rows)
    files = {name: file for name, (file, _) in prepare(engine, work, folder)[0].files.items()}
    charges, keys = relation([files[CHARGES.name]]), relation([files[CHARGE_KEYS.name]])
    is_example = "c.x_ChargeKey = k.x_ChargeKey AND c.x_File = k.x_ExampleFile AND c.x_Row = k.x_ExampleRow"
    assert engine.rows(f"SELECT 1 FROM {keys} AS k ANTI JOIN {charges} AS c ON {is_example}") == []
    found: list[Any] = []
    for name, file in files.items():
        types = [(column.name, column.type) for column in pq.read_schema(file)]
        left = EXAMPLES.get(name)
        sql = f"SELECT *{f' EXCLUDE ({left})' if left else ''} FROM {relation([file])} ORDER BY ALL"
        found.append((name, types, engine.table(sql)))
    return found


@FEW
@given(contents=files, form=st.sampled_from(["dictionary", "plain", "bytes"]))
def test_what_is_known_of_texts_changes_no_cell(
    tmp_path: Path, contents: list[list[dict[str, Any]]], form: str
) -> None:
    with Engine(threads=2) as engine:
        read = [conversion(engine, path, tmp_path / "staged") for path in written(tmp_path, contents, form)]
        known = [replace(item, staged=item.staged.with_domains(engine)) for item in read]
        assert any(item.staged.domains for item in known)
        slow = cells(engine, read, tmp_path / "slow", 1_000_000)
        assert cells(engine, known, tmp_path / "quick", 0) == slow
        assert cells(engine, read, tmp_path / "late", 0) == slow
