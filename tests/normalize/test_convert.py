"""A staged file as charges: given columns, control totals, periods."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.normalize.convert import booking_sql, control_sql, select_charges, with_key
from finmod.normalize.values import Reading
from tests.books import bill, month
from tests.normalize.staged import conversion

JULY = date(2026, 7, 1)


def file(tmp_path: Path, *charges: dict[str, str]) -> Path:
    (tmp_path / "a.csv").write_text(bill(*charges), encoding="utf-8")
    return tmp_path / "a.csv"


def test_periods_of_a_file_are_months_with_rows_and_first_row(tmp_path: Path) -> None:
    with Engine() as engine:
        read = conversion(engine, file(tmp_path, month(8), month(7), month(8)), tmp_path / "s")
        found = engine.rows(booking_sql(read))
    assert [(row[0], *row[2:6]) for row in found] == [(JULY, "USD", 1, 2, 0), (date(2026, 8, 1), "USD", 2, 1, 0)]


def test_control_totals_are_per_currency_and_period(tmp_path: Path) -> None:
    euro = {"BillingCurrency": "EUR", "BillingAccountId": "b"}
    path = file(tmp_path, month(7, "0.0000000000001"), month(7, "5", **euro), month(8, "9"))
    with Engine() as engine:
        found = engine.rows(control_sql(conversion(engine, path, tmp_path / "s"), JULY, alone=False))
    assert found == [("EUR", 1, Decimal(5), Decimal(5), 2), ("USD", 1, Decimal("1e-13"), Decimal(0), 1)]


def test_charges_know_their_source_file_and_row(tmp_path: Path) -> None:
    with Engine() as engine:
        read = conversion(engine, file(tmp_path, month(8), month(7)), tmp_path / "s")
        sql = with_key([select_charges(read, JULY, alone=False, extra={})], read.given(), {})
        rows = engine.rows(f"SELECT x_Source, x_BillingPeriod, x_ChargeDate, x_File, x_Row FROM ({sql})")
    assert rows == [("saas", JULY, JULY, "a.csv", 2)]


def test_keys_are_the_same_for_the_same_texts_and_change_with_the_seed(tmp_path: Path) -> None:
    charges = [month(7, str(cost), ServiceName=name) for cost, name in ((1, "a"), (2, "a"), (3, "b"))]
    with Engine() as engine:
        read = conversion(engine, file(tmp_path, *charges), tmp_path / "s")
        select = select_charges(read, JULY, alone=True, extra={})
        keys = {
            seed: [
                row[0]
                for row in engine.rows(
                    f"SELECT x_ChargeKey FROM ({with_key([select], read.given(), {}, seed)}) ORDER BY x_Row"
                )
            ]
            for seed in (0, 1)
        }
    assert keys[0][0] == keys[0][1] != keys[0][2]
    assert not set(keys[0]) & set(keys[1])
    assert all(key >= 0 for key in keys[0])


def test_given_columns_are_those_of_the_file_and_of_constants(tmp_path: Path) -> None:
    with Engine() as engine:
        read = conversion(
            engine, file(tmp_path, {"x_Team": "a", "Region": "b"}), tmp_path / "s", Reading({"RegionId": "x"})
        )
        assert {"BilledCost", "ServiceName", "RegionId"} <= read.given()
        assert "ListCost" not in read.given()
        assert read.extra_columns() == {"x_Team": "x_Team", "x_Region": "Region"}
