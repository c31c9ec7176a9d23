"""Reconcile: invoices, files and commitments against the ledger's charges, and what explains each difference.

Owns what is compared and the verdict. The comparisons stand in ``ledger``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError
from finmod.ledger.commitment_terms import CommitmentTerm, commitment_terms, unequal_terms
from finmod.ledger.commitments import gross_commitment_cost, lost_commitment_cost
from finmod.ledger.delta import damaged
from finmod.ledger.invoice_findings import invoice_report
from finmod.ledger.invoice_list import read_invoices
from finmod.ledger.invoice_sides import ChargeFiles, total
from finmod.ledger.invoices import InvoiceRow, listed_otherwise
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.proof import Proof, proofs
from finmod.ledger.quality import missing_days
from finmod.ledger.reconcile import Behind, Example, Reconciliation, reconcile_invoices
from finmod.ledger.reduce import query, relation
from finmod.settings.project import Project
from finmod.terms.findings import Finding
from finmod.workspace.steps import Step, silent, watching

# What a check says of an invoice that the list lacks.
_NOT_LISTED = "FM1406"
# And of one whose difference is wholly explained.
_EXPLAINED = "FM1414"


@dataclass(frozen=True)
class UnknownCost:
    """Charges without a BilledCost, or without an EffectiveCost, and where the first one stands."""

    source: str
    billing_period: str
    currency: str
    cost: str
    charges: int
    file: str
    row: int


@dataclass(frozen=True)
class ReconcileReport:
    """Everything that must be equal, and what explains where it is not.

    Attributes:
        period: Billing period that was asked for, ``YYYY-MM``; None for all.
        has_list: Whether the project names files of invoices.
        invoices: Rows of invoices: those with a difference first, the largest first.
        examples: Charges behind explanations and remainders.
        proofs: Totals of BilledCost of files, charges and daily cube.
        unknown: Charges of unknown cost.
        terms: Commitments, see ``CommitmentTerm``; of all periods.
        months: Findings of months in which a commitment's cost is lost or before discounts.
        gaps: Findings of days without charges.
        red: Whether something is not explained, cannot be compared or was not kept, or a commitment's cost is another
            one than its bill, or the list lacks an invoice, or an invoice differs by what is explained; of the latter
            three, ``check`` in finmod.yaml says how grave they are.
        version: Ledger version.
        grave_explained: Number of invoices whose difference is explained and makes it red, as ``check`` says.
    """

    period: str | None
    has_list: bool
    invoices: tuple[InvoiceRow, ...]
    examples: dict[Behind, tuple[Example, ...]]
    proofs: tuple[Proof, ...]
    unknown: tuple[UnknownCost, ...]
    terms: tuple[CommitmentTerm, ...]
    months: tuple[Finding, ...]
    gaps: tuple[Finding, ...]
    red: bool
    version: int
    grave_explained: int = 0

    @property
    def unexplained(self) -> dict[str, Decimal]:
        """Return currency -> what is not explained of invoices' differences, added up without signs; 0 left out."""
        found: dict[str, Decimal] = {}
        for row in self.invoices:
            if row.remainder:
                found[row.currency] = total((found.get(row.currency, Decimal(0)), row.remainder.copy_abs()))
        return found

    @property
    def not_listed(self) -> dict[str, Decimal]:
        """Return currency -> BilledCost of invoices that the list lacks under any spelling; empty without a list."""
        found: dict[str, Decimal] = {}
        spelled = listed_otherwise(self.invoices)
        for row in self.invoices if self.has_list else ():
            if row.status == "not listed" and not all(part in spelled for part in row.parts):
                found[row.currency] = total((found.get(row.currency, Decimal(0)), row.charged or Decimal(0)))
        return found


def reconcile(project: Project, period: str | None = None, *, most: int = 3, step: Step = silent) -> ReconcileReport:
    """Compare invoices, files and commitments with the charges.

    Args:
        project: Whose ledger and list.
        period: Billing period, ``YYYY-MM``; None for all. An invoice is matched with the charges of all periods.
        most: Number of charges to show behind each explanation.
        step: Progress.

    Raises:
        UserError: The ledger is empty or damaged, a list cannot be read, or nothing of the period is loaded.
    """
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill") as engine:
        snapshot = ledger.head(engine)
        if snapshot.version < 0:
            empty = Problem(code="FM1502", found="the ledger is empty", remedy="Load a bill first: finmod load.")
            raise UserError(empty)
        try:
            with watching(engine, step) as told:
                return _report(engine, project, (ledger, snapshot), period, (most, told))
        except EngineError as error:
            raise UserError(damaged(str(error))) from error


def _report(
    engine: Engine, project: Project, state: tuple[Ledger, Snapshot], period: str | None, how: tuple[int, Step]
) -> ReconcileReport:
    (ledger, snapshot), (most, step) = state, how
    parts = 3
    files = ChargeFiles.of(ledger, snapshot)
    step("totals of files and charges", 0, parts)
    every = [proof for proof in proofs(engine, ledger, snapshot) if proof.measure == "BilledCost"]
    step("invoices", 1, parts)
    lines = read_invoices(engine, project.invoices)
    found = reconcile_invoices(engine, lines, files, most=most, period=period)
    # Of a month without a bill true-ups may be booked.
    held = {proof.billing_period for proof in every} | {row.billing_period for row in found.rows if row.charges}
    if period is not None and period not in held:
        raise UserError(_not_held(period, held))
    step("commitments", 2, parts)
    months = [
        *lost_commitment_cost(engine, files),
        *gross_commitment_cost(engine, files.charges, files.days, files.keys),
    ]
    terms = commitment_terms(engine, files)
    unknown = [UnknownCost(*row) for row in _unknown_costs(engine, files)]
    gaps = missing_days(engine, files)
    step("done", parts, parts)
    report = ReconcileReport(
        period=period,
        has_list=bool(project.invoices),
        invoices=tuple(_sorted(row for row in found.rows if period in {None, row.billing_period})),
        examples=found.examples,
        proofs=tuple(proof for proof in every if period in {None, proof.billing_period}),
        unknown=tuple(item for item in unknown if period in {None, item.billing_period}),
        terms=tuple(terms),
        months=tuple(item for item in months if period in {None, item.billing_period}),
        gaps=tuple(item for item in gaps if period in {None, item.billing_period}),
        red=False,
        version=snapshot.version,
    )
    report = replace(report, grave_explained=_grave_explained(found, project, period))
    return replace(report, red=_is_red(report, project))


def _grave_explained(found: Reconciliation, project: Project, period: str | None) -> int:
    # Only a list says what an invoice is.
    judged = invoice_report(found).findings if project.invoices else ()
    grave = _as_grave(project, (item for item in judged if item.code == _EXPLAINED))
    return sum(period in {None, item.billing_period} for item in grave)


def _as_grave(project: Project, found: Iterable[Finding]) -> list[Finding]:
    """Return the findings that make it red, as ``check`` in finmod.yaml says."""
    grave = {"error"} if project.check.fail_on == "error" else {"error", "warning"}
    return [item for item in found if item.severity in grave and item.code not in project.check.ignore]


def _is_red(report: ReconcileReport, project: Project) -> bool:
    settings = project.check
    lacking = settings.fail_on == "warning" and bool(report.not_listed) and _NOT_LISTED not in settings.ignore
    return (
        bool(report.unexplained)
        or lacking
        or (report.has_list and any(row.status == "not comparable" for row in report.invoices))
        or not all(proof.holds for proof in report.proofs)
        or bool(report.grave_explained)
        or bool(_as_grave(project, [*report.months, *unequal_terms(report.terms)]))
    )


def _sorted(rows: Iterable[InvoiceRow]) -> list[InvoiceRow]:
    """Return rows by what they need: what differs, the largest first, what cannot be compared, then the others."""

    def order(row: InvoiceRow) -> tuple[int, Decimal, str, str]:
        kind = 0 if row.difference else 1 if row.status == "not comparable" else 2 if row.status == "not listed" else 3
        size = abs(row.difference or row.charged or Decimal(0)) if kind < 3 else Decimal(0)  # noqa: PLR2004 -- as above
        return kind, -size, row.billing_period, row.invoice_id or "~"

    return sorted(rows, key=order)


def _unknown_costs(engine: Engine, files: ChargeFiles) -> list[tuple]:  # type: ignore[type-arg]
    return engine.rows(query("unknown_costs").format(charges=relation(list(files.charges)))) if files.charges else []


def _not_held(period: str, held: Iterable[str]) -> Problem:
    return Problem(
        code="FM1416",
        found=f"the ledger has no charge of {period}",
        expected=f"a billing period from {min(held)} to {max(held)} that is loaded",
        remedy="See which are: finmod status.",
    )
