"""Policies mean the same charges on the bills of every supplier, and share them as their words say."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from finmod.allocation.definition import Allocation, Pool
from finmod.allocation.policies import NAMES, OF_COMMITMENTS, Word, policy_pool, sets
from finmod.allocation.pools import POOL, with_pools
from finmod.engines.duckdb import Engine
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.patterns import is_pattern, refused
from tests.taxonomy.small import Key, names

_CASES = Path(__file__).parent.parent / "taxonomy" / "rule_set_cases.csv"
_MEANT = {
    "tax": "tax", "credit": "credits", "commitment": "commitment purchases", "commitment-unused": "unused commitments",
    "marketplace": "marketplace", "support": "support",
}  # fmt: skip
"""What finmod's rule set of shared spend calls a charge, and the policy for it."""


def everything() -> tuple[Pool, ...]:
    """Return a pool for each policy, with every charge that it means."""
    return tuple(
        Pool(name=NAMES[word], place="", when=sets(word, "f:1:1"), shares=(), is_policy=True) for word in NAMES
    )


def taken(charges: Sequence[Key], pools: tuple[Pool, ...] | None = None) -> list[str | None]:
    """Return the policy that takes each charge; None where none does."""
    allocation = Allocation(to=("product",), pools=everything() if pools is None else pools)
    return names(with_pools(Taxonomy({}), allocation), charges).values(POOL)


def test_policies_mean_what_the_rule_set_of_shared_spend_does() -> None:
    cases = [row for row in csv.DictReader(_CASES.read_text("utf-8").splitlines()) if row["dimension"] == "spend-type"]
    columns = [name for name in cases[0] if name not in {"dimension", "expected", "source"}]
    # What a negation takes back is usage that a Savings Plan covers: it stays with that.
    cases = [case for case in cases if case["SkuMeter"] != "SavingsPlanNegation"]
    charges = [{name: case[name] or None for name in columns} for case in cases]
    assert len(cases) > 80
    wrong = [
        f"{case['ServiceName']}, {case['SkuMeter'] or case['ChargeDescription']}: {found}, not {case['expected']}"
        for case, found in zip(cases, taken(charges), strict=True)
        if found != _MEANT.get(case["expected"])
    ]
    assert wrong == []


_REFUND = {"ChargeClass": "Correction", "ChargeFrequency": "One-Time"}


@pytest.mark.parametrize(
    ("charge", "policy"),
    [
        ({"ChargeCategory": "Purchase", "CommitmentDiscountId": "sp-1", **_REFUND}, "commitment purchases"),
        ({"ChargeCategory": "Purchase", "SkuMeter": "Commitment v1: Cpu for 1 Year"}, "commitment purchases"),
        ({"ChargeCategory": "Usage", "SkuMeter": "Commitment - dollar based v1: GCE"}, "commitment purchases"),
        ({"ChargeCategory": "Adjustment", "CommitmentDiscountId": "cud-1"}, None),
        ({"ChargeCategory": "Usage", "CommitmentDiscountId": "sp-1", "CommitmentDiscountStatus": "Used"}, None),
        ({"ChargeCategory": "Usage", "CapacityReservationStatus": "Unused"}, None),
        ({"ChargeCategory": "Adjustment", **_REFUND}, "refunds"),
        ({"ChargeCategory": "Purchase", **_REFUND}, "refunds"),
        ({"ChargeCategory": "Usage", "ChargeClass": "Correction", "ChargeFrequency": "Usage-Based"}, None),
        ({"ChargeCategory": "Adjustment", "ChargeClass": "Correction", "ChargeFrequency": "Usage-Based"}, None),
        ({"ChargeCategory": "Usage", **_REFUND}, None),
        ({"ChargeCategory": "Credit", **_REFUND}, "credits"),
        ({"ChargeCategory": "Tax", "ServiceSubcategory": "Support"}, "tax"),
        ({"ChargeCategory": "Adjustment", "ServiceName": "AWS Support (Business)"}, "support"),
        ({"ChargeCategory": "Usage", "ServiceName": "AWS Support [Enterprise]"}, "support"),
        ({"ChargeCategory": "Usage", "ServiceName": "Enhanced Support"}, "support"),
        ({"ChargeCategory": "Usage", "ServiceName": "Customer Support Chat API"}, None),
        (
            {
                "ChargeCategory": "Usage", "ServiceSubcategory": "Support",
                "ChargeDescription": "Extended Support for PostgreSQL 11",
            },
            None,
        ),
        ({"ChargeCategory": "Usage", "ServiceName": "Claude (Amazon Bedrock Edition)", "SkuMeter": "USE1-MP:x"}, None),
    ],
)  # fmt: skip
def test_what_stands_between_kinds_is_of_one(charge: Mapping[str, str], policy: str | None) -> None:
    assert taken([charge]) == [policy]


def test_users_are_asked_for_charges_that_name_their_commitment() -> None:
    pools = tuple(policy_pool(word, "users", "f:1:1") for word in OF_COMMITMENTS)
    charges: list[Key] = [
        {"ChargeCategory": "Purchase", "CommitmentDiscountId": "sp-1"},
        {"ChargeCategory": "Purchase", "SkuMeter": "Commitment v1: Cpu for 1 Year"},
        {"ChargeCategory": "Usage", "CommitmentDiscountStatus": "Unused", "CommitmentDiscountId": "sp-1"},
        {"ChargeCategory": "Usage", "CommitmentDiscountStatus": "Unused"},
    ]
    assert taken(charges, pools) == ["commitment purchases", None, "unused commitments", None]


def test_users_pay_by_cost_of_what_used_the_same_commitment() -> None:
    (share,) = policy_pool("unused", "users", "allocation.yaml:2:3").shares
    assert (share.kind, share.measure, share.base, share.within, share.pools) == (
        "cost", "EffectiveCost", "direct", ("CommitmentDiscountId",), True,
    )  # fmt: skip
    assert (share.otherwise, share.unallocated, share.place) == (None, True, "allocation.yaml:2:3")


def test_an_account_without_cost_of_its_own_shares_with_its_source() -> None:
    (share,) = policy_pool("tax", "cost", "f:1:1").shares
    assert (share.kind, share.within, share.pools, share.unallocated) == (
        "cost", ("x_Source", "SubAccountId"), True, False,
    )  # fmt: skip
    other = share.otherwise
    assert other is not None
    assert (other.within, other.pools, other.unallocated) == (("x_Source",), True, True)


def test_the_patterns_of_policies_are_good() -> None:
    texts = {text for word in NAMES for one in sets(word, "") for each in one for text in (*each.any, *each.none)}
    with Engine(threads=1) as engine:
        assert [text for text in texts if is_pattern(text) and refused(engine, text)] == []


@pytest.mark.parametrize("word", NAMES)
def test_each_policy_is_told_by_its_place(word: Word) -> None:
    pool = policy_pool(word, "users" if word in OF_COMMITMENTS else "cost", "allocation.yaml:2:3")
    assert (pool.name, pool.is_policy, pool.place) == (NAMES[word], True, "allocation.yaml:2:3")
    assert {condition.place for conditions in pool.when for condition in conditions} == {"allocation.yaml:2:3"}
    assert len(pool.texts) == len(pool.when)
    assert pool.texts[0][0].startswith("policy commitments." if word in OF_COMMITMENTS else f"policy {word}: cost")
