"""What each target has more or less in one allocation than in another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from finmod.allocation.differences import Sides, Total, changes, months, moved_costs, totals
from finmod.allocation.moves import Change
from finmod.engines.duckdb import Engine

JULY, AUGUST, SEPTEMBER = (date(2026, number, 1) for number in (7, 8, 9))
Row = tuple[str, str | None, str, str | None, str | None, str]


def rows(*given: Row) -> str:
    """Return SQL for rows: billing period, closed month, currency, pool, product, EffectiveCost."""
    names = "t(x_BillingPeriod, x_AllocationOf, BillingCurrency, x_Pool, x_Product, EffectiveCost)"
    texts = ", ".join(
        f"(DATE '{row[0]}', {_sql(row[1])}::DATE, '{row[2]}', {_sql(row[3])}, {_sql(row[4])}, {row[5]}::DECIMAL(38,12))"
        for row in given
    )
    return f"SELECT * FROM (VALUES {texts}) AS {names}"


def _sql(text: str | None) -> str:
    return "NULL" if text is None else f"'{text}'"


def sides(before: str, after: str, chosen: list[date] | None = None) -> Sides:
    return Sides(before, after, ["x_Product"], "EffectiveCost", chosen)


BEFORE = rows(
    ("2026-07-01", None, "USD", None, "search", "5"),
    ("2026-07-01", None, "USD", "k8s", "search", "6"),
    ("2026-08-01", None, "EUR", "k8s", None, "1"),
)
AFTER = rows(
    ("2026-07-01", None, "USD", None, "search", "5"),
    ("2026-07-01", None, "USD", "k8s", "ads", "6"),
    ("2026-08-01", None, "EUR", "k8s", None, "NULL"),
    ("2026-08-01", None, "EUR", "k8s", "ads", "1"),
)


def test_what_differs_is_told_by_month_currency_pool_and_target() -> None:
    with Engine() as engine:
        assert changes(engine, sides(BEFORE, AFTER)) == [
            Change(JULY, "USD", "k8s", ("ads",), Decimal(6)),
            Change(JULY, "USD", "k8s", ("search",), Decimal(-6)),
            Change(AUGUST, "EUR", "k8s", ("ads",), Decimal(1)),
            Change(AUGUST, "EUR", "k8s", (None,), Decimal(-1)),
        ]
        assert changes(engine, sides(BEFORE, BEFORE)) == []


def test_the_order_in_which_a_pool_was_split_is_no_difference() -> None:
    """What is less than 1e-9 everywhere in a pool and sums to 0; cost that came is some, however little."""
    tiny = "0.000000000002"
    before = rows(*(("2026-07-01", None, "USD", pool, "search", tiny) for pool in ("k8s", "net")))
    swapped = rows(*(("2026-07-01", None, "USD", pool, "ads", tiny) for pool in ("k8s", "net")))
    more = rows(
        ("2026-07-01", None, "USD", "k8s", "ads", tiny), ("2026-07-01", None, "USD", "net", "search", tiny),
        ("2026-07-01", None, "USD", "net", "ads", tiny),
    )  # fmt: skip
    with Engine() as engine:
        assert changes(engine, sides(before, swapped)) == []
        assert changes(engine, sides(before, more)) == [Change(JULY, "USD", "net", ("ads",), Decimal(tiny))]


def test_small_differences_of_a_pool_with_larger_ones_count() -> None:
    """They make the larger ones exact."""
    before = rows(("2026-07-01", None, "USD", "k8s", "search", "1"))
    after = rows(
        ("2026-07-01", None, "USD", "k8s", "ads", "0.999999999999"),
        ("2026-07-01", None, "USD", "k8s", "shop", "0.000000000001"),
    )
    with Engine() as engine:
        assert sum(each.amount for each in changes(engine, sides(before, after))) == 0


def test_totals_stay_apart_by_currency() -> None:
    with Engine() as engine:
        found = totals(engine, sides(BEFORE, AFTER))
        assert found == [Total("EUR", Decimal(1), Decimal(1)), Total("USD", Decimal(11), Decimal(11))]
        assert [total.difference for total in found] == [0, 0]
        assert months(engine, sides(BEFORE, AFTER)) == [JULY, AUGUST]


def test_a_month_alone_can_be_compared() -> None:
    with Engine() as engine:
        assert {each.month for each in changes(engine, sides(BEFORE, AFTER, [AUGUST]))} == {AUGUST}
        assert [total.currency for total in totals(engine, sides(BEFORE, AFTER, [AUGUST]))] == ["EUR"]


def test_what_was_booked_later_of_a_closed_month_is_told_with_it() -> None:
    told = rows(
        ("2026-07-01", None, "USD", "k8s", "search", "6"),
        ("2026-09-01", "2026-07-01", "USD", "k8s", "search", "-6"),
        ("2026-09-01", "2026-07-01", "USD", "k8s", "ads", "6"),
    )
    now = rows(("2026-07-01", None, "USD", "k8s", "ads", "6"))
    with Engine() as engine:
        assert changes(engine, sides(told, now)) == []
        assert months(engine, sides(told, now)) == [JULY]


COSTS = ("BilledCost", "ListCost", "ContractedCost")


def costly(*amounts: str | None, product: str = "search") -> str:
    """Return SQL for a row of July's pool k8s with these costs."""
    listed = ", ".join(
        f"{amount or 'NULL'}::DECIMAL(38,12) AS {name}" for amount, name in zip(amounts, COSTS, strict=True)
    )
    return (
        f"SELECT DATE '2026-07-01' AS x_BillingPeriod, NULL::DATE AS x_AllocationOf, 'USD' AS BillingCurrency, "
        f"'k8s' AS x_Pool, '{product}' AS x_Product, {listed}"
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (costly("1", "2", "3"), costly("1", "2", "3"), ()),
        (costly("1", "2", "3"), costly("1", "5", "3"), ("ListCost",)),
        (costly("1", "2", "3"), costly("1", "2", "3", product="ads"), COSTS),
        # What the order of a split moves is none; cost that came is some, however little.
        (
            f"{costly('1', '1', '0')} UNION ALL {costly('1', '1', '0', product='ads')}",
            (
                f"{costly('1.000000000002', '1.000000000002', '0')} UNION ALL "
                f"{costly('0.999999999998', '1', '0', product='ads')}"
            ),
            ("ListCost",),
        ),
        (costly(None, "2", "3"), costly("0", "2", "3"), ()),
    ],
)
def test_costs_of_which_anything_moves_are_those_of_which_changes_are_told(
    before: str, after: str, expected: tuple[str, ...]
) -> None:
    with Engine() as engine:
        assert moved_costs(engine, sides(before, after), COSTS) == expected
        each = (replace(sides(before, after), measure=cost) for cost in COSTS)
        assert tuple(side.measure for side in each if changes(engine, side)) == expected
        assert moved_costs(engine, sides(before, after), ()) == ()
