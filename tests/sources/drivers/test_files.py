"""Files of drivers: found, sniffed, staged."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.drivers import DriverProject


@pytest.fixture
def project(tmp_path: Path) -> DriverProject:
    made = DriverProject(tmp_path / "p")
    made.write("drivers.yaml", "orders: {unit: order, grain: day, from: {csv: 'o*.csv*'}}\n")
    return made


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_what_separates_the_fields_is_told_by_the_header(project: DriverProject, separator: str) -> None:
    project.write("o.csv", f"date{separator}orders\n2026-09-01{separator}5\n")
    project.load()
    assert project.values() == [("2026-09-01", (), "5")]


def test_several_files_are_one_driver(project: DriverProject) -> None:
    project.write("o1.csv", "date,orders\n2026-09-01,5\n")
    project.write("o2.csv.gz", gzip.compress(b"date;orders\n2026-09-01;6\n2026-09-02;7\n"))
    project.load()
    assert project.rows() == [
        ("2026-09-01", (), "11", None, "o1.csv, row 1"),
        ("2026-09-02", (), "7", None, "o2.csv.gz, row 2"),
    ]


def test_the_same_file_twice_is_refused(project: DriverProject) -> None:
    for name in ("o1.csv", "o2.csv"):
        project.write(name, "date,orders\n2026-09-01,5\n")
    assert "o2.csv: the file has the same content as o1.csv" in project.refused()[0]


def test_a_file_that_is_not_there_is_told_with_the_line_that_names_it(project: DriverProject) -> None:
    (message,) = project.refused()
    assert message == (
        "drivers.yaml:1:42: no file is found at 'o*.csv*'; expected a file, a glob, or a folder with .csv, .csv.gz "
        "or .parquet files. Correct the path. (FM1101)"
    )


def test_short_rows_are_never_filled_and_nothing_else_is_said(project: DriverProject) -> None:
    project.write("o.csv", "date,orders,note\n2026-09-01,5\n")
    (message,) = project.refused()
    assert message == (
        "o.csv:2: the row has 2 fields; expected 3, as in the header. Export the file again, or mend the line. (FM1116)"
    )


def test_a_file_without_columns_is_told(project: DriverProject) -> None:
    project.write("o.csv", "orders\n5\n")
    assert project.refused()[0].startswith("o.csv:1: the first line has one column, 'orders'")
