"""Small Azure bills for tests: rows of cost details in, the charges of a load out."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from finmod.engines.duckdb import Engine
from finmod.normalize import azure
from finmod.normalize.convert import Conversion
from finmod.normalize.mapping import Declared
from finmod.normalize.values import Reading
from finmod.settings.project import Project
from finmod.settings.source import source_settings
from finmod.sources.azure_cost import canonical
from finmod.sources.files import SourceFile
from finmod.sources.stage import stage
from finmod.workspace.load import LoadReport, load_source
from finmod.workspace.query import query
from tests.journeys.bills import NOW, new_project

ORDER = "/providers/Microsoft.Capacity/reservationOrders/49ed0e4d-8e0c-4f1f-af2c-67c865056615/reservations/f39d1c73"
PLAN = "/providers/Microsoft.BillingBenefits/savingsPlanOrders/802a9e8b/savingsPlans/09ff8291"
MACHINE = "/subscriptions/9ec51cfd/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachines/web-1"

BASE = {
    "BillingAccountId": "8611537",
    "BillingAccountName": "Trey Research",
    "BillingPeriodStartDate": "09/01/2026",
    "BillingPeriodEndDate": "09/30/2026",
    "SubscriptionId": "9ec51cfd",
    "SubscriptionName": "Shop",
    "Date": "09/02/2026",
    "ProductName": "Virtual Machines BS Series - B1s - UK South",
    "MeterId": "f31064a2",
    "MeterCategory": "Virtual Machines",
    "MeterName": "B1s",
    "Quantity": "24",
    "EffectivePrice": "0.5",
    "CostInBillingCurrency": "12",
    "UnitPrice": "0.5",
    "PayGPrice": "0.75",
    "UnitOfMeasure": "1 Hour",
    "BillingCurrencyCode": "USD",
    "ResourceLocation": "uksouth",
    "ResourceId": MACHINE,
    "ChargeType": "Usage",
    "Frequency": "UsageBased",
    "PublisherType": "Azure",
    "PricingModel": "OnDemand",
    "ReservationId": "",
    "benefitId": "",
    "benefitName": "",
    "Term": "",
    "Tags": "",
    "AdditionalInfo": "",
}
"""A row of the Enterprise Agreement."""

COVERED = {"PricingModel": "Reservation", "benefitId": ORDER, "benefitName": "RI-1", "PayGPrice": "0"}
PURCHASE = {
    **COVERED,
    "ChargeType": "Purchase",
    "Frequency": "OneTime",
    "Quantity": "1",
    "CostInBillingCurrency": "3.25",
    "EffectivePrice": "3.25",
    "UnitPrice": "3.25",
    "Term": "12",
    "ResourceId": "",
}
IN_ACTUAL = {**COVERED, "CostInBillingCurrency": "0", "EffectivePrice": "0"}
UNUSED = {
    **COVERED,
    "ChargeType": "UnusedReservation",
    "Quantity": "2",
    "CostInBillingCurrency": "0.4",
    "UnitPrice": "0",
    "ResourceId": "",
}

Row = Mapping[str, str]


def write(path: Path, rows: Sequence[Row], base: Row = BASE) -> Path:
    """Write rows as CSV; what a row does not say comes from the base."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for row in (base, *rows) for name in row))
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, names)
        writer.writeheader()
        writer.writerows({**base, **row} for row in rows)
    return path


def load(project: Project, *paths: Path, **wishes: Any) -> LoadReport:  # noqa: ANN401 -- as source_settings
    """Load files as the source azure."""
    settings = source_settings("azure-cost", [str(path) for path in paths], **wishes)
    return load_source(project, "azure", settings, NOW, lambda _what, _done, _parts: None)


def load_pair(folder: Path, actual: Sequence[Row], amortized: Sequence[Row], **wishes: Any) -> Project:  # noqa: ANN401 -- as source_settings
    """Load the two halves of a bill into a new project."""
    project = new_project(folder / "project")
    halves = {"actual": write(folder / "actual.csv", actual), "amortized": write(folder / "amortized.csv", amortized)}
    load(project, **{role: [str(path)] for role, path in halves.items()}, **wishes)
    return project


def load_alone(folder: Path, rows: Sequence[Row], base: Row = BASE, **wishes: Any) -> Project:  # noqa: ANN401 -- as source_settings
    """Load a file that stands alone into a new project."""
    project = new_project(folder / "project")
    load(project, write(folder / "bill.csv", rows, base), **wishes)
    return project


def mapped(folder: Path, rows: Sequence[Row], role: str = "", base: Row = BASE) -> list[dict[str, Any]]:
    """Return what the mapping makes of rows, those that it leaves out left out, without a ledger."""
    path = write(folder / "bill.csv", rows, base)
    with Engine() as engine:
        staged = stage(engine, SourceFile(path, path.name, "0" * 24, path.stat().st_size), folder)
        mapping = azure.mapping([column.name for column in staged.columns], Declared(role))
        conversion = Conversion("azure", staged, mapping, canonical, Reading())
        body = ", ".join(f"{conversion.expression(item.target)} AS {item.target}" for item in mapping.columns)
        names, found = engine.table(
            f"SELECT {body} FROM {staged.relation}{conversion.where(None)} ORDER BY file_row_number"
        )
    return [dict(zip(names, row, strict=True)) for row in found]


def charge(folder: Path, row: Row, role: str = "", base: Row = BASE) -> dict[str, Any]:
    """Return what the mapping makes of one row."""
    return mapped(folder, [row], role, base)[0]


def charges(project: Project, sql: str = "SELECT * FROM charges ORDER BY x_File, x_Row") -> list[dict[str, Any]]:
    """Return the charges of a project."""
    found = query(project, sql)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def codes(project: Project) -> set[str]:
    """Return the codes of what a load found."""
    return {row["x_Code"] for row in charges(project, "SELECT DISTINCT x_Code FROM findings")}
