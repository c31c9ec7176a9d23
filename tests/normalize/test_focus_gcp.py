"""Google's own FOCUS export and view: loaded as FOCUS, as JSON, Parquet and CSV."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finmod.sources.focus import recognise, select_files
from tests.journeys.bills import load, new_project, rows
from tests.normalize.loaded import charge, findings

# Columns of "Structure of the FOCUS data export", September 2026, US Pacific time.
ROW: dict[str, Any] = {
    "AvailabilityZone": "us-central1-a",
    "BilledCost": "1.100000000",
    "BillingAccountId": "01AB2C-3D4E5F-607182",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-09-01 07:00:00 UTC",
    "BillingPeriodEnd": "2026-10-01 07:00:00 UTC",
    "ChargeCategory": "Usage",
    "ChargePeriodStart": "2026-09-10 05:00:00 UTC",
    "ChargePeriodEnd": "2026-09-10 06:00:00 UTC",
    "ContractedCost": "1.5",
    "EffectiveCost": "1.1",
    "ListCost": None,
    "PricingCategory": "Standard",
    "ProviderName": "Google Cloud",
    "RegionId": "us-central1",
    "ServiceName": "Compute Engine",
    "SubAccountId": "shop-prod",
    "x_CostType": "regular",
    "x_Credits": [{"Name": "Sustained Usage Discount", "Amount": "-0.4", "Type": "SUSTAINED_USAGE_DISCOUNT"}],
    "x_CurrencyConversionRate": 1.0,
    "x_Labels": [{"Key": "team", "Value": "search"}],
    "x_ProjectLabels": [{"Key": "team", "Value": "platform"}],
    "x_SystemLabels": [],
    "x_Tags": [{"Key": "env", "Value": "prod", "x_Inherited": False, "x_Namespace": "123"}],
    "x_SubscriptionInstanceId": None,
}
PICKED = "BilledCost, EffectiveCost, ListCost, ContractedCost, Tags, ServiceCategory, RegionName, InvoiceId"
READ = [
    Decimal("1.1"), Decimal("1.1"), None, Decimal("1.5"),
    '{"team":"search","project:team":"platform","123/env":"prod"}', "Compute", "Iowa", "01AB2C-3D4E5F-607182-202609",
]  # fmt: skip


def test_the_export_loads_as_json(tmp_path: Path) -> None:
    found = charge(tmp_path, "focus", {"focus.json": json.dumps(ROW) + "\n"}, PICKED)

    assert list(found.values()) == READ


def test_the_export_loads_as_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([ROW]), tmp_path / "focus.parquet")
    project = new_project(tmp_path)

    load(project, "google", "focus", tmp_path / "focus.parquet")

    assert rows(project, f"SELECT {PICKED} FROM charges") == [tuple(READ)]
    (kept,) = rows(project, "SELECT x_Credits FROM charges")[0]
    assert json.loads(kept)[0]["Amount"] == "-0.4"


def test_a_month_is_a_calendar_month_as_in_the_billing_export(tmp_path: Path) -> None:
    picked = "CAST(BillingPeriodStart AS VARCHAR) AS first, CAST(BillingPeriodEnd AS VARCHAR) AS last"

    found = charge(tmp_path, "focus", {"focus.json": json.dumps(ROW)}, picked)

    assert [str(value)[:19] for value in found.values()] == ["2026-09-01 00:00:00", "2026-10-01 00:00:00"]


def test_the_first_hours_of_the_next_month_are_googles_way_and_need_no_action(tmp_path: Path) -> None:
    late = {"ChargePeriodStart": "2026-10-01 05:00:00 UTC", "ChargePeriodEnd": "2026-10-01 06:00:00 UTC"}

    charge(tmp_path, "focus", {"focus.json": json.dumps(ROW | late) + "\n"}, "1")

    assert [severity for code, severity, _ in findings(tmp_path) if code == "FM1323"] == ["info"]


def test_the_view_writes_in_lower_case_what_the_standard_capitalises(tmp_path: Path) -> None:
    view = ROW | {
        "ChargeCategory": "tax", "ChargeClass": "correction", "PricingCategory": "committed",
        "BillingPeriodEnd": "2026-09-30 07:00:00 UTC",
        "Tags": [{"key": "team", "value": "search", "x_type": "label", "x_inherited": False, "x_namespace": "n/a"}],
    }  # fmt: skip

    found = charge(
        tmp_path, "focus", {"focus.json": json.dumps(view)}, "ChargeCategory, ChargeClass, PricingCategory, Tags"
    )

    assert list(found.values()) == ["Tax", "Correction", "Committed", '{"n/a/team":"search"}']


@pytest.mark.parametrize("dump", [json.dumps, repr])
def test_lists_in_csv_may_be_json_or_python_text(dump: Any, tmp_path: Path) -> None:  # noqa: ANN401 -- two functions
    row = {name: value for name, value in ROW.items() if value is not None}
    cells = [dump(value) if isinstance(value, list) else str(value) for value in row.values()]
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)

    found = charge(tmp_path, "focus", {"focus.csv": f"{','.join(row)}\n{quoted}\n"}, "Tags")

    assert found == {"Tags": READ[4]}


def test_other_json_beside_an_export_is_no_part_of_it(tmp_path: Path) -> None:
    export, manifest, broken = (tmp_path / name for name in ("a.json", "manifest.json", "broken.json"))
    export.write_text(json.dumps(ROW), encoding="utf-8")
    manifest.write_text('{"files": []}', encoding="utf-8")
    broken.write_text('{"files": ', encoding="utf-8")

    assert select_files([broken, export, manifest]).files == (export,)
    assert select_files([manifest]).files == (manifest,)


def test_the_export_is_told_by_its_columns() -> None:
    assert recognise(list(ROW))


def test_rows_of_another_supplier_beside_googles_are_read_as_they_stand(tmp_path: Path) -> None:
    own = {**ROW, "ServiceCategory": "Storage", "ServiceName": "Amazon S3", "InvoiceId": "i-1"}
    aws = {**own, "ProviderName": "AWS", "x_Labels": None, "x_ProjectLabels": None, "x_Tags": None}

    found = charge(
        tmp_path, "focus", {"focus.json": json.dumps(aws) + "\n"}, "ServiceCategory, BillingPeriodStart, Tags"
    )

    assert (found["ServiceCategory"], found["Tags"]) == ("Storage", None)
    assert (found["BillingPeriodStart"].hour, found["BillingPeriodStart"].day) == (7, 1)


def test_an_empty_list_of_tags_is_none(tmp_path: Path) -> None:
    view = {name: value for name, value in ROW.items() if not name.endswith(("Labels", "Tags"))} | {"Tags": []}

    assert charge(tmp_path, "focus", {"focus.json": json.dumps(view)}, "Tags") == {"Tags": None}
    assert "FM1305" not in {code for code, _, _ in findings(tmp_path)}
