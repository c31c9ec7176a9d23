"""finmod unit-economics cohorts: what customers bring and cost, in sum as the statement has it."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.books import Books
from tests.unit_economics import DAYS, FIXED, PNL, POOL, ask, cost, refusal, unit_economics_once

EARNED = ("--revenue", "earned")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return unit_economics_once(tmp_path_factory)


def of_customers(books: Books, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ask(books, "cohorts", *words, "--output", "json").out)
    return found


def test_cohorts_sum_to_what_products_cost_and_earn_to_the_last_digit(books: Books) -> None:
    found = of_customers(books, *EARNED)

    direct = sum((cost(product, place) for place in range(DAYS) for product in FIXED), Decimal(0))
    assert sum(Decimal(row["direct_cost"]) for row in found) == direct
    assert sum(Decimal(row["fully_loaded_cost"]) for row in found) == direct + DAYS * POOL
    assert sum(Decimal(row["revenue"]) for row in found) == 6 * 9000


def test_cohorts_by_start_leave_those_apart_who_were_there_before(books: Books) -> None:
    found = of_customers(books, *EARNED)

    # Who is there in the first month may have come at any time before.
    assert [(row["cohort"], row["age"], row["customers"]) for row in found] == [
        ("2026-08", 0, 1),
        ("2026-08", 1, 1),
        ("2026-09", 0, 1),
        ("(unknown)", None, 1),
    ]
    assert Decimal(found[1]["revenue_retention"]) == 1
    assert found[0]["direct_cost_per_customer"] == found[0]["direct_cost"]


def test_cohorts_of_a_list_tell_who_is_not_in_it(books: Books) -> None:
    said = ask(books, "cohorts", "--cohort", "plan", *EARNED).out

    assert "free" in said
    assert "FM2372 1 customer of 3 without a plan, such as core: their rows stand apart" in said
    assert "revenue is earned" in said


def test_another_driver_of_money_is_not_taken_for_revenue(books: Books) -> None:
    said = ask(books, "cohorts").out

    assert "revenue is revenue" in said
    assert "Revenue' is not told by customer: no customer has revenue or a margin, all together have" in said
    assert {row["revenue"] for row in of_customers(books) if row["cohort"] != "(unknown)"} == {None}


def test_what_is_of_nobody_is_no_customer(books: Books, tmp_path: Path) -> None:
    changed = books.copy(tmp_path / "copy")
    text = (changed.root / "use.csv").read_text("utf-8")
    # In July nobody uses ads: its cost is of no customer.
    changed.write("use.csv", "".join(each for each in text.splitlines(keepends=True) if "2026-07,ads" not in each))
    for command in (("drivers", "load"), ("apply", "--author", "Ann")):
        assert changed.run(*command).code == 0

    found, said = of_customers(changed, *EARNED)[-1], ask(changed, "cohorts", *EARNED).out

    assert [found[name] for name in ("cohort", "age", "customers")] == ["(unallocated)", None, 0]
    assert Decimal(found["direct_cost"]) == sum(cost("ads", place) for place in range(31))
    assert [found["fully_loaded_cost_per_customer"], found["currency"]] == [None, "USD"]
    assert "1 customer of 3 without a start month, such as acme" in " ".join(said.split())
    assert "cost per customer" in said.splitlines()[0]


REFUSED_COHORTS = {
    "--cohort plann": "--cohort is plann; expected plan, start or size.\n  Did you mean 'plan'?",
    "--revenue use": "--revenue is use; expected a driver of money that is told by customer.\n",
    "--of team": "no level of the applied allocation tells team within product; expected a level such as {name: team,",
}


@pytest.mark.parametrize("words", REFUSED_COHORTS)
def test_cohorts_that_are_not_there_are_refused(books: Books, words: str) -> None:
    assert REFUSED_COHORTS[words] in refusal(books, "cost_per_order", "cohorts", *words.split())


def test_customers_with_revenue_alone_or_cost_alone_are_in_cohorts_as_in_the_statement(
    books: Books, tmp_path: Path
) -> None:
    changed = books.copy(tmp_path / "copy")
    text = (changed.root / "earned.csv").read_text("utf-8")
    # Bolt has no row in September, and dune is served in no month.
    lines = [line for line in text.splitlines() if line != "2026-09,bolt,9000"]
    changed.write("earned.csv", "\n".join([*lines, "2026-09,dune,500", ""]))
    changed.write("pnl.yaml", PNL + "revenue:\n  - {name: Sales, driver: earned}\n")
    assert changed.run("drivers", "load").code == 0

    found = of_customers(changed)
    stated = changed.run("pnl", "--by", "customer", "--from", "2026-07", "--to", "2026-09", "--output", "csv").out
    earned = sum(
        Decimal(row["actual"])
        for row in csv.DictReader(stated.splitlines())
        if row["kind"] == "line" and row["section"] == "revenue" and row["member"] and "2026-" in row["period"]
    )
    assert sum(Decimal(row["revenue"]) for row in found) == earned == 5 * 9000 + 500
    last = next(row for row in found if (row["cohort"], row["age"]) == ("2026-08", 1))
    assert Decimal(last["revenue"]) == 0
    assert sum(row["customers"] for row in found) == 5
