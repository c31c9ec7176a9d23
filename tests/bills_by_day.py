"""Bills of single days, as savings look at them: a line of usage per day, written in a line of a test."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from finmod.settings.project import load_project
from finmod.workspace.savings.savings import SavingsReport, Wanted, savings
from tests.books import Books, bill

SEPTEMBER = date(2026, 9, 1)
"""It has 30 days, and begins with a Tuesday."""
ALL = range(1, 31)

Charge = dict[str, str]
More = dict[str, Any]
"""What several charges say beside: columns and their texts."""


def used(
    meter: str,
    resource: str = "",
    cost: str = "1",
    *,
    days: Iterable[int] = ALL,
    month: date = SEPTEMBER,
    **more: str,
) -> list[Charge]:
    """Return a charge for each of some days of a month: 24 hours each, but where ``quantity`` or ``unit`` say so."""
    quantity, unit = more.pop("quantity", "24"), more.pop("unit", "Hours")
    every = {
        "BilledCost": cost, "EffectiveCost": cost, "ListCost": cost, "ContractedCost": cost, "SkuMeter": meter,
        "ResourceId": resource, "SubAccountId": "1", "RegionId": "us-east-1", "PricingCategory": "Standard",
        "ConsumedQuantity": quantity, "ConsumedUnit": unit, "PricingQuantity": quantity, "PricingUnit": unit,
        "ServiceName": "Amazon Elastic Compute Cloud", "ServiceProviderName": "AWS",
        "BillingPeriodStart": f"{month}T00:00:00Z",
        "BillingPeriodEnd": f"{(month + timedelta(days=31)).replace(day=1)}T00:00:00Z",
    }  # fmt: skip
    return [{**every, **_on(month.replace(day=day)), **more} for day in days]


def _on(day: date) -> Charge:
    return {"ChargePeriodStart": f"{day}T00:00:00Z", "ChargePeriodEnd": f"{day + timedelta(days=1)}T00:00:00Z"}


def charged(folder: Path, *charges: Iterable[Charge], taxonomy: str = "", **files: str) -> Books:
    """Return a project with some charges loaded, as one bill for all months."""
    books = Books(folder)
    if taxonomy:
        books.write("taxonomy.yaml", taxonomy)
    for name, text in files.items():
        books.write(name.replace("_", "."), text)
    books.load(books.write("bill.csv", bill(*(each for every in charges for each in every))))
    return books


def found(books: Books, wanted: Wanted | None = None) -> SavingsReport:
    """Return the savings that are asked for; all of the last month without a wish."""
    return savings(load_project(books.root), wanted or Wanted())


def told(report: SavingsReport, rule: str) -> list[tuple[str | None, str | None, str | None]]:
    """Return what, amount and cash of each candidate of a rule, amounts with two places."""
    return [
        (each.candidate.about.group.resource, _two(each.amount), _two(each.cash))
        for each in report.savings
        if each.candidate.rule.name == rule
    ]


def _two(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def codes_of(report: SavingsReport) -> list[str]:
    """Return the codes of what was odd."""
    return [each.code for each in report.findings]
