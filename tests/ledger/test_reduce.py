"""Charge keys and the daily cube, and the guard against two keys that meet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.errors import InternalError
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


def first_seed_apart(engine: Engine, services: list[str]) -> int:
    """Return the first seed under which services have different keys of one bit."""
    selects = [
        " UNION ALL ".join(
            "SELECT "
            + ", ".join(
                f"CAST({literal(name) if column == 'ServiceName' else 'NULL'} AS {kind}) AS {identifier(column)}"
                for column, kind in CHARGE_TYPES.items()
            )
            for name in services
        )
    ]
    for seed in range(8):
        sql = with_key(selects, frozenset({"ServiceName"}), {}, seed, bits=1)
        if engine.row(f"SELECT count(DISTINCT x_ChargeKey) FROM ({sql})")[0] == len(services):
            return seed
    pytest.fail("no seed tells them apart")


def test_keys_that_met_are_made_anew_from_another_seed(tmp_path: Path) -> None:
    path, steps = tmp_path / "a.csv", list[str]()
    with Engine() as engine:
        # Which texts meet is for DuckDB's hash to say; of two keys of one bit every other pair does.
        names = next(names for names in (["a", f"b{n}"] for n in range(9)) if first_seed_apart(engine, names))
        # Every other text is the same in both rows, and no key.
        path.write_text(bill(*(month(9, cost, ServiceName=name) for cost, name in zip("12", names, strict=True))))
        read = conversion(engine, path, tmp_path / "staged")
        given = PeriodInput("saas", date(2026, 9, 1), (read,), frozenset(), "x", key_bits=1)
        ready, _ = prepare(engine, given, tmp_path / "staged", steps.append)
        keys = engine.rows(
            f"SELECT x_ChargeKey, ServiceName, BilledCost FROM {relation([ready.files['charge_keys'][0]])} ORDER BY 2"
        )
    assert steps.count("charges") > 1
    assert [row[1:] for row in keys] == [(names[0], Decimal(1)), (names[1], Decimal(2))]
    assert {row[0] for row in keys} == {0, 1}


def test_keys_that_meet_under_every_seed_are_our_fault_and_nothing_is_ready(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(bill(*(month(9, "1", ServiceName=name) for name in "abc")), encoding="utf-8")
    with Engine() as engine:
        read = conversion(engine, path, tmp_path / "staged")
        given = PeriodInput("saas", date(2026, 9, 1), (read,), frozenset(), "x", key_bits=1)
        with pytest.raises(InternalError, match="met under 8 different seeds"):
            prepare(engine, given, tmp_path / "staged")


@pytest.mark.parametrize("bits", [1, 8, 63])
def test_a_key_has_as_many_bits_as_were_asked_for(bits: int) -> None:
    selects = ["SELECT " + ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in CHARGE_TYPES.items())]
    with Engine() as engine:
        keys = [
            engine.row(f"SELECT x_ChargeKey FROM ({with_key(selects, frozenset(), {}, seed, bits=bits)})")[0]
            for seed in range(40)
        ]
    assert all(0 <= key < 2**bits for key in keys)
    assert max(keys) >= 2 ** (bits - 1)


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


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-09-01T00:00:00Z", "2026-09-01T01:00:00Z", 1),
        ("2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z", 1),
        ("2026-09-01T23:30:00Z", "2026-09-02T00:30:00Z", 1),  # an hour is of the day on which it begins
        ("2026-09-01T00:00:00Z", "2026-09-02T01:00:00Z", 1),  # summer time ends
        ("2026-09-01T00:00:00Z", "2026-09-02T01:00:01Z", 2),
        ("2026-09-01T00:00:00Z", "2026-09-03T00:00:00Z", 2),
        ("2026-09-01T12:00:00Z", "2026-09-03T00:00:01Z", 3),
        ("2026-09-01T00:00:00Z", "2026-09-30T23:59:59Z", 30),
        ("2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z", 30),
        ("2026-08-31T16:00:00Z", "2026-09-30T16:00:00Z", 30),  # a month of a supplier in Shanghai
        ("2026-09-20T00:00:00Z", "2029-09-20T00:00:00Z", 11),
        ("2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z", 1),
        ("2026-09-01T00:00:00Z", None, 1),
        ("2026-09-02T00:00:00Z", "2026-09-01T00:00:00Z", 1),
    ],
)
def test_a_charge_runs_on_so_many_days_of_the_month_that_it_is_billed_in(
    tmp_path: Path, start: str, end: str | None, days: int
) -> None:
    row = {"x_ChargeKey": 1, "BilledCost": "1", "ChargePeriodStart": start, "ChargePeriodEnd": end}
    with Engine() as engine:
        reduced(engine, tmp_path, {**row, "x_ChargeDate": start[:10]})
        assert engine.rows(f"SELECT x_ChargeDays FROM {relation([tmp_path / 'days.parquet'])}") == [(days,)]


def test_charges_of_a_key_and_day_that_run_differently_long_stand_apart(tmp_path: Path) -> None:
    start = {"x_ChargeKey": 1, "ChargePeriodStart": "2026-09-01T00:00:00Z"}
    day, month_end = "2026-09-02T00:00:00Z", "2026-10-01T00:00:00Z"
    with Engine() as engine:
        met, cube, names = reduced(
            engine,
            tmp_path,
            {**start, "BilledCost": "1", "ChargePeriodEnd": day},
            {**start, "BilledCost": "2", "ChargePeriodEnd": day},
            {**start, "BilledCost": "30", "ChargePeriodEnd": month_end},
        )
    first = date(2026, 9, 1)
    assert (met, names) == (False, [(1, None, 3, Decimal(33), 1)])
    assert cube == [(1, first, 1, Decimal(30), 0, None), (1, first, 2, Decimal(3), 0, None)]
