"""What columns say: each distinct text of a column is compared with maps and conditions once.

Owns the tables of distinct texts, one per column that any rule looks at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from finmod.engines.duckdb import Engine, identifier
from finmod.taxonomy.definition import Condition, Dimension, Entry, Rule, Taxonomy
from finmod.taxonomy.outcomes import Outcome, Outcomes
from finmod.taxonomy.patterns import first_match, is_pattern, lowered, matches
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
class ColumnLevel:
    """The tables ``names_column_N``: one row per distinct text of a column and segment.

    Attributes:
        taxonomy: What names.
        segments: When what holds.
        outcomes: Where what maps say gets its number.
        column: The column.
        rules: Rules that look at it.
        conditions: Conditions that look at it.
    """

    taxonomy: Taxonomy
    segments: Segments
    outcomes: Outcomes
    column: str
    rules: list[tuple[Dimension, Rule]] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)

    def make(self, engine: Engine, base: str, table: str) -> tuple[dict[str, str], dict[tuple[str, ...], str]]:
        """Make the table; return rule -> column with its outcome, and condition -> column that tells it.

        Conditions that it does not give are to be compared row by row, behind others that spare most rows.
        """
        engine.run(
            f"CREATE OR REPLACE TEMP TABLE {table}_texts AS "
            f"SELECT DISTINCT {subject_sql(self.column)} AS text, segment FROM {base}"
        )
        rows = self._exact(engine, table)
        selects, joins, of_rules = [], [], {}
        for place, (dimension, rule) in enumerate(self.rules):
            of_rules[f"{dimension.name}.{rule.number}"] = f"r{place}"
            exact = f"d{place}.outcome"
            if place in rows:
                joins.append(
                    f"LEFT JOIN names_map AS d{place} ON d{place}.rule = {place} AND d{place}.segment = t.segment "
                    f"AND d{place}.text = {'t.text' if rule.entries is None else 'lower(t.text)'}"
                )
            pattern = self._patterns(dimension, rule)
            parts = [part for part in (exact if place in rows else None, pattern) if part]
            answer = f"coalesce({', '.join(parts)})" if parts else "NULL::INTEGER"
            selects.append(f"{answer} AS r{place}")
        of_conditions: dict[tuple[str, ...], str] = {}
        if self._is_spread(engine, base, table):
            self.conditions = []
        for condition in self.conditions:
            for texts in (condition.any, condition.none):
                if texts and texts not in of_conditions:
                    of_conditions[texts] = f"c{len(of_conditions)}"
                    selects.append(f"{matches('t.text', texts)} AS {of_conditions[texts]}")
        engine.run(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {', '.join(('t.text', 't.segment', *selects))} "
            f"FROM {table}_texts AS t {' '.join(joins)}"
        )
        return of_rules, of_conditions

    def _is_spread(self, engine: Engine, base: str, table: str) -> bool:
        """Return whether the column is nearly a text per row: its conditions then cost less behind the other ones."""
        distinct, rows = engine.row(f"SELECT (SELECT count(*) FROM {table}_texts), (SELECT count(*) FROM {base})")
        return bool(distinct > _MANY and distinct * 2 > rows)

    def _patterns(self, dimension: Dimension, rule: Rule) -> str | None:
        """Return SQL for the outcome of the first pattern of a map that matches; by segment where lines are dated."""
        if not any(is_pattern(entry.key) for entry in rule.entries or ()):
            return None
        by_segment = [first_match("t.text", self._held(dimension, rule, at)) for at in self.segments.all()]
        if len(set(by_segment)) == 1:
            return by_segment[0]
        parts = " ".join(f"WHEN {at} THEN {sql}" for at, sql in enumerate(by_segment))
        return f"CASE t.segment {parts} END"

    def _held(self, dimension: Dimension, rule: Rule, segment: int) -> list[tuple[str, int]]:
        return [
            (entry.key, number)
            for entry in rule.entries or ()
            if is_pattern(entry.key)
            for number in self._numbers(dimension, rule, entry, segment)
        ]

    def _numbers(self, dimension: Dimension, rule: Rule, entry: Entry, segment: int) -> Iterator[int]:
        """Yield the outcome of a line of a map in a segment, if it has one there."""
        for target in entry.targets:
            value = dimension.values.get(target.text) if dimension.values is not None else None
            spans = (target.span, value.span) if value else (target.span,)
            if self.segments.holds(segment, *spans):
                yield self.outcomes.of_entry(dimension, rule, entry, target.text, entry.place)
                return

    def _exact(self, engine: Engine, table: str) -> set[int]:
        """Fill the table of texts that maps have as they are; return the rules that have any."""
        found: list[tuple[int, int, str, int]] = []
        for place, (dimension, rule) in enumerate(self.rules):
            if rule.entries is None:
                found += [(place, *row) for row in self._own_texts(engine, table, dimension, rule)]
                continue
            entries = [entry for entry in rule.entries if not is_pattern(entry.key)]
            lower = lowered(engine, [entry.key for entry in entries])
            found += [
                (place, segment, lower[entry.key], number)
                for entry in entries
                for segment in self.segments.all()
                for number in self._numbers(dimension, rule, entry, segment)
            ]
        engine.run(
            "CREATE OR REPLACE TEMP TABLE names_map (rule INTEGER, segment INTEGER, text VARCHAR, outcome INTEGER)"
        )
        # Of lines that differ in case alone the first holds.
        first = {row[:3]: row for row in reversed(found)}
        if found:
            columns = [list(column) for column in zip(*first.values(), strict=True)]
            engine.run(
                "INSERT INTO names_map SELECT unnest(?::INTEGER[]), unnest(?::INTEGER[]), unnest(?::VARCHAR[]), "
                "unnest(?::INTEGER[])",
                columns,
            )
        return {place for place, *_ in found}

    def _own_texts(
        self, engine: Engine, table: str, dimension: Dimension, rule: Rule
    ) -> Iterator[tuple[int, str, int]]:
        """Yield what the texts of the column themselves name, for a rule without a map."""
        reader = ValueReader(engine, dimension, self.segments)
        rows = engine.rows(f"SELECT segment, text FROM {table}_texts WHERE text IS NOT NULL")
        for segment, text, value, how in reader.read((at, text) for at, text in rows if text.strip()):
            if value is not None:
                outcome = Outcome(dimension.name, value, rule, how, rule.place, text=text)
                yield segment, text, self.outcomes.number(outcome)
