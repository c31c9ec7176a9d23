"""allocation.yaml: which cost is shared, and how: policies, pools and nested levels.

Owns the models of that file. How one pool is shared stands in ``share.py``; what the names in it mean, and whether the
whole can be solved, is told in ``allocation``.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from finmod.settings.rule import Dated, Flag, Text, Texts, When, overlap
from finmod.settings.share import UNALLOCATED, ShareSettings
from finmod.settings.source import many
from finmod.settings.taxonomy import VALUE_NAME, is_value_name
from finmod.settings.validate import Fault, Settings, listing, refusal, refusals
from finmod.settings.yaml import Steps

ALLOCATION: Final = "allocation.yaml"

OWNER: Final = "owner"
USERS: Final = "users"
COST: Final = "cost"
RESERVED: Final = (OWNER, USERS, COST, UNALLOCATED, "direct")
"""Words that no pool can be called: they mean something where a pool is named."""

POLICIES: Final = ("credits", "refunds", "tax", "support", "marketplace")
"""Kinds of charges with a policy, beside those of commitments."""

_KIND, _FORM, _TWICE, _BOTH = "FM1005", "FM1006", "FM1015", "FM2110"


def _pool_name(value: str) -> str:
    if not is_value_name(value):
        raise refusal(_FORM, VALUE_NAME, "Correct the name.")
    if value in RESERVED:
        raise refusal(_FORM, f"another name than {listing(RESERVED)}", "Rename it: the word means something elsewhere.")
    return value


def _each_once(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise refusal(_FORM, "at least one dimension", "Name a dimension of taxonomy.yaml.")
    faults = [
        Fault(code=_TWICE, expected="each dimension once", remedy="Take one of the two out.", steps=(number,))
        for number, name in enumerate(value) if name in value[:number]
    ]  # fmt: skip
    if faults:
        raise refusals(faults)
    return value


def _some(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if not value:
        raise refusal(_FORM, "something", "Fill it, or take the line out.")
    return value


def _a_list(value: object) -> object:
    """Read a list alone; the field beside reads the one mapping."""
    return tuple(value) if isinstance(value, list) else None


def _a_mapping(value: object) -> object:
    """Read one mapping alone; the field beside reads a list."""
    if isinstance(value, list):
        return None
    if not isinstance(value, dict):
        raise refusal(
            _KIND, "a mapping (lines of the form 'key: value'), or a list of them", "Write it as {key: value}."
        )
    return value


def _names(value: object) -> object:
    if value is None or isinstance(value, dict):
        return value
    raise refusal(_KIND, "a dimension with its value", "Write a mapping such as {product: kubernetes}.")


Name = Annotated[str, AfterValidator(_pool_name)]
Dimensions = Annotated[Texts, AfterValidator(_each_once)]
_Whens = Annotated[tuple[When, ...] | None, BeforeValidator(_a_list)]
_When = Annotated[When | None, BeforeValidator(_a_mapping, json_schema_input_type=When | list[When])]
_Shares = Annotated[tuple[ShareSettings, ...] | None, BeforeValidator(_a_list)]
_Share = Annotated[
    ShareSettings | None, BeforeValidator(_a_mapping, json_schema_input_type=ShareSettings | list[ShareSettings])
]


def _not_overlapping(shares: tuple[ShareSettings, ...]) -> Fault | None:
    """Return the fault of the first share that holds on a day on which an earlier one does."""
    for number, item in enumerate(shares):
        for place, earlier in enumerate(shares[:number], start=1):
            if overlap(item, earlier):
                day = max(filter(None, (item.since, earlier.since)), default=None)
                return Fault(
                    code=_BOTH, expected="one share for each day", steps=("share", number),
                    found=f"holds while share {place} does{f', from {day} on' if day else ''}",
                    remedy="Give the earlier one an until and the later one a since.",
                )  # fmt: skip
    return None


class _Shared(Settings):
    """What is shared, in one way or by time in several.

    ``share`` is read twice, as the one mapping and as the list that it can be, so that problems are placed in either.
    """

    by_time: _Shares = Field(default=None, alias="share", description="As share.")
    one_share: _Share = Field(
        default=None,
        alias="share",
        description="How it is shared; a list of shares with since and until where that changes.",
        examples=[{"by": "cost"}],
    )

    @property
    def shares(self) -> tuple[tuple[Steps, ShareSettings], ...]:
        """Return each share with the steps to it."""
        if self.one_share is not None:
            return ((("share",), self.one_share),)
        return tuple((("share", number), each) for number, each in enumerate(self.by_time or ()))

    @model_validator(mode="after")
    def _is_shared(self) -> Self:
        if not self.shares:
            remedy = "Add it, such as 'share: {by: cost}'."
            steps: Steps = ("share",) if "one_share" in self.model_fields_set else ()
            found = None if steps else "has no share"
            raise refusals([Fault(code="FM1002", expected="how it is shared", remedy=remedy, steps=steps, found=found)])
        fault = _not_overlapping(self.by_time or ())
        if fault:
            raise refusals([fault])
        return self


class PoolSettings(_Shared, Dated):
    """A pool: cost that is shared."""

    name: Name = Field(description="What it is called.", examples=["kubernetes"])
    label: Text | None = Field(default=None, description="How reports call it.", examples=["Kubernetes"])
    any_of: _Whens = Field(default=None, alias="when", description="As when.")
    one_when: _When = Field(
        default=None,
        alias="when",
        description="Which charges are in it: conditions that must all hold, FOCUS column, tag.KEY, label.KEY or "
        "dimension to text, glob, /pattern/, list of them, {not: list}, or nothing for absent. A list of such "
        "mappings: one of them must hold. The first pool that takes a charge, has it.",
        examples=[{"tag.cluster": "*"}],
    )
    rest: Flag = Field(
        default=False,
        description="Whether it is for what the pools before leave: what they have of it is not told.",
        examples=[True],
    )
    receives: Annotated[dict[Text, Text] | None, BeforeValidator(_names)] = Field(
        default=None,
        alias="as",
        description="What it is called as a target of other pools, by dimension; {} where it gets nothing. Where it is "
        "not given, the value of the one dimension that when asks for alone.",
        examples=[{"product": "kubernetes"}],
    )

    @property
    def whens(self) -> tuple[tuple[Steps, When], ...]:
        """Return each set of conditions with the steps to it; none where policies alone fill the pool."""
        if self.one_when is not None:
            return ((("when",), self.one_when),)
        return tuple((("when", number), each) for number, each in enumerate(self.any_of or ()))

    @model_validator(mode="after")
    def _takes_something(self) -> Self:
        if "one_when" in self.model_fields_set and not self.whens:
            remedy = "Say which charges are in it, or take the line out."
            raise refusals([Fault(code=_KIND, expected="conditions", remedy=remedy, steps=("when",))])
        return self


class LevelSettings(_Shared):
    """A further cut of what targets cost."""

    name: Name = Field(description="What it is called.", examples=["customer"])
    to: Dimensions | None = Field(
        default=None,
        description="The dimensions that it adds; its name where that is not given. Of a dimension of the allocation "
        "itself it fills in what is unknown.",
        examples=[["cohort", "customer"]],
    )
    within: Dimensions = Field(
        description="Dimensions that it stays within: those of the allocation, or of a level before.",
        examples=[["product"]],
    )


def _said(value: object) -> object:
    if value is None:
        raise refusal(_KIND, "what happens to them", "Say it, such as owner, or take the line out.")
    return value


def _or_none(value: object) -> object:
    """Read a list of which every line is commented out, too."""
    return () if value is None else many(value)


Meaning = Annotated[Text | None, BeforeValidator(_said)]


class CommitmentPolicies(Settings):
    """What happens to charges of commitments that belong to no usage."""

    purchases: Meaning = Field(
        default=None,
        description="Purchases of commitments and their refunds: owner, where their names put them; users, by cost of "
        "what used the commitment; or the name of a pool.",
        examples=["users"],
    )
    unused: Meaning = Field(
        default=None,
        description="What was paid for and not used: owner, users, or the name of a pool.",
        examples=["users"],
    )


_WORDS = (
    "owner, where their names put them; cost, by cost of what the same account of the same source has, or else the "
    "same source; or the name of a pool."
)


class PolicySettings(Settings):
    """What happens to charges of a kind, before any pool."""

    commitments: CommitmentPolicies | None = Field(
        default=None, description="Charges of commitments.", examples=[{"purchases": "users", "unused": "users"}]
    )
    credits: Meaning = Field(default=None, description=f"Credits and grants: {_WORDS}", examples=["cost"])
    refunds: Meaning = Field(
        default=None, description=f"Refunds of other things than commitments: {_WORDS}", examples=["owner"]
    )
    tax: Meaning = Field(default=None, description=f"Taxes: {_WORDS}", examples=["cost"])
    support: Meaning = Field(default=None, description=f"Support plans: {_WORDS}", examples=["cost"])
    marketplace: Meaning = Field(
        default=None, description=f"What others sell on a supplier's marketplace: {_WORDS}", examples=["owner"]
    )


class AllocationFile(Settings):
    """Whose every dollar is."""

    to: Dimensions = Field(
        description="The dimensions of taxonomy.yaml that costs are allocated to; the first one is the main one.",
        examples=[["product", "team"]],
    )
    policies: PolicySettings | None = Field(
        default=None,
        description="Charges of a kind, before any pool.",
        examples=[{"tax": "cost"}],
    )
    pools: Annotated[
        tuple[PoolSettings, ...], BeforeValidator(_or_none, json_schema_input_type=list[PoolSettings] | None)
    ] = Field(
        default=(),
        description="Shared cost, in order: the first pool that takes a charge, has it.",
        examples=[[{"name": "support", "when": {"ServiceName": "*Support*"}, "share": {"by": "cost"}}]],
    )
    levels: Annotated[
        tuple[LevelSettings, ...], BeforeValidator(_or_none, json_schema_input_type=list[LevelSettings] | None)
    ] = Field(
        default=(),
        description="Further cuts of what targets cost, one within the other.",
        examples=[[{"name": "team", "within": ["product"], "share": {"by": "cost"}}]],
    )
