"""Drivers in Prometheus: what counters rose by, or the values of a query, per period and target.

Owns which windows are asked for and what is counted to which period:

- A period has the samples from its start until before its end. What a counter rose by between two samples counts to the
  period of the later one, so that periods add up to the whole window: nothing at their edges is lost or counted twice.
- Only periods that were over when the load began are asked for.
- A counter counts from its first sample on; one that was seen within a day before the window counts from that sample.
- Values of a query that are of one instant and target are added up. A target without a value at an instant that others
  have one of is 0 then: it was not there.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, near, printable
from finmod.settings.drivers import Driver, Grain
from finmod.settings.validate import listing
from finmod.sources.drivers.counters import Sample, increments
from finmod.sources.drivers.prometheus_api import Labels, Prometheus, Series, in_windows
from finmod.sources.drivers.queries import Query, from_environment
from finmod.sources.files import SourceFile
from finmod.sources.stage import Staged, stage

_DAY = 86_400
_DAYS_BACK = 31
_LOOK_BACK = f"{_DAY}s"
# Prometheus refuses more than 11,000 values of one series.
_MOST_STEPS = 10_000
_DIGITS = 60

Target = tuple[str, ...]
Row = tuple[datetime, Target, Decimal]


@dataclass(frozen=True)
class Window:
    """The periods that are asked for: from the start of the first until before the end of the last, UTC."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> tuple[int, int]:
        """Return both as seconds since 1970."""
        return int(self.start.timestamp()), int(self.end.timestamp())


def window_of(driver: Driver, loaded_until: datetime | None, now: datetime) -> Window | None:
    """Return the periods that a load asks for; None where no further one is over.

    Args:
        driver: Its grain and first day.
        loaded_until: End of the last period that was loaded; None where none was, or all shall be asked for again.
        now: Time of the load, UTC.
    """
    grain = driver.settings.grain
    since = driver.settings.source.since
    first = datetime.fromisoformat(since).replace(tzinfo=UTC) if since else now - timedelta(days=_DAYS_BACK)
    start, end = start_of(loaded_until or first, grain), start_of(now, grain)
    return Window(start, end) if start < end else None


def start_of(instant: datetime, grain: Grain) -> datetime:
    """Return the start of the period that an instant is in."""
    hour = instant.replace(minute=0, second=0, microsecond=0)
    return hour if grain == "hour" else hour.replace(hour=0) if grain == "day" else hour.replace(hour=0, day=1)


def stage_prometheus(engine: Engine, driver: Driver, query: Query, window: Window, folder: Path) -> list[Staged]:
    """Return what a server says of a window: a row per period, or instant, and target; none where it knows nothing.

    Args:
        engine: Where the rows are read afterwards.
        driver: Names the server.
        query: The query; of a counter a selector.
        window: The periods.
        folder: Temporary folder.

    Raises:
        UserError: The server cannot be reached, or refuses the query, or answers by halves.
    """
    source, place = driver.settings.source, driver.source_place
    server = Prometheus(
        from_environment(source.prometheus or "", place), place, query.name, source.timeout,
        from_environment(source.token, place).strip() if source.token else None,
    )  # fmt: skip
    text = "\n".join(line for line in query.text.splitlines() if not line.lstrip().startswith("#")).strip()
    asked = _Asked(driver, query, server, text, window)
    with localcontext(prec=_DIGITS):
        rows = sorted(asked.counted() if source.counter else asked.levels())
    if not rows:
        return []
    _refuse_missing(driver, query, asked.labels)
    target = folder / "prometheus.csv"
    write_rows(driver, rows, target)
    try:
        return [stage(engine, SourceFile(target, query.name, "prometheus-rows", target.stat().st_size), folder)]
    finally:
        target.unlink(missing_ok=True)


def _refuse_missing(driver: Driver, query: Query, labels: Collection[str]) -> None:
    """Refuse an answer of which no series has a label that the driver is told by: all of it would be nobody's."""
    there = sorted(set(labels) - {"__name__"})
    problems = []
    for name in driver.settings.by:
        label = driver.settings.column(name)
        if label not in labels:
            close = near(label, there)
            hint = f"Did you mean {printable(close, 40)!r}? " if close else ""
            shown = listing([printable(each, 40) for each in there][:20], "and") if there else "no label"
            problems.append(
                Problem(
                    code="FM2177",
                    found=f"no series has the label {printable(label, 40)!r}",
                    expected=f"it beside {shown}" if there else "series with labels",
                    where=query.name,
                    remedy=f"{hint}Keep it in the query (sum by ...), or name another label in drivers.yaml: columns: "
                    f"{{{name}: LABEL}} of {driver.name}. What was loaded before is unchanged.",
                )
            )
    if problems:
        raise UserError(*problems)


def write_rows(driver: Driver, rows: Iterable[Row], target: Path) -> None:
    """Write rows as a CSV with the columns that a driver is read from."""
    settings = driver.settings
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow([settings.date or "date", *map(settings.column, settings.by), settings.value or "value"])
        writer.writerows([f"{at:%Y-%m-%dT%H:%M:%SZ}", *labels, f"{value:f}"] for at, labels, value in rows)


@dataclass(frozen=True)
class _Asked:
    """One query of one window.

    Attributes:
        driver: Whose.
        query: For messages.
        server: Whom to ask.
        text: The query without comments.
        window: The periods.
        labels: Names of the labels that some series had.
    """

    driver: Driver
    query: Query
    server: Prometheus
    text: str
    window: Window
    labels: set[str] = field(default_factory=set)

    def counted(self) -> Iterator[Row]:
        """Yield what counters rose by, per period and target."""
        start, end = self.window.seconds
        # To the millisecond before: a sample at the start is one of the window.
        seen = self.server.at(f"last_over_time({self.text}[{_LOOK_BACK}])", start - 0.001)
        before = {_identity(each.labels): samples[-1][1] for each in seen if (samples := self._samples(each))}
        found: dict[tuple[datetime, Target], Decimal] = defaultdict(Decimal)

        def ask(since: int, until: int) -> list[Series]:
            return self.server.at(f"{self.text}[{until - since}s]", until - 0.001)

        for since, _, answer in in_windows(start, end, _DAY, ask, self.server):
            for each in answer:
                identity, target = _identity(each.labels), self._target(each.labels)
                # Older servers add the sample at the very edge of the range.
                samples = [sample for sample in self._samples(each) if sample[0] >= since * 1000]
                for instant, rise in increments(samples, before.get(identity)):
                    found[self._period(instant), target] += rise
                if samples:
                    before[identity] = samples[-1][1]
        yield from ((period, target, value) for (period, target), value in found.items())

    def levels(self) -> Iterator[Row]:
        """Yield the values of a query: a row per instant and target."""
        start, end = self.window.seconds
        step = self.driver.settings.source.step_seconds

        def ask(since: int, until: int) -> list[Series]:
            return self.server.over(self.text, since, until - step, step)

        longest = max(min(_DAY, step * _MOST_STEPS) // step, 1) * step
        by_period: dict[datetime, dict[int, dict[Target, Decimal]]] = defaultdict(lambda: defaultdict(dict))
        for _, _, answer in in_windows(start, end - (end - start) % step, longest, ask, self.server, least=step):
            for each in answer:
                target = self._target(each.labels)
                for instant, value in self._samples(each):
                    at = by_period[self._period(instant)][instant]
                    at[target] = at.get(target, Decimal()) + value
        for instants in by_period.values():
            targets = dict.fromkeys(target for values in instants.values() for target in values)
            for instant, values in instants.items():
                when = datetime.fromtimestamp(instant // 1000, tz=UTC)
                yield from ((when, target, values.get(target, Decimal())) for target in targets)

    def _target(self, labels: Labels) -> Target:
        self.labels.update(labels)
        return tuple(labels.get(self.driver.settings.column(name), "") for name in self.driver.settings.by)

    def _period(self, instant: int) -> datetime:
        return start_of(datetime.fromtimestamp(instant // 1000, tz=UTC), self.driver.settings.grain)

    def _samples(self, series: Series) -> Sequence[Sample]:
        """Return the samples of a series; those that are no number, as 0 / 0 is none, are absent."""
        return [(instant, self._number(text)) for instant, text in series.samples if text != "NaN"]

    def _number(self, text: str) -> Decimal:
        value = Decimal(text)
        if value.is_finite():
            return value
        raise UserError(
            Problem(
                code="FM2182",
                found=f"Prometheus has the value {printable(text, 20)!r}",
                expected="numbers",
                where=self.query.name,
                remedy="Write the query so that it divides by nothing that is 0. What was loaded before is unchanged.",
            )
        )


def _identity(labels: Labels) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))
