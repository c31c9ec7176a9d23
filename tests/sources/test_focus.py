"""FOCUS files are known by columns that every version has and no supplier's own format."""

from __future__ import annotations

import pytest

from finmod.sources.focus import canonical, recognise


@pytest.mark.parametrize(
    ("columns", "is_focus"),
    [
        (["BilledCost", "ChargePeriodStart", "ChargeCategory"], True),
        (["billedcost", "CHARGEPERIODSTART", "chargecategory", "x_a"], True),
        (["BilledCost", "ChargePeriodStart"], False),
        (["line_item_unblended_cost"], False),
        ([], False),
    ],
)
def test_focus_is_recognised_whatever_the_case(columns: list[str], *, is_focus: bool) -> None:
    assert recognise(columns) is is_focus


def test_other_columns_keep_their_names() -> None:
    assert [canonical(name) for name in ("SERVICENAME", "x_Team", "Größe")] == ["ServiceName", "x_Team", "Größe"]
