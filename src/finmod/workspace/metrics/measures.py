"""Measures: the sums that metrics are made of, read from a project at one state of its books.

Owns which table a measure is read from, its currency, its conditions, and what of it is unknown. What figures are made
of the sums is told in ``models``.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from finmod.engines.duckdb import Engine, EngineError, literal
from finmod.errors import Problem, UserError
from finmod.ledger.applied import Run, runs
from finmod.ledger.close_rates import every_kept_rate
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.rate_findings import ForeignDay
from finmod.ledger.reporting import REPORTING_COSTS, with_reporting
from finmod.ledger.tables import ALLOCATED, ALLOCATED_LEVELS
from finmod.marts.days import OF_DAY
from finmod.marts.monthly import BILL, MONTH, allocated_months, allocated_weeks, daily, last_day
from finmod.settings.drivers import Driver, read_drivers
from finmod.settings.metric_reading import read_metrics
from finmod.settings.project import Project
from finmod.taxonomy.definition import Taxonomy
from finmod.terms.metrics import Measure, Metric
from finmod.workspace.days_told import billed_until
from finmod.workspace.fx import reporting_of
from finmod.workspace.metrics.charged import NamedBy, charged, named_by, tagged
from finmod.workspace.metrics.periods import Rows
from finmod.workspace.steps import Step, silent

_STEPS = {
    "months": "sums by month", "levels": "sums of levels by month", "weeks": "sums by week", "days": "sums by day",
    "begun": "sums by day", "charged": "sums of charges by month", "tagged": "sums of tags by month",
}  # fmt: skip


@dataclass
class Measures:
    """A project's books at one state, while the engine that reads them is open.

    Attributes:
        engine: Reads them.
        project: Whose.
        ledger: Its tables.
        snapshot: State of the ledger.
        run: The applied allocation that stands; None where none was applied.
        drivers_version: Version of the drivers' values; None for the newest.
        step: Told when sums are made, which takes a moment the first time.
        kept: What was read once, by what was asked: several metrics are made of the same sums.
    """

    engine: Engine
    project: Project
    ledger: Ledger
    snapshot: Snapshot
    run: Run | None
    drivers_version: int | None = None
    step: Step = silent
    kept: dict[Hashable, Any] = field(default_factory=dict)
    _relations: dict[str, str] = field(default_factory=dict)
    _reported: dict[str, str] = field(default_factory=dict)

    @cached_property
    def rules(self) -> NamedBy | None:
        """Return the taxonomy with its hash; None where there is none."""
        return named_by(self.project)

    @property
    def taxonomy(self) -> Taxonomy | None:
        """Return the taxonomy; None where there is none."""
        return self.rules.taxonomy if self.rules else None

    @cached_property
    def drivers(self) -> dict[str, Driver]:
        """Return the drivers of drivers.yaml."""
        return read_drivers(self.project.root)

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """Return every metric by name."""
        return read_metrics(self.project.root, self.project.currency, self.drivers)

    @property
    def applied(self) -> Run:
        """Return the applied allocation.

        Raises:
            UserError: None was applied.
        """
        if self.run is None:
            raise UserError(
                Problem(
                    code="FM2430",
                    found="no allocation was applied, so that nothing is known of what targets cost",
                    expected="an applied version of allocation.yaml",
                    remedy="Look at what it moves with finmod plan, then run: finmod apply.",
                )
            )
        return self.run

    def relation(self, name: str) -> str:
        """Return SQL of a table in the reporting currency: charged, tagged, levels, or one of ``Rows``."""
        if name not in self._relations:
            makers: dict[str, Callable[[], str]] = {
                "months": lambda: self._allocated(levels=False),
                "levels": lambda: self._allocated(levels=True),
                "weeks": self._weeks,
                "days": lambda: daily(self.ledger, self.applied, self.project.currency),
                "begun": lambda: daily(self.ledger, self.applied, self.project.currency, spread=False),
                "charged": lambda: charged(self.engine, self.project, self.ledger, self.snapshot, self.rules),
                "tagged": lambda: tagged(self.engine, self.project, self.ledger, self.snapshot, self.rules),
            }
            self.step(_STEPS.get(name, name), len(self._relations), len(self._relations) + 1)
            self._relations[name] = makers[name]()
        return self._relations[name]

    def _allocated(self, *, levels: bool) -> str:
        table = ALLOCATED_LEVELS if levels else ALLOCATED
        return allocated_months(self.engine, self.ledger, self.applied, self.project.currency, table=table)

    def _weeks(self) -> str:
        """Return SQL of the parts of months that periods of weeks cut, each as if it were of its first day."""
        rows = allocated_weeks(self.engine, self.ledger, self.applied, self.project)
        return f"(SELECT * EXCLUDE ({MONTH}, {OF_DAY}), {OF_DAY} AS {MONTH} FROM {rows})"

    def reported(self, name: str) -> str:
        """Return SQL of a table of costs with the costs in the reporting currency beside them.

        Who asks once reads what he needs from the files; for who asks again it is read whole, into memory.
        """
        try:
            return self._read(name)
        except EngineError:
            # A reduction that somebody removed meanwhile is made anew; what fails again is damaged itself.
            self._relations.pop(name, None)
            self._reported.pop(name, None)
            return self._read(name)

    def forget(self) -> None:
        """Remove the tables that were read into memory: they are nobody's but the metrics'."""
        for name in self._reported:
            self.engine.run(f"DROP TABLE IF EXISTS reported_{name}")
        self._reported.clear()

    def _read(self, name: str) -> str:
        found = self._reported.get(name)
        if found is None:
            self._reported[name] = found = self._in_reporting_currency(name)
        elif found.startswith("(") and name not in {"days", "begun"}:
            self.engine.run(f"CREATE OR REPLACE TEMP TABLE reported_{name} AS SELECT * FROM {found}")
            self._reported[name] = found = f"reported_{name}"
        return found

    def _in_reporting_currency(self, name: str) -> str:
        rows = self.relation(name)
        abroad = self.engine.rows(
            f"SELECT DISTINCT BillingCurrency, x_ChargeDate, {BILL}, {MONTH} FROM {rows} "
            f"WHERE BillingCurrency <> {literal(self.project.currency)}"
        )
        if not abroad:  # which takes no time to plan
            costs = ", ".join(f"{cost} AS {reported}" for cost, reported in REPORTING_COSTS.items())
            return f"(SELECT *, {costs} FROM {rows})"
        days = [ForeignDay("", f"{month:%Y-%m}", currency, day, 1, None, bill) for currency, day, bill, month in abroad]
        kept = every_kept_rate(self.engine, self.ledger, self.snapshot)
        return f"({with_reporting(f'SELECT * FROM {rows}', reporting_of(self.project, days, kept), (), BILL)})"

    def months(self, measure: Measure) -> frozenset[date]:
        """Return the months of which a measure is known: where nothing is told of a member, it is 0."""
        if measure.basis == "allocated":
            return frozenset(self.applied.months)
        return self.charged

    @cached_property
    def charged(self) -> frozenset[date]:
        """Return the months that have charges."""
        rows = self.engine.rows(f"SELECT DISTINCT {MONTH} FROM {self.relation('charged')}")
        return frozenset(row[0] for row in rows)

    def days(self, rows: Rows) -> frozenset[date]:
        """Return the days of the months that were allocated, up to the last one that has a charge.

        Of days on which charges begin it is the last one that begins one.
        """
        asked = ("days", rows == "begun")
        if asked not in self.kept:
            last = last_day(self.engine, self.ledger, self.applied, spread=rows != "begun")
            self.kept[asked] = self._days(last) if last else frozenset()
        found: frozenset[date] = self.kept[asked]
        return found

    @cached_property
    def billed(self) -> date | None:
        """Return the last day that bills by the day reach, where charges alone that run on are told after it."""
        return billed_until(self.engine, self.ledger, self.applied)

    def _days(self, last: date) -> frozenset[date]:
        first = (month.toordinal() for month in self.applied.months)
        ends = {day: _month_end(date.fromordinal(day)) for day in first}
        return frozenset(
            date.fromordinal(day)
            for start, end in ends.items()
            for day in range(start, min(end.toordinal(), last.toordinal()) + 1)
        )


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


@contextmanager
def measures(project: Project, step: Step = silent) -> Iterator[Measures]:
    """Give the books of a project as they stand now.

    Raises:
        UserError: The ledger is empty or damaged, or a rule file has problems.
    """
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill") as engine:
        snapshot = ledger.head(engine)
        if snapshot.version < 0:
            remedy = "Load a bill first: finmod load."
            raise UserError(Problem(code="FM1502", found="the ledger is empty", remedy=remedy))
        applied = runs(engine, ledger)
        try:
            yield Measures(engine, project, ledger, snapshot, applied[-1] if applied else None, step=step)
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
