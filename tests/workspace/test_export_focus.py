"""The ledger as a FOCUS file, and back."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from finmod.focus.columns import Version, columns
from tests.books import Books, bill, month

HOSTILE = "=cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Books:
    books = Books(tmp_path_factory.mktemp("export") / "books")
    rows = [
        month(7, "0.123456789012", ServiceName=HOSTILE, x_Team="-a", Tags='{"a":"1"}', EffectiveCost="1"),
        month(7, "-2.5", BillingCurrency="EUR", BillingAccountId="a2", ResourceId="-1.5e3", EffectiveCost=""),
        month(8, "1000000", ProviderName="Pro", PublisherName="Pub"),
    ]
    books.load(books.write("exports/a.csv", bill(*rows)))
    return books


def export(books: Books, target: Path, *options: str) -> Path:
    said = books.run("export", "focus", "--to", target, *options)
    assert said.code == 0, said.err
    return target


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4"])
def test_a_file_has_columns_of_its_version_then_those_of_suppliers(
    source: Books, version: Version, tmp_path: Path
) -> None:
    names = pq.read_table(export(source, tmp_path / "f.parquet", "--version", version)).column_names
    focus = [column for column in columns(version=version) if column.id in names]
    assert names == [*(column.id for column in focus), "x_Source", "x_File", "x_Row", "x_Team"]
    mandatory = {column.id for column in columns(version=version) if column.level == "Mandatory"}
    assert mandatory <= set(names)
    assert ("ProviderName" in names) == (version in {"1.2", "1.3"})


def test_an_exported_bill_loads_as_the_same_bill(source: Books, tmp_path: Path) -> None:
    back = Books(tmp_path / "back")
    back.load(export(source, tmp_path / "f.parquet"))
    assert back.totals() == source.totals()
    same = ", ".join(column.id for column in columns()) + ", x_Team"
    sql = f"SELECT {same} FROM charges ORDER BY ALL"
    assert back.query(sql) == source.query(sql)


@pytest.mark.parametrize("name", ["f.csv", "f.csv.gz"])
def test_csv_neutralises_formulas_and_keeps_numbers(source: Books, name: str, tmp_path: Path) -> None:
    data = export(source, tmp_path / name).read_bytes()
    text = (gzip.decompress(data) if name.endswith("gz") else data).decode()
    first, second, third = csv.DictReader(text.splitlines())
    assert first["ServiceName"] == f"'{HOSTILE}"
    assert first["x_Team"] == "'-a"
    assert (first["BilledCost"], first["Tags"]) == ("0.123456789012", '{"a":"1"}')
    assert (second["BilledCost"], second["ResourceId"], second["EffectiveCost"]) == ("-2.500000000000", "-1.5e3", "")
    assert third["BillingPeriodStart"] == "2026-08-01T00:00:00Z"


def test_parquet_keeps_every_text(source: Books, tmp_path: Path) -> None:
    table = pq.read_table(export(source, tmp_path / "f.parquet"))
    assert table["ServiceName"][0].as_py() == HOSTILE
    assert str(table.schema.field("BilledCost").type) == "decimal128(38, 12)"


def test_older_versions_give_back_provider_and_publisher(source: Books, tmp_path: Path) -> None:
    rows = pq.read_table(export(source, tmp_path / "f.parquet", "--version", "1.2", "--period", "2026-08")).to_pylist()
    assert [(row["ProviderName"], row["PublisherName"]) for row in rows] == [("Pro", "Pub")]


def test_one_period_can_be_exported(source: Books, tmp_path: Path) -> None:
    assert pq.read_table(export(source, tmp_path / "f.parquet", "--period", "2026-07")).num_rows == 2


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("f.xlsx", (), "FM1610"),
        ("f.parquet", ("--period", "2026-01"), "the ledger has no charges in 2026-01"),
        ("f.parquet", ("--period", "July"), "FM1060"),
        ("no/such/folder/f.parquet", (), "FM1612"),
        ("f.parquet", ("--version", "1.0"), "1.2"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_nothing(
    source: Books, name: str, options: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    result = source.run("export", "focus", "--to", tmp_path / name, *options)
    assert result.code == 1
    assert said in result.err
    assert list(tmp_path.iterdir()) == []


def test_an_empty_ledger_has_nothing_to_export(books: Books, tmp_path: Path) -> None:
    assert "the ledger is empty" in books.run("export", "focus", "--to", tmp_path / "f.csv").err
