"""Pools, policies and levels from what the file says: each with its place, and every name in them is known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.allocation.policies import SETS
from finmod.taxonomy.definition import Condition, Span
from tests.allocation.small import read, refused
from tests.refusals import refusals

POOLS = """\
to: [product, team]
policies: {tax: overhead, support: overhead, commitments: {unused: users, purchases: owner}, credits: cost}
pools:
  - name: kubernetes
    label: Clusters
    when: {tag.cluster: "*", ServiceName: {not: Support}}
    as: {product: kubernetes, team: ads-web}
    since: 2026-01-01
    share: {by: kubernetes}
  - {name: platform, when: {product: Platform}, share: {by: even}}
  - name: overhead
    when: [{ServiceName: "*Rent*"}, {product: null}]
    rest: true
    share: {by: even}
"""


def test_a_pool_knows_its_conditions_its_days_and_where_it_stands(tmp_path: Path) -> None:
    pool = {each.name: each for each in read(tmp_path, POOLS).pools}["kubernetes"]
    assert (pool.place, pool.label, pool.rest, pool.is_policy) == ("allocation.yaml:4:5", "Clusters", False, False)
    assert pool.span == Span(date(2026, 1, 1))
    assert pool.when == (
        (
            Condition("tag.cluster", ("*",), (), absent=False, place="allocation.yaml:6:12"),
            Condition("ServiceName", (), ("Support",), absent=False, place="allocation.yaml:6:30"),
        ),
    )
    assert pool.texts == (("pool kubernetes, when tag.cluster *, ServiceName not Support", "allocation.yaml:6:5"),)


def test_sets_of_conditions_stand_where_they_are_written(tmp_path: Path) -> None:
    overhead = read(tmp_path, POOLS).pools[-1]
    assert overhead.texts[-2:] == (
        ("pool overhead, when ServiceName *Rent*", "allocation.yaml:12:12"),
        ("pool overhead, when product absent", "allocation.yaml:12:37"),
    )


def test_a_pool_that_is_one_value_of_a_dimension_gets_what_that_is_given(tmp_path: Path) -> None:
    pools = {each.name: each for each in read(tmp_path, POOLS).pools}
    assert pools["platform"].receives == ("platform", None)
    assert pools["kubernetes"].receives == ("kubernetes", "ads-web")
    assert pools["overhead"].receives is None


@pytest.mark.parametrize(
    "when",
    [
        "{product: [platform, kubernetes]}", "{product: {not: platform}}", '{product: "plat*"}', "{product: null}",
        "{product: platform, team: ads-web}", "[{product: platform}, {team: ads-web}]", "{cohort: platform}",
        "{ServiceName: platform}",
    ],
)  # fmt: skip
def test_a_pool_that_is_more_or_less_than_a_value_gets_nothing(tmp_path: Path, when: str) -> None:
    (pool,) = read(tmp_path, f"to: [product, team]\npools: [{{name: a, when: {when}, share: {{by: even}}}}]").pools
    assert pool.receives is None


def test_a_pool_gets_nothing_where_that_is_said(tmp_path: Path) -> None:
    text = "to: product\npools: [{name: a, when: {product: platform}, as: {}, share: {by: even}}]"
    assert read(tmp_path, text).pools[0].receives == ()


def test_policies_make_pools_before_the_others(tmp_path: Path) -> None:
    found = read(tmp_path, POOLS).pools
    assert [(pool.name, pool.is_policy) for pool in found] == [
        ("unused commitments", True),
        ("credits", True),
        ("kubernetes", False),
        ("platform", False),
        ("overhead", False),
    ]
    assert [pool.place for pool in found[:2]] == ["allocation.yaml:2:68", "allocation.yaml:2:103"]


def test_policies_put_charges_into_a_pool_before_its_own(tmp_path: Path) -> None:
    overhead = read(tmp_path, POOLS).pools[-1]
    assert overhead.first == len(SETS["tax"]) + len(SETS["support"]) == len(overhead.when) - 2
    assert overhead.texts[0] == ("policy tax: overhead", "allocation.yaml:2:17")
    assert overhead.when[0] == (Condition("ChargeCategory", ("Tax",), (), absent=False, place="allocation.yaml:2:17"),)


def test_levels_know_what_they_add_and_what_they_are_within(tmp_path: Path) -> None:
    text = (
        "to: [product, team]\nlevels:\n- {name: team, within: product, share: {by: cost}}\n"
        "- {name: buyers, to: customer, within: [product], share: {by: driver, driver: by_customer}}"
    )
    levels = read(tmp_path, text).levels
    assert [(each.name, each.dimensions, each.within, each.place) for each in levels] == [
        ("team", ("team",), ("product",), "allocation.yaml:3:4"),
        ("buyers", ("customer",), ("product",), "allocation.yaml:4:4"),
    ]


def test_a_level_may_be_within_one_before(tmp_path: Path) -> None:
    text = (
        "to: [product]\nlevels:\n- {name: customer, within: product, share: {by: driver, driver: by_customer}}\n"
        "- {name: zone, within: [customer], share: {by: driver, driver: zones}}"
    )
    assert read(tmp_path, text, drivers=None).levels[1].within == ("customer",)


REFUSED = """
{to: [product, tem, pool]}
    1:16: taxonomy.yaml has no dimension 'tem'; expected product, team, cohort or pool. Did you mean 'team'?
      (FM2101)
    1:21: the column x_Pool of pool is one of finmod's own; expected a column of its own for each dimension. Rename
      the dimension in taxonomy.yaml. (FM2102)

{to: [product, team], policies: {credits: kost, commitments: {unused: cost}}, pools: []}
    1:43: policies.credits is 'kost'; expected owner or cost. Did you mean 'cost'? (FM2113)
    1:71: policies.commitments.unused is 'cost'; expected owner or users. Add a pool of that name, or write one of
      these. (FM2113)

{to: [product], policies: {tax: kubernets}, pools: [{name: kubernetes, when: {tag.a: b}, share: {by: even}}]}
    1:33: policies.tax is 'kubernets'; expected owner, cost or kubernetes. Did you mean 'kubernetes'? (FM2113)

{to: product, policies: {tax: "a\u200eb\u202ec"}}
    1:31: policies.tax is 'a�b�c'; expected owner or cost. Add a pool of that name, or write one of these. (FM2113)

to: [product, team]
pools:
  - {name: a, when: [{product: serch}, {tema: x, ServiceName: "/(a+)+/"}], share: {by: even}}
    3:23: 'serch' is no value of product; expected search, ads, kubernetes or platform. Did you mean 'search'?
      (FM2011)
    3:41: no dimension is 'tema'; expected product, team, cohort or pool. Did you mean 'team'? (FM2012)
    3:50: the repeat (a+)+ can read one text in very many ways, and other tools would try them all: /(a+)+/;
      expected a pattern that reads each text in one way. Write a+ in place of (a+)+, [a-z-]+ in place of
      ([a-z]+-?)+, (a|b)* in place of (a|ab|b)*. (FM2008)

to: [product, team]
pools:
  - {name: a, when: {ServiceName: a}, as: {product: kuberntes, cohort: x}, share: {by: even}}
    3:53: 'kuberntes' is no value of product; expected search, ads, kubernetes or platform. Did you mean
      'kubernetes'? (FM2011)
    3:64: as names 'cohort'; expected product or team. Name one of those, or take it out. (FM2101)

to: [product]
pools:
  - {name: a, until: 2026-01-01, when: {ServiceName: a}, as: {product: ads}, share: {by: even}}
    3:72: 'ads' of product is there since 2026-04-01 only, the pool until 2026-01-01; expected days in common.
      Correct since and until of one of them. (FM2109)

to: [product]
pools:
  - {name: a, share: {by: even}}
    3:6: pool 'a' has no when, and no policy names it; expected conditions that say which charges are in it. Add
      when:, such as 'when: {ServiceName: "*Support*"}'. (FM2103)

to: [product]
pools:
  - {name: a, when: {ServiceName: a}, share: [{by: even, since: 2026-02-01}, {by: cost, until: 2026-01-01}]}
    3:47: 'a' has no share from 2026-01-01 until 2026-02-01; expected a share for each day between two. Let the
      earlier one hold until then; shares: {unallocated: 1} says that it stays with nobody. (FM2110)

to: [product, team]
levels:
  - {name: customer, within: [prodct], share: {by: driver, driver: by_customer}}
    3:31: level 'customer' is within 'prodct'; expected product or team: a dimension of to, or of a level before.
      Did you mean 'product'? (FM2116)
    3:68: driver 'by_customer' is told by product and customer; expected customer at most. Add product to to, or
      take it from by of the driver in drivers.yaml. (FM2108)

to: [product, team]
levels:
  - {name: customer, within: [product], share: {by: driver, driver: by_customer}}
  - {name: buyer, to: [customer, team], within: [product, team], share: {by: driver, driver: by_customer}}
    4:24: level 'buyer' adds 'customer', as one before does; expected each dimension in one level. Take it from one
      of the two. (FM2116)
    4:34: level 'buyer' adds 'team', which it is within; expected another dimension. Take it from within, or from
      to. (FM2116)
    4:94: driver 'by_customer' is not told by 'team'; expected a driver by customer and team. Add it to by of the
      driver, or name another driver. (FM2108)

to: [product]
levels:
  - {name: Cohort, within: [product], share: {by: even}}
  - {name: source, within: [product], share: {by: driver, driver: orders}}
    3:12: 'Cohort' can be no dimension of level 'Cohort'; expected a lower-case letter, then lower-case letters,
      digits, _ or -, and no column of finmod. Correct the name; where the level is called otherwise, add to: with
      the dimension. (FM2116)
    3:51: level 'Cohort' adds 'Cohort' to to, and is shared by even; expected driver. Share it by a driver that is
      told by its dimensions. (FM2116)
    4:12: 'source' can be no dimension of level 'source'; expected a lower-case letter, then lower-case letters,
      digits, _ or -, and no column of finmod. Correct the name; where the level is called otherwise, add to: with
      the dimension. (FM2116)
    4:67: driver 'orders' is not told by 'source'; expected a driver by source. Add it to by of the driver, or name
      another driver. (FM2108)

to: [product, team]
levels:
  - {name: a, to: cohort, within: [product], share: {by: fixed, shares: {search: 1}}}
  - {name: b, to: team, within: [product], share: {by: cost, pools: true}}
  - {name: c, to: custommer, within: [product], share: {by: driver, driver: by_customer}}
  - {name: d, to: segment, within: [product], share: {by: cost}}
    3:58: level 'a' adds 'cohort' to to, and is shared by fixed; expected driver. Share it by a driver that is told
      by its dimensions. (FM2116)
    4:62: level 'b' fills in dimensions of to, and has pools beside by: cost; expected of, grain, among and else at
      most. Take it out: no such level does anything with it. (FM2116)
    5:77: driver 'by_customer' is told by product and customer; expected product and custommer at most. Add customer
      to to, or take it from by of the driver in drivers.yaml. (FM2108)
    5:77: driver 'by_customer' is not told by 'custommer'; expected a driver by custommer. Did you mean 'customer'?
      (FM2108)
    6:59: level 'd' adds 'segment' to to, and is shared by cost; expected driver. Share it by a driver that is told
      by its dimensions. (FM2116)

to: [product, team]
levels:
- {name: customer, within: product, share:
  {by: driver, driver: by_customer, idle: owner, minimum: 0.1, grain: day, else: unallocated}}
    4:43: level 'customer' adds 'customer' to to, and has idle: owner; expected proportional or unallocated. Correct
      it, or take it out. (FM2116)
    4:50: level 'customer' adds 'customer' to to, and has minimum beside by: driver; expected driver and idle at
      most. Take it out: no such level does anything with it. (FM2116)
    4:64: level 'customer' adds 'customer' to to, and has grain beside by: driver; expected driver and idle at most.
      Take it out: no such level does anything with it. (FM2116)
    4:76: level 'customer' adds 'customer' to to, and has else beside by: driver; expected driver and idle at most.
      Take it out: no such level does anything with it. (FM2116)

to: [product, team]
levels:
  - {name: customer, within: [product], share: {by: driver, driver: by_customer}}
  - {name: device, within: [customer, team], share: {by: driver, driver: by_customer}}
    4:20: level 'device' is within 'customer' and 'team'; expected what a level before it is told by, all of it at
      once. Put the level before it within all the others, or take one out of here. (FM2116)
    4:74: driver 'by_customer' is told by product and customer; expected customer, team and device at most. Add product
      to to, or take it from by of the driver in drivers.yaml. (FM2108)
    4:74: driver 'by_customer' is not told by 'device'; expected a driver by device. Add it to by of the driver, or name
      another driver. (FM2108)

to: [product, team]
levels:
  - {name: buyer, to: [team, customer], within: [product], share: {by: driver, driver: by_customer}}
    3:24: level 'buyer' adds 'team' of to beside others; expected one level that fills in dimensions of to, and one
      below it. Take 'team' out of it, into a level before. (FM2116)
    3:88: driver 'by_customer' is not told by 'team'; expected a driver by team and customer. Add it to by of the
      driver, or name another driver. (FM2108)

to: [product]
levels:
  - {name: customer, within: [product], share: {by: driver, driver: by_customer, among: {product: search}}}
    3:82: level 'customer' adds 'customer' to to, and has among beside by: driver; expected driver and idle at most.
      Take it out: no such level does anything with it. (FM2116)

to: [product, team]
levels:
- {name: team, within: product, share: {by: driver, driver: k8s_usage, idle: unallocated, else:
  {by: cost, base: full, within: [x_Source], else: {by: fixed, shares: {search: 1}}}}}
    3:78: level 'team' fills in dimensions of to, and has idle: unallocated; expected proportional. Correct it, or
      take it out. (FM2116)
    4:14: level 'team' fills in dimensions of to, and has base beside by: cost; expected of, grain, among and else at
      most. Take it out: no such level does anything with it. (FM2116)
    4:26: level 'team' fills in dimensions of to, and has within beside by: cost; expected of, grain, among and else
      at most. Take it out: no such level does anything with it. (FM2116)
    4:57: level 'team' fills in dimensions of to, and is shared by fixed; expected even, cost or driver. Correct by.
      (FM2116)
"""


@pytest.mark.parametrize(
    ("snippet", "expected"), refusals(REFUSED), ids=lambda text: text if isinstance(text, str) else ""
)
def test_what_cannot_be_meant_is_told(tmp_path: Path, snippet: str, expected: list[str]) -> None:
    assert refused(tmp_path, snippet) == expected
