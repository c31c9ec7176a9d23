"""A small project with metrics: two products that share a cluster, drivers of several grains, and how it is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from finmod.settings.project import load_project
from finmod.terms.money import plain
from finmod.workspace.apply import apply
from finmod.workspace.drivers import load_drivers
from finmod.workspace.metrics.metric import MetricReport, metric
from tests.applied import shared
from tests.books import Books

NOW = datetime(2026, 10, 5, tzinfo=UTC)
DRIVERS = """\
orders: {unit: order, grain: month, by: [product], from: {csv: orders.csv}}
daily: {unit: visit, grain: day, by: [product], from: {csv: daily.csv}}
users: {unit: user, grain: day, by: [product], from: {csv: users.csv}}
revenue: {unit: EUR, grain: month, by: [product], from: {csv: revenue.csv}}
rent: {unit: USD, grain: month, from: {csv: rent.csv}}
"""
ORDERS = "date,product,orders\n2026-08,search,10\n2026-08,ads,0\n2026-09,search,20\n2026-09,adverts,5\n2026-09,ads,5\n"
METRICS = """\
per_order: {cost: EffectiveCost, per: orders}
search_per_order: {cost: EffectiveCost, where: {product: search}, per: orders}
direct_per_order: {cost: EffectiveCost, part: direct, per: orders}
per_visit: {cost: EffectiveCost, per: daily}
per_user: {cost: EffectiveCost, per: {driver: users, over_time: average}}
per_person: {cost: EffectiveCost, per: {driver: users, over_time: last, not_over: [product]}}
of_revenue: {cost: EffectiveCost, per: revenue}
listed: {cost: ListCost, of: charges}
list_ratio: {cost: EffectiveCost, of: charges, known: [ListCost], per: {cost: ListCost, of: charges, known: [ListCost]}}
per_gb: {cost: EffectiveCost, of: charges, per: {quantity: PricingQuantity, in: GB}}
per_rent: {cost: EffectiveCost, per: rent}
after_rent: {numerator: [{driver: rent}, {cost: EffectiveCost, minus: true}], per: rent}
by_target: {cost: EffectiveCost, where: {target: search}, per: orders}
people: {driver: users, over_time: last}
no_such: {cost: EffectiveCost, where: {product: nosuch}}
"""
TWO_MONTHS = (date(2026, 8, 1), date(2026, 9, 1))


def days(product: str, month: int, span: range, value: int) -> str:
    """Return lines of a daily driver."""
    return "".join(f"2026-{month:02}-{day:02},{product},{value}\n" for day in span)


def made(folder: Path, **files: str) -> Books:
    """Return a project with two months applied: search and ads with a cluster, and what nobody has."""
    books = shared(folder)
    taxonomy = (folder / "taxonomy.yaml").read_text().replace("ads: {}", "ads: {aliases: [adverts]}")
    books.write("taxonomy.yaml", taxonomy)
    books.write("drivers.yaml", DRIVERS)
    books.write("metrics.yaml", METRICS)
    whole = days("search", 8, range(1, 32), 2) + days("search", 9, range(1, 31), 4)
    texts = {
        "orders": ORDERS,
        "daily": "date,product,daily\n" + whole,
        "users": "date,product,users\n" + whole + days("ads", 9, range(16, 31), 8),
        "revenue": "date,product,revenue\n2026-08,search,100\n2026-09,search,200\n",
        "rent": "date,rent\n2026-08,74\n2026-09,37\n",
        **files,
    }
    for name, text in texts.items():
        books.write(f"{name}.csv", text)
    project = load_project(folder)
    _, problems = load_drivers(project, (), NOW)
    assert not problems
    apply(project, NOW, author="ada")
    return books


def ask(books: Books, name: str, *by: str, **more: Any) -> MetricReport:  # noqa: ANN401 -- as metric takes it
    return metric(load_project(books.root), name, by, **more)


def values(report: MetricReport, *, of: str = "rows") -> list[tuple[object, ...]]:
    rows = getattr(report, of)
    return [
        (each.period.label, *each.member, None if each.figure.value is None else plain(each.figure.value))
        for each in rows
    ]


def said(report: MetricReport) -> list[str]:
    return [f"{each.code} {each.message}" for each in report.findings]
