"""Closed months stay; what their bills say later is a true-up, until the month is reopened."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from finmod.ledger.tables import LOADS
from tests.books import DROP, Books, bill, month

TOTALS = (
    "SELECT strftime(x_BillingPeriod, '%Y-%m') AS p, CAST(sum(BilledCost) AS VARCHAR) AS b FROM charges "
    "GROUP BY 1 ORDER BY 1"
)


@pytest.fixture
def closed(books: Books) -> Books:
    """Return a project with July, closed, and August, of one file each."""
    books.write("exports/july.csv", bill(month(7, "1"), month(7, "2", ServiceName="Compute")))
    books.write("exports/august.csv", bill(month(8, "5")))
    books.load(books.root / "exports")
    done(books, "close", "2026-07", "--note", "sent to finance")
    return books


def done(books: Books, command: str, *arguments: str | Path) -> str:
    said = books.run(command, *arguments)
    assert said.code == 0, said.err
    return said.out


def restate(books: Books, *charges: dict[str, str], name: str = "july.csv") -> str:
    books.write(f"exports/{name}", bill(*charges))
    return books.load(books.root / "exports").out


def totals(books: Books, *arguments: str) -> dict[str, float]:
    return {row["p"]: float(row["b"]) for row in books.query(TOTALS, *arguments)}


def test_a_restated_closed_month_stays_and_the_difference_is_booked_in_the_open_one(closed: Books) -> None:
    out = restate(closed, month(7, "1"), month(7, "3.5", ServiceName="Compute"))
    assert "2026-07      1        1    1.50 USD  true-up in 2026-08" in out
    assert totals(closed) == {"2026-07": 3.0, "2026-08": 6.5}
    assert totals(closed, "--as-of", "2026-07") == totals(closed, "--as-of", "close:2026-07") == {
        "2026-07": 3.0, "2026-08": 5.0,
    }  # fmt: skip
    daily = TOTALS.replace("charges", "charges_daily")
    assert {row["p"]: float(row["b"]) for row in closed.query(daily)} == totals(closed)
    assert {
        row["p"]: float(row["b"]) for row in closed.query(TOTALS.replace("charges", "charges_focus_1_2"))
    } == totals(closed)


def test_a_month_that_a_source_lacks_is_named_where_it_is_closed_along(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(5), month(6), month(9))))
    said = " ".join(done(books, "close", "2026-09").split())
    assert "saas: No charge in 2026-08; months before and after have some." in said
    assert "No charge in 2026-08; months before and after have some." in " ".join(books.run("check").out.split())


@pytest.fixture
def yearly(books: Books) -> Books:
    """Return a project of a source with every month to September, and of one that lacks February to July."""
    books.load(books.write("saas.csv", bill(month(1), month(8), month(9))))
    months = (month(number, "2", ServiceName="Compute") for number in range(1, 10))
    assert books.run("load", books.write("all.csv", bill(*months)), "--source", "all").code == 0
    return books


def test_months_that_a_source_lacks_are_named_by_every_close_that_takes_one_of_them(yearly: Books) -> None:
    closes = (["2026-01"], ["2026-02"], ["2026-03"], ["2026-06", "--with-earlier"], ["2026-07"], ["2026-08"])
    said = [[line for line in done(yearly, "close", *words).splitlines() if "saas: No" in line] for words in closes]
    run = ["saas: No charge in 2026-02 to 2026-07; months before and after have some."]
    assert said == [[], run, run, run, run, []]


def test_months_that_a_source_skips_by_right_are_named_by_no_close(yearly: Books) -> None:
    yearly.write("finmod.yaml", "name: n\ncurrency: USD\ncheck: {ignore: [FM1417]}\n")
    assert "saas: No" not in done(yearly, "close", "2026-03")


def test_the_same_restated_file_again_loads_nothing(closed: Books) -> None:
    restate(closed, month(7, "9"), month(7, "2", ServiceName="Compute"))
    before = closed.trace()
    assert "nothing to load" in closed.load(closed.root / "exports").out
    assert closed.trace() == before
    assert "closed, no change" in closed.load(closed.root / "exports", "--again").out
    assert totals(closed) == {"2026-07": 3.0, "2026-08": 13.0}


def test_later_loads_of_the_open_month_keep_the_true_ups_booked_there(closed: Books) -> None:
    restate(closed, month(7, "2"), month(7, "2", ServiceName="Compute"))
    restate(closed, month(8, "50"), name="august.csv")
    assert totals(closed) == {"2026-07": 3.0, "2026-08": 51.0}


def test_once_the_open_month_is_closed_too_only_what_is_new_goes_to_the_next(closed: Books) -> None:
    restate(closed, month(7, "2"), month(7, "2", ServiceName="Compute"))
    done(closed, "close", "2026-08")
    restate(closed, month(7, "10"), month(7, "2", ServiceName="Compute"))
    restate(closed, month(8, "4"), name="august.csv")
    assert totals(closed) == {"2026-07": 3.0, "2026-08": 6.0, "2026-09": 7.0}
    assert totals(closed, "--as-of", "2026-08") == {"2026-07": 3.0, "2026-08": 6.0}
    done(closed, "close", "2026-09", "--early")
    assert totals(closed, "--as-of", "2026-09") == totals(closed)


def test_a_file_of_a_closed_and_an_open_month_does_both_in_one_version(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(7, "1"), month(8, "5"))))
    done(books, "close", "2026-07")
    out = books.load(books.write("a.csv", bill(month(7, "3"), month(8, "50")))).out
    assert "true-up in 2026-08" in out
    assert "replaced" in out
    assert "(ledger version 3)" in books.load(books.root / "a.csv").out
    assert totals(books) == {"2026-07": 1.0, "2026-08": 52.0}


def test_after_reopening_the_next_load_replaces_the_month_as_if_it_had_never_been_closed(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(7, "1"), month(8, "5"))))
    done(books, "close", "2026-07")
    books.load(books.write("a.csv", bill(month(7, "3"), month(8, "5"))))
    out = done(books, "reopen", "2026-07", "--reason", "wrong bill")
    assert "Reopened 2026-07 as ledger version 4; 1 true-up taken back." in out
    assert totals(books) == {"2026-07": 1.0, "2026-08": 5.0}
    out = books.load(books.root / "a.csv").out
    assert "2026-07      1        1    3.00 USD  replaced" in out
    assert totals(books) == {"2026-07": 3.0, "2026-08": 5.0}
    assert totals(books, "--as-of", "2") == {"2026-07": 1.0, "2026-08": 5.0}
    assert "nothing to load" in books.load(books.root / "a.csv").out


def test_reopening_with_the_first_bill_back_in_place_loads_nothing(closed: Books) -> None:
    first = (closed.root / "exports/july.csv").read_bytes()
    restate(closed, month(7, "9"), month(7, "2", ServiceName="Compute"))
    done(closed, "reopen", "2026-07", "--reason", "r")
    closed.write("exports/july.csv", first)
    assert "nothing to load" in closed.load(closed.root / "exports").out
    assert totals(closed) == {"2026-07": 3.0, "2026-08": 5.0}


def test_reopening_takes_back_the_true_ups_of_its_month_alone(closed: Books) -> None:
    done(closed, "close", "2026-08")
    restate(closed, month(7, "2"), month(7, "2", ServiceName="Compute"))
    restate(closed, month(8, "6"), name="august.csv")
    assert totals(closed) == {"2026-07": 3.0, "2026-08": 5.0, "2026-09": 2.0}
    done(closed, "reopen", "2026-08", "--reason", "r")
    assert totals(closed) == {"2026-07": 3.0, "2026-08": 5.0, "2026-09": 1.0}
    closed.load(closed.root / "exports")
    assert totals(closed) == {"2026-07": 3.0, "2026-08": 6.0, "2026-09": 1.0}


def test_a_late_bill_of_a_month_between_closed_ones_is_all_true_up_until_they_are_reopened(books: Books) -> None:
    for number in (6, 8):
        books.load(books.write(f"{number}.csv", bill(month(number, "1"))), *DROP)
        done(books, "close", f"2026-0{number}")
    late = books.write("7.csv", bill(month(7, "4")))
    assert "true-up in 2026-09" in books.load(late).out
    assert totals(books) == {"2026-06": 1.0, "2026-08": 1.0, "2026-09": 4.0}
    done(books, "reopen", "2026-08", "--reason", "r")
    books.load(late)
    assert totals(books) == {"2026-06": 1.0, "2026-07": 4.0, "2026-08": 1.0}


def test_a_bill_of_a_month_before_the_first_closed_one_is_loaded_as_it_is(closed: Books) -> None:
    assert "new" in closed.load(closed.write("may.csv", bill(month(5, "7")))).out
    assert totals(closed) == {"2026-05": 7.0, "2026-07": 3.0, "2026-08": 5.0}
    done(closed, "close", "2026-08")


def test_check_proves_closed_charges_and_true_ups_against_the_last_bill(closed: Books) -> None:
    restate(closed, month(7, "2", BillingCurrency="EUR", BillingAccountId="b"))
    proofs = json.loads(done_or_red(closed, "check", "--proof", "--output", "json"))
    rows = [
        (item["currency"], item["charges"], float(item["files"]), float(item["ledger"]), item["holds"])
        for item in proofs
        if (item["billing_period"], item["measure"]) == ("2026-07", "BilledCost")
    ]
    assert rows == [("EUR", 0, 2.0, 2.0, True), ("USD", 2, 0.0, 0.0, True)]
    assert all(item["holds"] for item in proofs)


def done_or_red(books: Books, command: str, *arguments: str) -> str:
    said = books.run(command, *arguments)
    assert said.code in {0, 1}, said.err
    assert not said.err
    return said.out


def test_status_tells_what_is_closed_and_true_ups_apart(closed: Books) -> None:
    restate(closed, month(7, "2"), month(7, "2", ServiceName="Compute"))
    out = done(closed, "status")
    assert "4 charges in 2 billing periods, BilledCost 9.00 USD, closed through 2026-07" in out
    assert "saas, true-up of 2026-07  2026-08              1        1    1.00 USD" in out


def test_a_query_of_a_month_without_a_close_says_what_to_do(closed: Books) -> None:
    said = closed.run("query", "SELECT 1", "--as-of", "2026-08")
    assert said.code == 1
    assert "2026-08 is not closed; expected one of the closed months 2026-07." in said.err
    assert "FM1512" in said.err


def test_closes_are_a_table(closed: Books) -> None:
    done(closed, "reopen", "2026-07", "--reason", "=cmd|' /C calc'!A0")
    (row,) = closed.query("SELECT * FROM closes")
    assert (row["x_BillingPeriod"], row["x_LedgerVersion"], row["x_Note"]) == ("2026-07-01", 2, "sent to finance")
    assert (row["x_ReopenedVersion"], row["x_Reason"]) == (3, "=cmd|' /C calc'!A0")
    assert row["x_ClosedAt"] < row["x_ReopenedAt"]
    assert closed.query("SELECT x_ReopenedAt AS r FROM closes", "--as-of", "2") == [{"r": None}]
    assert {row["n"] for row in closed.query("SELECT count(*) AS n FROM loads")} == {2}


def test_a_ledger_of_before_closes_is_read_loaded_and_closed(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    path = books.write("a.csv", bill(month(7, "1"), month(8, "5")))
    with monkeypatch.context() as before:
        # The last one first: they come back in the other order, and the order of a table's columns is public.
        for column in ("x_UndoneVersion", "x_BookedPeriod"):
            before.delitem(LOADS.columns, column)
        books.load(path)
    assert not (books.root / ".finmod/tables/closes").exists()
    assert totals(books) == {"2026-07": 1.0, "2026-08": 5.0}
    assert books.query("SELECT count(x_BookedPeriod) AS n FROM loads") == [{"n": 0}]
    assert "nothing to load" in books.load(path).out
    for command in ("status", "check", "history"):
        done_or_red(books, command)
    done(books, "close", "2026-07")
    books.load(books.write("a.csv", bill(month(7, "3"), month(8, "5"))))
    assert totals(books) == {"2026-07": 1.0, "2026-08": 7.0}
    assert totals(books, "--as-of", "1") == {"2026-07": 1.0, "2026-08": 5.0}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("close", "2026-13"), "a month as YYYY-MM"),
        (("close", "2026-08", "--note", "x" * 501), "the note has 501 characters; expected 500 at most"),
        (("reopen", "2026-07"), "--reason"),
        (("reopen", "2026-07", "--reason", " "), "--reason"),
        (("reopen", "2026-07", "--reason", "x" * 501), "the reason has 501 characters"),
    ],
)
def test_wrong_words_change_nothing(closed: Books, words: tuple[str, ...], told: str) -> None:
    before = closed.trace()
    said = closed.run(*words)
    assert said.code == 1
    assert told in said.err
    assert closed.trace() == before


def test_an_export_of_the_open_month_has_its_true_ups(closed: Books) -> None:
    def exported(name: str, *arguments: str) -> list[dict[str, str]]:
        done(closed, "export", "focus", "--to", closed.root / name, *arguments)
        with (closed.root / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    assert not any("x_TrueUp" in column for column in exported("before.csv")[0])
    restate(closed, month(7, "2"), month(7, "2", ServiceName="Compute"))
    charge, true_up = sorted(exported("after.csv", "--period", "2026-08"), key=lambda row: row["x_TrueUpOf"])
    assert (charge["BilledCost"], charge["x_TrueUpOf"], charge["x_TrueUpAt"]) == ("5.000000000000", "", "")
    assert (true_up["BilledCost"], true_up["x_TrueUpOf"], true_up["ChargeClass"]) == (
        "1.000000000000", "2026-07-01", "Correction",
    )  # fmt: skip
    assert true_up["x_TrueUpAt"].endswith("Z")


LIST = "issuer,invoice_id,billing_period,currency,amount\n"


@pytest.fixture
def invoiced(books: Books) -> Books:
    """Return a project with July and August, of which July's invoice asks for more than its charges."""
    books.write("finmod.yaml", "name: northwind\ncurrency: USD\ninvoices: invoices.csv\n")
    books.write("invoices.csv", f"{LIST},i7,2026-07,USD,3\n,i8,2026-08,USD,9\n")
    books.write("exports/july.csv", bill(month(7, "2", InvoiceId="i7"), month(8, "9", InvoiceId="i8")))
    books.load(books.root / "exports")
    return books


def test_a_month_that_does_not_tie_is_not_closed(invoiced: Books) -> None:
    before = invoiced.trace()
    said = invoiced.run("close", "2026-07")
    assert said.code == 1
    finmod = f"finmod --project {invoiced.root}"
    assert said.err == (
        "source saas: 2026-07 does not tie: the invoice is 3.00 USD, its charges are 2.00: -1.00 (invoice i7 of an "
        "unnamed issuer, invoices.csv line 2) (FM1405); expected a month whose totals and invoices tie.\n"
        f"  See all of it with: {finmod} check, or {finmod} reconcile. To close it all the same, and have the "
        f"history tell it: {finmod} close 2026-07 --with-errors. (FM1519, docs/errors.md)\n"
    )
    assert invoiced.trace() == before


def test_a_month_that_is_closed_though_it_does_not_tie_says_so_in_the_history(invoiced: Books) -> None:
    done(invoiced, "close", "2026-07", "--with-errors", "--note", "asked the issuer")
    assert "(asked the issuer; closed with 1 finding: FM1405)" in done(invoiced, "history")
    # The error is July's, not August's.
    done(invoiced, "close", "2026-08")
    assert invoiced.query("SELECT x_Note FROM closes WHERE x_BillingPeriod = DATE '2026-08-01'") == [{"x_Note": None}]


def test_what_is_ignored_in_finmod_yaml_does_not_stand_in_the_way_of_a_close(invoiced: Books) -> None:
    text = (invoiced.root / "finmod.yaml").read_text(encoding="utf-8")
    invoiced.write("finmod.yaml", f"{text}check: {{ignore: [FM1405]}}\n")
    done(invoiced, "close", "2026-07")


def test_what_finmod_yaml_counts_as_an_error_stands_in_the_way_of_a_close(books: Books) -> None:
    books.write("finmod.yaml", "name: northwind\ncurrency: USD\ncheck: {fail_on: warning}\n")
    books.write("exports/july.csv", bill(*[month(7, "2")] * 2))
    books.load(books.root / "exports")
    assert "2026-07 does not tie: " in books.run("close", "2026-07").err
    books.write("finmod.yaml", "name: northwind\ncurrency: USD\n")
    done(books, "close", "2026-07")


def test_a_month_that_cannot_be_closed_is_told_so_before_it_is_checked(invoiced: Books) -> None:
    said = invoiced.run("close", "2026-09")
    assert (said.code, "FM1515" in said.err) == (1, True)


def test_a_month_that_would_be_taken_along_must_tie_too(invoiced: Books) -> None:
    said = invoiced.run("close", "2026-08")
    assert said.code == 1
    assert said.err.startswith("source saas: 2026-07 does not tie: ")
    assert f"finmod --project {invoiced.root} close 2026-08 --with-errors. (FM1519" in said.err


def test_a_close_names_the_sources_that_have_no_charge_in_the_month(books: Books) -> None:
    sources = "saas: {format: focus, path: exports}\n  gcp: {format: focus, path: other}"
    books.write("finmod.yaml", f"name: northwind\ncurrency: USD\nsources:\n  {sources}\n")
    books.write("exports/a.csv", bill(month(7), month(8)))
    books.load(books.root / "exports")
    assert books.run("load", books.write("old.csv", bill(month(7, "9"))), "--source", "old").code == 0
    assert "Without a charge in 2026-07: gcp. What is" in done(books, "close", "2026-07")
    assert "Without a charge in 2026-08: gcp, old. What is" in done(books, "close", "2026-08")


def test_a_close_names_every_month_that_it_takes_along_without_a_charge_of_a_source(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  gcp: {format: focus, path: other}\n")
    books.load(books.write("a.csv", bill(*map(month, range(1, 8)))))
    for name, last in (("left", 1), ("old", 4)):
        charges = (month(number, ServiceName=name) for number in range(1, last + 1))
        assert books.run("load", books.write(f"{name}.csv", bill(*charges)), "--source", name).code == 0

    # The first close takes all that was before along, however old: its last month alone is told.
    assert "in 2026-03: gcp. What is loaded of it later becomes true-ups." in done(books, "close", "2026-03")

    said = done(books, "close", "2026-06", "--with-earlier")
    assert [line for line in said.splitlines() if line.startswith("Without")] == [
        "Without a charge in 2026-04 to 2026-06: gcp. What is loaded of it later becomes true-ups.",
        "Without a charge in 2026-05 to 2026-06: old. What is loaded of it later becomes true-ups.",
    ]
