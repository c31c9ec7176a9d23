"""A statement beside its plans: whose plan there is, and which effect a difference is."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.models.pnl_report import PnlReport
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
    assert [*rows] == ["ads", "search", None]
    assert {name: told(each) for name, each in rows.items()} == {
        "search": {"beyond_plan": 10}, "ads": {"not_planned": 30}, None: {"not_planned": 10},
    }  # fmt: skip
    assert [each.has_plan for each in rows.values()] == [False, True, False]
    assert told(compared.total()) == {"beyond_plan": 10, "not_planned": 40}
    assert [each.code for each in compared.without_plan()] == ["FM2520"]


def test_parts_of_a_statement_are_all_of_its_cloud_lines(found: PnlReport) -> None:
    every, hosting = Compared.of(found, "2026-09"), Compared.of(found, "2026-09", ["Hosting"])
    others = Compared.of(found, "2026-09", ["Platform", "Support"])
    assert every.names == ["Platform", "Hosting", "Support"]
    assert (every.has_plans, hosting.has_plans, others.has_plans) == (True, True, False)
    assert every.total().after == hosting.total().after + others.total().after == 148
    assert [*others.without_plan()] == [*every.unknown()] == []
