"""Which cells are compared factor by factor, and which effect has all of the others."""

from __future__ import annotations

import numpy as np
import pytest

from finmod.models.variance.cells import NEGOTIATED, PRICED
from finmod.models.variance.effects import EFFECTS, PLACE
from finmod.models.variance.matching import group_sums, kinds
from tests.variance_cells import GONE, Cell, Month, cells_of

NAN = float("nan")
HERE = Month(10, 1.0)
STAYS = Cell(HERE, HERE, resource=0)


def named(*rows: Cell) -> list[str]:
    """Return the effect that has all of each cell, or that it is compared."""
    found = kinds(cells_of(*rows)).tolist()
    return ["compared" if kind == PRICED else EFFECTS[kind].name if kind >= 0 else str(kind) for kind in found]


def test_what_is_there_in_both_months_is_compared() -> None:
    assert named(STAYS) == ["compared"]


def test_what_begins_or_ends_is_new_or_ended_by_whether_its_service_is_there_in_the_other_month() -> None:
    """That the service is there in the same month alone says nothing."""
    assert named(STAYS, Cell(GONE, HERE, resource=1)) == ["compared", "new_resources"]
    assert named(STAYS, Cell(HERE, GONE, resource=1)) == ["compared", "ended_resources"]
    assert named(STAYS, Cell(GONE, HERE, resource=1, service=1, group=1)) == ["compared", "new_services"]
    assert named(STAYS, Cell(HERE, GONE, resource=1, service=1, group=1)) == ["compared", "ended_services"]
    two = [Cell(GONE, HERE, resource=at, service=1, group=1) for at in (1, 2)]
    assert named(STAYS, *two) == ["compared", "new_services", "new_services"]


def test_what_moved_is_compared_where_its_resource_was_there_in_the_other_month() -> None:
    assert named(Cell(HERE, GONE, resource=7), Cell(GONE, HERE, resource=7)) == ["compared", "compared"]
    assert named(Cell(HERE, GONE, resource=7), Cell(GONE, HERE, resource=8)) == ["ended_resources", "new_resources"]


def test_what_has_no_resource_is_nobody_elses() -> None:
    """Use without a resource is no sign that a resource was there, and needs none to have moved."""
    assert named(Cell(HERE, HERE), Cell(GONE, HERE, resource=3)) == ["compared", "new_resources"]
    assert named(Cell(HERE, GONE), Cell(GONE, HERE)) == ["compared", "compared"]


def test_a_group_that_is_there_in_one_month_alone_is_new_or_ended_whatever_its_resource() -> None:
    assert named(STAYS, Cell(GONE, HERE, resource=0, group=1)) == ["compared", "new_resources"]
    assert named(STAYS, Cell(HERE, GONE, resource=0, group=1)) == ["compared", "ended_resources"]
    assert named(STAYS, Cell(GONE, HERE, resource=-1, service=1, group=1)) == ["compared", "new_services"]
    assert named(STAYS, Cell(HERE, GONE, resource=-1, service=1, group=1)) == ["compared", "ended_services"]


@pytest.mark.parametrize("month", [Month(NAN, cost=5), Month(0, cost=5), Month(NAN, cost=-5)])
def test_cost_without_a_quantity_in_either_month_is_not_told_apart(month: Month) -> None:
    assert named(Cell(month, HERE)) == ["other"]
    assert named(Cell(HERE, month)) == ["other"]
    assert named(Cell(month, month)) == ["other"]


def test_a_quantity_that_is_unknown_of_what_cost_nothing_is_none() -> None:
    assert named(STAYS, Cell(Month(NAN, cost=0), HERE, resource=1)) == ["compared", "new_resources"]


def test_what_has_neither_quantity_nor_cost_is_not_told_apart() -> None:
    assert named(Cell()) == ["other"]


@pytest.mark.parametrize(("times", "kind"), [(49.9, "compared"), (50.1, "unit_change")])
def test_a_price_is_wild_above_fifty_times(times: float, kind: str) -> None:
    """Dearer or cheaper alike, while quantity moved the other way by as much."""
    assert named(Cell(Month(1000, 1.0), Month(1000 / times, times))) == [kind]
    assert named(Cell(Month(1000, 1.0), Month(1000 * times, 1 / times))) == [kind]


@pytest.mark.parametrize(("costs", "kind"), [(1.99, "unit_change"), (2.01, "compared")])
def test_a_wild_price_is_one_of_a_unit_where_cost_stays_within_twice_what_it_was(costs: float, kind: str) -> None:
    assert named(Cell(Month(1000, 1.0), Month(1, 1000.0 * costs))) == [kind]
    assert named(Cell(Month(1, 1000.0 * costs), Month(1000, 1.0))) == [kind]


def test_charges_beside_use_keep_their_kind() -> None:
    cells = cells_of(Cell(Month(cost=5), GONE, kind=PLACE["tax"]), Cell(GONE, Month(cost=-5), kind=NEGOTIATED))
    assert kinds(cells).tolist() == [PLACE["tax"], NEGOTIATED]


def test_sums_of_a_group_are_those_of_the_chosen_cells_that_are_known() -> None:
    cells = cells_of(Cell(group=0), Cell(group=1), Cell(group=0), Cell(group=0), Cell(group=-1))
    values = np.array([1.0, 20.0, 300.0, NAN, 5000.0])
    every, chosen = np.ones(5, dtype=np.bool_), np.array([True, True, False, True, True])
    assert group_sums(cells, values, every).tolist() == [301, 20, 301, 301, 0]
    assert group_sums(cells, values, chosen).tolist() == [1, 20, 1, 1, 0]
