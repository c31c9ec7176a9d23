"""Rows of allocated cost by day: what runs for several days is spread over them, to the last digit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finmod.engines.duckdb import Engine
from finmod.focus.columns import COSTS
from finmod.ledger.tables import ALLOCATED
from finmod.marts.days import OF_DAY, PART, by_days, by_parts
from finmod.models.proportional import spread
from finmod.terms.money import in_units

FEBRUARY = date(2028, 2, 1)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as made:
        yield made


PARTS = {FEBRUARY: [(FEBRUARY, date(2028, 2, 6)), (date(2028, 2, 6), date(2028, 3, 1))]}


def row(cost: Decimal | None, begins: date, days: int | None) -> str:
    """Return SQL of a row of February 2028 with a cost by every measure."""
    values = {name: f"NULL::{kind}" for name, kind in ALLOCATED.columns.items()}
    values |= {"x_BillingPeriod": f"DATE '{FEBRUARY}'", "x_ChargeDate": f"DATE '{begins}'"}
    values |= {"x_ChargeDays": "NULL::INTEGER" if days is None else f"{days}::INTEGER"}
    values |= dict.fromkeys(COSTS, f"{'NULL' if cost is None else f'{cost:f}'}::DECIMAL(38,12)")
    return f"(SELECT {', '.join(f'{sql} AS {name}' for name, sql in values.items())})"


def told(engine: Engine, sql: str) -> list[tuple[date, int, Decimal | None]]:
    """Return day, part and EffectiveCost."""
    return [*engine.rows(f"SELECT {OF_DAY}, {PART}, EffectiveCost FROM {sql} ORDER BY 1")]


def days_of(
    engine: Engine, cost: Decimal | None, begins: date, days: int | None
) -> list[tuple[date, int, Decimal | None]]:
    return told(engine, by_days(row(cost, begins, days)))


def parts_of(
    engine: Engine, cost: Decimal | None, begins: date, days: int | None
) -> list[tuple[date, int, Decimal | None]]:
    return told(engine, by_parts(row(cost, begins, days), PARTS))


def test_a_month_is_spread_over_its_days(engine: Engine) -> None:
    found = days_of(engine, Decimal(29), FEBRUARY, 29)

    assert found == [(date(2028, 2, at + 1), at, Decimal(1)) for at in range(29)]


def test_what_does_not_come_out_even_is_larger_on_its_first_days(engine: Engine) -> None:
    found = days_of(engine, Decimal("-0.000000000007"), date(2028, 2, 26), 4)

    units = [in_units(cost or Decimal(0)) for _, _, cost in found]
    assert (found[0][0], units) == (date(2028, 2, 26), [-2, -2, -2, -1])


@settings(max_examples=60, deadline=None)
@given(
    cost=st.decimals(min_value=-(10**25), max_value=10**25, places=12, allow_nan=False),
    days=st.integers(min_value=1, max_value=29),
)
def test_parts_are_those_of_spread_and_sum_to_the_cost(cost: Decimal, days: int) -> None:
    with Engine() as engine:
        found = days_of(engine, cost, FEBRUARY, days)
        parts = parts_of(engine, cost, FEBRUARY, days)

    units = spread(in_units(cost), days)
    assert [in_units(part or Decimal(0)) for _, _, part in found] == units
    sums = [sum(units[:5]), *([sum(units[5:])] if days > 5 else [])]
    assert [in_units(part or Decimal(0)) for _, _, part in parts] == sums


@pytest.mark.parametrize("days", [1, None])
def test_a_charge_of_a_day_or_of_nobody_knows_how_many_is_of_one(engine: Engine, days: int | None) -> None:
    assert days_of(engine, Decimal(7), date(2028, 2, 9), days) == [(date(2028, 2, 9), 0, Decimal(7))]


def test_a_correction_is_of_the_first_day_of_the_month_that_it_is_booked_in(engine: Engine) -> None:
    assert days_of(engine, Decimal(7), date(2028, 1, 1), None) == [(FEBRUARY, 0, Decimal(7))]


@pytest.mark.parametrize(("begins", "days", "until"), [(date(2028, 1, 31), 29, 29), (date(2028, 2, 20), 31, 29)])
def test_no_part_is_outside_of_the_month(engine: Engine, begins: date, days: int, until: int) -> None:
    found = days_of(engine, Decimal(290), begins, days)

    assert (found[0][0], found[-1][0].day) == (max(begins, FEBRUARY), until)
    assert sum(cost or Decimal(0) for _, _, cost in found) == 290


def test_an_unknown_cost_is_unknown_on_each_of_its_days(engine: Engine) -> None:
    assert days_of(engine, None, date(2028, 2, 28), 2) == [(date(2028, 2, 28), 0, None), (date(2028, 2, 29), 1, None)]


@pytest.mark.parametrize(
    ("begins", "days", "expected"),
    [
        (date(2028, 1, 9), 1, [(FEBRUARY, 0)]),
        (date(2028, 2, 5), 1, [(FEBRUARY, 0)]),
        (date(2028, 2, 6), None, [(date(2028, 2, 6), 0)]),
        (date(2028, 2, 4), 3, [(FEBRUARY, 0), (date(2028, 2, 6), 2)]),
        (date(2028, 2, 6), 9, [(date(2028, 2, 6), 0)]),
        (date(2028, 2, 2), 4, [(FEBRUARY, 0)]),
    ],
)
def test_a_row_is_in_each_part_that_it_has_days_of(
    engine: Engine, begins: date, days: int | None, expected: list[tuple[date, int]]
) -> None:
    found = parts_of(engine, Decimal(9), begins, days)

    assert [(first, begun) for first, begun, _ in found] == expected
    assert sum(cost or Decimal(0) for _, _, cost in found) == 9
