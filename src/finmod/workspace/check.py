"""Check: every tie-out and quality rule over the ledger as it stands.

Owns the proof that what was read is what is kept, and what makes a check red.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError
from finmod.ledger.applied import runs
from finmod.ledger.applied_proof import AppliedProof, applied_findings, applied_proofs, unequal_levels
from finmod.ledger.close_rates import every_kept_rate
from finmod.ledger.commitment_terms import commitment_terms, unequal_terms
from finmod.ledger.commitments import gross_commitment_cost, lost_commitment_cost
from finmod.ledger.delta import damaged
from finmod.ledger.doubles import bills_loaded_twice
from finmod.ledger.invoice_findings import InvoiceReport, invoice_report
from finmod.ledger.invoice_list import read_invoices
from finmod.ledger.invoice_sides import ChargeFiles
from finmod.ledger.invoices import InvoiceRow
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.proof import Proof, broken, proofs
from finmod.ledger.quality import missing_days, missing_months, repeated_charges, unread_discounts
from finmod.ledger.rate_findings import rate_findings
from finmod.ledger.reconcile import reconcile_invoices
from finmod.ledger.reduce import relation
from finmod.ledger.splits import untold_splits
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, FINDINGS
from finmod.ledger.usage_proof import UsageProof, lost_usage, usage_loaded_twice, usage_proofs
from finmod.marts.catalogue import view_sql
from finmod.settings.project import Project
from finmod.terms.findings import Finding, Severity
from finmod.workspace.driver_findings import driver_findings
from finmod.workspace.fx import days_abroad, reporting_of
from finmod.workspace.steps import Step, silent, watching


@dataclass(frozen=True)
class CheckReport:
    """Everything that a check found.

    Attributes:
        proofs: One per source, billing period, currency and cost.
        findings: Errors first.
        red: Whether something must be done.
        version: Ledger version that was checked.
        invoices_tie: Whether every listed invoice that can be compared equals its charges, see ``InvoiceReport``. None
            without a list, and where the list has none.
        invoices_rounded: Number of listed invoices that equal their charges to the cent alone.
        usage: One per file of usage and quantity, and one for its rows.
        allocated: Of the allocation that was applied last: one per billing period, currency and cost; empty for none.
        invoices: Every invoice of list or charges, one row per billing period and currency; None without a list.
    """

    proofs: tuple[Proof, ...]
    findings: tuple[Finding, ...]
    red: bool
    version: int
    invoices_tie: bool | None = None
    invoices_rounded: int = 0
    usage: tuple[UsageProof, ...] = ()
    allocated: tuple[AppliedProof, ...] = ()
    invoices: tuple[InvoiceRow, ...] | None = None

    def grave(self, project: Project) -> list[Finding]:
        """Return the findings that are as grave as ``check`` in finmod.yaml says: they make it red."""
        return _grave(self.findings, project)

    def let_pass(self, project: Project) -> list[Finding]:
        """Return the findings that would make it red if ``check`` did not ignore their codes."""
        return [item for item in self.findings if _is_grave(item, project) and item.code in project.check.ignore]


_RANK: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


def check(project: Project, step: Step = silent, *, month: date | None = None) -> CheckReport:
    """Prove every total of the ledger again from its files' manifests, and list every finding.

    Args:
        project: Whose ledger.
        step: Progress.
        month: First day of the one month whose charges are looked at row by row; totals are proven of all. None for
            the charges of every month.

    Raises:
        UserError: The ledger is empty, or a file of it is gone or damaged.
    """
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill") as engine:
        snapshot = ledger.head(engine)
        if snapshot.version < 0:
            empty = Problem(code="FM1502", found="the ledger is empty", remedy="Load a bill first: finmod load.")
            raise UserError(empty)
        try:
            with watching(engine, step) as told:
                found, findings, invoices = _found(engine, (project, month), ledger, snapshot, told)
                usage = usage_proofs(engine, ledger, snapshot)
                findings += [*lost_usage(usage), *usage_loaded_twice(engine, ledger, snapshot)]
                allocated, odd = _applied(engine, ledger, snapshot)
                findings += odd
                findings += driver_findings(engine, project, ledger, snapshot)
                findings += missing_months(((proof.source, proof.billing_period) for proof in found), "charge")
                findings += missing_months(((proof.source, f"{proof.period:%Y-%m}") for proof in usage), "usage")
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
    findings.sort(key=lambda item: (_RANK[item.severity], item.code, item.source or "", item.billing_period or ""))
    red = bool(_grave(findings, project))
    return CheckReport(
        tuple(found), tuple(findings), red, snapshot.version, invoices.tie, invoices.rounded, tuple(usage), allocated,
        invoices.rows,
    )  # fmt: skip


def _applied(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> tuple[tuple[AppliedProof, ...], list[Finding]]:
    """Prove the allocation that was applied last, on the state of the ledger that it allocated."""
    known = runs(engine, ledger)
    if not known:
        return (), []
    run = known[-1]
    allocated = ledger.at(engine, run.ledger_version)
    found = applied_proofs(engine, ledger, run, view_sql("charges_daily", ledger, allocated))
    odd = applied_findings(run, found, snapshot, allocated)
    return tuple(found), [*odd, *unequal_levels(engine, ledger, run)]


def _grave(findings: Sequence[Finding], project: Project) -> list[Finding]:
    return [item for item in findings if _is_grave(item, project) and item.code not in project.check.ignore]


def _is_grave(finding: Finding, project: Project) -> bool:
    return _RANK[finding.severity] <= _RANK[project.check.fail_on]


def _found(
    engine: Engine, asked: tuple[Project, date | None], ledger: Ledger, snapshot: Snapshot, step: Step
) -> tuple[list[Proof], list[Finding], InvoiceReport]:
    charges, days, keys = (ledger.files(table, snapshot) for table in (CHARGES, CHARGE_DAYS, CHARGE_KEYS))
    project, month = asked
    of_month = [file for file in charges if month is None or file.parent.name.endswith(f"={month}")]
    parts = 5
    step("totals of files, charges and daily cube", 0, parts)
    found = proofs(engine, ledger, snapshot)
    findings = [*broken(found), *_stored(engine, ledger, snapshot)]
    step("charges that stand twice", 1, parts)
    findings += bills_loaded_twice(engine, ledger, snapshot)
    findings += repeated_charges(engine, of_month)
    findings += unread_discounts(engine, of_month)
    findings += untold_splits(engine, of_month)
    step("days without charges", 2, parts)
    files = ChargeFiles.of(ledger, snapshot)
    findings += missing_days(engine, files)
    step("cost of commitments", 3, parts)
    findings += lost_commitment_cost(engine, files)
    findings += gross_commitment_cost(engine, charges, days, keys)
    findings += unequal_terms(commitment_terms(engine, files))
    step("invoices", 4, parts)
    invoices = InvoiceReport()
    if project.invoices:
        lines = read_invoices(engine, project.invoices)
        invoices = invoice_report(reconcile_invoices(engine, lines, files))
    findings += invoices.findings
    abroad = days_abroad(engine, project, ledger, snapshot)
    if abroad:
        money = reporting_of(project, abroad, every_kept_rate(engine, ledger, snapshot))
        findings += rate_findings(abroad, money, is_named=project.fx is not None)
    step("done", parts, parts)
    return found, findings, invoices


def _stored(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> list[Finding]:
    rows = engine.rows(
        "SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m'), x_Code, x_Severity, x_Message, x_Column, x_Charges, "
        f"BilledCost, BillingCurrency, x_Example, x_Where FROM {relation(ledger.files(FINDINGS, snapshot))}"
    )
    return [
        Finding(
            source=row[0], billing_period=row[1], code=row[2], severity=row[3], message=row[4], column=row[5],
            rows=row[6], amount=row[7], currency=row[8], example=row[9], where=row[10],
        )
        for row in rows
    ]  # fmt: skip
