"""A statement beside its plans: whose plan there is, and which effect a difference is."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.models.pnl_report import PnlReport
from finmod.models.variance.report import Change
from finmod.workspace.variance.plans import Compared
from tests.statements import PNL, books_of, report_of
from tests.variances import told


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> PnlReport:
    """Return September by product: hosting cost search 60 of 50; ads 30, and nobody 10, without a plan."""
    folder: Path = tmp_path_factory.mktemp("plans") / "books"
    plan = "date,product,plan\n2026-09,search,50\n"
    return report_of(books_of(folder, pnl_yaml=f"{PNL}budget: {{Hosting: plan}}\n", plan_csv=plan), period="2026-09")


def test_of_a_line_with_plans_what_lacks_one_is_not_planned(found: PnlReport) -> None:
    compared = Compared.of(found, "2026-09", ["Hosting"])
    rows = {each.member[0]: each for each in compared.rows()}
    assert [*rows] == ["search", "ads", None]
    assert {name: told(each) for name, each in rows.items()} == {
        "search": {"beyond_plan": 10}, "ads": {"not_planned": 30}, None: {"not_planned": 10},
    }  # fmt: skip
    assert [each.has_plan for each in rows.values()] == [True, False, False]
    assert told(compared.total()) == {"beyond_plan": 10, "not_planned": 40}
    assert [each.code for each in compared.without_plan()] == ["FM2520"]


def of_nobody(
    folder: Path, *rows: str, more: str = "", by: str = "product", sizes: tuple[str, ...] = ("search",)
) -> Change:
    """Return what is nobody's of hosting, 10, beside a plan with these rows and search 50."""
    plan = "\n".join(("date,product,plan", "2026-09,search,50", *rows, ""))
    books = books_of(folder / "books", pnl_yaml=f"{PNL}budget: {{Hosting: plan}}\n{more}", plan_csv=plan)
    books.write("sizes.csv", "product,size\n" + "".join(f"{name},large\n" for name in sizes))
    compared = Compared.of(report_of(books, by, period="2026-09"), "2026-09", ["Hosting"])
    (row,) = [each for each in compared.rows() if each.member == (None,)]
    total = compared.total()
    assert sum(total.effects) == total.change
    return row


def test_the_plan_of_a_product_that_nobody_knows_is_no_plan_of_what_is_nobodys(tmp_path: Path) -> None:
    row = of_nobody(tmp_path, "2026-09,ghost,7")
    assert told(row) == {"beyond_plan": -7, "not_planned": 10}
    assert row.has_plan
    assert row.before == 7
    assert row.after == 10


def test_a_plan_without_a_product_is_the_plan_of_what_is_nobodys(tmp_path: Path) -> None:
    assert told(of_nobody(tmp_path / "alone", "2026-09,,7")) == {"beyond_plan": 3}
    assert told(of_nobody(tmp_path / "both", "2026-09,,7", "2026-09,ghost,1")) == {"beyond_plan": 2}


def test_by_group_a_plan_of_nobody_knows_whom_stands_apart_unless_a_product_without_a_group_has_one(
    tmp_path: Path,
) -> None:
    """Ads cost 30 of 30; without a group they stand with what is nobody's."""
    rows = "2026-09,ghost,7", "2026-09,ads,30"
    cohorts = "cohorts: {size: {file: sizes.csv, key: product, value: size}}\n"
    grouped = of_nobody(tmp_path / "grouped", *rows, more=cohorts, by="size", sizes=("search", "ads"))
    assert told(grouped) == {"beyond_plan": -7, "not_planned": 10}
    assert told(of_nobody(tmp_path / "apart", *rows, more=cohorts, by="size")) == {"beyond_plan": 3}


def test_parts_of_a_statement_are_all_of_its_cloud_lines(found: PnlReport) -> None:
    every, hosting = Compared.of(found, "2026-09"), Compared.of(found, "2026-09", ["Hosting"])
    others = Compared.of(found, "2026-09", ["Platform", "Support"])
    assert every.names == ["Platform", "Hosting", "Support"]
    assert (every.has_plans, hosting.has_plans, others.has_plans) == (True, True, False)
    assert every.total().after == hosting.total().after + others.total().after == 148
    assert [*others.without_plan()] == [*every.unknown()] == []
