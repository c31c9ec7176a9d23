"""Lines of an Oracle cost report: what each becomes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from finmod.focus.columns import service_categories
from finmod.normalize.oci_services import CATEGORIES, SUBCATEGORIES
from tests.journeys.bills import new_project, rows
from tests.normalize.loaded import charge, charges, findings, refused

LINE = {
    "lineItem/referenceNo": "r1",
    "lineItem/tenantId": "ocid1.tenancy.oc1..t",
    "lineItem/intervalUsageStart": "2026-09-13T10:00Z",
    "lineItem/intervalUsageEnd": "2026-09-13T11:00Z",
    "product/service": "COMPUTE",
    "product/compartmentId": "ocid1.compartment.oc1..c",
    "product/compartmentName": "web",
    "product/region": "eu-frankfurt-1",
    "product/availabilityDomain": "ad-1",
    "product/resourceId": "ocid1.instance.oc1.fra.x",
    "usage/billedQuantity": "3",
    "usage/billedQuantityOverage": "",
    "cost/subscriptionId": "sub",
    "cost/productSku": "B1",
    "product/Description": "Standard - E4",
    "cost/unitPrice": "0.5",
    "cost/unitPriceOverage": "",
    "cost/myCost": "1.5",
    "cost/myCostOverage": "",
    "cost/currencyCode": "USD",
    "cost/billingUnitReadable": "1 NONE HOURS OCPUS",
    "cost/skuUnitDescription": "OCPU Hours",
    "cost/overageFlag": "false",
    "lineItem/isCorrection": "false",
    "lineItem/backreferenceNo": "17053",
}
OVERAGE = {
    "cost/overageFlag": "true",
    "usage/billedQuantityOverage": "1",
    "cost/unitPriceOverage": "0.5",
    "cost/myCostOverage": "0.5",
}


def report(*lines: dict[str, str]) -> dict[str, str]:
    """Return a report: what a line does not say comes from ``LINE``."""
    names = list(dict.fromkeys(name for line in (LINE, *lines) for name in line))
    body = [names, *([{**LINE, **line}.get(name, "") for name in names] for line in lines)]
    return {"0001.csv": "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in body)}


def test_a_line_is_usage_at_the_price_of_the_contract(tmp_path: Path) -> None:
    picked = (
        "BilledCost, EffectiveCost, ContractedCost, ListCost, ContractedUnitPrice, PricingQuantity, PricingUnit, "
        "ConsumedQuantity, ChargeCategory, ChargeClass, BillingCurrency"
    )
    cost = Decimal("1.5")

    assert charge(tmp_path, "oci-cost", report({}), picked) == {
        "BilledCost": cost,
        "EffectiveCost": cost,
        "ContractedCost": cost,
        "ListCost": None,
        "ContractedUnitPrice": Decimal("0.5"),
        "PricingQuantity": Decimal(3),
        "PricingUnit": "OCPU Hours",
        "ConsumedQuantity": Decimal(3),
        "ChargeCategory": "Usage",
        "ChargeClass": None,
        "BillingCurrency": "USD",
    }


def test_a_line_names_its_tenancy_compartment_region_and_service(tmp_path: Path) -> None:
    picked = (
        "BillingAccountId, SubAccountId, SubAccountName, RegionId, RegionName, AvailabilityZone, ServiceName, "
        "ServiceCategory, ServiceSubcategory, SkuId, ResourceType, InvoiceId, InvoiceIssuerName, x_SubscriptionId"
    )

    assert tuple(charge(tmp_path, "oci-cost", report({}), picked).values()) == (
        "ocid1.tenancy.oc1..t",
        "ocid1.compartment.oc1..c",
        "web",
        "eu-frankfurt-1",
        "Germany Central (Frankfurt)",
        "ad-1",
        "COMPUTE",
        "Compute",
        "Virtual Machines",
        "B1",
        "instance",
        "sub-202609",
        "Oracle",
        "sub",
    )


@pytest.mark.parametrize("start", ["2026-09-13T10:00Z", "2026-09-13T10:00:00Z", "2026-09-13T10:00:00.000Z"])
def test_times_without_seconds_are_read(start: str, tmp_path: Path) -> None:
    picked = "strftime(ChargePeriodStart, '%Y-%m-%d %H:%M'), x_BillingPeriod, strftime(BillingPeriodEnd, '%Y-%m-%d')"
    found = charges(tmp_path, "oci-cost", report({"lineItem/intervalUsageStart": start}), picked)

    assert [(row[0], str(row[1]), row[2]) for row in found] == [("2026-09-13 10:00", "2026-09-01", "2026-10-01")]


def test_overage_is_a_part_of_the_cost_and_never_added(tmp_path: Path) -> None:
    picked = "BilledCost, ContractedUnitPrice, x_OverageFlag, x_OverageQuantity, x_OverageUnitPrice, x_OverageCost"

    found = charges(tmp_path, "oci-cost", report(OVERAGE), picked)

    assert found == [(Decimal("1.5"), None, "true", "1", "0.5", "0.5")]
    assert "FM1269" not in {code for code, _, _ in findings(tmp_path)}


def test_overage_of_more_than_the_cost_is_an_error(tmp_path: Path) -> None:
    charges(tmp_path, "oci-cost", report({}, {**OVERAGE, "cost/myCost": "0"}, OVERAGE), "1")

    assert ("FM1269", "error") in {(code, severity) for code, severity, _ in findings(tmp_path)}
    said = next(message for code, _, message in findings(tmp_path) if code == "FM1269")
    assert said.startswith("The overage is more than the cost of 1 line, by 0.5 USD in all: it is no part")


def test_a_cost_that_is_no_number_is_never_offered_as_null_and_another_cell_with_every_column(tmp_path: Path) -> None:
    said = refused(tmp_path, "oci-cost", report({"cost/myCost": "zwei", "cost/unitPrice": "drei"}))
    assert "cost/myCost is 'zwei'; expected a number that fits DECIMAL(38,12).\n  Mend the export. (FM1120" in said
    words = said[said.index("cost/unitPrice is") :].split("read such cells as NULL: ")[1].split(". (FM")[0].split()

    columns = words[1::2]
    assert set(words[::2]) == {"--unreadable-as-null"}
    found = charges(tmp_path, "oci-cost", report({"cost/unitPrice": "drei"}), "1", unreadable_as_null=columns)
    assert len(found) == 1


def test_a_correction_takes_back_what_it_names(tmp_path: Path) -> None:
    correction = {
        "lineItem/referenceNo": "r2",
        "lineItem/isCorrection": "true",
        "lineItem/backreferenceNo": "r1",
        "usage/billedQuantity": "-1",
        "cost/myCost": "-0.5",
    }
    picked = (
        "BilledCost, PricingQuantity, ConsumedQuantity, ChargeCategory, ChargeClass, x_ReferenceNo, x_BackreferenceNo"
    )

    found = charges(tmp_path, "oci-cost", report({}, correction), picked)

    assert found[0][4:] == (None, "r1", "17053")
    assert found[1] == (Decimal("-0.5"), Decimal(-1), None, "Usage", "Correction", "r2", "r1")
    assert rows(new_project(tmp_path), "SELECT sum(BilledCost) FROM charges") == [(Decimal(1),)]
    assert {code for code, severity, _ in findings(tmp_path) if severity != "info"} <= {"FM1301"}


def test_a_correction_that_adds_to_the_bill_is_told(tmp_path: Path) -> None:
    adds = {"lineItem/isCorrection": "TRUE", "lineItem/backreferenceNo": "r1", "cost/myCost": "2.5"}

    charges(tmp_path, "oci-cost", report({}, adds, {**adds, "cost/myCost": "0"}), "1")

    assert ("FM1289", "warning", (
        "1 correction adds to the bill, by 2.5 USD in all: where Oracle means it in the place of the line that it "
        "corrects, that line counts twice."
    )) in findings(tmp_path)  # fmt: skip


@pytest.mark.parametrize("value", ["yes", "Wombat", "0"])
def test_a_correction_that_is_neither_true_nor_false_is_told(value: str, tmp_path: Path) -> None:
    lines = [{"lineItem/isCorrection": each} for each in ("FALSE", value, "", value)]

    assert charges(tmp_path, "oci-cost", report(*lines), "ChargeClass") == [(None,)] * 4

    told = {code: (severity, message) for code, severity, message in findings(tmp_path)}
    assert told["FM1240"] == (
        "warning", "lineItem/isCorrection is neither true nor false in 2 lines, read as no correction.",
    )  # fmt: skip


def test_blanks_around_a_correction_and_an_overage_say_nothing(tmp_path: Path) -> None:
    lines = report({"lineItem/isCorrection": " true "}, {"cost/overageFlag": "TRUE ", "cost/unitPrice": "2"})

    found = charges(tmp_path, "oci-cost", lines, "ChargeClass, ContractedUnitPrice IS NULL")

    assert [row[0] for row in found] == ["Correction", None]
    assert found[1][1]
    assert "FM1240" not in {code for code, _, _ in findings(tmp_path)}


def test_an_overage_that_is_no_number_is_told(tmp_path: Path) -> None:
    lines = report({}, {**OVERAGE, "cost/myCostOverage": "abc"}, OVERAGE)

    assert charges(tmp_path, "oci-cost", lines, "x_OverageCost") == [(None,), ("abc",), ("0.5",)]

    told = {code: (severity, message) for code, severity, message in findings(tmp_path)}
    assert told["FM1241"] == (
        "warning",
        "cost/myCostOverage is no number in 1 line: whether it is a part of the cost is not known.",
    )
    assert "FM1269" not in told


def test_tags_keep_their_namespace(tmp_path: Path) -> None:
    tagged = {"tags/Ops.Team": "web", r"tags/Dev\x.$free": 'a"b'.replace('"', '""'), "tags/Ops.Empty": ""}

    found = charges(tmp_path, "oci-cost", report(tagged, {}), "Tags")

    assert found == [('{"Dev\\\\x.$free":"a\\"b","Ops.Team":"web"}',), (None,)]


def test_the_free_tier_costs_nothing_and_an_empty_cost_is_unknown(tmp_path: Path) -> None:
    free = {"cost/unitPrice": "0", "cost/myCost": "0"}

    found = charges(tmp_path, "oci-cost", report(free, {"cost/myCost": ""}), "BilledCost, EffectiveCost")

    assert found == [(Decimal(0), Decimal(0)), (None, None)]
    assert ("FM1310", "error") in {(code, severity) for code, severity, _ in findings(tmp_path)}


def test_a_service_or_region_that_the_tables_lack_keeps_its_name(tmp_path: Path) -> None:
    line = {"product/service": "BRAND_NEW", "product/region": "xx-new-1", "product/resourceId": "oci_thing"}
    picked = "ServiceName, ServiceCategory, ServiceSubcategory, RegionName, ResourceType"

    assert tuple(charge(tmp_path, "oci-cost", report(line), picked).values()) == (
        "BRAND_NEW",
        "Other",
        "Other (Other)",
        "xx-new-1",
        None,
    )


def test_every_category_of_the_table_is_one_of_the_standard() -> None:
    known = service_categories()

    assert all(SUBCATEGORIES[code] in known[category] for code, category in CATEGORIES.items())


@pytest.mark.parametrize("cell", ["NaN", "1,5", "USD 1", "inf"])
def test_a_cost_that_is_no_number_is_refused(cell: str, tmp_path: Path) -> None:
    said = refused(tmp_path, "oci-cost", report({}, {"cost/myCost": cell}))

    assert f"0001.csv, row 2: cost/myCost is '{cell}'" in said
    assert "FM1120" in said


def test_two_currencies_of_one_tenancy_are_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, "oci-cost", report({}, {"cost/currencyCode": "EUR"}))

    assert "one billing account is billed in USD and EUR in 2026-09" in said


def test_a_line_without_currency_or_day_is_refused(tmp_path: Path) -> None:
    assert "FM1122" in refused(tmp_path / "a", "oci-cost", report({"cost/currencyCode": ""}))
    said = refused(tmp_path / "b", "oci-cost", report({"lineItem/intervalUsageStart": ""}))
    assert said.count("FM1125") == 1
    assert "row 1: lineItem/intervalUsageStart is empty in 1 row" in said


def test_a_usage_report_is_refused_as_one_without_cost(tmp_path: Path) -> None:
    usage = {"0001.csv": "lineItem/intervalUsageStart,product/service,usage/consumedQuantity\n2026-09-13T10:00Z,A,1\n"}

    assert "the file is not of the format oci-cost" in refused(tmp_path, "oci-cost", usage)


def test_another_format_is_named_where_a_report_is_given_under_its_name(tmp_path: Path) -> None:
    assert "load it with --format oci-cost" in refused(tmp_path, "focus", report({}))


def test_hostile_texts_stay_text(tmp_path: Path) -> None:
    line = {"product/compartmentName": "=1+1'; DROP TABLE charges; --", "product/service": "$cost_my_cost"}

    found = charges(tmp_path, "oci-cost", report(line), "SubAccountName, ServiceName")

    assert found == [("=1+1'; DROP TABLE charges; --", "$cost_my_cost")]


def test_findings_about_lines_stand_in_their_month_alone(tmp_path: Path) -> None:
    adds = {"lineItem/isCorrection": "TRUE", "lineItem/backreferenceNo": "r1", "cost/myCost": "2.5"}
    october = {**adds, "lineItem/intervalUsageStart": "2026-10-13T10:00Z"}

    charges(tmp_path, "oci-cost", report({}, october), "1")

    sql = "SELECT strftime(x_BillingPeriod, '%Y-%m'), x_Charges FROM findings WHERE x_Code = 'FM1289'"
    assert rows(new_project(tmp_path), sql) == [("2026-10", 1)]
