"""Segments: the stretches of days between which nothing of a taxonomy begins or ends to hold.

Owns the numbering of days. On all days of a segment the same rules, values and maps hold.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from finmod.taxonomy.definition import Span


@dataclass(frozen=True)
class Segments:
    """The days on which something changes, in order: segment 0 ends before the first of them.

    Attributes:
        days: First day of each segment but segment 0.
        first: First day of segment 0: what began before it holds there.
    """

    days: tuple[date, ...] = ()
    first: date = date.min

    def of(self, day: str) -> str:
        """Return SQL for the segment of a day."""
        parts = " ".join(f"WHEN {day} < DATE '{edge}' THEN {number}" for number, edge in enumerate(self.days))
        return f"CASE {parts} ELSE {len(self.days)} END" if parts else "0"

    def all(self) -> range:
        """Return every segment."""
        return range(len(self.days) + 1)

    def start(self, segment: int) -> date:
        """Return the first day of a segment."""
        return self.days[segment - 1] if segment else self.first

    def holds(self, segment: int, *spans: Span) -> bool:
        """Return whether all spans hold in a segment."""
        return all(span.holds_on(self.start(segment)) for span in spans)

    def holding(self, *spans: Span) -> range:
        """Return the segments in which all spans hold: they lie one behind the other."""
        starts = (self.first, *self.days)
        since, until = max(span.bounds[0] for span in spans), min(span.bounds[1] for span in spans)
        return range(bisect_left(starts, since), bisect_left(starts, until))


def segments_between(days: Sequence[date], first: date, last: date) -> Segments:
    """Return the segments of the days from first to last: what changed before or changes later makes none."""
    return Segments(tuple(sorted({day for day in days if first < day <= last})), first)
