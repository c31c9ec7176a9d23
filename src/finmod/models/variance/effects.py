"""The effects that a change of cost is made of: their names, their order, and what each means.

Owns the list. Every change is a sum of these and of nothing else: what bills do not tell apart is an effect too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Effect:
    """One effect.

    Attributes:
        name: As tables have it, such as ``list_price``.
        title: For people.
        meaning: What it is, in a sentence.
    """

    name: str
    title: str
    meaning: str


EFFECTS: Final = (
    Effect("volume", "Volume", "More or less use a day of what was used in both months: hours, GB, requests."),
    Effect("mix", "Mix", "Use moved between SKUs, regions, sizes and resources of different price."),
    Effect("days", "Days in the month", "The month has more or fewer days, for what is used by the day."),
    Effect(
        "list_price",
        "List price",
        "The supplier's public price of the same SKU changed; where bills have none, the only price that they tell.",
    ),
    Effect(
        "negotiated_discount",
        "Negotiated discount",
        "The contracted price moved away from the list price, or towards it.",
    ),
    Effect("commitment_coverage", "Commitment coverage", "More or less of the use was covered by commitments."),
    Effect(
        "commitment_discount",
        "Commitment discount",
        "What commitments cover costs a larger or smaller part of its price.",
    ),
    Effect("unused_commitments", "Unused commitments", "What was paid for commitments that nothing used."),
    Effect("fx", "Exchange rates", "The bill's currency became dearer or cheaper in the reporting currency."),
    Effect("new_resources", "New resources", "Resources without a charge before, of services that were there."),
    Effect("ended_resources", "Ended resources", "Resources without a charge now, of services that are still there."),
    Effect("new_services", "New services", "Services without a charge before."),
    Effect("ended_services", "Ended services", "Services without a charge now."),
    Effect("credits", "Credits and refunds", "Grants, promotions and money given back."),
    Effect("tax", "Tax", "Tax on the bill."),
    Effect("support", "Support", "Support plans."),
    Effect("one_time_fees", "One-time fees", "Purchases that are charged once, without commitments."),
    Effect("restatement", "Restatement", "Corrections of earlier months that are booked in one of the two."),
    Effect(
        "allocation_shares",
        "Shares of shared cost",
        "Drivers moved: somebody has a larger or smaller part of the same shared cost.",
    ),
    Effect("allocation_rules", "Allocation rules", "The books of the two months follow different rules or names."),
    Effect("beyond_plan", "Beyond plan", "Against a budget: what was planned cost more than its plan, or less."),
    Effect("not_planned", "Not planned", "Against a budget: cost of what has no plan."),
    Effect(
        "unit_change",
        "Unit changed",
        "The supplier counts in another unit, and nothing tells how many of one the other is.",
    ),
    Effect(
        "other",
        "Not told apart",
        "What bills give no cost, quantity, price or kind of, or another cost than its price.",
    ),
)
"""All of them, in the order in which they are shown."""

PLACE: Final = {effect.name: place for place, effect in enumerate(EFFECTS)}
"""Name -> its place in ``EFFECTS``, and in every row of effects."""
