"""CloudZero Common Bill Format to FOCUS 1.4.

Owns the mapping, and the proof that the further cost columns spread the cost and neither add to it nor take from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from finmod.engines.duckdb import Engine, literal
from finmod.errors import counted, printable
from finmod.normalize.booking import FilePeriods
from finmod.normalize.convert import Conversion
from finmod.normalize.mapping import Choice, MapColumn, Mapping
from finmod.normalize.tags import tags_of_columns
from finmod.sources.cloudzero_cbf import PERIOD, canonical, tag_columns
from finmod.terms.findings import Finding
from finmod.terms.money import plain

_CBF = "CloudZero documentation, Common Bill Format (CBF)"
_DROPS = "CloudZero documentation, Configuring AnyCost Bucket File Drops"
_KNOWN = (
    "usage", "tax", "support", "purchase", "committedusepurchase", "committedusevacancy", "committeduserecurringfee",
    "discount", "credit", "fee", "adjustment",
)  # fmt: skip
_START = "@time_usage_start"
_TYPE = "coalesce(lower($lineitem_type), 'usage')"
_FOLDER_MONTH = f"TRY_STRPTIME(nullif(regexp_extract($file_folder, '.*/{PERIOD}(?:/|$)', 1), ''), '%Y%m%d')"
_ON_COMMITMENT = f"starts_with({_TYPE}, 'committeduse')"
_IS_USAGE = f"{_TYPE} IN ('usage', 'committedusevacancy')"
_EFFECTIVE = "coalesce(#cost_discounted_amortized_cost, #cost_amortized_cost, #cost_cost)"

_PLACES = (
    MapColumn(
        "BillingPeriodStart",
        _FOLDER_MONTH,
        choice="The first day that the folder of the drop names, YYYYMMDD-YYYYMMDD; outside of such a folder the month "
        "of time/usage_start, which is a finding (FM1256).",
        source=f"{_DROPS}: billing_data_id",
        default="date_trunc('month', &ChargePeriodStart)",
    ),
    MapColumn(
        "BillingPeriodEnd",
        "NULL",
        choice="One month after its start: CloudZero takes billing data by months.",
        default="&BillingPeriodStart + INTERVAL 1 MONTH",
    ),
    MapColumn("ChargePeriodStart", _START, source=f"{_CBF}: time/usage_start"),
    MapColumn(
        "ChargePeriodEnd",
        f"coalesce(@time_usage_end, {_START} + INTERVAL 1 HOUR)",
        choice="time/usage_end; without it one hour after the start, for which the line stands.",
        source=f"{_CBF}: time/usage_start",
    ),
    MapColumn("InvoiceId", "$bill_invoice_id", source=f"{_CBF}: bill/invoice_id"),
    MapColumn("ServiceProviderName", "$lineitem_cloud_provider", source=f"{_CBF}: lineitem/cloud_provider"),
    MapColumn(
        "SubAccountId",
        "coalesce($resource_account, $action_account)",
        choice="resource/account, else the deprecated action/account. Who pays, BillingAccountId, the format does not "
        "say: `set: {BillingAccountId: ...}`.",
        source=f"{_CBF}: resource/account",
    ),
    MapColumn(
        "RegionId",
        "nullif(coalesce($resource_region, $action_region), 'no-region')",
        choice="resource/region, else the deprecated action/region; no-region is CloudZero's word for none.",
        source=f"{_CBF}: resource/region",
    ),
    MapColumn("ServiceName", "$resource_service", source=f"{_CBF}: resource/service"),
    MapColumn("ResourceId", "$resource_id", source=f"{_CBF}: resource/id"),
    MapColumn(
        "ResourceType",
        "nullif(regexp_extract($resource_id, '^([^/:]+)[/:]', 1), '')",
        choice="What stands before the first slash or colon of resource/id, as CloudZero reads it.",
        source=f"{_CBF}: resource/id",
    ),
    MapColumn("Tags", "$tags", choice="Of the columns resource/tag:KEY.", source=f"{_CBF}: resource/tag"),
)
_KINDS = (
    MapColumn(
        "ChargeCategory",
        f"CASE WHEN {_IS_USAGE} THEN 'Usage' WHEN {_TYPE} = 'tax' THEN 'Tax' WHEN {_TYPE} = 'credit' THEN 'Credit' "
        f"WHEN {_TYPE} IN ('support', 'purchase', 'fee') OR {_ON_COMMITMENT} THEN 'Purchase' ELSE 'Adjustment' END",
        choice="By lineitem/type; without one a line is Usage, as the format has it. A Discount is an Adjustment: it "
        "belongs to usage on other lines. A type that the format does not have is an Adjustment too, which is a "
        "finding (FM1271).",
        source=f"{_CBF}: lineitem/type",
        alternative="Credit for discounts: FOCUS keeps that word for vouchers and grants.",
    ),
    MapColumn(
        "ChargeFrequency",
        f"CASE WHEN {_IS_USAGE} THEN 'Usage-Based' WHEN {_TYPE} IN ('committeduserecurringfee', 'support') "
        "THEN 'Recurring' ELSE 'One-Time' END",
        choice="By lineitem/type.",
    ),
    MapColumn("ChargeClass", "NULL", choice="The format does not mark corrections."),
    MapColumn("ChargeDescription", "$lineitem_description", source=f"{_CBF}: lineitem/description"),
    MapColumn("CommitmentDiscountId", f"CASE WHEN {_ON_COMMITMENT} THEN $resource_id END", choice="The resource of a "
        "line about a commitment. Which usage a commitment covers, the format does not say."),
    MapColumn(
        "CommitmentDiscountStatus",
        f"CASE WHEN {_TYPE} = 'committedusevacancy' THEN 'Unused' END",
        choice="Unused for CommittedUseVacancy.",
        source=f"{_CBF}: lineitem/type",
    ),
)  # fmt: skip
_COSTS = (
    MapColumn(
        "BilledCost",
        "#cost_cost",
        choice="cost/cost: what the invoice has. A Discount is a line of its own beside it, so that "
        "cost/discounted_cost, which has the discount inside, is not billed.",
        source=f"{_CBF}: cost/cost",
        alternative="cost/discounted_cost: every discount would count twice, on the usage and on its own line.",
    ),
    MapColumn(
        "EffectiveCost",
        _EFFECTIVE,
        choice="cost/discounted_amortized_cost, else cost/amortized_cost, else cost/cost. An empty cell falls back, a "
        "0 does not: the format has it so. A commitment that was bought is effective where nothing amortizes it, or "
        "its cost would be lost. These columns spread the cost over other lines, so that all lines together cost the "
        "same; where they do not, that is a finding (FM1270).",
        source=f"{_CBF}: Precedence for cost columns",
        alternative="cost/discounted_cost between the two, as CloudZero falls back: it amortizes nothing, and real "
        "files have it beside discounts that it took off already.",
    ),
    MapColumn(
        "ContractedCost",
        "#cost_discounted_cost",
        choice="cost/discounted_cost, the cost net of discounts and private prices; NULL where the file has none.",
        source=f"{_CBF}: cost/discounted_cost",
        alternative="cost/cost where it is empty, as CloudZero has it: whether there was a discount is not known then.",
    ),
    MapColumn(
        "ListCost",
        "#cost_on_demand_cost",
        choice="cost/on_demand_cost, the cost without any reduction; NULL where the file has none.",
        source=f"{_CBF}: cost/on_demand_cost",
        alternative="cost/cost where it is empty, as CloudZero has it: savings of 0 would be claimed.",
    ),
    MapColumn("PricingQuantity", f"CASE WHEN {_TYPE} <> 'tax' THEN #usage_amount END", choice="usage/amount."),
    MapColumn(
        "PricingUnit",
        f"CASE WHEN {_TYPE} <> 'tax' AND #usage_amount IS NOT NULL THEN $usage_units END",
        choice="usage/units, where there is an amount.",
        source=f"{_CBF}: usage/units",
    ),
    MapColumn("ConsumedQuantity", f"CASE WHEN {_TYPE} = 'usage' THEN #usage_amount END", choice="Of usage alone."),
    MapColumn(
        "ConsumedUnit",
        f"CASE WHEN {_TYPE} = 'usage' AND #usage_amount IS NOT NULL THEN $usage_units END",
        choice="As ConsumedQuantity.",
    ),
)
_OWN = (
    MapColumn("x_LineItemType", "$lineitem_type", source=f"{_CBF}: lineitem/type"),
    MapColumn("x_LineItemId", "$lineitem_id", source=f"{_CBF}: lineitem/id"),
    MapColumn("x_UsageFamily", "$resource_usage_family", source=f"{_CBF}: resource/usage_family"),
    MapColumn("x_UsageType", "$action_usage_type", source=f"{_CBF}: action/usage_type"),
    MapColumn("x_Operation", "$action_operation", source=f"{_CBF}: action/operation"),
    MapColumn("x_KubernetesCluster", "$k8s_cluster", source=f"{_CBF}: k8s/cluster"),
    MapColumn("x_KubernetesNamespace", "$k8s_namespace", source=f"{_CBF}: k8s/namespace"),
    MapColumn("x_KubernetesDeployment", "$k8s_deployment", source=f"{_CBF}: k8s/deployment"),
    MapColumn("x_KubernetesLabels", "$k8s_labels", source=f"{_CBF}: k8s/labels"),
)

CBF = Mapping(
    "cloudzero-cbf",
    "CloudZero Common Bill Format",
    (*_PLACES, *_KINDS, *_COSTS, *_OWN),
    notes=(
        (
            "The format has no currency: say it, `set: {BillingCurrency: USD}`. BillingAccountId and ServiceCategory "
            "are not in it either."
        ),
        (
            "Of several drops of one billing period, YYYYMMDD-YYYYMMDD/DROP, the one that manifest.json names is read. "
            "An empty drop takes the billing period's charges out, as it does at CloudZero."
        ),
        "`$tags` is no column: it is one JSON text made of the columns resource/tag:KEY.",
        "`$file_folder` is the folder that the file lies in.",
    ),
    guessed_period=f"{_FOLDER_MONTH} IS NULL",
    by_choice=(
        Choice("FM1314", "The file has no cost/on_demand_cost for it."),
        Choice("FM1315", "The file has no cost/discounted_cost for it."),
        Choice("FM1351", "The format does not say of which kind a commitment is."),
        Choice(
            "FM1356",
            "Nothing amortizes this commitment, so its purchase is effective when it is billed.",
        ),
    ),
)


def mapping(columns: Sequence[str]) -> Mapping:
    """Return the mapping for a file: the declared one, with its columns of tags.

    Args:
        columns: The names of the file's columns; with none, the declared mapping as it is documented.
    """
    if not columns:
        return CBF
    tags = tags_of_columns([(key, canonical(name)) for name, key in tag_columns(columns)]) or "NULL"
    filled = (replace(column, sql=tags) if column.target == "Tags" else column for column in CBF.columns)
    return replace(CBF, columns=tuple(filled))


def look(engine: Engine, files: Sequence[tuple[Conversion, FilePeriods]]) -> list[Finding]:
    """Return findings on unknown types, and on cost columns that do not add up to the cost over all files together.

    Cells of cost that are no number are told where no column of the ledger reads them.
    """
    conversions = [conversion for conversion, _ in files]
    looks = (_unknown_types, _unread_costs)
    each = (found for conversion in conversions for tell in looks for found in tell(engine, conversion))
    # A total over all files has no month of its own: it is told once, in the last of them.
    last = max((f"{day:%Y-%m}" for _, found in files for day in found.periods), default=None)
    return [*each, *(replace(finding, billing_period=last) for finding in _sums(engine, conversions))]


def _unknown_types(engine: Engine, conversion: Conversion) -> list[Finding]:
    values = conversion.values
    if "lineitem_type" not in values:
        return []
    known, kind = ", ".join(map(literal, _KNOWN)), values.text("lineitem_type")
    rows = engine.rows(
        f"SELECT m, t, n, r FROM (SELECT {conversion.month} AS m, {kind} AS t, count(*) AS n, "
        f"min(file_row_number) + 1 AS r FROM {conversion.relation} WHERE lower({kind}) NOT IN ({known}) GROUP BY ALL) "
        "QUALIFY row_number() OVER (PARTITION BY m ORDER BY n DESC, t) <= 20 ORDER BY m, n DESC, t"
    )
    return [
        Finding(
            code="FM1271",
            severity="warning",
            message=f"The line item type '{printable(name, 40)}' is none of the format: {counted(lines, 'charge')}, "
            "kept as Adjustment.",
            source=conversion.source,
            billing_period=month,
            column="ChargeCategory",
            rows=lines,
            where=f"{conversion.staged.file.name}, row {row:,}",
        )
        for month, name, lines, row in rows
    ]


def _unread_costs(engine: Engine, conversion: Conversion) -> list[Finding]:
    """Return a finding per month with amortized costs that are no number beside the one that is read in their place."""
    values = conversion.values
    if not {"cost_amortized_cost", "cost_discounted_amortized_cost"} <= values.columns.keys():
        return []
    cell, read = (values.text(name) for name in ("cost_amortized_cost", "cost_discounted_amortized_cost"))
    number = values.decimal("cost_amortized_cost", tolerant=True)
    rows = engine.rows(
        f"SELECT {conversion.month}, count(*), min(file_row_number) + 1, arg_min({cell}, file_row_number) "
        f"FROM {conversion.relation} WHERE {read} IS NOT NULL AND {cell} IS NOT NULL AND {number} IS NULL "
        "GROUP BY 1 ORDER BY 1"
    )
    return [
        Finding(
            code="FM1244",
            severity="warning",
            message=f"cost/amortized_cost is no number in {counted(lines, 'line')}: EffectiveCost is "
            "cost/discounted_amortized_cost there, and nothing else reads it.",
            source=conversion.source,
            billing_period=month,
            column="EffectiveCost",
            rows=lines,
            example=printable(text, 40),
            where=f"{conversion.staged.file.name}, row {row:,}",
        )
        for month, lines, row, text in rows
    ]


def _sums(engine: Engine, conversions: Sequence[Conversion]) -> list[Finding]:
    """Return a finding per ledger column whose total over all files is not that of cost/cost."""
    found = []
    for code, target, columns in (
        ("FM1270", "EffectiveCost", ("cost_discounted_amortized_cost", "cost_amortized_cost")),
        ("FM1274", "ContractedCost", ("cost_discounted_cost",)),
    ):
        given = [item for item in conversions if any(name in item.values for name in columns)]
        gap, rows = Decimal(0), 0
        for item in given:
            spread = ", ".join(item.values.decimal(name, tolerant=True) for name in columns)
            cost = item.values.decimal("cost_cost", tolerant=True)
            more, lines = engine.row(
                f"SELECT coalesce(sum(coalesce({spread}, {cost}) - {cost}), 0), count(*) FROM {item.relation}"
            )
            gap, rows = gap + more, rows + lines
        if gap:
            names = " and ".join(name.replace("cost_", "cost/", 1) for name in columns)
            found.append(
                Finding(
                    code=code,
                    severity="error" if code == "FM1270" else "warning",
                    message=f"{target} is {plain(abs(gap))} {'more' if gap > 0 else 'less'} than BilledCost over all "
                    f"lines together, though {names} only spread the cost: a discount or a commitment counts twice, "
                    "or not at all.",
                    source=given[0].source,
                    column=target,
                    rows=rows,
                    where=given[0].staged.file.name,
                )
            )
    return found
