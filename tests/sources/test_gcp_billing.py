"""Google's billing export is known by its columns, under every style of name."""

from __future__ import annotations

import pytest

from finmod.sources.gcp_billing import FORMAT, canonical, recognise

NEEDED = ["billing_account_id", "usage_start_time", "cost"]


@pytest.mark.parametrize("more", ["service.id", "service_description", "sku", "invoice.month", "credits", "cost_type"])
def test_an_export_is_recognised_by_three_columns_and_one_of_its_own(more: str) -> None:
    assert recognise([*NEEDED, more])
    assert recognise([name.upper() for name in (*NEEDED, more)])


@pytest.mark.parametrize("names", [NEEDED, [*NEEDED[1:], "sku.id"], ["cost", "service.id"], []])
def test_other_columns_are_not_taken_for_an_export(names: list[str]) -> None:
    assert not recognise(names)


def test_dots_and_underscores_mean_the_same() -> None:
    assert canonical("usage.amount_in_pricing_units") == canonical("Usage_Amount_In_Pricing_Units ")


def test_each_list_is_a_column_that_may_hold_python_text() -> None:
    assert FORMAT.literals >= {"credits", *FORMAT.lists}
    assert FORMAT.reads_json
