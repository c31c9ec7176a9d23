"""Where each resource lives: account, region, environment, team, and the names that supplier and people gave it.

Owns ids and names. What a resource is and how much it is used stands in resources.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmod.sample.prices import Sku, skus, supplier
from finmod.sample.products import PLATFORMS, PRODUCTS
from finmod.sample.streams import Stream
from finmod.sample.teams import ACCOUNTS, TEAMS

_PRODUCTION, _STAGING = 0.74, 0.86
_TEAMS_EACH = 4
_SHORT_IDS = frozenset({"i", "vol", "eni", "nat"})


@dataclass(frozen=True)
class Home:
    """Where one resource lives.

    Attributes:
        account: Place in ``ACCOUNTS``.
        region: Place in the supplier's regions.
        environment: Name of the true environment.
        team: Place in ``TEAMS``.
        resource_id: The supplier's id.
        name: The name that people gave.
        truth: (product or "", platform or "", team, environment).
    """

    account: int
    region: int
    environment: str
    team: int
    resource_id: str
    name: str
    truth: tuple[str, str, str, str]


def make_homes(seed: int, source: str, sku: Sequence[int], owner: Sequence[int]) -> tuple[Home, ...]:
    """Return the homes of a source's resources.

    Args:
        seed: The company's seed.
        source: Name of the source.
        sku: Per resource its place in the price list.
        owner: Per resource its product's place, or number of products + platform's place.
    """
    chance = Stream(seed, "resources", source, "place").uniform(len(sku), 4).tolist()
    return tuple(_home(source, place, (skus()[sku[place]], owner[place]), chance[place]) for place in range(len(sku)))


def _home(source: str, place: int, what: tuple[Sku, int], chance: list[float]) -> Home:
    (sku, owner), regions = what, supplier(source).regions
    product, platform = _owner_names(owner)
    environment = "production"
    if not platform and chance[0] >= _PRODUCTION:
        environment = "staging" if chance[0] < _STAGING else "development"
    last = _TEAMS_EACH * len(PRODUCTS) + owner - len(PRODUCTS)
    team = last if platform else _TEAMS_EACH * owner + int(chance[1] * _TEAMS_EACH)
    account = _account(source, product or platform, chance[2], production=environment == "production")
    region = int(chance[3] * chance[3] * len(regions))
    return Home(
        account=account,
        region=region,
        environment=environment,
        team=team,
        resource_id=_resource_id(source, sku, (ACCOUNTS[account].number, regions[region][0]), place),
        name=f"{product or platform}-{sku.key}-{place:05d}",
        truth=(product, platform, TEAMS[team].name, environment),
    )


def _owner_names(owner: int) -> tuple[str, str]:
    if owner < len(PRODUCTS):
        return PRODUCTS[owner].name, ""
    return "", PLATFORMS[owner - len(PRODUCTS)].name


def _account(source: str, owner: str, chance: float, *, production: bool) -> int:
    """Return the owner's own account, else one of those that several share."""
    for owns in (owner, "shared"):
        found = [place for place, one in enumerate(ACCOUNTS) if one.source == source and owns in one.owns]
        fitting = [place for place in found if ACCOUNTS[place].production == production] or found
        if fitting:
            return fitting[int(chance * len(fitting))]
    return next(place for place, one in enumerate(ACCOUNTS) if one.source == source)


def _resource_id(source: str, sku: Sku, home: tuple[str, str], place: int) -> str:
    account, region = home
    if source == "aws":
        number = f"{place * 2654435761 % 2**40:010x}"
        if sku.resource_name in _SHORT_IDS:
            return f"{sku.resource_name}-0{number}"
        service = sku.service_code.removeprefix("Amazon").removeprefix("AWS").lower()
        return f"arn:aws:{service}:{region}:{account}:{sku.resource_name}/{number}"
    name = f"{sku.resource_name}/{sku.key}-{place:05d}"
    if source.startswith("azure"):
        maker = f"microsoft.{sku.category.lower().replace(' ', '')}"
        return f"/subscriptions/{account}/resourcegroups/rg-{place % 40:02d}/providers/{maker}/{name}".lower()
    if source == "gcp":
        return f"//{sku.key}.googleapis.com/projects/{account}/locations/{region}/{name}"
    if source == "oci":
        return f"ocid1.{sku.resource_name}.oc1.{region}.aaaa{place * 2654435761 % 2**40:010x}{place:05d}"
    return f"{account}/{name}".lower()
