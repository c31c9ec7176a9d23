"""The workbook of a variance: its formulas compute what Python computed; text of bills is text."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import pytest
from openpyxl import Workbook, load_workbook

from finmod.errors import UserError
from finmod.exports import variance_excel
from finmod.exports.variance_excel import write_variance
from finmod.models.variance.page import Member, Members
from finmod.terms.findings import Finding
from tests.refusals import told
from tests.variance_pages import HOSTILE, PRODUCTS, change, page_told, savings_of

D = Decimal


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workbook of a page with everything."""
    made = tmp_path_factory.mktemp("excel") / "variance.xlsx"
    write_variance(page_told(), made)
    return made


def computed(book: Workbook, sheet: str, formula: str) -> float | None:
    """Return what a sum, or a difference of cells, comes to; None for any other formula."""

    def cell(name: str) -> float:
        where, _, place = name.rpartition("!")
        own = book[where or sheet][place].value
        found = computed(book, where or sheet, own) if isinstance(own, str) and not _is_word(own) else own
        return 0.0 if _is_word(found) else float(found or 0)

    body = formula.removeprefix("=")
    rounded = re.fullmatch(r"ROUND\((.*),6\)", body)
    body = rounded.group(1) if rounded else body
    span = re.fullmatch(r"SUM\(([A-Z]+[0-9]+):([A-Z]+[0-9]+)\)", body)
    if span:
        rows = book[sheet][f"{span.group(1)}:{span.group(2)}"]
        return sum(cell(each.coordinate) for row in rows for each in row if not _is_word(each.value))
    # N of a word is 0.
    terms = re.fullmatch(r"([\w!]+)([+-])([\w!]+)", re.sub(r"N\((\w+)\)", r"\1", body))
    if terms is None:
        return None
    one, sign, other = terms.groups()
    return cell(one) + (cell(other) if sign == "+" else -cell(other))


def _is_word(value: object) -> bool:
    return isinstance(value, str) and not value.startswith("=")


def test_sums_of_cells_are_what_python_left_beside_them(path: Path) -> None:
    """Without a program that computes: sums and differences are added up here."""
    formulas, values = load_workbook(path), load_workbook(path, data_only=True)
    looked = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for each in row:
                if each.data_type == "f":
                    found = computed(formulas, sheet.title, str(each.value))
                    if found is not None:
                        assert found == pytest.approx(values[sheet.title][each.coordinate].value, abs=1e-6), each
                        looked += 1
    assert looked > 30


def test_what_nobody_planned_is_unknown_and_sums_take_0_for_it(tmp_path: Path) -> None:
    lacking = replace(PRODUCTS[3], has_plan=False)
    members = Members("product", tuple(Member(each, (None,) * 3) for each in (*PRODUCTS[:3], lacking, *PRODUCTS[4:])))
    write_variance(replace(page_told(), members=(members,)), tmp_path / "v.xlsx")
    sheet = load_workbook(tmp_path / "v.xlsx")["By product"]
    (row,) = [each for each in sheet.iter_rows() if each[0].value == lacking.member[0]]
    assert row[1].value == "unknown"
    assert any(str(each.value).startswith(f"=N({row[1].coordinate})+") for each in row)


def test_libreoffice_computes_what_python_computed(path: Path, tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("NOT RUN: LibreOffice (soffice) is not here, and nothing else computes a workbook: make excel")
    bare = tmp_path / "bare" / path.name
    bare.parent.mkdir()
    load_workbook(path).save(bare)  # without the figures that Python left
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    words = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path), str(bare)]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    own, anew = (load_workbook(each, data_only=True) for each in (path, tmp_path / path.name))
    for sheet in own:
        for row in sheet.iter_rows():
            for each in row:
                other = anew[sheet.title][each.coordinate].value
                if isinstance(each.value, (int, float)):
                    assert other == pytest.approx(each.value, abs=1e-6), (sheet.title, each.coordinate)
                else:
                    # A text of no letters is an empty cell there.
                    assert (other or "") == (each.value or ""), (sheet.title, each.coordinate)


def test_the_sheets_end_at_the_cost_of_the_month(path: Path) -> None:
    page, book = page_told(), load_workbook(path, data_only=True)
    assert book.sheetnames == ["Summary", "By product", "Budget", "Unit costs", "Causes", "Savings", "Data quality"]
    summary = {row[0]: row[1] for row in book["Summary"].iter_rows(min_row=6, values_only=True)}
    total = page.report.total
    assert summary["Change"] == pytest.approx(float(total.change))
    assert summary["2026-10"] == pytest.approx(float(total.after))
    head, *rows = book["By product"].iter_rows(min_row=5, values_only=True)
    whole = rows[len(PRODUCTS)]
    assert whole[0] == "All"
    assert whole[head.index("2026-10")] == pytest.approx(float(total.after))
    assert rows[len(PRODUCTS) + 1][1] == 0
    *_, last = book["Savings"].iter_rows(values_only=True)
    assert last[:3] == ("All, 1 without an amount", 200.75, 150)


def test_the_budget_ends_at_the_cost_of_the_month_too(path: Path) -> None:
    page, sheet = page_told(), load_workbook(path, data_only=True)["Budget"]
    assert page.budget is not None
    total = page.budget.report.total
    rows = {row[0].value: row for row in sheet.iter_rows()}
    heads = [each.value for each in rows["product"]]
    effects = ["Beyond plan", "Not planned"]
    assert heads == ["product", "budget of 2026-10", *effects, "Change", "2026-10", "Beyond plan, %"]
    figures = [total.before, total.effect("beyond_plan"), total.effect("not_planned"), total.change, total.after]
    assert [each.value for each in rows["All"]][1:6] == [pytest.approx(float(each)) for each in figures]


def test_the_share_of_a_budget_is_what_is_beyond_plan_of_the_plan_as_on_every_other_page(path: Path) -> None:
    page, book = page_told(), load_workbook(path)["Budget"]
    assert page.budget is not None
    assert page.budget.members is not None
    total, search = page.budget.report.total, page.budget.members.rows[0].change
    values = {row[0].value: row for row in load_workbook(path, data_only=True)["Budget"].iter_rows()}
    for name, each in (("All", total), ("search", search)):
        cell = values[name][6]
        assert cell.value == pytest.approx(float(each.effect("beyond_plan") / each.before))
        formula = str(book[cell.coordinate].value)
        assert f"C{cell.row}/B{cell.row}" in formula
    assert values["All"][6].value != pytest.approx(float(total.change / total.before))


def test_a_budget_that_was_kept_to_the_cent_has_a_share_of_0(tmp_path: Path) -> None:
    page = page_told()
    assert page.budget is not None
    kept = change(100, 100, ("search",))
    report = replace(page.budget.report, total=replace(kept, member=()))
    budget = replace(page.budget, report=report, members=Members("product", (Member(kept),)))
    write_variance(replace(page, budget=budget), tmp_path / "v.xlsx")
    rows = {row[0].value: row for row in load_workbook(tmp_path / "v.xlsx", data_only=True)["Budget"].iter_rows()}
    assert [rows[name][5].value for name in ("search", "All")] == [0, 0]


@pytest.mark.parametrize(
    ("amounts", "rest", "every"),
    [
        ((8, 6), None, ("All", 14, 7)),
        ((8, 6, 4, None), ("2 others, 1 without an amount", 4, 2), ("All, 1 without an amount", 18, 9)),
        ((8, 6, None, None), ("2 others", "unknown", "unknown"), ("All, 2 without an amount", 14, 7)),
        ((None, None, None), ("1 other", "unknown", "unknown"), ("All", "unknown", "unknown")),
    ],
)
def test_savings_without_an_amount_are_unknown_and_never_nothing(
    amounts: tuple[int | None, ...], rest: tuple[object, ...] | None, every: tuple[object, ...], tmp_path: Path
) -> None:
    write_variance(replace(page_told(), savings=savings_of(amounts, 2)), tmp_path / "v.xlsx")
    formulas, values = (load_workbook(tmp_path / "v.xlsx", data_only=each)["Savings"] for each in (False, True))
    _, _, *sums = [row[:3] for row in values.iter_rows(min_row=6, values_only=True)]
    assert sums == ([rest, every] if rest else [every])
    last = [each.value for each in [*formulas.iter_rows()][-1][1:3]]
    assert [str(each).startswith("=IF(COUNT(") for each in last] == [every[1] == "unknown"] * 2


def test_what_must_be_known_of_savings_stands_below_them(tmp_path: Path) -> None:
    found = Finding(code="FM2558", message="the bill of aws has 12 days", severity="info")
    write_variance(replace(page_told(), savings=savings_of((8,), 2, found=[found])), tmp_path / "v.xlsx")
    first, *_, last = load_workbook(tmp_path / "v.xlsx")["Savings"].iter_rows(values_only=True)
    assert first[0] == "northwind: what could be saved of the days told"
    assert last[0] == "info FM2558: the bill of aws has 12 days"


def test_a_budget_without_members_has_its_total_as_figures_and_not_as_a_sum_of_nothing(tmp_path: Path) -> None:
    page = page_told()
    assert page.budget is not None
    write_variance(replace(page, budget=replace(page.budget, members=None)), tmp_path / "v.xlsx")
    total = page.budget.report.total
    rows = {row[0].value: row for row in load_workbook(tmp_path / "v.xlsx")["Budget"].iter_rows()}
    figures = [total.before, total.effect("beyond_plan"), total.effect("not_planned"), total.change, total.after]
    assert [each.value for each in rows["All"]][1:6] == [pytest.approx(float(each)) for each in figures]


def test_names_of_bills_are_text_and_never_formulas(path: Path) -> None:
    sheet = load_workbook(path)["By product"]
    cells = {str(sheet.cell(row, 1).value): sheet.cell(row, 1).data_type for row in range(6, 6 + len(PRODUCTS))}
    assert cells[HOSTILE[1]] == cells[HOSTILE[0]] == "s"
    assert not any("\u202e" in name for name in cells)


def test_what_is_unknown_is_a_word(path: Path) -> None:
    rows = [*load_workbook(path, data_only=True)["Unit costs"].iter_rows(min_row=6, values_only=True)]
    assert rows[2][2:6] == (pytest.approx(0.0406), "unknown", "unknown", "n/a")


def test_the_same_page_is_the_same_file(path: Path, tmp_path: Path) -> None:
    write_variance(page_told(), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_dimensions_of_one_name_have_sheets_of_their_own(tmp_path: Path) -> None:
    page = page_told(more=False)
    several = tuple(Members(name, page.members[0].rows) for name in ("a/b" + "c" * 40, "a:b" + "c" * 40, "Team"))
    write_variance(replace(page, members=several), tmp_path / "several.xlsx")
    names = load_workbook(tmp_path / "several.xlsx").sheetnames[1:4]
    assert names == ["By a b" + "c" * 25, "By a b" + "c" * 23 + " 2", "By Team"]


def test_what_lacks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_name: str) -> NoReturn:
        raise ImportError

    monkeypatch.setattr(importlib, "import_module", failing)
    with pytest.raises(UserError) as refused:
        write_variance(page_told(), tmp_path / "a.xlsx")
    assert told(refused.value.problems[0]) == (
        "an Excel workbook is written by xlsxwriter, which is not installed. Install it: pip install 'finmod[excel]'; "
        "or write .html. (FM2583)"
    )
    monkeypatch.setattr(variance_excel, "MOST_ROWS", 3)
    with pytest.raises(UserError, match="there are 6 members, more than a sheet of Excel has rows"):
        write_variance(page_told(), tmp_path / "a.xlsx")
