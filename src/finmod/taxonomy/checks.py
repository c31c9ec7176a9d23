"""What must hold between the parts of a taxonomy: no text for two values, no rule that none can reach, no circle.

Owns the problems that can be seen without a bill. What a bill shows, such as a rule that matches nothing, stands in
``rule_use.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Final

from rapidfuzz import fuzz, process

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, near, printable
from finmod.ledger.reporting import ADDED
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, CHARGES, TRUE_UPS
from finmod.settings.rule import COLUMNS
from finmod.settings.validate import listing
from finmod.taxonomy.building import texts_of
from finmod.taxonomy.definition import Condition, Dimension, Named, Taxonomy, Value, asked, common
from finmod.taxonomy.patterns import are_taken, is_pattern, is_regex, refused
from finmod.taxonomy.shadows import shadowed

# So many names a message lists, so many are compared one by one with a mistyped one, so many columns tables bear.
_SHOWN, _FEW, _MOST = 20, 1000, 100
OWN: Final = frozenset(
    name.lower()
    for names in (ADDED, *(table.columns for table in (CHARGES, CHARGE_KEYS, CHARGE_DAYS, TRUE_UPS)))
    for name in names
)
"""The columns that public tables have of finmod, in small letters."""
_TAKEN = OWN.union(map(str.lower, COLUMNS))


def faults(taxonomy: Taxonomy, tested: Collection[str] = ()) -> Iterator[Problem]:
    """Yield every problem of a taxonomy, in no order of places.

    Args:
        taxonomy: What was read.
        tested: Patterns that are known to be good: those of finmod's own rule sets, which its tests try.
    """
    circle = _circle(taxonomy) if len(taxonomy.dimensions) <= _MOST else ()
    for dimension in taxonomy.dimensions.values():
        yield from _aliases(dimension)
        yield from _others(_named(dimension), taxonomy)
        yield from _targets(dimension, taxonomy)
        yield from _parents(dimension, taxonomy)
        yield from shadowed(dimension)
    for verdict in taxonomy.taggable:
        yield from _others(_subjects(verdict.when), taxonomy)
        yield from _unknown_of(verdict.when, taxonomy)
    yield from _columns(taxonomy)
    yield from _patterns([each for each in places_of_patterns(taxonomy) if each[0] not in tested])
    if circle:
        first = taxonomy.dimensions[circle[0]]
        yield Problem(
            code="FM2013",
            found=f"{listing(circle, 'and')} wait for each other"
            if len(circle) > 1
            else f"{circle[0]} waits for itself",
            expected="dimensions that can be known one after another",
            where=first.place,
            remedy="Take one of the rules out that look at another dimension.",
        )


def condition_faults(conditions: Sequence[Condition], taxonomy: Taxonomy) -> Iterator[Problem]:
    """Yield every problem of conditions that stand elsewhere: dimensions and values that are not there, patterns."""
    yield from _others(_subjects(conditions), taxonomy)
    yield from _unknown_of(conditions, taxonomy)
    yield from _patterns(list(_patterns_of(conditions)))


def _aliases(dimension: Dimension) -> Iterator[Problem]:
    """Yield a problem for each text that two values have on one day."""
    seen: dict[str, list[tuple[Value, Named | None]]] = {}
    for text, value, alias in texts_of(dimension):
        for other, theirs in seen.setdefault(text, []):
            if other is not value and common(value.span, other.span, *(each.span for each in (alias, theirs) if each)):
                yield Problem(
                    code="FM2006",
                    found=f"{printable(alias.text if alias else value.name, 80)!r} means {value.name!r} and "
                    f"{other.name!r} ({theirs.place if theirs else other.place})",
                    expected="one value for each text, whatever its case and separators",
                    where=alias.place if alias else value.place,
                    remedy="Take it from one of the two, or give both days that do not overlap.",
                )
                break
        seen[text].append((value, alias))


Place = tuple[str, str]
"""The name of a dimension, and where it is named."""


def _named(dimension: Dimension) -> list[Place]:
    """Return the dimensions that one names."""
    named = [(rule.dimension, rule.place) for rule in dimension.rules if rule.dimension]
    named += [(dimension.rolls_up, dimension.place)] if dimension.rolls_up else []
    return [*named, *(each for rule in dimension.rules for each in _subjects(rule.when))]


def _subjects(conditions: Sequence[Condition]) -> list[Place]:
    """Return the dimensions that conditions look at."""
    return [
        (each.subject, each.place)
        for each in conditions
        if each.subject not in COLUMNS and not each.subject.startswith(("tag.", "label."))
    ]


def _others(named: Sequence[Place], taxonomy: Taxonomy) -> Iterator[Problem]:
    """Yield a problem for each dimension that is named and not there."""
    known = list(taxonomy.dimensions)
    for name, place in named:
        if name not in known:
            close = near(name, (*known, *COLUMNS))
            remedy = f"Did you mean {close!r}?" if close else "Add the dimension, or correct the name."
            expected = listing(known) if known else None
            yield Problem(code="FM2012", found=f"no dimension is {printable(name, 80)!r}", expected=expected,
                          where=place, remedy=remedy)  # fmt: skip


def _targets(dimension: Dimension, taxonomy: Taxonomy) -> Iterator[Problem]:
    """Yield a problem for each value that a rule gives, or asks for, and the dimension does not have."""
    for rule in dimension.rules:
        given = [target for entry in rule.entries or () for target in entry.targets]
        given += [Named(rule.value, rule.span, rule.place)] if rule.value else []
        yield from (
            each for target in given for each in unknown_value(dimension, target.text, target.place, exact=True)
        )
        other = taxonomy.dimensions.get(rule.dimension or "")
        if other:
            yield from (each for line in rule.entries or () for each in unknown_value(other, line.key, line.place))
        yield from _unknown_of(rule.when, taxonomy)


def _unknown_of(conditions: Sequence[Condition], taxonomy: Taxonomy) -> Iterator[Problem]:
    for condition in conditions:
        other = taxonomy.dimensions.get(condition.subject)
        if other is not None:
            for text in (*condition.any, *condition.none):
                yield from unknown_value(other, text, condition.place)


def unknown_value(dimension: Dimension, text: str, place: str, *, exact: bool = False) -> Iterator[Problem]:
    """Yield a problem where a text is no value; where it is asked for, a pattern may be, and case does not count."""
    values = dimension.values
    if values is None or text in values:
        return
    if not exact and (is_pattern(text) or text.lower() in {name.lower() for name in values}):
        return
    close = close_to(text, values)
    some = [printable(name, 40) for name in islice(values, _SHOWN)] or ["none"]
    yield Problem(
        code="FM2011",
        found=f"{printable(text, 80)!r} is no value of {dimension.name}",
        expected=listing([*some, "..."] if len(values) > len(some) else some),
        where=place,
        remedy=f"Did you mean {close!r}?" if close else f"Add it under values of {dimension.name}, or correct it.",
    )


def close_to(word: str, names: Collection[str]) -> str | None:
    """Return the name that is closest to a mistyped one, or None where none is close; of very many names too."""
    if len(names) <= _FEW:
        return near(word, names)
    found = process.extractOne(word, list(names), scorer=fuzz.ratio, score_cutoff=75)
    return found[0] if found else None


def _parents(dimension: Dimension, taxonomy: Taxonomy) -> Iterator[Problem]:
    above = taxonomy.dimensions.get(dimension.rolls_up or "")
    for value in (dimension.values or {}).values():
        for parent in value.parents:
            if dimension.rolls_up is None:
                yield Problem(code="FM2015", found=f"{value.name!r} has a parent", expected="rolls_up beside values",
                              where=parent.place, remedy=f"Add rolls_up: to {dimension.name}.")  # fmt: skip
            elif above is not None and above.values is not None and parent.text not in above.values:
                close = close_to(parent.text, above.values)
                some = [printable(name, 40) for name in islice(above.values, _SHOWN)] or ["none"]
                yield Problem(
                    code="FM2015",
                    found=f"{printable(parent.text, 80)!r} is no value of {above.name}",
                    expected=listing([*some, "..."] if len(above.values) > len(some) else some),
                    where=parent.place,
                    remedy=f"Did you mean {close!r}?" if close else f"Add it under values of {above.name}.",
                )


def _columns(taxonomy: Taxonomy) -> Iterator[Problem]:
    if len(taxonomy.dimensions) > _MOST:
        yield Problem(
            code="FM2016",
            found=f"there are {len(taxonomy.dimensions):,} dimensions",
            expected=f"{_MOST} at most: each is a column of tables",
            where=list(taxonomy.dimensions.values())[_MOST].place,
            remedy="Make values of them.",
        )
    seen: dict[str, Dimension] = {}
    for dimension in taxonomy.dimensions.values():
        column = dimension.column.lower()
        other = seen.setdefault(column, dimension)
        taken = column in _TAKEN
        if other is not dimension or taken:
            yield Problem(
                code="FM2016",
                found=f"the column {dimension.column} of tables is "
                + ("finmod's own" if taken else f"that of {other.name} too ({other.place})"),
                expected="a column of its own for each dimension",
                where=dimension.place,
                remedy="Rename the dimension.",
            )


def _patterns(found: Sequence[tuple[str, str]]) -> Iterator[Problem]:
    """Yield a problem for each pattern with its place that the engine does not take, or that would hang others."""
    if not any(is_regex(text) or len(text) > 100 for text, _ in found):  # noqa: PLR2004 -- a glob of some length
        return
    with Engine(threads=1) as engine:
        is_taken = are_taken(engine, [text for text, _ in found])
        for text, place in found:
            why = refused(engine, text, is_taken=is_taken)
            if why is not None:
                found_there = f"{why.found}: {printable(text)}"
                yield Problem(code="FM2008", found=found_there, expected=why.expected, where=place, remedy=why.remedy)


def places_of_patterns(taxonomy: Taxonomy) -> Iterator[tuple[str, str]]:
    """Yield each pattern of a taxonomy with its place."""
    conditions = [each for verdict in taxonomy.taggable for each in verdict.when]
    for dimension in taxonomy.dimensions.values():
        for value in (dimension.values or {}).values():
            yield from ((each.text, each.place) for each in (*value.aliases, *value.patterns) if is_pattern(each.text))
        for rule in dimension.rules:
            yield from ((entry.key, entry.place) for entry in rule.entries or () if entry.is_pattern)
            conditions += rule.when
    yield from _patterns_of(conditions)


def _patterns_of(conditions: Sequence[Condition]) -> Iterator[tuple[str, str]]:
    for each in conditions:
        yield from ((text, each.place) for text in (*each.any, *each.none) if is_pattern(text))


def _circle(taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return dimensions that ask each other in a circle; empty where none do."""
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> tuple[str, ...]:
        if name in way:
            return way[way.index(name) :]
        if name in done or name not in taxonomy.dimensions:
            return ()
        for other in asked(taxonomy.dimensions[name], taxonomy):
            found = visit(other, (*way, name))
            if found:
                return found
        done.add(name)
        return ()

    return next((found for name in taxonomy.dimensions if (found := visit(name, ()))), ())
