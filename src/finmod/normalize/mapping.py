"""The form of a declared mapping: which FOCUS column comes from which source columns, and why.

Owns the small notation in which mappings are written and its translation to SQL. The mappings
themselves stand in one file per supplier and are printed to docs/reference/mappings/.

Notation inside ``MapColumn.sql``: ``$name`` is the source column as text, ``#name`` as exact decimal
(each value rounded once, to 12 places), ``@name`` as a timestamp in UTC. A column that the file lacks
is NULL. ``$file_folder`` is no column but the folder that the file lies in. Everything else is DuckDB SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace

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
class Choice:
    """A finding that a mapping brings about knowingly: it is kept as information, with the reason.

    Attributes:
        code: Code of the finding.
        reason: Why the charges are as they are, in one sentence.
        when: SQL over FOCUS columns that is true for the charges meant, "" for all; for others the finding stands.
    """

    code: str
    reason: str
    when: str = ""


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
        guessed_period: Rows for which this is true name no billing period: they are booked in the month of usage.
        also: Further charges that the same rows make, each with columns and rows of its own.
        by_choice: Findings that follow from what was chosen here.
    """

    format: str
    title: str
    columns: tuple[MapColumn, ...]
    revision: int = 1
    notes: tuple[str, ...] = field(default=())
    drop_when: str = ""
    guessed_period: str = ""
    also: tuple[Mapping, ...] = ()
    by_choice: tuple[Choice, ...] = ()

    def source_columns(self) -> set[str]:
        """Return the names of the source columns that the mapping reads, further charges included."""
        texts = [column.sql for column in self.every_column()]
        texts += [text for mapping in (self, *self.also) for text in (mapping.drop_when, mapping.guessed_period)]
        return {name for text in texts for name in names_in(text)}

    def every_column(self) -> tuple[MapColumn, ...]:
        """Return the columns, then those that further charges make otherwise."""
        return tuple(dict.fromkeys(column for mapping in (self, *self.also) for column in mapping.columns))

    def further_charge(self, *columns: MapColumn, drop_when: str) -> Mapping:
        """Return the mapping of a further charge of the same rows.

        Args:
            columns: What differs; all other columns are as here.
            drop_when: Rows that make no such charge.
        """
        own = {column.target: column for column in columns}
        kept = tuple(own.pop(column.target, column) for column in self.columns)
        return replace(self, columns=(*kept, *own.values()), drop_when=drop_when, also=())


def names_in(sql: str) -> set[str]:
    """Return the names of the source columns in an expression.

    >>> sorted(names_in("$a || #b"))
    ['a', 'b']
    """
    return {match.group(2) for match in _PLACEHOLDER.finditer(sql)}


def render(sql: str, value: MappingOf[str, Callable[[str], str]]) -> str:
    """Return an expression with every placeholder replaced.

    Args:
        sql: Expression in the notation of this module.
        value: Per sigil (``$``, ``#``, ``@``) the function that turns a column name into SQL.

    >>> render("$a || #b", {"$": str.upper, "#": str.lower, "@": str})
    'A || b'
    """
    return _PLACEHOLDER.sub(lambda match: value[match.group(1)](match.group(2)), sql)
