"""Column names and deliveries of AWS Data Exports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.sources import aws_cur2

NEEDED = ["line_item_line_item_type", "line_item_unblended_cost"]


@pytest.mark.parametrize(
    ("columns", "is_cur2"),
    [
        ([*NEEDED, "product"], True),
        ([*NEEDED, "bill_payer_account_name"], True),
        ([name.upper() for name in [*NEEDED, "resource_tags"]], True),
        ([*NEEDED, "bill_payer_account_id"], False),
        (["lineItem/UnblendedCost", "lineItem/LineItemType", "product"], False),
    ],
)
def test_recognises_cur_2(columns: Sequence[str], *, is_cur2: bool) -> None:
    assert aws_cur2.recognise(columns) is is_cur2


def deliver(root: Path, *versions: str) -> list[Path]:
    """Make an export of one file per version for September 2026."""
    files = [root / "bill" / "data" / "BILLING_PERIOD=2026-09" / version / "bill-00001.parquet" for version in versions]
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return files


def manifest(root: Path, *files: str) -> Path:
    """Write the export's manifest where AWS puts it."""
    path = root / "bill" / "metadata" / "BILLING_PERIOD=2026-09" / "bill-Manifest.json"
    path.parent.mkdir(parents=True)
    path.write_text(
        json.dumps({"dataFiles": [f"s3://bucket/prefix/bill/data/{name}" for name in files]}), encoding="utf-8"
    )
    return path


def test_only_the_execution_of_the_manifest_is_read(tmp_path: Path) -> None:
    files = deliver(tmp_path, "2026-09-02T00:00:00Z-a", "2026-09-03T00:00:00Z-b")
    manifest(tmp_path, "BILLING_PERIOD=2026-09/2026-09-03T00:00:00Z-b/bill-00001.parquet")
    chosen = aws_cur2.select_files(files)
    assert chosen.files == (files[1],)
    assert [path for path, _ in chosen.left_out] == [files[0]]


def test_two_executions_without_a_manifest_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="FM1252"):
        aws_cur2.select_files(deliver(tmp_path, "a", "b"))


def test_an_overwritten_export_needs_no_manifest(tmp_path: Path) -> None:
    files = deliver(tmp_path, "")
    assert aws_cur2.select_files(files).files == tuple(files)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    files = deliver(tmp_path, "")
    manifest(tmp_path, *(f"BILLING_PERIOD=2026-09/bill-0000{number}.parquet" for number in (1, 2)))
    with pytest.raises(UserError, match=r"1 of the 2 files that the manifest names are missing: bill-00002\.parquet"):
        aws_cur2.select_files(files)
