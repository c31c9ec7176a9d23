"""What truly changed cost: effects that sum to what totals say, and causes that stand where they were generated."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from finmod.sample.variance import _shapley
from finmod.sample.write import write_sample

Rows = dict[tuple[str, str], dict[str, float]]


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the truth of a year, which has price cuts, commitments that begin, and a corrected month."""
    folder = tmp_path_factory.mktemp("truth") / "sample"
    write_sample(folder, rows=4_800, months=12)
    return folder / "truth"


def effects(truth: Path) -> Rows:
    found: Rows = defaultdict(dict)
    with (truth / "variance.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert row["currency"] == "USD"
            found[row["source"], row["billing_period"]][row["effect"]] = float(row["amount"])
    return found


def totals(truth: Path) -> dict[tuple[str, str], float]:
    with (truth / "totals.csv").open(encoding="utf-8") as file:
        return {
            (row["source"], row["billing_period"]): float(row["amount"])
            for row in csv.DictReader(file)
            if row["measure"] == "EffectiveCost"
        }


def test_effects_of_a_source_and_month_sum_to_the_change_of_its_cost(truth: Path) -> None:
    cost, found = totals(truth), effects(truth)
    months = sorted({month for _, month in cost})
    assert len(months) == 12
    for source in {source for source, _ in cost}:
        for before, after in pairwise(months):
            change = cost[source, after] - cost[source, before]
            assert sum(found[source, after].values()) == pytest.approx(change, abs=0.05), (source, after)


def test_a_price_cut_is_an_effect_of_list_price_in_its_month_alone(truth: Path) -> None:
    with (truth / "price_cuts.csv").open(encoding="utf-8") as file:
        cuts = [(row["source"], row["from_month"]) for row in csv.DictReader(file)]
    assert cuts
    found = effects(truth)
    for source, month in cuts:
        assert found[source, month]["list_price"] < 0
    quiet = {place for place in found if place not in cuts and place[0] not in {"aws", "gcp", "azure-ea", "azure-mca"}}
    assert all(found[place].get("list_price", 0.0) == 0 for place in quiet)


def test_no_price_is_negotiated_anew_but_where_an_account_changes_its_payer(truth: Path) -> None:
    by_month: dict[str, float] = defaultdict(float)
    for (_, month), each in effects(truth).items():
        by_month[month] += abs(each.get("negotiated_discount", 0.0))
    moved = sum(amount > 1 for amount in by_month.values())
    assert 1 <= moved <= 2


def test_the_value_of_a_cause_is_its_mean_over_all_orders() -> None:
    before, after = [np.array([2.0]), np.array([10.0])], [np.array([3.0]), np.array([20.0])]
    assert [float(each[0]) for each in _shapley(before, after)] == [15.0, 25.0]
