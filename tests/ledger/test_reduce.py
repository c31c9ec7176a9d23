"""Charge keys and the daily cube, and the guard against two keys that meet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.ledger.prepare import PeriodInput, prepare
from finmod.ledger.reduce import reduce_charges, relation
from finmod.normalize.charges import CHARGE_TYPES
from finmod.normalize.convert import with_key
from tests.books import bill, month
from tests.normalize.staged import conversion

GIVEN = frozenset({"ServiceName", "RegionId"})


def charges(engine: Engine, path: Path, *rows: dict[str, object]) -> Path:
    """Write charges as the ledger holds them."""
    defaults = {"x_Source": "saas", "x_BillingPeriod": "2026-09-01", "x_File": "a.csv", "x_ChargeDate": "2026-09-01"}
    selects = []
    for place, row in enumerate(rows, start=1):
        cells: dict[str, object] = {**defaults, "x_Row": place, **row}
        picked = [
            f"CAST({'NULL' if cells.get(name) is None else literal(str(cells[name]))} AS {kind}) AS {identifier(name)}"
            for name, kind in CHARGE_TYPES.items()
        ]
        selects.append(f"SELECT {', '.join(picked)}")
    engine.copy_parquet(" UNION ALL ".join(selects), path, ordered=True)
    return path


def reduced(
    engine: Engine, folder: Path, *rows: dict[str, object]
) -> tuple[bool, list[tuple[object, ...]], list[tuple[object, ...]]]:
    days, keys = folder / "days.parquet", folder / "keys.parquet"
    done = reduce_charges(engine, charges(engine, folder / "charges.parquet", *rows), GIVEN, days=days, keys=keys)
    cube = engine.rows(
        "SELECT x_ChargeKey, x_ChargeDate, x_Charges, BilledCost, x_UnknownBilledCost, ConsumedQuantity "
        f"FROM {relation([days])} ORDER BY ALL"
    )
    names = engine.rows(
        f"SELECT x_ChargeKey, ServiceName, x_Charges, BilledCost, x_ExampleRow FROM {relation([keys])} ORDER BY ALL"
    )
    assert (done.days, done.keys) == (len(cube), len(names))
    return done.keys_met, cube, names


def test_a_cube_has_one_row_per_key_and_day_and_counts_what_is_unknown(tmp_path: Path) -> None:
    with Engine() as engine:
        met, cube, names = reduced(
            engine,
            tmp_path,
            {"x_ChargeKey": 1, "ServiceName": "s", "BilledCost": "1.5", "ConsumedQuantity": "2"},
            {"x_ChargeKey": 1, "ServiceName": "s", "BilledCost": None},
            {"x_ChargeKey": 1, "ServiceName": "s", "BilledCost": "2", "x_ChargeDate": "2026-09-02"},
            {"x_ChargeKey": 2, "BilledCost": None},
        )
    first, second = date(2026, 9, 1), date(2026, 9, 2)
    assert not met
    assert cube == [
        (1, first, 2, Decimal("1.5"), 1, Decimal(2)),
        (1, second, 1, Decimal(2), 0, None),
        (2, first, 1, None, 1, None),
    ]
    assert names == [(1, "s", 3, Decimal("3.5"), 1), (2, None, 1, None, 4)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"ServiceName": "a"}, {"ServiceName": "b"}),
        ({"ServiceName": "a"}, {"ServiceName": None}),
        ({"ServiceName": "a", "RegionId": None}, {"ServiceName": None, "RegionId": "a"}),
        ({"ServiceName": "a"}, {"ServiceName": "b", "x_ChargeDate": "2026-09-02"}),
    ],
)
def test_two_keys_that_meet_are_seen(one: dict[str, object], other: dict[str, object], tmp_path: Path) -> None:
    with Engine() as engine:
        assert reduced(engine, tmp_path, {"x_ChargeKey": 7, **one}, {"x_ChargeKey": 7, **other})[0]


def test_keys_that_met_are_made_anew_from_another_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text(bill(month(9, "1", ServiceName="a"), month(9, "2", ServiceName="b")), encoding="utf-8")
    seeds: list[int] = []

    def meeting(selects: list[str], given: frozenset[str], extra: dict[str, str], seed: int) -> str:
        seeds.append(seed)
        # The first two hashes are as bad as can be.
        sql = with_key(selects, given, extra, seed)
        return f"SELECT * REPLACE (CAST(5 AS BIGINT) AS x_ChargeKey) FROM ({sql})" if seed < 2 else sql

    monkeypatch.setattr("finmod.ledger.prepare.with_key", meeting)
    with Engine() as engine:
        read = conversion(engine, path, tmp_path / "staged")
        ready, _ = prepare(
            engine, PeriodInput("saas", date(2026, 9, 1), (read,), frozenset(), "x"), tmp_path / "staged"
        )
        keys = engine.rows(
            f"SELECT ServiceName, BilledCost FROM {relation([ready.files['charge_keys'][0]])} ORDER BY 1"
        )
    assert seeds == [0, 1, 2]
    assert keys == [("a", Decimal(1)), ("b", Decimal(2))]


def test_columns_that_a_file_lacks_are_null_beside_one_that_has_them(tmp_path: Path) -> None:
    with Engine() as engine:
        engine.copy_parquet("SELECT 1 AS a", tmp_path / "1.parquet")
        engine.copy_parquet("SELECT 2 AS a, 'x' AS b", tmp_path / "2.parquet")
        assert engine.rows(
            f"SELECT a, b FROM {relation([tmp_path / '1.parquet', tmp_path / '2.parquet'])} ORDER BY a"
        ) == [
            (1, None),
            (2, "x"),
        ]
