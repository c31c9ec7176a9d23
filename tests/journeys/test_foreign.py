"""FOCUS files that somebody else's program writes: read exactly, written back whole, and judged by that program.

focus-data-toolkit generates FOCUS 1.2 and 1.3 as AWS, Azure and Google write them, and lints FOCUS 1.4.
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections import Counter
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from finmod.focus.columns import COSTS, Version, column
from finmod.settings.project import Project
from finmod.workspace.export_focus import export_focus
from tests.journeys.bills import ABSENT, DATA, PLACES, assert_ledger_is_sound, cells, load, new_project, rows, total

toolkit = pytest.importorskip("focus_data_toolkit", reason="NOT TESTED: focus-data-toolkit is not installed; make dev")
cli = pytest.importorskip("focus_data_toolkit.cli")

pytestmark = pytest.mark.journey

PROVIDERS = ("aws", "azure", "gcp")
VERSIONS: tuple[Version, ...] = ("1.2", "1.3")


def generated(folder: Path, provider: str, version: str, *, seed: int, charges: int = 300) -> Path:
    """Return a file that the toolkit generated."""
    where = ["--provider", provider, "--focus-version", version, "--out", str(folder)]
    with contextlib.redirect_stdout(io.StringIO()):
        assert cli.main(["generate", *where, "--rows", str(charges), "--seed", str(seed)]) == 0
    return next(folder.glob("*cost_and_usage*.csv"))


def linted(file: Path) -> Counter[tuple[str, str | None]]:
    """Return what the toolkit's linter of FOCUS 1.4 objects to: (rule, column) -> number of rows."""
    with file.open(encoding="utf-8", newline="") as text:
        report = toolkit.lint_focus_1_4_structure("Cost and Usage", list(csv.DictReader(text)))
    return Counter((violation.rule, violation.column) for violation in report.violations)


def assert_costs_are_those_of(file: Path, project: Project) -> None:
    """Assert that the ledger has every cost of a file as Python's own decimals have it."""
    sums = rows(project, f"SELECT {', '.join(f'sum({cost})' for cost in COSTS)} FROM charges")
    assert sums == [tuple(total(list(cells(file, cost)), rounded=True) for cost in COSTS)]


@pytest.mark.parametrize(
    ("seed", "provider", "version"),
    [
        (seed, *made)
        for seed, made in enumerate(((each, version) for each in PROVIDERS for version in VERSIONS), start=1)
    ],
)
def test_a_foreign_file_is_read_exactly_and_exported_as_valid_1_4(
    seed: int, provider: str, version: Version, tmp_path: Path
) -> None:
    file, project = generated(tmp_path / "out", provider, version, seed=seed), new_project(tmp_path / "project")

    load(project, provider, "focus", file)

    assert_costs_are_those_of(file, project)
    assert rows(project, "SELECT count(*) FROM charges") == [(300,)]
    assert_ledger_is_sound(project)
    exported = tmp_path / "focus.csv"
    assert export_focus(project, "1.4", exported) == 300
    assert linted(exported) == Counter()


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_came_in_as_a_version_goes_out_as_that_version(provider: str, version: Version, tmp_path: Path) -> None:
    file, project = generated(tmp_path / "out", provider, version, seed=3), new_project(tmp_path / "project")
    load(project, provider, "focus", file)
    exported = tmp_path / "focus.csv"

    export_focus(project, version, exported)

    with file.open(encoding="utf-8", newline="") as first, exported.open(encoding="utf-8", newline="") as second:
        given, gone = csv.DictReader(first), csv.DictReader(second)
        for before, after in zip(given, gone, strict=True):
            assert {name: same(name, after.get(name, "")) for name in before} == {
                name: same(name, value) for name, value in before.items()
            }


def same(name: str, value: str) -> object:
    """Return a cell as what it means: 1.50 is 1.5, and an instant is an instant however it is written."""
    kind = "String" if name.startswith("x_") else column(name).data_type
    if value and kind == "Decimal":
        return Decimal(value).quantize(PLACES, ROUND_HALF_UP)
    if value and kind == "Date/Time":
        return datetime.fromisoformat(value)
    return value


@pytest.mark.parametrize(("version", "ending"), [("1.2", "csv"), ("1.3", "csv.gz"), ("1.4", "csv"), ("1.4", "parquet")])
def test_an_export_is_read_back_as_the_same_charges(version: Version, ending: str, tmp_path: Path) -> None:
    file, project = generated(tmp_path / "out", "azure", "1.3", seed=5), new_project(tmp_path / "project")
    load(project, "azure", "focus", file)
    exported, again = tmp_path / f"focus.{ending}", new_project(tmp_path / "again")
    export_focus(project, version, exported)

    load(again, "azure", "focus", exported)

    sql = (
        "SELECT ChargePeriodStart, ChargePeriodEnd, ResourceId, ServiceName, ServiceProviderName, Tags, "
        f"{', '.join(COSTS)} FROM charges ORDER BY ALL"
    )
    assert rows(again, sql) == rows(project, sql)
    assert_ledger_is_sound(again)


@pytest.mark.slow
def test_a_foreign_file_of_20_000_charges_is_read_exactly(tmp_path: Path) -> None:
    file, project = generated(tmp_path / "out", "aws", "1.3", seed=2, charges=20_000), new_project(tmp_path / "project")

    load(project, "aws", "focus", file)

    assert_costs_are_those_of(file, project)
    assert rows(project, "SELECT count(*) FROM charges") == [(20_000,)]
    assert_ledger_is_sound(project)


@pytest.mark.skipif(not DATA.is_dir(), reason=ABSENT)
def test_what_the_judge_still_objects_to_is_in_the_bill(tmp_path: Path) -> None:
    """docs/reference/conformance.md gives the reason of each."""
    project, exported = new_project(tmp_path), tmp_path / "focus.csv"
    load(project, "sample", "focus", DATA / "focus/focus_sample_1000_focus1.0.csv")

    export_focus(project, "1.4", exported)

    assert linted(exported) == Counter(
        {
            ("cost_not_unit_price_times_quantity", "ListCost"): 31,
            ("cost_not_unit_price_times_quantity", "ContractedCost"): 18,
            ("not_in_allowed_values", "ChargeFrequency"): 7,
            ("null_not_allowed", "ContractedCost"): 7,
            ("consumption_not_applicable", "ConsumedQuantity"): 2,
            ("consumption_not_applicable", "ConsumedUnit"): 2,
            ("negative_decimal", "ContractedUnitPrice"): 1,
            ("effective_cost_differs_from_billed", "EffectiveCost"): 1,
        }
    )


@pytest.mark.skipif(not DATA.is_dir(), reason=ABSENT)
def test_an_aws_bill_is_exported_with_tax_lacking_a_pricing_currency_and_nothing_else_amiss(tmp_path: Path) -> None:
    project, exported = new_project(tmp_path), tmp_path / "focus.csv"
    load(project, "aws", "aws-cur", DATA / "aws/aws_cur_legacy_anonymised_2023-11.csv")

    export_focus(project, "1.4", exported)

    assert linted(exported) == Counter({("null_not_allowed", "PricingCurrency"): 12})


_PAIR = {
    "actual": [str(DATA / "azure/azure_ea_actual_small.csv")],
    "amortized": [str(DATA / "azure/azure_ea_amortized_small.csv")],
}
_NO_LIST_COST = ("null_not_allowed", "ListCost")


@pytest.mark.skipif(not DATA.is_dir(), reason=ABSENT)
@pytest.mark.parametrize(
    ("format_name", "file", "objections"),
    [
        ("azure-cost", "", {_NO_LIST_COST: 2, ("required_with_sku_price_id", "ListUnitPrice"): 2}),
        ("azure-cost", "azure/azure_ea_anonymised_2023-09_cad.csv", {}),
        ("gcp-billing", "gcp/koku_gcp_202011_credits.csv", {_NO_LIST_COST: 25}),
        ("gcp-billing", "gcp/koku_gcp_2022-08-01_resource.csv", {_NO_LIST_COST: 9}),
        ("gcp-billing", "gcp/cud_attribution/test_9_2_export.json", {_NO_LIST_COST: 8}),
        ("oci-cost", "oci/oci_cost_2023-11.csv", {_NO_LIST_COST: 506}),
    ],
)
def test_bills_of_other_suppliers_lack_the_list_prices_that_they_do_not_have_and_nothing_else(
    format_name: str, file: str, objections: dict[tuple[str, str], int], tmp_path: Path
) -> None:
    project, exported = new_project(tmp_path), tmp_path / "focus.csv"
    load(project, "bill", format_name, *([DATA / file] if file else []), **({} if file else _PAIR))

    export_focus(project, "1.4", exported)

    assert linted(exported) == Counter(objections)
