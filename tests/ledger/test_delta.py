"""Delta tables in a folder: commits, versions, file lists."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.delta import CommitConflictError, DeltaFolder, NewFile, partition_folder
from finmod.ledger.reduce import relation
from finmod.ledger.tables import Table

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
SMALL = Table("small", {"x_Source": "VARCHAR", "x_BillingPeriod": "DATE", "a": "BIGINT"})
WHOLE = Table("whole", {"a": "BIGINT"}, by_period=False)


def put(folder: DeltaFolder, name: str, value: int, period: date) -> int:
    place = partition_folder(folder.path(SMALL), "s", period)
    place.mkdir(parents=True, exist_ok=True)
    with Engine() as engine:
        sql = f"SELECT 's' AS x_Source, DATE '{period}' AS x_BillingPeriod, {value}::BIGINT AS a"
        rows = engine.copy_parquet(sql, place / name)
    return folder.replace(SMALL, NewFile(place / name, rows, "s", period))


def values(files: list[Path]) -> list[int]:
    with Engine() as engine:
        return [row[0] for row in engine.rows(f"SELECT a FROM {relation(files)} ORDER BY 1")]


def test_a_table_that_does_not_exist_has_version_minus_one(tmp_path: Path) -> None:
    folder = DeltaFolder(tmp_path)
    assert (folder.exists(SMALL), folder.version(SMALL)) == (False, -1)
    folder.create(SMALL)
    folder.create(SMALL)
    assert (folder.exists(SMALL), folder.version(SMALL), folder.files(SMALL, 0)) == (True, 0, [])


@pytest.mark.parametrize("name", ["plain", "a b#c", "50% off", "é[1]*?"])
def test_a_period_is_replaced_and_older_versions_stay(tmp_path: Path, name: str) -> None:
    folder = DeltaFolder(tmp_path / name)
    folder.create(SMALL)
    assert [put(folder, "1", 1, JULY), put(folder, "2", 2, AUGUST), put(folder, "3", 3, JULY)] == [1, 2, 3]
    assert [values(folder.files(SMALL, version)) for version in (1, 2, 3)] == [[1], [1, 2], [2, 3]]
    assert values(folder.files(SMALL, 3, [("s", JULY)])) == [3]
    assert folder.files(SMALL, 3, [("other", JULY)]) == []


def test_restoring_is_a_new_version(tmp_path: Path) -> None:
    folder = DeltaFolder(tmp_path)
    folder.create(SMALL)
    put(folder, "1", 1, JULY)
    put(folder, "2", 2, JULY)
    folder.restore(SMALL, 1)
    assert folder.version(SMALL) == 3
    assert values(folder.files(SMALL, 3)) == [1]


def test_columns_are_added_once_whatever_their_case(tmp_path: Path) -> None:
    folder = DeltaFolder(tmp_path)
    folder.create(SMALL)
    folder.add_columns(SMALL, {"x_New": "VARCHAR"})
    version = folder.version(SMALL)
    folder.add_columns(SMALL, {"X_NEW": "VARCHAR", "a": "BIGINT"})
    assert folder.version(SMALL) == version
    assert folder.columns(SMALL, version) == ["x_Source", "x_BillingPeriod", "a", "x_New"]


def test_a_version_that_is_not_there_is_told(tmp_path: Path) -> None:
    folder = DeltaFolder(tmp_path)
    folder.create(SMALL)
    with pytest.raises(CommitConflictError, match="version 9 of small cannot be read"):
        folder.files(SMALL, 9)


def test_a_whole_table_is_replaced_at_once_and_keeps_its_history_over_checkpoints(tmp_path: Path) -> None:
    folder = DeltaFolder(tmp_path)
    folder.create(WHOLE)
    with Engine() as engine:
        for number in range(1, 53):
            target = folder.path(WHOLE) / f"{number}.parquet"
            rows = engine.copy_parquet(f"SELECT {number}::BIGINT AS a", target)
            assert folder.replace(WHOLE, NewFile(target, rows)) == number
    again = DeltaFolder(tmp_path)
    assert [values(again.files(WHOLE, version)) for version in (1, 50, 51, 52)] == [[1], [50], [51], [52]]
    assert list((folder.path(WHOLE) / "_delta_log").glob("*.checkpoint.parquet"))


def test_a_path_that_other_readers_would_misread_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="FM1504"):
        DeltaFolder(tmp_path / "a%20b")
