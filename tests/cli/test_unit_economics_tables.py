"""finmod unit-economics: what tables and the lines below them say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.books import Books
from tests.unit_economics import DAYS, ask, cost, orders, unit_economics_once


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return unit_economics_once(tmp_path_factory)


def test_floors_that_the_price_is_below_stand_beside_the_one_that_binds(books: Books) -> None:
    words = ("price-floor", "--by", "product", "--only", "ads", "--variable", "0.6", "--margin", "60%")
    september = range(62, DAYS)
    average = float(sum(cost("ads", day) for day in september)) / sum(orders("ads", day) for day in september)
    said = ask(books, *words, "--price", f"{0.8 * average:.6f}").out

    assert said.splitlines()[1].endswith("short run; below long run, target")
    assert "warning FM2371 ads at" in said
    assert "misses the margin of 60 %, which needs" in " ".join(said.split())
    assert ask(books, *words, "--price", "0.0001").out.splitlines()[1].endswith("below all")
    assert "Price is revenue by units, from revenue.\n" in ask(books, *words).out


def test_gaps_of_revenue_are_told_where_a_price_is_made_of_it(books: Books, tmp_path: Path) -> None:
    changed = books.copy(tmp_path / "copy")
    text = (changed.root / "revenue.csv").read_text("utf-8")
    changed.write("revenue.csv", text.replace("2026-08,search,60000\n", ""))
    assert changed.run("drivers", "load").code == 0
    said = {
        words: changed.run(
            "unit-economics", "cost_per_order", *words.split(), "--by", "product", "--variable", "0.6"
        ).out
        for words in ("split", "project", "sensitivity", "price-floor", "break-even", "break-even --price 0.1")
    }

    assert {words for words, told in said.items() if "FM2426 driver revenue of search" in told} == {
        "price-floor",
        "break-even",
    }
    assert "Price is 0.1, as given." in said["break-even --price 0.1"]


def test_leftovers_of_margins_are_points(books: Books) -> None:
    words = ("sensitivity", "--by", "product", "--only", "search", "--figure", "margin", "--variable", "0.6")
    said = " ".join(ask(books, *words).out.split())

    assert re.search(r"joint effect -?[0-9.]+ points at the low end, -?[0-9.]+ points at the high end", said)


def test_products_of_other_months_say_so(books: Books, tmp_path: Path) -> None:
    changed = books.copy(tmp_path / "copy")
    lines = (changed.root / "orders.csv").read_text("utf-8").splitlines()
    changed.write("orders.csv", "\n".join([*(line for line in lines if "-09-" not in line or "ads" not in line), ""]))
    assert changed.run("drivers", "load").code == 0

    said = ask(changed, "price-floor", "--by", "product", "--variable", "0.6").out

    assert "\nOf 2026-08: ads.\nOf 2026-09: search.\n" in said
