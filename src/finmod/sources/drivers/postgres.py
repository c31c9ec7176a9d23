"""Drivers in PostgreSQL: one SELECT in a read-only transaction, copied as text, so that numbers stay exact.

Owns the connection and what its refusals mean. Needs the extra ``postgres``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, printable
from finmod.settings.driver_address import SIGNS, database_fault
from finmod.settings.drivers import Driver
from finmod.sources.drivers.extras import needed
from finmod.sources.drivers.queries import Query, from_environment
from finmod.sources.files import SourceFile
from finmod.sources.stage import Staged, stage

if TYPE_CHECKING:
    import psycopg

_CONNECT_SECONDS = 10


def stage_postgres(engine: Engine, driver: Driver, query: Query, folder: Path) -> list[Staged]:
    """Return the rows that a database answers.

    Args:
        engine: Where they are read afterwards.
        driver: Names the database, and how long it may take.
        query: One SELECT.
        folder: Temporary folder.

    Raises:
        UserError: The extra is not installed, or the database refuses the login or the query, or goes away.
    """
    needed("psycopg", "postgres", driver.source_place)
    target = folder / "postgres.csv"
    try:
        with _connected(driver, query) as connection, target.open("wb") as file:
            statement = _one_statement(connection, query)
            with connection.cursor().copy(b"COPY (" + statement + b"\n) TO STDOUT (FORMAT csv, HEADER)") as answer:
                for part in answer:
                    file.write(part)
        return [stage(engine, SourceFile(target, query.name, "postgres-rows", target.stat().st_size), folder)]
    finally:
        target.unlink(missing_ok=True)


@contextmanager
def _connected(driver: Driver, query: Query) -> Iterator[psycopg.Connection]:
    """Give a connection with a transaction that reads only; what goes wrong in it is told."""
    import psycopg  # noqa: PLC0415 -- an extra

    source = driver.settings.source
    address = _address(from_environment(source.postgres or "", driver.source_place), driver)
    try:
        with psycopg.connect(address, connect_timeout=_CONNECT_SECONDS, application_name="finmod") as connection:
            connection.read_only = True
            for name, value in (
                ("statement_timeout", f"{source.timeout}s"), ("TimeZone", "UTC"), ("DateStyle", "ISO"),
                ("IntervalStyle", "iso_8601"), ("client_encoding", "UTF8"),
            ):  # fmt: skip
                connection.execute("SELECT set_config(%s, %s, true)", (name, value))
            yield connection
            connection.rollback()
    except psycopg.Error as error:
        raise UserError(_refused(driver, query, error)) from error


def _address(text: str, driver: Driver) -> str:
    """Return a connection string that can be read; what is said of another one does not show it."""
    import psycopg  # noqa: PLC0415 -- an extra
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 -- an extra

    try:
        conninfo_to_dict(text)
        fault = database_fault(text)
    except psycopg.Error:
        fault = "an address that cannot be read"
    if fault:
        raise UserError(
            Problem(
                code="FM2181",
                found="the address of the database cannot be read",
                expected="such as postgresql://user@server/database, or host=server dbname=database user=user",
                where=driver.source_place,
                remedy=f"Correct it; {SIGNS}.",
            )
        )
    return text


def _one_statement(connection: psycopg.Connection, query: Query) -> bytes:
    """Return the statement without its end; PostgreSQL itself says whether it is one."""
    from psycopg import errors, pq  # noqa: PLC0415 -- an extra

    statement = query.text.strip().rstrip(";").rstrip().encode()
    result = connection.pgconn.prepare(b"", statement)
    if result.status != pq.ExecStatus.COMMAND_OK:
        raise errors.error_from_result(result)
    return statement


def _refused(driver: Driver, query: Query, error: psycopg.Error) -> Problem:
    import psycopg  # noqa: PLC0415 -- an extra
    from psycopg import errors  # noqa: PLC0415 -- an extra

    words = error.diag.message_primary or next(iter(str(error).strip().splitlines()), type(error).__name__)
    where = _place(query, error)
    if isinstance(error, errors.QueryCanceled):
        remedy = (
            f"Make the query faster, or give it more than {driver.settings.source.timeout} s: timeout: of its source."
        )
    elif isinstance(error, errors.ReadOnlySqlTransaction):
        remedy = "Write one SELECT: nothing is changed in a database."
    elif isinstance(error, errors.InsufficientPrivilege):
        remedy = "Let the user read what the query reads."
    elif isinstance(error, psycopg.ProgrammingError | psycopg.DataError):
        remedy = "Correct the query: one SELECT."
    else:
        where = driver.source_place
        remedy = "See that the server runs, that it can be reached from here, and that user and password are right."
    return Problem(
        code="FM2181",
        found=f"PostgreSQL says: {printable(words, 300).rstrip('.')}",
        where=where,
        remedy=f"{remedy} What was loaded before is unchanged.",
    )


def _place(query: Query, error: psycopg.Error) -> str:
    """Return where in the query PostgreSQL found the fault, as far as it says."""
    position = error.diag.statement_position
    if not position or not position.isdigit():
        return query.name
    # Counted in the statement as it was sent, which begins behind the blanks of the file.
    skipped = len(query.text) - len(query.text.lstrip())
    before = query.text[: skipped + int(position) - 1]
    return f"{query.name}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
