"""What a claim explains, in money and in evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from finmod.models.rootcause.cells import Cells, cells_of
from finmod.models.rootcause.claims import Bar, Claims, Prospect, claims, middle, prospect
from tests.rootcause import Row, grid, leaves_of

NAMES = ["ServiceName", "RegionId"]
REGION, SERVICE = 0, 1
ANY = Bar(1.0, -1e9, np.inf)


def _seen(rows: Sequence[Row]) -> tuple[Cells, Prospect]:
    cells = cells_of(leaves_of(NAMES, rows))
    return cells, prospect(cells.after, cells.before)


def _claims(rows: Sequence[Row], *dimensions: int, bar: Bar = ANY) -> tuple[Cells, Claims]:
    cells, now = _seen(rows)
    return cells, claims(cells, now, dimensions, np.arange(cells.count), bar)


def test_a_claim_of_all_that_moved_explains_all_of_it() -> None:
    cells, told = _claims(grid(("S3", "*", 3.0)), SERVICE)

    assert [cells.texts[SERVICE][cells.codes[SERVICE][at]] for at in told.first] == ["S3"]
    assert told.gain.tolist() == pytest.approx([600.0])
    assert told.factor.tolist() == pytest.approx([3.0])


def test_a_name_that_is_too_wide_explains_less() -> None:
    rows = grid(("S3", "us", 5.0))
    _, wide = _claims(rows, SERVICE)
    _, exact = _claims(rows, REGION, SERVICE)

    assert exact.gain.tolist() == pytest.approx([400.0])
    assert not len(wide.gain) or wide.gain.max() < 100


def test_one_cell_that_does_something_else_does_not_move_the_factor() -> None:
    rows = [((f"s{at}", "eu"), 100, 200) for at in range(9)] + [(("s9", "eu"), 100, 0), (("s10", "us"), 100, 100)]

    cells, told = _claims(rows, REGION)

    assert [cells.texts[REGION][cells.codes[REGION][at]] for at in told.first] == ["eu"]
    assert told.factor.tolist() == pytest.approx([2.0], rel=0.02)


def test_what_was_not_there_before_is_new_and_has_no_factor() -> None:
    rows = [*grid(), (("Lambda", "eu"), 0, 70), (("Lambda", "us"), 0, 80)]

    cells, told = _claims(rows, SERVICE)

    assert [cells.texts[SERVICE][cells.codes[SERVICE][at]] for at in told.first] == ["Lambda"]
    assert np.isinf(told.factor).all()
    assert told.gain.tolist() == pytest.approx([150.0])


def test_what_was_there_contradicts_a_claim_to_be_new() -> None:
    rows = [*grid(), (("Lambda", "eu"), 0, 250)]

    _, told = _claims(rows, REGION)

    assert not len(told.gain)


def test_what_falls_short_of_the_bar_is_not_told() -> None:
    rows = grid(("S3", "*", 3.0))

    assert not len(_claims(rows, SERVICE, bar=Bar(1001.0, 0.0, np.inf))[1].first)
    assert not len(_claims(rows, SERVICE, bar=Bar(1.0, 1e9, np.inf))[1].first)
    assert len(_claims(rows, SERVICE, bar=Bar(1.0, 1e9, np.inf))[1].open_rows) == 3
    assert len(_claims(rows, SERVICE, bar=Bar(1.0, 1e9, 1.0))[1].first)


def test_what_is_claimed_is_expected_from_then_on() -> None:
    cells, now = _seen([*grid(("S3", "*", 3.0)), (("Lambda", "eu"), 0, 70)])
    s3, born = cells.codes[SERVICE] == cells.texts[SERVICE].index("S3"), cells.before == 0

    later = now.with_claim(s3, 3.0).with_claim(born, float("inf"))

    assert later.off.tolist() == [0.0] * cells.count
    assert now.off.sum() == 670


def test_the_spread_is_that_of_most_cells() -> None:
    rows: list[Row] = [((f"s{at}", "eu"), 1000, 1000 + 50 * (-1) ** at) for at in range(20)]

    _, now = _seen([*rows, (("s20", "eu"), 1000, 9000)])

    assert now.spread == pytest.approx(0.074, rel=0.05)


def test_a_weighted_median_is_reached_by_half_of_the_weight() -> None:
    assert middle(np.array([1.0, 2.0, 9.0]), np.array([1.0, 1.0, 3.0])) == 9.0
    assert middle(np.array([5.0]), np.array([0.5])) == 5.0
