"""Drivers in Excel files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from tests.drivers import DriverProject
from tests.refusals import messages


@pytest.fixture
def project(tmp_path: Path) -> DriverProject:
    made = DriverProject(tmp_path / "p")
    made.write("drivers.yaml", "seats: {unit: seat, grain: month, by: team, from: {excel: s.xlsx, sheet: Seats}}\n")
    return made


def sheets(project: DriverProject, **rows: Sequence[Sequence[object]]) -> DriverProject:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, of_sheet in rows.items():
        sheet = book.create_sheet(name)
        for row in of_sheet:
            sheet.append(row)
    book.save(project.root / "s.xlsx")
    return project


def test_cells_are_read_as_exactly_as_excel_has_them(project: DriverProject) -> None:
    made = [
        ("date", "team", "seats", None),
        (date(2026, 9, 1), "web", 0.1),
        (),
        (datetime(2026, 9, 30, 12), "api", 7),  # noqa: DTZ001 -- Excel knows no zone
        ("2026-10", "web", "1e3"),
    ]
    sheets(project, Other=[("x",)], Seats=made).load()
    assert project.rows() == [
        ("2026-09-01", ("api",), "7", None, "s.xlsx, row 3"),
        ("2026-09-01", ("web",), "0.1", None, "s.xlsx, row 1"),
        ("2026-10-01", ("web",), "1000", None, "s.xlsx, row 4"),
    ]


def test_without_a_name_the_first_sheet_is_meant(project: DriverProject) -> None:
    project.write("drivers.yaml", "seats: {unit: seat, grain: day, from: {excel: s.xlsx}}\n")
    sheets(project, One=[("date", "value"), ("2026-09-01", 5)], Two=[("x",)]).load()
    assert project.values() == [("2026-09-01", (), "5")]


_SHEETS = [
    {"Seat": [("date",)]},
    {"Other": [("date",)]},
    {"Seats": [(), ("date", "team", "seats")]},
    {"Seats": [("date", "team", "seats"), ("2026-09", "a", True)]},
    {"Seats": [("date", "team", "seats"), ("2026-09", "a", "#N/A")]},
]
_SAID = """
s.xlsx: the Excel file cannot be read: there is no sheet 'Seats'; expected Seat. Did you mean 'Seat'? (FM2184)
s.xlsx: the Excel file cannot be read: there is no sheet 'Seats'; expected Other. Correct sheet in drivers.yaml.
  (FM2184)
s.xlsx: the Excel file cannot be read: its first row is empty; expected names of columns. Put the names of the columns
  there. (FM2184)
s.xlsx, row 1: the value is 'true'; expected a number, such as 1234.5, of 26 digits before its point at most. Write it
  with a point, without separators and without its unit. Nothing of the driver was changed. (FM2178)
s.xlsx, row 1: the value is '#N/A'; expected a number, such as 1234.5, of 26 digits before its point at most. Write it
  with a point, without separators and without its unit. Nothing of the driver was changed. (FM2178)
"""
REFUSED = list(zip(_SHEETS, messages(_SAID), strict=True))


@pytest.mark.parametrize(("rows", "said"), REFUSED)
def test_what_cannot_be_read_is_told(
    project: DriverProject, rows: dict[str, list[tuple[object, ...]]], said: str
) -> None:
    assert sheets(project, **rows).refused() == [said]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"date,team,seats\n"])
def test_a_file_that_is_no_workbook_is_told(project: DriverProject, content: bytes) -> None:
    project.write("s.xlsx", content)
    (message,) = project.refused()
    assert message == (
        "s.xlsx: the Excel file cannot be read: it is none, or damaged; expected an Excel workbook. Save it again as "
        ".xlsx, without a password. (FM2184)"
    )


@pytest.mark.parametrize(("old", "new"), [(b"</sheetData>", b""), (b"<v>1</v>", b"<v>one</v>")])
def test_a_sheet_that_is_damaged_is_told(project: DriverProject, old: bytes, new: bytes) -> None:
    sheets(project, Seats=[("date", "team", "seats"), ("2026-09", "a", 1)])
    with ZipFile(project.root / "s.xlsx") as made:
        parts = {name: made.read(name) for name in made.namelist()}
    with ZipFile(project.root / "s.xlsx", "w") as damaged:
        for name, content in parts.items():
            damaged.writestr(name, content.replace(old, new))
    (message,) = project.refused()
    assert message.startswith("s.xlsx: the Excel file cannot be read: it is none, or damaged; expected")


def test_values_that_are_formulas_which_no_excel_reckoned_are_refused(project: DriverProject) -> None:
    sheets(project, Seats=[("date", "team", "seats"), ("2026-09", "a", 1), ("2026-10", "a", "=1+1")])
    (message,) = project.refused()
    assert message == (
        "s.xlsx: the Excel file cannot be read: row 2 has a formula as its value, and no formula of the column has a "
        "result; expected results that were saved with the formulas. Open it in Excel and save it, or write the values "
        "themselves. (FM2184)"
    )


def test_formulas_beside_the_values_do_not_matter(project: DriverProject) -> None:
    made = [("date", "team", "seats", "note"), ("2026-09", "a", 1, "=1+1"), ("2026-10", "a", None, "=1+1")]
    done = sheets(project, Seats=made).load()
    assert project.values() == [("2026-09-01", ("a",), "1")]
    assert done.drivers[0].part is not None
    assert done.drivers[0].part.empty == 1


def test_the_extra_is_named_where_it_is_missing(project: DriverProject, monkeypatch: pytest.MonkeyPatch) -> None:
    sheets(project, Seats=[("date", "team", "seats"), ("2026-09", "a", 1)])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    (message,) = project.refused()
    assert message == (
        "drivers.yaml:1:52: openpyxl is not installed; expected the extra excel of finmod. Install it: pip install "
        "'finmod[excel]' (FM2176)"
    )
