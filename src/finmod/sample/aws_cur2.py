"""The AWS bill as Cost and Usage Report 2.0: one Parquet file per month, map columns as MAP.

Owns the CUR 2.0 columns of usage rows. Money is DECIMAL where AWS writes double, so that truth is exact. Discounts
are rows of their own, as AWS exports them with INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY: such an export has no column
``discount``.
"""

from __future__ import annotations

from pathlib import Path

from finmod.engines.duckdb import Engine, literal
from finmod.sample import aws_split
from finmod.sample.aws_lines import arn, other_invoice
from finmod.sample.charges import Bill
from finmod.sample.commitments import Commitment
from finmod.sample.payers import Move
from finmod.sample.prices import skus, supplier
from finmod.sample.resources import Resources
from finmod.sample.tables import make_table, money, offer_charges, offer_usage, price, quantity, select_list
from finmod.sample.teams import ACCOUNTS, PAYERS
from finmod.sample.world import World

_TEXT, _TIME, _MONEY, _AMOUNT = "VARCHAR", "TIMESTAMP", "DECIMAL(18,10)", "DECIMAL(18,4)"
_MAP = "MAP(VARCHAR, VARCHAR)"
# The account that changes its payer is on the bill of the one before until it joins.
_ELSEWHERE = "coalesce(t0 < r.joined, false)"
_PLAN, _RESERVED = "held.kind = 'Compute Savings Plan'", "held.kind = 'Reserved Instance'"

# (column, type, value of a usage row, value of a charge that does not set the column itself)
_COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("identity_line_item_id", _TEXT, "printf('%s%09d%02d', $prefix, n, h)", "printf('%sx%09d', $prefix, n)"),
    ("identity_time_interval", _TEXT, "$interval", "$interval"),
    ("bill_bill_type", _TEXT, "'Anniversary'", "'Anniversary'"),
    ("bill_billing_entity", _TEXT, "'AWS'", "'AWS'"),
    ("bill_billing_period_start_date", _TIME, "$period_start", "$period_start"),
    ("bill_billing_period_end_date", _TIME, "$period_end", "$period_end"),
    ("bill_invoice_id", _TEXT, f"CASE WHEN {_ELSEWHERE} THEN $other_invoice ELSE $invoice END", "invoice"),
    ("bill_invoicing_entity", _TEXT, "$issuer", "$issuer"),
    ("bill_payer_account_id", _TEXT, f"CASE WHEN {_ELSEWHERE} THEN r.payer_before ELSE $payer END", "$payer"),
    (
        "bill_payer_account_name",
        _TEXT,
        f"CASE WHEN {_ELSEWHERE} THEN r.payer_before_name ELSE $payer_name END",
        "$payer_name",
    ),
    ("cost_category", _MAP, "r.cost_category", "MAP {}"),
    ("line_item_availability_zone", _TEXT, "r.zone", "NULL"),
    ("line_item_currency_code", _TEXT, "'USD'", "'USD'"),
    ("line_item_legal_entity", _TEXT, "$issuer", "$issuer"),
    ("line_item_line_item_description", _TEXT, "r.description", "NULL"),
    (
        "line_item_line_item_type",
        _TEXT,
        f"CASE WHEN {_PLAN} THEN 'SavingsPlanCoveredUsage' WHEN {_RESERVED} THEN 'DiscountedUsage' ELSE 'Usage' END",
        "NULL",
    ),
    ("line_item_operation", _TEXT, "r.operation", "NULL"),
    ("line_item_product_code", _TEXT, "r.product_code", "NULL"),
    ("line_item_resource_id", _TEXT, "r.resource_id", "NULL"),
    ("line_item_tax_type", _TEXT, "NULL", "NULL"),
    ("line_item_unblended_cost", _MONEY, f"CASE WHEN {_RESERVED} THEN 0 ELSE {money('q * lp')} END", "NULL"),
    ("line_item_unblended_rate", _TEXT, f"CASE WHEN {_RESERVED} THEN 0 ELSE {price('lp')} END", "NULL"),
    ("line_item_usage_account_id", _TEXT, "r.account", "NULL"),
    ("line_item_usage_account_name", _TEXT, "r.account_name", "NULL"),
    ("line_item_usage_amount", _AMOUNT, quantity("q"), "NULL"),
    ("line_item_usage_end_date", _TIME, "t1", "t1"),
    ("line_item_usage_start_date", _TIME, "t0", "t0"),
    ("line_item_usage_type", _TEXT, "r.usage_type", "NULL"),
    ("pricing_currency", _TEXT, "'USD'", "'USD'"),
    ("pricing_lease_contract_length", _TEXT, f"CASE WHEN {_RESERVED} THEN '1yr' END", "NULL"),
    ("pricing_offering_class", _TEXT, f"CASE WHEN {_RESERVED} THEN 'standard' END", "NULL"),
    ("pricing_public_on_demand_cost", _MONEY, money("q * lp"), "NULL"),
    ("pricing_public_on_demand_rate", _TEXT, price("lp"), "NULL"),
    ("pricing_purchase_option", _TEXT, f"CASE WHEN {_RESERVED} THEN held.payment END", "NULL"),
    ("pricing_rate_code", _TEXT, "r.sku || '.JRTCKXETXF.6YS6EN2CT7'", "NULL"),
    ("pricing_rate_id", _TEXT, "r.rate_id", "NULL"),
    ("pricing_term", _TEXT, f"CASE WHEN {_RESERVED} THEN 'Reserved' ELSE 'OnDemand' END", "NULL"),
    ("pricing_unit", _TEXT, "r.unit", "NULL"),
    ("product", _MAP, "r.product", "MAP {}"),
    ("product_instance_family", _TEXT, "CASE WHEN r.instance_type IS NOT NULL THEN 'General purpose' END", "NULL"),
    ("product_instance_type", _TEXT, "r.instance_type", "NULL"),
    ("product_product_family", _TEXT, "r.family", "NULL"),
    ("product_region_code", _TEXT, "r.region", "NULL"),
    ("product_servicecode", _TEXT, "r.product_code", "NULL"),
    ("product_sku", _TEXT, "r.sku", "NULL"),
    ("product_usagetype", _TEXT, "r.usage_type", "NULL"),
    (
        "reservation_amortized_upfront_cost_for_usage",
        _MONEY,
        f"CASE WHEN {_RESERVED} THEN {money('q * held.upfront_rate')} END",
        "NULL",
    ),
    ("reservation_amortized_upfront_fee_for_billing_period", _MONEY, "NULL", "NULL"),
    ("reservation_effective_cost", _MONEY, f"CASE WHEN {_RESERVED} THEN {money('q * ep')} END", "NULL"),
    ("reservation_end_time", _TEXT, "NULL", "NULL"),
    ("reservation_number_of_reservations", _TEXT, "NULL", "NULL"),
    (
        "reservation_recurring_fee_for_usage",
        _MONEY,
        f"CASE WHEN {_RESERVED} THEN {money('q * (ep - held.upfront_rate)')} END",
        "NULL",
    ),
    ("reservation_reservation_a_r_n", _TEXT, f"CASE WHEN {_RESERVED} THEN held.arn END", "NULL"),
    ("reservation_start_time", _TEXT, "NULL", "NULL"),
    ("reservation_subscription_id", _TEXT, f"CASE WHEN {_RESERVED} THEN held.arn[-12:] END", "NULL"),
    ("reservation_total_reserved_units", _TEXT, "NULL", "NULL"),
    ("reservation_unused_amortized_upfront_fee_for_billing_period", _MONEY, "NULL", "NULL"),
    ("reservation_unused_quantity", _AMOUNT, "NULL", "NULL"),
    ("reservation_unused_recurring_fee", _MONEY, "NULL", "NULL"),
    ("reservation_upfront_value", _MONEY, "NULL", "NULL"),
    ("resource_tags", _MAP, "r.tags", "MAP {}"),
    ("savings_plan_amortized_upfront_commitment_for_billing_period", _MONEY, "NULL", "NULL"),
    ("savings_plan_end_time", _TEXT, f"CASE WHEN {_PLAN} THEN held.term_end END", "NULL"),
    ("savings_plan_offering_type", _TEXT, f"CASE WHEN {_PLAN} THEN 'ComputeSavingsPlans' END", "NULL"),
    ("savings_plan_payment_option", _TEXT, f"CASE WHEN {_PLAN} THEN held.payment END", "NULL"),
    ("savings_plan_purchase_term", _TEXT, f"CASE WHEN {_PLAN} THEN '1yr' END", "NULL"),
    ("savings_plan_recurring_commitment_for_billing_period", _MONEY, "NULL", "NULL"),
    ("savings_plan_savings_plan_a_r_n", _TEXT, f"CASE WHEN {_PLAN} THEN held.arn END", "NULL"),
    ("savings_plan_savings_plan_effective_cost", _MONEY, f"CASE WHEN {_PLAN} THEN {money('q * ep')} END", "NULL"),
    ("savings_plan_savings_plan_rate", "DECIMAL(18,6)", f"CASE WHEN {_PLAN} THEN {price('ep')} END", "NULL"),
    ("savings_plan_start_time", _TEXT, f"CASE WHEN {_PLAN} THEN held.term_start END", "NULL"),
    ("savings_plan_total_commitment_to_date", _MONEY, "NULL", "NULL"),
    ("savings_plan_used_commitment", _MONEY, "NULL", "NULL"),
    *((name, kind, "NULL", "NULL") for name, kind, _ in aws_split.COLUMNS),
)


# A map cannot be handed over as text: keys and values come in two texts.
_MAPS = """* EXCLUDE (tag_keys, tag_values, stage, joined), CAST(joined AS TIMESTAMP) AS joined,
    CASE WHEN tag_keys = '' THEN MAP {}
         ELSE map(string_split(tag_keys, '|'), string_split(tag_values, '|')) END AS tags,
    MAP {'product_name': service_name, 'region': region} AS product, MAP {'Stage': stage} AS cost_category"""
_REGION_PREFIX = {"us-east-1": "", "eu-west-1": "EUW1-", "us-west-2": "USW2-"}


def offer_world(engine: Engine, world: World) -> None:
    """Make the tables of AWS resources and commitments, once for all months."""
    resources = world.resources["aws"]
    rows = [_resource(resources, place, world.move) for place in range(resources.count)]
    make_table(engine, "aws_resources", rows, {"multiple": resources.multiple.tolist()}, _MAPS)
    aws_split.offer_namespaces(engine)
    rates = [0, *(one.upfront_rate for one in world.commitments)]
    make_table(engine, "aws_held", [_held(one) for one in (None, *world.commitments)], {"upfront_rate": rates})


def _held(one: Commitment | None) -> dict[str, str | None]:
    return {
        "kind": one.kind if one else None,
        "payment": one.payment if one else None,
        "arn": arn(one) if one else None,
        "term_start": f"{one.start.first}T00:00:00.000Z" if one else None,
        "term_end": f"{one.end.first}T00:00:00.000Z" if one else None,
    }


def _resource(resources: Resources, place: int, move: Move) -> dict[str, str | None]:
    sku, account = skus()[resources.sku[place]], ACCOUNTS[resources.account[place]]
    region, size, tags = supplier("aws").regions[resources.region[place]], resources.size[place], resources.tags[place]
    instance = f"{sku.usage_type.partition(':')[2]}.{size}" if size else None
    moves = bool(resources.account[place] == move.account)
    usage_type = f"{_REGION_PREFIX[region[0]]}{sku.usage_type}{'.' + size if size else ''}"
    return {
        "resource_id": resources.ids[place],
        "account": account.number,
        "account_name": account.name,
        "stage": "production" if account.production else "non-production",
        "region": region[0],
        "zone": f"{region[0]}{region[2]}" if size else None,
        "product_code": sku.service_code,
        "service_name": sku.service_name,
        "family": sku.family,
        "operation": sku.operation,
        "unit": sku.pricing_unit,
        "usage_type": usage_type,
        "instance_type": instance,
        "sku": f"{sku.key}{region[0][:2]}{size}".upper().replace("-", ""),
        "rate_id": str(7_000_000_000 + 31 * int(resources.sku[place])),
        "description": f"{sku.service_name}, {usage_type}, per {sku.pricing_unit}",
        "tag_keys": "|".join(f"user_{key}" for key in tags),
        "tag_values": "|".join(tags.values()),
        "joined": f"{move.at:%Y-%m-%d}" if moves else None,
        "payer_before": move.payer[0] if moves else None,
        "payer_before_name": move.payer[1] if moves else None,
    }


def select_bill(engine: Engine, bill: Bill) -> str:
    """Return the query of a month's CUR 2.0 rows, in their order, over views that this registers."""
    offer_usage(engine, bill)
    aws_split.offer_pods(engine, bill)
    own = offer_charges(engine, "charges_beside", bill.charges, {"line_item_unblended_cost": "billed"})
    month, payer = bill.month, PAYERS["aws"]
    constants = {
        "$prefix": literal(f"nw{month.year:04d}{month.month:02d}"),
        "$interval": literal(f"{month.first}T00:00:00Z/{month.following().first}T00:00:00Z"),
        "$period_start": f"TIMESTAMP '{month.first}'",
        "$period_end": f"TIMESTAMP '{month.following().first}'",
        "$invoice": literal(bill.invoice),
        "$other_invoice": literal(other_invoice(bill.usage)),
        "$issuer": literal(supplier("aws").issuer),
        "$payer_name": literal(payer[1]),
        "$payer": literal(payer[0]),
    }
    usage = select_list([(name, kind, value) for name, kind, value, _ in _COLUMNS])
    # A charge's own text wins; an empty one falls back to what such rows have.
    beside = select_list(
        [(name, kind, f'coalesce("{name}", {other})' if name in own else other) for name, kind, _, other in _COLUMNS]
    )
    split = select_list([(name, kind, aws_split.VALUES.get(name, other)) for name, kind, _, other in _COLUMNS])
    query = f"""SELECT {usage} FROM usage c JOIN aws_resources r ON r.number = c.resource
        JOIN aws_held held ON held.number = c.commitment
        UNION ALL SELECT {beside} FROM charges_beside
        UNION ALL SELECT {split} FROM {aws_split.FROM}"""
    for name, text in constants.items():
        query = query.replace(name, text)
    return query


def bill_path(folder: Path, bill: Bill) -> Path:
    """Return where a month's file goes; AWS partitions exports by billing period."""
    return folder / "exports" / "aws" / f"BILLING_PERIOD={bill.month.label}" / "northwind-00001.snappy.parquet"
