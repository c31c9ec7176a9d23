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
from typing import Literal

_PLACEHOLDER = re.compile(r"([$#@])([A-Za-z_][A-Za-z0-9_]*)")
_LEDGER_COLUMN = re.compile(r"&([A-Z][A-Za-z]*)")


@dataclass(frozen=True)
class MapColumn:
    """How one ledger column is made.

    Attributes:
        target: FOCUS 1.4 column id, or an ``x_`` name of ours.
        sql: Expression in the notation of this module.
        choice: What was chosen where supplier and specification leave a choice; "" where there is none.
        source: The document that says so.
        alternative: What else could have been chosen.
        default: Expression for cells that the file and the user's constants leave empty; ``&Name`` in it is the ledger
            column of that name, and nothing else of the notation stands there.
        places: By how many decimal places its numbers are made smaller: 2 where the file has cents.
    """

    target: str
    sql: str
    choice: str = ""
    source: str = ""
    alternative: str = ""
    default: str = ""
    places: int = 0


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
class Declared:
    """What finmod.yaml or the command line says of a source's files that decides how they are mapped.

    Attributes:
        role: ``actual`` or ``amortized`` for a half of a pair, else "".
        columns: FOCUS column id -> column of the file, for the format table.
        tags: Columns of the file that are tags, for the format table.
        charge_period: ``hour``, ``day`` or ``month``: how long a charge of a table lasts that names no end.
        decimal_comma: Whether a table's numbers have a comma before their decimals.
        divide_by: What a table's amounts are divided by.
    """

    role: str = ""
    columns: MappingOf[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    charge_period: str = "day"
    decimal_comma: bool = False
    divide_by: int = 1


@dataclass(frozen=True)
class Each:
    """A list in a row, of which every element makes a charge of its own.

    Attributes:
        column: Source column that holds it, as a JSON array of objects.
        fields: Fields of its objects; the mapping names them ``column_field``.
    """

    column: str
    fields: tuple[str, ...]


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
        period_form: How text that names a billing period is written, for messages; "" where it is a date.
        also: Further charges that the same rows make, each with columns and rows of its own.
        by_choice: Findings that follow from what was chosen here.
        each: The list whose elements make the charges; None where each row makes one.
        dropped_rows_count: Whether rows that are left out still say which billing periods the file belongs to, as in
            the half of a pair that its twin stands for.
        date_order: How dates with slashes are read where the user does not say: a supplier's own custom.
        decimal_comma: Whether numbers have a comma before their decimals, and dots between thousands.
        reads_months: Whether dates may be months, 2026-09 or 202609: the first day is meant.
        keeps_others: Whether columns that the mapping does not read are kept under an ``x_`` name.
        mend: What to do about cells that cannot be read, without the stop.
        named: (FOCUS column id, or "tags"; column of the file) as the user named them; None where the format knows its
            columns.
    """

    format: str
    title: str
    columns: tuple[MapColumn, ...]
    revision: int = 1
    notes: tuple[str, ...] = field(default=())
    drop_when: str = ""
    guessed_period: str = ""
    period_form: str = ""
    also: tuple[Mapping, ...] = ()
    by_choice: tuple[Choice, ...] = ()
    each: Each | None = None
    dropped_rows_count: bool = False
    date_order: Literal["iso", "mdy", "dmy"] = "iso"
    decimal_comma: bool = False
    reads_months: bool = False
    keeps_others: bool = False
    mend: str = "Mend the export"
    named: tuple[tuple[str, str], ...] | None = None

    def source_columns(self) -> set[str]:
        """Return the names of the source columns that the mapping reads, further charges included."""
        texts = [column.sql for column in self.every_column()]
        texts += [text for mapping in (self, *self.also) for text in (mapping.drop_when, mapping.guessed_period)]
        lists = {mapping.each.column for mapping in (self, *self.also) if mapping.each}
        return {name for text in texts for name in names_in(text)} | lists

    def every_column(self) -> tuple[MapColumn, ...]:
        """Return the columns, then those that further charges make otherwise."""
        return tuple(dict.fromkeys(column for mapping in (self, *self.also) for column in mapping.columns))

    def further_charge(self, *columns: MapColumn, drop_when: str, each: Each | None = None) -> Mapping:
        """Return the mapping of a further charge of the same rows.

        Args:
            columns: What differs; all other columns are as here.
            drop_when: Rows that make no such charge.
            each: The list whose elements make one such charge each; None for one a row.
        """
        own = {column.target: column for column in columns}
        kept = tuple(own.pop(column.target, column) for column in self.columns)
        return replace(self, columns=(*kept, *own.values()), drop_when=drop_when, also=(), each=each)


def with_defaults(sql: str, value: Callable[[str], str]) -> str:
    """Return a default in which every ``&Name`` is replaced.

    >>> with_defaults("&BilledCost + 0", str.lower)
    'billedcost + 0'
    """
    return _LEDGER_COLUMN.sub(lambda match: value(match.group(1)), sql)


def ledger_columns_in(default: str) -> set[str]:
    """Return the names of the ledger columns that a default takes.

    >>> ledger_columns_in("&BilledCost + 0")
    {'BilledCost'}
    """
    return set(_LEDGER_COLUMN.findall(default))


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
