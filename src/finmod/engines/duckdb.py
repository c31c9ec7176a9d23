"""The default engine: DuckDB in this process, bounded in memory, with no network and no extension to download.

Owns the connection, its limits and the quoting of names and texts. The only file that imports duckdb.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from finmod.engines.disk import full_disk
from finmod.errors import FinmodError

# A load must stay under 3 GB at any number of rows; Python, Parquet buffers and the allocator take the rest.
MEMORY_LIMIT = "1700MB"


class EngineError(FinmodError):
    """A query failed: the engine's own words, for the caller to turn into a Problem."""


def identifier(name: str) -> str:
    """Return a column or table name quoted for SQL.

    >>> identifier('resourceTags/user:Team')
    '"resourceTags/user:Team"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text quoted for SQL; bind parameters wherever the statement allows them instead.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def file_list(paths: Sequence[Path | str]) -> str:
    """Return a SQL list of file paths, with glob characters taken literally by DuckDB's escape."""
    return "[" + ", ".join(literal(glob_escape(str(path))) for path in paths) + "]"


def glob_escape(path: str) -> str:
    """Return a path in which ``*``, ``?`` and ``[`` stand for themselves."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)


def _failed(error: duckdb.Error) -> FinmodError:
    """Return the error to raise: a full disk is the user's to mend, whatever statement met it."""
    return full_disk(error) or EngineError(str(error))


class Engine:
    """One DuckDB connection in memory, closed on exit of the ``with`` block.

    Args:
        temp_folder: Where intermediate results may spill; none spill where it is None.
        threads: Processor threads; None takes what the machine has.
        memory_limit: DuckDB's own limit, such as ``2GB``.
    """

    def __init__(
        self, *, temp_folder: Path | None = None, threads: int | None = None, memory_limit: str = MEMORY_LIMIT
    ) -> None:
        """Open the connection; nothing is downloaded, autoloading of extensions is off."""
        self._connection = duckdb.connect(
            config={
                "threads": threads or os.cpu_count() or 1,
                "memory_limit": memory_limit,
                "temp_directory": str(temp_folder) if temp_folder else "",
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        self.run("SET TimeZone = 'UTC'")

    def __enter__(self) -> Self:
        """Return the engine itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Execute one statement and drop its result."""
        self._execute(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return every row of a query."""
        try:
            return self._execute(sql, parameters).fetchall()
        except duckdb.Error as error:
            raise _failed(error) from error

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
        """Return the first row of a query that has one."""
        rows = self.rows(sql, parameters)
        if not rows:
            message = f"a query that must return a row returned none: {sql[:200]}"
            raise EngineError(message)
        return rows[0]

    def table(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the column names and every row of one SELECT.

        Raises:
            EngineError: It fails, or it is anything but one SELECT, DESCRIBE or SHOW: nothing else is run.
        """
        try:
            kinds = [statement.type for statement in duckdb.extract_statements(sql)]
            if kinds != [duckdb.StatementType.SELECT]:
                found = ", ".join(str(kind).rpartition(".")[2] for kind in kinds) or "no statement"
                message = f"one SELECT can run here, and this is {found}"
                raise EngineError(message)
            result = self._execute(sql, ())
            return [column[0] for column in result.description or []], result.fetchall()
        except duckdb.Error as error:
            raise _failed(error) from error

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """Return name and type of each column of a query, without running it."""
        return [(row[0], row[1]) for row in self.rows(f"DESCRIBE {sql}")]

    def register(self, name: str, frame: Mapping[str, Any]) -> None:
        """Offer columns (numpy arrays of one length) as a view of that name."""
        try:
            self._connection.register(name, dict(frame))
        except duckdb.Error as error:
            raise _failed(error) from error

    def copy_parquet(
        self, sql: str, path: Path, *, compression: str = "zstd", level: int | None = None, ordered: bool = False
    ) -> int:
        """Write a query's rows as one Parquet file, streaming; return their number.

        Args:
            sql: The query.
            path: The file to write; its folder exists.
            compression: Parquet codec.
            level: Level of zstd; DuckDB's own (3) where it is None. Bills shrink by 2 % more at 3 than at 1, and take a
                tenth longer to write.
            ordered: Keep the order of the input, so that a row's place in the file is its place in the input.
        """
        self.run(f"SET preserve_insertion_order = {str(ordered).lower()}")
        try:
            options = f"FORMAT parquet, COMPRESSION {compression}"
            options += f", COMPRESSION_LEVEL {level}" if level is not None else ""
            # In order, row groups are written one after another: small ones let the threads overlap (7 s instead of 9
            # for 2 million rows of CSV on two cores).
            options += ", ROW_GROUP_SIZE 40960" if ordered else ""
            target = f"{literal(str(path))} ({options})"
            return int(self.row(f"COPY ({sql}) TO {target}")[0])
        finally:
            self.run("SET preserve_insertion_order = false")

    def interrupt(self) -> None:
        """Stop the statement that runs now; it fails with an EngineError."""
        self._connection.interrupt()

    def _execute(self, sql: str, parameters: Sequence[Any]) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(sql, list(parameters) or None)
        except duckdb.Error as error:
            raise _failed(error) from error
