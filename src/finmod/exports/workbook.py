"""Workbooks for Excel: a file that is written by an extra, its sheets, and how cells are written.

Owns what all of them share: the look of titles, headings and amounts, the setup of a printed page, and what is said
where the library lacks. Amounts that were read are blue, formulas black, what is unknown is a word; text of bills is
written as text, never as a formula.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Final, Protocol

from finmod.errors import Problem, UserError, printable
from finmod.exports.formulas import NONE, UNKNOWN, share_of

MOST_ROWS: Final = 1_048_000
"""Rows of a sheet, with some to spare."""
_SIGNS: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31
_LONGEST_HEAD: Final = 80
_LONGEST_TEXT: Final = 2_000
_MOST_OF_A_NAME: Final = 1_000
_LARGE: Final = Decimal(10_000)
_BASE: Final = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter"}
_TOP: Final = {"bold": True, "top": 1}
_HEAD: Final = {"bold": True, "bottom": 1}
# Amounts end at the right of their cells: a text beside one that begins at the left would touch it.
_BESIDE: Final = {"indent": 1, "text_wrap": True}
_LINE: Final = 14
"""Points of a line."""
BLUE: Final = {"font_color": "#0000FF"}
"""What was read."""

Properties = Mapping[str, object]


class RawSheet(Protocol):
    """What is used of a worksheet of xlsxwriter; rows and columns count from 0."""

    def write_string(self, row: int, col: int, string: str, cell_format: object, /) -> object:
        """Write a text."""

    def write_number(self, row: int, col: int, number: float, cell_format: object, /) -> object:
        """Write a number."""

    def write_formula(self, row: int, col: int, formula: str, cell_format: object, value: float | str, /) -> object:
        """Write a formula with what it comes to."""

    def merge_range(  # noqa: PLR0913, PLR0917 -- as the library has it
        self, first_row: int, first_col: int, last_row: int, last_col: int, data: str, cell_format: object, /
    ) -> object:
        """Make one cell of several."""

    def set_column(self, first_col: int, last_col: int, width: float, /) -> object:
        """Set the width of columns."""

    def set_row(self, row: int, height: float, /) -> object:
        """Set the height of a row."""

    def freeze_panes(self, row: int, col: int, /) -> None:
        """Keep what stands above and left of a cell in sight."""

    def autofilter(self, first_row: int, first_col: int, last_row: int, last_col: int, /) -> None:
        """Offer to choose among rows."""

    def hide_gridlines(self, option: int, /) -> None:
        """Hide lines between cells."""

    def set_landscape(self) -> None:
        """Print across."""

    def set_paper(self, paper_size: int, /) -> None:
        """Set the size of paper."""

    def fit_to_pages(self, width: int, height: int, /) -> None:
        """Print on so many pages; 0 for as many as it takes."""

    def repeat_rows(self, first_row: int, /) -> None:
        """Repeat a row on every page."""

    def repeat_columns(self, first_col: int, /) -> None:
        """Repeat a column on every page."""

    def set_footer(self, footer: str, /) -> None:
        """Set what stands below every page."""

    def print_area(self, first_row: int, first_col: int, last_row: int, last_col: int, /) -> None:
        """Print these cells alone."""


class Book(Protocol):
    """What is used of a workbook of xlsxwriter."""

    def add_worksheet(self, name: str, /) -> RawSheet:
        """Add a sheet."""

    def add_format(self, properties: Properties, /) -> object:
        """Return a look of cells."""

    def set_properties(self, properties: Properties, /) -> None:
        """Set what the file says of itself."""

    def close(self) -> None:
        """Write the file."""


@contextmanager
def written(path: Path, *, lacking: str, instead: str) -> Iterator[Book]:
    """Yield a workbook, which is written where the block ends; a file that is there is replaced.

    Args:
        path: Where to.
        lacking: Code of what is said where the library is not installed.
        instead: What else can be done then, without a full stop.

    Raises:
        UserError: The extra is not installed.
        OSError: The file cannot be written.
    """
    library = xlsxwriter(lacking=lacking, instead=instead)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book: Book = library.Workbook(str(path), options)
    try:
        yield book
    finally:
        try:
            book.close()
        except library.exceptions.FileCreateError as error:
            raise OSError(*_reason(error)) from error


def xlsxwriter(*, lacking: str, instead: str) -> ModuleType:
    """Return the library.

    Args:
        lacking: As ``written``.
        instead: Likewise.

    Raises:
        UserError: The extra is not installed.
    """
    try:
        return importlib.import_module("xlsxwriter")
    except ImportError:
        found = "an Excel workbook is written by xlsxwriter, which is not installed"
        remedy = f"Install it: pip install 'finmod[excel]'; {instead}."
        raise UserError(Problem(code=lacking, found=found, remedy=remedy)) from None


def _reason(error: Exception) -> tuple[int, str]:
    """Return number and words of what the library could not write."""
    cause = error.args[0] if error.args else error
    return getattr(cause, "errno", None) or 0, getattr(cause, "strerror", None) or type(cause).__name__


def are_large(amounts: Iterable[Decimal | None]) -> bool:
    """Return whether one of some amounts is so large that no cents are shown."""
    return any(abs(each) >= _LARGE for each in amounts if each is not None)


def sheet_name(text: str, taken: Collection[str] = ()) -> str:
    """Return a text as a sheet may be called: at most 31 signs, of which Excel counts some letters as two.

    Args:
        text: What it is to be called.
        taken: Names of other sheets, casefolded: one that is taken gets a number.

    >>> sheet_name("By a/b:" + "c" * 40), len(sheet_name("\U0001f389" * 40)), sheet_name("By team", {"by team"})
    ('By a b cccccccccccccccccccccccc', 15, 'By team 2')
    """
    clean = _SIGNS.sub(" ", printable(text, _LONGEST_NAME)).strip()
    for number in range(1, _MOST_OF_A_NAME):
        end = "" if number == 1 else f" {number}"
        room = 2 * (_LONGEST_NAME - len(end))
        name = clean.encode("utf-16-le", "replace")[:room].decode("utf-16-le", "ignore").strip() + end
        if name.casefold() not in taken:
            return name
    return "Members"


class Sheet:
    """One sheet; cells are written by the names of their looks.

    Args:
        raw: The sheet of the library.
        formats: Name -> look.
        head: Row of the headings, from 0.
    """

    def __init__(self, raw: RawSheet, formats: Mapping[str, object], head: int) -> None:
        self.raw, self.formats, self.head = raw, formats, head

    def heads(self, texts: Sequence[str], *, words: int = 1, notes: int = 0) -> None:
        """Write headings; so many at the beginning and at the end are of text, those between of amounts."""
        for at, text in enumerate(texts):
            style = "head_text" if at < words else "head_note" if at >= len(texts) - notes else "head"
            self.text(self.head, at, printable(text, _LONGEST_HEAD), style)

    def line(self, row: int, text: str, style: str = "line", *, column: int = 0) -> None:
        """Write a text of whatever length, made printable."""
        self.text(row, column, printable(text, _LONGEST_TEXT), style)

    def text(self, row: int, column: int, text: str, style: str = "text") -> None:
        """Write a text, whatever it begins with; one of a bill must be made printable before."""
        self.raw.write_string(row, column, text, self.formats[style])

    def texts(self, row: int, column: int, texts: Sequence[str], widths: Sequence[int]) -> None:
        """Write texts right of amounts, made printable, in a row that is as high as they need.

        Args:
            row: From 0.
            column: Of the first one.
            texts: One per column.
            widths: Characters that a line of each column has.
        """
        for at, text in enumerate(texts, column):
            self.line(row, text, "beside", column=at)
        lines = max(-(-len(printable(text, _LONGEST_TEXT)) // width) for text, width in zip(texts, widths, strict=True))
        if lines > 1:
            self.raw.set_row(row, _LINE * lines)

    def read(self, row: int, column: int, amount: Decimal | None, style: str = "read") -> None:
        """Write an amount that was read, or that it is unknown."""
        if amount is None:
            self.text(row, column, UNKNOWN, style)
        else:
            self.raw.write_number(row, column, float(amount), self.formats[style])

    def formula(self, row: int, column: int, formula: str, style: str, value: Decimal | None) -> None:
        """Write a formula with the figure beside it that Python computed."""
        nothing = NONE if style == "share" else UNKNOWN
        shown = nothing if value is None else float(value)
        self.raw.write_formula(row, column, formula, self.formats[style], shown)

    def share(
        self, row: int, column: int, part: str, whole: str, figures: tuple[Decimal | None, Decimal | None]
    ) -> None:
        """Write a cell as a share of another, which must be above 0."""
        amount, of = figures
        value = amount / of if amount is not None and of and of > 0 else None
        self.formula(row, column, share_of(part, whole), "share", value)

    def holds(self, row: int, column: int, test: str, style: str, *, value: bool) -> None:
        """Write whether a test holds, with what Python says."""
        formula = f'=IF({test},"yes","NO")'
        self.raw.write_formula(row, column, formula, self.formats[style], "yes" if value else "NO")


class Sheets:
    """Makes the sheets of a workbook.

    Args:
        book: The workbook.
        note: What stands below the title of each sheet.
        head: Row of the headings, from 0.
        is_large: Whether amounts are shown without cents.
        more: Name -> properties of looks that this workbook alone has.
    """

    def __init__(self, book: Book, note: str, *, head: int, is_large: bool, more: Mapping[str, Properties]) -> None:
        self.book, self.note, self.head = book, note, head
        amount = "#,##0;[Red]-#,##0" if is_large else "#,##0.00;[Red]-#,##0.00"
        linked = {"num_format": amount, "align": "right"}
        read = {**linked, **BLUE}
        looks: dict[str, Properties] = {
            "text": {}, "title": {"bold": True, "font_size": 14}, "note": {"italic": True, "font_color": "#595959"},
            "head": {**_HEAD, "align": "right", "text_wrap": True}, "head_text": {**_HEAD, "text_wrap": True},
            "head_note": {**_HEAD, "text_wrap": True, "indent": 1}, "beside": _BESIDE,
            "beside_note": {**_BESIDE, "italic": True, "font_color": "#595959"},
            "line": {"indent": 1}, "sum_text": _TOP, "wrap": {"text_wrap": True, "valign": "top"},
            "read": read, "read_sum": {**read, **_TOP}, "linked": linked, "sum": {**linked, **_TOP},
            "exact": {"num_format": "@", "align": "right"},
        }  # fmt: skip
        self.formats = {name: book.add_format({**_BASE, **extra}) for name, extra in {**looks, **more}.items()}
        self.names: set[str] = set()

    def new(self, name: str, title: str) -> Sheet:
        """Add a sheet with its title, and return it."""
        raw = self.book.add_worksheet(name)
        sheet = Sheet(raw, self.formats, self.head)
        self.names.add(name.casefold())
        raw.hide_gridlines(2)
        sheet.text(0, 0, printable(title, 120), "title")
        sheet.text(1, 0, self.note, "note")
        raw.set_landscape()
        raw.set_paper(9)
        raw.fit_to_pages(1, 0)
        raw.repeat_rows(self.head)
        raw.set_footer("&L&A&RPage &P of &N")
        return sheet
