"""What cells are: as many as they have kinds, of kinds that are no place of an effect."""

from __future__ import annotations

import numpy as np
import pytest

from finmod.models.variance.cells import COVERING, NEGOTIATED, OTHER, PRICED
from finmod.models.variance.effects import EFFECTS, PLACE
from tests.variance_cells import Cell, Month, cells_of


@pytest.mark.parametrize("count", [0, 1, 3])
def test_there_are_as_many_cells_as_kinds(count: int) -> None:
    cells = cells_of(*[Cell(Month(1, 2.0), Month(1, 2.0))] * count)
    assert cells.count == len(cells.kind) == len(cells.before.amount) == len(cells.after.amount) == count


def test_kinds_that_are_compared_are_no_place_of_an_effect() -> None:
    """A kind is used as a column of effects, where a negative number would be one counted from the end."""
    compared = {PRICED, NEGOTIATED, COVERING}
    assert len(compared) == 3
    assert not compared & {*PLACE.values()}
    assert not any(np.array([*compared]) >= 0)


def test_what_is_not_told_apart_is_an_effect_too() -> None:
    assert EFFECTS[OTHER].name == "other"
