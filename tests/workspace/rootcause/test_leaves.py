"""Leaves of a change: charge keys of both months, by all that a cause can be named by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from finmod.marts.variance import ROWS
from finmod.workspace.rootcause.leaves import RESOURCE, WORDS, leaves_of, within
from finmod.workspace.variance.told import Told
from finmod.workspace.variance.variance import Made
from tests.rootcause import leaves_of as leaves_told
from tests.tagged import EURO
from tests.variances import SEARCH, books_of, compared_of, small_once, used

UNIT = 10**12
LEAVES = leaves_told(
    ("product", "region"), [(("ads", "eu"), 1, 2), (("ads", "us"), 1, 2), (("shop", "eu"), 1, 2), ((None, "eu"), 1, 2)]
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Two products with a cluster that they share, told by name."""
    with compared_of(small_once(tmp_path_factory), called=True) as found:
        yield found


def test_each_leaf_is_what_charges_cost_by_every_word_and_dimension(made: Made) -> None:
    """What is in a pool is nobody's before it is shared, and has a leaf of its own."""
    leaves = leaves_of(made)
    assert [each.name for each in leaves.dimensions] == [*WORDS, *made.books.called, *made.books.tags]
    assert leaves.resource is not None
    assert leaves.resource.name == RESOURCE
    by = {each.name: [each.texts[code] for code in each.codes.tolist()] for each in leaves.dimensions}
    resources = [leaves.resource.texts[code] for code in leaves.resource.codes.tolist()]
    told = sorted(
        zip(resources, by["product"], by["category"], leaves.before.tolist(), leaves.after.tolist(), strict=True),
        key=str,
    )
    assert told == [
        ("i-1", "search", "Usage", 310 * UNIT, 600 * UNIT),
        ("i-2", "ads", "Usage", 62 * UNIT, 90 * UNIT),
        ("i-4", None, "Usage", 310 * UNIT, 600 * UNIT),
        ("i-5", "ads", "Usage", 40 * UNIT, 0),
        (None, None, "Tax", 0, 12 * UNIT),
    ]


def test_leaves_sum_to_what_was_compared(made: Made) -> None:
    leaves, cells = leaves_of(made), made.compared.cells
    assert leaves.before.sum() == cells.before.amount.sum()
    assert leaves.after.sum() == cells.after.amount.sum()


def test_a_combination_has_the_leaves_with_all_of_its_values() -> None:
    assert within(LEAVES, []).tolist() == [True] * 4
    assert within(LEAVES, [("product", "ads")]).tolist() == [True, True, False, False]
    assert within(LEAVES, [("product", "ads"), ("region", "eu")]).tolist() == [True, False, False, False]
    assert within(LEAVES, [("product", None)]).tolist() == [False, False, False, True]


@pytest.mark.parametrize("name", [[("product", "nosuch")], [("team", "ads")], [("region", "eu"), ("team", None)]])
def test_what_leaves_are_not_told_by_has_none(name: list[tuple[str, str | None]]) -> None:
    assert not within(LEAVES, name).any()


def test_what_has_no_rate_is_a_leaf_of_no_amount_so_that_its_names_are_known(tmp_path: Path) -> None:
    rows = [used(month, "i-1", SEARCH, "31", "1", **EURO) for month in (8, 9)]
    with compared_of(books_of(tmp_path / "books", *rows), called=True) as made:
        leaves = leaves_of(made)
    assert leaves.lacks is not None
    assert (leaves.before.tolist(), leaves.after.tolist(), leaves.lacks.tolist()) == ([0], [0], [True])
    assert within(leaves, [("product", "search")]).tolist() == [True]


def test_resources_that_share_a_name_are_told_by_their_ids_and_costs_that_lack_are_marked(tmp_path: Path) -> None:
    rows = [used(month, f"i-{at}", SEARCH, "31", "1", ResourceName=name) for month in (8, 9)
            for at, name in enumerate(("web", "web", "queue"))]  # fmt: skip
    rows.append(used(8, "i-7", SEARCH, "31", "1"))
    rows.append(used(9, "i-7", SEARCH, "31", "1", EffectiveCost=""))
    with compared_of(books_of(tmp_path / "books", *rows), called=True) as made:
        leaves = leaves_of(made)
    assert leaves.resource is not None
    assert sorted(map(str, leaves.resource.texts)) == ["i-0", "i-1", "i-7", "queue"]
    assert leaves.lacks is not None
    lacking = [leaves.resource.texts[code] for code in leaves.resource.codes[leaves.lacks].tolist()]
    assert lacking == ["i-7"]


def test_leaves_are_numbered_and_added_alike_whichever_charge_is_read_first(tmp_path: Path) -> None:
    """As doubles, .1 + .2 + .3 is another number than .2 + .3 + .1; cost before is one where a month is partial."""
    kinds = ("Standard", "Dynamic", "Committed")
    rows = [used(8, "i-1", SEARCH, "1", f"0.{at}", PricingCategory=kind) for at, kind in enumerate(kinds, 1)]
    rows += [used(month, f"i-{at}", SEARCH, "1", "1") for month in (8, 9) for at in range(2, 9)]
    with compared_of(books_of(tmp_path / "books", *rows, apply=False), called=True) as whole:
        before, after = whole.looked
        made = replace(whole, looked=(replace(before, told=Told(until={"saas": date(2026, 8, 30)})), after))
        found = []
        for order in permutations(kinds):
            made.books.engine.run(
                f"CREATE OR REPLACE TEMP TABLE {ROWS} AS FROM {ROWS} "
                f"ORDER BY list_position({[*order]}, PricingCategory), hash(ResourceId, '{order[0]}')"
            )
            leaves = leaves_of(made)
            assert leaves.resource is not None
            assert leaves.expected is not None
            found.append((leaves.resource.codes.tolist(), leaves.before.tolist(), leaves.expected.tolist()))
    assert len(found[0][2]) == 8
    assert found == [found[0]] * len(found)
