"""The box of data quality: what ties, what does not, and what nobody knows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from finmod.models.variance.page import Invoices, Member, Members, VariancePage
from finmod.models.variance.report import Proof
from finmod.reports.variance.page import lines_of, notices_of
from finmod.reports.variance.quality import Mark, is_tied, quality_lines, tie_table
from tests.variance_pages import change, page_told, report_of, words


def told(page: VariancePage, title: str) -> tuple[Mark, str]:
    """Return the mark and the sentence of a title."""
    return next((each.mark, words(each.said)) for each in quality_lines(page) if each.title == title)


def test_what_ties_is_said_to() -> None:
    page = page_told()
    assert is_tied(page)
    assert told(page, "Invoices") == ("ties", "3 of 3 invoices of the month equal their charges.")
    assert told(page, "Findings")[1].startswith(
        "0 errors, 2 warnings and 5 notes of a check; the project lets 1 of them pass"
    )
    assert told(page, "Months") == ("note", "2026-09 is closed since 2026-11-02; 2026-10 is open.")
    assert words(lines_of(page)[-1]).endswith("and all 3 invoices tie to their charges.")


def test_an_invoice_that_does_not_tie_is_to_be_looked_at() -> None:
    page = page_told()
    odd = Invoices(2, 3, 1, (("EUR", Decimal("4.5")),))
    page = replace(page, quality=replace(page.quality, invoices=odd))
    assert not is_tied(page)
    mark, said = told(page, "Invoices")
    assert mark == "look"
    assert said == (
        "2 of 3 invoices of the month equal their charges; 4.5 EUR of the differences is not explained; 1 stands on "
        "one side alone or cannot be compared."
    )
    assert words(lines_of(page)[-1]) == "Not everything ties: see data quality."


def test_a_total_that_is_not_the_ledgers_is_to_be_looked_at() -> None:
    page = page_told()
    proofs = (replace(page.report.proofs[0], ledger=Decimal(1)), *page.report.proofs[1:])
    page = replace(page, report=replace(page.report, proofs=proofs))
    assert told(page, "Ledger")[0] == "look"
    assert not is_tied(page)


def test_a_budget_that_is_not_the_ledgers_is_to_be_looked_at() -> None:
    page = page_told()
    assert page.budget is not None
    assert [row.cells[-1] for row in tie_table(page).rows] == [("the same",)] * 2
    report = replace(page.budget.report, proofs=(Proof(1, "USD", Decimal(1), Decimal(2)),))
    page = replace(page, budget=replace(page.budget, report=report))
    assert told(page, "Ledger")[0] == "look"
    assert not is_tied(page)
    last = tie_table(page).rows[-1]
    assert (last.cells[0], last.cells[-1]) == (("Oct 2026 beside its budget, USD",), ("NOT the same",))


@pytest.mark.parametrize("code", ["FM2513", "FM2514"])
def test_where_cost_is_unknown_every_figure_that_is_known_ties(code: str) -> None:
    assert words(lines_of(page_told(found=[code]))[-1]).startswith("Every known figure ties to the ledger")
    assert words(lines_of(with_said(page_told(), code))[-1]).startswith("Every known figure ties to the ledger")
    assert words(lines_of(page_told())[-1]).startswith("Every figure ties to the ledger")


def with_said(page: VariancePage, *found: str) -> VariancePage:
    """Return a page whose budget says something."""
    assert page.budget is not None
    said = report_of(page.report.total, found=found).findings
    return replace(page, budget=replace(page.budget, report=replace(page.budget.report, findings=said)))


def test_warnings_of_the_budget_stand_above_the_page_once() -> None:
    page = with_said(page_told(found=["FM2511", "FM2513", "FM2519"]), "FM2513", "FM2520", "FM2522", "FM2319", "FM2515")
    assert [text for _, text in notices_of(page)] == [
        f"{code} is so." for code in ("FM2511", "FM2513", "FM2519", "FM2520", "FM2522")
    ]


def test_without_a_list_or_an_allocation_it_is_said_that_nothing_is_known() -> None:
    page = page_told()
    after = replace(page.report.after, version=None)
    page = replace(page, report=replace(page.report, after=after), quality=replace(page.quality, invoices=None))
    assert told(page, "Invoices") == ("note", "The project lists no invoices: nothing says what was asked for.")
    assert told(page, "Allocation")[1].startswith("No allocation stands")


def test_one_is_told_as_one() -> None:
    page = page_told()
    page = replace(page, quality=replace(page.quality, invoices=Invoices(1, 1, 0), findings=(1, 1, 0), let_pass=0))
    assert told(page, "Invoices")[1] == "1 of 1 invoice of the month equals its charges."
    assert told(page, "Findings")[1] == "1 error, 1 warning and 0 notes of a check."
    assert words(lines_of(page)[-1]).endswith("and the one invoice ties to its charges.")


def test_a_share_that_is_none_leaves_the_allocation_told() -> None:
    page = page_told()
    members = Members("product", (Member(change(0, -5, (None,))), *page.members[0].rows[:-1]))
    assert told(replace(page, members=(members,)), "Allocation")[1].startswith("Allocation 1, applied 2026-11-02 ")
