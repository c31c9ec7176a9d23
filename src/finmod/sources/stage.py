"""A file made ready for conversion: Parquet as it is, CSV as text columns in a temporary Parquet file.

Owns the record of a staged file. Why CSV is staged first: docs/decisions/0002.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError, file_list
from finmod.errors import Problem, UserError, counted
from finmod.sources import csv, parquet
from finmod.sources.files import SourceFile
from finmod.sources.kinds import kind_of
from finmod.terms.findings import Finding

MOST_COLUMNS = 2000


@dataclass(frozen=True)
class StagedColumn:
    """A column of a file.

    Attributes:
        name: As the file names it.
        physical: As the staged Parquet names it: names that differ in case alone stay apart.
        type: DuckDB type; VARCHAR throughout for CSV.
    """

    name: str
    physical: str
    type: str


@dataclass(frozen=True)
class Staged:
    """A file that can be queried.

    Attributes:
        file: The source file.
        parquet: Parquet whose row numbers, from 0, are the data rows of the file.
        columns: Its columns in the order of the file.
        rows: Number of data rows.
        findings: What was odd but legal about its shape.
    """

    file: SourceFile
    parquet: Path
    columns: tuple[StagedColumn, ...]
    rows: int
    findings: tuple[Finding, ...] = ()

    @property
    def header_place(self) -> str:
        """Return where its columns are named, for messages: with the line where it has lines."""
        return self.file.name if self.parquet == self.file.path else f"{self.file.name}:1"

    @property
    def relation(self) -> str:
        """Return SQL for its rows, with ``file_row_number``."""
        return f"read_parquet({file_list([self.parquet])}, file_row_number = true, hive_partitioning = false)"


def stage(
    engine: Engine,
    file: SourceFile,
    folder: Path,
    *,
    wanted: Callable[[str], bool] = lambda _: True,
    pad_short_rows: bool = False,
) -> Staged:
    """Make a file ready for queries.

    Args:
        engine: Where to read it.
        file: CSV, gzipped CSV or Parquet, told by content.
        folder: Temporary folder for the staged text of CSV files.
        wanted: Whether a column, by its name in the file, is needed; a CSV file's others are checked but not kept.
        pad_short_rows: Read the missing last fields of short CSV rows as NULL instead of refusing the file.

    Raises:
        UserError: The file cannot be read whole; with line and remedy.
    """
    kind = kind_of(file)
    if kind == "parquet":
        return _stage_parquet(engine, file)
    header = csv.read_header(file, gzipped=kind == "gzip")
    _refuse_columns(file, header.names, f"{file.name}:1")
    kept = [name for name in header.names if wanted(name)]
    header = replace(header, kept=tuple(header.physical[header.names.index(name)] for name in kept))
    target = folder / f"{file.sha256[:24]}.parquet"
    rows, short = csv.copy_to_parquet(engine, file, header, target, pad_short_rows=pad_short_rows)
    _refuse_no_rows(file, rows)
    columns = tuple(
        StagedColumn(name, physical, "VARCHAR") for name, physical in zip(kept, header.kept or (), strict=True)
    )
    return Staged(file, target, columns, rows, (_short_finding(file, short),) if short else ())


def _short_finding(file: SourceFile, short: csv.ShortRows) -> Finding:
    return Finding(
        code="FM1204",
        severity="warning",
        message=f"Missing last fields of {counted(short.rows, 'row')} were read as NULL, as wished.",
        rows=short.rows,
        where=f"{file.name}:{short.line}",
    )


def _stage_parquet(engine: Engine, file: SourceFile) -> Staged:
    relation = f"read_parquet({file_list([file.path])}, hive_partitioning = false)"
    try:
        found = engine.columns(f"SELECT * FROM {relation}")
        rows = int(engine.row(f"SELECT count(*) FROM {relation}")[0])
        names, leaves = parquet.top_columns(engine, file)
        _refuse_columns(file, names, file.name)
        _refuse_row_number(file, names)
        _refuse_no_rows(file, rows)
        typed = [(name, physical, kind) for name, (physical, kind) in zip(names, found, strict=True)]
        problems = parquet.long_cells(engine, file, typed, leaves)
    except EngineError as error:
        raise UserError(parquet.unreadable(file, error)) from error
    if problems:
        raise UserError(*problems)
    return Staged(file, file.path, tuple(StagedColumn(*column) for column in typed), rows)


def _refuse_no_rows(file: SourceFile, rows: int) -> None:
    if rows == 0:
        raise UserError(
            Problem(
                code="FM1107",
                found="the file has column names but no rows",
                where=file.name,
                remedy="Export it again, or take it out of the source's path.",
            )
        )


def _refuse_row_number(file: SourceFile, names: list[str]) -> None:
    taken = [name for name in names if name.casefold() == "file_row_number"]
    if taken:
        raise UserError(
            Problem(
                code="FM1109",
                found=f"a column is called '{taken[0]}', as the numbers of rows are while a Parquet file is read",
                expected="another name",
                where=file.name,
                remedy="Rename or leave out the column.",
            )
        )


def _refuse_columns(file: SourceFile, names: list[str], header: str) -> None:
    if len(names) > MOST_COLUMNS:
        raise UserError(
            Problem(
                code="FM1108",
                found=f"the file has {len(names):,} columns",
                expected=f"at most {MOST_COLUMNS:,}",
                where=file.name,
                remedy="Is it a billing export? Leave out the columns that are not needed.",
            )
        )
    first: set[str] = set()
    for place, name in enumerate(names, start=1):
        if name in first:
            raise UserError(
                Problem(
                    code="FM1109",
                    found=f"column '{name}' stands more than once, again as column {place:,}",
                    expected="each column once",
                    where=header,
                    remedy="Export it again, or rename one of the two.",
                )
            )
        first.add(name)


def column_names(engine: Engine, file: SourceFile) -> list[str]:
    """Return the column names of a file without reading its rows.

    Raises:
        UserError: It has none that can be read.
    """
    kind = kind_of(file)
    if kind != "parquet":
        return csv.read_header(file, gzipped=kind == "gzip").names
    try:
        return [
            name
            for name, _ in engine.columns(
                f"SELECT * FROM read_parquet({file_list([file.path])}, hive_partitioning = false)"
            )
        ]
    except EngineError as error:
        raise UserError(parquet.unreadable(file, error)) from error
