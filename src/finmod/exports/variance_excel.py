"""The page about a variance as an Excel workbook: live formulas for sums and changes, Python's figures beside them.

Owns the sheets; how cells are written is told in ``variance_sheets.py``. Every sheet of members sums to the summary,
and says so in a cell.
"""

from __future__ import annotations

import importlib
from decimal import Decimal
from pathlib import Path
from typing import Any

from finmod.errors import Problem, UserError
from finmod.exports.variance_sheets import HEAD, Sheets, letters_of
from finmod.models.variance.effects import EFFECTS
from finmod.models.variance.headline import headline
from finmod.models.variance.page import Figure, Members, UnitCost, VariancePage
from finmod.models.variance.report import nobody
from finmod.terms.money import difference

_MOST_ROWS = 1_048_000
_OPENING = HEAD + 1


def write_variance(page: VariancePage, path: Path) -> None:
    """Write a workbook; a file that is there is replaced.

    Raises:
        UserError: The extra is not installed, or there are more members than a sheet has rows.
        OSError: The file cannot be written.
    """
    most = max((len(each.rows) for each in page.members), default=0)
    if most > _MOST_ROWS:
        found = f"there are {most:,} members, more than a sheet of Excel has rows"
        raise UserError(Problem(code="FM2584", found=found, remedy="Ask by something that has fewer: --by product."))
    library = _library()
    book = library.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    # A clock would make two workbooks of one state differ.
    applied = page.report.after.applied_at or page.quality.loaded_at
    if applied is not None:
        book.set_properties({"created": applied.replace(tzinfo=None)})
    maker = _Book(book, page)
    try:
        maker.summary()
        for members in page.members:
            maker.members(members)
        maker.units()
        maker.causes()
        maker.savings()
        maker.quality()
    finally:
        try:
            book.close()
        except library.exceptions.FileCreateError as error:
            cause = error.args[0] if error.args else error
            reason = getattr(cause, "strerror", None) or type(cause).__name__
            raise OSError(getattr(cause, "errno", None) or 0, reason) from error


def _library() -> Any:  # noqa: ANN401 -- a library that may be absent
    try:
        return importlib.import_module("xlsxwriter")
    except ImportError:
        found = "an Excel workbook is written by xlsxwriter, which is not installed"
        remedy = "Install it: pip install 'finmod[excel]'; or write .html."
        raise UserError(Problem(code="FM2583", found=found, remedy=remedy)) from None


class _Book(Sheets):
    """Writes the sheets."""

    def summary(self) -> None:
        """Write the bridge: what was, every effect, what is, and that the effects are the change."""
        report, total = self.page.report, self.page.report.total
        sheet = self.new("Summary", f"{report.project}: {report.after.label} against {report.before.label}")
        sheet.write_string(2, 0, self.text(headline(report)), self.formats["text"])
        self.heads(sheet, ("Effect", report.currency, "of before", "What it is"), notes=1)
        row = _OPENING
        self.line(sheet, row, f"{report.before.label}{'' if total.has_plan else ', no plan'}", "sum_text")
        self.read(sheet, row, 1, total.before, "read_sum")
        first = row + 1
        for effect, amount in zip(EFFECTS, total.effects, strict=True):
            row += 1
            self.line(sheet, row, effect.title)
            self.read(sheet, row, 1, amount)
            self.share(sheet, row, f"B{row + 1}", f"B${_OPENING + 1}", (amount, total.before))
            sheet.write_string(row, 3, effect.meaning, self.formats["note"])
        effects = f"SUM(B{first + 1}:B{row + 1})"
        self.line(sheet, row + 1, "Change", "sum_text")
        self.formula(sheet, row + 1, 1, f"={effects}", "sum", total.change)
        self.share(sheet, row + 1, f"B{row + 2}", f"B${_OPENING + 1}", (total.change, total.before))
        self.line(sheet, row + 2, report.after.label, "sum_text")
        self.formula(sheet, row + 2, 1, f"=B{_OPENING + 1}+B{row + 2}", "sum", total.after)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 2, 14)
        sheet.set_column(3, 3, 74)
        sheet.freeze_panes(HEAD + 1, 1)

    def members(self, members: Members) -> None:
        """Write members and their effects: sums across are the change, sums down are the summary's."""
        report = self.page.report
        sheet = self.new(self.sheet_name(f"By {members.by}"), f"{report.project}: by {members.by}")
        used = [place for place in range(len(EFFECTS)) if any(each.change.effects[place] for each in members.rows)]
        months = [f"{month:%Y-%m}" for month in self.page.months]
        heads = [members.by, report.before.label, *(EFFECTS[place].title for place in used), "Change",
                 report.after.label, "%", *(f"cost {month}" for month in months)]  # fmt: skip
        self.heads(sheet, heads)
        last = len(used) + 1
        row = HEAD
        for each in members.rows:
            row += 1
            change = each.change
            self.line(sheet, row, change.member[0] if change.member[0] is not None else nobody(members.by))
            self.read(sheet, row, 1, change.told_before)
            for at, place in enumerate(used, 2):
                self.read(sheet, row, at, change.effects[place])
            cells = f"C{row + 1}:{letters_of(last)}{row + 1}"
            self.formula(sheet, row, last + 1, f"=SUM({cells})" if used else "=0", "linked", change.change)
            # Sums take 0 for what nobody planned; a sheet must be told so.
            before = f"B{row + 1}" if change.has_plan else f"N(B{row + 1})"
            self.formula(sheet, row, last + 2, f"={before}+{letters_of(last + 1)}{row + 1}", "linked", change.after)
            self.share(sheet, row, f"{letters_of(last + 1)}{row + 1}", f"B{row + 1}", (change.change, change.before),
                       column=last + 3)  # fmt: skip
            for at, cost in enumerate(each.costs, last + 4):
                self.read(sheet, row, at, cost)
        self._all(sheet, row + 1, used, last)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, len(heads) - 1, 13)
        sheet.set_row(HEAD, 42)
        sheet.freeze_panes(HEAD + 1, 1)
        sheet.print_area(0, 0, row + 2, last + 3)

    def _all(self, sheet: Any, row: int, used: list[int], last: int) -> None:  # noqa: ANN401 -- of the library
        """Write the sums of members, and what they differ by from the summary."""
        total = self.page.report.total
        self.line(sheet, row, "All", "sum_text")
        figures = [total.before, *(total.effects[place] for place in used), total.change, total.after]
        for at, figure in enumerate(figures, 1):
            column = letters_of(at)
            cells = f"{column}{HEAD + 2}:{column}{row}"
            self.formula(sheet, row, at, f"=SUM({cells})" if row > HEAD + 1 else "=0", "sum", figure)
        self.share(sheet, row, f"{letters_of(last + 1)}{row + 1}", f"B{row + 1}", (total.change, total.before),
                   column=last + 3)  # fmt: skip
        self.line(sheet, row + 1, "Beside the summary", "note")
        closing = _OPENING + len(EFFECTS) + 2
        for at, cell in ((1, f"B{_OPENING + 1}"), (last + 1, f"B{closing}"), (last + 2, f"B{closing + 1}")):
            self.formula(sheet, row + 1, at, f"=ROUND({letters_of(at)}{row + 1}-Summary!{cell},6)", "linked",
                         Decimal(0))  # fmt: skip

    def units(self) -> None:
        """Write unit costs with their trend."""
        page = self.page
        if not page.units:
            return
        sheet = self.new("Unit costs", f"{page.report.project}: what a unit costs")
        months = [f"{month:%Y-%m}" for month in page.months]
        self.heads(sheet, ("Unit cost", "Unit", page.report.before.label, page.report.after.label, "Change", "%",
                           *months), notes=1)  # fmt: skip
        for row, unit in enumerate(page.units, HEAD + 1):
            self._unit(sheet, row, unit)
        sheet.set_column(0, 1, 30)
        sheet.set_column(2, 5 + len(months), 13)
        sheet.freeze_panes(HEAD + 1, 1)

    def _unit(self, sheet: Any, row: int, unit: UnitCost) -> None:  # noqa: ANN401 -- of the library
        self.line(sheet, row, unit.metric.label)
        self.line(sheet, row, unit.metric.unit or "share", column=1)
        for at, figure in ((2, unit.before), (3, unit.now)):
            self.read(sheet, row, at, figure, "read_unit")
        cells = f"C{row + 1}", f"D{row + 1}"
        formula = f'=IF(COUNT({cells[0]},{cells[1]})=2,{cells[1]}-{cells[0]},"unknown")'
        self.formula(sheet, row, 4, formula, "unit", unit.change)
        self.share(sheet, row, f"E{row + 1}", cells[0], (unit.change, unit.before), column=5)
        for at, figure in enumerate(unit.trend, 6):
            self.read(sheet, row, at, figure, "read_unit")

    def causes(self) -> None:
        """Write root causes: with what was expected and what is not explained they are the change."""
        causes = self.page.causes
        if causes is None:
            return
        sheet = self.new("Causes", f"{self.page.report.project}: what moved unlike the rest")
        self.heads(sheet, ("Cause", self.page.report.currency, "Evidence"), notes=1)
        rows = [(each.what, each.amount, "; ".join(map(self.text, each.evidence))) for each in causes.rows]
        rows += [("All else, as expected of it", causes.usual, ""), ("Not explained", causes.unexplained, "")]
        for row, (what, amount, evidence) in enumerate(rows, HEAD + 1):
            self.line(sheet, row, what)
            self.read(sheet, row, 1, amount)
            self.line(sheet, row, evidence, "wrap", column=2)
        last = HEAD + 1 + len(rows)
        self.line(sheet, last, "Change", "sum_text")
        self.formula(sheet, last, 1, f"=SUM(B{HEAD + 2}:B{last})", "sum", self.page.report.total.change)
        sheet.set_column(0, 0, 50)
        sheet.set_column(1, 1, 14)
        sheet.set_column(2, 2, 80)

    def savings(self) -> None:
        """Write potential savings, those that have no row of their own together."""
        savings = self.page.savings
        if savings is None:
            return
        sheet = self.new("Savings", f"{self.page.report.project}: what could be saved a month")
        heads = ("Potential saving", self.page.report.currency, "of it cash", "Where", "Owner", "How sure", "Effort",
                 "Evidence")  # fmt: skip
        self.heads(sheet, heads, notes=5)
        row = HEAD
        for each in savings.rows:
            row += 1
            self.line(sheet, row, each.title)
            self.read(sheet, row, 1, each.amount)
            self.read(sheet, row, 2, each.cash)
            for at, text in enumerate((each.what, each.owner or "", each.how, each.effort, each.evidence), 3):
                self.line(sheet, row, text, "text", column=at)
        row += 1
        self.line(sheet, row, f"{savings.candidates - len(savings.rows):,} others")
        self.line(sheet, row + 1, "All", "sum_text")
        for at, (rest, whole) in enumerate(zip(savings.others, (savings.amount, savings.cash), strict=True), 1):
            self.read(sheet, row, at, rest)
            letter = letters_of(at)
            self.formula(sheet, row + 1, at, f"=SUM({letter}{HEAD + 2}:{letter}{row + 1})", "sum", whole)
        sheet.set_column(0, 0, 36)
        sheet.set_column(1, 2, 14)
        sheet.set_column(3, 7, 26)
        sheet.freeze_panes(HEAD + 1, 1)

    def quality(self) -> None:
        """Write the tie-out and what the workbook stands on."""
        page = self.page
        sheet = self.new("Data quality", f"{page.report.project}: tie-out and data quality")
        self.heads(sheet, ("Month, currency", "Ledger", "Compared", "Difference", "Ledger, every digit",
                           "Compared, every digit", "Holds"))  # fmt: skip
        states = (page.report.before, page.report.after)
        row = HEAD
        for each in page.report.proofs:
            row += 1
            self.line(sheet, row, f"{states[each.state].label}, {each.currency}")
            self.read(sheet, row, 1, each.ledger)
            self.read(sheet, row, 2, each.compared)
            self.formula(sheet, row, 3, f"=C{row + 1}-B{row + 1}", "linked", difference(each.compared, each.ledger))
            self.line(sheet, row, f"{each.ledger:f}", "exact", column=4)
            self.line(sheet, row, f"{each.compared:f}", "exact", column=5)
            # Cells have 15 digits: the last ones are told by the texts.
            formula = f'=IF(E{row + 1}=F{row + 1},"yes","NO")'
            sheet.write_formula(row, 6, formula, self.formats["text"], "yes" if each.holds else "NO")
        row += 1
        for what, said in self._stands_on():
            row += 1
            self.line(sheet, row, what)
            self.line(sheet, row, said, "text", column=1)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 3, 16)
        sheet.set_column(4, 5, 28)

    def _stands_on(self) -> list[tuple[str, str]]:
        """Return what is told below the tie-out: counts, and what findings say."""
        quality = self.page.quality
        same, every = quality.sums
        found = [("Totals that are the same", f"{same:,} of {every:,} in files, charges and daily cube")]
        if quality.invoices:
            told = quality.invoices
            found.append(("Invoices that tie", f"{told.tie:,} of {told.compared:,}; {told.odd:,} cannot be compared"))
        share = self.page.allocated
        if share is not None:
            found.append((f"Cost with a {self.page.members[0].by}", self.text((Figure(share, "percent"),))))
        errors, warnings, notes = quality.findings
        found.append(("Findings of a check", f"{errors:,} errors, {warnings:,} warnings, {notes:,} notes"))
        found += [(f"Month {label}", f"closed {at:%Y-%m-%d}" if at else "open") for label, at in quality.closed]
        found += [(f"{each.severity} {each.code}", each.message) for each in self.page.report.findings]
        return found
