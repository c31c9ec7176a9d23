"""FOCUS of any version as FOCUS 1.4."""

from __future__ import annotations

import pytest

from finmod.focus.columns import VERSIONS, Version, columns
from finmod.normalize.charges import EARLIER_TYPES, FOCUS_TYPES
from finmod.normalize.focus import mapping, mapping_of


@pytest.mark.parametrize("version", VERSIONS)
def test_every_column_of_a_charge_is_mapped_once(version: Version) -> None:
    targets = [column.target for column in mapping_of(version).columns]
    assert sorted(targets) == sorted([*FOCUS_TYPES, *EARLIER_TYPES])


@pytest.mark.parametrize("version", VERSIONS)
def test_every_column_of_a_version_is_read(version: Version) -> None:
    assert {column.id for column in columns(version=version)} <= mapping_of(version).source_columns()


def test_the_mapping_goes_by_the_columns_of_the_file() -> None:
    assert mapping(["BilledCost", "ProviderName", "InvoiceId"]).title == "FOCUS 1.2"
    assert mapping([]).title == "FOCUS 1.4"


def test_what_is_derived_says_why_and_from_where() -> None:
    same = {f"{sigil}{column.id}" for column in columns() for sigil in "#@$"}
    derived = [column for column in mapping_of("1.0").columns if column.sql not in same]
    assert derived
    assert all(column.choice and column.source for column in derived)
