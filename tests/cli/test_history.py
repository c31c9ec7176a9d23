"""``finmod history``: what was closed, reopened and moved, in every form."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from tests.books import Books, bill, month


@pytest.fixture
def told(books: Books) -> Books:
    """Return a project of which July was closed and restated in two services, and August was closed and reopened."""

    def charge(service: str, cost: str, effective: str) -> dict[str, str]:
        return month(7, cost, ServiceName=service, EffectiveCost=effective)

    path = books.write("a.csv", bill(charge("Compute", "10", "8"), charge("Storage", "2", "2"), month(8, "5")))
    books.load(path)
    books.run("close", "2026-07", "--note", "told | to *finance*")
    books.write("a.csv", bill(charge("Compute", "7.5", "6"), charge("Storage", "2.25", "2"), month(8, "5")))
    books.load(path)
    books.run("close", "2026-08")
    books.run("reopen", "2026-08", "--reason", "=too soon")
    return books


def test_an_empty_ledger_has_no_history(books: Books) -> None:
    assert books.run("history").out == "No month was ever closed.\n"
    assert json.loads(books.run("history", "--output", "json").out) == []
    assert "No month was ever closed." in books.run("history", "--output", "markdown").out


def test_the_screen_has_closes_then_movements_the_largest_first_then_their_sum(told: Books) -> None:
    out = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", told.run("history").out)
    assert out.splitlines() == [
        "2026-07 closed TIME UTC as ledger version 2 (told | to *finance*).",
        "2026-08 closed TIME UTC as ledger version 4; reopened TIME UTC, version 5: =too soon.",
        "",
        "restated  loaded (UTC)      booked in  source  service  true-ups  BilledCost  EffectiveCost",
        "2026-07   TIME  2026-08    saas    Compute         1   -2.50 USD      -2.00 USD",
        "2026-07   TIME  2026-08    saas    Storage         1    0.25 USD       0.00 USD",
        "In all 2 true-ups: BilledCost -2.25 USD, EffectiveCost -2.00 USD.",
    ]


@pytest.mark.parametrize("reason", ["Really?", "No!", "The bill was late."])
def test_a_reason_that_is_a_sentence_keeps_its_own_end(reason: str, books: Books) -> None:
    books.load(books.write("a.csv", bill(month(7))))
    books.run("close", "2026-07")
    books.run("reopen", "2026-07", "--reason", reason)
    assert books.run("history").out.splitlines()[0].endswith(f": {reason}")


def test_one_month_has_its_own_history(told: Books) -> None:
    out = told.run("history", "2026-08").out
    assert "2026-07" not in out
    assert "No restated bill has moved anything since." in out
    assert told.run("history", "2026-06").out == "2026-06 was never closed.\n"


def test_json_tells_every_event_in_its_order_with_exact_amounts(told: Books) -> None:
    rows = json.loads(told.run("history", "--output", "json").out)
    assert [(row["event"], row["billing_period"], row["ledger_version"], row["reason"]) for row in rows] == [
        ("close", "2026-07", 2, "told | to *finance*"),
        ("true-up", "2026-07", None, None),
        ("true-up", "2026-07", None, None),
        ("close", "2026-08", 4, None),
        ("reopen", "2026-08", 5, "=too soon"),
    ]
    moved = rows[1]
    assert moved.pop("at").endswith("Z")
    assert moved == {
        "event": "true-up", "first_billing_period": "2026-07", "billing_period": "2026-07", "ledger_version": None,
        "booked_in": "2026-08", "source": "saas", "service": "Compute", "currency": "USD", "charges": 1,
        "billed_cost": "-2.500000000000", "effective_cost": "-2.000000000000", "reason": None,
        "version": None, "author": None, "rule_hash": None,
    }  # fmt: skip


def test_csv_holds_no_formula(told: Books) -> None:
    rows = list(csv.DictReader(io.StringIO(told.run("history", "--output", "csv").out)))
    assert rows[-1]["reason"] == "'=too soon"
    assert rows[1]["billed_cost"] == "-2.500000000000"


def test_markdown_is_a_page_with_a_paragraph_per_close_and_a_table_per_month(told: Books) -> None:
    page = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", told.run("history", "--output", "markdown").out)
    assert page.splitlines() == [
        "# Closed months of northwind",
        "",
        (
            "A closed month stays as it was told. What its bills said later is booked as true-ups in the month "
            "that was open then. Amounts are differences."
        ),
        "",
        "## 2026-07",
        "",
        "2026-07 closed TIME UTC as ledger version 2 (told \\| to \\*finance\\*).",
        "",
        "| loaded (UTC) | booked in | source | service | true-ups | BilledCost | EffectiveCost |",
        "| --- | --- | --- | --- | ---: | ---: | ---: |",
        "| TIME | 2026-08 | saas | Compute | 1 | -2.50 USD | -2.00 USD |",
        "| TIME | 2026-08 | saas | Storage | 1 | 0.25 USD | 0.00 USD |",
        "",
        "In all 2 true-ups: BilledCost -2.25 USD, EffectiveCost -2.00 USD.",
        "",
        "## 2026-08",
        "",
        "2026-08 closed TIME UTC as ledger version 4; reopened TIME UTC, version 5: =too soon.",
        "",
        "No restated bill has moved anything since.",
    ]


def test_a_page_of_one_month_has_that_month_alone(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(7, "1"), month(8, "1"), month(9, "1"))))
    books.run("close", "2026-09")
    page = books.run("history", "2026-08", "--output", "markdown").out
    assert [line for line in page.splitlines() if line.startswith("## ")] == ["## 2026-08"]


def test_a_service_of_a_bill_is_no_markup(books: Books) -> None:
    path = books.write("a.csv", bill(month(7, "1", ServiceName="<b>|x|</b>\x1b[31m")))
    books.load(path)
    books.run("close", "2026-07")
    books.load(books.write("a.csv", bill(month(7, "2", ServiceName="<b>|x|</b>\x1b[31m"))))
    page = books.run("history", "--output", "markdown").out
    assert r"&lt;b>\|x\|&lt;/b>" in page
    assert "\x1b" not in page
    assert "\x1b" not in books.run("history").out
