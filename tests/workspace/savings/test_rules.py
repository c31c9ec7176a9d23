"""Each rule finds what it is meant to find, and not what looks nearly so."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmod.settings.savings import saving_rules
from tests.bills_by_day import ALL, SEPTEMBER, Charge, More, charged, codes_of, found, told, used

AUGUST, JULY, JUNE = (SEPTEMBER.replace(month=number) for number in (8, 7, 6))
DEV: More = {"Tags": '{"environment":"dev"}'}
PROD: More = {"Tags": '{"environment":"production"}'}
GCP: More = {"ServiceName": "Compute Engine", "ServiceProviderName": "Google Cloud", "RegionId": "europe-west1"}
AZURE: More = {"ServiceName": "Storage", "ServiceProviderName": "Microsoft", "RegionId": "westeurope"}
S3: More = {"ServiceName": "Amazon Simple Storage Service"}
WEEKDAYS = [day for day in ALL if SEPTEMBER.replace(day=day).isoweekday() < 6]


def both(meter: str, beside: str, more: More | None = None) -> list[Charge]:
    """Return a thing that is used, as the bill shows it: its own meter and the one beside it."""
    more = more or {}
    return [*used(meter, "busy", **more), *used(beside, "busy", "0.2", quantity="5", unit="GB", **more)]


CASES = {
    "idle-addresses": (
        [*used("USE1-PublicIPv4:IdleAddress", "eip-1", "0.12")],
        [
            *used("USE1-PublicIPv4:InUseAddress", "eip-2", "0.12"),
            *used("USE1-PublicIPv4:IdleAddress", "eip-nights", "0.05", quantity="10"),
            *used("USE1-PublicIPv4:IdleAddress", "eip-new", "0.12", days=range(20, 31)),
        ],
        [("eip-1", "3.60", "3.60")],
    ),
    "idle-load-balancers": (
        [*used("LoadBalancerUsage", "lb-1", "0.54")],
        [*both("LoadBalancerUsage", "LCUUsage"), *used("LoadBalancerUsage", "lb-new", "0.54", days=range(10, 31))],
        [("lb-1", "16.20", "16.20")],
    ),
    "idle-nat-gateways": (
        [*used("NatGateway-Hours", "nat-1")],
        [*both("NatGateway-Hours", "NatGateway-Bytes")],
        [("nat-1", "30.00", "30.00")],
    ),
    "idle-model-endpoints": (
        [*used("USE1-Host:ml.g5.xlarge", "endpoint-1", "30")],
        [*both("USE1-Host:ml.g5.xlarge", "USE1-Hst:Data-Bytes-In")],
        [("endpoint-1", "900.00", "900.00")],
    ),
    "disks-without-operations": (
        [*used("E10 LRS Disk", "disk-1", unit="Units", **AZURE)],
        [
            *both("E10 LRS Disk", "E10 LRS Disk Operations", AZURE),
            # Operations of premium disks are in their price: that none are billed tells nothing.
            *used("P10 LRS Disk", "premium", unit="Units", **AZURE),
        ],
        [("disk-1", "30.00", "30.00")],
    ),
    "volumes-without-machines": (
        [*used("EBS:VolumeUsage.gp3", "vol-1", unit="GB-Months", SubAccountId="2")],
        [
            *used("EBS:VolumeUsage.gp3", "vol-2", unit="GB-Months"),
            *used("BoxUsage:m5.large", "i-1", PricingCategory="Dynamic"),
            *used("EBS:VolumeUsage.gp3", "vol-3", unit="GB-Months", SubAccountId="3"),
            *used("SpotUsage:m5.large", "i-2", days=[7], SubAccountId="3", PricingCategory="Dynamic"),
        ],
        [("vol-1", "30.00", "30.00")],
    ),
    "old-snapshots": (
        [
            *(each for month in (AUGUST, JULY, JUNE) for each in used("EBS:SnapshotUsage", "snap-1", month=month)),
            *used("EBS:SnapshotUsage", "snap-1"),
        ],
        [
            *used("EBS:SnapshotUsage", "snap-new"),
            *used("EBS:SnapshotUsage", "snap-new", month=AUGUST),
            # It was not there in July.
            *(each for month in (AUGUST, JUNE) for each in used("EBS:SnapshotUsage", "snap-gap", month=month)),
            *used("EBS:SnapshotUsage", "snap-gap"),
        ],
        [("snap-1", "30.00", "30.00")],
    ),
    "nonproduction-accelerators": (
        [*used("BoxUsage:p4d.24xlarge", "i-gpu", "100", **DEV)],
        [
            *used("BoxUsage:p4d.24xlarge", "i-prod", "100", **PROD),
            *used("BoxUsage:p4d.24xlarge", "i-week", "100", days=WEEKDAYS, **DEV),
            *used("BoxUsage:m5.large", "i-no-gpu", "100", days=WEEKDAYS, **DEV),
        ],
        [("i-gpu", "1928.57", "1928.57")],
    ),
    "nonproduction-hours": (
        [*used("BoxUsage:m5.large", "i-1", "2", **DEV)],
        [
            *used("BoxUsage:m5.large", "i-prod", "2", **PROD),
            *used("BoxUsage:m5.large", "i-untagged", "2"),
            *used("BoxUsage:m5.large", "i-week", "2", days=WEEKDAYS, **DEV),
            *used("BoxUsage:m5.large", "i-days", "2", quantity="12", **DEV),
            # Another rule finds it: to be off at night saves once.
            *used("BoxUsage:p4d.24xlarge", "i-gpu", "2", **DEV),
        ],
        [("i-1", "38.57", "38.57")],
    ),
    "extended-support": (
        [*used("ExtendedSupport:Yr1-Yr2:PostgreSQL11", "db-1", ServiceName="Amazon Relational Database Service")],
        [*used("InstanceUsage:db.r6g.large", "db-1", ServiceName="Amazon Relational Database Service")],
        [("db-1", "30.00", "30.00")],
    ),
    "previous-generation-machines": (
        [*used("USE1-BoxUsage:m4.large", "i-old", "2.4")],
        [*used("USE1-BoxUsage:m5.xlarge", "i-new", "2.4"), *used("USE1-BoxUsage:xm4.large", "i-other", "2.4")],
        [("i-old", "2.88", "2.88")],
    ),
    "previous-generation-volumes": (
        [*used("EBS:VolumeUsage.gp2", "vol-old", unit="GB-Months")],
        [*used("EBS:VolumeUsage.gp3", "vol-new", unit="GB-Hours")],
        [("vol-old", "6.00", "6.00")],
    ),
    "storage-classes": (
        [
            *used("TimedStorage-ByteHrs", "cold", "10", unit="GB-Months", **S3),
            *used("Requests-Tier2", "cold", "0.1", unit="Requests", days=[3], **S3),
        ],
        [
            *used("TimedStorage-ByteHrs", "warm", "10", unit="GB-Months", **S3),
            *used("Requests-Tier2", "warm", "0.3", unit="Requests", **S3),
            *used("TimedStorage-ByteHrs", "images", "10", unit="GB-Months", ServiceName="Amazon ECR"),
        ],
        [("cold", "136.80", "136.80")],
    ),
    "cross-zone-traffic": (
        [each for name in ("i-1", "i-2") for each in used("DataTransfer-Regional-Bytes", name, unit="GB")],
        [*used("DataTransfer-Out-Bytes", "i-1", unit="GB")],
        [(None, None, None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_its_case_and_no_near_miss(rule: str, tmp_path: Path) -> None:
    case, near_miss, expected = CASES[rule]

    report = found(charged(tmp_path, case, near_miss))

    assert told(report, rule) == expected


def test_every_rule_has_a_case() -> None:
    of_commitments = {"unused-commitments", "uncovered-usage"}

    assert {*CASES} | of_commitments == {*saving_rules()}


def test_what_lacks_tells_nothing_where_the_bill_has_it_nowhere(tmp_path: Path) -> None:
    report = found(charged(tmp_path, used("NatGateway-Hours", "nat-1"), used("NatGateway-Hours", "nat-2")))

    assert report.savings == ()
    assert [each.message for each in report.findings if each.code == "FM2560"] == [
        "idle-nat-gateways finds nothing in the bill of saas, which nowhere has bytes through it on the same resource"
    ]


def test_without_resource_ids_an_account_has_one_candidate(tmp_path: Path) -> None:
    report = found(charged(tmp_path, used("ElasticIP:IdleAddress", cost="2", quantity="48")))

    assert told(report, "idle-addresses") == [("ElasticIP:IdleAddress", "60.00", "60.00")]
    assert report.savings[0].candidate.about.group.resource_id is None


def test_google_tells_idle_addresses_by_their_sku(tmp_path: Path) -> None:
    idle = used("Static Ip Charge in Belgium", "ip-1", unit="Hours", **GCP)
    busy = used("External IP Charge on a Standard VM", "ip-2", unit="Hours", **GCP)

    assert told(found(charged(tmp_path, idle, busy)), "idle-addresses") == [("ip-1", "30.00", "30.00")]


def test_a_bill_without_meters_is_read_by_its_descriptions(tmp_path: Path) -> None:
    text: More = {"ChargeDescription": "$0.10 per GB-month of General Purpose SSD (gp2) provisioned storage"}
    report = found(charged(tmp_path, used("", "vol-1", unit="GB-Months", **text)))

    assert told(report, "previous-generation-volumes") == [("vol-1", "6.00", "6.00")]


def test_a_few_days_show_nothing_that_a_month_must_show(tmp_path: Path) -> None:
    days = range(1, 7)
    few = [*used("NatGateway-Hours", "nat-1", days=days)]
    busy = [*used("NatGateway-Hours", "nat-2", days=days), *used("NatGateway-Bytes", "nat-2", days=days, unit="GB")]

    report = found(charged(tmp_path / "six", few, busy))
    assert report.savings == ()

    more = used("NatGateway-Bytes", "nat-2", days=[7], unit="GB")
    report = found(charged(tmp_path / "seven", used("NatGateway-Hours", "nat-1", days=range(1, 8)), busy, more))
    assert told(report, "idle-nat-gateways") == [("nat-1", "7.00", "7.00")]
    assert "FM2558" in codes_of(report)


def test_usage_billed_for_a_month_at_once_tells_no_weekends(tmp_path: Path) -> None:
    month: More = {"ChargePeriodEnd": "2026-10-01T00:00:00Z"}
    report = found(charged(tmp_path, used("BoxUsage:m5.large", "i-1", days=[1], quantity="720", **DEV, **month)))

    assert told(report, "nonproduction-hours") == []
    assert "FM2559" in codes_of(report)


def test_a_taxonomy_says_what_is_no_production(tmp_path: Path) -> None:
    taxonomy = (
        "dimensions:\n  environment:\n    values: {production: {}, staging: {}}\n"
        '    from: [{account: {"1": staging, "2": production}}]\n'
    )
    charges = [
        *used("BoxUsage:m5.large", "i-1", **PROD), *used("BoxUsage:m5.large", "i-2", SubAccountId="2", **DEV)
    ]  # fmt: skip

    report = found(charged(tmp_path, charges, taxonomy=taxonomy))

    assert [what for what, *_ in told(report, "nonproduction-hours")] == ["i-1"]
    assert "FM2553" not in codes_of(report)


def test_without_a_taxonomy_tags_are_read_and_that_is_said(tmp_path: Path) -> None:
    report = found(charged(tmp_path, used("BoxUsage:m5.large", "i-1", **DEV)))

    assert [each.message for each in report.findings if each.code == "FM2553"] == [
        (
            "there is no dimension environment: nonproduction-accelerators and nonproduction-hours read the tag "
            "environment as it stands"
        )
    ]
