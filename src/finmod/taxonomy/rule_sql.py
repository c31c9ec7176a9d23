"""What each rule says of a charge key, as SQL over what the distinct texts were found to be.

Owns the expressions. Text was compared before (``column_level.py``, ``tag_level.py``); here numbers are chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from finmod.engines.duckdb import Engine, identifier
from finmod.settings.rule import COLUMNS
from finmod.taxonomy.definition import Condition, Dimension, Entry, Named, Rule, Span, Taxonomy
from finmod.taxonomy.outcomes import How, Outcome, Outcomes
from finmod.taxonomy.patterns import is_pattern, lowered, matches
from finmod.taxonomy.segments import Segments


@dataclass
class Found:
    """Columns that hold what texts were found to be.

    Attributes:
        rules: ``product.1`` -> column with the outcome of that rule.
        texts: ``tag.KEY`` or ``label.KEY`` -> column with its text.
        conditions: (FOCUS column, texts) -> column that is true where it is one of them.
        parents: Dimension -> column with the outcome of the parent resource.
    """

    rules: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    conditions: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)


@dataclass
class RuleSql:
    """Writes the SQL of rules.

    Attributes:
        engine: Compares the names of values with conditions.
        segments: When what holds.
        outcomes: Where what rules say gets its number.
        taxonomy: The dimensions.
        found: What texts were found to be.
    """

    engine: Engine
    segments: Segments
    outcomes: Outcomes
    taxonomy: Taxonomy
    found: Found

    def answer(self, dimension: Dimension, rule: Rule) -> str:
        """Return SQL for the outcome of a rule; NULL, or below 0, where it does not answer."""
        name = f"{dimension.name}.{rule.number}"
        if name in self.found.rules:
            return self._while(self.found.rules[name], rule.span)
        if rule.kind == "parent":
            column = self.found.parents.get(dimension.name)
            return self._while(self._of_parent(dimension, rule, column), rule.span) if column else "NULL::INTEGER"
        if rule.kind == "dimension" and rule.dimension and rule.entries is not None:
            return self._while(self._of_dimension(dimension, rule), rule.span)
        value = (dimension.values or {}).get(rule.value or "")
        held = self._while(self._of_conditions(dimension, rule), rule.span, *([value.span] if value else []))
        # What is compared with each row's own text stands last, so that few rows are left for it.
        inside = sorted(rule.when, key=self._is_compared_by_row)
        conditions = [self.condition(each) for each in inside]
        return f"CASE WHEN {' AND '.join(conditions)} THEN {held} END" if conditions else held

    def rolled(self, dimension: Dimension) -> str:
        """Return SQL for what dimensions below say of a dimension by the parents of their values."""
        belows = (each for each in self.taxonomy.dimensions.values() if each.rolls_up == dimension.name)
        found = [self._above(dimension, below) for below in belows]
        return f"coalesce({', '.join(found)})"

    def condition(self, condition: Condition) -> str:
        """Return SQL that is true or false, never NULL, for whether a condition holds."""
        subject = condition.subject
        if subject in self.taxonomy.dimensions:
            column = self._column(subject)
            tests = [self._among(subject, column, texts) for texts in (condition.any, condition.none)]
        elif subject in COLUMNS:
            column = identifier(subject)
            tests = [
                self.found.conditions.get((subject, texts)) or matches(column, texts)
                for texts in (condition.any, condition.none)
            ]
        else:
            column = self.found.texts[subject]
            tests = [matches(column, texts) for texts in (condition.any, condition.none)]
        if condition.absent:
            return f"{column} IS NULL"
        parts = [f"coalesce({tests[0]}, false)"] if condition.any else []
        parts += [f"NOT coalesce({tests[1]}, false)"] if condition.none else []
        return f"({' AND '.join(parts)})" if parts else "true"

    def _is_compared_by_row(self, condition: Condition) -> bool:
        texts = condition.any or condition.none
        is_found = condition.subject in self.taxonomy.dimensions or (condition.subject, texts) in self.found.conditions
        return not (is_found or condition.absent)

    def _while(self, sql: str, *spans: Span) -> str:
        """Return SQL that answers in the segments alone in which all spans hold."""
        held = self.segments.holding(*spans)
        if len(held) == len(self.segments.all()):
            return sql
        return f"CASE WHEN segment IN ({', '.join(map(str, held))}) THEN {sql} END" if held else "NULL::INTEGER"

    def _among(self, dimension: str, column: str, texts: Sequence[str]) -> str:
        """Return SQL for whether a dimension's outcome names one of some values."""
        if not texts:
            return "false"
        named = self.outcomes.of_dimension(dimension)
        names = sorted({each.value for _, each in named if each.value})
        rows = self.engine.rows(
            f"SELECT name FROM (SELECT unnest(?::VARCHAR[]) AS name) WHERE {matches('name', texts)}", [names]
        )
        meant = {row[0] for row in rows}
        numbers = [str(number) for number, each in named if each.value in meant]
        return f"{column} IN ({', '.join(numbers)})" if numbers else "false"

    def _of_conditions(self, dimension: Dimension, rule: Rule) -> str:
        """Return SQL for what a rule says where its conditions hold: an inference where one of them asks such."""
        number = self._number(dimension, rule, rule.value, rule.place, "is" if rule.kind == "is" else "when")
        asked = (each.subject for each in rule.when if each.subject in self.taxonomy.dimensions)
        inferred = [sql for name in asked if (sql := self.outcomes.inferred_sql(name, self._column(name)))]
        if not inferred:
            return str(number)
        marked = self._number(dimension, rule, rule.value, rule.place, "inferred")
        return f"CASE WHEN {' OR '.join(inferred)} THEN {marked} ELSE {number} END"

    def _of_parent(self, dimension: Dimension, rule: Rule, column: str) -> str:
        def outcome(_: int, found: Outcome) -> int:
            return self._number(dimension, rule, found.value, rule.place, _followed("parent", found))

        return self._mapped(column, dimension.name, outcome)

    def _of_dimension(self, dimension: Dimension, rule: Rule) -> str:
        other = rule.dimension or ""
        lines = self._lines_of(rule, list({each.value or "" for _, each in self.outcomes.of_dimension(other)}))

        def outcome(segment: int, found: Outcome) -> int | None:
            for entry in lines.get(found.value or "", ()):
                target = self._held(dimension, entry.targets, segment)
                if target is not None:
                    how = _followed("dimension", found)
                    return self._number(dimension, rule, target.text, entry.place, how, rule.dimension)
            return None

        return self._mapped(self._column(other), other, outcome)

    def _lines_of(self, rule: Rule, names: list[str]) -> dict[str, list[Entry]]:
        """Return the lines of a map that each name matches: those of the text alone before patterns."""
        entries = rule.entries or ()
        lower = lowered(self.engine, [*names, *(entry.key for entry in entries)])
        exact: dict[str, list[Entry]] = {}
        for entry in entries:
            if not is_pattern(entry.key):
                exact.setdefault(lower[entry.key], []).append(entry)
        found = {name: exact.get(lower[name], []) for name in names}
        patterns = [entry for entry in entries if is_pattern(entry.key)]
        if patterns:
            tests = ", ".join(matches("name", [entry.key]) for entry in patterns)
            rows = self.engine.rows(f"SELECT name, [{tests}] FROM (SELECT unnest(?::VARCHAR[]) AS name)", [names])
            for name, held in rows:
                found[name] = [*found[name], *(each for each, is_held in zip(patterns, held, strict=True) if is_held)]
        return found

    def _above(self, dimension: Dimension, below: Dimension) -> str:
        def outcome(segment: int, other: Outcome) -> int | None:
            value = (below.values or {}).get(other.value or "")
            target = self._held(dimension, value.parents, segment) if value else None
            how = _followed("dimension", other)
            return self._number(dimension, None, target.text, target.place, how, below.name) if target else None

        return self._mapped(self._column(below.name), below.name, outcome)

    def _column(self, dimension: str) -> str:
        """Return the column with what names a key in a dimension."""
        return f"o_{list(self.taxonomy.dimensions).index(dimension)}"

    def _held(self, dimension: Dimension, targets: Sequence[Named], segment: int) -> Named | None:
        """Return the target that holds in a segment, if its value does too."""
        values = dimension.values or {}
        return next(
            (
                each
                for each in targets
                if self.segments.holds(
                    segment, each.span, *(values[name].span for name in (each.text,) if name in values)
                )
            ),
            None,
        )

    def _number(  # noqa: PLR0913, PLR0917 -- what an outcome is made of
        self, dimension: Dimension, rule: Rule | None, value: str | None, place: str, how: How, below: str | None = None
    ) -> int:
        return self.outcomes.number(Outcome(dimension.name, value, rule, how, place, below=below))

    def _mapped(self, column: str, dimension: str, outcome: Callable[[int, Outcome], int | None]) -> str:
        """Return SQL that turns the outcomes of one dimension into those of another: a list, looked up by number."""
        named = self.outcomes.of_dimension(dimension)
        if not named:
            return "NULL::INTEGER"
        first, last = named[0][0], named[-1][0]
        by_segment = []
        for segment in self.segments.all():
            numbers: list[str] = ["NULL"] * (last - first + 1)
            for number, each in named:
                found = outcome(segment, each)
                numbers[number - first] = "NULL" if found is None else str(found)
            by_segment.append(f"list_extract([{', '.join(numbers)}]::INTEGER[], {column} - {first - 1})")
        if len(set(by_segment)) == 1:
            return by_segment[0]
        parts = " ".join(f"WHEN {segment} THEN {sql}" for segment, sql in enumerate(by_segment))
        return f"CASE segment {parts} END"


def _followed(how: How, found: Outcome) -> How:
    """Return how a name was found that follows from another one: what follows from an inference is one too."""
    return "inferred" if found.how == "inferred" else how
