"""What pools must be to each other: told apart, reachable, and with somebody at the end who pays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.allocation.small import read, refused
from tests.refusals import refusals


def test_pools_may_feed_each_other_where_somebody_pays(tmp_path: Path) -> None:
    text = """\
to: [product]
pools:
  - {name: k, when: {product: kubernetes}, share: {by: fixed, shares: {platform: 1}}}
  - {name: p, when: {product: platform}, share: {by: fixed, shares: {kubernetes: 0.999, search: 0.001}}}
"""
    assert [pool.name for pool in read(tmp_path, text).pools] == ["k", "p"]


def test_what_stays_unallocated_is_an_exit(tmp_path: Path) -> None:
    text = """\
to: [product]
pools:
  - {name: k, when: {product: kubernetes}, share: {by: fixed, shares: {kubernetes: 0.9, unallocated: 0.1}}}
"""
    assert len(read(tmp_path, text).pools) == 1


def test_a_loop_of_a_time_that_is_over_before_the_other_begins_is_none(tmp_path: Path) -> None:
    text = """\
to: [product]
pools:
  - {name: k, when: {product: kubernetes}, until: 2026-06-01, share: {by: fixed, shares: {platform: 1}}}
  - {name: p, when: {product: platform}, since: 2026-06-01, share: {by: fixed, shares: {kubernetes: 1}}}
"""
    assert len(read(tmp_path, text).pools) == 2


def test_pools_of_different_times_may_be_called_alike_as_targets(tmp_path: Path) -> None:
    text = """\
to: [product]
pools:
  - {name: a, when: {product: platform}, until: 2026-06-01, share: {by: even}}
  - {name: b, when: {product: platform}, since: 2026-06-01, share: {by: even}}
"""
    assert [pool.receives for pool in read(tmp_path, text).pools] == [("platform",), ("platform",)]


REFUSED = """
to: [product]
pools:
  - {name: a, when: {ServiceName: a}, share: {by: even}}
  - {name: b, when: {ServiceName: b}, share: {by: even}}
  - {name: a, when: {ServiceName: c}, share: {by: even}}
    5:6: pool 'a' is called as one before (allocation.yaml:3:6); expected a name of its own for each. Rename one of
      the two; what is shared otherwise at another time is one, with a list under share. (FM2106)

to: [product]
policies: {tax: cost}
pools:
  - {name: tax, when: {ServiceName: a}, share: {by: even}}
    4:6: pool 'tax' is called as the pool of a policy (allocation.yaml:2:17); expected a name of its own for each.
      Rename it; or write its name as what the policy says, to put those charges into it. (FM2106)

to: [product]
levels:
  - {name: a, to: customer, within: product, share: {by: driver, driver: by_customer}}
  - {name: a, to: env, within: product, share: {by: driver, driver: by_env}}
    4:6: level 'a' is called as one before (allocation.yaml:3:6); expected a name of its own for each. Rename one of
      the two; what is shared otherwise at another time is one, with a list under share. (FM2106)

to: [product, team]
pools:
  - {name: a, when: {ServiceName: a}, as: {product: kubernetes}, share: {by: even}}
  - {name: b, when: {product: kubernetes}, share: {by: even}}
    4:6: pool 'b' gets what product 'kubernetes' is given, and so does pool 'a' (allocation.yaml:3:6); expected one
      pool for each target. Give one of them another as:, or as: {} where it gets nothing. (FM2114)

to: [product]
pools:
  - {name: a, when: {product: platform}, share: {by: even}}
  - {name: b, when: {product: platform, ServiceName: a}, as: {}, share: {by: even}}
    4:15: pool b, when product platform, ServiceName a can never answer: pool a, when product platform
      (allocation.yaml:3:15) answers first; expected rules in the order from special to general. Move it above,
      narrow the earlier one, or take it out. (FM2007)

to: [product]
pools:
- {name: k, when: {product: kubernetes}, share: {by: fixed, shares: {platform: 1}}}
- name: p
  when: {product: platform}
  share: [{by: even, until: 2026-06-01}, {by: fixed, since: 2026-06-01, shares: {kubernetes: 1}}]
    3:4: pool 'k' (allocation.yaml:3:42) feeds 'p' (allocation.yaml:6:42), which feeds 'k', and nobody else, from
      2026-06-01 on; expected a part for somebody who is no pool of the loop. Give a part of one of them to a target
      that is no pool, or to unallocated. (FM2115)

to: [product]
pools:
  - {name: k, when: {product: kubernetes}, share: {by: fixed, shares: {kubernetes: 1, search: 0}}}
    3:6: pool 'k' (allocation.yaml:3:44) feeds itself, and nobody else; expected a part for somebody who is no pool
      of the loop. Give a part of one of them to a target that is no pool, or to unallocated. (FM2115)
"""


@pytest.mark.parametrize(
    ("snippet", "expected"), refusals(REFUSED), ids=lambda text: text if isinstance(text, str) else ""
)
def test_what_cannot_be_meant_is_told(tmp_path: Path, snippet: str, expected: list[str]) -> None:
    assert refused(tmp_path, snippet) == expected
