"""What the ledger knows of its files."""

from __future__ import annotations

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.manifest import current_files
from tests.books import month
from tests.ledger.conftest import AUGUST, JULY, NOW, Make


def test_an_empty_ledger_knows_no_file(engine: Engine, ledger: Ledger) -> None:
    assert current_files(engine, ledger, Snapshot(), "saas") == []


def test_only_the_last_load_of_a_period_counts(engine: Engine, ledger: Ledger, period: Make) -> None:
    ledger.commit(engine, [period(JULY, month(7, "1")), period(AUGUST, month(8, "2"))], "l1", NOW)
    state = ledger.commit(engine, [period(JULY, month(7, "3"))], "l2", NOW)
    found = current_files(engine, ledger, state, "saas")
    assert sorted((item.period, item.file, item.read_as) for item in found) == [
        (JULY, "a.csv", "way"),
        (AUGUST, "a.csv", "way"),
    ]
    assert len({item.sha256 for item in found}) == 2
    assert current_files(engine, ledger, state, "other") == []
