"""Shares from what the file says: parts are exact, values hold as long as the share, drivers fit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.allocation.definition import Share
from finmod.taxonomy.definition import Condition, Span
from tests.allocation.small import read, refused
from tests.refusals import refusals


def share(folder: Path, text: str) -> Share:
    (pool,) = read(folder, f"to: [product, team]\npools:\n- {{name: a, when: {{ServiceName: a}}, share: {text}}}").pools
    return pool.shares[0]


def test_fixed_parts_are_exact_and_stand_where_they_are_written(tmp_path: Path) -> None:
    found = share(
        tmp_path,
        "{by: fixed, since: 2026-04-01, shares: {search: 0.4, ads: {ads-web: 0.35, unallocated: 0.05}, "
        "unallocated: 0.2}}",
    )
    assert [(each.values, each.part, each.place) for each in found.fixed] == [
        (("search", None), Decimal("0.4"), "allocation.yaml:3:84"),
        (("ads", "ads-web"), Decimal("0.35"), "allocation.yaml:3:103"),
        (("ads", None), Decimal("0.05"), "allocation.yaml:3:118"),
        ((None, None), Decimal("0.2"), "allocation.yaml:3:138"),
    ]
    assert (found.text, found.span) == ("fixed in 4 parts", Span(date(2026, 4, 1)))


def test_twelve_decimals_are_no_less_exact(tmp_path: Path) -> None:
    found = share(
        tmp_path, "{by: fixed, shares: {search: 0.333333333333, platform: 0.333333333333, kubernetes: 0.333333333334}}"
    )
    assert sum(each.part for each in found.fixed) == 1


def test_a_driver_keeps_what_is_said_of_it(tmp_path: Path) -> None:
    found = share(
        tmp_path,
        "{by: driver, driver: k8s_usage, capacity: k8s_capacity, idle: even, minimum: 0.010, grain: month, "
        "among: {product: {not: [platform]}}, else: {by: even, pools: true, else: unallocated}}",
    )
    assert (found.driver, found.capacity, found.idle, found.grain) == ("k8s_usage", "k8s_capacity", "even", "month")
    assert str(found.minimum) == "0.010"
    assert found.among == (Condition("product", (), ("platform",), absent=False, place="allocation.yaml:3:150"),)
    assert found.text == "driver k8s_usage among product, idle even"
    assert found.otherwise is not None
    assert (found.otherwise.kind, found.otherwise.pools, found.otherwise.unallocated) == ("even", True, True)
    assert found.otherwise.place == "allocation.yaml:3:179"
    assert found.unallocated is False


def test_a_cost_keeps_what_is_said_of_it(tmp_path: Path) -> None:
    found = share(tmp_path, "{by: cost, of: ListCost, base: full, within: [x_Source, ServiceName], grain: day}")
    assert (found.measure, found.base, found.within, found.grain) == (
        "ListCost",
        "full",
        ("x_Source", "ServiceName"),
        "day",
    )
    assert found.text == "cost ListCost within x_Source and ServiceName"


def test_what_explains_a_cost_is_kept(tmp_path: Path) -> None:
    found = share(tmp_path, "{by: inferred, drivers: [orders, k8s_usage], months: 12, else: unallocated}")
    assert (found.drivers, found.months, found.unallocated) == (("orders", "k8s_usage"), 12, True)
    assert found.text == "inferred orders, k8s_usage"


def test_values_of_a_time_may_be_named_for_that_time(tmp_path: Path) -> None:
    text = (
        "to: [product]\npools:\n- {name: a, since: 2026-04-01, when: {ServiceName: a}, share: "
        "{by: fixed, shares: {ads: 1}}}"
    )
    assert read(tmp_path, text).pools[0].shares[0].fixed[0].values == ("ads",)


def test_drivers_that_nobody_knows_are_not_checked(tmp_path: Path) -> None:
    text = "to: [product]\npools:\n- {name: a, when: {ServiceName: a}, share: {by: driver, driver: whatever}}"
    assert read(tmp_path, text, drivers=None).drivers() == ("whatever",)


REFUSED = """
to: [product, team]
pools:
- name: a
  when: {ServiceName: a}
  share: {by: fixed, shares: {serch: 0.3, ads: 0.25, search: {ads-wep: 0.3, unallocated: 0.1}}}
    5:30: pools.1.share.shares sum to 0.95; expected 1. 0.05 is missing: give it to somebody, or write unallocated:
      0.05. (FM2104)
    5:31: 'serch' is no value of product; expected search, ads, kubernetes or platform. Did you mean 'search'?
      (FM2011)
    5:43: 'ads' of product is there since 2026-04-01, and the share always; expected values that are there as long
      as the share. Give the share the same days, and add another for the others. (FM2109)
    5:63: 'ads-wep' is no value of team; expected search-web, ads-web or ads-api. Did you mean 'ads-web'? (FM2011)

to: [product, team]
pools:
- name: a
  when: {ServiceName: a}
  share: {by: fixed, shares: {search: 0.3333, kubernetes: 0.3333, platform: 0.333300000001}}
    5:30: pools.1.share.shares sum to 0.999900000001; expected 1. 0.000099999999 is missing: give it to somebody, or
      write unallocated: 0.000099999999. (FM2104)

to: [product]
pools:
  - {name: a, when: {ServiceName: a}, share: {by: fixed, shares: {search: 1, platform: 0.1}}}
    3:66: pools.1.share.shares sum to 1.1; expected 1. 0.1 is too much: take it from somebody. (FM2104)

to: [product]
pools:
  - {name: a, when: {ServiceName: a}, share: {by: fixed, shares: {search: {search-web: 0.5, search-api: 0.5}}}}
    3:75: pools.1.share.shares.search has names of one dimension more; expected names of product. Add the dimension
      to to, or give 'search' one share. (FM2101)

to: [product]
pools:
  - {name: a, since: 2026-02-01, when: {ServiceName: a}, share: {by: fixed, until: 2026-05-01, shares: {ads: 1}}}
    3:105: 'ads' of product is there since 2026-04-01, and the share since 2026-02-01, until 2026-05-01; expected
      values that are there as long as the share. Give the share the same days, and add another for the others.
      (FM2109)

to: [product]
pools:
- name: a
  until: 2026-02-01
  when: {ServiceName: a}
  share: [{by: even, until: 2026-02-01}, {by: cost, since: 2026-02-01}]
    6:42: pools.1.share.2 holds on no day on which what it shares is there (until 2026-02-01); expected days in
      common. Correct since and until of one of them. (FM2117)

to: [product, team]
pools:
  - {name: a, when: {ServiceName: a}, share: {by: even, among: {product: [serch], teem: ads-web, tag.x: y}}}
    3:65: 'serch' is no value of product; expected search, ads, kubernetes or platform. Did you mean 'search'?
      (FM2011)
    3:83: pools.1.share.among.teem is no dimension that costs are allocated to; expected product or team. Did you
      mean 'team'? (FM2101)
    3:98: pools.1.share.among.tag.x is no dimension that costs are allocated to; expected product or team. Name one
      of those, or take it out. (FM2101)

to: [product, team]
pools:
  - {name: a, when: {ServiceName: a}, share: {by: driver, driver: ordrs}}
  - {name: b, when: {ServiceName: b}, share: {by: driver, driver: zzzzzz}}
  - {name: c, when: {ServiceName: c}, share: {by: inferred, drivers: [orders, ordrs, by_team]}}
    3:67: no driver is 'ordrs'; expected orders, k8s_usage, k8s_capacity, k8s_gigabytes, k8s_monthly, k8s_zones,
      by_env, by_team, overall or by_customer. Did you mean 'orders'? (FM2107)
    4:67: no driver is 'zzzzzz'; expected orders, k8s_usage, k8s_capacity, k8s_gigabytes, k8s_monthly, k8s_zones,
      by_env, by_team, overall or by_customer. Add it to drivers.yaml, or correct the name. (FM2107)
    5:79: no driver is 'ordrs'; expected orders, k8s_usage, k8s_capacity, k8s_gigabytes, k8s_monthly, k8s_zones,
      by_env, by_team, overall or by_customer. Did you mean 'orders'? (FM2107)
    5:86: driver 'by_team' is told by team; expected a driver by product. Add product to by of the driver in
      drivers.yaml, or name another driver. (FM2108)

to: [product, team]
pools:
  - {name: a, when: {ServiceName: a}, share: {by: driver, driver: by_team}}
  - {name: b, when: {ServiceName: b}, share: {by: driver, driver: by_env, grain: day}}
  - {name: c, when: {ServiceName: c}, share: {by: driver, driver: overall}}
    3:67: driver 'by_team' is told by team; expected a driver by product. Add product to by of the driver in
      drivers.yaml, or name another driver. (FM2108)
    4:67: driver 'by_env' is told by product and env; expected product and team at most. Add env to to, or take it
      from by of the driver in drivers.yaml. (FM2108)
    4:82: driver 'by_env' has one value per month; expected a grain of month. Take grain out, or give the driver a
      finer one. (FM2108)
    5:67: driver 'overall' is told as one number for all; expected a driver by product. Add product to by of the
      driver in drivers.yaml, or name another driver. (FM2108)

to: [product, team]
pools:
  - {name: a, when: {ServiceName: a}, share: {by: driver, driver: k8s_usage, capacity: k8s_gigabytes}}
  - {name: b, when: {ServiceName: b}, share: {by: driver, driver: k8s_usage, capacity: k8s_monthly}}
  - {name: c, when: {ServiceName: c}, share: {by: driver, driver: k8s_usage, capacity: k8s_zones}}
  - {name: d, when: {ServiceName: d}, share: {by: driver, driver: k8s_usage, capacity: k8s_capacty}}
    3:88: capacity 'k8s_gigabytes' is in 'GB'; expected the unit of 'k8s_usage', 'vCPU-hour'. Correct the unit of
      one of them in drivers.yaml. (FM2108)
    4:88: capacity 'k8s_monthly' has one value per month; expected one per day, as 'k8s_usage'. Give both drivers
      one grain. (FM2108)
    5:88: capacity 'k8s_zones' is told by zone; expected at most the dimensions of 'k8s_usage'. Name another driver.
      (FM2108)
    6:88: no driver is 'k8s_capacty'; expected orders, k8s_usage, k8s_capacity, k8s_gigabytes, k8s_monthly,
      k8s_zones, by_env, by_team, overall or by_customer. Did you mean 'k8s_capacity'? (FM2107)

to: [product, team]
pools:
- name: a
  when: {ServiceName: a}
  share: {by: driver, driver: orders, minimum: 0.4, among: {product: [search, ads, platform]}}
    5:48: pools.1.share.minimum is 0.4, of 3 targets together 1.2; expected at most 1 together. Write a smaller
      minimum. (FM2112)

to: [product]
pools:
  - {name: a, when: {ServiceName: a}, share: {by: driver, driver: orders, else: {by: driver, driver: orders}}}
  - {name: b, when: {ServiceName: b}, share: {by: kubernetes, else: {by: kubernetes}}}
    3:75: pools.1.share.else asks for the driver 'orders' again, which is not there where it is asked; expected
      another share, or unallocated. Write else: unallocated, or name another driver. (FM2111)
    4:63: pools.2.share.else asks for the usage of Kubernetes again, which is not there where it is asked; expected
      another share, or unallocated. Write else: unallocated, or name another driver. (FM2111)

to: [cohort, product]
pools:
  - {name: a, when: {ServiceName: a}, share: {by: even}}
  - {name: b, when: {ServiceName: b}, share: {by: even, pools: true}}
  - {name: c, when: {ServiceName: c}, share: {by: driver, driver: zzz, else: {by: even}}}
    3:51: pools.1.share.by is even, and any text is a value of cohort; expected a dimension with values under cohort
      of taxonomy.yaml. Add its values there, or share by: cost. (FM2118)
    5:67: no driver is 'zzz'; expected orders, k8s_usage, k8s_capacity, k8s_gigabytes, k8s_monthly, k8s_zones,
      by_env, by_team, overall or by_customer. Add it to drivers.yaml, or correct the name. (FM2107)
    5:83: pools.3.share.else.by is even, and any text is a value of cohort; expected a dimension with values under
      cohort of taxonomy.yaml. Add its values there, or share by: cost. (FM2118)
"""


@pytest.mark.parametrize(
    ("snippet", "expected"), refusals(REFUSED), ids=lambda text: text if isinstance(text, str) else ""
)
def test_what_cannot_be_meant_is_told(tmp_path: Path, snippet: str, expected: list[str]) -> None:
    assert refused(tmp_path, snippet) == expected
