"""Charges as a FOCUS file: which columns it has, which rows, and what its cells are."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.errors import UserError
from finmod.exports.focus import write_focus
from finmod.focus.columns import Version, columns
from finmod.normalize.charges import CHARGE_TYPES

VERSIONS: tuple[Version, ...] = ("1.2", "1.3", "1.4")
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
# Of FOCUS, in each of the three versions: Conditional or Recommended, and never NULL where present.
ABSENT = {
    "BillingAccountType", "ChargeFrequency", "PricingCurrency", "PricingCurrencyEffectiveCost", "ServiceSubcategory",
}  # fmt: skip


def charge(**cells: object) -> dict[str, object]:
    """Return a charge of July 2026 from the source saas."""
    placed = {"x_Source": "saas", "x_BillingPeriod": JULY, "x_File": "a.csv", "x_Row": 1, "BilledCost": "1.5"}
    return {**placed, "ChargePeriodStart": "2026-07-01 00:00:00", **cells}


def holding(engine: Engine, *charges: Mapping[str, object], own: tuple[str, ...] = ()) -> Engine:
    """Give the engine the view ``charges`` as the public table has it."""
    # As the public table has them, instants are TIMESTAMP in UTC.
    types = {name: kind.replace(" WITH TIME ZONE", "") for name, kind in CHARGE_TYPES.items()}
    types |= dict.fromkeys(own, "VARCHAR")
    selects = []
    for cells in charges:
        assert set(cells) <= set(types)
        picked = [
            f"CAST({'NULL' if cells.get(name) is None else literal(str(cells[name]))} AS {kind}) AS {identifier(name)}"
            for name, kind in types.items()
        ]
        selects.append(f"SELECT {', '.join(picked)}")
    engine.run(f"CREATE VIEW charges AS {' UNION ALL '.join(selects)}")
    return engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as made:
        yield made


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("version", VERSIONS)
def test_columns_that_may_not_be_null_are_left_out_where_no_charge_fills_them(
    version: Version, engine: Engine, tmp_path: Path
) -> None:
    write_focus(holding(engine, charge()), version, tmp_path / "f.parquet")
    names = pq.read_schema(tmp_path / "f.parquet").names
    focus = {item.id for item in columns(version=version)}
    assert focus - set(names) == ABSENT
    assert set(names) - focus == {"x_Source", "x_File", "x_Row"}


@pytest.mark.parametrize("version", VERSIONS)
def test_they_are_kept_where_one_charge_fills_them(version: Version, engine: Engine, tmp_path: Path) -> None:
    texts = {name: "x" for name in ABSENT if not name.endswith("Cost")}
    one = charge(**texts, PricingCurrencyEffectiveCost="2")
    write_focus(holding(engine, charge(), one), version, tmp_path / "f.parquet")
    names = pq.read_schema(tmp_path / "f.parquet").names
    assert [name for name in names if not name.startswith("x_")] == [item.id for item in columns(version=version)]


def test_what_is_empty_is_judged_by_the_rows_that_go_out(engine: Engine, tmp_path: Path) -> None:
    holding(engine, charge(), charge(x_BillingPeriod=AUGUST, ChargeFrequency="One-Time"))
    write_focus(engine, "1.4", tmp_path / "july.parquet", period=JULY)
    write_focus(engine, "1.4", tmp_path / "august.parquet", period=AUGUST)
    assert "ChargeFrequency" not in pq.read_schema(tmp_path / "july.parquet").names
    assert "ChargeFrequency" in pq.read_schema(tmp_path / "august.parquet").names


def test_provider_and_publisher_stand_in_the_versions_that_have_them(engine: Engine, tmp_path: Path) -> None:
    holding(engine, charge(x_ProviderName="Pro", x_PublisherName="Pub", ServiceProviderName="Ser"))
    for version in VERSIONS:
        provider, target = None if version == "1.4" else "Pro", tmp_path / f"{version}.parquet"
        write_focus(engine, version, target)
        row = pq.read_table(target).to_pylist()[0]
        assert row.get("ProviderName") == provider
        assert row.get("PublisherName") == ("Pub" if provider else None)
        assert "x_ProviderName" not in row
        assert row.get("ServiceProviderName") == ("Ser" if version != "1.2" else None)


@pytest.mark.parametrize(
    ("period", "source", "costs"),
    [
        (None, None, ["1", "2", "3"]),
        (JULY, None, ["1", "3"]),
        (None, "saas", ["1", "2"]),
        (JULY, "saas", ["1"]),
        (JULY, "o'brien", ["3"]),
    ],
)
def test_one_period_or_one_source_can_go_out(
    period: date | None, source: str | None, costs: list[str], engine: Engine, tmp_path: Path
) -> None:
    holding(
        engine,
        charge(BilledCost="1"),
        charge(BilledCost="2", x_BillingPeriod=AUGUST),
        charge(BilledCost="3", x_Source="o'brien"),
    )
    count = write_focus(engine, "1.4", tmp_path / "f.csv", period=period, source=source)
    out = rows(tmp_path / "f.csv")
    assert count == len(costs)
    assert sorted(row["BilledCost"].partition(".")[0] for row in out) == costs


@pytest.mark.parametrize(
    ("period", "source", "words"),
    [
        (date(2026, 1, 1), None, "the ledger has no charges in 2026-01"),
        (AUGUST, "saas", "the ledger has no charges of saas in 2026-08"),
        (None, "sas", "the ledger has no source 'sas'; expected saas.\n  Did you mean 'saas'?"),
        (JULY, "\x1b[31m", "the ledger has no source '\N{REPLACEMENT CHARACTER}[31m'"),
    ],
)
def test_nothing_to_write_is_refused_and_leaves_no_file(
    period: date | None, source: str | None, words: str, engine: Engine, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as refused:
        write_focus(holding(engine, charge()), "1.4", tmp_path / "f.csv", period=period, source=source)
    assert words in str(refused.value)
    assert "FM1611" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


HOSTILE = [
    "=1+1", "+1", "@SUM(A1)", "-cmd", "-", "--1", "-1+1", "-1\n=2", "\t=1", "\r=1", "\n=1", "-1e", "-.",
    "\N{FULLWIDTH EQUALS SIGN}1", "\N{FULLWIDTH PLUS SIGN}1", "\N{FULLWIDTH HYPHEN-MINUS}1",
    "\N{FULLWIDTH COMMERCIAL AT}a", " =1", "\N{ZERO WIDTH SPACE}=1", "\N{ZERO WIDTH NO-BREAK SPACE}+1", "\xa0 @a",
    "\N{IDEOGRAPHIC SPACE}=1", " -1",
]  # fmt: skip
HARMLESS = ["-1", "-1.5", "-.5", "-1.5e3", "-1E-9", "1", "a=1", "'=1", "", " ", '"=1"', "a-b", "[=1]", " a=1"]


@pytest.mark.parametrize("name", ["f.csv", "f.csv.gz"])
def test_texts_that_a_spreadsheet_would_run_get_an_apostrophe(name: str, engine: Engine, tmp_path: Path) -> None:
    texts = HOSTILE + HARMLESS
    given = [charge(x_Row=place, ServiceName=text, x_Team=text) for place, text in enumerate(texts, start=1)]
    write_focus(holding(engine, *given, own=("x_Team",)), "1.4", tmp_path / name)
    data = (tmp_path / name).read_bytes()
    text = (gzip.decompress(data) if name.endswith("gz") else data).decode()
    out = list(csv.DictReader(text.splitlines(keepends=True)))
    for column in ("ServiceName", "x_Team"):
        shown = [f"'{text}".replace("\r", "\N{REPLACEMENT CHARACTER}") for text in HOSTILE]
        assert [row[column] for row in out] == shown + HARMLESS


def test_no_command_for_a_terminal_goes_out_in_a_csv(engine: Engine, tmp_path: Path) -> None:
    hostile, shown = "a\x1b[31m\x9b\u202e\u2028\x7f\rb\tc\nd", "a\ufffd[31m\ufffd\ufffd\ufffd\ufffd\ufffdb\tc\nd"
    own = "x_\x1b[31m"
    write_focus(holding(engine, charge(ServiceName=hostile, **{own: hostile}), own=(own,)), "1.4", tmp_path / "f.csv")
    text = (tmp_path / "f.csv").read_bytes().decode()
    (row,) = csv.DictReader(text.splitlines(keepends=True))
    assert (row["ServiceName"], row["x_\ufffd[31m"]) == (shown, shown)


def test_suppliers_columns_go_out_whatever_the_case_of_their_prefix(engine: Engine, tmp_path: Path) -> None:
    write_focus(holding(engine, charge(X_Custom="a"), own=("X_Custom",)), "1.4", tmp_path / "f.csv")
    assert rows(tmp_path / "f.csv")[0]["X_Custom"] == "a"


def test_numbers_and_instants_of_a_csv_are_whole(engine: Engine, tmp_path: Path) -> None:
    least, most = "-0.000000000001", "-99999999999999999999999999.999999999999"
    late = "2026-07-01 23:59:59.999"
    holding(engine, charge(BilledCost=least, EffectiveCost=most, ListCost=None, x_Row=7, BillingPeriodEnd=late))
    write_focus(engine, "1.4", tmp_path / "f.csv")
    row = rows(tmp_path / "f.csv")[0]
    assert (row["BilledCost"], row["EffectiveCost"], row["ListCost"]) == (least, most, "")
    assert (row["ChargePeriodStart"], row["ChargePeriodEnd"]) == ("2026-07-01T00:00:00Z", "")
    assert row["BillingPeriodEnd"] == "2026-07-01T23:59:59.999000Z"
    assert row["x_Row"] == "7"


def test_parquet_keeps_every_text_and_every_digit(engine: Engine, tmp_path: Path) -> None:
    holding(engine, charge(ServiceName="=1+1", BilledCost="-0.000000000001"))
    write_focus(engine, "1.4", tmp_path / "f.parquet")
    table = pq.read_table(tmp_path / "f.parquet")
    assert (table["ServiceName"][0].as_py(), str(table["BilledCost"][0].as_py())) == ("=1+1", "-1E-12")
    assert str(table.schema.field("BilledCost").type) == "decimal128(38, 12)"


def test_rows_go_out_in_the_order_of_their_files(engine: Engine, tmp_path: Path) -> None:
    places = [("saas", "b.csv", 1), ("aws", "z.csv", 9), ("saas", "a.csv", 2), ("saas", "a.csv", 1)]
    holding(engine, *(charge(x_Source=source, x_File=file, x_Row=row) for source, file, row in places))
    write_focus(engine, "1.4", tmp_path / "f.csv")
    out = [(row["x_Source"], row["x_File"], int(row["x_Row"])) for row in rows(tmp_path / "f.csv")]
    assert out == sorted(places)


def test_the_file_that_was_there_stays_where_the_new_one_fails(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("old")
    with pytest.raises(UserError):
        write_focus(holding(engine, charge()), "1.4", tmp_path / "f.csv", source="other")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("f.csv", "old")]


@pytest.mark.parametrize("name", ["f.xlsx", "f", "f.gz", "csv"])
def test_an_unknown_ending_is_refused_with_the_known_ones(name: str, engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"expected \.parquet, \.csv or \.csv\.gz"):
        write_focus(holding(engine, charge()), "1.4", tmp_path / name)
