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
        owns: Product lines or platforms that it holds; "shared" where any can be in it.
        production: Whether production runs there.
    """

    source: str
    number: str
    name: str
    owns: tuple[str, ...]
    production: bool


TEAMS: tuple[Team, ...] = tuple(
    Team(f"{product.name}-{craft}", product.name, f"CC{1000 + 10 * place + offset}")
    for place, product in enumerate(PRODUCTS)
    for offset, craft in enumerate(_CRAFTS)
) + tuple(Team(f"{platform.name}-team", platform.name, f"CC{2000 + place}") for place, platform in enumerate(PLATFORMS))

PAYERS: dict[str, tuple[str, str]] = {
    "aws": ("100000000001", "Northwind Traders payer"),
    "azure-ea": ("55010001", "Northwind Traders enrollment"),
    "azure-mca": ("HBR7-MKT2-BG7-PGB", "Harbour Market"),
    "gcp": ("01AB2C-3D4E5F-607182", "Northwind Traders billing"),
    "oci": ("ocid1.tenancy.oc1..aaaanorthwind", "northwind"),
    "ai": ("org-northwind", "Northwind Traders"),
    "datacentre": ("NW-77120", "Northwind Traders"),
}


def _aws() -> list[Account]:
    own = [
        Account("aws", f"{200000000000 + 1001 * place}", f"{product.name}-prod", (product.name,), production=True)
        for place, product in enumerate(PRODUCTS, 1)
    ]
    pairs = [(one.name, other.name) for one, other in zip(PRODUCTS[::2], PRODUCTS[1::2], strict=True)]
    tests = [
        Account("aws", f"{300000000000 + 1001 * place}", f"nonprod-{place}", pair, production=False)
        for place, pair in enumerate(pairs, 1)
    ]
    shared = [
        Account("aws", f"{400000000000 + 1001 * place}", f"platform-{one.name}", (one.name,), production=True)
        for place, one in enumerate(PLATFORMS, 1)
    ]
    return own + tests + shared


_SHARED = ("shared",)
_AZURE = (
    ("erp-prod", True),
    ("retail-prod", True),
    ("integration", True),
    ("windows-dev", False),
    ("lab", False),
)
# The bought company pays Microsoft by a customer agreement of its own.
_HARBOUR = (("harbour-shop", True), ("harbour-lab", False))
_ORACLE = (("retail", True), ("erp", True), ("test", False))
_GOOGLE: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("ml-prod", _SHARED, True),
    ("maps", _SHARED, True),
    ("warehouse", ("data-platform",), True),
    ("gke-prod", ("kubernetes",), True),
    ("edge", ("network",), True),
    ("sandbox", _SHARED, False),
)


def _others() -> list[Account]:
    azure = [
        Account(source, f"{number}-0000-4000-8000-{place:012d}", name, _SHARED, production=production)
        for source, number, found in (("azure-ea", "5c0ffee0", _AZURE), ("azure-mca", "4a3b0052", _HARBOUR))
        for place, (name, production) in enumerate(found, 1)
    ]
    oracle = [
        Account("oci", f"ocid1.compartment.oc1..aaaa{name}", name, _SHARED, production=production)
        for name, production in _ORACLE
    ]
    google = [
        Account("gcp", f"northwind-{name}", f"northwind-{name}", owns, production=production)
        for name, owns, production in _GOOGLE
    ]
    small = [
        Account("ai", "proj-assist", "assist", _SHARED, production=True),
        Account("ai", "proj-research", "research", _SHARED, production=False),
        Account("datacentre", "SITE-ANT1", "Antwerp hall 1", _SHARED, production=True),
    ]
    return azure + google + oracle + small


ACCOUNTS: tuple[Account, ...] = tuple(_aws() + _others())
