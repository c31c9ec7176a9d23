"""``finmod tags taggable``: which services can carry tags, how much of them, and why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.books import Books, Unchanged, bill
from tests.tagged import EURO, charge, lines, records, tagged

_SMALL = 35


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the tagged project; no test changes it."""
    return Unchanged(tagged(tmp_path_factory.mktemp("taggable") / "books").root)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return the project with a service of every kind beside, 41 in all; no test changes it."""
    made = tagged(tmp_path_factory.mktemp("mixed") / "books")
    kinds = (
        charge(9, "-20", "", "", ServiceName="Databases", ChargeCategory="Adjustment"),
        charge(9, "0.01", "", "", ChargeCategory="Tax"),
        charge(9, "5", "r-1", "{}", ServiceProviderName="Google Cloud", ServiceName="Weird Service"),
        charge(9, "", "r-2", "{}", ServiceName="Priceless", BilledCost="2"),
        charge(9, "3", "r-3", "{}", ServiceName="Elsewhere", **EURO),
        *(charge(9, "0", f"s-{number}", "{}", ServiceName=f"Small {number:02}") for number in range(_SMALL)),
    )
    made.load(made.write("b.csv", bill(*kinds)), "--source", "other")
    return Unchanged(made.root)


def test_taggable_tells_of_each_service_what_can_carry_tags_and_why_not(project: Books) -> None:
    assert lines(project, "taggable") == [
        "northwind, 2026-09: EffectiveCost by whether it can carry tags",
        "service    supplier  EffectiveCost  can carry tags    share  what cannot",
        "Storage    AWS           95.00 USD       95.00 USD  100.0 %",
        "Databases  AWS           30.00 USD       30.00 USD  100.0 %",
        "Tax        AWS            7.00 USD        0.00 USD    0.0 %  tax 7.00",
        "In all, 125.00 USD can carry tags, 7.00 USD cannot.",
        "tax: a tax is charged to an account.",
    ]
    tax = records(project, "taggable")[-1]
    assert tax == {
        "billing_period": "2026-09", "supplier": "AWS", "service": "Tax", "verdict": "tax", "can_carry": "False",
        "why": "a tax is charged to an account", "effective_cost": "7.000000000000", "currency": "USD", "charges": "1",
        "service_cost": "7.000000000000", "unknown_charges": "0",
    }  # fmt: skip


def test_currencies_unknown_costs_and_what_nobody_knows_stand_apart(mixed: Books) -> None:
    shown = lines(mixed, "taggable")
    assert shown[1:8] == [
        "service        supplier      EffectiveCost  can carry tags    share    unsure  what cannot",
        "Elsewhere      AWS                3.00 EUR        3.00 EUR  100.0 %",
        "Storage        AWS               95.01 USD       95.00 USD   99.9 %            tax 0.01",
        "Databases      AWS               10.00 USD       30.00 USD   60.0 %            adjustment -20.00",
        "Tax            AWS                7.00 USD        0.00 USD    0.0 %            tax 7.00",
        "Weird Service  Google Cloud       5.00 USD        5.00 USD  100.0 %  5.00 USD",
        "Priceless      AWS                       -               -        -",
    ]
    assert len(shown) == 1 + 1 + 40 + 7
    assert shown[-7:] == [
        "... and 1 more: --output csv shows them all.",
        "In all, 3.00 EUR can carry tags, 0.00 EUR cannot.",
        "In all, 130.00 USD can carry tags, -12.99 USD cannot.",
        "Counted, though nobody knows whether it can carry tags: 5.00 USD.",
        "In no amount here, for their EffectiveCost is unknown: 1 charge.",
        "adjustment: a discount, rounding or other adjustment that names no resource.",
        "tax: a tax is charged to an account.",
    ]


def test_other_forms_have_no_amount_where_none_is_known(mixed: Books) -> None:
    rows = {row["service"]: row for row in records(mixed, "taggable")}
    assert sum(name.startswith("Small") for name in rows) == _SMALL
    told = ("verdict", "can_carry", "effective_cost", "service_cost", "charges", "unknown_charges")
    assert [[rows[name][column] for column in told] for name in ("Priceless", "Weird Service")] == [
        ["taggable", "True", "", "", "1", "1"], ["unknown", "", "5.000000000000", "5.000000000000", "1", "0"],
    ]  # fmt: skip


def test_what_can_and_is_of_unknown_cost_is_no_amount_in_the_sum(tmp_path: Path) -> None:
    books = Books(tmp_path / "books")
    books.load(books.write("a.csv", bill(charge(9, "", "r-2", "{}", BilledCost="2"))))
    books.write("taxonomy.yaml", "dimensions: {}\n")
    assert lines(books, "taggable")[-2] == "In all, an unknown amount can carry tags, 0.00 USD cannot."
