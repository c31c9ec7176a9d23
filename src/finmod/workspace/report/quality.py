"""What a page about a variance stands on: sums that stay the same, invoices, findings, loads and closes of its months.

Owns which of a check's findings are of a month, and what counts as an invoice that ties.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from finmod.engines.duckdb import Engine
from finmod.ledger.closes import closes
from finmod.ledger.invoices import InvoiceRow
from finmod.ledger.ledger import Ledger
from finmod.ledger.manifest import CURRENT
from finmod.ledger.reduce import whole
from finmod.ledger.tables import LOADS
from finmod.models.variance.page import Invoices, Quality
from finmod.models.variance.report import State, VarianceReport
from finmod.settings.project import Project
from finmod.terms.findings import Finding
from finmod.terms.money import known_sum
from finmod.workspace.check import CheckReport

_ODD = frozenset({"not listed", "no charges", "not comparable"})


def quality_of(project: Project, report: VarianceReport, checked: CheckReport) -> Quality:
    """Return what a variance stands on, as the books are now.

    Args:
        project: Whose books.
        report: The variance.
        checked: A check of the month that is looked at, or of all.
    """
    month = f"{report.after.month:%Y-%m}"
    own = [each for each in checked.findings if _is_of(each, month)]
    counts = Counter(each.severity for each in own)
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill") as engine:
        snapshot = ledger.head(engine)
        known = closes(engine, ledger, snapshot)
        loads = whole(LOADS, ledger.files(LOADS, snapshot))
        (loaded,) = engine.row(
            f"SELECT make_timestamp(epoch_us(max(x_LoadedAt))) FROM (SELECT * FROM {loads} QUALIFY {CURRENT}) "
            f"WHERE x_BillingPeriod = DATE '{report.after.month}'"
        )

    def closed(state: State) -> tuple[str, datetime | None]:
        close = known.of(state.month)
        return f"{state.month:%Y-%m}", close.closed_at.astimezone(UTC) if close else None

    return Quality(
        sums=_same(checked),
        invoices=None if checked.invoices is None else invoices_of(checked.invoices, month),
        findings=(counts["error"], counts["warning"], counts["info"]),
        let_pass=sum(each in own for each in checked.let_pass(project)),
        loaded_at=loaded,
        closed=tuple(dict.fromkeys(map(closed, (report.before, report.after)))),
    )


def _same(checked: CheckReport) -> tuple[int, int]:
    return sum(each.holds for each in checked.proofs), len(checked.proofs)


def _is_of(finding: Finding, month: str) -> bool:
    """Return whether a finding is of a month; what has no month is of all."""
    first = finding.billing_period
    return first is None or first <= month <= (finding.last_billing_period or first)


def invoices_of(rows: Sequence[InvoiceRow], month: str) -> Invoices:
    """Return how many invoices of a month, ``YYYY-MM``, tie; what differs by rounding to cents alone does."""
    own = [row for row in rows if row.billing_period == month]
    compared = [row for row in own if row.status in {"ties", "differs"}]
    tie = [row for row in compared if row.status == "ties" or row.is_rounded]
    currencies = sorted({row.currency for row in compared if row.remainder})
    unexplained = tuple(
        (currency, known_sum(abs(row.remainder) for row in compared if row.remainder and row.currency == currency)
         or Decimal(0))
        for currency in currencies
    )  # fmt: skip
    return Invoices(len(tie), len(compared), sum(row.status in _ODD for row in own), unexplained)
