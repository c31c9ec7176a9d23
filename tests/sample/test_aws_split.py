"""Split cost allocation data: rows of pods that cost nothing and share out what their node cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.sample import SampleSummary, write_sample
from tests.sample.bills import files

_EFFECTIVE = """CASE line_item_line_item_type
    WHEN 'SavingsPlanCoveredUsage' THEN savings_plan_savings_plan_effective_cost
    WHEN 'DiscountedUsage' THEN reservation_effective_cost ELSE line_item_unblended_cost END"""
_POD = "split_line_item_parent_resource_id IS NOT NULL"


def last(folder: Path) -> str:
    """Return SQL for the last AWS bill."""
    return f"read_parquet('{files(folder, 'aws')[-1]}')"


def test_only_the_last_days_of_the_window_have_pods_and_they_cost_nothing(small: SampleSummary) -> None:
    with Engine() as engine:
        *before, months_rows = [
            engine.row(
                f"""SELECT count(*), min(line_item_usage_start_date)::DATE::VARCHAR, sum(line_item_unblended_cost),
                    sum(pricing_public_on_demand_cost) FROM read_parquet('{path}') WHERE {_POD}"""
            )
            for path in files(small.folder, "aws")
        ]
    assert before == [(0, None, None, None)] * 2
    # Ten days, eleven products that use the platform, processors and memory.
    assert months_rows == (10 * 11 * 2, "2026-10-22", 0, 0)


@pytest.mark.parametrize(
    ("split", "whole"),
    [
        ("split_line_item_split_cost + split_line_item_unused_cost", _EFFECTIVE),
        (
            "split_line_item_public_on_demand_split_cost + split_line_item_public_on_demand_unused_cost",
            "pricing_public_on_demand_cost",
        ),
    ],
)
def test_the_pods_of_a_node_and_day_sum_to_its_cost(small: SampleSummary, split: str, whole: str) -> None:
    rows = last(small.folder)
    with Engine() as engine:
        apart = engine.row(
            f"""WITH pods AS (SELECT split_line_item_parent_resource_id AS node, line_item_usage_start_date AS day,
                    sum({split}) AS cost FROM {rows} WHERE {_POD} GROUP BY ALL),
                nodes AS (SELECT line_item_resource_id AS node, line_item_usage_start_date AS day, sum({whole}) AS cost
                    FROM {rows} WHERE NOT {_POD} GROUP BY ALL)
                SELECT count(*), count(*) FILTER (pods.cost <> nodes.cost) FROM pods JOIN nodes USING (node, day)"""
        )
    assert apart == (10, 0)


def test_pods_share_their_node_by_the_platforms_true_use(small: SampleSummary) -> None:
    driver = small.folder / "truth" / "drivers" / "kubernetes.csv"
    with Engine() as engine:
        worst = engine.row(
            f"""WITH use AS (SELECT date AS day, product,
                    use / sum(use) OVER (PARTITION BY date) AS share FROM read_csv('{driver}'))
                SELECT count(*), max(abs(split_line_item_split_usage_ratio::DOUBLE - share)) FROM {last(small.folder)}
                JOIN use ON day = line_item_usage_start_date::DATE AND use.product = resource_tags['aws_eks_namespace']
                WHERE {_POD}"""
        )
    assert worst[0] == 220
    assert worst[1] < 1e-5


@pytest.mark.slow
def test_hours_of_a_pod_sum_to_its_nodes_day(hours: SampleSummary) -> None:
    rows = last(hours.folder)
    with Engine() as engine:
        split, count = engine.row(
            f"""SELECT sum(split_line_item_split_cost + split_line_item_unused_cost),
                count(DISTINCT line_item_usage_start_date) FROM {rows} WHERE {_POD}"""
        )
        whole = engine.row(
            f"""SELECT sum({_EFFECTIVE}) FROM {rows} WHERE line_item_usage_start_date >= DATE '2026-10-22' AND
                line_item_resource_id IN (SELECT split_line_item_parent_resource_id FROM {rows}) AND NOT {_POD}"""
        )[0]
    assert (split, count) == (whole, 240)


def test_a_sample_of_monthly_charges_has_pods_for_its_last_month(folder: Path) -> None:
    write_sample(folder, months=2, rows=2_000)
    with Engine() as engine:
        assert engine.row(f"SELECT count(*) FROM {last(folder)} WHERE {_POD}")[0] in {22, 44}
