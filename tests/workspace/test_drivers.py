"""Drivers of a project: loaded where they changed, each by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.workspace.drivers import load_drivers
from tests.books import Books
from tests.drivers import NOW, DriverProject, two_drivers


@pytest.fixture
def project(tmp_path: Path) -> DriverProject:
    return two_drivers(tmp_path / "p")


def test_a_second_load_loads_nothing(project: DriverProject) -> None:
    assert [each.part is not None for each in project.load().drivers] == [True, True]
    done = project.load()
    assert ([each.part for each in done.drivers], done.version) == ([None, None], 1)
    assert [each.part is not None for each in project.load(again=True).drivers] == [True, True]


def test_a_changed_file_and_a_changed_definition_are_loaded(project: DriverProject) -> None:
    project.load()
    project.write("a.csv", "date,value\n2026-09-01,5\n")
    assert [each.name for each in project.load().drivers if each.part] == ["a"]
    text = (project.root / "drivers.yaml").read_text()
    project.write("drivers.yaml", text.replace("b: {unit: x", "b: {unit: y"))
    assert [each.name for each in project.load().drivers if each.part] == ["b"]
    project.write("drivers.yaml", text.replace("b: {unit: x", "b: {label: B, description: B., unit: y"))
    assert [each.name for each in project.load().drivers if each.part] == []


def test_a_driver_that_is_refused_stays_as_it_was_and_the_others_load(project: DriverProject) -> None:
    project.load()
    project.write("a.csv", "date,value\n2026-09-01,x\n")
    project.write("b.csv", "date,value\n2026-09-01,7\n")
    done, problems = load_drivers(project.project, [], NOW)
    assert [each.name for each in done.drivers] == ["b"]
    assert len(problems) == 1
    assert [row[2] for row in project.rows()] == ["1", "7"]
    assert list((project.project.store / "staging").iterdir()) == []


def test_a_name_loads_that_driver(project: DriverProject) -> None:
    assert [each.name for each in project.load("b").drivers] == ["b"]
    with pytest.raises(UserError, match="there is no driver 'c'"):
        load_drivers(project.project, ["c"], NOW)


def test_a_query_reads_the_drivers_at_any_state(loaded: Books) -> None:
    project = DriverProject(loaded.root)
    project.write("drivers.yaml", "a: {unit: x, grain: day, by: [product], from: {csv: a.csv}}\n")
    project.write("a.csv", "date,product,value\n2026-09-01,ads,1\n")
    project.load()
    sql = "SELECT x_Driver, x_Start, x_Dimensions ->> 'product' AS product, x_Value, x_Place FROM drivers"
    assert loaded.query(sql) == [
        {"x_Driver": "a", "x_Start": "2026-09-01T00:00:00Z", "product": "ads", "x_Value": "1.000000000000",
         "x_Place": "a.csv, row 1"},
    ]  # fmt: skip
    assert loaded.query("SELECT count(*) AS n FROM drivers", "--as-of", "1") == [{"n": 1}]
    assert "cannot run" in loaded.run("query", "SELECT * FROM 'drivers.yaml'").err
