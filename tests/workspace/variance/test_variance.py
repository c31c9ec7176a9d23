"""The variance of a project: causes that bills tell, exact sums, and what is said where something lacks."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.models.variance.effects import EFFECTS
from finmod.settings.project import load_project
from finmod.workspace.variance.variance import Made, Wanted, variance
from finmod.workspace.variance.variance import report_of as report_made
from tests.books import Books, bill
from tests.once import demo_once
from tests.tagged import EURO, charge
from tests.variances import ADS, CLUSTER, SEARCH, books_of, codes, member, report_of, told, used

D = Decimal
SEPTEMBER = {"ChargePeriodEnd": "2026-10-01T00:00:00Z"}


def test_every_cause_of_a_bill_is_an_effect_of_its_own(small: Books) -> None:
    """31 hours a day become 20 a day: search 10 to 20 a day in 31 and 30 days, ads 2.00 to 3.00 each."""
    report = report_of(small)
    assert report.total.before == 310 + 62 + 310 + 40
    assert report.total.after == 600 + 90 + 600 + 12
    found = told(report.total)
    assert set(found) == {"volume", "days", "list_price", "ended_resources", "tax"}
    assert found["ended_resources"] == -40
    assert found["tax"] == 12
    assert found["list_price"] == D("30.5")
    assert sum(report.total.effects) == report.total.change


def test_products_have_their_own_effects_and_their_parts_of_the_pool(small: Books) -> None:
    report = report_of(small, "product")
    search, ads = member(report, "search"), member(report, "ads")
    assert search.before == 310 + D("232.5")
    assert search.after == 600 + 450
    assert set(told(search)) == {"volume", "days"}
    assert set(told(ads)) == {"volume", "days", "list_price", "ended_resources"}
    assert told(ads)["list_price"] == D("30.5")
    assert told(member(report, None)) == {"tax": 12}


@pytest.mark.parametrize("by", [("product",), ("service",), ("source", "category"), ("product", "service"), ("pool",),
                                ("resource",), ("account", "region", "sku")])  # fmt: skip
def test_effects_of_members_sum_to_those_of_everything_to_the_last_digit(small: Books, by: tuple[str, ...]) -> None:
    report = report_of(small, *by)
    for at, effect in enumerate(EFFECTS):
        assert sum(each.effects[at] for each in report.rows) == report.total.effects[at], effect.name
    for each in (*report.rows, report.total):
        assert sum(each.effects) == each.change == each.after - each.before
    assert all(proof.holds for proof in report.proofs)


def test_the_largest_change_stands_first_and_what_is_nobodys_last(small: Books) -> None:
    report = report_of(small, "product")
    assert [each.member for each in report.rows] == [("search",), ("ads",), (None,)]


def test_proofs_are_of_each_month_and_currency(small: Books) -> None:
    found = [(each.state, each.currency, each.ledger, each.holds) for each in report_of(small).proofs]
    assert found == [(0, "USD", D(722), True), (1, "USD", D(1302), True)]


def test_targets_that_have_less_than_was_compared_are_no_proof(made: Made) -> None:
    """A millionth of a millionth that targets lack is told of either month, as an error."""
    for at, side in enumerate(("before", "after")):
        units = getattr(made.facts, side).copy()
        units[0] -= 1
        report = report_made(replace(made, facts=replace(made.facts, **{side: units})), Wanted(by=("product",)))
        (odd,) = [each for each in report.proofs if not each.holds]
        assert (odd.state, odd.currency) == (at, "USD")
        assert odd.compared - odd.ledger == D("-0.000000000001")
        assert codes(report) == ["FM2510"]


def test_a_discount_a_credit_a_fee_and_unused_commitments_are_told_apart(tmp_path: Path) -> None:
    unused = {
        "CommitmentDiscountId": "sp-1",
        "CommitmentDiscountStatus": "Unused",
        "CommitmentDiscountCategory": "Spend",
    }
    made = books_of(
        tmp_path / "books",
        used(8, "i-1", SEARCH, "310", "1"),
        used(9, "i-1", SEARCH, "300", "1", cost="270", ContractedCost="270", ContractedUnitPrice="0.9"),
        charge(9, "-5", "", "", ChargeCategory="Credit"),
        charge(8, "3", "", "", **unused),
        charge(9, "7", "", "", **unused),
        charge(9, "20", "", "", ChargeCategory="Purchase", ChargeFrequency="One-Time"),
        charge(9, "11", "", "", ServiceName="Support"),
        charge(9, "-2", "i-1", SEARCH, ChargeClass="Correction"),
    )
    found = told(report_of(made).total)
    assert set(found) == {"negotiated_discount", "credits", "unused_commitments", "one_time_fees", "support", "days",
                          "restatement"}  # fmt: skip
    wanted = {"credits": -5, "unused_commitments": 4, "one_time_fees": 20, "support": 11, "restatement": -2}
    assert {name: found[name] for name in wanted} == wanted


def test_cover_of_half_of_the_use_is_coverage(tmp_path: Path) -> None:
    held = {"CommitmentDiscountId": "sp-1", "CommitmentDiscountStatus": "Used", "PricingCategory": "Committed"}
    made = books_of(
        tmp_path / "books",
        used(8, "i-1", SEARCH, "310", "1"),
        used(9, "i-1", SEARCH, "150", "1"),
        used(9, "i-1", SEARCH, "150", "1", cost="105", **held),
    )
    found = told(report_of(made).total)
    assert set(found) == {"days", "commitment_coverage"}


def test_a_covered_resource_has_the_price_of_its_sku(tmp_path: Path) -> None:
    """A supplier that tells no price of covered use tells that of others of the SKU: the rest is coverage."""
    held = {"CommitmentDiscountId": "r-1", "CommitmentDiscountStatus": "Used", "PricingCategory": "Committed",
            "ListCost": "", "ListUnitPrice": "", "ContractedCost": "", "ContractedUnitPrice": ""}  # fmt: skip
    made = books_of(
        tmp_path / "books",
        used(8, "i-1", SEARCH, "310", "1"),
        used(9, "i-1", SEARCH, "300", "1", cost="200", **held),
        used(8, "i-2", SEARCH, "31", "1"),
        used(9, "i-2", SEARCH, "30", "1"),
    )
    assert set(told(report_of(made).total)) == {"days", "commitment_coverage"}


def test_a_dearer_currency_is_an_effect_of_exchange_rates(tmp_path: Path) -> None:
    """310 EUR at 1.00 become 300 EUR at 1.50: ten a day, and a rate that rose by half."""
    made = books_of(
        tmp_path / "books",
        used(8, "i-1", SEARCH, "310", "1", **EURO),
        used(9, "i-1", SEARCH, "300", "1", **EURO),
        used(8, "i-4", CLUSTER, "31", "1", **EURO),
        used(9, "i-4", CLUSTER, "30", "1", **EURO),
        fx="2026-08-01,EUR,USD,1\n2026-09-01,EUR,USD,1.5\n",
    )
    report = report_of(made, "product")
    assert report.total.after == 495
    assert set(told(report.total)) == {"days", "fx"}
    for at in range(len(EFFECTS)):
        assert sum(each.effects[at] for each in report.rows) == report.total.effects[at]
    assert set(told(member(report, "search"))) <= {"days", "fx"}


def test_a_unit_that_is_another_size_of_the_same_is_converted(tmp_path: Path) -> None:
    """3,100,000 requests at 0.00002 become 3,000 thousands at 0.02: ten a day either way, and no wild price."""
    made = books_of(
        tmp_path / "books",
        used(8, "i-1", SEARCH, "3100000", "0.00002", PricingUnit="Requests"),
        used(9, "i-1", SEARCH, "3000", "0.02", PricingUnit="1000 Requests"),
    )
    report = report_of(made)
    assert set(told(report.total)) == {"days"}
    (said,) = [each for each in report.findings if each.code == "FM2515"]
    assert said.message.startswith("Units of quantity changed: Requests is now 1000 Requests.")


def test_a_unit_that_nobody_can_convert_is_an_effect_of_its_own(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books",
        used(8, "i-1", SEARCH, "310", "1", PricingUnit="Widgets"),
        used(9, "i-1", SEARCH, "30", "11", PricingUnit="Crates"),
    )
    report = report_of(made)
    assert told(report.total) == {"unit_change": 20}
    (said,) = [each for each in report.findings if each.code == "FM2516"]
    assert said.message.startswith(
        "Units changed, and nothing tells how many of the new one the old one is: Widgets is now Crates."
    )
    assert said.amount == 20


def test_a_resource_that_gets_another_name_moves_cost_and_makes_none(tmp_path: Path) -> None:
    """The cost of i-1 was called search and is called ads."""
    made = books_of(tmp_path / "books", used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", ADS, "300", "1"))
    report = report_of(made, "product")
    assert told(report.total) == {"days": -10}
    assert told(member(report, "search")) == {"days": -5, "allocation_shares": -305}
    assert told(member(report, "ads")) == {"days": -5, "allocation_shares": 305}


def test_a_pool_that_is_shared_otherwise_since_a_close_is_an_effect_of_rules(tmp_path: Path) -> None:
    """August was closed when search had three quarters of the cluster; today it has half."""
    made = books_of(
        tmp_path / "books", used(8, "i-4", CLUSTER, "310", "1"), used(9, "i-4", CLUSTER, "300", "1"),
        used(8, "i-1", SEARCH, "31", "1"), used(9, "i-1", SEARCH, "30", "1"),
        used(8, "i-2", ADS, "31", "1", SubAccountId="5"), used(9, "i-2", ADS, "30", "1", SubAccountId="5"),
    )  # fmt: skip
    before = member(report_of(made, "product"), "search").after
    assert before == 30 + 225
    said = made.run("close", "2026-08")
    assert said.code == 0, said.err
    text = (made.root / "allocation.yaml").read_text(encoding="utf-8")
    made.write("allocation.yaml", text.replace("{search: 0.75, ads: 0.25}", "{search: 0.5, ads: 0.5}"))
    said = made.run("apply")
    assert said.code == 0, said.err
    report = report_of(made, "product")
    found = told(member(report, "search"))
    assert found["allocation_rules"] < 0
    assert sum(each.effect("allocation_rules") for each in report.rows) == 0
    for each in report.rows:
        assert sum(each.effects) == each.change


def test_a_month_compared_with_how_it_was_closed_has_changed_in_nothing(tmp_path: Path) -> None:
    made = books_of(tmp_path / "books", used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", SEARCH, "300", "1"))
    assert made.run("close", "2026-08").code == 0
    report = report_of(made, "product", period="2026-08", against="close")
    assert report.before.label == "2026-08 as closed"
    assert told(report.total) == {}
    later = report_of(made, against="close:2026-08")
    assert told(later.total) == {"days": -10}


def test_what_restated_a_closed_month_later_is_a_restatement_against_its_close(tmp_path: Path) -> None:
    """August was closed at 310; a bill of September says that it was 300, which is booked in September."""
    made = books_of(tmp_path / "books", used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", SEARCH, "300", "1"))
    assert made.run("close", "2026-08").code == 0
    made.load(made.write("a.csv", bill(used(8, "i-1", SEARCH, "300", "1"), used(9, "i-1", SEARCH, "300", "1"))))
    assert made.run("apply").code == 0
    report = report_of(made, "product", period="2026-08", against="close")
    assert report.after.label == "2026-08 as it is known now"
    assert told(report.total) == {"restatement": -10}
    assert told(member(report, "search")) == {"restatement": -10}
    assert all(proof.holds for proof in report.proofs)
    assert told(report_of(made, period="2026-09").total) == {"days": -10, "restatement": -10}


def test_later_rules_for_a_closed_month_are_an_effect_of_rules_against_its_close(tmp_path: Path) -> None:
    made = books_of(tmp_path / "books", used(8, "i-4", CLUSTER, "310", "1"), used(9, "i-4", CLUSTER, "300", "1"))
    assert made.run("close", "2026-08").code == 0
    text = (made.root / "allocation.yaml").read_text(encoding="utf-8")
    made.write("allocation.yaml", text.replace("{search: 0.75, ads: 0.25}", "{search: 0.5, ads: 0.5}"))
    assert made.run("apply").code == 0
    report = report_of(made, "product", period="2026-08", against="close")
    assert told(report.total) == {}
    assert told(member(report, "search")) == {"allocation_rules": D("-77.5")}
    assert told(member(report, "ads")) == {"allocation_rules": D("77.5")}


def test_without_an_allocation_everything_but_targets_is_told(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", SEARCH, "300", "1"), apply=False
    )
    report = report_of(made, "service")
    assert told(report.total) == {"days": -10}
    assert "FM2518" in codes(report)
    with pytest.raises(UserError, match=r"--by names 'product', which cost cannot be told by"):
        report_of(made, "product")
    with pytest.raises(UserError, match=r"--by names 'pool', which cost cannot be told by"):
        report_of(made, "pool")


def test_a_month_that_is_not_told_whole_is_said_and_its_days_are_an_effect_of_days(tmp_path: Path) -> None:
    """August by the day; September until the tenth, at the same pace."""

    def of_day(month: int, day: int) -> dict[str, str]:
        end = f"2026-{month:02}-{day + 1:02}T00:00:00Z" if day < 31 else "2026-09-01T00:00:00Z"
        return {"ChargePeriodStart": f"2026-{month:02}-{day:02}T00:00:00Z", "ChargePeriodEnd": end}

    charges = [used(8, "i-1", SEARCH, "10", "1", **of_day(8, day)) for day in range(1, 32)]
    charges += [used(9, "i-1", SEARCH, "10", "1", **of_day(9, day)) for day in range(1, 11)]
    report = report_of(books_of(tmp_path / "books", *charges, apply=False))
    assert told(report.total) == {"days": -210}
    (finding,) = [each for each in report.findings if each.code == "FM2511"]
    assert finding.message.startswith("2026-09 is not told whole: saas until 2026-09-10.")


def test_shared_cost_has_no_resource(small: Books) -> None:
    with pytest.raises(UserError, match=r"what is shared out has no account, region, SKU or resource of its own"):
        report_of(small, "product", "resource")


def test_the_demo_ties_by_product_and_team_effect_by_effect(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = demo_once(tmp_path_factory).folder
    report = variance(load_project(root), Wanted(by=("product", "team")))
    for at, effect in enumerate(EFFECTS):
        assert sum(each.effects[at] for each in report.rows) == report.total.effects[at], effect.name
    assert all(sum(each.effects) == each.change for each in report.rows)
    assert not any(each.effect("allocation_rules") for each in report.rows)
    assert report.findings == ()
