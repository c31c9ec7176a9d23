"""The record of the page: what follows from its parts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from finmod.models.variance.page import Member, Members, bridge_steps
from finmod.models.variance.report import Proof
from tests.variance_pages import change, page_told, savings_of, unit


def test_steps_of_a_bridge_sum_to_the_change_and_the_small_ones_stand_together() -> None:
    total = change(1000, 1100, volume=80, days=21, tax="0.5", support="-0.5", mix="-1")
    steps = bridge_steps(total)
    assert [each.title for each in steps] == ["Volume", "Days in the month", "3 smaller effects"]
    assert sum(each.amount for each in steps) == total.change


def test_one_small_effect_stands_alone() -> None:
    assert [each.title for each in bridge_steps(change(1000, 1100, tax="0.5"))] == ["Volume", "Tax"]


@pytest.mark.parametrize(
    ("now", "before", "is_better"), [("1", "2", True), ("2", "1", False), ("1", "1", None), (None, "1", None)]
)
def test_a_unit_cost_is_better_where_it_went_the_good_way(
    now: str | None, before: str | None, *, is_better: bool | None
) -> None:
    assert unit(now=now, before=before).is_better is is_better


def test_the_share_with_a_member_is_all_but_what_is_nobodys() -> None:
    page = page_told()
    total = page.report.total.after
    assert page.allocated == 1 - Decimal("4100.000000000001") / total
    assert replace(page, members=()).allocated is None


def test_credits_of_nobody_make_no_share_of_more_than_all() -> None:
    page = page_told()
    members = Members("product", (Member(change(0, -5, (None,))), *page.members[0].rows[:-1]))
    assert replace(page, members=(members,)).allocated is None


def test_savings_that_have_no_row_are_the_rest() -> None:
    savings = page_told().savings
    assert savings is not None
    assert savings.others == (Decimal("80.25"), Decimal(50))


@pytest.mark.parametrize(
    ("amounts", "left", "others"),
    [
        ((8, 6), (0, 0), (None, None)),
        ((8, 6, 4, 2), (2, 0), (Decimal(6), Decimal(3))),
        ((8, 6, 4, None), (2, 1), (Decimal(4), Decimal(2))),
        ((8, 6, None, None), (2, 2), (None, None)),
        ((8, None, None), (1, 1), (None, None)),
        ((None, None, None), (1, 1), (None, None)),
    ],
)
def test_savings_without_a_row_are_unknown_where_none_of_them_has_an_amount(
    amounts: tuple[int | None, ...], left: tuple[int, int], others: tuple[Decimal | None, ...]
) -> None:
    savings = savings_of(amounts, 2)
    assert (savings.left, savings.left_unknown) == left
    assert savings.others == others


def test_what_a_page_stands_on_is_the_variance_and_its_budget() -> None:
    page = page_told(found=["FM2513"])
    assert page.budget is not None
    broken = Proof(1, "USD", Decimal(1), Decimal(2))
    page = replace(page, budget=replace(page.budget, report=replace(page.report, proofs=(broken,))))
    assert page.proofs == (*page.report.proofs, broken)
    assert page.findings == page.report.findings
    assert replace(page, budget=None).proofs == page.report.proofs
