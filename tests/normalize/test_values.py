"""Cells as text, exact decimals and instants."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from finmod.engines.duckdb import EngineError
from finmod.normalize.values import DateOrder
from tests.normalize.staged import cells


@pytest.mark.parametrize(
    ("double", "decimal"),
    [
        (1e-7, "0.0000001"),
        (12345678.9012, "12345678.9012"),
        (0.1 + 0.2, "0.3"),  # 0.30000000000000004 to 12 places
        (2.675, "2.675"),
        (1999.999999999999, "1999.999999999999"),
        (2000.000000000001, "2000.000000000001"),
        (0.0000000000005, "0.000000000001"),
        (-0.0000000000005, "-0.000000000001"),
        (0.0000000000004999, "0"),
        (0.1234567890125, "0.123456789013"),
        (-0.1234567890125, "-0.123456789013"),
        (1234567.1234567890125, "1234567.123456789"),
        (999998.9999999999, "999998.9999999999"),
        (999999.0000000001, "999999.0000000001"),
        (1.23456789012345e-05, "0.000012345679"),
        (-1.5e9, "-1500000000"),
        (1e14, "100000000000000"),
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "0"),
        (5.5511151231257827e-17, "0"),  # what 0.1 + 0.2 - 0.3 leaves behind
    ],
)
def test_doubles_are_read_as_the_shortest_text_that_gives_them(double: float, decimal: str, tmp_path: Path) -> None:
    assert cells(tmp_path, [double], "decimal") == [Decimal(decimal)]


def test_floats_of_four_bytes_are_read_as_their_own_shortest_text(tmp_path: Path) -> None:
    meant = [
        "0.1",
        "16.7",
        "1E-7",
        "59.4375",
        "123456.78",
        "2204823.8",
        "59038710",
        "-340351580",
        "3.5E-10",
        "0",
        "-0.3",
    ]
    values = pa.array([float(text) for text in meant], pa.float32())
    for scale in (12, 24):
        assert cells(tmp_path / str(scale), values, "decimal", scale=scale) == [Decimal(text) for text in meant]
    for wrong in (float("nan"), float("inf")):
        assert cells(tmp_path, pa.array([wrong], pa.float32()), "decimal", tolerant=True) == [None]
        with pytest.raises(EngineError):
            cells(tmp_path, pa.array([wrong], pa.float32()), "decimal")


@pytest.mark.parametrize("double", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused_or_null_on_wish(double: float, tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        cells(tmp_path, [double], "decimal")
    assert cells(tmp_path / "tolerant", [double], "decimal", tolerant=True) == [None]


@pytest.mark.parametrize(
    ("text", "rounded", "exact"),
    [
        ("0.1234567890123456789012", "0.123456789012", "0.1234567890123456789012"),
        ("-0.1234567890125", "-0.123456789013", "-0.1234567890125"),
        ("0.0000000000005", "0.000000000001", "0.0000000000005"),
        ("1e-7", "0.0000001", "0.0000001"),
        ("1.5E-13", "0", "0.00000000000015"),
        ("6E-13", "0.000000000001", "0.0000000000006"),
        ("5.2e-17", "0", "0.000000000000000052"),
        ("3.58e+2", "358", "358"),
        ("6.01E3", "6010", "6010"),
        ("-1.23456789E7", "-12345678.9", "-12345678.9"),
        ("9.5E+00", "9.5", "9.5"),
        ("9.87654321098765432109e0", "9.876543210988", "9.87654321098765432109"),
        ("-1.25E-9", "-0.00000000125", "-0.00000000125"),
        ("-7e-1", "-0.7", "-0.7"),
        ("5e-0", "5", "5"),
        ("4.9e-25", "0", "0"),
        ("9.9e-25", "0", "0.000000000000000000000001"),
        ("12.5e-3", "0.0125", "0.0125"),
        ("+1.5e-3", "0.0015", "0.0015"),
        (".5e-3", "0.0005", "0.0005"),
        ("1e-300", "0", "0"),
        ("1E3", "1000", "1000"),
        ("007.50", "7.5", "7.5"),
        ("12345678901234.123456789012", "12345678901234.123456789012", "12345678901234.123456789012"),
        ("1234567.1234567890123456", "1234567.123456789012", "1234567.1234567890123456"),
        ("", None, None),
    ],
)
def test_texts_are_rounded_once_and_kept_at_every_digit_for_the_control_total(
    text: str, rounded: str | None, exact: str | None, tmp_path: Path
) -> None:
    assert cells(tmp_path, [text], "decimal") == [rounded and Decimal(rounded)]
    assert cells(tmp_path / "exact", [text], "decimal", scale=24) == [exact and Decimal(exact)]


@pytest.mark.parametrize(
    "text",
    ["1_000", "1_0.5", "1e2_0", "1_0e-3", "1.2.3e-5", "1.5e-7.5", "--1e-3", "e-3", "1e-", "1ee-3", "x.5e-3", "- 1e-3"],
)
@pytest.mark.parametrize("scale", [12, 24])
def test_text_that_is_nearly_a_number_is_refused(text: str, scale: int, tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        cells(tmp_path, [text], "decimal", scale=scale)
    assert cells(tmp_path / "tolerant", [text], "decimal", scale=scale, tolerant=True) == [None]


@pytest.mark.parametrize("text", ["12,5", "1.000,00", "$5", "n/a", "0x10", "NaN", "Infinity", "1" * 30])
def test_texts_that_are_no_number_are_refused_or_null_on_wish(text: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        cells(tmp_path, [text], "decimal")
    assert cells(tmp_path / "tolerant", [text], "decimal", tolerant=True) == [None]


def test_decimals_and_integers_are_read_as_they_are(tmp_path: Path) -> None:
    assert cells(tmp_path, [Decimal("1.2345678901234567")], "decimal") == [Decimal("1.234567890123")]
    assert cells(tmp_path / "integers", [12, -3], "decimal") == [Decimal(12), Decimal(-3)]


NOON = datetime(2026, 9, 1, 12)  # noqa: DTZ001 -- the ledger's instants are UTC without a zone


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-01T12:00:00Z",
        "2026-09-01T12:00:00.000Z",
        "2026-09-01 12:00:00",
        "2026-09-01T12:00:00",
        "2026-09-01 12:00:00 UTC",
        "2026-09-01T14:00:00+02:00",
        "2026-09-01T14:00:00+0200",
        "2026-09-01 07:00:00-05",
        "2026-09-01T17:30:00+05:30",
        "2026-09-02T06:00:00+18:00",
        "2026-08-31T18:00:00-18:00",
        "2026-09-01 12:00:00 utc",
        "2026-09-01 12:00:00.000 UTC",
        "2026-09-01T12:00:00+0000",
        "2026-09-01T12:00:00.123456+00:00",
        "2026-09-01T12:00Z",
        "2026-9-1 12:00:00+00",
        "2026-09-01T12:00:00Z ",
    ],
)
def test_instants_are_utc_whatever_their_offset(text: str, tmp_path: Path) -> None:
    (found,) = cells(tmp_path, [text], "timestamp")
    assert found.replace(microsecond=0) == NOON


@pytest.mark.parametrize("zone", [" IST", " PST", " CST", " CET", " GMT", " Europe/Berlin", "EST", "+0000 UTC", " BC"])
@pytest.mark.parametrize("order", ["iso", "mdy"])
def test_zone_that_would_have_to_be_guessed_is_refused_or_null_on_wish(
    order: DateOrder, zone: str, tmp_path: Path
) -> None:
    for day in ("2026-09-01 12:00:00", "2026-09-01T12:00", "2026-9-1 1:00"):
        with pytest.raises(EngineError):
            cells(tmp_path, [day + zone], "timestamp", order)
        assert cells(tmp_path / "tolerant", [day + zone], "timestamp", order, tolerant=True) == [None]


@pytest.mark.parametrize("offset", ["+99:00", "-99", "+24:00", "+18:01", "-1801", "+05:60", "+0575"])
@pytest.mark.parametrize("order", ["iso", "mdy"])
def test_an_offset_that_no_clock_has_is_refused_or_null_on_wish(order: DateOrder, offset: str, tmp_path: Path) -> None:
    text = f"2026-09-01T12:00:00{offset}"
    with pytest.raises(EngineError):
        cells(tmp_path, [text], "timestamp", order)
    assert cells(tmp_path / "tolerant", [text], "timestamp", order, tolerant=True) == [None]


def test_a_date_is_its_first_instant(tmp_path: Path) -> None:
    assert cells(tmp_path, ["2026-09-01", ""], "timestamp") == [datetime(2026, 9, 1), None]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("order", "text", "day"),
    [
        ("mdy", "9/1/2026", 1),
        ("mdy", "09/01/26", 1),
        ("mdy", "9/1/26 00:00", 1),
        ("mdy", "09/01/2026 00:00:00", 1),
        ("dmy", "1/9/2026", 1),
        ("dmy", "30/09/26", 30),
        ("dmy", "2026-09-30", 30),
    ],
)
def test_slashes_are_read_in_the_order_that_the_user_says(
    order: DateOrder, text: str, day: int, tmp_path: Path
) -> None:
    assert cells(tmp_path, [text], "timestamp", order) == [datetime(2026, 9, day)]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("iso", "9/1/2026"),
        ("iso", "5/1/25"),
        ("mdy", "30/09/2026"),
        ("iso", "2026-02-30"),
        ("iso", "soon"),
        ("iso", "2026-09"),
    ],
)
def test_dates_that_could_be_misread_are_refused_or_null_on_wish(order: DateOrder, text: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        cells(tmp_path, [text], "timestamp", order)
    assert cells(tmp_path / "tolerant", [text], "timestamp", order, tolerant=True) == [None]


@pytest.mark.parametrize(
    "values",
    [
        pa.array([NOON], pa.timestamp("us")),
        pa.array([NOON], pa.timestamp("ms")),
        pa.array([NOON], pa.timestamp("ns")),
        pa.array([NOON.replace(tzinfo=UTC)], pa.timestamp("us", tz="UTC")),
        pa.array([NOON.replace(tzinfo=UTC)], pa.timestamp("ns", tz="UTC")),
        pa.array([NOON.replace(tzinfo=UTC)], pa.timestamp("ms", tz="Europe/Berlin")),
    ],
    ids=lambda values: str(values.type),
)
def test_instants_of_parquet_are_utc(values: pa.Array, tmp_path: Path) -> None:
    assert cells(tmp_path, values, "timestamp") == [NOON]


def test_a_parquet_date_is_its_first_instant(tmp_path: Path) -> None:
    assert cells(tmp_path, [date(2026, 9, 1)], "timestamp") == [datetime(2026, 9, 1)]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pa.array(["", None, "x"]), [None, None, "x"]),
        (pa.array([[("team", "a"), ("env", None)]], pa.map_(pa.string(), pa.string())), ['{"team":"a","env":null}']),
        (pa.array([{"a": 1, "b": "x"}]), ['{"a":1,"b":"x"}']),
        (pa.array([["x", "y"]]), ['["x","y"]']),
        (pa.array(["x"]).dictionary_encode(), ["x"]),
        (pa.array(["Zürich".encode(), b""], pa.binary()), ["Zürich", None]),
        (pa.array([7]), ["7"]),
        (pa.array([True]), ["true"]),
        (pa.array([0.1]), ["0.1"]),
        (pa.nulls(1), [None]),
    ],
    ids=lambda values: str(getattr(values, "type", "")),
)
def test_any_parquet_type_has_a_text(values: pa.Array, text: list[Any], tmp_path: Path) -> None:
    assert cells(tmp_path, values, "text") == text


@pytest.mark.parametrize("how", ["text", "decimal", "timestamp"])
def test_a_column_that_the_file_lacks_is_null(how: str, tmp_path: Path) -> None:
    assert cells(tmp_path, pa.nulls(1), how) == [None]
