"""Where every value of a YAML text stands, to the character, for edits that leave all else as it is.

Owns the places. What a text means, and whether it may be read at all, says yaml.py: a text comes here after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)


@dataclass(frozen=True)
class Place:
    """One value with its place; characters are counted from 0.

    Attributes:
        start: Its first character, the sign of an anchor included; of an absent value where the next token starts.
        end: The character after its last one; of a block collection where the next token starts.
        opened: The character after its opening bracket; ``start`` of what has none.
        line: Line of its first character, from 1.
        text: Of a scalar what it says.
        style: Of a scalar ``'``, ``"``, ``|`` or ``>``; "" where it is plain.
        anchored: Whether it has an anchor.
        flow: Of a collection whether it stands in brackets.
        repeats: Whether it is an alias such as ``*name``.
        entries: Of a mapping its keys and values, in order; None of anything else.
        items: Of a list its items; None of anything else.
    """

    start: int
    end: int
    opened: int
    line: int
    text: str = ""
    style: str = ""
    anchored: bool = False
    flow: bool = False
    repeats: bool = False
    entries: tuple[tuple[Place, Place], ...] | None = None
    items: tuple[Place, ...] | None = None

    @property
    def is_scalar(self) -> bool:
        """Return whether it is a scalar, an absent value among them."""
        return self.entries is None and self.items is None and not self.repeats

    @property
    def is_absent(self) -> bool:
        """Return whether nothing stands there."""
        return self.is_scalar and self.start == self.end and not self.style

    def entry(self, key: str) -> tuple[Place, Place] | None:
        """Return key and value of a mapping; None where it has no such key, or is no mapping."""
        return next((pair for pair in self.entries or () if pair[0].is_scalar and pair[0].text == key), None)


def places(text: str) -> Place:
    """Return the top level of a YAML text that ``parse_yaml`` has taken.

    >>> places("a: [b, c]").entry("a")[1].items[1].start
    7
    """
    events = iter(YAML(typ="safe", pure=True).parse(text))
    first = next(event for event in events if isinstance(event, NodeEvent))
    return _place(first, events)


def _place(event: Event, events: Iterator[Event]) -> Place:
    start, end, line = event.start_mark.index, event.end_mark.index, event.start_mark.line + 1
    if isinstance(event, AliasEvent):
        return Place(start, end, start, line, repeats=True)
    assert isinstance(event, NodeEvent)  # noqa: S101 - tells mypy; the parser yields nothing else here
    anchored = event.anchor is not None
    if isinstance(event, ScalarEvent):
        return Place(start, end, start, line, event.value, event.style or "", anchored)
    found: list[Place] = []
    while not isinstance(inner := next(events), CollectionEndEvent):
        found.append(_place(inner, events))
    last = inner.end_mark.index
    if isinstance(event, MappingStartEvent):
        entries = tuple(zip(found[::2], found[1::2], strict=True))
        return Place(start, last, end, line, anchored=anchored, flow=bool(event.flow_style), entries=entries)
    assert isinstance(event, SequenceStartEvent)  # noqa: S101 - tells mypy; there is no other node
    return Place(start, last, end, line, anchored=anchored, flow=bool(event.flow_style), items=tuple(found))
