"""Savings: what is priced, what is left for later rules, and the order of the list."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from finmod.models.savings import (
    Candidate,
    Part,
    low_water_share,
    potential_savings,
    price_share,
    total,
    totals_by,
)
from finmod.terms.money import known_sum
from finmod.terms.savings import Evidence, SavingRule

ONE, HALF = Decimal(1), Decimal("0.5")


def rule(order: int = 0, kind: Literal["usage", "commitment"] = "usage") -> SavingRule:
    """Return a rule of which the order and the kind alone matter."""
    return SavingRule(
        name=f"rule-{order}", title="", kind=kind, per="resource", evidence=Evidence(), seen="", share=ONE, how="whole",
        basis="", source="", suppliers=("AWS",), effort="S", risk="low", remedy="", order=order,
    )  # fmt: skip


def candidate(name: str, *parts: Part, share: Decimal | None = ONE, order: int = 0) -> Candidate[str]:
    """Return a candidate called so."""
    return Candidate(rule(order), name, parts, share, "whole", name)


def test_a_later_rule_takes_its_share_of_what_is_left() -> None:
    part = Part(1, Decimal(100))

    found = potential_savings([candidate("b", part, share=HALF, order=1), candidate("a", part, share=HALF)])

    assert [(each.candidate.about, each.amount, each.is_reduced) for each in found] == [
        ("a", Decimal(50), False), ("b", Decimal(25), True),
    ]  # fmt: skip


def test_of_one_rule_the_dearest_takes_first() -> None:
    shared = Part(1, Decimal(10))

    found = potential_savings([candidate("small", shared), candidate("large", shared, Part(2, Decimal(5)))])

    assert [(each.candidate.about, each.amount) for each in found] == [("large", Decimal(15))]


def test_what_is_covered_is_freed_and_the_rest_is_cash() -> None:
    (found,) = potential_savings([candidate("a", Part(1, Decimal(4)), Part(2, Decimal(6), "ri"), Part(3, ONE, "ri"))])

    assert (found.amount, found.cash, found.freed, found.committed) == (
        Decimal(11), Decimal(4), (("ri", Decimal(7)),), Decimal(7),
    )  # fmt: skip


def test_one_unknown_part_makes_the_amount_unknown_and_takes_nothing() -> None:
    part = Part(1, Decimal(10))
    unknown = candidate("unknown", part, Part(2, None))

    first, last = potential_savings([unknown, candidate("known", part, order=1)])

    assert (first.candidate.about, first.amount) == ("known", Decimal(10))
    assert (last.candidate.about, last.amount, last.cash, last.committed) == ("unknown", None, None, None)


def test_what_saves_less_than_a_hundredth_is_rounding_and_no_candidate() -> None:
    found = potential_savings(
        [candidate("cent", Part(1, Decimal("0.01"))), candidate("less", Part(2, Decimal("0.009999999999")))]
    )

    assert [each.candidate.about for each in found] == ["cent"]


def test_those_without_an_amount_stand_last_by_their_cost() -> None:
    found = potential_savings([
        candidate("cheap", Part(1, ONE), share=None), candidate("dear", Part(2, Decimal(9)), share=None),
        candidate("known", Part(3, HALF)),
    ])  # fmt: skip

    assert [each.candidate.about for each in found] == ["known", "dear", "cheap"]
    assert (total(found).unknown, total(found).amount) == (2, HALF)


def test_sums_by_a_key_stand_by_their_amount() -> None:
    found = potential_savings(
        [candidate("a1", Part(1, ONE)), candidate("a2", Part(2, ONE)), candidate("b", Part(3, ONE))]
    )

    sums = totals_by(found, lambda each: each.candidate.about[0])

    assert [(name, each.candidates, each.amount) for name, each in sums] == [("a", 2, Decimal(2)), ("b", 1, ONE)]


PARTS = st.lists(st.decimals(min_value="0.000000000001", max_value=10**9, places=12), min_size=1, max_size=5)
SHARES = st.decimals(min_value=0, max_value=1, places=12)
CLAIMS = st.lists(st.tuples(st.sets(st.integers(0, 4), min_size=1), SHARES, st.integers(0, 3)), max_size=8)


@given(PARTS, CLAIMS)
def test_no_part_is_saved_beyond_its_cost(costs: list[Decimal], claims: list[tuple[set[int], Decimal, int]]) -> None:
    parts = [Part(number, cost, "ri" if number % 2 else None) for number, cost in enumerate(costs)]
    candidates = [
        candidate(str(place), *(parts[number] for number in sorted(chosen) if number < len(parts)), share=share,
                  order=order)
        for place, (chosen, share, order) in enumerate(claims)
    ]  # fmt: skip

    found = potential_savings([each for each in candidates if each.parts])

    named = {part.number: part for each in found for part in each.candidate.parts}
    of_cash = known_sum(each.cash for each in found) or Decimal(0)
    of_all = known_sum(each.amount for each in found) or Decimal(0)
    assert of_all <= (known_sum(part.cost for part in named.values()) or Decimal(0))
    assert of_cash <= (known_sum(part.cost for part in named.values() if part.commitment is None) or Decimal(0))
    assert all(each.amount == (each.cash or 0) + (each.committed or 0) for each in found)


@given(CLAIMS)
def test_the_order_in_which_candidates_come_changes_nothing(claims: list[tuple[set[int], Decimal, int]]) -> None:
    parts = [Part(number, Decimal(10 + number)) for number in range(5)]
    candidates = [
        candidate(str(place), *(parts[number] for number in sorted(chosen)), share=share, order=order)
        for place, (chosen, share, order) in enumerate(claims)
    ]

    assert potential_savings(candidates) == potential_savings(reversed(candidates))


def test_a_rate_above_one_saves_nothing() -> None:
    assert low_water_share(ONE, 30, Decimal(60), Decimal("1.2")) == 0


def test_prices_too_small_for_twelve_places_are_compared_all_the_same() -> None:
    old, new = (Decimal("0.01"), Decimal(10) ** 18), (Decimal("0.004"), Decimal(10) ** 18)

    assert price_share(old, new) == Decimal("0.6")
