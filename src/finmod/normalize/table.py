"""Any table to FOCUS 1.4, by the columns that finmod.yaml names.

Owns what follows where a column is not named. A FOCUS column of an older version is read as in a FOCUS file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from finmod.focus.columns import COSTS, NEWEST
from finmod.focus.versions import detect_version
from finmod.normalize import focus
from finmod.normalize.mapping import Choice, Declared, MapColumn, Mapping, names_in, render
from finmod.normalize.tags import tags_of_columns
from finmod.sources.table import canonical

_COST = "FOCUS 1.4, {}"

DEFAULTS: Final = (
    MapColumn(
        "ChargePeriodEnd",
        "NULL",
        choice="Not named: ChargePeriodStart and one hour, day or month, as `charge_period` says, a day where it says "
        "nothing.",
        source="FOCUS 1.4, ChargePeriodEnd",
        default="&ChargePeriodStart + INTERVAL 1 {charge_period}",
    ),
    MapColumn(
        "BillingPeriodStart",
        "NULL",
        choice="Not named: the first day of the month of ChargePeriodStart. A supplier that bills a month later needs "
        "the column, or a source per invoice with `set: {BillingPeriodStart: 2026-10-01}`.",
        source="FOCUS 1.4, BillingPeriodStart",
        alternative="Refusing the file: most tables have one date, and the month that it lies in is the one that "
        "their owners book.",
        default="date_trunc('month', &ChargePeriodStart)",
    ),
    MapColumn(
        "BillingPeriodEnd",
        "NULL",
        choice="Not named: BillingPeriodStart and one month.",
        source="FOCUS 1.4, BillingPeriodEnd",
        default="&BillingPeriodStart + INTERVAL 1 MONTH",
    ),
    MapColumn(
        "EffectiveCost",
        "NULL",
        choice="Not named: BilledCost. What is billed is what the usage costs, unless a commitment was paid in "
        "advance. Where the column is named, an empty cell stays NULL: not known.",
        source=_COST.format("EffectiveCost"),
        alternative="NULL: every total of effective cost would lack the invoices of all suppliers without commitments.",
        default="&BilledCost",
    ),
    MapColumn(
        "ListCost",
        "NULL",
        choice="Not named: NULL. What the supplier asks of others is not known, so that savings against list price "
        "are not known either.",
        source=_COST.format("ListCost"),
        alternative="BilledCost: savings of 0 would be claimed that nobody looked at.",
    ),
    MapColumn(
        "ContractedCost",
        "NULL",
        choice="Not named: NULL, as ListCost. Where the bill is at the prices of your contract, name the column of "
        "BilledCost for it too.",
        source=_COST.format("ContractedCost"),
    ),
    MapColumn(
        "ChargeCategory",
        "NULL",
        choice="Not named: Usage. For licences, subscriptions and invoices paid in advance say "
        "`set: {ChargeCategory: Purchase}`.",
        source="FOCUS 1.4, ChargeCategory",
        default="'Usage'",
    ),
)
"""What a column is that was not named, in the order in which they are read."""

_STARTS = MapColumn(
    "ChargePeriodStart",
    "NULL",
    choice="Not named, but BillingPeriodStart is: the same day. Say `charge_period: month` then.",
    source="FOCUS 1.4, ChargePeriodStart",
    default="&BillingPeriodStart",
)
_UNKNOWN = {
    "ListCost": Choice("FM1314", "finmod.yaml names no column for it, and nothing else tells the list price."),
    "ContractedCost": Choice("FM1315", "finmod.yaml names no column for it, and nothing else tells your contract."),
}
NOTES: Final = (
    ("A column is named as the file writes it, letter by letter. The same column may stand for several FOCUS columns."),
    (
        "BilledCost, BillingCurrency and ChargePeriodStart (or BillingPeriodStart) must be there, each as a column or, "
        "but for BilledCost, as a constant under `set`. A constant fills what the file leaves empty."
    ),
    (
        "Dates are ISO 8601, and months may be written 2026-09 or 202609: the first day is meant. Dates with slashes "
        "need `date_order`. Numbers are plain, such as 1204.50 and -12; `decimal_comma: true` reads 1.204,50 instead. "
        "A currency sign, a thousands separator or brackets are refused: nothing is guessed about money."
    ),
    (
        "`divide_by: 100` moves the decimal point of costs and unit prices by two places, exactly; quantities stay as "
        "they are. The control total is that of the amounts after it."
    ),
    "The columns under `tags` become one JSON object, Tags; an empty cell is no tag.",
    "A column that is not named at all is kept as text, under x_NAME, with a finding.",
)


def mapping(declared: Declared) -> Mapping:
    """Return the mapping that finmod.yaml or the command line declares.

    A column that it names and a file lacks is NULL here; ``named.py`` refuses such a file.
    """
    named = declared.columns
    columns = [*_named(declared), *_tags(declared)]
    there = {column.target for column in columns}
    further = [_with_period(column, declared) for column in DEFAULTS if column.target not in there]
    if "ChargePeriodStart" not in there and "BillingPeriodStart" in there:
        further.append(_STARTS)
    return Mapping(
        "table",
        "Any table",
        (*columns, *further),
        notes=NOTES,
        by_choice=tuple(choice for target, choice in _UNKNOWN.items() if target not in there),
        decimal_comma=declared.decimal_comma,
        reads_months=True,
        keeps_others=True,
        named=(*named.items(), *(("tags", tag) for tag in declared.tags)),
    )


def _with_period(column: MapColumn, declared: Declared) -> MapColumn:
    return replace(column, default=column.default.replace("{charge_period}", declared.charge_period))


def _named(declared: Declared) -> Iterable[MapColumn]:
    """Yield the columns that are named, those of older FOCUS versions as what they are in the newest."""
    named, places = declared.columns, len(str(declared.divide_by)) - 1
    cells = {
        "$": lambda name: f"${canonical(named[name])}" if name in named else "NULL::VARCHAR",
        "#": lambda name: f"#{canonical(named[name])}",
        "@": lambda name: f"@{canonical(named[name])}",
    }
    base = focus.mapping_of(detect_version(tuple(named)) or NEWEST).columns
    for column in base:
        if names_in(column.sql) & set(named):
            is_money = column.target in COSTS or column.target.endswith("Price") or "Cost" in column.target
            yield replace(column, sql=render(column.sql, cells), places=places if is_money else 0)
    ours = set(named) - {column.target for column in base}
    yield from (MapColumn(target, f"${canonical(named[target])}") for target in sorted(ours) if target[:2] == "x_")


def _tags(declared: Declared) -> list[MapColumn]:
    parts = [(tag, canonical(tag)) for tag in declared.tags]
    choice = "The columns under `tags`, by their names; NULL where all of them are empty."
    return [MapColumn("Tags", tags_of_columns(parts), choice=choice, source="FOCUS 1.4, Tags")] if parts else []
