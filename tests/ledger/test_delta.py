"""Delta tables in a folder: commits, versions, file lists."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.delta import CommitConflictError, DeltaFolder, NewFile, partition_folder
from finmod.ledger.reduce import relation
from finmod.ledger.tables import Table

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
SMALL = Table("small", {"x_Source": "VARCHAR", "x_BillingPeriod": "DATE", "a": "BIGINT"})
WHOLE = Table("whole", {"a": "BIGINT"}, by_period=False)


def new_file(folder: DeltaFolder, name: str, value: int, period: date, source: str = "s") -> NewFile:
    place = partition_folder(folder.path(SMALL), source, period)
    place.mkdir(parents=True, exist_ok=True)
    with Engine() as engine:
        sql = f"SELECT '{source}' AS x_Source, DATE '{period}' AS x_BillingPeriod, {value}::BIGINT AS a"
        return NewFile(place / name, engine.copy_parquet(sql, place / name), source, period)


def put(folder: DeltaFolder, name: str, value: int, period: date) -> int:
    return folder.replace(SMALL, [new_file(folder, name, value, period)])


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


def test_periods_of_a_source_are_replaced_at_once_and_no_others(tmp_path: Path) -> None:
    folder = DeltaFolder(tmp_path)
    folder.create(SMALL)
    folder.replace(SMALL, [new_file(folder, "1", 1, JULY, "other")])
    folder.replace(SMALL, [new_file(folder, "2", 2, JULY), new_file(folder, "3", 3, AUGUST)])
    assert put(folder, "4", 4, date(2026, 9, 1)) == 3
    assert folder.replace(SMALL, [new_file(folder, "5", 5, JULY), new_file(folder, "6", 6, AUGUST)]) == 4
    assert [values(folder.files(SMALL, version)) for version in (2, 3, 4)] == [[1, 2, 3], [1, 2, 3, 4], [1, 4, 5, 6]]


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
    with pytest.raises(UserError, match=r"the ledger cannot be read: small: .*9(?s:.*)FM1503"):
        folder.files(SMALL, 9)


def test_a_whole_table_is_replaced_at_once_and_keeps_its_history_over_checkpoints(tmp_path: Path) -> None:
    folder = DeltaFolder(tmp_path)
    folder.create(WHOLE)
    with Engine() as engine:
        for number in range(1, 53):
            target = folder.path(WHOLE) / f"{number}.parquet"
            rows = engine.copy_parquet(f"SELECT {number}::BIGINT AS a", target)
            assert folder.replace(WHOLE, [NewFile(target, rows)]) == number
    again = DeltaFolder(tmp_path)
    assert [values(again.files(WHOLE, version)) for version in (1, 50, 51, 52)] == [[1], [50], [51], [52]]
    assert list((folder.path(WHOLE) / "_delta_log").glob("*.checkpoint.parquet"))


def test_the_files_of_old_versions_are_kept_from_a_vacuum_of_any_tool(tmp_path: Path) -> None:
    folder = DeltaFolder(tmp_path)
    folder.create(WHOLE)
    with Engine() as engine:
        for number in (1, 2):
            target = folder.path(WHOLE) / f"{number}.parquet"
            rows = engine.copy_parquet(f"SELECT {number}::BIGINT AS a", target)
            folder.replace(WHOLE, [NewFile(target, rows)])
    with pytest.raises(DeltaError, match="minimum retention for vacuum is configured to be greater than 876000 hours"):
        DeltaTable(folder.path(WHOLE)).vacuum(retention_hours=1000, dry_run=False)
    assert values(folder.files(WHOLE, 1)) == [1]


@pytest.mark.parametrize("name", ["a%20b", "a\\b", "a\nb", "a\tb", "a\x7fb"])
def test_a_path_that_other_readers_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=r"the path of the ledger has a (?s:.*)FM1504"):
        DeltaFolder(tmp_path / name)


def first(log: Path) -> Path:
    return log / f"{0:020}.json"


def last(log: Path) -> Path:
    return max(log.glob("*.json"))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "garbage in the newest entry": lambda log: last(log).write_text("garbage", encoding="utf-8"),
    "garbage in the first entry": lambda log: first(log).write_bytes(bytes(range(256))),
    "the first entry is gone": lambda log: first(log).unlink(),
    "the newest entry is gone": lambda log: last(log).unlink(),
    "half of the newest entry": lambda log: last(log).write_bytes(last(log).read_bytes()[:40]),
    "the log is a file": lambda log: log.rename(log.with_name("away")).with_name("_delta_log").write_bytes(b""),
    "the table is gone": lambda log: log.parent.rename(log.parent.with_name("away")),
    "a file of the table is gone": lambda log: next(log.parent.glob("x_Source=*/*/*")).unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_table_is_told_with_what_to_do(tmp_path: Path, damage: str) -> None:
    folder = DeltaFolder(tmp_path)
    folder.create(SMALL)
    put(folder, "1", 1, JULY)
    DAMAGES[damage](folder.path(SMALL) / "_delta_log")
    with pytest.raises(UserError, match="the ledger cannot be read") as caught:
        DeltaFolder(tmp_path).files(SMALL, 1)
    assert str(caught.value).endswith(
        "Bring the store folder back from a copy, or remove it and load every bill again. (FM1503, docs/errors.md)"
    )


def test_garbage_in_a_log_is_told_whatever_is_asked(tmp_path: Path) -> None:
    folder = DeltaFolder(tmp_path)
    folder.create(SMALL)
    file = folder.path(SMALL) / "1.parquet"
    file.write_bytes(b"x")
    first(folder.path(SMALL) / "_delta_log").write_text("garbage", encoding="utf-8")
    asked: dict[str, tuple[object, ...]] = {
        "version": (),
        "columns": (0,),
        "add_columns": ({"x_New": "VARCHAR"},),
        "replace": ([NewFile(file, 1, "s", JULY)],),
        "restore": (0,),
    }
    for method, arguments in asked.items():
        with pytest.raises(UserError, match="FM1503"):
            getattr(DeltaFolder(tmp_path), method)(SMALL, *arguments)


def test_a_writer_that_died_before_the_first_version_leaves_no_table(tmp_path: Path) -> None:
    folder = DeltaFolder(tmp_path)
    (folder.path(SMALL) / "_delta_log").mkdir(parents=True)
    assert (folder.exists(SMALL), folder.version(SMALL)) == (False, -1)
    folder.create(SMALL)
    assert put(folder, "1", 1, JULY) == 1


def test_of_two_writers_without_a_lock_the_slower_is_told(tmp_path: Path) -> None:
    folders = [DeltaFolder(tmp_path), DeltaFolder(tmp_path)]
    folders[0].create(WHOLE)
    file = folders[0].path(WHOLE) / "1.parquet"
    with Engine() as engine:
        new = NewFile(file, engine.copy_parquet("SELECT 1::BIGINT AS a", file))
    start, lost = threading.Barrier(2), list[str]()

    def write(folder: DeltaFolder) -> None:
        for _ in range(20):
            start.wait(timeout=60)
            try:
                folder.replace(WHOLE, [new])
            except CommitConflictError as error:
                lost.append(str(error))

    writers = [threading.Thread(target=write, args=[folder]) for folder in folders]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert folders[0].version(WHOLE) == 40 - len(lost)
    (said,) = set(lost)
    assert said == (
        "another load changed whole at the same time and was faster; expected one writer at a time.\n"
        "  Wait until it is done, then run the load again. Nothing was changed. (FM1501, docs/errors.md)"
    )


def test_months_are_dropped_in_one_change_whatever_their_source(tmp_path: Path) -> None:
    folder = DeltaFolder(tmp_path)
    folder.create(SMALL)
    for source, period in (("aws", JULY), ("saas", JULY), ("saas", AUGUST)):
        folder.replace(SMALL, [new_file(folder, f"{source}.parquet", 1, period, source)])
    assert folder.drop(SMALL, [JULY]) == 4
    assert [file.parent.name for file in folder.files(SMALL, 4)] == [f"x_BillingPeriod={AUGUST}"]
    assert len(folder.files(SMALL, 3)) == 3


def test_the_month_of_a_partition_may_be_another_column(tmp_path: Path) -> None:
    table = Table("odd", {"x_Source": "VARCHAR", "x_Of": "DATE", "a": "BIGINT"}, period="x_Of")
    folder = DeltaFolder(tmp_path)
    folder.create(table)
    place = partition_folder(folder.path(table), "s", JULY, table.period)
    place.mkdir(parents=True)
    with Engine() as engine:
        engine.copy_parquet(f"SELECT 's' AS x_Source, DATE '{JULY}' AS x_Of, 7::BIGINT AS a", place / "a.parquet")
    version = folder.replace(table, [NewFile(place / "a.parquet", 1, "s", JULY)])
    assert values(folder.files(table, version)) == [7]
    assert place.name == "x_Of=2026-07-01"


def test_files_of_a_version_are_read_once_and_looked_for_each_time(tmp_path: Path) -> None:
    folder = DeltaFolder(tmp_path)
    folder.create(SMALL)
    put(folder, "1", 1, JULY)
    files = folder.files(SMALL, 1)
    put(folder, "2", 2, AUGUST)
    assert values(folder.files(SMALL, 1)) == [1]
    assert values(folder.files(SMALL, 2)) == [1, 2]
    folder.files(SMALL, 1).clear()  # the caller's own list
    assert folder.files(SMALL, 1) == files
    files[0].unlink()
    for version in (1, 2):
        with pytest.raises(UserError, match="is gone"):
            folder.files(SMALL, version)
