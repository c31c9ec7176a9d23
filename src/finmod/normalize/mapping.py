"""The form of a declared mapping: which FOCUS column comes from which source columns, and why.

Owns the small notation in which mappings are written and its translation to SQL. The mappings
themselves stand in one file per supplier and are printed to docs/reference/mappings/.

Notation inside ``MapColumn.sql``: ``$name`` is the source column as text, ``#name`` as exact decimal
(each value rounded once, to 12 places), ``@name`` as a timestamp in UTC. A column that the file lacks
is NULL. Everything else is DuckDB SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping as MappingOf
from dataclasses import dataclass, field

_PLACEHOLDER = re.compile(r"([$#@])([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True)
class MapColumn:
    """How one ledger column is made.

    Attributes:
        target: FOCUS 1.4 column id, or an ``x_`` name of ours.
        sql: Expression in the notation of this module.
        choice: What was chosen where supplier and specification leave a choice; "" where there is none.
        source: The document that says so.
        alternative: What else could have been chosen.
    """

    target: str
    sql: str
    choice: str = ""
    source: str = ""
    alternative: str = ""


@dataclass(frozen=True)
class Mapping:
    """A supplier's whole mapping.

    Attributes:
        format: Name of the format, as in ``finmod load --format``.
        title: For people.
        columns: One entry per ledger column that the supplier can fill; the rest is NULL.
        revision: Goes up when a mapping's result changes, so that ``load`` knows to load again.
        notes: Paragraphs for the mapping's page.
        drop_when: Rows for which this is true are no charges of this bill and are left out, counted.
    """

    format: str
    title: str
    columns: tuple[MapColumn, ...]
    revision: int = 1
    notes: tuple[str, ...] = field(default=())
    drop_when: str = ""

    def source_columns(self) -> set[str]:
        """Return the names of the source columns that the mapping reads."""
        texts = [column.sql for column in self.columns] + [self.drop_when]
        return {match.group(2) for text in texts for match in _PLACEHOLDER.finditer(text)}


def render(sql: str, value: MappingOf[str, Callable[[str], str]]) -> str:
    """Return an expression with every placeholder replaced.

    Args:
        sql: Expression in the notation of this module.
        value: Per sigil (``$``, ``#``, ``@``) the function that turns a column name into SQL.

    >>> render("$a || #b", {"$": str.upper, "#": str.lower, "@": str})
    'A || b'
    """
    return _PLACEHOLDER.sub(lambda match: value[match.group(1)](match.group(2)), sql)
