"""Rows of the list for programs: their columns and types, whatever rows there are."""

from __future__ import annotations

from pathlib import Path

from finmod.workspace.savings.rows import columns_of, rows_of, types_of
from finmod.workspace.savings.savings import Wanted
from tests.bills_by_day import charged, found, used

TAXONOMY = "dimensions: {owner: {from: [{tag: owner}]}, cost: {from: [{tag: cost}]}, x-cost: {from: [{tag: c}]}}\n"


def test_a_dimension_called_as_a_column_has_its_name_in_sql(tmp_path: Path) -> None:
    report = found(charged(tmp_path, used("PublicIPv4:IdleAddress", "eip-1", "1"), taxonomy=TAXONOMY))

    columns = columns_of(report)
    (row,) = rows_of(report)
    assert len({*columns}) == len(columns) == len(row)
    assert {"x_Owner", "x_Cost", "x-cost", "owner", "cost"} <= {*columns}
    assert {*types_of(report)} == {*columns}


def test_sums_have_types_without_any_row(tmp_path: Path) -> None:
    report = found(
        charged(tmp_path, used("BoxUsage:m7i.large", "i-1", "1", PricingCategory="Dynamic")), Wanted(by="owner")
    )

    assert [*rows_of(report)] == []
    assert types_of(report)["cash"] == "DECIMAL(38,12)"
    assert types_of(report)["candidates"] == "BIGINT"
