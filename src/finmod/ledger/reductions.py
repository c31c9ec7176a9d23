"""Reductions kept beside the ledger: what a month of a table comes to, written once and read until its files change.

Owns their files and when one holds. A reduction can be made again from the tables at any time: to remove the folder
``reductions`` of a store loses nothing, and a file that is damaged is made anew. Which reductions there are is told in
``marts``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import UserError
from finmod.ledger.reduce import relation

_FOLDER = "reductions"
# Of a month: the books of today, those of a close and of a plan may be looked at in turn.
_KEPT = 8
# Of queries of all months, as many as a dashboard asks.
_KEPT_WHOLE = 100
# What was looked at so lately may be in use still by who found it there.
_IN_USE_SECONDS = 3600
_MAGIC = b"PAR1"
_LEAST_BYTES = 12
_FULL_DISK = "FM1505"
_DIGITS = 24
_WHOLE = "0000-00"
BY = "x_BillingPeriod"
"""The column that tells the month of a row of a reduction."""


def reduced(
    engine: Engine,
    store: Path,
    name: str,
    marks: Mapping[date, Sequence[str]],
    select: Callable[[Sequence[date]], str],
) -> str:
    """Return SQL for a reduction of some months: those that are kept are read, the others made in one pass and kept.

    Where the store cannot be written, or has no room, the reduction is made for this run alone.

    Args:
        engine: Where it is made.
        store: Folder of the ledger.
        name: Of the reduction, and of what it is told by.
        marks: First day of each month -> all that its rows depend on, such as the names of files.
        select: Months -> SQL of their rows, with the column ``BY``.
    """
    folder = store / _FOLDER / name
    files = {month: folder / f"{month:%Y-%m}-{_digest(mark)}.parquet" for month, mark in marks.items()}
    missing = [month for month, file in files.items() if not _is_there(file)]
    if missing:
        sql = select(missing)
        try:
            _make(engine, folder, {month: files[month] for month in missing}, sql)
        except (OSError, EngineError, UserError) as error:
            if not _is_unwritable(error):
                raise
            return f"({select([*marks])})"
    return relation([*files.values()]) if files else f"({select([])})"


def kept(engine: Engine, store: Path, name: str, mark: Sequence[str], sql: str | Callable[[], str]) -> str:
    """Return SQL for the rows of a query that are kept as one file, made where they are not; as ``reduced``.

    Args:
        engine: Where it is made.
        store: Folder of the ledger.
        name: Of the reduction.
        mark: All that its rows depend on.
        sql: The query, or what makes its tables and returns it, called where the rows are not kept alone.
    """
    folder = store / _FOLDER / name
    target = folder / f"{_WHOLE}-{_digest(mark)}.parquet"
    if not _is_there(target):
        aside = folder / f".{uuid.uuid4().hex}"
        sql = sql if isinstance(sql, str) else sql()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            engine.copy_parquet(sql, aside)
            aside.replace(target)
            _forget(folder, target, _KEPT_WHOLE)
        except (OSError, EngineError, UserError) as error:
            if not _is_unwritable(error):
                raise
            return f"({sql})"
        finally:
            with suppress(OSError):
                aside.unlink()
    return relation([target])


def is_kept(store: Path, name: str, mark: Sequence[str]) -> bool:
    """Return whether the rows of a query are kept; as ``kept`` would find them."""
    return _is_there(store / _FOLDER / name / f"{_WHOLE}-{_digest(mark)}.parquet")


def _is_there(file: Path) -> bool:
    """Return whether a reduction is kept and whole, and note that it is in use.

    A writer that lost its machine leaves a file without its end, or an empty one: Parquet has its sign at both ends,
    and the length of its footer before the last one.
    """
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            if size < _LEAST_BYTES:
                return False
            stream.seek(0)
            start = stream.read(len(_MAGIC))
            stream.seek(-2 * len(_MAGIC), os.SEEK_END)
            footer, end = int.from_bytes(stream.read(len(_MAGIC)), "little"), stream.read()
    except OSError:
        return False
    with suppress(OSError):
        os.utime(file)
    return start == end == _MAGIC and 0 < footer <= size - _LEAST_BYTES


def _is_unwritable(error: Exception) -> bool:
    """Return whether a file could not be written; what else fails, fails without it too, and is told then."""
    return not isinstance(error, UserError) or {problem.code for problem in error.problems} == {_FULL_DISK}


def _digest(mark: Sequence[str]) -> str:
    made = hashlib.sha256()
    for part in mark:
        made.update(len(part.encode()).to_bytes(8, "big") + part.encode())
    return made.hexdigest()[:_DIGITS]


def _make(engine: Engine, folder: Path, files: Mapping[date, Path], sql: str) -> None:
    """Write what lacks aside, then move it to its place: a reader finds a whole file or none."""
    aside = folder / f".{uuid.uuid4().hex}"
    aside.mkdir(parents=True)
    try:
        written = engine.copy_partitions(sql, aside, BY)
        parts: dict[date, list[Path]] = {}
        for file, _ in written:
            parts.setdefault(date.fromisoformat(file.parent.name.partition("=")[2]), []).append(file)
        for month, target in files.items():
            engine.copy_parquet(_of_month(sql, parts.get(month, []), month), aside / target.name)
            (aside / target.name).replace(target)
            _forget(folder, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _of_month(sql: str, parts: list[Path], month: date) -> str:
    """Return SQL for the rows of one month; of a month without rows none, with the same columns."""
    return f"SELECT * FROM {relation(parts)}" if parts else f"SELECT * FROM ({sql}) WHERE {BY} = DATE '{month}' LIMIT 0"


def _forget(folder: Path, newest: Path, most: int = _KEPT) -> None:
    """Remove the reductions of a month that nobody looked at for longest, and not lately."""
    month = newest.name[: len("2026-09")]
    ages: list[tuple[float, Path]] = []
    for file in folder.glob(f"{month}-*.parquet"):
        with suppress(OSError):
            ages.append((file.stat().st_mtime, file))
    before = time.time() - _IN_USE_SECONDS
    for seen, file in sorted(ages, reverse=True)[most:]:
        if seen < before and file != newest:
            with suppress(OSError):
                file.unlink()
