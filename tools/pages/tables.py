"""docs/reference/tables.md: the public tables with grain, unit and every column, from the catalogue and the ledger.

Owns what our own columns mean, in one line each; FOCUS columns are explained by the standard. A column without its
line here fails the build of the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from finmod.focus.columns import COSTS, KEY_COLUMNS, MEASURES, column
from finmod.focus.versions import projection
from finmod.ledger.drivers import DRIVER_COLUMNS
from finmod.ledger.reporting import ADDED, RATE_TYPE, REPORTING_COSTS
from finmod.ledger.tables import CHARGES, CLOSES, FINDINGS, LOADS, TRUE_UPS
from finmod.marts.catalogue import TABLES, PublicTable
from finmod.marts.changes import VARIANCE_COLUMNS
from finmod.marts.invoices import INVOICE_COLUMNS
from finmod.marts.metrics import METRICS_COLUMNS
from finmod.marts.names import CHARGE_NAMES
from finmod.marts.savings import SAVINGS_COLUMNS
from finmod.normalize.charges import CHARGE_TYPES, COST_UNKNOWNS, DECIMAL
from tools.pages.ai_usage_tables import AI_NOTES, AI_VIEWS
from tools.pages.allocated_tables import ALLOCATED_MEANINGS, ALLOCATED_MEANT, ALLOCATED_NOTES, ALLOCATED_TABLES
from tools.pages.kubernetes_tables import KUBERNETES_NOTES, KUBERNETES_VIEWS
from tools.pages.markdown import made_from, table
from tools.pages.metrics import TABLE_COLUMNS as METRIC_COLUMNS
from tools.pages.metrics import TABLE_NOTE as METRIC_NOTE
from tools.pages.name_tables import NAME_MEANINGS, NAME_NOTES
from tools.pages.savings import TABLE_COLUMNS as SAVING_COLUMNS
from tools.pages.savings import TABLE_NOTE as SAVING_NOTE
from tools.pages.usage import rows_of, shown

_HEAD = f"""# Tables

{made_from("src/finmod/marts/catalogue.py", "src/finmod/ledger/tables.py")}
`finmod query "SQL"` reads these tables and nothing else: no file, no network. `finmod query --list` shows them,
`finmod query "DESCRIBE charges"` the columns of one. [How to query](../how-to/query.md) has examples.

What holds in all of them:

- Columns without `x_` are [FOCUS](focus.md) columns of that meaning, but for those of the tables `kubernetes_...` and
  `ai_usage...`, which have Kubernetes' and the APIs' own words too; `x_` columns are finmod's or the supplier's own.
- Amounts are `{DECIMAL}`, in the currency of the row's BillingCurrency. A sum over rows of several currencies means
  nothing: group by BillingCurrency.
- Absent is NULL, never 0 and never the empty text. `sum` leaves NULL out.
- Instants are UTC. Periods include their start and exclude their end.
- DuckDB divides decimals and takes averages as doubles: divide after summing, and never sum quotients.
"""

_PRICES = {"ListUnitPrice", "ContractedUnitPrice"}
_UNITS: Final = {
    **dict.fromkeys(COSTS, "BillingCurrency"),
    **dict.fromkeys(_PRICES, "BillingCurrency per PricingUnit"),
    "PricingCurrencyEffectiveCost": "PricingCurrency",
    "PricingCurrencyListUnitPrice": "PricingCurrency per PricingUnit",
    "PricingCurrencyContractedUnitPrice": "PricingCurrency per PricingUnit",
    "ConsumedQuantity": "ConsumedUnit",
    "PricingQuantity": "PricingUnit",
    "CommitmentDiscountQuantity": "CommitmentDiscountUnit",
    "x_Charges": "charges",
    "x_FileBytes": "bytes",
    **dict.fromkeys(("x_InvoicedCost", "x_Difference", "x_ExplainedCost"), "BillingCurrency"),
    **dict.fromkeys(("x_Before", "x_After"), "BillingCurrency"),
    "x_ExplainedShare": "ratio",
    **dict.fromkeys(("x_Numerator", "x_Denominator"), "see x_Unit"),
    "x_Figure": "x_Unit",
    **dict.fromkeys(("x_EffectiveCost", "x_PotentialSavings", "x_PotentialCash", "x_PotentialCommitted"), "x_Currency"),
    "x_Share": "ratio",
    "x_Amount": "x_Currency",
    "x_Days": "days",
    "x_Value": "x_Unit",
    "x_ControlTotal": "BillingCurrency",
    "x_RoundingDifference": "BillingCurrency",
    **dict.fromkeys(COST_UNKNOWNS, "charges"),
    **dict.fromkeys(REPORTING_COSTS.values(), "x_ReportingCurrency"),
    "x_FxRate": "x_ReportingCurrency per BillingCurrency",
    "rate": "to per from",
}

_OURS: Final = {
    **METRIC_COLUMNS,
    **NAME_MEANINGS,
    **ALLOCATED_MEANINGS,
    "x_Source": "Name of the source: the key below `sources:` in finmod.yaml, or `--source` of load.",
    "x_BillingPeriod": "First day of the month of BillingPeriodStart, in UTC whatever its offset: "
    "2026-09-01T00:00:00+02:00 is August.",
    "x_ChargeDate": "Day of ChargePeriodStart, UTC.",
    "x_ChargeDays": "On how many days of the billing period's month charges run, 1 for a day or less; NULL of "
    "corrections, and where they were loaded before that was kept.",
    "x_ChargeKey": "Number of the charge key: charges of one source and billing period that agree in every text column "
    "have the same one.",
    "x_File": "File that the charge came from, by its name when it was loaded: relative to the project where it "
    "lies inside it, else absolute.",
    "x_Row": "Row of the charge in that file, the first below the header being 1.",
    "x_ProviderName": "ProviderName as a bill of FOCUS 1.0 to 1.3 has it.",
    "x_PublisherName": "PublisherName as a bill of FOCUS 1.0 to 1.3 has it.",
    "x_Charges": "Number of charges.",
    **{name: f"Charges in the sum whose {name.removeprefix('x_Unknown')} is NULL." for name in COST_UNKNOWNS},
    "x_LoadId": "Identifies the load: its time and source.",
    "x_Format": "Format that the file was read as.",
    "x_FileHash": "SHA-256 of the file's bytes; a file with a known one is not read again.",
    "x_FileBytes": "Size of the file.",
    "x_ControlTotal": "Total of BilledCost as the file's text has it, each amount at 24 places.",
    "x_RoundingDifference": "x_ControlTotal minus BilledCost: what rounding each value once, to 12 places, did.",
    "x_ReadAs": "Changes when the mapping or the settings of the source change, so that load reads the file again.",
    "x_LoadedAt": "When the load was committed, UTC: later than every version before; `--as-of` takes it.",
    "x_LedgerVersion": "Version of the ledger that the load made; `--as-of` takes it.",
    "x_TableVersions": "Versions of the Delta tables that belong to this version of the ledger, as JSON.",
    "x_Current": "Whether the charges of this row stand in the ledger; false after they were replaced, and where the "
    "file brought none of its own, as the actual half of an Azure pair whose every charge the amortized half has.",
    "x_TrueUpOf": "First day of the closed month that a restated bill moved; NULL for charges. A true-up is booked in "
    "x_BillingPeriod.",
    "x_TrueUpAt": "When the load began that found the difference, UTC; NULL for charges.",
    "x_TrueUpLoad": "x_LoadId of that load; NULL for charges.",
    "x_TrueUpInvoiceId": "The invoice on which the restated bill has such charges; NULL for charges, and where "
    "it names none or several.",
    "x_BookedPeriod": "First day of the open month that took the differences as true-ups, where the file's month was "
    "closed; NULL where its charges stand themselves.",
    "x_UndoneVersion": "Ledger version of the reopening that took these true-ups back; NULL where there is none.",
    "x_ClosedAt": "When the month was closed, UTC.",
    "x_Note": "What was said about the close.",
    "x_ReopenedAt": "When it was reopened, UTC; NULL where the close stands.",
    "x_ReopenedVersion": "Ledger version of the reopening; NULL as above.",
    "x_Reason": "Why it was reopened; NULL as above.",
    "x_FxRate": "What one unit of BillingCurrency is in x_ReportingCurrency: 1 where they are the same, NULL where the "
    "table of exchange rates has no rate. A closed month and its true-ups have the rates of the close.",
    "x_FxDate": "Day on which the rate was published, or the last one of its month; NULL where none was needed or is "
    "known.",
    "x_ReportingCurrency": "`currency` of finmod.yaml.",
    **{
        name: f"{cost} x x_FxRate, rounded once to 12 places, halves away from zero; NULL where one of them is unknown."
        for cost, name in REPORTING_COSTS.items()
    },
    "date": "Day of publication.",
    "from": 'The currency of which one unit is meant. Write it in double quotes: `"from"` is a word of SQL.',
    "to": "`currency` of finmod.yaml.",
    "rate": "What one unit is, at 18 places.",
    "how": "`direct`: so it stands in the table; `inverse`: the other way round; `cross via EUR`: through a third "
    "currency of the same day.",
    "x_InvoicedCost": "What the list asks for; NULL where it does not have the invoice.",
    "x_Difference": "BilledCost less x_InvoicedCost; NULL where one of them is not known.",
    "x_Status": "Whether it ties; see above.",
    "x_ExplainedCost": "How much of x_Difference charges or lines of the list explain; NULL where there is none.",
    "x_ExplainedShare": "x_ExplainedCost by x_Difference, at 12 places.",
    "x_ExplainedBy": "What explains it, in few words; `finmod reconcile` shows the charges.",
    "x_Sources": "Sources of its charges.",
    "x_Listed": "First lines of the list that ask for it.",
    "x_Code": "Code of the finding, see [codes](../errors.md).",
    "x_Severity": "error, warning or info.",
    "x_Message": "What was found, in one sentence.",
    "x_Column": "Column that the finding is about.",
    "x_Example": "One such value, as the bill has it.",
    "x_Where": "File and row of that value.",
    "x_Driver": "Name of the driver in drivers.yaml.",
    "x_Start": "When the period begins, UTC.",
    "x_End": "When it ends, UTC; it is not part of it.",
    "x_Grain": "Length of the period: hour, day or month.",
    "x_Unit": "What the value counts.",
    "x_Dimensions": "The target: a JSON object of dimension and text, as the driver has it, in the order of `by`; "
    "dimensions without a text are left out.",
    "x_Value": "The value, at 12 places.",
    "x_Filled": "What filled a gap: zero, previous or linear; NULL for what was measured.",
}
_MEANT_OTHERWISE: Final = {
    **ALLOCATED_MEANT,
    ("metrics_monthly", "x_BillingPeriod"): "First day of the month.",
    ("variance_monthly", "x_BillingPeriod"): "First day of the month.",
    ("variance_monthly", "x_Against"): "First day of the month before, with which it is compared.",
    ("variance_monthly", "x_Pool"): "Pool that a target has it by; NULL for its own, and for what levels give it.",
    ("variance_monthly", "x_Effect"): "Name of the effect, see [how to tell a variance](../how-to/variance.md).",
    ("variance_monthly", "x_Amount"): "What it changed, positive where cost rose.",
    ("variance_monthly", "x_Currency"): "The reporting currency.",
    **{("savings_monthly", name): meaning for name, meaning in SAVING_COLUMNS.items()},
    ("metrics_monthly", "x_Unit"): "What the figure is in; NULL for a share.",
    ("drivers", "x_Place"): "File, or query, and row that it came from; the first one of several.",
    ("invoices", "BilledCost"): "Of the charges whose cost is known.",
    ("invoices", "InvoiceIssuerName"): "As the list has it, else as the bill has it.",
    ("invoices", "x_UnknownBilledCost"): "Charges whose BilledCost is NULL.",
    ("loads", "BilledCost"): "Sum in the ledger.",
    ("closes", "x_FirstBillingPeriod"): "First day of the first month that the close took along.",
    ("closes", "x_BillingPeriod"): "First day of the last closed month, by which the close is called.",
    ("closes", "x_LedgerVersion"): "Version of the ledger that shows the month as it was closed; `--as-of` takes it.",
    ("loads", "x_File"): "File that was read: relative to the project where it lies inside it, else absolute.",
    ("findings", "BilledCost"): "Of the charges concerned; NULL where they have several currencies or are not known.",
    ("findings", "x_Charges"): "Number of charges concerned; NULL where the finding is about no charge.",
}

_PLACE = {"x_Source": "VARCHAR", "x_BillingPeriod": "DATE"}
_TRUE_UP = ("x_TrueUpOf", "x_TrueUpAt", "x_TrueUpLoad", "x_TrueUpInvoiceId")
_REPORTING = {
    name: {"x_FxRate": RATE_TYPE, "x_FxDate": "DATE", "x_ReportingCurrency": "VARCHAR"}.get(name, DECIMAL)
    for name in ADDED
}
_NOTES: Final = {
    "charges": "Suppliers' own `x_` columns, such as `x_LineItemType` of AWS, follow as VARCHAR; they are NULL for "
    "charges of other suppliers. x_File and x_Row say where in which file a charge stands. A true-up is what a "
    "restated bill of a [closed](../how-to/close.md) month moved: amounts are differences, x_File is a file with such "
    "charges, and x_Row is NULL.",
    "charges_focus_1_2": "ProviderName and PublisherName are what the bill said; a bill of FOCUS 1.4 did not say, and "
    "both take ServiceProviderName.",
    "charges_daily": "Faster than `charges` wherever the hour, the file and the unit price do not matter: it is what "
    "reports read. Sums over it equal sums over `charges`, to the last digit; `finmod check` proves that. A sum leaves "
    "unknown (NULL) costs out, and the x_Unknown columns say of how many charges. ListCost and ContractedCost stand on "
    "the usage that a commitment covers and on the commitment's purchase: sum them `FILTER (WHERE NOT (ChargeCategory "
    "= 'Purchase' AND CommitmentDiscountId IS NOT NULL))`, or they count twice. BilledCost and EffectiveCost do not. "
    "x_Reporting columns are converted cell by cell: their sums are those of `charges` but for the rounding of each "
    "row and cell, half a unit of the 12th place at most. "
    "True-ups stand in it row by row; their x_Unknown columns say by how much the number of such charges changed.",
    "invoices": "The list that `invoices:` of finmod.yaml names, as it is now, against the charges; without a list the "
    "charges alone. The sum of BilledCost is that of all charges. x_Status: `ties` and `differs` compare both sides; "
    "`not listed`: the list lacks the invoice; `no charges`: nothing is charged under it, though its month is loaded; "
    "`not loaded`: nothing of its month is; `not comparable`: a cost is unknown, currencies differ, or it cannot be "
    "told which charges are meant; `not invoiced`: charges without an invoice id. An invoice that the list has is "
    "invoiced 0 in a period that the list does not name.",
    "loads": "`WHERE x_Current` gives the manifests of the charges that stand in the ledger.",
    "findings": "Findings of the loads whose charges stand in the ledger. `finmod check` adds what it finds itself.",
    "fx_rates": "What the file that `fx:` of finmod.yaml names makes of every other currency in it, day by day: direct "
    "before inverse before cross. Which of these days a charge takes is said by `rate:` below `fx:`, and x_FxRate of a "
    "charge is what it took; see [how to convert](../how-to/currencies.md).",
    "drivers": "What drivers.yaml names, as it was loaded last, see [how to load drivers](../how-to/drivers.md). "
    "`x_Dimensions ->> 'product'` is one dimension of a target. With `--as-of` they are those of that time.",
    "metrics_monthly": METRIC_NOTE,
    "savings_monthly": SAVING_NOTE,
    "variance_monthly": "A column per dimension that costs are allocated to follows x_Against. Effects of 0 have no "
    "row: all rows of a month sum to what it cost more than the month before, and so do those of a target or service. "
    "It is of the books as they stand, whatever `--as-of` says; months without the month before have no rows.",
    "closes": "A month that was reopened and closed again has two rows. `--as-of 2026-09` shows the ledger as it was "
    "when September 2026 was closed; see [how to close](../how-to/close.md).",
}

_USAGE: Final = {**KUBERNETES_VIEWS, **AI_VIEWS}


def public_columns(name: str) -> dict[str, str]:
    """Return the columns of a public table in the order of its SQL: name -> type as users see it."""
    if name in _USAGE:
        return {column.name: shown(column.kind) for column in _USAGE[name]}
    measures = {**dict.fromkeys(MEASURES, DECIMAL), **dict.fromkeys(COST_UNKNOWNS, "BIGINT")}
    texts = dict.fromkeys((*KEY_COLUMNS, "x_ProviderName", "x_PublisherName"), "VARCHAR")
    days = {**_PLACE, "x_ChargeDate": "DATE", "x_ChargeDays": "INTEGER", "x_ChargeKey": "BIGINT"}
    days["x_Charges"] = "BIGINT"
    found = {
        "charges": CHARGES.columns | {name: TRUE_UPS.columns[name] for name in _TRUE_UP} | _REPORTING,
        "charges_focus_1_2": {**{item: CHARGE_TYPES.get(item, "VARCHAR") for item, _ in projection("1.2")}, **_PLACE},
        "charges_daily": {**days, **measures, **texts, "x_TrueUpOf": "DATE", **_REPORTING},
        "charge_names": CHARGE_NAMES,
        "invoices": INVOICE_COLUMNS,
        "loads": {**LOADS.columns, "x_Current": "BOOLEAN"},
        "findings": FINDINGS.columns,
        "fx_rates": {"date": "DATE", "from": "VARCHAR", "to": "VARCHAR", "rate": RATE_TYPE, "how": "VARCHAR"},
        "drivers": DRIVER_COLUMNS,
        "closes": CLOSES.columns,
        "metrics_monthly": METRICS_COLUMNS,
        "savings_monthly": SAVINGS_COLUMNS,
        "variance_monthly": VARIANCE_COLUMNS,
        **ALLOCATED_TABLES,
        "allocated_daily": ALLOCATED_TABLES["allocated_daily"] | _REPORTING,
    }[name]
    return {item: "TIMESTAMP" if kind == "TIMESTAMP WITH TIME ZONE" else kind for item, kind in found.items()}


def table_pages() -> Mapping[str, str]:
    """Return the page of the public tables."""
    overview = table(
        ("table", "answers", "grain", "unit of amounts", "owner"),
        [(f"[{item.name}](#{item.name})", item.answers, item.grain, item.unit, item.owner) for item in TABLES],
    )
    return {"docs/reference/tables.md": f"{_HEAD}\n{overview}{''.join(_section(item) for item in TABLES)}"}


def _section(item: PublicTable) -> str:
    rows = (
        rows_of(_USAGE[item.name])
        if item.name in _USAGE
        else [
            (name, kind, _UNITS.get(name, ""), _meaning(item.name, name))
            for name, kind in public_columns(item.name).items()
        ]
    )
    columns = table(("column", "type", "unit", "meaning"), rows)
    note = (_NOTES | KUBERNETES_NOTES | AI_NOTES | NAME_NOTES | ALLOCATED_NOTES)[item.name]
    return f"\n## {item.name}\n\n{item.answers}: {item.grain}.\n\n{note}\n\n{columns}"


def _meaning(place: str, name: str) -> str:
    if (place, name) in _MEANT_OTHERWISE:
        return _MEANT_OTHERWISE[place, name]
    if name in _OURS:
        return _OURS[name]
    allowed = column(name).allowed_values
    few = f": {', '.join(allowed)}" if 0 < len(allowed) < 8 else ""  # noqa: PLR2004 -- longer lists are on the standard's page
    return f"FOCUS{few}"
