"""``finmod metric``."""

from __future__ import annotations

import json

import pytest

from tests.applied import shared
from tests.books import Books

METRICS = """\
per_order: {cost: EffectiveCost, per: orders, label: Cost per order, description: What an order costs.}
share: {numerator: [{cost: EffectiveCost, part: shared}], per: {cost: EffectiveCost}}
"""
ORDERS = "date,product,orders\n2026-08,search,1000\n2026-08,ads,10\n2026-09,search,2000\n2026-09,ads,20\n"
UNDIVIDED = "warning FM2421 metrics.yaml:1:1: per_order has nothing to be divided by in"
OF = " (EffectiveCost {}.00 USD)\n"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    made = shared(tmp_path_factory.mktemp("metric") / "books")
    made.write("drivers.yaml", "orders: {unit: order, grain: month, by: [product], from: {csv: orders.csv}}\n")
    made.write(
        "orders.csv", "date,product,orders\n2026-08,search,1000\n2026-08,ads,10\n2026-09,search,2000\n2026-09,ads,20\n"
    )
    made.write("metrics.yaml", METRICS)
    assert made.run("drivers", "load").code == 0
    assert made.run("apply", "--author", "ada").code == 0
    return made


def said(books: Books, *words: str, err: str = "") -> list[str]:
    found = books.run("metric", *words)
    assert (found.code, found.err) == (0, err)
    return [line.rstrip() for line in found.out.splitlines()]


def test_months_stand_below_each_other_with_both_sides(books: Books) -> None:
    assert said(books, "per_order", "--compare", "previous") == [
        "Cost per order, USD per order; allocation version 1",
        "What an order costs.",
        "month    numerator  denominator  figure  the period before   change",
        "2026-08     148.00     1,010.00  0.1465                  -        -",
        "2026-09     148.00     2,020.00  0.0733             0.1465  -50.0 %",
    ]


def test_members_have_a_line_each_the_dearest_first(books: Books) -> None:
    assert said(books, "per_order", "--by", "product") == [
        "Cost per order, USD per order; allocation version 1",
        "What an order costs.",
        "product  2026-08  2026-09  trend",
        "search   0.09533  0.04767  █▄",
        "ads         4.27     2.13  █▃",
        "in all    0.1465   0.0733  █▄",
        "Without a figure: unallocated",
        (
            "warning FM2421 metrics.yaml:1:1: per_order has nothing to be divided by in 2 cases: no figure is made "
            "there (EffectiveCost 20.00 USD)"
        ),
    ]


def test_who_has_no_name_is_called_as_it_is(books: Books) -> None:
    def names(*words: str) -> list[str]:
        return [line.split("  ")[0] for line in said(books, *words, "--from", "2026-09")][3:-1]

    assert names("cloud_cost", "--by", "pool") == ["cluster", "support", "(direct)"]
    assert names("cloud_cost", "--by", "product") == ["search", "ads", "unallocated"]
    assert names("invoiced_cost", "--by", "product") == ["search", "ads", "(none)"]


def test_cost_by_a_level_is_for_the_length_of_its_period(books: Books) -> None:
    copy = METRICS + "per_head: {cost: EffectiveCost, per: {driver: orders, over_time: last}}\n"
    books.write("metrics.yaml", copy)
    assert said(books, "per_head", "--grain", "quarter")[0] == (
        "Per head, USD per order and quarter; allocation version 1"
    )
    books.write("metrics.yaml", METRICS)


def test_markdown_is_for_people(books: Books) -> None:
    assert said(books, "cloud_cost", "--from", "2026-09", "--output", "markdown")[2] == (
        "| cloud_cost | 2026-09 | 2026-09-01 | 148 |  | 148 | USD |  |"
    )
    (own,) = [line for line in said(books, "--list", "--output", "markdown") if line.startswith("| per_order ")]
    assert own.split(" | ")[6:9] == ["ratio", "product", ""]


def test_without_a_year_before_there_is_nothing_to_compare_with(books: Books) -> None:
    assert "Nothing is known of a year before." in said(books, "per_order", "--compare", "year")


def test_shares_are_told_in_percent_and_change_in_points(books: Books) -> None:
    assert said(books, "share", "--by", "product", "--compare", "previous", "--from", "2026-09") == [
        "Share; allocation version 1",
        "product      2026-09  from the period before  trend",
        "search        37.1 %             +0.0 points  █",
        "ads           29.7 %             +0.0 points  █",
        "unallocated    0.0 %             +0.0 points",
        "in all        32.4 %             +0.0 points  █",
    ]


def test_programs_get_a_row_per_member_and_period(books: Books) -> None:
    words = ("per_order", "--by", "product", "--to", "2026-08", "--output", "json")
    rows = json.loads("\n".join(said(books, *words, err=f"{UNDIVIDED} 1 case: no figure is made there{OF.format(10)}")))
    assert rows[0] == {
        "metric": "per_order", "period": "2026-08", "first_day": "2026-08-01", "product": "ads",
        "numerator": "42.666666666667", "denominator": "10.000000000000", "value": "4.266666666667",
        "unit": "USD per order", "why": None,
    }  # fmt: skip
    assert [row["why"] for row in rows] == [None, None, "missing"]
    assert said(books, "share", "--output", "csv", "--from", "2026-09") == [
        "metric,period,first_day,numerator,denominator,value,unit,why",
        "share,2026-09,2026-09-01,48.000000000000,148.000000000000,0.324324324324,,",
    ]


@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_what_is_odd_goes_to_standard_error_where_rows_are_for_programs(books: Books, form: str) -> None:
    said(
        books, "per_order", "--by", "product", "--output", form,
        err=f"{UNDIVIDED} 2 cases: no figure is made there{OF.format(20)}",
    )  # fmt: skip


def test_rows_of_everything_are_told_apart_from_what_is_nobodys(books: Books) -> None:
    words = ("cloud_cost", "--from", "2026-09", "--output", "csv", "--total")
    lines = said(books, *words, "--by", "product")
    assert lines[0] == "metric,period,first_day,product,is_total,numerator,denominator,value,unit,why"
    assert [line.split(",")[3:6] for line in lines[1:]] == [
        ["ads", "False", "42.666666666667"], ["search", "False", "95.333333333333"], ["", "False", "10.000000000000"],
        ["", "True", "148.000000000000"],
    ]  # fmt: skip
    assert [line.split(",")[3:5] for line in said(books, *words)[1:]] == [["True", "148.000000000000"]]


def test_metrics_are_listed_with_what_they_are_made_of(books: Books) -> None:
    lines = said(books, "--list")
    assert "per_order                          Cost per order" in "\n".join(lines)
    assert lines[-1] == "What each is made of: finmod metric --list --output json"
    rows = {row["metric"]: row for row in json.loads("\n".join(said(books, "--list", "--output", "json")))}
    assert rows["per_order"]["definition"] == "EffectiveCost / orders"
    assert rows["per_order"] | {"built_in": False, "by": ["product"], "additivity": "ratio"} == rows["per_order"]
    assert rows["cloud_cost"]["built_in"] is True


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Name a metric, or give --list to see them."),
        (("share", "--list"), "--list takes no metric."),
        (("share", "--grain", "week"), "--grain is 'week'; expected day, month, period, quarter or year"),
        (("share", "--compare", "budget"), "--compare is 'budget'; expected previous or year"),
        (("share", "--by", "team"), "'team' is no column of allocated cost, by which cost EffectiveCost is told"),
        (("shar",), "Did you mean 'share'?"),
    ],
)
def test_what_it_does_not_take_is_said(books: Books, words: tuple[str, ...], message: str) -> None:
    found = books.run("metric", *words)
    assert (found.code, message in found.err) == (1, True), found.err
