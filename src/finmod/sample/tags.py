"""What people wrote on resources: clean, dirty and missing tags, while the truth stands elsewhere.

Owns the words in tags. The true owner is in resources.py and goes to truth/tags.csv.
"""

from __future__ import annotations

from collections.abc import Mapping

from finmod.sample.products import PRODUCTS
from finmod.sample.streams import Stream

_SYNONYMS: Mapping[str, tuple[str, ...]] = {product.name: product.synonyms for product in PRODUCTS}
_ENVIRONMENTS: Mapping[str, tuple[str, ...]] = {
    "production": ("prod", "prd", "Production", "PROD"),
    "staging": ("stage", "stg", "Staging"),
    "development": ("dev", "develop", "Dev"),
}
# Shares of resources: whose product tag is clean, clean or dirty, and so on; the rest has none.
_CLEAN, _DIRTY = 0.70, 0.85
_USUAL_KEY, _HAS_TEAM, _USUAL_TEAM, _HAS_ENVIRONMENT, _USUAL_ENVIRONMENT, _FIRST_CLUSTER = (
    0.8,
    0.78,
    0.85,
    0.9,
    0.6,
    0.5,
)


def written_tags(seed: int, source: str, owners: list[tuple[str, str, str, str]]) -> list[dict[str, str]]:
    """Return the tags of each resource of a source as people wrote them.

    Args:
        seed: The company's seed.
        source: Name of the source: each supplier's habits differ.
        owners: Per resource (product or "", platform or "", team, environment), the truth.
    """
    chance = Stream(seed, "tags", source).uniform(len(owners), 6).tolist()
    return [_tags(source, owner, row) for owner, row in zip(owners, chance, strict=True)]


def _tags(source: str, owner: tuple[str, str, str, str], chance: list[float]) -> dict[str, str]:
    product, platform, team, environment = owner
    tags: dict[str, str] = {}
    if platform == "kubernetes":
        tags["cluster"] = "prod-eu-1" if chance[4] < _FIRST_CLUSTER else "prod-us-1"
    elif platform == "data-platform" and chance[0] < _DIRTY:
        tags["product"] = "data-platform"
    if product and chance[0] < _DIRTY:
        other = "Product" if source.startswith("azure") else "app"
        tags["product" if chance[1] < _USUAL_KEY else other] = (
            product if chance[0] < _CLEAN else _dirty(product, chance[2])
        )
    if chance[3] < _HAS_TEAM:
        tags["team"] = team if chance[5] < _USUAL_TEAM else team.replace("-", "_")
    if chance[4] < _HAS_ENVIRONMENT:
        words = _ENVIRONMENTS[environment]
        tags["environment"] = environment if chance[2] < _USUAL_ENVIRONMENT else words[int(chance[5] * len(words))]
    # Google accepts lower case, digits, _ and - only.
    return {key: text.strip().lower() for key, text in tags.items()} if source == "gcp" else tags


def _dirty(product: str, chance: float) -> str:
    spoiled = (product.upper(), product.capitalize(), f"{product} ", product.replace("-", "_"), *_SYNONYMS[product])
    return spoiled[int(chance * len(spoiled))]
