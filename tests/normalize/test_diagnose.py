"""Unreadable cells are found per column: how many, where the first one stands, what it says."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import InternalError, UserError
from finmod.normalize.diagnose import damaged_file, first_too_large, unreadable_cells, why_unreadable
from finmod.normalize.values import Reading
from tests.books import CHARGE, bill
from tests.normalize.staged import conversion, parquet


def test_every_column_is_told_with_its_first_row_and_number(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(
        bill({}, {"BilledCost": "x", "ListCost": "1,5"}, {"BilledCost": "y", "ChargePeriodEnd": "z"})
    )
    with Engine() as engine:
        made = conversion(engine, tmp_path / "b.csv", tmp_path / "work")
        why = why_unreadable(engine, [made], EngineError("any"))
    assert isinstance(why, UserError)
    told = {problem.found: (problem.code, problem.where) for problem in why.problems}
    assert told == {
        "BilledCost is 'x' (and 1 more row)": ("FM1120", "b.csv, row 2"),
        "ListCost is '1,5'": ("FM1120", "b.csv, row 2"),
        "ChargePeriodEnd is 'z'": ("FM1121", "b.csv, row 3"),
    }


@pytest.mark.parametrize(
    ("values", "text"),
    [([1.5, 1.5, float("nan")], "nan"), ([1.5, 2.5, float("-inf")], "-inf"), ([0.0, 0.0, 1e30], "1e+30")],
)
def test_double_that_is_no_amount_is_found_whatever_the_file_says_of_its_range(
    tmp_path: Path, values: list[float], text: str
) -> None:
    path = parquet(tmp_path, {**{name: [value] * 3 for name, value in CHARGE.items()}, "BilledCost": pa.array(values)})
    with Engine() as engine:
        ((problem, counted),) = unreadable_cells(engine, conversion(engine, path, tmp_path / "work"))
    assert problem.found == f"BilledCost is '{text}'"
    assert problem.where == "bill.parquet, row 3"
    assert counted == ("BilledCost", 1)


def test_columns_tolerated_on_wish_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(bill({"BilledCost": "x", "ListCost": "y"}))
    with Engine() as engine:
        made = conversion(
            engine, tmp_path / "b.csv", tmp_path / "work", Reading(unreadable_as_null=frozenset({"ListCost"}))
        )
        strict = [counted for _, counted in unreadable_cells(engine, made)]
        tolerated = [counted for _, counted in unreadable_cells(engine, made, tolerated=True)]
    assert (strict, tolerated) == ([("BilledCost", 1)], [("ListCost", 1)])


def test_hostile_cell_is_shown_harmless_and_short(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(bill({"BilledCost": "\x1b[31m" + "x" * 1000}))
    with Engine() as engine:
        ((problem, _),) = unreadable_cells(engine, conversion(engine, tmp_path / "b.csv", tmp_path / "work"))
    assert problem.found == f"BilledCost is '\N{REPLACEMENT CHARACTER}[31m{'x' * 55}... (1,005 characters)'"


def test_whole_file_is_not_called_damaged(tmp_path: Path) -> None:
    path = parquet(tmp_path, {name: [value] * 3 for name, value in CHARGE.items()})
    with Engine() as engine:
        made = conversion(engine, path, tmp_path / "work")
        assert damaged_file(engine, made) is None
        ours = why_unreadable(engine, [made], EngineError("words of the engine"))
        path.write_bytes(path.read_bytes()[:200])
        problem = damaged_file(engine, made)
        theirs = why_unreadable(engine, [made, made], EngineError("words of the engine"))
    assert problem is not None
    assert problem.code == "FM1106"
    assert isinstance(theirs, UserError)
    assert theirs.problems == (problem,)
    assert isinstance(ours, InternalError)
    assert str(ours) == "bill.parquet can be read, and yet its conversion failed: words of the engine"


def test_remedy_never_asks_for_what_would_be_refused_next(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(bill({"ChargePeriodStart": "x", "ChargePeriodEnd": "x", "BilledCost": "x"}))
    with Engine() as engine:
        found = unreadable_cells(engine, conversion(engine, tmp_path / "b.csv", tmp_path / "work"))
    assert {column for problem, (column, _) in found if "--unreadable-as-null" in (problem.remedy or "")} == {
        "ChargePeriodEnd",
    }


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("2026-09-01 00:00:00 IST", "Mend the export: times in UTC (Z), or with an offset such as +02:00"),
        ("2026-09-01 00:00:00 Europe/Berlin", "Mend the export: times in UTC (Z), or with an offset such as +02:00"),
        ("9/1/2026", "Say how to read them: --date-order mdy"),
        ("n/a", "Mend the export, or read such cells as NULL: --unreadable-as-null ChargePeriodEnd."),
        ("2026-02-30", "There is no such day or time. Mend the export, or read such cells as NULL"),
        ("2026-02-01T30:00:00Z", "There is no such day or time. Mend the export, or read such cells as NULL"),
        ("2026-02-30 00:00:00+02:00", "There is no such day or time. Mend the export"),
    ],
)
def test_remedy_fits_what_is_wrong_with_a_date(tmp_path: Path, text: str, remedy: str) -> None:
    (tmp_path / "b.csv").write_text(bill({"ChargePeriodEnd": text}))
    with Engine() as engine:
        ((problem, _),) = unreadable_cells(engine, conversion(engine, tmp_path / "b.csv", tmp_path / "work"))
    assert (problem.code, problem.found) == ("FM1121", f"ChargePeriodEnd is '{text}'")
    assert (problem.remedy or "").startswith(remedy)


def test_amount_too_large_for_a_control_total_is_told_with_its_row(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(bill({}, {"BilledCost": "123456789012345.5"}))
    with Engine() as engine:
        made = conversion(engine, tmp_path / "b.csv", tmp_path / "work")
        assert first_too_large(engine, made) == (2, "123456789012345.500000000000")
