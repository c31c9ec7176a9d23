"""``finmod fx``: words in, words out."""

from __future__ import annotations

import json

import pytest

from tests.books import Books

HISTORY = "Date,USD,CYP,\n2026-09-02,1.20,N/A,\n2026-09-01,1.25,0.58,\n"


def test_a_history_is_read_and_shown(books: Books) -> None:
    said = books.run("fx", "read", books.write("hist.csv", HISTORY), "--since", "2026-09-01")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[:3] == [
        "fx.csv: added 2 rates; 2026-09-01 to 2026-09-02",
        "finmod.yaml names it now: fx: fx.csv",
        "Left out, since ISO 4217 has them no more: CYP",
    ]
    assert "names it now" not in books.run("fx", "read", books.root / "hist.csv").out
    again = books.run("fx", "read", books.root / "hist.csv", "--output", "json")
    assert json.loads(again.out)[0] | {"file": ""} == {
        "file": "", "first": "2026-09-01", "last": "2026-09-02", "added": 0, "replaced": 0, "same": 2,
    }  # fmt: skip
    shown = books.run("fx").out
    assert shown == books.run("fx", "show").out
    assert shown.splitlines()[1].split() == ["EUR", "USD", "2026-09-01", "2026-09-02", "2", "0", "1"]
    (rate,) = json.loads(books.run("fx", "show", "--date", "2026-09-05", "--output", "json").out)
    assert rate == {
        "date": "2026-09-05", "from": "EUR", "to": "USD", "rate": "1.200000000000000000", "rate_date": "2026-09-02",
        "how": "direct",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "rule", "told"),
    [
        ("2026-10-01", "", "the last one is of 2026-09-02, more than 7 days before"),
        ("2026-09-06", ", days: 3", "the last one is of 2026-09-02, more than 3 days before"),
        ("2026-08-31", "", "the first one is of 2026-09-01"),
        ("2026-10-01", ", rate: month_end", "the table has none in 2026-10"),
    ],
)
def test_a_day_without_a_rate_is_shown_with_the_reason(books: Books, day: str, rule: str, told: str) -> None:
    books.write("finmod.yaml", f"name: n\ncurrency: USD\nfx: {{path: fx.csv{rule}}}\n")
    books.write("fx.csv", "date,from,to,rate\n2026-09-01,EUR,USD,1.25\n2026-09-02,EUR,USD,1.2\n2026-09-01,CHF,SEK,9\n")
    said = books.run("fx", "show", "--date", day)
    assert said.out.splitlines()[-2:] == [
        f"No rate of CHF, SEK for {day}: none in the table leads to USD.",
        f"No rate of EUR for {day}: {told}.",
    ]
    assert "No rate of" not in books.run("fx", "show", "--date", day, "--output", "csv").out


def test_a_table_that_leads_nowhere_says_so(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: AED\n")
    said = books.run("fx", "read", books.write("hist.csv", HISTORY))
    assert "No rate leads to AED, the reporting currency: add such rates to the table yourself." in said.out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["fx"], "finmod.yaml: no exchange rates are named"),
        (["fx", "show", "--date", "1.9.2026"], "--date is '1.9.2026'; expected a day as YYYY-MM-DD"),
        (["fx", "show", "--date", "2026-02-30"], "--date is '2026-02-30'; expected a day"),
        (["fx", "read", "x", "--currency", "usd"], "--currency is 'usd'; expected a currency code of ISO 4217"),
        (["fx", "read", "none.csv"], "none.csv: the file cannot be read"),
        (["fx", "read"], "FILE is missing"),
    ],
)
def test_what_cannot_be_done_is_told(books: Books, words: list[str], found: str) -> None:
    said = books.run(words[0], *words[1:])
    assert (said.code, said.out) == (1, "")
    assert found in said.err
