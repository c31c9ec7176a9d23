"""Savings as the page tells them: sums that are known, and what must be known of them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from finmod.workspace.report.savings import SHOWN, savings_told
from tests.bills_by_day import charged, codes_of, found, used

IDLE = "PublicIPv4:IdleAddress"


def test_where_no_candidate_has_an_amount_there_is_no_sum(tmp_path: Path) -> None:
    told = savings_told(found(charged(tmp_path, used(IDLE, "eip-1", EffectiveCost=""))))
    assert told is not None
    assert (told.candidates, told.unknown, told.amount, told.cash) == (1, 1, None, None)
    assert [each.code for each in told.findings] == ["FM2554"]


def test_those_without_an_amount_are_counted_beside_the_sum_of_the_others(tmp_path: Path) -> None:
    many = [used(IDLE, f"eip-{at}") for at in range(SHOWN)]
    told = savings_told(found(charged(tmp_path, *many, used(IDLE, "eip-x", EffectiveCost=""))))
    assert told is not None
    assert (told.amount, told.unknown, told.left, told.others) == (Decimal(30 * SHOWN), 1, 1, (None, None))


def test_that_amounts_are_of_some_days_is_told_and_what_a_rule_could_not_look_for_is_not(tmp_path: Path) -> None:
    report = found(charged(tmp_path, used(IDLE, "eip-1", days=range(1, 13)), used("NatGateway-Hours", "nat-1")[:12]))
    told = savings_told(report)
    assert told is not None
    assert {"FM2558", "FM2560"} <= {*codes_of(report)}
    assert [each.message for each in told.findings] == [
        "the bill of saas has the days from 2026-09-01 to 2026-09-12: amounts are of 12 days"
    ]


def test_without_a_candidate_nothing_is_told(tmp_path: Path) -> None:
    assert savings_told(found(charged(tmp_path, used("BoxUsage:m5.large", "i-1", days=[1])))) is None
