"""The true split of costs leaves nothing out and adds nothing."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from finmod.engines.duckdb import Engine
from finmod.sample import SampleSummary
from finmod.sample.behaviour import HEADER, MEASURES
from finmod.sample.months import parse_month
from finmod.sample.prices import SOURCES, decimal_text
from finmod.sample.products import PRODUCTS
from finmod.sample.usage import month_usage
from finmod.sample.world import make_world
from tests.sample.bills import records


def test_allocation_sums_to_the_totals(small: SampleSummary) -> None:
    truth = small.folder / "truth"
    wanted = {
        (record["source"], record["billing_period"], record["measure"]): Decimal(record["amount"])
        for record in records(truth / "totals.csv")
        if record["measure"] in {"BilledCost", "EffectiveCost"}
    }
    with Engine() as engine:
        found = engine.rows(
            f"""UNPIVOT (SELECT Source, strftime(BillingPeriod, '%Y-%m') AS period, sum(BilledCost) AS BilledCost,
                sum(EffectiveCost) AS EffectiveCost FROM '{truth / "allocation.parquet"}' GROUP BY ALL)
                ON BilledCost, EffectiveCost"""
        )
    assert {(source, period, measure): amount for source, period, measure, amount in found} == wanted


def test_customers_sum_to_the_allocation(small: SampleSummary) -> None:
    truth = small.folder / "truth"
    with Engine() as engine:
        wanted = engine.rows(
            f"""SELECT strftime(BillingPeriod, '%Y-%m'), Product, sum(EffectiveCost)
                FROM '{truth / "allocation.parquet"}' GROUP BY ALL HAVING sum(EffectiveCost) <> 0"""
        )
    found: dict[tuple[str, str], Decimal] = {}
    for record in records(truth / "customers.csv"):
        key = record["billing_period"], record["product"]
        found[key] = found.get(key, Decimal(0)) + Decimal(record["EffectiveCost"])
    assert found == {(period, product): amount for period, product, amount in wanted}


def test_platforms_are_split_by_their_true_use(small: SampleSummary) -> None:
    truth = small.folder / "truth"
    with Engine() as engine:
        worst = engine.row(
            f"""WITH cost AS (SELECT ChargeDate AS day, Product AS product, sum(EffectiveCost)::DOUBLE AS c
                    FROM '{truth / "allocation.parquet"}' WHERE Pool = 'kubernetes' GROUP BY ALL),
                used AS (SELECT date AS day, product, use::DOUBLE AS u
                    FROM read_csv('{truth / "drivers" / "kubernetes.csv"}'))
                SELECT max(abs(c / day_cost - u / day_use)) FROM (
                    SELECT c, u, sum(c) OVER (PARTITION BY day) AS day_cost, sum(u) OVER (PARTITION BY day) AS day_use
                    FROM cost JOIN used USING (day, product))"""
        )[0]
    assert worst < 1e-9


def test_every_resource_has_a_true_owner(small: SampleSummary) -> None:
    owners = records(small.folder / "truth" / "tags.csv")
    assert all(bool(owner["product"]) != bool(owner["platform"]) for owner in owners)
    assert len({(owner["source"], owner["resource_id"]) for owner in owners}) == len(owners)


def test_tags_are_clean_dirty_and_missing(term: SampleSummary) -> None:
    owners = [owner for owner in records(term.folder / "truth" / "tags.csv") if owner["product"]]
    clean = [owner for owner in owners if f'product": "{owner["product"]}"' in owner["written_tags"]]
    missing = [owner for owner in owners if not any(key in owner["written_tags"] for key in ("roduct", "app"))]
    assert 0.3 < len(clean) / len(owners) < 0.8
    assert 0.05 < len(missing) / len(owners) < 0.3
    assert len(owners) - len(clean) - len(missing) > len(owners) / 20


def test_incidents_and_initiatives_have_days_causes_and_effects(term: SampleSummary) -> None:
    truth = term.folder / "truth"
    incidents, initiatives = records(truth / "incidents.csv"), records(truth / "initiatives.csv")
    assert len(incidents) >= 5
    assert len(initiatives) >= 2
    assert all(Decimal(one["effect"]) > 0 and one["cause"] and one["start"] < one["end"] for one in incidents)
    assert all(Decimal(one["effect"]) < 0 for one in initiatives)
    daily: dict[str, Decimal] = {}
    for record in records(truth / "effects_daily.csv"):
        daily[record["name"]] = daily.get(record["name"], Decimal(0)) + Decimal(record["effect"])
    assert daily == {one["name"]: Decimal(one["effect"]) for one in incidents + initiatives}


def test_the_behaviour_of_costs_is_told_of_each_month_and_product(small: SampleSummary) -> None:
    rows = records(small.folder / "truth" / "cost_behaviour.csv")
    world = make_world(seed=1, months=3, end=parse_month("2026-10"), rows=10_000, spend=Decimal(8_000_000))
    parts = sum((month_usage(world, source, 1).parts for source in SOURCES), np.zeros(1, dtype=np.int64))
    wanted = {
        (measure, product.name): Decimal(decimal_text(int(parts[row, place].sum())))
        for row, measure in enumerate(MEASURES)
        for place, product in enumerate(PRODUCTS)
    }
    found = dict.fromkeys(wanted, Decimal(0))
    for row in rows:
        if row["billing_period"] == world.months[1].label:
            found[row["measure"], row["product"]] += Decimal(row["amount"])
    assert found == wanted
    assert tuple(rows[0]) == HEADER
    assert {row["part"] for row in rows} == {"fixed", "variable", "incidents"}
    assert all(bool(row["driver"]) == (row["part"] == "variable") == bool(row["units"]) for row in rows)
