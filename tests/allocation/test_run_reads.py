"""What a run reads of the ledger: costs that shares go by, texts that names are found by, drivers of its months."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from tests.allocated import TAXONOMY, books_of, by, driver, one, pool, ran
from tests.tagged import charge


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


def test_a_driver_without_a_row_in_the_month_leaves_it_unallocated_and_is_told(tmp_path: Path, engine: Engine) -> None:
    share = by("driver", driver="use")
    found = ran(
        books_of(tmp_path, [one("k8s", "80")]), engine, [pool("k8s", share)], driver("use", {"ads": 1}, "2026-08-01")
    )
    assert found.by_product() == {None: 80}
    assert [each.code for each in found.run.findings] == ["FM2141"]


def test_costs_of_any_measure_may_be_shared_by(tmp_path: Path, engine: Engine) -> None:
    charges = [one("search", "300", ListCost="100"), one("ads", "100", ListCost="300"), one("k8s", "40")]
    for grain in ("month", "day"):
        share = by("cost", measure="ListCost", grain=grain)
        found = ran(books_of(tmp_path / grain, charges), engine, [pool("k8s", share)])
        assert found.by_product("x_Pool = 'k8s'") == {"search": 10, "ads": 30}


def test_charges_that_are_called_as_their_parents_are_shared_too(tmp_path: Path, engine: Engine) -> None:
    charges = [charge(9, "60", "srv", '{"product":"search"}'), charge(9, "24", "srv/db", ""), one("k8s", "42")]
    project = books_of(tmp_path, charges)
    (tmp_path / "taxonomy.yaml").write_text(TAXONOMY.replace("{tag: product}]", "{tag: product}, {parent: resource}]"))
    found = ran(project, engine, [pool("k8s", by("cost"))])
    assert found.by_product() == {"search": 126}
