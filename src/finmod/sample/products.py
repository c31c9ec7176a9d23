"""The fourteen product lines of the company, and the platforms that they share.

Owns who they are: names, owners' words for them, size, growth and rhythm. What they did on a day is in drivers.py.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """One product line.

    Attributes:
        name: As the taxonomy has it.
        weight: Share of direct spend, in parts of the sum over all products.
        growth: Growth of its traffic in a year; 0.3 is 30 %.
        weekend: Traffic on Saturday and Sunday, as a ratio of a working day.
        season: Amplitude of the yearly wave that peaks at the end of November.
        launched_at: Place of its launch in the window, 0 to 1; None where it existed before.
        levels: Daily orders, requests, active users, and stored GB at the start.
        synonyms: What people write in tags instead of the name.
    """

    name: str
    weight: float
    growth: float
    weekend: float
    season: float
    launched_at: float | None
    levels: tuple[int, int, int, int]
    synonyms: tuple[str, ...]


# A request moves as much as another, whosever it is: requests are as the network's use in PLATFORMS.
PRODUCTS: tuple[Product, ...] = (
    Product("search", 14, 0.22, 0.82, 0.15, None, (0, 22_500_000, 910_000, 180_000), ("srch", "search-api", "Serach")),
    Product("ads", 12, 0.30, 0.88, 0.25, None, (210_000, 30_000_000, 40_000, 240_000), ("advertising", "adtech")),
    Product("checkout", 9, 0.25, 0.95, 0.30, None, (88_000, 15_000_000, 310_000, 42_000), ("chekout", "cart-checkout")),
    Product("catalog", 9, 0.12, 0.85, 0.10, None, (0, 35_000_000, 620_000, 310_000), ("catalogue", "cat")),
    Product("recommendations", 8, 0.35, 0.86, 0.18, None, (0, 17_500_000, 540_000, 150_000), ("recs", "reco")),
    Product("payments", 8, 0.24, 0.93, 0.28, None, (93_000, 10_000_000, 290_000, 66_000), ("payment", "pay")),
    Product("inventory", 6, 0.08, 0.55, 0.08, None, (0, 5_000_000, 14_000, 58_000), ("invntory", "stock")),
    Product("shipping", 6, 0.15, 0.60, 0.22, None, (81_000, 7_500_000, 22_000, 37_000), ("logistics", "shiping")),
    Product("marketplace", 7, 0.40, 0.90, 0.24, None, (36_000, 15_000_000, 120_000, 71_000), ("mktplace", "mp")),
    Product("loyalty", 4, 0.10, 0.92, 0.20, None, (12_000, 5_000_000, 190_000, 19_000), ("loyality", "rewards")),
    Product("mobile", 6, 0.28, 1.10, 0.16, None, (0, 30_000_000, 480_000, 28_000), ("mobile-app", "mob")),
    Product("insights", 6, 0.18, 0.45, 0.05, None, (0, 7_500_000, 6_000, 410_000), ("analytics", "insight")),
    Product("assistant", 6, 0.90, 0.80, 0.05, 0.33, (0, 7_500_000, 75_000, 12_000), ("assistent", "chatbot")),
    Product("subscriptions", 3, 0.45, 0.96, 0.12, 0.60, (5_200, 2_500_000, 41_000, 8_000), ("subs", "subscription")),
)

DRIVERS: tuple[str, ...] = ("orders", "requests", "active_users", "stored_gb")
UNITS: dict[str, str] = {"orders": "order", "requests": "request", "active_users": "user", "stored_gb": "GB"}


@dataclass(frozen=True)
class Platform:
    """A shared platform: paid by one team, used by the products.

    Attributes:
        name: As the taxonomy has it.
        driver: What its use follows.
        unit: Unit in which its true use is measured.
        use: Per product name a weight; products that are absent do not use it.
    """

    name: str
    driver: str
    unit: str
    use: dict[str, int]


PLATFORMS: tuple[Platform, ...] = (
    Platform(
        "kubernetes",
        "requests",
        "vCPU-hour",
        {
            "search": 20,
            "ads": 18,
            "checkout": 12,
            "recommendations": 16,
            "payments": 9,
            "shipping": 4,
            "marketplace": 8,
            "loyalty": 3,
            "mobile": 6,
            "assistant": 9,
            "subscriptions": 3,
        },
    ),
    Platform(
        "data-platform",
        "stored_gb",
        "query-second",
        {"search": 9, "ads": 22, "catalog": 8, "recommendations": 20, "inventory": 6, "insights": 28, "assistant": 7},
    ),
    Platform(
        "network",
        "requests",
        "GB",
        {
            product.name: weight
            for product, weight in zip(PRODUCTS, (9, 12, 6, 14, 7, 4, 2, 3, 6, 2, 12, 3, 3, 1), strict=True)
        },
    ),
    Platform(
        "support",
        "active_users",
        "ticket",
        {
            product.name: weight
            for product, weight in zip(PRODUCTS, (6, 7, 16, 4, 3, 15, 4, 13, 11, 6, 8, 3, 3, 4), strict=True)
        },
    ),
)
