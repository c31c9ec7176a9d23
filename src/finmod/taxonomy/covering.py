"""Which lines of maps cover others: a text, glob or /pattern/ that matches all that another one does, on all its days.

Owns the comparison of two, and an index that finds those that may cover a third among very many.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from operator import attrgetter

from finmod.taxonomy.patterns import is_pattern, is_regex

Days = list[tuple[date, date]]
"""Stretches of days in order, none of which meet, each with its first day and the day after its last one."""


def joined(days: Iterable[tuple[date, date]]) -> Days:
    """Return stretches of days in order, those that meet as one."""
    found: Days = []
    for since, until in sorted(days):
        if found and since <= found[-1][1]:
            found[-1] = found[-1][0], max(until, found[-1][1])
        else:
            found.append((since, until))
    return found


def covers_days(days: Days, needed: Days) -> bool:
    """Return whether there are needed days, and all of them are among the days."""
    for since, until in needed:
        place = bisect_right(days, (since, date.max)) - 1
        if place < 0 or days[place][1] < until:
            return False
    return bool(needed)


def covers_text(one: str, other: str) -> bool:
    """Return whether a text, glob or /pattern/ matches all that another one does, as far as that is plain to see."""
    if one == other:
        return True
    if is_regex(one) or is_regex(other):
        return False
    first, second = one.lower(), other.lower()
    return first == second or (is_pattern(one) and _covering(first).fullmatch(second) is not None)


@lru_cache(maxsize=1000)
def _covering(glob: str) -> re.Pattern[str]:
    """Return what matches the texts and globs that a glob covers; nothing in it is tried in more than one way."""
    first, *middle = ("".join("[^*]" if sign == "?" else re.escape(sign) for sign in part) for part in glob.split("*"))
    if not middle:
        return re.compile(first, re.DOTALL)
    tried = "".join(f"(?>.*?{part})" for part in middle[:-1] if part)
    return re.compile(f"{first}{tried}.*{middle[-1]}", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """A line of a map, or what is one in effect.

    Attributes:
        number: Its place in the order in which lines were added.
        text: The text, glob or /pattern/.
        days: When it holds.
        rule: What messages call the rule that it is part of.
        place: ``file:line:column`` of that rule.
        of: The map that it is part of: of one map texts go before globs, wherever they stand.
        is_literal: Whether the text is one whatever signs it has, as the ids of a lookup are.
    """

    number: int
    text: str
    days: Days
    rule: str
    place: str
    of: int
    is_literal: bool = False

    @property
    def is_text(self) -> bool:
        """Return whether it is neither a glob nor a /pattern/."""
        return self.is_literal or not is_pattern(self.text)


@dataclass
class _Node:
    """Globs by a part of their text, and the lengths of those parts: few, so that each can be looked up."""

    inside: dict[str, _Node] = field(default_factory=dict)
    lengths: set[int] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)

    def at(self, part: str) -> _Node:
        self.lengths.add(len(part))
        return self.inside.setdefault(part, _Node())

    def among(self, parts: Iterable[str]) -> Iterator[_Node]:
        return (self.inside[part] for part in parts if part in self.inside)


class Lines:
    """Lines by what must stand in all that they cover: a text alone, or how a glob begins, ends and goes on between."""

    def __init__(self) -> None:
        """Begin without lines."""
        self._texts: dict[str, list[Line]] = {}
        self._globs = _Node()

    def add(self, line: Line) -> None:
        """Keep a line."""
        if line.is_text or is_regex(line.text):
            self._texts.setdefault(_key(line.text), []).append(line)
            return
        begin, *between, end = re.split("[*?]", line.text.lower())
        longest = max(between, key=len, default="")
        self._globs.at(begin).at(end).at(longest).lines.append(line)

    def covering(self, line: Line) -> list[Line]:
        """Return the lines that cover another one, in order."""
        text = line.text
        found = [each for each in self._texts.get(_key(text), ()) if each.is_text == line.is_text]
        # An id of a lookup that looks like a /pattern/ is none: which globs match it is not plain to see.
        if not is_regex(text):
            found += [each for each in self._near(text.lower()) if not line.is_text or each.of != line.of]
        return sorted((each for each in found if covers_text(each.text, text)), key=attrgetter("number"))

    def _near(self, text: str) -> Iterator[Line]:
        for by_begin in self._globs.among([text[:length] for length in self._globs.lengths]):
            ends = [text[len(text) - length :] for length in by_begin.lengths if length <= len(text)]
            for by_end in by_begin.among(ends):
                parts = {
                    text[start : start + length] for length in by_end.lengths for start in range(len(text) - length + 1)
                }
                for node in by_end.among(parts):
                    yield from node.lines


def _key(text: str) -> str:
    return text if is_regex(text) else text.lower()
