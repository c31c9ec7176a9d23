"""Gaps of drivers in statements: unknown between a target's first and last value, and after it while it costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.workspace.pnl.gaps import _between, _number
from tests.statements import DRIVERS, PNL, books_of, findings, item, lines, report_of

D = Decimal
HEAD = "date,product,revenue\n"
SEARCH = "".join(f"2026-{month:02},search,100\n" for month in (7, 8, 9, 10))


def test_a_month_between_a_products_first_and_last_is_unknown_and_so_is_the_whole(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books", revenue_csv=f"{HEAD}{SEARCH}2026-07,ads,5\n2026-09,ads,7\n")
    found = report_of(books, first="2026-08")

    assert [item(found, "revenue", "ads", period=at) for at in (0, 1)] == [None, D(7)]
    assert [item(found, "revenue", "search", period=at) for at in (0, 1)] == [D(100), D(100)]
    for by in ("product", None):
        statement = report_of(books, by, first="2026-08").statement
        assert [each.actual.revenue for each in statement.totals] == [None, D(107)]
    assert (
        "FM2327 The line 'Subscriptions' is unknown of ads in 2026-08: the driver revenue has values of others, and "
        "has none of 2026-08. Load them: finmod drivers load; or say that there is nothing: gaps: zero for what lies "
        "between values, a last row of 0 for what has ended." in findings(found)
    )


def test_a_product_has_nothing_before_its_first_month_and_after_its_last_one_if_it_costs_nothing(
    tmp_path: Path,
) -> None:
    # Shop costs nothing: it ended. Ads costs on, and its revenue of September was not told.
    told: tuple[tuple[str, int, list[Decimal | None]], ...] = (
        ("shop", 8, [D(5), D(0)]),
        ("shop", 9, [D(0), D(5)]),
        ("ads", 9, [D(0), D(5)]),
        ("ads", 8, [D(5), None]),
    )
    for product, month, revenues in told:
        rows = f"{HEAD}{SEARCH}2026-{month:02},{product},5\n"
        found = report_of(books_of(tmp_path / f"{product}-{month}", revenue_csv=rows), first="2026-08")
        columns = [found.statement.columns.get((at, product)) for at in (0, 1)]
        assert [each.actual.revenue if each else D(0) for each in columns] == revenues
        assert any("FM2327" in each for each in findings(found)) == (None in revenues)
        assert (found.statement.totals[1].actual.revenue is None) == (None in revenues)


def test_days_after_the_last_of_a_product_that_costs_on_are_unknown(tmp_path: Path) -> None:
    rows = HEAD + "".join(
        f"2026-{month:02}-{day:02},{product},1\n"
        for month in (8, 9)
        for day in range(1, 31 + (month == 8))
        for product in ("search", "ads")
        if product == "search" or month == 8
    )
    drivers = DRIVERS.replace("revenue: {unit: USD, grain: month", "revenue: {unit: USD, grain: day")
    found = report_of(books_of(tmp_path / "books", drivers_yaml=drivers, revenue_csv=rows), first="2026-08")

    assert [item(found, "revenue", "ads", period=at) for at in (0, 1)] == [D(31), None]
    assert [item(found, "revenue", "search", period=at) for at in (0, 1)] == [D(31), D(30)]


def test_a_customer_without_a_row_bought_nothing_and_a_product_without_one_is_unknown(tmp_path: Path) -> None:
    rows = "date,product,customer,earned\n" + "".join(
        f"2026-{month:02},{product},{customer},9\n"
        for month, product, customer in (
            (7, "search", "acme"), (8, "search", "bolt"), (9, "search", "acme"), (10, "search", "acme"),
            (7, "ads", "core"), (8, "ads", "dart"), (10, "ads", "core"),
        )
    )  # fmt: skip
    books = books_of(tmp_path / "books", earned_csv=rows, pnl_yaml=PNL.replace("driver: revenue", "driver: earned"))
    found = report_of(books, "customer", first="2026-08")

    assert item(found, "revenue", "acme", period=0) == D(0)
    assert item(found, "revenue", "acme", period=1) is None  # ads has no row in September: whose it lacks is not known
    assert lines(report_of(books, first="2026-08"), "search", 1)["Subscriptions"] == D(9)


def test_a_day_that_lacks_makes_the_month_of_its_product_unknown(tmp_path: Path) -> None:
    rows = "date,product,revenue\n" + "".join(
        f"2026-09-{day:02},{product},1\n"
        for day in range(1, 31)
        for product in ("search", "ads")
        if (day, product) != (15, "ads")
    )
    drivers = DRIVERS.replace("revenue: {unit: USD, grain: month", "revenue: {unit: USD, grain: day")
    found = report_of(books_of(tmp_path / "books", drivers_yaml=drivers, revenue_csv=rows))

    assert (item(found, "revenue"), item(found, "revenue", "ads")) == (D(30), None)
    assert any("has none of 2026-09-15." in each for each in findings(found))


def test_a_day_of_which_hours_lack_makes_the_month_unknown(tmp_path: Path) -> None:
    drivers = DRIVERS.replace("revenue: {unit: USD, grain: month", "revenue: {unit: USD, grain: hour")

    def hours(of_ads: range) -> str:
        return "date,product,revenue\n" + "".join(
            f"2026-09-{day:02}T{hour:02}:00:00,{product},1\n"
            for day in range(1, 31)
            for hour in range(24)
            for product in ("search", "ads")
            if product == "search" or day != 15 or hour in of_ads
        )

    whole = report_of(books_of(tmp_path / "whole", drivers_yaml=drivers, revenue_csv=hours(range(24))))
    assert [item(whole, "revenue", each) for each in ("search", "ads")] == [D(720), D(720)]
    of_one = report_of(books_of(tmp_path / "one", drivers_yaml=drivers, revenue_csv=hours(range(9))))
    assert [item(of_one, "revenue", each) for each in ("search", "ads")] == [D(720), None]
    assert any("lacks hours of 2026-09-15." in each for each in findings(of_one))
    sparse = "date,product,revenue\n" + "".join(f"2026-09-{day:02}T05:00:00,search,1\n" for day in range(1, 31))
    of_all = report_of(books_of(tmp_path / "all", drivers_yaml=drivers, revenue_csv=sparse))
    assert of_all.statement.total.actual.revenue is None
    assert any("the driver revenue lacks hours of 30 days." in each for each in findings(of_all))


def test_a_feed_of_days_that_stops_within_a_month_leaves_that_month_unknown(tmp_path: Path) -> None:
    def rows(last: int, value: int = 1) -> str:
        return HEAD + "".join(
            f"2026-{month:02}-{day:02},{product},{value if (product, month, day) == ('ads', 8, last) else 1}\n"
            for month in (8, 9)
            for day in range(1, 31 + (month == 8))
            for product in ("search", "ads")
            if product == "search" or (month == 8 and day <= last)
        )

    drivers = DRIVERS.replace("revenue: {unit: USD, grain: month", "revenue: {unit: USD, grain: day")
    stopped = report_of(books_of(tmp_path / "a", drivers_yaml=drivers, revenue_csv=rows(12)), first="2026-08")
    assert [item(stopped, "revenue", "ads", period=at) for at in (0, 1)] == [None, None]
    assert "has none of 2026-08-13." in findings(stopped)[0]
    # A last row of 0 says that it has ended.
    ended = report_of(books_of(tmp_path / "b", drivers_yaml=drivers, revenue_csv=rows(12, 0)), first="2026-08")
    assert [item(ended, "revenue", "ads", period=at) for at in (0, 1)] == [D(11), D(0)]


def test_a_member_without_a_row_of_a_budget_has_no_plan_and_all_together_have_it(tmp_path: Path) -> None:
    books = books_of(
        tmp_path / "books",
        pnl_yaml=PNL + "budget: {Subscriptions: plan}\n",
        plan_csv="date,product,plan\n2026-09,search,9\n",
    )
    found = report_of(books).statement

    plans = {member: each.plan.revenue for (_, member), each in found.columns.items() if each.plan}
    assert plans == {"search": D(9), "ads": None, None: None}
    assert found.columns[0, "ads"].variance("revenue") is None
    assert found.totals[0].plan is not None
    assert found.totals[0].plan.revenue == D(9)


def test_the_plan_of_a_line_that_is_taken_off_is_taken_off(tmp_path: Path) -> None:
    text = PNL.replace("driver: revenue}", "driver: revenue, sign: -1}") + "budget: {Subscriptions: plan}\n"
    found = report_of(books_of(tmp_path / "books", pnl_yaml=text)).statement

    column = found.columns[0, "search"]
    assert column.plan is not None
    assert (column.actual.revenue, column.plan.revenue, column.variance("revenue")) == (D(-300), D(-250), D(-50))


@pytest.mark.parametrize(
    ("grain", "lacking"), [("month", date(2026, 3, 1)), ("day", date(2026, 1, 3)), ("hour", date(2026, 1, 1))]
)
def test_stretches_of_two_names_of_one_target_are_one(grain: str, lacking: date) -> None:
    first = date(2026, 1, 1)
    at = _number(first, grain)
    bounds = (first, date(2026, 12, 1))

    assert [*_between([(at, at + 1), (at + 2, at + 3)], bounds, grain)] == []
    assert [*_between([(at + 3, at + 4), (at, at + 1)], bounds, grain)] == [lacking]
    assert [*_between([(at, at), (at + 99, at + 99)], (first, first), grain)] == []
