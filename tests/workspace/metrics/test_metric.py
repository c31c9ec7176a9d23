"""Figures of metrics of a small project, and what is said where there is none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.errors import UserError
from finmod.settings.project import load_project
from finmod.workspace.apply import apply
from finmod.workspace.drivers import load_drivers
from finmod.workspace.metrics.measures import measures
from tests.applied import ALLOCATION, CHARGES, shared
from tests.books import Books, bill
from tests.metric_books import METRICS, NOW, TWO_MONTHS, ask, days, made, said, values
from tests.tagged import EURO, charge


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return made(tmp_path_factory.mktemp("metric") / "books")


def test_unit_cost_by_product_with_its_reasons(books: Books) -> None:
    report = ask(books, "per_order", "product")
    assert values(report) == [
        ("2026-08", "ads", None), ("2026-09", "ads", "4.266666666667"),
        ("2026-08", "search", "9.533333333333"), ("2026-09", "search", "4.766666666667"),
        ("2026-08", None, None), ("2026-09", None, None),
    ]  # fmt: skip
    assert [each.figure.why for each in report.rows] == ["zero", None, None, None, "missing", "missing"]
    assert values(report, of="totals") == [("2026-08", "14.8"), ("2026-09", "4.933333333333")]
    assert said(report) == [
        "FM2420 per_order is divided by zero in 1 case: no figure is made there",
        "FM2421 per_order has nothing to be divided by in 2 cases: no figure is made there",
    ]
    assert [each.amount for each in report.findings] == [Decimal("42.666666666667"), Decimal("20.000000000000")]
    assert report.version == 1


def test_conditions_of_the_cost_hold_for_its_driver(books: Books) -> None:
    assert values(ask(books, "search_per_order")) == [("2026-08", "9.533333333333"), ("2026-09", "4.766666666667")]


def test_direct_cost_leaves_out_what_is_shared(books: Books) -> None:
    rows = values(ask(books, "direct_per_order", "product"))
    assert ("2026-09", "search", "3") in rows


def test_a_figure_is_compared_with_the_month_before(books: Books) -> None:
    (row,) = ask(books, "search_per_order", compare="previous", first=TWO_MONTHS[1]).rows
    assert (row.before, row.change, row.change_share) == (
        Decimal("9.533333333333"), Decimal("-4.766666666666"), Decimal("-0.5"),
    )  # fmt: skip


def test_levels_are_averaged_over_their_own_days(books: Books) -> None:
    rows = values(ask(books, "per_user", "product"))
    assert ("2026-09", "search", "23.833333333333") in rows  # 95.33 by 4 a day
    assert ("2026-09", "ads", "5.333333333333") in rows  # 42.67 by 8 a day, from the 16th on
    assert ("2026-08", "ads", None) in rows


def test_what_must_not_be_added_up_is_told_by_its_dimension_alone(books: Books) -> None:
    report = ask(books, "per_person")
    assert values(report) == [("2026-08", None), ("2026-09", None)]
    assert said(report) == [
        "FM2424 users must not be added up over product: ask for it --by product, or load it without product"
    ]
    assert ("2026-09", "search", "23.833333333333") in values(ask(books, "per_person", "product"))


def test_a_driver_without_the_dimension_is_that_of_the_whole(books: Books) -> None:
    report = ask(books, "per_rent", "product")
    assert ("2026-08", "search", "1.288288288288") in values(report)
    assert said(report) == [
        "FM2425 rent is not told by product: each part is divided by that of the whole",
    ]
    assert values(report, of="totals") == [("2026-08", "2"), ("2026-09", "4")]


def test_money_without_a_rate_is_unknown_and_says_so(books: Books, tmp_path: Path) -> None:
    report = ask(books, "of_revenue", "product")
    assert all(each.figure.value is None for each in report.rows)
    assert "FM2423 driver revenue is in EUR, which has no rate on 2 days, the first 2026-08-01" in said(report)
    rated = books.copy(tmp_path / "rated")
    rated.write("fx.csv", "date,from,to,rate\n2026-08-31,EUR,USD,1.25\n2026-09-30,EUR,USD,1.5\n")
    rated.write("finmod.yaml", (rated.root / "finmod.yaml").read_text() + "fx: fx.csv\n")
    rows = values(ask(rated, "of_revenue", "product"))
    assert [row for row in rows if row[1] == "search"] == [
        ("2026-08", "search", "0.762666666667"), ("2026-09", "search", "0.317777777778"),
    ]  # fmt: skip


def test_days_that_lack_make_no_figure(tmp_path: Path) -> None:
    gap = "date,product,daily\n" + days("search", 8, range(1, 32), 2) + days("search", 9, range(1, 21), 4)
    report = ask(made(tmp_path / "gap", daily=gap), "per_visit", "product")
    assert ("2026-08", "search", "1.537634408602") in values(report)
    assert ("2026-09", "search", None) in values(report)
    assert "FM2426 driver daily of search has 20 of 30 values in 2026-09: no figure is made there" in said(report)


def test_a_cost_that_charges_lack_is_unknown_unless_they_stay_out(books: Books) -> None:
    report = ask(books, "listed")
    assert [each.figure.why for each in report.rows] == ["unknown", "unknown"]
    assert said(report) == ["FM2422 ListCost of 10 charges is unknown: sums that they belong to are none"]


def test_charges_stay_out_of_a_ratio_of_costs_that_they_lack(tmp_path: Path) -> None:
    listed = [
        charge(9, "6", "i-1", '{"product":"search"}', ListCost="10"),
        charge(9, "5", "i-2", '{"product":"ads"}'),
    ]
    books = shared(tmp_path / "listed", charges=listed)
    books.write("metrics.yaml", METRICS.splitlines()[8] + "\n")
    report = ask(books, "list_ratio")
    assert values(report) == [("2026-09", "0.6")]
    assert said(report)[0] == "FM2429 charges of which EffectiveCost or ListCost is not known stay out"
    assert report.findings[0].amount == 5


def test_quantities_are_told_in_one_unit_or_not_at_all(tmp_path: Path) -> None:
    moved = [
        charge(9, "6", "i-1", "", PricingQuantity="2", PricingUnit="GB", ServiceName="Network"),
        charge(9, "4", "i-2", "", PricingQuantity="0.003", PricingUnit="TB", ServiceName="Network"),
        charge(9, "1", "i-3", "", PricingQuantity="7", PricingUnit="Hours", ServiceName="Machines"),
    ]
    books = shared(tmp_path / "moved", charges=moved)
    books.write("metrics.yaml", METRICS.splitlines()[9] + "\n")
    report = ask(books, "per_gb", "service")
    assert values(report) == [("2026-09", "Machines", None), ("2026-09", "Network", "2")]
    assert "FM2427 PricingQuantity is counted in Hours (1 row), which cannot be told in GB" in said(report)


def test_a_quantity_that_a_charge_lacks_makes_the_sum_unknown(tmp_path: Path) -> None:
    moved = [
        charge(9, "6", "i-1", "", PricingQuantity="2", PricingUnit="GB", ServiceName="Network"),
        charge(9, "6", "i-2", "", PricingUnit="GB", ServiceName="Network"),
    ]
    books = shared(tmp_path / "moved", charges=moved)
    books.write("metrics.yaml", METRICS.splitlines()[9] + "\n")
    report = ask(books, "per_gb")
    assert values(report) == [("2026-09", None)]
    assert said(report) == ["FM2422 PricingQuantity of 1 charge is unknown: sums that they belong to are none"]


def test_nothing_applied_says_what_to_do(tmp_path: Path) -> None:
    books = shared(tmp_path / "fresh")
    with pytest.raises(UserError) as refused:
        ask(books, "cloud_cost")
    assert str(refused.value).splitlines() == [
        (
            "no allocation was applied, so that nothing is known of what targets cost; expected an applied version of "
            "allocation.yaml."
        ),
        "  Look at what it moves with finmod plan, then run: finmod apply. (FM2430, docs/errors.md)",
    ]
    assert values(ask(books, "invoiced_cost")) == [("2026-08", "148"), ("2026-09", "148")]


def test_what_was_loaded_after_the_allocation_is_not_in_the_figures(books: Books, tmp_path: Path) -> None:
    later = books.copy(tmp_path / "later")
    more = later.write("more.csv", bill(charge(10, "5", "i-8", '{"product":"ads"}')))
    assert later.run("load", "--format", "focus", "--source", "other", more).code == 0
    report = ask(later, "cloud_cost")
    assert values(report) == [("2026-08", "148"), ("2026-09", "148")]
    assert said(report) == [
        (
            "FM2431 version 1 of the allocation stands on version 1 of the ledger, which is now at 2: what was loaded "
            "since is not in the figures"
        )
    ]


@pytest.mark.parametrize(
    ("name", "by", "more", "message"),
    [
        (
            "per_order",
            ("produkt",),
            {},
            "'produkt' is no column of allocated cost, by which cost EffectiveCost is told",
        ),
        ("per_order", ("RegionId",), {}, "Write of: charges beside cost in metrics.yaml"),
        ("per_order", (), {"first": date(2027, 1, 1)}, "there is no month of the books from 2027-01 to the last"),
        (
            "invoiced_cost",
            (),
            {"grain": "day"},
            "invoiced_cost is asked for by day, and is made of charges as they were",
        ),
        ("nothing", (), {}, "there is no metric 'nothing'"),
    ],
)
def test_what_cannot_be_asked_is_named(
    books: Books, name: str, by: tuple[str, ...], more: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError) as refused:
        ask(books, name, *by, **more)
    assert message in str(refused.value)


def test_quarters_sum_both_sides_and_tell_that_months_lack(books: Books) -> None:
    report = ask(books, "search_per_order", grain="quarter")
    assert values(report) == [("FY2026 Q3", "6.355555555556")]
    assert said(report) == ["FM2428 FY2026 Q3 has 2 of 3 months: what is told of it is of these"]


def test_days_of_allocated_cost_sum_to_their_month(books: Books) -> None:
    report = ask(books, "cloud_cost", grain="day", first=TWO_MONTHS[1])
    assert sum(each.figure.value or 0 for each in report.rows) == 148
    assert len(report.rows) == 1  # the last charge is of the first day


def test_weeks_are_made_of_days(books: Books, tmp_path: Path) -> None:
    weekly = books.copy(tmp_path / "weekly")
    weekly.write(
        "finmod.yaml",
        (weekly.root / "finmod.yaml").read_text()
        + "fiscal_year_start: 8\ncalendar: {weeks: 4-4-5, first_day: 2026-08-02}\n",
    )
    rows = values(ask(weekly, "cloud_cost", grain="period"))
    assert rows == [("FY2026-P12", "148"), ("FY2027-P01", "0"), ("FY2027-P02", "148")]


def test_a_year_before_is_the_same_month_and_in_weeks_the_period_that_begins_within_one(tmp_path: Path) -> None:
    def of(year: int, number: int, cost: str) -> dict[str, str]:
        day = {
            "ChargePeriodStart": f"{year}-{number:02}-15T00:00:00Z",
            "ChargePeriodEnd": f"{year}-{number:02}-16T00:00:00Z",
        }
        end = f"{year + number // 12}-{number % 12 + 1:02}-01T00:00:00Z"
        bill = {"BillingPeriodStart": f"{year}-{number:02}-01T00:00:00Z", "BillingPeriodEnd": end}
        return {**charge(number, cost, "i-1", ""), **day, **bill}

    charges = [of(2025, 11, "10"), of(2025, 12, "20"), of(2026, 1, "5"), of(2026, 11, "15"), of(2026, 12, "40")]
    books = shared(tmp_path / "years", ALLOCATION, charges)
    apply(load_project(books.root), NOW, author="ada")

    def compared(grain: str) -> list[tuple[object, ...]]:
        rows = ask(books, "cloud_cost", grain=grain, first=date(2026, 11, 1), compare="year").rows[-2:]
        return [(each.period.label, each.figure.value, each.before, each.change_share) for each in rows]

    assert compared("month") == [("2026-11", 15, 10, Decimal("0.5")), ("2026-12", 40, 20, 1)]
    calendar = "calendar: {weeks: 4-4-5, first_day: 2025-01-05, years_of_53_weeks: [2025]}\n"
    books.write("finmod.yaml", (books.root / "finmod.yaml").read_text(encoding="utf-8") + calendar)
    assert compared("period") == [("FY2026-P11", 15, 10, Decimal("0.5")), ("FY2026-P12", 40, 20, 1)]
    said_of = said(ask(books, "cloud_cost", grain="period", first=date(2026, 11, 1), compare="year"))
    assert "FM2438 FY2026-P12 has 35 days and FY2025-P12 42: a part of the change is of that" in said_of


def test_foreign_cost_is_told_in_the_reporting_currency(tmp_path: Path) -> None:
    charges = [*CHARGES, charge(9, "8", "i-9", '{"product":"ads"}', **EURO)]
    books = shared(tmp_path / "euro", ALLOCATION, charges)
    apply(load_project(books.root), NOW, author="ada")
    report = ask(books, "cloud_cost", "product")
    assert ("2026-09", "ads", None) in values(report)
    assert "FM2423 there is no rate into USD for 1 row of EffectiveCost in other currencies" in said(report)
    books.write("fx.csv", "date,from,to,rate\n2026-09-01,EUR,USD,1.25\n")
    books.write("finmod.yaml", (books.root / "finmod.yaml").read_text() + "fx: fx.csv\n")
    assert ("2026-09", "ads", "52.666666666667") in values(ask(books, "cloud_cost", "product"))


def test_the_table_of_metrics_has_the_same_figures(books: Books) -> None:
    report = ask(books, "per_order", "product")
    rows = books.query(
        "SELECT x_BillingPeriod, x_Product, x_Figure, x_Why FROM metrics_monthly WHERE x_Metric = 'per_order' "
        "AND NOT x_IsTotal ORDER BY x_Product NULLS LAST, 1"
    )
    assert [(row["x_BillingPeriod"][:7], row["x_Product"], row["x_Why"]) for row in rows] == [
        (each.period.label, each.member[0], each.figure.why) for each in report.rows
    ]
    assert [row["x_Figure"] and Decimal(row["x_Figure"]) for row in rows] == [each.figure.value for each in report.rows]
    key = "x_Metric, x_BillingPeriod, x_IsTotal, x_Product"
    keys = books.query(f"SELECT count(*) AS n, count(DISTINCT ({key})) AS d FROM metrics_monthly")
    assert keys[0]["n"] == keys[0]["d"]


def test_books_are_read_once_for_several_metrics(books: Books) -> None:
    with measures(load_project(books.root)) as opened:
        assert opened.metrics.keys() >= {"per_order", "cloud_cost"}
        assert opened.months(opened.metrics["cloud_cost"].numerator[0]) == {*TWO_MONTHS}


def test_customers_are_told_from_the_level_that_has_them(tmp_path: Path) -> None:
    books = shared(
        tmp_path / "levels",
        f"{ALLOCATION}levels:\n  - {{name: customer, within: [product], share: {{by: driver, driver: calls}}}}\n",
    )
    books.write("drivers.yaml", "calls: {unit: call, grain: month, by: [product, customer], from: {csv: calls.csv}}\n")
    books.write("calls.csv", "date,product,customer,calls\n2026-09,search,acme,3\n2026-09,search,globex,1\n")
    books.write("metrics.yaml", "per_call: {cost: EffectiveCost, where: {product: search}, per: calls}\n")
    project = load_project(books.root)
    load_drivers(project, (), NOW)
    apply(project, NOW, author="ada")
    rows = values(ask(books, "cloud_cost", "customer", first=TWO_MONTHS[1]))
    assert rows == [
        ("2026-09", "acme", "71.5"),
        ("2026-09", "globex", "23.833333333333"),
        ("2026-09", None, "52.666666666667"),
    ]
    assert sum(Decimal(str(row[-1])) for row in rows) == Decimal("148.000000000000")
    assert values(ask(books, "per_call", "customer", first=TWO_MONTHS[1]))[:2] == [
        ("2026-09", "acme", "23.833333333333"), ("2026-09", "globex", "23.833333333333"),
    ]  # fmt: skip


def test_a_month_that_was_never_loaded_is_a_row_without_a_figure(tmp_path: Path) -> None:
    apart = [charge(number, "5", f"i-{number}", '{"product":"ads"}') for number in (6, 8, 9)]
    books = shared(tmp_path / "apart", "to: [product]\n", apart)
    apply(load_project(books.root), NOW, author="ada")
    report = ask(books, "cloud_cost")
    assert values(report) == [("2026-06", "5"), ("2026-07", None), ("2026-08", "5"), ("2026-09", "5")]
    assert [each.figure.why for each in report.rows] == [None, "missing", None, None]
    assert said(report) == ["FM2433 there are no charges of 2026-07: no figure is made there"]
    assert values(ask(books, "cloud_cost", grain="quarter")) == [("FY2026 Q2", "5"), ("FY2026 Q3", None)]
    rows = books.query(
        "SELECT x_Product, x_Figure FROM metrics_monthly WHERE x_Metric = 'cloud_cost' AND NOT x_IsTotal "
        "ORDER BY x_BillingPeriod"
    )
    assert [(row["x_Product"], row["x_Figure"]) for row in rows][:2] == [("ads", "5.000000000000"), ("ads", None)]


def test_a_dimension_that_is_called_as_a_column_of_the_table_has_a_longer_name(tmp_path: Path) -> None:
    books = shared(
        tmp_path / "books",
        ALLOCATION.replace("product", "unit").replace("search", "north").replace("ads", "south"),
        [charge(9, "60", "i-1", '{"product":"north"}'), charge(9, "30", "i-2", '{"product":"south"}')],
    )
    taxonomy = "dimensions:\n  unit:\n    values: {north: {}, south: {}}\n    from: [{tag: product}]\n"
    books.write("taxonomy.yaml", taxonomy)
    apply(load_project(books.root), NOW, author="ada")
    rows = books.query(
        "SELECT x_DimensionUnit, x_Unit, x_Figure FROM metrics_monthly WHERE x_Metric = 'cloud_cost' "
        "AND NOT x_IsTotal ORDER BY 1"
    )
    assert [(row["x_DimensionUnit"], row["x_Unit"], Decimal(row["x_Figure"])) for row in rows] == [
        ("north", "USD", Decimal(60)), ("south", "USD", Decimal(30)),
    ]  # fmt: skip


def test_columns_of_dimensions_are_each_another(books: Books, tmp_path: Path) -> None:
    copy = books.copy(tmp_path / "books")
    copy.write("metrics.yaml", "odd: {cost: EffectiveCost, of: charges, by: [unit, dimension-unit]}\n")
    (row,) = copy.query("SELECT * FROM metrics_monthly WHERE x_Metric = 'odd' LIMIT 1")
    assert {"x_Unit", "x_DimensionUnit", "x_DimensionUnit_1"} <= {*row}


@pytest.mark.parametrize("of", ["", ", by: [region]"])
def test_a_metric_told_by_what_is_nowhere_is_refused_at_its_place(books: Books, tmp_path: Path, of: str) -> None:
    odd = books.copy(tmp_path / "odd")
    odd.write("metrics.yaml", f"odd: {{cost: EffectiveCost, per: orders{of or ', by: [produkt]'}}}\n")
    if of:
        with pytest.raises(UserError, match=r"odd.by names 'region', which is no dimension"):
            ask(odd, "odd")
        return
    with pytest.raises(UserError) as refused:
        ask(odd, "odd")
    assert str(refused.value).startswith("metrics.yaml:1:1: odd.by names 'produkt', which is no dimension; expected ")
    assert "Did you mean 'product'?" in str(refused.value)


def test_months_the_wrong_way_round_are_refused(books: Books) -> None:
    with pytest.raises(UserError, match="--from 2026-09 is after --to 2026-08"):
        ask(books, "per_order", first=TWO_MONTHS[1], last=TWO_MONTHS[0])
