"""``finmod fx``: words in, words out."""

from __future__ import annotations

import json

import pytest

from tests.books import Books

HISTORY = "Date,USD,CYP,\n2026-09-02,1.20,N/A,\n2026-09-01,1.25,0.58,\n"


def test_a_history_is_read_and_shown(books: Books) -> None:
    said = books.run("fx", "read", books.write("hist.csv", HISTORY), "--since", "2026-09-01")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[:2] == [
        f"{books.root / 'fx.csv'}: added 2 rates; 2026-09-01 to 2026-09-02",
        "Left out, since ISO 4217 has them no more: CYP",
    ]
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


def test_a_table_that_leads_nowhere_says_so(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: AED\n")
    said = books.run("fx", "read", books.write("hist.csv", HISTORY))
    assert "No rate leads to AED, the reporting currency: add such rates to the table yourself." in said.out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["fx"], "finmod.yaml names no exchange rates"),
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
