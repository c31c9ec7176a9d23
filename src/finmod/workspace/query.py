"""Query: SQL over the public tables, at any state of the ledger.

Owns which tables a statement sees and that it can read nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from finmod.engines.duckdb import Engine, EngineError, glob_escape, literal
from finmod.errors import Problem, UserError, near, printable
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.tables import DATA_TABLES, LOADS
from finmod.marts.catalogue import TABLES, view_sql
from finmod.settings.project import Project

# A SHOW statement names no table and lists them all; comments may stand before it.
_SHOW = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*SHOW\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Result:
    """The rows of a query.

    Attributes:
        columns: Column names, in order; no two are the same.
        rows: Values: str, int, float, Decimal, bool, date, time, datetime (UTC, without a zone), UUID, None, and list
            or dict of them; of other SQL types, such as INTERVAL and BLOB, the text.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]]


def query(project: Project, sql: str, *, as_of: int | datetime | None = None) -> Result:
    """Run SQL over the public tables.

    Args:
        project: Whose ledger.
        sql: One statement; it may read the public tables and nothing else: no file, no network.
        as_of: Ledger version, or instant (UTC); None for now.

    Raises:
        UserError: The statement is wrong, or there was no such state.
    """
    if not _is_text(sql):
        raise UserError(_wrong("the statement is not UTF-8"))
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill") as engine:
        snapshot = ledger.at(engine, as_of)
        try:
            every = _SHOW.match(sql)
            for table in TABLES:
                if every or re.search(rf"\b{table.name}\b", sql, re.IGNORECASE):
                    engine.run(f"CREATE VIEW {table.name} AS {view_sql(table.name, ledger, snapshot)}")
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
        _allow(engine, ledger, snapshot)
        engine.run("SET enable_external_access = false")
        engine.run("SET lock_configuration = true")
        try:
            return Result(*engine.table(sql))
        except EngineError as error:
            raise UserError(_wrong(str(error))) from error


def _is_text(sql: str) -> bool:
    """Return whether a statement can be written as UTF-8: a shell of another encoding leaves half characters."""
    return sql.encode(errors="replace").decode() == sql


def _allow(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> None:
    """Let the views read their files, and a statement nothing: files of another state would count charges twice."""
    files = [str(file) for table in (*DATA_TABLES, LOADS) for file in ledger.files(table, snapshot)]
    spellings = ", ".join(literal(name) for file in files for name in {file, glob_escape(file)})
    engine.run(f"SET allowed_paths = [{spellings}]")


def tables() -> Result:
    """Return the public tables with grain and unit."""
    return Result(
        ["table", "answers", "grain", "unit"], [(item.name, item.answers, item.grain, item.unit) for item in TABLES]
    )


def _wrong(words: str) -> Problem:
    first = printable(words.split("\n\n", 1)[0].split("\n", 1)[0], 500).removesuffix("!")
    missing = re.search(r"Table with name (\S+) does not exist", words)
    names = [item.name for item in TABLES]
    remedy = "See the tables with: finmod query --list."
    if missing:
        close = near(missing.group(1), names)
        remedy = f"Did you mean {close}? {remedy}" if close else remedy
    elif "this is MULTI" in words:
        remedy = "PIVOT needs the values that become columns: PIVOT ... ON column IN ('a', 'b') USING sum(BilledCost)."
    elif "column" in words.lower():
        asked = re.search(r'column "([^"]+)"', words)
        close = near(asked.group(1), re.findall(r'"([^"]+)"', words.partition("Candidate")[2])) if asked else None
        remedy = "See the columns of a table with: finmod query 'DESCRIBE charges'."
        remedy = f"Did you mean {close}? {remedy}" if close else remedy
    return Problem(code="FM1601", found=f"the query cannot run: {first}", remedy=remedy)
