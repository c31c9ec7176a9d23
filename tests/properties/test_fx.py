"""What holds for all exchange rates and amounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from finmod.engines.duckdb import Engine
from finmod.ledger.fx_file import Published
from finmod.ledger.rates import Rule, UsedRate, derived, rates_used, rounded
from finmod.ledger.reporting import ADDED, Reporting, with_reporting

DAY = date(2026, 9, 1)
UNIT = Decimal("0.000000000001")
RATES = st.decimals(min_value=Decimal("0.0001"), max_value=10000, places=6, allow_nan=False, allow_infinity=False)
FINE_RATES = st.integers(1, 10**22).map(lambda units: Decimal(units).scaleb(-18))
AMOUNTS = st.one_of(
    st.integers(-(10**25), 10**25), st.integers(-(10**18) - 5, 10**18 + 5), st.integers(-1000, 1000)
).map(lambda units: Decimal(units).scaleb(-12))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as made:
        yield made


def one(published: Published, base: str, quote: str) -> Decimal:
    (found,) = derived(published, base, quote).values()
    rate = rounded([found])
    assert rate is not None
    return rate


def product(amount: Decimal, rate: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = 100
        return (amount * rate).quantize(UNIT, ROUND_HALF_UP)


def converted(engine: Engine, amounts: list[Decimal], rate: Decimal) -> list[Decimal]:
    values = ", ".join(f"({place}, CAST('{amount:f}' AS DECIMAL(38,12)))" for place, amount in enumerate(amounts))
    costs = "a AS BilledCost, a AS EffectiveCost, a AS ListCost, a AS ContractedCost"
    rows = (
        f"SELECT n, {costs}, 'EUR' AS BillingCurrency, DATE '{DAY}' AS x_ChargeDate FROM (VALUES {values}) AS g (n, a)"
    )
    sql = with_reporting(rows, Reporting("USD", (UsedRate("EUR", DAY, rate, DAY, "direct"),)))
    return [row[0] for row in engine.rows(f"SELECT x_ReportingListCost FROM ({sql}) ORDER BY n")]


@given(rate=RATES)
def test_there_and_back_is_where_it_began(rate: Decimal) -> None:
    there = derived({("EUR", "USD"): {DAY: rate}}, "USD", "EUR")[DAY]
    back = derived({("EUR", "USD"): {DAY: rate}}, "EUR", "USD")[DAY]
    assert there.over * back.over == there.under * back.under


@example(dollar=Decimal(10_000), pound=Decimal("0.000478"), yen=Decimal("0.0001"))
@given(dollar=RATES, pound=RATES, yen=RATES)
def test_two_crosses_are_the_third(dollar: Decimal, pound: Decimal, yen: Decimal) -> None:
    published = {("EUR", name): {DAY: rate} for name, rate in (("USD", dollar), ("GBP", pound), ("JPY", yen))}
    first, second = derived(published, "GBP", "USD")[DAY], derived(published, "USD", "JPY")[DAY]
    third = derived(published, "GBP", "JPY")[DAY]
    assert first.over * second.over * third.under == first.under * second.under * third.over
    with localcontext() as context:
        context.prec = 100
        assert abs(one(published, "GBP", "USD") * pound - dollar) <= pound * Decimal("0.5e-18")


@given(rates=st.dictionaries(st.integers(1, 30), RATES, min_size=1))
def test_a_mean_lies_between_its_rates_and_the_last_of_a_month_is_one_of_them(rates: dict[int, Decimal]) -> None:
    published = {("EUR", "USD"): {date(2026, 9, number): rate for number, rate in rates.items()}}
    (mean,) = rates_used([("EUR", DAY)], published, Rule("USD", "month_average"))
    (last,) = rates_used([("EUR", DAY)], published, Rule("USD", "month_end"))
    assert mean.rate is not None
    assert min(rates.values()) <= mean.rate <= max(rates.values())
    with localcontext() as context:
        context.prec = 100
        assert mean.rate == (sum(rates.values(), Decimal(0)) / len(rates)).quantize(Decimal("1e-18"), ROUND_HALF_UP)
    assert last.rate == rates[max(rates)]


@given(rates=st.dictionaries(st.integers(1, 30), RATES), days=st.integers(0, 31), when=st.integers(1, 30))
def test_a_rate_of_a_day_is_never_of_a_later_one_nor_too_old(rates: dict[int, Decimal], days: int, when: int) -> None:
    published = {("EUR", "USD"): {date(2026, 9, number): rate for number, rate in rates.items()}}
    (used,) = rates_used([("EUR", date(2026, 9, when))], published, Rule("USD", "day", days))
    fitting = [number for number in rates if when - days <= number <= when]
    assert (used.rate is None) == (not fitting)
    if used.rate_date is not None:
        assert (used.rate_date.day, used.rate) == (max(fitting), rates[max(fitting)])


@given(amounts=st.lists(AMOUNTS, min_size=1, max_size=20), rate=FINE_RATES)
def test_every_product_is_exact_but_for_one_rounding(engine: Engine, amounts: list[Decimal], rate: Decimal) -> None:
    assert converted(engine, amounts, rate) == [product(amount, rate) for amount in amounts]


@settings(max_examples=50)
@given(amounts=st.lists(AMOUNTS, min_size=1, max_size=20), rate=FINE_RATES)
def test_a_refund_takes_back_what_its_charge_was(engine: Engine, amounts: list[Decimal], rate: Decimal) -> None:
    assert converted(engine, [-amount for amount in amounts], rate) == [
        -amount for amount in converted(engine, amounts, rate)
    ]


@settings(max_examples=50)
@given(amounts=st.lists(st.integers(-(10**24), 10**24), min_size=1, max_size=20), rate=FINE_RATES)
def test_rows_and_their_cell_differ_by_half_a_unit_per_rounding_at_most(
    engine: Engine, amounts: list[int], rate: Decimal
) -> None:
    with localcontext() as context:
        context.prec = 100
        charges = [Decimal(units).scaleb(-12) for units in amounts]
        *rows, cell = converted(engine, [*charges, sum(charges, Decimal(0))], rate)
        assert abs(sum(rows) - cell) <= (len(rows) + 1) * UNIT / 2


@given(rate=FINE_RATES)
@settings(max_examples=20)
def test_no_column_is_ever_a_float(engine: Engine, rate: Decimal) -> None:
    costs = ", ".join(f"CAST(1 AS DECIMAL(38,12)) AS {name}" for name in ("BilledCost", "EffectiveCost"))
    costs += ", CAST(1 AS DECIMAL(38,12)) AS ListCost, CAST(1 AS DECIMAL(38,12)) AS ContractedCost"
    rows = f"SELECT {costs}, 'EUR' AS BillingCurrency, DATE '{DAY}' AS x_ChargeDate"
    for rates in (None, (), (UsedRate("EUR", DAY, rate, DAY, "direct"),)):
        kinds = dict(engine.columns(with_reporting(rows, Reporting("USD", rates))))
        assert {kinds[name] for name in ADDED} == {"DECIMAL(38,18)", "DECIMAL(38,12)", "DATE", "VARCHAR"}
