"""Levels below the targets: a product's days cut to customers and cohorts, every sum kept, in files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.allocation.definition import Allocation, Level, Share
from finmod.allocation.findings import level_findings
from finmod.allocation.levels.cut import LevelRun, cut_levels
from finmod.engines.duckdb import Engine, file_list, identifier
from finmod.focus.columns import COSTS
from finmod.normalize.charges import COST_UNKNOWNS
from finmod.taxonomy.definition import Dimension, Span, Taxonomy
from tests.allocated import Outcome, Row, books_of, by, day, driver, fixed, offer_drivers, one, pool, ran

NOBODY = "level team, by cost: no target has EffectiveCost above 0"
KEPT = "its cost of these days is nobody's there."

TAXONOMY = Taxonomy({"product": Dimension("product", "Product", None, ())})


def level(name: str, *dimensions: str, within: str = "product", driver: str = "use", **more: Any) -> Level:  # noqa: ANN401 -- of Share
    """Return a level that is cut by a driver."""
    shares = (by("driver", driver=driver, **more),)
    return Level(name=name, place=f"allocation.yaml:{name}", dimensions=dimensions, within=(within,), shares=shares)


def customers(name: str, values: dict[str, object], at: str = "2026-09-01", **more: Any) -> list[Row]:  # noqa: ANN401 -- of driver
    """Return rows of a driver: ``search/acme`` -> value, of a product and a customer."""
    return [
        (row[0], row[1], row[2], str(row[3]).replace('"team"', '"customer"'), row[4])
        for row in driver(name, values, at, **more)
    ]


def costs(engine: Engine, *rows: tuple[int, str | None, str | None]) -> None:
    """Make ``allocated``: day of September 2026, product and what it costs, by every measure."""
    amounts = ", ".join(f"a::DECIMAL(38,12) AS {identifier(name)}" for name in COSTS)
    unknowns = ", ".join(f"(a IS NULL)::BIGINT AS {name}" for name in COST_UNKNOWNS)
    engine.run("CREATE OR REPLACE TEMP TABLE given (d INTEGER, p VARCHAR, a VARCHAR)")
    for row in rows:
        engine.run("INSERT INTO given VALUES (?, ?, ?)", row)
    engine.run(
        "CREATE OR REPLACE TEMP TABLE allocated AS SELECT DATE '2026-09-01' AS x_BillingPeriod, make_date(2026, 9, d) "
        f"AS x_ChargeDate, 1 AS x_ChargeDays, 'USD' AS BillingCurrency, p AS x_Product, {amounts}, {unknowns} "
        "FROM given"
    )


def itself(dimension: str, text: str, day: date | None = None) -> str:  # noqa: ARG001 -- called as a lookup of names
    """Return a name as it is."""
    return text


def cut(engine: Engine, folder: Path, drivers: Iterable[Row], *levels: Level) -> LevelRun:
    """Cut what is allocated."""
    offer_drivers(engine, drivers)
    return cut_levels(engine, Allocation(to=("product",), levels=levels), TAXONOMY, itself, folder)


def rows(engine: Engine, run: LevelRun, columns: str) -> list[tuple[Any, ...]]:
    """Return EffectiveCost by some columns."""
    files = file_list([file.path for file in run.files])
    sums = f"SELECT {columns}, sum(EffectiveCost) FROM read_parquet({files}) GROUP BY ALL ORDER BY ALL"
    return engine.rows(sums)


def told(run: LevelRun) -> list[str]:
    """Return what is said of days that could not be cut."""
    return [each.message for each in level_findings(run)]


def test_customers_get_their_part_of_each_day_and_the_sum_is_the_products(tmp_path: Path) -> None:
    used = [
        *customers("use", {"search/acme": 1, "search/bolt": 2, "ads/acme": 1}),
        *customers("use", {"search/acme": 1}, "2026-09-02"),
    ]
    with Engine() as engine:
        costs(engine, (1, "search", "100"), (1, "ads", "7"), (2, "search", "50"))
        run = cut(engine, tmp_path, used, level("customer", "customer"))
        assert rows(engine, run, "day(x_ChargeDate), x_Product, x_Customer") == [
            (1, "ads", "acme", Decimal(7)),
            (1, "search", "acme", Decimal("33.333333333333")),
            (1, "search", "bolt", Decimal("66.666666666667")),
            (2, "search", "acme", Decimal(50)),
        ]
        assert run.missed == {}
        assert [(file.period, file.rows) for file in run.files] == [(date(2026, 9, 1), 4)]


def test_a_day_without_values_stays_with_its_product_and_is_told(tmp_path: Path) -> None:
    with Engine() as engine:
        costs(engine, (1, "search", "100"), (2, "search", "50"), (2, None, "9"))
        run = cut(engine, tmp_path, customers("use", {"search/acme": 1}), level("customer", "customer"))
        assert rows(engine, run, "day(x_ChargeDate), x_Product, x_Customer")[1:] == [
            (2, "search", None, Decimal(50)),
            (2, None, None, Decimal(9)),
        ]
        assert told(run) == [f"level customer: driver use tells nothing for search on 2026-09-02; {KEPT}"]


def test_a_product_with_a_negative_value_is_not_cut(tmp_path: Path) -> None:
    with Engine() as engine:
        costs(engine, (1, "search", "100"), (1, "ads", "7"))
        used = customers("use", {"search/acme": -1, "search/bolt": 2, "ads/bolt": 3, "ads/acme": 0})
        run = cut(engine, tmp_path, used, level("customer", "customer"))
        assert rows(engine, run, "x_Product, x_Customer") == [
            ("ads", "bolt", Decimal(7)),
            ("search", None, Decimal(100)),
        ]
        assert told(run) == [f"level customer: driver use is negative for search on 2026-09-01; {KEPT}"]


def test_days_that_are_negative_empty_or_without_a_share_are_told_apart(tmp_path: Path) -> None:
    asked = level("customer", "customer", span=Span(until=date(2026, 9, 4)))
    with Engine() as engine:
        costs(engine, *((at, "search", "10") for at in range(1, 6)))
        used = [*customers("use", {"search/acme": -1}), *customers("use", {"search/acme": 0}, "2026-09-02")]
        run = cut(engine, tmp_path, used, asked)
        assert told(run) == [
            f"level customer: driver use is negative for search on 2026-09-01; {KEPT}",
            f"level customer: driver use tells nothing for search on 2 days from 2026-09-02 to 2026-09-03; {KEPT}",
            f"level customer: no share holds for search on 2 days from 2026-09-04 to 2026-09-05; {KEPT}",
        ]
        assert [each.where for each in level_findings(run)] == ["allocation.yaml:9:9"] * 3


def test_values_of_one_customer_are_added_and_a_month_holds_for_its_days(tmp_path: Path) -> None:
    with Engine() as engine:
        costs(engine, (1, "search", "4"), (30, "search", "8"))
        used = [*customers("use", {"search/acme": 1, "search/bolt": 2}, grain="month"),
                *customers("use", {"search/acme": 1}, grain="month")]  # fmt: skip
        run = cut(engine, tmp_path, used, level("customer", "customer"))
        assert rows(engine, run, "day(x_ChargeDate), x_Customer") == [
            (1, "acme", Decimal(2)),
            (1, "bolt", Decimal(2)),
            (30, "acme", Decimal(4)),
            (30, "bolt", Decimal(4)),
        ]


def test_files_of_any_size_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [each for at in (1, 2, 4) for each in customers(
        "use", {"search/acme": at, "search/bolt": 1, "ads/acme": 1, "ads/cask": at}, f"2026-09-0{at}")]  # fmt: skip
    monthly = customers("use", {"ads/dory": 2, "search/dory": 1}, grain="month")
    found = []
    for size in (2_000_000, 4, 1):
        monkeypatch.setattr("finmod.allocation.levels.cut._ROWS", size)
        with Engine() as engine:
            costs(engine, *((day, name, "7.1") for day in (1, 2, 3, 4) for name in ("search", "ads")), (1, None, "5"))
            run = cut(engine, tmp_path, [*days, *monthly], level("customer", "customer"))
            found.append((rows(engine, run, "x_ChargeDate, x_Product, x_Customer"), len(run.files)))
    (whole, one_file), (some, several), (each, most) = found
    assert some == each == whole
    assert sum(row[-1] for row in whole) == Decimal("61.8")
    assert (one_file, several, most) == (1, 7, 9)


@pytest.mark.parametrize(("idle", "left"), [(None, Decimal(25)), ("proportional", None)])
def test_what_nobody_used_stays_unless_it_is_proportional(
    tmp_path: Path, idle: str | None, left: Decimal | None
) -> None:
    more = {"idle": idle} if idle else {}
    with Engine() as engine:
        costs(engine, (1, "search", "100"))
        run = cut(engine, tmp_path, customers("use", {"search/acme": 3, "search": 1}), level("c", "customer", **more))
        assert dict(rows(engine, run, "x_Customer")).get(None) == left


def test_unknown_costs_stay_unknown_with_their_number_and_millions_are_exact(tmp_path: Path) -> None:
    with Engine() as engine:
        costs(engine, (1, "search", None), (2, "search", "99999999998.000000000002"))
        used = [row for at in (1, 2) for row in customers("use", {"search/a": 1, "search/b": 1}, f"2026-09-0{at}")]
        run = cut(engine, tmp_path, used, level("customer", "customer"))
        assert rows(engine, run, "day(x_ChargeDate), x_Customer, x_UnknownEffectiveCost") == [
            (1, "a", 1, None),
            (1, "b", 1, None),
            (2, "a", 0, Decimal("49999999999.000000000001")),
            (2, "b", 0, Decimal("49999999999.000000000001")),
        ]


def test_a_level_cuts_what_the_one_above_it_made(tmp_path: Path) -> None:
    cohorts = [(n, at, grain, str(text).replace('"customer"', '"cohort"'), value)
               for n, at, grain, text, value in customers("size", {"search/big": 3, "search/small": 1})]  # fmt: skip
    inside: list[Row] = [
        ("use", "2026-09-01T00:00:00", "day", f'{{"cohort":"{cohort}","customer":"{name}"}}', value)
        for cohort, name, value in (("big", "acme", "1"), ("big", "bolt", "2"), ("small", "corner", "5"))
    ]
    with Engine() as engine:
        costs(engine, (1, "search", "100"))
        levels = (level("cohort", "cohort", driver="size"), level("customer", "customer", within="cohort"))
        run = cut(engine, tmp_path, [*cohorts, *inside], *levels)
        assert rows(engine, run, "x_Level, x_Cohort, x_Customer") == [
            ("cohort", "big", None, Decimal(75)),
            ("cohort", "small", None, Decimal(25)),
            ("customer", "big", "acme", Decimal(25)),
            ("customer", "big", "bolt", Decimal(50)),
            ("customer", "small", "corner", Decimal(25)),
        ]


def used(name: str, *rows: tuple[dict[str, str], int]) -> list[Row]:
    """Return rows of a driver by any dimensions."""
    return [(name, "2026-09-01T00:00:00", "day", json.dumps(names), str(value)) for names, value in rows]


def test_four_levels_keep_every_amount_and_each_cuts_the_first_rows_that_have_what_it_stays_within(
    tmp_path: Path,
) -> None:
    drivers = [
        *used("size", ({"product": "search", "cohort": "big"}, 3), ({"product": "search", "cohort": "small"}, 1)),
        *used("use", ({"cohort": "big", "customer": "acme"}, 1), ({"cohort": "big", "customer": "bolt"}, 1)),
        *used("calls", ({"cohort": "big", "customer": "acme", "device": "tv"}, 1)),
        *used("place", ({"cohort": "big", "region": "eu"}, 1), ({"cohort": "big", "region": "us"}, 3)),
    ]
    levels = (
        Level(name=name, place="", dimensions=(name,), within=within, shares=(by("driver", driver=series),))
        for name, within, series in (
            ("cohort", ("product",), "size"), ("customer", ("cohort",), "use"),
            ("device", ("cohort", "customer"), "calls"), ("region", ("cohort",), "place"),
        )
    )  # fmt: skip
    with Engine() as engine:
        costs(engine, (1, "search", "100"), (1, None, "7"))
        run = cut(engine, tmp_path, drivers, *levels)
        assert {int(amount) for _, amount in rows(engine, run, "x_Level")} == {107}
        assert rows(engine, run, "x_Level, x_Cohort, x_Customer, x_Device, x_Region") == [
            ("cohort", "big", None, None, None, 75), ("cohort", "small", None, None, None, 25),
            ("cohort", None, None, None, None, 7),
            ("customer", "big", "acme", None, None, Decimal("37.5")),
            ("customer", "big", "bolt", None, None, Decimal("37.5")),
            ("customer", "small", None, None, None, 25), ("customer", None, None, None, None, 7),
            ("device", "big", "acme", "tv", None, Decimal("37.5")),
            ("device", "big", "bolt", None, None, Decimal("37.5")),
            ("device", "small", None, None, None, 25), ("device", None, None, None, None, 7),
            ("region", "big", None, None, "eu", Decimal("18.75")),
            ("region", "big", None, None, "us", Decimal("56.25")),
            ("region", "small", None, None, None, 25), ("region", None, None, None, None, 7),
        ]  # fmt: skip
        start = "driver {} tells nothing for {} on 2026-09-01; " + KEPT
        assert told(run) == [
            f"level customer: {start.format('use', 'small')}",
            f"level device: {start.format('calls', 'big/bolt')}",
            f"level device: no customer is known for small/- on 2026-09-01; {KEPT}",
            f"level region: {start.format('place', 'small')}",
        ]


def test_amounts_are_decimals_and_names_are_texts_in_the_file(tmp_path: Path) -> None:
    with Engine() as engine:
        costs(engine, (1, "search", "100"))
        run = cut(engine, tmp_path, customers("use", {"search/acme": 3}), level("customer", "customer"))
        kinds = dict(engine.columns(f"SELECT * FROM read_parquet({file_list([run.files[0].path])})"))
        assert {kinds[name] for name in COSTS} == {"DECIMAL(38,12)"}
        assert {kinds[name] for name in ("BillingCurrency", "x_Level", "x_Product", "x_Customer")} == {"VARCHAR"}


def teams(*shares: Share) -> Level:
    """Return the level that fills in the team of a product."""
    return Level(name="team", place="allocation.yaml:7:7", dimensions=("team",), within=("product",), shares=shares)


def said(found: Outcome) -> list[tuple[str, str, str | None, int | None]]:
    """Return code, message as far as it differs, currency and amount of each finding."""
    end = " of these days stays without team."
    return [
        (each.code, each.message.removesuffix(end), each.currency, None if each.amount is None else int(each.amount))
        for each in found.run.findings
    ]


def test_days_on_which_nothing_tells_a_products_teams_are_told_with_its_cost(tmp_path: Path) -> None:
    charges = [
        one("search", "8"), one("search", "5", **day(2)), one("search", "6", **day(3)),
        one("search", "7", **day(3), BillingCurrency="EUR"), one("k8s", "4", **day(2)), one("ads", "3"), one("", "2"),
    ]  # fmt: skip
    used = [
        *driver("use", {"search/web": 3, "search/api": 1, "gone/web": 9}),
        *driver("use", {"ads/web": 1}, "2026-09-02"),
    ]
    with Engine() as engine:
        shared = [pool("k8s", fixed(search="1"))]
        found = ran(books_of(tmp_path, charges), engine, shared, used, levels=[teams(by("driver", driver="use"))])
        assert found.rows("x_Team, day(x_ChargeDate)", "x_Product = 'search'") == [
            ("api", 1, 2), ("web", 1, 6), (None, 2, 9), (None, 3, 13),
        ]  # fmt: skip
        start, zero = "level team, by driver use: driver use", "is 0 for everybody that it may go to"
        assert said(found) == [
            ("FM2143", f"{start} {zero} on 2026-09-01; cost of ads", "USD", 3),
            ("FM2143", f"{start} {zero} on 2026-09-02; cost of search", "USD", 9),
            ("FM2143", f"{start} has no value for the period on 2026-09-03; cost of search", "EUR", 7),
            ("FM2143", f"{start} has no value for the period on 2026-09-03; cost of search", "USD", 6),
        ]
        assert found.run.findings[0].message.endswith("; cost of ads of these days stays without team.")


def test_a_product_none_of_whose_teams_has_a_cost_is_told(tmp_path: Path) -> None:
    with Engine() as engine:
        found = ran(books_of(tmp_path, [one("search", "8")]), engine, [], levels=[teams(by("cost"))])
        assert said(found) == [
            ("FM2143", f"{NOBODY} on 2026-09-01; cost of search", "USD", 8),
        ]


def test_what_else_cuts_is_not_told_and_what_it_leaves_whole_is_no_warning(tmp_path: Path) -> None:
    books = books_of(tmp_path, [one("search", "8"), one("search", "4", team="web"), one("ads", "5")])
    share = by("driver", driver="use", otherwise=by("cost", unallocated=True))
    with Engine() as engine:
        found = ran(books, engine, [], levels=[teams(share)])
        assert found.rows("x_Product, x_Team") == [("ads", None, 5), ("search", "web", 12)]
        assert said(found) == [
            ("FM2142", f"{NOBODY} on 2026-09-01; cost of ads", "USD", 5),
        ]


def test_a_day_of_which_hours_are_missing_is_not_cut_and_told(tmp_path: Path) -> None:
    hours = [row for at in range(23) for row in driver("use", {"search/web": 1}, f"2026-09-01T{at:02}:00:00", "hour")]
    with Engine() as engine:
        levels = [teams(by("driver", driver="use"))]
        found = ran(books_of(tmp_path, [one("search", "8")]), engine, [], hours, levels=levels)
        assert found.rows("x_Product, x_Team") == [("search", None, 8)]
        ((_, message, *_),) = said(found)
        assert message.startswith(
            "level team, by driver use: driver use has no value for the period, some hours on 2026"
        )
        assert message.endswith("-09-01; cost of search")
