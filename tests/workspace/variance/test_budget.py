"""The variance against a budget: what was planned, what was not, and that both are all of the cost."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.models.variance.headline import headline
from finmod.models.variance.report import VarianceReport
from finmod.settings.project import load_project
from finmod.terms.periods import parse_period
from finmod.workspace.pnl.periods import Asked
from finmod.workspace.pnl.statement import Wanted as PnlWanted
from finmod.workspace.pnl.statement import make_pnl
from finmod.workspace.variance.plans import Compared
from finmod.workspace.variance.variance import variance
from finmod.workspace.variance.wanted import Wanted
from tests.books import Books, bill
from tests.statements import DRIVERS, PNL, books_of
from tests.tagged import charge
from tests.variance_pages import words
from tests.variances import books_of as books_with
from tests.variances import by_the_day, codes, member, told

BUDGET = f"{PNL}budget: {{Hosting: plan}}\n"


def of(books: Books, *by: str) -> VarianceReport:
    return variance(load_project(books.root), Wanted(parse_period("2026-09"), "budget", by))


def made(folder: Path, plan: str = "2026-09,search,50\n2026-09,ads,35\n") -> Books:
    return books_of(folder / "books", pnl_yaml=BUDGET, plan_csv=f"date,product,plan\n{plan}")


def test_what_was_planned_and_what_was_not_are_told_apart(tmp_path: Path) -> None:
    """Hosting: search cost 60 of 50, ads 30 of 35, nobody's 10 and the cluster and support have no plan."""
    report = of(made(tmp_path), "product")
    search = member(report, "search")
    assert search.before == 50
    assert told(search)["beyond_plan"] == 10
    assert told(member(report, "ads"))["beyond_plan"] == -5
    assert set(told(member(report, None))) == {"not_planned"}
    assert report.total.before == 85
    assert report.total.after == 148
    assert report.before.label == "budget of 2026-09"


def test_members_sum_to_everything_and_everything_is_the_ledger(tmp_path: Path) -> None:
    report = of(made(tmp_path), "product")
    for at in range(len(report.total.effects)):
        assert sum(each.effects[at] for each in report.rows) == report.total.effects[at]
    assert sum(report.total.effects) == report.total.change
    assert all(proof.holds for proof in report.proofs)
    assert of(made(tmp_path / "again")).total.change == report.total.change


def test_a_plan_for_a_product_that_nobody_knows_is_said(tmp_path: Path) -> None:
    report = of(made(tmp_path, "2026-09,search,50\n2026-09,nosuch,7\n"), "product")
    assert any("nosuch" in each.message for each in report.findings)
    assert report.total.before == 57
    assert told(report.total)["beyond_plan"] + told(report.total)["not_planned"] == report.total.change


def test_without_a_budget_it_is_said_which_lines_could_have_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="expected a budget of one of these lines: Platform, Hosting, Support"):
        of(books_of(tmp_path / "books"))


def test_two_dimensions_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="plans are told by one at a time"):
        of(made(tmp_path), "product", "team")


def test_a_budget_has_no_charges_behind_it(tmp_path: Path) -> None:
    books = made(tmp_path)
    said = books.run("variance", "2026-09", "--against", "budget", "--causes")
    assert said.code == 1
    assert "a budget has no charges" in said.err
    assert "no forecast is kept" in books.run("variance", "--against", "forecast:base").err
    assert books.run("variance", "--against", "budget", "--by", "product").code == 0


def test_the_last_month_is_that_of_every_other_comparison(tmp_path: Path) -> None:
    """October is loaded, and not applied: it is in no statement yet."""
    books = made(tmp_path)
    books.load(books.write("october.csv", bill(charge(10, "9", "i-1", ""))))
    report = variance(load_project(books.root), Wanted(None, "budget"))
    assert report.after.label == variance(load_project(books.root), Wanted()).after.label == "2026-09"
    assert report.after.ledger_version == variance(load_project(books.root), Wanted()).after.ledger_version
    assert "FM2319" in codes(report)
    said = books.run("variance", "--against", "budget").out
    assert "In USD; budget of 2026-09 as pnl.yaml has it; 2026-09 of ledger 1 and allocation 1, applied " in said


def test_a_product_without_a_row_of_the_plan_has_no_plan_which_is_not_0(tmp_path: Path) -> None:
    report = of(made(tmp_path, "2026-09,search,50\n"), "product")
    ads = member(report, "ads")
    assert ads.told_before is None
    assert ads.change == ads.after
    assert told(ads) == {"not_planned": ads.after}
    (said,) = [each for each in report.findings if each.code == "FM2520"]
    assert said.message.startswith(
        "No plan of the line 'Hosting' was written for 2026-09 of ads and cost without a product: what was planned "
    )
    assert said.amount == 40
    assert member(report, "search").told_before == report.total.told_before == 50
    assert sum(report.total.effects) == report.total.change == report.total.after - 50


def test_the_total_and_what_is_said_are_the_same_whether_products_are_asked_for_or_not(tmp_path: Path) -> None:
    books = made(tmp_path, "2026-09,search,50\n2026-09,nosuch,7\n")
    alone, by_product = of(books), of(books, "product")
    assert alone.total == by_product.total
    assert alone.rows == ()
    assert codes(alone) == codes(by_product)
    assert any("nosuch" in each.message for each in alone.findings)


def test_no_plan_is_a_word_on_the_screen_and_null_for_programs(tmp_path: Path) -> None:
    books = made(tmp_path, "2026-09,search,50\n")
    asked = ("variance", "--against", "budget", "--by", "product")
    row = next(line for line in books.run(*asked).out.splitlines() if line.startswith("ads "))
    assert row.split()[1:3] == ["no", "plan"]
    assert "new" not in row
    rows = {each["product"]: each for each in json.loads(books.run(*asked, "--output", "json").out)["rows"]}
    assert (rows["ads"]["before"], rows["search"]["before"]) == (None, "50.000000000000")
    assert (rows["ads"]["change"], rows["search"]["change"] is None) == (None, False)
    table = [*csv.DictReader(io.StringIO(books.run(*asked, "--output", "csv").out))]
    assert [row["before"] for row in table if row["product"] == "ads"] == [""]


def test_the_screen_tells_of_a_budget_what_is_beyond_plan_and_calls_nothing_new_beside_a_plan(tmp_path: Path) -> None:
    """Hosting: search cost 60 of 50, ads 30 of 0; all else, 58, is of no plan."""
    books = made(tmp_path, "2026-09,search,50\n2026-09,ads,0\n")
    said = books.run("variance", "2026-09", "--against", "budget", "--by", "product").out
    assert said.startswith(
        "northwind: EffectiveCost 2026-09 148.00 USD; planned 50.00 USD, +40.00 beyond plan, +80.0 %; without a plan "
        "58.00 USD"
    )
    assert next(line for line in said.splitlines() if line.startswith("ads ")).split()[1] == "0.00"
    assert " new " not in said


def test_every_amount_of_json_has_one_form(tmp_path: Path) -> None:
    books = made(tmp_path)
    for asked in (("--against", "budget", "--by", "product"), ("--by", "product")):
        report = json.loads(books.run("variance", "2026-09", *asked, "--output", "json").out)
        for row in (report["total"], *report["rows"]):
            amounts = [row["before"], row["after"], row["change"], *row["effects"].values()]
            assert [
                each for each in amounts if each is not None and not re.fullmatch(r"-?[0-9]+[.][0-9]{12}", each)
            ] == []


def test_a_month_of_which_no_row_is_a_plan_has_none_in_all(tmp_path: Path) -> None:
    books = made(tmp_path, "2026-08,search,50\n")
    report = of(books, "product")
    assert report.total.told_before is None
    assert report.total.change == report.total.after
    said = books.run("variance", "2026-09", "--against", "budget").out
    assert next(line.split() for line in said.splitlines() if line.startswith("Before")) == ["Before", "no", "plan"]
    assert said.startswith("northwind: EffectiveCost 2026-09 148.00 USD; no plan was written for it")
    total = json.loads(books.run("variance", "2026-09", "--against", "budget", "--output", "json").out)["total"]
    assert (total["before"], total["change"]) == (None, None)
    assert total["effects"]["not_planned"] == total["after"] == "148.000000000000"


def test_a_plan_without_an_exchange_rate_is_unknown_and_not_unwritten(tmp_path: Path) -> None:
    """Hosting: search 60 and ads 30 have plans in EUR, nobody's 10 has none."""
    drivers = DRIVERS.replace("plan: {unit: USD", "plan: {unit: EUR")
    plan = "date,product,plan\n2026-09,search,50\n2026-09,ads,35\n"
    books = books_of(tmp_path / "books", pnl_yaml=BUDGET, drivers_yaml=drivers, plan_csv=plan)
    report = of(books, "product")
    said = {each.code: each for each in report.findings}
    assert said["FM2524"].message.startswith(
        "The plan of the line 'Hosting' for 2026-09 of search and ads is unknown for want of an exchange rate"
    )
    assert said["FM2524"].amount == 90
    assert "for 2026-09 of cost without a product: what" in said["FM2520"].message
    assert said["FM2520"].amount == 10
    assert "FM2313" in said
    assert told(report.total) == {"not_planned": 148}
    screen = books.run("variance", "2026-09", "--against", "budget").out
    assert screen.startswith("northwind: EffectiveCost 2026-09 148.00 USD; its plan is unknown for want of an exchange")
    assert [(each.member[0], each.without_plan) for each in report.rows] == [
        ("search", "plan unknown"), ("ads", "plan unknown"), (None, "no plan"),
    ]  # fmt: skip
    lines = books.run("variance", "2026-09", "--against", "budget", "--by", "product").out.splitlines()
    assert [line.split()[0] for line in lines if "plan unknown" in line] == ["Before", "search", "ads", "all"]


def test_by_group_a_plan_without_an_exchange_rate_is_said_of_the_group(tmp_path: Path) -> None:
    drivers = DRIVERS.replace("plan: {unit: USD", "plan: {unit: EUR")
    cohorts = "cohorts: {size: {file: sizes.csv, key: product, value: size}}\n"
    plan = "date,product,plan\n2026-09,search,50\n2026-09,ads,35\n"
    books = books_of(tmp_path / "books", pnl_yaml=f"{BUDGET}{cohorts}", drivers_yaml=drivers, plan_csv=plan)
    books.write("sizes.csv", "product,size\nsearch,large\nads,large\n")
    found = make_pnl(load_project(books.root), PnlWanted("size", Asked(period="2026-09")))
    codes_of = {each.code: each.message for each in Compared.of(found, "2026-09").without_plan()}
    assert "of large is unknown for want" in codes_of["FM2524"]


def test_lines_without_a_budget_are_named_with_what_they_cost(tmp_path: Path) -> None:
    """All that is not planned is said: 10 of hosting is nobody's, the cluster cost 40 and support 8."""
    report = of(made(tmp_path))
    (said,) = [each for each in report.findings if each.code == "FM2523"]
    assert said.message == (
        "No budget is named for the lines 'Platform' (40.00 USD) and 'Support' (8.00 USD): what they cost is told as "
        "not planned"
    )
    assert (said.severity, said.measure, said.currency) == ("info", "EffectiveCost", "USD")
    (unwritten,) = [each.amount for each in report.findings if each.code == "FM2520"]
    assert said.amount == 48
    assert unwritten == 10
    assert told(report.total)["not_planned"] == 58


def test_where_every_line_has_a_budget_none_is_said_to_lack_one(tmp_path: Path) -> None:
    books = planned_by(tmp_path, "Hosting: plan", "Support: plan", "Platform: whole")
    assert "FM2523" not in codes(of(books))


COMPANY = "whole: {unit: USD, grain: month, from: {csv: whole.csv}}\n"


def planned_by(folder: Path, *lines: str, plan: str = "2026-09,search,50\n2026-09,ads,35\n", more: str = "") -> Books:
    """Return books with plans: ``whole`` is one of the company, 85; ``plan`` one of products."""
    budget = f"{PNL}budget: {{{', '.join(lines)}}}\n{more}"
    return books_of(
        folder / "books", pnl_yaml=budget, drivers_yaml=DRIVERS + COMPANY, whole_csv="date,whole\n2026-09,85\n",
        plan_csv=f"date,product,plan\n{plan}",
    )  # fmt: skip


def test_a_plan_of_the_company_is_beside_the_whole_line_and_no_product_is_told_it_has_none(tmp_path: Path) -> None:
    """Hosting cost 100: no product has a plan of it, and none was forgotten."""
    books = planned_by(tmp_path, "Hosting: whole")
    report = of(books)
    assert told(report.total) == {"beyond_plan": 15, "not_planned": 48}
    assert report.total.before == 85
    assert report.total.after == 148
    assert "FM2520" not in codes(report)
    with pytest.raises(UserError, match="what was planned of Hosting is not told by it") as refused:
        of(books, "product")
    assert "expected what plans are told by: Hosting for all together" in str(refused.value)


def test_of_two_lines_each_is_beside_its_plan_by_what_that_is_told_by(tmp_path: Path) -> None:
    """Hosting as above, by product; Platform cost 85 less than 85 of the company."""
    books = planned_by(tmp_path, "Hosting: plan", "Platform: whole")
    alone = of(planned_by(tmp_path / "hosting", "Hosting: plan"))
    platform = of(planned_by(tmp_path / "platform", "Platform: whole"))
    report = of(books)
    beyond = [told(each.total)["beyond_plan"] for each in (report, alone, platform)]
    assert beyond[0] == beyond[1] + beyond[2]
    assert report.total.before == 170
    assert report.total.after == alone.total.after
    with pytest.raises(UserError, match="what was planned of Platform is not told by it") as refused:
        of(books, "product")
    assert "Hosting by product and Platform for all together" in str(refused.value)


PLANS = {
    "both products": ("2026-09,search,50\n2026-09,ads,35\n", ("Hosting: plan",)),
    "one product": ("2026-09,search,50\n", ("Hosting: plan",)),
    "nobody's too": ("2026-09,search,50\n2026-09,nosuch,7\n", ("Hosting: plan",)),
    "two lines": ("2026-09,search,50\n2026-09,ads,35\n", ("Hosting: plan", "Support: plan")),
    "the company": ("2026-09,search,50\n", ("Hosting: whole",)),
    "one line each": ("2026-09,search,50\n", ("Hosting: plan", "Support: whole")),
    "another month": ("2026-08,search,50\n", ("Hosting: plan",)),
}


@pytest.mark.parametrize("which", PLANS)
def test_by_whatever_is_asked_the_total_is_one_and_members_sum_to_it_by_each_effect(tmp_path: Path, which: str) -> None:
    """Cohorts group search alone: their members cannot be told where nobody planned them alike."""
    plan, lines = PLANS[which]
    books = planned_by(
        tmp_path, *lines, plan=plan, more="cohorts: {size: {file: sizes.csv, key: product, value: size}}\n"
    )
    books.write("sizes.csv", "product,size\nsearch,large\nads,large\n")
    total = of(books).total
    assert sum(total.effects) == total.change
    refused: list[tuple[str, str]] = []
    for by in ("product", "size", "customer"):
        try:
            report = of(books, by)
        except UserError as error:
            refused.append((by, error.problems[0].code))
            continue
        assert report.total == total
        for at, amount in enumerate(total.effects):
            assert sum(each.effects[at] for each in report.rows) == amount
        assert sum(each.before for each in report.rows) == total.before
        assert sum(each.after for each in report.rows) == total.after
    assert {code for _, code in refused} == {"FM2509"}
    assert ("product", "FM2509") not in refused or "whole" in str(lines)


def test_groups_of_whom_some_have_a_plan_are_refused_where_their_sums_would_be_others(tmp_path: Path) -> None:
    books = planned_by(
        tmp_path, "Hosting: plan", plan="2026-09,search,50\n",
        more="cohorts: {size: {file: sizes.csv, key: product, value: size}}\n",
    )  # fmt: skip
    books.write("sizes.csv", "product,size\nsearch,large\nads,large\n")
    with pytest.raises(UserError, match="by size other cost has a plan than of each product") as refused:
        of(books, "size")
    assert "give each product a row of the plan" in str(refused.value)


def test_plans_of_another_cost_are_not_told_as_effective_cost(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", pnl_yaml=f"{BUDGET}cost: BilledCost\n")
    with pytest.raises(UserError, match=r"pnl\.yaml tells BilledCost, and so do its plans"):
        of(books)


def _beside_300(root: Path, *told: tuple[int, int], close: str | None = None) -> VarianceReport:
    """Return ten dollars a day on some days of September beside a plan of 300; August has every day."""
    books = books_with(root / "books", *by_the_day(8, 1, 31), *(each for days in told for each in by_the_day(9, *days)))
    books.write("drivers.yaml", DRIVERS.splitlines()[-1] + "\n")
    books.write("plan.csv", "date,product,plan\n2026-09,search,300\n")
    books.write("pnl.yaml", "default: {name: Hosting, section: cogs}\nbudget: {Hosting: plan}\n")
    assert books.run("drivers", "load").code == 0
    assert close is None or books.run("close", close).code == 0
    return of(books)


def test_a_month_that_goes_on_is_said_to_be_beside_the_plan_of_all_of_it(tmp_path: Path) -> None:
    """Ten hours a day until 15 September: 150 of the 300 that were planned."""
    report = _beside_300(tmp_path, (1, 15))
    assert report.after.until == date(2026, 9, 15)
    assert report.total.change == -150
    (finding,) = [each for each in report.findings if each.code == "FM2522"]
    assert "bills tell 2026-09 not whole: " in finding.message
    assert "until 2026-09-15" in finding.message
    assert words(headline(report)) == (
        "September cost 150 USD until 15 September. Planned were 300 USD; until 15 September what has a plan cost 150 "
        "(50.0 %) less."
    )


def test_days_that_lack_within_a_month_are_said_beside_its_plan(tmp_path: Path) -> None:
    """Ten days of September lack: what is below plan there is nothing that was saved."""
    report = _beside_300(tmp_path, (1, 10), (21, 30))
    assert report.total.change == -100
    (finding,) = [each for each in report.findings if each.code == "FM2526"]
    assert finding.message.startswith("2026-09 has no charges of ")
    assert "on 10 days between its first and last one" in finding.message
    assert "FM2522" not in codes(report)


@pytest.mark.parametrize("days", [[(1, 15)], [(1, 10), (21, 30)]])
def test_a_closed_month_is_said_to_be_whole_beside_its_plan(tmp_path: Path, days: list[tuple[int, int]]) -> None:
    report = _beside_300(tmp_path, *days, close="2026-09")
    assert report.after.until is None
    assert not {"FM2522", "FM2526"} & {*codes(report)}


def test_a_whole_month_is_not_said_to_go_on(tmp_path: Path) -> None:
    report = of(made(tmp_path))
    assert report.after.until is None
    assert "FM2522" not in codes(report)
