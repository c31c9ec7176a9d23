"""What the ledger knows of its files."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.ledger.ledger import Ledger, PreparedPeriod, Snapshot
from finmod.ledger.manifest import current_files, files_of_equal_totals, files_under_two_sources
from finmod.ledger.tables import CHARGES, DATA_TABLES, Table
from tests.books import month
from tests.ledger.conftest import AUGUST, JULY, NOW, Make


def test_an_empty_ledger_knows_no_file(engine: Engine, ledger: Ledger) -> None:
    assert current_files(engine, ledger, Snapshot(), "saas") == []


def committed(engine: Engine, ledger: Ledger, *periods: PreparedPeriod) -> Snapshot:
    """Commit periods of several sources, each as a load of its own."""
    return [ledger.commit(engine, [each], f"{each.source}-{each.files[CHARGES.name][1]}", NOW) for each in periods][-1]


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


def test_the_same_file_under_two_sources_is_an_error_with_its_amount(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    both = month(7, "1000"), month(7, "234.5", ServiceName="Compute")
    ledger.commit(
        engine, [period(JULY, *both, source="usual"), period(AUGUST, month(8, "7"), source="usual")], "l1", NOW
    )
    one = ledger.commit(engine, [period(AUGUST, month(8, "8"), source="again")], "l2", NOW)
    assert files_under_two_sources(engine, ledger, one) == []
    state = ledger.commit(engine, [period(JULY, *both, source="again", name="again.csv")], "l3", NOW)
    (found,) = files_under_two_sources(engine, ledger, state)
    assert (found.code, found.severity, found.source, found.billing_period) == ("FM1410", "error", "again", "2026-07")
    assert (found.rows, found.amount, found.currency, found.where) == (2, Decimal("1234.5"), "USD", "again.csv")
    assert found.message == ("again.csv is also loaded under usual as a.csv: 2 charges of 1,234.50 USD counted twice.")


def test_a_file_that_another_one_replaced_is_under_no_second_source(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    ledger.commit(engine, [period(JULY, month(7, "1"), source="first")], "l1", NOW)
    ledger.commit(engine, [period(JULY, month(7, "2"), source="first")], "l2", NOW)
    state = ledger.commit(engine, [period(JULY, month(7, "1"), source="second")], "l3", NOW)
    assert files_under_two_sources(engine, ledger, state) == []


def test_a_file_under_three_sources_is_told_twice_and_each_currency_apart(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    charges = month(7, "1"), month(7, "2", BillingCurrency="EUR", BillingAccountId="b")
    state = committed(engine, ledger, *(period(JULY, *charges, source=name) for name in ("c", "a", "b")))
    found = files_under_two_sources(engine, ledger, state)
    assert [(each.source, each.currency, each.amount) for each in found] == [
        ("a", "EUR", Decimal(2)),
        ("a", "USD", Decimal(1)),
        ("b", "EUR", Decimal(2)),
        ("b", "USD", Decimal(1)),
    ]
    assert files_under_two_sources(engine, ledger, Snapshot()) == []


def test_a_file_under_two_sources_whose_costs_are_unknown_has_no_amount(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    state = committed(engine, ledger, *(period(JULY, month(7, ""), source=name) for name in ("a", "b")))
    (found,) = files_under_two_sources(engine, ledger, state)
    assert (found.amount, found.rows) == (None, 1)
    assert found.message.endswith("under a: 1 charge of an unknown amount of USD counted twice.")


def test_one_bill_in_other_bytes_is_told_where_chance_is_out_of_the_question(
    engine: Engine, ledger: Ledger, period: Make
) -> None:
    many = [month(7, "1.25")] * 20
    committed(engine, ledger, period(JULY, *many, source="a"), period(JULY, month(7, "3"), source="few"))
    other = period(JULY, *many[:-1], month(7, "1.250"), source="b", name="b.csv")
    few_again = period(JULY, month(7, "3.0"), source="again")
    state = committed(engine, ledger, other, few_again)
    (found,) = files_of_equal_totals(engine, ledger, state)
    assert (found.code, found.severity, found.source, found.rows) == ("FM1411", "warning", "b", 20)
    assert found.amount == Decimal(25)
    assert files_under_two_sources(engine, ledger, state) == []
    assert files_of_equal_totals(engine, ledger, Snapshot()) == []
