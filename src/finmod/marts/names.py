"""Names in public tables: a column per business dimension on charges, and one row per charge key and dimension.

Owns the SQL over the table ``names`` that the taxonomy made. Which charges are named is decided in ``workspace``.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import count
from typing import Final

from finmod.engines.duckdb import identifier, literal
from finmod.focus.columns import COSTS
from finmod.normalize.charges import COST_UNKNOWNS, DECIMAL
from finmod.taxonomy.checks import OWN
from finmod.taxonomy.compliance import FACTS
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.naming import NAMES, Naming

CHARGE_NAMES: Final = {
    "x_Source": "VARCHAR",
    "x_BillingPeriod": "DATE",
    "x_ChargeKey": "BIGINT",
    "x_TrueUpOf": "DATE",
    "x_Since": "DATE",
    "x_Until": "DATE",
    "x_Dimension": "VARCHAR",
    "x_Value": "VARCHAR",
    "x_Rule": "INTEGER",
    "x_RuleText": "VARCHAR",
    "x_How": "VARCHAR",
    "x_Place": "VARCHAR",
    "x_TagKey": "VARCHAR",
    "x_TagText": "VARCHAR",
    "x_TagState": "VARCHAR",
    "x_Taggable": "VARCHAR",
    "x_Charges": "BIGINT",
    "BillingCurrency": "VARCHAR",
    **dict.fromkeys(COSTS, DECIMAL),
    **dict.fromkeys(COST_UNKNOWNS, "BIGINT"),
}
"""Columns of the table ``charge_names``."""

NAMED = ("charges", "charges_daily")
"""Public tables that have a column per dimension."""


def bill_columns(taxonomy: Taxonomy, given: Collection[str]) -> dict[str, str]:
    """Return column of a bill -> what it is called where a dimension has its name.

    The name is that of the dimension, whatever the supplier: ``x_CostCenter`` of Azure becomes ``x_BillCostCenter``
    beside a dimension ``cost-center``, with a number behind it where that is a column too.

    Args:
        taxonomy: Has the dimensions.
        given: Columns of the charges.
    """
    dimensions = {dimension.column.lower() for dimension in taxonomy.dimensions.values()}
    taken = {*OWN, *dimensions, *map(str.lower, given)}
    found: dict[str, str] = {}
    for name in given:
        if name.lower() in dimensions:
            numbered = (f"x_Bill{name[2:]}{number if number > 1 else ''}" for number in count(1))
            found[name] = next(each for each in numbered if each.lower() not in taken)
            taken.add(found[name].lower())
    return found


def charge_names_sql(naming: Naming | None) -> str:
    """Return SQL for the table ``charge_names``; no rows without names.

    Args:
        naming: What the numbers in ``tag_facts`` and ``names_outcomes`` mean.
    """
    if naming is None or not naming.taxonomy.dimensions:
        columns = ", ".join(f"NULL::{kind} AS {identifier(name)}" for name, kind in CHARGE_NAMES.items())
        return f"SELECT {columns} WHERE false"
    edges = [f"DATE '{day}'" for day in naming.segments.days]
    since = f"list_extract([{', '.join(('NULL', *edges))}]::DATE[], segment + 1)"
    until = f"list_extract([{', '.join((*edges, 'NULL'))}]::DATE[], segment + 1)"
    amounts = ", ".join(map(identifier, ("x_Charges", "BillingCurrency", *COSTS, *COST_UNKNOWNS)))
    parts = [
        f"SELECT x_Source, x_BillingPeriod, x_ChargeKey, x_TrueUpOf, {since} AS x_Since, {until} AS x_Until, "
        f"{literal(dimension.name)} AS x_Dimension, o_{place} AS o, s_{place} AS s, "
        f"{'true' if dimension.tag_keys else 'false'} AS has_tag, x_Taggable, {amounts} FROM {FACTS}"
        for place, dimension in enumerate(naming.taxonomy.dimensions.values())
    ]
    columns = ", ".join(identifier(name) for name in CHARGE_NAMES)
    state = (
        "CASE WHEN has_tag THEN CASE WHEN s > 0 THEN 'understood' WHEN s < 0 THEN 'unrecognised' ELSE 'missing' END END"
    )
    return (
        f"SELECT {columns} FROM (SELECT k.*, named.value AS x_Value, named.rule AS x_Rule, "
        "named.rule_text AS x_RuleText, named.how AS x_How, named.place AS x_Place, tag.tag_key AS x_TagKey, "
        f"tag.text AS x_TagText, {state} AS x_TagState FROM ({' UNION ALL '.join(parts)}) AS k "
        "LEFT JOIN names_outcomes AS named ON named.outcome = k.o LEFT JOIN names_outcomes AS tag ON tag.outcome = k.s)"
    )


def without_dimensions(rows: str, taxonomy: Taxonomy, given: Collection[str]) -> str:
    """Return SQL for rows of charges in which no column of a bill has the name of a dimension.

    Args:
        rows: SQL of charges.
        taxonomy: Has the dimensions.
        given: Columns of the charges.
    """
    columns = bill_columns(taxonomy, given)
    if not columns:
        return rows
    left = ", ".join(map(identifier, columns))
    renamed = ", ".join(f"{identifier(name)} AS {identifier(new)}" for name, new in columns.items())
    return f"SELECT * EXCLUDE ({left}), {renamed} FROM ({rows})"


def with_names(rows: str, naming: Naming, given: Collection[str] = ()) -> str:
    """Return SQL for rows of charges with a column per dimension: the value's name, NULL where no rule answers.

    Args:
        rows: SQL of a public table of ``NAMED``.
        naming: What the numbers in ``names`` mean.
        given: Columns of the rows that come from bills: those under the name of a dimension get another one.
    """
    rows = without_dimensions(rows, naming.taxonomy, given)
    values = "".join(
        f", {naming.value_sql(dimension.name, 'named.')} AS {identifier(dimension.column)}"
        for dimension in naming.taxonomy.dimensions.values()
    )
    return (
        f"SELECT bill.*{values} FROM ({rows}) AS bill LEFT JOIN {NAMES} AS named ON named.x_Source = bill.x_Source "
        "AND named.x_BillingPeriod = bill.x_BillingPeriod AND named.x_ChargeKey = bill.x_ChargeKey "
        "AND named.x_TrueUpOf IS NOT DISTINCT FROM bill.x_TrueUpOf "
        f"AND named.segment = {naming.segments.of('bill.x_ChargeDate')}"
    )
