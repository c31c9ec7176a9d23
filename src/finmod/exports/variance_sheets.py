"""Sheets of the workbook of a variance: their look, and how cells are written.

Owns formats. Amounts that were read are blue, formulas black, what is unknown is a word; text of bills is written as
text, never as a formula.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from finmod.errors import printable
from finmod.exports.pnl_formulas import NONE, UNKNOWN, letters_of
from finmod.models.variance.page import Figure, Said, VariancePage

__all__ = ["HEAD", "Sheets", "letters_of"]

HEAD: Final = 4
"""Row of the headings, from 0."""
_SIGNS: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31
_LONGEST_TEXT: Final = 2_000
_LARGE: Final = Decimal(10_000)


class Sheets:
    """Makes sheets, and writes cells."""

    def __init__(self, book: Any, page: VariancePage) -> None:  # noqa: ANN401 -- of a library that may be absent
        self.book, self.page = book, page
        total = page.report.total
        self.is_large = max(abs(total.before), abs(total.after)) >= _LARGE
        amount = "#,##0;[Red]-#,##0" if self.is_large else "#,##0.00;[Red]-#,##0.00"
        unit, share = "#,##0.00####;[Red]-#,##0.00####", "+0.0%;[Red]-0.0%"
        base = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter"}
        blue = {"font_color": "#0000FF", "align": "right"}
        top = {"bold": True, "top": 1}
        made: dict[str, dict[str, Any]] = {
            "text": {}, "title": {"bold": True, "font_size": 14}, "note": {"italic": True, "font_color": "#595959"},
            "head": {"bold": True, "bottom": 1, "align": "right", "text_wrap": True},
            "head_text": {"bold": True, "bottom": 1, "text_wrap": True},
            "line": {"indent": 1}, "sum_text": top, "wrap": {"text_wrap": True, "valign": "top"},
            "read": {"num_format": amount, **blue}, "read_sum": {"num_format": amount, **blue, **top},
            "read_unit": {"num_format": unit, **blue}, "unit": {"num_format": unit, "align": "right"},
            "linked": {"num_format": amount, "align": "right"}, "sum": {"num_format": amount, "align": "right", **top},
            "share": {"num_format": share, "italic": True, "align": "right"},
            "exact": {"num_format": "@", "align": "right"},
        }  # fmt: skip
        self.formats = {name: book.add_format({**base, **extra}) for name, extra in made.items()}
        self.names: set[str] = set()

    def new(self, name: str, title: str) -> Any:  # noqa: ANN401 -- as above
        """Add a sheet with its title, and return it."""
        sheet = self.book.add_worksheet(name)
        self.names.add(name.casefold())
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, printable(title, 120), self.formats["title"])
        sheet.write_string(1, 0, self._note(), self.formats["note"])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEAD)
        sheet.set_footer("&L&A&RPage &P of &N")
        return sheet

    def _note(self) -> str:
        report = self.page.report
        return (
            f"EffectiveCost in {report.currency}, ledger version {report.after.ledger_version}. Blue was read, black "
            "is computed."
        )

    def sheet_name(self, text: str) -> str:
        """Return a text as a sheet may be called that no other one is: at most 31 signs, some letters count as two."""
        clean = _SIGNS.sub(" ", printable(text, _LONGEST_NAME)).strip()
        for number in range(1, 1000):
            end = "" if number == 1 else f" {number}"
            room = 2 * (_LONGEST_NAME - len(end))
            name = clean.encode("utf-16-le", "replace")[:room].decode("utf-16-le", "ignore").strip() + end
            if name.casefold() not in self.names:
                return name
        return "Members"

    def heads(self, sheet: Any, texts: Sequence[str], *, notes: int = 0) -> None:  # noqa: ANN401 -- as above
        """Write headings; the first one, and so many at the end, are of text."""
        for at, text in enumerate(texts):
            style = "head_text" if not at or at >= len(texts) - notes else "head"
            sheet.write_string(HEAD, at, printable(text, 80), self.formats[style])

    def line(
        self,
        sheet: Any,  # noqa: ANN401 -- as above
        row: int,
        text: str,
        style: str = "line",
        *,
        column: int = 0,
    ) -> None:
        """Write a text."""
        sheet.write_string(row, column, printable(text, _LONGEST_TEXT), self.formats[style])

    def read(
        self,
        sheet: Any,  # noqa: ANN401 -- as above
        row: int,
        column: int,
        amount: Decimal | None,
        style: str = "read",
    ) -> None:
        """Write an amount that was read, or that it is unknown."""
        if amount is None:
            sheet.write_string(row, column, UNKNOWN, self.formats[style])
        else:
            sheet.write_number(row, column, float(amount), self.formats[style])

    def formula(  # noqa: PLR0913, PLR0917 -- a cell
        self,
        sheet: Any,  # noqa: ANN401 -- as above
        row: int,
        column: int,
        formula: str,
        style: str,
        value: Decimal | None,
    ) -> None:
        """Write a formula with the figure beside it that Python computed."""
        nothing = NONE if style == "share" else UNKNOWN
        sheet.write_formula(row, column, formula, self.formats[style], nothing if value is None else float(value))

    def share(  # noqa: PLR0913 -- a cell
        self,
        sheet: Any,  # noqa: ANN401 -- as above
        row: int,
        part: str,
        whole: str,
        figures: tuple[Decimal | None, Decimal | None],
        *,
        column: int = 2,
    ) -> None:
        """Write a cell as a share of another, which must be above 0."""
        formula = f'=IF(COUNT({part},{whole})=2,IF({whole}>0,{part}/{whole},"{NONE}"),"{NONE}")'
        amount, of = figures
        self.formula(
            sheet, row, column, formula, "share", amount / of if amount is not None and of and of > 0 else None
        )

    def text(self, said: Said) -> str:
        """Return a sentence as text."""
        return "".join(each if isinstance(each, str) else self._figure(each) for each in said)

    def _figure(self, figure: Figure) -> str:
        value = figure.value
        if value is None:
            return UNKNOWN
        if figure.kind == "percent":
            return f"{value * 100:,.1f} %"
        return f"{value:,.{0 if self.is_large else 2}f}"
