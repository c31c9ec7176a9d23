"""Months are whole, consecutive and end where they are told."""

from __future__ import annotations

import pytest

from finmod.errors import UserError
from finmod.sample.months import Month, months_until, parse_month


def test_a_window_ends_with_its_last_month() -> None:
    window = months_until(Month(2027, 1), 3)
    assert [month.label for month in window] == ["2026-11", "2026-12", "2027-01"]
    assert [month.days for month in window] == [30, 31, 31]


def test_a_leap_year_has_its_day() -> None:
    assert Month(2028, 2).days == 29


@pytest.mark.parametrize("text", ["2026", "2026-00", "2026-13", "26-10", "2026-10-01", "1999-12"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_month(text)
    assert caught.value.problems[0].code == "FM1703"
