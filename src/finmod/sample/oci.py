"""Oracle's cost report: gzip CSV, one file per month.

Owns the columns of a report. Overage (use beyond what the subscription committed to) is told on the lines of the
last days of some months; quantity, price and cost of a line include it.
"""

from __future__ import annotations

from pathlib import Path

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.sample.charges import Bill
from finmod.sample.oci_charges import SUBSCRIPTION
from finmod.sample.prices import skus, supplier
from finmod.sample.resources import Resources
from finmod.sample.tables import make_table, money, offer_native, price, quantity, write_query
from finmod.sample.teams import ACCOUNTS, PAYERS
from finmod.sample.world import World

_OVERAGE_MONTHS, _OVERAGE_FROM = frozenset({3, 6, 9, 12}), 28
_OVER = "(day(t0) >= $overage_from)"
_TAGS = ("product", "app", "team", "environment", "cluster")

# (column, value of a usage line, value of a correction; r is the resource either way).
_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("lineItem/referenceNo", "printf('%s%09d%02d', $month, n, h)", "b.line"),
    ("lineItem/tenantId", "$tenancy", "$tenancy"),
    ("lineItem/intervalUsageStart", "strftime(t0, '%Y-%m-%dT%H:%MZ')", "strftime(t0, '%Y-%m-%dT%H:%MZ')"),
    ("lineItem/intervalUsageEnd", "strftime(t1, '%Y-%m-%dT%H:%MZ')", "strftime(t1, '%Y-%m-%dT%H:%MZ')"),
    ("product/service", "r.service", "r.service"),
    ("product/compartmentId", "r.compartment", "r.compartment"),
    ("product/compartmentName", "r.compartment_name", "r.compartment_name"),
    ("product/region", "r.region", "r.region"),
    ("product/availabilityDomain", "r.domain", "r.domain"),
    ("product/resourceId", "r.resource_id", "r.resource_id"),
    ("usage/billedQuantity", "q", "b.quantity"),
    ("usage/billedQuantityOverage", f"CASE WHEN {_OVER} THEN over END", "NULL"),
    ("cost/subscriptionId", "$subscription", "$subscription"),
    ("cost/productSku", "r.sku", "r.sku"),
    ("product/Description", "r.description", "r.description"),
    ("cost/unitPrice", "price", "b.price"),
    ("cost/unitPriceOverage", f"CASE WHEN {_OVER} THEN price END", "NULL"),
    ("cost/myCost", "cost", 'b."CostInBillingCurrency"'),
    ("cost/myCostOverage", f"CASE WHEN {_OVER} THEN cost_over END", "NULL"),
    ("cost/currencyCode", "'USD'", "'USD'"),
    ("cost/billingUnitReadable", "r.billing_unit", "r.billing_unit"),
    ("cost/skuUnitDescription", "r.unit", "r.unit"),
    ("cost/overageFlag", _OVER, "'false'"),
    ("lineItem/isCorrection", "'false'", "'true'"),
    ("lineItem/backreferenceNo", "NULL", "b.corrected"),
    *((f"tags/Northwind.{name}", f"r.tag_{name}", f"r.tag_{name}") for name in _TAGS),
)


def offer_world(engine: Engine, world: World, source: str) -> None:
    """Make the table of a source's resources as its lines name them, once for all months."""
    resources = world.resources[source]
    make_table(engine, "oci_native", [_resource(resources, place) for place in range(resources.count)], {})


def _resource(resources: Resources, place: int) -> dict[str, str | None]:
    sku, account = skus()[resources.sku[place]], ACCOUNTS[resources.account[place]]
    region, tags = supplier("oci").regions[resources.region[place]], resources.tags[place]
    return {
        "billing_unit": f"1 NONE {sku.pricing_unit.upper()}",
        "compartment": account.number,
        "compartment_name": account.name,
        "description": sku.usage_type,
        "domain": region[2] if sku.category == "Compute" else None,
        "region": region[0],
        "resource_id": resources.ids[place],
        "service": sku.service_name,
        "sku": sku.service_code,
        "unit": sku.pricing_unit,
        **{f"tag_{name}": tags.get(name) for name in _TAGS},
    }


def write_bill(engine: Engine, bill: Bill, folder: Path) -> list[Path]:
    """Write a month's report below exports/ and return it."""
    path = folder / "exports" / bill.source / bill.month.label / f"{bill.usage.number + 1:016d}-00001.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    native = offer_native(engine, bill)
    usage = ", ".join(f"{value} AS {identifier(name)}" for name, value, _ in _COLUMNS)
    # A third of a line is overage, rounded to the quantity's own digits.
    query = f"""SELECT {usage} FROM (SELECT * EXCLUDE (q), {quantity("q")} AS q, {quantity("q // 3")} AS over,
            {price("cp")} AS price, {money("q * cp")} AS cost, {money("(q // 3) * cp")} AS cost_over FROM usage) c
        JOIN oci_native r ON r.number = c.resource"""
    if native:
        beside = ", ".join(f"{value} AS {identifier(name)}" for name, _, value in _COLUMNS)
        query += f" UNION ALL SELECT {beside} FROM native_beside b JOIN oci_native r ON r.number = b.number::BIGINT"
    month = bill.month
    overage = month.month in _OVERAGE_MONTHS and len(bill.usage.starts) > 1
    for word, text in {
        "$month": literal(f"{month.year:04d}{month.month:02d}"),
        "$overage_from": str(_OVERAGE_FROM if overage else 32),
        "$subscription": literal(SUBSCRIPTION),
        "$tenancy": literal(PAYERS[bill.source][0]),
    }.items():
        query = query.replace(word, text)
    write_query(engine, query, path)
    return [path]
