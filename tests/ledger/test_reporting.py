"""The reporting currency beside the originals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from finmod.engines.duckdb import Engine, EngineError
from finmod.ledger.rates import UsedRate
from finmod.ledger.reporting import ADDED, WANTED, Reporting, rates_sql, with_reporting

DAY = date(2026, 9, 1)


def charges(*rows: tuple[str | None, str, date]) -> str:
    """Return a SELECT of charges: amount, currency, day."""
    costs = ", ".join(
        f"CAST(a AS DECIMAL(38,12)) AS {name}" for name in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
    )
    values = ", ".join(
        f"({'NULL' if amount is None else repr(amount)}, '{currency}', DATE '{day}')" for amount, currency, day in rows
    )
    return f"SELECT {costs}, c AS BillingCurrency, d AS x_ChargeDate FROM (VALUES {values}) AS given (a, c, d)"


def used(rate: str | None, currency: str = "EUR", day: date = DAY) -> UsedRate:
    return UsedRate(currency, day, None if rate is None else Decimal(rate), None if rate is None else day, "direct")


def billed(engine: Engine, rows: str, *rates: UsedRate) -> list[Decimal | None]:
    sql = with_reporting(rows, Reporting("USD", rates))
    return [row[0] for row in engine.rows(f"SELECT x_ReportingBilledCost FROM ({sql})")]


def test_every_cost_is_told_beside_the_original_with_rate_and_day(engine: Engine) -> None:
    sql = with_reporting(charges(("10", "EUR", DAY)), Reporting("USD", (used("1.25"),)))
    names, (row,) = engine.table(sql)
    found = dict(zip(names, row, strict=True))
    assert [name for name in names if name in ADDED] == list(ADDED)
    assert (found["BilledCost"], found["BillingCurrency"]) == (Decimal(10), "EUR")
    assert [found[name] for name in ADDED] == [Decimal("1.25"), DAY, "USD", *[Decimal("12.5")] * 4]
    assert dict(engine.columns(sql))["x_FxRate"] == "DECIMAL(38,18)"
    assert dict(engine.columns(sql))["x_ReportingListCost"] == "DECIMAL(38,12)"
    assert not any("DOUBLE" in kind or "FLOAT" in kind for _, kind in engine.columns(sql))


def test_the_reporting_currency_itself_needs_no_rate(engine: Engine) -> None:
    rows = charges(("0.000000000001", "USD", DAY))
    for rates in (None, ()):
        (row,) = engine.rows(f"SELECT {', '.join(ADDED)} FROM ({with_reporting(rows, Reporting('USD', rates))})")
        assert row == (Decimal(1), None, "USD", *[Decimal("0.000000000001")] * 4)


def test_without_a_rate_an_amount_is_unknown(engine: Engine) -> None:
    before, after = date(2026, 8, 31), date(2026, 9, 2)
    rows = charges(("1", "EUR", DAY), ("1", "CHF", DAY), ("1", "EUR", before), ("1", "EUR", after), (None, "EUR", DAY))
    assert billed(engine, rows, used("2"), used(None, "CHF")) == [Decimal(2), None, None, None, None]
    assert billed(engine, rows) == [None] * 5


def test_a_day_between_two_others_has_its_own_rate_or_none(engine: Engine) -> None:
    days = [date(2026, 9, number) for number in (1, 2, 3, 4)]
    rates = (used("1", day=days[0]), used(None, day=days[1]), used("3", day=days[3]))
    rows = charges(*(("1", "EUR", each) for each in days))
    assert billed(engine, rows, *rates) == [Decimal(1), None, None, Decimal(3)]


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [
        ("0.000000000001", "0.5", "0.000000000001"),
        ("-0.000000000001", "0.5", "-0.000000000001"),
        ("0.000000000001", "0.499999999999999999", "0"),
        ("0.000000000003", "0.5", "0.000000000002"),
        ("999999.999999999999", "0.999999999999999999", "999999.999999999998"),
        ("999999.999999999999", "999999999999.999999999999999999", "999999999999999998.999999999999"),
        ("1000000", "1.000000000000000001", "1000000.000000000001"),
        ("10000000000000.123456789012", "1.170000000000000001", "11700000000000.144454443144"),
        ("-10000000000000.123456789012", "1.170000000000000001", "-11700000000000.144454443144"),
        ("10000000000000", "9999999999.999999999999999999", "99999999999999999999999.99999"),
        ("99999999999999999999.999999999999", "0.999999999999999999", "99999999999999999899.999999999999"),
        ("0", "3", "0"),
    ],
)
def test_a_product_is_exact_and_rounded_once_halves_away_from_zero(
    engine: Engine, amount: str, rate: str, expected: str
) -> None:
    assert billed(engine, charges((amount, "EUR", DAY)), used(rate)) == [Decimal(expected)]


def test_an_amount_without_room_is_unknown_and_the_others_stay(engine: Engine) -> None:
    rows = charges(("99999999999999999999999999", "EUR", DAY), ("2", "EUR", DAY))
    assert billed(engine, rows, used("1000")) == [None, Decimal(2000)]


def test_a_query_that_needs_no_rate_does_not_ask_for_one_and_any_other_does(engine: Engine) -> None:
    sql = with_reporting(charges(("1", "EUR", DAY), ("2", "USD", DAY)), Reporting("USD"))
    assert engine.rows(f"SELECT sum(EffectiveCost) FROM ({sql})") == [(Decimal(3),)]
    assert engine.rows(f"SELECT x_ReportingBilledCost FROM ({sql}) WHERE BillingCurrency = 'USD'") == [(Decimal(2),)]
    uses = ("x_FxRate", "TRY(x_FxDate)", "*", "c", "coalesce(TRY(x_ReportingListCost), 0)", "count(x_FxRate)")
    for column in uses:
        with pytest.raises(EngineError, match=WANTED):
            engine.rows(f"SELECT {column} FROM ({sql}) AS c")


def test_a_supplier_s_column_of_the_same_name_gives_way(engine: Engine) -> None:
    rows = f"SELECT *, 'theirs' AS X_fxrate FROM ({charges(('1', 'EUR', DAY))})"
    sql = with_reporting(rows, Reporting("USD", (used("2"),)), ("X_fxrate",))
    assert engine.rows(f"SELECT x_FxRate FROM ({sql})") == [(Decimal(2),)]


def test_the_table_of_rates_says_where_each_comes_from(engine: Engine) -> None:
    published = {
        ("EUR", "USD"): {DAY: Decimal("1.25")},
        ("EUR", "GBP"): {DAY: Decimal("0.5")},
        ("CHF", "EUR"): {date(2026, 9, 2): Decimal(1)},
    }
    assert sorted(engine.rows(rates_sql(published, "USD"))) == [
        (DAY, "EUR", "USD", Decimal("1.25"), "direct"),
        (DAY, "GBP", "USD", Decimal("2.5"), "cross via EUR"),
    ]
    assert engine.rows(rates_sql({}, "USD")) == []
    kinds = ["DATE", "VARCHAR", "VARCHAR", "DECIMAL(38,18)", "VARCHAR"]
    assert engine.columns(rates_sql({}, "USD")) == list(zip(("date", "from", "to", "rate", "how"), kinds, strict=True))
