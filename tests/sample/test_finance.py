"""What the finance department of the sample company has: customers sum to revenue, fees follow it."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.sample.finance import write_finance
from finmod.sample.months import parse_month
from finmod.sample.products import PRODUCTS
from finmod.sample.world import make_world


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    """The files of a world of few rows, by name."""
    folder = tmp_path_factory.mktemp("finance")
    world = make_world(seed=5, months=3, end=parse_month("2026-10"), rows=2_000, spend=Decimal(8_000_000))
    return {path.stem: _rows(path) for path in write_finance(folder, world)}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def test_customers_sum_to_the_revenue_of_each_product_and_month(files: dict[str, list[dict[str, str]]]) -> None:
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in files["customer_revenue"]:
        sums[row["month"], row["product"]] += int(row["revenue"])

    expected = {
        (row["month"], row["product"]): int(row["revenue"]) for row in files["revenue"] if row["revenue"] != "0"
    }
    assert dict(sums) == expected


def test_payment_fees_are_a_share_of_revenue_in_whole_cents(files: dict[str, list[dict[str, str]]]) -> None:
    revenue = {(row["month"], row["product"]): Decimal(row["revenue"]) for row in files["revenue"]}

    for row in files["payment_fees"]:
        fee = Decimal(row["payment_fees"])
        assert fee == fee.quantize(Decimal("0.01"))
        assert abs(fee - revenue[row["month"], row["product"]] * Decimal("0.024")) < Decimal("0.01")


def test_salaries_are_told_of_every_team_of_a_product_and_never_fall(files: dict[str, list[dict[str, str]]]) -> None:
    by_team: defaultdict[str, list[int]] = defaultdict(list)
    for row in files["salaries"]:
        by_team[row["team"]].append(int(row["salaries"]))

    assert len(by_team) == 4 * len(PRODUCTS)
    assert all(len(paid) == 3 and paid == sorted(paid) for paid in by_team.values())


def test_every_customer_is_listed_once_with_its_segment(files: dict[str, list[dict[str, str]]]) -> None:
    rows = files["customer_list"]

    assert len({row["customer"] for row in rows}) == len(rows) == 300
    assert {row["segment"] for row in rows} == {"enterprise", "mid-market", "small business"}
    assert {row["started"] for row in rows} <= {"before", "2026-08", "2026-09", "2026-10"}
