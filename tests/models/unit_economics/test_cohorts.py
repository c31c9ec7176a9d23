"""Cohorts: exact sums that make the whole, nobody dropped, retention of the same customers on both sides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.models.unit_economics.cohorts import (
    UNKNOWN,
    CohortMonth,
    Cohorts,
    CustomerMonth,
    cohorts,
    first_months,
    size_cohorts,
    start_cohorts,
)

NUMERATORS = ("direct", "fully_loaded")


def month(number: int) -> date:
    return date(2026, number, 1)


def row(customer: str, number: int, revenue: str | None = "10", direct: str | None = "3") -> CustomerMonth:
    costs = None if direct is None else Decimal(direct), None if direct is None else Decimal(direct) * 2
    return CustomerMonth(customer, month(number), None if revenue is None else Decimal(revenue), costs)


def table(rows: list[CustomerMonth], by: dict[str, str], started: dict[str, date] | None = None) -> Cohorts:
    given = first_months(rows) if started is None else started
    return cohorts(rows, NUMERATORS, by=by, started=given, attribute="plan")


def at(found: Cohorts, cohort: str, age: int | None) -> CohortMonth:
    return next(each for each in found.rows if (each.cohort, each.age) == (cohort, age))


def test_a_cohort_has_its_revenue_cost_and_margin_by_age() -> None:
    rows = [row("a", 1), row("a", 2, "20"), row("b", 2, "30", "5")]

    found = table(rows, {"a": "pro", "b": "pro"})

    first = at(found, "pro", 0)
    assert (first.customers, first.revenue) == (2, Decimal(40))
    assert first.costs == {"direct": 8, "fully_loaded": 16}
    assert first.margins == {"direct": 32, "fully_loaded": 24}
    assert first.revenue_per_customer == 20
    assert first.costs_per_customer == {"direct": 4, "fully_loaded": 8}
    assert at(found, "pro", 1).revenue == 20


def test_retention_compares_customers_that_are_old_enough_with_themselves() -> None:
    rows = [row("a", 1), row("b", 1), row("a", 2, "15", "6"), row("c", 2, "1000")]

    found = at(table(rows, dict.fromkeys("abc", "pro")), "pro", 1)

    # c is new in the last month: it says nothing about who stays.
    assert found.customer_retention == Decimal("0.5")
    assert found.revenue_retention == Decimal("0.75")
    assert found.cost_retention == {"direct": 1, "fully_loaded": 1}


def test_who_has_no_row_of_its_first_month_is_not_among_those_who_stay() -> None:
    rows = [row("a", 1), row("a", 2, "12", "3"), row("b", 2, "90"), row("c", 2, "90")]

    found = at(table(rows, dict.fromkeys("abc", "pro"), dict.fromkeys("abc", month(1))), "pro", 1)

    assert (found.customers, found.revenue) == (3, Decimal(192))
    assert found.customer_retention == 1
    assert found.revenue_retention == Decimal("1.2")
    assert found.cost_retention == {"direct": 1, "fully_loaded": 1}


def test_those_who_started_before_the_window_have_no_retention() -> None:
    found = table([row("a", 1)], {"a": "pro"}, {"a": date(2025, 11, 1)})

    assert [each.age for each in found.rows] == [2]
    assert [found.rows[0].customer_retention, found.rows[0].revenue_retention] == [None, None]


def test_ages_at_which_nobody_was_there_are_rows_of_nothing() -> None:
    found = table([row("a", 1), row("b", 3)], start_cohorts({"a": month(1), "b": month(3)}))

    assert [(each.cohort, each.age, each.customers) for each in found.rows] == [
        ("2026-01", 0, 1),
        ("2026-01", 1, 0),
        ("2026-01", 2, 0),
        ("2026-03", 0, 1),
    ]
    gone = at(found, "2026-01", 2)
    assert [gone.revenue, gone.customer_retention, gone.revenue_retention] == [Decimal(0)] * 3
    assert gone.revenue_per_customer is None


def test_customers_without_an_attribute_stand_apart_and_are_told() -> None:
    found = table([row("a", 1), row("b", 1), row("c\x1b", 1)], {"a": "pro"}, {"a": month(1), "b": month(1)})

    assert [(each.cohort, each.age, each.customers) for each in found.rows] == [
        ("pro", 0, 1),
        (UNKNOWN, 0, 1),
        (UNKNOWN, None, 1),
    ]
    assert [(each.code, each.message) for each in found.findings] == [
        ("FM2372", "2 customers of 3 without a plan, such as b: their rows stand apart"),
        ("FM2372", "1 customer of 3 without a start month, such as c\N{REPLACEMENT CHARACTER}: their rows stand apart"),
    ]


def test_rows_of_nobody_are_a_cohort_without_customers() -> None:
    rows = [row("a", 1), row("b", 1), row("-", 1, "0", "7"), row("-", 2, "0", "1")]
    by, started = {"a": "pro", "-": "pro"}, {"a": month(1), "-": month(1)}

    found = cohorts(rows, NUMERATORS, by=by, started=started, attribute="plan", nobody="-")

    assert [(each.cohort, each.age, each.customers) for each in found.rows] == [
        ("pro", 0, 1),
        ("pro", 1, 0),
        (UNKNOWN, None, 1),
        ("-", None, 0),
    ]
    assert found.rows[-1].costs["direct"] == 8
    assert found.rows[-1].costs_per_customer["direct"] is None
    assert [each.message for each in found.findings] == [
        "1 customer of 2 without a plan, such as b: their rows stand apart",
        "1 customer of 2 without a start month, such as b: their rows stand apart",
    ]


def test_customers_without_a_start_are_counted_once() -> None:
    found = table([row("a", 1), row("a", 2), row("b", 2)], {"a": "pro", "b": "pro"}, {})

    assert [(each.age, each.customers) for each in found.rows] == [(None, 2)]
    assert found.rows[0].revenue_per_customer == 15


def test_months_before_the_start_are_kept_with_a_negative_age() -> None:
    found = table([row("a", 1)], {"a": "pro"}, {"a": month(3)})

    assert [(each.age, each.customer_retention) for each in found.rows] == [(-2, None)]
    assert [(each.code, each.message) for each in found.findings] == [
        ("FM2373", "1 customer with revenue or cost before the start, such as a: the age of these months is negative")
    ]


def test_an_unknown_amount_makes_its_sums_unknown_and_is_told() -> None:
    found = table([row("a", 1, None), row("b", 1, "5", None), row("c", 1)], {"a": "x", "b": "y", "c": "z"})

    assert [(each.revenue, each.margins["direct"]) for each in found.rows] == [(None, None), (5, None), (10, 7)]
    assert (found.revenue, found.costs) == (None, {"direct": None, "fully_loaded": None})
    assert found.rows[0].revenue_per_customer is None
    assert [(each.code, each.message) for each in found.findings] == [
        (
            "FM2374",
            "revenue or cost is unknown in 2 months of customers, such as 2026-01 of a: sums with them are unknown",
        )
    ]


AMOUNTS = st.integers(-(10**32), 10**32)
NAMES = st.sampled_from("abcdef")


@given(
    st.lists(st.tuples(NAMES, st.integers(1, 12), AMOUNTS, AMOUNTS), unique_by=lambda each: each[:2], max_size=20),
    st.dictionaries(NAMES, st.sampled_from(["pro", "free"])),
    st.dictionaries(NAMES, st.integers(1, 12).map(month)),
)
def test_cohorts_sum_to_the_whole(
    given: list[tuple[str, int, int, int]], by: dict[str, str], started: dict[str, date]
) -> None:
    # More digits than Python's own context adds exactly.
    rows = [
        CustomerMonth(name, month(number), exact(revenue), (exact(cost), exact(-cost)))
        for name, number, revenue, cost in given
    ]

    found = table(rows, by, started)

    assert whole([each.revenue for each in found.rows]) == sum(each[2] for each in given)
    assert whole([found.revenue]) == sum(each[2] for each in given)
    assert whole([each.costs["direct"] for each in found.rows]) == sum(each[3] for each in given)
    dated = [row for row in rows if row.customer in started]
    assert sum(each.customers for each in found.rows if each.age is not None) == len(dated)


def exact(units: int) -> Decimal:
    return Decimal(f"{units}e-12")


def whole(amounts: list[Decimal | None]) -> int:
    """Return the sum in units of 1e-12."""
    parts = [each.as_integer_ratio() for each in amounts if each is not None]
    return sum(top * 10**12 // bottom for top, bottom in parts)


def test_no_rows_are_no_cohorts() -> None:
    found = table([], {})

    assert [*found.rows, *found.findings] == []
    assert found.revenue == 0


def test_a_row_has_a_cost_per_numerator() -> None:
    with pytest.raises(ValueError, match="2 costs of a customer for 1 numerators"):
        cohorts([row("a", 1)], ["direct"], by={}, started={}, attribute="plan")


def test_sizes_are_by_the_part_of_customers_that_have_less() -> None:
    amounts = {f"customer-{place}": Decimal(place) for place in range(10)}

    sizes = size_cohorts(amounts)

    assert [*sizes.values()].count("small") == 5
    assert sizes["customer-9"] == "large"
    assert size_cohorts({}) == {}
    assert set(size_cohorts(dict.fromkeys("abc", Decimal(1))).values()) == {"small"}


def test_bounds_that_do_not_fit_the_names_of_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"3 sizes with bounds at 0\.5"):
        size_cohorts({}, bounds=[Decimal("0.5")])


def test_a_customer_starts_with_its_first_row() -> None:
    assert first_months([row("a", 3), row("a", 2), row("b", 5)]) == {"a": month(2), "b": month(5)}
