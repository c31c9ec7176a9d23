"""Status: what the ledger holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import UserError
from finmod.ledger.close_rates import every_kept_rate
from finmod.ledger.closes import Closes, closes
from finmod.ledger.comparison import comparison_ledger
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.manifest import CURRENT
from finmod.ledger.reduce import whole
from finmod.ledger.tables import FINDINGS, LOADS, TRUE_UPS, USAGE
from finmod.ledger.usage import CURRENT_USAGE
from finmod.marts.catalogue import view_sql
from finmod.settings.project import Project
from finmod.terms.periods import parse_period
from finmod.workspace.fx import days_abroad, missing_rates, reporting_of

TRUE_UP = "true-up of "
"""How the format of true-ups begins; the restated month follows."""


@dataclass(frozen=True)
class ReportingTotal:
    """What charges in several currencies are in the reporting currency.

    Attributes:
        currency: The reporting currency.
        billed_cost: Sum of BilledCost in it; None where a rate is missing: a part of the charges is no total.
        missing: Currency -> number of charges whose rate is missing.
    """

    currency: str
    billed_cost: Decimal | None
    missing: dict[str, int]


@dataclass(frozen=True)
class Status:
    """What the ledger holds.

    Attributes:
        version: Ledger version; -1 where nothing was loaded.
        charges: Number of charges.
        rows: Per source, billing period and currency: source, period, format, files, charges, currency (None
            for usage, which is no charge), BilledCost, time of the load (UTC), number of findings that are no mere
            information (those of no currency with the month's first), time of the month's close (UTC; None for
            open months and for usage, which is replaced in closed months too). True-ups stand apart in the month that
            they are booked in, with the restated month as their format.
        billed: Currency -> BilledCost of all charges.
        never_loaded: Sources of finmod.yaml that the ledger has nothing of.
        beside: Sources that are kept for comparison and counted nowhere -> number of charges.
        closed: First and last closed month; None where none is.
        reporting: BilledCost of all charges in the reporting currency; None where no charge is in another one.
    """

    version: int
    charges: int
    rows: list[tuple[Any, ...]]
    billed: dict[str, Decimal]
    never_loaded: list[str]
    closed: tuple[date, date] | None = None
    reporting: ReportingTotal | None = None
    beside: dict[str, int] = field(default_factory=dict)


def status(project: Project) -> Status:
    """Return what the ledger of a project holds.

    Raises:
        UserError: A file of the ledger is gone or damaged.
    """
    ledger = Ledger(project.store)
    with Engine() as engine:
        snapshot = ledger.head(engine)
        beside = _beside(engine, comparison_ledger(project.store))
        if snapshot.version < 0:
            return Status(-1, 0, [], {}, [name for name in project.sources if name not in beside], beside=beside)
        loads, findings, true_ups = (
            whole(table, ledger.files(table, snapshot)) for table in (LOADS, FINDINGS, TRUE_UPS)
        )
        known = closes(engine, ledger, snapshot)
        own = {project.currency, None}
        try:
            rows = engine.rows(
                f"WITH now AS (SELECT * FROM {loads} QUALIFY {CURRENT} OR {CURRENT_USAGE}) "
                "SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m'), any_value(x_Format), count(DISTINCT x_File), "
                "CAST(sum(x_Charges) AS BIGINT), BillingCurrency, sum(BilledCost), "
                "make_timestamp(epoch_us(max(x_LoadedAt))), true AS bill "
                "FROM now GROUP BY x_Source, x_BillingPeriod, BillingCurrency "
                "UNION ALL SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m'), "
                f"'{TRUE_UP}' || strftime(x_TrueUpOf, '%Y-%m'), count(DISTINCT x_File), count(*), BillingCurrency, "
                f"sum(BilledCost), make_timestamp(epoch_us(max(x_TrueUpAt))), false FROM {true_ups} "
                "GROUP BY x_Source, x_BillingPeriod, x_TrueUpOf, BillingCurrency ORDER BY 1, 2, 3, 6, 5, 7, 8"
            )
            odd = engine.rows(
                "SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m'), BillingCurrency, count(*) "
                f"FROM {findings} WHERE x_Severity <> 'info' GROUP BY ALL"
            )
            total = _reporting(engine, project, ledger, snapshot) if {row[5] for row in rows} - own else None
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
    billed: dict[str, Decimal] = {}
    for row in (row for row in rows if row[5] is not None):  # usage costs nothing
        billed[row[5]] = billed.get(row[5], Decimal(0)) + (row[6] or 0)
    rows = _told(rows, odd, known)
    loaded = {row[0] for row in rows} | beside.keys()
    never = [name for name in project.sources if name not in loaded]
    span = (known.first, known.last) if known.first and known.last else None
    billed = dict(sorted(billed.items()))
    return Status(snapshot.version, sum(row[4] for row in rows), rows, billed, never, span, total, beside)


def _beside(engine: Engine, ledger: Ledger) -> dict[str, int]:
    loads = whole(LOADS, ledger.files(LOADS, ledger.head(engine)))
    try:
        rows = engine.rows(
            f"SELECT x_Source, CAST(sum(x_Charges) AS BIGINT) FROM (SELECT * FROM {loads} QUALIFY {CURRENT}) "
            "GROUP BY 1 ORDER BY 1"
        )
    except EngineError as error:
        raise UserError(damaged(str(error))) from error
    return dict(rows)


def _reporting(engine: Engine, project: Project, ledger: Ledger, snapshot: Snapshot) -> ReportingTotal:
    days = days_abroad(engine, project, ledger, snapshot)
    money = reporting_of(project, days, every_kept_rate(engine, ledger, snapshot))
    missing = missing_rates(days, money)
    if missing:
        return ReportingTotal(project.currency, None, missing)
    rows = view_sql("charges_daily", ledger, snapshot, money)
    return ReportingTotal(project.currency, engine.row(f"SELECT sum(x_ReportingBilledCost) FROM ({rows})")[0], {})


def _told(rows: Sequence[tuple[Any, ...]], odd: Sequence[tuple[Any, ...]], known: Closes) -> list[tuple[Any, ...]]:
    """Return rows with their month's findings and close; findings of no currency of the month stand with its first."""
    bills = [(row[0], row[1], row[5]) for row in rows if row[8]]
    first = {bill[:2]: bill for bill in reversed(bills)}
    counts: dict[tuple[Any, ...] | None, int] = {}
    for *bill, count in odd:
        place = tuple(bill) if tuple(bill) in bills else first.get((bill[0], bill[1]))
        counts[place] = counts.get(place, 0) + count
    return [
        (
            *row[:8],
            counts.get((row[0], row[1], row[5]), 0) if row[8] else 0,
            None if row[2] in USAGE else _closed_at(known, row[1]),
        )
        for row in rows
    ]


def _closed_at(known: Closes, month: str) -> datetime | None:
    close = known.of(parse_period(month))
    return None if close is None else close.closed_at.replace(tzinfo=None)
