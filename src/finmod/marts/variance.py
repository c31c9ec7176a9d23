"""Cells of the variance bridge: charge keys of two months, matched by what they are and not by what they cost.

Owns their SQL. A cell is a SKU of a resource, in an account, a region, a unit and a currency: its quantity and prices
can be compared, whatever commitment covered it and whatever a price is called. What has no quantity is a cell by kind.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from finmod.allocation.policies import NO_SURCHARGE, PLANS
from finmod.engines.duckdb import Engine, identifier
from finmod.ledger.reporting import MONTH_OF_BILL, Reporting, with_reporting
from finmod.models.variance.cells import COVERING, NEGOTIATED, OTHER, PRICED
from finmod.models.variance.effects import PLACE
from finmod.taxonomy.patterns import matches

ROWS, CELLS, OWNERS, PLACES = "variance_rows", "variance_cells", "variance_owners", "variance_places"
"""Tables: charge keys of both months, cells, what each place has of each cell, and places."""

TEXTS: Final = (
    "BillingCurrency", "ChargeCategory", "ChargeClass", "ChargeFrequency", "PricingCategory", "PricingUnit",
    "CommitmentDiscountId", "CommitmentDiscountCategory", "CommitmentDiscountStatus", "ServiceName",
    "ServiceSubcategory", "BillingAccountId", "SubAccountId", "RegionId", "SkuId", "SkuMeter", "ResourceId",
    "ResourceName",
)  # fmt: skip
"""Texts of charge keys that cells are made by."""

SIDES: Final = (0, 1)
"""Before and after."""

OF_PLACE: Final = ("x_Source", "ServiceName", "ChargeCategory", "BillingCurrency")
"""What tells places apart, beside pool, targets and whether they correct a closed month."""

_AMOUNTS: Final = ("EffectiveCost", "ListCost", "ContractedCost", "PricingQuantity", "x_Charges",
                   "x_UnknownEffectiveCost", "x_UnknownListCost", "x_UnknownContractedCost")  # fmt: skip
_KEY: Final = ("x_Source", "x_BillingPeriod", "x_ChargeKey", "x_TrueUpOf", "segment")


def make_rows(
    engine: Engine,
    charges: tuple[str, str, str],
    names: Mapping[str, str],
    money: Reporting | None,
    sides: Mapping[int, date | None],
) -> None:
    """Make the table ``variance_new``: charge keys of some months, summed over days, with their kind and names.

    Args:
        engine: Has the table ``names`` with the keys and their ``TEXTS``.
        charges: SQL of the daily cube, of the true-ups that are booked in those months, and for the segment of a day.
        names: Column of a name, the pool among them -> SQL for it, of the table ``n``.
        money: Exchange rates; None where every charge is in the reporting currency.
        sides: 0 for before, 1 for after -> first day of the month; None where all is of that side.
    """
    days, true_ups, segment = charges
    columns = "x_Source, x_BillingPeriod, x_ChargeKey, x_ChargeDate"
    amounts = ", ".join(_AMOUNTS)
    unknown = "CAST({0} IS NULL AS BIGINT) AS x_Unknown{0}"
    of_true_ups = [*_AMOUNTS[:4], "1 AS x_Charges", *map(unknown.format, ("EffectiveCost", "ListCost"))]
    of_true_ups.append(unknown.format("ContractedCost"))
    both = (
        f"SELECT {columns}, NULL::DATE AS x_TrueUpOf, {amounts} FROM {days} UNION ALL BY NAME "
        f"SELECT {columns}, x_TrueUpOf, {', '.join(of_true_ups)} FROM {true_ups}"
    )
    same = " AND ".join(f"d.{name} IS NOT DISTINCT FROM n.{name}" for name in _KEY)
    summed = _summed(_with_money(both, money), segment)
    told = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in names.items())
    texts = ", ".join(f"n.{identifier(name)}" for name in TEXTS)
    cases = " ".join(f"WHEN DATE '{month}' THEN {at}" for at, month in sides.items() if month)
    side = f"CASE d.x_BillingPeriod {cases} END" if cases else str(next(iter(sides)))
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE variance_new AS SELECT *, {_KIND} AS kind FROM ("
        f"SELECT {side} AS side, d.*, {texts}{', ' + told if told else ''} "
        f"FROM ({summed}) AS d JOIN names AS n ON {same})"
    )


def _with_money(rows: str, money: Reporting | None) -> str:
    """Return rows with their amount in the reporting currency; NULL where there is no rate."""
    if money is None:
        return f"SELECT *, EffectiveCost AS amount FROM ({rows})"
    currencies = "SELECT DISTINCT x_Source, x_BillingPeriod, x_ChargeKey, x_TrueUpOf, BillingCurrency FROM names"
    same = " AND ".join(f"d.{name} IS NOT DISTINCT FROM k.{name}" for name in _KEY[:4])
    costs = "NULL::DECIMAL(38,12) AS BilledCost"
    joined = f"SELECT d.*, {costs}, k.BillingCurrency FROM ({rows}) AS d JOIN ({currencies}) AS k ON {same}"
    reported = with_reporting(joined, money, (), MONTH_OF_BILL)
    return f"SELECT * EXCLUDE (BillingCurrency), x_ReportingEffectiveCost AS amount FROM ({reported})"


def _summed(rows: str, segment: str) -> str:
    has_list, has_contracted = "x_UnknownListCost = 0", "x_UnknownContractedCost = 0"
    return (
        f"SELECT {', '.join(_KEY[:4])}, {segment} AS segment, sum(amount) AS amount, "
        "sum(EffectiveCost) AS original, sum(PricingQuantity) AS quantity, "
        f"sum(ListCost) FILTER ({has_list}) AS listed, sum(PricingQuantity) FILTER ({has_list}) AS listed_quantity, "
        f"sum(ContractedCost) FILTER ({has_contracted}) AS agreed, "
        f"sum(PricingQuantity) FILTER ({has_contracted}) AS agreed_quantity, "
        "CAST(sum(x_Charges) AS BIGINT) AS charges, CAST(sum(x_UnknownEffectiveCost) AS BIGINT) AS unknown, "
        "CAST(sum(CAST(EffectiveCost IS NOT NULL AND amount IS NULL AS INTEGER)) AS BIGINT) AS unrated "
        f"FROM ({rows}) GROUP BY ALL"
    )


_SUPPORT: Final = (
    f"(ServiceSubcategory = 'Support' OR {matches('ServiceName', PLANS)}) "
    f"AND NOT coalesce({matches('SkuMeter', NO_SURCHARGE)}, false)"
)
_DISCOUNT: Final = "ChargeCategory = 'Adjustment' AND coalesce(listed, 0) = 0 AND coalesce(original, 0) <> 0"
_KIND: Final = f"""CASE
    WHEN x_TrueUpOf IS NOT NULL THEN {PLACE["restatement"]}
    WHEN ChargeClass = 'Correction' AND ChargeCategory IN ('Usage', 'Tax') THEN {PLACE["restatement"]}
    WHEN ChargeClass = 'Correction' OR ChargeCategory = 'Credit' THEN {PLACE["credits"]}
    WHEN ChargeCategory = 'Tax' THEN {PLACE["tax"]}
    WHEN {_SUPPORT} THEN {PLACE["support"]}
    WHEN CommitmentDiscountStatus = 'Unused' THEN {PLACE["unused_commitments"]}
    WHEN ChargeCategory = 'Purchase' AND (CommitmentDiscountId IS NOT NULL OR CommitmentDiscountCategory IS NOT NULL)
        THEN {PLACE["commitment_coverage"]}
    WHEN ChargeCategory = 'Purchase' AND ChargeFrequency = 'One-Time' THEN {PLACE["one_time_fees"]}
    WHEN {_DISCOUNT} AND coalesce(agreed, 0) <> 0 THEN {NEGOTIATED}
    WHEN {_DISCOUNT} THEN {COVERING}
    WHEN ChargeCategory IN ('Usage', 'Purchase') AND quantity IS NOT NULL THEN {PRICED}
    ELSE {OTHER} END"""

_IDENTITY: Final = {
    "x_Source": "x_Source", "BillingCurrency": "BillingCurrency", "SubAccountId": "SubAccountId",
    "ServiceName": "ServiceName", "ChargeCategory": "ChargeCategory",
}  # fmt: skip
_PRICED: Final = {
    "RegionId": "RegionId", "sku": "coalesce(SkuId, SkuMeter)", "ResourceId": "ResourceId", "unit": "unit",
    "is_spot": "coalesce(PricingCategory = 'Dynamic', false)",
    "is_fee": "coalesce(ChargeFrequency = 'Recurring', false)",
}  # fmt: skip
_IS_PRICED: Final = f"kind = {PRICED}"
# AWS bills volumes under the product code of EC2: their discounts are told there alone (Data Exports User Guide, Line
# item columns, line_item_product_code). EKS has two names, and names are written with and without spaces.
_FAMILY: Final = (
    "CASE ServiceName WHEN 'Amazon Elastic Block Store' THEN 'amazonelasticcomputecloud' "
    "WHEN 'Amazon Elastic Container Service for Kubernetes' THEN 'amazonelastickubernetesservice' "
    "ELSE lower(regexp_replace(ServiceName, '[^A-Za-z0-9]', '', 'g')) END"
)


def units_sql() -> str:
    """Return SQL of the units of SKUs that are counted in other ones than before.

    Its columns are source, region, SKU, currency, the units of the month before and after, and the one told in.
    """
    unit = "coalesce(PricingUnit, '')"
    lists = [f"list(DISTINCT {unit} ORDER BY {unit}) FILTER (side = {at} AND quantity > 0)" for at in SIDES]
    return (
        "SELECT x_Source, RegionId, coalesce(SkuId, SkuMeter) AS sku, BillingCurrency, "
        f"{', '.join(lists)}, {lists[1]}[-1] FROM {ROWS} "
        f"WHERE {_IS_PRICED} AND coalesce(SkuId, SkuMeter) IS NOT NULL GROUP BY ALL "
        f"HAVING {lists[0]} <> {lists[1]}"
    )


def make_cells(engine: Engine, names: Collection[str], units: Sequence[tuple[str, str, float | None]]) -> None:
    """Make cells, places, and what each place has of each cell, of the table of charge keys.

    Args:
        engine: Has the table.
        names: Columns of names, the pool among them.
        units: A unit of either month, the unit of now that is told in its place, and how many of that it is; None
            where nothing tells.
    """
    _offer_units(engine, units)
    tests = dict.fromkeys(_PRICED, _IS_PRICED) | {"ResourceId": "true", "RegionId": "true"}
    parts = {**_IDENTITY, **{name: f"CASE WHEN {tests[name]} THEN {sql} END" for name, sql in _PRICED.items()}}
    own = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in parts.items())
    identity = ", ".join(map(identifier, parts))
    places = ", ".join((*map(identifier, names), "is_true_up", *OF_PLACE))
    held = ", ".join(map(identifier, names))
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE variance_found AS SELECT *, hash(kind, {identity}) AS one, "
        f"hash('#', kind, {identity}) AS two, hash({places}) AS place_one, hash('#', {places}) AS place_two FROM ("
        f"SELECT side, kind, {own}, {held + ', ' if held else ''}x_TrueUpOf IS NOT NULL AS is_true_up, x_ChargeKey, "
        "amount, original, quantity, listed, listed_quantity, agreed, agreed_quantity, times, "
        "charges, unknown, unrated, "
        f"CommitmentDiscountStatus IS NOT DISTINCT FROM 'Used' AS is_covered, {_IS_REACHED} AS is_reached "
        f"FROM ({_in_units()}))"
    )
    sums = ", ".join(f"{sql} AS {name}_{at}" for at in SIDES for name, sql in _sums(at).items())
    texts = ", ".join(f"any_value({identifier(name)}) AS {identifier(name)}" for name in parts)
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {CELLS} AS SELECT CAST(row_number() OVER (ORDER BY one, two) - 1 AS BIGINT) "
        f"AS cell, * FROM (SELECT one, two, any_value(kind) AS kind, {texts}, {sums} FROM variance_found "
        "GROUP BY one, two)"
    )
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {PLACES} AS SELECT CAST(row_number() OVER (ORDER BY place_one, place_two) - 1 "
        f"AS BIGINT) AS place, * FROM (SELECT place_one, place_two, "
        f"{', '.join(f'any_value({name}) AS {name}' for name in places.split(', '))} "
        "FROM variance_found GROUP BY place_one, place_two)"
    )
    by_side = ", ".join(
        f"coalesce(sum({name}) FILTER (side = {at}), 0) AS {name}_{at}"
        for name in ("amount", "original")
        for at in SIDES
    )
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {OWNERS} AS SELECT c.cell, p.place, {by_side} FROM variance_found AS f "
        f"JOIN {CELLS} AS c USING (one, two) JOIN {PLACES} AS p USING (place_one, place_two) GROUP BY ALL"
    )


# What another payer is billed for has none of the discounts on a bill; nor have fees that recur whatever is used, but
# where a service has nothing else.
_IS_REACHED: Final = (
    f"(x_Source, coalesce(BillingAccountId, '')) IN (SELECT (x_Source, coalesce(BillingAccountId, '')) FROM {ROWS} "
    f"WHERE kind IN ({NEGOTIATED}, {COVERING})) "
    f"AND (ChargeCategory = 'Usage' OR (x_Source, coalesce(ServiceName, '')) NOT IN "
    f"(SELECT (x_Source, coalesce(ServiceName, '')) FROM {ROWS} WHERE ChargeCategory = 'Usage' AND kind = {PRICED}))"
)


def _offer_units(engine: Engine, units: Sequence[tuple[str, str, float | None]]) -> None:
    engine.run("CREATE OR REPLACE TEMP TABLE variance_units (before VARCHAR, after VARCHAR, times DOUBLE)")
    if units:
        columns = [[*column] for column in zip(*units, strict=True)]
        engine.run(
            "INSERT INTO variance_units SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::DOUBLE[])",
            columns,
        )


def _in_units() -> str:
    """Return charge keys with the unit of the month after, and how many of it theirs is; NULL where it is the same."""
    changed = f"({units_sql()}) AS s(x_Source, RegionId, sku, BillingCurrency, olds, news, unit)"
    same = " AND ".join(
        f"r.{name} IS NOT DISTINCT FROM s.{name}" for name in ("x_Source", "RegionId", "BillingCurrency")
    )
    # Of several units that nothing converts some may be other things: each stays what it is.
    is_one = "len(s.olds) = 1 AND len(s.news) = 1"
    return (
        f"SELECT r.* REPLACE (CASE WHEN {is_one} AND one.times IS NULL "
        f"THEN {PLACE['unit_change']} ELSE kind END AS kind), u.times, "
        f"CASE WHEN u.times IS NOT NULL OR {is_one} THEN nullif(s.unit, '') ELSE PricingUnit END AS unit "
        f"FROM {ROWS} AS r LEFT JOIN {changed} ON {same} AND coalesce(r.SkuId, r.SkuMeter) = s.sku AND {_IS_PRICED} "
        "LEFT JOIN variance_units AS u ON u.before = coalesce(r.PricingUnit, '') AND u.after = s.unit "
        "LEFT JOIN variance_units AS one ON one.before = s.olds[1] AND one.after = s.unit"
    )


def _sums(side: int) -> dict[str, str]:
    """Return the columns of a cell in one month."""
    there = f"side = {side}"
    covered = f"{there} AND is_covered"
    return {
        "amount": f"coalesce(sum(amount) FILTER ({there}), 0)",
        "original": f"CAST(coalesce(sum(original) FILTER ({there}), 0) AS DOUBLE)",
        "covered": f"CAST(coalesce(sum(original) FILTER ({covered}), 0) AS DOUBLE)",
        "reached": f"CAST(coalesce(sum(original) FILTER ({there} AND NOT is_covered AND is_reached), 0) / "
                   f"nullif(sum(original) FILTER ({there} AND NOT is_covered), 0) AS DOUBLE)",
        "quantity": f"CASE WHEN count(*) FILTER ({there} AND quantity IS NULL) = 0 "
                    f"THEN coalesce({_in_unit('quantity', there)}, 0) END",
        "covered_quantity": f"coalesce({_in_unit('quantity', covered)}, 0)",
        "listed": f"CAST(sum(listed) FILTER ({there} AND listed_quantity > 0) AS DOUBLE)",
        "listed_quantity": _in_unit("listed_quantity", f"{there} AND listed_quantity > 0"),
        "agreed": f"CAST(sum(agreed) FILTER ({there} AND agreed_quantity > 0) AS DOUBLE)",
        "agreed_quantity": _in_unit("agreed_quantity", f"{there} AND agreed_quantity > 0"),
        "unknown": f"CAST(coalesce(sum(unknown) FILTER ({there}), 0) AS BIGINT)",
        "unrated": f"CAST(coalesce(sum(unrated) FILTER ({there}), 0) AS BIGINT)",
    }  # fmt: skip


def _in_unit(quantity: str, wanted: str) -> str:
    """Return SQL of the sum of quantities as a double, in the unit that is told.

    Doubles are added in an order of their own, so that the sum is the same whichever thread was first; decimals need
    none.
    """
    same = f"CAST(sum({quantity}) FILTER ({wanted} AND times IS NULL) AS DOUBLE)"
    each = f"{quantity} * times"
    other = f"list_sum(list({each} ORDER BY {each}) FILTER ({wanted} AND times IS NOT NULL))"
    return f"coalesce({same} + {other}, {same}, {other})"


def _number(*columns: str) -> str:
    return f"CAST(dense_rank() OVER (ORDER BY {', '.join(columns)}) - 1 AS BIGINT)"


BASES: Final = ("base_0", "base_1", "base_2", "base_3")
"""Columns of what discounts are a share of: the use of a resource, of a service by an account, of a service, all."""


_SUMMED: Final = ("original", "covered", "reached", "quantity", "covered_quantity", "listed", "listed_quantity",
                  "agreed", "agreed_quantity")  # fmt: skip
_OF_SKU: Final = ("kind", "x_Source", "sku", "RegionId", "unit", "BillingCurrency", "is_spot")


def cells_sql() -> str:
    """Return SQL of cells as numbers, in order: amounts as whole money and units of 1e-12 beside it.

    Cells that a SKU has in a region, in one unit and currency, have one number in ``sku``; -1 where none is told.
    """
    parts = []
    for at in SIDES:
        whole = f"CAST(trunc(amount_{at}) AS BIGINT)"
        rest = f"CAST(CAST(amount_{at} - trunc(amount_{at}) AS DECIMAL(13,12)) * 1000000000000 AS BIGINT)"
        parts += [f"{whole} AS whole_{at}", f"{rest} AS rest_{at}"]
        parts += [f"{name}_{at}" for name in _SUMMED]
    account = ("x_Source", "SubAccountId", "ServiceName")
    return (
        f"SELECT cell, kind, {_number('x_Source')} AS source, {_number('x_Source', 'ServiceName')} AS service, "
        f"CASE WHEN ResourceId IS NULL THEN -1 ELSE {_number('x_Source', 'ResourceId')} END AS resource, "
        f"CASE WHEN sku IS NULL THEN -1 ELSE {_number(*_OF_SKU)} END AS sku, "
        f"{_number('kind', *account, 'ChargeCategory', 'unit', 'BillingCurrency', 'is_fee')} AS grp, "
        f"CASE WHEN ResourceId IS NULL THEN -1 ELSE {_number('x_Source', 'ResourceId', 'ServiceName')} END "
        f"AS base_0, {_number(*account, 'BillingCurrency')} AS base_1, "
        f"{_number('x_Source', _FAMILY, 'BillingCurrency')} AS base_2, "
        f"{_number('x_Source', 'BillingCurrency')} AS base_3, "
        f"coalesce(is_fee, false) AS is_fee, unknown_0 + unknown_1 + unrated_0 + unrated_1 > 0 AS lacks, unit, "
        f"{', '.join(parts)} FROM {CELLS} ORDER BY cell"
    )
