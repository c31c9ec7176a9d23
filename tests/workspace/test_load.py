"""What a load touches: only what is new, all of it or nothing."""

from __future__ import annotations

import json
from pathlib import Path

from finmod.ledger.ledger import Ledger
from tests.books import Books, bill, month


def load(books: Books, *options: str) -> str:
    return books.load(books.root / "exports", *options).out


def put(books: Books, name: str, *charges: dict[str, str]) -> None:
    books.write(f"exports/{name}", bill(*charges))


def codes_of(books: Books, code: str) -> list[str]:
    return [
        row["x_Message"] for row in books.query(f"SELECT x_Message FROM findings WHERE x_Code = '{code}' ORDER BY 1")
    ]


def test_the_same_files_are_not_loaded_twice(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    load(books)
    before = books.trace()
    assert "nothing to load, the ledger has all 1 files already (ledger version 1)" in load(books)
    assert books.trace() == before


def test_a_changed_file_replaces_its_period_and_keeps_the_others(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    put(books, "b.csv", month(8, "2"))
    load(books)
    put(books, "a.csv", month(7, "10"), month(7, "20"))
    load(books)
    assert books.totals() == {"saas 2026-07": "2 30.000000000000", "saas 2026-08": "1 2.000000000000"}


def test_unchanged_files_of_a_changed_period_stay_in_it(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    put(books, "b.csv", month(7, "2"), month(8, "20"))
    put(books, "c.csv", month(8, "300"))
    load(books)
    put(books, "a.csv", month(7, "5"))
    load(books)
    assert books.totals() == {"saas 2026-07": "2 7.000000000000", "saas 2026-08": "2 320.000000000000"}


def test_a_file_of_several_periods_and_a_period_of_several_files(books: Books) -> None:
    put(books, "a.csv", month(7, "1"), month(8, "2"), month(9, "4"))
    put(books, "b.csv", month(8, "8"))
    load(books)
    assert books.totals() == {
        "saas 2026-07": "1 1.000000000000",
        "saas 2026-08": "2 10.000000000000",
        "saas 2026-09": "1 4.000000000000",
    }
    files = books.query("SELECT DISTINCT x_File FROM charges WHERE x_BillingPeriod = '2026-08-01' ORDER BY 1")
    assert [Path(row["x_File"]).name for row in files] == ["a.csv", "b.csv"]


def test_charges_that_a_file_moves_to_another_period_count_once(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    put(books, "b.csv", month(7, "2"))
    load(books)
    put(books, "a.csv", month(8, "1"))
    load(books)
    assert books.totals() == {"saas 2026-07": "1 2.000000000000", "saas 2026-08": "1 1.000000000000"}
    assert codes_of(books, "FM1201") == [
        "exports/a.csv brought charges of 2026-07 before and has none now; its charges left the period."
    ]


def test_a_period_that_its_only_file_left_is_empty_and_told(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    load(books)
    put(books, "a.csv", month(8, "1"))
    assert "emptied" in load(books)
    assert books.totals() == {"saas 2026-08": "1 1.000000000000"}
    assert len(codes_of(books, "FM1201")) == 1
    assert "nothing to load" in load(books)
    assert books.run("check", "--proof", "--output", "json").out.count('"holds": true') == 4
    assert [row["billing_period"] for row in json.loads(books.run("status", "--output", "json").out)] == ["2026-08"]
    put(books, "a.csv", month(7, "3"))
    load(books)
    assert books.totals() == {"saas 2026-07": "1 3.000000000000"}


def test_a_file_that_is_gone_keeps_its_charges_until_its_period_is_loaded_again(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    put(books, "b.csv", month(7, "2"))
    load(books)
    (books.root / "exports/a.csv").unlink()
    assert "nothing to load" in load(books)
    put(books, "b.csv", month(7, "3"))
    load(books)
    assert books.totals() == {"saas 2026-07": "1 3.000000000000"}
    assert codes_of(books, "FM1201") == [
        "exports/a.csv brought charges of 2026-07 before and is no longer there; its charges left the period."
    ]


def test_a_renamed_file_loads_nothing_and_is_never_told_as_gone(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    put(books, "b.csv", month(7, "2"))
    load(books)
    (books.root / "exports/a.csv").rename(books.root / "exports/z.csv")
    assert "nothing to load" in load(books)
    put(books, "b.csv", month(7, "3"))
    load(books)
    assert books.totals() == {"saas 2026-07": "2 4.000000000000"}
    assert codes_of(books, "FM1201") == []


def test_another_way_of_reading_loads_again(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    load(books)
    load(books, "--set", "RegionId=eu")
    assert books.query("SELECT RegionId AS r FROM charges") == [{"r": "eu"}]
    assert "nothing to load" in load(books, "--set", "RegionId=eu")


def test_a_date_order_loads_again(books: Books) -> None:
    slashes = dict.fromkeys(("BillingPeriodStart", "ChargePeriodStart"), "9/1/2026")
    slashes |= {"BillingPeriodEnd": "10/1/2026", "ChargePeriodEnd": "9/2/2026"}
    put(books, "a.csv", slashes)
    assert "--date-order mdy" in books.refused(books.root / "exports")
    load(books, "--date-order", "mdy")
    assert books.totals() == {"saas 2026-09": "1 1.500000000000"}


def test_a_load_is_one_version_however_many_periods_it_brings(books: Books) -> None:
    put(books, "a.csv", month(7, "1"), month(8, "2"), month(9, "4"))
    load(books)
    assert books.query("SELECT DISTINCT x_LedgerVersion AS v FROM loads") == [{"v": 1}]


def test_one_broken_file_leaves_everything_as_it_was(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    load(books)
    put(books, "b.csv", month(8, "x"))
    put(books, "c.csv", month(9, "y"))
    said = books.refused(books.root / "exports")
    assert "b.csv" in said
    assert "c.csv" in said
    assert books.totals() == {"saas 2026-07": "1 1.000000000000"}


def test_currencies_stay_apart(books: Books) -> None:
    put(books, "a.csv", month(7, "1"), month(7, "5", BillingCurrency="EUR", BillingAccountId="a2"))
    said = load(books)
    assert "1.00 USD" in said
    assert "5.00 EUR" in said
    assert [row["BillingCurrency"] for row in books.query("SELECT BillingCurrency FROM loads ORDER BY 1")] == [
        "EUR",
        "USD",
    ]


def test_staging_is_empty_after_every_load(books: Books) -> None:
    put(books, "a.csv", month(7, "1"))
    load(books)
    assert books.staged() == []
    assert Ledger(books.root / ".finmod").staging.exists()
