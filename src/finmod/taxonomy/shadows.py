"""Rules that can never answer, because an earlier one always does.

Owns what can be told from the rules alone. Rules of included files are passed over: to be answered before is what they
are there for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter

from finmod.errors import Problem, printable
from finmod.taxonomy.definition import ALWAYS, Condition, Dimension, Entry, Rule, Span
from finmod.taxonomy.fold import fold
from finmod.taxonomy.patterns import is_pattern, is_regex

Days = list[tuple[date, date]]
"""Stretches of days, each with its first day and the day after its last one."""


def shadowed(dimension: Dimension) -> Iterator[Problem]:
    """Yield a problem for each rule, or line of a map, that an earlier rule answers in any case."""
    own = [rule for rule in dimension.rules if not rule.included]
    for place, rule in enumerate(own):
        other = next((each for each in own[:place] if _answers_always(dimension, each, rule)), None)
        if other is None:
            yield from _lines(dimension, rule, own[:place])
        else:
            yield _problem(f"rule {rule.number} ({printable(rule.text, 100)})", rule.place, other)


def _problem(what: str, where: str, earlier: Rule) -> Problem:
    return Problem(
        code="FM2007",
        found=f"{what} can never answer: {printable(earlier.text, 100)} ({earlier.place}) answers first",
        expected="rules in the order from special to general",
        where=where,
        remedy="Move it above, narrow the earlier one, or take it out.",
    )


def _answers_always(dimension: Dimension, earlier: Rule, rule: Rule) -> bool:
    """Return whether an earlier rule answers wherever another one could."""
    needed = _days(dimension, rule)
    if rule.kind == "when" and any(_maps_all(dimension, earlier, each, needed) for each in rule.when):
        return True
    return _covers(_days(dimension, earlier), needed) and (earlier.kind == "is" or _sees_all(earlier, rule))


def _sees_all(earlier: Rule, rule: Rule) -> bool:
    """Return whether a rule answers whatever another one answers, on days on which both have an answer to give."""
    if earlier.kind != rule.kind:
        return False
    if rule.kind == "when":
        return all(any(_implied(mine, theirs) for theirs in rule.when) for mine in earlier.when)
    if rule.kind in {"tag", "label"}:
        return {fold(key) for key in rule.keys} <= {fold(key) for key in earlier.keys}
    is_same = rule.kind in {"column", "parent"} or (rule.by_patterns and earlier.by_patterns)
    return is_same and rule.column == earlier.column


def _days(dimension: Dimension, rule: Rule, entry: Entry | None = None) -> Days:
    """Return the days on which a rule, or a line of its map, has an answer to give."""
    spans = [(rule.value, ALWAYS)] if entry is None else [(target.text, target.span) for target in entry.targets]
    return [days for name, span in spans if (days := _together(rule.span, span, _span_of(dimension, name))) is not None]


def _span_of(dimension: Dimension, name: str | None) -> Span:
    value = (dimension.values or {}).get(name or "")
    return value.span if value else ALWAYS


def _together(*spans: Span) -> tuple[date, date] | None:
    """Return the days on which all spans hold; None where there are none."""
    since = max(span.since or date.min for span in spans)
    until = min(span.until or date.max for span in spans)
    return (since, until) if since < until else None


def _covers(days: Days, needed: Days) -> bool:
    """Return whether there are needed days, and all of them are among the days."""
    return bool(needed) and all(_is_within(days, *each) for each in needed)


def _is_within(days: Days, since: date, until: date) -> bool:
    for first, end in sorted(days):
        if first <= since < end:
            since = end
    return since >= until


def _maps_all(dimension: Dimension, earlier: Rule, condition: Condition, needed: Days) -> bool:
    """Return whether a map has every text that a condition lets through."""
    if earlier.kind != "map" or earlier.column != condition.subject or not condition.any:
        return False
    lines = [entry for entry in earlier.entries or () if _covers(_days(dimension, earlier, entry), needed)]
    return all(any(_covers_line(line, text) for line in lines) for text in condition.any)


def _covers_line(line: Entry, text: str) -> bool:
    """Return whether a line of a map matches all that a text, glob or /pattern/ does."""
    if line.is_literal:
        return not is_pattern(text) and line.key.lower() == text.lower()
    return covers_text(line.key, text)


def _implied(demand: Condition, given: Condition) -> bool:
    """Return whether what fulfils the one condition fulfils the demand too."""
    if demand.subject != given.subject:
        return False
    if given.absent:
        return demand.absent or not demand.any
    if demand.absent or not _lower(demand.none) <= _lower(given.none):
        return False
    covered = (any(covers_text(one, text) for one in demand.any) for text in given.any)
    return not demand.any or (bool(given.any) and all(covered))


def _lower(texts: Sequence[str]) -> set[str]:
    return {text if is_regex(text) else text.lower() for text in texts}


def covers_text(one: str, other: str) -> bool:
    """Return whether a text, glob or /pattern/ matches all that another one does, as far as that is plain to see."""
    if one == other:
        return True
    if is_regex(one) or is_regex(other):
        return False
    first, second = one.lower(), other.lower()
    return first == second or (is_pattern(one) and _covering(first).fullmatch(second) is not None)


@lru_cache(maxsize=10_000)
def _covering(glob: str) -> re.Pattern[str]:
    """Return what matches the texts and globs that a glob covers; nothing in it is tried in more than one way."""
    first, *middle = ("".join("[^*]" if sign == "?" else re.escape(sign) for sign in part) for part in glob.split("*"))
    if not middle:
        return re.compile(first, re.DOTALL)
    tried = "".join(f"(?>.*?{part})" for part in middle[:-1] if part)
    return re.compile(f"{first}{tried}.*{middle[-1]}", re.DOTALL)


class _Lines:
    """Lines of maps: texts by themselves, patterns by their beginning, so that each is compared with few others."""

    def __init__(self) -> None:
        self._texts: dict[str, list[tuple[int, Rule, str, Days]]] = {}
        self._patterns: dict[str, list[tuple[int, Rule, str, Days]]] = {}
        self._number = 0

    def add(self, rule: Rule, text: str, days: Days, *, is_one: bool) -> None:
        """Take a line; ``is_one`` tells whether it is a pattern."""
        self._number += 1
        line = (self._number, rule, text, days)
        if is_one:
            begin = text if is_regex(text) else re.split("[*?]", text.lower(), maxsplit=1)[0]
            self._patterns.setdefault(begin, []).append(line)
        else:
            self._texts.setdefault(text.lower(), []).append(line)

    def first(self, rule: Rule, text: str, needed: Days, *, is_one: bool) -> Rule | None:
        """Return the rule of the first line that covers a text on all days; of one map a text goes before globs."""
        lower = text.lower()
        near = [] if is_one else list(self._texts.get(lower, ()))
        # An id of a lookup that looks like a /pattern/ is none: what other patterns match of it is not plain to see.
        if self._patterns and (is_one or not is_regex(text)):
            begins = {text, *(lower[:end] for end in range(len(lower) + 1))}
            near += [
                each
                for begin in begins
                for each in self._patterns.get(begin, ())
                if (is_one or each[1] is not rule) and covers_text(each[2], text)
            ]
        covering = (each for each in sorted(near, key=itemgetter(0)) if _covers(each[3], needed))
        return next((other for _, other, _, _ in covering), None)


def _lines(dimension: Dimension, rule: Rule, before: Sequence[Rule]) -> Iterator[Problem]:
    """Yield a problem for each line of a map that an earlier rule, or a line above it, answers first."""
    if rule.entries is None:
        return
    lines = _Lines()
    for other in before:
        for each in other.when if other.kind == "when" and len(other.when) == 1 else ():
            for text in each.any if each.subject == rule.column and not each.none else ():
                lines.add(other, text, _days(dimension, other), is_one=is_pattern(text))
        for entry in other.entries or () if _is_alike(other, rule) else ():
            lines.add(other, entry.key, _days(dimension, other, entry), is_one=entry.is_pattern)
    for entry in rule.entries:
        days = _days(dimension, rule, entry)
        found = lines.first(rule, entry.key, days, is_one=entry.is_pattern)
        if found is None:
            lines.add(rule, entry.key, days, is_one=entry.is_pattern)
        elif not entry.included:
            yield _problem(f"the line {printable(entry.key, 80)!r}", entry.place, found)


def _is_alike(other: Rule, rule: Rule) -> bool:
    """Return whether two rules map the texts of the same column, or the values of the same dimension."""
    return (other.kind, other.column, other.dimension) == (rule.kind, rule.column, rule.dimension)
