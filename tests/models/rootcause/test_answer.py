"""What an answer says of itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from finmod.models.rootcause.answer import Cause


def _cause(before: int, after: int, expected: int) -> Cause:
    return Cause(
        name=(("ServiceName", "S3"),),
        before=Decimal(before),
        after=Decimal(after),
        expected=Decimal(expected),
        explained=Decimal(after - before),
        share=None,
        leaves=1,
        was=before != 0,
        is_there=after != 0,
    )


@pytest.mark.parametrize(
    ("cause", "kind", "direction"),
    [
        (_cause(0, 5, 0), "new", "up"),
        (_cause(5, 0, 5), "ended", "down"),
        (_cause(5, 9, 5), "more", "up"),
        # Charges and credits that sum to nothing are there all the same.
        (replace(_cause(0, 5, 0), was=True), "more", "up"),
        (_cause(5, 4, 5), "less", "down"),
        (_cause(5, 5, 10), "less", "down"),
    ],
)
def test_a_cause_is_up_or_down_against_what_was_expected(cause: Cause, kind: str, direction: str) -> None:
    assert (cause.kind, cause.direction) == (kind, direction)
