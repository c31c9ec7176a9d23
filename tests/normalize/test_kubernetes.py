"""The declared mappings of usage reports: complete, and of known columns only."""

from __future__ import annotations

import pytest

from finmod.normalize.kubernetes import MAPPINGS, mapping
from finmod.normalize.kubernetes_columns import COLUMNS, KEY, STORED_NAMES, USAGE_TYPES
from finmod.normalize.usage import Quantity
from finmod.sources.kubernetes import REPORTS


def test_every_report_has_a_mapping() -> None:
    assert set(MAPPINGS) == set(REPORTS)
    assert all(mapping([*columns]) is MAPPINGS[name] for name, columns in REPORTS.items())


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_mapping_fills_known_columns_and_says_kind_and_interval(name: str) -> None:
    targets = [column.target for column in MAPPINGS[name].columns]

    assert len(set(targets)) == len(targets)
    assert {"x_Kind", "IntervalStart", "IntervalEnd"} <= set(targets) <= set(USAGE_TYPES)


@pytest.mark.parametrize("name", MAPPINGS)
def test_quantities_are_declared_as_such(name: str) -> None:
    quantities = {column.target for column in MAPPINGS[name].columns if isinstance(column, Quantity)}

    assert quantities == {column.target for column in MAPPINGS[name].columns} & set(STORED_NAMES)


def test_the_public_names_are_the_ledgers_but_for_units() -> None:
    assert set(KEY) <= {column.name for column in COLUMNS}
    assert len(USAGE_TYPES) == len(COLUMNS)
