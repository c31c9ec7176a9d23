"""Usage for allocations: of which days it is looked at, and how nodes and volumes are called."""

from __future__ import annotations

from datetime import date

import pytest

from finmod.allocation.definition import Allocation, Pool, Share
from finmod.allocation.kubernetes_usage import asks_usage, months_of, resource_key
from finmod.engines.duckdb import Engine, literal

AZURE = "/subscriptions/S/resourceGroups/R/providers/Microsoft.Compute"
_SHARE = Share(kind="fixed", place="", text="fixed")


def test_usage_of_whole_months_is_looked_at() -> None:
    charges = "(SELECT unnest([DATE '2026-04-10', DATE '2026-02-05', DATE '2026-02-06']) AS x_ChargeDate)"
    with Engine(threads=1) as engine:
        assert months_of(engine, charges) == [
            (date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 4, 1), date(2026, 4, 30)),
        ]  # fmt: skip
        assert months_of(engine, f"(SELECT * FROM {charges} WHERE false)") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i-0A", "i-0a"),
        ("aws:///us-east-1a/i-0a", "i-0a"),
        ("arn:aws:ec2:us-east-1:1:volume/vol-1", "vol-1"),
        ("gce://project/zone/gke-node-1", "gke-node-1"),
        ("//compute.googleapis.com/projects/p/zones/z/disks/7/", "7"),
        (f"azure://{AZURE}/virtualMachines/V", f"{AZURE}/virtualmachines/v".lower()),
        (f"{AZURE}/virtualMachineScaleSets/P/virtualMachines/3", f"{AZURE}/virtualmachinescalesets/p".lower()),
        ("fs-1::fsap-2", "fs-1"),
        ("fs-1:/path:fsap-2", "fs-1"),
        ("", None),
    ],
)
def test_reports_and_bills_call_a_node_or_volume_alike(text: str, expected: str | None) -> None:
    with Engine(threads=1) as engine:
        assert engine.row(f"SELECT {resource_key(literal(text))}") == (expected,)


def test_usage_is_asked_for_by_shares_and_by_what_stands_behind_them() -> None:
    def asks(share: Share) -> bool:
        pool = Pool(name="p", place="", when=(), shares=(share,))
        return asks_usage(Allocation(to=("product",), pools=(pool,)))

    by_kubernetes = Share(kind="kubernetes", place="", text="kubernetes")
    assert not asks(_SHARE)
    assert asks(by_kubernetes)
    assert asks(Share(kind="driver", place="", text="driver", otherwise=by_kubernetes))
