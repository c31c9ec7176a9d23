"""The project's exchange rates, from the bank's file to the total in the reporting currency."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.settings.project import load_project
from finmod.workspace.fx import Coverage, coverage, rates_of_day, read_fx
from finmod.workspace.status import ReportingTotal, status
from tests.books import Books, bill

HISTORY = "Date,USD,GBP,CYP,\n2026-09-02,1.20,0.80,N/A,\n2026-09-01,1.25,0.75,0.58,\n"
TABLE = "date,from,to,rate\n2026-09-01,EUR,USD,1.25\n"
SUM = "SELECT sum(x_ReportingBilledCost) AS b, count(x_ReportingBilledCost) AS n FROM "


def charge(cost: str, currency: str, day: int = 1) -> dict[str, str]:
    start = f"2026-09-{day:02}T00:00:00Z"
    return {
        "BilledCost": cost, "BillingCurrency": currency, "BillingAccountId": currency, "ChargePeriodStart": start,
        "ChargePeriodEnd": f"2026-09-{day:02}T01:00:00Z",
    }  # fmt: skip


def abroad(books: Books, *charges: dict[str, str]) -> Books:
    books.load(books.write("exports/a.csv", bill(*charges)))
    return books


def test_a_history_makes_the_table_and_names_it(books: Books) -> None:
    history = books.write("hist.csv", HISTORY)
    report = read_fx(load_project(books.root), history)
    assert (report.added, report.replaced, report.same, report.left_out) == (4, 0, 0, ("CYP",))
    assert (report.first, report.last, report.reaches) == (date(2026, 9, 1), date(2026, 9, 2), True)
    assert (books.root / "fx.csv").read_text() == (
        "date,from,to,rate\n2026-09-01,EUR,GBP,0.75\n2026-09-01,EUR,USD,1.25\n"
        "2026-09-02,EUR,GBP,0.80\n2026-09-02,EUR,USD,1.20\n"
    )
    project = load_project(books.root)
    assert project.fx == books.root / "fx.csv"
    before = (books.root / "fx.csv").stat().st_mtime_ns
    assert read_fx(project, history).same == 4
    assert (books.root / "fx.csv").stat().st_mtime_ns == before


def test_new_days_are_added_and_what_is_there_stays(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nfx: {path: rates.csv, rate: month_end}\n")
    books.write("rates.csv", "date,from,to,rate\n2026-08-31,CHF,USD,1.30\n2026-09-01,EUR,USD,1.25\n")
    report = read_fx(load_project(books.root), books.write("hist.csv", HISTORY), currencies=["USD"])
    assert (report.added, report.same) == (1, 1)
    assert (books.root / "rates.csv").read_text() == (
        "date,from,to,rate\n2026-08-31,CHF,USD,1.30\n2026-09-01,EUR,USD,1.25\n2026-09-02,EUR,USD,1.20\n"
    )
    assert load_project(books.root).fx_rate == "month_end"


def test_another_rate_of_the_same_day_is_refused_unless_it_is_to_be_replaced(books: Books) -> None:
    history = books.write("hist.csv", HISTORY)
    read_fx(load_project(books.root), history)
    before = (books.root / "fx.csv").read_text()
    project = load_project(books.root)
    books.write("hist.csv", HISTORY.replace("1.20", "1.21").replace("2026-09-01", "2026-09-03"))
    with pytest.raises(UserError) as caught:
        read_fx(project, history)
    assert str(caught.value) == (
        "fx.csv: the rate of 2026-09-02 from EUR to USD is 1.20, in the new file 1.21.\n  Take the new file's rates "
        "with --replace, or leave the table as it is. (FM1434, docs/errors.md)"
    )
    assert (books.root / "fx.csv").read_text() == before
    assert read_fx(project, history, replace=True).replaced == 1
    assert "2026-09-02,EUR,USD,1.21\n" in (books.root / "fx.csv").read_text()


def test_a_wish_takes_its_currencies_with_the_reporting_currency_and_its_days(books: Books) -> None:
    project, history = load_project(books.root), books.write("hist.csv", HISTORY)
    read_fx(project, history, currencies=["GBP"], since=date(2026, 9, 2))
    assert (books.root / "fx.csv").read_text() == (
        "date,from,to,rate\n2026-09-02,EUR,GBP,0.80\n2026-09-02,EUR,USD,1.20\n"
    )
    with pytest.raises(UserError, match=r"hist.csv: the file has no rate of CHF; expected some of CYP, GBP, USD"):
        read_fx(project, history, currencies=["CHF"])
    with pytest.raises(UserError, match="no rate that was asked for since 2027-01-01"):
        read_fx(project, history, since=date(2027, 1, 1))


def test_the_table_tells_its_pairs_days_and_gaps(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nfx: fx.csv\n")
    books.write("fx.csv", f"{TABLE}2026-09-08,EUR,USD,1.2\n2026-09-16,EUR,USD,1.3\n2026-09-01,CHF,USD,1.1\n")
    project = load_project(books.root)
    assert coverage(project) == [
        Coverage("CHF", "USD", date(2026, 9, 1), date(2026, 9, 1), 1, 0, 0),
        Coverage("EUR", "USD", date(2026, 9, 1), date(2026, 9, 16), 3, 1, 8),
    ]
    rates, unknown = rates_of_day(project, date(2026, 9, 9))
    found = [(used.currency, used.rate, used.rate_date) for used in rates]
    assert found == [("CHF", None, None), ("EUR", Decimal("1.2"), date(2026, 9, 8))]
    assert unknown == {"the last one is of 2026-09-01, more than 7 days before": ["CHF"]}
    with pytest.raises(UserError, match=r"^finmod\.yaml: no exchange rates are named"):
        coverage(load_project(Books(books.root.parent / "other").root))


def test_costs_are_told_in_the_reporting_currency_beside_the_originals(books: Books) -> None:
    abroad(books, charge("10", "EUR"), charge("3", "GBP"), charge("1", "USD"))
    read_fx(load_project(books.root), books.write("hist.csv", HISTORY))
    sql = "SELECT BillingCurrency AS c, BilledCost AS b, x_FxRate AS r, x_FxDate AS d, x_ReportingBilledCost AS x FROM "
    for table in ("charges", "charges_daily"):
        assert books.query(f"{sql}{table} ORDER BY 1") == [
            {
                "c": "EUR",
                "b": "10.000000000000",
                "r": "1.250000000000000000",
                "d": "2026-09-01",
                "x": "12.500000000000",
            },
            {"c": "GBP", "b": "3.000000000000", "r": "1.666666666666666667", "d": "2026-09-01", "x": "5.000000000000"},
            {"c": "USD", "b": "1.000000000000", "r": "1.000000000000000000", "d": None, "x": "1.000000000000"},
        ]
        assert books.query(f"SELECT DISTINCT x_ReportingCurrency AS c FROM {table}") == [{"c": "USD"}]
    rates = 'SELECT "from", how, date FROM fx_rates ORDER BY date, 1'
    assert [(row["from"], row["how"]) for row in books.query(rates)] == [
        ("EUR", "direct"),
        ("GBP", "cross via EUR"),
    ] * 2


def test_the_rate_of_finmod_yaml_is_the_one_that_is_used(books: Books) -> None:
    abroad(books, charge("8", "EUR", 1), charge("8", "EUR", 2))
    books.write("fx.csv", f"{TABLE}2026-09-02,EUR,USD,1.75\n")
    for rate, expected in (("day", "24"), ("month_average", "24"), ("month_end", "28")):
        books.write("finmod.yaml", f"name: n\ncurrency: USD\nfx: {{path: fx.csv, rate: {rate}}}\n")
        assert books.query(f"{SUM}charges")[0]["b"] == f"{expected}.000000000000"
    (row,) = books.query("SELECT min(x_FxRate) AS r, min(x_FxDate) AS d FROM charges")
    assert row == {"r": "1.750000000000000000", "d": "2026-09-02"}


def test_a_query_that_uses_no_rate_does_not_read_the_table(books: Books) -> None:
    abroad(books, charge("10", "EUR"), charge("1", "USD"))
    books.write("finmod.yaml", "name: n\ncurrency: USD\nfx: fx.csv\n")
    assert books.query("SELECT sum(BilledCost) AS b FROM charges_daily") == [{"b": "11.000000000000"}]
    assert books.query("SELECT count(*) AS n FROM charges") == [{"n": 2}]
    said = books.run("query", "SELECT * FROM charges")
    assert (said.code, said.out) == (1, "")
    assert "fx.csv: the exchange rates cannot be read: no such file" in said.err


def test_without_a_table_charges_in_the_reporting_currency_are_themselves(books: Books) -> None:
    abroad(books, charge("10", "USD"))
    assert books.query(f"{SUM}charges_daily") == [{"b": "10.000000000000", "n": 1}]
    assert status(load_project(books.root)).reporting is None
    assert "FM1430" not in books.run("check", "--output", "json").out


def test_a_missing_rate_is_unknown_and_a_finding_and_no_total(books: Books) -> None:
    abroad(books, charge("10", "EUR"), charge("2", "EUR", 20), charge("3", "EUR", 20), charge("1", "USD"))
    books.write("finmod.yaml", "name: n\ncurrency: USD\nfx: fx.csv\n")
    books.write("fx.csv", TABLE)
    assert books.query(f"{SUM}charges") == [{"b": "13.500000000000", "n": 2}]
    (found,) = [item for item in json.loads(books.run("check", "--output", "json").out) if item["code"] == "FM1430"]
    assert found["message"] == "The table of exchange rates has no rate from EUR to USD for charges of 2026-09-20."
    assert (found["severity"], found["charges"], found["billed_cost"]) == ("warning", 2, "5.000000000000")
    assert (found["source"], found["billing_period"], found["currency"]) == ("saas", "2026-09", "EUR")
    assert status(load_project(books.root)).reporting == ReportingTotal("USD", None, {"EUR": 2})
    said = books.run("status").out
    assert (
        f"In USD: unknown, the exchange rates of 2 charges in EUR are missing; see: finmod --project {books.root} check"
        in said
    )


def test_every_rate_known_gives_a_total(books: Books) -> None:
    abroad(books, charge("10", "EUR"), charge("1", "USD"))
    books.write("finmod.yaml", "name: n\ncurrency: USD\nfx: fx.csv\n")
    books.write("fx.csv", TABLE)
    assert status(load_project(books.root)).reporting == ReportingTotal("USD", Decimal("13.5"), {})
    assert "In USD: BilledCost 13.50 USD\n" in books.run("status").out


def test_a_project_without_a_table_is_told_so_by_the_finding(books: Books) -> None:
    abroad(books, *(charge("1", "EUR", number) for number in range(1, 8)))
    (found,) = [item for item in json.loads(books.run("check", "--output", "json").out) if item["code"] == "FM1430"]
    assert found["message"] == (
        "finmod.yaml names no exchange rates, so that there is no rate from EUR to USD for charges of 2026-09-01, "
        "2026-09-02, 2026-09-03, 2026-09-04, 2026-09-05 and 2 more days."
    )
    assert "finmod fx read FILE, which makes fx.csv" in found["remedy"]


def test_a_rate_that_may_still_change_is_for_information(books: Books) -> None:
    abroad(books, charge("10", "EUR", 3), charge("1", "EUR", 1))
    books.write("finmod.yaml", "name: n\ncurrency: USD\nfx: fx.csv\n")
    books.write("fx.csv", TABLE)
    found = [item for item in json.loads(books.run("check", "--output", "json").out) if item["code"] == "FM1431"]
    assert [(item["severity"], item["charges"], item["billed_cost"]) for item in found] == [
        ("info", 1, "10.000000000000")
    ]
    assert found[0]["message"] == (
        "Charges are converted to USD by rates that a later one may replace: EUR of 2026-09-03."
    )


def test_a_wrong_table_is_refused_by_everything_that_needs_it(books: Books) -> None:
    abroad(books, charge("10", "EUR"))
    books.write("finmod.yaml", "name: n\ncurrency: USD\nfx: fx.csv\n")
    books.write("fx.csv", f"{TABLE}2026-09-02,EUR,USD,-1\n")
    for words in (["check"], ["status"], ["fx", "show"], ["query", "FROM fx_rates"], ["query", "FROM charges"]):
        said = books.run(words[0], *words[1:])
        assert (said.code, said.out) == (1, ""), words
        assert "fx.csv:3: rate is '-1'" in said.err


def test_a_past_state_is_told_by_the_rates_of_today(books: Books) -> None:
    abroad(books, charge("10", "EUR"))
    abroad(books, charge("20", "EUR"))
    books.write("finmod.yaml", "name: n\ncurrency: USD\nfx: fx.csv\n")
    books.write("fx.csv", TABLE)
    assert books.query(f"{SUM}charges", "--as-of", "1") == [{"b": "12.500000000000", "n": 1}]


def test_an_unreadable_history_leaves_the_project_alone(books: Books, tmp_path: Path) -> None:
    before = (books.root / "finmod.yaml").read_text()
    with pytest.raises(UserError, match="FM1433"):
        read_fx(load_project(books.root), tmp_path / "none.zip")
    assert (books.root / "finmod.yaml").read_text() == before
    assert not (books.root / "fx.csv").exists()
