"""Split cost allocation data on the AWS bill: two rows per pod and slot, which cost nothing of their own.

Owns the CUR 2.0 columns of split rows. Whose pods they are and what falls to them stands in pods.py.
"""

from __future__ import annotations

import numpy as np

from finmod.engines.duckdb import Engine
from finmod.sample.charges import Bill
from finmod.sample.pods import USERS, Pods
from finmod.sample.products import PRODUCTS
from finmod.sample.streams import Ints
from finmod.sample.tables import cut, make_table, money, price, quantity, spans

# Of a node's cost so many tenths are for its processors, the rest is for its memory.
_PROCESSOR_TENTHS = 9
# Of what a node has, so many tenths were asked for by pods; the rest is spread over them as unused.
_ASKED_TENTHS = 8
_CLUSTER = "pilot"
# The smallest node has two processors and eight GB.
_ASKED = f"c.q * CASE WHEN c.record = 0 THEN 2 ELSE 8 END * r.multiple * {_ASKED_TENTHS} // 10"
_MONEY, _AMOUNT, _RATIO, _TEXT = "DECIMAL(18,10)", "DECIMAL(18,4)", "DECIMAL(18,6)", "VARCHAR"

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("split_line_item_actual_usage", _AMOUNT, quantity(f"{_ASKED} * 9 // 10")),
    ("split_line_item_parent_resource_id", _TEXT, "r.resource_id"),
    ("split_line_item_public_on_demand_split_cost", _MONEY, money("listed_split")),
    ("split_line_item_public_on_demand_unused_cost", _MONEY, money("listed_unused")),
    ("split_line_item_reserved_usage", _AMOUNT, quantity(_ASKED)),
    ("split_line_item_split_cost", _MONEY, money("split_cost")),
    ("split_line_item_split_usage", _AMOUNT, quantity(_ASKED)),
    ("split_line_item_split_usage_ratio", _RATIO, price("ratio")),
    ("split_line_item_unused_cost", _MONEY, money("unused_cost")),
)
"""The columns that split rows alone fill: name, type, value."""

_UNIT = "CASE WHEN c.record = 0 THEN 'vCPU' ELSE 'GB' END"
_SKU = f"'EKSPOD' || upper({_UNIT})"
VALUES: dict[str, str] = {
    "identity_line_item_id": "printf('%sy%09d%02d', $prefix, n, h)",
    "bill_invoice_id": "$invoice",
    "cost_category": "r.cost_category",
    "line_item_availability_zone": "r.zone",
    "line_item_line_item_description": f"'Split cost of a pod, ' || {_UNIT} || '-Hours'",
    "line_item_line_item_type": "'Usage'",
    "line_item_operation": "'EKSPod-EC2'",
    "line_item_product_code": "'AmazonEKS'",
    "line_item_resource_id": "'arn:aws:eks:' || r.region || ':' || r.account || ':pod/' || p.pod || r.number",
    "line_item_unblended_cost": "0",
    "line_item_unblended_rate": "'0'",
    "line_item_usage_account_id": "r.account",
    "line_item_usage_account_name": "r.account_name",
    "line_item_usage_amount": quantity(_ASKED),
    "line_item_usage_type": f"'EKS-EC2-' || {_UNIT} || '-Hours'",
    "pricing_public_on_demand_cost": "0",
    "pricing_public_on_demand_rate": "'0'",
    "pricing_rate_code": f"{_SKU} || '.JRTCKXETXF.6YS6EN2CT7'",
    "pricing_term": "'OnDemand'",
    "pricing_unit": f"{_UNIT} || '-Hours'",
    "product": "MAP {'product_name': 'Amazon Elastic Kubernetes Service', 'region': r.region}",
    "product_product_family": "'Compute'",
    "product_region_code": "r.region",
    "product_servicecode": "'AmazonEKS'",
    "product_sku": _SKU,
    "product_usagetype": f"'EKS-EC2-' || {_UNIT} || '-Hours'",
    "resource_tags": f"MAP {{'aws_eks_cluster_name': '{_CLUSTER}', 'aws_eks_namespace': p.namespace}}",
    **{name: value for name, _, value in COLUMNS},
}
"""Column -> value of a split row."""

FROM = "pods c JOIN aws_resources r ON r.number = c.node JOIN aws_pods p ON p.number = c.product"


def offer_namespaces(engine: Engine) -> None:
    """Make the table of the products' namespaces and pods, once for all months."""
    names = [product.name for product in PRODUCTS]
    rows = [
        {"namespace": name, "pod": f"{_CLUSTER}/{name}/{name}-" if at in USERS else ""} for at, name in enumerate(names)
    ]
    make_table(engine, "aws_pods", rows, {})


def offer_pods(engine: Engine, bill: Bill) -> None:
    """Register ``pods`` with two rows per pod and charge period, in order.

    Its columns: n (pod and record), h (hour in the slot), node and product (``number`` in their tables), record (0 for
    processors, 1 for memory), q (the pod's part of the node's use, 1e-4 units), ratio (1e-6), split_cost, unused_cost,
    listed_split and listed_unused (1e-10 USD), t0, t1.
    """
    pods, pieces = bill.pods, bill.pieces
    record = np.tile(np.arange(2, dtype=np.int64), len(pods.node))
    columns = {"node": pods.node, "product": pods.product, "ratio": _ratios(pods)}
    cost, listed = (cut(_by_record(amounts), pieces) for amounts in (pods.cost, pods.listed))
    split_cost, listed_split = (amounts * _ASKED_TENTHS // 10 for amounts in (cost, listed))
    engine.register(
        "pods",
        {
            "n": np.repeat(np.arange(len(record), dtype=np.int64), pieces),
            "record": np.repeat(record, pieces),
            "q": cut(np.repeat(pods.quantity, 2), pieces),
            **{name: np.repeat(values, 2 * pieces) for name, values in columns.items()},
            "split_cost": split_cost,
            "unused_cost": cost - split_cost,
            "listed_split": listed_split,
            "listed_unused": listed - listed_split,
            **spans(bill, np.repeat(pods.slot, 2)),
        },
    )


def _by_record(amounts: Ints) -> Ints:
    """Return each amount in two: processors, then the memory, which sum to it."""
    processors = amounts * _PROCESSOR_TENTHS // 10
    return np.asarray(np.stack([processors, amounts - processors], axis=1).ravel(), dtype=np.int64)


def _ratios(pods: Pods) -> Ints:
    """Return each pod's share of its node in a slot, 1e-6."""
    nodes = pods.slot * (pods.node.max(initial=0) + 1) + pods.node
    place = np.unique(nodes, return_inverse=True)[1]
    whole = np.zeros(len(nodes), dtype=np.int64)
    np.add.at(whole, place, pods.quantity)
    return np.asarray(pods.quantity * 10**6 // np.maximum(whole[place], 1), dtype=np.int64)
