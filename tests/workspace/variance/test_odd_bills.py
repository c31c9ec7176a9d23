"""Bills that suppliers write now and then: each was once told wrong, or stopped the comparison."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.applied import HALVES
from tests.books import DROP, bill
from tests.tagged import EURO, charge
from tests.variances import ADS, CLUSTER, SEARCH, books_of, by_the_day, codes, member, report_of, told, used

D = Decimal


def test_a_place_of_five_million_with_a_small_change_ties(tmp_path: Path) -> None:
    made = books_of(tmp_path / "books", used(8, "i-1", SEARCH, "4100000", "1"), used(9, "i-1", SEARCH, "4100001", "1"))
    report = report_of(made, "product")
    assert sum(report.total.effects) == report.total.change == 1


def test_a_closed_month_in_euros_that_is_shared_anew_has_the_amounts_of_the_books(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "31", "1", **EURO), used(9, "i-1", SEARCH, "30", "1", **EURO),
        used(8, "i-4", CLUSTER, "31", "1", **EURO), used(9, "i-4", CLUSTER, "30", "1", **EURO),
        fx="2026-08-01,EUR,USD,1\n2026-09-01,EUR,USD,1\n",
    )  # fmt: skip
    assert made.run("close", "2026-08").code == 0
    made.write("allocation.yaml", HALVES)
    assert made.run("apply").code == 0
    asked = "SELECT x_Product, sum(x_ReportingEffectiveCost) AS r FROM allocated_daily WHERE x_BillingPeriod = "
    books = {row["x_Product"]: D(row["r"]) for row in made.query(f"{asked}'2026-09-01' GROUP BY 1")}
    report = report_of(made, "product")
    assert {name: member(report, name).after for name in ("search", "ads")} == books


def test_a_change_of_rules_is_no_move_of_drivers(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-4", CLUSTER, "310", "1"), used(9, "i-4", CLUSTER, "300", "1"),
        used(8, "i-1", SEARCH, "31", "1"), used(9, "i-1", SEARCH, "30", "1"),
    )  # fmt: skip
    assert made.run("close", "2026-08").code == 0
    made.write("allocation.yaml", HALVES)
    assert made.run("apply").code == 0
    assert "allocation_shares" not in told(member(report_of(made, "product"), "search"))


def test_a_bill_that_was_restated_shifts_shares_and_is_no_change_of_rules(tmp_path: Path) -> None:
    """Support of 60 is shared by cost: of search 300 and ads 300 each has a half, of 600 and 300 it is 40 and 20."""
    support = charge(8, "60", "", "", ServiceName="Support")
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "300", "1"), used(8, "i-2", ADS, "300", "1"), support,
        used(9, "i-1", SEARCH, "300", "1"),
    )  # fmt: skip
    assert made.run("close", "2026-08").code == 0
    restated = (used(8, "i-1", SEARCH, "600", "1"), used(8, "i-2", ADS, "300", "1"), support)
    made.load(made.write("b.csv", bill(*restated, used(9, "i-1", SEARCH, "300", "1"))), *DROP)
    assert made.run("apply").code == 0
    report = report_of(made, "product", period="2026-08", against="close")
    assert told(report.total) == {"restatement": 300}
    assert told(member(report, "search")) == {"restatement": 300, "allocation_shares": 10}
    assert told(member(report, "ads")) == {"allocation_shares": -10}


def test_owners_that_nearly_cancel_have_no_wild_effects(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", SEARCH, "300", "1"),
        used(8, "i-1", ADS, "10", "1"), used(9, "i-1", ADS, "-299.99", "1"),
    )  # fmt: skip
    rows = report_of(made, "product").rows
    assert max(abs(amount) for each in rows for amount in each.effects) < 1_000


def test_owners_that_cancel_to_a_millionth_do_not_fail(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", SEARCH, "300", "1"),
        used(8, "i-1", ADS, "10", "1"), used(9, "i-1", ADS, "-299.999999", "1"),
    )  # fmt: skip
    report_of(made, "product")


@pytest.mark.parametrize("units", [("", "Hours"), ("Hours", "")])
def test_a_unit_that_one_month_does_not_tell_does_not_fail(tmp_path: Path, units: tuple[str, str]) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "310", "1", PricingUnit=units[0]),
        used(9, "i-1", SEARCH, "300", "1", PricingUnit=units[1]), apply=False,
    )  # fmt: skip
    report = report_of(made)
    assert sum(report.total.effects) == -10


def test_without_an_allocation_pool_is_refused_in_words_or_told(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "31", "1"), used(9, "i-1", SEARCH, "30", "1"), apply=False
    )
    assert made.run("variance", "--by", "pool").code in {0, 1}


def test_a_close_before_any_allocation_is_refused_by_product_in_words(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "31", "1"), used(9, "i-1", SEARCH, "30", "1"), apply=False
    )
    assert made.run("close", "2026-08").code == 0
    assert made.run("apply").code == 0
    assert made.run("variance", "2026-09", "--against", "close:2026-08", "--by", "product").code in {0, 1}


def test_a_new_service_without_resources_is_a_new_service(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "31", "1"), used(9, "i-1", SEARCH, "30", "1"),
        used(9, "", "", "100", "1", ServiceName="Tokens"), apply=False,
    )  # fmt: skip
    assert told(report_of(made).total) == {"days": -1, "new_services": 100}


def test_a_resource_has_all_charges_that_name_it(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", SEARCH, "300", "1"),
        charge(9, "-100", "i-1", SEARCH, ChargeClass="Correction"),
        charge(9, "-50", "i-1", SEARCH, ChargeCategory="Credit"), apply=False,
    )  # fmt: skip
    assert member(report_of(made, "resource"), "i-1").after == 150


def test_one_currency_has_no_effect_of_exchange_rates(tmp_path: Path) -> None:
    charges = [
        used(month, f"i-{at}", SEARCH, f"{at * 17.123457 + month:f}", f"{at * 1.234567 + 10 + month / 7:f}",
             SkuId=f"{at}")
        for at in range(1, 40) for month in (8, 9)
    ]  # fmt: skip
    assert set(told(report_of(books_of(tmp_path / "books", *charges, apply=False)).total)) <= {
        "volume", "mix", "days", "list_price",
    }  # fmt: skip


def test_a_fee_by_the_month_has_no_effect_in_a_month_that_is_not_told_whole(tmp_path: Path) -> None:
    def of_day(month: int, day: int) -> dict[str, str]:
        end = f"2026-{month:02}-{day + 1:02}T00:00:00Z" if day < 31 else "2026-09-01T00:00:00Z"
        return {"ChargePeriodStart": f"2026-{month:02}-{day:02}T00:00:00Z", "ChargePeriodEnd": end}

    fee = {"PricingUnit": "Months", "ChargeCategory": "Purchase", "ChargeFrequency": "Recurring", "SkuId": "fee"}
    charges = [used(8, "i-1", SEARCH, "10", "1", **of_day(8, day)) for day in range(1, 32)]
    charges += [used(9, "i-1", SEARCH, "10", "1", **of_day(9, day)) for day in range(1, 11)]
    charges += [used(8, "f-1", SEARCH, "1", "500", **fee, ChargePeriodEnd="2026-09-01T00:00:00Z")]
    charges += [used(9, "f-1", SEARCH, "1", "500", **fee, ChargePeriodEnd="2026-10-01T00:00:00Z")]
    report = report_of(books_of(tmp_path / "books", *charges, apply=False), "resource")
    assert told(member(report, "f-1")) == {}


def test_a_source_that_begins_within_a_month_is_said(tmp_path: Path) -> None:
    report = report_of(books_of(tmp_path / "books", *by_the_day(8, 16, 31), *by_the_day(9, 1, 30), apply=False))
    (said,) = [each.message for each in report.findings if each.code == "FM2511"]
    assert said.startswith("2026-08 is not told whole: saas since 2026-08-16.")
    assert told(report.total) == {"days": 140}


def test_a_month_with_a_gap_at_its_end_is_said_though_the_next_is_there(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", *by_the_day(7, 1, 31), *by_the_day(8, 1, 10), *by_the_day(9, 1, 30), apply=False
    )
    report = report_of(made)
    (said,) = [each.message for each in report.findings if each.code == "FM2511"]
    assert said.startswith("2026-08 is not told whole: saas until 2026-08-10.")
    assert told(report.total) == {"days": 200}


def test_a_target_and_a_pool_together_are_told_what_the_table_says(tmp_path: Path) -> None:
    made = books_of(tmp_path / "books", used(8, "i-4", CLUSTER, "310", "1"), used(9, "i-4", CLUSTER, "600", "1"))
    own = member(report_of(made, "product", "pool"), "search", "cluster").effect("volume")
    said = made.run("variance", "--effect", "volume", "--of", "product=search", "--of", "pool=cluster")
    assert said.out.splitlines()[0].endswith(f"+{own:,.2f}")


def test_the_table_has_one_row_of_its_grain(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "31", "1", **EURO), used(9, "i-1", SEARCH, "30", "1", **EURO),
        used(8, "i-2", SEARCH, "31", "1"), used(9, "i-2", SEARCH, "30", "1"),
        fx="2026-08-01,EUR,USD,1\n2026-09-01,EUR,USD,1\n",
    )  # fmt: skip
    rows = made.query("SELECT x_Effect, count(*) AS n FROM variance_monthly GROUP BY ALL")
    assert all(row["n"] == 1 for row in rows)


def test_a_short_row_of_events_is_refused_in_words(tmp_path: Path) -> None:
    made = books_of(tmp_path / "books", used(8, "i-1", SEARCH, "31", "1"), used(9, "i-1", SEARCH, "60", "1"))
    made.write("finmod.yaml", (made.root / "finmod.yaml").read_text(encoding="utf-8") + "events: events.csv\n")
    made.write("events.csv", "date,event\n2026-09-03\n")
    assert made.run("variance", "--causes").code in {0, 1}


def test_a_dimension_called_effect_keeps_the_table_readable(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "31", "1"), used(9, "i-1", SEARCH, "60", "1"), apply=False
    )
    made.write("taxonomy.yaml", "dimensions:\n  effect: {values: {search: {}}, from: [{tag: product}]}\n")
    made.write("allocation.yaml", "to: [effect]\n")
    said = made.run("apply")
    assert said.code == 1 or made.run("query", "SELECT count(*) FROM variance_monthly").code == 0


def test_what_was_free_and_costs_now_is_a_change_of_price(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "310", "0"), used(9, "i-1", SEARCH, "300", "1"), apply=False
    )  # fmt: skip
    assert told(report_of(made).total) == {"days": -5, "list_price": 305}


def test_one_price_has_no_effect_of_mix(tmp_path: Path) -> None:
    made = books_of(
        tmp_path / "books", used(8, "i-1", SEARCH, "310", "1"), used(9, "i-1", SEARCH, "310", "1"),
        used(8, "i-2", SEARCH, "310", "1"), used(9, "i-2", SEARCH, "600", "1"), apply=False,
    )  # fmt: skip
    assert "mix" not in told(report_of(made).total)


@pytest.mark.parametrize("unit", ["1000 Requests", "Requests"])
def test_units_of_one_sku_are_told_in_one_where_some_are_counted_otherwise(tmp_path: Path, unit: str) -> None:
    many = unit == "1000 Requests"
    made = books_of(
        tmp_path / "books",
        used(8, "i-1", SEARCH, "31000", "0.001", PricingUnit="Requests"),
        used(8, "i-2", SEARCH, "31000", "0.001", PricingUnit="Requests"),
        used(9, "i-1", SEARCH, "60" if many else "60000", "1" if many else "0.001", PricingUnit=unit),
        used(9, "i-2", SEARCH, "30000", "0.001", PricingUnit="Requests"), apply=False,
    )  # fmt: skip
    report = report_of(made)
    found = told(report.total)
    assert set(found) == {"days", "volume"}
    assert sum(found.values()) == 28
    assert ("FM2515" in codes(report)) == many


@pytest.mark.parametrize(("service", "effect"), [
    ("AWS Support (Business)", "support"), ("AWSSupportBusiness", "support"), ("AWS Support [Enterprise]", "support"),
    ("AWS Business Support+", "support"), ("AWSEnterpriseOnRamp", "support"), ("Azure Support", "support"),
    ("Professional Direct", "support"), ("Support", "support"), ("Premium Support", "support"),
    ("Enhanced Support", "support"), ("Cloud Customer Care", "support"),
    ("Customer Support Chat API", "new_services"), ("Support Desk by Example Ltd", "new_services"),
    ("AWS Support App in Slack", "new_services"),
])  # fmt: skip
def test_support_is_what_suppliers_call_their_plans(tmp_path: Path, service: str, effect: str) -> None:
    made = books_of(tmp_path / "books", used(8, "i-1", SEARCH, "31", "1"), used(9, "i-1", SEARCH, "30", "1"),
                    charge(9, "100", "", "", ServiceName=service, PricingQuantity="1", PricingUnit="Units"),
                    apply=False)  # fmt: skip
    assert told(report_of(made).total) == {"days": -1, effect: 100}


def test_a_surcharge_for_old_software_is_no_support_plan(tmp_path: Path) -> None:
    surcharge = {"ServiceSubcategory": "Support", "SkuMeter": "USE1-ExtendedSupport:Yr1-Yr2:MySQL5.7"}
    made = books_of(tmp_path / "books", used(8, "i-1", SEARCH, "310", "1", **surcharge),
                    used(9, "i-1", SEARCH, "600", "1", **surcharge), apply=False)  # fmt: skip
    assert set(told(report_of(made).total)) == {"days", "volume"}
