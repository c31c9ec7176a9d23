"""Small requirements of taxonomies, for the tests of tag exports."""

from __future__ import annotations

from finmod.taxonomy.requirements import TagRequirement

SUBSCRIPTION = "/subscriptions/0f1e2d3c-0000-4000-8000-00000000abcd"
ORGANIZATION = "organizations/123456789"
SCOPES = {"aws": None, "azure": SUBSCRIPTION, "google": ORGANIZATION, "custodian": None}


def need(
    dimension: str = "product",
    *values: str,
    key: str = "",
    synonyms: tuple[str, ...] = (),
    required: bool = True,
) -> TagRequirement:
    """Return a requirement whose key is its dimension unless another is given."""
    return TagRequirement(dimension, key or dimension, synonyms, values, required)


PRODUCT = need("product", "search", "ads", synonyms=("Product", "app"))
"""Search and ads, written under product, read under Product and app too."""
OWNER = need("owner", required=False)
"""Any text, and nothing is wrong without one."""
COST_CENTRE = need("cost centre", key="cost_centre")
"""Any text, but there must be one."""
TEAM = need("team", "web", synonyms=("squad",), required=False)
"""One team, where one is named."""
