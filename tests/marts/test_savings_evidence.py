"""Evidence of days: what is near enough, what is not, and quantities of any size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bills_by_day import ALL, SEPTEMBER, More, charged, codes_of, found, told, used

DEV: More = {"Tags": '{"environment":"dev"}', "PricingCategory": "Dynamic"}
WEEKEND = [day for day in ALL if SEPTEMBER.replace(day=day).isoweekday() > 5]
WEEKDAYS = [day for day in ALL if day not in WEEKEND]


@pytest.mark.parametrize(("hours", "number"), [("21.6", 1), ("21.5", 0)])
def test_a_day_of_the_weekend_must_have_nine_tenths_of_a_weekday(hours: str, number: int, tmp_path: Path) -> None:
    machine = [*used("BoxUsage:m5.large", "i-1", days=WEEKDAYS, **DEV),
               *used("BoxUsage:m5.large", "i-1", days=WEEKEND, quantity=hours, **DEV)]  # fmt: skip

    assert len(told(found(charged(tmp_path, machine)), "nonproduction-hours")) == number


def test_quantities_that_fill_a_decimal_are_compared_all_the_same(tmp_path: Path) -> None:
    google: More = {"ServiceName": "Compute Engine", **DEV}
    ram = used("E2 Instance Ram running in Belgium", "vm-1", quantity="9e22", unit="byte-seconds", **google)

    assert told(found(charged(tmp_path, ram)), "nonproduction-hours") == [("vm-1", "19.29", "19.29")]


def test_several_units_are_compared_by_cost(tmp_path: Path) -> None:
    mixed = [*used("BoxUsage:m5.large", "i-1", days=WEEKDAYS, unit="Hours", **DEV),
             *used("BoxUsage:m5.large", "i-1", days=WEEKEND, unit="Units", quantity="1", **DEV)]  # fmt: skip

    assert told(found(charged(tmp_path, mixed)), "nonproduction-hours") == [("i-1", "19.29", "19.29")]


def test_charges_of_several_days_cover_each_of_them_once(tmp_path: Path) -> None:
    """A gateway billed for half of the month at once, then by the day, one day of which both have."""
    half: More = {"ChargePeriodEnd": "2026-09-16T00:00:00Z"}
    gateway = [*used("NatGateway-Hours", "nat-1", "15", days=[1], **half),
               *used("NatGateway-Hours", "nat-1", days=range(15, 31))]  # fmt: skip
    busy = [*used("NatGateway-Hours", "nat-2"), *used("NatGateway-Bytes", "nat-2", unit="GB")]

    report = found(charged(tmp_path, gateway, busy))

    (saving,) = report.savings
    assert saving.candidate.about.group.shown.days == 30


def test_bytes_that_were_free_are_bytes(tmp_path: Path) -> None:
    busy = [*used("NatGateway-Hours", "nat-1"), *used("NatGateway-Bytes", "nat-1", "0", unit="GB", days=[3])]
    other = [*used("NatGateway-Hours", "nat-2"), *used("NatGateway-Bytes", "nat-2", unit="GB", days=[3])]

    assert found(charged(tmp_path, busy, other)).savings == ()


@pytest.mark.parametrize(
    ("lacking", "names"),
    [
        ({}, ["bucket", "other"]),
        ({"EffectiveCost": ""}, ["other"]),
        ({"BillingCurrency": "EUR", "BillingAccountId": "a2"}, ["other"]),
    ],
)
def test_usage_beside_that_nobody_knows_the_cost_of_costs_not_nothing(
    lacking: More, names: list[str], tmp_path: Path
) -> None:
    """Requests of one day have no cost, or one of a currency without a rate; those of another day cost little."""
    s3: More = {"ServiceName": "Amazon Simple Storage Service"}
    stored = [each for name in ("bucket", "other")
              for each in used("TimedStorage-ByteHrs", name, "10", unit="GB-Months", **s3)]  # fmt: skip
    asked = [*used("Requests-Tier2", "bucket", "0.1", unit="Requests", days=[3], **s3),
             *used("Requests-Tier2", "other", "0.1", unit="Requests", days=[3], **s3),
             *used("Requests-Tier2", "bucket", "0.1", unit="Requests", days=[4], **(s3 | lacking))]  # fmt: skip

    report = found(charged(tmp_path, stored, asked))

    assert sorted(name or "" for name, *_ in told(report, "storage-classes")) == names
    assert ("FM2566" in codes_of(report)) is ("bucket" not in names)


@pytest.mark.parametrize(
    ("known", "requests", "named", "codes"),
    [
        (29, ["0.1"], ["bucket", "other"], []),
        (0, [], ["bucket", "other"], []),
        (0, ["0.1"], ["other"], ["FM2566"]),
        (1, ["9", ""], ["other"], ["FM2566"]),
        (30, ["9", ""], ["other"], []),
        (30, ["5", ""], ["other"], ["FM2566"]),
    ],
    ids=["little of what is known", "none", "some of nobody knows what", "both in part", "too much anyway", "perhaps"],
)
def test_what_may_be_little_is_told_apart_from_what_is(
    known: int, requests: list[str], named: list[str], codes: list[str], tmp_path: Path
) -> None:
    """A bucket has known costs on some days and on others none, and requests of a cost each, or of an unknown one."""
    s3: More = {"ServiceName": "Amazon Simple Storage Service"}
    stored = [*used("TimedStorage-ByteHrs", "bucket", "10", unit="GB-Months", days=range(1, known + 1), **s3),
              *used("TimedStorage-ByteHrs", "bucket", "10", unit="GB-Months", days=range(known + 1, 31),
                    **s3, EffectiveCost=""),
              *used("TimedStorage-ByteHrs", "other", "10", unit="GB-Months", **s3),
              *used("Requests-Tier2", "other", "0.1", unit="Requests", days=[3], **s3)]  # fmt: skip
    asked = [used("Requests-Tier2", "bucket", cost or "1", unit="Requests", days=[day], **s3, EffectiveCost=cost)
             for day, cost in enumerate(requests, 3)]  # fmt: skip

    report = found(charged(tmp_path, stored, *asked))

    assert sorted(name or "" for name, *_ in told(report, "storage-classes")) == named
    assert [code for code in codes_of(report) if code == "FM2566"] == codes
