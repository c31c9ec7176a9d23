"""Files have one order, however many rows and threads there are."""

from __future__ import annotations

import pytest

from finmod.engines.duckdb import Engine
from finmod.sample import SampleSummary
from tests.sample.bills import files


@pytest.mark.slow
def test_rows_beyond_one_block_keep_their_order(hours: SampleSummary) -> None:
    # More than two row groups of Parquet: blocks are what threads would shuffle.
    (path,) = files(hours.folder, "aws")
    with Engine() as engine:
        rows, disorder = engine.row(
            f"""SELECT count(*), count(*) FILTER (line <= before) FROM (
                SELECT identity_line_item_id AS line,
                       lag(identity_line_item_id) OVER (ORDER BY file_row_number) AS before
                FROM read_parquet('{path}', file_row_number = true))"""
        )
    assert rows > 2 * 122_880
    assert disorder == 0
