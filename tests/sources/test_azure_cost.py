"""Azure's cost details: every agreement's column names, one set of names in the mapping."""

from __future__ import annotations

import pytest

from finmod.normalize.formats import detect
from finmod.sources.azure_cost import FORMAT, canonical, has_prices_of_its_own, recognise

HEADERS = {
    "enterprise agreement": "InvoiceSectionName,SubscriptionId,Date,MeterCategory,CostInBillingCurrency",
    "customer agreement": "invoiceId,SubscriptionId,date,meterCategory,costInBillingCurrency,costInPricingCurrency",
    "partner agreement": "partnerName,customerTenantId,SubscriptionId,date,meterCategory,costInBillingCurrency",
    "pay-as-you-go": "SubscriptionGuid,UsageDateTime,MeterCategory,PreTaxCost,InstanceId,Currency",
    "pay-as-you-go, camel case": "subscriptionGuid,usageDateTime,meterCategory,preTaxCost,instanceId,currency",
    "lower case": "subscriptionid,UsageDateTime,metercategory,costinbillingcurrency",
    "german": "Abonnement-GUID (SubscriptionGuid),UsageDateTime (UsageDateTime),"
    "Kategorie der Verbrauchseinheit (MeterCategory),PreTaxCost (PreTaxCost)",
    "byte order mark": "\ufeffSubscriptionGuid,UsageDateTime,MeterCategory,PreTaxCost",
    "quoted with blanks": " SubscriptionId , Date , MeterCategory , Cost ",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_every_agreements_header_is_known(header: str) -> None:
    columns = header.split(",")

    assert recognise(columns)
    assert detect(columns) == "azure-cost"
    assert {canonical(name) for name in columns} >= {"cost", "date", "meter_category", "subscription_id"}


@pytest.mark.parametrize(
    "header",
    [
        "date,cost,product,team",
        "BilledCost,ChargePeriodStart,ChargeCategory,x_SkuMeterId,SubAccountId",
        "lineItem/LineItemType,lineItem/UnblendedCost,bill/PayerAccountId",
        "SubscriptionId,Date,MeterCategory,Quantity",
    ],
)
def test_other_bills_are_not_taken_for_azures(header: str) -> None:
    assert not recognise(header.split(","))


@pytest.mark.parametrize(
    ("spellings", "name"),
    [
        ("ResourceId resourceId InstanceId InstanceName", "resource_id"),
        ("CostInBillingCurrency costInBillingCurrency Cost PreTaxCost", "cost"),
        ("BillingCurrency BillingCurrencyCode Currency", "currency"),
        ("Quantity UsageQuantity quantity", "quantity"),
        ("EffectivePrice ResourceRate", "effective_price"),
        ("PayGPrice pay-as-you-goPrice", "payg_price"),
        ("MeterSubCategory MeterSubcategory", "meter_subcategory"),
        ("ResourceGroup resourceGroupName", "resource_group"),
        ("benefitId BenefitId", "benefit_id"),
        ("ServiceInfo1 serviceInfo1", "service_info1"),
    ],
)
def test_a_column_has_one_name_however_it_is_spelled(spellings: str, name: str) -> None:
    assert {canonical(spelling) for spelling in spellings.split()} == {name}


def test_brackets_that_name_no_column_are_left_alone() -> None:
    assert canonical("Team (old)") == "team (old)"


def test_the_customer_agreement_is_told_by_prices_of_its_own() -> None:
    assert has_prices_of_its_own(["exchangeRatePricingToBilling"])
    assert has_prices_of_its_own(["customerTenantId"])
    assert not has_prices_of_its_own(["BillingProfileId", "CostInBillingCurrency"])


def test_a_bill_comes_in_halves() -> None:
    assert FORMAT.halves
