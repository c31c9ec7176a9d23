"""One figure, asked for in four ways, is one figure; what products cost together is all that the ledger has."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

import finmod as fm
from finmod.terms.money import plain
from tests.books import Books
from tests.once import demo_once

pytestmark = pytest.mark.journey

MONTH = "2026-10"
CLOUD = {"Support plans", "Company tools", "Platforms and network", "Cloud hosting"}
"""Lines of the sample's pnl.yaml that are of allocated cost."""


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """The demo's project: a copy shares its ledger, which is only read."""
    return Books(demo_once(tmp_path_factory).folder)


def by_product(rows: list[dict[str, str]], name: str, value: str) -> dict[str | None, Decimal]:
    return {row[name]: Decimal(row[value]) for row in rows if row[value] is not None}


def test_sql_python_command_and_statement_tell_the_same_cost(books: Books) -> None:
    command = books.run("metric", "cloud_cost", "--by", "product", "--from", MONTH, "--output", "json")
    told = by_product(json.loads(command.out), "product", "value")
    frame = fm.open(books.root).metric("cloud_cost", by="product", first=MONTH)
    assert {row["product"]: row["value"] for row in frame} == told
    query = books.query(
        "SELECT x_Product, sum(EffectiveCost) AS cost FROM allocated_daily "
        f"WHERE x_BillingPeriod = '{MONTH}-01' GROUP BY 1"
    )
    assert by_product(query, "x_Product", "cost") == told
    cloud = statement(books, "--period", MONTH)[MONTH]
    assert {name: cost for name, cost in cloud.items() if name in told} == told
    assert all(cost == 0 for name, cost in cloud.items() if name not in told)


def statement(books: Books, *words: str) -> dict[str, dict[str | None, Decimal]]:
    """Return period -> member -> what the lines of cloud cost sum to in ``finmod pnl``."""
    said = json.loads(books.run("pnl", "--by", "product", *words, "--output", "json").out)
    assert all(proof["holds"] for proof in said["proofs"])
    found: dict[str, dict[str | None, Decimal]] = {}
    for row in said["rows"]:
        if row["kind"] == "line" and row["item"] in CLOUD and row["by"]:
            of_period = found.setdefault(row["period"], {})
            of_period[row["member"]] = of_period.get(row["member"], Decimal(0)) + Decimal(row["actual"] or 0)
    return found


def test_unit_cost_is_the_same_in_sql_and_python_and_on_the_screen(books: Books) -> None:
    rows = fm.open(books.root).metric("cost_per_order", by="product", first=MONTH)
    told = {row["product"]: row["value"] for row in rows if row["value"] is not None}
    assert len(told) > 5
    query = books.query(
        "SELECT x_Product, x_Figure FROM metrics_monthly WHERE x_Metric = 'cost_per_order' AND NOT x_IsTotal "
        f"AND x_BillingPeriod = '{MONTH}-01' AND x_Figure IS NOT NULL"
    )
    assert by_product(query, "x_Product", "x_Figure") == told
    screen = books.run("metric", "cost_per_order", "--by", "product").out
    shown = {line.split()[0]: line for line in screen.splitlines() if line.split()[0] in told}
    assert shown.keys() == told.keys()
    assert all(plain(value)[:5] in shown[name or ""] for name, value in told.items())


def test_statements_of_products_sum_to_the_ledger(books: Books) -> None:
    rows = books.query(
        "SELECT strftime(x_BillingPeriod, '%Y-%m') AS m, sum(EffectiveCost) AS c FROM charges GROUP BY 1"
    )
    ledger = {row["m"]: Decimal(row["c"]) for row in rows}
    found = statement(books, "--from", min(ledger), "--to", max(ledger))
    assert {period: sum(found[period].values()) for period in ledger} == ledger
