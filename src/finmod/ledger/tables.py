"""The ledger's tables: columns, partitions, grain.

Owns what stands on disk. What users query are the views of ``marts``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from finmod.focus.columns import COSTS, MEASURES
from finmod.normalize.ai_usage_columns import AI
from finmod.normalize.charges import CHARGE_TYPES, COST_UNKNOWNS, DECIMAL, KEY_TEXTS
from finmod.normalize.kubernetes_columns import KUBERNETES
from finmod.normalize.usage import UsageForm


@dataclass(frozen=True)
class Table:
    """A table of the ledger.

    Attributes:
        name: Folder and Delta table name.
        columns: Column -> DuckDB type.
        by_period: Partitioned by source and billing period, replaced one period at a time; else replaced whole.
        period: Column of the month that it is partitioned by.
        by_source: Partitioned by source too, where it is by month.
        alone: Column that it is partitioned by instead, where its values are replaced one by one.
    """

    name: str
    columns: dict[str, str]
    by_period: bool = True
    period: str = "x_BillingPeriod"
    by_source: bool = True
    alone: str | None = None


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
        "x_ChargeDays": "INTEGER",
        "x_ChargeKey": "BIGINT",
        "x_Charges": "BIGINT",
        **dict.fromkeys(MEASURES, DECIMAL),
        **dict.fromkeys(COST_UNKNOWNS, "BIGINT"),
    },
)
"""One row per charge key, day and number of days: sums of the measures, and how many charges had no known cost.

``x_ChargeDate`` is the day on which charges begin, ``x_ChargeDays`` on how many days of the billing period's month they
run, 1 for a day or less; NULL where they were loaded before that was kept.
"""

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

TRUE_UPS = Table(
    "true_ups",
    {
        **CHARGE_TYPES,
        **dict.fromkeys(COST_UNKNOWNS, "BIGINT"),
        "x_TrueUpOf": "DATE",
        "x_TrueUpAt": "TIMESTAMP WITH TIME ZONE",
        "x_TrueUpLoad": "VARCHAR",
        "x_TrueUpInvoiceId": "VARCHAR",
    },
    period="x_TrueUpOf",
)
"""What restated bills of closed months moved: one row per load, restated month, distinct key texts and day.

``x_BillingPeriod`` is the month that it was booked in, ``x_TrueUpOf`` the restated one. Measures and numbers of unknown
costs are differences. ``x_TrueUpInvoiceId`` is the invoice on which the restated bill has such charges, or had them
where they are gone; NULL where it names none, or several.
"""

CLOSES = Table(
    "closes",
    {
        "x_FirstBillingPeriod": "DATE",
        "x_BillingPeriod": "DATE",
        "x_LedgerVersion": "BIGINT",
        "x_ClosedAt": "TIMESTAMP WITH TIME ZONE",
        "x_Note": "VARCHAR",
        "x_ReopenedAt": "TIMESTAMP WITH TIME ZONE",
        "x_ReopenedVersion": "BIGINT",
        "x_Reason": "VARCHAR",
    },
    by_period=False,
)
"""One row per close, which may take earlier months along; a month that was reopened and closed again has two."""

CLOSE_RATES = Table(
    "close_rates",
    {
        "x_BillingPeriod": "DATE",
        "BillingCurrency": "VARCHAR",
        "x_ChargeDate": "DATE",
        "x_ReportingCurrency": "VARCHAR",
        "x_FxRate": "DECIMAL(38,18)",
        "x_FxDate": "DATE",
        "x_FxHow": "VARCHAR",
        "x_LedgerVersion": "BIGINT",
    },
    by_period=False,
)
"""One row per month of a bill, currency and day whose exchange rate a standing close keeps."""

KUBERNETES_USAGE = Table("kubernetes_usage", dict(KUBERNETES.types))
"""One row per row of a usage report: telemetry, no money."""

AI_USAGE = Table("ai_usage", dict(AI.types))
"""One row per result of an answer of usage: telemetry, no money."""

_USAGE_FILES: Final = {
    **_PLACE,
    "x_File": "VARCHAR",
    "x_FileHash": "VARCHAR",
    "x_FileBytes": "BIGINT",
    "x_ReadAs": "VARCHAR",
    "x_Report": "VARCHAR",
    "x_Rows": "BIGINT",
    "x_Quantity": "VARCHAR",
    "x_ControlTotal": "VARCHAR",
    "x_Total": DECIMAL,
    "x_RoundingDifference": "VARCHAR",
}

KUBERNETES_FILES = Table("kubernetes_files", _USAGE_FILES)
"""The manifests of usage reports: one row per file that stands in a month, and one more per quantity that it states.

``x_Quantity`` is NULL on the row of the file itself.
"""

AI_USAGE_FILES = Table("ai_usage_files", _USAGE_FILES)
"""The same of answers of usage."""


class UsageTables(NamedTuple):
    """Where one kind of telemetry stands.

    Attributes:
        form: What it is.
        usage: Its rows.
        files: Its manifests.
    """

    form: UsageForm
    usage: Table
    files: Table


USAGE: Final = {
    each.form.format: each
    for each in (
        UsageTables(KUBERNETES, KUBERNETES_USAGE, KUBERNETES_FILES),
        UsageTables(AI, AI_USAGE, AI_USAGE_FILES),
    )
}
"""Format -> its tables, of every format of usage."""

DRIVERS = Table(
    "drivers",
    {
        "x_Driver": "VARCHAR",
        "x_Start": "TIMESTAMP WITH TIME ZONE",
        "x_End": "TIMESTAMP WITH TIME ZONE",
        "x_Grain": "VARCHAR",
        "x_Unit": "VARCHAR",
        "x_Dimensions": "VARCHAR",
        "x_Value": DECIMAL,
        "x_Filled": "VARCHAR",
        "x_File": "VARCHAR",
        "x_Row": "BIGINT",
    },
    by_period=False,
    alone="x_Driver",
)
"""One row per driver, period and target: what costs are shared by."""

DRIVER_LOADS = Table(
    "driver_loads",
    {
        "x_DriverVersion": "BIGINT",
        "x_CommittedAt": "TIMESTAMP WITH TIME ZONE",
        "x_TableVersion": "BIGINT",
        "x_Driver": "VARCHAR",
        "x_LoadedAt": "TIMESTAMP WITH TIME ZONE",
        "x_Definition": "VARCHAR",
        "x_Content": "VARCHAR",
        "x_Rows": "BIGINT",
        "x_Read": "BIGINT",
        "x_Empty": "BIGINT",
        "x_Combined": "BIGINT",
        "x_Filled": "BIGINT",
        "x_Units": "VARCHAR",
    },
    by_period=False,
)
"""One row per version of the drivers and driver that it has, with what it was read from; a version of none has a row
without a driver. Its last version is that of the drivers, which have versions beside those of the ledger.
"""

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
        "x_BookedPeriod": "DATE",
        "x_UndoneVersion": "BIGINT",
    },
    by_period=False,
)
"""The manifests: one row per load, source, billing period, file and currency. Its last version is the ledger's.

``x_BookedPeriod`` is the open month that took the differences of a restated closed one; NULL where the bill's own
charges stand. ``x_UndoneVersion`` is the version of the reopening that took such differences back. A row without a
source is a close or a reopening, as ``x_Format`` says: it makes a version of its own.
"""

ALLOCATED = Table(
    "allocated",
    {
        "x_BillingPeriod": "DATE",
        "x_ChargeDate": "DATE",
        "x_ChargeDays": "INTEGER",
        "x_Source": "VARCHAR",
        "BillingCurrency": "VARCHAR",
        "x_TrueUpOf": "DATE",
        "x_AllocationOf": "DATE",
        "ServiceName": "VARCHAR",
        "ChargeCategory": "VARCHAR",
        "x_Pool": "VARCHAR",
        **dict.fromkeys(COSTS, DECIMAL),
        **dict.fromkeys(COST_UNKNOWNS, "BIGINT"),
    },
    by_source=False,
)
"""What each target costs a day: charges allocated to it, and its parts of pools, by how many days they run.

``x_ChargeDays`` is that of ``CHARGE_DAYS``; NULL of corrections, which are of one day.
A column per dimension that costs are allocated to is added. ``x_AllocationOf`` is the closed month in which later rules
move something: the row is the difference, booked in the open month.
"""

ALLOCATION_PROOFS = Table(
    "allocation_proofs",
    {
        "x_BillingPeriod": "DATE",
        "x_ChargeDate": "DATE",
        "BillingCurrency": "VARCHAR",
        "x_Pool": "VARCHAR",
        "x_Measure": "VARCHAR",
        "x_Before": DECIMAL,
        "x_After": DECIMAL,
        "x_Difference": DECIMAL,
    },
    by_source=False,
)
"""What went into a pool and what came out of it, per day, currency and cost; of no pool what is allocated directly."""

ALLOCATED_LEVELS = Table(
    "allocated_levels",
    {
        "x_BillingPeriod": "DATE",
        "x_ChargeDate": "DATE",
        "x_ChargeDays": "INTEGER",
        "BillingCurrency": "VARCHAR",
        "x_AllocationOf": "DATE",
        "x_Level": "VARCHAR",
        **dict.fromkeys(COSTS, DECIMAL),
        **dict.fromkeys(COST_UNKNOWNS, "BIGINT"),
    },
    by_source=False,
)
"""What targets cost, cut further: each level has all of it once. A column per dimension is added."""

ALLOCATION_RUNS = Table(
    "allocation_runs",
    {
        "x_Version": "BIGINT",
        "x_AppliedAt": "TIMESTAMP WITH TIME ZONE",
        "x_Author": "VARCHAR",
        "x_RuleHash": "VARCHAR",
        "x_LedgerVersion": "BIGINT",
        "x_DriversVersion": "BIGINT",
        "x_Note": "VARCHAR",
        "x_Dimensions": "VARCHAR",
        "x_Months": "VARCHAR",
        "x_ChangedMonths": "VARCHAR",
        "x_TableVersions": "VARCHAR",
        "x_Findings": "VARCHAR",
        "x_Rows": "BIGINT",
        "BillingCurrency": "VARCHAR",
        **dict.fromkeys(COSTS, DECIMAL),
    },
    by_period=False,
)
"""The log of allocations: one row per version and currency of what was allocated. What it names is the books' version.

``x_Months`` and ``x_ChangedMonths`` are JSON: month -> fingerprint of its rows, and the months that got new rows.
"""

ALLOCATION_TABLES: Final = (ALLOCATED, ALLOCATION_PROOFS, ALLOCATED_LEVELS)
"""What an allocation leaves."""

DATA_TABLES: Final = (CHARGES, CHARGE_KEYS, CHARGE_DAYS, FINDINGS)
"""What a bill becomes."""

USAGE_TABLES: Final = tuple(table for each in USAGE.values() for table in (each.usage, each.files))
"""What reports and answers of usage become, beside findings."""

PINNED_TABLES: Final = (*DATA_TABLES, *USAGE_TABLES, TRUE_UPS, CLOSES, CLOSE_RATES)
"""What a ledger version is made of."""
