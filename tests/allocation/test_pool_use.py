"""Pools that take nothing, that meet, and shared cost in no pool: told with places, charges and amounts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from finmod.allocation.pool_use import pool_findings, unshared_findings
from finmod.allocation.pools import POOL, with_pools
from finmod.taxonomy.naming import name_keys
from finmod.taxonomy.reading import read_taxonomy
from finmod.taxonomy.segments import Segments
from tests.allocation.small import read
from tests.taxonomy.small import Key, keys, tags

Charge = tuple[Key, int, str | None, str]
"""A charge key, its number of charges, EffectiveCost and currency."""


def told(folder: Path, pools: str, charges: Sequence[Charge]) -> list[tuple[Any, ...]]:
    """Return code, severity, place, charges and message of each finding."""
    allocation = read(folder, f"to: [product, team]\n{pools}")
    taxonomy = with_pools(read_taxonomy(folder), allocation)
    with keys([key for key, *_ in charges]) as engine:
        engine.run("ALTER TABLE base ADD COLUMN x_Charges BIGINT")
        engine.run("ALTER TABLE base ADD COLUMN EffectiveCost DECIMAL(38, 12)")
        for number, (_, count, cost, currency) in enumerate(charges):
            engine.run(
                "UPDATE base SET x_Charges = $1, EffectiveCost = CAST($2 AS DECIMAL(38, 12)), BillingCurrency = $3 "
                "WHERE n = $4",
                [count, cost, currency, number],
            )
        naming = name_keys(engine, taxonomy, Segments(), "base", asking=POOL)
        found = [*pool_findings(engine, naming, allocation), *unshared_findings(engine, naming, allocation)]
    return [(each.code, each.severity, each.where, each.rows, each.message) for each in found]


def test_conditions_that_no_charge_meets_are_told(tmp_path: Path) -> None:
    pools = 'pools:\n- {name: a, when: [{ServiceName: A}, {ServiceName: "Sagemakr*"}], share: {by: even}}'
    assert told(tmp_path, pools, [({"ServiceName": "A"}, 3, "1", "USD")]) == [
        (
            "FM2130", "warning", "allocation.yaml:3:38", None,
            "pool a, when ServiceName Sagemakr*, matches no charge. Correct it, or take it out.",
        )
    ]  # fmt: skip


def test_conditions_that_others_always_meet_before_are_told(tmp_path: Path) -> None:
    pools = (
        "pools:\n- {name: a, when: {ServiceName: A}, share: {by: even}}\n"
        "- {name: b, when: {product: platform}, share: {by: even}}"
    )
    charge: Key = {"ServiceName": "A", "Tags": tags(product="platform")}
    assert told(tmp_path, pools, [(charge, 3, "1", "USD"), ({"ServiceName": "A"}, 1, "1", "USD")]) == [
        (
            "FM2130", "warning", "allocation.yaml:4:13", 3,
            (
                "pool b, when product platform, takes nothing: the 3 charges that it matches are taken before, by pool "
                "a, when ServiceName A (allocation.yaml:3:13). Move it above, narrow the other, or take it out."
            ),
        )
    ]  # fmt: skip


MEETING = """\
pools:
- {name: a, when: {ServiceName: A}, share: {by: even}}
- {name: b, when: [{product: platform}, {tag.cluster: x}], share: {by: even}}
"""
CHARGES: Sequence[Charge] = (
    ({"ServiceName": "A", "Tags": tags(product="platform", cluster="x")}, 1200, "1234.5", "USD"),
    ({"ServiceName": "A", "Tags": tags(product="platform")}, 1, "2", "USD"),
    ({"ServiceName": "A", "Tags": tags(product="platform")}, 1, "-3", "EUR"),
    ({"ServiceName": "A", "Tags": tags(product="platform")}, 2, None, "GBP"),
    ({"ServiceName": "A"}, 5, "100", "USD"),
    ({"Tags": tags(product="platform")}, 5, "100", "USD"),
    ({"Tags": tags(cluster="x")}, 5, "100", "USD"),
)


def test_charges_that_two_pools_match_are_told_once(tmp_path: Path) -> None:
    assert told(tmp_path, MEETING, CHARGES) == [
        (
            "FM2131", "warning", "allocation.yaml:3:13", 1204,
            (
                "a has 1,204 charges that b (allocation.yaml:4:20) matches too, -3.00 EUR, an unknown amount of GBP "
                "and 1,236.50 USD of EffectiveCost. Narrow one of them, put the more special one first, or say rest: "
                "true of b where it is for what is left."
            ),
        )
    ]  # fmt: skip


def test_a_pool_for_the_rest_meets_the_others_untold(tmp_path: Path) -> None:
    assert told(tmp_path, MEETING.replace("name: b", "name: b, rest: true"), CHARGES) == []


def test_policies_and_pools_of_another_time_are_passed_over(tmp_path: Path) -> None:
    pools = (
        "policies: {tax: cost, support: cost}\npools:\n- {name: a, when: {ServiceName: A}, share: {by: even}}\n"
        "- {name: b, since: 2027-01-01, when: {ServiceName: B}, share: {by: even}}"
    )
    charges: Sequence[Charge] = [
        ({"ServiceName": "A", "ChargeCategory": "Tax"}, 1, "1", "USD"),
        ({"ServiceName": "A"}, 1, "1", "USD"),
    ]
    assert told(tmp_path, pools, charges) == []


def test_an_allocation_without_pools_has_none_to_tell_of(tmp_path: Path) -> None:
    assert told(tmp_path, "", [({"ServiceName": "A"}, 1, "1", "USD")]) == []


def test_shared_cost_in_no_pool_is_told(tmp_path: Path) -> None:
    pools = "pools: [{name: platform, when: {product: platform}, share: {by: even}}]"
    charges: Sequence[Charge] = [
        ({"Tags": tags(product="kubernetes")}, 3, "1000", "USD"),
        ({"Tags": tags(product="kubernetes")}, 1, "5", "EUR"),
        ({"Tags": tags(product="platform")}, 1, "7", "USD"),
        ({"Tags": tags(product="search")}, 1, "7", "USD"),
    ]
    assert told(tmp_path, pools, charges) == [
        (
            "FM2132", "info", "taxonomy.yaml:7:7", 4,
            (
                "kubernetes of product is shared, and no pool takes 5.00 EUR and 1,000.00 USD of its EffectiveCost: it "
                "stays there. Add a pool with when: {product: kubernetes}, or take shared: from it."
            ),
        )
    ]  # fmt: skip


def test_shared_values_without_cost_are_not_told(tmp_path: Path) -> None:
    assert told(tmp_path, "", [({"Tags": tags(product="kubernetes")}, 3, "0", "USD")]) == []
