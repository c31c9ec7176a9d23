"""Halves of Azure's bills over several loads: only the months that are replaced are looked at."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.workspace.close import close
from tests.journeys.bills import new_project
from tests.normalize.azure_bill import COVERED, IN_ACTUAL, PURCHASE, charges, load, load_pair, write

COST = {**COVERED, "CostInBillingCurrency": "2.85"}
ACTUAL = [{}, IN_ACTUAL, PURCHASE]
AMORTIZED = [{}, COST, {"CostInBillingCurrency": "0"}]
OCTOBER = {"BillingPeriodStartDate": "10/01/2026", "BillingPeriodEndDate": "10/31/2026", "Date": "10/02/2026"}


def october(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{**row, **OCTOBER} for row in rows]


def test_a_month_whose_twin_lies_in_a_file_that_did_not_change_is_not_missing_it(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")
    actual = [str(write(tmp_path / "actual.csv", [*ACTUAL, *october(ACTUAL)]))]
    amortized = tmp_path / "amortized"
    write(amortized / "10.csv", october(AMORTIZED))
    write(amortized / "09.csv", AMORTIZED)
    load(project, actual=actual, amortized=[str(amortized)])
    write(amortized / "09.csv", [*AMORTIZED, {"CostInBillingCurrency": "0", "Tags": '"a": "b"'}])

    report = load(project, actual=actual, amortized=[str(amortized)])

    assert [(period.period.month, period.replaced) for period in report.periods] == [(9, True)]
    sql = "SELECT x_BillingPeriod, sum(BilledCost), count(*) FROM charges GROUP BY 1 ORDER BY 1"
    assert [tuple(row.values())[1:] for row in charges(project, sql)] == [(Decimal("15.25"), 5), (Decimal("15.25"), 4)]


def test_a_pair_that_does_not_tie_is_told_in_its_month_alone(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")
    rows = [*ACTUAL, *october([*ACTUAL, {"CostInBillingCurrency": "1"}])]

    load(
        project,
        actual=[str(write(tmp_path / "actual.csv", rows))],
        amortized=[str(write(tmp_path / "amortized.csv", [*AMORTIZED, *october(AMORTIZED)]))],
    )

    found = charges(project, "SELECT x_BillingPeriod, BilledCost FROM findings WHERE x_Code = 'FM1260'")
    assert [(str(row["x_BillingPeriod"]), row["BilledCost"]) for row in found] == [("2026-10-01", Decimal(-1))]


def test_a_month_whose_halves_do_not_tie_is_not_closed(tmp_path: Path) -> None:
    project = load_pair(tmp_path, [*ACTUAL, {}], AMORTIZED)
    with pytest.raises(UserError, match=r"2026-09 does not tie: .* \(FM1260\)"):
        close(project, date(2026, 9, 1), datetime(2026, 11, 2, tzinfo=UTC))


def _export(folder: Path, kind: str, rows: list[dict[str, str]]) -> None:
    write(folder / "part.csv", rows)
    content = {"blobs": [{"blobName": "part.csv"}], "exportConfig": {"type": kind}}
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")


def test_manifests_tell_the_halves_of_one_path_apart(tmp_path: Path) -> None:
    project, exports = new_project(tmp_path / "project"), tmp_path / "exports"
    _export(exports / "a", "ActualCost", ACTUAL)
    _export(exports / "b", "AmortizedCost", AMORTIZED)

    load(project, exports)

    assert [tuple(row.values()) for row in charges(project, "SELECT sum(BilledCost), count(*) FROM charges")] == [
        (Decimal("15.25"), 4)
    ]


def test_one_half_under_path_stands_alone(tmp_path: Path) -> None:
    project, exports = new_project(tmp_path / "project"), tmp_path / "exports"
    _export(exports / "a", "ActualCost", [{}])
    load(project, exports)

    _export(exports / "a", "ActualCost", ACTUAL)
    with pytest.raises(UserError, match="in a file that stands alone"):
        load(project, exports)
