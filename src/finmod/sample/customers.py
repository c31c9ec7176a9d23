"""The three hundred customers, their cohorts and their true share of each product line.

Owns who they are. Their cost is split from the product's cost in truth.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from finmod.sample.products import PRODUCTS
from finmod.sample.streams import Ints, Stream

CUSTOMERS = 300
_SEGMENTS = (("enterprise", 25), ("mid-market", 85), ("small business", 190))
# Share of customers who use a product beside their first, and who were there before the window.
_USES, _THERE_BEFORE = 0.55, 0.6


@dataclass(frozen=True)
class Customers:
    """The customers, in the order of their numbers.

    Attributes:
        names: ``customer-001`` and so on.
        segments: Segment per customer.
        joined: Month of the window in which each joined; 0 for those who were there before.
        use: True use, customer x product, integers; 0 where a customer does not use a product.
    """

    names: tuple[str, ...]
    segments: tuple[str, ...]
    joined: Ints
    use: Ints


def make_customers(seed: int, months: int) -> Customers:
    """Return the customers; a few are large, most are small."""
    chance = Stream(seed, "customers").uniform(CUSTOMERS, 3)
    size = 100_000 // (np.arange(CUSTOMERS) + 3)
    uses = Stream(seed, "customers", "products").uniform(CUSTOMERS, len(PRODUCTS))
    use = np.floor(size[:, None] * np.where(uses < _USES, uses, 0) * 10).astype(np.int64)
    use[np.arange(CUSTOMERS), np.floor(chance[:, 2] * len(PRODUCTS)).astype(np.int64)] += size
    joined = np.where(chance[:, 0] < _THERE_BEFORE, 0, np.floor(chance[:, 1] * months)).astype(np.int64)
    segments = tuple(name for name, count in _SEGMENTS for _ in range(count))
    return Customers(tuple(f"customer-{place + 1:03d}" for place in range(CUSTOMERS)), segments, joined, use)
