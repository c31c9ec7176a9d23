"""The rules of potential savings that come with finmod: what each selects among charges, beside what it says.

Owns the model of their file, ``built_in_savings.json``, and its reading. Conditions are those of taxonomy.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Final, Literal

from pydantic import Field, RootModel

from finmod.settings.rule import Text, When
from finmod.settings.validate import Settings
from finmod.terms.savings import Effort, Evidence, How, Kind, Per, Risk, SavingRule, Successor

BUILT_IN: Final = "built_in_savings.json"


class EvidenceSettings(Settings):
    """What must be seen; the fields are those of ``finmod.terms.savings.Evidence``."""

    days: Decimal | None = None
    months: int | None = None
    steady: Decimal | None = None
    weekends: Decimal | None = None
    hours: Decimal | None = None
    no_decline: Decimal | None = None
    without: Literal["resource", "place"] | None = None
    beside_at_most: Decimal | None = None


class SuccessorSettings(Settings):
    """What takes the place of an older kind."""

    old: Text
    new: Text
    share: Decimal | None = None


class BuiltInRule(Settings):
    """One rule: see ``finmod.terms.savings.SavingRule``."""

    title: Text
    kind: Kind = "usage"
    per: Per = "resource"
    family: Text | None = None
    when: tuple[When, ...] = Field(min_length=1)
    beside: tuple[When, ...] = ()
    beside_words: Text | None = None
    evidence: EvidenceSettings = EvidenceSettings()
    seen: Text
    share: Decimal | None = Field(default=None, ge=0, le=1)
    how: How
    basis: Text
    source: Text
    successors: tuple[SuccessorSettings, ...] = ()
    suppliers: tuple[Text, ...] = Field(min_length=1)
    effort: Effort
    risk: Risk
    remedy: Text


class SavingsFile(RootModel[dict[str, BuiltInRule]]):
    """Every rule by name, in the order in which they take what they save."""


@dataclass(frozen=True)
class Selected:
    """A rule with the charges that it looks at.

    Attributes:
        rule: The rule.
        when: Alternatives, one of which a charge must meet; each maps what is looked at to what it must be.
        beside: The same of other usage, which must lack, or cost little.
    """

    rule: SavingRule
    when: tuple[When, ...]
    beside: tuple[When, ...]


@cache
def text_of_rules() -> str:
    """Return the text of the file of rules."""
    return resources.files("finmod.settings").joinpath(BUILT_IN).read_text(encoding="utf-8")


@cache
def saving_rules() -> Mapping[str, Selected]:
    """Return the rules that come with finmod, by name, in their order."""
    found = SavingsFile.model_validate_json(text_of_rules()).root
    return {name: _selected(name, place, each) for place, (name, each) in enumerate(found.items())}


def _selected(name: str, order: int, given: BuiltInRule) -> Selected:
    rule = SavingRule(
        name=name,
        title=given.title,
        kind=given.kind,
        per=given.per,
        family=given.family,
        beside_words=given.beside_words,
        evidence=Evidence(**given.evidence.model_dump()),
        seen=given.seen,
        share=given.share,
        how=given.how,
        basis=given.basis,
        source=given.source,
        successors=tuple(Successor(**each.model_dump()) for each in given.successors),
        suppliers=given.suppliers,
        effort=given.effort,
        risk=given.risk,
        remedy=given.remedy,
        order=order,
    )
    return Selected(rule, given.when, given.beside)
