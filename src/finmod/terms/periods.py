"""Billing periods: a month, its first day, its text.

Owns the reading of ``YYYY-MM``. Periods include their start and exclude their end, UTC.
"""

from __future__ import annotations

import re
from datetime import date

from finmod.errors import Problem, UserError


def parse_period(text: str) -> date:
    """Return the first day of a month written ``YYYY-MM``.

    Raises:
        UserError: Anything else.

    >>> parse_period("2026-09")
    datetime.date(2026, 9, 1)
    """
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
    if found is None or found.group(1) == "0000":
        raise UserError(
            Problem(
                code="FM1060",
                found=f"the period is '{text}'",
                expected="a month as YYYY-MM, such as 2026-09",
                remedy="Correct --period.",
            )
        )
    return date(int(found.group(1)), int(found.group(2)), 1)


def months_before(end: date, months: int) -> date:
    """Return the first day of the month that lies a number of months before another.

    >>> months_before(date(2026, 3, 1), 4)
    datetime.date(2025, 11, 1)
    """
    place = end.year * 12 + end.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)
