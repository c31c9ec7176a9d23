"""One conforming charge, and the SQL of a relation of charges made from it, for the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finmod.engines.duckdb import literal
from finmod.focus.columns import KEY_COLUMNS, ledger_columns

_TYPES = {"Decimal": "DECIMAL(38,12)", "Date/Time": "TIMESTAMP", "String": "VARCHAR", "JSON": "VARCHAR"}

Row = Mapping[str, str | None]

CHARGE: dict[str, str] = {
    "BilledCost": "1",
    "BillingAccountId": "111122223333",
    "BillingAccountName": "Northwind",
    "BillingAccountType": "Account",
    "BillingCurrency": "USD",
    "BillingPeriodEnd": "2026-10-01",
    "BillingPeriodStart": "2026-09-01",
    "ChargeCategory": "Usage",
    "ChargeDescription": "virtual machine",
    "ChargeFrequency": "Usage-Based",
    "ChargePeriodEnd": "2026-09-05 01:00",
    "ChargePeriodStart": "2026-09-05",
    "ConsumedQuantity": "2",
    "ConsumedUnit": "Hours",
    "ContractedCost": "1",
    "ContractedUnitPrice": "0.5",
    "EffectiveCost": "1",
    "HostProviderName": "AWS",
    "InvoiceId": "INV-1",
    "InvoiceIssuerName": "Amazon Web Services, Inc.",
    "ListCost": "1.2",
    "ListUnitPrice": "0.6",
    "PricingCategory": "Standard",
    "PricingCurrency": "USD",
    "PricingCurrencyEffectiveCost": "1",
    "PricingQuantity": "2",
    "PricingUnit": "Hours",
    "RegionId": "us-east-1",
    "RegionName": "US East",
    "ResourceId": "i-1",
    "ResourceName": "web-1",
    "ResourceType": "Virtual machine",
    "ServiceCategory": "Compute",
    "ServiceName": "Compute cloud",
    "ServiceProviderName": "AWS",
    "ServiceSubcategory": "Virtual Machines",
    "SkuId": "SKU1",
    "SkuMeter": "Box usage",
    "SkuPriceDetails": '{"OperatingSystem": "Linux", "CoreCount": 2}',
    "SkuPriceId": "SKU1.A",
    "SubAccountId": "444455556666",
    "SubAccountName": "search-prod",
    "SubAccountType": "Account",
    "Tags": '{"team": "search", "spot": true, "note": null}',
}


def _select(row: Row, extra: str) -> str:
    cells = []
    for item in ledger_columns():
        value = row.get(item.id)
        cells.append(f'CAST({"NULL" if value is None else literal(value)} AS {_TYPES[item.data_type]}) AS "{item.id}"')
    return f"SELECT {', '.join(cells)}, {extra}"


def charges(*changes: Row) -> str:
    """Return a relation of charges: CHARGE with each set of changes, rows counted from 1 in bill.csv."""
    rows = (_select({**CHARGE, **change}, f"'bill.csv' AS x_File, {row} AS x_Row")
            for row, change in enumerate(changes, start=1))  # fmt: skip
    return f"({' UNION ALL '.join(rows)})"


def keys(relation: str, columns: Sequence[str] = KEY_COLUMNS) -> str:
    """Return the relation of distinct charge keys of a relation of charges."""
    names = ", ".join(f'"{name}"' for name in columns)
    return (
        f"(SELECT {names}, count(*) AS x_Charges, sum(BilledCost) AS BilledCost, min(x_File) AS x_ExampleFile, "
        f"min(x_Row) AS x_ExampleRow FROM {relation} GROUP BY {names})"
    )
