"""What columns say: each distinct text of a column is compared with maps and conditions once.

Owns the tables of distinct texts, one per column that any rule looks at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from finmod.engines.duckdb import Engine, identifier
from finmod.taxonomy.definition import Condition, Dimension, Entry, Named, Rule, Span, Taxonomy
from finmod.taxonomy.outcomes import Outcome, Outcomes
from finmod.taxonomy.patterns import first_match, lowered, matches
from finmod.taxonomy.row_insert import insert_rows
from finmod.taxonomy.segments import Segments
from finmod.taxonomy.value_reader import ValueReader

_MANY = 20_000

NAME = "name"
"""What rules call the resource's name: ResourceName, or else the last part of ResourceId."""


def subject_sql(column: str, table: str = "") -> str:
    """Return SQL for what a rule looks at, of a table."""
    if column == NAME:
        return f"coalesce({table}ResourceName, regexp_extract({table}ResourceId, '([^/:]+)[/:]*$', 1))"
    return f"{table}{identifier(column)}"


@dataclass
class Compared:
    """What a column was compared with, and where the result stands.

    Attributes:
        joins: What joins the results to the base table.
        reads: Column name -> SQL that reads a result from there.
        rules: Rule, such as ``product.2`` -> SQL for its outcome, over those columns.
        conditions: Texts of a condition -> column that is true where it is one of them. Those that are missing are to
            be compared row by row, behind others that spare most rows.
    """

    joins: list[str] = field(default_factory=list)
    reads: dict[str, str] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    conditions: dict[tuple[str, ...], str] = field(default_factory=dict)


@dataclass
class ColumnLevel:
    """One column that rules look at, compared text by text, or row by row where nearly every row has its own text.

    Attributes:
        taxonomy: What names.
        segments: When what holds.
        outcomes: Where what maps say gets its number.
        column: The column.
        number: Its number among the columns.
        rules: Rules that look at it.
        conditions: Conditions that look at it.
    """

    taxonomy: Taxonomy
    segments: Segments
    outcomes: Outcomes
    column: str
    number: int
    rules: list[tuple[Dimension, Rule]] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)

    @property
    def _table(self) -> str:
        return f"names_column_{self.number}"

    def compare(self, engine: Engine, base: str) -> Compared:
        """Make the tables of the column and return where the results stand.

        Args:
            engine: Where to run.
            base: Table of charge keys.
        """
        own_texts = any(rule.entries is None for _, rule in self.rules)
        if not own_texts and self._is_spread(engine, base):
            return self._by_row(engine)
        return self._by_text(engine, base)

    def _is_spread(self, engine: Engine, base: str) -> bool:
        """Return whether nearly every row has a text of its own: to look for equal texts costs more then."""
        distinct, rows = engine.row(f"SELECT approx_count_distinct({subject_sql(self.column)}), count(*) FROM {base}")
        return bool(distinct > _MANY and distinct * 2 > rows)

    def _by_row(self, engine: Engine) -> Compared:
        """Leave patterns to the rows that no rule before has named."""
        made = Compared()
        exact = self._exact(engine)
        for place, (dimension, rule) in enumerate(self.rules):
            parts = []
            if place in exact:
                name = f"map{self.number}_{place}"
                made.joins.append(self._join(name, place, subject_sql(self.column, "base."), "base"))
                made.reads[name] = f"{name}.outcome"
                parts.append(name)
            pattern = self._patterns(dimension, rule, subject_sql(self.column), "segment")
            made.rules[f"{dimension.name}.{rule.number}"] = _first([*parts, *([pattern] if pattern else [])])
        return made

    def _by_text(self, engine: Engine, base: str) -> Compared:
        """Make a table with one row per distinct text and segment, and each rule's and condition's result."""
        table = self._table
        engine.run(
            f"CREATE OR REPLACE TEMP TABLE {table}_texts AS "
            f"SELECT DISTINCT {subject_sql(self.column)} AS text, segment FROM {base}"
        )
        exact = self._exact(engine)
        made, selects, joins = Compared(), list[str](), list[str]()
        for place, (dimension, rule) in enumerate(self.rules):
            parts = []
            if place in exact:
                joins.append(self._join(f"d{place}", place, "t.text", "t", is_lower=rule.entries is not None))
                parts.append(f"d{place}.outcome")
            pattern = self._patterns(dimension, rule, "t.text", "t.segment")
            selects.append(f"{_first([*parts, *([pattern] if pattern else [])])} AS r{place}")
            made.reads[f"col{self.number}_r{place}"] = f"col{self.number}.r{place}"
            made.rules[f"{dimension.name}.{rule.number}"] = f"col{self.number}_r{place}"
        for texts in dict.fromkeys(texts for each in self.conditions for texts in (each.any, each.none) if texts):
            name = f"c{len(made.conditions)}"
            selects.append(f"{matches('t.text', texts)} AS {name}")
            made.reads[f"col{self.number}_{name}"] = f"col{self.number}.{name}"
            made.conditions[texts] = f"col{self.number}_{name}"
        engine.run(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {', '.join(('t.text', 't.segment', *selects))} "
            f"FROM {table}_texts AS t {' '.join(joins)}"
        )
        made.joins.append(
            f"LEFT JOIN {table} AS col{self.number} ON col{self.number}.text = {subject_sql(self.column, 'base.')} "
            f"AND col{self.number}.segment = base.segment"
        )
        return made

    def _join(self, name: str, place: int, subject: str, rows: str, *, is_lower: bool = True) -> str:
        text = f"lower({subject})" if is_lower else subject
        # Without dates there is one segment, in which every line holds.
        held = f"AND {rows}.segment BETWEEN {name}.since AND {name}.last " if self.segments.days else ""
        return f"LEFT JOIN {self._table}_map AS {name} ON {name}.rule = {place} {held}AND {name}.text = {text}"

    def _patterns(self, dimension: Dimension, rule: Rule, subject: str, segment: str) -> str | None:
        """Return SQL for the outcome of the first pattern of a map that matches; by segment where lines are dated."""
        if not any(entry.is_pattern for entry in rule.entries or ()):
            return None
        by_segment = [first_match(subject, self._held(dimension, rule, at)) for at in self.segments.all()]
        if len(set(by_segment)) == 1:
            return by_segment[0]
        parts = " ".join(f"WHEN {at} THEN {sql}" for at, sql in enumerate(by_segment))
        return f"CASE {segment} {parts} END"

    def _held(self, dimension: Dimension, rule: Rule, segment: int) -> list[tuple[str, int]]:
        return [
            (entry.key, number)
            for entry in rule.entries or ()
            if entry.is_pattern
            for number in self._numbers(dimension, rule, entry, segment)
        ]

    def _numbers(self, dimension: Dimension, rule: Rule, entry: Entry, segment: int) -> Iterator[int]:
        """Yield the outcome of a line of a map in a segment, if it has one there."""
        for target in entry.targets:
            if self.segments.holds(segment, *self._spans(dimension, target)):
                yield self.outcomes.of_entry(dimension, rule, entry, target.text)
                return

    def _spans(self, dimension: Dimension, target: Named) -> tuple[Span, ...]:
        value = (dimension.values or {}).get(target.text)
        return (target.span, value.span) if value else (target.span,)

    def _exact(self, engine: Engine) -> set[int]:
        """Fill the table of texts that maps have as they are; return the rules that have any."""
        found: list[tuple[int, str, int, int, int]] = []
        for place, (dimension, rule) in enumerate(self.rules):
            if rule.entries is None:
                own = self._own_texts(engine, dimension, rule)
                found += [(place, text, segment, segment, number) for segment, text, number in own]
                continue
            entries = [entry for entry in rule.entries if not entry.is_pattern]
            lower = lowered(engine, [entry.key for entry in entries])
            alike: dict[str, list[Entry]] = {}
            for entry in entries:
                alike.setdefault(lower[entry.key], []).append(entry)
            found += [
                (place, text, *held) for text, some in alike.items() for held in self._stretches(dimension, rule, some)
            ]
        engine.run(
            f"CREATE OR REPLACE TEMP TABLE {self._table}_map "
            "(rule INTEGER, text VARCHAR, since INTEGER, last INTEGER, outcome INTEGER)"
        )
        insert_rows(engine, f"{self._table}_map", ("INTEGER", "VARCHAR", "INTEGER", "INTEGER", "INTEGER"), found)
        return {place for place, *_ in found}

    def _stretches(self, dimension: Dimension, rule: Rule, entries: Sequence[Entry]) -> Iterator[tuple[int, int, int]]:
        """Yield what lines of one text say: first and last segment, and the outcome there.

        Of lines that differ in case alone the first holds, where it has a value. Rows of a lookup never meet on a day.
        """
        if len(entries) > 1 and not all(entry.is_literal for entry in entries):
            for segment in self.segments.all():
                numbers = (number for entry in entries for number in self._numbers(dimension, rule, entry, segment))
                yield from ((segment, segment, number) for number in islice(numbers, 1))
            return
        for entry, target in ((each, target) for each in entries for target in each.targets):
            held = self.segments.holding(*self._spans(dimension, target))
            if held:
                number = self.outcomes.of_entry(dimension, rule, entry, target.text)
                yield held[0], held[-1], number

    def _own_texts(self, engine: Engine, dimension: Dimension, rule: Rule) -> Iterator[tuple[int, str, int]]:
        """Yield what the texts of the column themselves name, for a rule without a map."""
        reader = ValueReader(engine, dimension, self.segments)
        rows = engine.rows(f"SELECT segment, text FROM {self._table}_texts WHERE text IS NOT NULL")
        for segment, text, value, how in reader.read((at, text) for at, text in rows if text.strip()):
            if value is not None:
                outcome = Outcome(dimension.name, value, rule, how, rule.place, text=text)
                yield segment, text, self.outcomes.number(outcome)


def _first(parts: Sequence[str]) -> str:
    """Return SQL for the first number that is there."""
    return f"coalesce({', '.join(parts)})" if parts else "NULL::INTEGER"
