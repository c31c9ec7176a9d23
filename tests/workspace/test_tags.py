"""What a report on tags holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.project import Project, load_project
from finmod.workspace.tags import rule_report, tag_report
from tests.tagged import tagged

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the tagged project; no test changes it."""
    return load_project(tagged(tmp_path_factory.mktemp("report") / "books").root)


def test_a_report_looks_at_the_month_and_the_one_before(project: Project) -> None:
    report = tag_report(project)
    assert (report.month, report.before) == (SEPTEMBER, AUGUST)
    assert [(each.month, each.dimension) for each in report.compliance] == [
        (AUGUST, "product"), (SEPTEMBER, "product"), (AUGUST, "team"), (SEPTEMBER, "team"),
    ]  # fmt: skip
    assert [each.dimension for each in report.of_month] == ["product", "team"]
    assert [each.dimension for each in report.missed] == ["product"]
    assert (report.groups, len(report.drift), len(report.untaggable)) == ((), 7, 1)
    assert [finding.code for finding in report.findings] == ["FM2020"]


def test_each_measure_finds_itself_in_the_month_before(project: Project) -> None:
    report = tag_report(project)
    product = report.of_month[0]
    before = report.earlier(product)
    assert before is not None
    assert (before.month, before.dimension, before.currency) == (AUGUST, "product", "USD")
    assert report.earlier(before) is before


def test_the_first_month_has_none_before(project: Project) -> None:
    report = tag_report(project, AUGUST)
    assert (report.before, report.drift, report.missed != []) == (None, (), True)
    assert report.earlier(report.of_month[0]) is None


def test_groups_are_those_of_the_month_alone(project: Project) -> None:
    report = tag_report(project, by="account", trend=2)
    assert {each.month for each in report.groups} == {SEPTEMBER}
    assert {each.group for each in report.groups} == {"1", "2"}


def test_a_trend_of_one_month_has_one(project: Project) -> None:
    assert tag_report(project, trend=1).trend == (SEPTEMBER,)
    assert {each.month for each in tag_report(project, trend=1).of_trend} == {SEPTEMBER}
    assert tag_report(project, trend=9).trend == (AUGUST, SEPTEMBER)


def test_a_word_that_nothing_is_called_is_refused(project: Project) -> None:
    with pytest.raises(UserError, match="compliance cannot be told by 'acount'") as caught:
        tag_report(project, by="acount")
    assert "Did you mean 'account'?" in str(caught.value)


def test_rules_are_told_of_some_months_and_of_one_dimension(project: Project) -> None:
    assert [use.names for use in rule_report(project)] == [2, 2, 0, 1, 2, 3]
    assert [use.names for use in rule_report(project, months=2)][:2] == [3, 2]
    assert [use.names for use in rule_report(project, AUGUST, dimension="product")] == [1, 0, 0]
    with pytest.raises(UserError, match=r"'produkt' is no dimension of taxonomy\.yaml"):
        rule_report(project, dimension="produkt")


def test_values_and_names_may_be_called_anything(tmp_path: Path) -> None:
    evil = "'); DROP TABLE names; --"
    text = f'dimensions: {{product: {{values: ["{evil}"], from: [{{tag: product}}, {{is: "{evil}"}}]}}}}\n'
    report = tag_report(load_project(tagged(tmp_path / "books", text).root), by="product")
    assert {each.group for each in report.groups} == {evil}
