"""Google's rows: identity, place, names and tags of a charge; what is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finmod.focus.columns import service_categories
from finmod.normalize.gcp_services import CATEGORIES, SUBCATEGORIES
from tests.journeys.bills import load, new_project, rows
from tests.normalize.gcp_bill import ROW, bill, line
from tests.normalize.loaded import charge, charges, findings, refused


def one(folder: Path, picked: str, **changes: Any) -> list[Any]:  # noqa: ANN401 -- as gcp_bill.line
    return list(charge(folder, "gcp-billing", bill(changes), picked).values())


def label(key: str | None, value: str | None, **others: Any) -> dict[str, Any]:  # noqa: ANN401 -- as gcp_bill.line
    return {"key": key, "value": value, **others}


def test_a_charge_is_known_by_account_project_and_resource(tmp_path: Path) -> None:
    picked = (
        "BillingAccountId, BillingCurrency, SubAccountId, SubAccountName, SubAccountType, RegionId, RegionName, "
        "AvailabilityZone, ResourceName, ResourceType, SkuId, SkuPriceId, x_ProjectNumber, x_ProjectAncestry"
    )

    assert one(tmp_path, picked) == [
        "01AB2C-3D4E5F-607182", "USD", "shop-prod", "Shop", "Project", "us-central1", "Iowa", "us-central1-a", "web-1",
        "instances", "2E27-4F75-95CD", "2E27-4F75-95CD/0", "3200", "/12/34/",
    ]  # fmt: skip


def test_an_invoice_is_its_account_and_month(tmp_path: Path) -> None:
    assert one(tmp_path, "InvoiceId, InvoiceIssuerName") == ["01AB2C-3D4E5F-607182-202609", "Google Cloud"]


@pytest.mark.parametrize("kind", ["THIRD_PARTY_RESELLER", "THIRD_PARTY_AGENCY"])
def test_what_partners_sell_has_its_seller_as_provider(kind: str, tmp_path: Path) -> None:
    picked = "ServiceProviderName, HostProviderName, x_PublisherName, InvoiceIssuerName"

    found = one(tmp_path, picked, transaction_type=kind, seller_name="Elastic N.V.")

    assert found == ["Elastic N.V.", None, "Elastic N.V.", "Google Cloud"]


def test_googles_own_services_have_google_as_provider_even_where_the_row_does_not_say(tmp_path: Path) -> None:
    found = one(tmp_path, "ServiceProviderName, HostProviderName", transaction_type=None)

    assert found == ["Google Cloud", "Google Cloud"]


def test_labels_tags_and_system_labels_never_hide_each_other(tmp_path: Path) -> None:
    found = one(
        tmp_path, "Tags", labels=[label("team", "search"), label("env", None)],
        project__labels=[label("team", "platform")],
        system_labels=[label("compute.googleapis.com/cores", "4")],
        tags=[label("team", "org", inherited=True, namespace="123"), label("tier", "free", inherited=False)],
    )  # fmt: skip

    assert json.loads(found[0]) == {
        "team": "search", "env": None, "project:team": "platform", "compute.googleapis.com/cores": "4",
        "123/team": "org",
    } | {"tier": "free"}  # fmt: skip


def test_a_row_without_labels_has_no_tags(tmp_path: Path) -> None:
    assert one(tmp_path, "Tags") == [None]
    assert one(tmp_path / "b", "Tags", labels=None, tags=None) == [None]


@pytest.mark.parametrize(
    "text", ['it"s', "a\\b", "=1+1", "</script>", '","value":"', '},{"key":"', "a}]", "[{", "ä\n\t\u2028", "'; DROP --"]
)
def test_hostile_labels_stay_what_they_are(text: str, tmp_path: Path) -> None:
    (found,) = one(tmp_path, "Tags", labels=[label(text, text), label("env", text)])

    assert json.loads(found) == {text: text, "env": text}


def test_a_label_without_a_key_is_no_label(tmp_path: Path) -> None:
    assert one(tmp_path, "Tags", labels=[label(None, "x"), label("a", "b")]) == ['{"a":"b"}']


def test_labels_with_a_key_twice_are_told(tmp_path: Path) -> None:
    twice = {"labels": [label("env", "a"), label("env", "b")]}

    found = charges(tmp_path, "gcp-billing", bill(twice, {"labels": [label("env", "a")]}), "Tags")

    assert found == [('{"env":"a","env":"b"}',), ('{"env":"a"}',)]
    assert [code for code, _, _ in findings(tmp_path) if code in ("FM1261", "FM1305")] == ["FM1305"]


def test_a_label_of_nan_stays_as_written_and_is_told(tmp_path: Path) -> None:
    odd, sound = [{"key": "env", "value": float("nan")}], [label("env", "NaN")]

    found = charges(tmp_path, "gcp-billing", bill({"labels": odd}, {"labels": sound}), "Tags")

    assert found == [('{"env":NaN}',), ('{"env":"NaN"}',)]
    assert rows(new_project(tmp_path), "SELECT x_Charges FROM findings WHERE x_Code = 'FM1305'") == [(1,)]


def test_the_way_from_a_project_to_its_organisation_is_kept(tmp_path: Path) -> None:
    way = [{"resource_name": "folders/34", "display_name": "Engineering"}]

    (found,) = one(tmp_path, "x_ProjectAncestors", project__ancestors=way)

    assert json.loads(found) == way


@pytest.mark.parametrize(
    ("service", "sku", "category"),
    [
        ("Compute Engine", "N1 Core", ("Compute", "Virtual Machines")),
        ("Compute Engine", "Storage PD Capacity", ("Storage", "Block Storage")),
        ("Compute Engine", "Network Internet Egress from Americas", ("Networking", "Network Infrastructure")),
        ("BIGQUERY", "Analysis", ("Databases", "Data Warehouses")),
        ("Brand new service", "x", ("Other", "Other (Other)")),
    ],
)
def test_a_service_has_the_category_of_our_table(
    service: str, sku: str, category: tuple[str, str], tmp_path: Path
) -> None:
    picked = "ServiceCategory, ServiceSubcategory"

    assert tuple(one(tmp_path, picked, service__description=service, sku__description=sku)) == category


def test_every_category_of_the_table_is_one_of_the_standard() -> None:
    known = service_categories()

    assert all(SUBCATEGORIES[name] in known[category] for name, category in CATEGORIES.items())


@pytest.mark.parametrize(
    ("written", "read"),
    [("1.5", "1.5"), ('"2.50"', "2.5"), ("3", "3"), ("1e-05", "0.00001"), ('"-0.1234567890125"', "-0.123456789013")],
)
def test_numbers_may_be_numbers_or_texts(written: str, read: str, tmp_path: Path) -> None:
    given = bill(line().replace('"cost": 1.5', f'"cost": {written}'))

    assert charges(tmp_path, "gcp-billing", given, "BilledCost") == [(Decimal(read),)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"cost": 1.5', '"cost": NaN', "bill.json, row 2: cost is 'NaN'"),
        ('"cost": 1.5', '"cost": 1.5, "cost": 2', "the key 'cost' stands more than once in one object"),
        ('"id": "2E27', '"id": "x", "id": "2E27', "the key 'id' stands more than once in one object"),
        ('"credits": []', '"credits": [{"amount": 1, "amount": 2}]', "the key 'amount' stands more than once"),
        ('"credits": []', '"credits": "[]"', "credits is text; expected a list"),
        ('"currency": "USD"', '"currency" "USD"', "the JSON is broken"),
        ('"month": "202609"', '"month": "September"', "invoice.month is 'September'; expected a month as YYYYMM"),
        ("2026-09-10 05:00:00 UTC", "yesterday", "usage_start_time is 'yesterday'"),
        ('"currency": "USD"', '"currency": "EUR"', "one billing account is billed in USD and EUR in 2026-09"),
        ('"cost": 1.5', '"cost": true', "cost is 'true'"),
    ],
)
def test_what_cannot_be_read_is_refused_with_file_and_row(old: str, new: str, words: str, tmp_path: Path) -> None:
    broken = line().replace(old, new)
    assert broken != line()

    said = refused(tmp_path, "gcp-billing", bill(line(), broken))

    assert words in said
    assert "bill.json" in said


def test_json_may_stand_in_lines_one_after_another_or_in_a_list(tmp_path: Path) -> None:
    pretty = json.dumps(json.loads(line()), indent=2)
    forms = {"lines": f"{line()}\n{line()}\n", "after": f"{pretty}{pretty}", "list": f"[{pretty},\n{line()}]"}

    for name, text in forms.items():
        found = charges(tmp_path / name, "gcp-billing", {f"{name}.json": text}, "BilledCost, Tags, SubAccountId")
        assert found == [(Decimal("1.5"), None, "shop-prod")] * 2


def test_fields_that_google_adds_are_passed_over(tmp_path: Path) -> None:
    assert one(tmp_path, "BilledCost", brand_new={"a": [1]}, service__tier="gold") == [Decimal("1.5")]


@pytest.mark.parametrize(("one", "two"), [("cost", "Cost"), ("usage.amount", "usage.Amount")])
def test_fields_that_are_read_as_one_are_refused(one: str, two: str, tmp_path: Path) -> None:
    changes: dict[str, Any] = {two: 99} if "." not in two else {"usage": {**ROW["usage"], "Amount": 99}}
    first = {} if "." not in two else changes

    told = refused(tmp_path, "gcp-billing", bill(first, changes))

    assert f"bill.json: the columns '{one}' and '{two}' are one and the same" in told
    assert "FM1109" in told


def test_parquet_in_which_a_field_is_null_throughout_is_read(tmp_path: Path) -> None:
    """Writers other than BigQuery give such a field a type that holds nothing else."""
    row = {**ROW, "subscription": {"instance_id": None}, "seller_name": None, "credits": [{"type": "PROMOTION"}]}
    row["credits"][0] |= {"amount": -0.5, "name": None, "full_name": None}
    row["system_labels"] = [{"key": "compute.googleapis.com/cores", "value": 4}]
    row["labels"] = [{"key": "team", "value": None}]
    path = tmp_path / "bill.parquet"
    pq.write_table(pa.Table.from_pylist([row]), path)
    project = new_project(tmp_path / "project")

    load(project, "gcp", "gcp-billing", path)

    tags = '{"team":null,"compute.googleapis.com/cores":"4"}'
    found = rows(project, "SELECT BilledCost, CommitmentDiscountId, Tags FROM charges ORDER BY BilledCost")
    assert found == [(Decimal("-0.5"), None, tags), (Decimal("1.5"), None, tags)]


def test_another_format_is_named_where_a_bill_is_given_under_its_name(tmp_path: Path) -> None:
    assert "load it with --format gcp-billing" in refused(tmp_path, "focus", bill({}))
    assert "load it with --format focus" in refused(
        tmp_path / "b", "gcp-billing", {"f.csv": "BilledCost,ChargePeriodStart,ChargeCategory\n1,2026-01-01,Usage\n"}
    )


def test_a_sound_bill_has_no_finding_that_calls_for_action(tmp_path: Path) -> None:
    one(tmp_path, "1", price__list_price="2")

    assert [found for found in findings(tmp_path) if found[1] == "error"] == []


def test_a_file_of_json_without_an_object_is_told_as_json(tmp_path: Path) -> None:
    assert "expected JSON with one object per row" in refused(tmp_path, "gcp-billing", {"bill.json": "null"})
