"""Every fault that the sample can plant is found, and told by its own code; the clean sample is green."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.sample.faults import FAULTS
from finmod.settings.project import Project, load_project
from finmod.terms.findings import Finding
from finmod.workspace.check import CheckReport, check
from finmod.workspace.load import load_source
from finmod.workspace.steps import silent
from tests.once import END_OF_DEMO, sample_once, spoiled_loaded_once, spoiled_once

pytestmark = pytest.mark.journey

MONTH = "2026-09"


@dataclass(frozen=True)
class Told:
    """The code that tells a fault, and whether the load is refused for it."""

    code: str
    refused: bool = False


TOLD = {
    "duplicate_rows": Told("FM1205"),
    "missing_day": Told("FM1403"),
    "empty_month": Told("FM1107", refused=True),
    "null_billed_cost": Told("FM1310"),
    "null_effective_cost": Told("FM1311"),
    "wrong_currency": Told("FM1127", refused=True),
    "future_charge": Told("FM1128", refused=True),
    "effective_gap": Told("FM1404"),
    "covered_usage_billed": Told("FM1357"),
    "bad_category": Told("FM1303"),
    "zero_list_cost": Told("FM1380"),
    "negative_usage": Told("FM1386"),
    "untied_invoice": Told("FM1405"),
    "missing_invoice": Told("FM1406"),
}


def copied(factory: pytest.TempPathFactory, fault: str, folder: Path) -> Project:
    """Return a copy of the sample with a fault, of which nothing is loaded."""
    return load_project(shutil.copytree(spoiled_once(factory, fault).folder, folder / "sample"))


def of_source(report: CheckReport, source: str) -> list[Finding]:
    """Return the findings of a source; an invoice without charges has none."""
    return [finding for finding in report.findings if finding.source == source]


def test_every_fault_has_its_code() -> None:
    assert set(TOLD) == set(FAULTS)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample without a fault, every source of it loaded."""
    return load_project(sample_once(tmp_path_factory, rows=10_000, months=2).root)


@pytest.fixture(scope="module")
def clean_report(clean: Project) -> CheckReport:
    """What the check says of it."""
    return check(clean)


def test_the_clean_sample_is_green(clean: Project, clean_report: CheckReport) -> None:
    report = clean_report
    told = [
        (finding.code, finding.source, finding.message)
        for finding in report.findings
        if finding.severity != "info" and finding.code not in clean.check.ignore
    ]
    assert told == []
    assert not report.red
    assert report.proofs
    assert all(proof.holds for proof in report.proofs)


@pytest.mark.parametrize("name", [name for name, told in TOLD.items() if told.refused])
def test_a_fault_that_no_ledger_should_hold_is_refused(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    project, source = copied(tmp_path_factory, name, tmp_path), FAULTS[name].source
    with pytest.raises(UserError) as caught:
        load_source(project, source, project.sources[source], END_OF_DEMO, silent)
    assert {problem.code for problem in caught.value.problems} == {TOLD[name].code}
    assert MONTH in str(caught.value)
    with pytest.raises(UserError, match="the ledger is empty"):
        check(project)


@pytest.mark.parametrize("name", [name for name, told in TOLD.items() if not told.refused])
def test_a_fault_makes_the_check_red_with_its_own_code(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, clean: Project, clean_report: CheckReport, name: str
) -> None:
    source, code = FAULTS[name].source, TOLD[name].code
    if code == "FM1406":
        # The bills are those of the clean sample, and every source of it is loaded already.
        project = copied(tmp_path_factory, name, tmp_path)
        shutil.copytree(clean.store, project.store)
    else:
        project = spoiled_loaded_once(tmp_path_factory, name)
    # Sources that are not loaded have invoices without charges: those may not be what makes it red.
    lets_pass = project.check.model_copy(update={"ignore": tuple({"FM1406"} - {code})})
    report = check(replace(project, check=lets_pass))
    found = [finding for finding in of_source(report, source) if finding.code == code]
    assert {finding.billing_period for finding in found} == {MONTH}
    assert code not in {finding.code for finding in of_source(clean_report, source)}
    assert report.red
    # The charges are as wrong in the ledger as in the bill: no total was lost on the way.
    assert all(proof.holds for proof in report.proofs)
    assert any(finding.severity != "info" for finding in found)
