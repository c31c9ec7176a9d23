"""The public tables and their SQL over one state of the ledger.

Owns names, grain and units of what users query. SQL stands in ``sql/``, one file per table.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Final

from finmod.engines.duckdb import identifier
from finmod.focus.columns import MEASURES
from finmod.focus.versions import projection
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.manifest import CURRENT
from finmod.ledger.reduce import relation, without_heading
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, FINDINGS, LOADS, Table
from finmod.normalize.charges import COST_UNKNOWNS, KEY_TEXTS


@dataclass(frozen=True)
class PublicTable:
    """A table that users query.

    Attributes:
        name: As in SQL.
        grain: What one row is.
        unit: What its amounts are in.
        answers: The question it answers.
    """

    name: str
    grain: str
    unit: str
    answers: str


TABLES: Final = (
    PublicTable("charges", "one row per charge", "BillingCurrency of the row", "What was charged, as FOCUS 1.4"),
    PublicTable("charges_focus_1_2", "one row per charge", "BillingCurrency of the row", "The same as FOCUS 1.2"),
    PublicTable(
        "charges_daily",
        "one row per source, billing period, charge key and day",
        "BillingCurrency of the row",
        "What each kind of charge cost a day",
    ),
    PublicTable(
        "loads",
        "one row per load, billing period, file and currency",
        "BillingCurrency of the row",
        "What came from where",
    ),
    PublicTable(
        "findings",
        "one row per source, billing period, code, severity, column, currency and file",
        "BillingCurrency of the row",
        "What was odd",
    ),
)


def view_sql(name: str, ledger: Ledger, snapshot: Snapshot) -> str:
    """Return the SELECT of a public table in one state of the ledger; an empty ledger gives no rows."""
    if name == "charges":
        return _charges(ledger, snapshot)
    if name == "charges_focus_1_2":
        columns = ", ".join(f"{sql} AS {identifier(column)}" for column, sql in projection("1.2"))
        return _query(name).format(columns=columns, charges=_charges(ledger, snapshot))
    if name == "charges_daily":
        texts = ", ".join(f"keys.{identifier(column)}" for column in KEY_TEXTS)
        measures = ", ".join(f"days.{identifier(column)}" for column in (*MEASURES, *COST_UNKNOWNS))
        days, keys = (_rows(table, ledger, snapshot) for table in (CHARGE_DAYS, CHARGE_KEYS))
        return _query(name).format(texts=texts, measures=measures, days=days, keys=keys)
    if name == "loads":
        rows = _rows(LOADS, ledger, snapshot)
        return _query(name).format(loads=rows, current=f"({CURRENT})")
    return _query(name).format(findings=_rows(FINDINGS, ledger, snapshot))


def _charges(ledger: Ledger, snapshot: Snapshot) -> str:
    # Reading an instant back as TIMESTAMP spares every reader the time zone database.
    instants = ", ".join(
        f"make_timestamp(epoch_us({identifier(name)})) AS {identifier(name)}"
        for name, kind in CHARGES.columns.items()
        if kind == "TIMESTAMP WITH TIME ZONE"
    )
    return _query("charges").format(instants=instants, charges=_rows(CHARGES, ledger, snapshot))


def _rows(table: Table, ledger: Ledger, snapshot: Snapshot) -> str:
    files = ledger.files(table, snapshot)
    if files:
        return relation(files)
    empty = ", ".join(f"NULL::{kind} AS {identifier(name)}" for name, kind in table.columns.items())
    return f"(SELECT {empty} WHERE false)"


def _query(name: str) -> str:
    text = resources.files("finmod.marts").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return without_heading(text)
