"""What a candidate's cost is worth: by prices of the bill, by rates of commitments, by lists, or by nothing."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.bills_by_day import SEPTEMBER, Charge, More, charged, codes_of, found, told, used

AUGUST = SEPTEMBER.replace(month=8)
EC2 = "BoxUsage:m5.large"
COVERED: More = {
    "PricingCategory": "Committed", "CommitmentDiscountStatus": "Used", "CommitmentDiscountId": "sp-1",
    "CommitmentDiscountCategory": "Spend",
}  # fmt: skip


def covered(effective: str, contracted: str, **more: str) -> list[Charge]:
    """Return usage that a Savings Plan covers, on one day."""
    costs: More = {"EffectiveCost": effective, "ContractedCost": contracted, "BilledCost": "0"}
    return used("BoxUsage:c5.large", "i-covered", days=[1], **{**COVERED, **costs, **more})


def test_the_bill_s_own_prices_stand_before_those_of_a_list(tmp_path: Path) -> None:
    old = used("EBS:VolumeUsage.gp2", "vol-1", "1", quantity="10", unit="GB-Months")
    new = used("EBS:VolumeUsage.gp3", "vol-2", "0.7", quantity="10", unit="GB-Months")

    report = found(charged(tmp_path, old, new))

    assert told(report, "previous-generation-volumes") == [("vol-1", "9.00", "9.00")]
    (saving,) = report.savings
    assert saving.candidate.how == "by the bill"
    assert saving.candidate.about.basis == (
        "This bill has EBS:VolumeUsage.gp3 at 0.07 against 0.1 USD a GB-Months, contracted."
    )


def test_a_successor_that_is_no_cheaper_on_the_bill_is_no_candidate(tmp_path: Path) -> None:
    old = used("EBS:VolumeUsage.gp2", "vol-1", "1", quantity="10", unit="GB-Months")
    new = used("EBS:VolumeUsage.gp3", "vol-2", "1", quantity="10", unit="GB-Months")

    assert told(found(charged(tmp_path, old, new)), "previous-generation-volumes") == []


def test_prices_of_another_region_say_nothing(tmp_path: Path) -> None:
    old = used("EBS:VolumeUsage.gp2", "vol-1", "1", quantity="10", unit="GB-Months")
    new = used("EBS:VolumeUsage.gp3", "vol-2", "0.5", quantity="10", unit="GB-Months", RegionId="eu-west-1")

    assert told(found(charged(tmp_path, old, new)), "previous-generation-volumes") == [("vol-1", "6.00", "6.00")]


def test_a_kind_without_any_price_has_no_amount(tmp_path: Path) -> None:
    report = found(charged(tmp_path, used("BoxUsage:g3.4xlarge", "i-1", PricingCategory="Dynamic")))

    assert told(report, "previous-generation-machines") == [("i-1", None, None)]
    assert report.savings[0].candidate.how == "unknown"


def test_the_low_water_mark_is_priced_at_the_rate_that_the_bill_shows(tmp_path: Path) -> None:
    steady = used(EC2, "i-1", "10")
    peak = used(EC2, "i-2", "30", days=range(1, 31, 2))

    report = found(charged(tmp_path, steady, peak, covered("7", "10")))

    # 10 a day on each of 30 days, of which commitments save 3.
    assert told(report, "uncovered-usage") == [("m5", "90.00", "90.00")]
    (saving,) = report.savings
    assert saving.candidate.cost == Decimal(750)
    assert saving.candidate.about.evidence == (
        "Charged on 30 of 30 days, 1,080.00 Hours. Its least day cost 10.00, an average day 25.00."
    )
    assert "at 70.0 % of its contracted cost (bill of 2026-09)" in saving.candidate.about.basis


@pytest.mark.parametrize(("unused", "first"), [
    ("2.5", " Commitments of this source stood unused for 2.50 USD: use them first."),
    ("0.01", " Commitments of this source stood unused for 0.01 USD: use them first."),
    ("0.00365", ""),
])  # fmt: skip
def test_what_stands_unused_is_to_be_used_first_but_for_what_rounding_leaves(
    unused: str, first: str, tmp_path: Path
) -> None:
    idle: More = {**COVERED, "CommitmentDiscountStatus": "Unused", "BilledCost": "0", "ContractedCost": "0"}

    report = found(charged(
        tmp_path, used(EC2, "i-1", "10"), covered("7", "10"), used("Unused", "", unused, days=[1], **idle),
    ))  # fmt: skip

    (basis,) = (each.candidate.about.basis for each in report.savings if each.candidate.rule.name == "uncovered-usage")
    assert basis.partition("the rest is saved.")[2] == first


def test_an_earlier_bill_shows_a_rate_where_this_one_does_not(tmp_path: Path) -> None:
    month: More = {"BillingPeriodStart": "2026-08-01T00:00:00Z", "BillingPeriodEnd": "2026-09-01T00:00:00Z",
             "ChargePeriodStart": "2026-08-01T00:00:00Z", "ChargePeriodEnd": "2026-08-02T00:00:00Z"}  # fmt: skip

    report = found(charged(tmp_path, used(EC2, "i-1", "10"), covered("6", "10", **month)))

    assert told(report, "uncovered-usage") == [("m5", "120.00", "120.00")]
    assert "bill of 2026-08" in report.savings[0].candidate.about.basis


def test_without_any_rate_uncovered_usage_has_no_amount(tmp_path: Path) -> None:
    report = found(charged(tmp_path, used(EC2, "i-1", "10")))

    assert told(report, "uncovered-usage") == [("m5", None, None)]
    assert "FM2556" in codes_of(report)


def test_commitments_that_are_dearer_than_the_negotiated_price_are_not_proposed(tmp_path: Path) -> None:
    report = found(charged(tmp_path, used(EC2, "i-1", "10"), covered("7", "6")))

    assert told(report, "uncovered-usage") == []
    assert [each.message for each in report.findings if each.code == "FM2557"] == [
        (
            "commitments cost no less than the negotiated price of Amazon Elastic Compute Cloud (saas): more would "
            "save nothing"
        )
    ]


def test_usage_that_ends_is_not_proposed_for_a_commitment(tmp_path: Path) -> None:
    falling = [*used(EC2, "i-1", "1"), *used(EC2, "i-2", "20", days=range(1, 21))]

    assert told(found(charged(tmp_path, falling, covered("7", "10"))), "uncovered-usage") == []


def test_spot_and_covered_usage_are_not_uncovered(tmp_path: Path) -> None:
    spot = used(EC2, "i-1", "10", PricingCategory="Dynamic")

    assert told(found(charged(tmp_path, spot, covered("7", "10"))), "uncovered-usage") == []
