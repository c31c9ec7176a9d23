"""The page about a variance as an Excel workbook: live formulas for sums and changes, Python's figures beside them.

Owns the sheets; how cells are written is told in ``workbook.py``. Every sheet of members sums to the summary,
and says so in a cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from finmod.errors import Problem, UserError, counted
from finmod.exports.formulas import UNKNOWN, if_known, letters_of
from finmod.exports.variance_sheets import HEAD, VarianceSheets
from finmod.exports.workbook import MOST_ROWS, Sheet, sheet_name, written, xlsxwriter
from finmod.models.variance.effects import EFFECTS, PLACE
from finmod.models.variance.headline import headline
from finmod.models.variance.page import Figure, Members, UnitCost, VariancePage
from finmod.models.variance.report import Change, VarianceReport, nobody
from finmod.terms.money import difference

_OPENING = HEAD + 1
_CAUSE, _EVIDENCE = 56, 90
_OF_SAVINGS = (44, 34, 18, 8, 80)
"""Characters of a line of a column: where, owner, how sure, effort, evidence."""
_LACKING, _INSTEAD = "FM2583", "or write .html"


def look_for_library() -> None:
    """Look whether workbooks can be written, before anything is computed for one.

    Raises:
        UserError: The extra is not installed.
    """
    xlsxwriter(lacking=_LACKING, instead=_INSTEAD)


def write_variance(page: VariancePage, path: Path) -> None:
    """Write a workbook; a file that is there is replaced.

    Raises:
        UserError: The extra is not installed, or there are more members than a sheet has rows.
        OSError: The file cannot be written.
    """
    most = max((len(each.rows) for each in page.members), default=0)
    if most > MOST_ROWS:
        found = f"there are {most:,} members, more than a sheet of Excel has rows"
        raise UserError(Problem(code="FM2584", found=found, remedy="Ask by something that has fewer: --by product."))
    with written(path, lacking=_LACKING, instead=_INSTEAD) as book:
        # A clock would make two workbooks of one state differ.
        applied = page.report.after.applied_at or page.quality.loaded_at
        if applied is not None:
            book.set_properties({"created": applied.replace(tzinfo=None)})
        maker = _Book(book, page)
        maker.summary()
        for members in page.members:
            maker.members(members)
        maker.budget()
        maker.units()
        maker.causes()
        maker.savings()
        maker.quality()


def _lacking(unknown: int, every: int) -> str:
    """Return how many of those whose sum is known have no amount."""
    return f", {unknown:,} without an amount" if 0 < unknown < every else ""


class _Book(VarianceSheets):
    """Writes the sheets."""

    def summary(self) -> None:
        """Write the bridge: what was, every effect, what is, and that the effects are the change."""
        report, total = self.page.report, self.page.report.total
        sheet = self.new("Summary", f"{report.project}: {report.after.label} against {report.before.label}")
        sheet.text(2, 0, self.text(headline(report)), "text")
        sheet.heads(("Effect", report.currency, "of before", "What it is"), notes=1)
        row = _OPENING
        sheet.line(row, f"{report.before.label}{'' if total.has_plan else f', {total.without_plan}'}", "sum_text")
        sheet.read(row, 1, total.before, "read_sum")
        first = row + 1
        for effect, amount in zip(EFFECTS, total.effects, strict=True):
            row += 1
            sheet.line(row, effect.title)
            sheet.read(row, 1, amount)
            sheet.share(row, 2, f"B{row + 1}", f"B${_OPENING + 1}", (amount, total.before))
            sheet.text(row, 3, effect.meaning, "beside_note")
        effects = f"SUM(B{first + 1}:B{row + 1})"
        sheet.line(row + 1, "Change", "sum_text")
        sheet.formula(row + 1, 1, f"={effects}", "sum", total.change)
        sheet.share(row + 1, 2, f"B{row + 2}", f"B${_OPENING + 1}", (total.change, total.before))
        sheet.line(row + 2, report.after.label, "sum_text")
        sheet.formula(row + 2, 1, f"=B{_OPENING + 1}+B{row + 2}", "sum", total.after)
        sheet.raw.set_column(0, 0, 28)
        sheet.raw.set_column(1, 2, 14)
        sheet.raw.set_column(3, 3, 96)
        sheet.raw.freeze_panes(HEAD + 1, 1)

    def members(self, members: Members) -> None:
        """Write members and their effects: sums across are the change, sums down are the summary's."""
        report = self.page.report
        sheet = self.new(sheet_name(f"By {members.by}", self.names), f"{report.project}: by {members.by}")
        months = [f"{month:%Y-%m}" for month in self.page.months]
        row, last = self._members(sheet, members, report, months)
        self._beside_summary(sheet, row + 1, last)
        sheet.raw.print_area(0, 0, row + 1, last + 3)

    def budget(self) -> None:
        """Write members beside what was planned for them."""
        budget = self.page.budget
        if budget is None:
            return
        report = budget.report
        sheet = self.new(sheet_name("Budget", self.names), f"{report.project}: {report.after.label} beside its budget")
        row, last = self._members(sheet, budget.members or Members("", ()), report, [], share="beyond_plan")
        sheet.raw.print_area(0, 0, row, last + 3)

    def _members(
        self, sheet: Sheet, members: Members, report: VarianceReport, months: Sequence[str], *, share: str = ""
    ) -> tuple[int, int]:
        """Write members, their effects and the sums; return the row of the sums, and the column of the last effect.

        The share of what was before is that of the change; of one effect where ``share`` names it.
        """
        every = [*(each.change for each in members.rows), report.total]
        used = [
            at for at, effect in enumerate(EFFECTS)
            if effect.name == share or any(each.effects[at] for each in every)
        ]  # fmt: skip
        shared = 2 + used.index(PLACE[share]) if share else len(used) + 2
        percent = f"{EFFECTS[PLACE[share]].title}, %" if share else "%"
        heads = [members.by, report.before.label, *(EFFECTS[place].title for place in used), "Change",
                 report.after.label, percent, *(f"cost {month}" for month in months)]  # fmt: skip
        sheet.heads(heads)
        last = len(used) + 1
        row = HEAD
        for each in members.rows:
            row += 1
            change = each.change
            sheet.line(row, change.member[0] if change.member[0] is not None else nobody(members.by))
            sheet.read(row, 1, change.told_before)
            for at, place in enumerate(used, 2):
                sheet.read(row, at, change.effects[place])
            own = f"C{row + 1}:{letters_of(last)}{row + 1}"
            sheet.formula(row, last + 1, f"=SUM({own})" if used else "=0", "linked", change.change)
            # Sums take 0 for what nobody planned; a sheet must be told so.
            before = f"B{row + 1}" if change.has_plan else f"N(B{row + 1})"
            sheet.formula(row, last + 2, f"={before}+{letters_of(last + 1)}{row + 1}", "linked", change.after)
            self._share(sheet, row, (shared, last + 3), change, share)
            for at, cost in enumerate(each.costs, last + 4):
                sheet.read(row, at, cost)
        self._all(sheet, row + 1, report.total, used)
        self._share(sheet, row + 1, (shared, last + 3), report.total, share)
        sheet.raw.set_column(0, 0, 30)
        sheet.raw.set_column(1, len(heads) - 1, 14)
        sheet.raw.set_row(HEAD, 42)
        sheet.raw.freeze_panes(HEAD + 1, 1)
        return row + 1, last

    @staticmethod
    def _all(sheet: Sheet, row: int, total: Change, used: list[int]) -> None:
        """Write the sums of members."""
        sheet.line(row, "All", "sum_text")
        figures = [total.before, *(total.effects[place] for place in used), total.change, total.after]
        for at, figure in enumerate(figures, 1):
            column = letters_of(at)
            cells = f"{column}{HEAD + 2}:{column}{row}"
            if row > HEAD + 1:
                sheet.formula(row, at, f"=SUM({cells})", "sum", figure)
            else:
                # Without members there is nothing to add up.
                sheet.read(row, at, figure, "read_sum")

    @staticmethod
    def _share(sheet: Sheet, row: int, columns: tuple[int, int], change: Change, of: str) -> None:
        """Write the share of an effect, or of the whole change, in what was before: from a column into another."""
        cells = f"{letters_of(columns[0])}{row + 1}", f"B{row + 1}"
        amount = change.effect(of) if of else change.change
        sheet.share(row, columns[1], *cells, (amount, change.before))

    @staticmethod
    def _beside_summary(sheet: Sheet, row: int, last: int) -> None:
        """Write what the sums above differ by from the summary."""
        sheet.line(row, "Beside the summary", "note")
        closing = _OPENING + len(EFFECTS) + 2
        for at, cell in ((1, f"B{_OPENING + 1}"), (last + 1, f"B{closing}"), (last + 2, f"B{closing + 1}")):
            sheet.formula(row, at, f"=ROUND({letters_of(at)}{row}-Summary!{cell},6)", "linked", Decimal(0))

    def units(self) -> None:
        """Write unit costs with their trend."""
        page = self.page
        if not page.units:
            return
        sheet = self.new("Unit costs", f"{page.report.project}: what a unit costs")
        months = [f"{month:%Y-%m}" for month in page.months]
        sheet.heads(("Unit cost", "Unit", page.report.before.label, page.report.after.label, "Change", "%",
                     *months), words=2)  # fmt: skip
        for row, unit in enumerate(page.units, HEAD + 1):
            self._unit(sheet, row, unit)
        sheet.raw.set_column(0, 1, 30)
        sheet.raw.set_column(2, 5 + len(months), 13)
        sheet.raw.freeze_panes(HEAD + 1, 1)

    def _unit(self, sheet: Sheet, row: int, unit: UnitCost) -> None:
        sheet.line(row, unit.metric.label)
        sheet.line(row, unit.metric.unit or "share", column=1)
        for at, figure in ((2, unit.before), (3, unit.now)):
            sheet.read(row, at, figure, "read_unit")
        cells = f"C{row + 1}", f"D{row + 1}"
        sheet.formula(row, 4, if_known(cells, f"{cells[1]}-{cells[0]}"), "unit", unit.change)
        sheet.share(row, 5, f"E{row + 1}", cells[0], (unit.change, unit.before))
        for at, figure in enumerate(unit.trend, 6):
            sheet.read(row, at, figure, "read_unit")

    def causes(self) -> None:
        """Write root causes: with what was expected and what is not explained they are the change."""
        causes = self.page.causes
        if causes is None:
            return
        sheet = self.new("Causes", f"{self.page.report.project}: what moved unlike the rest")
        sheet.heads(("Cause", self.page.report.currency, "Evidence"), notes=1)
        rows = [(each.what, each.amount, "; ".join(map(self.text, each.evidence))) for each in causes.rows]
        rows += [(self.text(name), amount, "") for name, amount in causes.rest]
        for row, (what, amount, evidence) in enumerate(rows, HEAD + 1):
            sheet.texts(row, 0, (what,), (_CAUSE,))
            sheet.read(row, 1, amount)
            if evidence:
                sheet.texts(row, 2, (evidence,), (_EVIDENCE,))
        last = HEAD + 1 + len(rows)
        sheet.line(last, "Change", "sum_text")
        sheet.formula(last, 1, f"=SUM(B{HEAD + 2}:B{last})", "sum", self.page.report.total.change)
        sheet.raw.set_column(0, 0, _CAUSE)
        sheet.raw.set_column(1, 1, 14)
        sheet.raw.set_column(2, 2, _EVIDENCE)

    def savings(self) -> None:
        """Write potential savings, those that have no row of their own together."""
        savings = self.page.savings
        if savings is None:
            return
        span = "of the days told" if savings.is_of_some_days else "a month"
        sheet = self.new("Savings", f"{self.page.report.project}: what could be saved {span}")
        heads = ("Potential saving", self.page.report.currency, "of it cash", "Where", "Owner", "How sure", "Effort",
                 "Evidence")  # fmt: skip
        sheet.heads(heads, notes=5)
        row = HEAD
        for each in savings.rows:
            row += 1
            sheet.line(row, each.title)
            sheet.read(row, 1, each.amount)
            sheet.read(row, 2, each.cash)
            sheet.texts(row, 3, (each.what, each.owner or "", each.how, each.effort, each.evidence), _OF_SAVINGS)
        if savings.left:
            row += 1
            sheet.line(row, f"{counted(savings.left, 'other')}{_lacking(savings.left_unknown, savings.left)}")
            for at, rest in enumerate(savings.others, 1):
                sheet.read(row, at, rest)
        row += 1
        sheet.line(row, f"All{_lacking(savings.unknown, savings.candidates)}", "sum_text")
        for at, whole in enumerate((savings.amount, savings.cash), 1):
            cells = f"{letters_of(at)}{HEAD + 2}:{letters_of(at)}{row}"
            # Of words alone a sum is 0, and an unknown is not.
            formula = f'=IF(COUNT({cells})=0,"{UNKNOWN}",SUM({cells}))' if whole is None else f"=SUM({cells})"
            sheet.formula(row, at, formula, "sum", whole)
        for at, finding in enumerate(savings.findings, row + 2):
            sheet.line(at, f"{finding.severity} {finding.code}: {finding.message}", "note")
        sheet.raw.set_column(0, 0, 36)
        sheet.raw.set_column(1, 2, 14)
        for at, width in enumerate(_OF_SAVINGS, 3):
            sheet.raw.set_column(at, at, width)
        sheet.raw.freeze_panes(HEAD + 1, 1)

    def quality(self) -> None:
        """Write the tie-out and what the workbook stands on."""
        page = self.page
        sheet = self.new("Data quality", f"{page.report.project}: tie-out and data quality")
        sheet.heads(("Month, currency", "Ledger", "Compared", "Difference", "Ledger, every digit",
                           "Compared, every digit", "Holds"))  # fmt: skip
        states = (page.report.before, page.report.after)
        proofs = [(states[each.state].label, each) for each in page.report.proofs]
        if page.budget:
            label = f"{page.budget.report.after.label} beside its budget"
            proofs += [(label, each) for each in page.budget.report.proofs if not each.holds]
        row = HEAD
        for label, each in proofs:
            row += 1
            sheet.line(row, f"{label}, {each.currency}")
            sheet.read(row, 1, each.ledger)
            sheet.read(row, 2, each.compared)
            sheet.formula(row, 3, f"=C{row + 1}-B{row + 1}", "linked", difference(each.compared, each.ledger))
            sheet.line(row, f"{each.ledger:f}", "exact", column=4)
            sheet.line(row, f"{each.compared:f}", "exact", column=5)
            # Cells have 15 digits: the last ones are told by the texts.
            sheet.holds(row, 6, f"E{row + 1}=F{row + 1}", "text", value=each.holds)
        row += 1
        for what, said in self._stands_on():
            row += 1
            sheet.line(row, what)
            sheet.line(row, said, "text", column=1)
        sheet.raw.set_column(0, 0, 28)
        sheet.raw.set_column(1, 3, 16)
        sheet.raw.set_column(4, 5, 28)

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
        found += [(f"{each.severity} {each.code}", each.message) for each in self.page.findings]
        return found
