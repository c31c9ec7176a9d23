"""Pages of time buckets, whoever wrote them."""

from __future__ import annotations

from finmod.sources.answers import picked


def test_fields_of_inner_objects_are_picked_and_absent_ones_are_none() -> None:
    assert picked({"amount": {"value": "1"}, "a": "b"}, ("amount.value", "amount.currency", "a", "c", "a.x")) == {
        "amount_value": "1",
        "amount_currency": None,
        "a": "b",
        "c": None,
        "a_x": None,
    }
