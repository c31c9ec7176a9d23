"""``finmod variance --causes``: the screen, and what programs get."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.books import Books
from tests.tagged import EURO, charge
from tests.variances import books_of

HOSTILE = "=Storage"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Storage moves from eu to us for search; ads and shop stay. A name has what a sheet would obey."""
    places = {(8, "eu"): "900", (8, "us"): "100", (9, "eu"): "100", (9, "us"): "900"}
    moved = {(number, "search", region, HOSTILE): cost for (number, region), cost in places.items()}
    rows = [
        charge(number, moved.get((number, product, region, service), "500"), f"={product}-{region}-{service}",
               f'{{"product":"{product}"}}', ServiceName=service, RegionId=region)
        for number in (8, 9) for product in ("search", "ads", "shop") for region in ("eu", "us", "ap")
        for service in (HOSTILE, "Compute", "Databases", "Network")
    ]  # fmt: skip
    return books_of(tmp_path_factory.mktemp("causes") / "books", *rows)


def test_the_screen_tells_causes_their_evidence_and_that_they_offset(books: Books) -> None:
    said = books.run("variance", "2026-09", "--causes")

    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == (
        "0 USD from 2026-08 to 2026-09: 0 by 2 causes that moved unlike the rest, 0 as most of the cost moved "
        "(0.0 %), 0 not explained."
    )
    assert lines[2].split("  ")[1].strip() == "product search, region eu, service =Storage"
    assert "1  resource: =search-eu-=Storage -800, 100 % of its moves" in lines
    assert "1 and 2 offset each other: from region eu to us; together 0" in lines


def test_causes_that_are_not_told_by_name_are_told_in_one_sum(books: Books) -> None:
    said = books.run("variance", "2026-09", "--causes", "--top", "1")

    assert said.out.splitlines()[0] == (
        "0 USD from 2026-08 to 2026-09: -800 by 1 cause that moved unlike the rest, +800 by 1 other cause, 0 as most "
        "of the cost moved (0.0 %), 0 not explained."
    )


def test_json_has_everything_in_decimals(books: Books) -> None:
    told = json.loads(books.run("variance", "--causes", "--output", "json").out)

    assert [cause["name"]["region"] for cause in told["causes"]] == ["eu", "us"]
    assert sum(Decimal(cause["explained"]) for cause in told["causes"]) == Decimal(told["total"]["explained"])
    for cause in told["causes"]:
        own = {name: Decimal(amount) for name, amount in cause["own"].items()}
        assert own["after"] - own["before"] == Decimal(cause["explained"])
        assert cause["alike"] == {}
    parts = ("explained", "by_others", "usual", "unexplained")
    assert sum(Decimal(told["total"][name]) for name in parts) == Decimal(told["total"]["change"])
    assert told["offsets"] == [
        {"down": 1, "up": 2, "net": "0.000000000000", "moved": [{"dimension": "region", "from": "eu", "to": "us"}]}
    ]


def test_csv_has_a_row_per_cause_and_of_the_rest_which_sum_to_the_change(books: Books) -> None:
    said = books.run("variance", "2026-09", "--causes", "--top", "1", "--output", "csv")
    rows = [*csv.DictReader(io.StringIO(said.out))]
    total = json.loads(books.run("variance", "2026-09", "--causes", "--top", "1", "--output", "json").out)["total"]

    assert [(row["part"], row["kind"]) for row in rows] == [
        ("cause", "less"), ("others", ""), ("usual", ""), ("unexplained", ""),
    ]  # fmt: skip
    assert (rows[1]["what"], rows[1]["amount"]) == ("1 other cause", "800.000000000000")
    assert (total["others"], total["by_others"], total["unexplained"]) == (1, "800.000000000000", "0.000000000000")
    assert rows[0]["resources"] == f"'=search-eu-{HOSTILE} -800.000000000000"
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal(total["change"])
    both = [*csv.DictReader(io.StringIO(books.run("variance", "--causes", "--output", "csv").out))]
    assert [row["part"] for row in both] == ["cause", "cause", "usual", "unexplained", "offset"]
    assert sum(Decimal(row["amount"]) for row in both if row["amount"]) == 0


def test_markdown_tells_all_that_the_screen_does(books: Books) -> None:
    page = books.run("variance", "2026-09", "--causes", "--output", "markdown")
    screen = books.run("variance", "2026-09", "--causes").out.splitlines()

    lines = page.out.splitlines()
    assert lines[0] == f"**{screen[0]}**"
    assert lines[2] == "| # | What | 2026-08 | 2026-09 | Explains | How |"
    assert lines[4] == "| 1 | product search, region eu, service =Storage | 900 | 100 | -800 | less than usual |"
    for line in screen[4:]:
        assert f"- {line}" in lines


def test_what_people_and_bills_wrote_is_no_markup_and_no_formula(books: Books, tmp_path: Path) -> None:
    made = books.copy(tmp_path / "own")
    made.write("finmod.yaml", (made.root / "finmod.yaml").read_text(encoding="utf-8") + "events: events.csv\n")
    made.write("events.csv", "date,event,product\n2026-09-03,<b>*Sale* for @all,\n2026-09-04,Typo,=serch\n")
    page = made.run("variance", "--causes", "--output", "markdown").out
    assert "- Besides: 2026-09-03: &lt;b>\\*Sale\\* for @&#8203;all" in page
    assert "- warning FM2531 events.csv:3: No cost of 2026-08 or 2026-09 has product '=serch'" in page
    rows = [*csv.DictReader(io.StringIO(made.run("variance", "--causes", "--output", "csv").out))]
    assert [row["what"] for row in rows if row["part"] == "happening"] == [
        "2026-09-03: <b>*Sale* for @all", "2026-09-04: Typo (product =serch)",
    ]  # fmt: skip


def test_causes_are_looked_for_without_other_questions(books: Books) -> None:
    said = books.run("variance", "--causes", "--by", "product")

    assert said.code == 1
    assert "--causes stands without --by and --effect" in said.err


@pytest.mark.parametrize(("before", "after", "words"), [
    ("100", "110", "nothing moved unlike the rest: +60 as most of the cost moved (+10.0 %), 0 not explained."),
    ("0", "100", "2026-08 cost nothing, so that no cause stands out."),
])  # fmt: skip
def test_where_no_cause_is_found_the_change_is_told_all_the_same(
    before: str, after: str, words: str, tmp_path: Path
) -> None:
    rows = [
        charge(number, cost, f"i-{at}", '{"product":"search"}', ServiceName=service)
        for number, cost in ((8, before), (9, after))
        for at, service in enumerate(("Compute", "Storage", "Network") * 2)
    ]
    said = books_of(tmp_path / "books", *rows).run("variance", "--causes")
    assert said.out.splitlines()[0].partition(" USD from 2026-08 to 2026-09: ")[2] == words


def test_a_month_without_rates_did_not_cost_nothing_and_has_its_source(tmp_path: Path) -> None:
    rows = [charge(number, "100", "i-1", '{"product":"search"}', **EURO) for number in (8, 9)]
    made = books_of(tmp_path / "books", *rows)
    made.write("finmod.yaml", (made.root / "finmod.yaml").read_text(encoding="utf-8") + "events: events.csv\n")
    made.write("events.csv", "date,event,product\n2026-09-03,Sale,search\n")
    said = made.run("variance", "--causes").out
    assert "what 2026-08 cost is not known, so that no cause stands out." in said
    assert "FM2531" not in said
