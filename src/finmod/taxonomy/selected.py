"""Charge keys selected by conditions, in the same pass in which they are named.

Owns how a selection becomes a dimension that nobody sees: its one value names the keys that meet the conditions. So
conditions on tags and dimensions mean what they mean in taxonomy.yaml, and each text is compared once for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from finmod.settings.rule import COLUMNS
from finmod.settings.rule import Condition as ConditionSettings
from finmod.taxonomy.definition import Condition, Dimension, Rule, Taxonomy

_SELECTED: Final = "yes"

Alternatives = Sequence[Mapping[str, ConditionSettings]]
"""Each maps what is looked at to what it must be; one of them must hold."""


def with_selections(taxonomy: Taxonomy, selections: Mapping[str, Alternatives]) -> Taxonomy:
    """Return a taxonomy with a dimension per selection: it names the keys that are selected, and no others.

    What a condition looks at is a column, ``tag.KEY``, ``label.KEY`` or a dimension; a dimension that is not there is
    read as a tag of that name.

    Args:
        taxonomy: The dimensions that conditions may look at.
        selections: Name -> alternatives. No name may be that of a dimension.
    """
    made = {
        name: Dimension(name, name, None, tuple(_rules(taxonomy, name, alternatives)))
        for name, alternatives in selections.items()
    }
    return replace(taxonomy, dimensions={**taxonomy.dimensions, **made})


def read_as_tags(taxonomy: Taxonomy, selections: Mapping[str, Alternatives]) -> dict[str, list[str]]:
    """Return dimension that is not there, and so is read as a tag -> the selections that look at it."""
    found: dict[str, list[str]] = {}
    for name, alternatives in selections.items():
        subjects = {subject for each in alternatives for subject in each}
        for subject in sorted(subjects):
            if subject not in COLUMNS and "." not in subject and subject not in taxonomy.dimensions:
                found.setdefault(subject, []).append(name)
    return found


def _rules(taxonomy: Taxonomy, name: str, alternatives: Alternatives) -> list[Rule]:
    return [
        Rule(
            number,
            "when",
            name,
            "",
            when=tuple(_condition(taxonomy, subject, given) for subject, given in each.items()),
            value=_SELECTED,
        )
        for number, each in enumerate(alternatives, start=1)
    ]


def _condition(taxonomy: Taxonomy, subject: str, given: ConditionSettings) -> Condition:
    is_known = subject in COLUMNS or "." in subject or subject in taxonomy.dimensions
    return Condition(subject if is_known else f"tag.{subject}", given.any, given.none, given.absent, "")
