"""Demo: the sample company made, loaded, allocated, checked, and its last month put together for one screen.

Owns what the screen says; how it looks is the face's work.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from finmod.errors import Problem, UserError
from finmod.settings.project import load_project
from finmod.taxonomy.compliance import Compliance
from finmod.workspace.apply import apply
from finmod.workspace.check import CheckReport, check
from finmod.workspace.demo_allocation import AllocatedCosts, allocated_costs
from finmod.workspace.demo_meaning import Meaning, meaning
from finmod.workspace.drivers import load_drivers
from finmod.workspace.load import load_sources
from finmod.workspace.query import query
from finmod.workspace.sample import unwritable, write_project_sample
from finmod.workspace.status import status
from finmod.workspace.steps import Step
from finmod.workspace.tags import tag_report

SPEND = Decimal(8_000_000)
END = "2026-10"
_COSTS = ("BilledCost", "EffectiveCost", "ContractedCost", "ListCost")
# Usage that a commitment covers has its own price; the purchase of the commitment would count it twice.
_PRICED = "NOT (ChargeCategory = 'Purchase' AND CommitmentDiscountId IS NOT NULL)"

_TIES = (
    "SELECT x_Sources, struct_pack(tied := count(*) FILTER (x_Status = 'ties'), every := count(*)) "
    "FROM invoices WHERE x_Listed IS NOT NULL GROUP BY 1"
)
_Ask = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Supplier:
    """What was loaded of one source.

    Attributes:
        source: Its name.
        format: Its format.
        files: Number of files, of all months.
        charges: Number of charges, of all months.
        billed: BilledCost of the last month, USD.
        billed_before: BilledCost of the month before, USD.
        invoices: Number of its invoices that equal the charges, to the last digit, and of all its invoices.
    """

    source: str
    format: str
    files: int
    charges: int
    billed: Decimal
    billed_before: Decimal
    invoices: tuple[int, int]


@dataclass(frozen=True)
class DemoReport:
    """What the demo made and found.

    Attributes:
        folder: The project.
        months: Number of months.
        charges: Number of charges in the ledger.
        seconds: Step -> seconds it took.
        month: Last billing period, ``YYYY-MM``.
        totals: Measure -> (last month, the month before), USD; ContractedCost and ListCost without what commitments
            were bought for.
        listed: ListCost, and EffectiveCost of the same charges, of the last month: only those that have a list price.
        trend: (``YYYY-MM``, EffectiveCost) of the last twelve months.
        suppliers: What was loaded of each source, the largest first.
        services: Service, EffectiveCost, the month before; the largest, USD.
        commitments: Commitment type, used, unused EffectiveCost of the last month.
        tags: Compliance of the month, of each dimension that tags say.
        allocated: What products and teams cost.
        meaning: What that means: unit costs, gross margins.
        check: Result of the check.
    """

    folder: Path
    months: int
    charges: int
    seconds: dict[str, float]
    month: str
    totals: dict[str, tuple[Decimal, Decimal]]
    listed: tuple[Decimal, Decimal]
    trend: list[tuple[str, Decimal]]
    suppliers: list[Supplier]
    services: list[tuple[str, Decimal, Decimal]]
    commitments: list[tuple[str, Decimal, Decimal]]
    tags: tuple[Compliance, ...]
    allocated: AllocatedCosts
    meaning: Meaning
    check: CheckReport


def run_demo(folder: Path, *, rows: int, months: int, now: datetime, step: Step) -> DemoReport:
    """Make the sample company in a new folder, load every bill, allocate, check, and look at the last month.

    Raises:
        UserError: The folder is there already and not empty, or it cannot be written.
    """
    try:
        taken = folder.exists() and any(folder.iterdir())
    except OSError as error:
        raise unwritable(folder, error) from error
    if taken:
        raise UserError(
            Problem(
                code="FM1064",
                found="the folder is not empty",
                expected="a new or empty folder",
                where=str(folder),
                remedy=f"Remove it, or make the demo in another, such as {folder}-2.",
            )
        )
    seconds = {}
    clock = time.perf_counter
    start = clock()
    with _gone_if_broken_off(folder):
        write_project_sample(folder, seed=1, months=months, end=END, rows=rows, spend=SPEND, step=step)
    seconds["bills written"] = clock() - start
    project = load_project(folder)
    start = clock()
    _, problems = load_sources(project, project.sources, now, step)
    _, others = load_drivers(project, (), now, step)
    if problems or others:
        raise UserError(*problems, *others)
    seconds["loaded"] = clock() - start
    start = clock()
    apply(project, now, author="finmod demo", note="demo", step=step)
    seconds["allocated"] = clock() - start
    start = clock()
    checked = check(project, step)
    seconds["checked"] = clock() - start
    return _report(folder, months, seconds, checked)


@contextmanager
def _gone_if_broken_off(folder: Path) -> Iterator[None]:
    """Take away the folders that were made for work that was broken off, as far as they are empty."""
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        yield
    except BaseException:
        with suppress(OSError):
            for place in made:
                place.rmdir()
        raise


def _report(folder: Path, months: int, seconds: dict[str, float], checked: CheckReport) -> DemoReport:
    project = load_project(folder)

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return query(project, sql).rows

    by_month = ask(
        "SELECT strftime(x_BillingPeriod, '%Y-%m'), sum(BilledCost), sum(EffectiveCost), sum(ContractedCost) FILTER "
        f"({_PRICED}), sum(ListCost) FILTER ({_PRICED}) FROM charges_daily GROUP BY 1 ORDER BY 1"
    )
    last, before = by_month[-1], by_month[-2]
    this = f"x_BillingPeriod = DATE '{last[0]}-01'"
    then = f"x_BillingPeriod = DATE '{before[0]}-01'"
    tags = tag_report(project)
    return DemoReport(
        folder=folder,
        months=months,
        charges=ask("SELECT CAST(sum(x_Charges) AS BIGINT) FROM charges_daily")[0][0],
        seconds=seconds,
        month=last[0],
        totals={name: (last[place], before[place]) for place, name in enumerate(_COSTS, start=1)},
        listed=_listed(ask, this),
        trend=[(row[0], row[2]) for row in by_month[-12:]],
        services=_services(ask, this, then),
        suppliers=_suppliers(
            status(project).rows,
            (last[0], before[0]),
            dict(ask(_TIES)),
        ),
        commitments=_commitments(ask, this),
        tags=tuple(tags.of_month),
        allocated=allocated_costs(ask, tags.taxonomy, this, then),
        meaning=meaning(project, last[0]),
        check=checked,
    )


def _listed(ask: _Ask, this: str) -> tuple[Decimal, Decimal]:
    (found,) = ask(
        "SELECT coalesce(sum(ListCost), 0), coalesce(sum(EffectiveCost), 0) FROM charges_daily "
        f"WHERE {this} AND {_PRICED} AND ListCost IS NOT NULL AND x_UnknownListCost = 0"
    )
    return found[0], found[1]


def _services(ask: _Ask, this: str, then: str) -> list[tuple[Any, ...]]:
    return ask(
        f"SELECT ServiceName, sum(EffectiveCost) FILTER (WHERE {this}) AS now, "
        f"coalesce(sum(EffectiveCost) FILTER (WHERE {then}), 0) FROM charges_daily GROUP BY 1 "
        "HAVING now IS NOT NULL ORDER BY now DESC LIMIT 5"
    )


def _commitments(ask: _Ask, this: str) -> list[tuple[Any, ...]]:
    return ask(
        "SELECT CommitmentDiscountType, "
        "coalesce(sum(EffectiveCost) FILTER (WHERE CommitmentDiscountStatus = 'Used'), 0) AS used, "
        "coalesce(sum(EffectiveCost) FILTER (WHERE CommitmentDiscountStatus = 'Unused'), 0) AS unused "
        f"FROM charges_daily WHERE {this} AND CommitmentDiscountType IS NOT NULL "
        "GROUP BY 1 ORDER BY used + unused DESC"
    )


def _suppliers(
    rows: list[tuple[Any, ...]], months: tuple[str, str], invoices: dict[str, dict[str, int]]
) -> list[Supplier]:
    found: dict[str, Supplier] = {}
    for source, period, format_name, files, charges, _, billed, *_ in rows:
        of_it = invoices.get(source, {"tied": 0, "every": 0})
        tied = of_it["tied"], of_it["every"]
        had = found.get(source, Supplier(source, format_name, 0, 0, Decimal(0), Decimal(0), tied))
        found[source] = Supplier(
            source,
            format_name,
            had.files + files,
            had.charges + charges,
            had.billed + (billed if period == months[0] else 0),
            had.billed_before + (billed if period == months[1] else 0),
            tied,
        )
    return sorted(found.values(), key=lambda supplier: -supplier.billed)
