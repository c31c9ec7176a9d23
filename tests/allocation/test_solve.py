"""Reciprocal allocation beside exact fractions: the same system solved in rational arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from finmod.allocation.solve import NoExit, solved
from finmod.allocation.vectors import vector
from tests.examples import examples

Feeds = Mapping[int, Mapping[int, int]]


def exact(feeds: Feeds) -> dict[int, dict[int, Fraction]]:
    """Return where the cost of each pool ends, by elimination of one pool after another."""
    rows = {
        node: {place: Fraction(weight, sum(each.values())) for place, weight in each.items()}
        for node, each in feeds.items()
    }
    for node in feeds:
        own = rows[node].pop(node, Fraction(0))
        rows[node] = {place: part / (1 - own) for place, part in rows[node].items()}
        for other in feeds:
            part = rows[other].pop(node, Fraction(0)) if other != node else Fraction(0)
            for place, more in rows[node].items() if part else ():
                rows[other][place] = rows[other].get(place, Fraction(0)) + part * more
    return rows


def ways(feeds: Feeds) -> dict[int, dict[int, float]]:
    found = solved({node: made for node, each in feeds.items() if (made := vector(dict(each)))})
    return {node: dict(zip(way.places.tolist(), way.parts.tolist(), strict=True)) for node, way in found.items()}


def test_two_pools_that_feed_each_other_are_solved_at_once() -> None:
    # Textbook: maintenance gives power 20 %, power gives maintenance 10 %; the rest goes to two products.
    feeds = {-1: {-2: 20, 1: 40, 2: 40}, -2: {-1: 10, 1: 60, 2: 30}}
    assert ways(feeds)[-1][1] == pytest.approx(float(Fraction(26, 49)), abs=1e-15)
    assert exact(feeds)[-1][1] == Fraction(26, 49)


def test_a_pool_that_uses_itself_gives_its_part_to_the_others() -> None:
    assert ways({-1: {-1: 1, 1: 1, 2: 2}}) == {-1: {1: pytest.approx(1 / 3), 2: pytest.approx(2 / 3)}}


def test_a_loop_without_an_exit_is_named_in_its_order() -> None:
    with pytest.raises(NoExit) as error:
        solved({node: made for node, each in {-1: {-2: 1}, -2: {-3: 1}, -3: {-2: 1}}.items() if (made := vector(each))})
    assert set(error.value.nodes) == {-2, -3}


def test_a_pool_that_feeds_itself_alone_has_no_exit() -> None:
    with pytest.raises(NoExit) as error:
        ways({-1: {-1: 1}})
    assert error.value.nodes == (-1,)


def test_many_pools_take_the_sparse_way_and_end_as_few_do() -> None:
    ring = {-node: {-(node % 500 + 1): 1, node % 7 + 1: 1} for node in range(1, 501)}
    found = ways(ring)
    assert all(sum(each.values()) == pytest.approx(1) for each in found.values())
    assert found[-1][2] == pytest.approx(found[-8][2], abs=1e-2)
    assert max(found[-1], key=found[-1].__getitem__) == 2


nodes = st.integers(1, 6)


@st.composite
def networks(draw: st.DrawFn) -> Feeds:
    count = draw(nodes)
    places = [*range(-count, 0), 1, 2, 3]
    row = st.dictionaries(st.sampled_from(places), st.integers(1, 50), min_size=1, max_size=len(places))
    return {-node: draw(row) for node in range(1, count + 1)}


@given(feeds=networks())
@settings(max_examples=examples(60), deadline=None)
def test_any_network_ends_as_exact_fractions_say(feeds: Feeds) -> None:
    try:
        found = ways(feeds)
    except NoExit:
        assume(condition=False)
    for node, parts in exact(feeds).items():
        assert found[node] == {place: pytest.approx(float(part), abs=1e-12) for place, part in parts.items()}
