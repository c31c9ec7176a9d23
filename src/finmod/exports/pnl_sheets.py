"""Sheets of the workbook of a statement: their look, their rows, and how cells are written.

Owns formats and the order of rows; what each sheet shows is told in ``pnl_excel.py``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from finmod.errors import printable
from finmod.exports.pnl_formulas import (
    NONE,
    UNKNOWN,
    Row,
    item,
    less,
    line_amount,
    share,
    sum_of,
    variable_amount,
)
from finmod.models.pnl_figures import Member
from finmod.models.pnl_report import TITLES, PnlReport

HEAD: Final = 3
"""Row of the headings, from 0."""
_SIGNS = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31
_COUNTED: Final = ("revenue", "cogs", "opex")
_LARGE = Decimal(10_000)


class Sheets:
    """Makes sheets, and writes cells."""

    def __init__(self, book: Any, report: PnlReport) -> None:  # noqa: ANN401 -- of a library that may be absent
        self.book, self.report = book, report
        whole = report.statement.total.actual
        large = any(abs(each) >= _LARGE for each in (whole.revenue, whole.cogs, whole.opex) if each is not None)
        amount = "#,##0;[Red]-#,##0" if large else "#,##0.00;[Red]-#,##0.00"
        share = "0.0%;[Red]-0.0%"
        base = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter"}
        made: dict[str, dict[str, Any]] = {
            "text": {}, "title": {"bold": True, "font_size": 14}, "note": {"italic": True, "font_color": "#595959"},
            "head": {"bold": True, "bottom": 1, "align": "right", "text_wrap": True},
            "head_text": {"bold": True, "bottom": 1, "text_wrap": True},
            "head_line": {"bold": True, "bottom": 1, "indent": 1},
            "line": {"indent": 1}, "sum_text": {"bold": True, "top": 1}, "share_text": {"italic": True},
            "read": {"num_format": amount, "font_color": "#0000FF", "align": "right"},
            "linked": {"num_format": amount, "align": "right"},
            "sum": {"num_format": amount, "bold": True, "top": 1, "align": "right"},
            "share": {"num_format": share, "italic": True, "align": "right"},
            "points": {"num_format": "+0.0%;[Red]-0.0%", "italic": True, "align": "right"},
            "exact": {"num_format": "@", "align": "right"}, "wrap": {"text_wrap": True, "valign": "top"},
        }  # fmt: skip
        self.formats = {name: book.add_format({**base, **extra}) for name, extra in made.items()}
        self.by_sheet = _sheet_name(f"By {report.by}") if report.by else ""

    def new(self, name: str, title: str, *, repeat: int = HEAD) -> Any:  # noqa: ANN401 -- as above
        """Add a sheet with its title, and return it."""
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, printable(title, 120), self.formats["title"])
        sheet.write_string(1, 0, self._note(), self.formats["note"])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(repeat)
        sheet.set_footer("&L&A&RPage &P of &N")
        return sheet

    def _note(self) -> str:
        report = self.report
        return (
            f"{report.periods[0].label} to {report.periods[-1].label}, in {report.currency}; {report.cost} of "
            f"allocation {report.version}, applied {report.applied_at:%Y-%m-%d %H:%M} UTC. Blue was read, black is "
            "computed."
        )

    def layout(self) -> list[Row]:
        """Return the rows of the statement, in their order."""
        lines = self.report.statement.lines
        rows: list[Row] = []
        sums: dict[str, int] = {}

        def number() -> int:
            return HEAD + 2 + len(rows)  # as Excel counts, from 1

        def add_sum(name: str, first: int, count: int) -> None:
            sums[name] = number()
            rows.append(Row(TITLES[name], item(name), sum_of(first, count, is_known=name != "revenue"), "sum"))

        def add_less(name: str, one: str, other: str, margin: str) -> None:
            sums[name] = number()
            rows.append(Row(TITLES[name], item(name), less(sums[one], sums[other]), "sum"))
            rows.append(Row(TITLES[margin], item(margin), share(sums[name], sums["revenue"]), "share"))

        for section in _COUNTED:
            first = number()
            own = [place for place, line in enumerate(lines) if line.section == section]
            rows += [Row(printable(lines[place].name, 60), line_amount(place), None, "read", place) for place in own]
            add_sum(section, first, len(own))
            if section == "cogs":
                add_less("gross_profit", "revenue", "cogs", "gross_margin")
        add_less("operating_profit", "gross_profit", "opex", "operating_margin")
        first = number()
        own = [place for place, line in enumerate(lines) if line.section != "revenue" and self._varies(place)]
        rows += [
            Row(f"Variable: {printable(lines[place].name, 60)}", variable_amount(place), None, "read") for place in own
        ]
        add_sum("variable_cost", first, len(own))
        add_less("contribution", "revenue", "variable_cost", "contribution_margin")
        return rows

    def _varies(self, place: int) -> bool:
        """Return whether a line has a part that varies anywhere, or one that is unknown."""
        told = self.report.statement
        columns = [*told.columns.values(), *told.totals]
        return any(each.variable[place] != 0 for column in columns for each in (column.actual, column.plan) if each)

    def places(self) -> list[tuple[int, Member]]:
        """Return period and member of each row of the sheet of members, in their order."""
        told = self.report.statement
        return [
            (place, member)
            for place in range(len(self.report.periods))
            for member in self.report.order
            if (place, member) in told.columns
        ]

    def read(self, sheet: Any, row: int, column: int, amount: Decimal | None) -> None:  # noqa: ANN401 -- as above
        """Write an amount that was read, or that it is unknown."""
        if amount is None:
            sheet.write_string(row, column, UNKNOWN, self.formats["read"])
        else:
            sheet.write_number(row, column, float(amount), self.formats["read"])

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
        shown = nothing if value is None else float(value)
        sheet.write_formula(row, column, formula, self.formats[style], shown)


def _sheet_name(text: str) -> str:
    """Return a text as a sheet may be called: at most 31 signs, of which Excel counts some letters as two.

    >>> _sheet_name("By a/b:" + "c" * 40), len(_sheet_name("\U0001f389" * 40))
    ('By a b cccccccccccccccccccccccc', 15)
    """
    clean = _SIGNS.sub(" ", printable(text, _LONGEST_NAME)).strip()
    units = clean.encode("utf-16-le", "replace")[: 2 * _LONGEST_NAME]
    return units.decode("utf-16-le", "ignore").strip()
