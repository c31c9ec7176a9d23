"""Rules that can never answer, because an earlier one always does.

Owns what can be told from the rules alone. Rules of included files are passed over: to be answered before is what they
are there for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from finmod.errors import Problem, printable
from finmod.taxonomy.definition import Condition, Dimension, Entry, Named, Rule, Span
from finmod.taxonomy.fold import fold
from finmod.taxonomy.patterns import is_pattern, is_regex


def shadowed(dimension: Dimension) -> Iterator[Problem]:
    """Yield a problem for each rule, or line of a map, that an earlier rule answers in any case."""
    own = [rule for rule in dimension.rules if not rule.included]
    for place, rule in enumerate(own):
        for earlier in own[:place]:
            if covers_span(earlier.span, rule.span) and _answers_always(earlier, rule):
                yield _problem(f"rule {rule.number} ({printable(rule.text, 100)})", rule.place, earlier)
                break
        else:
            yield from _lines(rule, own[:place])


def _problem(what: str, where: str, earlier: Rule) -> Problem:
    return Problem(
        code="FM2007",
        found=f"{what} can never answer: {printable(earlier.text, 100)} ({earlier.place}) answers first",
        expected="rules in the order from special to general",
        where=where,
        remedy="Move it above, narrow the earlier one, or take it out.",
    )


def covers_span(one: Span, other: Span) -> bool:
    """Return whether every day of the other is a day of the one."""
    return (one.since or date.min) <= (other.since or date.min) and (other.until or date.max) <= (one.until or date.max)


def _answers_always(earlier: Rule, rule: Rule) -> bool:
    if earlier.kind == "is":
        return True
    if earlier.kind == "when" and rule.kind == "when":
        return all(any(_implied(mine, theirs) for theirs in rule.when) for mine in earlier.when)
    if earlier.kind in {"tag", "label"} and earlier.kind == rule.kind:
        return {fold(key) for key in rule.keys} <= {fold(key) for key in earlier.keys}
    return False


def _implied(demand: Condition, given: Condition) -> bool:
    """Return whether what is given can be no other than what is demanded."""
    if demand.subject != given.subject:
        return False
    if demand.absent:
        return given.absent
    if demand.none:
        return demand == given
    return bool(given.any) and all(any(covers_text(one, text) for one in demand.any) for text in given.any)


def covers_text(one: str, other: str) -> bool:
    """Return whether a text, glob or /pattern/ matches all that another one does, as far as that is plain to see."""
    first, second = one.lower(), other.lower()
    if first == second:
        return True
    if is_regex(one) or is_regex(other) or not is_pattern(one):
        return False
    form = "".join({"*": "[^\0]*", "?": "[^\0*]"}.get(sign) or re.escape(sign) for sign in first)
    return re.fullmatch(form, second, re.DOTALL) is not None


def _lines(rule: Rule, earlier: Sequence[Rule]) -> Iterator[Problem]:
    """Yield a problem for each line of a map that an earlier line of this or another map answers first."""
    if rule.kind != "map" or rule.entries is None:
        return
    before: list[tuple[Rule, Entry]] = [
        (other, entry)
        for other in earlier
        if other.kind == "map" and other.column == rule.column and covers_span(other.span, rule.span)
        for entry in other.entries or ()
        if _without_gap(entry.targets)
    ]
    exact = {entry.key.lower(): other for other, entry in before if not is_pattern(entry.key)}
    globs = [(other, entry) for other, entry in before if is_pattern(entry.key)]
    for entry in rule.entries:
        other = exact.get(entry.key.lower()) or next(
            (each for each, glob in globs if covers_text(glob.key, entry.key)), None
        )
        if other is not None:
            yield _problem(f"the line {printable(entry.key, 80)!r}", entry.place, other)
        elif _without_gap(entry.targets):
            if is_pattern(entry.key):
                globs.append((rule, entry))
            else:
                exact[entry.key.lower()] = rule


def _without_gap(targets: Sequence[Named]) -> bool:
    """Return whether there is a value on every day."""
    end: date | None = date.min
    for target in sorted(targets, key=lambda each: each.span.since or date.min):
        if end is None or (target.span.since or date.min) > end:
            return end is None
        end = target.span.until
    return end is None
