"""``finmod variance --causes``: the screen, and what programs get."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest

from tests.books import Books
from tests.tagged import charge
from tests.variances import books_of

HOSTILE = "=Storage"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Storage moves from eu to us for search; ads and shop stay. A name has what a sheet would obey."""
    places = {(8, "eu"): "900", (8, "us"): "100", (9, "eu"): "100", (9, "us"): "900"}
    moved = {(number, "search", region, HOSTILE): cost for (number, region), cost in places.items()}
    rows = [
        charge(number, moved.get((number, product, region, service), "500"), f"{product}-{region}-{service}",
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
    assert "1  resources: search-eu-=Storage -800, 100 % of its moves" in lines
    assert "1 and 2 offset each other: from region eu to us; together 0" in lines


def test_json_has_everything_in_decimals(books: Books) -> None:
    told = json.loads(books.run("variance", "--causes", "--output", "json").out)

    assert [cause["name"]["region"] for cause in told["causes"]] == ["eu", "us"]
    assert sum(Decimal(cause["explained"]) for cause in told["causes"]) == Decimal(told["total"]["explained"])
    parts = ("explained", "usual", "unexplained")
    assert sum(Decimal(told["total"][name]) for name in parts) == Decimal(told["total"]["change"])
    assert told["offsets"] == [
        {"down": 1, "up": 2, "net": "0.000000000000", "moved": [{"dimension": "region", "from": "eu", "to": "us"}]}
    ]


def test_csv_and_markdown_have_a_row_per_cause(books: Books) -> None:
    rows = [*csv.DictReader(io.StringIO(books.run("variance", "--causes", "--output", "csv").out))]
    page = books.run("variance", "--causes", "--top", "1", "--output", "markdown").out

    assert [row["kind"] for row in rows] == ["less", "more"]
    assert len(page.splitlines()) == 3


def test_causes_are_looked_for_without_other_questions(books: Books) -> None:
    said = books.run("variance", "--causes", "--by", "product")

    assert said.code == 1
    assert "--causes stands without --by and --effect" in said.err
