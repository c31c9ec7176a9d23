"""The answers of cost and usage APIs side by side: all time once, and no page missing.

Owns what cannot be seen in one file: that another has the same time, or that the next page is not there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, counted
from finmod.normalize.booking import FilePeriods
from finmod.normalize.convert import Conversion
from finmod.terms.findings import Finding

_MOST_TOLD = 3


class Bucket(NamedTuple):
    """A bucket of time in a page of an answer.

    Attributes:
        kind: What it is of: a kind of usage; "" for costs, and for a page of usage without any result.
        start: When it begins.
        end: When it ends; None where the answer does not say.
        file: Name of the file.
        page: Number of the page in the file.
        times: How often the page has it with results.
        more: Whether the page says that there is another.
    """

    kind: str
    start: datetime
    end: datetime | None
    file: str
    page: int
    times: int
    more: bool

    @property
    def when(self) -> str:
        """Return its start, and its kind, in words."""
        return f"{instant(self.start)} ({self.kind})" if self.kind else instant(self.start)


def instant(moment: datetime) -> str:
    """Return a moment in words: a midnight is a day."""
    return f"{moment:%Y-%m-%d}" if moment == _midnight(moment) else f"{moment:%Y-%m-%d %H:%M}"


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def whole_and_once(engine: Engine, files: Sequence[tuple[Conversion, FilePeriods]]) -> list[Finding]:
    """Refuse answers of costs of which two have the same day, or of which the next page is missing.

    The page after the last day of a month is not asked for: without it that month is whole all the same.

    Raises:
        UserError: FM1275, a day stands twice; FM1273, a page says that there is more and no file goes on from there.
    """
    every = in_order(bucket for conversion, _ in files for bucket in buckets(engine, conversion))
    problems = [_twice(pair, others) for pair, others in standing_twice(every)] or [
        Problem(
            code="FM1273",
            found=f"the answer ends with {bucket.when} and says that there is more",
            expected=f"another file that goes on with {instant(end)}",
            where=bucket.file,
            remedy="Ask for the next page too, with page=NEXT_PAGE of this answer, and keep it beside it.",
        )
        for bucket, end in cut_off(every)[:_MOST_TOLD]
    ]
    if problems:
        raise UserError(*problems)
    return []


def _twice(pair: tuple[Bucket, Bucket], others: int) -> Problem:
    first, bucket = pair
    return Problem(
        code="FM1275",
        found=stands(first, bucket) + (f", and so do {counted(others, 'other day')}" if others else ""),
        expected="each day in one answer: its costs would count twice",
        where=bucket.file,
        remedy="Keep the newest answer for each day, with one way of grouping.",
    )


def buckets(engine: Engine, conversion: Conversion, kind: str = "''") -> list[Bucket]:
    """Return the buckets of one answer, one per kind, page and start.

    Args:
        engine: Where to look.
        conversion: The staged answer.
        kind: SQL for the kind over its columns; NULL in rows without results.
    """
    values = conversion.values
    start, end = values.timestamp("bucket_start"), values.timestamp("bucket_end")
    number, page = values.text("bucket_number"), f"CAST({values.text('page_number')} AS BIGINT)"
    used, more = f"{values.text('kind')} IS NOT NULL", f"{values.text('has_more')} IS NOT NULL"
    found = engine.rows(
        f"SELECT coalesce(k, ''), s, max(e), p, count(DISTINCT n) FILTER (WHERE used), bool_or(more) FROM (SELECT "
        f"coalesce({kind}, max({kind}) OVER (PARTITION BY {page})) AS k, {start} AS s, {end} AS e, {page} AS p, "
        f"{number} AS n, {used} AS used, {more} AS more FROM {conversion.staged.relation}) "
        "WHERE s IS NOT NULL GROUP BY k, s, p"
    )
    name = conversion.staged.file.name
    return [Bucket(kind, start, end, name, page, times, more) for kind, start, end, page, times, more in found]


def in_order(every: Iterable[Bucket]) -> list[Bucket]:
    """Return buckets by kind and time."""
    return sorted(every, key=lambda each: (each.kind, each.start, each.end or each.start, each.file, each.page))


def standing_twice(every: Sequence[Bucket]) -> Iterator[tuple[tuple[Bucket, Bucket], int]]:
    """Yield, once per kind, two buckets with results that cover the same time, and how many others do.

    Args:
        every: Buckets, as ``in_order`` has them.
    """
    for _, group in groupby((bucket for bucket in every if bucket.times), lambda bucket: bucket.kind):
        found = list[tuple[Bucket, Bucket]]()
        before: Bucket | None = None
        for bucket in group:
            if before is not None and _overlap(before, bucket):
                found.append((before, bucket))
            elif bucket.times > 1:
                found.append((bucket, bucket))
            if before is None or before.end is None or (bucket.end is not None and bucket.end > before.end):
                before = bucket
        if found:
            yield found[0], len({pair[1].start for pair in found}) - 1


def _overlap(before: Bucket, bucket: Bucket) -> bool:
    return bucket.start == before.start or (before.end is not None and bucket.start < before.end)


def stands(first: Bucket, bucket: Bucket) -> str:
    """Return in words where a time stands twice."""
    files = f"in {first.file} and in {bucket.file}" if first.file != bucket.file else f"twice in {bucket.file}"
    if first.start == bucket.start:
        return f"{bucket.when} stands {files}"
    return f"{first.when} in {first.file} reaches into {bucket.when} in {bucket.file}"


def cut_off(every: Sequence[Bucket]) -> list[tuple[Bucket, datetime]]:
    """Return the last bucket of each page that says that there is more, where nothing goes on, with its end.

    A page without results may go on from one of any kind, and any may go on from it. What goes on with the first
    instant of a month is not missed: the month before is whole.

    Args:
        every: Buckets, as ``in_order`` has them.
    """
    last: dict[tuple[str, str, int], Bucket] = {}
    starts = defaultdict[datetime, set[str]](set)
    for bucket in every:
        starts[bucket.start].add(bucket.kind)
        place = (bucket.file, bucket.kind, bucket.page)
        last[place] = bucket
    return [
        (bucket, bucket.end)
        for bucket in last.values()
        if bucket.more
        and bucket.end is not None
        and bucket.end != _midnight(bucket.end).replace(day=1)
        and not (starts[bucket.end] & {bucket.kind, ""} or (not bucket.kind and starts[bucket.end]))
    ]
