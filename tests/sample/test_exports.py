"""Files have one order, however many rows and threads there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.sample import write_sample
from tests.sample.bills import files


@pytest.mark.slow
def test_rows_beyond_one_block_keep_their_order(folder: Path) -> None:
    # More than two row groups of Parquet: blocks are what threads would shuffle.
    write_sample(folder, months=1, rows=450_000)
    (path,) = files(folder, "aws")
    with Engine() as engine:
        rows, disorder = engine.row(
            f"""SELECT count(*), count(*) FILTER (line <= before) FROM (
                SELECT identity_line_item_id AS line,
                       lag(identity_line_item_id) OVER (ORDER BY file_row_number) AS before
                FROM read_parquet('{path}', file_row_number = true))"""
        )
    assert rows > 2 * 122_880
    assert disorder == 0
