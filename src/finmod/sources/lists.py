"""Lists of keys and values inside a cell, such as labels: read as the pairs of one JSON object.

Owns that form: ``"env":"prod","team":"search"``, so that a mapping has only to put the lists of a row beside each
other. A key that is null is no key; text that is no such list stays as it is, for whoever reads it to tell.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from finmod.engines.duckdb import identifier, literal


@dataclass(frozen=True)
class Pairs:
    """A list of objects with the fields ``key`` and ``value``.

    Attributes:
        prefix: What stands before each key, so that keys of several lists never meet.
        namespace: Field whose value stands before the key, with a slash; "" for none.
        whole: Whether braces stand around the pairs, so that the cell is an object by itself.
    """

    prefix: str = ""
    namespace: str = ""
    whole: bool = False

    def of_list(self, one: str, source: str, *, named: bool = True, parsed: bool = False) -> str:
        """Return SQL for the pairs of a list of structs; "" for an empty one.

        Args:
            one: SQL for the struct of an element ``one``.
            source: SQL for the list.
            named: Whether the structs have the namespace.
            parsed: Whether values are JSON instead of text.
        """
        key = f"{one}.key"
        if self.namespace and named:
            key = f"coalesce({one}.{identifier(self.namespace)} || '/', '') || {key}"
        key = f"{literal(self.prefix)} || {key}" if self.prefix else key
        value = _text_value(f"{one}.value") if parsed else f"CAST(to_json({one}.value) AS VARCHAR)"
        pair = f"concat(to_json({key}), ':', coalesce({value}, 'null'))"
        pairs = f"array_to_string([{pair} FOR one IN {source} IF {one}.key IS NOT NULL], ',')"
        return f"'{{' || nullif({pairs}, '') || '}}'" if self.whole else pairs

    def of_text(self, cell: str) -> str:
        """Return SQL for the pairs of a list, or of one object, in JSON text; any other text as it is.

        Where the cell is an object by itself, an empty list is none: NULL.
        """
        fields = ("key", "value", *([self.namespace] if self.namespace else []))
        form = literal(json.dumps([dict.fromkeys(fields, "VARCHAR") | {"value": "JSON"}]))
        text = cell
        for field in fields:  # no such piece can stand inside a JSON string, where quotes are escaped
            named, meant = literal(f'"{_capital(field)}":'), literal(f'"{field}":')
            text = f"replace({text}, {named}, {meant})"
        made = self.of_list("one", f"from_json({text}, {form})", parsed=True)
        one = (
            "" if self.whole else f" WHEN starts_with({cell}, '{{') THEN coalesce(TRY({self._of_object(cell)}), {cell})"
        )
        none = f"WHEN {cell} = '[]' THEN NULL " if self.whole else ""
        return f"CASE {none}WHEN starts_with({cell}, '[{{') THEN coalesce(TRY({made}), {cell}){one} ELSE {cell} END"

    def _of_object(self, cell: str) -> str:
        """Return SQL for the pairs of an object in JSON text, as which some tools write a list of keys and values."""
        key = f"{literal(self.prefix)} || one.key" if self.prefix else "one.key"
        pair = f"concat(to_json({key}), ':', coalesce(CAST(one.value AS VARCHAR), 'null'))"
        entries = f"map_entries(from_json({cell}, '\"MAP(VARCHAR, JSON)\"'))"
        return f"array_to_string([{pair} FOR one IN {entries}], ',')"

    def of_parquet(self, cell: str, kind: str) -> str:
        """Return SQL for the pairs of a list as Parquet has it; "" for a cell of another type than a list of these."""
        one = "one.element" if is_wrapped(kind) else "one"
        plain = kind.replace('"', "").casefold()
        if not plain.endswith(("[]", "[])")) or "key varchar" not in plain:
            return ""
        if "value varchar" not in plain:  # numbers, or no value at all
            elements = f"[{one} FOR one IN {unwrapped(cell, kind)}]" if is_wrapped(kind) else cell
            return self.of_text(f"CAST(to_json({elements}) AS VARCHAR)")
        return self.of_list(one, unwrapped(cell, kind), named=f"{self.namespace} varchar" in plain)


def _text_value(value: str) -> str:
    """Return SQL for a value of JSON as a string of JSON; NaN, which JSON does not have, stays NaN, to be told."""
    text = f"CAST({value} AS VARCHAR)"
    plain = f"starts_with({text}, '\"') OR {text} IN ('null', 'NaN', 'Infinity', '-Infinity')"
    return f"CASE WHEN {plain} THEN {text} ELSE CAST(to_json({text}) AS VARCHAR) END"


def _capital(field: str) -> str:
    """Return a field's name as some writers capitalise it.

    >>> _capital("key"), _capital("x_namespace")
    ('Key', 'x_Namespace')
    """
    return f"x_{field[2:].capitalize()}" if field.startswith("x_") else field.capitalize()


def list_type(*fields: str, **others: str) -> str:
    """Return the DuckDB type of a list of objects with text fields, and with others by their types.

    >>> list_type("key", value="JSON")
    'STRUCT("key" VARCHAR, "value" JSON)[]'
    """
    types = dict.fromkeys(fields, "VARCHAR") | others
    return f"STRUCT({', '.join(f'{identifier(field)} {kind}' for field, kind in types.items())})[]"


def is_wrapped(kind: str) -> bool:
    """Return whether a type is a list that the writer of Parquet wrapped: a struct of a list of structs of elements."""
    plain = kind.replace('"', "")
    return plain.startswith("STRUCT(list STRUCT(element ") and plain.endswith("[])")


def unwrapped(cell: str, kind: str) -> str:
    """Return SQL for the list inside a cell, its elements wrapped or not."""
    return f"{cell}.list" if is_wrapped(kind) else cell
