"""Months and their text."""

from __future__ import annotations

from datetime import date

import pytest

from finmod.errors import UserError
from finmod.terms.periods import months_before, parse_period


def test_a_period_is_the_first_day_of_its_month() -> None:
    assert parse_period("2026-02") == date(2026, 2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-9",
        "2026-13",
        "2026-00",
        "0000-01",
        "2026-09-01",
        "202609",
        "",
        "2026-09 ",
        "\N{FULLWIDTH DIGIT TWO}026-09",
    ],
)
def test_anything_but_a_month_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UserError, match=r"(?s)expected a month as YYYY-MM, such as 2026-09.*FM1060"):
        parse_period(text)


@pytest.mark.parametrize(
    ("end", "months", "start"),
    [
        (date(2026, 3, 1), 0, date(2026, 3, 1)),
        (date(2026, 3, 1), 3, date(2025, 12, 1)),
        (date(2026, 1, 1), 12, date(2025, 1, 1)),
        (date(2026, 12, 1), 24, date(2024, 12, 1)),
    ],
)
def test_months_are_counted_back_over_years(end: date, months: int, start: date) -> None:
    assert months_before(end, months) == start
