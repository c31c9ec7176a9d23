"""``finmod close`` and ``finmod reopen``: what they say, in every form."""

from __future__ import annotations

import json
import shlex

from tests.books import Books, bill, finmod, month


def test_close_shows_what_was_closed_per_source_and_currency(books: Books) -> None:
    books.load(
        books.write(
            "a.csv",
            bill(
                month(7, "1234.5", EffectiveCost="1000"),
                month(7, "2", EffectiveCost="", BillingCurrency="EUR", BillingAccountId="b"),
            ),
        )
    )
    said = books.run("close", "2026-07")
    assert said.out.splitlines()[:3] == [
        "period   source  charges    BilledCost  EffectiveCost",
        "2026-07  saas          1      2.00 EUR              -",
        "2026-07  saas          1  1,234.50 USD   1,000.00 USD",
    ]
    assert "Closed 2026-07 as ledger version 2. As it is now it is always to be seen with:\n" in said.out
    assert (said.code, said.err) == (0, "")


def test_the_command_that_close_ends_with_shows_the_month_as_it_was_closed(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(6, "7"), month(7, "1234.5"), month(8, "9"))))
    _, _, command = books.run("close", "2026-07").out.rpartition("always to be seen with:\n")
    assert command.endswith(" --as-of 2026-07\n")
    books.load(books.write("a.csv", bill(month(6, "7"), month(7, "2"), month(8, "9"))))

    said = finmod(*shlex.split(command)[1:], "--output", "csv")

    assert said.out.splitlines() == ["x_Source,BillingCurrency,BilledCost", "saas,USD,1234.500000000000"], said.err


def test_json_has_exact_amounts_and_the_version(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(7, "1.000000000001", EffectiveCost="3"))))
    assert json.loads(books.run("close", "2026-07", "--output", "json").out) == [
        {
            "billing_period": "2026-07", "version": 2, "source": "saas", "charges": 1, "currency": "USD",
            "billed_cost": "1.000000000001", "effective_cost": "3.000000000000",
        }
    ]  # fmt: skip
    (row,) = json.loads(books.run("reopen", "2026-07", "--reason", "r", "--output", "json").out)
    assert (row["version"], row["billed_cost"]) == (3, "1.000000000001")


def test_reopen_says_what_it_took_back_and_what_comes_next(books: Books) -> None:
    path = books.write("a.csv", bill(month(7, "1"), month(7, "2", ServiceName="Compute")))
    books.load(path)
    books.run("close", "2026-07")
    books.load(books.write("a.csv", bill(month(7, "3"), month(7, "4", ServiceName="Compute"))))
    said = books.run("reopen", "2026-07", "--reason", "the supplier sent a wrong bill")
    assert "Reopened 2026-07 as ledger version 4; 2 true-ups taken back." in said.out
    assert "it is still to be seen with --as-of 2." in said.out
    assert "Next, the bills that restated it: " in said.out


def test_a_month_that_was_never_restated_has_no_next_step(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(7, "1"))))
    books.run("close", "2026-07")
    said = books.run("reopen", "2026-07", "--reason", "too soon")
    assert "taken back" not in said.out
    assert "Next" not in said.out


def test_a_refused_close_says_what_to_do(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(6, "1"), month(7, "1"), month(8, "1"))))
    books.run("close", "2026-06")
    said = books.run("close", "2026-08")
    finmod = f"finmod --project {books.root}"
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "2026-07 has charges and is open; expected every month before 2026-08 closed, since months are closed in "
        f"order.\n  Close it first: {finmod} close 2026-07; or all of them: {finmod} close 2026-08 --with-earlier. "
        "(FM1516, docs/errors.md)\n"
    )
    shown = books.run("close", "2026-08", "--with-earlier").out
    assert f"Shown is 2026-08; every month is shown by: finmod --project {books.root} status" in shown
    assert "Closed 2026-07 to 2026-08 as ledger version 3." in shown


def test_the_first_close_says_what_it_took_along_and_so_does_its_reopening(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(6, "1"), month(7, "1"), month(8, "2"))))
    said = books.run("close", "2026-08")
    assert "Closed 2026-06 to 2026-08 as ledger version 2. " in said.out
    assert "2.00 USD" in said.out
    again = books.run("reopen", "2026-08", "--reason", "too soon")
    assert "Reopened 2026-06 to 2026-08 as ledger version 3. " in again.out


def test_a_closed_month_that_is_read_again_and_moves_nothing_has_no_amount(books: Books) -> None:
    path = books.write("a.csv", bill(month(7, "1")))
    books.load(path)
    books.run("close", "2026-07")
    said = books.load(path, "--again").out
    assert "closed, no change" in said
    assert "\nBooked no true-ups for 2026-07: nothing has changed\n" in said
    assert "Loaded" not in said
