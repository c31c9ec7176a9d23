"""Formats are told by their columns, and a file under a wrong one is refused with the right one."""

from __future__ import annotations

import pytest

from finmod.errors import UserError
from finmod.normalize.formats import READERS, detect, detected, require_format
from tests.books import CHARGE

CUR = [
    "identity/LineItemId",
    "bill/BillType",
    "bill/BillingPeriodStartDate",
    "lineItem/UsageStartDate",
    "lineItem/LineItemType",
    "lineItem/UnblendedCost",
    "lineItem/CurrencyCode",
    "bill/PayerAccountId",
    "lineItem/UsageAccountId",
]
CUR2 = [
    "identity_line_item_id",
    "bill_bill_type",
    "bill_billing_period_start_date",
    "line_item_usage_start_date",
    "line_item_line_item_type",
    "line_item_unblended_cost",
    "line_item_currency_code",
    "bill_payer_account_id",
    "bill_payer_account_name",
    "line_item_usage_account_id",
]


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ([*CHARGE], "focus"),
        ([name.upper() for name in CHARGE], "focus"),
        (CUR, "aws-cur"),
        (CUR2, "aws-cur2"),
        (["a", "b"], None),
    ],
)
def test_a_format_is_told_by_its_columns(columns: list[str], name: str | None) -> None:
    assert detect(columns) == name
    if name:
        assert detected(columns, "f.csv") == name
        require_format(name, columns, "f.csv")


@pytest.mark.parametrize(
    ("columns", "given", "likely"), [([*CHARGE], "aws-cur2", "focus"), (CUR2, "focus", "aws-cur2")]
)
def test_a_wrong_format_is_refused_with_the_right_one(columns: list[str], given: str, likely: str) -> None:
    with pytest.raises(
        UserError, match=rf"(?s)f.csv:1: the file is not of the format {given}.*--format {likely}\..*FM1123"
    ):
        require_format(given, columns, "f.csv")


def test_parquet_has_no_line_of_a_header() -> None:
    with pytest.raises(UserError, match=r"^f\.parquet: the file is not of the format focus"):
        require_format("focus", CUR2, "f.parquet", line=None)
    with pytest.raises(UserError, match=r"^f\.parquet: the file is of no format"):
        detected(["a"], "f.parquet", line=None)


def test_a_file_of_no_format_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(UserError, match="it lacks the column ChargePeriodStart, ChargeCategory"):
        detected(["BilledCost"], "f.csv")
    with pytest.raises(UserError, match="See docs/reference/mappings"):
        detected(["a"], "f.csv")


def test_readers_are_named_as_their_formats() -> None:
    assert {name: reader.format.name for name, reader in READERS.items()} == {name: name for name in READERS}


@pytest.mark.parametrize(
    ("name", "columns", "lacking"),
    [
        ("azure-cost", ["Cost", "MeterCategory", "SubscriptionId"], "Date or UsageDateTime"),
        ("azure-cost", ["Date", "MeterCategory", "SubscriptionId"], "CostInBillingCurrency, Cost or PreTaxCost"),
        (
            "azure-cost",
            ["Date", "Cost"],
            "MeterCategory, and SubscriptionId or SubscriptionGuid",
        ),
        ("gcp-billing", ["billing_account_id", "usage_start_time", "service", "credits"], "cost"),
        ("oci-cost", ["lineItem/intervalUsageStart", "cost/myCost"], "product/service"),
        ("oci-cost", ["product/service"], "cost/myCost, and lineItem/intervalUsageStart"),
        ("cloudzero-cbf", ["time/usage_start"], "cost/cost"),
    ],
)
def test_a_column_that_a_format_needs_is_named(name: str, columns: list[str], lacking: str) -> None:
    with pytest.raises(UserError, match=f"the file is not of the format {name}: it lacks {lacking};"):
        require_format(name, columns, "a.csv")


def test_a_usage_report_of_oracle_is_told_as_what_it_is() -> None:
    columns = ["lineItem/intervalUsageStart", "product/service", "usage/consumedQuantity", "usage/billedQuantity"]

    with pytest.raises(UserError, match="it lacks cost/myCost") as error:
        require_format("oci-cost", columns, "a.csv")

    assert error.value.problems[0].remedy == (
        "It looks like a usage report, which never has a cost: load the cost report, of reports/cost-csv."
    )


def test_a_file_of_something_else_lacks_nothing_by_name() -> None:
    with pytest.raises(UserError, match="the file is not of the format oci-cost; expected the columns of"):
        require_format("oci-cost", ["a", "b"], "a.csv")
