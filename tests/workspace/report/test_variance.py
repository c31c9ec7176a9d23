"""What is fetched for the page: members of every dimension sum to it, and trends end at what is compared."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.models.variance.page import VariancePage
from finmod.reports.variance.markdown import markdown_page
from finmod.reports.variance.page import html_page
from finmod.settings.project import load_project
from finmod.terms.money import known_sum
from finmod.terms.periods import parse_period
from finmod.workspace.metrics.measures import measures
from finmod.workspace.report.variance import _unit, variance_page
from finmod.workspace.variance.variance import Wanted
from tests.books import DROP, Books, bill
from tests.once import demo_once
from tests.parsed_pages import parsed
from tests.statements import DRIVERS, PNL
from tests.statements import books_of as books_with_plans
from tests.variances import SEARCH, books_of, used


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> VariancePage:
    """Return the page of the demo's last month."""
    return variance_page(load_project(demo_once(tmp_path_factory).folder), Wanted())


def test_members_of_every_dimension_sum_to_the_total(page: VariancePage) -> None:
    assert [each.by for each in page.members] == ["product", "team", "service"]
    total = page.report.total
    for members in page.members:
        changes = [each.change for each in members.rows]
        assert known_sum(each.before for each in changes) == total.before
        assert known_sum(each.after for each in changes) == total.after
        for place, amount in enumerate(total.effects):
            assert known_sum(each.effects[place] for each in changes) == amount


def test_trends_end_at_what_is_compared(page: VariancePage) -> None:
    assert [f"{month:%Y-%m}" for month in page.months] == ["2026-08", "2026-09", "2026-10"]
    assert page.costs[-2:] == (page.report.total.before, page.report.total.after)
    for members in page.members:
        for each in members.rows:
            if each.costs:
                # Before its first charge a member has no cost that is known.
                assert [cost or 0 for cost in each.costs[-2:]] == [each.change.before, each.change.after]
            else:
                assert each.change.before == each.change.after == 0


def test_causes_are_the_change_and_savings_their_sum(page: VariancePage) -> None:
    causes, saved = page.causes, page.savings
    assert causes is not None
    parts = [*(each.amount for each in causes.rows), causes.by_others, causes.usual, causes.unexplained]
    assert known_sum(parts) == page.report.total.change
    assert saved is not None
    assert 0 < len(saved.rows) <= saved.candidates
    assert known_sum([*(each.amount for each in saved.rows), saved.others[0]]) == saved.amount
    assert saved.unknown == sum(each.amount is None for each in saved.rows) + saved.left_unknown


def test_the_demo_ties_and_has_its_unit_costs(page: VariancePage) -> None:
    quality = page.quality
    assert quality.sums[0] == quality.sums[1] > 0
    assert quality.invoices is not None
    assert quality.invoices.tie == quality.invoices.compared > 0
    assert quality.invoices.odd == 0
    assert quality.loaded_at is not None
    assert [label for label, _ in quality.closed] == ["2026-09", "2026-10"]
    assert page.units[0].metric.name == "cost_per_order"
    assert page.units[0].now == page.units[0].trend[-1]
    assert page.allocated is not None
    assert 0 < page.allocated < 1


def test_a_project_without_allocation_metrics_and_invoices_has_a_page(tmp_path: Path) -> None:
    books = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", SEARCH, "600", "1"), apply=False
    )
    page = variance_page(load_project(books.root), Wanted(parse_period("2026-09")))
    assert [each.by for each in page.members] == ["service"]
    assert page.units == ()
    assert page.quality.invoices is None
    assert page.allocated is None
    assert [*map(str, page.members[0].rows[0].costs)] == ["310.000000000000", "600.000000000000"]
    assert "What moved it" in html_page(page)


def planned(folder: Path, budget: str = "Hosting: plan") -> Books:
    """Return books in which hosting has a plan: search cost 60 of 50, ads 30 of 35, and all else has none.

    The driver ``whole`` is a plan of the company, 85.
    """
    plan = "date,product,plan\n2026-09,search,50\n2026-09,ads,35\n"
    return books_with_plans(
        folder / "books", pnl_yaml=f"{PNL}budget: {{{budget}}}\n", plan_csv=plan,
        drivers_yaml=f"{DRIVERS}whole: {{unit: USD, grain: month, from: {{csv: whole.csv}}}}\n",
        whole_csv="date,whole\n2026-09,85\n",
    )  # fmt: skip


def test_a_month_stands_beside_its_budget(tmp_path: Path) -> None:
    page = variance_page(load_project(planned(tmp_path).root), Wanted(parse_period("2026-09"), "budget"))
    found = parsed(html_page(page))
    assert page.causes is None
    assert [each.by for each in page.members] == ["product"]
    effects = {row[0].text: row[1].values for row in found.tables["effects"][1:]}
    assert [*effects] == ["Budget of Sep 2026", "Not planned", "Beyond plan", "Change", "Sep 2026"]
    assert found.tables["members-0"][-1][4].values == [page.report.total.change]


def test_a_month_with_plans_tells_its_budget_besides(tmp_path: Path) -> None:
    """Hosting: search cost 60 of 50, ads 30 of 35: 5 more than the 85 that were planned; 58 have no plan."""
    page = variance_page(load_project(planned(tmp_path).root), Wanted(parse_period("2026-09")))
    assert page.budget is not None
    total = page.budget.report.total
    assert (total.before, total.after, total.effect("beyond_plan")) == (Decimal(85), Decimal(148), Decimal(5))
    assert total.after == page.report.total.after
    assert page.budget.members is not None
    assert page.budget.members.by == "product"
    assert "Planned were 85.00 USD; what has a plan cost 5.00 (5.9\xa0%) more" in markdown_page(page)
    assert page.report.findings == ()


def test_a_budget_that_cannot_be_told_is_said_to_be_so(tmp_path: Path) -> None:
    books = planned(tmp_path)
    books.write(
        "pnl.yaml", (books.root / "pnl.yaml").read_text(encoding="utf-8").replace("driver: salaries", "driver: x")
    )
    page = variance_page(load_project(books.root), Wanted(parse_period("2026-09")))
    assert page.budget is None
    (finding,) = page.report.findings
    assert finding.code == "FM2521"
    assert finding.message.startswith("The budget of 2026-09 is not told here: ")


def test_against_a_close_before_any_allocation_services_alone_are_told(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", SEARCH, "300", "1"), apply=False
    )
    assert made.run("close", "2026-08").code == 0
    assert made.run("apply").code == 0
    found = variance_page(load_project(made.root), Wanted(parse_period("2026-09"), "close:2026-08"))
    assert [each.by for each in found.members] == ["service"]
    assert found.report.total.change == -10


@pytest.mark.parametrize("budget", ["Hosting: whole", "Hosting: plan, Platform: whole"])
def test_a_plan_that_is_told_by_no_one_dimension_stands_as_a_whole(tmp_path: Path, budget: str) -> None:
    project = load_project(planned(tmp_path, budget).root)
    beside = variance_page(project, Wanted(parse_period("2026-09")))
    against = variance_page(project, Wanted(parse_period("2026-09"), "budget"))
    assert beside.budget is not None
    assert beside.budget.members is None
    assert against.members == ()
    assert beside.budget.report.total == against.report.total
    assert parsed(html_page(beside)).tables["budget"][-1][2].values == [Decimal(148)]
    assert "Planned were" in markdown_page(beside)
    assert "Budget of Sep 2026" in html_page(against)


def test_members_beside_a_budget_are_those_that_plans_are_told_by_and_sum_to_all(tmp_path: Path) -> None:
    budget = variance_page(load_project(planned(tmp_path).root), Wanted(parse_period("2026-09"))).budget
    assert budget is not None
    assert budget.members is not None
    for place, amount in enumerate(budget.report.total.effects):
        assert known_sum(each.change.effects[place] for each in budget.members.rows) == amount


def test_a_pnl_yaml_that_cannot_be_read_stops_no_report(tmp_path: Path) -> None:
    books = planned(tmp_path)
    books.write("pnl.yaml", "budget: [\n")
    page = variance_page(load_project(books.root), Wanted(parse_period("2026-09")))
    assert page.budget is None
    assert [each.code for each in page.report.findings] == ["FM2521"]


def test_beside_plans_of_another_cost_the_report_says_so(tmp_path: Path) -> None:
    books = planned(tmp_path)
    books.write("pnl.yaml", f"{PNL}budget: {{Hosting: plan}}\ncost: BilledCost\n")
    (finding,) = variance_page(load_project(books.root), Wanted(parse_period("2026-09"))).report.findings
    assert finding.code == "FM2521"
    assert finding.message.endswith("pnl.yaml tells BilledCost, and so do its plans")


def test_a_month_beside_its_own_close_has_one_cost_and_no_budget(tmp_path: Path) -> None:
    books = planned(tmp_path)
    for month in ("2026-08", "2026-09"):
        assert books.run("close", month).code == 0
    project = load_project(books.root)
    assert variance_page(project, Wanted(parse_period("2026-09"), "close")).budget is None
    assert variance_page(project, Wanted(parse_period("2026-09"), "close:2026-08")).budget is not None


def test_words_that_cannot_stand_in_one_table_have_one_each(tmp_path: Path) -> None:
    project = load_project(planned(tmp_path).root)
    page = variance_page(project, Wanted(parse_period("2026-09"), by=("product", "account")))
    assert [each.by for each in page.members] == ["product", "account"]
    for members in page.members:
        assert known_sum(each.change.after for each in members.rows) == page.report.total.after
    with pytest.raises(UserError, match="--by names 'produkt', which cost cannot be told by"):
        variance_page(project, Wanted(parse_period("2026-09"), by=("product", "produkt")))


def test_a_month_of_some_days_and_a_month_beside_its_close_have_no_unit_costs(
    page: VariancePage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Cost of some days over what drivers count in all is no unit cost; nor is that of a bill restated since."""
    report, after = page.report, page.report.after
    some = replace(after, until=after.month, partial=("aws",))
    closed = replace(after, label="2026-10 as closed")
    states = (report, replace(report, after=some), replace(report, before=some), replace(report, before=closed))
    with measures(load_project(demo_once(tmp_path_factory).folder)) as books:
        metric = books.metrics["cost_per_order"]
        whole, of_some, after_some, beside_close = (_unit(books, metric, page.months, each) for each in states)
    assert (whole.now is None, whole.before is None) == (False, False)
    assert (of_some.now, of_some.before) == (None, whole.before)
    assert (after_some.now, after_some.before) == (whole.now, None)
    assert (beside_close.now, beside_close.before) == (None, None)


def test_the_trend_of_a_month_beside_its_close_ends_with_what_it_cost_as_is_known_now(tmp_path: Path) -> None:
    """August is restated after its close: what it costs more is booked in September, and told of August here."""
    august, september = used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", SEARCH, "300", "1")
    made = books_of(tmp_path / "books", august, september)
    assert made.run("close", "2026-08").code == 0
    made.load(made.write("b.csv", bill(used(8, "i-1", SEARCH, "340", "1"), september)), *DROP)
    assert made.run("apply").code == 0
    page = variance_page(load_project(made.root), Wanted(parse_period("2026-08"), "close", ("product",)))
    assert page.report.total.change == 30
    assert page.costs[-1] == page.report.total.after == 340
    assert [each.costs[-1] for each in page.members[0].rows] == [340]
