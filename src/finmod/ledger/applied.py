"""Applied allocations: the versions of what each target costs that were made the books', each with who, when and why.

Owns the log of them, commits over the tables of an allocation, recovery after a writer died, and which version stood
when. A version is a row of the table ``allocation_runs``, which names the versions of the other tables that belong to
it: a reader never sees an allocation by halves. Which rows a month gets is told in ``applied_rows.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import UserError
from finmod.focus.columns import COSTS
from finmod.ledger.closes import Close
from finmod.ledger.delta import NewFile, damaged, partition_folder
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import relation
from finmod.ledger.tables import (
    ALLOCATED,
    ALLOCATION_RUNS,
    ALLOCATION_TABLES,
    DATA_TABLES,
    FINDINGS,
    TRUE_UPS,
    USAGE_TABLES,
    Table,
)
from finmod.ledger.versions import Before, Stamp, write_whole
from finmod.terms.findings import Finding

_TICK = timedelta(microseconds=1)
_START = datetime(1970, 1, 1, tzinfo=UTC)
ALLOCATED_OF = (*(table for table in DATA_TABLES if table is not FINDINGS), *USAGE_TABLES, TRUE_UPS)
"""What is allocated: charges, usage and true-ups."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One applied allocation.

    Attributes:
        version: From 1.
        applied_at: When, UTC; later than that of every version before.
        author: Who.
        rule_hash: Hash of the rule files that it was made by, see ``rule_files.py``.
        ledger_version: State of the ledger that was allocated.
        drivers_version: Version of the drivers' values; None where there were none.
        note: What was said about it; None for nothing.
        dimensions: Dimensions that costs are allocated to -> their columns, in their order.
        columns: Table -> the columns of dimensions that its rows have.
        months: First day of each billing period -> fingerprint of its rows.
        changed: Those that got new rows with this version, or lost theirs.
        tables: Table name -> Delta version.
        findings: What was odd.
        rows: Number of rows of ``allocated``.
        totals: Currency -> FOCUS id of a cost -> its sum; None where it is unknown.
    """

    version: int
    applied_at: datetime
    author: str
    rule_hash: str
    ledger_version: int
    drivers_version: int | None = None
    note: str | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    months: Mapping[date, str] = field(default_factory=dict)
    changed: tuple[date, ...] = ()
    tables: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    rows: int = 0
    totals: Mapping[str, Mapping[str, Decimal | None]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NewRun:
    """An allocation that waits for its commit.

    Attributes:
        author: Who applies it.
        rule_hash: As in ``Run``, like all others that are not told here.
        ledger_version: As above.
        drivers_version: As above.
        note: As above.
        dimensions: As above.
        months: As above, of every month that stands afterwards.
        files: Table -> month -> its Parquet files in the staging folder, each with its number of rows; of the months
            alone that get new rows.
        gone: Months that have no rows any more.
        columns: Table -> the columns of dimensions that it needs.
        findings: As above.
        rows: As above.
        totals: As above.
    """

    author: str
    rule_hash: str
    ledger_version: int
    drivers_version: int | None
    note: str | None
    dimensions: Mapping[str, str]
    months: Mapping[date, str]
    files: Mapping[str, Mapping[date, Sequence[tuple[Path, int]]]]
    gone: Sequence[date]
    columns: Mapping[str, Sequence[str]]
    findings: Sequence[Finding]
    rows: int
    totals: Mapping[str, Mapping[str, Decimal | None]]


def same_charges(one: Snapshot, other: Snapshot) -> bool:
    """Return whether two states of the ledger have the same charges and usage: a close alone changes neither."""
    return all(one.tables.get(table.name) == other.tables.get(table.name) for table in ALLOCATED_OF)


def runs(engine: Engine, ledger: Ledger) -> tuple[Run, ...]:
    """Return every applied allocation, oldest first.

    Raises:
        UserError: The log is gone or damaged.
    """
    files = log_files(ledger)
    if not files:
        return ()
    costs = ", ".join(COSTS)
    try:
        rows = engine.rows(
            "SELECT x_Version, epoch_us(x_AppliedAt), x_Author, x_RuleHash, x_LedgerVersion, x_DriversVersion, x_Note, "
            "x_Dimensions, x_Months, x_ChangedMonths, x_TableVersions, x_Findings, x_Rows, BillingCurrency, "
            f"{costs} FROM {relation(files)} ORDER BY x_Version, BillingCurrency"
        )
    except EngineError as error:
        raise UserError(damaged(str(error))) from error
    found: dict[int, Run] = {}
    for row in rows:
        known = found.get(row[0]) or _run(row)
        # A version of an empty ledger has a row without a currency.
        more = {} if row[13] is None else {row[13]: dict(zip(COSTS, row[14:], strict=True))}
        found[row[0]] = Run(**{**vars(known), "totals": {**known.totals, **more}})
    return tuple(found.values())


def _run(row: tuple[Any, ...]) -> Run:
    months = {date.fromisoformat(month): mark for month, mark in json.loads(row[8]).items()}
    return Run(
        version=row[0],
        applied_at=_START + timedelta(microseconds=row[1]),
        author=row[2],
        rule_hash=row[3],
        ledger_version=row[4],
        drivers_version=row[5],
        note=row[6],
        dimensions=json.loads(row[7])["to"],
        columns=json.loads(row[7])["columns"],
        months=months,
        changed=tuple(map(date.fromisoformat, json.loads(row[9]))),
        tables=json.loads(row[10]),
        findings=tuple(_finding(each) for each in json.loads(row[11])),
        rows=row[12],
    )


def _finding(told: dict[str, Any]) -> Finding:
    amount = told.pop("amount")
    return Finding(**told, amount=None if amount is None else Decimal(amount))


def log_files(ledger: Ledger) -> list[Path]:
    """Return the Parquet files of the newest log; none where nothing was applied."""
    version = ledger.delta.version(ALLOCATION_RUNS)
    return ledger.delta.files(ALLOCATION_RUNS, version) if version > 0 else []


def files_of(ledger: Ledger, table: Table, run: Run | None) -> list[Path]:
    """Return the Parquet files of a table of an applied allocation; none where there is none."""
    version = run.tables.get(table.name) if run else None
    return [] if version is None else ledger.delta.files(table, version)


def at_ledger(known: Sequence[Run], version: int) -> Run | None:
    """Return the allocation that stood last while the ledger had a version; None where none was applied by then."""
    return next((run for run in reversed(known) if run.ledger_version <= version), None)


def at_time(known: Sequence[Run], instant: datetime) -> Run | None:
    """Return the allocation that stood at an instant, UTC; None as above."""
    return next((run for run in reversed(known) if run.applied_at <= instant), None)


def at_close(known: Sequence[Run], close: Close) -> Run | None:
    """Return the allocation that stood when a month was closed; None as above.

    What is applied while a month is being closed waits, so that a version of the ledger tells before from after.
    """
    return at_ledger(known, close.version - 1)


def commit(engine: Engine, ledger: Ledger, new: NewRun, before: Run | None, now: datetime) -> Run:
    """Make an allocation the books', as one change that readers see whole or not at all.

    Args:
        engine: Where the log is written.
        ledger: Whose; the lock ``apply`` must be held.
        new: The allocation; its staged files move into the tables.
        before: The one that stood, for which it was made.
        now: Time of the command, UTC: the version is stamped when it is committed, and later than what stood.

    Returns:
        The new version.
    """
    known = runs(engine, ledger)
    version = known[-1].version + 1 if known else 1
    at = max(now, ledger.clock())
    at = at if before is None else max(at, before.applied_at + _TICK)
    stamp = Stamp(f"{at:%Y%m%dT%H%M%S%f}-allocation", at, version)
    tables = _recovered(ledger, before)
    for table in ALLOCATION_TABLES:
        tables[table.name] = _replaced(ledger, table, new, stamp, tables.get(table.name))
    changed = sorted({*new.files.get(ALLOCATED.name, ()), *(month for each in new.files.values() for month in each),
                      *new.gone})  # fmt: skip
    mark = {
        "x_Version": version,
        "x_AppliedAt": at.isoformat(),
        "x_Author": new.author,
        "x_RuleHash": new.rule_hash,
        "x_LedgerVersion": new.ledger_version,
        "x_DriversVersion": new.drivers_version,
        "x_Note": new.note,
        "x_Dimensions": json.dumps({"to": dict(new.dimensions), "columns": _columns(new)}),
        "x_Months": json.dumps({str(month): print_ for month, print_ in sorted(new.months.items())}),
        "x_ChangedMonths": json.dumps([str(month) for month in changed]),
        "x_TableVersions": json.dumps(tables),
        "x_Findings": json.dumps([{**asdict(each), "amount": _text(each.amount)} for each in new.findings]),
        "x_Rows": new.rows,
    }
    rows = [{**mark, "BillingCurrency": currency, **costs} for currency, costs in sorted(new.totals.items())] or [mark]
    delta = ledger.delta
    delta.create(ALLOCATION_RUNS)
    delta.add_columns(ALLOCATION_RUNS, ALLOCATION_RUNS.columns)
    log = delta.files(ALLOCATION_RUNS, delta.version(ALLOCATION_RUNS))
    delta.replace(
        ALLOCATION_RUNS,
        [write_whole(engine, ALLOCATION_RUNS, delta.path(ALLOCATION_RUNS), rows, stamp, Before(log))],
    )
    return runs(engine, ledger)[-1]


def _columns(new: NewRun) -> dict[str, list[str]]:
    """Return table -> its columns of dimensions, those of ``to`` first."""
    found = {name: list(columns) for name, columns in new.columns.items()}
    own = list(new.dimensions.values())
    return {name: sorted(columns, key=lambda each: each not in own) for name, columns in found.items()}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _recovered(ledger: Ledger, before: Run | None) -> dict[str, int]:
    """Undo what a writer left behind that died before the log named it; return the versions of the tables."""
    tables = dict(before.tables) if before else {}
    for table in ALLOCATION_TABLES:
        pinned = tables.get(table.name, 0)
        if ledger.delta.version(table) > pinned:
            ledger.delta.restore(table, pinned)
            tables[table.name] = ledger.delta.version(table)
    return tables


def _replaced(ledger: Ledger, table: Table, new: NewRun, stamp: Stamp, version: int | None) -> int:
    """Give a table the months that are new; return its version."""
    delta = ledger.delta
    delta.create(table)
    delta.add_columns(table, table.columns | dict.fromkeys(new.columns.get(table.name, ()), "VARCHAR"))
    made = []
    emptied = list(new.gone)
    for month, files in sorted(new.files.get(table.name, {}).items()):
        folder = partition_folder(delta.path(table), None, month, table.period)
        folder.mkdir(parents=True, exist_ok=True)
        for place, (staged, rows) in enumerate(files):
            target = folder / f"{stamp.name}-{place}.parquet"
            staged.replace(target)
            made.append(NewFile(target, rows, None, month))
        emptied += [] if files else [month]
    if made:
        delta.replace(table, made)
    if emptied and version is not None:
        delta.drop(table, emptied)
    return delta.version(table)
