"""A row longer than what is parsed at a time is refused wherever it stands; at the end the engine would drop it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.sources.files import fingerprint
from finmod.sources.long_rows import MOST_BYTES, ends_in_long_row
from finmod.sources.stage import stage


def staged(folder: Path, text: str, *, zipped: bool) -> int:
    path = folder / ("b.csv.gz" if zipped else "b.csv")
    path.write_bytes(gzip.compress(text.encode(), 1) if zipped else text.encode())
    with Engine() as engine:
        return stage(engine, fingerprint(path, folder), folder).rows


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("after", ["", "1,b\n1,b\n"])
@pytest.mark.parametrize(
    "cell",
    ["x" * (MOST_BYTES + 1), "x" * (2 * MOST_BYTES + 1), f'"{"x" * 99 + chr(10)}{"y" * 2 * MOST_BYTES}"'],
    ids=["one buffer", "two buffers", "two buffers with a quoted line end"],
)
def test_long_row_is_refused_with_line_and_column(tmp_path: Path, cell: str, after: str, *, zipped: bool) -> None:
    with pytest.raises(UserError) as caught:
        staged(tmp_path, f"BilledCost,Tags\n1,a\n1,{cell}\n{after}", zipped=zipped)
    (problem,) = caught.value.problems
    assert problem.code == "FM1115"
    assert problem.where in {"b.csv:3", "b.csv.gz:3"}
    assert problem.found == "the cell of column 'Tags' is too long"


@pytest.mark.parametrize("zipped", [False, True])
def test_long_file_of_short_rows_is_read_whole(tmp_path: Path, *, zipped: bool) -> None:
    text = "BilledCost,Tags\n" + '1,"a\nb\n"\n' * 1_100_000
    assert staged(tmp_path, text, zipped=zipped) == 1_100_000


@pytest.mark.parametrize(
    ("end", "long"),
    [
        ("x\n", True),
        ('"\n"\n', True),
        ("\n1,2\n", False),
        ("\r1,2\r", False),
        ("\r\n1,2", False),
        ('\n1,"a\nb"\n', False),
        ("\n" * MOST_BYTES, False),
    ],
)
def test_line_ends_inside_quotes_end_no_row(end: str, *, long: bool) -> None:
    tail = ("x" * MOST_BYTES + end).encode()[-MOST_BYTES:]
    assert ends_in_long_row(tail) is long
    assert not ends_in_long_row(tail[1:])
