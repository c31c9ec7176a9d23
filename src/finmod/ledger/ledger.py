"""The ledger of a project: its state at any version, and the one way to change it.

Owns commits over several tables, recovery after a writer died, and time travel. A ledger version is a
version of the table ``loads``: each load row names the versions of the other tables that belong to it, so
a reader never sees a load by halves, whatever moment its writer died at. A close and a reopening of a month
are versions too.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import InternalError, Problem, UserError
from finmod.ledger.delta import DeltaFolder, NewFile, damaged, partition_folder
from finmod.ledger.locks import hold
from finmod.ledger.reduce import relation
from finmod.ledger.tables import CHARGES, CLOSES, DATA_TABLES, LOADS, PINNED_TABLES, TRUE_UPS, USAGE_TABLES, Table
from finmod.ledger.versions import Before, Stamp, write_whole

_TICK = timedelta(microseconds=1)
"""What the table ``loads`` can tell two instants apart by."""


def _now() -> datetime:
    return datetime.now(tz=UTC)


@dataclass(frozen=True)
class Snapshot:
    """One state of the ledger.

    Attributes:
        version: Ledger version, from 0; -1 for a ledger without loads.
        tables: Table name -> Delta version; empty for a ledger without loads.
        loaded_at: When the state was committed, UTC; later than that of every version before. None for a ledger
            without loads.
    """

    version: int = -1
    tables: dict[str, int] = field(default_factory=dict)
    loaded_at: datetime | None = None


@dataclass(frozen=True)
class ManifestRow:
    """What one load read from one file, for one billing period and currency.

    Attributes:
        file: Name of the file.
        sha256: Hash of its bytes.
        size: Bytes.
        charges: Number of charges.
        currency: BillingCurrency; None where the file has no charges of the period any more.
        control_total: Exact sum of BilledCost as the file's text has it, a decimal text; None where all are unknown.
        billed_cost: Sum of BilledCost in the ledger, a decimal text; as above.
        rounding_difference: ``control_total - billed_cost``, a decimal text; as above.
    """

    file: str
    sha256: str
    size: int
    charges: int
    currency: str | None
    control_total: str | None
    billed_cost: str | None
    rounding_difference: str | None


@dataclass(frozen=True)
class PreparedPeriod:
    """A source's billing period, converted and reduced, that waits for its commit.

    Attributes:
        source: Name of the source.
        period: First day of the month.
        format: Format of its files.
        read_as: Digest of mapping and settings that it was read with.
        files: Table -> Parquet file in the staging folder and its rows.
        manifest: One row per file and currency.
        extra: The suppliers' own columns: name -> type.
        booked: First day of the open month that takes the differences, where the period is closed: its files are then
            those of the findings and, where anything moved, of the true-ups. None where the charges themselves stand.
    """

    source: str
    period: date
    format: str
    read_as: str
    files: dict[str, tuple[Path, int]]
    manifest: tuple[ManifestRow, ...]
    extra: dict[str, str]
    booked: date | None = None


@dataclass(frozen=True)
class Event:
    """A change of the ledger that brings no bill.

    Attributes:
        kind: ``close`` or ``reopen``.
        period: First day of the month.
        closes: Gives the rows of the table ``closes`` as they stand afterwards.
        undone: Months whose true-ups are taken back.
        others: Gives the rows of other tables that are replaced whole.
    """

    kind: str
    period: date
    closes: Callable[[Stamp], Sequence[Sequence[Any]]]
    undone: Sequence[date] = ()
    others: Sequence[tuple[Table, Callable[[Stamp], Sequence[Sequence[Any]]]]] = ()


class Ledger:
    """The tables below a project's store folder."""

    def __init__(self, store: Path, clock: Callable[[], datetime] = _now) -> None:
        """Open nothing yet; the folder is made by the first load.

        Args:
            store: Where the ledger lies.
            clock: Tells the instant of a commit, UTC.

        Raises:
            UserError: A path of the ledger cannot be used.
        """
        self.store = store
        self.staging = store / "staging"
        self.locks = store / "locks"
        tables = store / "tables"
        for folder in (store, self.staging, self.locks, tables):
            try:
                is_file = not stat.S_ISDIR(folder.stat().st_mode)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise UserError(damaged(str(error))) from error
            if is_file:
                raise UserError(_no_folder(folder))
        self.delta = DeltaFolder(tables)
        self.clock = clock

    def head(self, engine: Engine) -> Snapshot:
        """Return the newest state.

        Raises:
            UserError: Its files or their log are damaged.
        """
        version = self.delta.version(LOADS)
        if version <= 0:
            return Snapshot()
        states = self._snapshots(engine)
        if version in states:
            return states[version]
        newest = max(states, default=0)
        # A writer may die after it gave the table the columns of today, and before its load.
        if not newest or self.delta.columns(LOADS, version) == self.delta.columns(LOADS, newest):
            raise UserError(damaged(f"version {version} of {LOADS.name} has no load"))
        return states[newest]

    def at(self, engine: Engine, as_of: int | datetime | None) -> Snapshot:
        """Return the state at a ledger version, or the last one at or before an instant; the newest for None.

        Raises:
            UserError: There was no such state.
        """
        if as_of is None:
            return self.head(engine)
        states = self._snapshots(engine)
        if isinstance(as_of, int):
            found = states.get(as_of)
        else:
            before = [state for state in states.values() if state.loaded_at is not None and state.loaded_at <= as_of]
            found = max(before, key=lambda state: state.version, default=None)
        if found is None:
            raise UserError(_no_such_state(as_of, states))
        return found

    def files(self, table: Table, snapshot: Snapshot) -> list[Path]:
        """Return the Parquet files of a table in one state."""
        if table is LOADS:
            return self.delta.files(LOADS, snapshot.version) if snapshot.version > 0 else []
        version = snapshot.tables.get(table.name)
        return [] if version is None else self.delta.files(table, version)

    def columns(self, table: Table, snapshot: Snapshot) -> list[str]:
        """Return a table's column names in one state."""
        version = snapshot.tables.get(table.name)
        return list(table.columns) if version is None else self.delta.columns(table, version)

    def commit(
        self,
        engine: Engine,
        prepared: Sequence[PreparedPeriod],
        load_id: str,
        now: datetime,
        *,
        seen: Snapshot | None = None,
    ) -> Snapshot:
        """Replace billing periods in every table, as one change that readers see whole or not at all.

        Args:
            engine: Where the manifest is written.
            prepared: Every period of one source's load, since a file may move charges from one to another; their staged
                files move into the tables.
            load_id: Names the load and its files.
            now: Time of the load, UTC: the state is never stamped earlier.
            seen: The state that the periods were prepared for.

        Returns:
            The new state, stamped with the instant of its commit. What a load read while others committed is later
            than they are, so that a time has one state: the one that was seen then.

        Raises:
            UserError: A month was closed or reopened after ``seen``; nothing was changed.
        """
        with self._writing(engine) as (head, tables):
            if seen is not None and head.tables.get(CLOSES.name) != seen.tables.get(CLOSES.name):
                raise UserError(_closed_meanwhile())
            for table in (*DATA_TABLES, *USAGE_TABLES, TRUE_UPS):
                parts = [part for part in prepared if table.name in part.files]
                if parts:
                    tables[table.name] = self._replace(table, parts, load_id)
            rows = [_manifest(part, row) for part in prepared for row in part.manifest]
            return self._stamped(engine, head, tables, self._next(head, load_id, now), rows)

    def record(self, engine: Engine, event: Event, seen: Snapshot, now: datetime) -> Snapshot:
        """Close or reopen a month, as one change that readers see whole or not at all.

        Args:
            engine: Where the rows are written.
            event: What happens.
            seen: The state that it was decided on.
            now: Time of the change, UTC: the state is never stamped earlier.

        Raises:
            UserError: The ledger changed after ``seen``; nothing was changed.
        """
        with self._writing(engine) as (head, tables):
            if head.version != seen.version:
                raise UserError(_closed_meanwhile())
            stamp = self._next(head, f"{now:%Y%m%dT%H%M%S%f}-{event.kind}-{event.period:%Y-%m}", now)
            if event.undone and self.delta.exists(TRUE_UPS):
                tables[TRUE_UPS.name] = self.delta.drop(TRUE_UPS, event.undone)
            for table, rows in ((CLOSES, event.closes), *event.others):
                tables[table.name] = self._rewritten(engine, table, rows(stamp), stamp)
            row = {"x_BillingPeriod": event.period, "x_Format": event.kind}
            return self._stamped(engine, head, tables, stamp, [row], undone=event.undone)

    def _rewritten(self, engine: Engine, table: Table, rows: Sequence[Sequence[Any]], stamp: Stamp) -> int:
        self.delta.create(table)
        named = [dict(zip(table.columns, row, strict=True)) for row in rows]
        return self.delta.replace(table, [write_whole(engine, table, self.delta.path(table), named, stamp)])

    @contextmanager
    def _writing(self, engine: Engine) -> Iterator[tuple[Snapshot, dict[str, int]]]:
        """Give the newest state and the versions of its tables, to be changed; no other commit runs meanwhile."""
        with hold(self.locks, "commit", "the ledger", wait=True):
            head = self.head(engine)
            yield head, self._recovered(head)

    def _replace(self, table: Table, prepared: Sequence[PreparedPeriod], load_id: str) -> int:
        self.delta.create(table)
        if table is CHARGES:
            self.delta.add_columns(table, {name: kind for part in prepared for name, kind in part.extra.items()})
        else:  # of a ledger from before it had them all
            self.delta.add_columns(table, table.columns)
        files = []
        for part in prepared:
            staged, rows = part.files[table.name]
            folder = partition_folder(self.delta.path(table), part.source, part.period, table.period)
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / f"{load_id}.parquet"
            staged.replace(target)
            files.append(NewFile(target, rows, part.source, part.period))
        return self.delta.replace(table, files)

    def _recovered(self, head: Snapshot) -> dict[str, int]:
        """Undo what a writer left behind that died between its first and its last commit; return the versions."""
        tables = dict(head.tables)
        for table in PINNED_TABLES:
            pinned = tables.get(table.name, 0)
            if self.delta.version(table) > pinned:
                self.delta.restore(table, pinned)
                tables[table.name] = self.delta.version(table)
        return tables

    def _next(self, head: Snapshot, name: str, now: datetime) -> Stamp:
        self.delta.create(LOADS)
        self.delta.add_columns(LOADS, LOADS.columns)
        at = max(now, self.clock())
        if head.loaded_at is not None:
            at = max(at, head.loaded_at + _TICK)
        return Stamp(name, at, self.delta.version(LOADS) + 1)

    def _stamped(  # noqa: PLR0913, PLR0917 -- all that a version is made of
        self,
        engine: Engine,
        head: Snapshot,
        tables: dict[str, int],
        stamp: Stamp,
        rows: Sequence[dict[str, Any]],
        undone: Sequence[date] = (),
    ) -> Snapshot:
        """Commit the manifest, which makes the new versions of the other tables those that count."""
        mark = {
            "x_LoadId": stamp.name,
            "x_LoadedAt": stamp.at.isoformat(),
            "x_LedgerVersion": stamp.version,
            "x_TableVersions": json.dumps(tables),
        }
        every = [{**row, **mark} for row in rows]
        before = Before(self.files(LOADS, head), undone)
        written = self.delta.replace(LOADS, [write_whole(engine, LOADS, self.delta.path(LOADS), every, stamp, before)])
        if written != stamp.version:
            message = f"the ledger moved from version {stamp.version - 1} to {written} under a held lock"
            raise InternalError(message)
        return Snapshot(stamp.version, tables, stamp.at)

    def _snapshots(self, engine: Engine) -> dict[int, Snapshot]:
        version = self.delta.version(LOADS)
        if version <= 0:
            return {}
        loads = relation(self.delta.files(LOADS, version))
        try:
            rows = engine.rows(f"SELECT DISTINCT x_LedgerVersion, x_TableVersions, epoch_us(x_LoadedAt) FROM {loads}")
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
        return {row[0]: Snapshot(row[0], json.loads(row[1]), _instant(row[2])) for row in rows}


def _manifest(part: PreparedPeriod, row: ManifestRow) -> dict[str, Any]:
    return {
        "x_Source": part.source,
        "x_BillingPeriod": part.period,
        "x_Format": part.format,
        "x_File": row.file,
        "x_FileHash": row.sha256,
        "x_FileBytes": row.size,
        "x_Charges": row.charges,
        "BillingCurrency": row.currency,
        "x_ControlTotal": row.control_total,
        "BilledCost": row.billed_cost,
        "x_RoundingDifference": row.rounding_difference,
        "x_ReadAs": part.read_as,
        "x_BookedPeriod": part.booked,
    }


def _instant(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _no_folder(path: Path) -> Problem:
    return Problem(
        code="FM1504",
        found="a file stands where the ledger's folder should be",
        where=str(path),
        remedy="Take the file away, or name another folder: store in finmod.yaml.",
    )


def _closed_meanwhile() -> Problem:
    return Problem(
        code="FM1511",
        found="another command closed, reopened or loaded a month at the same time and was faster",
        expected="the ledger as it was when this command began",
        remedy="Run the command again. Nothing was changed.",
    )


def _no_such_state(as_of: int | datetime, states: dict[int, Snapshot]) -> Problem:
    if not states:
        return Problem(code="FM1502", found="the ledger is empty", remedy="Load a bill first: finmod load.")
    first, last = min(states), max(states)
    return Problem(
        code="FM1502",
        found=f"the ledger has no state at {as_of if isinstance(as_of, int) else _iso(as_of)}",
        expected=f"a version from {first} to {last}, or a time from {_iso(states[first].loaded_at)} on",
        remedy="See the versions with: finmod query 'SELECT DISTINCT x_LedgerVersion, x_LoadedAt FROM loads', "
        "and those of closes with: finmod history.",
    )


def _iso(instant: datetime | None) -> str:
    return instant.isoformat().replace("+00:00", "Z") if instant else ""
