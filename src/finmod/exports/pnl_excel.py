"""The statement as an Excel workbook: live formulas for sums and margins, with Python's figures kept beside them.

Owns the sheets and their look: amounts that were read are blue, formulas black; what is unknown is a word, and so is
every sum with it. Text of bills is written as text, never as a formula.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from finmod.errors import Problem, UserError, printable
from finmod.exports.pnl_formulas import (
    NONE,
    UNKNOWN,
    Row,
    if_known,
    item,
    less,
    letters_of,
    line_amount,
    share,
    sideways,
    sum_of,
    variable_amount,
)
from finmod.models.pnl_figures import Figures, Member
from finmod.models.pnl_report import TITLES, UNALLOCATED, PnlReport

_MOST_ROWS = 1_048_000
_HEAD = 3
"""Row of the headings, from 0."""
_SIGNS = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31
_COUNTED: Final = ("revenue", "cogs", "opex")
_LARGE = Decimal(10_000)


def write_pnl(report: PnlReport, path: Path) -> None:
    """Write a workbook; a file that is there is replaced.

    Raises:
        UserError: The extra is not installed, or the statement has more rows than a sheet.
        OSError: The file cannot be written.
    """
    rows = len(report.statement.columns) if report.by else 0
    if rows > _MOST_ROWS:
        found = f"the statement has {rows:,} rows, more than a sheet of Excel has"
        raise UserError(Problem(code="FM2336", found=found, remedy="Write a .csv, or name fewer members: --top 1000."))
    book = _library().Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    maker = _Book(book, report)
    try:
        maker.statement()
        if report.by:
            maker.members()
        maker.proof()
    finally:
        book.close()


def _library() -> Any:  # noqa: ANN401 -- a library that may be absent
    try:
        return importlib.import_module("xlsxwriter")
    except ImportError:
        found = "an Excel workbook is written by xlsxwriter, which is not installed"
        remedy = "Install it: pip install 'finmod[excel]'; or write a .csv."
        raise UserError(Problem(code="FM2335", found=found, remedy=remedy)) from None


class _Book:
    """Writes the sheets."""

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

    def _new(self, name: str, title: str, *, repeat: int = _HEAD) -> Any:  # noqa: ANN401 -- as above
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

    # --- the statement ------------------------------------------------------------------------------------------------

    def statement(self) -> None:
        """Write the sheet of lines and periods."""
        report = self.report
        sheet = self._new("Statement", f"{report.project}: profit and loss")
        rows = self._layout()
        sheet.write_string(_HEAD, 0, "", self.formats["head_text"])
        at, firsts = 1, []
        for place in range(len(report.periods)):
            firsts.append(at)
            at = self._period(sheet, at, place, rows)
        if len(report.periods) > 1:
            self._whole(sheet, at, firsts, rows)
        for number, row in enumerate(rows, _HEAD + 1):
            style = {"sum": "sum_text", "share": "share_text"}.get(row.style, "line")
            sheet.write_string(number, 0, row.title, self.formats[style])
        sheet.set_column(0, 0, max(24, *(len(row.title) + 3 for row in rows)))
        sheet.set_column(1, at + len(report.periods), 14)
        sheet.freeze_panes(_HEAD + 1, 1)

    def _layout(self) -> list[Row]:
        lines = self.report.statement.lines
        rows: list[Row] = []
        sums: dict[str, int] = {}

        def number() -> int:
            return _HEAD + 2 + len(rows)  # as Excel counts, from 1

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
            rows += [Row(printable(lines[place].name, 60), line_amount(place), None, "read") for place in own]
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

    def _period(self, sheet: Any, at: int, place: int, rows: Sequence[Row]) -> int:  # noqa: ANN401 -- as above
        """Write actual, and plan and variance where there are budgets; return the column behind them."""
        label, column = self.report.periods[place].label, self.report.statement.totals[place]
        sheet.write_string(_HEAD, at, label, self.formats["head"])
        self._figures(sheet, at, column.actual, rows, place)
        if column.plan is None:
            return at + 1
        sheet.write_string(_HEAD, at + 1, f"{label} plan", self.formats["head"])
        self._figures(sheet, at + 1, column.plan, rows, None)
        sheet.write_string(_HEAD, at + 2, f"{label} variance", self.formats["head"])
        one, other = letters_of(at), letters_of(at + 1)
        for number, row in enumerate(rows, _HEAD + 1):
            was, plan = row.figure(column.actual), row.figure(column.plan)
            value = None if was is None or plan is None else was - plan
            cells = f"{one}{number + 1}", f"{other}{number + 1}"
            style = "points" if row.style == "share" else "sum" if row.style == "sum" else "linked"
            self._formula(sheet, number, at + 2, if_known(cells, f"{cells[0]}-{cells[1]}"), style, value)
        return at + 3

    def _figures(self, sheet: Any, at: int, figures: Figures, rows: Sequence[Row], period: int | None) -> None:  # noqa: ANN401 -- as above
        letters = letters_of(at)
        for number, row in enumerate(rows, _HEAD + 1):
            figure = row.figure(figures)
            if row.formula is not None:
                self._formula(sheet, number, at, row.formula(letters), row.style, figure)
            elif period is not None and self.by_sheet and figure is not None:
                self._formula(sheet, number, at, self._of_members(number, rows, period), "linked", figure)
            else:
                self._read(sheet, number, at, figure)

    def _of_members(self, number: int, rows: Sequence[Row], period: int) -> str:
        """Return the formula that adds up what members have of a line in a period; words among them count nothing."""
        place = [row for row in rows if row.formula is None].index(rows[number - _HEAD - 1])
        column = letters_of(2 + sum(row.formula is not None for row in rows) + place)
        own = [at for at, (its, _) in enumerate(self._places(), _HEAD + 2) if its == period]
        return f"=SUM('{self.by_sheet}'!{column}{own[0]}:{column}{own[-1]})" if own else "=0"

    def _whole(self, sheet: Any, at: int, firsts: Sequence[int], rows: Sequence[Row]) -> None:  # noqa: ANN401 -- as above
        sheet.write_string(_HEAD, at, "total", self.formats["head"])
        letters = letters_of(at)
        for number, row in enumerate(rows, _HEAD + 1):
            figure = row.figure(self.report.statement.total.actual)
            cells = [f"{letters_of(first)}{number + 1}" for first in firsts]
            formula = row.formula(letters) if row.formula else if_known(cells, "+".join(cells))
            self._formula(sheet, number, at, formula, row.style if row.formula else "linked", figure)

    # --- members ------------------------------------------------------------------------------------------------------

    def _places(self) -> list[tuple[int, Member]]:
        told = self.report.statement
        return [
            (place, member)
            for place in range(len(self.report.periods))
            for member in self.report.order
            if (place, member) in told.columns
        ]

    def members(self) -> None:
        """Write the sheet of members, one row for each period and member, and that of plans."""
        report = self.report
        sheet = self._new(self.by_sheet, f"{report.project}: profit and loss by {printable(report.by or '', 40)}")
        rows = self._layout()
        read = [row for row in rows if row.formula is None]
        computed = [row for row in rows if row.formula is not None]
        heads = ["Period", (report.by or "").capitalize(), *(row.title for row in (*computed, *read))]
        for at, head in enumerate(heads):
            sheet.write_string(_HEAD, at, printable(head, 80), self.formats["head" if at > 1 else "head_text"])
        order = {id(row): at for at, row in enumerate((*computed, *read), 2)}
        by_number = {number + 1: letters_of(order[id(row)]) for number, row in enumerate(rows, _HEAD + 1)}
        for number, (place, member) in enumerate(self._places(), _HEAD + 1):
            figures = report.statement.columns[place, member].actual
            sheet.write_string(number, 0, report.periods[place].label, self.formats["text"])
            name = UNALLOCATED if member is None else printable(member, 200)
            sheet.write_string(number, 1, name, self.formats["text"])
            for row in read:
                self._read(sheet, number, order[id(row)], row.figure(figures))
            for row in computed:
                formula = sideways(row.formula("#") if row.formula else "", by_number, number + 1)
                style = "share" if row.style == "share" else "linked"
                self._formula(sheet, number, order[id(row)], formula, style, row.figure(figures))
        sheet.set_row(_HEAD, 42)
        sheet.set_column(0, 0, 11)
        sheet.set_column(1, 1, 22)
        sheet.set_column(2, len(heads) - 1, 12)
        sheet.freeze_panes(_HEAD + 1, 2)
        # What the sums are made of stands beside them and is not printed: it would make all of it too small to read.
        sheet.print_area(0, 0, _HEAD + len(self._places()), 1 + len(computed))
        sheet.autofilter(_HEAD, 0, _HEAD + len(self._places()), len(heads) - 1)

    # --- the proof ----------------------------------------------------------------------------------------------------

    def proof(self) -> None:
        """Write the sheet with the proof and what to know of the statement."""
        sheet = self._new("Proof", f"{self.report.project}: proof and findings")
        heads = (
            "Currency", "Ledger", "Statement", "Difference", "Ledger, every digit", "Statement, every digit", "  Holds",
        )  # fmt: skip
        for at, head in enumerate(heads):
            sheet.write_string(_HEAD, at, head, self.formats["head" if 0 < at < len(heads) - 1 else "head_text"])
        number = _HEAD + 1
        for each in self.report.proofs:
            sheet.write_string(number, 0, each.currency, self.formats["text"])
            self._read(sheet, number, 1, each.ledger)
            if len(self.report.proofs) == 1 and self.report.statement.total.actual.cogs is not None:
                self._formula(sheet, number, 2, self._cloud(), "linked", each.stated)
            else:
                self._read(sheet, number, 2, each.stated)
            self._formula(sheet, number, 3, f"=C{number + 1}-B{number + 1}", "linked", each.difference)
            sheet.write_string(number, 4, f"{each.ledger:f}", self.formats["exact"])
            sheet.write_string(number, 5, f"{each.stated:f}", self.formats["exact"])
            sheet.write_string(number, 6, "yes" if each.holds else "NO", self.formats["line"])
            number += 1
        number += 1
        for at, head in enumerate(("Finding", "Severity", "What", "", "", "", "")):
            sheet.write_string(number, at, head, self.formats["head_text"])
        for finding in self.report.findings:
            number += 1
            where = f"{finding.where}: " if finding.where else ""
            amount = f" ({finding.amount:,.2f} {finding.currency})" if finding.amount is not None else ""
            sheet.write_string(number, 0, finding.code, self.formats["wrap"])
            sheet.write_string(number, 1, finding.severity, self.formats["wrap"])
            words = printable(f"{where}{finding.message}{amount}", 2000)
            sheet.merge_range(number, 2, number, 6, "", self.formats["wrap"])
            sheet.write_string(number, 2, words, self.formats["wrap"])
            sheet.set_row(number, 15 * (1 + len(words) // 95))
        if not self.report.findings:
            sheet.write_string(number + 1, 0, "None.", self.formats["text"])
        sheet.set_column(0, 0, 11)
        sheet.set_column(1, 3, 15)
        sheet.set_column(4, 5, 28)
        sheet.set_column(6, 6, 9)

    def _cloud(self) -> str:
        """Return the formula that adds up the cloud lines of the statement, over all periods."""
        names = {printable(line.name, 60) for line in self.report.statement.lines if line.is_cloud}
        width = 3 if self.report.statement.planned else 1
        columns = [letters_of(1 + width * at) for at in range(len(self.report.periods))]
        rows = enumerate(self._layout(), _HEAD + 2)
        numbers = [number for number, row in rows if row.formula is None and row.title in names]
        return "=" + "+".join(f"Statement!{letters}{number}" for letters in columns for number in numbers)

    # --- cells --------------------------------------------------------------------------------------------------------

    def _read(self, sheet: Any, row: int, column: int, amount: Decimal | None) -> None:  # noqa: ANN401 -- as above
        if amount is None:
            sheet.write_string(row, column, UNKNOWN, self.formats["read"])
        else:
            sheet.write_number(row, column, float(amount), self.formats["read"])

    def _formula(  # noqa: PLR0913, PLR0917 -- a cell
        self,
        sheet: Any,  # noqa: ANN401 -- as above
        row: int,
        column: int,
        formula: str,
        style: str,
        value: Decimal | None,
    ) -> None:
        nothing = NONE if style == "share" else UNKNOWN
        shown = nothing if value is None else float(value)
        sheet.write_formula(row, column, formula, self.formats[style], shown)


def _sheet_name(text: str) -> str:
    """Return a text as a sheet may be called."""
    return _SIGNS.sub(" ", printable(text, _LONGEST_NAME)).strip()[:_LONGEST_NAME]
