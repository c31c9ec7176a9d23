"""Bad Parquet files are refused with file, row and remedy, exit code 1, and the ledger as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.books import CHARGE, Books


def parquet(path: Path, table: pa.Table | None = None, **columns: object) -> bytes:
    many = 5000
    content = (
        table
        if table is not None
        else pa.table({**{name: [value] * many for name, value in CHARGE.items()}, **columns})
    )
    pq.write_table(content, path, compression="none", use_dictionary=False)
    return path.read_bytes()


def damaged_page(path: Path) -> bytes:
    """Return a file with a page of charges' names whose compressed bytes are wrong."""
    table = pa.table(
        {**{n: [v] * 5000 for n, v in CHARGE.items()}, "ServiceName": [f"service {n * 7919}" for n in range(5000)]}
    )
    pq.write_table(table, path, compression="zstd", use_dictionary=False)
    chunk = pq.ParquetFile(path).metadata.row_group(0).column(list(CHARGE).index("ServiceName"))
    content = bytearray(path.read_bytes())
    middle = chunk.data_page_offset + chunk.total_compressed_size // 2
    content[middle : middle + 64] = bytes(64)
    return bytes(content)


PARQUET_REFUSED: dict[str, tuple[Callable[[Path], bytes], tuple[str, ...]]] = {
    "half a file": (
        lambda path: parquet(path)[:20_000],
        ("b.parquet: the Parquet file cannot be read", "Copy or export it again", "FM1106"),
    ),
    "second half of a file": (
        lambda path: parquet(path)[20_000:],
        ("b.parquet: the Parquet file cannot be read: its beginning is missing", "Copy or export it again", "FM1106"),
    ),
    "a 10 MB cell": (
        lambda path: parquet(path, ServiceName=["a"] * 4998 + ["x" * 10_000_000, "b"]),
        ("b.parquet, row 4,999: the cell of column 'ServiceName' is too long; expected less than 8 MB", "FM1115"),
    ),
    "a 10 MB cell in a map": (
        lambda path: parquet(
            path, Tags=pa.array([[("k", "x" * 10_000_000)]] + [None] * 4999, pa.map_(pa.string(), pa.string()))
        ),
        ("b.parquet, row 1: the cell of column 'Tags' is too long", "FM1115"),
    ),
    "damaged footer": (
        lambda path: (whole := parquet(path))[:-8] + bytes([255, 255, 255, 127]) + whole[-4:],
        ("b.parquet: the Parquet file cannot be read", "FM1106"),
    ),
    "damaged page": (
        lambda path: (whole := parquet(path))[:4] + bytes(60) + whole[64:],
        ("b.parquet: the Parquet file cannot be read", "FM1106"),
    ),
    "damaged compressed page": (damaged_page, ("b.parquet: the Parquet file cannot be read", "FM1106")),
    "NaN": (
        lambda path: parquet(path, BilledCost=[1.5] * 4999 + [float("nan")]),
        ("b.parquet, row 5,000: BilledCost is 'nan'; expected a number", "FM1120"),
    ),
    "infinity": (
        lambda path: parquet(path, BilledCost=[float("inf")] * 5000),
        ("b.parquet, row 1: BilledCost is 'inf' (and 4,999 more rows)", "FM1120"),
    ),
    "NaN as FLOAT": (
        lambda path: parquet(path, BilledCost=pa.array([1.5] * 4999 + [float("nan")], pa.float32())),
        ("b.parquet, row 5,000: BilledCost is 'nan'", "FM1120"),
    ),
    "NaN in another cost": (
        lambda path: parquet(path, ListCost=[1.5] * 4999 + [float("nan")]),
        ("b.parquet, row 5,000: ListCost is 'nan'", "FM1120"),
    ),
    "true as a number": (
        lambda path: parquet(path, BilledCost=[True] * 5000),
        ("b.parquet, row 1: BilledCost is 'true'", "FM1120"),
    ),
    "bytes that are no text": (
        lambda path: parquet(path, ServiceName=pa.array([b"a"] * 4999 + [b"\xff"], pa.binary())),
        ("b.parquet, row 5,000: column ServiceName has bytes that are not UTF-8; expected text", "FM1114"),
    ),
    "a column with the name of row numbers": (
        lambda path: parquet(path, File_Row_Number=[1] * 5000),
        ("b.parquet: a column is called 'File_Row_Number'", "Rename or leave out the column.", "FM1109"),
    ),
    "no rows": (
        lambda path: parquet(path, pa.table({name: pa.array([], pa.string()) for name in CHARGE})),
        ("b.parquet: the file has column names but no rows.", "FM1107"),
    ),
    "columns twice": (
        lambda path: parquet(
            path, pa.Table.from_arrays([pa.array([v]) for v in (*CHARGE.values(), "2")], [*CHARGE, "BilledCost"])
        ),
        ("b.parquet: column 'BilledCost' stands more than once, again as column 10", "FM1109"),
    ),
    "columns twice but for case": (
        lambda path: parquet(path, pa.table({**{n: [v] for n, v in CHARGE.items()}, "billedcost": ["2"]})),
        ("b.parquet: ", "'BilledCost' and 'billedcost' are one and the same", "FM1109"),
    ),
    "dates beyond the calendar": (
        lambda path: parquet(path, ChargePeriodStart=pa.array([2**62] * 5000, pa.timestamp("us"))),
        ("b.parquet", "FM1126"),
    ),
    "a list as a number": (
        lambda path: parquet(path, BilledCost=[[1.5]] * 5000),
        ("b.parquet", "BilledCost", "FM1120"),
    ),
    "a list as a date": (
        lambda path: parquet(path, ChargePeriodStart=[["2026-09-01"]] * 5000),
        ("b.parquet", "ChargePeriodStart", "FM1121"),
    ),
    "a number as a date": (
        lambda path: parquet(path, ChargePeriodStart=[1788220800] * 5000),
        ("b.parquet", "ChargePeriodStart", "FM1121"),
    ),
}


@pytest.mark.parametrize("case", PARQUET_REFUSED)
def test_bad_parquet_is_refused_with_place_and_remedy_and_leaves_no_trace(
    loaded: Books, tmp_path: Path, case: str
) -> None:
    content, words = PARQUET_REFUSED[case]
    message = loaded.refused(loaded.write("exports/b.parquet", content(tmp_path / "whole.parquet")))
    place = 0
    for word in words:
        place = message.find(word, place)
        assert place >= 0, (word, message)
    assert message.startswith("exports/b.parquet")
    assert str(loaded.root) not in message
    assert len(message) < 700, message
