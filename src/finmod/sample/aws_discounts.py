"""What AWS takes off the bill by agreement, as rows of their own, and what earns the bundled discount.

Owns the rates and the order: a private rate and a bundled discount come first, the enterprise discount is a share of
what they leave.
"""

from __future__ import annotations

from collections.abc import Iterator

from finmod.sample.aws_lines import line_item, product_codes, same, sku_columns, whole
from finmod.sample.charges import SHARED, Charge, total
from finmod.sample.prices import AMOUNT_DIGITS, PRICE_DIGITS, QUANTITY_DIGITS, decimal_text
from finmod.sample.products import PLATFORMS, PRODUCTS
from finmod.sample.streams import Flags
from finmod.sample.teams import ACCOUNTS
from finmod.sample.usage import Usage

EDP_PER_CENT = 5
_PRIVATE, _PRIVATE_PER_CENT = "AmazonS3", 8
# So many tenths of what passes the NAT gateways pass the firewall as well, and AWS waives their processing.
_GATEWAY, _INSPECTED_TENTHS = "AmazonVPC", 3
_PER_GB, _PER_HOUR, _ENDPOINTS = 65_000, 395_000, 2
_NETWORK = len(PRODUCTS) + next(place for place, platform in enumerate(PLATFORMS) if platform.name == "network")
_ACCOUNT = next(account for account in ACCOUNTS if account.name == "platform-network")


def discounts(usage: Usage, own: Flags, invoice: str) -> Iterator[Charge]:
    """Yield the discounts of a month; the list cost stands on the usage that they are discounts of.

    Args:
        usage: The month.
        own: Cells that are on demand and on the payer's bill.
        invoice: Number of the payer's invoice.
    """
    codes, cost = product_codes(usage), usage.quantity * usage.list_price
    spent = {code: total(cost[own & (codes == code)]) for code in sorted(set(codes.tolist()))}
    before = {
        _PRIVATE: spent.get(_PRIVATE, 0) * _PRIVATE_PER_CENT // 100,
        _GATEWAY: spent.get(_GATEWAY, 0) * _INSPECTED_TENTHS // 10,
    }
    private = f"Private pricing, {_PRIVATE_PER_CENT} %, {_PRIVATE}"
    bundled = "NAT gateway processing is waived for traffic that AWS Network Firewall inspects"
    yield from _discount(usage, "PrivateRateDiscount", (_PRIVATE, before[_PRIVATE]), private, invoice, SHARED)
    yield from _discount(usage, "BundledDiscount", (_GATEWAY, before[_GATEWAY]), bundled, invoice, _NETWORK)
    for code, gross in spent.items():
        amount = (gross - before.get(code, 0)) * EDP_PER_CENT // 100
        text = f"Enterprise Discount Program, {EDP_PER_CENT} %, {code}"
        yield from _discount(usage, "EdpDiscount", (code, amount), text, invoice, SHARED)


def _discount(  # noqa: PLR0913, PLR0917 -- the parts of a row
    usage: Usage, kind: str, what: tuple[str, int], text: str, invoice: str, owner: int
) -> Iterator[Charge]:
    code, amount = what
    if not amount:
        return
    yield line_item(
        "discount",
        kind,
        whole(usage.month),
        (-amount, -amount, 0, -amount),
        invoice=invoice,
        text=text,
        columns={"line_item_product_code": code, "line_item_usage_type": kind},
        owner=owner,
    )


def firewall(usage: Usage, own: Flags, invoice: str) -> Iterator[Charge]:
    """Yield what the network team's firewall costs: its endpoints by the hour, its traffic by the GB."""
    passed = own & (product_codes(usage) == _GATEWAY)
    traffic = total(usage.quantity[passed]) * _INSPECTED_TENTHS // 10
    hours = _ENDPOINTS * usage.month.days * 24 * 10**QUANTITY_DIGITS
    if not traffic:
        return
    for name, unit, quantity, price in (
        ("Traffic-GB-Processed", "GB", traffic, _PER_GB),
        ("Endpoint-Hour", "Hours", hours, _PER_HOUR),
    ):
        rate, amount = decimal_text(price, PRICE_DIGITS), quantity * price
        sku = sku_columns(f"FIREWALL{unit}")
        yield line_item(
            "firewall",
            "Usage",
            whole(usage.month),
            same(amount),
            invoice=invoice,
            text=f"AWS Network Firewall, {name}, per {unit}",
            columns={
                "line_item_operation": "NetworkFirewall",
                "line_item_product_code": "AWSNetworkFirewall",
                "line_item_resource_id": f"arn:aws:network-firewall:us-east-1:{_ACCOUNT.number}:firewall/egress",
                "line_item_unblended_rate": rate,
                "line_item_usage_account_id": _ACCOUNT.number,
                "line_item_usage_account_name": _ACCOUNT.name,
                "line_item_usage_amount": decimal_text(quantity, QUANTITY_DIGITS),
                "line_item_usage_type": name,
                "pricing_public_on_demand_cost": decimal_text(amount, AMOUNT_DIGITS),
                "pricing_public_on_demand_rate": rate,
                "pricing_rate_code": f"{sku['product_sku']}.JRTCKXETXF.6YS6EN2CT7",
                "pricing_term": "OnDemand",
                "pricing_unit": unit,
                "product_region_code": "us-east-1",
                "product_servicecode": "AWSNetworkFirewall",
                **sku,
            },
            owner=_NETWORK,
        )
