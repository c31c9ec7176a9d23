"""What tags say: each distinct set of tags is read once, whatever the number of charges that carry it.

Owns the table of tag sets and the dictionaries of tag texts. Which keys a rule means is told in ``tag_keys.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.taxonomy.definition import Dimension, Rule, Taxonomy, Value
from finmod.taxonomy.fold import fold
from finmod.taxonomy.outcomes import How, Outcome, Outcomes
from finmod.taxonomy.patterns import first_match, is_pattern
from finmod.taxonomy.segments import Segments
from finmod.taxonomy.tag_keys import pointer, ranked

PLACEHOLDERS = frozenset({
    "", "none", "null", "nil", "n-a", "na", "unknown", "undefined", "tbd", "todo", "unset", "empty", "default", "xxx",
})  # fmt: skip
"""Folded texts that stand where somebody had to write something: they are no value of a dimension without values."""

_RAW = "names_tag_texts"


@dataclass
class TagLevel:
    """The table ``names_tags``: one row per distinct Tags, AllocatedTags and segment.

    Attributes:
        taxonomy: What names.
        segments: When what holds.
        outcomes: Where what tags say gets its number.
        keys: Keys that stand on the bill, (column, key), in the order in which they are read.
    """

    taxonomy: Taxonomy
    segments: Segments
    outcomes: Outcomes
    keys: list[tuple[str, str]] = field(default_factory=list)

    def make(self, engine: Engine, base: str) -> dict[str, str]:
        """Make the table; return rule or condition -> column of the table.

        Args:
            engine: Where to run.
            base: Table of charge keys with the columns Tags, AllocatedTags and segment.

        Returns:
            ``product.1`` -> column with the outcome of rule 1 of product; ``tag.KEY`` and ``label.KEY`` -> text of it.
        """
        there = {column: _keys_there(engine, base, column) for column in ("Tags", "AllocatedTags")}
        asked = {f"{dimension.name}.{rule.number}": self._ranked(rule, there) for dimension, rule in self._rules()}
        texts = {subject: self._ranked_texts(subject, there) for subject in self._subjects()}
        self._read(engine, base)
        dictionaries = self._dictionaries(engine, asked)
        columns = {name: f"r{place}" for place, name in enumerate((*asked, *texts))}
        selects, joins = [], []
        for place, (name, numbers) in enumerate(asked.items()):
            answers = []
            for at in numbers:
                if (name, at) in dictionaries:
                    alias = f"d{place}_{at}"
                    joins.append(
                        f"LEFT JOIN names_dictionary AS {alias} ON {alias}.rule = {place} AND {alias}.key = {at} "
                        f"AND {alias}.segment = t.segment AND {alias}.text = t.texts[{at}]"
                    )
                    answers.append(f"{alias}.outcome")
            selects.append(f"{first_answer(answers)} AS {columns[name]}")
        for name, numbers in texts.items():
            parts = ", ".join(f"nullif(trim(t.texts[{at}]), '')" for at in numbers)
            selects.append(f"{f'coalesce({parts})' if parts else 'NULL::VARCHAR'} AS {columns[name]}")
        engine.run(
            f"CREATE OR REPLACE TEMP TABLE names_tags AS SELECT t.Tags, t.AllocatedTags, t.segment"
            f"{''.join(f', {each}' for each in selects)} FROM {_RAW} AS t {' '.join(joins)}"
        )
        return columns

    def _rules(self) -> Iterator[tuple[Dimension, Rule]]:
        for dimension in self.taxonomy.dimensions.values():
            for rule in dimension.rules:
                if rule.kind in {"tag", "label"}:
                    yield dimension, rule

    def _subjects(self) -> list[str]:
        conditions = [each for verdict in self.taxonomy.taggable for each in verdict.when]
        for dimension in self.taxonomy.dimensions.values():
            conditions += [each for rule in dimension.rules for each in rule.when]
        return list(dict.fromkeys(each.subject for each in conditions if each.subject.startswith(("tag.", "label."))))

    def _ranked(self, rule: Rule, there: dict[str, list[str]]) -> list[int]:
        """Return the places, from 1, of the keys that a rule reads: those of what a cost was split to come first."""
        labels = rule.kind == "label"
        return [
            self._place(column, key)
            for column in ("AllocatedTags", "Tags")
            for key in ranked(rule.keys, there[column], labels=labels)
        ]

    def _ranked_texts(self, subject: str, there: dict[str, list[str]]) -> list[int]:
        kind, _, key = subject.partition(".")
        return [
            self._place(column, each)
            for column in ("AllocatedTags", "Tags")
            for each in ranked([key], there[column], labels=kind == "label")
        ]

    def _place(self, column: str, key: str) -> int:
        if (column, key) not in self.keys:
            self.keys.append((column, key))
        return self.keys.index((column, key)) + 1

    def _read(self, engine: Engine, base: str) -> None:
        """Read each wanted key of each distinct set of tags once."""
        parts: list[str] = []
        at: dict[tuple[str, str], int] = {}
        for column in ("AllocatedTags", "Tags"):
            keys = [key for of, key in self.keys if of == column]
            if keys:
                pointers = ", ".join(literal(pointer(key)) for key in keys)
                nothing = f"list_resize([NULL::VARCHAR], {len(keys)})"
                at |= {(column, key): len(at) + place for place, key in enumerate(keys, start=1)}
                parts.append(f"coalesce(json_extract_string({column}, [{pointers}]), {nothing})")
        together = f"list_concat({', '.join(parts)})" if len(parts) > 1 else "".join(parts) or "NULL::VARCHAR[]"
        texts = f"[{', '.join(f'texts[{at[key]}]' for key in self.keys)}]" if parts else "texts"
        engine.run(
            f"CREATE OR REPLACE TEMP TABLE {_RAW} AS SELECT Tags, AllocatedTags, segment, {texts} AS texts FROM ("
            f"SELECT Tags, AllocatedTags, segment, {together} AS texts FROM ("
            f"SELECT DISTINCT Tags, AllocatedTags, segment FROM {base}))"
        )

    def _dictionaries(self, engine: Engine, asked: dict[str, list[int]]) -> set[tuple[str, int]]:
        """Make the table of what each text of each key means to each rule; return which rules and keys have any."""
        rows = engine.rows(
            f"SELECT DISTINCT segment, unnest(range(1, {len(self.keys) + 1})) AS key, unnest(texts) AS text FROM {_RAW}"
            if self.keys
            else "SELECT 0, 0, NULL WHERE false"
        )
        by_key: dict[int, list[tuple[int, str]]] = {}
        for segment, key, text in rows:
            if text is not None and text.strip():
                by_key.setdefault(key, []).append((segment, text))
        found: list[tuple[int, int, int, str, int]] = []
        for place, (dimension, rule) in enumerate(self._rules()):
            reader = _Reader(engine, dimension, rule, self)
            for key in asked[f"{dimension.name}.{rule.number}"]:
                found += [
                    (place, key, segment, text, number)
                    for segment, text, number in reader.read(key, by_key.get(key, ()))
                ]
        _insert(engine, found)
        names = list(asked)
        return {(names[place], key) for place, key, *_ in found}


class _Reader:
    """Reads texts of tags as values of one dimension."""

    def __init__(self, engine: Engine, dimension: Dimension, rule: Rule, level: TagLevel) -> None:
        """Fold names and aliases once for each segment."""
        self.engine, self.dimension, self.rule, self.level = engine, dimension, rule, level
        self._exact: dict[int, dict[str, tuple[Value, How]]] = {}
        self._folded: dict[int, dict[str, tuple[Value, How]]] = {}
        self._matched: dict[tuple[int, str], Value] = {}

    def read(self, key: int, texts: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str, int]]:
        """Yield (segment, text, outcome) of each text that stands under a key."""
        self._match(texts)
        name = self.level.keys[key - 1][1]
        for segment, text in texts:
            value, how = self._value(segment, text)
            outcome = Outcome(self.dimension.name, value, self.rule, how, self.rule.place, name, text)
            yield segment, text, self.level.outcomes.number(outcome)

    def _value(self, segment: int, text: str) -> tuple[str | None, How]:
        if self.dimension.values is None:
            return (None, "unrecognised") if fold(text) in PLACEHOLDERS else (text.strip(), "open")
        exact, folded = self._tables(segment)
        found = exact.get(text) or folded.get(fold(text))
        if found is None and (segment, text) in self._matched:
            found = self._matched[segment, text], "pattern"
        return (found[0].name, found[1]) if found else (None, "unrecognised")

    def _tables(self, segment: int) -> tuple[dict[str, tuple[Value, How]], dict[str, tuple[Value, How]]]:
        if segment not in self._exact:
            exact: dict[str, tuple[Value, How]] = {}
            folded: dict[str, tuple[Value, How]] = {}
            for value in self._held(segment):
                exact[value.name] = value, "exact"
                folded.setdefault(fold(value.name), (value, "folded"))
            for value in self._held(segment):
                for alias in value.aliases:
                    if self.level.segments.holds(segment, alias.span) and not is_pattern(alias.text):
                        exact.setdefault(alias.text, (value, "alias"))
                        folded.setdefault(fold(alias.text), (value, "alias"))
            self._exact[segment], self._folded[segment] = exact, folded
        return self._exact[segment], self._folded[segment]

    def _held(self, segment: int) -> list[Value]:
        return [
            each for each in (self.dimension.values or {}).values() if self.level.segments.holds(segment, each.span)
        ]

    def _match(self, texts: Sequence[tuple[int, str]]) -> None:
        """Let the engine compare texts that are nothing else with the aliases that are patterns."""
        for segment in {segment for segment, _ in texts}:
            aliases = [
                (alias.text, value)
                for value in self._held(segment)
                for alias in value.aliases
                if is_pattern(alias.text) and self.level.segments.holds(segment, alias.span)
            ]
            exact, folded = self._tables(segment) if aliases else ({}, {})
            open_texts = [
                text for at, text in texts if at == segment and text not in exact and fold(text) not in folded
            ]
            if aliases and open_texts:
                rows = "(SELECT unnest(?::VARCHAR[]) AS text)"
                case = first_match("text", [(text, place) for place, (text, _) in enumerate(aliases)])
                for text, place in self.engine.rows(f"SELECT text, {case} FROM {rows}", [open_texts]):
                    if place is not None:
                        self._matched[segment, text] = aliases[place][1]


def first_answer(answers: Sequence[str]) -> str:
    """Return SQL for the first positive number, or else the first negative one."""
    if not answers:
        return "NULL::INTEGER"
    positive = ", ".join(f"CASE WHEN {each} > 0 THEN {each} END" for each in answers)
    return f"coalesce({positive}, {', '.join(answers)})"


def _keys_there(engine: Engine, base: str, column: str) -> list[str]:
    """Return the keys of a column of tags."""
    rows = engine.rows(
        f"SELECT DISTINCT unnest(json_keys({identifier(column)})) FROM "
        f"(SELECT DISTINCT {identifier(column)} FROM {base} WHERE {identifier(column)} LIKE '{{%')"
    )
    return [row[0] for row in rows if row[0]]


def _insert(engine: Engine, rows: Sequence[tuple[int, int, int, str, int]]) -> None:
    engine.run(
        "CREATE OR REPLACE TEMP TABLE names_dictionary "
        "(rule INTEGER, key INTEGER, segment INTEGER, text VARCHAR, outcome INTEGER)"
    )
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        engine.run(
            "INSERT INTO names_dictionary SELECT unnest(?::INTEGER[]), unnest(?::INTEGER[]), unnest(?::INTEGER[]), "
            "unnest(?::VARCHAR[]), unnest(?::INTEGER[])",
            columns,
        )
