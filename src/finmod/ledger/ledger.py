"""The ledger of a project: its state at any version, and the one way to change it.

Owns commits over several tables, recovery after a writer died, and time travel. A ledger version is a
version of the table ``loads``: each load row names the versions of the other tables that belong to it, so
a reader never sees a load by halves, whatever moment its writer died at.
"""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import InternalError, Problem, UserError
from finmod.ledger.delta import DeltaFolder, NewFile, damaged, partition_folder
from finmod.ledger.locks import hold
from finmod.ledger.reduce import relation
from finmod.ledger.tables import CHARGES, DATA_TABLES, LOADS, Table

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
    """

    source: str
    period: date
    format: str
    read_as: str
    files: dict[str, tuple[Path, int]]
    manifest: tuple[ManifestRow, ...]
    extra: dict[str, str]


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
        self._clock = clock

    def head(self, engine: Engine) -> Snapshot:
        """Return the newest state.

        Raises:
            UserError: Its files or their log are damaged.
        """
        version = self.delta.version(LOADS)
        if version <= 0:
            return Snapshot()
        states = self._snapshots(engine)
        if version not in states:
            raise UserError(damaged(f"version {version} of {LOADS.name} has no load"))
        return states[version]

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

    def commit(self, engine: Engine, prepared: Sequence[PreparedPeriod], load_id: str, now: datetime) -> Snapshot:
        """Replace billing periods in every table, as one change that readers see whole or not at all.

        Args:
            engine: Where the manifest is written.
            prepared: Every period of one source's load, since a file may move charges from one to another; their staged
                files move into the tables.
            load_id: Names the load and its files.
            now: Time of the load, UTC: the state is never stamped earlier.

        Returns:
            The new state, stamped with the instant of its commit. What a load read while others committed is later
            than they are, so that a time has one state: the one that was seen then.
        """
        with hold(self.locks, "commit", "the ledger", wait=True):
            before = self._recover(engine)
            tables = {table.name: self._replace(table, prepared, load_id) for table in DATA_TABLES}
            version = max(self.delta.version(LOADS), 0) + 1
            loaded_at = max(now, self._clock())
            if before.loaded_at is not None:
                loaded_at = max(loaded_at, before.loaded_at + _TICK)
            file = self._write_loads(engine, prepared, (load_id, loaded_at, version, tables), before)
            written = self.delta.replace(LOADS, [file])
            if written != version:
                message = f"the ledger moved from version {version - 1} to {written} under a held lock"
                raise InternalError(message)
        return Snapshot(version, tables, loaded_at)

    def _replace(self, table: Table, prepared: Sequence[PreparedPeriod], load_id: str) -> int:
        self.delta.create(table)
        if table is CHARGES:
            self.delta.add_columns(table, {name: kind for part in prepared for name, kind in part.extra.items()})
        files = []
        for part in prepared:
            staged, rows = part.files[table.name]
            folder = partition_folder(self.delta.path(table), part.source, part.period)
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / f"{load_id}.parquet"
            staged.replace(target)
            files.append(NewFile(target, rows, part.source, part.period))
        return self.delta.replace(table, files)

    def _recover(self, engine: Engine) -> Snapshot:
        """Undo what a writer left behind that died between its first and its last commit."""
        head = self.head(engine)
        for table in DATA_TABLES:
            pinned, newest = head.tables.get(table.name, 0), self.delta.version(table)
            if newest > pinned:
                self.delta.restore(table, pinned)
        return head

    def _write_loads(
        self,
        engine: Engine,
        prepared: Sequence[PreparedPeriod],
        stamp: tuple[str, datetime, int, dict[str, int]],
        before: Snapshot,
    ) -> NewFile:
        load_id, loaded_at, version, tables = stamp
        self.delta.create(LOADS)
        folder = self.delta.path(LOADS)
        target = folder / f"{load_id}-{version}.parquet"
        engine.run(
            f"CREATE OR REPLACE TEMP TABLE new_loads ({', '.join(f'{n} {k}' for n, k in LOADS.columns.items())})"
        )
        if before.version > 0:
            engine.run(f"INSERT INTO new_loads BY NAME SELECT * FROM {relation(self.files(LOADS, before))}")
        for part, row in ((each, row) for each in prepared for row in each.manifest):
            engine.run(
                f"INSERT INTO new_loads VALUES ({', '.join('?' * len(LOADS.columns))})",
                [
                    load_id, part.source, part.period, part.format, row.file, row.sha256, row.size,
                    row.charges, row.currency, row.control_total, row.billed_cost, row.rounding_difference,
                    part.read_as, loaded_at.isoformat(), version, json.dumps(tables),
                ],
            )  # fmt: skip
        rows = engine.copy_parquet("SELECT * FROM new_loads", target, ordered=True)
        engine.run("DROP TABLE new_loads")
        return NewFile(target, rows)

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

    def clear_staging(self, source: str) -> None:
        """Remove what a killed load of the source left in the staging folder; its lock must be held."""
        for folder in self.staging.glob(f"{source}@*"):
            shutil.rmtree(folder, ignore_errors=True)


def _instant(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _no_folder(path: Path) -> Problem:
    return Problem(
        code="FM1504",
        found="a file stands where the ledger's folder should be",
        where=str(path),
        remedy="Take the file away, or name another folder: store in finmod.yaml.",
    )


def _no_such_state(as_of: int | datetime, states: dict[int, Snapshot]) -> Problem:
    if not states:
        return Problem(code="FM1502", found="the ledger is empty", remedy="Load a bill first: finmod load.")
    first, last = min(states), max(states)
    return Problem(
        code="FM1502",
        found=f"the ledger has no state at {as_of if isinstance(as_of, int) else _iso(as_of)}",
        expected=f"a version from {first} to {last}, or a time from {_iso(states[first].loaded_at)} on",
        remedy="See the versions with: finmod query 'SELECT DISTINCT x_LedgerVersion, x_LoadedAt FROM loads'.",
    )


def _iso(instant: datetime | None) -> str:
    return instant.isoformat().replace("+00:00", "Z") if instant else ""
