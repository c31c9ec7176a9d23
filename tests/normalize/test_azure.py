"""Azure's cost details to FOCUS: periods, accounts, names, places, tags."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from finmod.focus.columns import column
from finmod.normalize import azure, azure_regions, azure_services
from finmod.normalize.mapping import Declared
from tests.normalize.azure_bill import BASE, MACHINE, charge, charges, load_alone, mapped

PAYG = {
    "SubscriptionGuid": "9ec51cfd",
    "UsageDateTime": "2026-09-02",
    "MeterCategory": "Load Balancer",
    "PreTaxCost": "0.075",
    "Currency": "USD",
}


def day(year: int, month: int, number: int) -> datetime:
    """Return a day as the mapping has it: in UTC, without saying so."""
    return datetime(year, month, number, tzinfo=UTC).replace(tzinfo=None)


def test_dates_are_month_first_and_periods_exclude_their_end(tmp_path: Path) -> None:
    found = charge(tmp_path, {"Date": "9/2/2026"})

    assert (found["BillingPeriodStart"], found["BillingPeriodEnd"]) == (day(2026, 9, 1), day(2026, 10, 1))
    assert (found["ChargePeriodStart"], found["ChargePeriodEnd"]) == (day(2026, 9, 2), day(2026, 9, 3))


def test_iso_dates_are_read_as_they_are(tmp_path: Path) -> None:
    iso = {"Date": "2026-09-02T00:00:00Z", "BillingPeriodStartDate": "2026-09-01", "BillingPeriodEndDate": "2026-09-30"}

    found = charge(tmp_path, iso)

    assert (found["ChargePeriodStart"], found["BillingPeriodEnd"]) == (day(2026, 9, 2), day(2026, 10, 1))


def test_a_file_without_a_billing_period_is_of_the_month_of_its_export_folder(tmp_path: Path) -> None:
    folder = tmp_path / "20261001-20261031" / "run"
    folder.mkdir(parents=True)

    found = charge(folder, {"BillingPeriodStartDate": "", "BillingPeriodEndDate": "", "Date": "09/30/2026"})

    assert (found["BillingPeriodStart"], found["BillingPeriodEnd"]) == (day(2026, 10, 1), day(2026, 11, 1))


def test_a_file_in_no_export_folder_is_of_the_month_of_its_charges(tmp_path: Path) -> None:
    found = charge(tmp_path, {"BillingPeriodStartDate": "", "BillingPeriodEndDate": ""})

    assert (found["BillingPeriodStart"], found["BillingPeriodEnd"]) == (day(2026, 9, 1), day(2026, 10, 1))


def test_the_enterprise_agreement_is_billed_by_account_and_month(tmp_path: Path) -> None:
    found = charge(tmp_path, {"BillingProfileId": "8611537"})

    assert (found["BillingAccountId"], found["BillingAccountType"]) == ("8611537", "Billing Account")
    assert found["InvoiceId"] == "8611537-202609"
    assert found["InvoiceIssuerName"] == "Microsoft"


def test_the_customer_agreement_is_billed_by_profile_and_invoice(tmp_path: Path) -> None:
    row = {
        "BillingProfileId": "ABCD-PGB",
        "invoiceId": "G0123",
        "previousInvoiceId": "G0122",
        "costInPricingCurrency": "1",
    }

    found, open_month = mapped(tmp_path, [row, {**row, "invoiceId": ""}])

    assert (found["BillingAccountId"], found["BillingAccountType"]) == ("ABCD-PGB", "Billing Profile")
    assert (found["InvoiceId"], found["x_PreviousInvoiceId"]) == ("G0123", "G0122")
    assert (found["x_BillingAccountId"], open_month["InvoiceId"]) == ("8611537", None)


def test_a_partner_issues_the_invoice_of_what_it_resells(tmp_path: Path) -> None:
    row = {"partnerName": "Resell Ltd", "customerTenantId": "t-1", "customerName": "Shop", "BillingProfileId": "P"}

    found = charge(tmp_path, row)

    assert (found["InvoiceIssuerName"], found["x_CustomerName"], found["BillingAccountId"]) == (
        "Resell Ltd",
        "Shop",
        "P",
    )


def test_a_pay_as_you_go_subscription_is_its_own_account(tmp_path: Path) -> None:
    found = charge(tmp_path, PAYG, base={})

    assert (found["BillingAccountId"], found["SubAccountId"]) == ("9ec51cfd", "9ec51cfd")
    assert (found["ChargeCategory"], found["ChargeFrequency"]) == ("Usage", "Usage-Based")
    assert found["PricingCategory"] == "Standard"


def test_a_row_of_headers_alone_is_no_charge(tmp_path: Path) -> None:
    assert mapped(tmp_path, [dict.fromkeys(BASE, "") | {"Date": "09/02/2026"}, {}])[0]["SubAccountId"] == "9ec51cfd"


def test_a_resource_is_named_by_its_id(tmp_path: Path) -> None:
    found = charge(tmp_path, {})

    assert found["ResourceId"] == MACHINE
    assert (found["ResourceName"], found["ResourceType"]) == ("web-1", "Microsoft.Compute/virtualMachines")


def test_a_reservation_is_a_resource_of_the_tenant(tmp_path: Path) -> None:
    found = charge(tmp_path, {"ResourceId": "/providers/Microsoft.Capacity/reservationOrders/49ed/reservations/"})

    assert (found["ResourceName"], found["ResourceType"]) == (None, "Microsoft.Capacity/reservationOrders")


@pytest.mark.parametrize("spelling", ["US East 2", "EastUS2", "eastus2", "East US 2", "EUS2", "useast2"])
def test_a_region_is_one_however_it_is_spelled(tmp_path: Path, spelling: str) -> None:
    found = charge(tmp_path, {"ResourceLocation": spelling})

    assert (found["RegionId"], found["RegionName"]) == ("eastus2", "East US 2")


@pytest.mark.parametrize("spelling", ["", "Unassigned", "Global"])
def test_what_is_of_no_region_has_none(tmp_path: Path, spelling: str) -> None:
    found = charge(tmp_path, {"ResourceLocation": spelling})

    assert (found["RegionId"], found["RegionName"]) == (None, None)


def test_an_unknown_region_is_kept(tmp_path: Path) -> None:
    found = charge(tmp_path, {"ResourceLocation": "Moon North"})

    assert (found["RegionId"], found["RegionName"]) == ("moonnorth", "Moon North")


def test_the_marketplace_sells_for_others(tmp_path: Path) -> None:
    sold = {"PublisherType": "Marketplace", "PublisherName": "Beacon", "MeterCategory": "Unassigned"}

    found = charge(tmp_path, sold)

    assert (found["ServiceProviderName"], found["HostProviderName"], found["ServiceName"]) == ("Beacon", None, "Beacon")
    assert (found["ServiceCategory"], found["ServiceSubcategory"]) == ("Other", "Other (Other)")


def test_a_column_that_the_mapping_fills_is_not_told_as_absent(tmp_path: Path) -> None:
    without = {name: value for name, value in BASE.items() if name != "PublisherType"}

    project = load_alone(tmp_path, [{}], without)

    assert charges(project, "SELECT HostProviderName FROM charges") == [{"HostProviderName": "Microsoft"}]
    absent = charges(project, "SELECT x_Column FROM findings WHERE x_Code = 'FM1301'")
    assert "HostProviderName" not in {row["x_Column"] for row in absent}


def test_a_service_has_its_category_by_our_table(tmp_path: Path) -> None:
    found = charge(tmp_path, {"MeterCategory": "SQL Managed Instance"})

    assert (found["ServiceName"], found["ServiceCategory"], found["ServiceSubcategory"]) == (
        "SQL Managed Instance",
        "Databases",
        "Relational Databases",
    )


def test_the_tables_hold_words_of_the_standard_alone() -> None:
    assert set(azure_services.CATEGORIES.values()) <= set(column("ServiceCategory").allowed_values)
    assert set(azure_services.SUBCATEGORIES.values()) <= set(column("ServiceSubcategory").allowed_values)
    assert set(azure_regions.NAMES.values()) == set(azure_regions.REGIONS.values())


@pytest.mark.parametrize(
    ("text", "tags", "kept"),
    [
        ('{"env":"prod"}', '{"env":"prod"}', None),
        ('"env": "prod","team": "a, b"', '{"env": "prod","team": "a, b"}', None),
        ("", None, None),
        ('""', None, None),
        ('"env": "pro', None, '"env": "pro'),
        ('{"env": "prod"', None, '{"env": "prod"'),
        ("env=prod", None, "env=prod"),
    ],
    ids=["braces", "no braces", "none", "quotes", "cut", "cut braces", "no json"],
)
def test_tags_are_json_or_null_and_told(tmp_path: Path, text: str, tags: str | None, kept: str | None) -> None:
    found = charge(tmp_path, {"Tags": text})

    assert (found["Tags"], found["x_Tags"]) == (tags, kept)


def test_placeholders_are_no_names(tmp_path: Path) -> None:
    found = charge(tmp_path, {"PartNumber": "-2", "InvoiceSectionName": "Unassigned", "SubscriptionName": "Unassigned"})

    assert (found["SkuPriceId"], found["x_InvoiceSectionName"], found["SubAccountName"]) == (None, None, None)


def test_every_role_has_a_title_of_its_own() -> None:
    titles = {azure.mapping(["Date"], Declared(role)).title for role in ("", "actual", "amortized")}

    assert titles == set(azure.TITLES.values())


@pytest.mark.parametrize(
    "text", ['{"a": NaN}', '{"a": -Infinity}', '{"a": {"b": [nan]}}', '{"a": 1,}', '{"a": "1", "a": "2"}']
)
def test_tags_that_other_readers_refuse_are_told(text: str, tmp_path: Path) -> None:
    project = load_alone(tmp_path, [{"Tags": text}])

    told = charges(project, "SELECT x_Column FROM findings WHERE x_Code = 'FM1305'")
    assert told == [{"x_Column": "Tags"}]


@pytest.mark.parametrize("text", ['{"a": "NaN", "b": "x: nan, ,}"}', '{"nan": "inf", "a": "\\": inf"}', "{}"])
def test_tags_that_hold_such_words_as_text_are_kept(text: str, tmp_path: Path) -> None:
    found = charge(tmp_path, {"Tags": text})

    assert (found["Tags"], found["x_Tags"]) == (text, None)
