"""The public table of savings."""

from __future__ import annotations

from finmod.marts.savings import SAVINGS_COLUMNS, savings_columns


def test_columns_of_dimensions_follow_the_service_and_meet_no_other() -> None:
    columns = [*savings_columns(["team", "owner", "rule"])]

    at = columns.index("ServiceName")
    assert columns[at + 1 : at + 4] == ["x_Team", "x_DimensionOwner", "x_DimensionRule"]
    assert [name for name in columns if name in SAVINGS_COLUMNS] == [*SAVINGS_COLUMNS]
