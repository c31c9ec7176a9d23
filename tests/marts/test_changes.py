"""The public table of changes: exact amounts, one row per effect, columns of dimensions by names of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from finmod.engines.duckdb import Engine
from finmod.marts.changes import VARIANCE_COLUMNS, keep_effects, make_variance, variance_columns
from finmod.models.variance.cells import Units
from finmod.models.variance.effects import EFFECTS, PLACE

D = Decimal
AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as made:
        yield made


def effects(*rows: dict[str, int]) -> Units:
    found = np.zeros((len(rows), len(EFFECTS)), dtype=object)
    for at, row in enumerate(rows):
        for name, units in row.items():
            found[at, PLACE[name]] = units
    return found


def texts(*products: str | None, column: str = "x_Product") -> dict[str, list[str | None]]:
    many = len(products)
    same: dict[str, list[str | None]] = {
        "x_Pool": [None] * many, "x_Source": ["aws"] * many, "ServiceName": ["EC2"] * many,
        "ChargeCategory": ["Usage"] * many,
    }  # fmt: skip
    return {column: [*products], **same}


@pytest.mark.parametrize("units", [1, -1, 10**12, -(10**12) - 1, 10**25 + 7, -(10**25) - 7])
def test_amounts_are_kept_to_the_last_digit_whatever_their_size_and_sign(engine: Engine, units: int) -> None:
    sql = keep_effects(engine, texts("search"), effects({"volume": units}))
    assert engine.rows(f"SELECT volume, mix FROM ({sql})") == [(D(units).scaleb(-12), D(0))]


def test_a_row_is_an_effect_that_is_not_nothing(engine: Engine) -> None:
    """What two currencies have of one product is one row of it."""
    sql = keep_effects(
        engine,
        texts("search", "search", None),
        effects({"volume": 10**12, "tax": 5}, {"volume": 2 * 10**12, "tax": -5}, {"tax": 1}),
    )
    make_variance(engine, ["x_Product"], {(SEPTEMBER, AUGUST): f"({sql})"}, "EUR")
    assert engine.rows("FROM variance_monthly ORDER BY x_Product NULLS LAST") == [
        (SEPTEMBER, AUGUST, "search", None, "aws", "EC2", "Usage", "volume", D(3), "EUR"),
        (SEPTEMBER, AUGUST, None, None, "aws", "EC2", "Usage", "tax", D("0.000000000001"), "EUR"),
    ]


def test_a_dimension_that_is_called_as_a_column_of_the_table_has_a_longer_name(engine: Engine) -> None:
    sql = keep_effects(engine, texts("search", column="x_Effect"), effects({"volume": 10**12}))
    make_variance(engine, ["x_Effect"], {(SEPTEMBER, AUGUST): f"({sql})"}, "USD")
    assert engine.rows("SELECT x_DimensionEffect, x_Effect, x_Amount FROM variance_monthly") == [
        ("search", "volume", D(1))
    ]


def test_without_months_there_is_a_table_without_rows(engine: Engine) -> None:
    make_variance(engine, ["x_Product"], {}, "USD")
    assert engine.rows("FROM variance_monthly") == []
    columns = [name for name, *_ in engine.rows("DESCRIBE variance_monthly")]
    assert columns == [*variance_columns(["x_Product"])]
    assert set(columns) == {*VARIANCE_COLUMNS, "x_Product"}
