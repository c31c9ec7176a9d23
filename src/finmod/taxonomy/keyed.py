"""What is named: the charge keys of some months with what they cost, by segment.

Owns the base table of a pass over the keys. True-ups of closed months are keys of the month that they are booked in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from finmod.engines.duckdb import Engine, identifier
from finmod.focus.columns import COSTS
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import whole
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, TRUE_UPS, Table
from finmod.normalize.charges import COST_UNKNOWNS, DECIMAL
from finmod.settings.rule import COLUMNS
from finmod.taxonomy.column_level import NAME
from finmod.taxonomy.definition import Condition, Taxonomy
from finmod.taxonomy.segments import Segments, segments_between

BASE = "names_base"
"""The table: per source, billing period, charge key, restated month and segment the texts that rules look at, the
number of charges, their costs and how many have none."""

KEY = ("x_Source", "x_BillingPeriod", "x_ChargeKey", "x_TrueUpOf", "segment")
"""What tells its rows apart."""

ALWAYS = (
    "BillingCurrency", "Tags", "AllocatedTags", "AllocatedResourceId", "SubAccountId", "SubAccountName", "ServiceName",
    "ServiceCategory", "ServiceSubcategory", "ServiceProviderName", "HostProviderName", "InvoiceIssuerName",
    "x_ProviderName", "ChargeCategory", "ChargeClass", "ChargeDescription", "CommitmentDiscountId", "ResourceId",
    "CommitmentDiscountStatus", "ResourceName", "ResourceType", "RegionId", "SkuId", "SkuMeter", "PricingCategory",
    "CapacityReservationId", "CapacityReservationStatus",
)  # fmt: skip
"""The texts that governance looks at, whatever the rules."""


def make_base(  # noqa: PLR0913 -- what is named, by whom, when
    engine: Engine,
    ledger: Ledger,
    snapshot: Snapshot,
    taxonomy: Taxonomy,
    months: Sequence[date] | None = None,
    *,
    also: Iterable[str] = (),
    costs: Collection[str] = (*COSTS, *COST_UNKNOWNS),
) -> Segments:
    """Make the base table of some months, or of every month; return the segments of its days.

    Args:
        engine: Where the table is made.
        ledger: Has the charge keys.
        snapshot: Its state.
        taxonomy: Whose rules look at them.
        months: First days of billing periods; None for all.
        also: Text columns that are wanted beside those that rules look at.
        costs: Costs, and counts of unknown ones, that are summed: to sum all takes half of the time.
    """
    days, keys = (whole(table, _files(ledger, table, snapshot, months)) for table in (CHARGE_DAYS, CHARGE_KEYS))
    true_ups = whole(TRUE_UPS, ledger.files(TRUE_UPS, snapshot))
    chosen = _chosen(months)
    bounds = engine.row(
        f"SELECT min(x_ChargeDate), max(x_ChargeDate) FROM (SELECT x_ChargeDate FROM {days} WHERE {chosen} UNION ALL "
        f"SELECT x_ChargeDate FROM {true_ups} WHERE {chosen})"
    )
    segments = segments_between(taxonomy.days(), *bounds) if bounds[0] else Segments()
    texts = list(dict.fromkeys((*looked_at(taxonomy), *(name for name in also if name != "x_Source"))))
    sums = [f"CAST(sum({name}) AS {DECIMAL}) AS {name}" for name in COSTS if name in costs]
    sums += [f"CAST(sum({name}) AS BIGINT) AS {name}" for name in COST_UNKNOWNS if name in costs]
    segment = segments.of("x_ChargeDate")
    own = ", ".join(identifier(name) for name in texts)
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {BASE} AS "
        f"SELECT d.*, {', '.join(f'k.{identifier(name)}' for name in texts)} FROM ("
        f"SELECT x_Source, x_BillingPeriod, x_ChargeKey, NULL::DATE AS x_TrueUpOf, {segment} AS segment, "
        f"CAST(sum(x_Charges) AS BIGINT) AS x_Charges, {', '.join(sums)} FROM {days} WHERE {chosen} "
        f"GROUP BY x_Source, x_BillingPeriod, x_ChargeKey, segment) AS d "
        f"JOIN (SELECT x_Source, x_BillingPeriod, x_ChargeKey, {own} FROM {keys} WHERE {chosen}) AS k "
        "USING (x_Source, x_BillingPeriod, x_ChargeKey) UNION ALL BY NAME "
        f"SELECT x_Source, x_BillingPeriod, x_ChargeKey, x_TrueUpOf, {segment} AS segment, count(*) AS x_Charges, "
        f"{', '.join(sums)}, {own} FROM {true_ups} WHERE {chosen} GROUP BY ALL"
    )
    return segments


def cube(ledger: Ledger, snapshot: Snapshot, months: Sequence[date] | None = None) -> tuple[str, str]:
    """Return SQL for the daily cube of some months, or of all, and for the true-ups that are booked in them."""
    days = whole(CHARGE_DAYS, _files(ledger, CHARGE_DAYS, snapshot, months))
    true_ups = whole(TRUE_UPS, ledger.files(TRUE_UPS, snapshot))
    chosen = _chosen(months)
    return f"(SELECT * FROM {days} WHERE {chosen})", f"(SELECT * FROM {true_ups} WHERE {chosen})"


def _chosen(months: Sequence[date] | None) -> str:
    dates = ", ".join(f"DATE '{month}'" for month in months or ())
    return "true" if months is None else f"x_BillingPeriod IN ({dates})"


def with_restated(
    engine: Engine, ledger: Ledger, snapshot: Snapshot, months: Sequence[date] | None
) -> list[date] | None:
    """Return months with those whose bills they share: closed ones that true-ups booked in them restate.

    And those in which other true-ups of all these are booked: shares by cost go by a bill with whatever corrects it.
    """
    files = ledger.files(TRUE_UPS, snapshot)
    if months is None or not files:
        return None if months is None else [*months]
    every = engine.rows(f"SELECT DISTINCT x_TrueUpOf, x_BillingPeriod FROM {whole(TRUE_UPS, files)}")
    bills = {*months, *(of for of, booked in every if booked in months)}
    return sorted({*bills, *(booked for of, booked in every if of in bills)})


def looked_at(taxonomy: Taxonomy) -> Iterator[str]:
    """Yield each text column that rules or governance look at, once."""
    found = list(ALWAYS)
    conditions: list[Condition] = [each for verdict in taxonomy.taggable for each in verdict.when]
    for dimension in taxonomy.dimensions.values():
        for rule in dimension.rules:
            conditions += rule.when
            found += [rule.column] if rule.column and rule.column != NAME else []
    found += [each.subject for each in conditions if each.subject in COLUMNS]
    yield from (name for name in dict.fromkeys(found) if name != "x_Source")


def months_of(ledger: Ledger, snapshot: Snapshot) -> list[date]:
    """Return the billing periods that have charges of their own, oldest first."""
    return sorted({_month(file) for file in ledger.files(CHARGE_KEYS, snapshot)})


def booked_months(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> list[date]:
    """Return the billing periods in which true-ups of closed months are booked, oldest first."""
    files = ledger.files(TRUE_UPS, snapshot)
    rows = engine.rows(f"SELECT DISTINCT x_BillingPeriod FROM {whole(TRUE_UPS, files)} ORDER BY 1") if files else []
    return [row[0] for row in rows]


def _files(ledger: Ledger, table: Table, snapshot: Snapshot, months: Sequence[date] | None) -> list[Path]:
    """Return the files of some months: a file that is not read costs nothing."""
    return [file for file in ledger.files(table, snapshot) if months is None or _month(file) in months]


def _month(file: Path) -> date:
    """Return the billing period of a file by the folder of its partition."""
    return date.fromisoformat(file.parent.name.partition("=")[2])
