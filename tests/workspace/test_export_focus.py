"""The ledger as a FOCUS file, and back."""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from finmod.focus.columns import Version, columns
from tests.books import Books, bill, month
from tests.usage import load_usage, report

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


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "no/o.csv",
            "no/o.csv: the file cannot be written: there is no folder {d}/no.\n  Make it first: mkdir -p {d}/no.",
        ),
        ("/proc/o.csv", "/proc/o.csv: the file cannot be written: its folder takes no new files.\n  Name a file in a"),
        (f"{'a' * 252}.csv", "the file cannot be written: its name is too long.\n  Give it a shorter name. (FM1612"),
        ("", "{d}: the file cannot be written: it is a folder.\n  Name a file in it. (FM1612"),
        (
            "o",
            "o: the file name has no ending; expected .parquet, .csv or .csv.gz.\n  Name the file by the form that it ",
        ),
        ("o.", "such as o.parquet. (FM1610"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_in_plain_words(
    source: Books, name: str, said: str, tmp_path: Path
) -> None:
    ended = source.run("export", "focus", "--to", tmp_path / name)
    assert ended.code == 1
    assert said.format(d=tmp_path) in ended.err
    assert not re.search(r"\.part|[Ee]rrno|Error", ended.err)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("s3://b/o.csv", "--to is 's3://b/o.csv'; expected a local file.\n  Nothing is written to addresses"),
        ("~/o.csv", "--to is '~/o.csv'; expected a path without ~."),
        ("o\x1b[31m.csv", "--to is 'o\N{REPLACEMENT CHARACTER}[31m.csv'; expected a path of printable characters."),
        ("", "--to is ''; expected a path of printable characters."),
    ],
)
def test_a_name_that_can_be_no_local_file_is_refused(
    source: Books, name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = source.run("export", "focus", "--to", name)
    assert ended.code == 1
    assert said in ended.err
    assert list(tmp_path.iterdir()) == []


def test_an_empty_period_is_not_all_periods(source: Books, tmp_path: Path) -> None:
    ended = source.run("export", "focus", "--to", tmp_path / "f.csv", "--period", "")
    assert (ended.code, list(tmp_path.iterdir())) == (1, [])
    assert "the period is ''; expected a month as YYYY-MM" in ended.err


OWN = """\
name: n
currency: USD
invoices: invoices.csv
sources:
  folder: {format: focus, path: bills}
  file: {format: focus, path: [one.csv, two.csv]}
  glob: {format: focus, path: "exports/**/focus-*.csv"}
"""


@pytest.fixture
def owner(books: Books) -> Books:
    books.write("finmod.yaml", OWN)
    books.write("bills/a.csv", bill(month(7)))
    (books.root / "exports" / "deep").mkdir(parents=True)
    assert books.run("load", "folder").code == 0
    return books


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bills/a.csv", "the source 'folder' reads its bills there"),
        ("bills/new.csv", "the source 'folder' reads its bills there"),
        ("exports/../bills/new.parquet", "the source 'folder' reads its bills there"),
        ("linked/new.csv", "the source 'folder' reads its bills there"),
        ("link.csv", "the source 'folder' reads its bills there"),
        ("two.csv", "the source 'file' reads its bills there"),
        ("exports/focus-1.csv", "the source 'glob' reads its bills there"),
        ("exports/deep/focus-1.csv", "the source 'glob' reads its bills there"),
        ("invoices.csv", "it is the list of invoices"),
        (".finmod/o.csv", "the ledger is kept in that folder"),
        (".finmod/tables/charges/o.parquet", "the ledger is kept in that folder"),
    ],
)
def test_a_place_of_the_bills_or_the_ledger_is_refused(owner: Books, name: str, said: str) -> None:
    (owner.root / "linked").symlink_to(owner.root / "bills")
    (owner.root / "link.csv").symlink_to(owner.root / "bills" / "a.csv")
    before = {path: path.lstat().st_mtime_ns for path in owner.root.rglob("*")}
    ended = owner.run("export", "focus", "--to", owner.root / name)
    assert ended.code == 1
    assert f"the file cannot be written: {said}.\n  Name a file elsewhere" in ended.err
    assert {path: path.lstat().st_mtime_ns for path in owner.root.rglob("*")} == before


@pytest.mark.parametrize("name", ["o.csv", "exports/o.csv", "exports/deep/o.parquet", "bills.csv"])
def test_a_place_beside_the_bills_is_written(owner: Books, name: str) -> None:
    export(owner, owner.root / name)
    assert (owner.root / name).stat().st_size > 0


def test_an_empty_ledger_has_nothing_to_export(books: Books, tmp_path: Path) -> None:
    assert "the ledger is empty" in books.run("export", "focus", "--to", tmp_path / "f.csv").err


def test_a_ledger_of_usage_has_no_charges_to_export(books: Books, tmp_path: Path) -> None:
    assert load_usage(books, books.write("pods.csv", report({}))).code == 0
    said = books.run("export", "focus", "--to", tmp_path / "f.csv")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(
        f"the ledger holds usage and no charges.\n  Load a bill first: finmod --project {books.root} load."
    )
    books.load(books.write("a.csv", bill({})))
    assert books.run("export", "focus", "--to", tmp_path / "f.csv").code == 0
    said = books.run("export", "focus", "--source", "k8s", "--to", tmp_path / "g.csv")
    assert said.err.startswith("k8s holds usage and no charges.\n")


def test_a_source_that_is_kept_for_comparison_is_told_as_one(books: Books, tmp_path: Path) -> None:
    books.load(books.write("a.csv", bill({})))
    assert books.run("load", books.write("b.csv", bill({})), "--source", "again", "--compare-with", "saas").code == 0
    said = books.run("export", "focus", "--source", "again", "--to", tmp_path / "f.csv")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("again is kept for comparison alone, and its charges are no part of the bill.\n")
    assert f"Export the source that has the bill: finmod --project {books.root} status shows it." in said.err
