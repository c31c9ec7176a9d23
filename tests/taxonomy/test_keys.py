"""Which tag keys the bills have, and what spend carries each."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from finmod.settings.project import load_project
from finmod.taxonomy.keys import TagKey, tag_keys
from finmod.workspace.names import named
from tests.books import Books, bill
from tests.tagged import charge, tagged

SEPTEMBER = date(2026, 9, 1)


def keys(books: Books) -> dict[str, TagKey]:
    with named(load_project(books.root)) as found:
        return {each.key: each for each in tag_keys(found.engine, found.naming, SEPTEMBER)}


def test_each_key_tells_what_is_read_from_it_and_what_spend_carries_it(tmp_path: Path) -> None:
    found = keys(tagged(tmp_path / "books"))
    assert {name: (each.dimension, each.resources, each.values, each.cost) for name, each in found.items()} == {
        "product": ("product", 2, 2, Decimal(70)),
        "team": ("team", 1, 1, Decimal(60)),
        "Product": ("product", 1, 1, Decimal(20)),
        "cost": (None, 1, 1, Decimal(5)),
    }
    assert found["product"].share == Decimal("0.56")


def test_a_key_that_is_a_slip_away_names_the_one_that_was_meant(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    slips = ("prodct", "pro duct", "porduct", "produce", "price")
    more = [charge(9, "1", f"j-{at}", json.dumps({key: "search"})) for at, key in enumerate(slips)]
    books.load(books.write("b.csv", bill(*more)), "--source", "other")
    found = keys(books)
    assert {key: (found[key].dimension, found[key].perhaps) for key in slips} == {
        "prodct": (None, "product"), "pro duct": (None, "product"), "porduct": (None, "product"),
        "produce": (None, "product"), "price": (None, None),
    }  # fmt: skip


def test_a_key_of_unknown_cost_has_no_cost_and_one_on_what_can_carry_no_tags_costs_nothing(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    more = (
        charge(9, "", "j-1", '{"odd":"x"}', BilledCost="2"),
        charge(9, "-3", "j-2", '{"refunded":"x"}'),
    )
    books.load(books.write("b.csv", bill(*more)), "--source", "other")
    found = keys(books)
    assert [(each.key, each.cost, each.share) for each in found.values()][-2:] == [
        ("refunded", Decimal(0), Decimal(0)), ("odd", None, None),
    ]  # fmt: skip
    assert [" ".join(line.split()) for line in books.run("tags", "keys").out.splitlines()][-1] == "odd - - 1 1"


def test_hostile_keys_are_listed_as_they_stand_and_shown_harmless(tmp_path: Path) -> None:
    books = tagged(tmp_path / "books")
    evil = "=cmd|' /C calc'!A0\x1b[31m/~"
    books.load(books.write("b.csv", bill(charge(9, "1", "j", json.dumps({evil: "x"})))), "--source", "other")
    assert keys(books)[evil].values == 1
    for form in ("table", "csv", "markdown", "json"):
        said = books.run("tags", "keys", "--output", form)
        assert (said.code, "\x1b" in said.out) == (0, False)
        assert not [line for line in said.out.splitlines() if line.startswith("=cmd")] or form != "csv"


def test_a_month_without_tags_has_no_keys(tmp_path: Path) -> None:
    books = Books(tmp_path / "books")
    books.load(books.write("a.csv", bill({})))
    books.write("taxonomy.yaml", "dimensions: {product: {from: [{tag: product}]}}\n")
    assert books.run("tags", "keys").out.splitlines()[-1] == "No charge of the month carries a tag."
