"""A small project whose cost changes for known causes: search and ads, a cluster that they share, and all else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.models.variance.effects import EFFECTS
from finmod.models.variance.report import Change, VarianceReport
from finmod.settings.project import load_project
from finmod.terms.periods import parse_period
from finmod.workspace.variance.variance import Made, Wanted, make, variance
from tests.applied import shared
from tests.books import Books
from tests.once import once
from tests.tagged import charge

SEARCH, ADS, CLUSTER = '{"product":"search"}', '{"product":"ads"}', '{"cluster":"main"}'


def used(number: int, resource: str, tags: str, quantity: str, price: str, **more: str) -> Mapping[str, str]:
    """Return usage of a resource in a month: quantity x list price, but where ``more`` says otherwise."""
    cost = f"{Decimal(quantity) * Decimal(price):f}"
    given = {
        "PricingQuantity": quantity, "PricingUnit": "Hours", "ConsumedQuantity": quantity, "ConsumedUnit": "Hours",
        "SkuId": "sku-1", "ListCost": cost, "ContractedCost": cost, "ListUnitPrice": price,
        "ContractedUnitPrice": price, "PricingCategory": "Standard", "ChargeFrequency": "Usage-Based",
    }  # fmt: skip
    return charge(number, more.pop("cost", cost), resource, tags, **{**given, **more})


def books_of(folder: Path, *charges: Mapping[str, str], apply: bool = True, fx: str = "") -> Books:
    """Return a project with charges, allocated where that is asked for."""
    made = shared(folder, charges=charges)
    if fx:
        made.write("fx.csv", f"date,from,to,rate\n{fx}")
        made.write("finmod.yaml", (made.root / "finmod.yaml").read_text(encoding="utf-8") + "fx: fx.csv\n")
    if apply:
        said = made.run("apply")
        assert said.code == 0, said.err
    return made


def small_once(factory: pytest.TempPathFactory) -> Books:
    """Return a project to be read, made once: who changes it takes a copy.

    Search uses more, ads pays a higher price, the cluster that they share 3 to 1 grows, one resource ends.
    """
    return once(
        factory,
        "variance-small",
        lambda folder: books_of(
            folder,
            used(8, "i-1", SEARCH, "310", "1"),
            used(9, "i-1", SEARCH, "600", "1"),
            used(8, "i-2", ADS, "31", "2", SubAccountId="5"),
            used(9, "i-2", ADS, "30", "3", SubAccountId="5"),
            used(8, "i-4", CLUSTER, "310", "1", SubAccountId="6"),
            used(9, "i-4", CLUSTER, "600", "1", SubAccountId="6"),
            used(8, "i-5", ADS, "40", "1", SubAccountId="5"),
            charge(9, "12", "", "", ChargeCategory="Tax", ServiceName="Tax"),
        ),
    )


def spoiled(books: Books, folder: Path) -> Books:
    """Return a copy whose allocation gives each target of September 1 USD a row more than there is."""
    own = books.copy(folder)
    for file in (own.root / ".finmod" / "tables" / "allocated").glob("*=2026-09-01/*.parquet"):
        with Engine() as engine:
            aside = file.with_suffix(".aside")
            more = "* REPLACE (CAST(EffectiveCost + 1 AS DECIMAL(38,12)) AS EffectiveCost)"
            engine.copy_parquet(f"SELECT {more} FROM read_parquet('{file}', hive_partitioning = false)", aside)
            aside.replace(file)
    return own


@contextmanager
def compared_of(books: Books, against: str = "previous", *, called: bool = False) -> Iterator[Made]:
    """Give what September is compared with, its engine open."""
    with Engine() as engine:
        yield make(engine, load_project(books.root), Wanted(date(2026, 9, 1), against), called=called)


def by_the_day(month: int, first: int, last: int) -> list[Mapping[str, str]]:
    """Return use of ten hours on every day from one until another."""
    found = []
    for day in range(first, last + 1):
        start = date(2026, month, day)
        found.append(
            used(month, "i-1", SEARCH, "10", "1", ChargePeriodStart=f"{start}T00:00:00Z",
                 ChargePeriodEnd=f"{start + timedelta(days=1)}T00:00:00Z")
        )  # fmt: skip
    return found


def report_of(books: Books, *by: str, period: str = "2026-09", against: str = "previous") -> VarianceReport:
    """Return the variance of a project."""
    return variance(load_project(books.root), Wanted(parse_period(period), against, by))


def told(change: Change) -> dict[str, Decimal]:
    """Return effect -> amount, of those that are not 0."""
    return {
        effect.name: amount.normalize() + 0 for effect, amount in zip(EFFECTS, change.effects, strict=True) if amount
    }


def member(report: VarianceReport, *names: str | None) -> Change:
    """Return the change of a member."""
    return next(each for each in report.rows if each.member == names)


def codes(report: VarianceReport) -> list[str]:
    """Return the codes of what is said."""
    return [each.code for each in report.findings]
