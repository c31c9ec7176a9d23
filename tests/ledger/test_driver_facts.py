"""What the rows of drivers tell by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.driver_facts import DriverFacts, days_of_bills, driver_facts
from finmod.ledger.ledger import Ledger
from tests.books import Books, bill

NOW = datetime(2026, 9, 30)  # noqa: DTZ001 -- instants of tables have no zone


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as made:
        yield made


def rows(*given: tuple[str, str, int, str]) -> str:
    """Return SQL of rows: driver, start, value, grain; places are numbered."""
    values = ", ".join(
        f"('{name}', TIMESTAMP '{start}', TIMESTAMP '{start}' + INTERVAL 1 {grain}, '{grain}', "
        f"{value}::DECIMAL(38,12), 'f, row {place}')"
        for place, (name, start, value, grain) in enumerate(given, start=1)
    )
    return f"(SELECT * FROM (VALUES {values}) AS t(x_Driver, x_Start, x_End, x_Grain, x_Value, x_Place))"


def test_reach_gaps_and_signs_are_counted(engine: Engine) -> None:
    given = rows(
        ("a", "2026-08-30", 1, "day"),
        ("a", "2026-08-30", 1, "day"),
        ("a", "2026-09-02", -2, "day"),
        ("a", "2026-09-01", 4, "day"),
        ("a", "2026-09-30", 5, "day"),
        ("b", "2026-07-01", 7, "month"),
        ("b", "2026-09-01", 8, "month"),
        ("c", "2026-09-01 10:00", 8, "hour"),
        ("c", "2026-09-01 11:00", -8, "hour"),
    )
    found = driver_facts(engine, given, NOW)

    def at(*parts: int) -> datetime:
        return datetime(2026, *parts)  # type: ignore[arg-type] # noqa: DTZ001 -- as above

    assert found["a"] == DriverFacts(
        5, at(8, 30), at(9, 30), at(10, 1), 4, 28, at(8, 31), Decimal(7), 1, Decimal(-2), "f, row 3", 1
    )
    assert found["b"] == DriverFacts(
        2, at(7, 1), at(9, 1), at(10, 1), 2, 1, at(8, 1), Decimal(8), 0, Decimal(0), None, 0
    )
    assert (found["c"].gaps, found["c"].first_gap, found["c"].last_month) == (0, None, Decimal(0))


def test_bills_reach_from_their_first_to_their_last_day(engine: Engine, books: Books) -> None:
    """A charge outside of its billing period does not count: a purchase may begin years before."""
    ledger = Ledger(books.root / ".finmod")
    assert days_of_bills(engine, ledger, ledger.head(engine)) is None
    odd = {"ChargePeriodStart": "2020-01-01T00:00:00Z", "ChargePeriodEnd": "2020-01-02T00:00:00Z"}
    last = {"ChargePeriodStart": "2026-09-20T00:00:00Z", "ChargePeriodEnd": "2026-09-21T00:00:00Z"}
    books.load(books.write("a.csv", bill({}, odd, last)))
    assert days_of_bills(engine, ledger, ledger.head(engine)) == (date(2026, 9, 1), date(2026, 9, 21))
