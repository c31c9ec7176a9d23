"""What is odd about savings, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bills_by_day import More, charged, found, used

DEV: More = {"Tags": '{"environment":"dev"}'}


def messages(folder: Path, code: str) -> list[str]:
    """Return what a code says of a bill with one machine for the first half of a month, billed at once."""
    half: More = {"ChargePeriodEnd": "2026-09-16T00:00:00Z", **DEV}
    machine = used("BoxUsage:m4.large", "i-1", days=[1], quantity="360", **half)
    report = found(charged(folder, machine))
    return [each.message for each in report.findings if each.code == code]


def test_a_bill_that_ends_early_is_named_with_its_days(tmp_path: Path) -> None:
    assert messages(tmp_path, "FM2558") == [
        "the bill of saas has the days from 2026-09-01 to 2026-09-15: amounts are of 15 days"
    ]


def test_usage_of_several_days_is_told_where_rules_look_at_days(tmp_path: Path) -> None:
    (message,) = messages(tmp_path, "FM2559")

    assert message.startswith("the bill of saas has usage of 2 things that is billed for several days")
    assert message.endswith("rules about weekends and least days do not look at it")


def test_warnings_stand_first(tmp_path: Path) -> None:
    report = found(charged(tmp_path, used("PublicIPv4:IdleAddress", "eip-1", EffectiveCost="")))

    assert [each.severity for each in report.findings] == ["warning", "info"]


@pytest.mark.parametrize(
    ("buckets", "words"),
    [
        (["one"], "1 thing in the bill of saas: its own cost, or that of the requests and transfer, is unknown"),
        (
            ["one", "two"],
            "2 things in the bill of saas: their own cost, or that of the requests and transfer, is unknown",
        ),
    ],
)
def test_what_an_unknown_cost_leaves_open_is_counted(buckets: list[str], words: str, tmp_path: Path) -> None:
    s3: More = {"ServiceName": "Amazon Simple Storage Service"}
    stored = (used("TimedStorage-ByteHrs", name, "10", unit="GB-Months", **s3) for name in buckets)
    asked = (used("Requests-Tier2", name, unit="Requests", days=[3], **s3, EffectiveCost="") for name in buckets)

    report = found(charged(tmp_path, *stored, *asked))

    assert [each.message for each in report.findings if each.code == "FM2566"] == [
        f"storage-classes cannot tell of {words}"
    ]
