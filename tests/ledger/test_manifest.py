"""What the ledger knows of its files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.ledger import Event, Ledger, Snapshot
from finmod.ledger.manifest import current_files
from finmod.ledger.tables import DATA_TABLES, Table
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


@pytest.mark.parametrize("table", DATA_TABLES, ids=lambda table: table.name)
def test_what_the_ledger_has_is_not_told_when_a_file_of_it_is_gone(
    engine: Engine, ledger: Ledger, period: Make, table: Table
) -> None:
    state = ledger.commit(engine, [period(JULY, month(7, "1"))], "l1", NOW)
    (file,) = ledger.files(table, state)
    file.unlink()
    with pytest.raises(UserError, match=r"is gone; expected the files that its loads wrote(?s:.*)FM1503"):
        current_files(engine, ledger, state, "saas")


def test_a_bill_of_which_true_ups_were_taken_back_must_be_read_again(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    """The same file has August, which stands, and brought July, which was closed and is reopened."""
    july = period(JULY, month(7, "1"))
    ledger.commit(engine, [july], "l1", NOW)
    august, restated = period(AUGUST, month(8, "2")), period(JULY, month(7, "3"))
    of_one_file = replace(restated.manifest[0], sha256=august.manifest[0].sha256)
    booked = replace(restated, files={}, manifest=(of_one_file,), booked=AUGUST)
    state = ledger.commit(engine, [august, booked], "l2", NOW)
    before = current_files(engine, ledger, state, "saas")
    assert {(item.period, item.sha256, item.undone) for item in before} == {
        (JULY, of_one_file.sha256, False),
        (AUGUST, of_one_file.sha256, False),
    }
    state = ledger.record(engine, Event("reopen", JULY, lambda _: [], (JULY,)), state, NOW)
    assert {(item.period, item.sha256, item.undone) for item in current_files(engine, ledger, state, "saas")} == {
        (JULY, july.manifest[0].sha256, False),
        (AUGUST, of_one_file.sha256, True),
    }
