"""The months of the sample: a window of whole calendar months that ends where the caller says.

Owns the window and its days. Knows no clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from finmod.errors import Problem, UserError

_YEARS = range(2000, 2100)


@dataclass(frozen=True, order=True)
class Month:
    """One calendar month; it includes its first day and excludes ``following().first``."""

    year: int
    month: int

    @property
    def label(self) -> str:
        """Return ``YYYY-MM``."""
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first(self) -> date:
        """Return the first day."""
        return date(self.year, self.month, 1)

    @property
    def start(self) -> datetime:
        """Return the first instant, UTC."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def days(self) -> int:
        """Return the number of days."""
        return (self.following().first - self.first).days

    def following(self, count: int = 1) -> Month:
        """Return the month that many months later; earlier where negative."""
        number = self.year * 12 + self.month - 1 + count
        return Month(number // 12, number % 12 + 1)


def parse_month(text: str) -> Month:
    """Return the month that ``YYYY-MM`` names.

    Raises:
        UserError: FM1703, the text is no month.

    >>> parse_month("2026-10").following(3).label
    '2027-01'
    """
    match = re.fullmatch(r"(\d{4})-(\d{2})", text)
    if not match or int(match[2]) not in range(1, 13) or int(match[1]) not in _YEARS:
        raise UserError(
            Problem(
                code="FM1703",
                found=f"the last month is {text!r}",
                expected="a month such as 2026-10",
                where="--end",
                remedy="Name the last complete month as YYYY-MM.",
            )
        )
    return Month(int(match[1]), int(match[2]))


def months_until(end: Month, count: int) -> tuple[Month, ...]:
    """Return ``count`` consecutive months, the last of which is ``end``."""
    return tuple(end.following(offset - count + 1) for offset in range(count))
