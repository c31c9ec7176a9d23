"""Exchange rates: the project's table of them, what it covers, and the reporting currency that is made with it.

Owns which rates a state of the ledger needs, and what is read into the table.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, counted
from finmod.ledger.close_rates import KeptRate, every_kept_rate, newly_kept
from finmod.ledger.closes import closes
from finmod.ledger.fx_file import Published, read_rates, write_rates
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.rate_findings import ForeignDay, foreign_days
from finmod.ledger.rates import Rule, UsedRate, rates_used, why_unknown
from finmod.ledger.reporting import Reporting
from finmod.marts.catalogue import view_sql
from finmod.settings.currencies import CURRENCIES
from finmod.settings.edits.project import set_rates
from finmod.settings.project import FILE, Project
from finmod.sources.ecb import BASE, EcbRate, read_ecb

_NEW_FILE = "fx.csv"
_GAP_DAYS = 7
_MOST_PROBLEMS = 20
_Change = tuple[date, str, Decimal, Decimal]
"""Day, currency, the rate before, the rate after."""


@dataclass(frozen=True)
class FxRead:
    """What was read into the table of exchange rates.

    Attributes:
        file: The table.
        added: Number of rates that are new in it.
        replaced: Number of rates that took the place of another one.
        same: Number of rates that it had already.
        first: First day of the rates that were read.
        last: Last day of them.
        left_out: Currencies of the file that ISO 4217 has no code for any more.
        reaches: Whether the table can now convert something to the reporting currency.
        named: Whether finmod.yaml got a line that names the table.
    """

    file: Path
    added: int
    replaced: int
    same: int
    first: date
    last: date
    left_out: tuple[str, ...]
    reaches: bool
    named: bool


@dataclass(frozen=True)
class Coverage:
    """What the table has of one pair of currencies.

    Attributes:
        base: Currency of which a rate prices one unit.
        quote: Currency in which it does.
        first: First day.
        last: Last day.
        rates: Number of days.
        gaps: Number of times that a rate is followed by none for more than 7 days, up to the next one.
        longest_gap: Days between two rates that follow each other, at most; 0 where there is one rate.
    """

    base: str
    quote: str
    first: date
    last: date
    rates: int
    gaps: int
    longest_gap: int


def reporting(
    engine: Engine, project: Project, ledger: Ledger, snapshot: Snapshot, *, closed: Snapshot | None = None
) -> Reporting:
    """Return the reporting currency with the rate of every charge in another currency, in one state of the ledger.

    Args:
        engine: To read with.
        project: Its table of rates.
        ledger: Of the project.
        snapshot: Whose charges.
        closed: State whose closes keep rates; the same where it is None. A month may have been closed since the charges
            were allocated.

    Raises:
        UserError: The table of exchange rates cannot be read.
    """
    days = days_abroad(engine, project, ledger, snapshot)
    return reporting_of(project, days, every_kept_rate(engine, ledger, closed or snapshot))


def rates_to_keep(
    engine: Engine, project: Project, ledger: Ledger, snapshot: Snapshot, period: date
) -> tuple[list[KeptRate], dict[str, int]]:
    """Return the rates that a close of a month keeps, and currency -> number of charges whose rate is unknown.

    They are those of charges and true-ups in other currencies that are booked in the month, and in those that it takes
    along: from the last closed one to it.

    Raises:
        UserError: The table of exchange rates cannot be read.
    """
    last = closes(engine, ledger, snapshot).last
    after = f"{last:%Y-%m}" if last else ""
    every = days_abroad(engine, project, ledger, snapshot)
    days = [day for day in every if after < day.billing_period <= f"{period:%Y-%m}"]
    if not days:
        return [], {}
    money = reporting_of(project, days, every_kept_rate(engine, ledger, snapshot))
    places = [(day.bill, day.currency, day.day) for day in days]
    return newly_kept(places, money.rates or (), money.kept, project.currency), missing_rates(days, money)


def missing_rates(days: Sequence[ForeignDay], money: Reporting) -> dict[str, int]:
    """Return currency -> number of charges whose exchange rate is unknown; those without are left out."""
    missing: dict[str, int] = {}
    for day in days:
        if money.used(day.bill, day.currency, day.day).rate is None:
            missing[day.currency] = missing.get(day.currency, 0) + day.charges
    return missing


def days_abroad(engine: Engine, project: Project, ledger: Ledger, snapshot: Snapshot) -> list[ForeignDay]:
    """Return the days of charges that are in another currency than the project's."""
    return foreign_days(engine, view_sql("charges_daily", ledger, snapshot), project.currency)


def reporting_of(project: Project, days: Sequence[ForeignDay], kept: Sequence[KeptRate]) -> Reporting:
    """Return the reporting currency with the rate of each of some days, and what closes keep.

    Raises:
        UserError: The table of exchange rates cannot be read.
    """
    published = read_rates(project.fx) if project.fx else {}
    pairs = {(day.currency, day.day) for day in days}
    return Reporting(project.currency, rates_used(pairs, published, _rule(project)), published, tuple(kept))


def read_fx(
    project: Project, file: Path, *, currencies: Sequence[str] = (), since: date | None = None, replace: bool = False
) -> FxRead:
    """Read a history of the European Central Bank into the project's table of exchange rates.

    New days are added and what is there stays. A project that names no table gets ``fx.csv``, and it is named in its
    finmod.yaml.

    Args:
        project: Whose table.
        file: CSV, ZIP or XML of the bank.
        currencies: Only those, and the reporting currency, without which nothing leads to it; all where it is empty.
        since: Only rates of this day and later ones.
        replace: Take the file's rate where the table has another one of the same day.

    Raises:
        UserError: A file cannot be read or written, has nothing that was asked for, or has other rates than the table.
    """
    rates = read_ecb(file)
    offered = {rate.currency for rate in rates}
    missing = [name for name in currencies if name not in offered | {BASE}]
    wanted = {*(currencies or offered), project.currency}
    known = wanted & CURRENCIES
    taken = [rate for rate in rates if rate.currency in known and (since is None or rate.day >= since)]
    if missing or not taken:
        raise UserError(_not_offered(file, sorted(offered), missing, since))
    target = project.fx or project.root / _NEW_FILE
    table = read_rates(target) if os.path.lexists(target) else {}
    added, changed = _merge(table, taken)
    if changed and not replace:
        raise UserError(*_differ(target, changed))
    if added or changed:
        write_rates(target, table)
    if project.fx is None:
        set_rates(project.root / FILE, _NEW_FILE)
    days = [rate.day for rate in taken]
    return FxRead(
        file=target,
        added=added,
        replaced=len(changed),
        same=len(taken) - added - len(changed),
        first=min(days),
        last=max(days),
        left_out=tuple(sorted(wanted & offered - CURRENCIES)),
        reaches=any(project.currency in pair for pair in table),
        named=project.fx is None,
    )


def _merge(table: Published, taken: Sequence[EcbRate]) -> tuple[int, list[_Change]]:
    """Put rates into a table; return how many are new in it, and those that took the place of another one."""
    added, changed = 0, list[_Change]()
    for rate in taken:
        known = table.setdefault((BASE, rate.currency), {})
        before = known.get(rate.day)
        added += before is None
        if before is not None and before != rate.rate:
            changed.append((rate.day, rate.currency, before, rate.rate))
        if before != rate.rate:
            known[rate.day] = rate.rate
    return added, changed


def coverage(project: Project) -> list[Coverage]:
    """Return what the table of exchange rates has of each pair of currencies, by pair.

    Raises:
        UserError: There is no table, or it cannot be read.
    """
    return [_covered(pair, sorted(rates)) for pair, rates in sorted(_table(project).items())]


def rates_of_day(project: Project, day: date) -> tuple[tuple[UsedRate, ...], dict[str, list[str]]]:
    """Return the rate that charges of a day have, or would have, in each currency of the table.

    Returns:
        The rates; and why some are unknown -> the currencies that it holds for.

    Raises:
        UserError: There is no table, or it cannot be read.
    """
    table = _table(project)
    others = {name for pair in table for name in pair} - {project.currency}
    rates, unknown = rates_used([(name, day) for name in others], table, _rule(project)), dict[str, list[str]]()
    for used in rates:
        if used.rate is None:
            unknown.setdefault(why_unknown(used, table, _rule(project)), []).append(used.currency)
    return rates, unknown


def _table(project: Project) -> Published:
    if project.fx is None:
        remedy = "Read them: finmod fx read FILE; or write a table of them, and name it: fx: fx.csv."
        raise UserError(Problem(code="FM1437", found="no exchange rates are named", where=FILE, remedy=remedy))
    return read_rates(project.fx)


def _rule(project: Project) -> Rule:
    return Rule(project.currency, project.fx_rate, project.fx_days)


def _covered(pair: tuple[str, str], days: Sequence[date]) -> Coverage:
    apart = [(later - day).days for day, later in pairwise(days)]
    gaps = sum(each > _GAP_DAYS for each in apart)
    return Coverage(*pair, days[0], days[-1], len(days), gaps, max(apart, default=0))


def _not_offered(file: Path, offered: Sequence[str], missing: Sequence[str], since: date | None) -> Problem:
    if missing:
        found, expected = f"the file has no rate of {', '.join(missing)}", f"some of {', '.join(offered)}"
        remedy = "Correct --currency; write the rates of other currencies into the table yourself."
    else:
        found, expected = f"the file has no rate that was asked for{f' since {since}' if since else ''}", None
        remedy = "Correct --since and --currency, or download a newer file."
    return Problem(code="FM1436", found=found, expected=expected, where=file.name, remedy=remedy)


def _differ(target: Path, changed: Sequence[_Change]) -> list[Problem]:
    more = len(changed) - _MOST_PROBLEMS
    return [
        Problem(
            code="FM1434",
            found=f"the rate of {day.isoformat()} from {BASE} to {currency} is {before:f}, in the new file {rate:f}"
            + (f"; and {counted(more, 'rate')} more differ" if more > 0 and place == _MOST_PROBLEMS - 1 else ""),
            where=target.name,
            remedy="Take the new file's rates with --replace, or leave the table as it is.",
        )
        for place, (day, currency, before, rate) in enumerate(changed[:_MOST_PROBLEMS])
    ]
