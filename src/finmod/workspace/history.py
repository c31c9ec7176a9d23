"""History: what was closed and reopened, and what restated bills of closed months moved, by service.

Owns which rows the history has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import UserError
from finmod.ledger.applied import Run, runs
from finmod.ledger.closes import Close, closes
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import whole
from finmod.ledger.tables import TRUE_UPS
from finmod.settings.project import Project
from finmod.terms.money import known_sum


@dataclass(frozen=True)
class Movement:
    """What one load moved of one closed month, in one service.

    Attributes:
        loaded_at: Time of the load, UTC.
        restated: First day of the closed month.
        booked_in: First day of the month that took the difference.
        source: Name of the source.
        service: ServiceName; None where the bill names none.
        currency: BillingCurrency.
        charges: Number of true-ups.
        billed_cost: Difference; None where it is unknown before and after.
        effective_cost: As above.
    """

    loaded_at: datetime
    restated: date
    booked_in: date
    source: str
    service: str | None
    currency: str
    charges: int
    billed_cost: Decimal | None
    effective_cost: Decimal | None


@dataclass(frozen=True)
class History:
    """What happened to closed months.

    Attributes:
        closes: Every close, in the order in which they were made.
        movements: What restatements moved and still stands, by load; within it the largest first.
        runs: Every allocation that was applied, oldest first; of one month those that changed its rows.
    """

    closes: tuple[Close, ...]
    movements: tuple[Movement, ...]
    runs: tuple[Run, ...] = ()

    def of(self, period: date) -> tuple[Movement, ...]:
        """Return what was moved of one month."""
        return tuple(item for item in self.movements if item.restated == period)


def totals(movements: Iterable[Movement]) -> list[tuple[str, int, Decimal | None, Decimal | None]]:
    """Return per currency: it, the number of true-ups, and the differences of BilledCost and EffectiveCost."""
    items = list(movements)
    return [
        (
            currency,
            sum(item.charges for item in _in(items, currency)),
            known_sum(item.billed_cost for item in _in(items, currency)),
            known_sum(item.effective_cost for item in _in(items, currency)),
        )
        for currency in sorted({item.currency for item in items})
    ]


def _in(items: Sequence[Movement], currency: str) -> list[Movement]:
    return [item for item in items if item.currency == currency]


def history(project: Project, period: date | None = None) -> History:
    """Return what was closed and what was moved.

    Args:
        project: Whose ledger.
        period: First day of the restated month; None for all.

    Raises:
        UserError: A file of the ledger is gone or damaged.
    """
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill") as engine:
        head = ledger.head(engine)
        try:
            known, made = closes(engine, ledger, head), runs(engine, ledger)
            rows = engine.rows(
                "SELECT make_timestamp(epoch_us(x_TrueUpAt)), x_TrueUpOf, x_BillingPeriod, x_Source, ServiceName, "
                "BillingCurrency, count(*), sum(BilledCost), sum(EffectiveCost) "
                f"FROM {whole(TRUE_UPS, ledger.files(TRUE_UPS, head))} WHERE x_TrueUpOf = ? OR ? IS NULL "
                "GROUP BY ALL ORDER BY 1, 2, 3, 4, abs(sum(BilledCost)) DESC, abs(sum(EffectiveCost)) DESC, 5, 6",
                [period, period],
            )
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
    of_month = tuple(close for close in known.every if period is None or close.covers(period))
    applied = tuple(run for run in made if period is None or period in run.changed)
    return History(of_month, tuple(Movement(*row) for row in rows), applied)
