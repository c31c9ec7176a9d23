"""What must hold between the parts of a taxonomy: no text for two values, no rule that none can reach, no circle.

Owns the problems that can be seen without a bill. What a bill shows, such as a rule that matches nothing, stands in
``rule_use.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, near, printable
from finmod.settings.rule import COLUMNS
from finmod.settings.validate import listing
from finmod.taxonomy.building import texts_of
from finmod.taxonomy.definition import RULE_SET, Dimension, Named, Rule, Span, Taxonomy, Value, asked
from finmod.taxonomy.patterns import is_pattern, is_regex, refused
from finmod.taxonomy.shadows import shadowed


def faults(taxonomy: Taxonomy) -> Iterator[Problem]:
    """Yield every problem of a taxonomy, in no order of places."""
    circle = _circle(taxonomy)
    for dimension in taxonomy.dimensions.values():
        yield from _aliases(dimension)
        yield from _others(dimension, taxonomy)
        yield from _targets(dimension)
        yield from _parents(dimension, taxonomy)
        yield from shadowed(dimension)
    yield from _columns(taxonomy)
    yield from _patterns(taxonomy)
    if circle:
        first = taxonomy.dimensions[circle[0]]
        yield Problem(
            code="FM2013",
            found=f"the dimensions {' asks '.join((*circle, circle[0]))}",
            expected="dimensions that do not wait for each other",
            where=first.place,
            remedy="Take one of the rules out that look at another dimension.",
        )


def _aliases(dimension: Dimension) -> Iterator[Problem]:
    """Yield a problem for each text that two values have on one day."""
    seen: dict[str, list[tuple[Value, Named | None]]] = {}
    for text, value, alias in texts_of(dimension):
        holds = alias.span if alias else value.span
        for other, theirs in seen.setdefault(text, []):
            if other is not value and meet(holds, theirs.span if theirs else other.span):
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


def meet(one: Span, other: Span) -> bool:
    """Return whether there is a day on which both hold."""
    return (one.since or date.min) < (other.until or date.max) and (other.since or date.min) < (one.until or date.max)


def _others(dimension: Dimension, taxonomy: Taxonomy) -> Iterator[Problem]:
    """Yield a problem for each dimension that is named and not there."""
    known = list(taxonomy.dimensions)
    named = [(rule.dimension, rule.place) for rule in dimension.rules if rule.dimension]
    named += [(dimension.rolls_up, dimension.place)] if dimension.rolls_up else []
    subjects = [(each.subject, each.place) for rule in dimension.rules for each in rule.when]
    subjects += [(each.subject, each.place) for verdict in taxonomy.taggable for each in verdict.when]
    named += [
        (name, place) for name, place in subjects if name not in COLUMNS and not name.startswith(("tag.", "label."))
    ]
    for name, place in named:
        if name not in known:
            close = near(name, (*known, *COLUMNS))
            remedy = f"Did you mean {close!r}?" if close else "Add the dimension, or correct the name."
            yield Problem(code="FM2012", found=f"no dimension is {printable(name, 80)!r}", expected=listing(known),
                          where=place, remedy=remedy)  # fmt: skip


def _targets(dimension: Dimension) -> Iterator[Problem]:
    """Yield a problem for each value that a rule gives and the dimension does not have."""
    if dimension.values is None:
        return
    for rule in dimension.rules:
        given = [target for entry in rule.entries or () for target in entry.targets]
        given += [Named(rule.value, rule.span, rule.place)] if rule.value else []
        for target in given:
            if target.text not in dimension.values:
                close = near(target.text, dimension.values)
                some = [printable(name, 40) for name in list(dimension.values)[:20]] or ["none"]
                yield Problem(
                    code="FM2011",
                    found=f"{printable(target.text, 80)!r} is no value of {dimension.name}",
                    expected=listing([*some, "..."] if len(dimension.values) > len(some) else some),
                    where=target.place,
                    remedy=f"Did you mean {close!r}?"
                    if close
                    else f"Add it under values of {dimension.name}, or correct it.",
                )


def _parents(dimension: Dimension, taxonomy: Taxonomy) -> Iterator[Problem]:
    above = taxonomy.dimensions.get(dimension.rolls_up or "")
    for value in (dimension.values or {}).values():
        for parent in value.parents:
            if dimension.rolls_up is None:
                yield Problem(code="FM2015", found=f"{value.name!r} has a parent", expected="rolls_up beside values",
                              where=parent.place, remedy=f"Add rolls_up: to {dimension.name}.")  # fmt: skip
            elif above is not None and above.values is not None and parent.text not in above.values:
                close = near(parent.text, above.values)
                yield Problem(
                    code="FM2015",
                    found=f"{printable(parent.text, 80)!r} is no value of {above.name}",
                    expected=listing([printable(name, 40) for name in above.values][:20]),
                    where=parent.place,
                    remedy=f"Did you mean {close!r}?" if close else f"Add it under values of {above.name}.",
                )


def _columns(taxonomy: Taxonomy) -> Iterator[Problem]:
    seen: dict[str, Dimension] = {}
    for dimension in taxonomy.dimensions.values():
        column = dimension.column.lower()
        other = seen.setdefault(column, dimension)
        taken = column in {name.lower() for name in COLUMNS}
        if other is not dimension or taken:
            yield Problem(
                code="FM2016",
                found=f"the column {dimension.column} of tables is "
                + ("finmod's own" if taken else f"that of {other.name} too ({other.place})"),
                expected="a column of its own for each dimension",
                where=dimension.place,
                remedy="Rename the dimension.",
            )


def _patterns(taxonomy: Taxonomy) -> Iterator[Problem]:
    """Yield a problem for each pattern that the engine does not take, or that would hang others."""
    found = [(text, place) for text, place in _places_of_patterns(taxonomy) if RULE_SET not in place]
    if not any(is_regex(text) or len(text) > 100 for text, _ in found):  # noqa: PLR2004 -- a glob of some length
        return
    with Engine(threads=1) as engine:
        for text, place in found:
            why = refused(engine, text)
            if why is not None:
                found_there = f"{why.found}: {printable(text)}"
                yield Problem(code="FM2008", found=found_there, expected=why.expected, where=place, remedy=why.remedy)


def _places_of_patterns(taxonomy: Taxonomy) -> Iterator[tuple[str, str]]:
    conditions = [each for verdict in taxonomy.taggable for each in verdict.when]
    for dimension in taxonomy.dimensions.values():
        for value in (dimension.values or {}).values():
            yield from ((each.text, each.place) for each in (*value.aliases, *value.patterns) if is_pattern(each.text))
        for rule in dimension.rules:
            yield from ((entry.key, entry.place) for entry in rule.entries or () if is_pattern(entry.key))
            conditions += rule.when
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


def rule_name(dimension: Dimension, rule: Rule) -> str:
    """Return how messages call a rule: ``product rule 2 (tag product, app)``."""
    return f"{dimension.name} rule {rule.number} ({printable(rule.text, 100)})"
