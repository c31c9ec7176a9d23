"""The names of charge keys: every rule of a taxonomy in one pass over the keys, never over raw rows.

Owns the order of the pass. Each distinct text and each distinct set of tags is compared with the rules once
(``column_level.py``, ``tag_level.py``); a key then joins what was found, and the first rule that answers wins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.settings.rule import COLUMNS
from finmod.taxonomy.column_level import ColumnLevel
from finmod.taxonomy.definition import Dimension, Rule, Taxonomy
from finmod.taxonomy.outcomes import Outcomes
from finmod.taxonomy.parents import PARENTS_JOIN, agreed_sql, make_parents
from finmod.taxonomy.row_insert import insert_rows
from finmod.taxonomy.rule_sql import Found, RuleSql
from finmod.taxonomy.segments import Segments
from finmod.taxonomy.tag_level import TagLevel, first_answer

NAMES = "names"

# The engine copies a list for each 2,048 rows; from so many texts on, to join them takes less time.
_LISTED = 1000


@dataclass
class Naming:
    """The names of some charge keys.

    The table ``names`` has every row of the base table, its columns but for texts that were not wanted, and for each
    dimension: ``o_N``, the number of the
    outcome that names it, NULL where no rule answers; ``s_N``, what its tags say, negative where their text is no
    value, NULL where there is none. ``N`` is the place of the dimension in the taxonomy. ``x_Said`` is what the user
    says of whether the key can carry tags, NULL where he says nothing.

    Attributes:
        taxonomy: What named them.
        segments: The stretches of days that it was told apart by.
        outcomes: What the numbers mean.
        rules: SELECT of the same rows with the answer of every rule, whichever won: ``p_N_R`` of rule R.
    """

    taxonomy: Taxonomy
    segments: Segments
    outcomes: Outcomes = field(default_factory=Outcomes)
    rules: str = ""
    _offered: int = 0

    def place(self, dimension: str) -> int:
        """Return the place of a dimension: N of its columns."""
        return list(self.taxonomy.dimensions).index(dimension)

    def answers(self, dimension: Dimension) -> Iterator[tuple[str, Rule | None]]:
        """Yield each column of ``rules`` with an answer for a dimension, and its rule; None of what rolls up."""
        place = self.place(dimension.name)
        yield from ((f"p_{place}_{rule.number}", rule) for rule in dimension.rules)
        if any(each.rolls_up == dimension.name for each in self.taxonomy.dimensions.values()):
            yield f"p_{place}_0", None

    def value_sql(self, dimension: str, table: str = "", *, of: Literal["o", "s"] = "o") -> str:
        """Return SQL for the value that a key is called in a dimension, of the table ``names``: a text, or NULL.

        Args:
            dimension: Name of the dimension.
            table: What stands before the column, such as ``named.``.
            of: ``o`` for what names the key, ``s`` for what its tags say, NULL where that is no value.
        """
        named = dict(self.outcomes.of_dimension(dimension))
        if not named:
            return "NULL::VARCHAR"
        first, last = min(named), max(named)
        column = f"{table}{of}_{self.place(dimension)}"
        if last - first >= _LISTED:
            return f"(SELECT value FROM names_values WHERE outcome = {column})"
        texts = (literal(named[at].value or "") if at in named else "NULL" for at in range(first, last + 1))
        return f"list_extract([{', '.join(texts)}]::VARCHAR[], nullif(greatest({column}, 0), 0) - {first - 1})"

    def offer_values(self, engine: Engine) -> None:
        """Make the table ``names_values``, or add what was found since: the number of each outcome that names a value.

        ``value_sql`` reads it where there are many.
        """
        if not self._offered:
            engine.run("CREATE OR REPLACE TEMP TABLE names_values (outcome INTEGER, value VARCHAR)")
        new = enumerate(islice(self.outcomes.found, self._offered, None), start=self._offered + 1)
        rows = [(number, each.value) for number, each in new if each.value is not None]
        self._offered = len(self.outcomes.found)
        insert_rows(engine, "names_values", ("INTEGER", "VARCHAR"), rows)

    def offer_outcomes(self, engine: Engine) -> None:
        """Make the table ``names_outcomes``: what each number means."""
        engine.run(
            "CREATE OR REPLACE TEMP TABLE names_outcomes (outcome INTEGER, dimension VARCHAR, value VARCHAR, "
            "rule INTEGER, rule_text VARCHAR, how VARCHAR, place VARCHAR, tag_key VARCHAR, text VARCHAR)"
        )
        rows = [
            (number if each.value is not None else -number, each.dimension, each.value,
             each.rule.number if each.rule else None, each.rule.text if each.rule else f"rolls up from {each.below}",
             each.how, each.place, each.key, each.text)
            for number, each in enumerate(self.outcomes.found, start=1)
        ]  # fmt: skip
        insert_rows(engine, "names_outcomes", ("INTEGER", "VARCHAR", "VARCHAR", "INTEGER", *["VARCHAR"] * 5), rows)


def name_keys(  # noqa: PLR0913 -- what is named, by what, and what is kept
    engine: Engine,
    taxonomy: Taxonomy,
    segments: Segments,
    base: str,
    *,
    asking: str = "",
    texts: Collection[str] | None = None,
) -> Naming:
    """Name every row of a table of charge keys; the table ``names`` is made anew.

    Args:
        engine: Where the base table stands.
        taxonomy: What names.
        segments: Those that the base table was made with.
        base: Table with one row per charge key and segment: the text columns that rules look at, and ``segment``.
        asking: Dimension of which every rule is asked, and not only until one answers: the column ``a_N`` says which
            do, ``1`` or ``0`` for each of ``answers`` in order.
        texts: Text columns of the base table that ``names`` keeps, all for None: to copy them takes as long as to
            name the keys.

    Returns:
        What the numbers in ``names`` mean.
    """
    return _Pass(engine, taxonomy, base, Naming(taxonomy, segments), asking, texts).run()


@dataclass
class _Pass:
    """One pass over the keys: what each rule reads, where that was found, and the SQL that puts it together."""

    engine: Engine
    taxonomy: Taxonomy
    base: str
    naming: Naming
    asking: str
    texts: Collection[str] | None
    found: Found = field(default_factory=Found)
    read: dict[str, str] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)

    def run(self) -> Naming:
        self._compare_tags()
        for level in self._levels():
            self._compare_column(level)
        asking = [
            each for each in self.taxonomy.dimensions.values() if any(rule.kind == "parent" for rule in each.rules)
        ]
        if asking:
            self._write(None)  # parents are looked for by texts that nobody may want afterwards
            self.naming.offer_values(self.engine)
            places = [(self.naming.place(each.name), each) for each in asking]
            make_parents(self.engine, places, [self._agreed(each.name, f"o_{place}") for place, each in places])
            for place, dimension in places:
                self.read[f"parent_{place}"] = f"parents.o_{place}"
                self.found.parents[dimension.name] = f"parent_{place}"
            self.joins.append(PARENTS_JOIN)
        self._write(self.texts)
        self.naming.rules = self._select(every=True)
        self.naming.offer_values(self.engine)
        return self.naming

    def _agreed(self, dimension: str, outcome: str) -> str:
        inferred = self.naming.outcomes.inferred_sql(dimension, outcome)
        return agreed_sql(self.naming.value_sql(dimension), outcome, inferred)

    def _write(self, texts: Collection[str] | None) -> None:
        kept = [
            identifier(name)
            for name, kind in self.engine.columns(f"SELECT * FROM {self.base}")
            if texts is None or kind != "VARCHAR" or name in texts
        ]
        for place, dimension in enumerate(self.taxonomy.dimensions.values()):
            tags = [f"p_{place}_{rule.number}" for rule in dimension.rules if rule.kind in {"tag", "label"}]
            kept += [f"o_{place}", f"{first_answer(tags)} AS s_{place}"]
            if dimension.name == self.asking:
                said = [f"CASE WHEN {name} > 0 THEN '1' ELSE '0' END" for name, _ in self.naming.answers(dimension)]
                kept.append(f"concat({', '.join(said) or literal('')}) AS a_{place}")
        kept.append("x_Said")
        rules = self._select(every=False)
        self.engine.run(f"CREATE OR REPLACE TEMP TABLE {NAMES} AS SELECT {', '.join(kept)} FROM ({rules})")

    def _compare_tags(self) -> None:
        level = TagLevel(self.taxonomy, self.naming.segments, self.naming.outcomes)
        for name, column in level.make(self.engine, self.base).items():
            self.read[f"tags_{column}"] = f"tags.{column}"
            self.found.rules[name] = self.found.texts[name] = f"tags_{column}"
        self.joins.append(level.join)

    def _levels(self) -> list[ColumnLevel]:
        """Return each column that is looked at with the rules and conditions that do."""
        found: dict[str, ColumnLevel] = {}

        def level(column: str) -> ColumnLevel:
            made = ColumnLevel(self.taxonomy, self.naming.segments, self.naming.outcomes, column, len(found))
            return found.setdefault(column, made)

        conditions = [each for verdict in self.taxonomy.taggable for each in verdict.when]
        for dimension in self.taxonomy.dimensions.values():
            for rule in dimension.rules:
                conditions += rule.when
                if rule.kind in {"map", "column"} and rule.column:
                    level(rule.column).rules.append((dimension, rule))
        for condition in conditions:
            if condition.subject in COLUMNS:
                level(condition.subject).conditions.append(condition)
        return list(found.values())

    def _compare_column(self, level: ColumnLevel) -> None:
        compared = level.compare(self.engine, self.base)
        self.joins += compared.joins
        self.read |= compared.reads
        self.found.rules |= compared.rules
        self.found.conditions |= {(level.column, texts): name for texts, name in compared.conditions.items()}

    def _select(self, *, every: bool) -> str:
        """Return SQL for every row with the answer that wins, dimension by dimension.

        Args:
            every: Whether the answer of every rule is told too: all of them are asked then. Else a rule is asked for
                those rows alone that no rule before has named, but for those of ``asking``; of tags alone is told what
                they say.
        """
        read = "".join(f", {sql} AS {name}" for name, sql in self.read.items())
        laid = f"SELECT base.*{read} FROM {self.base} AS base {' '.join(self.joins)}"
        maker = RuleSql(self.engine, self.naming.segments, self.naming.outcomes, self.taxonomy, self.found)
        for dimension in self.taxonomy.in_order():
            place = self.naming.place(dimension.name)
            told: list[str] = []
            wins: list[str] = []
            for name, rule in self.naming.answers(dimension):
                sql = maker.rolled(dimension) if rule is None else maker.answer(dimension, rule)
                is_of_tags = rule is not None and rule.kind in {"tag", "label"}
                if every or is_of_tags or dimension.name == self.asking:
                    told.append(f", {sql} AS {name}")
                    wins.append(f"CASE WHEN {name} > 0 THEN {name} END" if is_of_tags else name)
                else:
                    wins.append(sql)
            answer = f"coalesce({', '.join(wins)})" if wins else "NULL::INTEGER"
            laid = f"SELECT *, {answer} AS o_{place} FROM (SELECT *{''.join(told)} FROM ({laid}))"
        said = " ".join(
            f"WHEN {' AND '.join(map(maker.condition, verdict.when))} THEN {verdict.taggable}"
            for verdict in self.taxonomy.taggable
        )
        return f"SELECT *, {f'CASE {said} END' if said else 'NULL::BOOLEAN'} AS x_Said FROM ({laid})"
