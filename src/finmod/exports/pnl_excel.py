"""The statement as an Excel workbook: live formulas for sums and margins, with Python's figures kept beside them.

Owns what each sheet shows; how cells are written is told in ``workbook.py``. What is unknown is a word, and so is every
sum with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from pathlib import Path

from finmod.errors import Problem, UserError, printable
from finmod.exports.formulas import NONE, if_known, letters_of
from finmod.exports.pnl_formulas import Row, sideways
from finmod.exports.pnl_sheets import HEAD, PnlSheets
from finmod.exports.workbook import MOST_ROWS, Sheet, written
from finmod.models.pnl_figures import Column, Figures, Member
from finmod.models.pnl_report import ALL, TITLES, PnlReport, clouds_are_known, planned_item

_ON_A_PAGE = 13
"""Columns of a printed page."""


def write_pnl(report: PnlReport, path: Path) -> None:
    """Write a workbook; a file that is there is replaced.

    Raises:
        UserError: The extra is not installed, or the statement has more rows than a sheet.
        OSError: The file cannot be written.
    """
    rows = len(report.statement.columns) if report.by else 0
    if rows > MOST_ROWS:
        found = f"the statement has {rows:,} rows, more than a sheet of Excel has"
        raise UserError(Problem(code="FM2336", found=found, remedy="Write a .csv, or name fewer members: --top 1000."))
    with written(path, lacking="FM2335", instead="or write a .csv") as book:
        maker = _Book(book, report)
        maker.statement()
        if report.by:
            maker.members()
        maker.proof()


class _Book(PnlSheets):
    """Writes the sheets."""

    # --- the statement ------------------------------------------------------------------------------------------------

    def statement(self) -> None:
        """Write the sheet of lines and periods."""
        report = self.report
        sheet = self.new("Statement", f"{report.project}: profit and loss")
        rows = self.layout()
        sheet.text(HEAD, 0, "", "head_text")
        at, firsts = 1, []
        for place in range(len(report.periods)):
            firsts.append(at)
            at = self._period(sheet, at, place, rows)
        if len(report.periods) > 1:
            at = self._whole(sheet, at, firsts, rows)
        for number, row in enumerate(rows, HEAD + 1):
            style = {"sum": "sum_text", "share": "share_text"}.get(row.style, "line")
            sheet.text(number, 0, row.title, style)
        sheet.raw.set_column(0, 0, max(24, *(len(row.title) + 3 for row in rows)))
        sheet.raw.set_column(1, at, 14)
        # More columns on a page would be too small to read.
        sheet.raw.fit_to_pages(-(-(at - 1) // _ON_A_PAGE), 0)
        sheet.raw.repeat_columns(0)
        sheet.raw.freeze_panes(HEAD + 1, 1)

    def _period(self, sheet: Sheet, at: int, place: int, rows: Sequence[Row]) -> int:
        """Write actual, and plan and variance where there are budgets; return the column behind them."""
        label, column = self.report.periods[place].label, self.report.statement.totals[place]
        sheet.text(HEAD, at, label, "head")
        self._figures(sheet, at, column.actual, rows, place)
        if column.plan is None:
            return at + 1
        sheet.text(HEAD, at + 1, f"{label} plan", "head")
        self._figures(sheet, at + 1, column.plan, rows, None)
        return self._variance(sheet, at, column, rows, label)

    def _variance(self, sheet: Sheet, at: int, column: Column, rows: Sequence[Row], label: str) -> int:
        """Write the variance of the two columns before it; return the column behind it."""
        sheet.text(HEAD, at + 2, f"{label} variance", "head")
        one, other = letters_of(at), letters_of(at + 1)
        for number, row in enumerate(rows, HEAD + 1):
            was, plan = row.figure(column.actual), row.figure(column.plan) if column.plan else None
            value = None if was is None or plan is None else was - plan
            cells = f"{one}{number + 1}", f"{other}{number + 1}"
            style = "points" if row.style == "share" else "sum" if row.style == "sum" else "linked"
            sheet.formula(number, at + 2, if_known(cells, f"{cells[0]}-{cells[1]}"), style, value)
        return at + 3

    def _figures(self, sheet: Sheet, at: int, figures: Figures, rows: Sequence[Row], period: int | None) -> None:
        letters = letters_of(at)
        for number, row in enumerate(rows, HEAD + 1):
            figure = row.figure(figures)
            if row.formula is not None:
                sheet.formula(number, at, row.formula(letters), row.style, figure)
            elif period is not None and self.by_sheet and figure is not None:
                sheet.formula(number, at, self._of_members(number, rows, period), "linked", figure)
            else:
                sheet.read(number, at, figure)

    def _of_members(self, number: int, rows: Sequence[Row], period: int) -> str:
        """Return the formula that adds up what members have of a line in a period; words among them count nothing."""
        place = [row for row in rows if row.formula is None].index(rows[number - HEAD - 1])
        before = sum(row.formula is not None for row in rows) + (2 if self.report.statement.planned else 0)
        column = letters_of(2 + before + place)
        own = [at for at, (its, _) in enumerate(self.places(), HEAD + 2) if its == period]
        return f"=SUM('{self.by_sheet}'!{column}{own[0]}:{column}{own[-1]})" if own else "=0"

    def _whole(self, sheet: Sheet, at: int, firsts: Sequence[int], rows: Sequence[Row]) -> int:
        """Write all periods together, with plan and variance as each has them; return the column behind them."""
        total = self.report.statement.total
        self._sums(sheet, at, firsts, rows, total.actual)
        if total.plan is None:
            return at + 1
        self._sums(sheet, at + 1, [each + 1 for each in firsts], rows, total.plan)
        sheet.text(HEAD, at + 1, "total plan", "head")
        return self._variance(sheet, at, total, rows, "total")

    def _sums(self, sheet: Sheet, at: int, firsts: Sequence[int], rows: Sequence[Row], figures: Figures) -> None:
        sheet.text(HEAD, at, "total", "head")
        letters = letters_of(at)
        for number, row in enumerate(rows, HEAD + 1):
            figure = row.figure(figures)
            cells = [f"{letters_of(first)}{number + 1}" for first in firsts]
            formula = row.formula(letters) if row.formula else if_known(cells, "+".join(cells))
            sheet.formula(number, at, formula, row.style if row.formula else "linked", figure)

    # --- members ------------------------------------------------------------------------------------------------------

    def members(self) -> None:
        """Write the sheet of members: a row for each period and member, and below them one of all for each period."""
        report = self.report
        sheet = self.new(self.by_sheet, f"{report.project}: profit and loss by {printable(report.by or '', 40)}")
        rows = self.layout()
        read = [row for row in rows if row.formula is None]
        computed = [row for row in rows if row.formula is not None]
        planned = planned_item(report.statement)
        plans = [f"{TITLES[planned]} plan", f"{TITLES[planned]} variance"] if planned else []
        titles = [*(row.title for row in computed), *plans, *(row.title for row in read)]
        heads = ["Period", (report.by or "").capitalize(), *titles]
        sheet.heads(heads, words=2)
        order = {id(row): at for at, row in enumerate(computed, 2)}
        order |= {id(row): at for at, row in enumerate(read, 2 + len(computed) + len(plans))}
        columns = [order[id(row)] for row in rows]
        number = HEAD + 1
        for place, member in self.places():
            self._member(sheet, number, (place, member), rows, columns)
            number += 1
        last = number - 1
        for place in range(len(report.periods)):
            self._all(sheet, number, place, rows, columns)
            number += 1
        sheet.raw.set_row(HEAD, 42)
        sheet.raw.set_column(0, 0, 11)
        sheet.raw.set_column(1, 1, 22)
        sheet.raw.set_column(2, len(heads) - 1, 12)
        sheet.raw.freeze_panes(HEAD + 1, 2)
        # What the sums are made of stands beside them and is not printed: it would make all of it too small to read.
        sheet.raw.print_area(0, 0, number - 1, 1 + len(computed) + len(plans))
        sheet.raw.autofilter(HEAD, 0, last, len(heads) - 1)

    def _member(
        self,
        sheet: Sheet,
        number: int,
        whose: tuple[int, Member],
        rows: Sequence[Row],
        columns: Sequence[int],
    ) -> None:
        place, member = whose
        report = self.report
        column = report.statement.columns[whose]
        self._names(sheet, number, place, printable(report.called(member), 200))
        by_number = {at: letters_of(each) for at, each in enumerate(columns, HEAD + 2)}
        for row, at in zip(rows, columns, strict=True):
            figure = row.figure(column.actual)
            if row.formula is None:
                sheet.read(number, at, figure)
            elif row.style == "share" and member is None:
                sheet.text(number, at, NONE, "share")
            else:
                formula = sideways(row.formula("#"), by_number, number + 1)
                sheet.formula(number, at, formula, "share" if row.style == "share" else "linked", figure)
        planned = planned_item(self.report.statement)
        if planned and column.plan:
            at = self._after(rows)
            sheet.read(number, at, column.plan.item(planned))
            actual = columns[self._row(rows, planned)]
            cells = f"{letters_of(actual)}{number + 1}", f"{letters_of(at)}{number + 1}"
            formula = if_known(cells, f"{cells[0]}-{cells[1]}")
            sheet.formula(number, at + 1, formula, "linked", column.variance(planned))

    def _all(self, sheet: Sheet, number: int, place: int, rows: Sequence[Row], columns: Sequence[int]) -> None:
        """Write the row of all members of a period, which is that of the sheet of lines."""
        self._names(sheet, number, place, ALL)
        column, width = self.report.statement.totals[place], 3 if self.report.statement.planned else 1
        first = 1 + width * place
        for line, (row, at) in enumerate(zip(rows, columns, strict=True), HEAD + 2):
            style = "share" if row.style == "share" else "linked"
            formula = f"=Statement!{letters_of(first)}{line}"
            sheet.formula(number, at, formula, style, row.figure(column.actual))
        planned = planned_item(self.report.statement)
        if planned and column.plan:
            line = HEAD + 2 + self._row(rows, planned)
            for more, figure in ((1, column.plan.item(planned)), (2, column.variance(planned))):
                formula = f"=Statement!{letters_of(first + more)}{line}"
                sheet.formula(number, self._after(rows) + more - 1, formula, "linked", figure)

    def _names(self, sheet: Sheet, number: int, place: int, name: str) -> None:
        sheet.text(number, 0, self.report.periods[place].label)
        sheet.text(number, 1, name)

    @staticmethod
    def _row(rows: Sequence[Row], name: str) -> int:
        """Return the place of the row of an item."""
        return next(at for at, row in enumerate(rows) if row.formula is not None and row.title == TITLES[name])

    @staticmethod
    def _after(rows: Sequence[Row]) -> int:
        """Return the column behind what is computed."""
        return 2 + sum(row.formula is not None for row in rows)

    # --- the proof ----------------------------------------------------------------------------------------------------

    def proof(self) -> None:
        """Write the sheet with the proof and what to know of the statement."""
        sheet = self.new("Proof", f"{self.report.project}: proof and findings")
        heads = (
            "Currency", "Ledger", "Statement", "Difference", "Ledger, every digit", "Statement, every digit", "Holds",
        )  # fmt: skip
        styles = ["head_text", *["head"] * (len(heads) - 2), "head_line"]
        for at, (head, style) in enumerate(zip(heads, styles, strict=True)):
            sheet.text(HEAD, at, head, style)
        number = HEAD + 1
        for each in self.report.proofs:
            sheet.text(number, 0, each.currency)
            sheet.read(number, 1, each.ledger)
            if len(self.report.proofs) == 1 and clouds_are_known(self.report.statement):
                sheet.formula(number, 2, self._cloud(), "linked", each.stated)
            else:
                sheet.read(number, 2, each.stated)
            sheet.formula(number, 3, f"=C{number + 1}-B{number + 1}", "linked", each.difference)
            sheet.text(number, 4, _digits(each.ledger), "exact")
            sheet.text(number, 5, _digits(each.stated), "exact")
            # Cells have 15 digits: the last ones are told by the texts.
            near = f"ABS(D{number + 1})<=1E-9*MAX(1,ABS(B{number + 1}))"
            sheet.holds(number, 6, f"AND(E{number + 1}=F{number + 1},{near})", "line", value=each.holds)
            number += 1
        self._findings(sheet, number + 1)
        sheet.raw.set_column(0, 0, 11)
        sheet.raw.set_column(1, 3, 15)
        sheet.raw.set_column(4, 5, 28)
        sheet.raw.set_column(6, 6, 9)

    def _findings(self, sheet: Sheet, number: int) -> None:
        for at, head in enumerate(("Finding", "Severity", "What", "", "", "", "")):
            sheet.text(number, at, head, "head_text")
        for finding in self.report.findings:
            number += 1
            where = f"{finding.where}: " if finding.where else ""
            amount = f" ({finding.amount:,.2f} {finding.currency})" if finding.amount is not None else ""
            sheet.text(number, 0, finding.code, "wrap")
            sheet.text(number, 1, finding.severity, "wrap")
            words = printable(f"{where}{finding.message}{amount}", 2000)
            sheet.raw.merge_range(number, 2, number, 6, "", self.formats["wrap"])
            sheet.text(number, 2, words, "wrap")
            sheet.raw.set_row(number, 15 * (1 + len(words) // 95))
        if not self.report.findings:
            sheet.text(number + 1, 0, "None.")

    def _cloud(self) -> str:
        """Return the formula that adds up the cloud lines of the statement, over all periods."""
        clouds = {place for place, line in enumerate(self.report.statement.lines) if line.is_cloud}
        width = 3 if self.report.statement.planned else 1
        columns = [letters_of(1 + width * at) for at in range(len(self.report.periods))]
        rows = enumerate(self.layout(), HEAD + 2)
        numbers = [number for number, row in rows if row.line in clouds]
        return "=" + "+".join(f"Statement!{letters}{number}" for letters in columns for number in numbers)


def _digits(amount: Decimal) -> str:
    """Return every digit of an amount, so that the same amounts are the same text."""
    return f"{amount.normalize(Context(prec=100)):f}"
