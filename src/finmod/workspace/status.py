"""Status: what the ledger holds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import UserError
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger
from finmod.ledger.manifest import CURRENT
from finmod.ledger.reduce import relation
from finmod.ledger.tables import FINDINGS, LOADS
from finmod.settings.project import Project


@dataclass(frozen=True)
class Status:
    """What the ledger holds.

    Attributes:
        version: Ledger version; -1 where nothing was loaded.
        charges: Number of charges.
        rows: Per source, billing period and currency: source, period, format, files, charges, currency,
            BilledCost, time of the load (UTC), number of findings that are no mere information.
        billed: Currency -> BilledCost of all charges.
        never_loaded: Sources of finmod.yaml that the ledger has nothing of.
    """

    version: int
    charges: int
    rows: list[tuple[Any, ...]]
    billed: dict[str, Decimal]
    never_loaded: list[str]


def status(project: Project) -> Status:
    """Return what the ledger of a project holds.

    Raises:
        UserError: A file of the ledger is gone or damaged.
    """
    ledger = Ledger(project.store)
    with Engine() as engine:
        snapshot = ledger.head(engine)
        if snapshot.version < 0:
            return Status(-1, 0, [], {}, list(project.sources))
        loads, findings = (relation(ledger.files(table, snapshot)) for table in (LOADS, FINDINGS))
        try:
            rows = engine.rows(
                f"WITH now AS (SELECT * FROM {loads} QUALIFY {CURRENT}), "
                "odd AS (SELECT x_Source, x_BillingPeriod, count(*) AS n "
                f"FROM {findings} WHERE x_Severity <> 'info' GROUP BY ALL) "
                "SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m'), any_value(x_Format), count(DISTINCT x_File), "
                "CAST(sum(x_Charges) AS BIGINT), BillingCurrency, sum(BilledCost), "
                "make_timestamp(epoch_us(max(x_LoadedAt))), coalesce(any_value(n), 0) "
                "FROM now LEFT JOIN odd USING (x_Source, x_BillingPeriod) "
                "GROUP BY x_Source, x_BillingPeriod, BillingCurrency ORDER BY ALL"
            )
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
    billed: dict[str, Decimal] = {}
    for row in rows:
        billed[row[5]] = billed.get(row[5], Decimal(0)) + (row[6] or 0)
    loaded = {row[0] for row in rows}
    never = [name for name in project.sources if name not in loaded]
    return Status(snapshot.version, sum(row[4] for row in rows), rows, billed, never)
