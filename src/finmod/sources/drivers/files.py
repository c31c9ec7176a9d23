"""Drivers in CSV and Parquet files: found, known by their hash, staged.

Owns which files a driver has and what separates the fields of a CSV. What their columns mean is told in ``normalize``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import UserError
from finmod.settings.drivers import Driver
from finmod.settings.separators import SEPARATORS
from finmod.sources.broken_rows import MEND
from finmod.sources.files import SourceFile, discover, fingerprint, refuse_same_content
from finmod.sources.kinds import kind_of
from finmod.sources.stage import Staged, column_names, stage

_WIDTH = "FM1116"


def driver_files(root: Path, driver: Driver) -> list[SourceFile]:
    """Return the files of a driver, sorted; none of one that is read from a server or by a query.

    Raises:
        UserError: A path finds no file, a file cannot be read, or two are the same.
    """
    patterns = driver.settings.source.files
    if not patterns:
        return []
    files = [fingerprint(path, root) for path in discover(root, patterns, where=driver.source_place)]
    refuse_same_content(files)
    return files


def stage_files(engine: Engine, files: Sequence[SourceFile], folder: Path) -> list[Staged]:
    """Return CSV and Parquet files as they can be queried.

    Args:
        engine: Where to read them.
        files: The files.
        folder: Temporary folder for the text of CSV.

    Raises:
        UserError: A file cannot be read whole; with line and remedy.
    """
    try:
        return [stage(engine, file, folder, separator=_separator(engine, file)) for file in files]
    except UserError as error:
        # Short rows of a bill may be let pass; of a driver they never are.
        raise UserError(
            *(replace(each, remedy=MEND) if each.code == _WIDTH else each for each in error.problems)
        ) from None


def _separator(engine: Engine, file: SourceFile) -> str:
    """Return what separates the fields of a CSV, as its header tells; a comma where nothing does."""
    if kind_of(file) == "parquet":
        return ","
    for sign in SEPARATORS.values():
        try:
            column_names(engine, file, separator=sign)
        except UserError:
            continue
        return sign
    return ","
