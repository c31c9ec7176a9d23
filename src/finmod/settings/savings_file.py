"""savings.yaml: rules of finmod that a project leaves out, its own shares, and rules of its own.

Owns the model of that file, its reading, and which rules hold in a project. Without the file those of finmod hold.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from finmod.settings.rule import Text, Texts, When
from finmod.settings.savings import Selected, saving_rules
from finmod.settings.source import many
from finmod.settings.validate import KEY, Fault, Settings, did_you_mean, refusal, refusals, validated
from finmod.settings.yaml import Document, parse_bytes, read_bytes
from finmod.terms.savings import Effort, Evidence, How, Risk, SavingRule

SAVINGS: Final = "savings.yaml"
RULE_NAME: Final = "^[a-z][a-z0-9-]{0,59}$"
_FORM, _KIND = "FM1006", "FM1005"
_UNKNOWN, _NO_SHARE, _TAKEN, _BESIDE = "FM2561", "FM2562", "FM2563", "FM2564"
_SAID: Final = f"As {SAVINGS} says."


def _number(value: object) -> object:
    """Read a whole number as a decimal; true and false are none."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _name(value: str) -> str:
    if not re.fullmatch(RULE_NAME, value) or value.endswith("\n"):
        expected = "a lower-case letter, then lower-case letters, digits or -, at most 60 characters"
        raise refusal(_FORM, expected, "Rename the rule.")
    return value


def _several(value: object) -> object:
    """Read one mapping of conditions as a list of one."""
    return (value,) if isinstance(value, dict) else many(value)


def _alternatives(value: object) -> object:
    found = _several(value)
    if found == ():
        raise refusal(_FORM, "at least one condition", "Say which charges the rule looks at.")
    return found


Number = Annotated[Decimal, BeforeValidator(_number, json_schema_input_type=float)]
Share = Annotated[Number, Field(ge=0, le=1, examples=[0.5], json_schema_extra={"minimum": 0, "maximum": 1})]
Alternatives = Annotated[tuple[When, ...], BeforeValidator(_alternatives, json_schema_input_type=When | list[When])]


class OwnEvidence(Settings):
    """What must be seen of a rule's charges; what is left out is not demanded."""

    days: Share | None = Field(default=None, description="Share of the days of the bill on which it is charged.")
    months: int | None = Field(
        default=None, ge=1, le=36, description="Months before, in each of which it is charged too.", examples=[3]
    )
    steady: Share | None = Field(default=None, description="Least part of the most used day that each day has.")
    weekends: Share | None = Field(default=None, description="Least part of a weekday that a day of the weekend has.")
    hours: (
        Annotated[Number, Field(ge=0, le=24, examples=[20], json_schema_extra={"minimum": 0, "maximum": 24})] | None
    ) = Field(default=None, description="Hours a day on average, where hours of one resource are billed.")
    no_decline: Share | None = Field(default=None, description="Least part of the average that the last week has.")
    without: Literal["resource", "place"] | None = Field(
        default=None, description="Where usage of beside must lack: on the resource, or in its account and region."
    )
    beside_at_most: Share | None = Field(
        default=None, description="Most part of its own cost that usage of beside on the same resource has."
    )


class OwnRule(Settings):
    """A rule of the project's own."""

    title: Text = Field(description="What it finds, in a few words.", examples=["Forgotten labs"])
    when: Alternatives = Field(
        description="Conditions that usage must meet, as in taxonomy.yaml; of several one must hold.",
        examples=[{"tag.lab": "*"}],
    )
    per: Literal["resource", "place"] = Field(
        default="resource", description="What a candidate is: a resource, or an account's service in a region."
    )
    beside: Annotated[tuple[When, ...], BeforeValidator(_several, json_schema_input_type=When | list[When])] = Field(
        default=(), description="Conditions of other usage that must lack, or cost little."
    )
    beside_words: Text = Field(default="usage beside it", description="What that is called.", examples=["bytes"])
    evidence: OwnEvidence = Field(default=OwnEvidence(), description="What must be seen.")
    share: Share | None = Field(default=None, description="Share of the cost that goes away; unknown without it.")
    how: How = Field(default="rule of thumb", description="How sure that is.", examples=["whole"])
    basis: Text = Field(default=_SAID, description="Why it is that much.")
    source: Text = Field(default=SAVINGS, description="Where that is from.")
    effort: Effort = Field(default="M", description="S: hours; M: days; L: weeks.", examples=["S"])
    risk: Risk = Field(default="medium", description="What can go wrong: low, medium or high.", examples=["low"])
    remedy: Text = Field(default="Ask its owner.", description="What to do.")

    @model_validator(mode="after")
    def _looks_beside(self) -> Self:
        demands = self.evidence.without is not None or self.evidence.beside_at_most is not None
        if demands and not self.beside:
            remedy = "Say which usage: beside: {SkuMeter: '*NatGateway-Bytes'}."
            raise refusals([Fault(code=_BESIDE, expected="beside too", remedy=remedy, steps=("evidence",),
                                  found="asks for usage beside, and the rule names none")])  # fmt: skip
        if self.beside and not demands:
            remedy = "Add without: resource, without: place or beside_at_most below evidence."
            raise refusals([Fault(code=_BESIDE, expected="evidence that asks for it", remedy=remedy, steps=("beside",),
                                  found="is asked for by no evidence")])  # fmt: skip
        return self


class SavingsSettings(Settings):
    """What a project says of potential savings."""

    off: Texts = Field(
        default=(), description="Rules of finmod that are not looked for.", examples=[["cross-zone-traffic"]]
    )
    shares: dict[Text, Share] = Field(
        default={},
        description="Rule of finmod to the share of its cost that goes away here, in place of its own.",
        examples=[{"nonproduction-hours": 0.5}],
    )
    rules: dict[Annotated[str, AfterValidator(_name)], OwnRule] = Field(
        default={}, description="Rules of the project's own, by name."
    )

    @model_validator(mode="after")
    def _names_rules(self) -> Self:
        faults = [*self._unknown(), *self._taken()]
        if faults:
            raise refusals(faults)
        return self

    def _unknown(self) -> Iterator[Fault]:
        known = saving_rules()
        places = [(("off", at), name) for at, name in enumerate(self.off)]
        for steps, name in (*places, *((("shares", name, KEY), name) for name in self.shares)):
            if name not in known:
                remedy = did_you_mean(name, known) or "See the rules with: finmod savings --list."
                yield Fault(code=_UNKNOWN, expected="the name of a rule of finmod", remedy=remedy, steps=steps,
                            found=f"is {name!r}")  # fmt: skip
            elif steps[0] == "shares" and known[name].rule.share is None:
                yield Fault(code=_NO_SHARE, expected="a rule with one share for all that it finds",
                            remedy="Take it out: each candidate of the rule has its own share.", steps=steps,
                            found="is a rule whose candidates have shares of their own")  # fmt: skip

    def _taken(self) -> Iterator[Fault]:
        for name in self.rules:
            if name in saving_rules():
                remedy = f"Rename it; to replace that of finmod, add off: [{name}] too."
                yield Fault(code=_TAKEN, expected="another name", remedy=remedy, steps=("rules", name, KEY),
                            found="is the name of a rule of finmod")  # fmt: skip


@dataclass(frozen=True)
class ProjectRules:
    """The rules that hold in a project.

    Attributes:
        rules: By name, in the order in which they take what they save.
        own: Names of those that are the project's own.
        text: Bytes of the file; none without one.
        document: Has the places; None without a file.
    """

    rules: Mapping[str, Selected]
    own: frozenset[str] = frozenset()
    text: bytes = b""
    document: Document | None = None

    def place(self, name: str) -> str:
        """Return ``file:line:column`` of a rule of the project's own."""
        if self.document is None:
            return SAVINGS
        _, node, _ = self.document.find(("rules", name))
        return f"{self.document.name}:{node.line}:{node.column}"


def read_saving_rules(root: Path) -> ProjectRules:
    """Return the rules that hold in a project's folder; those of finmod where it says nothing.

    Raises:
        UserError: Every problem of the file.
    """
    if not os.path.lexists(root / SAVINGS):
        return ProjectRules(saving_rules())
    raw = read_bytes(root / SAVINGS, SAVINGS)
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in raw.splitlines()):
        return ProjectRules(saving_rules())  # so stands the file that ``finmod init`` writes
    document = parse_bytes(raw, SAVINGS)
    settings = validated(SavingsSettings, document)
    kept = [_with_share(each, settings.shares.get(name)) for name, each in saving_rules().items()
            if name not in settings.off]  # fmt: skip
    own = [_own(name, each) for name, each in settings.rules.items()]
    # A commitment is bought for what is left when nothing else can be saved.
    usage = [each for each in kept if each.rule.per != "family"]
    ordered = [*usage, *own, *(each for each in kept if each.rule.per == "family")]
    rules = {each.rule.name: replace(each, rule=replace(each.rule, order=at)) for at, each in enumerate(ordered)}
    return ProjectRules(rules, frozenset(settings.rules), raw, document)


def _with_share(selected: Selected, share: Decimal | None) -> Selected:
    if share is None:
        return selected
    return replace(selected, rule=replace(selected.rule, share=share, basis=_SAID, source=SAVINGS))


def _own(name: str, given: OwnRule) -> Selected:
    rule = SavingRule(
        name=name, title=given.title, kind="usage", per=given.per, beside_words=given.beside_words,
        evidence=Evidence(**given.evidence.model_dump()), seen=_SAID, share=given.share,
        how=given.how if given.share is not None else "unknown", basis=given.basis, source=given.source,
        suppliers=("the project's own",), effort=given.effort, risk=given.risk, remedy=given.remedy, order=0,
    )  # fmt: skip
    return Selected(rule, given.when, given.beside)
