"""Frame: rows that the Python API gives, as Arrow, pandas, polars or plain Python.

Owns the shape of what comes out. Amounts stay exact in all of them: decimals of Arrow and polars, Decimal in pandas.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from finmod.engines.duckdb import arrow_stream
from finmod.errors import Problem, UserError
from finmod.terms.findings import Finding

_TYPES = {bool: "BOOLEAN", int: "BIGINT", Decimal: "DECIMAL(38,12)", float: "DOUBLE", datetime: "TIMESTAMP",
          date: "DATE"}  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """Rows with named columns.

    Attributes:
        columns: Names, in order.
        rows: Values in that order; None for what is unknown.
        findings: What was odd about them, and why figures are unknown.
        types: Column -> SQL type, where values do not tell it.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    findings: tuple[Finding, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a mapping of column to value."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))

    def column(self, name: str) -> list[Any]:
        """Return the values of a column."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the rows as an Arrow stream: what takes one, takes a frame as it is."""
        del requested_schema
        return arrow_stream(self._kinds(), self.rows)

    def arrow(self) -> Any:  # noqa: ANN401 -- of a library that need not be installed
        """Return a ``pyarrow.Table``; amounts are ``decimal128(38, 12)``.

        Raises:
            UserError: pyarrow is not installed.
        """
        return _library("pyarrow").table(self)

    def polars(self) -> Any:  # noqa: ANN401 -- as above
        """Return a ``polars.DataFrame``; amounts are ``Decimal(38, 12)``.

        Raises:
            UserError: polars is not installed.
        """
        return _library("polars").DataFrame(self)

    def pandas(self, *, floats: bool = False) -> Any:  # noqa: ANN401 -- as above
        """Return a ``pandas.DataFrame``.

        Args:
            floats: Amounts as float64, for plots and statistics; as they are, they are ``Decimal`` and exact.

        Raises:
            UserError: pandas is not installed.
        """
        values = {name: self.column(name) for name in self.columns}
        if floats:
            kinds = self._kinds()
            values = {
                name: [None if value is None else float(value) for value in column]
                if kinds[name].startswith("DECIMAL")
                else column
                for name, column in values.items()
            }
        return _library("pandas").DataFrame(values)

    def _kinds(self) -> dict[str, str]:
        return {name: self.types.get(name) or _kind(self.column(name)) for name in self.columns}


def _kind(values: Sequence[Any]) -> str:
    first = next((value for value in values if value is not None), None)
    return next((kind for type_, kind in _TYPES.items() if isinstance(first, type_)), "VARCHAR")


def _library(name: str) -> Any:  # noqa: ANN401 -- a module
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UserError(
            Problem(
                code="FM2432",
                found=f"{name} is not installed",
                expected=f"{name}, which makes the frame that was asked for",
                remedy=f"Install it: pip install {name}. Rows as they are: list(frame).",
            )
        ) from error
