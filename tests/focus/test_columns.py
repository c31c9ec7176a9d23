"""The facts of the standard: how many columns each version has, and what they are."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from finmod.errors import InternalError
from finmod.focus.columns import (
    COSTS,
    DATASETS,
    KEY_COLUMNS,
    MEASURES,
    VERSIONS,
    Version,
    attribution,
    column,
    columns,
    ledger_columns,
    service_categories,
)


def ids(version: Version, dataset: str = "CostAndUsage") -> set[str]:
    return {item.id for item in columns(dataset, version)}


def test_every_version_has_its_number_of_columns() -> None:
    assert [len(columns(version=version)) for version in VERSIONS] == [43, 50, 57, 65, 65]


def test_all_four_datasets_of_1_4_are_there() -> None:
    assert {dataset: len(columns(dataset)) for dataset in DATASETS} == {
        "CostAndUsage": 65,
        "ContractCommitment": 30,
        "BillingPeriod": 6,
        "InvoiceDetail": 22,
    }


@pytest.mark.parametrize(
    ("older", "newer", "added", "removed"),
    [
        ("1.0", "1.1", {"CapacityReservationId", "CapacityReservationStatus", "CommitmentDiscountQuantity",
                        "CommitmentDiscountUnit", "ServiceSubcategory", "SkuMeter", "SkuPriceDetails"}, set()),
        ("1.1", "1.2", {"BillingAccountType", "InvoiceId", "PricingCurrency", "PricingCurrencyContractedUnitPrice",
                        "PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice", "SubAccountType"}, set()),
        ("1.2", "1.3", {"AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName",
                        "AllocatedTags", "ContractApplied", "HostProviderName", "ServiceProviderName"}, set()),
        ("1.3", "1.4", {"CommitmentProgramEligibilityDetails", "InvoiceDetailId"}, {"ProviderName", "PublisherName"}),
    ],
)  # fmt: skip
def test_each_version_adds_and_drops_its_columns(
    older: Version, newer: Version, added: set[str], removed: set[str]
) -> None:
    assert ids(newer) - ids(older) == added
    assert ids(older) - ids(newer) == removed


def test_columns_come_in_alphabetical_order() -> None:
    for dataset in DATASETS:
        found = [item.id for item in columns(dataset)]
        assert found == sorted(found)


def test_the_ledger_holds_the_columns_of_1_4() -> None:
    assert ledger_columns() == columns("CostAndUsage", "1.4")


def test_costs_are_mandatory_decimals_without_null() -> None:
    for cost in COSTS:
        item = column(cost)
        assert (item.data_type, item.level, item.allows_nulls) == ("Decimal", "Mandatory", False)


def test_measures_are_decimals_and_no_unit_prices() -> None:
    assert {column(measure).data_type for measure in MEASURES} == {"Decimal"}
    assert not [measure for measure in MEASURES if "UnitPrice" in measure]


def test_key_columns_are_all_text_but_the_details_of_one_split() -> None:
    assert len(KEY_COLUMNS) == 47
    assert {column(name).data_type for name in KEY_COLUMNS} == {"String", "JSON"}
    assert {"ContractApplied", "AllocatedMethodDetails", "BilledCost", "ChargePeriodStart"}.isdisjoint(KEY_COLUMNS)
    assert {"Tags", "BillingCurrency", "InvoiceId"} <= set(KEY_COLUMNS)


def test_unit_prices_must_not_be_negative() -> None:
    assert {item.id for item in columns() if item.minimum == 0} == {
        "ContractedUnitPrice",
        "ListUnitPrice",
        "PricingCurrencyContractedUnitPrice",
        "PricingCurrencyListUnitPrice",
    }


def test_every_subcategory_has_one_category() -> None:
    listed = [name for inside in service_categories().values() for name in inside]
    assert len(listed) == len(set(listed)) == len(column("ServiceSubcategory").allowed_values)
    assert set(service_categories()) == set(column("ServiceCategory").allowed_values)


def test_an_unknown_dataset_names_the_near_one() -> None:
    with pytest.raises(InternalError, match="no FOCUS dataset 'CostAndUse'; did you mean 'CostAndUsage'"):
        columns("CostAndUse")


def test_an_unknown_column_is_our_fault() -> None:
    with pytest.raises(InternalError, match="FOCUS CostAndUsage has no column 'Cost'"):
        column("Cost")


def test_the_facts_carry_the_credit_that_their_licence_asks_for() -> None:
    schema = json.loads(resources.files("finmod.focus").joinpath("schema.json").read_text(encoding="utf-8"))
    assert schema["license"] == "CC-BY-4.0"
    for part in ("FOCUS", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "Changed:"):
        assert part in attribution()


def test_our_facts_agree_with_the_model_of_a_foreign_toolkit() -> None:
    registry = pytest.importorskip("focus_data_toolkit.schema.registry", reason="PyPI focus-data-toolkit is the judge")
    model = pytest.importorskip("focus_data_toolkit.model").load_model()
    assert dict(model["service_subcategory_parents"]) == {
        name: category for category, inside in service_categories().items() for name in inside
    }
    names = {"Cost and Usage": "CostAndUsage", "Contract Commitment": "ContractCommitment",
             "Billing Period": "BillingPeriod", "Invoice Detail": "InvoiceDetail"}  # fmt: skip
    versions: tuple[Version, ...] = ("1.2", "1.3", "1.4")
    for theirs, ours in names.items():
        for version in versions:
            assert ids(version, ours) == set(registry.version_columns(theirs, version)), (ours, version)
        for item in columns(ours):
            facts = model["datasets"][theirs]["columns"][item.id]
            assert (item.data_type, item.level, item.allows_nulls, item.introduced) == (
                facts["data_type"], facts["feature_level"], facts["allows_nulls"], facts["version"]
            ), item.id  # fmt: skip
            assert set(item.allowed_values) == set(facts["allowed_values"] or ()), item.id
