"""The answers of cost APIs side by side: every day once, and no page missing.

Owns what cannot be seen in one file: that another has the same day, or that the next page is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, counted
from finmod.normalize.booking import FilePeriods
from finmod.normalize.convert import Conversion
from finmod.terms.findings import Finding

_MOST_TOLD = 3


class _Bucket(NamedTuple):
    start: datetime
    end: datetime | None
    file: str
    times: int
    more: bool


def whole_and_once(engine: Engine, files: Sequence[tuple[Conversion, FilePeriods]]) -> list[Finding]:
    """Refuse answers of which two have the same day, or of which the next page is missing.

    The page after the last day of a month is not asked for: without it that month is whole all the same.

    Raises:
        UserError: FM1275, a day stands twice; FM1273, a page says that there is more and no file goes on from there.
    """
    every = sorted(bucket for conversion, _ in files for bucket in _buckets(engine, conversion))
    problems = _twice(every) or _cut_off(every)
    if problems:
        raise UserError(*problems)
    return []


def _buckets(engine: Engine, conversion: Conversion) -> list[_Bucket]:
    values = conversion.values
    start, end = values.timestamp("bucket_start"), values.timestamp("bucket_end")
    name = conversion.staged.file.name
    found = engine.rows(
        f"SELECT {start} AS s, max({end}), count(DISTINCT {values.text('bucket_number')}), "
        f"bool_or({values.text('has_more')} IS NOT NULL) FROM {conversion.staged.relation} "
        "WHERE s IS NOT NULL GROUP BY s"
    )
    return [_Bucket(start, end, name, times, more) for start, end, times, more in found]


def _twice(every: Sequence[_Bucket]) -> list[Problem]:
    problems = []
    first: dict[datetime, str] = {}
    for bucket in every:
        other = first.setdefault(bucket.start, bucket.file)
        if other != bucket.file or bucket.times > 1:
            files = f"in {other} and in {bucket.file}" if other != bucket.file else f"twice in {other}"
            problems.append((bucket, files))
    told = [
        Problem(
            code="FM1275",
            found=f"{bucket.start:%Y-%m-%d} stands {files}"
            + (f", and so do {counted(len(problems) - 1, 'other day')}" if len(problems) > 1 else ""),
            expected="each day in one answer: its costs would count twice",
            where=bucket.file,
            remedy="Keep the newest answer for each day, with one way of grouping.",
        )
        for bucket, files in problems
    ]
    return told[:1]


def _cut_off(every: Sequence[_Bucket]) -> list[Problem]:
    last: dict[str, _Bucket] = {}
    for bucket in every:
        last[bucket.file] = bucket
    starts = {bucket.start for bucket in every}
    return [
        Problem(
            code="FM1273",
            found=f"the answer ends with {bucket.start:%Y-%m-%d} and says that there is more",
            expected=f"another file that goes on with {bucket.end:%Y-%m-%d}",
            where=bucket.file,
            remedy="Ask for the next page too, with page=NEXT_PAGE of this answer, and keep it beside it.",
        )
        for bucket in last.values()
        if bucket.more and bucket.end is not None and bucket.end not in starts and bucket.end.day != 1
    ][:_MOST_TOLD]
