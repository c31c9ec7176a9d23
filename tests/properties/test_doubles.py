"""Doubles are rounded once, from the shortest text that gives them, half away from zero."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finmod.engines.duckdb import Engine
from finmod.normalize.values import Values
from finmod.sources.files import SourceFile
from finmod.sources.stage import Staged, StagedColumn

PLACES = Decimal("1e-12")
QUICK = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])

near_ties = st.builds(
    lambda units, bend: float(Decimal(units * 2 + 1) / 2 * PLACES) + bend,
    st.integers(-(10**15), 10**15),
    st.sampled_from([0.0, 1e-16, -1e-16, 2.3e-13, -2.3e-13]),
)
printed = st.decimals(-(10**12), 10**12, places=12).map(float)
doubles = st.one_of(
    st.floats(-1e15, 1e15, exclude_min=True, exclude_max=True),
    st.floats(-2100, 2100),
    st.floats(-1e-9, 1e-9),
    near_ties,
    printed,
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as made:
        yield made


def read(engine: Engine, kind: str, values: list[object]) -> list[Decimal]:
    column = StagedColumn("a", "a", kind)
    cells = Values(Staged(SourceFile(Path(), "", "", 0), Path(), (column,), 0), str, "iso")
    frame = np.array(values, dtype=np.float64 if kind == "DOUBLE" else object)
    engine.register("frame", {"i": np.arange(len(values)), "a": frame})
    return [row[0] for row in engine.rows(f"SELECT {cells.decimal('a')} FROM frame ORDER BY i")]


@QUICK
@given(values=st.lists(doubles, min_size=1, max_size=40))
def test_a_double_is_its_shortest_text_rounded_half_up_to_12_places(engine: Engine, values: list[float]) -> None:
    expected = [Decimal(repr(value)).quantize(PLACES, ROUND_HALF_UP) for value in values]
    assert read(engine, "DOUBLE", [*values]) == expected


@QUICK
@given(values=st.lists(st.decimals(-(10**13), 10**13, places=22), min_size=1, max_size=40))
def test_a_text_is_rounded_half_up_to_12_places(engine: Engine, values: list[Decimal]) -> None:
    expected = [value.quantize(PLACES, ROUND_HALF_UP) for value in values]
    assert read(engine, "VARCHAR", [f"{value:f}" for value in values]) == expected


@QUICK
@given(values=st.lists(doubles, min_size=1, max_size=40))
def test_a_text_with_an_exponent_is_the_same_number(engine: Engine, values: list[float]) -> None:
    expected = [Decimal(repr(value)).quantize(PLACES, ROUND_HALF_UP) for value in values]
    assert read(engine, "VARCHAR", [repr(value) for value in values]) == expected
