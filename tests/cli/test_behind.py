"""``finmod variance --effect``: the charges behind an effect, on the screen and for programs."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.books import Books
from tests.variances import ADS, CLUSTER, SEARCH, books_of, used


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Search uses more, ads pays more for each hour, and their cluster grows; no test changes it."""
    return books_of(
        tmp_path_factory.mktemp("behind") / "books",
        used(8, "i-1", SEARCH, "31000", "1"), used(9, "i-1", SEARCH, "60000", "1"),
        used(8, "i-2", ADS, "3100", "2", SubAccountId="5"), used(9, "i-2", ADS, "3000", "3", SubAccountId="5"),
        used(8, "i-4", CLUSTER, "31", "1", SubAccountId="6"), used(9, "i-4", CLUSTER, "60", "1", SubAccountId="6"),
    )  # fmt: skip


def test_the_charges_behind_an_effect_are_told_with_their_figures_and_keys(books: Books) -> None:
    said = books.run("variance", "--effect", "list_price")

    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "List price: +3,050.00"
    assert lines[1].startswith("The supplier's public price of the same SKU changed; ")
    row = lines[3]
    assert "i-2" in row
    assert "2.00 → 3.00" in row
    assert "6,200.00 → 9,000.00" in row
    key = row.split()[-1]
    assert "product" in books.run("explain", key).out


def test_a_target_is_told_its_part_of_the_pool_beside_its_own_charges(books: Books) -> None:
    own = json.loads(books.run("variance", "--by", "product", "--output", "json").out)
    ads = next(row for row in own["rows"] if row["product"] == "ads")
    said = books.run("variance", "--effect", "volume", "--of", "product=ads")

    assert said.out.splitlines()[0] == f"Volume of product=ads: +{Decimal(ads['effects']['volume']):,.2f}"
    assert "Its part of the pool cluster: +7.62; the charges: --of pool=cluster" in said.out
    pool = books.run("variance", "--effect", "volume", "--of", "pool=cluster", "--output", "json")
    told = json.loads(pool.out)
    (row,) = told["rows"]
    assert (told["amount"], told["others"]["cells"], told["pools"]) == (row["amount"], 0, [])
    assert (row["resource"], round(Decimal(row["amount"]), 2)) == ("i-4", Decimal("30.50"))
