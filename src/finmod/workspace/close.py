"""Close: a month that stays as it was told, and what becomes of the bills that restate it.

Owns the order of the steps of a close, a reopening and of true-ups in a load. What they are is told in ``ledger``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from finmod.engines.disk import told_when_full
from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError, counted
from finmod.ledger.closes import Close, closes, last_months, refuse_close
from finmod.ledger.closes import close as close_month
from finmod.ledger.closes import reopen as reopen_month
from finmod.ledger.delta import damaged
from finmod.ledger.ledger import Ledger, PreparedPeriod, Snapshot
from finmod.ledger.locks import books
from finmod.ledger.tables import USAGE
from finmod.ledger.true_ups import Booking, Moved, book
from finmod.marts.catalogue import view_sql
from finmod.settings.project import Project
from finmod.settings.source import SourceSettings
from finmod.terms.findings import Finding
from finmod.terms.periods import months_before
from finmod.workspace.check import check
from finmod.workspace.fx import rates_to_keep
from finmod.workspace.steps import Step, silent

_LONGEST = 500
# Codes of tie-outs: totals, invoices, commitments, bills and charges that are there twice, exchange rates; the halves
# of a bill, and its two costs.
_OF_TOTALS = ("FM14", "FM1205", "FM1260", "FM1270")
_GAP = "FM1417"


@dataclass(frozen=True)
class Restated:
    """The months of a load, made ready for their commit.

    Attributes:
        prepared: Each with its findings.
        load_id: Names the load.
        now: Time of the load, UTC.
        seen: State of the ledger that the load began with.
    """

    prepared: tuple[tuple[PreparedPeriod, tuple[Finding, ...]], ...]
    load_id: str
    now: datetime
    seen: Snapshot


@dataclass(frozen=True)
class Booked:
    """A month as it is committed.

    Attributes:
        ready: Its files.
        findings: What was odd about it.
        moved: Currency -> what its true-ups move, empty for nothing; None where the month is open.
    """

    ready: PreparedPeriod
    findings: tuple[Finding, ...]
    moved: Mapping[str, Moved] | None = None


@dataclass(frozen=True)
class Wishes:
    """What is closed although it would be refused.

    Attributes:
        early: A month that has not ended yet.
        with_earlier: Every open month behind the last closed one.
        with_errors: Months that do not tie; the note says which findings they were closed with.
    """

    early: bool = False
    with_earlier: bool = False
    with_errors: bool = False


@dataclass(frozen=True)
class Closed:
    """What was closed or reopened.

    Attributes:
        close: The close.
        rows: Of its last month, per source and currency: source, currency, number of charges and true-ups booked in the
            month, BilledCost and EffectiveCost, None where every one is unknown.
        taken_back: Number of true-ups that a reopening took back.
        missing_rates: Currency -> number of charges of a close whose exchange rate is unknown.
        absent: Months up to the last one of the close, in words -> sources that have no charge in them: those of
            finmod.yaml, and those with charges in the month before. Of the first close, which takes along all that was
            loaded before, the last month alone.
        gaps: What is said of months that were closed without anything of a source that has some before and after; empty
            where ``check`` ignores it.
    """

    close: Close
    rows: tuple[tuple[str, str, int, Decimal | None, Decimal | None], ...]
    taken_back: int = 0
    missing_rates: Mapping[str, int] = field(default_factory=dict)
    absent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()


def close(  # noqa: PLR0913 -- a month, when, and what the user says to it
    project: Project,
    period: date,
    now: datetime,
    *,
    note: str | None = None,
    wishes: Wishes = Wishes(),
    step: Step = silent,
) -> Closed:
    """Close a month for every source: its charges stay as they are, whatever bills say later.

    Args:
        project: Whose ledger.
        period: First day of the month.
        now: Time of the close, UTC.
        note: What is to be known of it.
        wishes: What is closed although it would be refused.
        step: Progress.

    Raises:
        UserError: The month cannot be closed or does not tie, or a load runs.
    """
    _refuse_long("the note", note)
    ledger = Ledger(project.store)
    with told_when_full(), books(ledger.locks, closing=True), Engine(temp_folder=project.store / "spill") as engine:
        early, with_earlier = wishes.early, wishes.with_earlier
        since = refuse_close(engine, ledger, period, now, early=early, with_earlier=with_earlier)
        report = check(project, step)
        grave = [item for item in _of(report.grave(project), since, period) if item.code.startswith(_OF_TOTALS)]
        if grave and not wishes.with_errors:
            raise UserError(_red(period, grave))
        note = _noted(note, grave)
        rates, missing = rates_to_keep(engine, project, ledger, ledger.head(engine), period)
        made = close_month(engine, ledger, period, now, rates=rates, note=note, early=early, with_earlier=with_earlier)
        rows = _totals(engine, ledger, period)
        absent = _absent(engine, project, ledger, made)
        odd = () if _GAP in project.check.ignore else _of(report.findings, since, period)
        gaps = tuple(f"{item.source}: {item.message}" for item in odd if item.code == _GAP)
        return Closed(made, rows, missing_rates=missing, absent=absent, gaps=gaps)


def _absent(engine: Engine, project: Project, ledger: Ledger, made: Close) -> dict[str, tuple[str, ...]]:
    """Return what ``Closed.absent`` says."""
    head = ledger.head(engine)
    since = made.period if made.since == closes(engine, ledger, head).first else made.since
    # Source -> the month after its last one.
    ended = {name: months_before(last, -1) for name, last in last_months(engine, ledger, head, made.period).items()}
    declared = {name for name, source in project.sources.items() if _is_bill(source)}
    lacking: dict[date, list[str]] = defaultdict(list)
    for name in sorted(declared | {name for name, month in ended.items() if month >= since}):
        lacking[max(since, ended.get(name, since))].append(name)
    return {replace(made, since=first).months: (*lacking[first],) for first in sorted(lacking) if first <= made.period}


def _is_bill(source: SourceSettings) -> bool:
    return source.compare_with is None and source.format not in USAGE


def _of(found: Sequence[Finding], since: date, period: date) -> list[Finding]:
    """Return the findings of some months, and of months in a row that have one of them."""
    first, last = f"{since:%Y-%m}", f"{period:%Y-%m}"
    spans = ((item, item.billing_period or "") for item in found)
    return [item for item, month in spans if month <= last and first <= (item.last_billing_period or month)]


def _noted(note: str | None, grave: Sequence[Finding]) -> str | None:
    codes = ", ".join(dict.fromkeys(item.code for item in grave))
    said = f"closed with {counted(len(grave), 'finding')}: {codes}"
    return "; ".join(filter(None, (note, said))) if grave else note


def _red(period: date, grave: Sequence[Finding]) -> Problem:
    first, more = grave[0], len(grave) - 1
    others = f"; and {counted(more, 'further finding')}" if more else ""
    # An ordinary word is small behind a colon; BilledCost is not.
    message = re.sub(r"^[A-Z][a-z]* ", lambda word: word[0].lower(), first.message.rstrip("."))
    return Problem(
        code="FM1519",
        found=f"{first.billing_period} does not tie: {message} ({first.code}){others}",
        expected="a month whose totals and invoices tie",
        where=first.source and f"source {first.source}",
        remedy="See all of it with: finmod check, or finmod reconcile. To close it all the same, and have the history "
        f"tell it: finmod close {period:%Y-%m} --with-errors.",
    )


def reopen(project: Project, period: date, now: datetime, *, reason: str) -> Closed:
    """Undo the last close: true-ups are taken back, and the next load reads the restated bills again.

    Args:
        project: Whose ledger.
        period: First day of the month.
        now: Time of the reopening, UTC.
        reason: Why, for the history.

    Raises:
        UserError: The month cannot be reopened, or a load runs.
    """
    _refuse_long("the reason", reason)
    ledger = Ledger(project.store)
    with told_when_full(), books(ledger.locks, closing=True), Engine(temp_folder=project.store / "spill") as engine:
        undone, taken_back = reopen_month(engine, ledger, period, now, reason=reason)
        return Closed(undone, _totals(engine, ledger, period), taken_back)


def book_closed(engine: Engine, ledger: Ledger, restated: Restated, folder: Path, step: Step) -> list[Booked]:
    """Return the months of a load as they are committed: those that are closed as true-ups in the open month.

    Args:
        engine: Where to run.
        ledger: What stands.
        restated: The months.
        folder: Staging folder of the load.
        step: Progress.
    """
    known = closes(engine, ledger, restated.seen)
    done = []
    for place, (ready, found) in enumerate(restated.prepared):
        month = known.booked(ready.period)
        if month is None:
            done.append(Booked(ready, found))
            continue
        step(f"{ready.source} {ready.period:%Y-%m}: true-ups", place, len(restated.prepared))
        booking = Booking(month, restated.load_id, restated.now, restated.seen)
        done.append(Booked(*book(engine, ledger, (ready, found), booking, folder)))
    return done


def _totals(
    engine: Engine, ledger: Ledger, period: date
) -> tuple[tuple[str, str, int, Decimal | None, Decimal | None], ...]:
    try:
        rows = engine.rows(
            "SELECT x_Source, BillingCurrency, CAST(sum(x_Charges) AS BIGINT), sum(BilledCost), sum(EffectiveCost) "
            f"FROM ({view_sql('charges_daily', ledger, ledger.head(engine))}) WHERE x_BillingPeriod = ? "
            "GROUP BY ALL ORDER BY ALL",
            [period],
        )
    except EngineError as error:
        raise UserError(damaged(str(error))) from error
    return tuple(
        (source, currency, charges, billed, effective) for source, currency, charges, billed, effective in rows
    )


def _refuse_long(what: str, words: str | None) -> None:
    if words is not None and len(words) > _LONGEST:
        raise UserError(
            Problem(
                code="FM1518",
                found=f"{what} has {len(words):,} characters",
                expected=f"{_LONGEST} at most",
                remedy="Say it shorter, and where more is to be read.",
            )
        )
