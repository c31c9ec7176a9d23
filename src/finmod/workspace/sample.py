"""Sample: the invented company as a project that can be loaded at once.

Owns finmod.yaml beside the sample's exports; the exports and the rules are written by the room ``sample``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from finmod.engines.disk import full_disk
from finmod.errors import Problem, UserError
from finmod.sample.allocation import write_allocation_files
from finmod.sample.months import parse_month
from finmod.sample.taxonomy import write_taxonomy_files
from finmod.sample.write import SampleSummary, write_sample
from finmod.settings.allocation import ALLOCATION
from finmod.settings.drivers import DRIVERS
from finmod.settings.edits.project import add_source
from finmod.settings.init import write_project
from finmod.settings.metrics import METRICS
from finmod.settings.pnl import PNL
from finmod.settings.project import FILE
from finmod.settings.schema import write_drivers_schema, write_metrics_schema, write_pnl_schema
from finmod.settings.taxonomy import TAXONOMY
from finmod.workspace.steps import Step

NAME = "northwind (invented)"

SOURCES: dict[str, dict[str, Any]] = {
    "aws": {"format": "aws-cur2", "path": "exports/aws"},
    "azure-ea": {
        "format": "azure-cost",
        "actual": "exports/azure-ea/actual",
        "amortized": "exports/azure-ea/amortized",
    },
    "azure-mca": {
        "format": "azure-cost",
        "actual": "exports/azure-mca/actual",
        "amortized": "exports/azure-mca/amortized",
    },
    "gcp": {
        "format": "gcp-billing",
        "path": "exports/gcp",
        "set": {"BillingAccountName": "Northwind Traders billing"},
    },
    "oci": {"format": "oci-cost", "path": "exports/oci", "set": {"BillingAccountName": "northwind"}},
    "ai": {"format": "focus", "path": "exports/ai"},
    "datacentre": {"format": "focus", "path": "exports/datacentre"},
}

# Lines of a new project file that a sample says otherwise. Its bills are clean: anything odd is worth a red check, but
# for what the suppliers' own forms leave out: prices under a reservation, SKUs of purchases; and for what an inferred
# share cannot be sure of.
_SAID = {
    "# invoices: invoices.csv\n": "invoices: invoices.csv\n",
    "# events: events.csv\n": "events: events.csv\n",
    "# check:\n#   fail_on: error           # or warning\n": "check:\n  fail_on: warning         # or error\n",
    "#   ignore: []               # codes": "  ignore: [FM1314, FM1315, FM1334, FM1341, FM1353]  # codes",
}


@dataclass(frozen=True)
class ProjectSample:
    """A sample that is a project.

    Attributes:
        summary: What was written.
        by_source: Source, number of charges, exact BilledCost in USD.
    """

    summary: SampleSummary
    by_source: list[tuple[str, int, Decimal]]


def write_project_sample(  # noqa: PLR0913 -- the words of the command
    folder: Path,
    *,
    seed: int,
    months: int,
    end: str,
    rows: int,
    spend: Decimal,
    step: Step,
    fault: str | None = None,
) -> ProjectSample:
    """Write the invented company's exports, its rules and a finmod.yaml that names the bills.

    Args:
        folder: A new one, or one that has neither a sample nor a finmod.yaml, taxonomy, allocation or drivers: other
            files in it are left alone.
        seed: The same seed gives the same company.
        months: Number of months.
        end: Last month, ``YYYY-MM``.
        rows: Number of charges wanted, met within a tenth.
        spend: Spend of a year, USD.
        step: Progress.
        fault: Name of a planted fault; None for clean bills.

    Raises:
        UserError: The folder has a sample or a file of a project or cannot be written, or a value makes no sense.
    """
    own = (FILE, TAXONOMY, "taxonomy", ALLOCATION, DRIVERS, METRICS, PNL)
    there = next((name for name in own if os.path.lexists(folder / name)), None)
    if there:
        raise UserError(_is_project(folder, there))
    try:
        summary = write_sample(
            folder,
            seed=seed,
            months=months,
            end=end,
            rows=rows,
            spend=spend,
            fault=fault,
            on_progress=lambda done, parts: step("write bills", done, parts),
        )
        # A new project keeps a taxonomy that is there.
        write_taxonomy_files(folder, months=months, end=parse_month(end))
        write_allocation_files(folder)
    except OSError as error:
        raise full_disk(error) or unwritable(folder, error) from error
    _write_project(folder)
    billed: dict[str, Decimal] = {}
    for (name, _), amount in summary.billed.items():
        billed[name] = billed.get(name, Decimal(0)) + amount
    return ProjectSample(summary, [(name, summary.rows[name], billed[name]) for name in summary.rows])


def _write_project(folder: Path) -> None:
    file = write_project(folder, NAME, "USD")
    write_drivers_schema(folder / ".schema")
    write_pnl_schema(folder / ".schema")
    write_metrics_schema(folder / ".schema")
    for name, source in SOURCES.items():
        add_source(file, name, source)
    text = file.read_text(encoding="utf-8")
    for commented, said in _SAID.items():
        text = text.replace(commented, said)
    file.write_text(text, encoding="utf-8")


def _is_project(folder: Path, there: str) -> Problem:
    return Problem(
        code="FM1010",
        found=f"the folder holds {there} already; nothing was written",
        expected="a folder without a project",
        where=str(folder),
        remedy="Name another folder.",
    )


def unwritable(folder: Path, error: OSError) -> UserError:
    """Return what the user must do where the operating system refuses a folder."""
    return UserError(
        Problem(
            code="FM1612",
            found=f"the sample cannot be written: {(error.strerror or type(error).__name__).lower()}",
            expected="a folder that you may write to",
            where=str(error.filename or folder),
            remedy="Name another folder.",
        )
    )
