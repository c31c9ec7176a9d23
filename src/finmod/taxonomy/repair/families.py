"""What a rule goes by, as families of witnesses: so that what one witness knows is not taken for the word of two.

Owns the reading of rules for that. What families that agree are worth is told in witnesses.py.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from finmod.taxonomy.definition import Dimension, Rule, Taxonomy
from finmod.taxonomy.repair.witnesses import ACCOUNT, NAME, RULE
from finmod.taxonomy.tag_keys import ranked

_OF_ACCOUNTS = ("SubAccount", "BillingAccount")
_OF_IDS = ("ResourceId", "AllocatedResource")


def families(
    taxonomy: Taxonomy,
    dimension: Dimension,
    rule: Rule | None,
    *,
    below: str | None = None,
    tagged: Container[str] = (),
) -> tuple[str, ...]:
    """Return the families that the answer of a rule depends on, as ``Told.kinds`` has them.

    Args:
        taxonomy: Whose rules, none of which asks itself.
        dimension: Whose rule.
        rule: The rule; None of what rolls up.
        below: The dimension that it rolls up from.
        tagged: Dimensions of which the resource has a tag that is understood.

    Returns:
        At least one; the first says how the rule is told where none of them is a witness of its own.
    """
    read = _Reader(taxonomy, dimension.name, tagged)
    found = read.rule(dimension, rule) if rule is not None else read.dimension(below or "")
    return tuple(dict.fromkeys(found)) or (RULE,)


@dataclass(frozen=True)
class _Reader:
    taxonomy: Taxonomy
    own: str
    tagged: Container[str]
    seen: set[tuple[str, int]] = field(default_factory=set)

    def rule(self, dimension: Dimension, rule: Rule) -> Iterator[str]:
        # Once is enough, and rules that ask dimensions of rules that ask dimensions would be very many.
        if (dimension.name, rule.number) in self.seen:
            return
        self.seen.add((dimension.name, rule.number))
        if rule.kind == "parent":
            # The parent may be called so by any rule behind this one, and lies where the resource lies.
            yield RULE
            for other in dimension.rules:
                if other.number > rule.number:
                    yield from self.rule(dimension, other)
        if rule.column:
            yield from _of_column(rule.column)
        if rule.dimension:
            yield from self.dimension(rule.dimension)
        for condition in rule.when:
            yield from self._subject(condition.subject)

    def dimension(self, name: str) -> Iterator[str]:
        yield name
        dimension = self.taxonomy.dimensions[name]
        for rule in dimension.rules:
            if rule.kind in {"tag", "label"} and name in self.tagged:
                return
            yield from self.rule(dimension, rule)
        for below in self.taxonomy.dimensions.values():
            if below.rolls_up == name:
                yield from self.dimension(below.name)

    def _subject(self, subject: str) -> Iterator[str]:
        kind, _, key = subject.partition(".")
        if subject in self.taxonomy.dimensions:
            yield from self.dimension(subject)
        elif key:
            yield from self._dimensions_of(kind, key)
        else:
            yield from _of_column(subject)

    def _dimensions_of(self, kind: str, key: str) -> Iterator[str]:
        """Yield the dimensions that are read from a tag or label, or that it is something else."""
        labels, found = kind == "label", []
        for dimension in self.taxonomy.dimensions.values():
            keys = [each for rule in dimension.rules if rule.kind == kind for each in rule.keys]
            if ranked(keys, [key], labels=labels) or ranked([key], keys, labels=labels):
                found.append(dimension.name)
        # The dimension's own tag is no witness, and what else speaks is none of it.
        yield from [name for name in found if name != self.own] or [RULE]


def _of_column(column: str) -> Iterator[str]:
    if column.startswith(_OF_IDS):
        # Who lists ids says what nobody else does; but the end of an id is a name, and ids are made of names.
        yield RULE
    if column in {"name", "ResourceName"} or column.startswith(_OF_IDS):
        yield NAME
    else:
        yield ACCOUNT if column.startswith(_OF_ACCOUNTS) else RULE
