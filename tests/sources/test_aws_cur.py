"""Column names, tags and report versions of the legacy AWS report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.sources import aws_cur

COLUMNS = ["bill/PayerAccountId", "lineItem/LineItemType", "lineItem/UnblendedCost"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("lineItem/UnblendedCost", "line_item_unblended_cost"),
        ("line_item_unblended_cost", "line_item_unblended_cost"),
        ("lineitem_unblendedcost", "line_item_unblended_cost"),
        ("lineitem/unblendedcost", "line_item_unblended_cost"),
        ("\ufeffidentity/LineItemId", "identity_line_item_id"),
        ("savingsPlan/SavingsPlanARN", "savings_plan_savings_plan_a_r_n"),
        ("savingsPlan/SavingsPlanArn", "savings_plan_savings_plan_a_r_n"),
        ("reservation/ReservationARN", "reservation_reservation_a_r_n"),
        ("reservation_reservation_arn", "reservation_reservation_a_r_n"),
        ("product/ProductName", "product_product_name"),
        ("product/servicecode", "product_servicecode"),
        ("pricing/publicOnDemandCost", "pricing_public_on_demand_cost"),
        ("splitLineItem/ParentResourceId", "split_line_item_parent_resource_id"),
        ("capacityReservation/CapacityReservationArn", "capacity_reservation_capacity_reservation_arn"),
        ("product/maxIopsBurstPerformance", "product_max_iops_burst_performance"),
    ],
)
def test_every_style_of_header_gets_the_name_of_cur_2(header: str, name: str) -> None:
    assert aws_cur.canonical(header) == name


def test_tags_that_differ_in_case_stay_apart() -> None:
    assert aws_cur.canonical("resourceTags/user:Team") != aws_cur.canonical("resourceTags/user:team")


def test_a_user_key_stands_as_it_is_and_a_key_of_aws_keeps_its_prefix() -> None:
    columns = [
        "resourceTags/user:Cost Center",
        "resourceTags/aws:createdBy",
        "resource_tags_user_team",
        "noTags/user:x",
    ]
    assert aws_cur.tag_columns(columns) == [
        ("resourceTags/user:Cost Center", "Cost Center"),
        ("resourceTags/aws:createdBy", "aws:createdBy"),
        ("resource_tags_user_team", "team"),
    ]


def test_cost_categories_are_found() -> None:
    columns = ["costCategory/Organization", "costCategory/Charge type", "lineItem/UsageType"]
    assert [name for _, name in aws_cur.cost_category_columns(columns)] == ["Charge type", "Organization"]


@pytest.mark.parametrize(
    ("columns", "is_legacy"),
    [
        (COLUMNS, True),
        (["bill_payer_account_id", "line_item_line_item_type", "line_item_unblended_cost"], True),
        (["bill_payer_account_id", "line_item_line_item_type", "line_item_unblended_cost", "resource_tags"], False),
        (["BilledCost", "ChargeCategory"], False),
        ([], False),
    ],
)
def test_recognises_a_legacy_report(columns: Sequence[str], *, is_legacy: bool) -> None:
    assert aws_cur.recognise(columns) is is_legacy


def put(root: Path, *names: str) -> list[Path]:
    """Make empty files and return them."""
    paths = [root / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return paths


def manifest(path: Path, *keys: str, assembly: str = "new") -> None:
    """Write a manifest as AWS does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "assemblyId": assembly,
        "billingPeriod": {"start": "20260901T000000.000Z", "end": "20261001T000000.000Z"},
        "reportKeys": list(keys),
    }
    path.write_text(json.dumps(content), encoding="utf-8")


def test_only_the_assembly_of_the_manifest_is_read(tmp_path: Path) -> None:
    period = tmp_path / "bill" / "20260901-20261001"
    old, new = put(period, "old/bill-00001.csv.gz", "new/bill-00001.csv.gz")
    manifest(period / "bill-Manifest.json", "prefix/bill/20260901-20261001/new/bill-00001.csv.gz")
    manifest(
        period / "old" / "bill-Manifest.json", "prefix/bill/20260901-20261001/old/bill-00001.csv.gz", assembly="old"
    )
    chosen = aws_cur.select_files([old, new])
    assert chosen.files == (new,)
    assert [path for path, _ in chosen.left_out] == [old]
    assert [finding.code for finding in chosen.findings] == ["FM1253"]
    assert chosen.findings[0].message == (
        "bill/20260901-20261001: 1 superseded file of old not loaded; the manifest names 1."
    )


def test_overwritten_reports_have_no_assembly_folder(tmp_path: Path) -> None:
    period = tmp_path / "bill" / "20260901-20261001"
    files = put(period, "bill-00001.csv.gz", "bill-00002.csv.gz")
    manifest(period / "bill-Manifest.json", *(f"bill/20260901-20261001/{path.name}" for path in files))
    assert aws_cur.select_files(files).files == tuple(files)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    period = tmp_path / "bill" / "20260901-20261001"
    files = put(period, "new/bill-00001.csv.gz")
    keys = [f"bill/20260901-20261001/new/bill-0000{number}.csv.gz" for number in (1, 2, 3)]
    manifest(period / "bill-Manifest.json", *keys)
    with pytest.raises(UserError) as caught:
        aws_cur.select_files(files)
    assert str(caught.value) == (
        f"{period / 'bill-Manifest.json'}: 2 of the 3 files that the manifest names are missing: bill-00002.csv.gz, "
        "bill-00003.csv.gz; expected the whole bill; a part of it would load as if it were all.\n"
        "  Download the missing files into the folder of the manifest's version. (FM1251, docs/errors.md)"
    )


def test_a_part_of_a_bill_is_refused_although_the_rest_lies_beside_it(tmp_path: Path) -> None:
    period = tmp_path / "bill" / "20260901-20261001"
    files = put(period, "new/bill-00001.csv.gz", "new/bill-00002.csv.gz")
    manifest(period / "bill-Manifest.json", *(f"x/20260901-20261001/new/{path.name}" for path in files))
    with pytest.raises(UserError, match=r"were not given: bill-00002\.csv\.gz.*\n.*Give the period's folder"):
        aws_cur.select_files(files[:1])


def test_two_assemblies_without_a_manifest_are_refused(tmp_path: Path) -> None:
    files = put(tmp_path, "bill/20260901-20261001/a/bill-00001.csv.gz", "bill/20260901-20261001/b/bill-00001.csv.gz")
    with pytest.raises(UserError) as caught:
        aws_cur.select_files(files)
    assert str(caught.value) == (
        "bill/20260901-20261001: 2 versions of one bill lie side by side and no manifest says which one stands: a, b; "
        "expected one version, or the supplier's manifest beside them.\n"
        "  Download the period's manifest too, or give the folder of the newest version alone. (FM1252, docs/errors.md)"
    )


def test_one_assembly_is_checked_against_its_own_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "bill" / "20260901-20261001" / "a"
    files = put(folder, "bill-00001.csv.gz")
    manifest(
        folder / "bill-Manifest.json", "20260901-20261001/a/bill-00001.csv.gz", "20260901-20261001/a/bill-00002.csv.gz"
    )
    with pytest.raises(UserError, match="FM1251"):
        aws_cur.select_files(files)


def test_all_problems_of_all_periods_come_at_once(tmp_path: Path) -> None:
    periods = ("20260801-20260901", "20260901-20261001")
    files = put(tmp_path, *(f"bill/{period}/{version}/bill-1.csv" for period in periods for version in "ab"))
    with pytest.raises(UserError) as caught:
        aws_cur.select_files(files)
    assert [problem.code for problem in caught.value.problems] == ["FM1252", "FM1252"]


def test_parquet_is_checked_against_the_manifest_of_its_month(tmp_path: Path) -> None:
    (part,) = put(tmp_path, "bill/bill/year=2026/month=9/bill-00001.snappy.parquet")
    status = put(tmp_path, "bill/bill/cost_and_usage_data_status/status.parquet")
    keys = [f"p/bill/bill/year=2026/month=9/bill-0000{number}.snappy.parquet" for number in (1, 2)]
    manifest(tmp_path / "bill" / "20260901-20261001" / "bill-Manifest.json", *keys)
    with pytest.raises(UserError, match=r"bill-00002\.snappy\.parquet"):
        aws_cur.select_files([part, *status])
    (second,) = put(part.parent, "bill-00002.snappy.parquet")
    chosen = aws_cur.select_files([part, second, *status])
    assert chosen.files == (part, second)
    assert [path for path, _ in chosen.left_out] == status


@pytest.mark.parametrize("content", ["{", "[]", '{"reportKeys": "bill.csv"}', '{"reportKeys": [""]}', "{}"])
def test_a_damaged_manifest_is_refused(tmp_path: Path, content: str) -> None:
    period = tmp_path / "bill" / "20260901-20261001"
    files = put(period, "bill-00001.csv.gz")
    (period / "bill-Manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"the manifest (is no JSON|has no list of file names).*\n.*FM1250"):
        aws_cur.select_files(files)


def test_a_manifest_without_files_beside_files_is_refused(tmp_path: Path) -> None:
    period = tmp_path / "bill" / "20260901-20261001"
    files = put(period, "bill-00001.csv.gz")
    manifest(period / "bill-Manifest.json")
    with pytest.raises(UserError, match=r"names no file in 'reportKeys', and files lie in its period.*\n.*FM1250"):
        aws_cur.select_files(files)


def test_a_manifest_cannot_point_out_of_its_folder(tmp_path: Path) -> None:
    period = tmp_path / "bill" / "20260901-20261001"
    files = put(period, "bill-00001.csv.gz")
    manifest(period / "bill-Manifest.json", "x/20260901-20261001/../../bill-00001.csv.gz")
    assert aws_cur.select_files(files).files == tuple(files)


def test_loose_files_are_taken_as_they_are(tmp_path: Path) -> None:
    files = put(tmp_path, "august.csv", "september.csv")
    assert aws_cur.select_files(files).files == tuple(files)
