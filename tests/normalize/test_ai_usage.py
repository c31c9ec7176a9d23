"""The declared mappings of answers of usage: complete, and of known columns only."""

from __future__ import annotations

from itertools import pairwise

import pytest

from finmod.normalize.ai_usage import MAPPINGS, mapping
from finmod.normalize.ai_usage_columns import AI, AI_TYPES, COLUMNS, KINDS, QUANTITIES, WITH_MODELS
from finmod.normalize.mapping import names_in
from finmod.normalize.usage import Quantity
from finmod.sources.ai_usage import COLUMNS as STAGED

_PLACE = {"x_Source", "x_BillingPeriod", "x_UsageDate", "x_File", "x_Row"}


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_mapping_fills_known_columns_from_fields_that_are_read(name: str) -> None:
    targets = [column.target for column in MAPPINGS[name].columns]

    assert len(set(targets)) == len(targets)
    assert set(targets) <= set(AI_TYPES)
    read = {field for column in MAPPINGS[name].columns for field in names_in(column.sql)}
    assert read <= set(STAGED[name])
    assert set(STAGED[name]) - read == {"bucket_number", "page_number", "has_more"}


@pytest.mark.parametrize("name", MAPPINGS)
def test_counts_are_declared_as_quantities(name: str) -> None:
    quantities = {column.target for column in MAPPINGS[name].columns if isinstance(column, Quantity)}

    assert quantities == {column.target for column in MAPPINGS[name].columns} & set(AI.quantities)


def test_every_column_is_filled_by_a_supplier() -> None:
    filled = {column.target for each in MAPPINGS.values() for column in each.columns}

    assert {column.name for column in COLUMNS} - filled == _PLACE


def test_the_supplier_is_told_by_the_columns() -> None:
    assert [mapping(STAGED[name]) is MAPPINGS[name] for name in MAPPINGS] == [True, True]


def test_counts_are_whole_and_have_units() -> None:
    assert {column.kind for column in QUANTITIES} == {"BIGINT"}
    assert all(column.unit for column in QUANTITIES)
    assert set(WITH_MODELS) <= set(KINDS)
    assert all(first != second for first, second in pairwise(sorted(AI.key)))
