"""The proof of a run: what went in is summed apart, and a sum that differs stops everything."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.allocation.proof import Place, counted, prove
from finmod.allocation.run import Run
from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import InternalError
from finmod.focus.columns import COSTS
from finmod.ledger.ledger import Ledger
from finmod.taxonomy.keyed import cube
from tests.allocated import books_of, by, day, one, pool, ran

SEPTEMBER = date(2026, 9, 1)
SECOND = (SEPTEMBER, date(2026, 9, 2), "EffectiveCost")


@dataclass
class Made:
    """A run, while its engine is open, with the cube that it allocated."""

    engine: Engine
    run: Run
    cubes: tuple[str, str]

    def went_in(self) -> dict[Place, Decimal]:
        """Return what the cube has."""
        with counted(*self.cubes) as sums:
            return dict(sums())


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    project = books_of(tmp_path, [one("k8s", "80"), one("search", "3"), one("ads", "-1", **day(2))])
    with Engine() as engine:
        run = ran(project, engine, [pool("k8s", by("cost"))]).run
        ledger = Ledger(project.store)
        yield Made(engine, run, cube(ledger, ledger.head(engine)))


def test_what_went_in_is_the_cube_by_day_and_cost(made: Made) -> None:
    found = made.went_in()
    assert found[SECOND] == -1
    assert sorted(found) == sorted((SEPTEMBER, date(2026, 9, at), cost) for at in (1, 2) for cost in COSTS)
    assert prove(made.engine, made.run.allocation, found) == made.run.proved


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "UPDATE allocation_parts SET EffectiveCost = EffectiveCost + 0.000000000001 WHERE pool = 0 AND day = 20698",
            "EffectiveCost of 2026-09-02, billed in 2026-09, was -1.000000000000 before allocation and -0.999999999999",
        ),
        (
            "DELETE FROM allocation_parts WHERE pool = 1",
            "BilledCost of 2026-09-01, billed in 2026-09, was 83.000000000000 before allocation and 3.000000000000",
        ),
    ],
)  # fmt: skip
def test_a_digit_that_is_lost_in_a_split_is_refused(made: Made, sql: str, words: str) -> None:
    made.engine.run(sql)
    with pytest.raises(InternalError, match=words.replace(".", r"\.")):
        prove(made.engine, made.run.allocation, made.went_in())


def test_rows_that_were_lost_before_the_split_are_refused(made: Made) -> None:
    """Cells and parts agree; the cube has more."""
    for table in ("allocation_cells", "allocation_parts"):
        made.engine.run(f"DELETE FROM {table} WHERE day = 20698")
    with pytest.raises(InternalError, match=r"2026-09-02, billed in 2026-09, was -1\.0* before allocation and 0 after"):
        prove(made.engine, made.run.allocation, made.went_in())


def test_what_moves_between_pools_of_a_day_is_refused(made: Made) -> None:
    made.engine.run("UPDATE allocation_parts SET pool = 0 WHERE pool = 1")
    with pytest.raises(InternalError, match="of 2026-09-01, billed in 2026-09, was"):
        prove(made.engine, made.run.allocation, made.went_in())


def test_a_block_that_fails_does_not_wait_for_the_sums(made: Made) -> None:
    def fails() -> None:
        days, true_ups = made.cubes
        with counted(f"(SELECT a.* FROM range(99999999999) AS r, {days} AS a)", true_ups):
            raise LookupError

    start = time.monotonic()
    with pytest.raises(LookupError):
        fails()
    assert time.monotonic() - start < 60


def test_a_cube_that_cannot_be_read_is_told(made: Made) -> None:
    with pytest.raises(EngineError, match="gone"), counted("read_parquet('gone.parquet')", made.cubes[1]) as sums:
        sums()


@pytest.mark.parametrize(("processors", "threads"), [(None, 1), (1, 1), (2, 1), (8, 4), (96, 4)])
def test_the_sums_take_half_of_the_processors_and_few_of_many(
    monkeypatch: pytest.MonkeyPatch, processors: int | None, threads: int
) -> None:
    """Each thread holds row groups of its own, and the room for them is small."""
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    given: list[int] = []
    kept = Engine.__init__

    def begin(self: Engine, *, threads: int | None = None, memory_limit: str = "1GB") -> None:
        given.append(threads or 0)
        kept(self, threads=threads, memory_limit=memory_limit)

    monkeypatch.setattr(Engine, "__init__", begin)
    rows = "(SELECT NULL::DATE AS x_BillingPeriod, NULL::DATE AS x_ChargeDate, " + ", ".join(
        f"NULL::DECIMAL(38,12) AS {name}" for name in COSTS
    )
    with counted(f"{rows} WHERE false)", f"{rows} WHERE false)") as sums:
        assert sums() == {}
    assert given == [threads]
