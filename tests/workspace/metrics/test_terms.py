"""Drivers and conditions of metrics: what is added up, what must not be, what lacks."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.project import load_project
from finmod.workspace.apply import apply
from finmod.workspace.drivers import load_drivers
from tests.applied import ALLOCATION, shared
from tests.books import Books
from tests.metric_books import NOW, TWO_MONTHS, ask, days, made, said, values
from tests.tagged import charge


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return made(tmp_path_factory.mktemp("metric") / "books")


def test_the_figure_of_everything_is_asked_for_anew(books: Books) -> None:
    alone = values(ask(books, "per_person"))
    report = ask(books, "per_person", "product")
    assert values(report, of="totals") == alone == [("2026-08", None), ("2026-09", None)]
    assert any(each.code == "FM2424" for each in report.findings)
    # Users of all products on a day, on average: 4 and, from the 16th on, 8.
    totals = values(ask(books, "per_user", "product"), of="totals")
    assert totals == values(ask(books, "per_user")) == [("2026-08", "74"), ("2026-09", "18.5")]


def test_levels_of_a_quarter_leave_out_who_ended(tmp_path: Path) -> None:
    ended = "date,product,users\n" + days("search", 8, range(1, 32), 2) + days("search", 9, range(1, 31), 4)
    books = made(tmp_path / "ended", users=ended + days("shop", 8, range(1, 32), 9))
    assert values(ask(books, "people", grain="quarter")) == [("FY2026 Q3", "4")]


def test_a_level_of_a_quarter_is_that_of_the_days_in_which_anybody_is_told(tmp_path: Path) -> None:
    users = "date,product,users\n" + days("shop", 8, range(1, 32), 100) + days("ads", 9, range(1, 31), 100)
    books = made(tmp_path / "after", users=users)
    # 296 by 100 users, who were first of one product and then of the other.
    assert values(ask(books, "per_user", grain="quarter")) == [("FY2026 Q3", "2.96")]


def test_a_driver_that_begins_in_a_month_does_not_tell_of_that_month(tmp_path: Path) -> None:
    lines = days("search", 8, range(17, 32), 2) + days("search", 9, range(1, 31), 2) + days("ads", 9, range(16, 31), 2)
    books = made(tmp_path / "begun", daily="date,product,daily\n" + lines)
    report = ask(books, "per_visit")
    # Nobody knows the visits until the 16th; ads begins later than the driver, and has none before.
    assert values(report) == [("2026-08", None), ("2026-09", "1.644444444444")]
    assert said(report) == [
        "FM2426 driver daily of search has 15 of 31 values in 2026-08: no figure is made there",
    ]


def test_the_sum_of_a_quarter_in_which_the_driver_begins_is_unknown(tmp_path: Path) -> None:
    books = made(tmp_path / "begun", orders="date,product,orders\n2026-09,search,20\n2026-09,ads,5\n")
    assert values(ask(books, "per_order")) == [("2026-08", None), ("2026-09", "5.92")]
    report = ask(books, "per_order", grain="quarter")
    assert values(report) == [("FY2026 Q3", None)]
    assert "FM2426 driver orders of ads has 0 of 1 values in 2026-08, and 1 more: no figure is made there" in said(
        report
    )


def test_a_product_that_still_costs_and_is_told_no_more_leaves_the_whole_unknown(tmp_path: Path) -> None:
    lines = "date,product,orders\n2026-08,search,10\n2026-08,ads,4\n2026-08,shop,1\n2026-09,search,20\n"
    books = made(tmp_path / "stopped", orders=lines)
    # Ads costs on and has no orders; shop has ended, for it costs nothing.
    report = ask(books, "per_order")
    assert values(report) == [("2026-08", "9.866666666667"), ("2026-09", None)]
    assert "FM2426 driver orders of ads has 0 of 1 values in 2026-09: no figure is made there" in said(report)
    by_product = values(ask(books, "per_order", "product"))
    assert ("2026-09", "search", "4.766666666667") in by_product
    assert values(ask(made(tmp_path / "zero", orders=lines + "2026-09,ads,0\n"), "per_order"))[1] == ("2026-09", "7.4")


def test_days_after_a_feed_stopped_are_unknown_until_a_row_of_0_says_that_it_ended(tmp_path: Path) -> None:
    both = days("search", 8, range(1, 32), 1) + days("search", 9, range(1, 31), 1) + days("ads", 8, range(1, 13), 1)
    books = made(tmp_path / "stopped", daily=f"date,product,daily\n{both}")
    books.write("metrics.yaml", "visits: {driver: daily}\n")
    august = values(ask(books, "visits", grain="day"))[:31]
    assert [august[day - 1] for day in (12, 13, 31)] == [
        ("2026-08-12", "2"),
        ("2026-08-13", None),
        ("2026-08-31", None),
    ]
    assert values(ask(books, "visits")) == [("2026-08", None), ("2026-09", None)]

    ended = made(tmp_path / "ended", daily=f"date,product,daily\n{both}2026-08-13,ads,0\n")
    ended.write("metrics.yaml", "visits: {driver: daily}\n")
    assert values(ask(ended, "visits")) == [("2026-08", "43"), ("2026-09", "30")]
    assert said(ask(ended, "visits")) == []


def test_who_is_nobody_stops_nothing(tmp_path: Path) -> None:
    lines = (
        "date,product,orders\n2026-08,search,10\n2026-08,ads,4\n2026-08,serach,1\n2026-09,search,20\n2026-09,ads,5\n"
    )
    books = made(tmp_path / "typo", orders=lines)
    assert values(ask(books, "per_order")) == [("2026-08", "9.866666666667"), ("2026-09", "5.92")]
    # Conditions leave it out, and so does what is said.
    report = ask(books, "search_per_order")
    assert not any("FM2439" in each for each in said(report))


def test_a_late_credit_of_a_product_that_ended_is_no_feed_that_stopped(tmp_path: Path) -> None:
    charges = [
        charge(8, "60", "i-1", '{"product":"search"}'), charge(8, "30", "i-2", '{"product":"ads"}'),
        charge(9, "60", "i-1", '{"product":"search"}'), charge(9, "-0.03", "i-2", '{"product":"ads"}'),
    ]  # fmt: skip
    books = shared(tmp_path / "late", charges=charges)
    books.write("drivers.yaml", "orders: {unit: order, grain: month, by: [product], from: {csv: orders.csv}}\n")
    books.write("metrics.yaml", "per_order: {cost: EffectiveCost, per: orders}\n")
    books.write("orders.csv", "date,product,orders\n2026-08,search,10\n2026-08,ads,5\n2026-09,search,10\n")
    assert [books.run(*words).code for words in (("drivers", "load"), ("apply",))] == [0, 0]
    assert values(ask(books, "per_order")) == [("2026-08", "6"), ("2026-09", "5.997")]


def test_members_of_the_period_in_which_the_driver_begins_are_unknown_there(tmp_path: Path) -> None:
    lines = days("search", 8, range(10, 32), 1) + days("ads", 8, range(11, 32), 1)
    lines += days("search", 9, range(1, 31), 1) + days("ads", 9, range(1, 31), 1)
    report = ask(made(tmp_path / "begun", daily="date,product,daily\n" + lines), "per_visit", "product")
    told = {(month, member): figure for month, member, figure in values(report)}
    assert [told["2026-08", member] for member in ("ads", "search")] == [None, None]
    assert None not in [told["2026-09", member] for member in ("ads", "search")]


def test_a_driver_of_hours_that_begins_within_a_day_does_not_tell_of_it(tmp_path: Path) -> None:
    def hours(first: int) -> str:
        return "date,product,hourly\n" + "".join(
            f"2026-{month:02}-{day:02}T{hour:02}:00:00,search,1\n"
            for month in (8, 9)
            for day in range(1, 31 + (month == 8))
            for hour in range(24)
            if (month, day) != (8, 1) or hour >= first
        )

    for first, august in ((0, "744"), (5, None)):
        books = made(tmp_path / f"from-{first}")
        books.write("drivers.yaml", "hourly: {unit: call, grain: hour, by: [product], from: {csv: hourly.csv}}\n")
        books.write("metrics.yaml", "calls: {driver: hourly}\n")
        books.write("hourly.csv", hours(first))
        assert books.run("drivers", "load").code == 0
        assert values(ask(books, "calls")) == [("2026-08", august), ("2026-09", "720")]


def test_a_customer_without_a_row_bought_nothing(tmp_path: Path) -> None:
    books = made(tmp_path / "customers")
    books.write("drivers.yaml", "sold: {unit: order, grain: month, by: [product, customer], from: {csv: sold.csv}}\n")
    books.write("metrics.yaml", "per_sold: {cost: EffectiveCost, per: sold}\n")
    rows = [
        f"2026-{month},{product},{customer},{count}\n"
        for month, customer, count in (("08", "acme", 3), ("08", "bolt", 1), ("09", "acme", 4))
        for product in ("search", "ads")
    ]
    books.write("sold.csv", "date,product,customer,sold\n" + "".join(rows))
    assert books.run("drivers", "load").code == 0
    report = ask(books, "per_sold")
    assert values(report) == [("2026-08", "18.5"), ("2026-09", "18.5")]
    assert said(report) == []


def test_what_stands_on_one_side_alone_is_told(tmp_path: Path) -> None:
    orders = "date,product,orders\n2026-08,search,10\n2026-09,search,20\n2026-09,serach,5\n"
    report = ask(made(tmp_path / "sides", orders=orders), "per_order", first=TWO_MONTHS[1])
    strangers, alone = said(report)
    assert strangers == (
        "FM2439 driver orders tells 5 of no known product (unit: order): they stand with what is nobody's; finmod "
        "drivers tells of which texts"
    )
    assert alone == "FM2440 driver orders is not told of 1 value of product, whose cost is in the figure of all: ads"
    (beside,) = [each for each in report.findings if each.code == "FM2440"]
    assert (beside.amount, beside.severity, beside.measure) == (Decimal("42.666666666667"), "info", "EffectiveCost")


def test_what_is_not_told_by_product_stands_in_no_product_above_the_line(books: Books) -> None:
    report = ask(books, "after_rent", "product")
    assert {each.figure.value for each in report.rows} == {None}
    assert values(report, of="totals") == [("2026-08", "-1"), ("2026-09", "-3")]
    assert "FM2434 rent is not told by product: no part has a figure, all together have" in said(report)


def test_a_dimension_by_another_word_is_that_dimension(books: Books) -> None:
    told = values(ask(books, "per_order", "product"))
    assert values(ask(books, "per_order", "target")) == told == values(ask(books, "per_order", "x_Product"))
    assert values(ask(books, "by_target")) == values(ask(books, "search_per_order"))


def test_a_gap_of_one_product_is_a_gap_of_all(tmp_path: Path) -> None:
    lines = days("search", 8, range(1, 32), 2) + days("search", 9, range(1, 31), 4) + days("ads", 8, range(1, 32), 1)
    books = made(
        tmp_path / "gap",
        daily="date,product,daily\n" + lines + days("ads", 9, range(1, 21), 1) + days("ads", 9, range(30, 31), 1),
    )
    report = ask(books, "per_visit")
    assert values(report)[1] == ("2026-09", None)
    assert "FM2426 driver daily of ads has 21 of 30 values in 2026-09: no figure is made there" in said(report)


def test_a_driver_of_months_has_no_days(books: Books) -> None:
    report = ask(books, "per_order", grain="day", first=TWO_MONTHS[1])
    assert {each.figure.value for each in report.rows} == {None}
    assert "FM2435 driver orders is told by month: nothing is known of its days or weeks" in said(report)


def test_a_pattern_that_cannot_be_is_refused_with_its_place(books: Books, tmp_path: Path) -> None:
    odd = books.copy(tmp_path / "odd")
    odd.write("metrics.yaml", 'odd: {cost: EffectiveCost, where: {product: "/(/"}}\n')
    with pytest.raises(UserError) as refused:
        ask(odd, "odd")
    assert str(refused.value).startswith("metrics.yaml:1:45: ")
    assert "FM2436" in str(refused.value)


def test_conditions_that_nothing_meets_are_told(books: Books) -> None:
    assert said(ask(books, "no_such")) == [
        "FM2437 no charge is as the conditions of EffectiveCost demand: its sum is 0"
    ]


def test_findings_are_of_what_is_shown(books: Books) -> None:
    report = ask(books, "per_order", "product", first=TWO_MONTHS[1])
    assert said(report) == ["FM2421 per_order has nothing to be divided by in 1 case: no figure is made there"]
    assert said(ask(books, "listed", first=TWO_MONTHS[1])) == [
        "FM2422 ListCost of 5 charges is unknown: sums that they belong to are none"
    ]


def test_a_close_is_no_load(books: Books, tmp_path: Path) -> None:
    closed = books.copy(tmp_path / "closed")
    assert closed.run("close", "2026-08").code == 0
    assert said(ask(closed, "cloud_cost")) == []


def test_a_comparison_with_a_part_of_a_period_is_told(books: Books) -> None:
    report = ask(books, "cloud_cost", grain="quarter", compare="previous")
    assert said(report) == ["FM2428 FY2026 Q3 has 2 of 3 months: what is told of it is of these"]


def test_customers_have_no_days(tmp_path: Path) -> None:
    level = f"{ALLOCATION}levels:\n  - {{name: customer, within: [product], share: {{by: driver, driver: calls}}}}\n"
    books = shared(tmp_path / "levels", level)
    books.write("drivers.yaml", "calls: {unit: call, grain: month, by: [product, customer], from: {csv: calls.csv}}\n")
    books.write("calls.csv", "date,product,customer,calls\n2026-09,search,acme,3\n")
    load_drivers(load_project(books.root), (), NOW)
    apply(load_project(books.root), NOW, author="ada")
    with pytest.raises(UserError, match=r"EffectiveCost by customer is asked for by days or weeks"):
        ask(books, "cloud_cost", "customer", grain="day")


def test_a_driver_that_was_loaded_by_another_entry_is_told_and_loses_no_day(tmp_path: Path) -> None:
    books = made(tmp_path / "other")
    before = values(ask(books, "per_visit"))
    drivers = (books.root / "drivers.yaml").read_text(encoding="utf-8")
    books.write("drivers.yaml", drivers.replace("daily: {unit: visit, grain: day", "daily: {unit: visit, grain: month"))
    report = ask(books, "per_visit")
    assert values(report) == before
    told = "FM2191 driver daily was loaded by another entry of drivers.yaml, or another query, than it has now"
    assert f"{told}: load it anew" in said(report)
