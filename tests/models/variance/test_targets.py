"""Effects by target: parts sum to the whole effect by effect, and to each target's change."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from finmod.models.variance.cells import Ints
from finmod.models.variance.effects import EFFECTS, PLACE
from finmod.models.variance.targets import Held, owned, parts_of, shared

SHARES, RULES, VOLUME = PLACE["allocation_shares"], PLACE["allocation_rules"], PLACE["volume"]


def held(*rows: tuple[int, int, int, int]) -> Held:
    """Return rows of (amount, target, before, after)."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Held(*columns)


def effects(*volumes: int) -> Ints:
    """Return effects of amounts that changed by volume alone."""
    found = np.zeros((len(volumes), len(EFFECTS)), dtype=np.int64)
    found[:, VOLUME] = volumes
    return found


def test_the_owner_of_a_cell_has_all_of_its_effects() -> None:
    assert owned(held((0, 5, 100, 130)), effects(30))[0, VOLUME] == 30


def test_a_cell_that_changes_its_name_moves_what_it_cost_on_average() -> None:
    """A resource of 100 is called ads; one of 120 then is called search: 110 of it moved, and 10 each is its volume."""
    found = owned(held((0, 0, 100, 0), (0, 1, 0, 120)), effects(20))
    assert found[:, VOLUME].tolist() == [10, 10]
    assert found[:, SHARES].tolist() == [-110, 110]


def pool(before: tuple[int, int], after: tuple[int, int], volume: int, *, ties: bool = True) -> list[dict[int, int]]:
    given_rows = held((0, 0, before[0], after[0]), (0, 1, before[1], after[1]))
    whole = (np.array([sum(before)]), np.array([sum(after)]))
    found = shared(given_rows, effects(volume), whole, np.array([ties]))
    return [{at: int(units) for at, units in enumerate(row) if units} for row in found]


def test_a_pool_that_grows_at_the_same_shares_has_no_effect_of_shares() -> None:
    """A pool of 1,000, shared 3 to 1, becomes 1,400."""
    assert pool((750, 250), (1050, 350), 400) == [{VOLUME: 300}, {VOLUME: 100}]


def test_shares_that_move_are_an_effect_of_their_own_that_sums_to_nothing() -> None:
    """A pool of 1,000 stays, and its shares move from 3 to 1 to 1 to 1."""
    assert pool((750, 250), (500, 500), 0) == [{SHARES: -250}, {SHARES: 250}]


def test_growth_and_moving_shares_are_told_apart_symmetrically() -> None:
    first, second = pool((750, 250), (700, 700), 400)
    assert first == {VOLUME: 250, SHARES: -300}
    assert second == {VOLUME: 150, SHARES: 300}


def test_what_the_books_say_beside_todays_rules_is_an_effect_of_rules() -> None:
    """Charges say that the pool had 1,000 in both months; the books of the first shared 900 out of it."""
    rows = held((0, 0, 600, 750), (0, 1, 300, 250))
    found = shared(rows, effects(0), (np.array([1000]), np.array([1000])), np.array([False]))
    assert found[:, RULES].sum() == 100
    assert found.sum(axis=1).tolist() == [150, -50]


units = st.integers(-(10**15), 10**15)
rows = st.lists(st.tuples(st.integers(0, 3), units, units), min_size=1, max_size=12).map(
    lambda each: sorted((of, at, before, after) for at, (of, before, after) in enumerate(each))
)


@given(rows, st.lists(st.integers(-(10**14), 10**14), min_size=4, max_size=4))
def test_parts_sum_to_the_effects_of_the_amount_and_to_the_change_of_each_target(
    given_rows: list[tuple[int, int, int, int]], volumes: list[int]
) -> None:
    numbers = sorted({of for of, *_ in given_rows})
    given_held = held(*((numbers.index(of), by, before, after) for of, by, before, after in given_rows))
    count = len(numbers)
    sums = [np.array([sum(row[at] for row in given_rows if row[0] == of) for of in numbers]) for at in (2, 3)]
    whole = effects(*volumes[:count])
    whole[:, PLACE["mix"]] = sums[1] - sums[0] - whole[:, VOLUME]
    found = shared(given_held, whole, (sums[0], sums[1]), np.ones(count, dtype=np.bool_))
    assert np.array_equal(found.sum(axis=1), given_held.after - given_held.before)
    for at in range(count):
        assert np.array_equal(found[given_held.of == at].sum(axis=0), whole[at])
    assert not found[:, RULES].any()


@given(rows)
def test_cells_give_their_owners_all_that_they_have(given_rows: list[tuple[int, int, int, int]]) -> None:
    numbers = sorted({of for of, *_ in given_rows})
    given_held = held(*((numbers.index(of), by, before, after) for of, by, before, after in given_rows))
    change = np.array([sum(row[3] - row[2] for row in given_rows if row[0] == of) for of in numbers])
    found = owned(given_held, effects(*change.tolist()))
    assert np.array_equal(found.sum(axis=1), given_held.after - given_held.before)
    assert found[:, VOLUME].sum() == change.sum()
    assert found[:, SHARES].sum() == 0


def test_parts_of_an_amount_sum_to_it_whatever_the_weights() -> None:
    of, weights = np.array([0, 0, 0, 1, 1]), np.array([1, 1, 1, 0, 0])
    assert parts_of(of, weights, np.array([100, 7])).tolist() == [33, 34, 33, 4, 3]
