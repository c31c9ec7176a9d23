"""What happened to the company's costs, with known day, size and cause: incidents, initiatives, price cuts.

Owns the events. Their true effect in money is measured in usage.py, where the same day is computed with and without.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmod.sample.prices import skus
from finmod.sample.resources import Resources
from finmod.sample.streams import Stream

_CAUSES = (
    "retry storm after a failed deployment",
    "autoscaler limit raised and not lowered",
    "debug logging left on",
    "load test against production",
    "backfill that ran twice",
    "crawler traffic without a rate limit",
)
_WORK = (
    "right-sizing of instances",
    "move to a cheaper storage class",
    "query and index tuning",
    "log sampling",
    "autoscaling down at night",
)


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
    source = ("aws", "aws", "gcp", "azure", "aws", "ai")[stream.integer(0, 6)]
    found = resources[source]
    place = stream.integer(0, found.count)
    born, dead = int(found.first_day[place]), int(found.end_day[place])
    sku, owner = int(found.sku[place]), int(found.owner[place])
    if kind == "incident":
        start = min(born + stream.integer(0, max(dead - born - 7, 1)), days - 1)
        end, factor, cause = start + stream.integer(1, 7), stream.integer(1800, 6000), _CAUSES[stream.integer(0, len(_CAUSES))]
        return Effect(f"{kind}-{number + 1:02d}", kind, source, sku, owner, start, min(end, days), factor, cause, 0)
    start = min(born + stream.integer(days // 4, max(days * 3 // 4, days // 4 + 1)), days - 1)
    factor, cause = stream.integer(550, 850), _WORK[stream.integer(0, len(_WORK))]
    return Effect(f"{kind}-{number + 1:02d}", kind, source, sku, owner, start, days, factor, cause, 500 * stream.integer(4, 60))


def make_price_cuts(seed: int, months: int) -> tuple[PriceCut, ...]:
    """Return three cuts of list prices inside the window."""
    keys = ("s3", "sagemaker", "large-out")
    stream = Stream(seed, "price-cuts")
    offered = {sku.key: place for place, sku in enumerate(skus())}
    return tuple(PriceCut(offered[key], max(1, stream.integer(months // 4, months)), stream.integer(50, 220)) for key in keys)
