"""OpenAI's costs to FOCUS 1.4.

Owns the mapping. The form of the answers stands in ``sources/openai.py``.
"""

from __future__ import annotations

from finmod.normalize.mapping import Choice, MapColumn, Mapping

_COSTS = "OpenAI API reference, Costs"
_MONTH = "date_trunc('month', @bucket_start)"
NO_COST = "$kind IS NULL"
"""Rows of days that cost nothing."""

PERIODS = (
    MapColumn("ChargePeriodStart", "@bucket_start", choice="The start of the bucket: a day in UTC."),
    MapColumn("ChargePeriodEnd", "@bucket_end", choice="The end of the bucket."),
    MapColumn(
        "BillingPeriodStart",
        "NULL",
        choice="The month of the day: the answer names no billing period, and the API is billed by calendar months in "
        "UTC. Where yours is another, say it: `set: {BillingPeriodStart: ...}`.",
        default=_MONTH.replace("@bucket_start", "&ChargePeriodStart"),
    ),
    MapColumn(
        "BillingPeriodEnd",
        "NULL",
        choice="BillingPeriodStart and one month.",
        default="&BillingPeriodStart + INTERVAL 1 MONTH",
    ),
)
"""The periods of a charge, of any answer in daily buckets."""

KINDS = (
    MapColumn("ChargeCategory", "'Usage'"),
    MapColumn("ChargeClass", "NULL", choice="The answers mark no corrections: they are restated."),
    MapColumn("ChargeFrequency", "'Usage-Based'"),
    MapColumn("ServiceCategory", "'AI and Machine Learning'"),
    MapColumn("ServiceSubcategory", "'Generative AI'"),
    MapColumn("PricingCategory", "'Standard'", choice="The answer does not say whether a price was negotiated."),
)
"""What every charge of an AI service is."""

UNKNOWN = (
    MapColumn(
        "ListCost",
        "NULL",
        choice="The answer has no list price: it is not known.",
        source="FOCUS 1.4, ListCost",
        alternative="BilledCost: savings of 0 would be claimed.",
    ),
    MapColumn("ContractedCost", "NULL", choice="As ListCost: the answer has no price of a contract."),
)
"""The costs that no answer tells."""

MEND = "Ask the API again"
"""What to do about an answer that cannot be read."""

NO_PRICES = (
    Choice("FM1314", "The answers of the API have no list price."),
    Choice("FM1315", "The answers of the API have no price of a contract."),
)
"""Why they are not known."""

OPENAI = Mapping(
    "openai",
    "OpenAI costs",
    (
        *PERIODS,
        MapColumn(
            "BilledCost",
            "#amount_value",
            choice="amount.value, in whole units of the currency: dollars. The digits are those of the answer, which "
            "writes a double; it is never read as one.",
            source=f"{_COSTS}: amount",
        ),
        MapColumn("EffectiveCost", "#amount_value", choice="As BilledCost: the answer has no payments in advance."),
        *UNKNOWN,
        MapColumn(
            "BillingCurrency", "upper($amount_currency)", choice="In upper case: the answer has usd.",
            source=f"{_COSTS}: amount",
        ),
        MapColumn(
            "BillingAccountId",
            "$organization_id",
            choice="organization_id. Answers without it are of one organization: say which, "
            "`set: {BillingAccountId: org-...}`.",
            source=_COSTS,
        ),
        MapColumn("BillingAccountName", "$organization_name", source=_COSTS),
        MapColumn("SubAccountId", "$project_id", source=f"{_COSTS}: project_id"),
        MapColumn("SubAccountName", "$project_name", source=_COSTS),
        MapColumn("SubAccountType", "CASE WHEN $project_id IS NOT NULL THEN 'Project' END"),
        *KINDS,
        MapColumn("InvoiceIssuerName", "'OpenAI'"),
        MapColumn("ServiceProviderName", "'OpenAI'"),
        MapColumn("HostProviderName", "NULL", choice="Where OpenAI runs it, the answer does not say."),
        MapColumn("ServiceName", "'OpenAI API'"),
        MapColumn("ChargeDescription", "$line_item", source=f"{_COSTS}: line_item"),
        MapColumn(
            "SkuId",
            "$line_item",
            choice="The line item, such as a model's input: it names what is priced. NULL where the costs were not "
            "grouped by line_item.",
            source=f"{_COSTS}: line_item",
        ),
        MapColumn("SkuMeter", "$line_item", choice="As SkuId."),
        MapColumn(
            "ConsumedQuantity",
            "CASE WHEN $quantity_unit IS NOT NULL THEN #quantity END",
            choice="quantity, where its unit is there too; x_Quantity has it as written.",
            source=f"{_COSTS}: quantity",
        ),
        MapColumn(
            "ConsumedUnit", "CASE WHEN #quantity IS NOT NULL THEN $quantity_unit END", choice="As ConsumedQuantity."
        ),
        MapColumn("PricingQuantity", "CASE WHEN $quantity_unit IS NOT NULL THEN #quantity END", choice="As consumed."),
        MapColumn("PricingUnit", "CASE WHEN #quantity IS NOT NULL THEN $quantity_unit END", choice="As consumed."),
        MapColumn("x_Quantity", "$quantity", source=f"{_COSTS}: quantity"),
        MapColumn("x_ApiKeyId", "$api_key_id", source=_COSTS),
        MapColumn("x_UserId", "$user_id", source=_COSTS),
    ),
    notes=(
        (
            "A file is one answer of /v1/organization/costs, as it came, or a list of them. Every day may stand in one "
            "answer alone: two would count twice, so they are refused (FM1275). Where an answer says that there is "
            "more, the next page must be there too (FM1273)."
        ),
        "Ask with group_by[]=project_id and group_by[]=line_item: what the answer leaves out stays NULL.",
        (
            "Answers of usage (/v1/organization/usage/...) have tokens and no cost: the format ai-usage reads them. "
            "Beside those of costs they are left out, alone they are refused (FM1272)."
        ),
        "A day without results is no charge, and nothing is left out with it.",
    ),
    drop_when=NO_COST,
    dropped_rows_count=True,
    by_choice=NO_PRICES,
    mend=MEND,
)  # fmt: skip
