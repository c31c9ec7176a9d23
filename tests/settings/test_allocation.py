"""allocation.yaml: every key is read, and what cannot be meant is told with its place and a remedy, all at once."""

from __future__ import annotations

import pytest

from finmod.errors import UserError
from finmod.settings.allocation import AllocationFile
from finmod.settings.validate import validated
from finmod.settings.yaml import parse_yaml
from tests.refusals import refusals, told

WHOLE = """
to: [product, team]
policies:
  commitments: {purchases: owner, unused: users}
  credits: cost
  refunds: owner
  tax: cost
  support: support
  marketplace: owner
pools:
  - name: kubernetes
    label: Clusters
    when: {tag.cluster: "*", ServiceName: {not: Support}}
    as: {product: kubernetes}
    since: 2026-01-01
    until: 2027-01-01
    share: {by: kubernetes, idle: even}
  - name: support
    when: [{ServiceName: "*Support*"}, {product: null}]
    rest: true
    share: [{by: cost, until: 2026-07-01}, {by: even, since: 2026-07-01}]
levels:
  - {name: team, within: product, share: {by: cost}}
  - {name: customer, to: [cohort, customer], within: [product], share: {by: driver, driver: requests}}
"""


def read(text: str) -> AllocationFile:
    return validated(AllocationFile, parse_yaml(text, "allocation.yaml"))


def test_every_key_is_read() -> None:
    found = read(WHOLE)

    assert found.to == ("product", "team")
    policies = found.policies
    assert policies is not None
    assert policies.commitments is not None
    assert (policies.commitments.purchases, policies.commitments.unused) == ("owner", "users")
    said = (policies.credits, policies.refunds, policies.tax, policies.support, policies.marketplace)
    assert said == ("cost", "owner", "cost", "support", "owner")
    first, second = found.pools
    assert (first.name, first.label, first.rest, second.rest) == ("kubernetes", "Clusters", False, True)
    assert (first.receives, first.since, first.until) == ({"product": "kubernetes"}, "2026-01-01", "2027-01-01")
    assert [(level.name, level.to, level.within) for level in found.levels] == [
        ("team", None, ("product",)),
        ("customer", ("cohort", "customer"), ("product",)),
    ]


def test_conditions_are_one_mapping_or_several() -> None:
    first, second = read(WHOLE).pools

    ((steps, when),) = first.whens
    assert (steps, list(when)) == (("when",), ["tag.cluster", "ServiceName"])
    assert [(steps, list(each)) for steps, each in second.whens] == [
        (("when", 0), ["ServiceName"]),
        (("when", 1), ["product"]),
    ]


def test_a_share_is_one_mapping_or_several_by_time() -> None:
    first, second = read(WHOLE).pools

    assert [(steps, each.by) for steps, each in first.shares] == [(("share",), "kubernetes")]
    assert [(steps, each.by, each.since) for steps, each in second.shares] == [
        (("share", 0), "cost", None),
        (("share", 1), "even", "2026-07-01"),
    ]


@pytest.mark.parametrize("text", ["pools:", "levels:", "policies:", "pools: []", "policies: {commitments: }"])
def test_an_allocation_may_share_nothing(text: str) -> None:
    found = read(f"to: product\n{text}")
    assert (found.to, found.pools, found.levels) == (("product",), (), ())


def test_a_pool_without_conditions_waits_for_a_policy() -> None:
    (pool,) = read("{to: product, pools: [{name: taxes, share: {by: cost}}]}").pools
    assert pool.whens == ()


REFUSED = """
too: [a]
    2:1: too is no key of this file; expected to, policies, pools or levels. Did you mean 'to'? (FM1004)

pools: {name: a}
    2:8: pools is a mapping; expected a list. Write a value of that kind. (FM1005)

pools: [{nam: a, share: {by: cost}, when: {a: b}}]
    2:9: pools.1.name is missing. Add it, such as 'name: kubernetes'. (FM1002)
    2:10: pools.1.nam is no key of this file; expected since, until, share, name, label, when, rest or as. Did you
      mean 'name'? (FM1004)

pools: [{name: owner, when: {a: b}, share: {by: cost}}, {name: " a", when: {a: b}, share: {by: cost}}]
    2:16: pools.1.name is 'owner'; expected another name than owner, users, cost, unallocated or direct. Rename it:
      the word means something elsewhere. (FM1006)
    2:64: pools.2.name is ' a'; expected a name of 1 to 200 printable characters, without blanks around it. Correct
      the name. (FM1006)

pools: [{name: 5, when: {a: b}, share: {by: cost}}]
    2:16: pools.1.name is 5; expected text. Put it in quotes: "5". (FM1005)

pools: [{name: a, when: {a: b}}]
    2:9: pools.1 has no share; expected how it is shared. Add it, such as 'share: {by: cost}'. (FM1002)

pools: [{name: a, when: {a: b}, share: []}]
    2:40: pools.1.share is an empty list; expected how it is shared. Add it, such as 'share: {by: cost}'. (FM1002)

pools: [{name: a, when: {a: b}, share: cost}]
    2:40: pools.1.share is 'cost'; expected a mapping (lines of the form 'key: value'), or a list of them. Write it
      as {key: value}. (FM1005)

pools: [{name: a, when: {a: b}, share: [cost]}]
    2:41: pools.1.share.1 is 'cost'; expected a mapping (lines of the form 'key: value'). Write a value of that
      kind. (FM1005)

pools: [{name: a, when: [], share: {by: cost}}]
    2:25: pools.1.when is an empty list; expected conditions. Say which charges are in it, or take the line out.
      (FM1005)

pools: [{name: a, when: , share: {by: cost}}]
    2:19: pools.1.when is empty; expected a mapping (lines of the form 'key: value'), or a list of them. Write it as
      {key: value}. (FM1005)

pools: [{name: a, when: "*", share: {by: cost}}]
    2:25: pools.1.when is '*'; expected a mapping (lines of the form 'key: value'), or a list of them. Write it as
      {key: value}. (FM1005)

pools: [{name: a, when: {}, share: {by: cost}}]
    2:25: pools.1.when is an empty mapping; expected at least one condition. Fill it, or remove the rule. (FM1006)

pools: [{name: a, when: [{a: b}, {ServiceNam: b}, {tag.a: 1}], share: {by: cost}}]
    2:35: pools.1.when.2 has the key 'ServiceNam'; expected a text column of FOCUS, tag.KEY, label.KEY or a
      dimension. Did you mean 'ServiceName'? (FM2003)
    2:59: pools.1.when.3.tag.a is 1; expected text or a list. Put it in quotes. (FM1005)

pools: [{name: a, when: {a: b}, as: kubernetes, rest: maybe, share: {by: cost}}]
    2:37: pools.1.as is 'kubernetes'; expected a dimension with its value. Write a mapping such as {product:
      kubernetes}. (FM1005)
    2:55: pools.1.rest is 'maybe'; expected true or false. Write true or false. (FM1005)

pools: [{name: a, when: {a: b}, as: {product: 5}, share: {by: cost}}]
    2:47: pools.1.as.product is 5; expected text. Put it in quotes: "5". (FM1005)

pools: [{name: a, when: {a: b}, since: 2026-02-01, until: 2026-01-01, share: {by: cost}}]
    2:59: pools.1.until is '2026-01-01'; expected a day after 2026-02-01, on which it begins. Correct one of the
      days. (FM2004)

pools: [{name: a, when: {a: b}, share: [{by: cost}, {by: even, since: 2026-01-01}]}]
    2:53: pools.1.share.2 holds while share 1 does, from 2026-01-01 on; expected one share for each day. Give the
      earlier one an until and the later one a since. (FM2110)

pools: [{name: a, when: {a: b}, share: [{by: cost, until: 2026-01-02}, {by: even, since: 2026-01-01}, {by: evn}]}]
    2:108: pools.1.share.3.by is 'evn'; expected even, fixed, cost, driver, kubernetes or inferred. Did you mean
      'even'? (FM1003)

policies: {commitments: users, tax: 5, supprt: cost}
    2:25: policies.commitments is 'users'; expected a mapping (lines of the form 'key: value'). Write a value of
      that kind. (FM1005)
    2:37: policies.tax is 5; expected text. Put it in quotes: "5". (FM1005)
    2:40: policies.supprt is no key of this file; expected commitments, credits, refunds, tax, support or
      marketplace. Did you mean 'support'? (FM1004)

policies: {tax: , commitments: {unsed: users}, support: ''}
    2:12: policies.tax is empty; expected what happens to them. Say it, such as owner, or take the line out.
      (FM1005)
    2:33: policies.commitments.unsed is no key of this file; expected purchases or unused. Did you mean 'unused'?
      (FM1004)
    2:57: policies.support is ''; expected text. Write a text, or leave it out. (FM1006)

levels: [{name: a, share: {by: cost}}]
    2:10: levels.1.within is missing. Add it, such as 'within: ['product']'. (FM1002)

levels: [{name: a, within: [], to: [b, b], share: {by: cost}}]
    2:28: levels.1.within is an empty list; expected at least one dimension. Name a dimension of taxonomy.yaml.
      (FM1006)
    2:40: levels.1.to.2 is 'b'; expected each dimension once. Take one of the two out. (FM1015)

levels: [{name: a, within: [product], since: 2026-01-01, share: {by: cost}}]
    2:39: levels.1.since is no key of this file; expected share, name, to or within. Remove it. (FM1004)

"""


@pytest.mark.parametrize(
    ("snippet", "expected"), refusals(REFUSED), ids=lambda text: text if isinstance(text, str) else ""
)
def test_what_cannot_be_meant_is_told(snippet: str, expected: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        read(f"to: [product, team]\n{snippet}")
    assert [told(problem).removeprefix("allocation.yaml:") for problem in caught.value.problems] == expected


def test_the_dimensions_cannot_be_left_out() -> None:
    with pytest.raises(UserError) as caught:
        read("pools: []")
    assert told(caught.value.problems[0]) == (
        "allocation.yaml:1:1: to is missing. Add it, such as 'to: ['product', 'team']'. (FM1002)"
    )
