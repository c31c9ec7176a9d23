"""Reductions kept beside the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.reductions import reduced

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


def test_old_reductions_leave(engine: Engine, tmp_path: Path) -> None:
    for number in range(9):
        rows(engine, tmp_path, {AUGUST: [str(number)], SEPTEMBER: ["b"]}, Asked(number))
    kept = sorted(file.name[:7] for file in (tmp_path / "reductions" / "r").iterdir())
    assert kept == ["2026-08"] * 4 + ["2026-09"]


def test_where_the_store_cannot_be_written_it_is_made_for_this_run(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "reductions").write_text("a file where the folder would be")
    assert rows(engine, tmp_path, {AUGUST: ["a"]}, Asked()) == [(AUGUST, 1)]
