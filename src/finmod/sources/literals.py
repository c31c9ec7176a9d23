"""Lists and records that another tool wrote into CSV as Python prints them, rewritten as JSON.

Owns the rewriting. ``[{'key': 'a', 'value': None}]`` becomes ``[{"key": "a", "value": null}]``; text that is neither
stays as it is, for whoever reads the column to refuse or to tell.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from finmod.engines.duckdb import Engine, file_list, identifier, literal
from finmod.sources.lists import Pairs

# How Python begins a list of records or a record; JSON begins neither so.
_BEGINNINGS = ("[{'", "{'", "['")
_NUMBER = re.compile(r"Decimal\('([^'\\]*)'\)")
_ODD = "finmod_odd_literals"


def rewrite(engine: Engine, path: Path, columns: Mapping[str, Pairs | None]) -> None:
    """Rewrite columns of a staged Parquet file, in place and in the order of its rows, where they need it.

    Args:
        engine: Where to read it.
        path: The file, of text columns.
        columns: Columns that may hold Python text -> how the pairs of its lists are written; None for those that stay
            JSON.
    """
    relation = f"read_parquet({file_list([path])}, hive_partitioning = false)"
    tests = [f"coalesce(bool_or({_is_meant(name, pairs)}), false)" for name, pairs in columns.items()]
    if not tests:
        return
    found = engine.row(f"SELECT {', '.join(tests)} FROM {relation}")
    meant = [name for name, is_there in zip(columns, found, strict=True) if is_there]
    if not meant:
        return
    odd = _odd_texts(engine, relation, meant)
    replaced = ", ".join(f"{_rewritten(name, odd=bool(odd))} AS {identifier(name)}" for name in meant)
    query = f"SELECT * REPLACE ({replaced}) FROM {relation}"
    if odd:
        query = _looked_up(engine, path, odd, meant, replaced)
    lists = ", ".join(
        f"nullif({pairs.of_text(identifier(name))}, '') AS {identifier(name)}"
        for name in meant
        if (pairs := columns[name])
    )
    if lists:
        query = f"SELECT * REPLACE ({lists}) FROM ({query})"
    rewritten = path.with_suffix(".rewritten.parquet")
    engine.copy_parquet(query, rewritten, compression="lz4_raw", ordered=True)
    rewritten.replace(path)


def _is_meant(name: str, pairs: Pairs | None) -> str:
    if not pairs:
        return _is_python(name)
    beginnings = ("[{",) if pairs.whole else ("[{", "{")
    tests = (f"starts_with({identifier(name)}, {literal(sign)})" for sign in beginnings)
    return f"({_is_python(name)} OR {' OR '.join(tests)})"


def _looked_up(engine: Engine, path: Path, odd: dict[str, str], columns: Sequence[str], replaced: str) -> str:
    """Return the query that finds the odd texts by a join, in the order of the rows."""
    engine.run(f"CREATE OR REPLACE TEMP TABLE {_ODD} (python VARCHAR, json VARCHAR)")
    engine.run(f"INSERT INTO {_ODD} SELECT unnest(?), unnest(?)", (list(odd), list(odd.values())))
    tables = {name: identifier(_looked(name)) for name in columns}
    joins = " ".join(
        f"LEFT JOIN {_ODD} AS {table} ON {table}.python = bill.{identifier(name)}" for name, table in tables.items()
    )
    relation = f"read_parquet({file_list([path])}, file_row_number = true, hive_partitioning = false)"
    return (
        f"SELECT bill.* EXCLUDE (file_row_number) REPLACE ({replaced}) FROM {relation} AS bill {joins} "
        "ORDER BY bill.file_row_number"
    )


def _looked(name: str) -> str:
    return f"{_ODD}_{name}"


def _is_python(name: str) -> str:
    cell = identifier(name)
    return f"({' OR '.join(f'starts_with({cell}, {literal(sign)})' for sign in _BEGINNINGS)} OR {cell} = 'None')"


def _plain(name: str) -> str:
    """Return SQL for plain text as JSON; NULL for text that needs Python's own reading.

    Plain is text in which every single quote begins or ends a string, no string needs an escape, and none begins with
    a colon: then what stands behind a quote and a colon is a value.
    """
    cell = identifier(name)
    odd = ('"', "\\", ": ': ", ", ': ", "{': ", "[': ")
    made = cell
    for python, plain in (("': None", "': null"), ("': True", "': true"), ("': False", "': false"), ("'", '"')):
        made = f"replace({made}, {literal(python)}, {literal(plain)})"
    is_odd = " OR ".join(f"contains({cell}, {literal(sign)})" for sign in odd)
    return f"CASE WHEN NOT ({is_odd}) AND json_valid({made}) THEN {made} END"


def _rewritten(name: str, *, odd: bool) -> str:
    cell = identifier(name)
    others = f"{identifier(_looked(name))}.json, {cell}" if odd else cell
    return (
        f"CASE WHEN NOT coalesce({_is_python(name)}, false) THEN {cell} WHEN {cell} = 'None' THEN NULL "
        f"ELSE coalesce({_plain(name)}, {others}) END"
    )


def _odd_texts(engine: Engine, relation: str, columns: Sequence[str]) -> dict[str, str]:
    """Return Python text -> JSON for distinct texts that need Python's own reading, such as those with an escape."""
    found: dict[str, str] = {}
    for name in columns:
        rows = engine.rows(
            f"SELECT DISTINCT {identifier(name)} FROM {relation} WHERE {_is_python(name)} "
            f"AND {identifier(name)} <> 'None' AND ({_plain(name)}) IS NULL"
        )
        for (text,) in rows:
            made = as_json(text)
            if made is not None:
                found[text] = made
    return found


def as_json(text: str) -> str | None:
    r"""Return a Python literal as JSON; None where it is none, or holds what JSON has no form for.

    >>> as_json('[{\'key\': "it\'s", \'value\': None}]')
    '[{"key": "it\'s", "value": null}]'
    """
    try:
        return json.dumps(ast.literal_eval(_NUMBER.sub(r"'\1'", text)), ensure_ascii=False)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
