"""Each charge is in the first pool that takes it, by the machinery that names its product."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from finmod.allocation.pools import POOL, pool_rules, with_pools
from finmod.taxonomy.reading import read_taxonomy
from tests.allocation.small import read
from tests.taxonomy.small import Key, Names, names, tags

ALLOCATION = """\
to: [product, team]
policies: {tax: overhead, credits: cost}
pools:
  - {name: clusters, when: {tag.cluster: "*", ServiceName: {not: Support}}, share: {by: even}}
  - {name: platform, when: [{product: platform}, {team: "ads-*"}], since: 2026-07-01, share: {by: even}}
  - {name: overhead, when: {ServiceName: ["*Rent*", "/^Support .*$/"]}, share: {by: even}}
  - {name: untagged, rest: true, when: {product: null}, share: {by: even}}
"""


def pools(folder: Path, *charges: Key, days: tuple[date, ...] = ()) -> Names:
    allocation = read(folder, ALLOCATION)
    return names(with_pools(read_taxonomy(folder), allocation), charges, days)


def test_tags_columns_and_dimensions_are_conditions(tmp_path: Path) -> None:
    found = pools(
        tmp_path,
        {"Tags": tags(Cluster="prod", product="search"), "ServiceName": "Compute"},
        {"Tags": tags(cluster="prod", product="search"), "ServiceName": "Support"},
        {"Tags": tags(product="platform")},
        {"Tags": tags(product="search", team="ads-api")},
        {"Tags": tags(product="search"), "ServiceName": "Office Rent Inc"},
        {"Tags": tags(product="search"), "ServiceName": "Support for machines"},
        {"Tags": tags(product="search"), "ServiceName": "Compute"},
        {"ServiceName": "Compute"},
        days=(date(2026, 7, 1),),
    )
    assert found.values(POOL) == ["clusters", None, None, None, "overhead", "overhead", None, "untagged"]


def test_a_pool_of_a_time_takes_charges_of_that_time(tmp_path: Path) -> None:
    charge = {"Tags": tags(product="platform")}
    found = pools(tmp_path, {**charge, "segment": 0}, {**charge, "segment": 1}, days=(date(2026, 7, 1),))
    assert found.values(POOL) == [None, "platform"]
    assert found.values("product") == ["platform", "platform"]


def test_the_first_pool_wins_and_policies_are_asked_first(tmp_path: Path) -> None:
    found = pools(
        tmp_path,
        {"Tags": tags(cluster="a", product="platform"), "ServiceName": "Rent"},
        {"Tags": tags(cluster="a"), "ChargeCategory": "Tax"},
        {"Tags": tags(cluster="a"), "ChargeCategory": "Credit"},
    )
    assert found.values(POOL) == ["clusters", "overhead", "credits"]


def test_the_rule_that_took_a_charge_is_told(tmp_path: Path) -> None:
    found = pools(tmp_path, {"ChargeCategory": "Tax"}, {"ServiceName": "Rent"}).found
    outcomes = [outcome for each in found if (outcome := each[POOL])]
    told = [(outcome.place, outcome.rule.text) for outcome in outcomes if outcome.rule]
    assert told == [
        ("allocation.yaml:2:17", "policy tax: overhead"),
        ("allocation.yaml:6:22", "pool overhead, when ServiceName *Rent* or /^Support .*$/"),
    ]


def test_rules_are_numbered_in_the_order_in_which_they_are_asked(tmp_path: Path) -> None:
    rules = list(pool_rules(read(tmp_path, ALLOCATION)))
    assert [(rule.number, rule.value, rule.included) for rule, _ in rules] == [
        (1, "credits", True),
        (2, "overhead", True),
        (3, "clusters", False),
        (4, "platform", False),
        (5, "platform", False),
        (6, "overhead", False),
        (7, "untagged", False),
    ]
    assert all(pool.name == rule.value for rule, pool in rules)


def test_the_taxonomy_stays_as_it_is_but_for_the_pools(tmp_path: Path) -> None:
    allocation = read(tmp_path, ALLOCATION)
    taxonomy = read_taxonomy(tmp_path)
    found = with_pools(taxonomy, allocation)
    assert list(found.dimensions) == [*taxonomy.dimensions, POOL]
    assert found.dimensions[POOL].column == "x_Pool"
    assert date(2026, 7, 1) in found.days()
    assert [each.name for each in found.in_order()][-1] == POOL


def test_an_allocation_without_pools_takes_nothing(tmp_path: Path) -> None:
    allocation = read(tmp_path, "to: product")
    assert names(with_pools(read_taxonomy(tmp_path), allocation), [{"ServiceName": "a"}]).values(POOL) == [None]
