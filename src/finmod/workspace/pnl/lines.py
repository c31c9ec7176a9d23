"""The lines of a statement: what pnl.yaml says, against the drivers and dimensions that there are.

Owns which lines there are and in which order, and what is refused of a file that names what is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.engines.duckdb import Engine, identifier
from finmod.errors import Problem, UserError, near, printable
from finmod.models.pnl_figures import Line, Section
from finmod.settings.currencies import CURRENCIES
from finmod.settings.drivers import DRIVERS, Driver
from finmod.settings.pnl import (
    COLUMNS,
    PNL,
    UNCLASSIFIED,
    CloudLine,
    Pnl,
    RevenueLine,
    SeriesLine,
    ShareSettings,
    share_on,
)
from finmod.settings.rule import Condition
from finmod.settings.validate import first_problems, line_and_column, listing
from finmod.taxonomy.patterns import matches, refused
from finmod.terms.findings import Finding

Metrics = Callable[[], Collection[str]]
"""Tells the names of metrics: to read them takes a moment, and is seldom needed."""

REVENUE = "revenue"
"""The driver that is what is earned where no pnl.yaml says it."""


@dataclass(frozen=True)
class Series:
    """A line, or the budget of one, that a driver has.

    Attributes:
        line: Place of the line.
        driver: The driver.
        sign: 1, or -1 where it is taken off.
        is_spread: Whether months are spread over their days.
        place: ``file:line:column`` of its name in pnl.yaml.
    """

    line: int
    driver: Driver
    sign: int
    is_spread: bool
    place: str


@dataclass(frozen=True)
class Shares:
    """What varies of a cost line, by month.

    Attributes:
        section: Of the line.
        said: What pnl.yaml says.
    """

    section: Section
    said: tuple[ShareSettings, ...] = ()

    def on(self, month: date) -> Decimal:
        """Return the share of a month; 0 of revenue."""
        return Decimal(0) if self.section == "revenue" else share_on(self.said, self.section, month)


@dataclass(frozen=True)
class Lines:
    """The lines of a statement.

    Attributes:
        lines: In their order.
        cost: FOCUS id of the cost that cloud lines are of.
        rules: SQL condition -> place of the line that takes a charge, in order.
        rest: Place of the line of what no rule takes.
        series: Lines that drivers have.
        budgets: Plans.
        shares: Place of a cost line -> what varies of what drivers have of it.
        rule_shares: What varies of what each rule takes, and of what none takes.
        findings: What to know of it.
    """

    lines: tuple[Line, ...]
    cost: str
    rules: tuple[tuple[str, int], ...]
    rest: int
    series: tuple[Series, ...]
    budgets: tuple[Series, ...]
    shares: Mapping[int, Shares]
    rule_shares: tuple[Shares, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def changes(self) -> list[date]:
        """Return the days on which a share changes, in order."""
        said = [each for shares in (*self.shares.values(), *self.rule_shares) for each in shares.said]
        days = {day for each in said for day in (each.since, each.until) if day}
        return sorted(map(date.fromisoformat, days))

    @property
    def unclassified(self) -> bool:
        """Return whether nobody named the line of what no rule takes."""
        return bool(self.rules) and self.lines[self.rest].name == UNCLASSIFIED


def read_lines(
    engine: Engine, pnl: Pnl, drivers: Mapping[str, Driver], metrics: Metrics, columns: Mapping[str, str]
) -> Lines:
    """Return the lines.

    Args:
        engine: Tries the patterns of rules.
        pnl: What pnl.yaml says.
        drivers: Those of drivers.yaml.
        metrics: Tells the names of metrics, which are no lines.
        columns: Dimensions that costs are allocated to -> their columns.

    Raises:
        UserError: A driver or column is not there, or a driver is no money.
    """
    reader = _Reader(engine, pnl, drivers, metrics, columns)
    found = reader.lines()
    if reader.problems:
        raise UserError(*first_problems(sorted(reader.problems, key=line_and_column), PNL))
    return found


def lines_of_revenue(pnl: Pnl, drivers: Mapping[str, Driver]) -> Sequence[RevenueLine]:
    """Return what is earned: the lines of pnl.yaml; where it names none the driver ``REVENUE``, if that is money."""
    if pnl.settings.revenue:
        return pnl.settings.revenue
    driver = drivers.get(REVENUE)
    if driver is None or driver.settings.unit not in CURRENCIES:
        return ()
    return (RevenueLine(name=driver.settings.label or "Revenue", driver=REVENUE),)


_ORDER: tuple[Section, ...] = ("revenue", "cogs", "opex")


class _Reader:
    """Makes lines of what a file says, and keeps every problem."""

    def __init__(
        self,
        engine: Engine,
        pnl: Pnl,
        drivers: Mapping[str, Driver],
        metrics: Metrics,
        columns: Mapping[str, str],
    ) -> None:
        self.problems: list[Problem] = []
        self._engine, self._pnl, self._drivers, self._metrics, self._columns = engine, pnl, drivers, metrics, columns

    def lines(self) -> Lines:
        settings = self._pnl.settings
        rest_name = UNCLASSIFIED
        rest_section: Section = "cogs"
        if settings.default:
            rest_name, rest_section = settings.default.name, settings.default.section
        elif not settings.cloud:
            rest_name = "Cloud cost"
        named: dict[str, Line] = {}
        for revenue in self._revenue():
            named[revenue.name] = Line(revenue.name, "revenue")
        for cloud in settings.cloud:
            named.setdefault(cloud.name, Line(cloud.name, cloud.section, is_cloud=True))
        named.setdefault(rest_name, Line(rest_name, rest_section, is_cloud=True))
        for other in settings.other:
            named[other.name] = Line(other.name, other.section)
        lines = sorted(named.values(), key=lambda line: _ORDER.index(line.section))
        places = {line.name: place for place, line in enumerate(lines)}
        said = settings.default.variable if settings.default else ()
        return Lines(
            lines=tuple(lines),
            cost=settings.cost,
            rules=tuple((self._condition(at, each), places[each.name]) for at, each in enumerate(settings.cloud)),
            rest=places[rest_name],
            series=tuple(self._series(places)),
            budgets=tuple(self._budgets(places)),
            shares=self._shares(places, rest_name, Shares(rest_section, said)),
            rule_shares=(
                *(Shares(each.section, each.variable) for each in settings.cloud),
                Shares(rest_section, said),
            ),
            findings=tuple(self._findings()),
        )

    def _shares(self, places: Mapping[str, int], rest: str, of_rest: Shares) -> dict[int, Shares]:
        """Return what varies of each cost line, for what drivers have of it; of several rules what the first says."""
        found = {places[rest]: of_rest}
        for each in reversed(self._pnl.settings.cloud):
            found[places[each.name]] = Shares(each.section, each.variable)
        return found | {places[each.name]: Shares(each.section, each.variable) for each in self._pnl.settings.other}

    def _revenue(self) -> Sequence[RevenueLine]:
        return lines_of_revenue(self._pnl, self._drivers)

    def _findings(self) -> Iterator[Finding]:
        if self._pnl.document is None:
            earned = f"the driver {REVENUE} is what is earned" if self._revenue() else "nothing says what is earned"
            yield Finding(
                code="FM2310",
                severity="info",
                message=f"There is no {PNL}: all allocated cost is cost of sales, and {earned}.",
            )
        elif not self._pnl.settings.revenue:
            so = f"the driver {REVENUE} is what is earned" if self._revenue() else "profits and margins are unknown"
            yield Finding(code="FM2325", severity="info", message=f"{PNL} has no line of revenue: {so}.")
        yield from self._twice()

    def _twice(self) -> Iterator[Finding]:
        """Yield what is said of drivers that two lines have; plans may have the driver of a line."""
        first: dict[str, str] = {}
        for key, every in (("revenue", self._revenue()), ("other", self._pnl.settings.other)):
            lines: Sequence[RevenueLine | SeriesLine] = every
            for at, each in enumerate(lines):
                before = first.setdefault(each.driver, each.name)
                if before != each.name:
                    message = (
                        f"The lines {printable(before, 60)!r} and {printable(each.name, 60)!r} have one driver, "
                        f"{each.driver}: what it tells is counted twice. Give one of them another driver, or take it "
                        "out."
                    )
                    place = self._pnl.place(key, at, "driver")
                    yield Finding(code="FM2339", severity="warning", message=message, where=place)

    def _series(self, places: Mapping[str, int]) -> Iterator[Series]:
        for key, every in (("revenue", self._revenue()), ("other", self._pnl.settings.other)):
            lines: Sequence[RevenueLine | SeriesLine] = every
            for at, each in enumerate(lines):
                place = self._pnl.place(key, at, "driver")
                driver = self._driver(each.driver, place, f"{key}.{at + 1}.driver")
                if driver is not None:
                    yield Series(places[each.name], driver, each.sign, each.spread is not None, place)

    def _budgets(self, places: Mapping[str, int]) -> Iterator[Series]:
        others: tuple[RevenueLine | SeriesLine, ...] = (*self._pnl.settings.revenue, *self._pnl.settings.other)
        signs: dict[str, int] = {line.name: line.sign for line in others}
        for name, each in self._pnl.settings.budget.items():
            place = self._pnl.place("budget", name)
            driver = self._driver(each.driver, place, f"budget.{printable(name, 40)}")
            if driver is not None:
                yield Series(places[name], driver, signs.get(name, 1), each.spread is not None, place)

    def _driver(self, name: str, place: str, called: str) -> Driver | None:
        driver = self._drivers.get(name)
        if driver is None:
            self._refuse_driver(name, place, called)
            return None
        if driver.settings.unit not in CURRENCIES:
            self.problems.append(
                Problem(
                    code="FM2308",
                    found=f"{called} is {name!r}, which counts {printable(driver.settings.unit, 40)!r}",
                    expected="a driver whose unit is a currency, such as USD",
                    where=place,
                    remedy=f"Name a driver of money, or correct its unit in {DRIVERS}.",
                )
            )
            return None
        return driver

    def _refuse_driver(self, name: str, place: str, called: str) -> None:
        if name in self._metrics():
            self.problems.append(
                Problem(
                    code="FM2309",
                    found=f"{called} is {name!r}, which is a metric and no driver",
                    expected="a driver: lines are sums, and a ratio is never summed",
                    where=place,
                    remedy=f"Name the driver that the metric is made of, one of {DRIVERS}.",
                )
            )
            return
        close = near(name, self._drivers)
        expected = f"a driver of {DRIVERS}: {listing(self._drivers)}" if self._drivers else f"a driver of {DRIVERS}"
        remedy = f"Did you mean {close!r}?" if close else f"Add it to {DRIVERS}, or correct the name."
        found = f"{called} is {name!r}, which is no driver"
        self.problems.append(Problem(code="FM2307", found=found, expected=expected, where=place, remedy=remedy))

    def _condition(self, at: int, line: CloudLine) -> str:
        """Return SQL that is true of the rows of allocated cost that a rule takes."""
        parts = []
        for subject, condition in line.when.items():
            column = self._columns.get(subject, subject)
            if column not in {*COLUMNS, *self._columns.values()}:
                self._refuse_column(at, subject)
                continue
            self._try_patterns(at, subject, (*condition.any, *condition.none))
            parts.append(_sql(identifier(column), condition))
        return " AND ".join(parts) or "false"

    def _try_patterns(self, at: int, subject: str, texts: Sequence[str]) -> None:
        for text in texts:
            why = refused(self._engine, text)
            if why:
                place = self._pnl.place("cloud", at, "when", subject, is_key=True)
                self.problems.append(
                    Problem(code="FM2302", found=why.found, expected=why.expected, where=place, remedy=why.remedy)
                )

    def _refuse_column(self, at: int, subject: str) -> None:
        known = [*COLUMNS, *self._columns]
        close = near(subject, [*known, *self._columns.values()])
        self.problems.append(
            Problem(
                code="FM2302",
                found=f"cloud.{at + 1}.when looks at {printable(subject, 80)!r}, which allocated cost does not have",
                expected=listing(known),
                where=self._pnl.place("cloud", at, "when", subject, is_key=True),
                remedy=f"Did you mean {close!r}?"
                if close
                else "Name one of these, or allocate to it: to in allocation.yaml.",
            )
        )


def _sql(column: str, condition: Condition) -> str:
    if condition.absent:
        return f"{column} IS NULL"
    parts = [f"coalesce({matches(column, condition.any)}, false)"] if condition.any else []
    parts += [f"NOT coalesce({matches(column, condition.none)}, false)"] if condition.none else []
    return f"({' AND '.join(parts)})"
