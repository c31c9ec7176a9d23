"""PDF: the page on paper, where the machine can set one; and what is said where it cannot."""

from __future__ import annotations

import importlib
import re
import zlib
from contextlib import suppress
from typing import NoReturn

import pytest

from finmod.errors import UserError
from finmod.reports.pdf import pdf_of, weasyprint
from finmod.reports.variance.page import html_page
from tests.refusals import told
from tests.variance_pages import page_told


def needs_pdf() -> None:
    """Skip, and say so, where no PDF can be set."""
    try:
        weasyprint()
    except UserError as error:
        pytest.skip(f"NOT RUN: {error}")


def pages(made: bytes) -> int:
    """Return how many pages a file has, whose objects are packed."""
    found = 0
    for packed in re.findall(rb"stream\n(.*?)\nendstream", made, re.DOTALL):
        with suppress(zlib.error):
            found += len(re.findall(rb"/Type ?/Page\b(?!s)", zlib.decompress(packed)))
    return found


def test_the_page_is_set_on_few_sheets_of_paper_and_twice_the_same() -> None:
    needs_pdf()
    html = html_page(page_told(), is_print=True)
    made = pdf_of(html)
    assert made.startswith(b"%PDF-")
    assert 1 <= pages(made) <= 4
    assert pdf_of(html) == made


def test_a_page_that_asks_the_net_for_something_gets_nothing() -> None:
    needs_pdf()
    assert pdf_of('<p>a<img src="http://a.example/x.png"><img src="file:///etc/passwd">').startswith(b"%PDF-")


NOT_INSTALLED = (
    "a PDF is set by WeasyPrint, which is not installed. Install it: pip install 'finmod[pdf]'; or write .html and "
    "print it from a browser. (FM2582)"
)
NO_PANGO = (
    "a PDF is set by WeasyPrint, which needs Pango, and the system has none that it can load. On Debian and Ubuntu: "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; with Homebrew: brew install pango. Or write "
    ".html and print it from a browser. (FM2582)"
)


@pytest.mark.parametrize(
    ("error", "words"),
    [(ImportError("weasyprint"), NOT_INSTALLED), (OSError("cannot load library 'libpango-1.0-0'"), NO_PANGO)],
)
def test_what_lacks_is_said(error: Exception, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_name: str) -> NoReturn:
        raise error

    monkeypatch.setattr(importlib, "import_module", failing)
    with pytest.raises(UserError) as refused:
        weasyprint()
    assert told(refused.value.problems[0]) == words
