"""docs/reference/tables.md: the public tables with grain, unit and every column, from the catalogue and the ledger.

Owns what our own columns mean, in one line each; FOCUS columns are explained by the standard. A column without its
line here fails the build of the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from finmod.focus.columns import COSTS, KEY_COLUMNS, MEASURES, column
from finmod.focus.versions import projection
from finmod.ledger.tables import CHARGES, FINDINGS, LOADS
from finmod.marts.catalogue import TABLES, PublicTable
from finmod.normalize.charges import CHARGE_TYPES, COST_UNKNOWNS, DECIMAL
from tools.pages.markdown import made_from, table

_HEAD = f"""# Tables

{made_from("src/finmod/marts/catalogue.py", "src/finmod/ledger/tables.py")}
`finmod query "SQL"` reads these tables and nothing else: no file, no network. `finmod query --list` shows them,
`finmod query "DESCRIBE charges"` the columns of one. [How to query](../how-to/query.md) has examples.

What holds in all of them:

- Columns without `x_` are [FOCUS](focus.md) columns of that meaning; `x_` columns are finmod's or the supplier's own.
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
    "x_ControlTotal": "BillingCurrency",
    "x_RoundingDifference": "BillingCurrency",
    **dict.fromkeys(COST_UNKNOWNS, "charges"),
}

_OURS: Final = {
    "x_Source": "Name of the source: the key below `sources:` in finmod.yaml, or `--source` of load.",
    "x_BillingPeriod": "First day of the month of BillingPeriodStart, in UTC whatever its offset: "
    "2026-09-01T00:00:00+02:00 is August.",
    "x_ChargeDate": "Day of ChargePeriodStart, UTC.",
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
    "x_Current": "Whether the charges of this row stand in the ledger; false after they were replaced.",
    "x_Code": "Code of the finding, see [codes](../errors.md).",
    "x_Severity": "error, warning or info.",
    "x_Message": "What was found, in one sentence.",
    "x_Column": "Column that the finding is about.",
    "x_Example": "One such value, as the bill has it.",
    "x_Where": "File and row of that value.",
}
_MEANT_OTHERWISE: Final = {
    ("loads", "BilledCost"): "Sum in the ledger.",
    ("loads", "x_File"): "File that was read: relative to the project where it lies inside it, else absolute.",
    ("findings", "BilledCost"): "Of the charges concerned; NULL where they have several currencies or are not known.",
    ("findings", "x_Charges"): "Number of charges concerned; NULL where the finding is about no charge.",
}

_PLACE = {"x_Source": "VARCHAR", "x_BillingPeriod": "DATE"}
_NOTES: Final = {
    "charges": "Suppliers' own `x_` columns, such as `x_LineItemType` of AWS, follow as VARCHAR; they are NULL for "
    "charges of other suppliers. x_File and x_Row say where in which file a charge stands.",
    "charges_focus_1_2": "ProviderName and PublisherName are what the bill said; a bill of FOCUS 1.4 did not say, and "
    "both take ServiceProviderName.",
    "charges_daily": "Faster than `charges` wherever the hour, the file and the unit price do not matter: it is what "
    "reports read. Sums over it equal sums over `charges`, to the last digit; `finmod check` proves that. A sum leaves "
    "unknown (NULL) costs out, and the x_Unknown columns say of how many charges. ListCost and ContractedCost stand on "
    "the usage that a commitment covers and on the commitment's purchase: sum them `FILTER (WHERE NOT (ChargeCategory "
    "= 'Purchase' AND CommitmentDiscountId IS NOT NULL))`, or they count twice. BilledCost and EffectiveCost do not.",
    "loads": "`WHERE x_Current` gives the manifests of the charges that stand in the ledger.",
    "findings": "Findings of the loads whose charges stand in the ledger. `finmod check` adds what it finds itself.",
}


def public_columns(name: str) -> dict[str, str]:
    """Return the columns of a public table in the order of its SQL: name -> type as users see it."""
    measures = {**dict.fromkeys(MEASURES, DECIMAL), **dict.fromkeys(COST_UNKNOWNS, "BIGINT")}
    texts = dict.fromkeys((*KEY_COLUMNS, "x_ProviderName", "x_PublisherName"), "VARCHAR")
    days = {**_PLACE, "x_ChargeDate": "DATE", "x_ChargeKey": "BIGINT", "x_Charges": "BIGINT"}
    found = {
        "charges": CHARGES.columns,
        "charges_focus_1_2": {**{item: CHARGE_TYPES.get(item, "VARCHAR") for item, _ in projection("1.2")}, **_PLACE},
        "charges_daily": {**days, **measures, **texts},
        "loads": {**LOADS.columns, "x_Current": "BOOLEAN"},
        "findings": FINDINGS.columns,
    }[name]
    return {item: "TIMESTAMP" if kind == "TIMESTAMP WITH TIME ZONE" else kind for item, kind in found.items()}


def table_pages() -> Mapping[str, str]:
    """Return the page of the public tables."""
    overview = table(
        ("table", "answers", "grain", "unit of amounts"),
        [(f"[{item.name}](#{item.name})", item.answers, item.grain, item.unit) for item in TABLES],
    )
    return {"docs/reference/tables.md": f"{_HEAD}\n{overview}{''.join(_section(item) for item in TABLES)}"}


def _section(item: PublicTable) -> str:
    rows = [
        (name, kind, _UNITS.get(name, ""), _meaning(item.name, name))
        for name, kind in public_columns(item.name).items()
    ]
    columns = table(("column", "type", "unit", "meaning"), rows)
    return f"\n## {item.name}\n\n{item.answers}: {item.grain}.\n\n{_NOTES[item.name]}\n\n{columns}"


def _meaning(place: str, name: str) -> str:
    if (place, name) in _MEANT_OTHERWISE:
        return _MEANT_OTHERWISE[place, name]
    if name in _OURS:
        return _OURS[name]
    allowed = column(name).allowed_values
    few = f": {', '.join(allowed)}" if 0 < len(allowed) < 8 else ""  # noqa: PLR2004 -- longer lists are on the standard's page
    return f"FOCUS{few}"
