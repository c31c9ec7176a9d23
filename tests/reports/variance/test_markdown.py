"""The page as Markdown: short, its numbers tie, and names of bills are text."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from finmod.models.variance.page import Member, Members
from finmod.reports.variance.markdown import markdown_page
from finmod.terms.findings import Finding
from tests.variance_pages import change, page_told, savings_of

D = Decimal


def tables(text: str) -> list[list[list[str]]]:
    """Return the tables of a text: rows of cells, the heading first."""
    found: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.replace("\\|", "").strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [[row for row in table if not set("".join(row)) <= set("-:")] for table in found if table]


def number(text: str) -> Decimal:
    """Return an amount that is shown."""
    return D(text.replace(",", "").replace("\N{MINUS SIGN}", "-").replace("+", ""))


def test_the_bridge_and_the_members_end_at_the_cost_of_the_month() -> None:
    page = page_told()
    bridge, _, members, budget, units, savings = tables(markdown_page(page))
    before, *effects, after = [number(row[1]) for row in bridge[1:]]
    assert after == round(page.report.total.after)
    assert abs(before + sum(effects) - after) <= len(effects)
    *parts, whole = [number(row[1]) for row in members[1:]]
    assert whole == after
    assert abs(sum(parts) - whole) <= len(parts)
    assert "what has a plan cost 5,000 (7.7\xa0%) more, and 32,450 was spent without a plan." in markdown_page(page)
    assert number(budget[-1][1]) == 65_000
    assert number(budget[-1][2]) == after
    assert [row[0] for row in units[1:3]] == ["Cost per order, USD", "Cloud cost"]
    assert savings[-1][:2] == ["All, 1 without an amount", "201"]


def test_names_of_bills_are_text() -> None:
    text = markdown_page(page_told())
    assert "<script>" not in text
    assert "&lt;script>" in text
    assert "](http" not in text.replace("\\]", "").replace("http:&#8203;//", "")
    assert "@&#8203;all" in text
    assert "\u202e" not in text
    assert all(len({len(row) for row in table}) == 1 for table in tables(text))


def test_it_fits_a_message() -> None:
    text = markdown_page(page_told(more=False))
    assert len(text) < 4000
    assert text.startswith("### northwind: Cloud cost of October 2026\n\n**October cost 102,451 USD, ")


def test_what_must_be_known_first_is_said() -> None:
    assert "- **Mind:** FM2511 is so." in markdown_page(page_told(found=["FM2511"]))


def test_a_finding_that_ends_with_a_period_has_one() -> None:
    page = page_told(found=["FM2511"])
    (said,) = page.report.findings
    page = replace(page, report=replace(page.report, findings=(replace(said, message="Load it."),)))
    assert "- **Mind:** Load it.\n" in markdown_page(page)
    page = replace(page, report=replace(page.report, findings=(replace(said, message="Is it 'ads'?"),)))
    assert "- **Mind:** Is it 'ads'?\n" in markdown_page(page)


def test_what_nobody_planned_is_no_plan_and_not_new() -> None:
    page = page_told()
    lacking = replace(change(0, 300, ("ads",), not_planned=300), has_plan=False)
    members = Members("product", (Member(lacking, (None,) * 3),))
    text = markdown_page(replace(page, report=replace(page.report, total=lacking), members=(members,)))
    assert "no plan was written for it" in text
    assert "| Sep 2026 | no plan |" in text
    (row,) = [line for line in text.splitlines() if line.startswith("| ads |")]
    assert "| new |" not in row


def test_what_must_be_known_of_savings_stands_below_them() -> None:
    found = Finding(code="FM2558", message="the bill of <aws> has 12 days", severity="info")
    text = markdown_page(replace(page_told(), savings=savings_of((8, None), 2, found=[found])))
    assert "| USD, of the days told |" in text
    assert text.index("| All, 1 without an amount | 8 |") < text.index(
        "- **Mind:** the bill of &lt;aws> has 12 days.\n"
    )
