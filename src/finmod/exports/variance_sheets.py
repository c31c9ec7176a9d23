"""Sheets of the workbook of a variance: their looks, and how sentences and figures stand in cells."""

from __future__ import annotations

from typing import Final

from finmod.exports.formulas import UNKNOWN
from finmod.exports.workbook import BLUE, Book, Sheets, are_large
from finmod.models.variance.page import Figure, Said, VariancePage

HEAD: Final = 4
"""Row of the headings, from 0."""
_UNIT: Final = "#,##0.00####;[Red]-#,##0.00####"


class VarianceSheets(Sheets):
    """Makes sheets, and tells sentences in their cells."""

    def __init__(self, book: Book, page: VariancePage) -> None:
        self.page = page
        report = page.report
        self.is_large = are_large((report.total.before, report.total.after))
        right = {"align": "right"}
        super().__init__(
            book,
            f"EffectiveCost in {report.currency}, ledger version {report.after.ledger_version}. Blue was read, black "
            "is computed.",
            head=HEAD,
            is_large=self.is_large,
            more={
                "read_unit": {"num_format": _UNIT, **BLUE, **right}, "unit": {"num_format": _UNIT, **right},
                "share": {"num_format": '[>10]"> 1,000%";[Red][<0]-0.0%;+0.0%', "italic": True, **right},
            },
        )  # fmt: skip

    def text(self, said: Said) -> str:
        """Return a sentence as text."""
        return "".join(each if isinstance(each, str) else self._figure(each) for each in said)

    def _figure(self, figure: Figure) -> str:
        value = figure.value
        if value is None:
            return UNKNOWN
        sign = "+" if "signed" in figure.kind else ""
        if "percent" in figure.kind:
            return f"{value * 100:{sign},.1f} %"
        return f"{value:{sign},.{0 if self.is_large else 2}f}"
