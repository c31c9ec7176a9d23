"""Demo: the sample company made, loaded, checked, and its last month put together for one screen.

Owns what the screen says; how it looks is the face's work.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from finmod.errors import Problem, UserError
from finmod.settings.project import load_project
from finmod.workspace.check import CheckReport, check
from finmod.workspace.load import load_source
from finmod.workspace.query import query
from finmod.workspace.sample import write_project_sample

SPEND = Decimal(8_000_000)
END = "2026-10"


@dataclass(frozen=True)
class DemoReport:
    """What the demo made and found.

    Attributes:
        folder: The project.
        months: Number of months.
        charges: Number of charges in the ledger.
        seconds: Step -> seconds it took.
        month: Last billing period, ``YYYY-MM``.
        totals: Measure -> (last month, the month before), USD.
        trend: (``YYYY-MM``, EffectiveCost) of the last twelve months.
        services: Service, EffectiveCost, the month before; the ten largest.
        commitments: Commitment type, used, unused EffectiveCost of the last month.
        tags: Share of the month's usage EffectiveCost whose charges carry a product tag, as spelled by anyone.
        check: Result of the check.
    """

    folder: Path
    months: int
    charges: int
    seconds: dict[str, float]
    month: str
    totals: dict[str, tuple[Decimal, Decimal]]
    trend: list[tuple[str, Decimal]]
    services: list[tuple[str, Decimal, Decimal]]
    commitments: list[tuple[str, Decimal, Decimal]]
    tags: tuple[Decimal, Decimal]
    check: CheckReport


def run_demo(
    folder: Path, *, rows: int, months: int, now: datetime, step: Callable[[str, int, int], None]
) -> DemoReport:
    """Make the sample company in a new folder, load every bill, check it and look at its last month.

    Raises:
        UserError: The folder is there already and not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(
            Problem(
                code="FM1064",
                found="the folder is not empty",
                expected="a new or empty folder",
                where=str(folder),
                remedy=f"Remove it, or name another: finmod demo {folder}-2",
            )
        )
    seconds = {}
    clock = time.perf_counter
    start = clock()
    write_project_sample(folder, seed=1, months=months, end=END, rows=rows, spend=SPEND, step=step)
    seconds["bills written"] = clock() - start
    project = load_project(folder)
    start = clock()
    for name, source in project.sources.items():
        load_source(project, name, source, now, step)
    seconds["loaded"] = clock() - start
    start = clock()
    checked = check(project)
    seconds["checked"] = clock() - start
    return _report(folder, months, seconds, checked)


def _report(folder: Path, months: int, seconds: dict[str, float], checked: CheckReport) -> DemoReport:
    project = load_project(folder)

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return query(project, sql).rows

    by_month = ask(
        "SELECT strftime(x_BillingPeriod, '%Y-%m'), sum(BilledCost), sum(EffectiveCost), sum(ContractedCost), "
        "sum(ListCost) FROM charges_daily GROUP BY 1 ORDER BY 1"
    )
    last, before = by_month[-1], by_month[-2]
    names = ("BilledCost", "EffectiveCost", "ContractedCost", "ListCost")
    this = f"x_BillingPeriod = DATE '{last[0]}-01'"
    then = f"x_BillingPeriod = DATE '{before[0]}-01'"
    tags = ask(
        "SELECT coalesce(sum(EffectiveCost) "
        "FILTER (WHERE regexp_matches(lower(Tags), '\"(product|app|application)\" *:')), 0), "
        f"sum(EffectiveCost) FROM charges_daily WHERE {this} AND ChargeCategory = 'Usage'"
    )[0]
    return DemoReport(
        folder=folder,
        months=months,
        charges=ask("SELECT CAST(sum(x_Charges) AS BIGINT) FROM charges_daily")[0][0],
        seconds=seconds,
        month=last[0],
        totals={name: (last[place], before[place]) for place, name in enumerate(names, start=1)},
        trend=[(row[0], row[2]) for row in by_month[-12:]],
        services=ask(
            f"SELECT ServiceName, sum(EffectiveCost) FILTER (WHERE {this}) AS now, "
            f"coalesce(sum(EffectiveCost) FILTER (WHERE {then}), 0) FROM charges_daily GROUP BY 1 "
            "HAVING now IS NOT NULL ORDER BY now DESC LIMIT 10"
        ),
        commitments=ask(
            "SELECT CommitmentDiscountType, "
            "coalesce(sum(EffectiveCost) FILTER (WHERE CommitmentDiscountStatus = 'Used'), 0) AS used, "
            "coalesce(sum(EffectiveCost) FILTER (WHERE CommitmentDiscountStatus = 'Unused'), 0) AS unused "
            f"FROM charges_daily WHERE {this} AND CommitmentDiscountType IS NOT NULL "
            "GROUP BY 1 ORDER BY used + unused DESC"
        ),
        tags=(tags[0], tags[1]),
        check=checked,
    )
