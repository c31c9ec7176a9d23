"""Tables that Python tells: amounts keep every digit, whatever rows there are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.marts.rows import make_table

COLUMNS = {"x_Month": "DATE", "x_Rank": "BIGINT", "x_IsTotal": "BOOLEAN", 'x_"Odd"': "VARCHAR",
           "x_Cost": "DECIMAL(38,12)"}  # fmt: skip


def test_values_keep_their_types_and_amounts_every_digit(tmp_path: Path) -> None:
    row = (date(2026, 10, 1), 7, True, "it's", Decimal("12345678901234567890.123456789012"))
    with Engine(temp_folder=tmp_path) as engine:
        make_table(engine, "told", COLUMNS, [row, (None, None, None, None, Decimal("1E-12"))])

        assert engine.rows("SELECT * FROM told") == [row, (None, None, None, None, Decimal("0.000000000001"))]


def test_a_table_is_replaced_and_may_have_no_rows_or_many(tmp_path: Path) -> None:
    with Engine(temp_folder=tmp_path) as engine:
        make_table(engine, "told", {"x_Rank": "BIGINT"}, [(number,) for number in range(12_000)])
        assert engine.row("SELECT count(*), sum(x_Rank) FROM told") == (12_000, 71_994_000)

        make_table(engine, "told", COLUMNS)
        assert engine.rows("SELECT * FROM told") == []
