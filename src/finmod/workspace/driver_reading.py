"""One driver on its way into the ledger: read from where drivers.yaml says, and told whether it changed.

Owns which reader a driver has, and what it is known by.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from finmod.errors import UserError
from finmod.ledger.drivers import NewDriver
from finmod.normalize.drivers import convert_driver, digest_of, no_rows
from finmod.settings.drivers import Driver
from finmod.sources.drivers.excel import stage_excel
from finmod.sources.drivers.files import driver_files, stage_files
from finmod.sources.drivers.postgres import stage_postgres
from finmod.sources.drivers.queries import Query, query_of
from finmod.sources.drivers.sql import stage_query
from finmod.sources.files import SourceFile
from finmod.sources.stage import Staged
from finmod.workspace.driver_definition import definition_of
from finmod.workspace.driver_kept import DriverReading, read_prometheus

_NO_ROWS = "FM1107"
"""What is told of a file without rows, which the answer of a query is read as."""


def read_driver(reading: DriverReading, driver: Driver, *, again: bool) -> NewDriver | None:
    """Return a driver as it is now; None where it is as it was.

    Args:
        reading: Where it is read.
        driver: What drivers.yaml says.
        again: Take it although it is as it was; Prometheus is asked for the whole window again.

    Raises:
        UserError: It cannot be read.
    """
    query = query_of(reading.root, driver)
    definition = definition_of(driver, query)
    files = driver_files(reading.root, driver)
    content = content_of(files)
    known = reading.before.loads.get(driver.name)
    is_same = known is not None and known.definition == definition
    is_known = is_same and not again
    if is_known and known is not None and files and known.content == content:
        return None
    parts = _staged(reading, driver, files, query, (is_same, again))
    if not parts:
        if is_known:
            return None
        raise no_rows(driver)
    part = convert_driver(reading.engine, driver, parts, reading.folder / f"{driver.name}.parquet")
    for staged in parts:
        if staged.parquet.is_relative_to(reading.folder):
            staged.parquet.unlink(missing_ok=True)
    content = content or digest_of(reading.engine, part)
    if is_known and known is not None and known.content == content:
        return None
    return NewDriver(part, definition, content)


def _staged(
    reading: DriverReading, driver: Driver, files: Sequence[SourceFile], query: Query | None, told: tuple[bool, bool]
) -> list[Staged]:
    """Return the rows of a driver; ``told`` is whether drivers.yaml says what it said, and whether to ask again."""
    engine, folder = reading.engine, reading.folder
    if query is None:
        is_excel = driver.settings.source.kind == "excel"
        return stage_excel(engine, driver, files, folder) if is_excel else stage_files(engine, files, folder)
    if driver.settings.source.sql is not None:
        try:
            if driver.settings.source.kind == "sql":
                return stage_query(engine, reading.root, query, folder)
            return stage_postgres(engine, driver, query, folder)
        except UserError as error:
            if all(problem.code == _NO_ROWS for problem in error.problems):
                raise no_rows(driver) from None
            raise
    is_same, again = told
    return read_prometheus(reading, driver, query, is_same=is_same, again=again)


def content_of(files: Sequence[SourceFile]) -> str:
    """Return a digest of files; empty where there are none."""
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest() if files else ""
