"""Sheets of the workbook of a statement: their rows.

Owns the order of rows; what each sheet shows is told in ``pnl_excel.py``, how cells are written in ``workbook.py``.
"""

from __future__ import annotations

from typing import Final

from finmod.errors import printable
from finmod.exports.pnl_formulas import (
    Row,
    item,
    less,
    line_amount,
    share,
    sum_of,
    variable_amount,
)
from finmod.exports.workbook import Book, Sheets, are_large, sheet_name
from finmod.models.pnl_figures import Member
from finmod.models.pnl_report import TITLES, PnlReport

HEAD: Final = 3
"""Row of the headings, from 0."""
_COUNTED: Final = ("revenue", "cogs", "opex")


class PnlSheets(Sheets):
    """Makes sheets, and knows the order of their rows."""

    def __init__(self, book: Book, report: PnlReport) -> None:
        self.report = report
        whole = report.statement.total.actual
        share = {"italic": True, "align": "right"}
        super().__init__(
            book,
            f"{report.periods[0].label} to {report.periods[-1].label}, in {report.currency}; {report.cost} of "
            f"allocation {report.version}, applied {report.applied_at:%Y-%m-%d %H:%M} UTC. Blue was read, black is "
            "computed.",
            head=HEAD,
            is_large=are_large((whole.revenue, whole.cogs, whole.opex)),
            more={
                "head_line": {"bold": True, "bottom": 1, "indent": 1}, "share_text": {"italic": True},
                "share": {"num_format": "0.0%;[Red]-0.0%", **share},
                "points": {"num_format": "+0.0%;[Red]-0.0%", **share},
            },
        )  # fmt: skip
        self.by_sheet = sheet_name(f"By {report.by}") if report.by else ""

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
