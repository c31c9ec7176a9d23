"""Drivers in Excel files: a sheet whose first row has the names of its columns.

Owns which cells are read and their texts: of formulas the result that Excel saved last, of binary numbers the shortest
decimal text that is the same number. Needs the extra ``excel``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from warnings import catch_warnings

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError, near, printable
from finmod.settings.drivers import Driver
from finmod.settings.validate import listing
from finmod.sources.drivers.extras import needed
from finmod.sources.files import SourceFile
from finmod.sources.stage import Staged, stage

_LARGEST = 100_000_000
# What openpyxl makes of formulas that are no text.
_FORMULAS = frozenset({"ArrayFormula", "DataTableFormula"})


def stage_excel(engine: Engine, driver: Driver, files: Sequence[SourceFile], folder: Path) -> list[Staged]:
    """Return the rows of Excel files as they can be queried; the first row below the names is row 1.

    Args:
        engine: Where to read them.
        driver: Names the sheet.
        files: The files.
        folder: Temporary folder.

    Raises:
        UserError: The extra is not installed, or a file cannot be read or lacks the sheet.
    """
    needed("openpyxl", "excel", driver.source_place)
    return [_staged(engine, file, driver, folder) for file in files]


def _staged(engine: Engine, file: SourceFile, driver: Driver, folder: Path) -> Staged:
    target = folder / f"{file.sha256[:24]}.csv"
    try:
        with target.open("w", encoding="utf-8", newline="") as text:
            writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerows(_rows(file, driver))
        return stage(engine, SourceFile(target, file.name, file.sha256, target.stat().st_size), folder)
    finally:
        target.unlink(missing_ok=True)


def _rows(file: SourceFile, driver: Driver) -> Iterator[list[str]]:
    """Yield the names of the columns, then every row below, as wide as they are."""
    if file.size > _LARGEST:
        raise UserError(
            _unreadable(file, f"it has {file.size:,} bytes", f"{_LARGEST:,} at most", "Save it as Parquet.")
        )
    names, empty, value = list[str](), set[int](), None
    values = [name.lower() for name in filter(None, (driver.settings.value, driver.name, "value"))]
    for number, row in enumerate(_cells(file, driver.settings.source.sheet, has_values=True)):
        texts = [*map(_text, row)]
        if not names:
            width = max((place for place, text in enumerate(texts, start=1) if text), default=0)
            if not width:
                remedy = "Put the names of the columns there."
                raise UserError(_unreadable(file, "its first row is empty", "names of columns", remedy))
            names = texts[:width]
            value = next((place for each in values for place, name in enumerate(names) if name.lower() == each), None)
        given = [*texts, *[""] * len(names)][: len(names)]
        if value is not None and not given[value] and any(given):
            empty.add(number)
        yield given
    if value is not None and empty:
        _refuse_unsaved(file, driver, value, empty)


def _refuse_unsaved(file: SourceFile, driver: Driver, value: int, empty: AbstractSet[int]) -> None:
    """Refuse a column of values with formulas of which none has a saved result: no Excel ever reckoned them.

    Where some have one, those without are texts of no signs, which stand for no value.

    Args:
        file: The workbook.
        driver: Names the sheet.
        value: Place of the column of values.
        empty: Numbers of rows without a value, the names' being 0.
    """
    formulas = [
        number
        for number, row in enumerate(_cells(file, driver.settings.source.sheet, has_values=False))
        if value < len(row) and (str(row[value]).startswith("=") or type(row[value]).__name__ in _FORMULAS)
    ]
    if formulas and all(number in empty for number in formulas):
        found = f"row {formulas[0]:,} has a formula as its value, and no formula of the column has a result"
        remedy = "Open it in Excel and save it, or write the values themselves."
        raise UserError(_unreadable(file, found, "results that were saved with the formulas", remedy))


def _cells(file: SourceFile, sheet: str | None, *, has_values: bool) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of every row: of formulas the saved result, or the formula."""
    import openpyxl  # noqa: PLC0415 -- an extra

    try:
        with catch_warnings(action="ignore"):  # of styles and pictures, which nobody looks at here
            book = openpyxl.load_workbook(file.path, read_only=True, data_only=has_values)
            with closing(book):
                found = _sheet(file, book, sheet)
                found.reset_dimensions()  # some writers tell too few
                yield from found.iter_rows(values_only=True)
    except UserError:
        raise
    except Exception as error:
        remedy = "Save it again as .xlsx, without a password."
        raise UserError(_unreadable(file, "it is none, or damaged", "an Excel workbook", remedy)) from error


def _sheet(file: SourceFile, book: Any, name: str | None) -> Any:  # noqa: ANN401 -- openpyxl has no types
    names = [str(each.title) for each in book.worksheets]
    if name is None and names:
        return book.worksheets[0]
    if name in names:
        return book[name]
    close = near(name or "", names)
    expected = listing([printable(each, 40) for each in names][:20]) if names else "a sheet with rows"
    remedy = f"Did you mean {printable(close, 40)!r}?" if close else "Correct sheet in drivers.yaml."
    raise UserError(_unreadable(file, f"there is no sheet {printable(name or '', 40)!r}", expected, remedy))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)


def _unreadable(file: SourceFile, found: str, expected: str, remedy: str) -> Problem:
    return Problem(
        code="FM2184",
        found=f"the Excel file cannot be read: {found}",
        expected=expected,
        where=file.name,
        remedy=remedy,
    )
