"""Who, where, what and when of an AWS charge."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.focus.columns import columns as focus_columns
from finmod.focus.columns import service_categories
from finmod.normalize import aws, aws_services
from tests.normalize.aws_bill import charge, charges, read

USAGE = {"line_item_line_item_type": "Usage", "line_item_unblended_cost": "1"}


@pytest.mark.parametrize("format_name", ["aws-cur", "aws-cur2"])
def test_each_target_is_a_focus_column_or_ours_and_stands_once(format_name: str) -> None:
    targets = [column.target for column in aws.mapping(format_name, ()).columns]
    known = {column.id for column in focus_columns()}
    assert len(targets) == len(set(targets))
    assert [name for name in targets if name not in known and not name.startswith("x_")] == []


def test_each_choice_names_its_source() -> None:
    silent = [column.target for column in aws.AWS_CUR.columns if column.alternative and not column.source]
    assert silent == []


def test_subcategories_stand_under_the_category_that_focus_puts_them_under() -> None:
    inside = service_categories()
    assert [
        code for code, name in aws_services.SUBCATEGORIES.items() if name not in inside[aws_services.CATEGORIES[code]]
    ] == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"line_item_product_code": "AmazonS3"}, ("Amazon Simple Storage Service", "Storage", "Object Storage")),
        (
            {"line_item_product_code": "AmazonEC2", "line_item_usage_type": "EU-EBS:VolumeUsage.gp3"},
            ("Amazon Elastic Compute Cloud", "Storage", "Block Storage"),
        ),
        (
            {"line_item_product_code": "AmazonEC2", "line_item_usage_type": "EU-NatGateway-Hours"},
            ("Amazon Elastic Compute Cloud", "Networking", "Network Infrastructure"),
        ),
        (
            {"line_item_product_code": "5hnn", "product_product_name": "A seller's software"},
            ("A seller's software", "Other", "Other (Other)"),
        ),
        ({"line_item_product_code": "AmazonNewThing"}, ("AmazonNewThing", "Other", "Other (Other)")),
    ],
)
def test_services_have_a_name_and_a_category(tmp_path: Path, row: dict[str, str], expected: tuple[str, ...]) -> None:
    found = charge(tmp_path, {**USAGE, **row})
    assert (found["ServiceName"], found["ServiceCategory"], found["ServiceSubcategory"]) == expected


def test_the_marketplace_names_its_seller(tmp_path: Path) -> None:
    market = {
        "bill_billing_entity": "AWS Marketplace",
        "line_item_legal_entity": "Red Hat, Inc.",
        "bill_invoicing_entity": "Amazon Web Services EMEA SARL",
    }
    own = {"line_item_legal_entity": "Amazon Web Services, Inc."}
    columns = ("ServiceProviderName", "HostProviderName", "InvoiceIssuerName")
    found = [tuple(row[column] for column in columns) for row in charges(tmp_path, [USAGE | market, USAGE | own])]
    assert found == [
        ("Red Hat, Inc.", None, "Amazon Web Services EMEA SARL"),
        ("AWS", "AWS", "Amazon Web Services, Inc."),
    ]


def test_an_account_that_changes_its_payer_has_charges_under_both(tmp_path: Path) -> None:
    rows = [USAGE | {"bill_payer_account_id": payer, "bill_invoice_id": f"inv-{payer}"} for payer in ("1", "2")]
    found = charges(tmp_path, rows)
    assert [(row["BillingAccountId"], row["SubAccountId"], row["InvoiceId"]) for row in found] == [
        ("1", "222222222222", "inv-1"),
        ("2", "222222222222", "inv-2"),
    ]


@pytest.mark.parametrize(
    ("resource", "product", "kind"),
    [
        ("i-0abc", "AmazonEC2", "instance"),
        ("vol-0abc", "AmazonEC2", "volume"),
        ("arn:aws:ec2:us-east-1:1:instance/i-0abc", "AmazonEC2", "instance"),
        ("arn:aws:rds:us-east-1:1:db:orders", "AmazonRDS", "db"),
        ("arn:aws:lambda:us-east-1:1:function:f", "AWSLambda", "function"),
        ("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/a/b", "AWSELB", "loadbalancer"),
        ("arn:aws:s3:::logs", "AmazonS3", "bucket"),
        ("logs", "AmazonS3", "bucket"),
        ("something", "AmazonOther", None),
        ("", "AmazonS3", None),
    ],
)
def test_a_resource_id_tells_its_type(tmp_path: Path, resource: str, product: str, kind: str | None) -> None:
    found = charge(tmp_path, USAGE | {"line_item_resource_id": resource, "line_item_product_code": product})
    assert (found["ResourceId"], found["ResourceType"]) == (resource or None, kind)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"product_region_code": "eu-west-1"}, ("eu-west-1", "EU (Ireland)")),
        ({"product_region": "eu-west-1", "product_location": "EU West"}, ("eu-west-1", "EU (Ireland)")),
        ({"line_item_availability_zone": "ap-southeast-2b"}, ("ap-southeast-2", "Asia Pacific (Sydney)")),
        ({"product_location": "EU (Ireland)"}, ("eu-west-1", "EU (Ireland)")),
        ({"product_region": "xx-new-9", "product_location": "New"}, ("xx-new-9", "New")),
        ({"product_location": "Any"}, (None, None)),
    ],
)
def test_regions_are_found_and_have_one_name(tmp_path: Path, row: dict[str, str], expected: tuple[str, str]) -> None:
    found = charge(tmp_path, USAGE | row)
    assert (found["RegionId"], found["RegionName"]) == expected


@pytest.mark.parametrize("end", ["2026-09-30T23:59:59Z", "2026-10-01T00:00:00Z"])
def test_periods_exclude_their_end(tmp_path: Path, end: str) -> None:
    found = charge(tmp_path, USAGE | {"line_item_usage_end_date": end})
    assert found["ChargePeriodEnd"] == datetime(2026, 10, 1)  # noqa: DTZ001 -- the ledger adds the zone


HOSTILE = 'a "quoted" \\ back\nslash, {"user_x":1}'


def test_tags_in_columns_become_json_with_sorted_keys(tmp_path: Path) -> None:
    rows = [
        USAGE
        | {"resourceTags/user:Team": HOSTILE, "resourceTags/aws:createdBy": "root", "resourceTags/user:Name": "web"},
        USAGE | {"resourceTags/user:team": "lower", "resourceTags/user:cost$center@x#y": "7"},
        USAGE,
    ]
    found = charges(tmp_path, rows)
    assert [row["Tags"] and json.loads(row["Tags"]) for row in found] == [
        {"Name": "web", "Team": HOSTILE, "aws:createdBy": "root"},
        {"team": "lower", "cost$center@x#y": "7"},
        None,
    ]
    assert list(json.loads(found[0]["Tags"])) == ["Name", "Team", "aws:createdBy"]
    assert [row["ResourceName"] for row in found] == ["web", None, None]


def test_cost_categories_become_json(tmp_path: Path) -> None:
    found = charge(tmp_path, USAGE | {"costCategory/Charge type": "run", "costCategory/OUs": ""})
    assert found["x_CostCategories"] == '{"Charge type":"run"}'


MAPS = {
    "product": {"product_name": "Amazon RDS", "region": "eu-west-1"},
    "resource_tags": {"user_name": "db", "user_team": HOSTILE, "user_aws_owner": "x", "aws_created_by": "root"},
    "cost_category": {"ou": "retail"},
}


def test_map_columns_in_csv_and_parquet_give_the_same_charge(tmp_path: Path) -> None:
    row = USAGE | {name: json.dumps(value, separators=(",", ":")) for name, value in MAPS.items()}
    by_csv = charge(tmp_path, row, "aws-cur2")
    maps = ", ".join(f"CAST(json({name}) AS MAP(VARCHAR, VARCHAR)) AS {name}" for name in MAPS)
    path = tmp_path / "bill.parquet"
    with Engine() as engine:
        typed = "CAST(line_item_unblended_cost AS DOUBLE) AS line_item_unblended_cost"
        engine.copy_parquet(
            f"SELECT * REPLACE ({maps}, {typed}) FROM read_csv('{tmp_path}/bill.csv', all_varchar = true)", path
        )
        (by_parquet,) = read(engine, path, "aws-cur2", tmp_path)
    by_parquet["x_UnblendedCost"] = by_csv["x_UnblendedCost"]
    assert by_parquet == by_csv
    assert json.loads(by_csv["Tags"]) == {"name": "db", "team": HOSTILE, "aws_owner": "x", "aws:created_by": "root"}
    assert (by_csv["ServiceName"], by_csv["RegionId"], by_csv["ResourceName"]) == ("Amazon RDS", "eu-west-1", "db")
    assert by_csv["x_CostCategories"] == '{"ou":"retail"}'


def test_empty_maps_are_null(tmp_path: Path) -> None:
    found = charge(tmp_path, USAGE | {"resource_tags": "{}", "discount": "{}", "cost_category": "{}"}, "aws-cur2")
    assert (found["Tags"], found["x_Discounts"], found["x_CostCategories"]) == (None, None, None)


def test_a_row_without_type_cost_and_time_is_no_charge(tmp_path: Path) -> None:
    empty = {"line_item_usage_start_date": "", "line_item_usage_end_date": ""}
    assert len(charges(tmp_path, [USAGE, empty])) == 1


def test_hours_are_written_as_focus_writes_them(tmp_path: Path) -> None:
    rows = [USAGE | {"pricing_unit": unit} for unit in ("Hrs", "GB-Mo", "Requests", "vCPU-Hours")]
    assert [row["PricingUnit"] for row in charges(tmp_path, rows)] == ["Hours", "GB-Months", "Requests", "vCPU-Hours"]


@pytest.mark.parametrize("cell", ["{'user_x': 'y'}", "{bad", "x", '{"a":1} b', "[1]"])
def test_map_columns_that_are_no_json_are_kept_as_they_are(tmp_path: Path, cell: str) -> None:
    maps = dict.fromkeys(("resource_tags", "product", "cost_category", "discount"), cell)
    found = charge(tmp_path, {**USAGE, "line_item_product_code": "AmazonS3", **maps}, "aws-cur2")
    assert (found["Tags"], found["x_CostCategories"], found["x_Discounts"]) == (cell, cell, cell)
    assert (found["ResourceName"], found["x_OperatingSystem"], found["RegionId"]) == (None, None, None)
    assert found["ServiceName"] == "Amazon Simple Storage Service"
