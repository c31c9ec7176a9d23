"""What was charged a month: true-ups, quantities that lack, tags in other currencies, and what could be saved."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger
from finmod.settings.drivers import read_drivers
from finmod.settings.project import load_project
from finmod.taxonomy.reading import read_taxonomy
from finmod.workspace.driver_cells import DriverCells, driver_cells
from finmod.workspace.drivers import load_drivers
from finmod.workspace.metrics.measures import Measures, measures
from finmod.workspace.metrics.potential import potential_savings
from tests.applied import TAXONOMY
from tests.books import Books, bill
from tests.tagged import EURO, charge, with_charges

AUGUST, SEPTEMBER, OCTOBER = (date(2026, number, 1) for number in (8, 9, 10))
NOW = datetime(2026, 10, 5, tzinfo=UTC)
SEARCH, ADS = '{"product":"search"}', '{"product":"ads"}'
USED = {"CommitmentDiscountStatus": "Used", "CommitmentDiscountId": "c", "PricingCategory": "Committed"}


def made(folder: Path, *charges: Mapping[str, str], taxonomy: str = TAXONOMY) -> Books:
    return with_charges(folder / "books", charges, taxonomy)


def rated(books: Books, rates: str) -> None:
    """Write the project's exchange rates of euros."""
    books.write("fx.csv", "date,from,to,rate\n" + rates)
    if "fx:" not in (books.root / "finmod.yaml").read_text():
        books.write("finmod.yaml", (books.root / "finmod.yaml").read_text() + "fx: fx.csv\n")


def sums(opened: Measures, name: str, column: str, where: str = "true") -> list[tuple[object, ...]]:
    return opened.engine.rows(
        f"SELECT x_BillingPeriod, sum({column}) FROM {opened.reported(name)} WHERE {where} GROUP BY 1 ORDER BY 1"
    )


def test_true_ups_are_there_before_the_bill_of_their_month_comes(tmp_path: Path) -> None:
    books = made(tmp_path, charge(8, "10", "i-1", SEARCH), charge(9, "12", "i-1", SEARCH))
    assert books.run("close", "2026-09", "--with-errors", "--with-earlier").code == 0
    restated = (charge(8, "10", "i-1", SEARCH), charge(9, "13", "i-1", SEARCH), charge(9, "5", "i-2", ADS))
    books.load(books.write("a.csv", bill(*restated)))
    with measures(load_project(books.root)) as opened:
        wanted = [(AUGUST, Decimal(10)), (SEPTEMBER, Decimal(12)), (OCTOBER, Decimal(6))]
        assert sums(opened, "charged", "BilledCost") == wanted
        assert sums(opened, "tagged", "EffectiveCost", "x_State = 'understood'") == wanted
        assert opened.charged == {AUGUST, SEPTEMBER, OCTOBER}


def test_charges_that_lack_a_quantity_are_counted(tmp_path: Path) -> None:
    volume = {"PricingUnit": "GB", "ServiceName": "Net"}
    books = made(
        tmp_path,
        charge(9, "6", "n-1", SEARCH, **volume, PricingQuantity="2", ConsumedQuantity="1", ConsumedUnit="GB"),
        charge(9, "7", "n-1", SEARCH, **volume, PricingQuantity="", ConsumedQuantity="1", ConsumedUnit="GB"),
        charge(9, "8", "n-2", ADS, **volume, PricingQuantity="3", ConsumedQuantity="1", ConsumedUnit="GB"),
    )
    with measures(load_project(books.root)) as opened:
        columns = ("PricingQuantity", "x_UnknownPricingQuantity", "x_UnknownConsumedQuantity")
        told = ", ".join(f"sum({name})" for name in columns)
        rows = opened.engine.rows(f"SELECT x_Product, {told} FROM {opened.relation('charged')} GROUP BY 1 ORDER BY 1")
    assert rows == [("ads", Decimal(3), 0, 0), ("search", Decimal(2), 1, 0)]


def test_what_is_removed_while_it_is_read_is_made_anew(tmp_path: Path) -> None:
    books = made(tmp_path, charge(9, "8", "i-1", ADS))
    with measures(load_project(books.root)) as opened:
        for _ in range(2):  # from the files, then from memory
            opened.relation("charged")
            shutil.rmtree(books.root / ".finmod" / "reductions")
            assert sums(opened, "charged", "BilledCost") == [(SEPTEMBER, Decimal(8))]


def test_tags_have_the_rates_of_their_days(tmp_path: Path) -> None:
    day = {"ChargePeriodStart": "2026-09-02T00:00:00Z", "ChargePeriodEnd": "2026-09-03T00:00:00Z"}
    books = made(tmp_path, charge(9, "8", "i-1", ADS, **EURO), charge(9, "8", "i-1", ADS, **EURO, **day))
    rated(books, "2026-09-01,EUR,USD,1.25\n2026-09-02,EUR,USD,1.5\n")  # the month still runs: its end has no rate
    with measures(load_project(books.root)) as opened:
        assert sums(opened, "tagged", "x_ReportingEffectiveCost", "x_State = 'taggable'") == [(SEPTEMBER, Decimal(22))]


def test_what_is_closed_keeps_its_rates_in_tags_and_drivers_too(tmp_path: Path) -> None:
    books = made(tmp_path, charge(9, "8", "i-1", ADS, **EURO))
    rated(books, "2026-09-01,EUR,USD,1.25\n")
    assert books.run("close", "2026-09", "--with-errors").code == 0
    rated(books, "2026-09-01,EUR,USD,2\n")
    with measures(load_project(books.root)) as opened:
        for name in ("tagged", "charged"):
            where = "x_State = 'taggable'" if name == "tagged" else "true"
            assert sums(opened, name, "x_ReportingEffectiveCost", where) == [(SEPTEMBER, Decimal(10))]
    cells = told(books, "{unit: EUR, grain: day, by: [product]", "date,product,d\n2026-09-01,ads,8\n").cells
    assert cells[SEPTEMBER, ("ads",)].total == Decimal(10)


def test_what_commitments_could_save_is_unknown_where_a_rate_is(tmp_path: Path) -> None:
    dear = {"ListCost": "20", "ContractedCost": "15"}
    books = made(
        tmp_path,
        charge(8, "10", "i-1", SEARCH, **dear, **USED),
        charge(9, "12", "i-1", SEARCH, **dear, **USED),
        charge(9, "8", "i-9", ADS, **dear, **EURO),
        charge(9, "8", "i-8", SEARCH, **dear, **USED, **EURO, ServiceName="Databases"),
        charge(8, "8", "i-8", ADS, **dear, ServiceName="Databases"),
    )
    with measures(load_project(books.root)) as opened:
        found = potential_savings(opened, ["x_Product"], [])
    half = Decimal("10.000000000000")
    assert found == {
        (AUGUST, ("search",)): half, (AUGUST, ("ads",)): None,  # the best of databases is not known
        (SEPTEMBER, ("search",)): None, (SEPTEMBER, ("ads",)): None,
    }  # fmt: skip
    rated(books, "2026-09-01,EUR,USD,1.25\n")
    with measures(load_project(books.root)) as opened:
        known = potential_savings(opened, [], [])
    # Storage saves a half at best, databases 0.6: 20 / 2 + 20 * 0.6 and 45 / 2 + 25 * 0.6
    assert known == {(AUGUST, ()): Decimal(22), (SEPTEMBER, ()): Decimal("37.5")}


def told(books: Books, settings: str, rows: str) -> DriverCells:
    """Return a driver by month and product."""
    books.write("drivers.yaml", f"d: {settings}, from: {{csv: d.csv}}}}\n")
    books.write("d.csv", rows)
    project = load_project(books.root)
    _, problems = load_drivers(project, (), NOW)
    assert not problems
    with Engine() as engine:
        driver = read_drivers(project.root)["d"]
        return driver_cells(engine, project, Ledger(project.store), read_taxonomy(project.root), driver, ("product",))


@pytest.mark.parametrize("unit", ["user", "USD", "EUR"])
def test_an_alias_given_up_in_mid_month_is_one_member_with_the_days_of_both(unit: str, tmp_path: Path) -> None:
    taxonomy = TAXONOMY.replace("ads: {}", "ads: {aliases: [adverts]}")
    books = made(tmp_path, charge(9, "8", "i-1", ADS), taxonomy=taxonomy)
    rated(books, "2026-09-01,EUR,USD,1\n2026-09-07,EUR,USD,1\n")
    before = "".join(f"2026-09-{day:02},adverts,2\n" for day in range(1, 5))
    after = "".join(f"2026-09-{day:02},ads,3\n" for day in range(4, 8))
    cells = told(books, f"{{unit: {unit}, grain: day, by: [product]", "date,product,d\n" + before + after).cells
    (reading,) = cells.values()
    # The 4th has both; the last day has ads alone.
    assert (reading.total, reading.periods, reading.first) == (Decimal(20), 7, SEPTEMBER)
    assert reading.last == Decimal(3)
