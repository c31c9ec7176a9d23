"""Why a key is called what it is called."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from finmod.settings.project import load_project
from finmod.taxonomy.explain import KeyNames
from finmod.workspace.explain import explain
from tests.books import bill
from tests.tagged import TAXONOMY, charge, tagged, with_charges


def told(folder: Path, resource: str, taxonomy: str = TAXONOMY) -> list[KeyNames]:
    return explain(load_project(tagged(folder, taxonomy).root), resource)


def test_the_rule_that_names_a_key_stands_with_its_place_and_the_text_that_it_read(tmp_path: Path) -> None:
    (key,) = told(tmp_path / "books", "i-2")
    product = key.names[0]
    assert product.outcome is not None
    found = product.outcome
    assert (found.value, found.how, found.place, found.key, found.text) == (
        "search", "alias", "taxonomy.yaml:8:9", "Product", "SRCH",
    )  # fmt: skip


def test_every_other_rule_tells_what_it_would_have_said(tmp_path: Path) -> None:
    (key,) = told(tmp_path / "books", "i-3")
    product = key.names[0]
    assert [(each.wins, each.outcome.value if each.outcome else None) for each in product.answers] == [
        (False, None), (True, "ads"), (False, None),
    ]  # fmt: skip
    first = product.answers[0].outcome
    assert first is not None
    assert (first.how, first.text) == ("unrecognised", "serach")


def test_what_rolls_up_names_the_dimension_below(tmp_path: Path) -> None:
    (key,) = told(tmp_path / "books", "i-1")
    department = key.names[2]
    assert department.outcome is not None
    assert (department.outcome.value, department.outcome.below, department.outcome.rule) == ("discovery", "team", None)
    assert department.outcome.place == "taxonomy.yaml:14:27"


def test_the_parent_is_told_as_it_is_called_in_the_same_stretch(tmp_path: Path) -> None:
    by_account = '{"2": [{is: ads, until: 2026-09-15}, {is: search, since: 2026-09-15}]}\n      - parent: resource'
    late = {"ChargePeriodStart": "2026-09-20T00:00:00Z", "ChargePeriodEnd": "2026-09-21T00:00:00Z"}
    charges = [
        charge(9, cost, resource, "", SubAccountId=account, **days)
        for days, cost in (({}, "2"), (late, "1"))
        for resource, account in (("vm", "2"), ("vm/disk", "1"))
    ]
    books = with_charges(tmp_path / "books", charges, TAXONOMY.replace('{"2": ads}', by_account))
    parents = [(key.since, key.names[0].parent) for key in explain(load_project(books.root), "vm/disk")]
    assert [(since, parent and (parent.resource, parent.outcome.value)) for since, parent in parents] == [
        (None, ("vm", "ads")), (date(2026, 9, 15), ("vm", "search")),
    ]  # fmt: skip


def test_what_nothing_names_has_no_outcome_and_a_key_its_texts(tmp_path: Path) -> None:
    (key,) = told(tmp_path / "books", "i-5")
    assert [name.outcome for name in key.names] == [None, None, None]
    assert (key.texts["Tags"], key.taggable, str(key.effective_cost)) == ('{"cost":"x"}', "taggable", "5.000000000000")


def test_a_month_in_which_a_line_ends_to_hold_is_told_in_two_stretches(tmp_path: Path) -> None:
    dated = TAXONOMY.replace('{"2": ads}', '{"2": [{is: ads, until: 2026-09-15}, {is: search, since: 2026-09-15}]}')
    books = tagged(tmp_path / "books", dated)
    late = {"ChargePeriodStart": "2026-09-20T00:00:00Z", "ChargePeriodEnd": "2026-09-21T00:00:00Z"}
    books.load(books.write("b.csv", bill(charge(9, "40", "i-4", "", SubAccountId="2", **late))), "--source", "late")
    found = explain(load_project(books.root), "i-4")
    names = [key.names[0].outcome for key in found]
    assert [
        (key.since, key.until, str(key.effective_cost), name and name.value)
        for key, name in zip(found, names, strict=True)
    ] == [
        (date(2026, 9, 15), None, "40.000000000000", "search"), (None, date(2026, 9, 15), "30.000000000000", "ads"),
    ]  # fmt: skip


def test_a_name_that_came_from_a_parent_tells_which_and_what_names_it(tmp_path: Path) -> None:
    books = tagged(
        tmp_path / "books", TAXONOMY.replace("      - account:", "      - parent: resource\n      - account:")
    )
    charges = (charge(9, "1", "i-1/disk", ""), charge(9, "60", "i-1", '{"product":"search"}'))
    books.load(books.write("b.csv", bill(*charges)), "--source", "disks")
    (key,) = explain(load_project(books.root), "i-1/disk")
    product, team, department = key.names
    assert product.parent is not None
    assert (product.parent.resource, product.parent.outcome.key, product.parent.outcome.place) == (
        "i-1", "product", "taxonomy.yaml:8:9",
    )  # fmt: skip
    assert [each.parent for each in product.answers if not each.wins] == [None] * 3
    assert (team.parent, department.parent) == (None, None)
