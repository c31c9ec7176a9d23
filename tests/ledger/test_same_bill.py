"""Whether a bill stands in the ledger already: which costs of a day count as the same."""

from __future__ import annotations

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger, PreparedPeriod
from finmod.ledger.same_bill import same_bill
from tests.books import month
from tests.ledger.conftest import JULY, NOW, Make


def daily(period: Make, cost: str) -> PreparedPeriod:
    """Return July of the source saas: 25 days with a charge of one cost each."""
    charges = (
        month(7, cost, ChargePeriodStart=f"2026-07-{day:02}", ChargePeriodEnd=f"2026-07-{day + 1:02}")
        for day in range(1, 26)
    )
    return period(JULY, *charges)


@pytest.mark.parametrize(
    ("stands", "comes", "is_same"),
    [
        ("0.012", "0.0149", True),
        ("0.012", "0.016", False),
        ("0.016", "0.012", False),
        ("0.01", "0.02", False),
        ("1", "1.01", True),
        ("100", "101", True),
        ("100", "102", False),
        ("-0.012", "-0.0149", True),
        ("-100", "-101", True),
        ("-100", "-102", False),
        ("-100", "100", False),
    ],
)
def test_costs_are_the_same_at_2_decimals_or_where_they_differ_by_a_hundredth(  # noqa: PLR0913 -- fixtures
    engine: Engine, ledger: Ledger, period: Make, stands: str, comes: str, *, is_same: bool
) -> None:
    head = ledger.commit(engine, [daily(period, stands)], "l1", NOW)
    problems = same_bill(engine, ledger, head, "again", [daily(period, comes)])
    assert [problem.code for problem in problems] == ["FM1440"] * is_same


def test_what_stands_of_the_source_itself_is_no_other_bill(engine: Engine, ledger: Ledger, period: Make) -> None:
    head = ledger.commit(engine, [daily(period, "3")], "l1", NOW)
    assert same_bill(engine, ledger, head, "saas", [daily(period, "3")]) == []
