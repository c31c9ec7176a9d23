"""What a closed month was told in the reporting currency stays; what is open follows the table of exchange rates."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.books import Books, bill

TABLE = "date,from,to,rate\n2026-07-01,EUR,USD,1.25\n2026-08-01,EUR,USD,1.5\n"
LATER = "date,from,to,rate\n2026-07-01,EUR,USD,2\n2026-08-01,EUR,USD,3\n"
SUMS = (
    "SELECT strftime(x_BillingPeriod, '%Y-%m') AS p, sum(x_ReportingBilledCost) AS usd, min(x_FxRate) AS least, "
    "max(x_FxRate) AS most FROM {} GROUP BY 1 ORDER BY 1"
)


def euros(month: int, cost: str, day: int = 1) -> dict[str, str]:
    return {
        "BilledCost": cost, "BillingCurrency": "EUR", "BillingPeriodStart": f"2026-{month:02}-01",
        "BillingPeriodEnd": f"2026-{month + 1:02}-01", "ChargePeriodStart": f"2026-{month:02}-{day:02}T00:00:00Z",
        "ChargePeriodEnd": f"2026-{month:02}-{day:02}T01:00:00Z",
    }  # fmt: skip


def yaml(currency: str = "USD") -> str:
    return f"name: northwind\ncurrency: {currency}\nfx: fx.csv\n"


@pytest.fixture
def closed(books: Books) -> Books:
    """Return a project with July, closed, and August, of 100 EUR each."""
    books.write("finmod.yaml", yaml())
    books.write("fx.csv", TABLE)
    restate(books, euros(7, "100"), name="july.csv")
    restate(books, euros(8, "100"), name="august.csv")
    done(books, "close", "2026-07")
    return books


def done(books: Books, *words: str) -> str:
    said = books.run(*words)
    assert said.code == 0, said.err
    return said.out


def restate(books: Books, *charges: dict[str, str], name: str = "july.csv") -> None:
    books.write(f"exports/{name}", bill(*charges))
    books.load(books.root / "exports")


def sums(books: Books, *arguments: str, table: str = "charges") -> dict[str, Decimal]:
    return {row["p"]: Decimal(row["usd"]) for row in books.query(SUMS.format(table), *arguments)}


def test_a_closed_month_keeps_its_rates_and_an_open_one_takes_those_of_the_table(closed: Books) -> None:
    as_closed = sums(closed, "--as-of", "2026-07")
    assert as_closed == sums(closed) == {"2026-07": 125, "2026-08": 150}
    closed.write("fx.csv", LATER)
    assert sums(closed) == sums(closed, table="charges_daily") == {"2026-07": 125, "2026-08": 300}
    assert sums(closed, "--as-of", "2026-07")["2026-07"] == as_closed["2026-07"]
    assert "In USD: BilledCost 425.00 USD" in done(closed, "status")


def test_a_table_that_has_no_rate_any_more_leaves_a_closed_month_alone(closed: Books) -> None:
    closed.write("fx.csv", "date,from,to,rate\n2026-08-01,EUR,USD,1.5\n")
    assert sums(closed) == {"2026-07": 125, "2026-08": 150}
    found = json.loads(closed.run("check", "--output", "json").out)
    assert [item["code"] for item in found if item["code"].startswith("FM143")] == ["FM1438"]


def test_another_rule_leaves_a_closed_month_alone(closed: Books) -> None:
    closed.write("finmod.yaml", "name: northwind\ncurrency: USD\nfx: {path: fx.csv, rate: month_average}\n")
    closed.write("fx.csv", f"{TABLE}2026-07-31,EUR,USD,1.75\n")
    assert sums(closed) == {"2026-07": 125, "2026-08": 150}


def test_check_tells_that_a_closed_month_has_other_rates_than_the_table(closed: Books) -> None:
    def told() -> list[dict[str, object]]:
        found = json.loads(closed.run("check", "--output", "json").out)
        return [item for item in found if item["code"] == "FM1438"]

    assert told() == []
    closed.write("fx.csv", LATER)
    (finding,) = told()
    assert (finding["severity"], finding["billing_period"], finding["charges"]) == ("info", "2026-07", 1)
    assert finding["message"] == (
        "A close keeps other rates to USD than the table of exchange rates has now: EUR of 2026-07-01."
    )
    assert finding["example"] == "EUR 2026-07-01: 1.25 kept, now 2"


def test_true_ups_have_the_rates_of_the_month_that_they_correct(closed: Books) -> None:
    closed.write("fx.csv", LATER)
    restate(closed, euros(7, "110"))
    # 10 EUR at 1.25, beside 100 EUR at 3.
    assert sums(closed) == {"2026-07": 125, "2026-08": Decimal("312.5")}
    done(closed, "close", "2026-08")
    closed.write("fx.csv", TABLE)
    restate(closed, euros(7, "100"))
    assert sums(closed) == {"2026-07": 125, "2026-08": Decimal("312.5"), "2026-09": Decimal("-12.5")}
    of_july = "SELECT sum(x_ReportingBilledCost) AS b FROM charges WHERE x_TrueUpOf = DATE '2026-07-01'"
    assert [Decimal(row["b"]) for row in closed.query(of_july)] == [0]


def test_a_true_up_of_a_day_without_a_kept_rate_has_it_from_the_close_of_its_booking(closed: Books) -> None:
    closed.write("fx.csv", f"{LATER}2026-07-02,EUR,USD,4\n")
    restate(closed, euros(7, "100"), euros(7, "1", 2))
    assert sums(closed) == {"2026-07": 125, "2026-08": 304}
    done(closed, "close", "2026-08")
    closed.write("fx.csv", TABLE)
    assert sums(closed) == {"2026-07": 125, "2026-08": 304}


def test_a_rate_that_was_unknown_at_the_close_is_taken_once_it_is_read(books: Books) -> None:
    books.write("finmod.yaml", yaml())
    books.write("fx.csv", "date,from,to,rate\n2026-08-01,EUR,USD,1.5\n")
    restate(books, euros(7, "100"))
    said = done(books, "close", "2026-07")
    assert "The exchange rates of 1 charge in EUR are missing: in USD they are unknown until the table has" in said
    assert books.query(SUMS.format("charges")) == [{"p": "2026-07", "usd": None, "least": None, "most": None}]
    books.write("fx.csv", TABLE)
    assert sums(books) == {"2026-07": 125}


def test_a_reopened_month_takes_the_rates_of_the_table_and_keeps_them_once_closed_again(closed: Books) -> None:
    closed.write("fx.csv", LATER)
    done(closed, "reopen", "2026-07", "--reason", "other rates")
    assert sums(closed) == {"2026-07": 200, "2026-08": 300}
    done(closed, "close", "2026-07")
    closed.write("fx.csv", TABLE)
    assert sums(closed) == {"2026-07": 200, "2026-08": 150}


def test_rates_into_another_reporting_currency_are_those_of_the_table(closed: Books) -> None:
    closed.write("finmod.yaml", yaml("GBP"))
    closed.write("fx.csv", "date,from,to,rate\n2026-07-01,EUR,GBP,0.5\n2026-08-01,EUR,GBP,0.25\n")
    assert sums(closed) == {"2026-07": 50, "2026-08": 25}
    done(closed, "close", "2026-08")
    closed.write("finmod.yaml", yaml())
    closed.write("fx.csv", LATER)
    assert sums(closed) == {"2026-07": 125, "2026-08": 300}


def test_a_close_without_charges_in_other_currencies_keeps_no_rates_and_reads_no_table(books: Books) -> None:
    books.write("exports/july.csv", bill({**euros(7, "1"), "BillingCurrency": "USD"}))
    books.load(books.root / "exports")
    done(books, "close", "2026-07")
    assert not (books.root / ".finmod" / "tables" / "close_rates").exists()


def test_months_that_a_close_takes_along_keep_their_rates(books: Books) -> None:
    books.write("finmod.yaml", yaml())
    books.write("fx.csv", TABLE)
    for month, name in ((7, "july.csv"), (8, "august.csv"), (9, "september.csv")):
        restate(books, euros(month, "100"), name=name)
    done(books, "close", "2026-08")
    books.write("fx.csv", f"{LATER}2026-09-01,EUR,USD,4\n")
    assert sums(books) == {"2026-07": 125, "2026-08": 150, "2026-09": 400}
