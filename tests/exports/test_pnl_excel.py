"""The workbook of a statement: LibreOffice computes what Python computed; text of bills is text."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from finmod.errors import UserError
from finmod.exports import pnl_excel
from finmod.exports.pnl_excel import write_pnl
from finmod.models.pnl import Proof, statement
from finmod.models.pnl_figures import Cell, Line
from finmod.models.pnl_report import TITLES, PnlReport
from finmod.terms.calendars import Calendar
from finmod.terms.findings import Finding
from tests.refusals import told

D = Decimal
HOSTILE = '=HYPERLINK("http://a.example")'
LINES = (
    Line("Subscriptions", "revenue"),
    Line("Hosting", "cogs", is_cloud=True),
    Line("=1+1", "opex", is_cloud=True),
    Line("Salaries", "opex"),
)


def report(by: str | None = "product", *, planned: bool = False, unknown: bool = False) -> PnlReport:
    cells = [
        Cell(line, period, member, D(amount), D(share))
        for period in (0, 1)
        for member, line, amount, share in (
            ("search", 0, "1200.10", 0), ("search", 1, "300.333333333333", 1), ("search", 2, "20.5", 0),
            (HOSTILE, 0, "0", 0), (HOSTILE, 1, "40.01", "0.5"), (None, 3, "100", 0), (None, 1, "7", 1),
        )
    ]  # fmt: skip
    cells += [Cell(1, 1, "search", None, known=D(1))] if unknown else []
    plan = [Cell(0, 0, "search", D(1000)), Cell(0, 1, "search", D(1500))] if planned else []
    made = statement(LINES, 2, cells, plan=plan, planned=[0] if planned else [])
    periods = Calendar().periods(date(2026, 8, 1), date(2026, 10, 1), "month")
    proof = Proof("USD", made.stated, made.stated)
    finding = Finding(code="FM2317", severity="info", message=f"Margins of {HOSTILE} are unknown.")
    return PnlReport(
        project="northwind", currency="USD", cost="EffectiveCost", version=3,
        applied_at=datetime(2026, 10, 5, tzinfo=UTC), by=by, grain="month", periods=periods, statement=made,
        order=made.members, others=0, proofs=(proof,), findings=(finding,),
    )  # fmt: skip


def column(path: Path, sheet: str, at: int, *, values: bool = True) -> dict[str, object]:
    """Return title -> what a column of the sheet of lines has."""
    rows = load_workbook(path, data_only=values)[sheet].iter_rows(min_row=5, values_only=True)
    return {str(row[0]): row[at] for row in rows if row[0]}


def recalculated(paths: list[Path], folder: Path) -> list[Path]:
    """Return workbooks as LibreOffice computes them anew."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("NOT RUN: LibreOffice (soffice) is not here, and nothing else computes a workbook: make excel")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    words = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), *map(str, paths)]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    return [folder / path.name for path in paths]


def without_values(path: Path) -> None:
    """Take the figures out that Python left beside the formulas, so that whoever shows one computed it."""
    book = load_workbook(path)
    book.save(path)


def test_libreoffice_computes_what_python_computed(tmp_path: Path) -> None:
    reports = {
        "plain": report(), "plan": report(planned=True), "unknown": report(unknown=True), "whole": report(by=None),
    }  # fmt: skip
    paths = [tmp_path / f"{name}.xlsx" for name in reports]
    for path, made in zip(paths, reports.values(), strict=True):
        write_pnl(made, path)
        without_values(path)
        assert column(path, "Statement", 1)["Gross profit"] is None
    for path, made in zip(recalculated(paths, tmp_path / "anew"), reports.values(), strict=True):
        periods(path, made)
        members(path, made)
        (row,) = load_workbook(path, data_only=True)["Proof"].iter_rows(min_row=5, max_row=5, values_only=True)
        assert_same(row[1], made.proofs[0].ledger, "ledger")
        assert_same(row[2], made.proofs[0].stated, "stated")
        assert_same(row[3], D(0), "difference")
        assert (row[6], load_workbook(path)["Proof"]["G5"].data_type) == ("yes", "f")


def periods(path: Path, made: PnlReport) -> None:
    width = 3 if made.statement.planned else 1
    for place, told_of in enumerate(made.statement.totals):
        found = [column(path, "Statement", 1 + width * place + at) for at in range(width)]
        for item, title in TITLES.items():
            assert_same(found[0][title], told_of.actual.item(item), title)
            if told_of.plan:
                assert_same(found[1][title], told_of.plan.item(item), f"{title}, plan")
                assert_same(found[2][title], told_of.variance(item), f"{title}, variance")
    whole = [column(path, "Statement", 1 + width * made.statement.periods + at) for at in range(width)]
    for item, title in TITLES.items():
        assert_same(whole[0][title], made.statement.total.actual.item(item), title)
        if made.statement.total.plan:
            assert_same(whole[1][title], made.statement.total.plan.item(item), f"{title}, plan")
            assert_same(whole[2][title], made.statement.total.variance(item), f"{title}, variance")


def members(path: Path, made: PnlReport) -> None:
    if made.by is None:
        return
    rows = [*load_workbook(path, data_only=True)["By product"].iter_rows(min_row=4, values_only=True)]
    labels = [each.label for each in made.periods]
    for row in rows[1:]:
        told_of = dict(zip(rows[0], row, strict=True))
        place, name = labels.index(str(told_of["Period"])), str(told_of["Product"])
        member = None if name == "(unallocated)" else name
        own = made.statement.totals[place] if name == "all" else made.statement.columns[place, member]
        for item, title in TITLES.items():
            assert_same(told_of[title], own.actual.item(item), title)
        if made.statement.planned:
            assert own.plan is not None
            assert_same(told_of["Revenue plan"], own.plan.revenue, "plan")
            assert_same(told_of["Revenue variance"], own.variance("revenue"), "variance")
    assert [row[1] for row in rows[-2:]] == ["all", "all"]


def assert_same(shown: object, figure: Decimal | None, what: str) -> None:
    if figure is None:
        assert shown in {"unknown", "n/a"}, what
    else:
        assert isinstance(shown, (int, float)), what
        assert abs(D(str(shown)) - figure) < D("0.000001"), what


def test_sums_and_margins_are_formulas_and_python_stands_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_pnl(report(), path)

    formulas, values = column(path, "Statement", 1, values=False), column(path, "Statement", 1)
    assert {title for title in TITLES.values() if str(formulas[title]).startswith("=")} == set(TITLES.values())
    assert values["Gross profit"] == pytest.approx(1200.10 - 347.343333333333)
    assert formulas["Hosting"] == "=SUM('By product'!N5:N7)"


def test_what_is_nobodys_has_no_margin(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_pnl(report(), path)

    rows = [*load_workbook(path, data_only=True)["By product"].iter_rows(min_row=4, values_only=True)]
    margins = {row[1]: row[rows[0].index("Gross margin")] for row in rows}
    assert margins["(unallocated)"] == "n/a"
    assert margins["all"] == pytest.approx((1200.10 - 347.343333333333) / 1200.10)


def test_the_proof_adds_up_lines_whose_names_begin_alike(tmp_path: Path) -> None:
    lines = (Line("L" * 60 + "a", "cogs", is_cloud=True), Line("L" * 60 + "b", "opex"))
    made = statement(lines, 1, [Cell(0, 0, None, D(5)), Cell(1, 0, None, D(7))])
    proofs = (Proof("USD", D(5), made.stated),)
    path = tmp_path / "a.xlsx"
    write_pnl(replace(report(by=None), statement=made, periods=report().periods[:1], proofs=proofs), path)

    sheet = load_workbook(path)["Proof"]
    assert sheet["C5"].value == "=Statement!B6"
    assert load_workbook(path)["Statement"]["B6"].value == 5
    assert sheet["G5"].value == '=IF(AND(E5=F5,ABS(D5)<=1E-9*MAX(1,ABS(B5))),"yes","NO")'
    assert (sheet["E5"].value, sheet["F5"].value) == ("5", "5")


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file or directory"):
        write_pnl(report(), tmp_path / "nowhere" / "a.xlsx")


def test_many_months_stand_on_several_pages(tmp_path: Path) -> None:
    cells = [Cell(0, at, None, D(1)) for at in range(24)]
    made = statement(LINES, 24, cells)
    periods = Calendar().periods(date(2025, 1, 1), date(2027, 1, 1), "month")
    path = tmp_path / "a.xlsx"
    write_pnl(replace(report(by=None), statement=made, periods=periods), path)

    sheet = load_workbook(path)["Statement"]
    assert (sheet.page_setup.fitToWidth, sheet.print_title_cols) == (2, "$A:$A")


def test_a_sheet_may_be_called_by_letters_that_count_as_two(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_pnl(report(by="\U0001f389" * 31), path)

    assert load_workbook(path).sheetnames[1] == "By " + "\U0001f389" * 14


def test_text_of_bills_is_written_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_pnl(report(), path)

    book = load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if HOSTILE in str(cell.value)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"] == [
        "s", "s",
    ]  # fmt: skip
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink]


def test_an_unknown_amount_is_a_word_and_so_is_every_sum_with_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_pnl(report(unknown=True), path)

    found = column(path, "Statement", 2)
    assert (found["Cost of sales"], found["Gross profit"], found["Gross margin"]) == ("unknown", "unknown", "n/a")
    assert found["Operating expense"] == 120.5


def test_headings_stay_in_sight_and_pages_are_set_up(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_pnl(report(), path)

    book = load_workbook(path)
    assert book.sheetnames == ["Statement", "By product", "Proof"]
    assert [book[name].freeze_panes for name in ("Statement", "By product")] == ["B5", "C5"]
    assert all(sheet.page_setup.orientation == "landscape" and sheet.print_title_rows == "$4:$4" for sheet in book)


def test_a_dimension_may_be_called_as_no_sheet_may(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_pnl(report(by="a/b:" + "c" * 40), path)

    assert load_workbook(path).sheetnames[1] == "By a b " + "c" * 24


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(UserError) as caught:
        write_pnl(report(), tmp_path / "a.xlsx")
    assert [told(problem) for problem in caught.value.problems] == [
        (
            "an Excel workbook is written by xlsxwriter, which is not installed. Install it: pip install "
            "'finmod[excel]'; or "
            "write a .csv. (FM2335)"
        )
    ]


def test_more_rows_than_a_sheet_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pnl_excel, "MOST_ROWS", 3)
    with pytest.raises(UserError) as caught:
        write_pnl(report(), tmp_path / "a.xlsx")
    assert [told(problem) for problem in caught.value.problems] == [
        (
            "the statement has 6 rows, more than a sheet of Excel has. Write a .csv, or name fewer members: "
            "--top 1000. "
            "(FM2336)"
        )
    ]


def test_headings_have_no_blanks_around_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_pnl(report(planned=True), path)
    book = load_workbook(path)

    for sheet in book.worksheets:
        heads = [cell.value for cell in sheet[4] if cell.value]
        assert heads == [head.strip() for head in heads]
    assert [book["Proof"].cell(row, 7).alignment.indent for row in (4, 5)] == [1, 1]
    assert [book["Proof"].cell(row, 7).value for row in (4,)] == ["Holds"]
