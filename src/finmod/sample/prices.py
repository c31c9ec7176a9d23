"""What the suppliers sell, at which list price, and what the company negotiated.

Owns the price list (prices.csv beside this file) and the suppliers' names. Prices look like real ones and are
invented: never present them as current. Prices are integers of 1e-6 USD, so that price x quantity stays exact.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources

PRICE_DIGITS = 6
QUANTITY_DIGITS = 4
AMOUNT_DIGITS = PRICE_DIGITS + QUANTITY_DIGITS


@dataclass(frozen=True)
class Supplier:
    """One supplier of the company.

    Attributes:
        source: Name of the source in finmod.yaml.
        name: As bills have it.
        issuer: Who writes the invoice.
        share: Share of the company's spend.
        rows: Share of the company's charges.
        off_list: Negotiated reduction of the list price, per mille, inside the contracted price.
        gross_up: List spend per dollar of billed spend, measured on seed 1.
        regions: (id, name, availability zone suffix).
        catalogue: Whose price list it sells from, see ``Sku.source``.
        step: Quantities are multiples of so many 1e-4 units.
        by_credit: Whether covered usage is billed at its price and taken back by credits.
    """

    source: str
    name: str
    issuer: str
    share: float
    rows: float
    off_list: int
    gross_up: float
    regions: tuple[tuple[str, str, str], ...]
    catalogue: str
    step: int = 1
    by_credit: bool = False


_AZURE_REGIONS = (("westeurope", "West Europe", ""), ("eastus", "East US", ""))
# Google writes amounts as doubles. Its prices are multiples of 2^-6 USD and its quantities of 2^-4 units, so that each
# amount is a multiple of 2^-10 USD: the same number as a double and as ten decimals.
_SIXTEENTH, DYADIC_PRICE, DYADIC_AMOUNT = 625, 15_625, 9_765_625

SUPPLIERS: tuple[Supplier, ...] = (
    Supplier(
        "aws",
        "Amazon Web Services",
        "Amazon Web Services, Inc.",
        0.65,
        0.68,
        0,
        1.10,
        (
            ("us-east-1", "US East (N. Virginia)", "a"),
            ("eu-west-1", "EU (Ireland)", "b"),
            ("us-west-2", "US West (Oregon)", "c"),
        ),
        "aws",
    ),
    Supplier("azure-ea", "Microsoft", "Microsoft", 0.12, 0.10, 50, 1.10, _AZURE_REGIONS, "azure"),
    Supplier("azure-mca", "Microsoft", "Microsoft", 0.05, 0.05, 20, 1.02, _AZURE_REGIONS, "azure"),
    Supplier(
        "gcp",
        "Google Cloud",
        "Google Cloud",
        0.105,
        0.10,
        0,
        1.08,
        (("europe-west1", "Belgium", "-b"), ("us-central1", "Iowa", "-a")),
        "gcp",
        _SIXTEENTH,
        by_credit=True,
    ),
    Supplier(
        "oci",
        "Oracle Cloud Infrastructure",
        "Oracle",
        0.02,
        0.015,
        0,
        1.0,
        (("eu-frankfurt-1", "Germany Central (Frankfurt)", "AD-1"), ("us-ashburn-1", "US East (Ashburn)", "AD-2")),
        "oci",
    ),
    Supplier(
        "ai",
        "Quillmind AI (invented)",
        "Quillmind AI (invented)",
        0.035,
        0.03,
        0,
        1.0,
        (("global", "Global", ""),),
        "ai",
    ),
    Supplier(
        "datacentre",
        "Granite Row Data Centres (invented)",
        "Granite Row Data Centres (invented)",
        0.02,
        0.025,
        0,
        0.72,
        (("ant1", "Antwerp", ""),),
        "datacentre",
    ),
)
SOURCES: tuple[str, ...] = tuple(supplier.source for supplier in SUPPLIERS)


@dataclass(frozen=True)
class Sku:
    """One thing that a supplier sells; see prices.csv.

    Attributes:
        source: The price list it is in, see ``Supplier.catalogue``.
        list_price: Price per pricing unit, integer of 1e-6 USD, for the smallest size.
        weight: Share of its supplier's spend.
        driver: What its use follows; ``flat`` follows nothing.
        variable: Percent of its use that follows the driver; the rest is fixed.
        eligible: Kind of commitment that can cover it; "" for none.
        platform: Shared platform it belongs to; "" for direct use by products.
        sizes: (size, multiple of the smallest size's price); empty where it comes in one size.
    """

    source: str
    key: str
    service_name: str
    service_code: str
    category: str
    subcategory: str
    family: str
    usage_type: str
    operation: str
    pricing_unit: str
    consumed_unit: str
    consumed_per_priced: int
    list_price: int
    weight: float
    driver: str
    variable: int
    eligible: str
    platform: str
    resource_type: str
    resource_name: str
    sizes: tuple[tuple[str, int], ...]


@cache
def skus() -> tuple[Sku, ...]:
    """Return the price list, in the order of the file."""
    text = resources.files("finmod.sample").joinpath("prices.csv").read_text(encoding="utf-8")
    return tuple(_sku(row) for row in csv.DictReader(text.splitlines()))


def _sku(row: dict[str, str]) -> Sku:
    sizes = (part.split(":") for part in row["sizes"].split("|") if part)
    return Sku(
        source=row["source"],
        key=row["key"],
        service_name=row["service_name"],
        service_code=row["service_code"],
        category=row["category"],
        subcategory=row["subcategory"],
        family=row["family"],
        usage_type=row["usage_type"],
        operation=row["operation"],
        pricing_unit=row["pricing_unit"],
        consumed_unit=row["consumed_unit"],
        consumed_per_priced=int(row["consumed_per_priced"]),
        list_price=int(Decimal(row["list_price"]).scaleb(PRICE_DIGITS)),
        weight=float(row["weight"]),
        driver=row["driver"],
        variable=int(row["variable"]),
        eligible=row["eligible"],
        platform=row["platform"],
        resource_type=row["resource_type"],
        resource_name=row["resource_name"],
        sizes=tuple((size, int(multiple)) for size, multiple in sizes),
    )


def supplier(source: str) -> Supplier:
    """Return the supplier of a source."""
    return next(found for found in SUPPLIERS if found.source == source)


def decimal_text(amount: int, digits: int = AMOUNT_DIGITS) -> str:
    """Return an integer of 10**-digits as plain decimal text.

    >>> decimal_text(-15_000_000_000)
    '-1.5000000000'
    """
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    return f"{sign}{size // 10**digits}.{size % 10**digits:0{digits}d}"
