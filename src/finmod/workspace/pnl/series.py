"""Lines of a statement that drivers have: revenue, other costs, plans, by period and member, in the reporting currency.

Owns what becomes of a driver that does not reach a period, that has no exchange rate, that is told by months where
weeks are asked for, or by no member: it is unknown, and said.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal

from finmod.errors import counted, printable
from finmod.ledger.drivers import driver_rows
from finmod.marts.monthly import allocated_months
from finmod.models.pnl_figures import Cell, Line, Member
from finmod.models.proportional import spread
from finmod.taxonomy.definition import Taxonomy
from finmod.terms.findings import Finding, Severity
from finmod.terms.money import in_money, in_units
from finmod.workspace.driver_cells import DriverCells, driver_cells, named_texts
from finmod.workspace.driver_definition import OTHER_ENTRY
from finmod.workspace.driver_ends import Costing, Target, costing_months
from finmod.workspace.pnl.costs import Books
from finmod.workspace.pnl.gaps import gaps_of
from finmod.workspace.pnl.lines import Lines, Series, Shares
from finmod.workspace.pnl.periods import Periods, days_in

_EXACT = Context(prec=100)
_NAMED = 5


@dataclass
class SeriesCells:
    """Cells of the lines that drivers have.

    Attributes:
        cells: Amounts; those of a line and period that are unknown are not among them.
        unknown: Line, period of which nothing is known.
        untold: Lines that the dimension of the members is not told of.
        told: Lines that it is told of.
        strange: Lines of which all that stands with what is nobody's is of members that nobody knows.
        unrated: Line, member of what is unknown for want of an exchange rate.
        findings: What to know of it.
    """

    cells: list[Cell] = field(default_factory=list)
    unknown: set[tuple[int, int]] = field(default_factory=set)
    untold: set[int] = field(default_factory=set)
    told: set[int] = field(default_factory=set)
    strange: set[int] = field(default_factory=set)
    unrated: set[tuple[int, Member]] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Question:
    """What is asked of drivers.

    Attributes:
        books: Has them.
        taxonomy: Says which value a text is; None where there is none.
        lines: Lines of the statement.
        periods: Its periods.
        by: Dimension of the members; None for all together.
    """

    books: Books
    taxonomy: Taxonomy | None
    lines: Lines
    periods: Periods
    by: str | None


def series_cells(question: Question, every: Sequence[Series], what: str = "line") -> SeriesCells:
    """Return the cells of lines that drivers have.

    Args:
        question: What is asked.
        every: The lines, or their budgets.
        what: How findings call them.
    """
    found = SeriesCells()
    read: dict[tuple[str, bool], DriverCells] = {}
    for series in every:
        _add(question, series, found, read, what)
    return found


def _add(
    question: Question, series: Series, found: SeriesCells, read: dict[tuple[str, bool], DriverCells], what: str
) -> None:
    periods, driver, line = question.periods, series.driver, question.lines.lines[series.line]
    named = f"The {what} {printable(line.name, 60)!r}"
    monthly = driver.settings.grain == "month"
    if periods.by_day and monthly and not series.is_spread:
        found.unknown |= {(series.line, at) for at in range(len(periods.chosen))}
        found.findings.append(_cut_by_weeks(named, series))
        return
    by_day = periods.by_day and not monthly
    if (driver.name, by_day) not in read:
        books, by = question.books, [question.by] if question.by else []
        read[driver.name, by_day] = driver_cells(
            books.engine, books.project, books.ledger, question.taxonomy, driver, by,
            length="day" if by_day else "month", bounds=periods.bounds,
        )  # fmt: skip
    cells = read[driver.name, by_day]
    missing = _missing(question, series)
    found.unknown |= {(series.line, place) for place in missing}
    if missing:
        found.findings.append(_not_reached(question, named, series, missing))
    found.findings += _of_cells(named, series, cells)
    if question.by and not cells.by:
        # What of a cost is nobody's, others do not bear; without revenue nobody's margin can be told.
        found.untold |= {series.line} if line.section == "revenue" or what != "line" else set()
        found.findings.append(_untold(question, named, series, line, what))
    elif question.by:
        found.told.add(series.line)
    _add_gaps(question, series, found, named)
    strangers = _add_amounts(question, series, found, cells)
    if strangers is not None:
        texts = _texts(question, series)
        found.strange |= set() if None in texts else {series.line}
        found.findings.append(_strangers(question, named, series, strangers, texts))


def _add_amounts(question: Question, series: Series, found: SeriesCells, cells: DriverCells) -> Decimal | None:
    """Add the cells of what is known; return what they have of members that nobody knows, None without any."""
    section = question.lines.lines[series.line].section
    shares = question.lines.shares.get(series.line, Shares(section))
    strangers: Decimal | None = None
    for place, month, member, amount in _amounts(question, series, cells):
        if (series.line, place) not in found.unknown:
            told = None if amount is None else _EXACT.multiply(amount, series.sign)
            found.cells.append(Cell(series.line, place, member, told, shares.on(month)))
            found.unrated |= {(series.line, member)} if told is None else set()
            if member is None and cells.by and told is not None:
                strangers = _EXACT.add(strangers or Decimal(0), told)
    return strangers


def _amounts(
    question: Question, series: Series, cells: DriverCells
) -> Iterator[tuple[int, date, Member, Decimal | None]]:
    """Yield place of the period, month, member and amount of a driver."""
    periods = question.periods
    for (start, member), reading in cells.cells.items():
        who = member[0] if member else None
        if not periods.by_day or series.driver.settings.grain != "month":
            place = periods.place(start)
            if place is not None:
                yield place, start.replace(day=1), who, reading.total
            continue
        for place, part in _spread(periods, start, reading.total):
            yield place, start, who, part


def _spread(periods: Periods, month: date, amount: Decimal | None) -> Iterator[tuple[int, Decimal | None]]:
    """Yield the parts of a month's amount that lie in periods, equal for each day; together they are the whole."""
    count = days_in(month)
    if month + timedelta(days=count) <= periods.first or month >= periods.end:
        return
    parts = [None] * count if amount is None else spread(in_units(amount), count)
    sums: defaultdict[int, int | None] = defaultdict(int)
    for at, part in enumerate(parts):
        place = periods.place(month + timedelta(days=at))
        if place is not None:
            so_far = sums[place]
            sums[place] = None if part is None or so_far is None else so_far + part
    yield from ((place, None if units is None else in_money(units)) for place, units in sums.items())


def _missing(question: Question, series: Series) -> Mapping[int, int]:
    """Return the periods that a driver does not reach as a whole -> how many of its own periods lack there."""
    books, periods, settings = question.books, question.periods, series.driver.settings
    step = "month" if settings.grain == "month" else "day"
    months, (first, last) = periods.months(), periods.bounds
    rows = driver_rows(books.engine, books.ledger, [series.driver.name], first=first, last=last)
    # A day of which hours lack is not told.
    needed = 24 if settings.grain == "hour" else 1
    there = {
        start
        for (start,) in books.engine.rows(
            f"SELECT CAST(date_trunc('{step}', x_Start) AS DATE) FROM {rows} GROUP BY 1 "
            f"HAVING count(DISTINCT x_Start) >= {needed}"
        )
    }
    own = months if step == "month" else [first + timedelta(days=at) for at in range((last - first).days)]
    lacking: dict[int, int] = {}
    for start in own:
        if start in there:
            continue
        for place in _places_of(question, series, start):
            lacking[place] = lacking.get(place, 0) + 1
    return lacking


def _add_gaps(question: Question, series: Series, found: SeriesCells, named: str) -> None:
    """Make unknown what a target lacks between its first and its last value, and say it."""
    books, periods = question.books, question.periods

    def costing(names: Sequence[str]) -> Costing:
        rows = allocated_months(books.engine, books.ledger, books.run, books.project.currency)
        return costing_months(books.engine, rows, names)

    gaps = gaps_of(
        books.engine, books.ledger, question.taxonomy, series.driver, [*books.run.dimensions], periods.bounds, costing
    )
    places: dict[tuple[int, Target], date] = {}
    for target, days in gaps.lacking.items():
        for day in days:
            for place in _places_of(question, series, day):
                if (series.line, place) not in found.unknown:
                    places.setdefault((place, target), day)
    for place, target in places:
        if question.by is None or question.by not in series.driver.settings.by:
            found.cells.append(Cell(series.line, place, None, None))
        elif question.by in gaps.by:
            found.cells.append(Cell(series.line, place, target[gaps.by.index(question.by)], None))
        else:  # which of the target's customers lack there nobody knows
            found.unknown.add((series.line, place))
    if places:
        found.findings.append(_lacks(question, named, series, places))


def _lacks(question: Question, named: str, series: Series, places: Mapping[tuple[int, Target], date]) -> Finding:
    grain = series.driver.settings.grain
    every = sorted(places, key=lambda each: (each[0], str(each[1])))
    shown = ", ".join(
        f"{' and '.join(printable(text or '', 40) for text in target)} in {question.periods.chosen[place].label}"
        for place, target in every[:_NAMED]
    )
    more = f" and {len(every) - _NAMED:,} more" if len(every) > _NAMED else ""
    day = places[every[0]]
    lacks = "lacks hours of" if grain == "hour" else "has none of"
    message = (
        f"{named} is unknown of {shown}{more}: the driver {series.driver.name} has values of others, and {lacks} "
        f"{f'{day:%Y-%m}' if grain == 'month' else day}. Load them: finmod drivers load; or say that there is nothing: "
        "gaps: zero for what lies between values, a last row of 0 for what has ended."
    )
    return Finding(code="FM2327", severity="warning", message=message, where=series.driver.place)


def _places_of(question: Question, series: Series, day: date) -> set[int]:
    """Return the places of the periods that a day, or the month of a driver by months, has days in."""
    periods = question.periods
    if series.driver.settings.grain == "month" and periods.by_day:
        places = {periods.place(day + timedelta(days=at)) for at in range(days_in(day))}
    else:
        places = {periods.place(day)}
    return {place for place in places if place is not None}


def _not_reached(question: Question, named: str, series: Series, missing: Mapping[int, int]) -> Finding:
    labels = [question.periods.chosen[place].label for place in sorted(missing)]
    shown = ", ".join(labels[:_NAMED]) + (f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else "")
    grain = series.driver.settings.grain
    lacks = "lacks hours of" if grain == "hour" else "has no row of"
    message = (
        f"{named} is unknown in {shown}: the driver {series.driver.name} {lacks} "
        f"{counted(sum(missing.values()), 'month' if grain == 'month' else 'day')}. Load it: "
        "finmod drivers load; where there was nothing, with rows of 0."
    )
    return Finding(code="FM2312", severity="warning", message=message, where=series.driver.place)


def _cut_by_weeks(named: str, series: Series) -> Finding:
    message = (
        f"{named} is unknown: the driver {series.driver.name} is told by months, which the periods cut. Where it may "
        "be spread evenly over their days, write spread: days beside it."
    )
    return Finding(code="FM2314", severity="warning", message=message, where=series.place)


def _of_cells(named: str, series: Series, cells: DriverCells) -> Iterator[Finding]:
    """Yield what of a driver as a whole is odd."""
    if cells.is_stale:
        message = f"{named} has the driver {series.driver.name}, which {OTHER_ENTRY}."
        yield Finding(code="FM2191", severity="warning", message=message, where=series.driver.place)
    for currency, days in cells.unrated.items():
        message = (
            f"{named} is in {currency}, and there is no exchange rate for {counted(len(days), 'period')} from "
            f"{min(days)} on: what it has there is unknown. Add the rates: finmod fx read FILE."
        )
        yield Finding(code="FM2313", severity="warning", message=message, where=series.place)


def _untold(question: Question, named: str, series: Series, line: Line, what: str) -> Finding:
    is_revenue = line.section == "revenue"
    # Gross margins of members lack what is nobody's of the cost of sales.
    severity: Severity = "info" if line.section == "opex" and what == "line" else "warning"
    if what != "line":
        so = f"what was planned of each {question.by} is unknown, of all together it is known"
    elif is_revenue:
        so = f"no {question.by} has revenue or a margin, all together have"
    else:
        so = "it stands with what is nobody's"
    message = (
        f"{named} is not told by {question.by}: {so}. To tell it, load the driver {series.driver.name} by "
        f"{question.by}."
    )
    return Finding(code="FM2315", severity=severity, message=message, where=series.driver.place)


def _texts(question: Question, series: Series) -> set[str | None]:
    """Return how the rows of a driver call members; None where a row names none."""
    books, periods = question.books, question.periods
    rows = driver_rows(books.engine, books.ledger, [series.driver.name], first=periods.first, last=periods.end)
    every = books.engine.rows(f"SELECT DISTINCT x_Dimensions FROM {rows}")
    return {json.loads(text).get(question.by or "") for (text,) in every}


def _strangers(
    question: Question, named: str, series: Series, amount: Decimal, texts: Collection[str | None]
) -> Finding:
    """Return what is said of rows whose member nobody knows."""
    books, by = question.books, question.by or ""
    told = sorted(text for text in texts if text is not None)
    known = named_texts(books.engine, question.taxonomy, by, told)
    told = [text for text in told if known.get(text) is None]
    shown = ", ".join(repr(printable(text, 40)) for text in told[:_NAMED])
    more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    who = f"{shown}{more}, which the taxonomy does not know as {by}" if told else f"rows without a {by}"
    message = f"{named} has {who}: what they have stands with what is nobody's. Add them as values or aliases."
    return Finding(
        code="FM2316", severity="warning", message=message, amount=amount, currency=books.project.currency,
        measure=series.driver.name, where=series.driver.place,
    )  # fmt: skip
