"""Workbooks: text is text, what is unknown is a word, and what cannot be written is said."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from finmod.errors import UserError
from finmod.exports.workbook import Sheets, are_large, sheet_name, written
from tests.refusals import told

D = Decimal
LOOKS = {"share": {"num_format": "0.0%"}}


def cells(path: Path, *, values: bool = True) -> list[tuple[object, ...]]:
    """Return the cells below the headings."""
    return [*load_workbook(path, data_only=values)["Costs"].iter_rows(min_row=5, values_only=True)]


def write(path: Path, *, is_large: bool = False) -> None:
    with written(path, lacking="FM2583", instead="or write .html") as book:
        sheet = Sheets(book, "In USD.", head=3, is_large=is_large, more=LOOKS).new("Costs", "What it costs")
        sheet.heads(("Name", "Note", "Cost", "Sum", "Share", "Holds"), words=2, notes=1)
        sheet.line(4, '=HYPERLINK("http://a.example")\u202e')
        sheet.read(4, 2, D("1.5"))
        sheet.formula(4, 3, "=C5", "sum", D("1.5"))
        sheet.share(4, 4, "C5", "D5", (D("1.5"), D(3)))
        sheet.holds(4, 5, "C5=D5", "text", value=True)
        sheet.read(5, 2, None)
        sheet.formula(5, 3, "=C6", "sum", None)
        sheet.share(5, 4, "C6", "D6", (D(1), D(0)))
        sheet.holds(5, 5, "C6=D6", "text", value=False)


def test_text_of_bills_is_text_and_what_is_unknown_is_a_word(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx")

    assert cells(tmp_path / "a.xlsx") == [
        ('=HYPERLINK("http://a.example")\ufffd', None, 1.5, 1.5, 0.5, "yes"),
        (None, None, "unknown", "unknown", "n/a", "NO"),
    ]
    sheet = load_workbook(tmp_path / "a.xlsx")["Costs"]
    assert [sheet.cell(5, at).data_type for at in range(1, 7)] == ["s", "n", "n", "f", "f", "f"]


def test_headings_of_amounts_stand_at_the_right_and_are_repeated_on_every_page(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx")

    sheet = load_workbook(tmp_path / "a.xlsx")["Costs"]
    assert (sheet["A1"].value, sheet["A2"].value, sheet.print_title_rows) == ("What it costs", "In USD.", "$4:$4")
    assert [cell.alignment.horizontal for cell in sheet[4]] == [None, None, "right", "right", "right", "left"]
    assert sheet.cell(4, 6).alignment.indent == 1


def test_a_row_is_as_high_as_its_longest_text_needs(tmp_path: Path) -> None:
    with written(tmp_path / "a.xlsx", lacking="FM2583", instead="or not") as book:
        sheet = Sheets(book, "In USD.", head=3, is_large=False, more={}).new("Costs", "What it costs")
        sheet.texts(4, 0, ("short", "a text of three lines here"), (10, 10))
        sheet.texts(5, 0, ("short", "=1+1"), (10, 10))

    made = load_workbook(tmp_path / "a.xlsx")["Costs"]
    assert [made.row_dimensions[row].height for row in (5, 6)] == [42, None]
    assert made.cell(6, 2).data_type == "s"


def test_large_amounts_have_no_cents(tmp_path: Path) -> None:
    for is_large, form in ((False, "#,##0.00"), (True, "#,##0")):
        write(tmp_path / "a.xlsx", is_large=is_large)
        assert load_workbook(tmp_path / "a.xlsx")["Costs"]["C5"].number_format.split(";")[0] == form
    assert are_large([None, D(-10_000)])
    assert not are_large([None, D("9999.99")])


def test_a_sheet_has_a_name_that_no_other_has() -> None:
    assert sheet_name("By a/b", {"by a b", "by a b 2"}) == "By a b 3"
    assert sheet_name("By " + "c" * 40, {"by " + "c" * 28}) == "By " + "c" * 26 + " 2"


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(UserError) as caught:
        write(tmp_path / "a.xlsx")

    assert told(caught.value.problems[0]) == (
        "an Excel workbook is written by xlsxwriter, which is not installed. Install it: pip install 'finmod[excel]'; "
        "or write .html. (FM2583)"
    )


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file or directory"):
        write(tmp_path / "nowhere" / "a.xlsx")
