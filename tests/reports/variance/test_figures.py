"""Figures as text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.models.variance.page import Figure, Kind
from finmod.reports.variance.figures import name_of, places_of, shown
from tests.variance_pages import change


@pytest.mark.parametrize(
    ("value", "kind", "told"),
    [
        ("1234.5", "amount", "1,234.50"), ("-1234.5", "signed", "\N{MINUS SIGN}1,234.50"), ("0.001", "signed", "0.00"),
        ("-0.0001", "signed percent", "0.0\xa0%"), ("0.0949", "signed percent", "+9.5\xa0%"),
        ("0.5", "percent", "50.0\xa0%"),
        ("10", "signed percent", "+1,000.0\xa0%"), ("52919184.3", "signed percent", ">\xa01,000\xa0%"),
        ("-10.001", "signed percent", "<\xa0\N{MINUS SIGN}1,000\xa0%"),
        ("-0.005", "points", "\N{MINUS SIGN}0.5\xa0points"), ("1200", "count", "1,200"), ("0.5", "unit", "0.50"),
        ("1.000000000001", "exact", "1.000000000001"),
    ],
)  # fmt: skip
def test_a_figure_is_written_as_its_kind(value: str, kind: Kind, told: str) -> None:
    assert shown(Figure(Decimal(value), kind), 2) == told
    assert shown(Figure(None, kind), 2) == "no value"


def test_large_amounts_have_no_cents() -> None:
    assert places_of(change(9999, 100)) == 2
    assert places_of(change(100, -10_000)) == 0


def test_a_long_name_is_cut() -> None:
    assert name_of("x" * 200, "") == "x" * 79 + "…"
