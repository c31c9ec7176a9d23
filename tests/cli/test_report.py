"""``finmod report``: what is written where, and what is said where it cannot be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.books import Books
from tests.parsed_pages import parsed
from tests.variances import ADS, SEARCH, books_of, spoiled, used

HOSTILE = "<script>=cmd()](http://a.example)"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Search and ads use more, by a service whose name means harm."""
    return books_of(
        tmp_path_factory.mktemp("report") / "books",
        used(8, "i-1", SEARCH, "310", "1", ServiceName=HOSTILE),
        used(9, "i-1", SEARCH, "600", "1", ServiceName=HOSTILE),
        used(8, "i-2", ADS, "100", "1"),
        used(9, "i-2", ADS, "120", "1"),
    )


@pytest.fixture
def empty(tmp_path: Path) -> Books:
    """Nothing is loaded."""
    return Books(tmp_path / "empty")


def test_the_page_is_written_beside_the_project(books: Books) -> None:
    said = books.run("report", "variance")
    target = books.root / "reports" / "variance-2026-09.html"
    assert (said.code, said.err) == (0, "")
    assert said.out == f"Wrote the report to {target}\n"
    found = parsed(target.read_text(encoding="utf-8"))
    assert HOSTILE in found.text
    assert "script" not in {tag for tag, _ in found.tags}
    assert [row[0].text for row in found.tables["members-0"][1:]] == ["search", "ads", "All"]
    first = target.read_bytes()
    assert books.run("report", "variance", "2026-09", "--against", "2026-08").code == 0
    assert target.read_bytes() == first
    assert [each.name for each in target.parent.iterdir()] == [target.name]


def test_markdown_is_printed(books: Books) -> None:
    said = books.run("report", "variance", "--output", "markdown", "--by", "service")
    assert said.code == 0
    assert said.out.startswith("### northwind: Cloud cost of September 2026\n\n**September cost 720.00 USD, ")
    assert "&lt;script>=cmd()](http:&#8203;//a.example)" in said.out


def test_a_report_that_is_not_the_books_is_told_to_be_so_and_fails(books: Books, tmp_path: Path) -> None:
    said = spoiled(books, tmp_path / "own").run("report", "variance", "--output", "markdown")
    assert said.code == 1
    assert "What is compared is NOT the ledger's total: see the table below." in said.out
    assert said.err.startswith("what was compared is not the ledger's total")


def test_a_list_of_no_words_is_refused(books: Books) -> None:
    said = books.run("report", "variance", "--output", "markdown", "--by", " , ")
    assert said.code == 1
    assert "--by names nothing: write a dimension" in said.err


def test_a_workbook_is_written(books: Books, tmp_path: Path) -> None:
    target = tmp_path / "a.XLSX"
    assert books.run("report", "variance", "--file", target).code == 0
    assert load_workbook(target).sheetnames[:3] == ["Summary", "By product", "By service"]


@pytest.mark.parametrize(("ending", "library"), [("xlsx", "xlsxwriter"), ("pdf", "weasyprint")])
def test_a_library_that_lacks_is_told_before_anything_is_computed(
    empty: Books, ending: str, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That nothing is loaded would be told else."""
    monkeypatch.setitem(sys.modules, library, None)
    said = empty.run("report", "variance", "--file", tmp_path / f"a.{ending}")
    assert said.code == 1
    assert f"pip install 'finmod[{'excel' if ending == 'xlsx' else 'pdf'}]'" in said.err


def test_a_pdf_is_written_where_one_can_be_set(books: Books, tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    said = books.run("report", "variance", "--file", target)
    if "FM2582" in said.err:
        pytest.skip(f"NOT RUN: {said.err}")
    assert (said.code, said.err) == (0, "")
    assert target.read_bytes().startswith(b"%PDF-")


def test_a_file_of_another_ending_is_refused(books: Books) -> None:
    said = books.run("report", "variance", "--file", "a.docx")
    assert said.code == 1
    assert said.err == (
        "--file is 'a.docx'; expected a file that ends in .html, .pdf, .md or .xlsx.\n  Name it so. (FM2580, "
        "docs/errors.md)\n"
    )


def test_a_file_that_cannot_be_written_is_said_and_nothing_is_left(books: Books, tmp_path: Path) -> None:
    target = tmp_path / "gone" / "a.md"
    said = books.run("report", "variance", "--file", target)
    assert said.code == 1
    assert said.err == (
        f"{target}: the report cannot be written: no such file or directory.\n  Name a file in a folder of yours. "
        "(FM2581, docs/errors.md)\n"
    )
    assert [*tmp_path.iterdir()] == []


def test_printing_and_writing_are_two_wishes(books: Books) -> None:
    said = books.run("report", "variance", "--output", "markdown", "--file", "a.md")
    assert said.code == 1
    assert "--output markdown prints; --file writes. Give one of them." in said.err
