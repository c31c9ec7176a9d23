"""A company of two products for unit economics: what each costs a day follows its orders in a way that is known.

Search costs 300 a day and 0.02 an order, ads 100 a day and 0.05 an order; a pool of 60 a day is shared by cost.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.allocated import TAXONOMY, books_of
from tests.books import Books, Said
from tests.once import once

FIRST, DAYS = date(2026, 7, 1), 92
FIXED = {"search": 300, "ads": 100}
VARIABLE = {"search": Decimal("0.02"), "ads": Decimal("0.05")}
POOL = 60
ALLOCATION = """\
to: [product]
pools:
  - {name: k8s, when: {product: k8s}, share: {by: cost}}
levels:
  - {name: customer, within: [product], share: {by: driver, driver: use}}
"""
DRIVERS = """\
orders: {unit: order, grain: day, by: [product], from: {csv: orders.csv}}
users: {unit: user, grain: month, by: [product], from: {csv: users.csv}}
revenue: {unit: USD, grain: month, by: [product], from: {csv: revenue.csv}}
use: {unit: request, grain: month, by: [product, customer], from: {csv: use.csv}}
earned: {unit: USD, grain: month, by: [customer], from: {csv: earned.csv}}
"""
PNL = """\
cohorts:
  plan: {file: customers.csv, key: customer, value: plan}
"""
CUSTOMERS = {"acme": 7, "bolt": 8, "core": 9}
"""Customer -> month of 2026 in which it started."""
METRICS = """\
cost_per_order: {cost: EffectiveCost, per: orders}
cost_per_user: {cost: EffectiveCost, per: users}
cost_of_revenue: {cost: EffectiveCost, per: revenue}
direct_per_order: {cost: EffectiveCost, part: direct, per: orders}
"""


def orders(product: str, place: int) -> int:
    """Return orders of a day: a week, a trend and something that looks like noise, of each product its own."""
    number = place * 7919 + (17 if product == "search" else 4001)
    noise = (number * number) % 997 - 498
    week = math.cos((place + (2 if product == "ads" else 0)) * math.tau / 7)
    return round((20_000 if product == "search" else 4_000) * (1 + place / 400 + week / 8 + noise / 5_000))


def cost(product: str, place: int) -> Decimal:
    """Return what a product's own charges cost on a day."""
    return FIXED[product] + VARIABLE[product] * orders(product, place)


def _charges() -> Iterator[Mapping[str, str]]:
    for place in range(DAYS):
        day = FIRST + timedelta(days=place)
        month, after = day.replace(day=1), (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        for product, amount in (("search", None), ("ads", None), ("k8s", Decimal(POOL))):
            text = f"{cost(product, place) if amount is None else amount}"
            yield {
                "BilledCost": text,
                "EffectiveCost": text,
                "ResourceId": f"i-{product}",
                "Tags": json.dumps({"product": product}),
                "ServiceProviderName": "AWS",
                "BillingPeriodStart": f"{month}T00:00:00Z",
                "BillingPeriodEnd": f"{after}T00:00:00Z",
                "ChargePeriodStart": f"{day}T00:00:00Z",
                "ChargePeriodEnd": f"{day + timedelta(days=1)}T00:00:00Z",
            }


def _rows() -> dict[str, str]:
    days = [(FIRST + timedelta(days=place), place) for place in range(DAYS)]
    lines = [f"{day},{product},{orders(product, place)}" for day, place in days for product in FIXED]
    months = ("2026-07", "2026-08", "2026-09")
    served = [(month, name) for month in months for name, since in CUSTOMERS.items() if int(month[-1]) >= since]
    use = [f"{month},{product},{name},{len(name + product)}" for month, name in served for product in FIXED]
    return {
        "use.csv": "\n".join(["date,product,customer,use", *use, ""]),
        "earned.csv": "\n".join(["date,customer,earned", *(f"{month},{name},9000" for month, name in served), ""]),
        "customers.csv": "customer,plan\nacme,pro\nbolt,free\n",
        "orders.csv": "\n".join(["date,product,orders", *lines, ""]),
        "users.csv": "\n".join(["date,product,users", *(f"{month},search,{100}" for month in months), ""]),
        "revenue.csv": "\n".join(
            ["date,product,revenue", *(f"{month},{name},60000" for month in months for name in FIXED), ""]
        ),
    }


def unit_economics_once(factory: pytest.TempPathFactory) -> Books:
    """Return the company, loaded and applied, to be read: who changes it takes a copy."""

    def make(folder: Path) -> Path:
        books_of(folder, _charges())
        books = Books(folder)
        files = {"taxonomy.yaml": TAXONOMY, "allocation.yaml": ALLOCATION, "drivers.yaml": DRIVERS, "pnl.yaml": PNL}
        for name, text in {**files, "metrics.yaml": METRICS, **_rows()}.items():
            books.write(name, text)
        for command in (("drivers", "load"), ("apply", "--author", "Ann")):
            said = books.run(*command)
            assert said.code == 0, said.err
        return folder

    return Books(once(factory, "unit-economics", make))


def ask(books: Books, *words: str) -> Said:
    """Ask for the unit economics of cost per order; they must be told."""
    said = books.run("unit-economics", "cost_per_order", *words)
    assert said.code == 0, said.err
    return said


def refusal(books: Books, *words: str) -> str:
    """Return what is said where unit economics are refused."""
    said = books.run("unit-economics", *words)
    assert said.code == 1, said.out
    assert "Traceback" not in said.err
    return said.err
