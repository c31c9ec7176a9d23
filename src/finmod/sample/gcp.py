"""Google's detailed usage cost export: newline JSON as BigQuery writes it, one file per invoice month.

Owns the columns of a row. The fields that do not depend on its amount stand in gcp_names.py.
"""

from __future__ import annotations

from pathlib import Path

from finmod.engines.duckdb import Engine, literal
from finmod.sample.charges import Bill
from finmod.sample.focus_commitments import commitment_id
from finmod.sample.gcp_names import consumed_per_priced, resource_fields
from finmod.sample.prices import skus
from finmod.sample.tables import make_table, money, offer_native, price, quantity, write_query
from finmod.sample.teams import PAYERS
from finmod.sample.world import World

_NESTED = ("service", "sku", "project", "labels", "system_labels", "location", "tags", "resource")
_CREDIT = "STRUCT(name VARCHAR, amount DOUBLE, full_name VARCHAR, id VARCHAR, type VARCHAR)[]"
_TIME = "strftime({}, '%Y-%m-%d %H:%M:%S UTC')"
_NO_PARTS = {
    "project": '\'{"id":null,"number":null,"name":null,"labels":[],"ancestry_numbers":null,"ancestors":[]}\'',
    "location": '\'{"location":null,"country":null,"region":null,"zone":null}\'',
    "resource": '\'{"name":null,"global_name":null}\'',
}


def _nested(name: str) -> tuple[str, str, str]:
    empty = _NO_PARTS.get(name, "'[]'")
    return name, f"r.{name}", f"CAST(coalesce(b.{name}, {empty}) AS JSON)"


# (field, value of a usage row, value of a row beside usage).
_PRICE = """{{'effective_price': {0}, 'tier_start_amount': '0', 'unit': {1}, 'pricing_unit_quantity': {2},
    'list_price': {0}, 'effective_price_default': {0}, 'list_price_consumption_model': {0}}}"""
_USAGE = "{{'amount': {0}, 'unit': {1}, 'amount_in_pricing_units': {2}, 'pricing_unit': {3}}}"
_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("billing_account_id", "$account", "$account"),
    *(_nested(name) for name in _NESTED),
    ("usage_start_time", _TIME.format("t0"), _TIME.format("t0")),
    ("usage_end_time", _TIME.format("t1"), _TIME.format("t1")),
    (
        "price",
        _PRICE.format("CAST(CAST(lp AS DECIMAL(18,6)) AS VARCHAR)", "r.unit", "r.quantity"),
        _PRICE.format("b.effective_price", "b.pricing_unit", "b.pricing_unit_quantity"),
    ),
    ("subscription", "{'instance_id': held.instance_id}", "{'instance_id': b.instance_id}"),
    ("transaction_type", "'GOOGLE'", "coalesce(b.transaction_type, 'GOOGLE')"),
    ("seller_name", "'Google'", "coalesce(b.seller_name, 'Google')"),
    ("export_time", _TIME.format("$exported"), _TIME.format("$exported")),
    ("cost", "CAST(cost AS DOUBLE)", "CAST(CAST(b.cost AS DECIMAL(18,10)) AS DOUBLE)"),
    ("currency", "'USD'", "'USD'"),
    ("currency_conversion_rate", "1.0::DOUBLE", "1.0::DOUBLE"),
    (
        "usage",
        _USAGE.format(
            "CAST(q * r.consumed AS DOUBLE)", "r.consumed_unit", "CAST(q * r.quantity::INTEGER AS DOUBLE)", "r.unit"
        ),
        _USAGE.format(
            "CAST(b.usage_amount AS DOUBLE)", "b.usage_unit", "CAST(b.pricing_amount AS DOUBLE)", "b.pricing_unit"
        ),
    ),
    ("credits", "$credits", f"CAST([] AS {_CREDIT})"),
    ("invoice", "{'month': $month, 'publisher_type': 'GOOGLE'}", "{'month': $month, 'publisher_type': 'GOOGLE'}"),
    ("cost_type", "'regular'", "coalesce(b.cost_type, 'regular')"),
    ("adjustment_info", "$no_adjustment", "CAST(coalesce(b.adjustment_info, $no_adjustment) AS JSON)"),
    ("cost_at_list", "CAST(cost AS DOUBLE)", "CAST(CAST(b.cost_at_list AS DECIMAL(18,10)) AS DOUBLE)"),
    (
        "consumption_model",
        "{'id': '7754-699E-0EBF', 'description': 'Default'}",
        "{'id': '7754-699E-0EBF', 'description': 'Default'}",
    ),
)
_BESIDE = (
    *_NESTED, "adjustment_info", "cost", "cost_at_list", "cost_type", "effective_price", "instance_id",
    "pricing_amount", "pricing_unit", "pricing_unit_quantity", "seller_name", "transaction_type", "usage_amount",
    "usage_unit",
)  # fmt: skip


def offer_world(engine: Engine, world: World, source: str) -> None:
    """Make the tables of a source's resources and commitments as its rows name them, once for all months."""
    resources = world.resources[source]
    rows = [resource_fields(resources, place) for place in range(resources.count)]
    consumed = [consumed_per_priced(skus()[place]) for place in resources.sku]
    nested = ", ".join(f"CAST({name} AS JSON) AS {name}" for name in _NESTED)
    select = f"* EXCLUDE ({', '.join(_NESTED)}), {nested}"
    make_table(engine, "gcp_native", rows, {"consumed": consumed}, select)
    held = [commitment_id(one) if one and one.source == source else None for one in (None, *world.commitments)]
    make_table(engine, "gcp_held", [{"instance_id": one} for one in held], {})


def write_bill(engine: Engine, bill: Bill, folder: Path) -> list[Path]:
    """Write a month's file below exports/ and return it."""
    account = PAYERS[bill.source][0].replace("-", "_")
    name = f"gcp_billing_export_resource_v1_{account}-000000000000.json.gz"
    path = folder / "exports" / bill.source / bill.month.label / name
    path.parent.mkdir(parents=True, exist_ok=True)
    own = offer_native(engine, bill)
    usage = ", ".join(f"{value} AS {name}" for name, value, _ in _COLUMNS)
    query = f"""SELECT {usage} FROM
        (SELECT * EXCLUDE (q, lp), {quantity("q")} AS q, {price("lp")} AS lp, {money("q * lp")} AS cost FROM usage) c
        JOIN gcp_native r ON r.number = c.resource JOIN gcp_held held ON held.number = c.commitment"""
    if own:
        missing = "".join(f", CAST(NULL AS VARCHAR) AS {name}" for name in _BESIDE if name not in own)
        beside = ", ".join(f"{value} AS {name}" for name, _, value in _COLUMNS)
        query += f" UNION ALL SELECT {beside} FROM (SELECT *{missing} FROM native_beside) b"
    for word, text in _constants(bill).items():
        query = query.replace(word, text)
    write_query(engine, query, path)
    return [path]


def _constants(bill: Bill) -> dict[str, str]:
    parts = [f"CAST([] AS {_CREDIT})"]
    for place, one in enumerate(bill.credits):
        amount = f"CAST({money(f'credit_{place}')} AS DOUBLE)"
        parts.append(
            f"""CASE WHEN credit_{place} <> 0 THEN [{{'name': {literal(one.name)}, 'amount': {amount},
                'full_name': {literal(one.name)}, 'id': {literal(one.kind.lower().replace("_", "-"))},
                'type': {literal(one.kind)}}}] ELSE [] END"""
        )
    empty = '{"id":null,"description":null,"mode":null,"type":null}'
    return {
        "$account": literal(PAYERS[bill.source][0]),
        "$credits": f"CAST({' || '.join(parts)} AS {_CREDIT})",
        # Usage is told some hours after it ends.
        "$exported": "t1 + INTERVAL 5 HOUR + INTERVAL 13 MINUTE",
        "$month": literal(f"{bill.month.year}{bill.month.month:02d}"),
        "$no_adjustment": f"CAST({literal(empty)} AS JSON)",
    }
