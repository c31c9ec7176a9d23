"""What bills themselves show of prices."""

from __future__ import annotations

import pytest

from finmod.terms.savings import Successor
from finmod.workspace.savings.prices import successor_of

M4, DISK = Successor(old="m4.", new="m5."), Successor(old="D2 v2", new="D2 v5")


@pytest.mark.parametrize(
    ("meter", "expected"),
    [
        ("USE1-BoxUsage:m4.large", "USE1-BoxUsage:m5.large"),
        ("$2.00 per On Demand Linux m4.10xlarge Instance Hour", "$2.00 per On Demand Linux m5.10xlarge Instance Hour"),
        ("D2 v2/DS2 v2", "D2 v5/DS2 v2"),
        ("BoxUsage:xm4.large", None),
        ("BoxUsage:m5.large", None),
    ],
)
def test_a_successor_has_the_meter_of_the_same_size(meter: str, expected: str | None) -> None:
    found = successor_of(meter, [M4, DISK])

    assert (found and found[1]) == expected
