"""The company has the size that its description promises, and scales by grain and number of resources."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from finmod.sample.charges import total
from finmod.sample.focus_charges import focus_bill
from finmod.sample.months import parse_month
from finmod.sample.products import PLATFORMS, PRODUCTS
from finmod.sample.streams import Stream
from finmod.sample.tables import offer_usage, open_engine
from finmod.sample.teams import ACCOUNTS, TEAMS
from finmod.sample.world import World, make_world


def _world(rows: int, months: int = 3) -> World:
    return make_world(seed=1, months=months, end=parse_month("2026-10"), rows=rows, spend=Decimal(8_000_000))


def test_the_company_is_as_large_as_described() -> None:
    world = _world(10_000)
    assert len(PRODUCTS) == 14
    assert len(TEAMS) == 60
    assert len(ACCOUNTS) == 44
    assert len(world.customers.names) == 300
    assert [platform.name for platform in PLATFORMS] == ["kubernetes", "data-platform", "network", "support"]


def test_accounts_have_numbers_of_their_own() -> None:
    assert len({(account.source, account.number) for account in ACCOUNTS}) == len(ACCOUNTS)


@pytest.mark.parametrize(("rows", "grain"), [(3_000, "month"), (30_000, "day"), (1_500_000, "hour")])
def test_more_rows_are_finer_rows(rows: int, grain: str) -> None:
    assert _world(rows).grain == grain


def test_a_launched_product_costs_nothing_before() -> None:
    world = _world(60_000, months=12)
    place = [product.name for product in PRODUCTS].index("assistant")
    launch = int(world.drivers.launch_day[place])
    assert launch > 0
    assert not world.activity[place, :, :launch].any()
    for resources in world.resources.values():
        assert (resources.first_day[resources.owner == place] >= launch).all()


def test_hours_of_a_day_sum_to_the_day(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = _world(1_500_000)
    bill = focus_bill(world, "ai", 1, 24)
    with open_engine(tmp_path_factory.mktemp("spill")) as engine:
        offer_usage(engine, bill)
        rows, quantity = engine.row("SELECT count(*), sum(q) FROM usage")
        first, last = engine.row("SELECT min(t0)::VARCHAR, max(t1)::VARCHAR FROM usage")
    assert rows == 24 * len(bill.usage.quantity)
    assert quantity == total(bill.usage.quantity)
    assert (first, last) == ("2026-09-01 00:00:00", "2026-10-01 00:00:00")


def test_streams_are_apart() -> None:
    first = Stream(1, "drivers", "ads").uniform(4).tolist()
    assert first == Stream(1, "drivers", "ads").uniform(4).tolist()
    assert first != Stream(1, "drivers", "search").uniform(4).tolist()
    assert first != Stream(2, "drivers", "ads").uniform(4).tolist()
    # The bits that every numpy gives for PCG64 and this seed.
    assert Stream(1, "drivers").integers(0, 1000, 5).tolist() == [264, 897, 346, 433, 776]


def test_a_sum_beyond_64_bits_is_exact() -> None:
    amounts = np.array([2**62, 2**62, 2**62, -5], dtype=np.int64)
    assert total(amounts) == 3 * 2**62 - 5
