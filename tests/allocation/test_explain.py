"""From a number down to its charges, and from a charge up to its targets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.allocation.explain import Asked, explain_charge, explain_target
from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger
from finmod.taxonomy.keyed import cube
from tests.allocated import Outcome, books_of, by, day, driver, fixed, one, pool, ran

SEPTEMBER = date(2026, 9, 1)
CHARGES = (
    one("search", "300", team="web"), one("ads", "100", team="api"), one("k8s", "40"), one("k8s", "60", **day(2)),
    one("data", "98"),
)  # fmt: skip
POOLS = (pool("k8s", by("driver", driver="use")), pool("data", by("driver", driver="queries")))
DRIVERS = [
    *driver("use", {"search": 3, "ads": 1}), *driver("use", {"search": 1, "data": 1}, "2026-09-02"),
    *driver("queries", {"search": 1, "ads": 1}), *driver("queries", {"ads": 1}, "2026-09-02"),
]  # fmt: skip


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


def asked(product: str | None, pool_name: str | None = None, on: date | None = None) -> Asked:
    return Asked({"product": product}, "EffectiveCost", "USD", pool_name, on)


@pytest.fixture
def found(tmp_path: Path, engine: Engine) -> Outcome:
    return ran(books_of(tmp_path, CHARGES), engine, POOLS, DRIVERS)


def test_a_number_is_the_sum_of_its_parts(found: Outcome) -> None:
    told = explain_target(found.engine, found.run, asked("search"))
    assert told.amount == found.by_product()["search"] == 409
    assert [part.pool for part in told.parts] == [None, "k8s", "data"]
    assert [(int(part.amount), int(part.pooled)) for part in told.parts] == [(300, 300), (60, 100), (49, 98)]


def test_a_part_tells_the_driver_on_each_day(found: Outcome) -> None:
    (part,) = explain_target(found.engine, found.run, asked("search", "k8s")).parts
    assert [(each.day.day, int(each.amount)) for each in part.days] == [(1, 30), (2, 30)]
    bases = [each.basis for each in part.days if each.basis]
    assert [(each.what, each.own, each.whole, each.part) for each in bases] == [
        ("use", 3.0, 4.0, 0.75), ("use", 1.0, 2.0, 0.5),
    ]  # fmt: skip


def test_a_part_tells_by_way_of_which_pool_it_came(found: Outcome) -> None:
    (part,) = explain_target(found.engine, found.run, asked("ads", "k8s", date(2026, 9, 2))).parts
    assert part.amount == 30
    assert part.days[0].way == {"data": 1.0}


def test_what_stays_unallocated_is_explained_too(tmp_path: Path, engine: Engine) -> None:
    found = ran(books_of(tmp_path, CHARGES), engine, POOLS[:1])
    told = explain_target(engine, found.run, asked(None))
    assert [(part.pool, part.amount) for part in told.parts] == [("k8s", Decimal(100))]


def test_charges_behind_a_pool_have_the_rule_that_put_them_there(found: Outcome) -> None:
    (part,) = explain_target(found.engine, found.run, asked("search", "k8s")).parts
    assert [int(each.cost) for each in part.parts] == [60, 40]
    assert {each.place for each in part.parts} == {"allocation.yaml:k8s"}
    assert part.charges == 2


def test_a_charge_of_a_pool_goes_to_all_its_targets_and_nothing_is_lost(tmp_path: Path, engine: Engine) -> None:
    project = books_of(tmp_path, CHARGES)
    found = ran(project, engine, POOLS, DRIVERS)
    ledger = Ledger(project.store)
    days, _ = cube(ledger, ledger.head(engine), [SEPTEMBER])
    (way,) = explain_charge(engine, found.run, ("saas", SEPTEMBER, 3), days, "EffectiveCost")
    assert (way.pool, way.place) == ("k8s", "allocation.yaml:k8s")
    assert way.cost == 60
    assert {each.named["product"]: each.amount for each in way.targets} == {"ads": 30, "search": 30}


def test_a_charge_of_a_target_is_its_own(tmp_path: Path, engine: Engine) -> None:
    project = books_of(tmp_path, CHARGES)
    found = ran(project, engine, [pool("k8s", fixed(ads="1"))])
    ledger = Ledger(project.store)
    days, _ = cube(ledger, ledger.head(engine), [SEPTEMBER])
    (way,) = explain_charge(engine, found.run, ("saas", SEPTEMBER, 0), days, "EffectiveCost")
    assert way.pool is None
    assert way.targets[0].named == {"product": "search", "team": "web"}
    assert way.targets[0].amount == 300
