"""Outcomes: what a rule can say of a charge key, each with a number, so that the engine handles numbers alone.

Owns the numbering. A positive number names a value; a negative one is a tag whose text is no value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from finmod.taxonomy.definition import Dimension, Entry, Rule

How = Literal["exact", "folded", "alias", "pattern", "open", "map", "inferred", "when", "is", "parent", "dimension",
              "unrecognised"]  # fmt: skip

_COMPARED = 16
"""Stretches of numbers that are compared with one by one at most."""


@dataclass(frozen=True)
class Outcome:
    """What a rule says.

    Attributes:
        dimension: Name of the dimension.
        value: Name of the value; None where the text of a tag is none.
        rule: The rule; None of what rolls up from the dimension below.
        how: How the value was found; ``inferred`` where finmod inferred it, or what it follows from: the name of the
            parent resource, or that of another dimension.
        place: ``file:line:column`` of what said it: the line of a map, or the rule.
        key: The tag key that was read, as it stands on the bill; None where no tag was.
        text: The text that was looked up; None where there was none.
        below: The dimension whose value it comes from; None where none does.
    """

    dimension: str
    value: str | None
    rule: Rule | None
    how: How
    place: str
    key: str | None = None
    text: str | None = None
    below: str | None = None


@dataclass
class Outcomes:
    """Every outcome so far, by number from 1; a tag that is no value counts among them, and its number is negative."""

    found: list[Outcome] = field(default_factory=list)
    _numbers: dict[tuple[str | int | None, ...], int] = field(default_factory=dict)
    _values: dict[str, list[int]] = field(default_factory=dict)

    def number(self, outcome: Outcome) -> int:
        """Return the number of an outcome, a new one where it is new."""
        # The rule by its number: comparing it with all lines of its map takes a moment, and that for each line.
        rule = outcome.rule.number if outcome.rule else None
        told = (
            outcome.dimension, outcome.value, rule, outcome.how, outcome.place, outcome.key, outcome.text,
            outcome.below,
        )  # fmt: skip
        number = self._numbers.get(told)
        if number is None:
            self.found.append(outcome)
            number = len(self.found)
            self._numbers[told] = number
            if outcome.value is not None:
                self._values.setdefault(outcome.dimension, []).append(number)
        return number if outcome.value is not None else -number

    def of_entry(self, dimension: Dimension, rule: Rule, entry: Entry, value: str) -> int:
        """Return the number of what a line of a map says."""
        how: How = "inferred" if entry.inferred else "map"
        return self.number(Outcome(dimension.name, value, rule, how, entry.place, text=entry.key))

    def __getitem__(self, number: int) -> Outcome:
        """Return the outcome of a number."""
        return self.found[abs(number) - 1]

    def of_dimension(self, name: str) -> list[tuple[int, Outcome]]:
        """Return the outcomes of a dimension that name a value, by number."""
        return [(number, self[number]) for number in self._values.get(name, ())]

    def inferred_sql(self, dimension: str, column: str) -> str | None:
        """Return SQL for whether a column of outcomes has one that was inferred; None where none of them was.

        It is NULL where the column is. Few stretches of numbers are compared with; many are a row of bits, looked up by
        number: were each row compared with thousands one by one, that would take minutes.
        """
        named = self.of_dimension(dimension)
        stretches: list[tuple[int, int]] = []
        for number, said in named:
            if said.how == "inferred":
                begin = stretches.pop()[0] if stretches and stretches[-1][1] == number - 1 else number
                stretches.append((begin, number))
        if len(stretches) <= _COMPARED:
            compared = " OR ".join(f"{column} BETWEEN {begin} AND {end}" for begin, end in stretches)
            return f"({compared})" if compared else None
        first, last = named[0][0], named[-1][0]
        marks = bytearray(b"0" * (last - first + 1))
        for begin, end in stretches:
            marks[begin - first : end - first + 1] = b"1" * (end - begin + 1)
        place = f"CASE WHEN {column} BETWEEN {first} AND {last} THEN {column} - {first} END"
        return f"(get_bit('{marks.decode()}'::BIT, {place}) = 1)"
