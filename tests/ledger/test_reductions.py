"""Reductions kept beside the ledger."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.ledger.reductions import is_kept, kept, reduced

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as made:
        yield made


class Asked:
    """Makes rows of months, and remembers for which it was asked."""

    def __init__(self, value: int = 1) -> None:
        self.value, self.months = value, list[date]()

    def __call__(self, months: Sequence[date]) -> str:
        """Return SQL of the months."""
        self.months += months
        rows = [f"SELECT DATE '{month}' AS x_BillingPeriod, {self.value} AS n" for month in months]
        return " UNION ALL ".join(rows) or "SELECT NULL::DATE AS x_BillingPeriod, 0 AS n WHERE false"


def rows(engine: Engine, store: Path, marks: dict[date, Sequence[str]], asked: Asked) -> list[tuple[object, ...]]:
    return engine.rows(f"SELECT * FROM {reduced(engine, store, 'r', marks, asked)} ORDER BY 1")


def test_a_month_is_made_once_and_again_when_what_it_depends_on_changes(engine: Engine, tmp_path: Path) -> None:
    first, later, last = Asked(1), Asked(2), Asked(3)
    assert rows(engine, tmp_path, {AUGUST: ["a"], SEPTEMBER: ["b"]}, first) == [(AUGUST, 1), (SEPTEMBER, 1)]
    assert rows(engine, tmp_path, {AUGUST: ["a"], SEPTEMBER: ["c"]}, later) == [(AUGUST, 1), (SEPTEMBER, 2)]
    assert later.months == [SEPTEMBER]
    assert rows(engine, tmp_path, {AUGUST: ["a"], SEPTEMBER: ["b"]}, last) == [(AUGUST, 1), (SEPTEMBER, 1)]
    assert last.months == []


def test_marks_are_told_apart_by_their_parts(engine: Engine, tmp_path: Path) -> None:
    assert rows(engine, tmp_path, {AUGUST: ["ab", "c"]}, Asked(1)) == [(AUGUST, 1)]
    assert rows(engine, tmp_path, {AUGUST: ["a", "bc"]}, Asked(2)) == [(AUGUST, 2)]


def test_a_month_without_rows_is_kept_too(engine: Engine, tmp_path: Path) -> None:
    def nothing(months: Sequence[date]) -> str:
        del months
        return "SELECT NULL::DATE AS x_BillingPeriod, 0 AS n WHERE false"

    assert engine.rows(f"SELECT * FROM {reduced(engine, tmp_path, 'r', {AUGUST: ['a']}, nothing)}") == []
    asked = Asked()
    assert rows(engine, tmp_path, {AUGUST: ["a"]}, asked) == []
    assert asked.months == []


def test_no_month_gives_no_row(engine: Engine, tmp_path: Path) -> None:
    assert rows(engine, tmp_path, {}, Asked()) == []


def _aged(store: Path, hours: int) -> None:
    for file in (store / "reductions" / "r").iterdir():
        seen = file.stat().st_mtime - hours * 3600
        os.utime(file, (seen, seen))


def test_old_reductions_leave(engine: Engine, tmp_path: Path) -> None:
    for number in range(12):
        rows(engine, tmp_path, {AUGUST: [str(number)], SEPTEMBER: ["b"]}, Asked(number))
        _aged(tmp_path, 2)
    there = sorted(file.name[:7] for file in (tmp_path / "reductions" / "r").iterdir())
    assert there == ["2026-08"] * 8 + ["2026-09"]


def test_a_reduction_that_is_in_use_stays(engine: Engine, tmp_path: Path) -> None:
    rows(engine, tmp_path, {AUGUST: ["mine"]}, Asked(7))
    _aged(tmp_path, 100)
    mine = reduced(engine, tmp_path, "r", {AUGUST: ["mine"]}, Asked())
    for number in range(12):
        rows(engine, tmp_path, {AUGUST: [str(number)]}, Asked(number))
    assert engine.rows(f"SELECT n FROM {mine}") == [(7,)]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no Parquet at all", b"PAR1" + b"\xff" * 20 + b"PAR1", None])
def test_a_damaged_reduction_is_made_anew(content: bytes | None, engine: Engine, tmp_path: Path) -> None:
    rows(engine, tmp_path, {AUGUST: ["a"]}, Asked(1))
    one = kept(engine, tmp_path, "k", ["a"], "SELECT 1 AS n")
    for file in (tmp_path / "reductions").glob("*/*.parquet"):
        file.write_bytes(file.read_bytes()[:-9] if content is None else content)
    assert rows(engine, tmp_path, {AUGUST: ["a"]}, Asked(2)) == [(AUGUST, 2)]
    assert kept(engine, tmp_path, "k", ["a"], "SELECT 2 AS n") == one
    assert engine.rows(f"SELECT n FROM {one}") == [(2,)]


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Let no file grow, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("full_disk")
def test_where_the_disk_is_full_it_is_made_for_this_run(engine: Engine, tmp_path: Path) -> None:
    assert rows(engine, tmp_path, {AUGUST: ["a"]}, Asked(3)) == [(AUGUST, 3)]
    assert engine.rows(f"SELECT n FROM {kept(engine, tmp_path, 'k', ['a'], 'SELECT 2 AS n')}") == [(2,)]
    assert [*(tmp_path / "reductions" / "r").iterdir()] == []


def test_what_is_wrong_with_the_rows_themselves_is_told(engine: Engine, tmp_path: Path) -> None:
    def refused(months: Sequence[date]) -> str:
        raise UserError(Problem(code="FM1502", found=f"{len(months)} months have no names"))

    with pytest.raises(UserError, match="1 months have no names"):
        reduced(engine, tmp_path, "r", {AUGUST: ["a"]}, refused)


def test_where_the_store_cannot_be_written_it_is_made_for_this_run(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "reductions").write_text("a file where the folder would be")
    assert rows(engine, tmp_path, {AUGUST: ["a"]}, Asked()) == [(AUGUST, 1)]


def test_a_query_is_made_only_where_its_rows_are_not_kept(engine: Engine, tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> str:
        made.append(1)
        return "SELECT 7 AS n"

    assert not is_kept(tmp_path, "k", ["mark"])
    for _ in range(2):
        assert engine.rows(f"SELECT * FROM {kept(engine, tmp_path, 'k', ['mark'], make)}") == [(7,)]
    assert made == [1]
    assert is_kept(tmp_path, "k", ["mark"])
    assert not is_kept(tmp_path, "k", ["another"])
