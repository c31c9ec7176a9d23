"""The public tables and their SQL over one state of the ledger.

Owns names, grain and units of what users query. SQL stands in ``sql/``, one file per table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from finmod.engines.duckdb import identifier
from finmod.focus.columns import MEASURES
from finmod.focus.versions import projection
from finmod.ledger.applied import Run
from finmod.ledger.drivers import rows_sql
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.manifest import CURRENT
from finmod.ledger.reduce import whole, without_heading
from finmod.ledger.reporting import Reporting, rates_sql, with_reporting
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, CLOSES, FINDINGS, LOADS, TRUE_UPS, Table
from finmod.ledger.usage import CURRENT_USAGE
from finmod.marts.ai_usage import VIEWS as AI_VIEWS
from finmod.marts.ai_usage import ai_usage_sql
from finmod.marts.allocated import MONTH_OF_RATE, allocated_sql
from finmod.marts.allocated import VIEWS as ALLOCATED_VIEWS
from finmod.marts.kubernetes import VIEWS as KUBERNETES_VIEWS
from finmod.marts.kubernetes import usage_sql
from finmod.marts.names import NAMED, charge_names_sql, with_names
from finmod.normalize.charges import COST_UNKNOWNS, KEY_TEXTS
from finmod.taxonomy.naming import Naming


@dataclass(frozen=True)
class PublicTable:
    """A table that users query.

    Attributes:
        name: As in SQL.
        grain: What one row is.
        unit: What its amounts are in.
        answers: The question it answers.
        owner: Who answers for what stands in it.
        key: Columns that tell its rows apart, together with those of dimensions where it has such; empty where rows
            of charges, or of what restated them, stand in it one by one.
    """

    name: str
    grain: str
    unit: str
    answers: str
    owner: str = "FinOps"
    key: tuple[str, ...] = ()


TABLES: Final = (
    PublicTable("charges", "one row per charge", "BillingCurrency of the row", "What was charged, as FOCUS 1.4"),
    PublicTable("charges_focus_1_2", "one row per charge", "BillingCurrency of the row", "The same as FOCUS 1.2"),
    PublicTable(
        "charges_daily",
        "one row per source, billing period, charge key, day and number of days",
        "BillingCurrency of the row",
        "What each kind of charge cost, by the day on which it begins",
    ),
    PublicTable(
        "charge_names",
        "one row per source, billing period, charge key, stretch of days and dimension",
        "BillingCurrency of the row",
        "What each kind of charge is called, and which rule says so",
    ),
    PublicTable(
        "invoices",
        "one row per issuer, invoice id, billing period and currency",
        "BillingCurrency of the row",
        "What was invoiced, and whether the charges are the same",
        owner="Finance",
        key=("InvoiceIssuerName", "InvoiceId", "x_BillingPeriod", "BillingCurrency"),
    ),
    PublicTable(
        "loads",
        "one row per load, billing period, file and currency",
        "BillingCurrency of the row",
        "What came from where",
        key=("x_LoadId", "x_BillingPeriod", "x_File", "BillingCurrency"),
    ),
    PublicTable(
        "findings",
        "one row per source, billing period, code, severity, column, currency and file",
        "BillingCurrency of the row",
        "What was odd",
    ),
    PublicTable(
        "kubernetes_usage",
        "one row per row of a usage report, or per split row of an AWS bill",
        "core-hours, GiB-hours, GPU-hours, bytes",
        "What workloads of Kubernetes clusters asked for and used",
    ),
    PublicTable(
        "kubernetes_usage_daily",
        "one row per source, day, kind, cluster, node, namespace, controller, storage class, GPU model and labels",
        "core-hours, GiB-hours, GPU-hours, bytes",
        "What each namespace and set of labels held a day",
    ),
    PublicTable(
        "kubernetes_nodes_daily",
        "one row per source, day, cluster and node",
        "core-hours, GiB-hours",
        "What each node had a day, and what of it was idle",
    ),
    PublicTable(
        "kubernetes_files",
        "one row per source, month and file of usage, and one more per quantity",
        "core-seconds, byte-seconds, GPU-seconds, bytes",
        "Which usage report brought what",
    ),
    PublicTable(
        "ai_usage",
        "one row per result of an answer of usage",
        "tokens, requests, images, characters, seconds, sessions, bytes",
        "What AI services were used for",
    ),
    PublicTable(
        "ai_usage_daily",
        "one row per source, day, kind, provider, accounts, model, tier and the like: all but users, keys and stores",
        "tokens, requests, images, characters, seconds, sessions, bytes",
        "What each project, workspace and model used a day",
    ),
    PublicTable(
        "ai_usage_files",
        "one row per source, month and answer of usage, and one more per quantity",
        "tokens, requests, images, characters, seconds, sessions, bytes",
        "Which answer of usage brought what",
    ),
    PublicTable(
        "fx_rates",
        "one row per day of publication and currency",
        "units of the reporting currency that one unit of the currency is",
        "What other currencies are in the reporting currency",
        owner="Finance",
        key=("date", "from"),
    ),
    PublicTable(
        "drivers",
        "one row per driver, period and target",
        "x_Unit of the row",
        "What costs are shared by: orders, requests, stored GB",
        owner="who owns the driver's source",
        key=("x_Driver", "x_Start", "x_Dimensions"),
    ),
    PublicTable(
        "closes",
        "one row per close of a month",
        "no amounts",
        "Which months stay as they were closed",
        owner="Finance",
        key=("x_BillingPeriod", "x_ClosedAt"),
    ),
    PublicTable(
        "allocated_daily",
        "one row per billing period, day, number of days, source, currency, service, charge category, pool and target, "
        "and one more for what levels give it",
        "BillingCurrency of the row",
        "What each target costs, its parts of pools included, by the day on which charges begin",
    ),
    PublicTable(
        "allocated_levels_daily",
        "one row per level, billing period, day, number of days, currency and member of the level",
        "BillingCurrency of the row",
        "What targets cost further down, such as customers",
        key=("x_BillingPeriod", "x_ChargeDate", "x_ChargeDays", "BillingCurrency", "x_AllocationOf", "x_Level"),
    ),
    PublicTable(
        "allocation_proofs",
        "one row per billing period, day, currency, pool and cost",
        "BillingCurrency of the row",
        "Whether what went into a pool came out of it",
        key=("x_BillingPeriod", "x_ChargeDate", "BillingCurrency", "x_Pool", "x_Measure"),
    ),
    PublicTable(
        "allocation_runs",
        "one row per applied version and currency",
        "BillingCurrency of the row",
        "Which allocation was applied when, by whom and by which rules",
        key=("x_Version", "BillingCurrency"),
    ),
    PublicTable(
        "metrics_monthly",
        "one row per metric, month and member, and one per metric and month for everything",
        "x_Unit of the row",
        "Unit costs, KPIs and margins, as finmod metric has them",
        owner="x_Owner of the row",
        key=("x_Metric", "x_BillingPeriod", "x_IsTotal"),
    ),
    PublicTable(
        "variance_monthly",
        "one row per month, target, pool, source, service, charge category and effect",
        "x_Currency of the row, the reporting currency",
        "Why each month cost something else than the one before, as finmod variance has it",
        key=("x_BillingPeriod", "x_Pool", "x_Source", "ServiceName", "ChargeCategory", "x_Effect"),
    ),
    PublicTable(
        "savings_monthly",
        "one row per month, rule and candidate",
        "x_Currency of the row, the reporting currency",
        "What could be saved of a month, as finmod savings has it, with evidence and owner",
        owner="x_Owner of the row",
        key=("x_BillingPeriod", "x_Rank"),
    ),
)


def view_sql(  # noqa: PLR0911, PLR0913 -- a table, the state it is of, and what it is told in
    name: str,
    ledger: Ledger,
    snapshot: Snapshot,
    reporting: Reporting | None = None,
    naming: Naming | None = None,
    *,
    run: Run | None = None,
    drivers: Sequence[Path] = (),
) -> str:
    """Return the SELECT of a public table in one state of the ledger; an empty ledger gives no rows.

    Args:
        name: Of the table.
        ledger: Its tables.
        snapshot: Its state.
        reporting: The reporting currency, in which charges and their cube tell the costs beside the originals; they
            do not where it is None.
        naming: The names of the charge keys, of which charges and their cube have a column per dimension; they have
            none where it is None.
        run: The applied allocation that stands in that state; None where none does.
        drivers: Files of the drivers, which have versions of their own.
    """
    if name == "charge_names":
        return charge_names_sql(naming)
    if name == "drivers":
        return _query(name).format(drivers=rows_sql(drivers))
    if name == "fx_rates":
        found = reporting or Reporting("")
        return _query(name).format(rates=rates_sql(found.published, found.currency))
    if name in ALLOCATED_VIEWS:
        rows = allocated_sql(name, ledger, run)
        if reporting is None or name != "allocated_daily":
            return rows
        return with_reporting(rows, reporting, (), MONTH_OF_RATE)
    rows = _rows_of(name, ledger, snapshot)
    if name not in NAMED:
        return rows
    given = ledger.columns(CHARGES, snapshot) if name == "charges" else ()
    if reporting is not None:
        rows = with_reporting(rows, reporting, given)
    return rows if naming is None else with_names(rows, naming, given)


def _rows_of(name: str, ledger: Ledger, snapshot: Snapshot) -> str:  # noqa: PLR0911 -- one per table
    if name == "charges":
        return _charges(ledger, snapshot)
    if name == "charges_focus_1_2":
        columns = ", ".join(f"{sql} AS {identifier(column)}" for column, sql in projection("1.2"))
        return _query(name).format(columns=columns, charges=_charges(ledger, snapshot))
    if name == "charges_daily":
        texts = ", ".join(f"keys.{identifier(column)}" for column in KEY_TEXTS)
        measures = ", ".join(f"days.{identifier(column)}" for column in (*MEASURES, *COST_UNKNOWNS))
        days, keys = (_rows(table, ledger, snapshot) for table in (CHARGE_DAYS, CHARGE_KEYS))
        own = ", ".join(identifier(column) for column in (*MEASURES, *COST_UNKNOWNS, *KEY_TEXTS))
        true_ups = whole(TRUE_UPS, ledger.files(TRUE_UPS, snapshot))
        return _query(name).format(texts=texts, measures=measures, days=days, keys=keys, own=own, true_ups=true_ups)
    if name == "loads":
        rows = whole(LOADS, ledger.files(LOADS, snapshot))
        return _query(name).format(loads=rows, current=f"({CURRENT} OR {CURRENT_USAGE})")
    if name in KUBERNETES_VIEWS:
        return usage_sql(name, ledger, snapshot)
    if name in AI_VIEWS:
        return ai_usage_sql(name, ledger, snapshot)
    if name == "closes":
        return _query(name).format(closes=whole(CLOSES, ledger.files(CLOSES, snapshot)))
    return _query(name).format(findings=_rows(FINDINGS, ledger, snapshot))


def _charges(ledger: Ledger, snapshot: Snapshot) -> str:
    # Reading an instant back as TIMESTAMP spares every reader the time zone database.
    instants = ", ".join(
        f"make_timestamp(epoch_us({identifier(name)})) AS {identifier(name)}"
        for name, kind in TRUE_UPS.columns.items()
        if kind == "TIMESTAMP WITH TIME ZONE"
    )
    unknowns = ", ".join(COST_UNKNOWNS)
    true_ups = whole(TRUE_UPS, ledger.files(TRUE_UPS, snapshot))
    rows = _rows(CHARGES, ledger, snapshot)
    return _query("charges").format(instants=instants, charges=rows, true_ups=true_ups, unknowns=unknowns)


def _rows(table: Table, ledger: Ledger, snapshot: Snapshot) -> str:
    return whole(table, ledger.files(table, snapshot))


def _query(name: str) -> str:
    text = resources.files("finmod.marts").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return without_heading(text)
