"""What stands on disk."""

from __future__ import annotations

from finmod.focus.columns import COSTS, KEY_COLUMNS
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, DATA_TABLES, LOADS


def test_every_table_but_loads_is_replaced_by_source_and_period() -> None:
    assert [table.by_period for table in (*DATA_TABLES, LOADS)] == [True, True, True, True, False]
    assert all({"x_Source", "x_BillingPeriod"} <= set(table.columns) for table in (*DATA_TABLES, LOADS))


def test_names_are_unique_whatever_their_case() -> None:
    for table in (*DATA_TABLES, LOADS):
        assert len({name.casefold() for name in table.columns}) == len(table.columns)


def test_money_is_exact_in_every_table() -> None:
    for table in (CHARGES, CHARGE_DAYS):
        assert {table.columns[cost] for cost in COSTS} == {"DECIMAL(38,12)"}
    assert CHARGE_KEYS.columns["BilledCost"] == LOADS.columns["BilledCost"] == "DECIMAL(38,12)"


def test_keys_hold_every_key_text() -> None:
    assert set(KEY_COLUMNS) < set(CHARGE_KEYS.columns)
