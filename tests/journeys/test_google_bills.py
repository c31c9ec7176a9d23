"""Google's bills from file to ledger: real files, every form of one bill, deliveries, and the sample's truth."""

from __future__ import annotations

import ast
import csv
import gzip
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finmod.engines.duckdb import Engine
from finmod.settings.project import load_project
from tests.journeys.bills import ABSENT, DATA, assert_ledger_is_sound, load, new_project, rows
from tests.normalize.gcp_bill import ROW, bill, credit, line
from tests.once import sample_once

pytestmark = pytest.mark.journey
_THERE = pytest.mark.skipif(not DATA.is_dir(), reason=ABSENT)
# File -> cost before credits after rounding each value to 12 places.
_FLAT = {
    "koku_gcp_202011_credits.csv": "0.000032",
    "koku_gcp_2022-08-01_resource.csv": "0.000012",
    "nise_gcp_2026-09.csv.gz": "35.836525467672",
    "nise_gcp_resource_2026-09.csv.gz": "35.227768154368",
}
_SUMS = "sum(BilledCost), sum(EffectiveCost), coalesce(sum(ListCost), 0), coalesce(sum(ContractedCost), 0)"


def _lines(path: Path) -> list[dict[str, str]]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def _rounded(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("1e-12"))


@_THERE
@pytest.mark.parametrize("file", _FLAT)
def test_a_real_flattened_export_is_in_the_ledger_to_the_last_digit(file: str, tmp_path: Path) -> None:
    project, path = new_project(tmp_path), DATA / "gcp" / file
    lines = _lines(path)
    given = [one for row in lines for one in ast.literal_eval(row["credits"])]

    load(project, "gcp", "gcp-billing", path)

    before = sum((_rounded(row["cost"]) for row in lines), Decimal(0))
    taken = sum((_rounded(one["amount"]) for one in given), Decimal(0))
    assert before == Decimal(_FLAT[file])
    own = "SELECT count(*), coalesce(sum(BilledCost), 0) FROM charges WHERE x_CreditType IS"
    assert rows(project, f"{own} NULL") == [(len(lines), before)]
    assert rows(project, f"{own} NOT NULL") == [(len(given), taken)]
    assert_ledger_is_sound(project)


@_THERE
def test_free_trial_credits_take_back_what_was_used(tmp_path: Path) -> None:
    project = new_project(tmp_path)

    load(project, "gcp", "gcp-billing", DATA / "gcp" / "koku_gcp_202011_credits.csv")

    assert rows(project, "SELECT sum(BilledCost), sum(EffectiveCost) FROM charges") == [(Decimal(0), Decimal(0))]
    assert rows(project, "SELECT DISTINCT ChargeCategory FROM charges WHERE x_CreditType IS NOT NULL") == [("Credit",)]


@_THERE
@pytest.mark.parametrize("file", ["test_9_2_export.json", "test_9_3_export.json"])
def test_googles_own_test_rows_with_amounts_as_text_load_to_the_last_digit(file: str, tmp_path: Path) -> None:
    project, path = new_project(tmp_path), DATA / "gcp" / "cud_attribution" / file
    decoder, text, found = json.JSONDecoder(), path.read_text(encoding="utf-8"), list[dict[str, Any]]()
    while text.strip():
        row, end = decoder.raw_decode(text.lstrip())
        found.append(row)
        text = text.lstrip()[end:]

    load(project, "gcp", "gcp-billing", path)

    cost = sum(Decimal(row["cost"]) for row in found)
    taken = sum(Decimal(one["amount"]) for row in found for one in row.get("credits", []))
    assert rows(project, "SELECT sum(BilledCost), sum(EffectiveCost) FROM charges") == [(cost + taken, cost + taken)]
    kinds = rows(project, "SELECT x_CreditType, count(*) FROM charges WHERE x_CreditType IS NOT NULL GROUP BY 1")
    assert dict(kinds) == {"COMMITTED_USAGE_DISCOUNT": 2, "SUSTAINED_USAGE_DISCOUNT": 2}
    assert_ledger_is_sound(project)


_BILL: list[dict[str, Any]] = [
    {"labels": [{"key": "team", "value": 'it\'s "x"'}], "credits": [credit("PROMOTION", -0.25)]},
    {
        "tags": [{"key": "env", "value": "prod", "inherited": True, "namespace": "12"}],
        "system_labels": [{"key": "compute.googleapis.com/cores", "value": "4"}],
    },
    {"project__labels": [{"key": "team", "value": "search"}], "credits": [credit("DISCOUNT", "-1")]},
]
_PICKED = (
    "ChargeCategory, BilledCost, EffectiveCost, ListCost, ContractedCost, ChargePeriodStart, Tags, SubAccountId, "
    "ResourceId, InvoiceId, x_CreditType, x_Row, PricingQuantity, ListUnitPrice, ContractedUnitPrice"
)


def _charges(folder: Path, path: Path) -> list[tuple[Any, ...]]:
    project = new_project(folder)
    load(project, "gcp", "gcp-billing", path)
    return rows(project, f"SELECT {_PICKED} FROM charges ORDER BY x_Row, x_CreditType NULLS FIRST")


def _typed() -> list[dict[str, Any]]:
    made = [json.loads(line(**changes)) for changes in _BILL]
    for row in made:
        row["credits"] = [one | {"amount": float(one["amount"])} for one in row["credits"]]
        row["price"] = {name: value if name == "unit" else Decimal(value) for name, value in row["price"].items()}
    return made


def _flat(row: dict[str, Any], *, joint: str, dump: Any) -> dict[str, str]:  # noqa: ANN401 -- json.dumps or repr
    cells: dict[str, str] = {}
    for name, value in row.items():
        inside = {f"{name}{joint}{field}": item for field, item in value.items()} if isinstance(value, dict) else {}
        for column, cell in (inside or {name: value}).items():
            cells[column] = dump(cell) if isinstance(cell, list) else str(cell)
    return cells


def test_every_form_of_one_bill_makes_the_same_charges(tmp_path: Path) -> None:
    lines = [json.loads(line(**changes)) for changes in _BILL]
    forms: dict[str, Path] = {}
    forms["json"] = tmp_path / "bill.json.gz"
    forms["json"].write_bytes(gzip.compress(bill(*map(json.dumps, lines))["bill.json"].encode()))
    forms["parquet"] = tmp_path / "bill.parquet"
    pq.write_table(pa.Table.from_pylist(_typed()), forms["parquet"])
    forms["wrapped"] = tmp_path / "wrapped.parquet"
    lists = ("labels", "system_labels", "tags", "credits")
    wrapped = [row | {name: {"list": [{"element": one} for one in row[name]]} for name in lists} for row in _typed()]
    pq.write_table(pa.Table.from_pylist(wrapped), forms["wrapped"])
    for name, joint, dump in (("dots", ".", json.dumps), ("underscores", "_", repr)):
        forms[name] = tmp_path / f"{name}.csv"
        flat = [_flat(row, joint=joint, dump=dump) for row in lines]
        with forms[name].open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, list(flat[0]))
            writer.writeheader()
            writer.writerows(flat)

    found = {name: _charges(tmp_path / "projects" / name, path) for name, path in forms.items()}

    assert len(found["json"]) == 5
    assert sum(row[1] for row in found["json"]) == 3 * Decimal(str(ROW["cost"])) - Decimal("1.25")
    for charges in found.values():
        assert charges == found["json"]


def test_a_later_delivery_adds_late_rows_and_a_corrected_file_replaces_its_own(tmp_path: Path) -> None:
    project, folder = new_project(tmp_path), tmp_path / "exports"
    folder.mkdir()
    august = {"invoice__month": "202608", "usage_start_time": "2026-08-31 05:00:00 UTC"}
    first, second = folder / "2026-09-01.json", folder / "2026-09-02.json"

    def written(path: Path, *rows_: dict[str, Any]) -> list[tuple[Any, ...]]:
        path.write_text(bill(*rows_)["bill.json"], encoding="utf-8")
        load(project, "gcp", "gcp-billing", folder)
        months = "strftime(BillingPeriodStart, '%m') AS month, sum(BilledCost)"
        return rows(project, f"SELECT {months} FROM charges GROUP BY 1 ORDER BY 1")

    assert written(first, august, {}) == [("08", Decimal("1.5")), ("09", Decimal("1.5"))]
    late = written(second, august | {"cost": 0.25}, {"cost": 4.0})
    assert late == [("08", Decimal("1.75")), ("09", Decimal("5.5"))]
    assert load(project, "gcp", "gcp-billing", folder).periods == ()
    assert written(second, {"cost": 5.0}) == [("08", Decimal("1.5")), ("09", Decimal("6.5"))]


def test_the_sample_companys_export_is_its_truth_to_the_last_digit(tmp_path_factory: pytest.TempPathFactory) -> None:
    project = load_project(sample_once(tmp_path_factory, rows=10_000, months=2).root)

    grain = "strftime(BillingPeriodStart, '%Y-%m') AS month, ChargeCategory, ChargeClass, count(*)"
    found = rows(project, f"SELECT {grain}, {_SUMS} FROM charges WHERE x_Source = 'gcp' GROUP BY ALL ORDER BY ALL")
    with Engine() as engine:
        truth = project.root / "truth" / "focus" / "gcp-*.parquet"
        told = engine.rows(f"SELECT {grain}, {_SUMS} FROM read_parquet('{truth}') GROUP BY ALL ORDER BY ALL")
    assert len(found) > 4
    assert found == told
    assert_ledger_is_sound(project)
