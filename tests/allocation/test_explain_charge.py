"""From a charge up to its targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.allocation.definition import Level
from finmod.allocation.explain.answers import ChargeWay
from finmod.allocation.explain.charge import ChargeKey, explain_charge
from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger
from finmod.settings.project import Project
from finmod.taxonomy.definition import Span
from finmod.taxonomy.keyed import cube
from tests.allocated import Outcome, books_of, by, day, driver, fixed, one, pool, ran

SEPTEMBER = date(2026, 9, 1)
CHARGES = (one("search", "300", team="web"), one("ads", "100", team="api"), one("k8s", "60"), one("search", "8"))


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


def ways(project: Project, found: Outcome, number: int) -> list[ChargeWay]:
    ledger = Ledger(project.store)
    cubes = cube(ledger, ledger.head(found.engine), [SEPTEMBER])
    key = ChargeKey("saas", SEPTEMBER, number)
    return list(explain_charge(found.engine, found.run, key, cubes, "EffectiveCost"))


def test_a_charge_of_a_pool_goes_to_all_its_targets_and_nothing_is_lost(tmp_path: Path, engine: Engine) -> None:
    project = books_of(tmp_path, CHARGES)
    found = ran(project, engine, [pool("k8s", by("driver", driver="use"))], driver("use", {"search": 1, "ads": 1}))
    (way,) = ways(project, found, 2)
    assert (way.pool, way.place) == ("k8s", "allocation.yaml:k8s")
    assert way.cost == 60
    assert {each.named["product"]: each.amount for each in way.targets} == {"ads": 30, "search": 30}


def test_a_charge_of_a_target_is_its_own(tmp_path: Path, engine: Engine) -> None:
    project = books_of(tmp_path, CHARGES)
    (way,) = ways(project, ran(project, engine, [pool("k8s", fixed(ads="1"))]), 0)
    assert (way.pool, way.level) == (None, None)
    assert way.targets[0].named == {"product": "search", "team": "web"}
    assert way.targets[0].amount == 300


def test_a_charge_that_a_level_cuts_names_the_level(tmp_path: Path, engine: Engine) -> None:
    project = books_of(tmp_path, CHARGES)
    level = Level(name="team", place="allocation.yaml:7:5", dimensions=("team",), within=("product",),
                  shares=(by("cost"),))  # fmt: skip
    (way,) = ways(project, ran(project, engine, [pool("k8s", fixed(ads="1"))], levels=[level]), 3)
    assert way.level == level
    assert [(each.named["team"], int(each.amount)) for each in way.targets] == [("web", 8)]


def test_a_charge_whose_pool_is_shared_otherwise_from_a_day_on_tells_both_shares(
    tmp_path: Path, engine: Engine
) -> None:
    project = books_of(tmp_path, [one("search", "1"), one("ads", "1"), one("k8s", "60"), one("k8s", "60", **day(2))])
    other = date(2026, 9, 2)
    shares = (replace(fixed(ads="1"), span=Span(until=other)), replace(fixed(search="1"), span=Span(since=other)))
    found = ran(project, engine, [pool("k8s", *shares)])
    told = [
        (way.share, int(way.cost), way.targets[0].named["product"]) for at in (2, 3) for way in ways(project, found, at)
    ]
    assert told == [(shares[0], 60, "ads"), (shares[1], 60, "search")]


def test_no_digit_of_a_large_charge_is_lost(tmp_path: Path, engine: Engine) -> None:
    cost = "8765432109876543210.123456789012"
    project = books_of(tmp_path, [one("search", "1"), one("k8s", cost)])
    (way,) = ways(project, ran(project, engine, [pool("k8s", fixed(search="1"))]), 1)
    assert way.cost == way.targets[0].amount == Decimal(cost)
