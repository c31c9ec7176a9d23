"""The invented company as its bills show it to inference: resources with what stands on a bill, and the truth apart.

Owns which of the company's columns a bill has. AWS and Oracle bills have no name of a resource, Azure's customer
agreement has the last part of the id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from finmod.sample.months import parse_month
from finmod.sample.prices import skus, supplier
from finmod.sample.products import PLATFORMS, PRODUCTS
from finmod.sample.resources import Resources
from finmod.sample.teams import ACCOUNTS, TEAMS
from finmod.sample.usage import month_usage
from finmod.sample.world import World, make_world
from finmod.taxonomy.inference.infer import ResourceFrame, parent_path, resource_frame

NAMED = frozenset({"azure-ea", "gcp", "ai", "datacentre"})
"""Sources whose bills have the name that people gave."""
PLATFORM = "data-platform"
"""The platform that people write into the tag of products."""
_KEYS = ("product", "Product", "app")
_ENVIRONMENTS = {"prod": "production", "prd": "production", "stage": "staging", "stg": "staging"}
_ENVIRONMENTS |= {"dev": "development", "develop": "development"}
_TEXTS = (
    "source", "supplier", "account", "account_name", "region", "service", "resource_type", "name", "resource_id",
    "parent",
)  # fmt: skip


def folded(text: str | None) -> str | None:
    """Return a tag's text as a taxonomy compares it."""
    return text.strip().casefold().replace("_", "-") if text else None


def _understood() -> dict[str, dict[str, str]]:
    """Return dimension -> folded text of a tag -> value: what a taxonomy with names and aliases understands."""
    products = {product.name: product.name for product in PRODUCTS} | {PLATFORM: PLATFORM}
    aliases = {text.casefold(): product.name for product in PRODUCTS for text in product.synonyms}
    environments = {name: name for name in _ENVIRONMENTS.values()} | _ENVIRONMENTS
    return {
        "product": products | aliases,
        "team": {team.name: team.name for team in TEAMS},
        "environment": environments,
        "cluster": {"prod-eu-1": "prod-eu-1", "prod-us-1": "prod-us-1"},
    }


UNDERSTOOD = _understood()


@dataclass(frozen=True)
class Truth:
    """What a resource truly is.

    Attributes:
        values: Dimension -> value; None for the product of a platform's resource.
        platform: The shared platform it belongs to; None for a product's own.
    """

    values: Mapping[str, str | None]
    platform: str | None


@dataclass(frozen=True)
class Company:
    """Resources of all sources.

    Attributes:
        columns: Texts of a ResourceFrame by name, with the key.
        labels: Dimension -> what the taxonomy understood of the tags.
        days: First and last day of each resource.
        usage: Resource x day of the last month, EffectiveCost.
        truth: Key -> what it is.
    """

    columns: dict[str, list[str | None]]
    labels: dict[str, list[str | None]]
    days: tuple[np.ndarray, np.ndarray]
    usage: np.ndarray
    truth: dict[str, Truth]

    def frame(self, dimension: str, *, names: bool = True) -> ResourceFrame:
        """Return the frame for the inference of a dimension; without names those that people gave are taken out."""
        columns = {name: self.columns[name] for name in _TEXTS}
        if not names:
            columns["name"] = [None] * len(columns["name"])
        return resource_frame(
            [str(key) for key in self.columns["key"]],
            self.labels[dimension],
            dimensions={name: column for name, column in self.labels.items() if name != dimension},
            first_day=self.days[0].tolist(),
            last_day=self.days[1].tolist(),
            usage=self.usage,
            cost=[Decimal(f"{cost:.2f}") for cost in self.usage.sum(axis=1).tolist()],
            **columns,
        )


def make_company(seed: int, *, months: int = 12, rows: int = 1_200_000) -> Company:
    """Return the company of a seed; a row is a day of a resource, so that 1,200,000 in a year are 3,600 resources."""
    world = make_world(seed=seed, months=months, end=parse_month("2026-10"), rows=rows, spend=Decimal(8_000_000))
    columns: dict[str, list[str | None]] = {name: [] for name in ("key", *_TEXTS)}
    labels: dict[str, list[str | None]] = {name: [] for name in UNDERSTOOD}
    truth: dict[str, Truth] = {}
    usage, first, end = [], [], []
    for source, found in world.resources.items():
        usage.append(_usage(world, source))
        first.append(found.first_day)
        end.append(found.end_day)
        for place in range(found.count):
            shown = _shown(found, place)
            for name, text in shown.items():
                columns[name].append(text)
            for name, text in _tagged(found.tags[place]).items():
                labels[name].append(text)
            truth[str(shown["key"])] = _truth(found, place)
    start = np.datetime64(world.drivers.days[0])
    days = (start + np.concatenate(first), start + np.concatenate(end) - 1)
    return Company(columns, labels, days, np.concatenate(usage), truth)


def _usage(world: World, source: str) -> np.ndarray:
    used = month_usage(world, source, len(world.months) - 1)
    cost = np.zeros((world.resources[source].count, len(used.starts)), dtype=np.float64)
    np.add.at(cost, (used.resource, used.slot), used.quantity * used.effective_price / 1e10)
    return cost


def _shown(found: Resources, place: int) -> dict[str, str | None]:
    source, sku, account = found.source, skus()[found.sku[place]], ACCOUNTS[found.account[place]]
    last = found.ids[place].rpartition("/")[2]
    return {
        "key": f"{source} {found.ids[place]}",
        "source": source,
        "supplier": supplier(source).name,
        "account": account.number,
        "account_name": account.name,
        "region": supplier(source).regions[found.region[place]][0],
        "service": sku.service_name,
        "resource_type": sku.resource_type,
        "name": found.names[place] if source in NAMED else last if source == "azure-mca" else None,
        "resource_id": found.ids[place],
        "parent": parent_path(found.ids[place]),
    }


def _tagged(tags: Mapping[str, str]) -> dict[str, str | None]:
    written = {name: tags.get(name) for name in UNDERSTOOD}
    written["product"] = next((tags[key] for key in _KEYS if key in tags), None)
    return {name: UNDERSTOOD[name].get(folded(text) or "") for name, text in written.items()}


def _truth(found: Resources, place: int) -> Truth:
    owner = int(found.owner[place]) - len(PRODUCTS)
    product = PRODUCTS[owner + len(PRODUCTS)].name if owner < 0 else None
    team, environment = TEAMS[found.team[place]].name, found.environment[place]
    values = {"product": product, "team": team, "environment": environment}
    return Truth(values, PLATFORMS[owner].name if owner >= 0 else None)
