"""The public tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.focus.columns import columns
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.marts.catalogue import TABLES, PublicTable, view_sql
from finmod.settings.project import load_project
from finmod.workspace.query import query
from tests.books import Books, bill, month
from tests.once import demo_once

# Of rows, not of SQL over the ledger: tests/marts/test_invoices.py, tests/workspace/metrics/test_metric.py,
# tests/workspace/savings/test_monthly.py and tests/workspace/test_api_variance.py.
_OF_ROWS = {"invoices", "metrics_monthly", "savings_monthly", "variance_monthly"}


@pytest.mark.parametrize("table", [table.name for table in TABLES if table.name not in _OF_ROWS])
def test_a_table_has_the_same_columns_empty_and_filled(table: str, loaded: Books, tmp_path: Path) -> None:
    filled = Ledger(loaded.root / ".finmod")
    with Engine() as engine:
        empty = engine.columns(view_sql(table, Ledger(tmp_path / "none"), Snapshot()))
        assert engine.columns(view_sql(table, filled, filled.head(engine))) == empty


def test_charges_focus_1_2_has_its_57_columns_and_where_they_came_from(loaded: Books) -> None:
    names = [row["column_name"] for row in loaded.query("DESCRIBE charges_focus_1_2")]
    assert names == [*(column.id for column in columns(version="1.2")), "x_Source", "x_BillingPeriod"]


def test_loads_say_which_of_them_stand_now(loaded: Books) -> None:
    loaded.write("exports/good.csv", bill(month(9, "7")))
    loaded.load(loaded.root / "exports")
    rows = loaded.query("SELECT x_LedgerVersion AS v, x_Current AS c, x_ControlTotal AS t FROM loads ORDER BY 1")
    assert rows == [{"v": 1, "c": False, "t": "1.5"}, {"v": 2, "c": True, "t": "7"}]


def test_the_cube_has_the_texts_of_its_keys(loaded: Books) -> None:
    (row,) = loaded.query(
        "SELECT ServiceName, ChargeCategory, x_Charges, BilledCost, x_UnknownListCost FROM charges_daily"
    )
    assert row == {
        "ServiceName": "Storage", "ChargeCategory": "Usage", "x_Charges": 1, "BilledCost": "1.500000000000",
        "x_UnknownListCost": 1,
    }  # fmt: skip


def test_every_table_says_who_answers_for_it_and_in_which_unit() -> None:
    for item in TABLES:
        assert (bool(item.owner), bool(item.unit), bool(item.grain), item.answers[0].isupper()) == (True,) * 4, (
            item.name
        )


@pytest.mark.parametrize("item", [item for item in TABLES if item.key], ids=lambda item: item.name)
def test_a_tables_key_tells_its_rows_apart(item: PublicTable, tmp_path_factory: pytest.TempPathFactory) -> None:
    project = load_project(demo_once(tmp_path_factory).folder)
    columns = query(project, f"DESCRIBE {item.name}").rows
    dimensions = [name for name, *_ in columns if name in {"x_Product", "x_Team"}]
    key = ", ".join(f'"{name}"' for name in (*item.key, *dimensions))
    ((rows, distinct),) = query(project, f"SELECT count(*), count(DISTINCT ({key})) FROM {item.name}").rows
    assert rows == distinct
    assert rows or item.name in {"allocated_levels_daily", "closes", "fx_rates"}
