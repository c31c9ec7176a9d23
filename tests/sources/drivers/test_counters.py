"""What a counter rose by."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.sources.drivers.counters import increments


@pytest.mark.parametrize(
    ("before", "values", "rises"),
    [
        ("4", "5 5 9", "1 0 4"),
        (None, "5 7 7", "2 0"),
        ("9", "2 3", "2 1"),
        ("9", "0 0.1", "0 0.1"),
        (None, "", ""),
        ("0.1", "0.3", "0.2"),
        (None, "10 1 10 1", "1 9 1"),
    ],
)
def test_differences_count_and_a_fall_is_a_reset(before: str | None, values: str, rises: str) -> None:
    samples = list(enumerate(map(Decimal, values.split())))
    found = list(increments(samples, Decimal(before) if before else None))
    assert [str(rise) for _, rise in found] == rises.split()
    assert [at for at, _ in found] == [at for at, _ in samples][len(samples) - len(found) :]
