"""Commits over several tables: whole or not at all, with history, readable by others."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, QueryBuilder

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.delta import NewFile, partition_folder
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import relation
from finmod.ledger.tables import CHARGE_KEYS, CHARGES, DATA_TABLES, LOADS
from tests.books import month
from tests.ledger.conftest import AUGUST, JULY, NOW, Make


def held(engine: Engine, ledger: Ledger, state: Snapshot) -> list[tuple[Any, ...]]:
    files = ledger.files(CHARGES, state)
    sql = f"SELECT x_BillingPeriod, sum(BilledCost) FROM {relation(files)} GROUP BY 1 ORDER BY 1"
    return engine.rows(sql) if files else []


def test_an_empty_ledger_has_no_state_and_no_files(engine: Engine, ledger: Ledger) -> None:
    assert ledger.head(engine) == Snapshot()
    assert [ledger.files(table, Snapshot()) for table in (*DATA_TABLES, LOADS)] == [[]] * 5
    assert not ledger.store.exists()
    with pytest.raises(UserError, match="the ledger is empty"):
        ledger.at(engine, 1)


def test_a_commit_replaces_its_period_and_keeps_the_others(engine: Engine, ledger: Ledger, period: Make) -> None:
    ledger.commit(engine, [period(JULY, month(7, "1"))], "l1", NOW)
    ledger.commit(engine, [period(AUGUST, month(8, "2"))], "l2", NOW)
    state = ledger.commit(engine, [period(JULY, month(7, "10"))], "l3", NOW)
    assert state == ledger.head(engine)
    assert held(engine, ledger, state) == [(JULY, Decimal(10)), (AUGUST, Decimal(2))]
    assert [path.name for path in ledger.files(CHARGES, state) if str(JULY) in str(path)] == ["l3.parquet"]


def test_several_periods_are_one_version(engine: Engine, ledger: Ledger, period: Make) -> None:
    state = ledger.commit(engine, [period(JULY, month(7, "1")), period(AUGUST, month(8, "2"))], "l1", NOW)
    assert state.version == 1
    assert held(engine, ledger, state) == [(JULY, Decimal(1)), (AUGUST, Decimal(2))]


def test_every_version_and_every_time_can_be_seen_again(engine: Engine, ledger: Ledger, period: Make) -> None:
    for day, cost in enumerate(("1", "2", "3")):
        ledger.commit(engine, [period(JULY, month(7, cost))], f"l{day}", NOW + timedelta(days=day))
    for version in (1, 2, 3):
        assert held(engine, ledger, ledger.at(engine, version)) == [(JULY, Decimal(version))]
    assert ledger.at(engine, NOW + timedelta(days=1, hours=5)).version == 2
    assert ledger.at(engine, NOW).version == 1
    assert ledger.at(engine, None).version == 3
    for never in (0, 4, NOW - timedelta(seconds=1)):
        with pytest.raises(UserError, match=r"a version from 1 to 3, or a time from 2026-10-05T00:00:00Z on"):
            ledger.at(engine, never)


def test_a_state_is_stamped_when_it_is_committed_not_when_its_load_began(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    """A long load begins, a quick one begins and commits, the long one commits."""
    now = NOW
    timed = Ledger(ledger.store, clock=lambda: now)
    long_began, long, quick = NOW, period(JULY, month(7, "1")), period(AUGUST, month(8, "2"))
    now = NOW + timedelta(minutes=1)
    timed.commit(engine, [quick], "quick", NOW + timedelta(seconds=30))
    now = NOW + timedelta(minutes=5)
    state = timed.commit(engine, [long], "long", long_began)
    assert state.loaded_at == now
    seen = timed.at(engine, NOW + timedelta(minutes=2))
    assert (seen.version, held(engine, timed, seen)) == (1, [(AUGUST, Decimal(2))])
    with pytest.raises(UserError, match="FM1502"):
        timed.at(engine, NOW + timedelta(seconds=59))


def test_no_two_states_have_the_same_time_even_if_the_clock_stands_or_goes_back(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    times = iter([NOW, NOW, NOW - timedelta(hours=1)])
    timed = Ledger(ledger.store, clock=lambda: next(times))
    began = NOW - timedelta(hours=2)
    states = [timed.commit(engine, [period(JULY, month(7, cost))], f"l{cost}", began) for cost in ("1", "2", "3")]
    assert [state.loaded_at for state in states] == [NOW + timedelta(microseconds=more) for more in range(3)]
    assert [timed.at(engine, state.loaded_at) for state in states] == states


def test_a_newest_version_without_a_load_is_no_empty_ledger(engine: Engine, ledger: Ledger, period: Make) -> None:
    ledger.commit(engine, [period(JULY, month(7, "1"))], "l1", NOW)
    ledger.commit(engine, [period(JULY, month(7, "2"))], "l2", NOW)
    max((ledger.delta.path(LOADS) / "_delta_log").glob("*.json")).write_bytes(b"")
    with pytest.raises(UserError, match=r"version 2 of loads has no load(?s:.*)FM1503"):
        Ledger(ledger.store).head(engine)


@pytest.mark.parametrize("content", [b"", b"no parquet at all"])
def test_a_damaged_manifest_is_told(engine: Engine, ledger: Ledger, period: Make, content: bytes) -> None:
    state = ledger.commit(engine, [period(JULY, month(7, "1"))], "l1", NOW)
    (file,) = ledger.files(LOADS, state)
    file.write_bytes(content)
    with pytest.raises(UserError, match=r"the ledger cannot be read: (?s:.*)FM1503"):
        ledger.head(engine)
    file.unlink()
    with pytest.raises(UserError, match=r"is gone; expected the files that its loads wrote(?s:.*)FM1503"):
        ledger.head(engine)


@pytest.mark.parametrize("name", [".", "staging", "locks", "tables"])
def test_a_file_where_a_folder_of_the_ledger_should_be_is_refused(ledger: Ledger, name: str) -> None:
    path = ledger.store / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    with pytest.raises(UserError, match=r"a file stands where the ledger's folder should be(?s:.*)FM1504"):
        Ledger(ledger.store)


@pytest.mark.parametrize("tables", [1, 2, 4])
def test_a_writer_that_died_between_its_commits_leaves_no_trace(
    engine: Engine, ledger: Ledger, period: Make, tables: int
) -> None:
    before = ledger.commit(engine, [period(JULY, month(7, "1")), period(AUGUST, month(8, "2"))], "l1", NOW)
    lost = period(JULY, month(7, "100", x_New="lost"))
    for table in DATA_TABLES[:tables]:
        if table is CHARGES:
            ledger.delta.add_columns(table, lost.extra)
        staged, rows = lost.files[table.name]
        target = partition_folder(ledger.delta.path(table), "saas", JULY) / "dead.parquet"
        staged.replace(target)
        ledger.delta.replace(table, [NewFile(target, rows, "saas", JULY)])

    again = Ledger(ledger.store)
    assert again.head(engine) == before
    assert held(engine, again, before) == [(JULY, Decimal(1)), (AUGUST, Decimal(2))]
    after = again.commit(engine, [period(AUGUST, month(8, "20", x_Other="kept"))], "l2", NOW)
    assert held(engine, again, after) == [(JULY, Decimal(1)), (AUGUST, Decimal(20))]
    assert not any("dead" in str(path) for table in DATA_TABLES for path in again.files(table, after))
    assert "x_Other" in again.columns(CHARGES, after)
    assert after.version == 2


def test_a_writer_that_died_before_the_first_load_was_whole(engine: Engine, ledger: Ledger, period: Make) -> None:
    lost = period(JULY, month(7, "100"))
    ledger.delta.create(CHARGES)
    folder = partition_folder(ledger.delta.path(CHARGES), "saas", JULY)
    folder.mkdir(parents=True)
    staged, rows = lost.files[CHARGES.name]
    staged.replace(folder / "dead.parquet")
    ledger.delta.replace(CHARGES, [NewFile(folder / "dead.parquet", rows, "saas", JULY)])
    assert ledger.head(engine) == Snapshot()
    state = ledger.commit(engine, [period(AUGUST, month(8, "2"))], "l1", NOW)
    assert held(engine, ledger, state) == [(AUGUST, Decimal(2))]


def test_new_columns_are_null_in_older_periods(engine: Engine, ledger: Ledger, period: Make) -> None:
    ledger.commit(engine, [period(JULY, month(7, "1"))], "l1", NOW)
    state = ledger.commit(engine, [period(AUGUST, month(8, "2", x_Team="a"))], "l2", NOW)
    sql = f"SELECT x_Team FROM {relation(ledger.files(CHARGES, state))} ORDER BY x_BillingPeriod"
    assert engine.rows(sql) == [(None,), ("a",)]
    assert "x_Team" not in ledger.columns(CHARGES, ledger.at(engine, 1))


def test_other_readers_see_the_same_rows_and_totals(engine: Engine, ledger: Ledger, period: Make) -> None:
    ledger.commit(engine, [period(JULY, month(7, "0.123456789012", x_Team="a"))], "l1", NOW)
    ledger.commit(engine, [period(AUGUST, month(8, "2"), month(8, "3", x_Env="p"))], "l2", NOW)
    table = DeltaTable(str(ledger.delta.path(CHARGES)))
    found = QueryBuilder().register("charges", table).execute(
        'SELECT count(*) AS n, sum("BilledCost") AS b, max("x_Team") AS t, max("x_Env") AS e FROM charges'
    ).read_all()  # fmt: skip
    assert pa.table(found).to_pylist() == [{"n": 3, "b": Decimal("5.123456789012"), "t": "a", "e": "p"}]
    # Of two files one knows x_Team, the other x_Env; each alone is plain Parquet.
    alone = pq.read_table(ledger.files(CHARGES, ledger.head(engine))[0], columns=["BilledCost"], partitioning=None)
    assert alone["BilledCost"].to_pylist() == [Decimal("0.123456789012")]


def test_tables_ask_no_new_reader_of_anyone(engine: Engine, ledger: Ledger, period: Make) -> None:
    ledger.commit(engine, [period(JULY, month(7, "1"))], "l1", NOW)
    for table in (*DATA_TABLES, LOADS):
        protocol = DeltaTable(str(ledger.delta.path(table))).protocol()
        assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)


def test_a_ledger_that_moves_keeps_its_history(engine: Engine, ledger: Ledger, period: Make, tmp_path: Path) -> None:
    ledger.commit(engine, [period(JULY, month(7, "1"))], "l1", NOW)
    ledger.commit(engine, [period(JULY, month(7, "2"))], "l2", NOW)
    moved = tmp_path / "100% else [where] é?"
    ledger.store.rename(moved)
    there = Ledger(moved)
    assert [held(engine, there, there.at(engine, version)) for version in (1, 2)] == [
        [(JULY, Decimal(1))],
        [(JULY, Decimal(2))],
    ]
    assert there.commit(engine, [period(JULY, month(7, "3"))], "l3", NOW).version == 3


def test_the_manifest_names_the_versions_of_every_table(engine: Engine, ledger: Ledger, period: Make) -> None:
    state = ledger.commit(engine, [period(JULY, month(7, "1"))], "l1", NOW)
    assert state.tables == {table.name: ledger.delta.version(table) for table in DATA_TABLES}
    assert state.loaded_at == NOW
    rows = engine.rows(f"SELECT x_LoadId, x_File, x_Charges FROM {relation(ledger.files(LOADS, state))}")
    assert rows == [("l1", "a.csv", 1)]
    assert len(ledger.files(CHARGE_KEYS, state)) == 1
