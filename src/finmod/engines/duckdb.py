"""The default engine: DuckDB in this process, bounded in memory, with no network and no extension to download.

Owns the connection, its limits and the quoting of names and texts. The only file that imports duckdb.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import duckdb
from duckdb.sqltypes import DuckDBPyType

from finmod.engines.disk import full_disk
from finmod.errors import FinmodError

# A load must stay under 3 GB at any number of rows; Python, Parquet buffers and the allocator take the rest.
MEMORY_LIMIT = "1700MB"
# An eye sees this as movement; asking takes some microseconds.
_WATCH_SECONDS = 0.25
_INTERRUPT_SECONDS = 0.05
# A quarter of a GB of numbers.
_MOST_SORTED = 32_000_000
_AT_ONCE = 20_000
_ORDERED_GROUP = 40_960
# What Python has an exact value for. Without a cast DuckDB asks for pytz to give an instant, makes 30 days of a month
# and drops nanoseconds.
_EXACT_IN_PYTHON = frozenset({
    "bigint", "boolean", "date", "decimal", "double", "float", "hugeint", "integer", "null", "smallint", "time",
    "timestamp", "timestamp_ms", "timestamp_s", "tinyint", "ubigint", "uhugeint", "uinteger", "usmallint", "utinyint",
    "uuid", "varchar",
})  # fmt: skip
_NESTED = frozenset({"array", "list", "map", "struct"})


Result = TypeVar("Result")


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


def _without_end(sql: str) -> str:
    """Return one statement without its semicolon and what comments follow it."""
    # Token places are counted in bytes.
    text = sql.encode()
    ends = [place for place, kind in duckdb.tokenize(sql) if text[place : place + 1] == b";"]
    return text[: ends[0]].decode() if ends else sql


def _distinct(names: Sequence[str]) -> list[str]:
    """Return column names with a number behind each that stands further left already.

    >>> _distinct(["a", "b", "a", "a_1"])
    ['a', 'b', 'a_1', 'a_1_1']
    """
    found: list[str] = []
    for name in names:
        free, number = name, 0
        while free in found:
            number += 1
            free = f"{name}_{number}"
        found.append(free)
    return found


def _cast(place: int, kind: DuckDBPyType) -> str:
    """Return SQL for a column by its place: itself, or cast to a type that Python has."""
    exact = _exact_type(kind)
    return f"#{place}" if exact == str(kind) else f"CAST(#{place} AS {exact})"


def _exact_type(kind: DuckDBPyType) -> str:
    if kind.id == "timestamp with time zone":
        return "TIMESTAMP"
    if kind.id not in _NESTED:
        return str(kind) if kind.id in _EXACT_IN_PYTHON else "VARCHAR"
    parts = {name: _exact_type(part) for name, part in kind.children if isinstance(part, DuckDBPyType)}
    if kind.id == "struct":
        return f"STRUCT({', '.join(f'{identifier(name)} {part}' for name, part in parts.items())})"
    return f"MAP({parts['key']}, {parts['value']})" if kind.id == "map" else f"{parts['child']}[]"


def _failed(error: duckdb.Error) -> FinmodError:
    """Return the error to raise: a full disk is the user's to mend, whatever statement met it."""
    return full_disk(error) or EngineError(str(error))


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn DuckDB's errors into ours."""
    try:
        yield
    except duckdb.Error as error:
        raise _failed(error) from error


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
        # DuckDB does not hear Ctrl-C while a COPY runs; a thread that only waits for the statement does.
        self._runner = ThreadPoolExecutor(1, thread_name_prefix="finmod-statement")
        self.run("SET TimeZone = 'UTC'")
        # Else a bar is drawn where a statement takes seconds, into pipes too.
        self.run("SET enable_progress_bar = false")

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
        self._runner.shutdown()
        self._connection.close()

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Execute one statement and drop its result."""
        self._execute(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return every row of a query."""
        with _told():
            return self._execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
        """Return the first row of a query that has one."""
        rows = self.rows(sql, parameters)
        if not rows:
            message = f"a query that must return a row returned none: {sql[:200]}"
            raise EngineError(message)
        return rows[0]

    def one_select(self, sql: str) -> str:
        """Return a statement without its semicolon and what comments follow it.

        Raises:
            EngineError: It cannot be read, or it is anything but one SELECT, DESCRIBE or SHOW.
        """
        with _told():
            kinds = [statement.type for statement in duckdb.extract_statements(sql)]
        if kinds != [duckdb.StatementType.SELECT]:
            found = ", ".join(str(kind).rpartition(".")[2] for kind in kinds) or "no statement"
            message = f"one SELECT can run here, and this is {found}"
            raise EngineError(message)
        return _without_end(sql)

    def table(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the column names and every row of one SELECT, as ``typed_table`` has them."""
        names, _, rows = self.typed_table(sql)
        return names, rows

    def typed_table(self, sql: str) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
        """Return the column names, their SQL types and every row of one SELECT.

        Names that stand twice get a number behind them. Instants come as datetime in UTC without a zone; what Python
        has no exact value for, such as INTERVAL or BLOB, as DuckDB's own text.

        Raises:
            EngineError: It fails, or it is anything but one SELECT, DESCRIBE or SHOW: nothing else is run.
        """
        with _told():
            relation = self._connection.sql(self.one_select(sql))
            casts = [_cast(place, kind) for place, kind in enumerate(relation.types, start=1)]
            names = _distinct(relation.columns)
            if any(cast.startswith("CAST") for cast in casts):
                relation = relation.project(", ".join(casts))
            return names, [*map(str, relation.types)], self._call(relation.fetchall)

    def may_repeat(self, number: str, relation: str, *, least: int) -> bool:
        """Return whether two rows have the same number; of few rows, that they may: a look is not worth it.

        Args:
            number: SQL for a whole number of each row, never NULL.
            relation: SQL for the rows.
            least: From so many rows on they are looked at.
        """
        rows = int(self.row(f"SELECT count(*) FROM {relation}")[0])
        parts = rows // _MOST_SORTED + 1
        for part in range(parts if rows >= least else 0):
            sql = f"SELECT {number} AS number FROM {relation} WHERE {number} % {parts} = {part}"
            with _told():
                numbers = self._call(self._connection.sql(sql).fetchnumpy)["number"]
            numbers.sort()
            if bool((numbers[1:] == numbers[:-1]).any()):
                return True
        return rows < least

    def arrays(self, sql: str) -> dict[str, Any]:
        """Return the columns of a query as numpy arrays, masked where they have NULLs.

        Only for whole numbers, doubles and dates: a DECIMAL comes as a double.
        """
        with _told():
            return dict(self._call(self._connection.sql(sql).fetchnumpy))

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """Return name and type of each column of a query, without running it."""
        return [(row[0], row[1]) for row in self.rows(f"DESCRIBE {sql}")]

    def register(self, name: str, frame: Mapping[str, Any]) -> None:
        """Offer columns (numpy arrays of one length) as a view of that name."""
        with _told():
            self._connection.register(name, dict(frame))

    @contextlib.contextmanager
    def offering(self, files: Any) -> Iterator[None]:  # noqa: ANN401 -- of fsspec, which has no types
        """Let the block's statements read a file system of fsspec, by addresses that begin with its ``protocol``."""
        with _told():
            self._connection.register_filesystem(files)
        try:
            yield
        finally:
            self._connection.unregister_filesystem(files.protocol)

    def copy_parquet(  # noqa: PLR0913 -- how the file is written
        self,
        sql: str,
        path: Path,
        *,
        compression: str = "zstd",
        level: int | None = None,
        ordered: bool = False,
        group: int | None = None,
    ) -> int:
        """Write a query's rows as one Parquet file, streaming; return their number.

        Args:
            sql: The query.
            path: The file to write; its folder exists.
            compression: Parquet codec.
            level: Level of zstd; DuckDB's own (3) where it is None. Bills shrink by 2 % more at 3 than at 1, and take a
                tenth longer to write.
            ordered: Keep the order of the input, so that a row's place in the file is its place in the input.
            group: Rows of a row group; where it is None, 40,960 of an ordered file, else DuckDB's own 122,880.
        """
        self.run(f"SET preserve_insertion_order = {str(ordered).lower()}")
        try:
            options = f"FORMAT parquet, COMPRESSION {compression}"
            options += f", COMPRESSION_LEVEL {level}" if level is not None else ""
            # In order, row groups are written one after another: small ones let the threads overlap (7 s instead of 9
            # for 2 million rows of CSV on two cores). So many filters would cost more than they find.
            options += ", WRITE_BLOOM_FILTER false" if ordered else ""
            options += f", ROW_GROUP_SIZE {group or _ORDERED_GROUP}" if ordered or group else ""
            target = f"{literal(str(path))} ({options})"
            return int(self.row(f"COPY ({sql}) TO {target}")[0])
        finally:
            self.run("SET preserve_insertion_order = false")

    def copy_partitions(self, sql: str, folder: Path, by: str) -> list[tuple[Path, int]]:
        """Write a query's rows as Parquet files, each of one value of a column, streaming, in one pass.

        Args:
            sql: The query.
            folder: Where folders ``COLUMN=VALUE`` are made; it exists and has none.
            by: The column, which the files have too.

        Returns:
            The files, one or more of each value, and the number of their rows.
        """
        options = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARTITION_BY ({identifier(by)})"
        options += ", WRITE_PARTITION_COLUMNS true, OVERWRITE_OR_IGNORE true"
        self.run(f"COPY ({sql}) TO {literal(str(folder))} ({options})")
        files = sorted(folder.glob(f"{by}=*/*.parquet"))
        counts = f"SELECT file_name, num_rows FROM parquet_file_metadata({file_list(files)})"
        rows = {Path(name): int(count) for name, count in self.rows(counts)} if files else {}
        return [(file, rows[file]) for file in files]

    @contextlib.contextmanager
    def watched(self, tell: Callable[[float], None]) -> Iterator[None]:
        """Tell some times a second, while the block runs, which share (0 to 1) of the running statement is done.

        ``tell`` is called by a thread of its own, and not at all while DuckDB does not know.
        """
        self.run("SET enable_progress_bar = true")
        self.run("SET enable_progress_bar_print = false")
        over = threading.Event()

        def watch() -> None:
            while not over.wait(_WATCH_SECONDS):
                percent = self._connection.query_progress()
                if percent >= 0:
                    tell(min(percent / 100, 1))

        watcher = threading.Thread(target=watch, name="finmod-progress", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def interrupt(self) -> None:
        """Stop the statement that runs now; it fails with an EngineError."""
        self._connection.interrupt()

    def _execute(self, sql: str, parameters: Sequence[Any]) -> duckdb.DuckDBPyConnection:
        return self._call(partial(self._connection.execute, sql, list(parameters) or None))

    def _call(self, work: Callable[[], Result]) -> Result:
        """Return what a piece of work with the connection returns; Ctrl-C stops it."""
        with _told():
            running = self._runner.submit(work)
            try:
                return running.result()
            except KeyboardInterrupt:
                # A statement that has not begun yet does not hear an interruption, so it is repeated.
                while not running.done():
                    self._connection.interrupt()
                    wait([running], timeout=_INTERRUPT_SECONDS)
                raise


def arrow_stream(columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> object:
    """Return rows as an Arrow stream, the PyCapsule that pyarrow, polars and pandas take: nothing of theirs is needed.

    Args:
        columns: Name -> SQL type.
        rows: Values in the order of the columns.
    """
    connection = duckdb.connect()
    kinds = [*columns.values()]
    values = ", ".join(f"CAST(unnest(?::VARCHAR[]) AS {kind}) AS {identifier(name)}" for name, kind in columns.items())
    made = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE TABLE made ({made})")
    for start in range(0, len(rows), _AT_ONCE):
        part = [
            [None if value is None else f"{value:f}" if kind.startswith("DECIMAL") else str(value) for value in column]
            for kind, column in zip(kinds, zip(*rows[start : start + _AT_ONCE], strict=True), strict=True)
        ]
        connection.execute(f"INSERT INTO made SELECT {values}", part)
    return connection.table("made").__arrow_c_stream__()
