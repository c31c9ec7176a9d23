"""Check: every tie-out and quality rule over the ledger as it stands.

Owns the proof that what was read is what is kept, and what makes a check red.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError
from finmod.focus.columns import COSTS
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.manifest import CURRENT
from finmod.ledger.quality import missing_days, repeated_charges
from finmod.ledger.reduce import relation
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, FINDINGS, LOADS
from finmod.settings.project import Project
from finmod.terms.findings import Finding, Severity


@dataclass(frozen=True)
class Proof:
    """One sum that must stay the same from file to cube.

    Attributes:
        source: Name of the source.
        billing_period: ``YYYY-MM``.
        currency: Currency of the amounts.
        measure: FOCUS id of the cost.
        files: Sum over the files' own text, rounded once per value; None for costs that files do not total.
        charges: Sum over the ledger's charges.
        days: Sum over the daily cube.
        rows: Number of charges.
        rounding_difference: Exact total of the files' text minus ``files``; None as above.
    """

    source: str
    billing_period: str
    currency: str
    measure: str
    files: Decimal | None
    charges: Decimal | None
    days: Decimal | None
    rows: int
    rounding_difference: Decimal | None

    @property
    def holds(self) -> bool:
        """Return whether every step has the same sum."""
        return self.charges == self.days and (self.measure != "BilledCost" or self.files == self.charges)


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
            raise UserError(Problem(code="FM1502", found="the ledger is empty", remedy="Load a bill first: finmod load."))
        try:
            proofs = _proofs(engine, ledger, snapshot)
            findings = [
                *_broken_proofs(proofs),
                *_stored(engine, ledger, snapshot),
                *repeated_charges(engine, ledger.files(CHARGES, snapshot)),
                *missing_days(engine, ledger.files(CHARGE_DAYS, snapshot)),
            ]
        except EngineError as error:
            raise UserError(_damaged(str(error))) from error
    findings.sort(key=lambda item: (_RANK[item.severity], item.code, item.source or "", item.billing_period or ""))
    limit = _RANK[project.check.fail_on]
    red = any(_RANK[item.severity] <= limit and item.code not in project.check.ignore for item in findings)
    return CheckReport(tuple(proofs), tuple(findings), red, snapshot.version)


def _proofs(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> list[Proof]:
    """Return the sums of every cost at each step, per source, billing period and currency."""
    sums = ", ".join(f"sum({cost})" for cost in COSTS)
    group = "GROUP BY x_Source, x_BillingPeriod, BillingCurrency"
    charges = _by_place(
        engine, f"SELECT x_Source, x_BillingPeriod, BillingCurrency, count(*), {sums} "
        f"FROM {relation(ledger.files(CHARGES, snapshot))} {group}"
    )  # fmt: skip
    days = _by_place(
        engine, f"SELECT x_Source, x_BillingPeriod, BillingCurrency, CAST(sum(days.x_Charges) AS BIGINT), "
        f"{', '.join(f'sum(days.{cost})' for cost in COSTS)} FROM {relation(ledger.files(CHARGE_DAYS, snapshot))} AS days "
        f"JOIN {relation(ledger.files(CHARGE_KEYS, snapshot))} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey) {group}"
    )  # fmt: skip
    files = _by_place(
        engine, "SELECT x_Source, x_BillingPeriod, BillingCurrency, CAST(sum(x_Charges) AS BIGINT), sum(BilledCost), "
        f"sum(CAST(x_RoundingDifference AS DECIMAL(38,24))) FROM (SELECT * FROM {relation(ledger.files(LOADS, snapshot))} "
        f"QUALIFY {CURRENT}) {group}"
    )  # fmt: skip
    proofs = []
    for place in sorted({*charges, *days, *files}, key=str):
        source, period, currency = place
        kept, cube, read = (steps.get(place, (0, *[None] * 4)) for steps in (charges, days, files))
        same_rows = kept[0] == cube[0] == read[0]
        for position, cost in enumerate(COSTS, start=1):
            billed = cost == "BilledCost"
            proofs.append(
                Proof(
                    source, f"{period:%Y-%m}", currency, cost,
                    read[1] if billed else None,
                    kept[position] if same_rows else None,
                    cube[position], kept[0],
                    read[2] if billed else None,
                )
            )  # fmt: skip
    return proofs


_Sums = tuple[int, Decimal | None, Decimal | None, Decimal | None, Decimal | None]


def _by_place(engine: Engine, sql: str) -> dict[tuple[str, object, str], _Sums]:
    return {(row[0], row[1], row[2]): row[3:] for row in engine.rows(sql)}  # type: ignore[misc]


def _broken_proofs(proofs: list[Proof]) -> list[Finding]:
    return [
        Finding(
            code="FM1402",
            severity="error",
            message=f"{proof.measure} is {proof.files} in the files' manifest, {proof.charges} in the charges and "
            f"{proof.days} in the daily cube.",
            source=proof.source,
            billing_period=proof.billing_period,
            column=proof.measure,
            rows=proof.rows,
            currency=proof.currency,
        )
        for proof in proofs
        if not proof.holds
    ]


def _stored(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> list[Finding]:
    rows = engine.rows(
        "SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m'), x_Code, x_Severity, x_Message, x_Column, x_Charges, BilledCost, "
        f"BillingCurrency, x_Example, x_Where FROM {relation(ledger.files(FINDINGS, snapshot))}"
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
