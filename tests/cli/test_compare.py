"""The same bill by two exports: refused as a bill, kept for comparison, and told apart."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.books import Books, bill

DAYS = [
    {
        "ChargePeriodStart": f"2026-09-{day:02}T00:00:00Z",
        "ChargePeriodEnd": f"2026-09-{day + 1:02}T00:00:00Z",
        "BilledCost": f"{day}.25",
        "EffectiveCost": f"{day}",
        "SubAccountId": "s1",
    }
    for day in range(1, 26)
]


@pytest.fixture(autouse=True)
def _here(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(books.root)


@pytest.fixture
def aws(books: Books) -> Books:
    books.write("aws.csv", bill(*DAYS))
    assert books.run("load", "aws.csv", "--source", "aws").code == 0
    return books


def _other(changes: dict[int, dict[str, str]], prefix: str = "") -> str:
    """Return the same days by another export, which writes the account otherwise."""
    return bill(*({**day, "BillingAccountId": f"{prefix}a1", **changes.get(n, {})} for n, day in enumerate(DAYS, 1)))


def count(books: Books, table: str = "charges") -> int:
    """Return the number of rows of a table."""
    return int(books.query(f"SELECT count(*) AS n FROM {table}")[0]["n"])


def pairs(books: Books, *words: str) -> list[dict[str, Any]]:
    """Return the rows of a comparison."""
    rows: list[dict[str, Any]] = json.loads(books.run("compare", "aws", "again", *words, "--output", "json").out)
    return rows


def test_the_same_bill_by_another_export_is_refused_and_said_what_to_do(aws: Books) -> None:
    aws.write("again.csv", _other({}, "/billing/"))
    said = aws.run("load", "again.csv", "--source", "again")
    assert said.code == 1
    assert (
        "the bill of 2026-09 stands in the ledger already, under the source aws: 25 charges of 331.25 USD" in said.err
    )
    assert f"finmod --project {aws.root} compare aws again" in said.err
    assert "(FM1440, docs/errors.md)" in said.err
    assert count(aws) == 25


def test_the_refusal_tells_what_the_bill_says_that_counts_twice(aws: Books) -> None:
    refund = {**DAYS[0], "ChargePeriodStart": "2026-09-27T00:00:00Z", "ChargePeriodEnd": "2026-09-28T00:00:00Z"}
    days = [*DAYS, {**refund, "BilledCost": "-10.004"}]
    aws.write("aws.csv", bill(*days))
    assert aws.run("load", "aws.csv", "--source", "aws").code == 0
    aws.write("again.csv", bill(*({**day, "x_Other": "1"} for day in days)))
    assert "26 charges of 321.25 USD" in aws.run("load", "again.csv", "--source", "again").err


def test_each_month_of_a_load_is_looked_at_for_itself(books: Books) -> None:
    period = {"BillingPeriodStart": "2026-08-01T00:00:00Z", "BillingPeriodEnd": "2026-09-01T00:00:00Z"}
    august = [{**{name: text.replace("2026-09", "2026-08") for name, text in day.items()}, **period} for day in DAYS]
    books.write("aws.csv", bill(*DAYS, *august))
    assert books.run("load", "aws.csv", "--source", "aws").code == 0

    books.write("again.csv", bill(*DAYS, *({**day, "BilledCost": "7.5"} for day in august)))
    said = books.run("load", "again.csv", "--source", "again")

    assert "the bill of 2026-09 stands in the ledger already" in said.err
    assert "2026-08" not in said.err


def test_a_bill_that_shares_less_than_half_is_another_bill(aws: Books) -> None:
    aws.write("other.csv", _other({day: {"BilledCost": "1.11"} for day in range(13, 26)}))
    assert aws.run("load", "other.csv", "--source", "other").code == 0


def test_a_bill_whose_days_differ_by_little_is_the_same_bill(aws: Books) -> None:
    little = {day: {"BilledCost": f"{Decimal(DAYS[day - 1]['BilledCost']) * Decimal('1.009')}"} for day in range(1, 26)}
    aws.write("other.csv", _other(little))
    assert "(FM1440" in aws.run("load", "other.csv", "--source", "other").err
    more = {day: {"BilledCost": f"{Decimal(DAYS[day - 1]['BilledCost']) * Decimal('1.02')}"} for day in range(1, 26)}
    aws.write("other.csv", _other(more))
    assert aws.run("load", "other.csv", "--source", "other").code == 0


def test_few_equal_charges_are_chance(books: Books) -> None:
    for name in ("a", "b"):
        books.write(f"{name}.csv", bill(*DAYS[:19], {"x_Of": name, "ChargePeriodStart": "2026-09-28T00:00:00Z",
                                                     "ChargePeriodEnd": "2026-09-29T00:00:00Z",
                                                     "BilledCost": "1" if name == "a" else "2"}))  # fmt: skip
        assert books.run("load", f"{name}.csv", "--source", name).code == 0


def test_two_bills_that_look_alike_can_be_accepted(aws: Books) -> None:
    aws.write("again.csv", _other({}))
    assert aws.run("load", "again.csv", "--source", "again", "--accept", "FM1440").code == 0
    assert count(aws) == 50


def test_a_comparison_counts_nowhere(aws: Books) -> None:
    aws.write("again.csv", _other({}))
    said = aws.run("load", "again.csv", "--source", "again", "--compare-with", "aws")
    assert said.code == 0
    assert "again is kept beside aws and counted nowhere. Next: finmod " in said.out
    assert said.out.endswith("compare aws again\n")
    for table in ("charges", "charges_daily", "loads", "findings"):
        assert count(aws, f"{table} WHERE x_Source = 'again'") == 0
    assert aws.run("status").out.endswith("\nagain: 25 charges kept for comparison, counted nowhere\n")
    assert "again" not in aws.run("status", "--output", "json").out


def test_a_comparison_of_finmod_yaml_is_not_told_to_wait_for_its_load(aws: Books) -> None:
    aws.write("again.csv", _other({}))
    sources = "aws: {format: focus, path: aws.csv}\n  again: {format: focus, path: again.csv, compare_with: aws}"
    aws.write("finmod.yaml", f"name: northwind\ncurrency: USD\nsources:\n  {sources}\n")
    assert "again: never loaded" in aws.run("status").out
    assert aws.run("load").code == 0
    assert aws.run("status").out.endswith("\nagain: 25 charges kept beside aws for comparison, counted nowhere\n")


def test_equal_totals_are_the_same_bill(aws: Books) -> None:
    aws.write("again.csv", _other({}))
    aws.run("load", "again.csv", "--source", "again", "--compare-with", "aws")
    said = aws.run("compare", "aws", "again", "--detailed-exitcode")
    assert said.code == 0
    assert "The same bill: its total agrees in every cost that is known, to the last digit." in said.out


def test_a_cost_that_one_of_two_lacks_is_no_difference_but_told(aws: Books) -> None:
    aws.write("again.csv", _other({1: {"ListCost": "5"}}))
    aws.run("load", "again.csv", "--source", "again", "--compare-with", "aws")
    said = aws.run("compare", "aws", "again", "--detailed-exitcode")
    assert said.code == 2
    assert "\n0 of 4 totals differ, 1 is unknown in one of the two.\n" in said.out


def test_a_difference_is_listed_by_service_largest_first(aws: Books) -> None:
    changes = {25: {"BilledCost": "30.25", "ServiceName": "Database"}, 1: {"BilledCost": "1.26"}}
    aws.write("again.csv", _other(changes))
    aws.run("load", "again.csv", "--source", "again", "--compare-with", "aws")
    said = aws.run("compare", "aws", "again", "--detailed-exitcode")
    assert said.code == 2
    assert "\n1 of 4 totals differs.\n" in said.out
    rows = pairs(aws)
    billed = [(row["by"], row["value"], row["difference"]) for row in rows if row["cost"] == "BilledCost"]
    assert billed == [
        ("total", None, "5.010000000000"),
        ("service", "Database", "30.250000000000"),
        ("service", "Storage", "-25.240000000000"),
    ]
    by_day = pairs(aws, "--by", "day")
    days = [row["value"] for row in by_day if row["by"] == "day" and row["cost"] == "BilledCost"]
    assert days == ["2026-09-25", "2026-09-01"]


def test_months_that_only_one_has_are_left_out_unless_asked_for(aws: Books) -> None:
    october = {**DAYS[0], "BillingPeriodStart": "2026-10-01T00:00:00Z", "BillingPeriodEnd": "2026-11-01T00:00:00Z",
               "ChargePeriodStart": "2026-10-01T00:00:00Z", "ChargePeriodEnd": "2026-10-02T00:00:00Z"}  # fmt: skip
    aws.write("again.csv", bill(*DAYS, october))
    aws.run("load", "again.csv", "--source", "again", "--compare-with", "aws")
    assert aws.run("compare", "aws", "again", "--detailed-exitcode").code == 0
    assert aws.run("compare", "aws", "again", "--detailed-exitcode", "--period", "2026-10").code == 2
    said = aws.run("compare", "aws", "again", "--period", "2026-01")
    assert "neither aws nor again has charges in 2026-01; expected a month of aws: 2026-09 or" in said.err
    assert "(FM1443, docs/errors.md)" in said.err


def test_an_unknown_source_is_refused_with_the_near_one(aws: Books) -> None:
    said = aws.run("compare", "aws", "awss")
    assert said.code == 1
    assert (
        "the ledger has no charges of a source 'awss'; expected one of aws.\n  Did you mean 'aws'? (FM1442" in said.err
    )


def test_a_bill_cannot_become_a_comparison(aws: Books) -> None:
    said = aws.run("load", "aws.csv", "--source", "aws", "--compare-with", "other")
    assert said.code == 1
    assert "the source aws has charges among the bills" in said.err
    assert "(FM1441, docs/errors.md)" in said.err


def test_a_comparison_in_the_settings_names_a_bill(books: Books) -> None:
    books.write(
        "finmod.yaml",
        "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: a.csv}\n"
        "  again: {format: focus, path: b.csv, compare_with: asw}\n",
    )
    said = books.run("status")
    assert said.err == (
        "finmod.yaml:5:53: sources.again.compare_with is 'asw'; expected the source of a bill: aws.\n"
        "  Did you mean 'aws'? (FM1029, docs/errors.md)\n"
    )


def test_a_month_that_one_source_alone_has_is_named_and_not_compared(aws: Books) -> None:
    october = {
        "BillingPeriodStart": "2026-10-01", "BillingPeriodEnd": "2026-11-01",
        "ChargePeriodStart": "2026-10-01T00:00:00Z", "ChargePeriodEnd": "2026-10-02T00:00:00Z",
    }  # fmt: skip
    aws.write("again.csv", bill(*DAYS, october))
    assert aws.run("load", "again.csv", "--source", "again", "--compare-with", "aws").code == 0
    said = aws.run("compare", "aws", "again", "--detailed-exitcode")
    assert said.code == 0
    assert "Not compared: 2026-10, which only again has." in said.out
    left = [row for row in pairs(aws) if row["by"] == "not compared" and row["cost"] == "BilledCost"]
    assert [(row["billing_period"], row["charges_a"], row["amount_b"]) for row in left] == [
        ("2026-10", None, "1.500000000000")
    ]
    assert "Not compared" not in aws.run("compare", "aws", "again", "--period", "2026-09").out
    (billed,) = (
        row for row in pairs(aws, "--period", "2026-10") if (row["by"], row["cost"]) == ("total", "BilledCost")
    )
    assert billed["difference"] == "1.500000000000"


def test_a_cost_that_is_unknown_is_no_difference_of_a_number(aws: Books) -> None:
    aws.write("again.csv", bill(*({**day, "ListCost": "2"} for day in DAYS)))
    aws.run("load", "again.csv", "--source", "again", "--compare-with", "aws")
    said = aws.run("compare", "aws", "again")
    assert "unknown in one" in said.out
    assert "unknown in both" in said.out
    of_cost = {row["cost"]: row["difference"] for row in pairs(aws) if row["by"] == "total"}
    assert of_cost == {
        "BilledCost": "0.000000000000", "EffectiveCost": "0.000000000000", "ListCost": None, "ContractedCost": None,
    }  # fmt: skip


def test_a_source_is_not_compared_with_itself(aws: Books) -> None:
    said = aws.run("compare", "aws", "aws")
    assert (said.code, "both sources are aws; expected two sources" in said.err) == (1, True)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("nope", "again is to be kept beside nope, which the ledger does not have"),
        ("again", "again is to be kept beside itself"),
    ],
)
def test_a_comparison_needs_another_source_that_is_there(aws: Books, other: str, told: str) -> None:
    aws.write("again.csv", _other({}))
    said = aws.run("load", "again.csv", "--source", "again", "--compare-with", other)
    assert (said.code, told in said.err) == (1, True)
    assert "(FM1441, docs/errors.md)" in said.err


def test_a_comparison_is_not_kept_beside_another(aws: Books) -> None:
    aws.write("again.csv", _other({}))
    assert aws.run("load", "again.csv", "--source", "again", "--compare-with", "aws").code == 0
    said = aws.run("load", "again.csv", "--source", "third", "--compare-with", "again")
    assert (said.code, said.out) == (1, "")
    assert "third is to be kept beside again, which is kept for comparison alone" in said.err
    assert f"Name the source that has the bill: finmod --project {aws.root} status shows it." in said.err


def test_a_closed_month_is_compared_with_its_true_ups(aws: Books) -> None:
    assert aws.run("close", "2026-09").code == 0
    aws.write("aws.csv", _other({7: {"BilledCost": "8.5"}}))
    assert "true-up in 2026-10" in aws.run("load", "aws.csv", "--source", "aws").out
    aws.write("again.csv", _other({7: {"BilledCost": "8.5"}}))
    aws.run("load", "again.csv", "--source", "again", "--compare-with", "aws")
    said = aws.run("compare", "aws", "again", "--detailed-exitcode")
    assert (said.code, "Not compared" in said.out) == (0, False)
    assert "The same bill: its total agrees" in said.out


def test_findings_that_no_check_lists_are_not_counted_by_the_load(aws: Books) -> None:
    aws.write("again.csv", _other({1: {"SkuId": ""}}))
    said = aws.run("load", "again.csv", "--source", "again", "--compare-with", "aws")
    assert said.code == 0, said.err
    (row,) = [line.split() for line in said.out.splitlines() if line.startswith("again  ")]
    assert row[-1] == "-"
    assert aws.query("SELECT count(*) AS n FROM findings WHERE x_Source = 'again'")[0]["n"] == 0
