"""Savings of real and foreign-made bills: what is found there, and that no more is saved than is paid.

The files stand beside the project, in ../shared/data, and are no part of it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.settings.project import Project
from finmod.terms.money import known_sum
from finmod.workspace.savings.savings import SavingsReport, Wanted, savings
from tests.journeys.bills import ABSENT, DATA, load, new_project, rows

pytestmark = [pytest.mark.journey, pytest.mark.skipif(not DATA.is_dir(), reason=ABSENT)]


def _found(report: SavingsReport) -> list[tuple[str, str | None, Decimal | None, Decimal | None]]:
    return [
        (each.candidate.rule.name, each.candidate.about.group.resource, each.candidate.cost, each.amount)
        for each in report.savings
    ]


def _no_more_is_saved_than_is_paid(project: Project, report: SavingsReport) -> None:
    ((paid,),) = rows(
        project,
        f"SELECT sum(EffectiveCost) FILTER (EffectiveCost > 0) FROM charges WHERE x_BillingPeriod = '{report.month}'",
    )
    assert (known_sum(each.amount for each in report.savings) or Decimal(0)) <= paid
    of_resource = dict(rows(project, "SELECT ResourceId, sum(EffectiveCost) FROM charges WHERE EffectiveCost > 0 "
                            f"AND x_BillingPeriod = '{report.month}' GROUP BY 1"))  # fmt: skip
    saved: dict[str, Decimal] = {}
    for each in report.savings:
        name = each.candidate.about.group.resource_id
        if name is not None and each.amount is not None:
            saved[name] = saved.get(name, Decimal(0)) + each.amount
    assert all(amount <= of_resource[name] for name, amount in saved.items())


def test_the_focus_sample_has_three_machines_of_a_previous_generation(tmp_path: Path) -> None:
    """An anonymised bill of many companies: idle addresses and gp2 volumes are in it too, at no cost."""
    project = new_project(tmp_path)
    load(project, "sample", "focus", DATA / "focus/focus_sample_1000_focus1.0.csv")

    report = savings(project, Wanted(month=date(2024, 9, 1)))

    assert _found(report) == [
        ("previous-generation-machines", "i-021f2ebl49063f9l1", Decimal(2), Decimal("0.08")),
        ("previous-generation-machines", "i-035fel2la90287a83", Decimal(1), None),
        ("previous-generation-machines", "i-0b3b3095474a3772a", Decimal(1), None),
    ]
    _no_more_is_saved_than_is_paid(project, report)


def test_a_real_cur_of_two_weeks_has_nothing_that_a_bill_could_show(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    load(project, "cur", "aws-cur", DATA / "aws/aws_cur_legacy_anonymised_2023-11.csv")

    report = savings(project, Wanted())

    assert report.savings == ()
    assert [each.code for each in report.findings] == ["FM2553", "FM2560"]


def test_traffic_between_zones_of_a_generated_cur_is_told_without_an_amount(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    load(project, "cur", "aws-cur", DATA / "aws/nise_cur_legacy_2026-09_20k.csv.gz")

    report = savings(project, Wanted())

    ((traffic,),) = rows(
        project, "SELECT sum(EffectiveCost) FROM charges WHERE SkuMeter LIKE '%DataTransfer-Regional%'"
    )
    assert {each.candidate.rule.name for each in report.savings} == {"cross-zone-traffic"}
    assert known_sum(each.candidate.cost for each in report.savings) == traffic
    assert report.total.amount == 0


@pytest.mark.parametrize(
    ("file", "form"),
    [
        ("gcp/nise_gcp_resource_2026-09.csv.gz", "gcp-billing"), ("azure/nise_azure_2026-09.csv.gz", "azure-cost"),
        ("azure/azure_ea_anonymised_2023-09_cad.csv", "azure-cost"), ("oci/oci_cost_2023-11.csv", "oci-cost"),
        ("aws/nise_aws_marketplace_2026-09.csv.gz", "aws-cur"),
    ],
)  # fmt: skip
def test_no_more_is_saved_than_is_paid(file: str, form: str, tmp_path: Path) -> None:
    project = new_project(tmp_path)
    load(project, "bill", form, DATA / file)

    _no_more_is_saved_than_is_paid(project, savings(project, Wanted()))


def test_half_of_a_savings_plan_stands_unused(tmp_path: Path) -> None:
    """The specification's example: 24 hours at 79.11 of which 12 are used, paid upfront for a year."""
    project = new_project(tmp_path)
    file = DATA / "spec_examples/commitment_draft__aws_savings_plan_all_upfront_50pct.csv"
    load(project, "plan", "focus", file, constants={"BillingCurrency": "USD"})

    (saving,) = savings(project, Wanted(rules=("unused-commitments",))).savings

    assert (saving.amount, saving.cash) == (12 * Decimal("79.11"), Decimal(0))
    assert [f"{day}" for day in saving.candidate.about.ends.values()] == ["2027-01-31"]
