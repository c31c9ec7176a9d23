"""``finmod tags taggable``: which services can carry tags, how much of them, and why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.books import Books, Unchanged, bill
from tests.tagged import charge, lines, records, tagged


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the tagged project; no test changes it."""
    return Unchanged(tagged(tmp_path_factory.mktemp("taggable") / "books").root)


def test_taggable_tells_of_each_service_what_can_carry_tags_and_why_not(project: Books) -> None:
    assert lines(project, "taggable") == [
        "northwind, 2026-09: EffectiveCost by whether it can carry tags",
        "service    supplier  EffectiveCost  can carry tags    share  what cannot",
        "Storage    AWS           95.00 USD       95.00 USD  100.0 %",
        "Databases  AWS           30.00 USD       30.00 USD  100.0 %",
        "Tax        AWS            7.00 USD        0.00 USD    0.0 %  tax 7.00",
        "Of 132.00 USD in all, 125.00 USD can carry tags.",
        "tax: a tax is charged to an account.",
    ]
    tax = records(project, "taggable")[-1]
    assert tax == {
        "billing_period": "2026-09", "supplier": "AWS", "service": "Tax", "verdict": "tax", "can_carry": "False",
        "why": "a tax is charged to an account", "effective_cost": "7.000000000000", "currency": "USD", "charges": "1",
        "service_cost": "7.000000000000",
    }  # fmt: skip


def test_a_discount_does_not_lift_the_share_above_all(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    discount = charge(9, "-5", "", "", ServiceName="Databases", ChargeCategory="Adjustment")
    books.load(books.write("b.csv", bill(discount)), "--source", "other")
    (line,) = (line for line in lines(books, "taggable") if line.startswith("Databases"))
    assert line.split()[2:] == ["25.00", "USD", "30.00", "USD", "85.7", "%", "adjustment", "-5.00"]
