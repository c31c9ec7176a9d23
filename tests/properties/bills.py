"""Random small bills as FOCUS, and a fresh project for each example."""

from __future__ import annotations

import itertools
from collections import Counter
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.books import Books, bill, month
from tests.examples import examples

FEW = settings(
    max_examples=examples(4),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""Each example writes, loads and queries whole ledgers."""

_ACCOUNT = {"USD": "a1", "EUR": "a2"}
_numbers = itertools.count()

charge = st.builds(
    lambda number, day, cost, currency, service: month(
        number,
        f"{cost:f}",
        BillingCurrency=currency,
        BillingAccountId=_ACCOUNT[currency],
        ServiceName=service,
        ChargePeriodStart=f"2026-{number:02}-{day:02}T00:00:00Z",
        ChargePeriodEnd=f"2026-{number:02}-{day + 1:02}T00:00:00Z",
    ),
    st.integers(6, 8),
    st.integers(1, 3),
    st.decimals(-100, 1000, places=14),
    st.sampled_from(["USD", "EUR"]),
    st.sampled_from(["Storage", "Compute", "it's; DROP"]),
)
content = st.lists(charge, min_size=1, max_size=6)
contents = st.lists(content, min_size=1, max_size=3)
"""The contents of a few files."""


def project(folder: Path) -> Books:
    """Return a fresh project."""
    return Books(folder / f"books{next(_numbers)}")


def write(books: Books, files: list[list[dict[str, str]]]) -> None:
    """Write files a.csv, b.csv ... into the exports, each with bytes of its own."""
    for place, rows in enumerate(files):
        books.write(f"exports/{chr(97 + place)}.csv", bill(*({**row, "x_File_": str(place)} for row in rows)))


def rounded(cost: str) -> Decimal:
    """Return an amount as the ledger keeps it."""
    return Decimal(cost).quantize(Decimal("1e-12"), "ROUND_HALF_UP")


def expected(files: list[list[dict[str, str]]]) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """Return (billing period, currency) -> charges and BilledCost, added up in Python."""
    count: Counter[tuple[str, str]] = Counter()
    total: dict[tuple[str, str], Decimal] = {}
    for row in itertools.chain.from_iterable(files):
        place = (row["BillingPeriodStart"][:7], row["BillingCurrency"])
        count[place] += 1
        total[place] = total.get(place, Decimal(0)) + rounded(row["BilledCost"])
    return {place: (count[place], total[place]) for place in total}


def held(books: Books, table: str = "charges") -> dict[tuple[str, str], tuple[int, Decimal]]:
    """Return the same from a public table."""
    rows = "count(*)" if table == "charges" else "CAST(sum(x_Charges) AS BIGINT)"
    found = books.query(
        f"SELECT strftime(x_BillingPeriod, '%Y-%m') AS p, BillingCurrency AS c, {rows} AS n, sum(BilledCost) AS b "
        f"FROM {table} GROUP BY ALL"
    )
    return {(row["p"], row["c"]): (row["n"], Decimal(row["b"])) for row in found}
