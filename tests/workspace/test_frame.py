"""Frames: their types are the same whatever rows there are, and no number changes on its way into them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from finmod.errors import UserError
from finmod.workspace.frame import Frame

LARGE = 9_007_199_254_740_993
"""The first whole number that a float does not have."""
TYPES = {
    "text": "VARCHAR", "small": "INTEGER", "large": "BIGINT", "wide": "HUGEINT", "fine": "DECIMAL(38,18)",
    "share": "DOUBLE", "is_so": "BOOLEAN", "day": "DATE", "at": "TIMESTAMP", "parts": "INTEGER[]",
}  # fmt: skip
ROW = ("a", 1, LARGE, 2**100, Decimal("0.000000000000000001"), 0.1, True, date(2026, 9, 1),
       datetime(2026, 9, 1, 12, tzinfo=UTC).replace(tzinfo=None), [1, 2])  # fmt: skip
ARROW = pa.schema([
    ("text", pa.string()), ("small", pa.int32()), ("large", pa.int64()), ("wide", pa.decimal128(38, 0)),
    ("fine", pa.decimal128(38, 18)), ("share", pa.float64()), ("is_so", pa.bool_()), ("day", pa.date32()),
    ("at", pa.timestamp("us")), ("parts", pa.string()),
])  # fmt: skip
PANDAS = ["string", "Int64", "Int64", "object", "object", "float64", "boolean", "object", "datetime64[us]", "object"]


@pytest.mark.parametrize("rows", [(), (ROW,), ((None,) * 10,), (ROW, (None,) * 10)])
def test_types_are_the_same_whatever_rows_there_are(rows: tuple[tuple[Any, ...], ...]) -> None:
    frame = Frame((*TYPES,), rows, types=TYPES)
    assert frame.arrow().schema == ARROW
    assert [str(dtype) for dtype in frame.pandas().dtypes] == PANDAS
    assert frame.polars().schema["fine"] == pl.Decimal(38, 18)


def test_no_number_changes_beside_an_unknown_one() -> None:
    frame = Frame((*TYPES,), (ROW, (None,) * 10), types=TYPES)
    first = frame.arrow().to_pylist()[0]
    assert [*first.values()] == [*ROW[:3], Decimal(2**100), *ROW[4:9], "[1, 2]"]
    shown = frame.pandas()
    assert [shown[name][0] for name in ("large", "wide", "fine")] == [LARGE, 2**100, ROW[4]]
    assert [str(dtype) for dtype in frame.pandas(floats=True)[["large", "wide", "fine"]].dtypes] == [
        "Int64", "float64", "float64",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        ([Decimal("1.5")], "decimal128(38, 12)"),
        ([Decimal("1E-18"), Decimal("1.50")], "decimal128(38, 18)"),
        ([Decimal(10) ** 30], "decimal128(38, 7)"),
        ([Decimal(10) ** 30, Decimal("1E-12")], "string"),
        ([Decimal("0E-18")], "decimal128(38, 12)"),
        ([LARGE], "int64"),
        ([2**64], "decimal128(38, 0)"),
        ([10**38], "string"),
    ],
)
def test_values_without_a_type_get_one_that_holds_them_to_the_last_digit(values: list[Any], type_: str) -> None:
    column = Frame(("n",), tuple((value,) for value in values)).arrow()["n"]
    assert str(column.type) == type_
    assert [Decimal(value) for value in column.to_pylist()] == [Decimal(value) for value in values]


def test_an_amount_that_its_type_does_not_hold_keeps_all_its_digits() -> None:
    table = Frame(("n",), ((Decimal(10) ** 27,),), types={"n": "DECIMAL(38,12)"}).arrow()
    assert table.to_pylist() == [{"n": Decimal(10) ** 27}]


def test_maps_and_lists_are_text_in_arrow_whatever_is_in_them() -> None:
    value = {date(2026, 9, 1): [Decimal("1.50"), None]}
    assert Frame(("m",), ((value,),), types={"m": "MAP(DATE, DECIMAL(4,2)[])"}).arrow().to_pylist() == [
        {"m": '{"2026-09-01": ["1.50", null]}'}
    ]


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    frame = Frame(("value", "unit"), ())
    with pytest.raises(UserError) as refused:
        frame.column("valu")
    assert "the frame has no column 'valu'; expected value or unit.\n  Did you mean 'value'?" in str(refused.value)
    with pytest.raises(UserError, match=r"the frame has no column 3; expected value or unit"):
        frame.column(3)  # type: ignore[arg-type]
