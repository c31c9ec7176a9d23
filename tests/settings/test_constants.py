"""Values given to columns that a bill lacks are what the standard's columns take."""

from __future__ import annotations

import pytest

from finmod.errors import UserError
from finmod.settings.constants import column_ids
from finmod.settings.source import source_settings


@pytest.mark.parametrize(
    ("column", "constant", "expected"),
    [
        ("ListUnitPrice", "x", "a number such as 0 or -12.5, with 12 decimals at most"),
        ("ListUnitPrice", "1e3", "a number such as 0 or -12.5, with 12 decimals at most"),
        ("ListUnitPrice", "0.1234567890123", "a number such as 0 or -12.5, with 12 decimals at most"),
        ("BilledCost", "0", "a column that is no cost"),
        ("ListCost", "0", "a column that is no cost"),
        ("BillingPeriodStart", "hello", "a date or an instant in UTC, such as 2026-09-01 or 2026-09-01T00:00:00Z"),
        ("BillingPeriodStart", "2026-02-30", "a date or an instant in UTC, such as 2026-09-01 or 2026-09-01T00:00:00Z"),
        ("ChargePeriodEnd", "2026-09-01T00:00:00+02:00", "a date or an instant in UTC, such as 2026-09-01 or "),
        ("BillingCurrency", "EURO", "a currency code of ISO 4217, such as USD"),
        ("ChargeCategory", "usage", "a value that FOCUS allows in ChargeCategory, such as Usage"),
        ("ServiceName", "", "text"),
    ],
)
def test_value_that_a_column_does_not_take_is_refused(column: str, constant: str, expected: str) -> None:
    with pytest.raises(UserError) as caught:
        source_settings("focus", ["a.csv"], constants={column: constant})
    (problem,) = caught.value.problems
    assert problem.found.startswith(f"--set {column} is ")
    assert problem.expected is not None
    assert problem.expected.startswith(expected)


@pytest.mark.parametrize(
    ("column", "constant"),
    [
        ("ListUnitPrice", "0"),
        ("ListUnitPrice", "-12.123456789012"),
        ("BillingPeriodStart", "2026-09-01"),
        ("BillingPeriodStart", "2026-09-01T00:00:00Z"),
        ("ProviderName", "Acme"),
        ("x_Team", "1e3"),
    ],
)
def test_value_that_a_column_takes_is_kept(column: str, constant: str) -> None:
    assert source_settings("focus", ["a.csv"], constants={column: constant}).constants == {column: constant}


def test_columns_of_earlier_versions_can_be_filled() -> None:
    assert {"ProviderName", "PublisherName", "ServiceProviderName"} <= set(column_ids())
