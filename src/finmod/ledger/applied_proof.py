"""The proof of an applied allocation: what was charged is what was allocated, day by day, to the last digit.

Owns the comparison of stored rows with the daily cube of the state of the ledger that was allocated, and what is odd
about an allocation that was applied a while ago.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from finmod.engines.duckdb import Engine
from finmod.errors import counted
from finmod.focus.columns import COSTS
from finmod.ledger.applied import Run, files_of
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import whole
from finmod.ledger.tables import ALLOCATED, ALLOCATED_LEVELS, CHARGE_DAYS, TRUE_UPS
from finmod.terms.findings import Finding


@dataclass(frozen=True)
class AppliedProof:
    """A cost of a month that must be the same before and after allocation.

    Attributes:
        version: Of the allocation.
        billing_period: ``YYYY-MM``.
        currency: BillingCurrency.
        measure: FOCUS id of the cost.
        charges: Sum over the daily cube; None where every one is unknown.
        allocated: Sum over what was allocated; likewise.
        days: Number of days that were compared.
        unequal: Of these, those that differ.
    """

    version: int
    billing_period: str
    currency: str
    measure: str
    charges: Decimal | None
    allocated: Decimal | None
    days: int
    unequal: int

    @property
    def holds(self) -> bool:
        """Return whether every day is the same."""
        return not self.unequal


def applied_proofs(engine: Engine, ledger: Ledger, run: Run, charges_daily: str) -> list[AppliedProof]:
    """Return a proof per month, currency and cost.

    Args:
        engine: Where to run.
        ledger: Has the rows.
        run: The allocation.
        charges_daily: SQL for the daily cube in the state of the ledger that was allocated.
    """
    columns = "x_BillingPeriod, x_ChargeDate, BillingCurrency"
    sums = ", ".join(f"sum({cost}) AS {cost}" for cost in COSTS)
    stood = whole(ALLOCATED, files_of(ledger, ALLOCATED, run))
    sides = (
        f"(SELECT {columns}, {sums} FROM ({rows}) GROUP BY ALL)" for rows in (charges_daily, f"SELECT * FROM {stood}")
    )
    charged, allocated = sides
    parts = ", ".join(
        f"sum(c.{cost}), sum(a.{cost}), count(*) FILTER (coalesce(c.{cost}, 0) <> coalesce(a.{cost}, 0))"
        for cost in COSTS
    )
    rows = engine.rows(
        f"SELECT strftime(x_BillingPeriod, '%Y-%m'), BillingCurrency, count(*), {parts} FROM {charged} AS c "
        f"FULL JOIN {allocated} AS a USING ({columns}) GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [
        AppliedProof(run.version, month, currency, cost, some[3 * at], some[3 * at + 1], days, some[3 * at + 2])
        for month, currency, days, *some in rows
        for at, cost in enumerate(COSTS)
    ]


def unequal_levels(engine: Engine, ledger: Ledger, run: Run) -> Iterator[Finding]:
    """Yield a finding per month, currency, level and cost of which the level has not all that targets have.

    Args:
        engine: Where to run.
        ledger: Has the rows.
        run: The allocation.
    """
    files = files_of(ledger, ALLOCATED_LEVELS, run)
    if not files:
        return
    at = "x_BillingPeriod, BillingCurrency"
    sums = ", ".join(f"coalesce(sum({cost}), 0) AS {cost}" for cost in COSTS)
    whole_of, level = (
        f"SELECT {at}{more}, {sums} FROM {whole(table, rows)} WHERE x_AllocationOf IS NULL GROUP BY ALL"
        for table, rows, more in (
            (ALLOCATED, files_of(ledger, ALLOCATED, run), ""),
            (ALLOCATED_LEVELS, files, ", x_Level"),
        )
    )
    costs = ", ".join(f"coalesce(w.{cost}, 0), l.{cost}" for cost in COSTS)
    rows = engine.rows(
        f"SELECT strftime(l.x_BillingPeriod, '%Y-%m'), l.BillingCurrency, l.x_Level, {costs} FROM ({level}) AS l "
        f"LEFT JOIN ({whole_of}) AS w USING ({at}) ORDER BY 1, 2, 3"
    )
    for month, currency, name, *amounts in rows:
        for place, cost in enumerate(COSTS):
            before, after = amounts[2 * place : 2 * place + 2]
            if before != after:
                yield Finding(
                    code="FM2220",
                    severity="error",
                    message=f"{cost} of level {name} is {after:,.2f} {currency}, and targets have {before:,.2f}.",
                    billing_period=month,
                    column=cost,
                )


def applied_findings(
    run: Run, proofs: Sequence[AppliedProof], snapshot: Snapshot, allocated: Snapshot
) -> Iterator[Finding]:
    """Yield what is odd: sums that differ, charges that came later, and what the run itself found.

    Args:
        run: The allocation.
        proofs: Its proofs.
        snapshot: State of the ledger now.
        allocated: State that was allocated.
    """
    for proof in proofs:
        if not proof.holds:
            yield Finding(
                code="FM2220",
                severity="error",
                message=f"{proof.measure} of {counted(proof.unequal, 'day')} was not allocated as it was charged: "
                f"{_shown(proof.charges)} {proof.currency} were charged, {_shown(proof.allocated)} allocated.",
                billing_period=proof.billing_period,
                column=proof.measure,
            )
    data = (CHARGE_DAYS.name, TRUE_UPS.name)
    if [snapshot.tables.get(name) for name in data] != [allocated.tables.get(name) for name in data]:
        yield Finding(
            code="FM2221",
            severity="info",
            message=f"Allocation version {run.version} is of ledger version {run.ledger_version}, and charges were "
            f"loaded since: the ledger is at version {snapshot.version}.",
        )
    yield from run.findings


def _shown(amount: Decimal | None) -> str:
    return "an unknown amount of" if amount is None else f"{amount:,.2f}"
