"""Check: every tie-out and quality rule over the ledger as it stands.

Owns the proof that what was read is what is kept, and what makes a check red.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError
from finmod.ledger.invoices import invoice_differences
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.proof import Proof, broken, proofs
from finmod.ledger.quality import lost_commitment_cost, missing_days, repeated_charges
from finmod.ledger.reduce import relation
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, FINDINGS
from finmod.settings.project import Project
from finmod.terms.findings import Finding, Severity


@dataclass(frozen=True)
class CheckReport:
    """Everything that a check found.

    Attributes:
        proofs: One per source, billing period, currency and cost.
        findings: Errors first.
        red: Whether something must be done.
        version: Ledger version that was checked.
    """

    proofs: tuple[Proof, ...]
    findings: tuple[Finding, ...]
    red: bool
    version: int


_RANK: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


def check(project: Project) -> CheckReport:
    """Prove every total of the ledger again from its files' manifests, and list every finding.

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
            found = proofs(engine, ledger, snapshot)
            findings = [
                *broken(found),
                *_stored(engine, ledger, snapshot),
                *repeated_charges(engine, ledger.files(CHARGES, snapshot)),
                *missing_days(engine, ledger.files(CHARGE_DAYS, snapshot)),
                *lost_commitment_cost(engine, ledger.files(CHARGE_DAYS, snapshot), ledger.files(CHARGE_KEYS, snapshot)),
                *_invoices(engine, project, ledger, snapshot),
            ]
        except EngineError as error:
            raise UserError(_damaged(str(error))) from error
    findings.sort(key=lambda item: (_RANK[item.severity], item.code, item.source or "", item.billing_period or ""))
    limit = _RANK[project.check.fail_on]
    red = any(_RANK[item.severity] <= limit and item.code not in project.check.ignore for item in findings)
    return CheckReport(tuple(found), tuple(findings), red, snapshot.version)


def _invoices(engine: Engine, project: Project, ledger: Ledger, snapshot: Snapshot) -> list[Finding]:
    if project.invoices is None:
        return []
    days, keys = (ledger.files(table, snapshot) for table in (CHARGE_DAYS, CHARGE_KEYS))
    return invoice_differences(engine, project.invoices, days, keys)


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


def _damaged(words: str) -> Problem:
    return Problem(
        code="FM1503",
        found=f"the ledger cannot be read: {words.splitlines()[0]}",
        expected="the files that its last load wrote",
        remedy="Bring the store folder back from a copy, or remove it and load every bill again.",
    )
