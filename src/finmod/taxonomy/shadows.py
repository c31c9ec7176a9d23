"""Rules that can never answer, because earlier ones always do.

Owns what can be told from the rules alone. Rules of included files are passed over: to be answered before is what they
are there for. So are single rows of a lookup, which a line before it corrects without the file being edited, and what
names nothing otherwise than the line above it does. Which text covers which, is told in ``covering.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from finmod.errors import Problem, printable
from finmod.taxonomy.covering import Days, Line, Lines, covers_days, covers_text, joined
from finmod.taxonomy.definition import ALWAYS, Condition, Dimension, Entry, Rule, Span, common
from finmod.taxonomy.fold import fold
from finmod.taxonomy.patterns import is_pattern, is_regex
from finmod.taxonomy.value_reader import PLACEHOLDERS

# What rules by name look at, written as no dimension can be called. What ResourceName is, they see too: they look at
# the id only where there is no name.
_NAME = "(name)"
_SEES = {"ResourceName": ("ResourceName", _NAME)}

Answer = set[tuple[str, Span]]
"""What a line says: each value, and when."""


def _numbered(rule: Rule) -> str:
    return f"rule {rule.number} ({printable(rule.text, 100)})"


def shadowed(dimension: Dimension, called: Callable[[Rule], str] = _numbered) -> Iterator[Problem]:
    """Yield a problem for each rule, line of a map or alias that earlier ones answer in any case.

    Args:
        dimension: Whose rules they are.
        called: What messages call a rule.
    """
    pass_ = _Pass(dimension)
    own = [rule for rule in dimension.rules if not rule.included]
    for rule in own:
        other = pass_.answering(rule)
        if other is not None:
            yield _problem(called(rule), rule.place, [_whole(other)])
        else:
            yield from pass_.dead_lines(rule)
        pass_.add(rule)
    yield from pass_.dead_aliases()


def _whole(rule: Rule) -> tuple[str, str]:
    return rule.text, rule.place


def _problem(what: str, where: str, earlier: Sequence[tuple[str, str]]) -> Problem:
    first = " and ".join(f"{printable(text, 100)} ({place})" for text, place in earlier)
    each = " first, each on days of its own" if len(earlier) > 1 else "s first"
    return Problem(
        code="FM2007",
        found=f"{what} can never answer: {first} answer{each}",
        expected="rules in the order from special to general",
        where=where,
        remedy="Move it above, narrow the earlier one, or take it out.",
    )


class _Pass:
    """One way through the rules of a dimension, with the lines of those that were seen."""

    def __init__(self, dimension: Dimension) -> None:
        self._dimension = dimension
        # A pattern of a value stands once for all rules that read it: dead in one, it may live in another.
        self._patterns = sum(rule.by_patterns for rule in dimension.rules)
        self._numbers = count()
        self._lines: dict[str, Lines] = {}
        self._open: dict[str, list[Rule]] = {}
        # Rules by what another one must have in common with them, and those with conditions by texts of one of them.
        self._alike: dict[tuple[str, str], list[Rule]] = {}
        self._asked: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self._asking: dict[str, Lines] = {}
        self._rules: dict[int, Rule] = {}
        self._days_of: dict[int, Days] = {}
        self._texts: dict[str, list[Span]] = {}
        for value in (dimension.values or {}).values():
            self._texts.setdefault(fold(value.name), []).append(value.span)
            for alias in value.aliases:
                span = common(value.span, alias.span)
                if span is not None and not is_pattern(alias.text):
                    self._texts.setdefault(fold(alias.text), []).append(span)

    def add(self, rule: Rule) -> None:
        """Keep what a rule answers, for those behind it."""
        if rule.kind == "column" and rule.column:
            self._open.setdefault(rule.column, []).append(rule)
        for condition in rule.when if len(rule.when) == 1 else ():
            for text in condition.any if not condition.none else ():
                self._add(condition.subject, rule, text, self._days(rule))
        for entry in rule.entries or ():
            self._add(_subject(rule), rule, entry.key, self._days(rule, entry), is_literal=entry.is_literal)
        self._rules[rule.number] = rule
        for key in _keys(rule):
            self._alike.setdefault(key, []).append(rule)
        if rule.when:
            self._add_asking(rule)

    def _add_asking(self, rule: Rule) -> None:
        """Keep a rule by the one of its conditions that fewest others have."""

        def commonness(condition: Condition) -> tuple[bool, int]:
            return condition.absent or not condition.any, self._asked[condition.subject, condition.any]

        condition = min(rule.when, key=commonness)
        self._asked.update((each.subject, each.any) for each in rule.when)
        if condition.absent or not condition.any:
            self._alike.setdefault(("when", condition.subject), []).append(rule)
        for text in condition.any:
            self._asking.setdefault(condition.subject, Lines()).add(self._line(rule, text, []))

    def _add(self, subject: str, rule: Rule, text: str, days: Days, *, is_literal: bool = False) -> None:
        self._lines.setdefault(subject, Lines()).add(self._line(rule, text, days, is_literal=is_literal))

    def _line(self, rule: Rule, text: str, days: Days, *, is_literal: bool = False) -> Line:
        return Line(next(self._numbers), text, days, rule.text, rule.place, rule.number, is_literal=is_literal)

    def dead_lines(self, rule: Rule) -> Iterator[Problem]:
        """Yield a problem for each line of a map that earlier rules, or lines above it, answer first."""
        own = Lines()
        answers: dict[int, Answer] = {}
        for entry in rule.entries or ():
            if entry.is_literal:
                continue
            days = self._days(rule, entry)
            line = self._line(rule, entry.key, days)
            answers[line.number] = {(target.text, target.span) for target in entry.targets}
            first = _first([*self._covering(_subject(rule), line), *own.covering(line)], days)
            told = [(each.rule, each.place) for each in first] or self._reading(rule, entry.key, days)
            if not told:
                own.add(line)
            elif first and all(answers.get(each.number) == answers[line.number] for each in first):
                continue
            elif not entry.included and not (rule.by_patterns and self._patterns > 1):
                yield _problem(f"the line {printable(entry.key, 80)!r}", entry.place, list(dict.fromkeys(told)))

    def dead_aliases(self) -> Iterator[Problem]:
        """Yield a problem for each alias that is a glob, where one of an earlier value has all its texts."""
        seen = Lines()
        for number, value in enumerate((self._dimension.values or {}).values()):
            for alias in value.aliases:
                span = common(value.span, alias.span)
                if span is None or not is_pattern(alias.text):
                    continue
                name = f"the alias {alias.text}"
                line = Line(next(self._numbers), alias.text, [span.bounds], name, alias.place, number)
                covering = [each for each in seen.covering(line) if each.text.lower() != alias.text.lower()]
                first = _first(covering, line.days)
                if any(each.of != number for each in first) and not value.included:
                    told = list(dict.fromkeys((each.rule, each.place) for each in first))
                    yield _problem(f"the alias {printable(alias.text, 80)!r}", alias.place, told)
                seen.add(line)

    def _covering(self, subject: str, line: Line) -> list[Line]:
        every = (self._lines[name] for name in _SEES.get(subject, (subject,)) if name in self._lines)
        return sorted((each for lines in every for each in lines.covering(line)), key=lambda each: each.number)

    def _reading(self, rule: Rule, text: str, needed: Days) -> list[tuple[str, str]]:
        """Return the earlier rule that reads a text of the same column as a value, if there is one."""
        if rule.kind == "map" and rule.column:
            for other in self._open.get(rule.column, ()):
                if self._reads(other, text, needed):
                    return [_whole(other)]
        return []

    def _reads(self, rule: Rule, text: str, needed: Days) -> bool:
        """Return whether a text by itself is a value to a rule of tags or of a column, on all days."""
        folded = fold(text)
        if is_pattern(text):
            return False
        if self._dimension.values is None:
            return folded not in PLACEHOLDERS and covers_days(self._days(rule), needed)
        spans = (common(rule.span, each) for each in self._texts.get(folded, ()))
        return covers_days(joined(each.bounds for each in spans if each), needed)

    def answering(self, rule: Rule) -> Rule | None:
        """Return the first earlier rule that answers wherever this one could; None where none does."""
        needed = self._days(rule)
        sure = {number for each in rule.when for number in self._having_all(each, needed)}
        found = {each.number: each for each in self._near(rule)} | {number: self._rules[number] for number in sure}
        for number in sorted(found):
            if number in sure or self._answers_always(found[number], rule, needed):
                return found[number]
        return None

    def _near(self, rule: Rule) -> Iterator[Rule]:
        """Yield the earlier rules that have so much in common with a rule that they may answer in its place."""
        keys = [("is", ""), *_keys(rule)]
        for condition in rule.when:
            kind, _, key = condition.subject.partition(".")
            keys += [("when", condition.subject), ("column", condition.subject), (kind, fold(key))]
            asking = self._asking.get(condition.subject, Lines())
            for text in condition.any[:1]:
                yield from (self._rules[each.of] for each in asking.covering(_asked(text)))
        if rule.kind in {"column", "tag", "label"}:
            subjects = [rule.column] if rule.kind == "column" else [f"{rule.kind}.{fold(key)}" for key in rule.keys]
            keys += [("*", subject or "") for subject in subjects]
        for each in keys:
            yield from self._alike.get(each, ())

    def _answers_always(self, earlier: Rule, rule: Rule, needed: Days) -> bool:
        if any(self._reads_all(earlier, each, needed) for each in rule.when):
            return True
        is_always = earlier.kind == "is" or _sees_all(earlier, rule) or _takes_all(earlier, rule)
        return is_always and covers_days(self._days(earlier), needed)

    def _having_all(self, condition: Condition, needed: Days) -> set[int]:
        """Return the numbers of the rules whose lines match every text that a condition lets through."""
        found: set[int] | None = None
        for text in condition.any:
            covering = self._covering(condition.subject, _asked(text))
            having = {each.of for each in covering if covers_days(each.days, needed)}
            found = having if found is None else found & having
        return found or set()

    def _reads_all(self, earlier: Rule, condition: Condition, needed: Days) -> bool:
        """Return whether a rule reads every text that a condition lets through as a value."""
        kind, _, key = condition.subject.partition(".")
        is_read = earlier.kind == "column" and earlier.column == condition.subject
        is_read |= earlier.kind == kind and fold(key) in {fold(each) for each in earlier.keys}
        return is_read and bool(condition.any) and all(self._reads(earlier, text, needed) for text in condition.any)

    def _days(self, rule: Rule, entry: Entry | None = None) -> Days:
        """Return the days on which a rule, or a line of its map, has an answer to give."""
        if entry is None and rule.number in self._days_of:
            return self._days_of[rule.number]
        spans = [(rule.value, ALWAYS)] if entry is None else [(target.text, target.span) for target in entry.targets]
        held = (common(rule.span, span, self._span_of(name)) for name, span in spans)
        found = joined(each.bounds for each in held if each)
        if entry is None:
            self._days_of[rule.number] = found
        return found

    def _span_of(self, name: str | None) -> Span:
        value = (self._dimension.values or {}).get(name or "")
        return value.span if value else ALWAYS


def _asked(text: str) -> Line:
    """Return a text, glob or /pattern/ of a condition as a line, to be looked for among others."""
    return Line(-1, text, [], "", "", -1)


def _keys(rule: Rule) -> list[tuple[str, str]]:
    """Return what a rule is found by among those that others may have no answer behind; none for one of lines."""
    if rule.kind in {"tag", "label"}:
        return [(rule.kind, fold(key)) for key in rule.keys]
    if rule.kind == "when":
        return [("*", _folded(rule.when[0].subject))] if _is_there(rule) else []
    return [(rule.kind, rule.column or "")] if rule.kind not in {"map", "dimension"} or rule.by_patterns else []


def _folded(subject: str) -> str:
    kind, dot, key = subject.partition(".")
    return f"{kind}.{fold(key)}" if dot else subject


def _subject(rule: Rule) -> str:
    """Return what the lines of a rule's map are compared with: a column, or a dimension."""
    return rule.dimension or (_NAME if rule.column == "name" else rule.column or "")


def _first(covering: Sequence[Line], needed: Days) -> list[Line]:
    """Return the first line that holds on all days, or those that do so together; empty for none."""
    found: list[Line] = []
    for line in covering:
        if covers_days(line.days, needed):
            return [line]
        if any(since < until for since, until in line.days):
            found.append(line)
    return found if covers_days(joined(days for line in found for days in line.days), needed) else []


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


def _takes_all(earlier: Rule, rule: Rule) -> bool:
    """Return whether the one condition of a rule is that there is something, where another one reads it."""
    if not _is_there(earlier) or rule.kind not in {"column", "tag", "label"}:
        return False
    (condition,) = earlier.when
    if rule.kind == "column":
        return condition.subject == rule.column
    kind, _, key = condition.subject.partition(".")
    return kind == rule.kind and {fold(each) for each in rule.keys} == {fold(key)}


def _is_there(rule: Rule) -> bool:
    """Return whether the one condition of a rule is that there is something."""
    if len(rule.when) != 1 or rule.when[0].none:
        return False
    return any(text and not text.strip("*") for text in rule.when[0].any)


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
