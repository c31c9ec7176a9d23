"""What tags say: each distinct set of tags is read once, whatever the number of charges that carry it.

Owns the table of tag sets and the dictionaries of tag texts. Which keys a rule means is told in ``tag_keys.py``, which
value a text is in ``value_reader.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.taxonomy.definition import Dimension, Rule, Taxonomy
from finmod.taxonomy.outcomes import Outcome, Outcomes
from finmod.taxonomy.row_insert import insert_rows
from finmod.taxonomy.segments import Segments
from finmod.taxonomy.tag_keys import pointer, ranked
from finmod.taxonomy.value_reader import ValueReader

_RAW = "names_tag_texts"
_MANY = 20_000
# What Python takes for blank; the engine alone knows the space.
_BLANKS = literal("".join(filter(str.isspace, map(chr, range(0x3001)))))


@dataclass
class TagLevel:
    """The table ``names_tags``: one row per distinct Tags, AllocatedTags and segment, or per row of the base.

    Attributes:
        taxonomy: What names.
        segments: When what holds.
        outcomes: Where what tags say gets its number.
        keys: Keys that stand on the bill, (column, key), in the order in which they are read.
        by_row: Whether the table has a row per row of the base, since nearly each has tags of its own.
    """

    taxonomy: Taxonomy
    segments: Segments
    outcomes: Outcomes
    keys: list[tuple[str, str]] = field(default_factory=list)
    by_row: bool = False

    def make(self, engine: Engine, base: str) -> dict[str, str]:
        """Make the table; return rule or condition -> column of the table.

        Args:
            engine: Where to run.
            base: Table of charge keys with the columns Tags, AllocatedTags and segment.

        Returns:
            ``product.1`` -> column with the outcome of rule 1 of product; ``tag.KEY`` and ``label.KEY`` -> text of it.
        """
        self.by_row = _is_spread(engine, base)
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
            parts = ", ".join(f"nullif(trim(t.texts[{at}], {_BLANKS}), '')" for at in numbers)
            selects.append(f"{f'coalesce({parts})' if parts else 'NULL::VARCHAR'} AS {columns[name]}")
        engine.run(
            f"CREATE OR REPLACE TEMP TABLE names_tags AS SELECT t.* EXCLUDE (texts)"
            f"{''.join(f', {each}' for each in selects)} FROM {_RAW} AS t {' '.join(joins)}"
        )
        return columns

    @property
    def join(self) -> str:
        """Return what joins the table to the base table."""
        if self.by_row:
            return "LEFT JOIN names_tags AS tags ON tags.id = base.rowid"
        return (
            "LEFT JOIN names_tags AS tags ON tags.segment = base.segment AND tags.Tags IS NOT DISTINCT FROM base.Tags "
            "AND tags.AllocatedTags IS NOT DISTINCT FROM base.AllocatedTags"
        )

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
                parts.append(f"coalesce({_sound(column, f'json_extract_string({column}, [{pointers}])')}, {nothing})")
        together = f"list_concat({', '.join(parts)})" if len(parts) > 1 else "".join(parts) or "NULL::VARCHAR[]"
        texts = f"[{', '.join(f'texts[{at[key]}]' for key in self.keys)}]" if parts else "texts"
        key, sets = "Tags, AllocatedTags, segment", f"SELECT DISTINCT Tags, AllocatedTags, segment FROM {base}"
        if self.by_row:
            key, sets = "id, segment", f"SELECT rowid AS id, Tags, AllocatedTags, segment FROM {base}"
        engine.run(
            f"CREATE OR REPLACE TEMP TABLE {_RAW} AS SELECT * REPLACE ({texts} AS texts) FROM ("
            f"SELECT {key}, {together} AS texts FROM ({sets}))"
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
            reader = ValueReader(engine, dimension, self.segments)
            for key in asked[f"{dimension.name}.{rule.number}"]:
                name = self.keys[key - 1][1]
                for segment, text, value, how in reader.read(by_key.get(key, ())):
                    outcome = Outcome(dimension.name, value, rule, how, rule.place, name, text)
                    found.append((place, key, segment, text, self.outcomes.number(outcome)))
        _insert(engine, found)
        names = list(asked)
        return {(names[place], key) for place, key, *_ in found}


def first_answer(answers: Sequence[str]) -> str:
    """Return SQL for the first positive number, or else the first negative one."""
    if not answers:
        return "NULL::INTEGER"
    positive = ", ".join(f"CASE WHEN {each} > 0 THEN {each} END" for each in answers)
    return f"coalesce({positive}, {', '.join(answers)})"


def _is_spread(engine: Engine, base: str) -> bool:
    """Return whether nearly every row has tags of its own: to look for those that are the same costs more then."""
    distinct, rows = engine.row(f"SELECT approx_count_distinct(Tags), count(*) FROM {base}")
    return bool(distinct > _MANY and distinct * 2 > rows)


def _keys_there(engine: Engine, base: str, column: str) -> list[str]:
    """Return the keys of a column of tags."""
    name = identifier(column)
    rows = engine.rows(
        f"SELECT DISTINCT unnest({_sound(name, f'json_keys({name})')}) FROM "
        f"(SELECT DISTINCT {name} FROM {base} WHERE {name} IS NOT NULL)"
    )
    return [row[0] for row in rows]


def _sound(column: str, sql: str) -> str:
    """Return SQL that reads a column of JSON; NULL of what is none, which bills do have, and the engine stops at."""
    return f"CASE WHEN json_valid({column}) THEN {sql} END"


def _insert(engine: Engine, rows: Sequence[tuple[int, int, int, str, int]]) -> None:
    engine.run(
        "CREATE OR REPLACE TEMP TABLE names_dictionary "
        "(rule INTEGER, key INTEGER, segment INTEGER, text VARCHAR, outcome INTEGER)"
    )
    insert_rows(engine, "names_dictionary", ("INTEGER", "INTEGER", "INTEGER", "VARCHAR", "INTEGER"), rows)
