"""The variance against a budget: what was planned, what was not, and that both are all of the cost."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.models.variance.report import VarianceReport
from finmod.settings.project import load_project
from finmod.terms.periods import parse_period
from finmod.workspace.variance.variance import variance
from finmod.workspace.variance.wanted import Wanted
from tests.books import Books, bill
from tests.statements import PNL, books_of
from tests.tagged import charge
from tests.variances import codes, member, told

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
    table = [*csv.DictReader(io.StringIO(books.run(*asked, "--output", "csv").out))]
    assert [row["before"] for row in table if row["product"] == "ads"] == [""]


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
