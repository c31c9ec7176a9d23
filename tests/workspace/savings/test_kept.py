"""Savings that are kept: found once, and anew when what they depend on changes."""

from __future__ import annotations

from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.ledger.reduce import relation
from finmod.workspace.savings.savings import Wanted
from tests.bills_by_day import SEPTEMBER, More, charged, codes_of, found, told, used
from tests.books import bill

IDLE = "PublicIPv4:IdleAddress"
AUGUST = SEPTEMBER.replace(month=8)


def kept_files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / ".finmod" / "reductions" / "savings").glob("*.parquet"))


def test_what_is_kept_is_told_as_it_was_found(tmp_path: Path) -> None:
    covered: More = {"CommitmentDiscountStatus": "Used", "CommitmentDiscountId": "ri-1", "PricingCategory": "Committed"}
    fee = used("", "", "0", days=[1], ChargeCategory="Purchase", ChargeFrequency="One-Time",
               CommitmentDiscountId="ri-1", ChargePeriodEnd="2027-09-01T00:00:00Z")  # fmt: skip
    books = charged(tmp_path, used(IDLE, "eip-1", "0.1"), used("BoxUsage:m4.large", "i-1", "1", **covered), fee,
                    used(IDLE, "eip-2", "1", days=range(1, 31), EffectiveCost=""))  # fmt: skip

    first, again = found(books), found(books)

    assert len(kept_files(tmp_path)) == 1
    assert first == again
    assert {each.candidate.rule.name for each in first.savings} >= {"idle-addresses", "previous-generation-machines"}
    assert [each.candidate.about.ends for each in again.savings if each.freed] == [{"ri-1": SEPTEMBER.replace(
        year=2027, month=8, day=31)}]  # fmt: skip


def test_they_are_found_once(tmp_path: Path) -> None:
    """Whoever takes a saving out of what is kept does not see it again: nothing is looked for anew."""
    books = charged(tmp_path, used(IDLE, "eip-1", "1"))
    found(books)
    (name,) = kept_files(tmp_path)
    file = tmp_path / ".finmod" / "reductions" / "savings" / name

    with Engine() as engine:
        engine.copy_parquet(f"SELECT * FROM {relation([file])} WHERE kind <> 'saving'", tmp_path / "less.parquet")
    (tmp_path / "less.parquet").replace(file)

    assert found(books).savings == ()


def test_a_file_that_holds_something_else_is_not_believed(tmp_path: Path) -> None:
    books = charged(tmp_path, used(IDLE, "eip-1", "1"))
    first = found(books)
    (name,) = kept_files(tmp_path)
    with Engine() as engine:
        engine.copy_parquet("SELECT 1 AS x", tmp_path / "other.parquet")
    (tmp_path / "other.parquet").replace(tmp_path / ".finmod" / "reductions" / "savings" / name)

    assert found(books).savings == first.savings


def test_a_new_bill_of_the_month_a_new_name_and_an_earlier_bill_change_them(tmp_path: Path) -> None:
    books = charged(tmp_path, used(IDLE, "eip-1", "1"))
    assert told(found(books), "idle-addresses") == [("eip-1", "30.00", "30.00")]

    books.load(books.write("bill.csv", bill(*used(IDLE, "eip-1", "2"))))
    assert told(found(books), "idle-addresses") == [("eip-1", "60.00", "60.00")]

    books.write("taxonomy.yaml", "dimensions: {team: {values: {web: {owner: ann}}, from: [{is: web}]}}\n")
    assert [each.candidate.about.group.owner for each in found(books).savings] == ["ann"]

    months = [*used(IDLE, "eip-1", "1", month=AUGUST), *used(IDLE, "eip-1", "2")]
    books.load(books.write("bill.csv", bill(*months)))
    (saving,) = found(books).savings
    assert saving.candidate.about.group.since == AUGUST


def test_a_later_bill_changes_nothing_of_a_month(tmp_path: Path) -> None:
    charges = used(IDLE, "eip-1", "1", month=AUGUST)
    books = charged(tmp_path, charges)
    found(books)
    before = kept_files(tmp_path)

    assert books.run("load", "--format", "focus", "--source", "other", books.write(
        "later.csv", bill(*used(IDLE, "eip-1", "2"))
    )).code == 0  # fmt: skip
    found(books, Wanted(month=AUGUST))

    assert kept_files(tmp_path) == before


def test_an_exchange_rate_changes_them(tmp_path: Path) -> None:
    books = charged(tmp_path, used(IDLE, "eip-1", "1", BillingCurrency="EUR"))
    assert "FM2555" in codes_of(found(books))

    books.write("fx.csv", "date,from,to,rate\n2026-08-31,EUR,USD,2\n")
    books.write("finmod.yaml", "name: northwind\ncurrency: USD\nfx: {path: fx.csv, days: 31}\n")

    assert told(found(books), "idle-addresses") == [("eip-1", "60.00", "60.00")]
