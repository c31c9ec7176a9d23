"""The drivers' tables: one version per load, each driver replaced whole, every version readable."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.delta import DeltaFolder
from finmod.ledger.drivers import DRIVER_COLUMNS, driver_files, driver_rows, driver_state
from finmod.ledger.ledger import Ledger
from finmod.ledger.tables import DRIVER_LOADS, DRIVERS
from tests.drivers import NOW, DriverProject, two_drivers


@pytest.fixture
def project(tmp_path: Path) -> DriverProject:
    return two_drivers(tmp_path / "p")


def ledger_of(project: DriverProject) -> Ledger:
    return Ledger(project.project.store)


def test_a_load_replaces_its_driver_alone_and_every_version_stays(project: DriverProject) -> None:
    assert project.load().version == 1
    project.write("a.csv", "date,value\n2026-09-01,9\n")
    assert project.load("a").version == 2
    assert [row[2] for row in project.rows()] == ["9", "2", "3"]
    assert [row[2] for row in project.rows(version=1)] == ["1", "2", "3"]
    with pytest.raises(UserError) as caught:
        project.rows(version=3)
    assert "the drivers have no version 3; expected a version from 1 to 2" in str(caught.value)


def test_nothing_was_loaded_yet(project: DriverProject) -> None:
    ledger = ledger_of(project)
    with Engine() as engine:
        assert driver_state(engine, ledger).version == 0
        assert engine.columns(f"SELECT * FROM {driver_rows(engine, ledger)}") == list(DRIVER_COLUMNS.items())
        with pytest.raises(UserError, match="expected a version, and none was loaded"):
            driver_state(engine, ledger, 1)


def test_a_driver_that_is_no_more_leaves_and_older_versions_keep_it(project: DriverProject) -> None:
    project.load()
    project.write("drivers.yaml", "b: {unit: x, grain: day, from: {csv: b.csv}}\n")
    assert project.load("b").gone == ()
    done = project.load()
    assert (done.gone, done.version) == (("a",), 2)
    assert [row[2] for row in project.rows()] == ["2", "3"]
    project.write("drivers.yaml", "")
    assert project.load().gone == ("b",)
    assert project.rows() == []
    assert project.load().version == 3
    assert len(project.rows(version=1)) == 3


def test_periods_are_chosen_by_start_and_end(project: DriverProject) -> None:
    project.load()
    ledger = ledger_of(project)
    with Engine() as engine:

        def values(first: date | None, last: date | None) -> list[int]:
            sql = driver_rows(engine, ledger, ["b"], first=first, last=last)
            return [int(row[0]) for row in engine.rows(f"SELECT x_Value FROM {sql} ORDER BY 1")]

        assert values(None, date(2026, 10, 1)) == [2]
        assert values(date(2026, 9, 2), None) == [3]
        assert values(date(2026, 9, 1), date(2026, 10, 2)) == [2, 3]


def test_the_state_of_an_instant_is_what_was_committed_then(project: DriverProject) -> None:
    project.load()
    project.write("a.csv", "date,value\n2026-09-01,9\n")
    project.load(now=NOW + timedelta(days=1))
    ledger = ledger_of(project)
    with Engine() as engine:
        found = [driver_state(engine, ledger, at=NOW + timedelta(hours=hours)).version for hours in (-1, 0, 1, 24)]
    assert found == [0, 1, 1, 2]


def test_what_a_writer_left_that_died_between_its_commits_is_undone(project: DriverProject) -> None:
    project.load()
    before = project.rows()
    delta = DeltaFolder(project.project.store / "tables")
    delta.replace_alone(DRIVERS, [], ["a"])
    assert project.rows() == before
    project.write("b.csv", "date,value\n2026-09-01,7\n")
    project.load()
    assert [row[2] for row in project.rows()] == ["1", "7"]


def test_a_load_is_told_with_what_it_read(project: DriverProject) -> None:
    project.load()
    with Engine() as engine:
        load = driver_state(engine, ledger_of(project)).loads["b"]
    assert (load.rows, load.read, load.empty, load.combined, load.filled, load.units) == (2, 2, 0, 0, 0, {})
    assert load.loaded_at == NOW.astimezone(UTC)


def test_a_damaged_manifest_is_told(project: DriverProject) -> None:
    project.load()
    ledger = ledger_of(project)
    (file,) = ledger.delta.files(DRIVER_LOADS, ledger.delta.version(DRIVER_LOADS))
    file.write_bytes(b"PAR1")
    with Engine() as engine, pytest.raises(UserError) as caught:
        driver_state(engine, ledger)
    assert caught.value.problems[0].code == "FM1503"


def test_files_are_those_of_the_drivers_that_are_asked_for(project: DriverProject) -> None:
    project.load()
    ledger = ledger_of(project)
    with Engine() as engine:
        state = driver_state(engine, ledger)
    assert [file.parent.name for file in driver_files(ledger, state, ["b"])] == ["x_Driver=b"]
    assert len(driver_files(ledger, state)) == 2
