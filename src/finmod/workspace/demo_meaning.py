"""What the demo's screen says of meaning: unit costs with their trend, and the gross margin of each product.

Owns which metrics are shown; what they are made of stands in the sample company's metrics.yaml and pnl.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from finmod.settings.metric_reading import chosen_metric
from finmod.settings.project import Project
from finmod.terms.metrics import Metric
from finmod.workspace.metrics.measures import measures
from finmod.workspace.metrics.metric import figures_of
from finmod.workspace.pnl.periods import Asked
from finmod.workspace.pnl.statement import Wanted, make_pnl

_SHOWN = ("cost_per_order", "cost_per_million_requests", "cloud_cost_of_revenue")
_TREND = 12


@dataclass(frozen=True)
class UnitCost:
    """A metric of the last months.

    Attributes:
        metric: Which.
        now: Its figure of the last month; None where it is unknown.
        before: Of the month before.
        trend: Of the last twelve months, oldest first.
    """

    metric: Metric
    now: Decimal | None
    before: Decimal | None
    trend: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class Meaning:
    """What cost means for the business, of the last month.

    Attributes:
        units: Unit costs.
        margins: Product -> its gross margin as a share of revenue; None where it has no revenue.
        margin: Of all products together.
        ties: Whether the cloud lines of the P&L are all of the ledger, to the last digit.
    """

    units: tuple[UnitCost, ...]
    margins: Mapping[str | None, Decimal | None]
    margin: Decimal | None
    ties: bool


def meaning(project: Project, month: str) -> Meaning:
    """Return unit costs and margins of a month, ``YYYY-MM``."""
    units = []
    with measures(project) as books:
        for name in _SHOWN:
            report = figures_of(books, chosen_metric(books.metrics, name))
            values = tuple(row.figure.value for row in report.rows[-_TREND:])
            units.append(UnitCost(report.metric, values[-1], values[-2], values))
    told = make_pnl(project, Wanted(by="product", asked=Asked(period=month)))
    return Meaning(
        units=tuple(units),
        margins={member: column.actual.gross_margin for member, column in told.statement.whole.items()},
        margin=told.statement.total.actual.gross_margin,
        ties=all(proof.holds for proof in told.proofs),
    )
