"""A ledger in a folder, and small periods to commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger, PreparedPeriod
from finmod.ledger.prepare import PeriodInput, prepare
from tests.books import bill
from tests.normalize.staged import conversion

NOW = datetime(2026, 10, 5, tzinfo=UTC)
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
Make = Callable[..., PreparedPeriod]


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as made:
        yield made


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "a store, #1" / ".finmod", clock=lambda: NOW)


@pytest.fixture
def period(engine: Engine, tmp_path: Path) -> Make:
    """Return a function that makes a billing period of charges ready for its commit."""
    made = iter(range(100))

    def make(month: date, *charges: dict[str, str], source: str = "saas", name: str = "a.csv") -> PreparedPeriod:
        folder = tmp_path / f"bill{next(made)}"
        folder.mkdir()
        (folder / name).write_text(bill(*charges), encoding="utf-8")
        read = conversion(engine, folder / name, folder / "staged")
        return prepare(engine, PeriodInput(source, month, (read,), frozenset({name}), "way"), folder / "staged")[0]

    return make
