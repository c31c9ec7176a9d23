"""The sixty teams and the accounts in which they work.

Owns names and numbers of teams, AWS accounts, Azure subscriptions, Google projects and the small suppliers' accounts.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmod.sample.products import PLATFORMS, PRODUCTS

_CRAFTS = ("web", "api", "data", "ops")


@dataclass(frozen=True)
class Team:
    """One team: it owns resources of one product line or runs one platform."""

    name: str
    owns: str
    cost_centre: str


@dataclass(frozen=True)
class Account:
    """One sub account of a supplier.

    Attributes:
        source: Name of the source.
        number: The supplier's id of the account.
        name: As the supplier shows it.
        owns: Product line or platform that it mostly holds; "shared" where several.
        production: Whether production runs there.
    """

    source: str
    number: str
    name: str
    owns: str
    production: bool


TEAMS: tuple[Team, ...] = tuple(
    Team(f"{product.name}-{craft}", product.name, f"CC{1000 + 10 * place + offset}")
    for place, product in enumerate(PRODUCTS)
    for offset, craft in enumerate(_CRAFTS)
) + tuple(Team(f"{platform.name}-team", platform.name, f"CC{2000 + place}") for place, platform in enumerate(PLATFORMS))

PAYERS: dict[str, tuple[str, str]] = {
    "aws": ("100000000001", "Northwind Traders payer"),
    "azure": ("EA-55010001", "Northwind Traders enrollment"),
    "gcp": ("01AB2C-3D4E5F-607182", "Northwind Traders billing"),
    "ai": ("org-northwind", "Northwind Traders"),
    "datacentre": ("NW-77120", "Northwind Traders"),
}


def _aws() -> list[Account]:
    found = [
        Account("aws", f"{200000000000 + 1001 * (place + 1)}", f"{product.name}-prod", product.name, production=True)
        for place, product in enumerate(PRODUCTS)
    ]
    for start in range(0, len(PRODUCTS), 2):
        pair = PRODUCTS[start : start + 2]
        for product in pair:
            number = f"{300000000000 + 1001 * (start + 1)}"
            found.append(Account("aws", number, f"nonprod-{start // 2 + 1}", product.name, production=False))
    for place, platform in enumerate(PLATFORMS):
        number = f"{400000000000 + 1001 * (place + 1)}"
        found.append(Account("aws", number, f"platform-{platform.name}", platform.name, production=True))
    return found


def _others() -> list[Account]:
    azure = [
        Account("azure", f"5c0ffee0-0000-4000-8000-{place:012d}", name, "shared", production=production)
        for place, (name, production) in enumerate(
            (("erp-prod", True), ("retail-prod", True), ("integration", True), ("windows-dev", False), ("lab", False)),
            1,
        )
    ]
    gcp = [
        Account("gcp", f"northwind-{name}", f"northwind-{name}", owns, production=production)
        for name, owns, production in (
            ("ml-prod", "shared", True),
            ("maps", "shared", True),
            ("warehouse", "data-platform", True),
            ("gke-prod", "kubernetes", True),
            ("edge", "network", True),
            ("sandbox", "shared", False),
        )
    ]
    small = [
        Account("ai", "proj-assist", "assist", "shared", production=True),
        Account("ai", "proj-research", "research", "shared", production=False),
        Account("datacentre", "SITE-ANT1", "Antwerp hall 1", "shared", production=True),
    ]
    return azure + gcp + small


ACCOUNTS: tuple[Account, ...] = tuple(_aws() + _others())
