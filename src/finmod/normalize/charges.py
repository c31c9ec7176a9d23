"""The columns of a charge as the ledger holds it: FOCUS 1.4, then ours.

Owns their names, order and types. Money is DECIMAL(38,12); instants are UTC; absent is NULL.
"""

from __future__ import annotations

from typing import Final

from finmod.focus.columns import KEY_COLUMNS, DataType, ledger_columns

DECIMAL: Final = "DECIMAL(38,12)"
_TYPES: Final[dict[DataType, str]] = {
    "Decimal": DECIMAL,
    "Date/Time": "TIMESTAMP WITH TIME ZONE",
    "String": "VARCHAR",
    "JSON": "VARCHAR",
}

FOCUS_TYPES: Final = {column.id: _TYPES[column.data_type] for column in ledger_columns()}
"""FOCUS 1.4 column id -> DuckDB type."""

EARLIER_TYPES: Final = {"x_ProviderName": "VARCHAR", "x_PublisherName": "VARCHAR"}
"""Columns of FOCUS 1.0 to 1.3 that 1.4 dropped, kept as given: no later column means quite the same."""

KEY_TEXTS: Final = (*KEY_COLUMNS, *EARLIER_TYPES)
"""The texts that tell charge keys apart: a charge of another publisher is another kind of charge."""

PLACE_TYPES: Final = {
    "x_Source": "VARCHAR",
    "x_BillingPeriod": "DATE",
    "x_ChargeDate": "DATE",
    "x_ChargeKey": "BIGINT",
    "x_File": "VARCHAR",
    "x_Row": "BIGINT",
}
"""Where a charge belongs and where it came from."""

CHARGE_TYPES: Final = {**FOCUS_TYPES, **EARLIER_TYPES, **PLACE_TYPES}
"""Every column that each charge has; suppliers' own ``x_`` columns follow it as VARCHAR."""

COST_UNKNOWNS: Final = ("x_UnknownBilledCost", "x_UnknownEffectiveCost", "x_UnknownListCost", "x_UnknownContractedCost")
"""Per cost the number of charges in a sum whose cost is NULL: such a sum is too small by an unknown amount."""

REQUIRED: Final = ("BilledCost", "BillingCurrency", "BillingPeriodStart", "ChargePeriodStart")
"""Without these a row cannot be booked: what, in which currency, in which period, on which day."""
