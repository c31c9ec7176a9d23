"""Delta Lake tables in a folder, through delta-rs: DuckDB writes the Parquet files, this commits them.

Owns commits, versions and file lists, and what is said where they are damaged. The only file that imports deltalake.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import unquote

from deltalake import DeltaTable, PostCommitHookProperties, Schema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.schema import Field, PrimitiveType
from deltalake.transaction import AddAction

from finmod.engines.disk import full_disk
from finmod.errors import Problem, UserError, printable
from finmod.ledger.tables import Table

_TYPES = {"VARCHAR": "string", "BIGINT": "long", "DATE": "date", "TIMESTAMP WITH TIME ZONE": "timestamp"}
# History is the ledger's promise: no version may age out of the log, and no vacuum of any tool may take its files.
_KEEP = {
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}
_Filters = list[tuple[str, str, str | list[str]]]
_NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
_CHECKPOINT_EVERY = 50
# Delta Lake readers take these parts of a path for others, or refuse them.
_MISREAD = {
    r"%[0-9A-Fa-f]{2}": "a percent sign before two hexadecimal digits",
    r"\\": "a backslash",
    r"[\x00-\x1f\x7f]": "a control character, such as a line end",
}
_LONGEST = 500
_FORBIDDEN = re.compile(r"permission denied|operation not permitted", re.IGNORECASE)


class CommitConflictError(UserError):
    """Another writer changed the same partition first; nothing was written."""


def damaged(words: str) -> Problem:
    """Return the problem of a ledger of which a file is gone or damaged; the first line of ``words`` says which.

    A file that only may not be read is whole: nobody shall remove a ledger for that.
    """
    if _FORBIDDEN.search(words):
        place = re.search(r"/[^\"'\n]+", words)
        return Problem(
            code="FM1506",
            found="the ledger cannot be read: permission denied",
            expected="a store folder that you may read, with all that is in it",
            where=place[0] if place else None,
            remedy="Mend the folder's rights. Nothing was changed.",
        )
    return Problem(
        code="FM1503",
        found=f"the ledger cannot be read: {printable((words.splitlines() or [''])[0], _LONGEST)}",
        expected="the files that its loads wrote",
        remedy="Bring the store folder back from a copy, or remove it and load every bill again.",
    )


@dataclass(frozen=True)
class NewFile:
    """A Parquet file that stands in a table's folder and waits for its commit.

    Attributes:
        path: Where it is.
        rows: Its number of rows.
        source: Partition value, the source or that of ``Table.alone``; None in tables that have no partitions by it.
        period: Partition value; None in tables that are replaced whole.
    """

    path: Path
    rows: int
    source: str | None = None
    period: date | None = None


class DeltaFolder:
    """The Delta tables below one folder."""

    def __init__(self, folder: Path) -> None:
        """Open nothing yet.

        Raises:
            UserError: The path cannot be read by the Delta library.
        """
        for pattern, words in _MISREAD.items():
            if re.search(pattern, str(folder.absolute())):
                raise UserError(_misread(folder, words))
        self.folder = folder
        self._open: dict[str, DeltaTable] = {}
        self._files: dict[tuple[str, int], list[Path]] = {}

    def path(self, table: Table) -> Path:
        """Return the folder of a table."""
        return self.folder / table.name

    def exists(self, table: Table) -> bool:
        """Return whether the table has been created; a writer may die between its folder and its first version."""
        try:
            return any(file.suffix == ".json" for file in (self.path(table) / "_delta_log").iterdir())
        except FileNotFoundError:
            return False
        except NotADirectoryError as error:
            raise UserError(damaged(f"the log of {table.name} is no folder")) from error
        except OSError as error:
            raise UserError(damaged(str(error))) from error

    def version(self, table: Table) -> int:
        """Return the newest version; -1 where the table does not exist."""
        if not self.exists(table):
            return -1
        with _told(table):
            return self._table(table).version()

    def create(self, table: Table) -> None:
        """Create a table where it does not exist."""
        if self.exists(table):
            return
        with _told(table):
            self._open[table.name] = DeltaTable.create(
                self._uri(table),
                Schema([_field(name, kind) for name, kind in table.columns.items()]),
                mode="ignore",
                partition_by=_partitions(table),
                configuration=_KEEP,
                raise_if_key_not_exists=False,
            )

    def columns(self, table: Table, version: int) -> list[str]:
        """Return the column names of a version."""
        with _told(table):
            return [field.name for field in DeltaTable(self._uri(table), version=version).schema().fields]

    def add_columns(self, table: Table, columns: Mapping[str, str]) -> None:
        """Add nullable columns that the table lacks, whatever the case of their names."""
        with _told(table):
            handle = self._table(table)
            known = {field.name.casefold() for field in handle.schema().fields}
            new = [_field(name, kind) for name, kind in columns.items() if name.casefold() not in known]
            if new:
                handle.alter.add_columns(new, post_commithook_properties=_NO_HOOKS)

    def replace(self, table: Table, files: Sequence[NewFile]) -> int:
        """Replace partitions of one source, each by one file, or a whole table by one; return the new version.

        Args:
            table: Where.
            files: One per billing period, of one source where the table has partitions by source; one alone where the
                table is replaced whole. It is one change to every reader of the table, ours or not.

        Raises:
            CommitConflictError: Another writer was faster.
        """
        (source,) = {file.source for file in files}
        periods = [str(file.period) for file in files]
        return self._overwritten(table, files, _filters(table, source, periods))

    def replace_alone(self, table: Table, files: Sequence[NewFile], gone: Sequence[str]) -> int:
        """Replace values of ``Table.alone``, each by one file, and take others out, in one change; return the version.

        Args:
            table: Where.
            files: One per value.
            gone: Values that are taken out.

        Raises:
            CommitConflictError: Another writer was faster.
        """
        values = [*filter(None, (file.source for file in files)), *gone]
        return self._overwritten(table, files, [(table.alone or "", "in", values)])

    def drop(self, table: Table, periods: Sequence[date]) -> int:
        """Take months out of a table, those of every source, in one change; return the new version."""
        return self._overwritten(table, (), [(table.period, "in", [str(period) for period in periods])])

    def _overwritten(self, table: Table, files: Sequence[NewFile], filters: _Filters | None) -> int:
        """Put files in the place of what filters find, all of it without any; return the new version."""
        with _told(table):
            handle = self._table(table)
            handle.create_write_transaction(
                [self._added(table, file) for file in files],
                mode="overwrite",
                schema=handle.schema(),
                partition_by=_partitions(table),
                partition_filters=filters,
                post_commithook_properties=_NO_HOOKS,
            )
            return _settled(handle)

    def _added(self, table: Table, file: NewFile) -> AddAction:
        place = file.path.stat()
        return AddAction(
            file.path.relative_to(self.path(table)).as_posix(),
            place.st_size,
            _values(table, file),
            int(place.st_mtime * 1000),
            True,  # noqa: FBT003 -- delta-rs takes data_change by position only
            json.dumps({"numRecords": file.rows}),
        )

    def restore(self, table: Table, version: int) -> None:
        """Make an older version the newest, as a new version; nothing is deleted."""
        with _told(table):
            self._table(table).restore(version, post_commithook_properties=_NO_HOOKS)
        self._open.pop(table.name, None)

    def files(self, table: Table, version: int) -> list[Path]:
        """Return the Parquet files of a version; the log is read once, since no version ever changes.

        Raises:
            UserError: The version, or a file of it, is not there: a ledger that was copied whole never shows that.
        """
        files = self._files.get((table.name, version))
        if files is None:
            with _told(table):
                uris = self._at(table, version).file_uris()
            files = sorted(Path(unquote(uri.removeprefix("file://"))) for uri in uris)
            self._files[table.name, version] = files
        for file in files:
            if not file.is_file():
                raise UserError(damaged(f"{file} is gone"))
        return [*files]

    def _at(self, table: Table, version: int) -> DeltaTable:
        """Return a table as it was at a version; the one that is open where it is that."""
        handle = self._open.get(table.name)
        is_open = handle is not None and handle.version() == version
        return handle if handle is not None and is_open else DeltaTable(self._uri(table), version=version)

    def _uri(self, table: Table) -> str:
        # A plain path would be taken for a URI: a folder named 100% or %20 would be looked for elsewhere.
        return self.path(table).absolute().as_uri()

    def _table(self, table: Table) -> DeltaTable:
        handle = self._open.get(table.name)
        if handle is None:
            handle = self._open[table.name] = DeltaTable(self._uri(table))
        else:
            handle.update_incremental()
        return handle


@contextmanager
def _told(table: Table) -> Iterator[None]:
    """Turn what delta-rs says of a damaged table, or of a faster writer, into what a user can act on."""
    try:
        yield
    except CommitFailedError as error:
        raise CommitConflictError(_conflict(table)) from error
    except (DeltaError, TableNotFoundError, OSError) as error:
        raise full_disk(error) or UserError(damaged(f"{table.name}: {error}")) from error


def _conflict(table: Table) -> Problem:
    return Problem(
        code="FM1501",
        found=f"another load changed {table.name} at the same time and was faster",
        expected="one writer at a time",
        remedy="Wait until it is done, then run the load again. Nothing was changed.",
    )


def _misread(folder: Path, words: str) -> Problem:
    return Problem(
        code="FM1504",
        found=f"the path of the ledger has {words}",
        expected="a path without such, since Delta Lake readers take it for another character",
        where=str(folder.parent),
        remedy="Rename the folder.",
    )


def _partitions(table: Table) -> list[str] | None:
    if table.alone:
        return [table.alone]
    if not table.by_period:
        return None
    return ["x_Source", table.period] if table.by_source else [table.period]


def _filters(table: Table, source: str | None, periods: list[str]) -> _Filters | None:
    """Return what tells the partitions that are replaced."""
    if not table.by_period:
        return None
    months: tuple[str, str, str | list[str]] = (table.period, "in", periods)
    return [("x_Source", "=", source), months] if source is not None else [months]


def _values(table: Table, file: NewFile) -> dict[str, str | None]:
    """Return the partition that a file is part of."""
    if table.alone:
        return {table.alone: file.source}
    found: dict[str, str | None] = {"x_Source": file.source, table.period: str(file.period)}
    return {name: found[name] for name in _partitions(table) or ()}


def _settled(handle: DeltaTable) -> int:
    """Return the version that a commit made; some of them get a checkpoint."""
    handle.update_incremental()
    version = int(handle.version())
    if version and version % _CHECKPOINT_EVERY == 0:
        handle.create_checkpoint()
    return version


def partition_folder(table_folder: Path, source: str | None, period: date, column: str = "x_BillingPeriod") -> Path:
    """Return the folder of a partition's files; ``column`` is that of its month, ``source`` None of a table without."""
    return (table_folder if source is None else table_folder / f"x_Source={source}") / f"{column}={period}"


def _field(name: str, kind: str) -> Field:
    primitive = _TYPES.get(kind) or kind.lower().replace(" ", "")
    return Field(name, PrimitiveType(primitive), nullable=True)
