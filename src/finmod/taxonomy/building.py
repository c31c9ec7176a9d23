"""From the settings of a taxonomy file to records with places: values, rules, maps, lookups.

Owns what a file alone says. How included files come together, and what must hold between them, stands in ``reading.py``
and ``checks.py``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from finmod.errors import Problem, UserError, printable
from finmod.settings.rule import Dated, RuleSettings, Target, is_day
from finmod.settings.taxonomy import VALUE_NAME, DimensionSettings, TaxonomyFile, ValueSettings, is_value_name
from finmod.settings.yaml import Document, Steps
from finmod.taxonomy.accepted import INFERRED_FROM, inferred_words
from finmod.taxonomy.csv_tables import CsvTable, Row, read_csv
from finmod.taxonomy.definition import (
    Condition,
    Dimension,
    Entry,
    Named,
    Rule,
    RuleKind,
    Span,
    Value,
    Verdict,
    common,
    default_label,
)
from finmod.taxonomy.fold import fold
from finmod.taxonomy.patterns import is_regex

if TYPE_CHECKING:
    from finmod.settings.rule import Condition as ConditionSettings

_KINDS: Mapping[str, RuleKind] = {
    "tag": "tag", "label": "label", "parent": "parent", "dimension": "dimension", "when": "when", "is": "is",
}  # fmt: skip
_DAYS = ("since", "until")
_COLUMNS = ("value", "aliases", "patterns", "owner", "parent", "shared", *_DAYS)
_YES, _NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0", ""})


@dataclass
class Builder:
    """Builds what one file says.

    Attributes:
        document: The file.
        folder: Where it stands: CSV files are named from there.
        included: Whether another file includes it.
        problems: What must be mended.
        read: CSV files that it names.
    """

    document: Document
    folder: Path
    included: bool
    problems: list[Problem] = field(default_factory=list)
    read: list[Path] = field(default_factory=list)

    def dimensions(self, settings: TaxonomyFile) -> dict[str, Dimension]:
        """Return the dimensions of the file."""
        return {name: self._dimension(name, each) for name, each in settings.dimensions.items()}

    def verdicts(self, settings: TaxonomyFile) -> tuple[Verdict, ...]:
        """Return what the file says of what can carry tags."""
        return tuple(
            Verdict(
                self.conditions(each.when, ("taggable", number, "when")), each.taggable, self.place("taggable", number)
            )
            for number, each in enumerate(settings.taggable)
        )

    def place(self, *steps: str | int) -> str:
        """Return ``file:line:column`` of a key or an item."""
        line, column = self.document.find(steps)[2]
        return f"{self.document.name}:{line}:{column}"

    def _dimension(self, name: str, settings: DimensionSettings) -> Dimension:
        at = ("dimensions", name)
        values = None
        if settings.values is not None or settings.values_file:
            values = {
                each: self._value(each, of, (*at, "values", each)) for each, of in (settings.values or {}).items()
            }
            values |= self._values_of_file(settings.values_file, at, values) if settings.values_file else {}
        rules = [
            rule
            for number, each in enumerate(settings.rules)
            if (rule := self._rule(number, each, (*at, "from", number))) is not None
        ]
        label = settings.label or default_label(name)
        return Dimension(name, label, values, tuple(rules), settings.required, settings.rolls_up, self.place(*at))

    def _value(self, name: str, settings: ValueSettings, at: Steps) -> Value:
        aliases = tuple(
            Named(each.text, span(each), self._inside(at, "aliases", number))
            for number, each in enumerate(settings.aliases)
        )
        patterns = tuple(
            Named(each, span(settings), self._inside(at, "patterns", number))
            for number, each in enumerate(settings.patterns)
        )
        return Value(
            name, aliases, patterns, settings.owner, self._targets(settings.parent or (), (*at, "parent")),
            settings.shared, span(settings), self.place(*at), settings.label, self.included,
        )  # fmt: skip

    def _inside(self, at: Steps, key: str, number: int) -> str:
        """Return the place of an item, or of the one text that stands in place of a list."""
        _, node, _ = self.document.find((*at, key, number))
        return f"{self.document.name}:{node.line}:{node.column}"

    def _targets(self, settings: Iterable[Target], at: Steps) -> tuple[Named, ...]:
        return tuple(Named(each.value, span(each), self.place(*at, number)) for number, each in enumerate(settings))

    def _values_of_file(self, name: str, at: Steps, beside: Mapping[str, Value]) -> dict[str, Value]:
        key = "values" if self.document.find((*at, "values"))[1].content == name else "values_file"
        table = self._csv(name, ("value",), self.place(*at, key), _COLUMNS)
        found: dict[str, Value] = {}
        if table is None:
            return found
        for row in table.rows:
            text = row.cells["value"]
            known = found.get(text) or beside.get(text)
            if known is not None:
                self._twice(table, row, "value", text, known.place)
            elif is_value_name(text):
                found[text] = self._value_of_row(table, row, text)
            else:
                self._problem(
                    "FM1006", f"value is {printable(text, 80)!r}", VALUE_NAME, table.place(row, "value"),
                    "Correct the name, or take the row out.",
                )  # fmt: skip
        return found

    def _value_of_row(self, table: CsvTable, row: Row, name: str) -> Value:
        holds = self._span(table, row)

        def texts(column: str) -> tuple[Named, ...]:
            parts = (part.strip() for part in row.cells.get(column, "").split("|"))
            return tuple(Named(part, holds, table.place(row, column)) for part in parts if part)

        parents = texts("parent")
        if len(parents) > 1:
            self._problem(
                "FM2005", f"{printable(name, 80)!r} has {len(parents)} parents", "one value for each day",
                parents[0].place, "Take all but one out; parents that change with time stand in YAML.",
            )  # fmt: skip
        shared = row.cells.get("shared", "").lower()
        if shared not in _YES | _NO:
            self._problem(
                "FM1005", f"shared is {printable(shared, 40)!r}", "true, false or nothing", table.place(row, "shared"),
                "Write true or false.",
            )  # fmt: skip
        return Value(
            name, texts("aliases"), texts("patterns"), row.cells.get("owner") or None, parents, shared in _YES, holds,
            table.place(row, "value"), included=self.included,
        )  # fmt: skip

    def _span(self, table: CsvTable, row: Row) -> Span:
        days: list[date | None] = []
        for column in ("since", "until"):
            text = row.cells.get(column, "")
            day = date.fromisoformat(text) if is_day(text) else None
            days.append(day)
            if text and day is None:
                self._problem(
                    "FM2001", f"{column} is {printable(text, 40)!r}", "a day as YYYY-MM-DD", table.place(row, column),
                    "Write the day as YYYY-MM-DD.",
                )  # fmt: skip
        if days[0] and days[1] and days[1] <= days[0]:
            self._problem(
                "FM2004", f"until is {days[1]}", f"a day after {days[0]}", table.place(row, "until"),
                "Correct one of the days.",
            )  # fmt: skip
        return Span(*days)

    def _rule(self, number: int, settings: RuleSettings, at: Steps) -> Rule | None:
        kind = settings.kind
        mapped = settings.mapped
        entries: tuple[Entry, ...] | None = None
        text = _words(settings)
        if mapped is not None:
            key, lines = mapped
            entries = tuple(
                Entry(text, self._targets(targets, (*at, key, text)), self.place(*at, key, text))
                for text, targets in lines.items()
            )
        elif kind == "patterns":
            entries = ()
        elif settings.lookup is not None:
            table = self._csv(
                settings.lookup.file, (settings.lookup.key, settings.lookup.value), self.place(*at, "lookup"), _DAYS
            )
            if table is None:
                return None
            entries = self._entries(table, settings.lookup.key, settings.lookup.value)
            text += inferred_words(table)
        is_map = entries is not None and kind != "dimension"
        return Rule(
            number=number + 1,
            kind=_KINDS.get(kind, "map" if is_map else "column"),
            text=text,
            place=self.place(*at, kind),
            span=span(settings),
            keys=settings.tag or settings.label,
            column=settings.looked_at,
            entries=entries,
            by_patterns=kind == "patterns",
            dimension=settings.dimension,
            when=self.conditions(settings.when or {}, (*at, "when")),
            value=settings.value,
            parents=self._parents(settings, at),
            included=self.included,
        )

    def conditions(self, settings: Mapping[str, ConditionSettings], at: Steps) -> tuple[Condition, ...]:
        """Return the conditions that stand under some steps."""
        return tuple(
            Condition(subject, each.any, each.none, each.absent, self.place(*at, subject))
            for subject, each in settings.items()
        )

    def _parents(self, settings: RuleSettings, at: Steps) -> tuple[tuple[str, str], ...]:
        if not settings.parents:
            return ()
        table = self._csv(settings.parents, ("child", "parent"), self.place(*at, "parents"))
        if table is None:
            return ()
        found: dict[str, tuple[str, Row]] = {}
        for row in table.rows:
            child = row.cells["child"]
            if child in found:
                self._twice(table, row, "child", child, table.place(found[child][1], "child"))
            elif child:
                found[child] = row.cells["parent"], row
        return tuple((child, parent) for child, (parent, _) in found.items() if parent)

    def _entries(self, table: CsvTable, key: str, value: str) -> tuple[Entry, ...]:
        """Return the map that a lookup is, its keys as they stand; a key may stand again for other days."""
        found: dict[str, list[tuple[Row, Named]]] = {}
        for row in table.rows:
            text, name = row.cells[key], row.cells[value]
            if not text or not name:
                continue
            target = Named(name, self._span(table, row), table.place(row, value))
            known = found.setdefault(text.lower(), [])
            clash = next((each for each, other in known if common(other.span, target.span)), None)
            if clash is None:
                known.append((row, target))
                continue
            self._twice(
                table, row, key, text, table.place(clash, key),
                "each once, or each for days of its own (columns since and until)",
                "Take one of the rows out, or give them days.",
            )  # fmt: skip
        return tuple(
            Entry(
                row.cells[key], (target,), table.place(row, key), is_literal=True,
                inferred=bool(row.cells.get(INFERRED_FROM)),
            )
            for rows in found.values()
            for row, target in rows
        )  # fmt: skip

    def _csv(self, name: str, needed: tuple[str, ...], asked_by: str, known: tuple[str, ...] = ()) -> CsvTable | None:
        self.read.append(self.folder / name)
        shown = os.path.normpath(os.path.join(os.path.dirname(self.document.name), name))  # noqa: PTH118, PTH120 -- a name
        try:
            return read_csv(self.folder, name, needed, asked_by=asked_by, known=known, shown=shown)
        except UserError as error:
            self.problems += error.problems
            return None

    def _twice(  # noqa: PLR0913, PLR0917 -- what the message is made of
        self, table: CsvTable, row: Row, column: str, text: str, first: str, expected: str = "each once",
        remedy: str = "Take one of the rows out.",
    ) -> None:  # fmt: skip
        found = f"{column} {printable(text, 80)!r} stands twice, the first time at {first}"
        self._problem("FM2010", found, expected, table.place(row, column), remedy)

    def _problem(self, code: str, found: str, expected: str, where: str, remedy: str) -> None:
        self.problems.append(Problem(code=code, found=found, expected=expected, where=where, remedy=remedy))


def span(settings: Dated) -> Span:
    """Return the days on which a setting holds."""
    return Span(
        date.fromisoformat(settings.since) if settings.since else None,
        date.fromisoformat(settings.until) if settings.until else None,
    )


def _words(settings: RuleSettings) -> str:
    """Return how a rule reads, in a few words."""
    kind = settings.kind
    if kind in {"tag", "label"}:
        return f"{kind} {', '.join(settings.tag or settings.label)}"
    if kind == "when":
        return when_words(settings.when or {})
    if kind == "lookup" and settings.lookup is not None:
        return f"lookup {settings.lookup.file}"
    if kind == "is":
        return "whatever it is"
    said = {
        "column": settings.column,
        "patterns": settings.patterns,
        "parent": "resource",
        "dimension": settings.dimension,
    }
    return f"{kind} {said[kind]}" if kind in said else kind


def when_words(settings: Mapping[str, ConditionSettings]) -> str:
    """Return how conditions read, in a few words."""
    return "when " + ", ".join(f"{subject} {_condition_words(each)}" for subject, each in settings.items())


def _condition_words(settings: ConditionSettings) -> str:
    if settings.absent:
        return "absent"
    parts = [" or ".join(settings.any)] if settings.any else []
    parts += [f"not {' or '.join(settings.none)}"] if settings.none else []
    return " and ".join(parts)


def with_patterns(dimension: Dimension) -> Dimension:
    """Return a dimension whose rules by patterns have those of all its values, of whatever file."""
    entries = tuple(
        Entry(each.text, (Named(value.name, value.span, value.place),), each.place, value.included)
        for value in (dimension.values or {}).values()
        for each in value.patterns
    )
    rules = tuple(replace(rule, entries=entries) if rule.by_patterns else rule for rule in dimension.rules)
    return replace(dimension, rules=rules)


def texts_of(dimension: Dimension) -> Iterator[tuple[str, Value, Named | None]]:
    """Yield the folded texts of a dimension's values, names first: text, value, and the alias where it is one.

    In a regular expression each sign has a meaning of its own: it stays as it is.
    """
    for value in (dimension.values or {}).values():
        yield fold(value.name), value, None
    for value in (dimension.values or {}).values():
        for alias in value.aliases:
            yield alias.text if is_regex(alias.text) else fold(alias.text), value, alias
