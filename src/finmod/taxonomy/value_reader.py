"""Which value of a dimension a text is: by name, by alias, after folding, by pattern.

Owns the order in which these are tried, and what is no value of a dimension without values. Where the texts come from
is told in ``tag_level.py`` and ``column_level.py``.
"""

from __future__ import annotations

from collections.abc import Iterable

from finmod.engines.duckdb import Engine
from finmod.taxonomy.definition import Dimension, Value
from finmod.taxonomy.fold import fold, fold_glob
from finmod.taxonomy.outcomes import How
from finmod.taxonomy.patterns import first_match, is_pattern, is_regex
from finmod.taxonomy.segments import Segments

PLACEHOLDERS = frozenset({
    "", "none", "null", "nil", "nan", "n-a", "na", "unknown", "undefined", "tbd", "todo", "unset", "empty", "default",
    "xxx",
})  # fmt: skip
"""Folded texts that stand where somebody had to write something: they are no value of a dimension without values."""

_Found = dict[str, tuple[Value, How]]


class ValueReader:
    """Reads texts as values of one dimension."""

    def __init__(self, engine: Engine, dimension: Dimension, segments: Segments) -> None:
        """Keep what names and aliases are compared with, once for each segment."""
        self._engine, self._dimension, self._segments = engine, dimension, segments
        self._tables: dict[int, tuple[_Found, _Found]] = {}
        self._matched: dict[tuple[int, str], Value] = {}

    def read(self, texts: Iterable[tuple[int, str]]) -> Iterable[tuple[int, str, str | None, How]]:
        """Yield (segment, text, value, how) of each (segment, text); the value is None where the text is none."""
        given = list(texts)
        self._match(given)
        for segment, text in given:
            yield (segment, text, *self._value(segment, text))

    def _value(self, segment: int, text: str) -> tuple[str | None, How]:
        folded = fold(text)
        if self._dimension.values is None:
            return (None, "unrecognised") if folded in PLACEHOLDERS else (text.strip(), "open")
        by_text, by_fold = self._table(segment)
        found = by_text.get(text) or by_fold.get(folded)
        if found is None and (segment, text) in self._matched:
            found = self._matched[segment, text], "pattern"
        return (found[0].name, found[1]) if found else (None, "unrecognised")

    def _table(self, segment: int) -> tuple[_Found, _Found]:
        """Return the values by text and by folded text; names stand before aliases, and of two alike the first."""
        if segment not in self._tables:
            by_text: _Found = {}
            by_fold: _Found = {}
            for value in self._held(segment):
                by_text[value.name] = value, "exact"
                by_fold.setdefault(fold(value.name), (value, "folded"))
            for value in self._held(segment):
                for alias in value.aliases:
                    if self._segments.holds(segment, alias.span) and not is_pattern(alias.text):
                        by_text.setdefault(alias.text, (value, "alias"))
                        by_fold.setdefault(fold(alias.text), (value, "alias"))
            self._tables[segment] = by_text, by_fold
        return self._tables[segment]

    def _held(self, segment: int) -> list[Value]:
        values = (self._dimension.values or {}).values()
        return [each for each in values if self._segments.holds(segment, each.span)]

    def _match(self, texts: list[tuple[int, str]]) -> None:
        """Let the engine compare texts that are nothing else with the aliases that are patterns."""
        for segment in {segment for segment, _ in texts}:
            aliases = [
                (alias.text, value)
                for value in self._held(segment)
                for alias in value.aliases
                if is_pattern(alias.text) and self._segments.holds(segment, alias.span)
            ]
            by_text, by_fold = self._table(segment) if aliases else ({}, {})
            left = [text for at, text in texts if at == segment and text not in by_text and fold(text) not in by_fold]
            if aliases and left:
                self._matched |= self._first(segment, [(text, text) for text in left], aliases)
                # As with texts, what the glob says itself goes before what it says but for case and separators.
                folded = ((None if is_regex(text) else fold_glob(text), value) for text, value in aliases)
                globs = [(glob, value) for glob, value in folded if glob is not None]
                others = [(text, fold(text)) for text in left if (segment, text) not in self._matched]
                self._matched |= self._first(segment, others, globs) if globs and others else {}

    def _first(
        self, segment: int, texts: list[tuple[str, str]], patterns: list[tuple[str, Value]]
    ) -> dict[tuple[int, str], Value]:
        """Return the value of the first pattern that matches, of each text by the form that is compared."""
        case = first_match("form", [(pattern, place) for place, (pattern, _) in enumerate(patterns)])
        given = [list(column) for column in zip(*texts, strict=True)]
        rows = self._engine.rows(
            f"SELECT text, {case} FROM (SELECT unnest(?::VARCHAR[]) AS text, unnest(?::VARCHAR[]) AS form)", given
        )
        return {(segment, text): patterns[place][1] for text, place in rows if place is not None}
