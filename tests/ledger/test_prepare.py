"""From files to a period that waits for its commit: every version of FOCUS, exact totals, no column lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from finmod.engines.duckdb import Engine
from finmod.focus.columns import Version, columns
from finmod.ledger.ledger import PreparedPeriod
from finmod.ledger.prepare import PeriodInput, prepare
from finmod.ledger.reduce import relation
from finmod.normalize.values import Reading
from finmod.terms.money import plain
from tests.books import CHARGE, Books, bill, month
from tests.normalize.staged import conversion, parquet

SEPTEMBER = date(2026, 9, 1)


def prepared(engine: Engine, tmp_path: Path, *paths: Path, reading: Reading | None = None) -> PreparedPeriod:
    read = tuple(conversion(engine, path, tmp_path / f"staged{place}", reading) for place, path in enumerate(paths))
    return prepare(engine, PeriodInput("saas", SEPTEMBER, read, frozenset(), "x"), tmp_path / "staged0")[0]


def text(tmp_path: Path, name: str, *charges: dict[str, str]) -> Path:
    (tmp_path / name).write_text(bill(*charges), encoding="utf-8")
    return tmp_path / name


def test_control_totals_keep_every_digit_of_the_text(tmp_path: Path) -> None:
    costs = ["0.1234567890123456789012", "0.0000000000005", "-7.000000000000000000000001"]
    with Engine() as engine:
        ready = prepared(engine, tmp_path, text(tmp_path, "a.csv", *({"BilledCost": cost} for cost in costs)))
    (row,) = ready.manifest
    assert row.control_total == str(sum(map(Decimal, costs)))
    assert row.billed_cost == "-6.876543210987"
    assert row.rounding_difference == f"{sum(map(Decimal, costs)) + Decimal('6.876543210987'):f}"
    assert (row.charges, row.currency) == (3, "USD")


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3", "1.4"])
def test_every_version_of_focus_is_held_as_1_4(version: Version, tmp_path: Path) -> None:
    charge = {column.id: "" for column in columns(version=version)}
    names = {name: f"the {name}" for name in charge if name in {"ProviderName", "PublisherName", "ServiceProviderName"}}
    path = tmp_path / "a.csv"
    path.write_text(bill({**charge, **CHARGE, **names, "ResourceName": "r"}), encoding="utf-8")
    with Engine() as engine:
        ready = prepared(engine, tmp_path, path)
        found = engine.row(
            "SELECT ServiceProviderName, x_ProviderName, x_PublisherName, ResourceName, BilledCost "
            f"FROM {relation([ready.files['charges'][0]])}"
        )
    service = "the ServiceProviderName" if "ServiceProviderName" in names else "the ProviderName"
    assert found == (service, names.get("ProviderName"), names.get("PublisherName"), "r", Decimal("1.5"))


def test_own_columns_are_kept_whatever_the_case_that_files_write_them_in(tmp_path: Path) -> None:
    one = text(tmp_path, "a.csv", {"x_Team": "A", "Region": "eu"})
    other = text(tmp_path, "b.csv", {"X_TEAM": "B"})
    with Engine() as engine:
        ready = prepared(engine, tmp_path, one, other)
        rows = engine.rows(f"SELECT x_Team, x_Region FROM {relation([ready.files['charges'][0]])} ORDER BY 1")
    assert rows == [("A", "eu"), ("B", None)]
    assert [*ready.extra] == ["x_Team", "x_Region"]


def test_own_columns_keep_the_spelling_of_earlier_periods(books: Books) -> None:
    books.load(books.write("e/a.csv", bill(month(7, x_Team="A"))))
    books.load(books.write("e/b.csv", bill(month(8, x_team="B"))))
    assert books.query("SELECT x_Team FROM charges ORDER BY 1") == [{"x_Team": "A"}, {"x_Team": "B"}]
    described = [row["column_name"] for row in books.query("DESCRIBE charges")]
    assert [name for name in described if name.casefold() == "x_team"] == ["x_Team"]


def test_constants_fill_what_the_bill_lacks_and_nothing_else(tmp_path: Path) -> None:
    path = text(tmp_path, "a.csv", {"RegionId": "us", "x_Team": "A"}, {"RegionId": "", "x_Team": ""})
    wish = Reading(constants={"RegionId": "eu", "x_Team": "Z", "x_Unit": "U", "InvoiceId": "i"})
    with Engine() as engine:
        ready = prepared(engine, tmp_path, path, reading=wish)
        rows = engine.rows(
            f"SELECT RegionId, x_Team, x_Unit, InvoiceId FROM {relation([ready.files['charges'][0]])} ORDER BY x_Row"
        )
    assert rows == [("us", "A", "U", "i"), ("eu", "Z", "U", "i")]


def test_unreadable_amounts_become_unknown_on_wish(tmp_path: Path) -> None:
    path = text(tmp_path, "a.csv", {"BilledCost": "n/a"}, {"BilledCost": "2"})
    with Engine() as engine:
        ready = prepared(engine, tmp_path, path, reading=Reading(unreadable_as_null=frozenset({"BilledCost"})))
        unknown = engine.row(f"SELECT sum(x_UnknownBilledCost) FROM {relation([ready.files['charge_days'][0]])}")
    assert (ready.manifest[0].control_total, ready.manifest[0].charges, unknown) == ("2", 2, (1,))


def test_amounts_beyond_reason_are_refused_by_name(books: Books) -> None:
    said = books.refused(books.write("a.csv", bill({"BilledCost": "1000000000000000"})))
    assert "BilledCost" in said
    assert "FM1120" in said


def test_nested_parquet_becomes_json(tmp_path: Path) -> None:
    path = parquet(
        tmp_path,
        {
            **{name: [value] for name, value in CHARGE.items()},
            "Tags": pa.array([[("team", "a"), ("env", None)]], pa.map_(pa.string(), pa.string())),
            "SkuPriceDetails": pa.array([{"CoreCount": 4}]),
            "x_Labels": pa.array([["p", "q"]]),
            "x_When": pa.array([date(2026, 9, 1)]),
        },
    )
    with Engine() as engine:
        ready = prepared(engine, tmp_path, path)
        row = engine.row(f"SELECT Tags, SkuPriceDetails, x_Labels, x_When FROM {relation([ready.files['charges'][0]])}")
    assert row == ('{"team":"a","env":null}', '{"CoreCount":4}', '["p","q"]', "2026-09-01")


def test_publishers_of_one_provider_are_told_apart_in_the_cube(books: Books) -> None:
    pair = [{"ProviderName": "P", "PublisherName": name} for name in ("A", "B")]
    books.load(books.write("a.csv", bill(*pair)))
    found = books.query("SELECT x_PublisherName AS p, x_Charges AS n FROM charges_daily ORDER BY 1")
    assert found == [{"p": "A", "n": 1}, {"p": "B", "n": 1}]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1.5000", "1.5"),
        ("0E-12", "0"),
        ("-0.0", "0"),
        ("-120", "-120"),
        ("1E+3", "1000"),
        ("1E-24", "0." + "0" * 23 + "1"),
    ],
)
def test_decimals_are_written_without_exponent_or_idle_zeros(value: str, shown: str) -> None:
    assert plain(Decimal(value)) == shown
