"""Policies: charges of a kind, such as tax or unused commitments, by what bills of all suppliers have in common.

Owns which charges each word of ``policies`` means, as conditions on FOCUS columns, and what owner, users and cost mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal

from finmod.allocation.definition import Pool, Share
from finmod.settings.allocation import COST, USERS
from finmod.taxonomy.definition import Condition

Word = Literal["purchases", "unused", "credits", "refunds", "tax", "support", "marketplace"]
Sets = tuple[tuple[Condition, ...], ...]

NAMES: Final[Mapping[Word, str]] = {
    "purchases": "commitment purchases",
    "unused": "unused commitments",
    "credits": "credits",
    "refunds": "refunds",
    "tax": "tax",
    "support": "support",
    "marketplace": "marketplace",
}
"""What the pool of each policy is called, in the order in which they are asked."""

OF_COMMITMENTS: Final[tuple[Word, ...]] = ("purchases", "unused")
"""Those that stand under ``commitments``, and know users."""

_ID, _ACCOUNT, _SOURCE = "CommitmentDiscountId", "SubAccountId", "x_Source"
_SUPPLIERS = ("Google*", "Amazon*", "AWS*", "Microsoft*", "Oracle*", "Azure*")


def _is(subject: str, *texts: str) -> Condition:
    return Condition(subject, texts, (), absent=False, place="")


def _not(subject: str, *texts: str, any: tuple[str, ...] = ()) -> Condition:  # noqa: A002 -- the word of conditions
    return Condition(subject, any, texts, absent=False, place="")


def _absent(subject: str) -> Condition:
    return Condition(subject, (), (), absent=True, place="")


# What is bought, used or taken back; a tax on support is a tax, and a credit for it a credit.
_OWN_COST = _is("ChargeCategory", "Usage", "Purchase", "Adjustment")
# A surcharge for software past its end has the word support in it, and belongs to the resource.
NO_SURCHARGE: Final = ("/.*extended ?-?support.*/", "/.*extended security updates?.*/")
"""Patterns of what is called support and is none."""
PLANS: Final = (
    r"/aws support( ?[(\[].*[)\]])?/",
    "/aws (developer|business|enterprise|premium|enterprise on-ramp|unified operations)( on-ramp)? support.*/",
    "/aws(developersupport|supportbusiness|supportenterprise|enterpriseonramp|premiumsupport)/",
    "OCBPremiumSupport",
    "Azure Support",
    "/(cloud |premium |enhanced |standard |basic )?support/",
    "/professional direct( support)?/",
    "/microsoft (unified|premier support).*/",
    "/google cloud (premium |enhanced |standard )?support.*/",
    "/(cloud )?customer care.*/",
    "/oracle (premier|cloud) support.*/",
)
"""Patterns of names of services that are support plans: of AWS, also its product codes, of Azure, Google and Oracle."""
_SOLD_AS = "/.*(professional direct|standard|premium|premier|enterprise|developer|business) support.*/"
# Models of Bedrock are sold so too; they are used like any service, resource by resource.
_SOFTWARE = _not("ServiceName", "*(Amazon Bedrock Edition)*")
_NOT_MICROSOFT = _not("ServiceProviderName", "Microsoft*", "Anthropic*")


def _of_support(*conditions: Condition) -> tuple[Condition, ...]:
    return (*conditions, _OWN_COST, _not("SkuMeter", *NO_SURCHARGE), _not("ChargeDescription", *NO_SURCHARGE))


SETS: Final[Mapping[Word, Sets]] = {
    "purchases": (
        (_is("ChargeCategory", "Purchase"), _is(_ID, "*")),
        # Google's fee names its commitment in the SKU alone, and its FOCUS view has it as Usage.
        (
            _is("SkuMeter", "Commitment v1:*", "Commitment - dollar based*"),
            _is("ChargeCategory", "Purchase", "Usage"),
            _absent("CommitmentDiscountStatus"),
            _absent(_ID),
        ),
    ),
    "unused": ((_is("CommitmentDiscountStatus", "Unused"), _is("ChargeCategory", "Usage")),),
    "credits": ((_is("ChargeCategory", "Credit"),),),
    # What is refunded of a commitment goes with its purchase, and what belongs to late usage with that.
    "refunds": (
        (
            _is("ChargeClass", "Correction"),
            _is("ChargeCategory", "Adjustment", "Purchase"),
            _not("ChargeFrequency", "Usage-Based"),
            _absent(_ID),
        ),
    ),
    "tax": ((_is("ChargeCategory", "Tax"),),),
    "support": (
        _of_support(_is("ServiceSubcategory", "Support")),
        _of_support(_is("ServiceName", *PLANS)),
        _of_support(_is("ChargeDescription", _SOLD_AS), _is("ChargeCategory", "Purchase")),
    ),
    "marketplace": (
        (_is("SkuMeter", "/(.*-)?(mp|softwareusage):.*/"), _SOFTWARE, _OWN_COST),
        (_is("ChargeDescription", "AWS Marketplace *", "*, sold on AWS Marketplace"), _SOFTWARE, _OWN_COST),
        (
            _is("ServiceName", "SaaS", "Azure Marketplace", "Microsoft.SaaS"),
            _not("ServiceProviderName", "Microsoft*"),
            _OWN_COST,
        ),
        (_is("ResourceType", "microsoft.saas/*", "microsoft.marketplace/*"), _NOT_MICROSOFT, _OWN_COST),
        # Bills that name the seller as the provider of the service.
        (
            _is("InvoiceIssuerName", "Google*", "Amazon Web Services*", "AWS*", "Microsoft*", "Oracle*"),
            _not("ServiceProviderName", *_SUPPLIERS, any=("*",)),
            _SOFTWARE,
            _OWN_COST,
        ),
    ),
}
"""Sets of conditions per word: a charge is meant where all of one set hold."""


def sets(word: Word, place: str, *, users: bool = False) -> Sets:
    """Return the conditions of a word, as if they stood at a place.

    Args:
        word: Kind of charges.
        place: ``file:line:column`` of the policy.
        users: Whether those alone are meant that name their commitment: nobody is the user of the others.
    """
    named = (_is(_ID, "*"),)
    found = SETS[word]
    if users:
        found = tuple((*each, *(() if named[0] in each else named)) for each in found if _absent(_ID) not in each)
    return tuple(tuple(replace(each, place=place) for each in conditions) for conditions in found)


def policy_pool(word: Word, meaning: str, place: str) -> Pool:
    """Return the pool that a policy makes.

    Args:
        word: Kind of charges.
        meaning: ``users`` or ``cost``.
        place: ``file:line:column`` of the policy.
    """
    found = sets(word, place, users=meaning == USERS)
    text = f"policy {'commitments.' if word in OF_COMMITMENTS else ''}{word}: {meaning}"
    return Pool(
        name=NAMES[word], place=place, when=found, shares=(_share(meaning, place),),
        texts=tuple((text, place) for _ in found), is_policy=True,
    )  # fmt: skip


def _share(meaning: str, place: str) -> Share:
    """Return how a policy shares: what nobody can be found for stays unallocated, which is no error.

    Who uses a commitment, or costs something in an account, may be a pool: its part goes on to those who pay for that.
    """
    if meaning == USERS:
        text = f"cost EffectiveCost within {_ID}"
        return Share(kind="cost", place=place, text=text, within=(_ID,), pools=True, unallocated=True)
    assert meaning == COST  # noqa: S101 -- the words are told apart where they are read
    source = Share(
        kind="cost", place=place, text=f"cost EffectiveCost within {_SOURCE}", within=(_SOURCE,), pools=True,
        unallocated=True,
    )  # fmt: skip
    within = (_SOURCE, _ACCOUNT)
    text = f"cost EffectiveCost within {_SOURCE} and {_ACCOUNT}"
    return Share(kind="cost", place=place, text=text, within=within, pools=True, otherwise=source)
