"""The proof that no usage was lost: rows and sums of each report, from its manifest to the table.

Owns the comparison, and reports that stand twice; the manifest is made from the file's own text when it is loaded, see
``usage.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.engines.duckdb import Engine
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import relation
from finmod.ledger.tables import USAGE, UsageTables
from finmod.normalize.charges import DECIMAL
from finmod.terms.findings import Finding


@dataclass(frozen=True)
class UsageProof:
    """Rows or a sum that must stay the same from file to ledger.

    Attributes:
        source: Name of the source.
        period: First day of the month.
        file: Name of the file.
        quantity: Column of the ledger; ``rows`` for their number.
        files: By the manifest; None where the file has no manifest.
        ledger: By the table; None where the table has nothing of the file.
        title: What kind of usage it is, for people.
    """

    source: str
    period: date
    file: str
    quantity: str
    files: Decimal | None
    ledger: Decimal | None
    title: str

    @property
    def holds(self) -> bool:
        """Return whether both are the same."""
        return self.files == self.ledger


def usage_proofs(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> list[UsageProof]:
    """Return the rows and sums of every report, one proof each; quantities that neither side has make none."""
    return [proof for tables in USAGE.values() for proof in _proofs(engine, ledger, snapshot, tables)]


def _proofs(engine: Engine, ledger: Ledger, snapshot: Snapshot, tables: UsageTables) -> list[UsageProof]:
    names = tables.form.quantities
    manifests, usage = (ledger.files(table, snapshot) for table in (tables.files, tables.usage))
    if not manifests or not usage:
        return []
    place = "x_Source, x_BillingPeriod, x_File"
    sums = ", ".join(f"CAST(sum({name}) AS {DECIMAL}) AS {name}" for name in names)
    counted = f"SELECT {place}, count(*) AS n, {sums} FROM {relation(usage)} GROUP BY ALL"
    told = (
        f"SELECT {place}, coalesce(x_Quantity, 'rows') AS q, coalesce(x_Total, x_Rows) AS total "
        f"FROM {relation(manifests)} WHERE x_Quantity IS NOT NULL OR x_Rows > 0"
    )
    rows = engine.rows(
        f"WITH kept AS MATERIALIZED ({counted}), tall AS ("
        f"SELECT {place}, 'rows' AS q, CAST(n AS {DECIMAL}) AS total FROM kept "
        + "".join(f"UNION ALL SELECT {place}, '{name}', {name} FROM kept WHERE {name} IS NOT NULL " for name in names)
        + f") SELECT {place}, q, told.total, tall.total FROM ({told}) AS told FULL JOIN tall USING ({place}, q) "
        "ORDER BY ALL"
    )
    title = tables.form.title
    return [
        UsageProof(source, period, file, quantity, told_total, kept_total, title)
        for source, period, file, quantity, told_total, kept_total in rows
    ]


def usage_loaded_twice(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> list[Finding]:
    """Return a finding per file and month that stands in the ledger under two sources: its usage counts twice."""
    return [finding for tables in USAGE.values() for finding in _twice(engine, ledger, snapshot, tables)]


def _twice(engine: Engine, ledger: Ledger, snapshot: Snapshot, tables: UsageTables) -> list[Finding]:
    manifests = ledger.files(tables.files, snapshot)
    if not manifests:
        return []
    rows = engine.rows(
        "SELECT max(x_Source), min(x_Source), strftime(x_BillingPeriod, '%Y-%m'), max(x_Rows), "
        f"arg_max(x_File, x_Source) FROM {relation(manifests)} WHERE x_Quantity IS NULL AND x_Rows > 0 "
        "GROUP BY x_BillingPeriod, x_FileHash HAVING count(DISTINCT x_Source) > 1 ORDER BY ALL"
    )
    return [
        Finding(
            code="FM1285",
            severity="error",
            message=f"The same bytes are in the source {other} too.",
            source=source,
            billing_period=month,
            rows=count,
            where=file,
        )
        for source, other, month, count, file in rows
    ]


def lost_usage(found: list[UsageProof]) -> list[Finding]:
    """Return a finding per proof that does not hold."""
    return [
        Finding(
            code="FM1288",
            severity="error",
            message=f"{proof.quantity} of {proof.file} are {_text(proof.files)} in its manifest and "
            f"{_text(proof.ledger)} in the ledger.",
            source=proof.source,
            billing_period=f"{proof.period:%Y-%m}",
            column=proof.quantity,
            where=proof.file,
        )
        for proof in found
        if not proof.holds
    ]


def _text(amount: Decimal | None) -> str:
    return "absent" if amount is None else f"{amount:f}"
