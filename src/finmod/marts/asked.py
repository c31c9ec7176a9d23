"""What a statement asks of public tables: whether it can see the columns of dimensions, and which it names.

Owns the look at the parsed statement. Naming takes a moment, and most statements need no name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from finmod.engines.duckdb import Engine, EngineError
from finmod.marts.names import NAMED

_OF_NO_TABLE = frozenset({"unnest", "range", "generate_series"})
_TABLES = frozenset({"BASE_TABLE", "PIVOT"})
# Of information_schema, pg_catalog, DuckDB and SQLite: they list, count or define the columns of tables.
_CATALOGUE = frozenset({
    "columns", "views", "pg_attribute", "pg_class", "pg_views", "duckdb_columns", "duckdb_views", "sqlite_master",
    "sqlite_schema",
})  # fmt: skip
# Those that list tables and tell no column.
_LISTS = frozenset({"tables", "pg_tables", "duckdb_tables", "sqlite_temp_master", "sqlite_temp_schema", "pg_type"})


@dataclass(frozen=True)
class Asked:
    """What a statement can see of tables that have a column per dimension.

    Attributes:
        every: Whether it asks for columns that it does not name: by a star, a whole row, a position or NATURAL.
        columns: Columns that it names, in small letters.
    """

    every: bool
    columns: frozenset[str]


def asked(engine: Engine, sql: str) -> Asked:
    """Return what a statement asks for; nothing where it is no statement that runs.

    Args:
        engine: Parses it.
        sql: One SELECT, DESCRIBE, SHOW, SUMMARIZE, PIVOT or UNPIVOT.
    """
    nodes = _parsed(engine, sql)
    if nodes is None:
        # What cannot be looked at may ask for anything.
        return Asked(every=True, columns=frozenset())
    called = {str(node["alias"]).lower() for node in nodes if str(node.get("type")) in _TABLES and node.get("alias")}
    rows = called | set(NAMED)
    columns = {name for node in nodes for name in _names(node)}
    every = any(_spreads(node) for node in nodes) or any(_is_row(node, rows) for node in nodes)
    return Asked(every, frozenset(columns))


def names_table(engine: Engine, sql: str, table: str) -> bool:
    """Return whether a statement may read, describe or list a table; a text that only contains its name does not.

    Args:
        engine: Parses it.
        sql: As in ``asked``.
        table: Name of the table, in small letters.
    """
    nodes = _parsed(engine, sql)
    if nodes is None or any(node.get("error") is True for node in nodes):
        return True
    for node in nodes:
        name = str(node.get("table_name") or "").strip('"').lower()
        if name == table or (name in _CATALOGUE | _LISTS and node.get("type") == "BASE_TABLE"):
            return True
        if node.get("type") == "TABLE_FUNCTION" and node["function"].get("function_name") not in _OF_NO_TABLE:
            return True
        if node.get("type") == "SHOW_REF" and table in str(node.get("table_name")).lower():
            return True
    return False


def _parsed(engine: Engine, sql: str) -> list[dict[str, Any]] | None:
    """Return every object of a parsed statement; None where it cannot be looked at."""
    try:
        (text,) = engine.row("SELECT CAST(json_serialize_sql(?::VARCHAR) AS VARCHAR)", [sql])
        return [*_nodes(json.loads(text))]
    except (EngineError, RecursionError):
        return None


def _nodes(tree: object, *, deep: bool = True) -> Iterator[dict[str, Any]]:
    """Yield every object in a tree; those of statements inside it only where ``deep``."""
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            yield node
            left += node.values() if deep else (each for each in node.values() if not _is_select(each))
        elif isinstance(node, list):
            left += node if deep else (each for each in node if not _is_select(each))


def _is_select(node: object) -> bool:
    return isinstance(node, dict) and node.get("type") == "SELECT_NODE"


def _names(node: dict[str, Any]) -> Iterator[str]:
    """Yield the names by which a column is asked for; those before it, such as the table's, are among them."""
    if node.get("class") == "COLUMN_REF":
        yield from (name.lower() for name in node["column_names"])
    yield from (name.lower() for name in node.get("using_columns") or ())


def _spreads(node: dict[str, Any]) -> bool:
    """Return whether a part of a statement has columns of a named table that it does not name."""
    if node.get("type") == "JOIN" and node.get("ref_type") == "NATURAL":
        return True
    if node.get("class") == "STAR" and node.get("relation_name"):
        return True
    is_table, name = node.get("type") == "BASE_TABLE", str(node.get("table_name")).lower()
    if is_table and (node.get("column_name_alias") or name in _CATALOGUE):
        return True
    if node.get("type") == "TABLE_FUNCTION" and node["function"].get("function_name") not in _OF_NO_TABLE:
        return True
    if not _is_select(node):
        return False
    own = {name: part for name, part in node.items() if name not in {"from_table", "cte_map", "modifiers"}}
    stars = any(each.get("class") in {"STAR", "POSITIONAL_REFERENCE"} for each in _nodes(own, deep=False))
    # The star of ORDER BY ALL means what is selected.
    stars = stars or any(each.get("columns") and each.get("expr") for each in _nodes(node.get("modifiers"), deep=False))
    return stars and any(_is_wide(each) for each in _nodes(node.get("from_table"), deep=False))


def _is_wide(node: dict[str, Any]) -> bool:
    """Return whether a part of FROM can have the columns of dimensions."""
    if node.get("type") == "SHOW_REF":
        # SHOW TABLES tells no column.
        return str(node.get("table_name")).strip('"') != "tables"
    name = str(node.get("table_name")).lower()
    return node.get("type") == "PIVOT" or (node.get("type") == "BASE_TABLE" and name in NAMED)


def _is_row(node: dict[str, Any], rows: set[str]) -> bool:
    """Return whether a part of a statement is the whole row of a table, asked for by its name, qualified or not."""
    return node.get("class") == "COLUMN_REF" and node["column_names"][-1].lower() in rows
