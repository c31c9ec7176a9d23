"""From a number down to its charges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.allocation.definition import Level
from finmod.allocation.explain.answers import Asked, Explanation, PoolPart
from finmod.allocation.explain.walk import explain_target
from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger
from finmod.settings.project import Project
from finmod.taxonomy.keyed import cube
from tests.allocated import Outcome, books_of, by, day, driver, fixed, one, pool, ran

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
CHARGES = (
    one("search", "300", team="web"), one("ads", "100", team="api"), one("k8s", "40"), one("k8s", "60", **day(2)),
    one("data", "98"),
)  # fmt: skip
POOLS = (pool("k8s", by("driver", driver="use")), pool("data", by("driver", driver="queries")))
DRIVERS = [
    *driver("use", {"search": 3, "ads": 1}), *driver("use", {"search": 1, "data": 1}, "2026-09-02"),
    *driver("queries", {"search": 1, "ads": 1}), *driver("queries", {"ads": 1}, "2026-09-02"),
]  # fmt: skip
TEAMS = Level(name="team", place="", dimensions=("team",), within=("product",), shares=(by("cost"),))


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return books_of(tmp_path, CHARGES)


@pytest.fixture
def found(project: Project, engine: Engine) -> Outcome:
    return ran(project, engine, POOLS, DRIVERS)


def asked(product: str | None, pool_name: str | None = None, on: date | None = None, **more: str | None) -> Asked:
    return Asked({"product": product, **more}, "EffectiveCost", "USD", pool_name, on)


def explained(project: Project, found: Outcome, what: Asked) -> Explanation:
    ledger = Ledger(project.store)
    return explain_target(found.engine, found.run, what, cube(ledger, ledger.head(found.engine), [SEPTEMBER, OCTOBER]))


def part_of(project: Project, found: Outcome, what: Asked) -> PoolPart:
    (part,) = explained(project, found, what).parts
    assert sum(each.amount for each in part.days) == part.amount
    assert sum(each.pooled for each in part.days) == part.pooled
    return part


def bases(part: PoolPart) -> list[tuple[Mapping[str, str | None], float, float, float]]:
    return [(each.within, each.basis.own, each.basis.whole, each.basis.part) for each in part.days if each.basis]


def test_a_number_is_the_sum_of_its_parts(project: Project, found: Outcome) -> None:
    told = explained(project, found, asked("search"))
    assert told.amount == found.by_product()["search"] == 409
    assert [part.pool for part in told.parts] == [None, "k8s", "data"]
    assert [(int(part.amount), int(part.pooled)) for part in told.parts] == [(300, 300), (60, 100), (49, 98)]


def test_a_part_tells_the_driver_on_each_day(project: Project, found: Outcome) -> None:
    part = part_of(project, found, asked("search", "k8s"))
    assert [(each.day.day, int(each.amount)) for each in part.days] == [(1, 30), (2, 30)]
    assert bases(part) == [({}, 3.0, 4.0, 0.75), ({}, 1.0, 2.0, 0.5)]
    assert [each.basis.what for each in part.days if each.basis] == ["use", "use"]


def test_a_part_tells_by_way_of_which_pool_it_came(project: Project, found: Outcome) -> None:
    part = part_of(project, found, asked("ads", "k8s", date(2026, 9, 2)))
    assert part.amount == 30
    assert part.days[0].way == {"data": 1.0}


def test_what_stays_unallocated_is_explained_too(project: Project, engine: Engine) -> None:
    found = ran(project, engine, POOLS[:1])
    told = explained(project, found, asked(None))
    assert [(part.pool, part.amount) for part in told.parts] == [("k8s", Decimal(100))]
    assert [each.basis for each in told.parts[0].days] == [None, None]


def test_charges_behind_a_pool_have_the_rule_that_put_them_there(project: Project, found: Outcome) -> None:
    part = part_of(project, found, asked("search", "k8s"))
    assert [int(each.cost) for each in part.parts] == [60, 40]
    assert {each.place for each in part.parts} == {"allocation.yaml:k8s"}
    assert part.charges == 2


def test_of_a_day_the_charge_keys_of_that_day_are_told_with_its_cost(tmp_path: Path, engine: Engine) -> None:
    charges = (one("search", "1"), one("k8s", "40"), one("k8s", "60", **day(2)), one("search", "8", **day(2)))
    project = books_of(tmp_path, charges)
    found = ran(project, engine, [pool("k8s", fixed(search="1"))])
    own, shared = sorted(
        explained(project, found, asked("search", on=date(2026, 9, 2))).parts, key=lambda part: part.pool or ""
    )
    assert (shared.charges, [each.cost for each in shared.parts]) == (1, [Decimal(60)])
    assert (own.charges, [each.cost for each in own.parts]) == (1, [Decimal(8)])


WITHIN = (
    one("search", "30", ServiceName="a"), one("ads", "10", ServiceName="a"), one("search", "5", ServiceName="b"),
    one("ads", "15", ServiceName="b"), one("k8s", "100", ServiceName="a"), one("k8s", "7", ServiceName="b"),
    one("k8s", "1", ServiceName="b", **day(2)),
)  # fmt: skip


def test_a_pool_shared_within_columns_tells_the_values_of_each_text(tmp_path: Path, engine: Engine) -> None:
    project = books_of(tmp_path, WITHIN)
    found = ran(project, engine, [pool("k8s", by("cost", within=("ServiceName",)))])
    part = part_of(project, found, asked("search", "k8s"))
    assert part.amount == found.by_product("x_Pool = 'k8s'")["search"] == Decimal(77)
    assert bases(part) == [
        ({"ServiceName": "a"}, 30.0, 40.0, 0.75), ({"ServiceName": "b"}, 5.0, 20.0, 0.25),
        ({"ServiceName": "b"}, 5.0, 20.0, 0.25),
    ]  # fmt: skip
    assert [(each.day.day, each.pooled, each.amount) for each in part.days] == [
        (1, Decimal(100), Decimal(75)), (1, Decimal(7), Decimal("1.75")), (2, Decimal(1), Decimal("0.25")),
    ]  # fmt: skip
    assert {each.basis.period for each in part.days if each.basis} == {(SEPTEMBER - date(1970, 1, 1)).days}


def test_a_day_on_two_bills_is_told_bill_by_bill(tmp_path: Path, engine: Engine) -> None:
    october = {"BillingPeriodStart": "2026-10-01T00:00:00Z", "BillingPeriodEnd": "2026-11-01T00:00:00Z"}
    charges = (
        one("search", "30"), one("ads", "10"), one("k8s", "40"), one("search", "1", **october),
        one("ads", "3", **october), one("k8s", "4", **october),
    )  # fmt: skip
    project = books_of(tmp_path, charges)
    found = ran(project, engine, [pool("k8s", by("cost"))])
    part = part_of(project, found, asked("search", "k8s"))
    assert [(each.bill, int(each.amount)) for each in part.days] == [(SEPTEMBER, 30), (OCTOBER, 1)]
    assert bases(part) == [({}, 30.0, 40.0, 0.75), ({}, 1.0, 4.0, 0.25)]


def test_a_target_that_a_level_cut_out_of_a_product_is_told_the_level(tmp_path: Path, engine: Engine) -> None:
    charges = (
        one("search", "60", team="web"), one("search", "20", team="api"), one("search", "8"), one("ads", "7"),
        one("k8s", "100"),
    )  # fmt: skip
    project = books_of(tmp_path, charges)
    found = ran(project, engine, [pool("k8s", fixed(search="0.4", ads="0.6"))], levels=[TEAMS])
    told = explained(project, found, asked("search", team="web"))
    assert told.amount == dict(found.rows("x_Team", "x_Product = 'search'"))["web"] == 96
    assert [(part.pool, part.is_cut, int(part.amount), int(part.pooled)) for part in told.parts] == [
        (None, False, 60, 60), ("k8s", False, 30, 100), (None, True, 6, 8),
    ]  # fmt: skip
    for part in told.parts[1:]:
        (cut,) = part.days[0].cuts
        assert (cut.level, cut.parent) == ("team", ("search", None))
        assert (cut.basis.own, cut.basis.whole, cut.basis.part) == (60.0, 80.0, 0.75)
    assert [part.parts[0].cost for part in told.parts] == [60, 100, 8]


def test_the_same_values_on_two_days_are_of_two_periods(project: Project, engine: Engine) -> None:
    drivers = [*driver("use", {"search": 1, "ads": 1}), *driver("use", {"search": 1, "ads": 1}, "2026-09-02")]
    part = part_of(project, ran(project, engine, POOLS[:1], drivers), asked("search", "k8s"))
    assert len({each.basis.period for each in part.days if each.basis}) == 2
    months = driver("use", {"search": 1, "ads": 1}, grain="month")
    part = part_of(project, ran(project, engine, POOLS[:1], months), asked("search", "k8s"))
    assert len({each.basis.period for each in part.days if each.basis}) == 1


def test_a_driver_by_the_hour_tells_its_values_of_the_day(project: Project, engine: Engine) -> None:
    hours = [
        row
        for hour in range(24)
        for row in driver("use", {"search": 3, "ads": 1 + hour}, f"2026-09-01T{hour:02}:00:00", grain="hour")
    ]
    part = part_of(project, ran(project, engine, POOLS[:1], hours), asked("search", "k8s", SEPTEMBER))
    ((_, own, whole, portion),) = bases(part)
    assert (own, whole) == (72.0, 372.0)
    assert portion == pytest.approx(sum(3 / (4 + hour) for hour in range(24)) / 24)


def test_of_a_dimension_that_the_run_does_not_have_nobody_has_a_value(project: Project, found: Outcome) -> None:
    assert explained(project, found, asked("search", customer="acme")).parts == ()
    assert explained(project, found, asked("search", customer=None)).amount == 409
