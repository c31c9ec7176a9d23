"""Azure's cost and usage details as a format: the names that its columns have under each agreement, and its exports.

Owns what can be known without opening the bill. Does not know FOCUS: the mapping stands in ``finmod.normalize.azure``.
A column has one name there, whatever the agreement, the version and the language of the file call it.

Source: Microsoft Cost Management documentation, "Understand cost details fields", and the schemas of cost and usage
details for the Enterprise Agreement, the Microsoft Customer Agreement, the Microsoft Partner Agreement and
pay-as-you-go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from finmod.sources.azure_exports import select_exports
from finmod.sources.format import Format

# Name in the mapping -> what the column is called, in letters and digits alone, where that is not the same.
_SPELLINGS = {
    "additional_info": ("additionalinfo", "additionalinformation"),
    "charge_type": ("chargetype",),
    "consumed_service": ("consumedservice",),
    "cost": ("costinbillingcurrency", "cost", "pretaxcost"),
    "currency": ("billingcurrency", "billingcurrencycode", "currency"),
    "date": ("date", "usagedatetime", "usagedate"),
    "effective_price": ("effectiveprice", "resourcerate"),
    "exchange_rate": ("exchangeratepricingtobilling", "exchangerate"),
    "invoice_section_name": ("invoicesectionname", "invoicesection", "departmentname"),
    "location": ("location", "resourcelocationnormalized"),
    "meter_subcategory": ("metersubcategory",),
    "payg_cost": ("paygcostinbillingcurrency",),
    "payg_price": ("paygprice", "payasyougoprice"),
    "product": ("product", "productname"),
    "quantity": ("quantity", "usagequantity", "consumedquantity"),
    "resource_group": ("resourcegroup", "resourcegroupname"),
    "resource_id": ("resourceid", "instanceid", "instancename"),
    "subscription_id": ("subscriptionid", "subscriptionguid"),
    "unit": ("unitofmeasure", "unit"),
}
_SAME = (
    "account_id",
    "account_name",
    "account_owner_id",
    "availability_zone",
    "benefit_id",
    "benefit_name",
    "billing_account_id",
    "billing_account_name",
    "billing_period_end_date",
    "billing_period_start_date",
    "billing_profile_id",
    "billing_profile_name",
    "cost_allocation_rule_name",
    "cost_center",
    "cost_in_pricing_currency",
    "cost_in_usd",
    "customer_name",
    "customer_tenant_id",
    "exchange_rate_date",
    "frequency",
    "invoice_id",
    "invoice_section_id",
    "is_azure_credit_eligible",
    "meter_category",
    "meter_id",
    "meter_name",
    "meter_region",
    "offer_id",
    "part_number",
    "partner_earned_credit_applied",
    "partner_earned_credit_rate",
    "partner_name",
    "partner_tenant_id",
    "payg_cost_in_usd",
    "plan_name",
    "previous_invoice_id",
    "pricing_currency",
    "pricing_model",
    "product_id",
    "product_order_id",
    "product_order_name",
    "provider",
    "publisher_id",
    "publisher_name",
    "publisher_type",
    "reseller_mpn_id",
    "reseller_name",
    "reservation_id",
    "reservation_name",
    "resource_location",
    "resource_name",
    "resource_type",
    "service_family",
    "service_info1",
    "service_info2",
    "service_period_end_date",
    "service_period_start_date",
    "subscription_name",
    "tags",
    "term",
    "unit_price",
)
_NAMES = {spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings} | {
    name.replace("_", ""): name for name in _SAME
}
_BRACKETS = re.compile(r".*\(([^()]+)\)\s*", re.DOTALL)
_NEEDED = {
    "cost": "CostInBillingCurrency, Cost or PreTaxCost",
    "date": "Date or UsageDateTime",
    "meter_category": "MeterCategory",
    "subscription_id": "SubscriptionId or SubscriptionGuid",
}
"""Columns without which no file is of the format -> what Azure calls them."""


def canonical(name: str) -> str:
    """Return a column's name as the mapping writes it; one that the mapping does not know in lower case.

    A portal in another language than English puts the English name in brackets behind its own.

    >>> [canonical(name) for name in ("CostInBillingCurrency", "preTaxCost", "InvoiceSection", "metersubcategory")]
    ['cost', 'cost', 'invoice_section_name', 'meter_subcategory']
    >>> canonical("Kategorie der Verbrauchseinheit (MeterCategory)"), canonical("x_Team")
    ('meter_category', 'x_team')
    """
    clean = name.strip().strip("\N{ZERO WIDTH NO-BREAK SPACE}")
    for text in (clean, _BRACKETS.sub(r"\1", clean)):
        known = _NAMES.get(re.sub(r"[^a-z0-9]", "", text.lower()))
        if known:
            return known
    return clean.lower()


def recognise(columns: Iterable[str]) -> bool:
    """Return whether these are the columns of cost and usage details, of any agreement."""
    return {canonical(name) for name in columns} >= _NEEDED.keys()


def has_prices_of_its_own(columns: Sequence[str]) -> bool:
    """Return whether the file is of the customer agreement or of a partner's, which price in a currency of their own.

    Their billing profile is what other agreements call the billing account.
    """
    names = {canonical(name) for name in columns}
    return bool(names & {"cost_in_pricing_currency", "exchange_rate", "customer_tenant_id"})


FORMAT = Format(
    "azure-cost",
    "Azure cost and usage details",
    recognise,
    canonical,
    select_exports,
    halves=True,
    marks=frozenset(_NEEDED),
    as_written=_NEEDED,
)
