"""The ledger's tables: columns, partitions, grain.

Owns what stands on disk. What users query are the views of ``marts``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from finmod.focus.columns import MEASURES
from finmod.normalize.charges import CHARGE_TYPES, COST_UNKNOWNS, DECIMAL, KEY_TEXTS


@dataclass(frozen=True)
class Table:
    """A table of the ledger.

    Attributes:
        name: Folder and Delta table name.
        columns: Column -> DuckDB type.
        by_period: Partitioned by source and billing period, replaced one period at a time; else replaced whole.
    """

    name: str
    columns: dict[str, str]
    by_period: bool = True


_PLACE: Final = {"x_Source": "VARCHAR", "x_BillingPeriod": "DATE"}

CHARGES = Table("charges", CHARGE_TYPES)

CHARGE_KEYS = Table(
    "charge_keys",
    {
        **_PLACE,
        "x_ChargeKey": "BIGINT",
        **dict.fromkeys(KEY_TEXTS, "VARCHAR"),
        "x_Charges": "BIGINT",
        "BilledCost": DECIMAL,
        "x_ExampleFile": "VARCHAR",
        "x_ExampleRow": "BIGINT",
    },
)
"""One row per distinct combination of key columns in a source and billing period."""

CHARGE_DAYS = Table(
    "charge_days",
    {
        **_PLACE,
        "x_ChargeDate": "DATE",
        "x_ChargeKey": "BIGINT",
        "x_Charges": "BIGINT",
        **dict.fromkeys(MEASURES, DECIMAL),
        **dict.fromkeys(COST_UNKNOWNS, "BIGINT"),
    },
)
"""One row per charge key and day: sums of the measures, and how many charges had no known cost."""

FINDINGS = Table(
    "findings",
    {
        **_PLACE,
        "x_Code": "VARCHAR",
        "x_Severity": "VARCHAR",
        "x_Message": "VARCHAR",
        "x_Column": "VARCHAR",
        "x_Charges": "BIGINT",
        "BilledCost": DECIMAL,
        "BillingCurrency": "VARCHAR",
        "x_Example": "VARCHAR",
        "x_Where": "VARCHAR",
    },
)
"""One row per finding of the load that brought a source and billing period."""

LOADS = Table(
    "loads",
    {
        "x_LoadId": "VARCHAR",
        **_PLACE,
        "x_Format": "VARCHAR",
        "x_File": "VARCHAR",
        "x_FileHash": "VARCHAR",
        "x_FileBytes": "BIGINT",
        "x_Charges": "BIGINT",
        "BillingCurrency": "VARCHAR",
        "x_ControlTotal": "VARCHAR",
        "BilledCost": DECIMAL,
        "x_RoundingDifference": "VARCHAR",
        "x_ReadAs": "VARCHAR",
        "x_LoadedAt": "TIMESTAMP WITH TIME ZONE",
        "x_LedgerVersion": "BIGINT",
        "x_TableVersions": "VARCHAR",
    },
    by_period=False,
)
"""The manifests: one row per load, source, billing period, file and currency. Its last version is the ledger's."""

DATA_TABLES: Final = (CHARGES, CHARGE_KEYS, CHARGE_DAYS, FINDINGS)
