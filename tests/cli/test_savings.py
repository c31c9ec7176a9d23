"""``finmod savings``."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest

from tests.bills_by_day import More, charged, used
from tests.books import Books

IDLE = "PublicIPv4:IdleAddress"
HOSTILE = "=cmd|' /C calc'!A0 | <b>*x*</b>\x1b[31m"
TAXONOMY = "dimensions:\n  product: {values: {search: {owner: ann}}, from: [{tag: product}]}\n"
COVERED: More = {"CommitmentDiscountStatus": "Used", "CommitmentDiscountId": "ri-1", "PricingCategory": "Committed"}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    charges = [
        *used(IDLE, "eip-1", "1", Tags='{"product":"search"}', SubAccountName="search-prod"),
        *used(IDLE, "eip-2", "2", ResourceName=HOSTILE),
        *used("BoxUsage:m4.large", "i-1", "100", **COVERED),
        *used("DataTransfer-Regional-Bytes", "i-1", "5", unit="GB"),
    ]
    return charged(tmp_path_factory.mktemp("savings") / "books", charges, taxonomy=TAXONOMY)


def lines(books: Books, *words: str) -> list[str]:
    said = books.run("savings", *words)
    assert said.code == 0, said.err
    return [line.rstrip() for line in said.out.splitlines()]


def test_the_list_says_what_how_much_and_whose(books: Books) -> None:
    shown = lines(books)

    assert shown[0] == "Potential savings of 2026-09: 210.00 USD, 4 candidates, 1 of them without an amount"
    assert shown[1] == (
        "Of this, usage 210.00 USD, commitments 0.00 USD; cash 90.00 USD, the rest is capacity of commitments that are "
        "paid until they end."
    )
    headings = ["saves", "cash", "of cost", "rule", "what", "account", "region", "product", "owner", "how sure"]
    places = [shown[2].index(each) for each in headings]
    assert places == sorted(places)
    assert shown[3].split()[:4] == ["120.00", "0.00", "3,000.00", "previous-generation-machines"]
    assert [line.split()[0] for line in shown[4:7]] == ["60.00", "30.00", "-"]
    assert "search-prod" in shown[5]
    assert "ann" in shown[5]
    assert shown[7] == "Evidence, basis and what to do: finmod savings --output json"
    assert shown[8].startswith("info FM2553 2026-09: there is no dimension environment")


def test_a_month_may_be_named_and_nothing_is_said_of_nothing(books: Books) -> None:
    shown = lines(books, "2026-09", "--rule", "idle-nat-gateways")

    assert shown[0] == "Potential savings of 2026-09: 0.00 USD, 0 candidates"
    assert shown[1].startswith("info FM2553")


def test_sums_have_a_line_each(books: Books) -> None:
    shown = lines(books, "--by", "owner")

    assert shown[2].split() == [
        "owner", "candidates", "saves", "usage", "commitments", "cash", "without", "an", "amount",
    ]  # fmt: skip
    assert shown[3].split()[:4] == ["(no", "owner)", "3", "180.00"]
    assert shown[4].split()[:3] == ["ann", "1", "30.00"]


def test_json_has_every_amount_to_the_last_digit(books: Books) -> None:
    rows = json.loads(books.run("savings", "--output", "json").out)

    assert [(row["rank"], row["potential_savings"], row["cash"], row["committed"]) for row in rows] == [
        (1, "120.000000000000", "0.000000000000", "120.000000000000"),
        (2, "60.000000000000", "60.000000000000", "0.000000000000"),
        (3, "30.000000000000", "30.000000000000", "0.000000000000"),
        (4, None, None, None),
    ]
    assert (rows[0]["commitments"], rows[0]["how"], rows[2]["owner"]) == ("ri-1", "at most", "ann")
    assert rows[0]["basis"].endswith("frees no cash until it ends or other usage takes its place.")


def test_texts_of_bills_are_harmless_in_every_form(books: Books) -> None:
    table = books.run("savings").out
    text = books.run("savings", "--output", "csv").out
    markdown = books.run("savings", "--output", "markdown").out

    assert "\x1b" not in table + text + markdown
    (row,) = [each for each in csv.DictReader(io.StringIO(text)) if each["resource_id"] == "eip-2"]
    assert row["resource"].startswith("'=cmd|")
    assert "<b>" not in markdown
    assert "\\|" in markdown


def test_a_screen_shows_twenty_and_says_how_many_there_are(tmp_path_factory: pytest.TempPathFactory) -> None:
    many = [each for number in range(25) for each in used(IDLE, f"eip-{number}", str(number + 1))]
    books = charged(tmp_path_factory.mktemp("many") / "books", many)

    shown = lines(books)

    assert len([line for line in shown if " idle-addresses " in line]) == 20
    assert "The first 20 of 25; more with --top, all of them with --output csv." in shown
    assert len(json.loads(books.run("savings", "--output", "json").out)) == 25
    assert len(json.loads(books.run("savings", "--output", "json", "--top", "3").out)) == 3


def test_the_rules_are_listed(books: Books) -> None:
    shown = lines(books, "--list")
    rows = json.loads(books.run("savings", "--list", "--output", "json").out)

    assert shown[0].split() == ["rule", "finds", "kind", "how", "sure", "bills", "of", "effort"]
    assert [line.split()[0] for line in shown[1:-1]] == [row["rule"] for row in rows]
    assert all(row["source"] and row["seen"] and row["basis"] and row["remedy"] for row in rows)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--list", "--by", "owner"), "--list takes --output alone."),
        (("--rule", "nat-gateways"), "there is no rule of savings 'nat-gateways'"),
        (("--least", "-1"), "expected an amount from 0"),
        (("--top", "0"), "--top is '0'"),
        (("2026-13",), "expected a month as YYYY-MM"),
        (("2020-01",), "there are no charges of 2020-01"),
    ],
)
def test_what_cannot_be_asked_is_refused(books: Books, words: tuple[str, ...], message: str) -> None:
    said = books.run("savings", *words)

    assert (said.code, said.out) == (1, "")
    assert message in said.err


def test_the_table_of_sql_has_the_same_amounts(books: Books) -> None:
    rows = books.query(
        "SELECT x_Rank, x_Rule, x_Product, x_Owner, x_PotentialSavings, x_PotentialCash, x_PotentialCommitted "
        "FROM savings_monthly ORDER BY x_BillingPeriod, x_Rank"
    )
    listed = json.loads(books.run("savings", "--output", "json").out)

    told = [(row["rank"], row["rule"], row["potential_savings"], row["cash"]) for row in listed]
    assert [(row["x_Rank"], row["x_Rule"], row["x_PotentialSavings"], row["x_PotentialCash"]) for row in rows] == told
    assert [(row["x_Product"], row["x_Owner"]) for row in rows][2] == ("search", "ann")
    assert sum(Decimal(row["x_PotentialSavings"] or 0) for row in rows) == 210


def test_what_savings_are_found_in_is_no_table(books: Books) -> None:
    said = books.run("query", "SELECT * FROM savings_monthly, savings_keys")

    assert (said.code, said.out) == (1, "")
    assert "savings_keys does not exist" in said.err
    assert {"name": "savings_monthly"} in books.query("SHOW TABLES")
