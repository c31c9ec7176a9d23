"""Whatever is loaded, restated, closed and reopened: the total is that of the last bills, and closed months stay."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.books import DROP, Books
from tests.examples import examples
from tests.properties.bills import content, expected, held, project, write

Content = list[dict[str, str]]
Step = tuple[Literal["load"], list[Content]] | tuple[Literal["close", "reopen"], int]

some = settings(
    max_examples=examples(3), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
loads = st.tuples(st.just("load"), st.lists(content, min_size=2, max_size=2))
closes = st.tuples(st.sampled_from(["close", "close", "reopen"]), st.integers(6, 8))
steps = st.lists(st.one_of(loads, closes), min_size=3, max_size=7)


def per_currency(found: dict[tuple[str, str], tuple[int, Decimal]]) -> dict[str, Decimal]:
    """Return currency -> BilledCost over all months; a currency of nothing but 0 is left out."""
    totals: dict[str, Decimal] = {}
    for (_, currency), (_, amount) in found.items():
        totals[currency] = totals.get(currency, Decimal(0)) + amount
    return {currency: amount for currency, amount in totals.items() if amount}


def of_month(books: Books, month: str, *arguments: str) -> list[dict[str, str]]:
    sql = (
        "SELECT BillingCurrency, ServiceName, CAST(sum(BilledCost) AS VARCHAR) AS b, count(*) AS n FROM charges "
        f"WHERE strftime(x_BillingPeriod, '%Y-%m') = '{month}' GROUP BY ALL ORDER BY ALL"
    )
    return books.query(sql, *arguments)


@some
@given(first=st.lists(content, min_size=2, max_size=2), steps=steps)
def test_totals_are_those_of_the_last_bills_and_closed_months_never_change(
    tmp_path: Path, first: list[Content], steps: list[Step]
) -> None:
    books = project(tmp_path)
    latest: list[Content] = []
    closed: dict[str, list[dict[str, str]]] = {}
    for step in (("load", first), *steps):
        if step[0] == "load":
            latest = step[1]
            write(books, latest)
        elif books.run(step[0], f"2026-0{step[1]}", *(() if step[0] == "close" else ("--reason", "r"))).code == 0:
            closed.pop(f"2026-0{step[1]}", None)
            if step[0] == "close":
                closed[f"2026-0{step[1]}"] = of_month(books, f"2026-0{step[1]}")
        books.load(books.root / "exports", *DROP)
        assert per_currency(held(books)) == per_currency(held(books, "charges_daily")) == per_currency(expected(latest))
        for month, told in closed.items():
            assert of_month(books, month) == of_month(books, month, "--as-of", month) == told
    assert "False" not in books.run("check", "--proof", "--output", "csv").out
    assert books.staged() == []
