"""Inference from real bills: the written sample, loaded, and nothing known but what stands in the ledger."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finmod.taxonomy.inference.infer import Inference, InferenceOptions, infer, parent_path, resource_frame
from tests.books import Books, finmod
from tests.taxonomy.inference.company import PLATFORM, UNDERSTOOD, folded, make_company

MONTH, ROWS = "2026-10", 24_000
_RESOURCES = """SELECT x_Source AS source, ResourceId AS resource_id, any_value(ServiceProviderName) AS supplier,
    any_value(SubAccountId) AS account, any_value(SubAccountName) AS account_name, any_value(RegionId) AS region,
    any_value(ServiceName) AS service, any_value(ResourceType) AS resource_type, any_value(ResourceName) AS name,
    any_value(Tags) AS tags, CAST(min(x_ChargeDate) AS VARCHAR) AS first, CAST(max(x_ChargeDate) AS VARCHAR) AS last,
    sum(EffectiveCost) AS cost
    FROM charges_daily WHERE ResourceId IS NOT NULL AND ChargeCategory = 'Usage' GROUP BY ALL ORDER BY ALL"""
_DAYS = """SELECT x_Source AS source, ResourceId AS resource_id, day(x_ChargeDate) AS day,
    CAST(sum(EffectiveCost) AS DOUBLE) AS cost FROM charges_daily
    WHERE ResourceId IS NOT NULL AND ChargeCategory = 'Usage' GROUP BY ALL"""
Row = dict[str, Any]


@pytest.fixture(scope="module")
def northwind(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """A month of the sample of seed 1, written and loaded."""
    root = tmp_path_factory.mktemp("inference") / "northwind"
    assert finmod("sample", root, "--rows", str(ROWS), "--months", "1").code == 0
    books = Books(root)
    assert books.run("load").code == 0
    return books


@pytest.fixture(scope="module")
def resources(northwind: Books) -> list[Row]:
    """Every resource of the bills."""
    return northwind.query(_RESOURCES)


def truth(root: Path) -> Iterator[Row]:
    """Yield the rows of truth/tags.csv."""
    with (root / "truth" / "tags.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def key(row: Row) -> str:
    """Return the key of a resource as the company in process has it: Azure writes ids in lower case there."""
    return f"{row['source']} {row['resource_id']}"


def understood(row: Row, dimension: str) -> str | None:
    """Return the value of a dimension that a resource's tags tell."""
    tags: dict[str, str] = json.loads(row["tags"] or "{}")
    plain = {name.removeprefix("Northwind."): text for name, text in tags.items()}
    written = ("product", "Product", "app") if dimension == "product" else (dimension,)
    return next((UNDERSTOOD[dimension].get(folded(plain[name]) or "") for name in written if name in plain), None)


def judged(northwind: Books, resources: list[Row], dimension: str) -> Inference:
    """Return what is inferred from the bills."""
    place = {key(row): number for number, row in enumerate(resources)}
    usage = [[0.0] * 31 for _ in resources]
    for row in northwind.query(_DAYS):
        usage[place[key(row)]][row["day"] - 1] += row["cost"]
    names = (
        "source",
        "supplier",
        "account",
        "account_name",
        "region",
        "service",
        "resource_type",
        "name",
        "resource_id",
    )
    frame = resource_frame(
        list(place),
        [understood(row, dimension) for row in resources],
        dimensions={name: [understood(row, name) for row in resources] for name in UNDERSTOOD if name != dimension},
        first_day=[date.fromisoformat(row["first"]) for row in resources],
        last_day=[date.fromisoformat(row["last"]) for row in resources],
        usage=usage,
        cost=[Decimal(row["cost"]) for row in resources],
        parent=[parent_path(row["resource_id"]) for row in resources],
        **{name: [row[name] for row in resources] for name in names},
    )
    return infer(frame, InferenceOptions(shared_values=frozenset({PLATFORM})))


@pytest.mark.slow
def test_products_inferred_from_bills_are_true_and_shared_ones_get_none(northwind: Books, resources: list[Row]) -> None:
    found = judged(northwind, resources, "product")
    true = {f"{row['source']} {row['resource_id']}": row for row in truth(northwind.root)}
    inferred = {name: value for name, value in zip(found.key, found.value, strict=True) if value is not None}
    right = [true[name]["product"] == value for name, value in inferred.items() if name in true]
    assert len(right) > 60
    assert sum(right) / len(right) >= 0.95
    assert found.report.precision.low >= 0.95
    # What is no resource of the truth, such as a pod or a commitment, gets nothing either.
    assert {name for name in inferred if name not in true or true[name]["platform"]} == set()


@pytest.mark.slow
def test_the_company_in_process_shows_what_its_bills_show(northwind: Books, resources: list[Row]) -> None:
    made = make_company(1, months=1, rows=ROWS)
    columns = {name: dict(zip(made.columns["key"], made.columns[name], strict=True)) for name in made.columns}
    labels = {name: dict(zip(made.columns["key"], made.labels[name], strict=True)) for name in made.labels}
    billed = {key(row): row for row in resources if key(row) in made.truth}
    assert len(billed) > 0.95 * len(made.truth)
    for name, row in billed.items():
        assert (row["account"], row["name"]) == (columns["account"][name], columns["name"][name])
        assert {kind: understood(row, kind) for kind in labels} == {kind: labels[kind][name] for kind in labels}
    assert {row["source"] for row in truth(northwind.root)} == set(made.columns["source"])
