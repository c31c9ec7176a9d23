"""What happened to the company's costs, with known day, size and cause: incidents, initiatives, price cuts.

Owns the events. Their true effect in money is measured in usage.py, where the same day is computed with and without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from finmod.sample.prices import skus
from finmod.sample.resources import Resources
from finmod.sample.streams import Stream

# Per category of service: what goes wrong there, and what is done about cost.
_STORIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Compute": (
        (
            "autoscaler limit raised and not lowered",
            "load test against production",
            "retry storm after a failed deployment",
        ),
        ("right-sizing of instances", "autoscaling down at night"),
    ),
    "Storage": (("backups without an expiry", "backfill that ran twice"), ("move to a cheaper storage class",)),
    "Databases": (("full scans after a lost index", "backfill that ran twice"), ("query and index tuning",)),
    "Analytics": (("backfill that ran twice",), ("query and index tuning",)),
    "Networking": (("crawler traffic without a rate limit",), ("compression of responses",)),
    "Management and Governance": (("debug logging left on",), ("log sampling",)),
    "AI and Machine Learning": (
        ("prompt loop without a limit", "model evaluation left running"),
        ("caching of prompts",),
    ),
}
_OTHER_STORY = (("retry storm after a failed deployment",), ("removal of idle resources",))
# Of so many resources drawn the dearest has the event: what is too small to see is no incident.
_DRAWN = 8


@dataclass(frozen=True)
class Effect:
    """Something that multiplied the use of one SKU by one owner over some days.

    Attributes:
        name: Identifier, such as ``incident-03``.
        kind: ``incident`` or ``initiative``.
        source: Name of the source.
        sku: Place in the price list.
        owner: Product's place, or number of products + platform's place.
        first_day: First day, place in the window.
        end_day: Day after the last day.
        factor: Per mille of the use without it.
        cause: For people.
        one_time_cost: What the work cost, whole USD; 0 for incidents.
    """

    name: str
    kind: str
    source: str
    sku: int
    owner: int
    first_day: int
    end_day: int
    factor: int
    cause: str
    one_time_cost: int


@dataclass(frozen=True)
class PriceCut:
    """A list price that the supplier lowered: from which month of the window, by how many per mille."""

    sku: int
    from_month: int
    cut: int


def make_effects(seed: int, resources: dict[str, Resources], days: int, months: int) -> tuple[Effect, ...]:
    """Return incidents (about one in two months) and initiatives, each on use that exists."""
    return tuple(
        _effect(Stream(seed, kind, str(number)), kind, number, resources, days)
        for kind, count in (("incident", max(2, months // 2)), ("initiative", max(2, months // 5)))
        for number in range(count)
    )


def _effect(stream: Stream, kind: str, number: int, resources: dict[str, Resources], days: int) -> Effect:
    source = ("aws", "aws", "gcp", "azure-ea", "aws", "ai")[stream.integer(0, 6)]
    found = resources[source]
    drawn = stream.integers(0, found.count, _DRAWN)
    prices = np.array([skus()[place].list_price for place in found.sku[drawn]], dtype=np.int64) * found.multiple[drawn]
    alive = found.end_day[drawn] - found.first_day[drawn] > days // 3
    place = int(drawn[np.argmax(found.base[drawn] * prices * alive)])
    born, dead = int(found.first_day[place]), int(found.end_day[place])
    sku, owner = int(found.sku[place]), int(found.owner[place])
    story = _STORIES.get(skus()[sku].category, _OTHER_STORY)[kind == "initiative"]
    cause = story[stream.integer(0, len(story))]
    if kind == "incident":
        start = min(born + stream.integer(0, max(dead - born - 7, 1)), days - 1)
        end, factor = min(start + stream.integer(1, 7), days), stream.integer(1800, 6000)
        return Effect(f"{kind}-{number + 1:02d}", kind, source, sku, owner, start, end, factor, cause, 0)
    start = min(born + stream.integer(days // 4, max(days * 3 // 4, days // 4 + 1)), days - 1)
    factor = stream.integer(550, 850)
    return Effect(
        f"{kind}-{number + 1:02d}", kind, source, sku, owner, start, days, factor, cause, 500 * stream.integer(4, 60)
    )


def make_price_cuts(seed: int, months: int) -> tuple[PriceCut, ...]:
    """Return three cuts of list prices inside the window."""
    keys = ("s3", "sagemaker", "large-out")
    stream = Stream(seed, "price-cuts")
    offered = {sku.key: place for place, sku in enumerate(skus())}
    return tuple(
        PriceCut(offered[key], max(1, stream.integer(months // 4, months)), stream.integer(50, 220)) for key in keys
    )
