"""The columns of a charge."""

from __future__ import annotations

from finmod.focus.columns import COSTS, KEY_COLUMNS
from finmod.normalize.charges import CHARGE_TYPES, COST_UNKNOWNS, DECIMAL, FOCUS_TYPES, KEY_TEXTS, REQUIRED


def test_a_charge_has_the_65_columns_of_focus_1_4_and_ours() -> None:
    assert len(FOCUS_TYPES) == 65
    assert {name for name in CHARGE_TYPES if name not in FOCUS_TYPES} == {
        "x_ProviderName", "x_PublisherName", "x_Source", "x_BillingPeriod", "x_ChargeDate", "x_ChargeKey", "x_File",
        "x_Row",
    }  # fmt: skip


def test_money_is_exact_and_instants_have_a_zone() -> None:
    assert {FOCUS_TYPES[cost] for cost in COSTS} == {DECIMAL}
    assert {kind for name, kind in FOCUS_TYPES.items() if name.endswith(("Start", "End"))} == {
        "TIMESTAMP WITH TIME ZONE"
    }


def test_every_cost_has_a_count_of_its_unknowns() -> None:
    assert [f"x_Unknown{cost}" for cost in COSTS] == list(COST_UNKNOWNS)


def test_publisher_and_provider_tell_keys_apart() -> None:
    assert set(KEY_TEXTS) - set(KEY_COLUMNS) == {"x_ProviderName", "x_PublisherName"}
    assert set(REQUIRED) < set(CHARGE_TYPES)
