"""What a taxonomy is once it has been read: dimensions, values, rules, each with its place in a file.

Owns the records. Reading them from files is the work of ``reading.py``, applying them that of ``naming.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from finmod.taxonomy.patterns import is_pattern

RuleKind = Literal["tag", "label", "map", "column", "parent", "dimension", "when", "is"]


@dataclass(frozen=True)
class Span:
    """The days on which something holds: from ``since`` until before ``until``; None where there is no bound."""

    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether a day is one of them."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    @property
    def bounds(self) -> tuple[date, date]:
        """Return its first day and the day after its last one."""
        return self.since or date.min, self.until or date.max

    def __str__(self) -> str:
        since = f"since {self.since}" if self.since else ""
        until = f"until {self.until}" if self.until else ""
        return ", ".join(filter(None, (since, until)))


ALWAYS = Span()


def common(*spans: Span) -> Span | None:
    """Return the days on which all spans hold; None where there are none."""
    since, until = max(span.bounds[0] for span in spans), min(span.bounds[1] for span in spans)
    if since >= until:
        return None
    return Span(None if since == date.min else since, None if until == date.max else until)


RULE_SET = "(rule set of finmod)"
"""Behind the name of a file that comes with finmod, in places; for the eye, a user's file may be called so too."""


@dataclass(frozen=True)
class Named:
    """A value's name, or another text for it, for a time.

    Attributes:
        text: The name.
        span: When it holds.
        place: ``file:line:column``.
    """

    text: str
    span: Span
    place: str


@dataclass(frozen=True)
class Value:
    """One value of a dimension.

    Attributes:
        name: Its name.
        aliases: Other texts for it; globs too.
        patterns: Patterns of names that mean it, each with its place.
        owner: Who answers for it; None where nobody is named.
        parents: The value above, by time.
        shared: Whether others use it too.
        span: When there is such a value.
        place: ``file:line:column``.
        label: How reports call it.
        included: Whether it stands in a file that was included.
    """

    name: str
    aliases: tuple[Named, ...] = ()
    patterns: tuple[Named, ...] = ()
    owner: str | None = None
    parents: tuple[Named, ...] = ()
    shared: bool = False
    span: Span = ALWAYS
    place: str = ""
    label: str | None = None
    included: bool = False


@dataclass(frozen=True)
class Entry:
    """One line of a map: a text, glob or /pattern/, and what it is called by time.

    Attributes:
        key: As it was written.
        targets: The values.
        place: ``file:line:column`` of the key.
        included: Whether it is the pattern of a value in a file that was included.
        is_literal: Whether the key is a text whatever signs it has, as the ids of a lookup are.
        inferred: Whether it is the line of a lookup that finmod inferred.
    """

    key: str
    targets: tuple[Named, ...]
    place: str
    included: bool = False
    is_literal: bool = False
    inferred: bool = False

    @property
    def is_pattern(self) -> bool:
        """Return whether the key is a glob or a /pattern/."""
        return not self.is_literal and is_pattern(self.key)


@dataclass(frozen=True)
class Condition:
    """What a column, tag or dimension must be.

    Attributes:
        subject: FOCUS column, ``tag.KEY``, ``label.KEY`` or a dimension.
        any: Texts, globs or /patterns/, one of which it must be; empty for no demand.
        none: Those that it must not be.
        absent: Whether there must be none.
        place: ``file:line:column``.
    """

    subject: str
    any: tuple[str, ...]
    none: tuple[str, ...]
    absent: bool
    place: str


@dataclass(frozen=True)
class Rule:
    """One rule of a dimension.

    Attributes:
        number: Its place among the dimension's rules, from 1, those of included files behind the file's own.
        kind: What it is.
        text: How it reads, in a few words.
        place: ``file:line:column``.
        span: When it holds.
        keys: Tag keys or labels, in order.
        column: Column of a charge that is looked at; ``name`` is ResourceName, or else the end of ResourceId.
        entries: The map; None where the column's own text is the value.
        by_patterns: Whether the map is that of the patterns of the dimension's values.
        dimension: The dimension that is mapped.
        when: Conditions.
        value: The value of ``when`` and ``is``.
        parents: Of ``parent``: child's resource id to its parent's, beside what ids themselves tell.
        included: Whether it stands in a file that was included.
    """

    number: int
    kind: RuleKind
    text: str
    place: str
    span: Span = ALWAYS
    keys: tuple[str, ...] = ()
    column: str | None = None
    entries: tuple[Entry, ...] | None = None
    by_patterns: bool = False
    dimension: str | None = None
    when: tuple[Condition, ...] = ()
    value: str | None = None
    parents: tuple[tuple[str, str], ...] = ()
    included: bool = False


@dataclass(frozen=True)
class Dimension:
    """One business dimension.

    Attributes:
        name: As in the file.
        label: How reports call it.
        values: Name -> value; None where any text is a value.
        rules: In order.
        required: Share of taggable spend whose tag must be understood; None where none is demanded.
        rolls_up: The dimension above.
        place: ``file:line:column``.
    """

    name: str
    label: str
    values: dict[str, Value] | None
    rules: tuple[Rule, ...]
    required: Decimal | None = None
    rolls_up: str | None = None
    place: str = ""

    @property
    def column(self) -> str:
        """Return the column that holds its value in public tables: ``x_CostCentre`` of ``cost-centre``."""
        return column_of(self.name)

    @cached_property
    def tag_keys(self) -> tuple[str, ...]:
        """Return the tag keys that it is read from, the one to write first; empty where no tag says it."""
        return tuple(dict.fromkeys(key for rule in self.rules if rule.kind == "tag" for key in rule.keys))

    def keys_on(self, day: date) -> tuple[str, ...]:
        """Return the tag keys that it is read from on a day, the one to write first; empty where none holds."""
        held = (rule for rule in self.rules if rule.kind == "tag" and rule.span.holds_on(day))
        return tuple(dict.fromkeys(key for rule in held for key in rule.keys))

    @property
    def is_open(self) -> bool:
        """Return whether any text is a value."""
        return self.values is None


@dataclass(frozen=True)
class Verdict:
    """What a user says of charges: whether they can carry tags.

    Attributes:
        when: Conditions.
        taggable: Whether they can.
        place: ``file:line:column``.
    """

    when: tuple[Condition, ...]
    taggable: bool
    place: str


@dataclass(frozen=True)
class Taxonomy:
    """Everything that names charges.

    Attributes:
        dimensions: Name -> dimension, in the order of the file, included ones behind.
        taggable: What the user says of what can carry tags, in order.
    """

    dimensions: dict[str, Dimension]
    taggable: tuple[Verdict, ...] = ()

    def days(self) -> tuple[date, ...]:
        """Return every day on which something begins or ends to hold, in order."""
        found = {day for span in self._spans() for day in (span.since, span.until) if day}
        return tuple(sorted(found))

    def _spans(self) -> Iterator[Span]:
        for dimension in self.dimensions.values():
            for value in (dimension.values or {}).values():
                yield value.span
                yield from (each.span for each in (*value.aliases, *value.parents))
            for rule in dimension.rules:
                yield rule.span
                yield from (target.span for entry in rule.entries or () for target in entry.targets)

    def in_order(self) -> tuple[Dimension, ...]:
        """Return the dimensions, each behind those that its rules ask."""
        done: dict[str, Dimension] = {}

        def visit(dimension: Dimension) -> None:
            if dimension.name not in done:
                for name in asked(dimension, self):
                    visit(self.dimensions[name])
                done[dimension.name] = dimension

        for dimension in self.dimensions.values():
            visit(dimension)
        return tuple(done.values())


def column_of(dimension: str) -> str:
    """Return the column that holds values of a dimension.

    >>> column_of("cost-centre")
    'x_CostCentre'
    """
    return "x_" + "".join(word.capitalize() for word in dimension.replace("_", "-").split("-"))


def default_label(name: str) -> str:
    """Return how reports call a dimension that says nothing of it.

    >>> default_label("cost-centre")
    'Cost centre'
    """
    return name.replace("-", " ").replace("_", " ").capitalize()


def asked(dimension: Dimension, taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return the dimensions that must be known before one: those its rules look at, those that roll up."""
    subjects = (each.subject for rule in dimension.rules for each in rule.when)
    named = (rule.dimension for rule in dimension.rules if rule.dimension)
    below = (each.name for each in taxonomy.dimensions.values() if each.rolls_up == dimension.name)
    return tuple(dict.fromkeys(name for name in (*named, *subjects, *below) if name in taxonomy.dimensions))
